// SPDX-License-Identifier: AGPL-3.0-or-later
// What the features share in one process, reached from a request's http->services. Built by server/app.c; immutable
// while serving, except for what a pointer's own module guards with a lock.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"
#include "server/outbound/http_client.h"

struct course_library; // server/courses/course_library.h
struct course_view;    // server/courses/course_view.h
struct seeker_tally;   // server/teams/seeker_tally.h
struct petition_kinds; // server/courses/petition.h
struct task_sources;   // server/courses/task.h
struct throttle;       // server/accounts/throttle.h
struct upkeep;         // server/upkeep.h

// Called in the transaction in which an enrolment ends (a drop), comes back within its hold, or a hold runs out, so
// that features to the right of courses can follow: coverage, contact, the seat offered on. `is_hold_over` false:
// dropped or back, the place is still there.
typedef enum err departure_hook(const struct act *act, const struct course_view *course, int64_t person,
                                bool is_hold_over);

// Called in the transaction in which staff moved people out of lab seats or into them, after all of them are moved:
// `seated` are those who now have one. Refuses with lab_full, auditor_not_approved, not_found; then all is undone.
typedef enum err seats_hook(const struct act *act, const struct course_view *course, const int64_t *seated,
                            size_t count);

// How far a team's project is (server/teams/team_progress.h), as act->actor may see it in the role of the view.
struct team_progress;
typedef enum err team_progress_hook(const struct act *act, const struct course_view *course, int64_t team,
                                    struct team_progress *out);

// Whether the caller's team shares a file that waits, because what the team writes together names it.
typedef enum err file_share_hook(const struct act *act, const struct course_view *course, int64_t file, bool *out);

// Called in the transaction in which a course is archived: what is open in it and would end by the clock ends, and
// nobody is told.
typedef enum err archive_hook(const struct act *act, const struct course_view *course);

// What becomes of the reminders that are still to come when a course's file becomes another one.
struct reminder_moves {
  int64_t moved;     // for how many people and offsets
  int64_t cancelled; // their new instant has passed, or there is none
  int64_t added;
};
typedef enum err reminders_hook(const struct act *act, const struct course_view *was, const struct course_view *is,
                                struct reminder_moves *out);

struct services {
  struct course_library *library;
  struct seeker_tally *seekers;
  struct throttle *throttle;
  struct upkeep *upkeep;
  departure_hook *departed;
  seats_hook *seats_moved;
  archive_hook *archived;
  team_progress_hook *team_progress;
  file_share_hook *file_is_shared;
  reminders_hook *reminders_moved;
  const struct petition_kinds *petition_kinds;
  const struct task_sources *task_sources;
  struct http_client_rules webhook_rules; // where webhooks may go
  bool is_mail_sent;                      // false: mail goes to files; answers to instructors say so in these words
#define MAIL_NOT_SENT "not being sent"
  const char *epoch;        // of the store (server/db/epoch.h)
  const char *mail_domain;  // completes a login without '@' in a Canvas roster; NULL: such rows need a second CSV
  bool has_cheap_passwords; // tests and demo people: libsodium's minimum
};

struct request;
const struct services *request_services(const struct request *request);
