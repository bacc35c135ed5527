// SPDX-License-Identifier: AGPL-3.0-or-later
// What the clock will cause: rows of (instant, kind, course, subject), written in the transaction that makes them due,
// taken off when they have run. Nothing is lost over a restart. Which function runs a kind is the table in
// server/duties.c.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/db/act.h"

// The kinds, and what the subject is. Which function runs each: server/duties.c.
#define AGENDA_REGISTRATION_CLOSES "registration closes" // 0
#define AGENDA_INVITATION_LAPSES "invitation lapses"     // invitation
#define AGENDA_HOLD_ENDS "hold ends"                     // person
#define AGENDA_OFFER_EXPIRES "offer expires"             // entry of the lab queue
#define AGENDA_LAB_DECIDED "lab decided"                 // 0
#define AGENDA_FILE_EXPIRES "file expires"               // file
#define AGENDA_DECISION_TOLD "decision told"             // decision on a proposal
#define AGENDA_COMMENTS_TOLD "comments told"             // proposal
#define AGENDA_DAILY_MAIL "daily mail"                   // 0: what staff are told once a day
#define AGENDA_ANNOUNCEMENT "announcement"               // announcement
#define AGENDA_CALENDARS "calendars"                     // 0, of course 0: feeds whose courses changed
#define AGENDA_ANSWERS_EXPIRE "kept answers expire"      // 0, of course 0

// Sets the instant for (kind, course, subject); an earlier one is replaced.
CHECKED enum err agenda_set(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at);
// Only when nothing is set for (kind, course, subject).
CHECKED enum err agenda_set_if_none(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at);
// Also when another instant is set that is still to come; one that has come is left to its duty.
CHECKED enum err agenda_set_unless_due(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at,
                                       int64_t now);
CHECKED enum err agenda_clear(struct db *db, const char *kind, int64_t course, int64_t subject);

// When (kind, course, subject) is set for; 0: not.
CHECKED enum err agenda_get(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t *at);

struct agenda_item {
  int64_t at;
  const char *kind;
  int64_t course;
  int64_t subject;
};
// The items at or before `until`, earliest first, at most `limit`; those of a course that is not running wait until it
// is.
CHECKED enum err agenda_due(struct db *db, struct arena *arena, int64_t until, int64_t limit, struct agenda_item **out,
                            size_t *count);
// Takes the item off if it still stands for that very instant, and its course is running still; *taken tells. In the
// transaction that runs it.
CHECKED enum err agenda_take(struct db *db, const struct agenda_item *item, bool *taken);
