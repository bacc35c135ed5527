// SPDX-License-Identifier: AGPL-3.0-or-later
// The ledger of what lateness costs each person: rows are added, never changed; the newest of a person and milestone
// holds. Recomputed whenever a submission, a grant, a date or the choice of a version changes (rules.md, Time and
// lateness); a grant never raises a cost.
#pragma once

#include "server/milestones/submission.h"

enum { PENALTY_REASON_CHARACTERS_MAX = 1000 };

struct penalty {
  int64_t person;
  const char *name; // as everybody sees it
  const char *milestone;
  int64_t submission; // 0: all were withdrawn; nothing is judged
  int points;         // of 100; 0 when waived
  int64_t due;        // that it was judged by
  bool is_waived;
  int64_t at;
  const char *cause;  // "handed in", "extension", "date moved", "version chosen", "withdrawn", "waived"
  const char *reason; // of the waiver, or NULL
};

// Judges the holder's counting version for each person who was a member then, and adds rows where something changed.
// Who is in several teams' versions is judged by that of the team they were in when it was due; who is not in the
// counting version (they left before it) by the last one that they are in. With a person for a holder: this person,
// wherever they are a member.
CHECKED enum err penalty_recompute(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone, const struct holder *holder, const char *cause);
// Of every holder of the milestone.
CHECKED enum err penalty_recompute_all(const struct act *act, const struct course_view *course,
                                       const struct milestone *milestone, const char *cause);
// Staff waive a person's cost, with a reason; recomputing leaves it waived.
CHECKED enum err penalty_waive(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, int64_t person, const char *reason);
// All rows of a person, newest first, or of everybody (person 0) of a milestone.
CHECKED enum err penalty_history(const struct act *act, const struct course_view *course, int64_t person,
                                 const char *milestone, const struct penalty **out, size_t *count);
// What handing in at act->now would cost the caller, and of the others only the most it costs anyone.
struct cost_preview {
  int yours;
  int most; // "no dearer than"
};
CHECKED enum err penalty_preview(const struct act *act, const struct course_view *course,
                                 const struct milestone *milestone, const struct holder *holder,
                                 struct cost_preview *out);
