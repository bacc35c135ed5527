// SPDX-License-Identifier: AGPL-3.0-or-later
// What is known of people's milestones, from rows: the one place that says how what was handed in, staff's word, what
// was recorded and joining late come together. Applied in the order of this file, for one person (milestone.h) or for
// everybody of a course in a fixed number of queries (reminders).
#pragma once

#include "server/milestones/check_in.h"
#include "server/milestones/milestone_store.h"

// The index in the course file; milestone_count when it has none of this id (any more).
size_t milestone_index(const struct course_view *course, const char *id);
bool milestone_is_of_teams(const struct course_view *course, const struct milestone *milestone);
// 1. rules.md, Teams: what a joiner owes of earlier ones staff decide, default excused. `shared`: their team's terms.
void milestone_facts_joined(const struct course_view *course, const struct terms *shared, int64_t joined_at,
                            struct milestone_facts *facts);
// 2. In the order of the submissions' numbers.
void milestone_facts_handed_in(struct milestone_facts *fact, const struct handed_in *row);
// 3. Words on the team first, then on the person: these go before.
void milestone_facts_said(struct milestone_facts *fact, bool is_excused);
// 4. What was recorded of the person goes before what follows from when they joined.
void milestone_facts_result(struct milestone_facts *fact, enum check_in_state state);

// An active student of the course, with all that concerns them; arrays by index of the milestone. Where nothing differs
// several people share an array.
struct milestone_person {
  int64_t person;
  const char *name;    // as everybody sees it
  const char *address; // NULL: none
  int64_t team;        // 0: none
  bool is_placed;      // without a team: a lab seat
  int64_t placed_from;
  const struct terms *terms; // their own
  const struct milestone_facts *facts;
};
// By number. Five queries, however many there are.
CHECKED enum err milestone_everyone(const struct act *act, const struct course_view *course,
                                    const struct milestone_person **out, size_t *count);
