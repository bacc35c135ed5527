// SPDX-License-Identifier: AGPL-3.0-or-later
// What a proposal's field may hold, by its kind in the course file: from what a save sends to what is stored, and what
// a stored value still lacks. Knows neither state nor versions.
#pragma once

#include "server/http/shape.h"
#include "server/proposals/proposal_store.h"
#include "server/teams/team_rules.h"

extern const char *const proposal_field_kind_names[]; // by enum field_kind, as in the course file, ended by NULL

// The field of this id in the course file, or NULL.
const struct proposal_field *proposal_field_find(const struct course_view *course, const char *id);

// Reads `value` for the field: fills person, kind, value and file of *out. Field errors at "value" say what the kind
// takes. Of a field per member exactly one active member's part: one's own, or as the contact anybody's (not_contact).
// A file is the caller's upload, or one that the team has handed in; null takes it away.
CHECKED enum err proposal_value_read(const struct act *act, const struct course_view *course,
                                     const struct proposal_field *field, const struct team *team,
                                     const struct team_members *members, const struct raw_value *value,
                                     struct proposal_entry *out);
// Whether nothing is said in it.
bool proposal_value_is_blank(const struct proposal_entry *entry);
// Whether the field as the course file has it now can hold what is stored: kinds and limits may have changed since; a
// topic that is no longer offered stays. NULL, or what is wrong.
const char *proposal_value_fault(const struct act *act, const struct proposal_field *field,
                                 const struct proposal_entry *entry);
// Of "topics": each is one of the course's, or one that the field says already, which a new course file may have
// dropped: what was chosen while it was offered stays good.
CHECKED enum err proposal_value_check_topics(const struct act *act, const struct course_view *course,
                                             const struct proposal_entry *wanted, const struct proposal_entry *current);
// In words for people: topics by their ids, "a, b".
const char *proposal_value_words(struct arena *arena, const struct proposal_entry *entry);
// The ids of a "topics" value.
void proposal_value_topics(struct arena *arena, const char *value, struct text_list *out);
