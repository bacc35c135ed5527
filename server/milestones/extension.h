// SPDX-License-Identifier: AGPL-3.0-or-later
// Grants of more time: to a student, a team, a track, everybody, or all who have not handed in; for one milestone or
// standing (rules.md, Time and lateness). The terms that follow are the latest of all that concern somebody. A personal
// grant is told to nobody but its person and staff; category and note of an accommodation only to instructors.
#pragma once

#include "server/milestones/milestone.h"

enum extension_scope {
  EXTENSION_PERSON,
  EXTENSION_TEAM,
  EXTENSION_TRACK,
  EXTENSION_EVERYONE,
  EXTENSION_MISSING, // all holders that have not handed in, at the instant of the grant: becomes one row each
};

struct extension_wish {
  const char *milestone; // NULL: standing, for all milestones; only for a person or a team, in days
  enum extension_scope scope;
  int64_t person, team; // by scope
  const char *track;
  int64_t due;           // either an instant,
  int64_t days;          // or civil days after the course file's due
  const char *reason;    // told to those it concerns
  bool is_accommodation; // instructors only
  const char *category;  // of an accommodation, instructors only
  const char *note;      // the same
};

// Writes the grant(s), recomputes what is in the ledger, tells those concerned once each. Earlier than the due that
// holds already: invalid. *count says to how many holders or people it applies.
CHECKED enum err extension_grant(const struct act *act, const struct course_view *course,
                                 const struct extension_wish *wish, size_t *count);
// Takes a grant back that nobody has used: a submission that it made cheaper keeps its price.
CHECKED enum err extension_withdraw(const struct act *act, const struct course_view *course, int64_t extension);

// What holds for a person (their own, their team's, their track's and everybody's grants).
CHECKED enum err extension_terms(const struct act *act, const struct course_view *course,
                                 const struct milestone *milestone, int64_t person, struct terms *out);
// What holds for all of the holder alike, without anybody's personal grants: decides which version counts, and is what
// team mates are shown.
CHECKED enum err extension_shared_terms(const struct act *act, const struct course_view *course,
                                        const struct milestone *milestone, const struct holder *holder,
                                        struct terms *out);
struct member_terms {
  int64_t person;
  struct terms terms;
};
// Of all active people of the holder, in one query. The work is taken until the latest closes among them.
CHECKED enum err extension_member_terms(const struct act *act, const struct course_view *course,
                                        const struct milestone *milestone, const struct holder *holder,
                                        const struct member_terms **out, size_t *count);
// Of one person for all milestones of the course (by index in the course file), in one query: lists and tasks.
CHECKED enum err extension_terms_all(const struct act *act, const struct course_view *course, int64_t person,
                                     const struct terms **out);
