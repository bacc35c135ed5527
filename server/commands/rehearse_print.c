// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/rehearse_print.h"

#include <assert.h>

#include "common/course/course_values.h"
#include "server/reminders/ics.h"

struct widths {
  size_t when, who;
};

static struct widths widths_of(struct arena *arena, const struct rehearsed *rehearsed);
static const char *when_words(struct arena *arena, const struct rehearsed *rehearsed,
                              const struct rehearsal_line *line);
static const char *text_words(struct arena *arena, const struct rehearsed *rehearsed,
                              const struct rehearsal_line *line);
static void add_padded(struct text *out, const char *words, size_t width);
static void add_warnings(struct text *out, const struct rehearsed *rehearsed);
static void write_line(struct json *out, const struct rehearsed *rehearsed, const struct rehearsal_line *line);
static void write_reminder(struct json *out, const struct rehearsed *rehearsed, const struct rehearsal_line *line);
static struct ics_event event_of(struct arena *arena, const struct rehearsed *rehearsed,
                                 const struct rehearsal_line *line);

void rehearse_table(struct text *out, const struct rehearsed *rehearsed) {
  const struct rehearsal *term = &rehearsed->term;
  struct widths widths = widths_of(out->arena, rehearsed);
  text_add_format(out, "%s (%s), times in %s\n\n", rehearsed->course->title, rehearsed->course->id,
                  rehearsed->course->zone);
  for (size_t i = 0; i < term->line_count; i++) {
    const struct rehearsal_line *line = &term->lines[i];
    add_padded(out, when_words(out->arena, rehearsed, line), widths.when);
    add_padded(out, rehearsal_what_names[line->what], sizeof "reminder" - 1);
    add_padded(out, rehearsal_who_words(out->arena, rehearsed->course, line), widths.who);
    text_add_format(out, "%s\n", text_words(out->arena, rehearsed, line));
    if (line->what == REHEARSAL_REMINDER) // what people will read, beneath it
      text_add_format(out, "    %s\n", line->said.words);
  }
  add_warnings(out, rehearsed);
}

void rehearse_json(struct json *out, const struct rehearsed *rehearsed) {
  const struct course *course = rehearsed->course;
  json_begin_object(out);
  json_object_in(out, "course");
  json_text(out, "id", course->id);
  json_text(out, "title", course->title);
  json_text(out, "timezone", course->zone);
  json_instant(out, "starts", course->starts_at);
  json_instant(out, "ends", course->ends_at);
  json_end(out);
  json_array_in(out, "lines");
  for (size_t i = 0; i < rehearsed->term.line_count; i++)
    write_line(out, rehearsed, &rehearsed->term.lines[i]);
  json_end(out);
  json_array_in(out, "warnings");
  for (size_t i = 0; i < rehearsed->term.warning_count; i++) {
    const struct rehearsal_warning *warning = &rehearsed->term.warnings[i];
    json_begin_object(out);
    json_text(out, "code", warning->code);
    json_instant(out, "at", warning->at);
    json_text(out, "words", warning->words);
    json_text(out, "advice", warning->advice);
    json_end(out);
  }
  json_end(out);
  json_end(out);
}

const char *rehearse_ics(struct arena *arena, const struct rehearsed *rehearsed) {
  const struct rehearsal *term = &rehearsed->term;
  struct ics_event *events = arena_array(arena, term->line_count, sizeof *events);
  for (size_t i = 0; i < term->line_count; i++)
    events[i] = event_of(arena, rehearsed, &term->lines[i]);
  const struct ics_calendar calendar = {.name = arena_format(arena, "%s (rehearsal)", rehearsed->course->title),
                                        .description = "The term of a course file, as tandem rehearse prints it"};
  return ics_write(arena, &calendar, events, term->line_count);
}

static struct widths widths_of(struct arena *arena, const struct rehearsed *rehearsed) {
  struct widths widths = {0};
  for (size_t i = 0; i < rehearsed->term.line_count; i++) {
    const struct rehearsal_line *line = &rehearsed->term.lines[i];
    size_t when = utf8_length(when_words(arena, rehearsed, line));
    size_t who = utf8_length(rehearsal_who_words(arena, rehearsed->course, line));
    widths.when = when > widths.when ? when : widths.when;
    widths.who = who > widths.who ? who : widths.who;
  }
  return widths;
}

static const char *when_words(struct arena *arena, const struct rehearsed *rehearsed,
                              const struct rehearsal_line *line) {
  return calendar_words(rehearsed->calendar, arena, line->at);
}

static const char *text_words(struct arena *arena, const struct rehearsed *rehearsed,
                              const struct rehearsal_line *line) {
  switch (line->what) {
  case REHEARSAL_REMINDER:
    return line->leaves_at == line->at ? line->said.subject
                                       : arena_format(arena, "%s (with the daily mail, %s)", line->said.subject,
                                                      calendar_words(rehearsed->calendar, arena, line->leaves_at));
  case REHEARSAL_HOLIDAY:
    return arena_format(arena, "%s, all day", line->title);
  case REHEARSAL_EXAM:
    return arena_format(arena, "%s, until %s", line->title, calendar_words(rehearsed->calendar, arena, line->ends));
  case REHEARSAL_CLOSES:
    return line->is_deadline
               ? line->title
               : arena_format(arena, "%s: %s", line->title,
                              line->at == line->subject->due ? "nothing is taken late" : "late work is taken no more");
  case REHEARSAL_BEGINS:
  case REHEARSAL_OPENS:
  case REHEARSAL_DUE:
  case REHEARSAL_ENDS:
    break;
  }
  return line->title;
}

static void add_padded(struct text *out, const char *words, size_t width) {
  text_add(out, words);
  for (size_t i = utf8_length(words); i < width + 2; i++)
    text_add_char(out, ' ');
}

static void add_warnings(struct text *out, const struct rehearsed *rehearsed) {
  const struct rehearsal *term = &rehearsed->term;
  if (term->warning_count == 0) {
    text_add(out, "\nNothing looks unwise.\n");
    return;
  }
  text_add_format(out, "\n%zu warning%s:\n", term->warning_count, term->warning_count == 1 ? "" : "s");
  for (size_t i = 0; i < term->warning_count; i++)
    text_add_format(out, "  [%s] %s %s\n", term->warnings[i].code, term->warnings[i].words, term->warnings[i].advice);
}

static void write_line(struct json *out, const struct rehearsed *rehearsed, const struct rehearsal_line *line) {
  static const char *const who_names[] = {
      [REHEARSAL_EVERYBODY] = "everybody", [REHEARSAL_STUDENTS] = "students", [REHEARSAL_STAFF] = "staff"};
  struct arena *arena = out->text.arena;
  const struct milestone *milestone = line->subject == NULL ? NULL : line->subject->milestone;
  json_begin_object(out);
  json_instant(out, "at", line->at);
  json_instant_or_null(out, "ends", line->ends);
  json_text(out, "local", when_words(arena, rehearsed, line));
  json_text(out, "what", rehearsal_what_names[line->what]);
  json_text(out, "who", who_names[line->who]);
  json_text(out, "track", line->track == NO_INDEX ? NULL : rehearsed->course->tracks[line->track].id);
  json_text(out, "key", line->key);
  json_text(out, "title", line->title);
  json_flag(out, "is_deadline", line->is_deadline);
  // Work that arrives within the grace is on time.
  json_instant_or_null(out, "on_time_until",
                       line->what == REHEARSAL_DUE && milestone != NULL && reminder_takes_work(milestone)
                           ? milestone->due + milestone->late->grace_seconds
                           : 0);
  if (line->what == REHEARSAL_REMINDER)
    write_reminder(out, rehearsed, line);
  json_end(out);
}

static void write_reminder(struct json *out, const struct rehearsed *rehearsed, const struct rehearsal_line *line) {
  assert(line->subject != NULL); // a reminder is of something
  struct arena *arena = out->text.arena;
  json_object_in(out, "reminder");
  json_text(out, "offset", span_words(arena, line->offset, true));
  json_text(out, "offset_words", reminder_offset_words(arena, line->offset));
  json_instant(out, "due", line->subject->due);
  json_instant(out, "leaves_at", line->leaves_at);
  json_text(out, "leaves_local", calendar_words(rehearsed->calendar, arena, line->leaves_at));
  json_text(out, "subject", line->said.subject);
  json_text(out, "words", line->said.words);
  json_end(out);
}

static struct ics_event event_of(struct arena *arena, const struct rehearsed *rehearsed,
                                 const struct rehearsal_line *line) {
  bool is_reminder = line->what == REHEARSAL_REMINDER;
  const char *who = rehearsal_who_words(arena, rehearsed->course, line);
  return (struct ics_event){
      .uid = arena_format(arena, "%s/%s/%s%s%s@rehearsal.tandem", rehearsed->course->id, line->key,
                          rehearsal_what_names[line->what], is_reminder ? span_words(arena, line->offset, true) : "",
                          is_reminder && line->who == REHEARSAL_STAFF ? "/staff" : ""),
      .summary = is_reminder ? arena_format(arena, "Reminder to %s: %s", who, line->said.subject)
                             : arena_format(arena, "%s: %s", line->title, rehearsal_what_names[line->what]),
      .description = is_reminder ? line->said.words : arena_format(arena, "For %s", who),
      .category = is_reminder         ? "reminder"
                  : line->is_deadline ? "deadline"
                                      : rehearsal_what_names[line->what],
      .starts = line->at,
      .ends = line->what == REHEARSAL_EXAM ? line->ends : 0,
      .is_day = line->what == REHEARSAL_HOLIDAY,
      .day = line->day,
      .revised_at = rehearsed->course->starts_at, // a file has no clock; the same file is the same bytes
  };
}
