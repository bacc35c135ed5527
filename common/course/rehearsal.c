// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/rehearsal.h"

#include <assert.h>
#include <stdlib.h>

#include "common/course/rehearsal_warnings.h"

enum { DAILY_MAIL_HOUR = 7, DAILY_MAIL_MINUTE = 30, LINES_A_SUBJECT = 3 };

const char *const rehearsal_what_names[] = {
    [REHEARSAL_BEGINS] = "begins",     [REHEARSAL_HOLIDAY] = "holiday", [REHEARSAL_EXAM] = "exam",
    [REHEARSAL_OPENS] = "opens",       [REHEARSAL_DUE] = "due",         [REHEARSAL_CLOSES] = "closes",
    [REHEARSAL_REMINDER] = "reminder", [REHEARSAL_ENDS] = "ends",       NULL};

struct writing {
  struct arena *arena;
  struct calendar *calendar;
  const struct course *course;
  struct rehearsal_line *lines;
  size_t count;
  size_t room;
};

static size_t room_for(const struct course *course, const struct reminder_subject *subjects, size_t count);
static void add_line(struct writing *writing, struct rehearsal_line line);
static void add_term(struct writing *writing);
static void add_holiday(struct writing *writing, struct day day);
static void add_subject(struct writing *writing, const struct reminder_subject *subject);
static void add_milestone(struct writing *writing, const struct reminder_subject *subject);
static void add_reminders(struct writing *writing, const struct reminder_subject *subject);
static struct rehearsal_line line_of(const struct reminder_subject *subject, enum rehearsal_what what, int64_t at);
static int64_t daily_mail_after(struct calendar *calendar, int64_t at);
static int line_compare(const void *left, const void *right);

void rehearse(struct arena *arena, struct calendar *calendar, const struct course *course, struct rehearsal *out) {
  const struct reminder_subject *subjects = NULL;
  size_t count = 0;
  reminder_subjects(arena, course, &subjects, &count);
  struct writing writing = {.arena = arena, .calendar = calendar, .course = course};
  writing.room = room_for(course, subjects, count);
  writing.lines = arena_array(arena, writing.room, sizeof *writing.lines);
  add_term(&writing);
  for (size_t i = 0; i < count; i++)
    add_subject(&writing, &subjects[i]);
  qsort(writing.lines, writing.count, sizeof *writing.lines, line_compare);
  *out = (struct rehearsal){.lines = writing.lines, .line_count = writing.count};
  rehearsal_judge(arena, calendar, course, out);
}

const char *rehearsal_who_words(struct arena *arena, const struct course *course, const struct rehearsal_line *line) {
  switch (line->who) {
  case REHEARSAL_EVERYBODY:
    return "everybody";
  case REHEARSAL_STAFF:
    return "staff";
  case REHEARSAL_STUDENTS:
    break;
  }
  return line->track == NO_INDEX ? "students"
                                 : arena_format(arena, "students of %s", course->tracks[line->track].title);
}

bool rehearsal_concerns(const struct rehearsal_line *line, int track) {
  return line->who != REHEARSAL_STAFF && (line->track == NO_INDEX || line->track == track);
}

static size_t room_for(const struct course *course, const struct reminder_subject *subjects, size_t count) {
  size_t room = 3 + course->holiday_count; // begins, ends, the exam slot
  for (size_t i = 0; i < count; i++)
    room += LINES_A_SUBJECT + subjects[i].remind->student_count + subjects[i].remind->staff_count;
  return room;
}

static void add_line(struct writing *writing, struct rehearsal_line line) {
  assert(writing->count < writing->room);
  struct wall wall;
  int second;
  calendar_wall(writing->calendar, line.at, &wall, &second);
  line.day = (struct day){wall.year, wall.month, wall.day};
  line.order = writing->count;
  writing->lines[writing->count++] = line;
}

static void add_term(struct writing *writing) {
  const struct course *course = writing->course;
  struct rehearsal_line term = {
      .what = REHEARSAL_BEGINS, .at = course->starts_at, .track = NO_INDEX, .key = "term", .title = "The term"};
  add_line(writing, term);
  term.what = REHEARSAL_ENDS;
  term.at = course->ends_at;
  add_line(writing, term);
  for (size_t i = 0; i < course->holiday_count; i++)
    add_holiday(writing, course->holidays[i]);
  if (course->exam_slot.starts != 0)
    add_line(writing, (struct rehearsal_line){
                          .what = REHEARSAL_EXAM,
                          .at = course->exam_slot.starts,
                          .ends = course->exam_slot.ends,
                          .track = NO_INDEX,
                          .key = "exam slot",
                          .title = course->exam_slot.use == NULL
                                       ? "Exam slot"
                                       : arena_format(writing->arena, "Exam slot: %s", course->exam_slot.use)});
}

static void add_holiday(struct writing *writing, struct day day) {
  int64_t starts = 0;
  enum wall_trap trap;
  if (!calendar_instant(writing->calendar, (struct wall){day.year, day.month, day.day, 0, 0}, &starts, &trap))
    return; // the reader has let no such day through
  add_line(writing, (struct rehearsal_line){
                        .what = REHEARSAL_HOLIDAY,
                        .at = starts,
                        .ends = calendar_add(writing->calendar, starts, (struct span){.days = 1}),
                        .track = NO_INDEX,
                        .key = arena_format(writing->arena, "holiday %04d-%02d-%02d", day.year, day.month, day.day),
                        .title = "Holiday"});
}

static void add_subject(struct writing *writing, const struct reminder_subject *subject) {
  const struct track *lab = course_lab_track(writing->course);
  switch (subject->topic) {
  case REMINDER_INFO_CARD:
    add_line(writing, line_of(subject, REHEARSAL_DUE, subject->due));
    break;
  case REMINDER_REGISTRATION:
    add_line(writing, line_of(subject, REHEARSAL_OPENS, writing->course->teams.opens));
    add_line(writing, line_of(subject, REHEARSAL_CLOSES, subject->due));
    break;
  case REMINDER_LAB_CHOICE:
    if (lab->opens != 0)
      add_line(writing, line_of(subject, REHEARSAL_OPENS, lab->opens));
    add_line(writing, line_of(subject, REHEARSAL_CLOSES, subject->due));
    break;
  case REMINDER_MILESTONE:
    add_milestone(writing, subject);
    break;
  }
  add_reminders(writing, subject);
}

static void add_milestone(struct writing *writing, const struct reminder_subject *subject) {
  const struct milestone *milestone = subject->milestone;
  add_line(writing, line_of(subject, REHEARSAL_OPENS, milestone->opens));
  add_line(writing, line_of(subject, REHEARSAL_DUE, milestone->due));
  if (reminder_takes_work(milestone))
    add_line(writing, line_of(subject, REHEARSAL_CLOSES, milestone->closes));
}

static void add_reminders(struct writing *writing, const struct reminder_subject *subject) {
  struct terms terms = {.due = subject->due};
  if (subject->milestone != NULL)
    terms = terms_of(writing->calendar, subject->milestone, NULL, 0);
  for (size_t i = 0; i < subject->remind->student_count; i++) {
    struct span offset = subject->remind->students[i];
    struct rehearsal_line line =
        line_of(subject, REHEARSAL_REMINDER, reminder_instant(writing->calendar, subject->due, offset));
    line.offset = offset;
    const struct reminder_reader reader = {.terms = &terms};
    line.said = reminder_to_student(writing->arena, writing->calendar, subject, &reader, line.at);
    line.leaves_at = line.at;
    add_line(writing, line);
  }
  for (size_t i = 0; i < subject->remind->staff_count; i++) {
    struct span offset = subject->remind->staff[i];
    struct rehearsal_line line =
        line_of(subject, REHEARSAL_REMINDER, reminder_instant(writing->calendar, subject->due, offset));
    line.who = REHEARSAL_STAFF;
    line.offset = offset;
    line.said = reminder_to_staff(writing->arena, writing->calendar, subject, line.at);
    line.leaves_at = daily_mail_after(writing->calendar, line.at);
    add_line(writing, line);
  }
}

static struct rehearsal_line line_of(const struct reminder_subject *subject, enum rehearsal_what what, int64_t at) {
  bool is_window = subject->topic == REMINDER_REGISTRATION || subject->topic == REMINDER_LAB_CHOICE;
  return (struct rehearsal_line){.at = at,
                                 .what = what,
                                 .who = REHEARSAL_STUDENTS,
                                 .track = subject->milestone == NULL ? NO_INDEX : subject->milestone->track,
                                 .key = subject->key,
                                 .title = subject->title,
                                 .is_deadline = what == REHEARSAL_DUE || (what == REHEARSAL_CLOSES && is_window),
                                 .subject = subject};
}

// rules.md, Reminders and tasks: staff get one mail a day, at 07:30 in the course's zone.
static int64_t daily_mail_after(struct calendar *calendar, int64_t at) {
  struct wall wall;
  int second;
  int64_t mail = at;
  enum wall_trap trap;
  calendar_wall(calendar, at, &wall, &second);
  wall.hour = DAILY_MAIL_HOUR;
  wall.minute = DAILY_MAIL_MINUTE;
  (void)calendar_instant(calendar, wall, &mail, &trap); // the day is one that is
  return mail >= at ? mail : calendar_add(calendar, mail, (struct span){.days = 1});
}

static int line_compare(const void *left, const void *right) {
  const struct rehearsal_line *a = left, *b = right;
  if (a->at != b->at)
    return a->at < b->at ? -1 : 1;
  if (a->what != b->what)
    return a->what < b->what ? -1 : 1;
  return a->order < b->order ? -1 : a->order > b->order;
}
