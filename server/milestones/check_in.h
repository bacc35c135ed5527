// SPDX-License-Identifier: AGPL-3.0-or-later
// Check-ins, presentations and the poster session as they are held: what a team writes before, what staff note after,
// who held, missed or was excused, and what is come back to. Never late (rules.md, Time and lateness). Appointments:
// slot.h.
#pragma once

#include "server/milestones/milestone.h"

enum {
  CHECK_IN_TEXT_CHARACTERS_MAX = 4000,
  CHECK_IN_FOLLOW_UPS_AT_ONCE = 20,
  CHECK_IN_FOLLOW_UP_CHARACTERS_MAX = 500,
  CHECK_IN_MEMBERS_MAX = 100,
};

enum check_in_state { CHECK_IN_NONE, CHECK_IN_HELD, CHECK_IN_MISSED, CHECK_IN_EXCUSED };
extern const char *const check_in_state_names[]; // "none", "held", "missed", "excused", NULL
enum check_in_risk { CHECK_IN_NO_RISK_SAID, CHECK_IN_ON_TRACK, CHECK_IN_AT_RISK, CHECK_IN_STUCK };
extern const char *const check_in_risk_names[]; // by enum check_in_risk less one: "on track", "at risk", "stuck", NULL

// What staff recorded of the person, for all milestones of the course (by index in the course file), in one query.
CHECKED enum err check_in_results_all(const struct act *act, const struct course_view *course, int64_t person,
                                      const enum check_in_state **out);

// What the team shares before a check-in, with who wrote it last; version 0: nothing yet.
struct check_in_update {
  struct holder holder;
  const char *done, *next, *blocked;
  int64_t version;
  int64_t by;
  const char *by_name;
  int64_t at;
  int64_t first_at;
};
struct check_in_words {
  const char *done, *next, *blocked;
  const char *note_to_staff; // NULL: as it is; "": none any more. Only its writer and staff read it.
};
// The caller's holder's (ERR_CONFLICT as milestone_holder) and the caller's own note, "" when there is none.
CHECKED enum err check_in_update_get(const struct act *act, const struct course_view *course,
                                     const struct milestone *milestone, struct check_in_update *out, const char **note);
// Only for check-ins, once open. What is shared changes its version only when its words change: a note alone leaves all
// that team mates read as it was. not_open, team_not_registered.
CHECKED enum err check_in_update_put(const struct act *act, const struct course_view *course,
                                     const struct milestone *milestone, const struct check_in_words *words);

struct check_in_member {
  int64_t person;
  enum check_in_state state;
};
struct check_in_record {
  struct holder holder;
  const struct check_in_member *members; // others stay as they are
  size_t member_count;
  const char *notes;             // NULL: as they are
  enum check_in_risk risk;       // 0: as it is
  const char *const *follow_ups; // new ones
  size_t follow_up_count;
  const int64_t *closes; // follow-ups of the holder's that are done
  size_t close_count;
};
// The version of the holder's record; 0: none.
CHECKED enum err check_in_version(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, const struct holder *holder, int64_t *out);
// By staff, for a registered team or a seated student. Members are those of today, or of the milestone's due. not_open
// before it opens, but for an excuse. Tells those whose state changed.
CHECKED enum err check_in_record(const struct act *act, const struct course_view *course,
                                 const struct milestone *milestone, const struct check_in_record *record);
CHECKED enum err check_in_close_follow_up(const struct act *act, const struct course_view *course, int64_t follow_up);

struct team_mentor {
  int64_t person; // 0: none
  const char *name;
};
CHECKED enum err check_in_mentor(const struct act *act, const struct course_view *course, int64_t team,
                                 struct team_mentor *out);
// Somebody of the staff, or 0. Tells the team and the mentor.
CHECKED enum err check_in_set_mentor(const struct act *act, const struct course_view *course, int64_t team,
                                     int64_t person);
