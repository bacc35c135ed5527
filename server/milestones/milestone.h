// SPDX-License-Identifier: AGPL-3.0-or-later
// Milestones of the course file as they concern somebody: who hands in, by when, in what state it is (rules.md, Time
// and lateness). Reads only. What is handed in: submission.h; what moves a due: extension.h; what lateness costs:
// penalty.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/course/lateness.h"
#include "server/courses/course_view.h"

// Whose work it is: a team's for a track that is done in teams, a seated student's own for the capped one.
struct holder {
  int64_t team;   // 0: a person's
  int64_t person; // 0: a team's
};

// As the caller sees it now. Where several fit, the last of the list that fits.
enum milestone_state {
  MILESTONE_NOT_OPEN,
  MILESTONE_OPEN, // on time
  MILESTONE_LATE, // still taken, at a cost
  MILESTONE_CLOSED,
  MILESTONE_HANDED_IN,
  MILESTONE_ACCEPTED, // a proposal approved, or staff accepted the work
  MILESTONE_HELD,     // check-ins and presentations
  MILESTONE_MISSED,
  MILESTONE_EXCUSED,
};
extern const char *const milestone_state_names[]; // "not open", "open", "late", …, NULL
extern const char *const milestone_kind_names[];  // by enum milestone_kind, as in the course file

// What is known of somebody's milestone beside the clock. Of the version that counts, as far as the person is in it.
struct milestone_facts {
  int64_t submission; // 0: nothing is handed in
  int64_t version;
  int64_t submitted_at;
  bool is_on_time; // by the shared terms
  bool is_accepted;
  bool is_held; // of check-ins and presentations
  bool is_missed;
  bool is_excused; // by staff, or because they joined the team after it was due
};

// Whether anything is handed in for it: of what is only held there is no late.
bool milestone_takes_work(const struct milestone *milestone);
enum milestone_state milestone_state_of(const struct milestone *milestone, const struct terms *terms,
                                        const struct milestone_facts *facts, int64_t now);
// Whether the milestone is of the track that the person of this view does, or could still choose.
bool milestone_may_concern(const struct course_view *course, const struct milestone *milestone);
// Of one person for all milestones of the course (by index in the course file), in five queries.
CHECKED enum err milestone_facts_all(const struct act *act, const struct course_view *course, int64_t person,
                                     const struct milestone_facts **out);

// The milestone of this id in the course file; not_found with the ids there are.
CHECKED enum err milestone_find(const struct act *act, const struct course_view *course, const char *id,
                                const struct milestone **out);
// Whose work the person's would be: their team's or their own. not_your_track (with words) when the milestone belongs
// to a track that they are not in: neither team nor seat, or the other one.
CHECKED enum err milestone_holder(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, int64_t person, struct holder *out);
// Active people whose work the holder's is at `at`: members of the team then, or the person.
CHECKED enum err milestone_people(const struct act *act, const struct course_view *course, const struct holder *holder,
                                  int64_t at, const int64_t **people, size_t *count);

// Teams that are registered, or seated students, and what they have handed in.
struct milestone_counts {
  int64_t holders;
  int64_t handed_in;
  int64_t late;    // of those handed in, by the shared terms
  int64_t excused; // as a whole, with nothing handed in
};
// Of all milestones (by index in the course file), in one query.
CHECKED enum err milestone_counts_all(const struct act *act, const struct course_view *course,
                                      const struct milestone_counts **out);
// Those who have not handed in and are not excused as a whole.
CHECKED enum err milestone_missing(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone, const struct holder **out, size_t *count);
