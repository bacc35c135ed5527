// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/reminder.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/text.h"

enum { SUBJECT_CHARACTERS = 200, HOUR_SECONDS = 3600, MINUTE_SECONDS = 60 };

struct saying { // what the sentences are made of
  struct arena *arena;
  struct calendar *calendar;
  const struct reminder_subject *subject;
  const struct terms *terms;
  int64_t now;
  bool has_slot, has_draft, has_team;
};

static void add_subject(struct reminder_subject *list, size_t *count, const struct reminder_subject *subject);
static const char *subject_line(const struct saying *saying, int64_t due);
static const char *shortened(struct arena *arena, const char *text, size_t characters);
static const char *instant_words(const struct saying *saying, int64_t at);
static const char *card_words(const struct saying *saying);
static const char *registration_words(const struct saying *saying);
static const char *lab_words(const struct saying *saying);
static const char *work_words(const struct saying *saying);
static const char *work_late_words(const struct saying *saying);
static const char *what_to_hand_in(const struct saying *saying);
static const char *cost_words(const struct saying *saying);
static const char *meeting_words(const struct saying *saying);
static const char *slot_words(const struct saying *saying);
static const char *staff_milestone_words(const struct saying *saying);
static const char *count_words(struct arena *arena, int64_t count, const char *unit);

void reminder_subjects(struct arena *arena, const struct course *course, const struct reminder_subject **out,
                       size_t *count) {
  const struct track *lab = course_lab_track(course);
  struct reminder_subject *list = arena_array(arena, course->milestone_count + 3, sizeof *list);
  size_t used = 0;
  if (course->info_card.due != 0)
    add_subject(list, &used,
                &(struct reminder_subject){REMINDER_INFO_CARD, NULL, "info card", "Info card", course->info_card.due,
                                           &course->info_card.remind});
  if (course->teams.has_teams && course->teams.closes != 0)
    add_subject(list, &used,
                &(struct reminder_subject){REMINDER_REGISTRATION, NULL, "team registration", "Team registration",
                                           course->teams.closes, &course->teams.remind});
  if (lab != NULL && lab->decide_by != 0)
    add_subject(list, &used,
                &(struct reminder_subject){REMINDER_LAB_CHOICE, NULL, "lab choice",
                                           arena_format(arena, "Choice of a seat in %s", lab->title), lab->decide_by,
                                           &lab->remind});
  for (size_t i = 0; i < course->milestone_count; i++) {
    const struct milestone *milestone = &course->milestones[i];
    if (milestone->due != 0)
      add_subject(list, &used,
                  &(struct reminder_subject){REMINDER_MILESTONE, milestone,
                                             arena_format(arena, "milestone %s", milestone->id), milestone->title,
                                             milestone->due, &milestone->remind});
  }
  *out = list;
  *count = used;
}

bool reminder_takes_work(const struct milestone *milestone) {
  return milestone->hand_in_count > 0 || milestone->kind == MILESTONE_PROPOSAL;
}

int64_t reminder_instant(struct calendar *calendar, int64_t due, struct span offset) {
  return calendar_add(calendar, due, offset);
}

const char *reminder_offset_words(struct arena *arena, struct span offset) {
  if (offset.days == 0 && offset.seconds == 0)
    return "when it is due";
  const char *side = offset.days < 0 || (offset.days == 0 && offset.seconds < 0) ? "before" : "after";
  struct text words;
  text_init(&words, arena);
  if (offset.days != 0)
    text_add_format(&words, "%s ", count_words(arena, abs(offset.days), "day"));
  if (offset.days != 0 && offset.seconds != 0) // the course file writes one or the other
    text_add(&words, (offset.seconds < 0) == (offset.days < 0) ? "and " : "less ");
  int64_t seconds = llabs(offset.seconds);
  if (seconds != 0 && seconds % HOUR_SECONDS == 0)
    text_add_format(&words, "%s ", count_words(arena, seconds / HOUR_SECONDS, "hour"));
  else if (seconds != 0 && seconds % MINUTE_SECONDS == 0)
    text_add_format(&words, "%s ", count_words(arena, seconds / MINUTE_SECONDS, "minute"));
  else if (seconds != 0)
    text_add_format(&words, "%s ", count_words(arena, seconds, "second"));
  text_add(&words, side);
  return text_get(&words);
}

struct reminder_words reminder_to_student(struct arena *arena, struct calendar *calendar,
                                          const struct reminder_subject *subject, const struct reminder_reader *reader,
                                          int64_t now) {
  static const char *(*const of_topic[])(const struct saying *) = {[REMINDER_INFO_CARD] = card_words,
                                                                   [REMINDER_REGISTRATION] = registration_words,
                                                                   [REMINDER_LAB_CHOICE] = lab_words};
  struct saying saying = {arena, calendar,         subject,           reader->terms,
                          now,   reader->has_slot, reader->has_draft, reader->has_team};
  const char *words = subject->topic != REMINDER_MILESTONE      ? of_topic[subject->topic](&saying)
                      : reminder_takes_work(subject->milestone) ? work_words(&saying)
                                                                : meeting_words(&saying);
  return (struct reminder_words){subject_line(&saying, reader->terms->due), words};
}

struct reminder_words reminder_to_staff(struct arena *arena, struct calendar *calendar,
                                        const struct reminder_subject *subject, int64_t now) {
  struct terms terms = {.due = subject->due};
  if (subject->topic == REMINDER_MILESTONE)
    terms = terms_of(calendar, subject->milestone, NULL, 0);
  struct saying saying = {.arena = arena, .calendar = calendar, .subject = subject, .terms = &terms, .now = now};
  const char *due = instant_words(&saying, subject->due);
  bool is_over = now > subject->due;
  const char *words = NULL;
  switch (subject->topic) {
  case REMINDER_INFO_CARD:
    words = arena_format(arena,
                         is_over ? "The info card was due %s; it can still be filled in and counts for coverage then."
                                 : "Students fill in their info cards by %s.",
                         due);
    break;
  case REMINDER_REGISTRATION:
    words = arena_format(arena,
                         is_over ? "Team registration closed %s. Nobody is put anywhere by the server: place who is "
                                   "left, and complete the teams that are not registered."
                                 : "Team registration closes %s. A forming team that then meets the rules is "
                                   "registered; the others stay and are marked incomplete.",
                         due);
    break;
  case REMINDER_LAB_CHOICE:
    words = arena_format(
        arena,
        is_over ? "Seats could be asked for until %s. The waiting list has ended; now only the staff give seats."
                : "Students ask for a seat by %s; after that only the staff give seats.",
        due);
    break;
  case REMINDER_MILESTONE:
    words = staff_milestone_words(&saying);
    break;
  }
  return (struct reminder_words){subject_line(&saying, subject->due), words};
}

// Kept sorted while it fills: equal dues stay in the order of adding.
static void add_subject(struct reminder_subject *list, size_t *count, const struct reminder_subject *subject) {
  size_t place = (*count)++;
  for (; place > 0 && list[place - 1].due > subject->due; place--)
    list[place] = list[place - 1];
  list[place] = *subject;
}

// The instant is what the reader needs; a title that leaves no room for it is cut.
static const char *subject_line(const struct saying *saying, int64_t due) {
  bool is_window = saying->subject->topic == REMINDER_REGISTRATION || saying->subject->topic == REMINDER_LAB_CHOICE;
  const char *verb = is_window ? saying->now > due ? "closed" : "closes" : saying->now > due ? "was due" : "due";
  const char *rest = arena_format(saying->arena, ": %s %s", verb, instant_words(saying, due));
  const char *title = shortened(saying->arena, saying->subject->title, SUBJECT_CHARACTERS - utf8_length(rest));
  return arena_format(saying->arena, "%s%s", title, rest);
}

static const char *shortened(struct arena *arena, const char *text, size_t characters) {
  if (utf8_length(text) <= characters)
    return text;
  const char *end = text;
  for (size_t kept = 0; kept + 1 < characters; kept++)
    do
      end++;
    while (((unsigned char)*end & 0xC0) == 0x80); // not within a code point
  return arena_format(arena, "%.*s\xE2\x80\xA6", (int)(end - text), text);
}

static const char *instant_words(const struct saying *saying, int64_t at) {
  return calendar_words(saying->calendar, saying->arena, at);
}

static const char *card_words(const struct saying *saying) {
  const char *due = instant_words(saying, saying->terms->due);
  if (saying->now > saying->terms->due)
    return arena_format(saying->arena,
                        "Your info card was due %s and is not filled in. It still can be; until it is, you count as at "
                        "the lowest level in every skill.",
                        due);
  return arena_format(saying->arena,
                      "Fill in your info card by %s. Without it you count as at the lowest level in every skill, and "
                      "nobody who looks for team mates finds you.",
                      due);
}

static const char *registration_words(const struct saying *saying) {
  const char *closes = instant_words(saying, saying->terms->due);
  if (saying->now > saying->terms->due)
    return arena_format(saying->arena,
                        "Team registration closed %s. Ask the staff for a late join if you have no place yet.", closes);
  return arena_format(saying->arena,
                      saying->has_team
                          ? "Complete it and register it by %s. The server puts nobody into a team by itself."
                          : "Be in a registered team by %s: found one, or join one. The server puts nobody into a team "
                            "by itself.",
                      closes);
}

static const char *lab_words(const struct saying *saying) {
  const char *closes = instant_words(saying, saying->terms->due);
  if (saying->now > saying->terms->due)
    return arena_format(saying->arena, "The time to ask for a seat ended %s. Now only the staff can seat you.", closes);
  return arena_format(saying->arena,
                      "If you want a seat, ask for it by %s; seats are given in the order of asking. Afterwards only "
                      "the staff can seat you.",
                      closes);
}

static const char *work_words(const struct saying *saying) {
  const struct terms *terms = saying->terms;
  const char *due = instant_words(saying, terms->due);
  if (saying->now < terms->opens)
    return arena_format(saying->arena, "It opens %s and is due %s.", instant_words(saying, terms->opens), due);
  if (saying->now > terms->closes)
    return arena_format(saying->arena,
                        "It was due %s and is taken no more since %s. Ask the staff if you have a reason.", due,
                        instant_words(saying, terms->closes));
  if (saying->now > terms->due)
    return arena_format(saying->arena, "%s It was due %s. %s", what_to_hand_in(saying), due, work_late_words(saying));
  return arena_format(saying->arena, "%s It is due %s. %s%s", what_to_hand_in(saying), due, cost_words(saying),
                      slot_words(saying));
}

static const char *work_late_words(const struct saying *saying) {
  const struct terms *terms = saying->terms;
  int64_t turn = terms_next_turn(terms, saying->now);
  int now = terms_points(terms, saying->now), then = terms_points(terms, turn + 1);
  const char *turn_words = instant_words(saying, turn), *closes = instant_words(saying, terms->closes);
  if (now == POINTS_ALL)
    return arena_format(saying->arena, "By now it earns nothing any more; it is taken until %s.", closes);
  const char *cost = now == 0 ? "nothing" : arena_format(saying->arena, "%d points of 100", now);
  if (turn >= terms->closes)
    return arena_format(saying->arena, "Until %s it costs %s; after that nothing is taken.", closes, cost);
  if (then == now) // a policy by which a day costs nothing
    return arena_format(saying->arena, "It costs %s; after %s nothing is taken.", cost, closes);
  return arena_format(saying->arena, "Until %s it costs %s, then %d; after %s nothing is taken.", turn_words, cost,
                      then, closes);
}

static const char *what_to_hand_in(const struct saying *saying) {
  switch (saying->subject->milestone->kind) {
  case MILESTONE_PROPOSAL:
    if (saying->has_draft)
      return "Submit it.";
    return "Submit the proposal: a draft that is only saved is not submitted.";
  case MILESTONE_CHECK_IN:
  case MILESTONE_PRESENTATION:
    return "Hand in what belongs to it.";
  case MILESTONE_REPORT:
  case MILESTONE_ARTIFACT:
  case MILESTONE_LAB:
    break;
  }
  return "Hand it in: what is only saved is not submitted.";
}

static const char *cost_words(const struct saying *saying) {
  const struct terms *terms = saying->terms;
  const char *closes = instant_words(saying, terms->closes);
  if (terms->closes <= terms->due + terms->late->grace_seconds)
    return "Nothing is taken late.";
  if (terms->late->points_per_day == 0)
    return arena_format(saying->arena, "Late work costs nothing and is taken until %s.", closes);
  return arena_format(saying->arena, "Each day begun after that costs %d points of 100; after %s nothing is taken.",
                      terms->late->points_per_day, closes);
}

static const char *meeting_words(const struct saying *saying) {
  const char *due = instant_words(saying, saying->terms->due);
  if (saying->now > saying->terms->due)
    return arena_format(saying->arena, "It was to be held by %s. The staff say whether it was held, missed or excused.",
                        due);
  return arena_format(saying->arena, "It is to be held by %s.%s", due, slot_words(saying));
}

// The slot of an artifact is one of several ways to show it: nobody has to book that.
static const char *slot_words(const struct saying *saying) {
  const struct milestone *milestone = saying->subject->milestone;
  bool is_needed = milestone->kind == MILESTONE_CHECK_IN || milestone->kind == MILESTONE_PRESENTATION;
  bool has_slots = milestone->slot_length.days != 0 || milestone->slot_length.seconds != 0;
  return is_needed && has_slots && !saying->has_slot ? " See that a slot is booked for it." : "";
}

static const char *staff_milestone_words(const struct saying *saying) {
  const struct terms *terms = saying->terms;
  const char *due = instant_words(saying, terms->due), *closes = instant_words(saying, terms->closes);
  if (!reminder_takes_work(saying->subject->milestone))
    return arena_format(saying->arena,
                        saying->now > terms->due ? "It was to be held by %s: note what was held, missed or excused."
                                                 : "It is to be held by %s.",
                        due);
  if (saying->now > terms->closes)
    return arena_format(saying->arena, "It was due %s and is taken no more since %s.", due, closes);
  if (terms->closes <= terms->due + terms->late->grace_seconds)
    return arena_format(saying->arena, "It %s due %s; nothing is taken late.", saying->now > terms->due ? "was" : "is",
                        due);
  return arena_format(saying->arena, "It %s due %s; late work is taken until %s.",
                      saying->now > terms->due ? "was" : "is", due, closes);
}

static const char *count_words(struct arena *arena, int64_t count, const char *unit) {
  return arena_format(arena, "%" PRId64 " %s%s", count, unit, count == 1 ? "" : "s");
}
