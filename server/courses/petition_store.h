// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of petitions, with the names that lists show.
#pragma once

#include "server/courses/petition.h"

extern const char *const petition_state_names[]; // by enum petition_state, ended by NULL

CHECKED enum err petition_store_get(const struct act *act, int64_t course, int64_t id,
                                    struct petition *out); // ERR_NOT_FOUND
// Fills the id. ERR_CONFLICT when the same is open already.
CHECKED enum err petition_store_insert(const struct act *act, int64_t course, struct petition *petition);
// How many of the person's are open, and how many they made at or after `since`.
CHECKED enum err petition_store_count(const struct act *act, int64_t course, int64_t person, int64_t since,
                                      int64_t *open, int64_t *made);
CHECKED enum err petition_store_end(const struct act *act, int64_t id, enum petition_state state, const char *answer);
CHECKED enum err petition_store_consent(const struct act *act, int64_t id, enum petition_consent consent);

// What an act told somebody in this transaction; taken back, to be said within another message.
struct petition_told {
  const char *words;  // a paragraph a message; NULL: nothing
  int64_t deliver_at; // when the first of them was to leave; 0: not as mail, or not by itself
};
CHECKED enum err petition_store_outbox_mark(const struct act *act, int64_t *out);
CHECKED enum err petition_store_take_told(const struct act *act, int64_t course, int64_t person, int64_t mark,
                                          struct petition_told *out);
// The message written last leaves then, unless it leaves sooner.
CHECKED enum err petition_store_hasten(const struct act *act, int64_t deliver_at);

// Active staff who decide it: instructors only, or everybody of them.
CHECKED enum err petition_store_deciders(const struct act *act, int64_t course, bool is_instructors, int64_t **people,
                                         size_t *count);

// Pages. `state` is a name, or "" for any that fits.
struct petition_page {
  const char *state;
  int64_t from; // exclusive
  int64_t limit;
};
CHECKED enum err petition_store_open(const struct act *act, int64_t course, const struct petition_page *page,
                                     struct petition **out, size_t *count); // oldest first, ids above `from`
CHECKED enum err petition_store_closed(const struct act *act, int64_t course, const struct petition_page *page,
                                       struct petition **out, size_t *count); // newest first, ids below `from`
CHECKED enum err petition_store_own(const struct act *act, int64_t course, const struct petition_page *page,
                                    struct petition **out, size_t *count); // the actor's, newest first, ids below
// Open ones about the milestone, by number.
CHECKED enum err petition_store_of_milestone(const struct act *act, int64_t course, const char *milestone,
                                             struct petition **out, size_t *count);
// What waits for the actor's consent and is not said yet, oldest first.
CHECKED enum err petition_store_partner(const struct act *act, int64_t course, struct petition **out, size_t *count);
