// SPDX-License-Identifier: AGPL-3.0-or-later
// The one enumerator of reminders: who is reminded of what, when, as things stand (rules.md, Reminders and tasks). The
// planner sends from it, the forecast and GET reminders print it, so they cannot disagree. Pure but for loading; knows
// neither what was sent (ledger_store.h) nor which leave together (fold.h).
#pragma once

#include "common/course/reminder.h"
#include "server/reminders/roll.h"

// Beside what the course file states, reminders that the server has of its own.
enum plan_topic {
  PLAN_SUBJECT,      // of the course file: a milestone, the info card, registration, the lab choice
  PLAN_REVISION,     // changes of a proposal are requested: the milestone's offsets on the revision's deadline
  PLAN_NEW_PROPOSAL, // it was not approved: the same on "propose anew by"
  PLAN_OFFER,        // of a lab seat: 6 hours before it expires, or halfway when it is shorter
  PLAN_INVITATION,   // 24 hours before it lapses
  PLAN_SLOT,         // 24 hours before it begins: to who booked it and to who holds it
};
enum { PLAN_DAY_SECONDS = 86400, PLAN_OFFER_SECONDS = 6 * 3600, PLAN_STAFF_USEFUL_SECONDS = 7 * 86400 };

struct reminder {
  int64_t at;
  int64_t person;
  const char *key; // of the subject: the ledger's
  const char *title;
  struct span offset;
  int64_t due;          // effective: the person's own
  int64_t useful_until; // the last second at which it is still worth saying
  enum plan_topic topic;
  bool is_to_staff;
  bool is_urgent; // to staff: theirs, and due within 24 hours: said at once, else with the daily mail
  const struct reminder_subject *subject; // of PLAN_SUBJECT and of proposals
  size_t thing;                           // index in the roll's list of the topic
};

struct plan {
  const struct act *act;
  struct roll roll;
  struct calendar *calendar;
  const struct reminder_subject *subjects;
  size_t subject_count;
};
CHECKED enum err plan_load(const struct act *act, const struct course_view *course, struct plan *out);

struct plan_list { // by instant, then person, subject and offset
  const struct reminder *items;
  size_t count;
  int64_t next; // the earliest after `to`, as things stand; INT64_MAX: none
};
// Those of (from, to].
void plan_between(const struct plan *plan, int64_t from, int64_t to, struct plan_list *out);
