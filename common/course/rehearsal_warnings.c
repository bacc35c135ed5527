// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/rehearsal_warnings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_values.h"

enum { FOLD_SECONDS = 3600, WEEK_DAYS = 7 };

enum code {
  CROWDED_DAY,
  NIGHT,
  HOLIDAY,
  MANY_MAILS,
  TOO_EARLY,
  OUTSIDE_TERM,
  TOO_LATE,
  STAFF_FIRST,
  CLOSES_AFTER,
  CODES
};

static const struct rehearsal_code codes[CODES + 1] = {
    [CROWDED_DAY] = {"deadlines-in-one-day", "Move one of them to another day."},
    [NIGHT] = {"at-night", "Move it to an hour at which people are awake; 23:59 ends a day well."},
    [HOLIDAY] = {"due-on-a-holiday", "Move it to the next working day, or take the day out of 'holidays'."},
    [MANY_MAILS] = {"many-mails", "Leave out some offsets in 'remind', or let reminders fall within one hour: those "
                                  "leave as one mail."},
    [TOO_EARLY] = {"reminder-before-opening", "Shorten the offset, or open earlier."},
    [OUTSIDE_TERM] = {"reminder-outside-term", "Shorten the offset, so that it reaches people within the term."},
    [TOO_LATE] = {"reminder-too-late", "Take the offset out: there is nothing left to do for its reader."},
    [STAFF_FIRST] = {"staff-before-students", "Remind students first; staff are told who has not done it."},
    [CLOSES_AFTER] = {"closes-after-the-term",
                      "State 'closes', or 'closes_after' in the late policy, if grades are due "
                      "before."},
    [CODES] = {NULL, NULL},
};

struct judging {
  struct arena *arena;
  struct calendar *calendar;
  const struct course *course;
  const struct rehearsal *rehearsal;
  struct rehearsal_warning *warnings;
  size_t count, room;
};

static void warn(struct judging *judging, enum code code, int64_t at, const char *words);
static void judge_days(struct judging *judging, int track);
static void judge_day(struct judging *judging, int track, size_t first, size_t end);
static void judge_weeks(struct judging *judging, int track);
static void judge_week(struct judging *judging, int track, int64_t monday, size_t mails, bool is_tracks);
static void judge_line(struct judging *judging, const struct rehearsal_line *line);
static bool is_night(struct judging *judging, int64_t at);
static void judge_reminder(struct judging *judging, const struct rehearsal_line *line);
static void judge_order(struct judging *judging, const struct reminder_subject *subject);
static int64_t first_of(struct judging *judging, int64_t due, const struct span *offsets, size_t count);
static int64_t opening_of(const struct course *course, const struct reminder_subject *subject);
static int64_t end_of(const struct course *course, const struct reminder_subject *subject);
static int64_t monday_of(struct calendar *calendar, int64_t at);
static bool is_spoken_of_elsewhere(const struct judging *judging, int track, bool is_tracks);
static const char *students_words(const struct judging *judging, int track, bool is_tracks);
static const char *day_words(struct judging *judging, int64_t at);
static int warning_compare(const void *left, const void *right);

const struct rehearsal_code *rehearsal_codes(void) { return codes; }

void rehearsal_judge(struct arena *arena, struct calendar *calendar, const struct course *course,
                     struct rehearsal *rehearsal) {
  struct judging judging = {.arena = arena, .calendar = calendar, .course = course, .rehearsal = rehearsal};
  int tracks = course->track_count == 0 ? 1 : (int)course->track_count;
  for (int track = 0; track < tracks; track++) {
    judge_days(&judging, track);
    judge_weeks(&judging, track);
  }
  for (size_t i = 0; i < rehearsal->line_count; i++)
    judge_line(&judging, &rehearsal->lines[i]);
  const struct reminder_subject *subjects = NULL;
  size_t count = 0;
  reminder_subjects(arena, course, &subjects, &count);
  for (size_t i = 0; i < count; i++)
    judge_order(&judging, &subjects[i]);
  if (judging.count > 0)
    qsort(judging.warnings, judging.count, sizeof *judging.warnings, warning_compare);
  rehearsal->warnings = judging.warnings;
  rehearsal->warning_count = judging.count;
}

static void warn(struct judging *judging, enum code code, int64_t at, const char *words) {
  if (judging->count == judging->room) {
    judging->room = judging->room == 0 ? 8 : judging->room * 2;
    judging->warnings =
        arena_grow(judging->arena, judging->warnings, judging->count, judging->room, sizeof *judging->warnings);
  }
  judging->warnings[judging->count++] = (struct rehearsal_warning){codes[code].code, at, words, codes[code].advice};
}

// Lines are in time order, so those of one civil day stand together.
static void judge_days(struct judging *judging, int track) {
  const struct rehearsal *rehearsal = judging->rehearsal;
  for (size_t first = 0, end = 0; first < rehearsal->line_count; first = end) {
    while (end < rehearsal->line_count && day_equal(rehearsal->lines[end].day, rehearsal->lines[first].day))
      end++;
    judge_day(judging, track, first, end);
  }
}

static void judge_day(struct judging *judging, int track, size_t first, size_t end) {
  struct text titles;
  text_init(&titles, judging->arena);
  size_t count = 0;
  int64_t at = 0;
  bool is_tracks = false;
  for (size_t i = first; i < end; i++) {
    const struct rehearsal_line *line = &judging->rehearsal->lines[i];
    if (!line->is_deadline || !rehearsal_concerns(line, track))
      continue;
    at = count == 0 ? line->at : at;
    is_tracks = is_tracks || line->track != NO_INDEX;
    text_add_format(&titles, "%s%s", count++ == 0 ? "" : "; ", line->title);
  }
  if (count > REHEARSAL_DEADLINES_A_DAY_MAX && !is_spoken_of_elsewhere(judging, track, is_tracks))
    warn(judging, CROWDED_DAY, at,
         arena_format(judging->arena, "%s have %zu deadlines on %s: %s.", students_words(judging, track, is_tracks),
                      count, day_words(judging, at), text_get(&titles)));
}

// Of whoever is done with nothing, counting what falls within one hour as one mail. Staff get one a day by design.
static void judge_weeks(struct judging *judging, int track) {
  int64_t monday = INT64_MIN, mail = INT64_MIN;
  size_t mails = 0;
  bool is_tracks = false;
  for (size_t i = 0; i < judging->rehearsal->line_count; i++) {
    const struct rehearsal_line *line = &judging->rehearsal->lines[i];
    if (line->what != REHEARSAL_REMINDER || !rehearsal_concerns(line, track))
      continue;
    bool is_folded = mail != INT64_MIN && line->at <= mail + FOLD_SECONDS;
    int64_t week = is_folded ? monday : monday_of(judging->calendar, line->at);
    if (week != monday) {
      judge_week(judging, track, monday, mails, is_tracks);
      mails = 0;
      is_tracks = false;
      monday = week;
    }
    is_tracks = is_tracks || line->track != NO_INDEX;
    if (!is_folded) {
      mails++;
      mail = line->at;
    }
  }
  judge_week(judging, track, monday, mails, is_tracks);
}

static void judge_week(struct judging *judging, int track, int64_t monday, size_t mails, bool is_tracks) {
  if (mails > REHEARSAL_MAILS_A_WEEK_MAX && !is_spoken_of_elsewhere(judging, track, is_tracks))
    warn(judging, MANY_MAILS, monday,
         arena_format(judging->arena, "%s who are done with nothing get %zu mails in the week from %s.",
                      students_words(judging, track, is_tracks), mails, day_words(judging, monday)));
}

static void judge_line(struct judging *judging, const struct rehearsal_line *line) {
  const char *when = calendar_words(judging->calendar, judging->arena, line->at);
  bool is_late_end = line->what == REHEARSAL_CLOSES && !line->is_deadline;
  for (size_t i = 0; line->is_deadline && i < judging->course->holiday_count; i++)
    if (day_equal(judging->course->holidays[i], line->day))
      warn(judging, HOLIDAY, line->at, arena_format(judging->arena, "%s is due on a holiday, %s.", line->title, when));
  // What follows from a due at night is not told beside it.
  bool is_by_its_due = is_late_end && is_night(judging, line->subject->due);
  if (line->subject != NULL && line->who == REHEARSAL_STUDENTS && is_night(judging, line->at) && !is_by_its_due)
    warn(judging, NIGHT, line->at,
         line->what == REHEARSAL_REMINDER
             ? arena_format(judging->arena, "%s: the reminder %s to students leaves at night, %s.", line->title,
                            span_words(judging->arena, line->offset, true), when)
             : arena_format(judging->arena, "%s %s at night, %s.", line->title,
                            line->what == REHEARSAL_DUE ? "is due" : rehearsal_what_names[line->what], when));
  if (is_late_end && line->at > judging->course->ends_at)
    warn(
        judging, CLOSES_AFTER, line->at,
        arena_format(judging->arena, "%s: late work is taken until %s, after the end of the term.", line->title, when));
  if (line->what == REHEARSAL_REMINDER)
    judge_reminder(judging, line);
}

static bool is_night(struct judging *judging, int64_t at) {
  struct wall wall;
  int second;
  calendar_wall(judging->calendar, at, &wall, &second);
  return wall.hour < REHEARSAL_NIGHT_ENDS_HOUR;
}

static void judge_reminder(struct judging *judging, const struct rehearsal_line *line) {
  assert(line->subject != NULL); // a reminder is of something
  const struct course *course = judging->course;
  const char *when = calendar_words(judging->calendar, judging->arena, line->at);
  const char *reminder =
      arena_format(judging->arena, "The reminder %s to %s of: %s", span_words(judging->arena, line->offset, true),
                   line->who == REHEARSAL_STAFF ? "staff" : "students", line->title);
  int64_t opens = opening_of(course, line->subject), end = end_of(course, line->subject);
  if (line->at < course->starts_at || line->at > course->ends_at)
    warn(judging, OUTSIDE_TERM, line->at,
         arena_format(judging->arena, "%s leaves outside the term, %s.", reminder, when));
  else if (line->at < opens)
    warn(judging, TOO_EARLY, line->at,
         arena_format(judging->arena, "%s leaves %s, before it opens (%s).", reminder, when,
                      calendar_words(judging->calendar, judging->arena, opens)));
  else if (line->who == REHEARSAL_STUDENTS && line->at > end)
    warn(judging, TOO_LATE, line->at,
         arena_format(judging->arena, "%s leaves %s, when it is over (%s).", reminder, when,
                      calendar_words(judging->calendar, judging->arena, end)));
}

// Only where students are reminded at all: a course may tell its staff alone.
static void judge_order(struct judging *judging, const struct reminder_subject *subject) {
  const struct reminders *remind = subject->remind;
  if (remind->student_count == 0 || remind->staff_count == 0)
    return;
  int64_t students = first_of(judging, subject->due, remind->students, remind->student_count);
  int64_t staff = first_of(judging, subject->due, remind->staff, remind->staff_count);
  if (staff < students && staff < subject->due)
    warn(judging, STAFF_FIRST, staff,
         arena_format(judging->arena, "%s: staff are told before any student is reminded, %s.", subject->title,
                      calendar_words(judging->calendar, judging->arena, staff)));
}

static int64_t first_of(struct judging *judging, int64_t due, const struct span *offsets, size_t count) {
  int64_t first = INT64_MAX;
  for (size_t i = 0; i < count; i++) {
    int64_t at = reminder_instant(judging->calendar, due, offsets[i]);
    first = at < first ? at : first;
  }
  return first;
}

static int64_t opening_of(const struct course *course, const struct reminder_subject *subject) {
  const struct track *lab = course_lab_track(course);
  switch (subject->topic) {
  case REMINDER_REGISTRATION:
    return course->teams.opens;
  case REMINDER_LAB_CHOICE:
    return lab != NULL ? lab->opens : 0;
  case REMINDER_MILESTONE:
    return subject->milestone->opens;
  case REMINDER_INFO_CARD:
    break;
  }
  return 0;
}

// An info card can be filled in until the end of the term.
static int64_t end_of(const struct course *course, const struct reminder_subject *subject) {
  if (subject->topic == REMINDER_INFO_CARD)
    return course->ends_at;
  return subject->milestone != NULL && reminder_takes_work(subject->milestone) ? subject->milestone->closes
                                                                               : subject->due;
}

// The first second of the Monday of its week.
static int64_t monday_of(struct calendar *calendar, int64_t at) {
  int weekday = calendar_weekday(calendar, at);
  struct wall wall;
  int second;
  int64_t midnight = at;
  enum wall_trap trap;
  calendar_wall(calendar, at, &wall, &second);
  wall.hour = wall.minute = 0;
  (void)calendar_instant(calendar, wall, &midnight, &trap); // the day is one that is
  return calendar_add(calendar, midnight, (struct span){.days = -((weekday + WEEK_DAYS - 1) % WEEK_DAYS)});
}

// What concerns all tracks alike is told once.
static bool is_spoken_of_elsewhere(const struct judging *judging, int track, bool is_tracks) {
  return !is_tracks && track > 0 && judging->course->track_count > 0;
}

static const char *students_words(const struct judging *judging, int track, bool is_tracks) {
  return is_tracks ? arena_format(judging->arena, "Students of %s", judging->course->tracks[track].title) : "Students";
}

// "Mon 11 Dec 2023"
static const char *day_words(struct judging *judging, int64_t at) {
  char *words = arena_text(judging->arena, calendar_words(judging->calendar, judging->arena, at));
  char *end = words;
  for (int spaces = 0; *end != '\0' && (*end != ' ' || ++spaces < 4);)
    end++;
  *end = '\0';
  return words;
}

static int warning_compare(const void *left, const void *right) {
  const struct rehearsal_warning *a = left, *b = right;
  if (a->at != b->at)
    return a->at < b->at ? -1 : 1;
  return a->code == b->code ? strcmp(a->words, b->words) : strcmp(a->code, b->code);
}
