// SPDX-License-Identifier: AGPL-3.0-or-later
// Grants of more time: to a student, a team, a track, everybody, or all who have not handed in; for one milestone or
// standing (rules.md, Time and lateness). The terms that follow are the latest of all that concern somebody. A personal
// grant is told to nobody but its person and staff; category and note of an accommodation only to instructors.
#pragma once

#include "server/milestones/milestone.h"

enum {
  EXTENSION_REASON_CHARACTERS_MAX = 1000,
  EXTENSION_CATEGORY_CHARACTERS_MAX = 100,
  EXTENSION_NOTE_CHARACTERS_MAX = 2000,
  EXTENSION_DAYS_MAX = 366,
};

enum extension_scope {
  EXTENSION_PERSON,
  EXTENSION_TEAM,
  EXTENSION_TRACK,
  EXTENSION_EVERYONE,
  EXTENSION_MISSING, // all holders that have not handed in, at the instant of the grant: becomes one row each
};

extern const char *const extension_scope_names[]; // "person", "team", "track", "everyone", "missing", NULL

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

// What an act on extensions changes for somebody.
struct extension_change {
  int64_t person;
  const char *name; // as everybody sees it
  const struct milestone *milestone;
  struct terms was, is;
  bool has_cost; // something of theirs was judged: what it costs
  int points_was, points_is;
};
struct extension_done {
  const int64_t *ids; // of the grants
  size_t id_count;
  size_t holders;                         // or people, that they are made to
  const struct extension_change *changes; // by person, then milestone
  size_t change_count;
};
// As below, and tells what it changed for whom.
CHECKED enum err extension_give(const struct act *act, const struct course_view *course,
                                const struct extension_wish *wish, struct extension_done *done);
// Takes a grant back. What was handed in until then keeps its price: the grant still counts for it. Of those to one
// person staff take back only their own (not_allowed), so that nobody learns by trying which is an accommodation.
CHECKED enum err extension_take_back(const struct act *act, const struct course_view *course, int64_t extension,
                                     struct extension_done *done);
// To each of these holders or people until an instant of their own.
struct extension_each {
  struct holder whom;
  int64_t due;
};
struct extension_many {
  struct extension_each *list;
  size_t count;
  const char *reason;
};
// Tells nobody: its caller gives time for several milestones, and tells everybody once (extension_words.h).
CHECKED enum err extension_give_each(const struct act *act, const struct course_view *course,
                                     const struct milestone *milestone, const struct extension_many *many,
                                     struct extension_done *done);
// Writes the grant(s), recomputes what is in the ledger, tells those concerned once each. Earlier than the due that
// holds already: invalid. *count says to how many holders or people it applies.
CHECKED enum err extension_grant(const struct act *act, const struct course_view *course,
                                 const struct extension_wish *wish, size_t *count);

// What holds for a person (their own, their team's, their track's and everybody's grants).
CHECKED enum err extension_terms(const struct act *act, const struct course_view *course,
                                 const struct milestone *milestone, int64_t person, struct terms *out);
// What holds for all of the holder alike, without anybody's personal grants: decides which version counts, and is what
// team mates are shown. Who works alone has no mates: their own grants hold.
CHECKED enum err extension_shared_terms(const struct act *act, const struct course_view *course,
                                        const struct milestone *milestone, const struct holder *holder,
                                        struct terms *out);
// Of a person or a holder, as above, for work of that instant: also by what was taken back at it, or later. What was
// handed in until then keeps its price.
CHECKED enum err extension_terms_at(const struct act *act, const struct course_view *course,
                                    const struct milestone *milestone, const struct holder *whose, int64_t at,
                                    struct terms *out);
// Of all milestones (by index in the course file), in one query. A holder of zeros: what holds for everybody.
CHECKED enum err extension_shared_all(const struct act *act, const struct course_view *course,
                                      const struct holder *holder, const struct terms **out);
struct member_terms {
  int64_t person;
  struct terms terms;
};
// Of all active people of the holder, in one query. The work is taken until the latest closes among them.
CHECKED enum err extension_member_terms(const struct act *act, const struct course_view *course,
                                        const struct milestone *milestone, const struct holder *holder,
                                        const struct member_terms **out, size_t *count);
// For work of that instant, as extension_terms_at.
CHECKED enum err extension_member_terms_at(const struct act *act, const struct course_view *course,
                                           const struct milestone *milestone, const struct holder *holder, int64_t at,
                                           const struct member_terms **out, size_t *count);
// Of one person for all milestones of the course (by index in the course file), in one query: lists and tasks.
CHECKED enum err extension_terms_all(const struct act *act, const struct course_view *course, int64_t person,
                                     const struct terms **out);
