// SPDX-License-Identifier: AGPL-3.0-or-later
// Teams: rules of joining, leaving and registering (rules.md, Teams and Coverage), as functions of an act, for
// requests, timers and labs.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/courses/course_view.h"

enum team_state { TEAM_FORMING, TEAM_REGISTERED, TEAM_INCOMPLETE, TEAM_DISSOLVED };

struct team {
  int64_t id;
  int64_t course;
  const char *name;
  enum team_state state;
  int64_t contact;
  const char *looking_for;
  const char *gap_plan;  // NULL: none stated
  int64_t registered_at; // 0: not yet
  bool is_waived;        // coverage, by staff
  const char *waiver_reason;
  int64_t gap_since; // 0: no gap that a registered team has to repair
  int64_t gap_due;
  int64_t size_max; // its own, by staff; 0: the course file's (team_size_max in team_rules.h)
  int64_t version;
};

CHECKED enum err team_get(const struct act *act, int64_t course, int64_t team,
                          struct team *out); // not_found for another course's
// What leaving would mean, in words, for `in_team` refusals and dry runs: "You would leave Gradient Descenders, which
// is left with 1 of at least 2 members." (one sentence; the team may be registered or lose its coverage, then that is
// said too).
CHECKED enum err team_leave_words(const struct act *act, const struct course_view *course, int64_t person,
                                  const char **words);
// A member leaves of their own will; only while the team is not registered (else team_registered: ask
// staff). Hands the contact on, recomputes coverage, tells the others; the last one to leave dissolves a forming
// team.
CHECKED enum err team_leave(const struct act *act, const struct course_view *course, int64_t person);
// After an enrolment ended, its hold ran out, or its person came back within the hold (services->departed): the team's
// side of it. Their invitations and "looking for a team" end with the hold; who held no place has none, so that theirs
// lapse in their own time: nobody who is gone is listed as looking or can join.
CHECKED enum err team_departed(const struct act *act, const struct course_view *course, int64_t person,
                               bool is_hold_over);
// Open invitations and join requests of a person who now is in a team or a seat are declined, and those teams told; a
// seat also ends "looking for a team".
CHECKED enum err invitation_decline_others(const struct act *act, const struct course_view *course, int64_t person);
// Timers: at the window's close every forming team that meets size (and coverage when it blocks) is registered and
// told.
CHECKED enum err team_close_window(const struct act *act, const struct course_view *course);
CHECKED enum err invitation_lapse(const struct act *act, const struct course_view *course, int64_t invitation);
// Of an archived course: open invitations and join requests lapse, and nobody is told.
CHECKED enum err invitation_end_all(const struct act *act, int64_t course);
// Recomputes a team's coverage in this transaction; a registered team whose gap opens is marked, a dated repair task
// opens, staff are told once.
CHECKED enum err team_coverage_changed(const struct act *act, const struct course_view *course, int64_t team);
