// SPDX-License-Identifier: AGPL-3.0-or-later
// The term of a course file in time order, before anybody is enrolled: every opening, deadline, closing and reminder,
// for whom, in which words, and what of it looks unwise. Pure; what a running course will really send is the server's
// forecast (server/reminders). Who prints it: `tandem rehearse`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/calendar.h"
#include "common/course/reminder.h"

enum { REHEARSAL_MAILS_A_WEEK_MAX = 5, REHEARSAL_DEADLINES_A_DAY_MAX = 2, REHEARSAL_NIGHT_ENDS_HOUR = 6 };

enum rehearsal_what {
  REHEARSAL_BEGINS,   // the term
  REHEARSAL_HOLIDAY,  // a whole day
  REHEARSAL_EXAM,     // the exam slot
  REHEARSAL_OPENS,    // registration, the choice of seats, a milestone
  REHEARSAL_DUE,      // the info card, a milestone
  REHEARSAL_CLOSES,   // registration and the choice of seats; of a milestone: late work is taken no more
  REHEARSAL_REMINDER, // to those who are not done, or to staff
  REHEARSAL_ENDS,     // the term
};
enum rehearsal_who { REHEARSAL_EVERYBODY, REHEARSAL_STUDENTS, REHEARSAL_STAFF };

struct rehearsal_line {
  int64_t at;
  int64_t ends; // of a holiday and the exam slot; else 0
  enum rehearsal_what what;
  enum rehearsal_who who;
  int track;       // index of the only track whose students it concerns, or NO_INDEX
  struct day day;  // of `at`, in the course's zone
  const char *key; // of the thing, stable: "milestone proposal", "team registration", "holiday 2023-09-04"
  const char *title;
  bool is_deadline;                       // something of a student's has to be done by then
  const struct reminder_subject *subject; // NULL for the term, holidays and the exam slot

  // of REHEARSAL_REMINDER
  struct span offset;
  struct reminder_words said;
  int64_t leaves_at; // students: at once; staff: with the daily mail, 07:30
  size_t order;      // among lines of one instant
};

struct rehearsal_warning {
  const char *code; // "deadlines-in-one-day", …: stable
  int64_t at;       // where in the term
  const char *words;
  const char *advice; // what to do
};

struct rehearsal {
  const struct rehearsal_line *lines; // by instant
  size_t line_count;
  const struct rehearsal_warning *warnings; // by instant
  size_t warning_count;
};

extern const char *const rehearsal_what_names[]; // "begins", "holiday", "exam", "opens", "due", "closes", …

// Of a course that course_file_read found sound; the calendar is the course's.
void rehearse(struct arena *arena, struct calendar *calendar, const struct course *course, struct rehearsal *out);
// "everybody", "students", "students of Four labs", "staff"
const char *rehearsal_who_words(struct arena *arena, const struct course *course, const struct rehearsal_line *line);
// Whether it concerns a student who does this track.
bool rehearsal_concerns(const struct rehearsal_line *line, int track);
