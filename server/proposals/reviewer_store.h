// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of reviewers, conflicts and substitutes, and the queue of proposals that wait. Knows no rule.
#pragma once

#include "server/proposals/decision.h"

struct reviewer {
  int64_t team;
  int64_t person;
  const char *name;
  int64_t substitute; // who stands in now; 0: nobody
  const char *substitute_name;
};
// Of the team, or of all teams with a proposal that waits (team 0): those who still are staff, by team and person.
CHECKED enum err reviewer_store_list(const struct act *act, int64_t course, int64_t team, struct reviewer **out,
                                     size_t *count);
CHECKED enum err reviewer_store_clear(const struct act *act, int64_t team);
CHECKED enum err reviewer_store_add(const struct act *act, int64_t team, int64_t person);

CHECKED enum err reviewer_store_has_conflict(const struct act *act, int64_t team, int64_t person, bool *out);
struct review_conflict {
  int64_t team;
  const char *team_name;
  int64_t person;
  const char *name;
};
// Of the person, or of everybody (0), by team and person.
CHECKED enum err reviewer_store_conflicts(const struct act *act, int64_t course, int64_t person,
                                          struct review_conflict **out, size_t *count);
// Makes it the actor's list, and takes them off as a reviewer of these teams. First the list is emptied.
CHECKED enum err reviewer_store_clear_conflicts(const struct act *act, int64_t course);
CHECKED enum err reviewer_store_add_conflict(const struct act *act, int64_t team);

// Registered teams without a reviewer who still is staff, by number.
struct review_team {
  int64_t team;
  const char *name;
};
CHECKED enum err reviewer_store_bare_teams(const struct act *act, int64_t course, struct review_team **out,
                                           size_t *count);
// How many registered teams the person reviews.
CHECKED enum err reviewer_store_load(const struct act *act, int64_t course, int64_t person, int *out);

struct substitute {
  int64_t person; // 0: nobody
  const char *name;
  int64_t until;
};
CHECKED enum err reviewer_store_substitute(const struct act *act, int64_t course, struct substitute *out); // actor's
CHECKED enum err reviewer_store_set_substitute(const struct act *act, int64_t course, int64_t person, int64_t until);
CHECKED enum err reviewer_store_stands_in_for_instructor(const struct act *act, int64_t course, bool *out);

// A proposal that waits for a recommendation or a decision, for the actor.
struct waiting {
  int64_t proposal;
  int64_t team;
  const char *team_name;
  enum proposal_state state;
  int64_t round;
  int64_t since;    // its submission
  bool is_assigned; // to the actor, or to whom they stand in for
  bool has_reviewer;
  bool is_barred;       // the actor may not judge it
  bool is_recommended;  // somebody has recommended on this submission
  enum verdict verdict; // the newest recommendation's
  const char *recommended_by;
  int64_t recommended_at;
};
struct waiting_page {
  bool is_mine;    // only what waits for the actor
  bool is_decider; // the actor may decide
  int64_t after;   // a proposal; 0: from the oldest on
  int64_t limit;
};
// What waits with nobody who may decide on it, because all who decide have marked its team; oldest submission first, at
// most `limit`. Of each the team, its name and since when.
CHECKED enum err reviewer_store_undecidable(const struct act *act, const struct course_view *course, int64_t limit,
                                            struct waiting **out, size_t *count);
// Oldest submission first.
CHECKED enum err reviewer_store_waiting(const struct act *act, int64_t course, const struct waiting_page *page,
                                        struct waiting **out, size_t *count);
