// SPDX-License-Identifier: AGPL-3.0-or-later
// Does a team cover the skills that its course requires? Pure; the words are ones a student can act on (rules.md,
// Coverage).
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/course/course.h"

struct coverage_member { // an active member; no card is level 0 everywhere
  const char *name;
  int levels[SKILL_MAX]; // the levels that count
};

struct requirement_state {
  const struct requirement *requirement;
  int have;       // members at the level or above
  bool is_met;    // with distinct_members: met in the best assignment of people to places, earlier requirements first
  int missing;    // members still needed; with distinct_members in that assignment
  int contention; // 0, or the number of the group of requirements that compete for too few people (with
                  // distinct_members)
  bool is_wanted; // one more person at this level brings the team nearer: here, or by freeing somebody for another one
};

struct coverage {
  bool is_covered;
  struct requirement_state *states; // one a requirement, in the file's order
  size_t count;
  // With distinct_members, when each requirement alone is met but not all together: the requirements that compete for
  // too few people.
  bool is_contended;
};

// `is_distinct` needs a matching of members to places (bipartite); otherwise each requirement is counted alone.
void coverage_judge(struct arena *arena, const struct course *course, const struct coverage_member *members,
                    size_t count, struct coverage *out);
// One sentence a requirement that is not met: "nobody at Systems level Project work or above". `seekers` (one a
// requirement, or NULL) adds
// "; 14 classmates who look for a team are". NULL when covered.
const char *coverage_words(struct arena *arena, const struct course *course, const struct coverage *coverage,
                           const int *seekers);
// Whether adding `candidate` to the members brings the team nearer to coverage (meets a requirement that is not met
// now).
bool coverage_would_help(const struct course *course, const struct coverage *coverage,
                         const struct coverage_member *candidate);
