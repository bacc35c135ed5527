// SPDX-License-Identifier: AGPL-3.0-or-later
// A member saves one field of the team's proposal, and the team proposes anew. Fields that different members save at
// once are both kept; of one field the second save is refused with both texts (rules.md, Proposals).
#pragma once

#include "server/proposals/proposal_value.h"

struct proposal_edit {
  const struct proposal_field *field;
  struct proposal proposal;      // id 0: this save begins the draft
  struct proposal_entry wanted;  // what is to be stored
  struct proposal_entry current; // what is; version 0: never saved
};

// Everything that is checked before versions are compared: invalid_fields, not_your_team, not_contact, conflict by the
// table of states, not_found when the course asks for no proposals.
CHECKED enum err proposal_edit_read(const struct act *act, const struct course_view *course, int64_t team,
                                    const char *field, const struct raw_value *value, struct proposal_edit *out);
// Whether it says what is stored already: then there is nothing to do, whichever version the caller saw.
bool proposal_edit_is_same(const struct proposal_edit *edit);
// version_conflict with both texts.
enum err proposal_edit_conflict(const struct act *act, const struct proposal_edit *edit);
// Stores it, in a version; audited. edit->current is then what is stored.
CHECKED enum err proposal_edit_save(const struct act *act, const struct course_view *course,
                                    struct proposal_edit *edit);
// After "not approved", once the team was told of it: the next round, prefilled with the one before.
CHECKED enum err proposal_begin_anew(const struct act *act, const struct course_view *course, int64_t team,
                                     struct proposal *out);
// The course's proposals, the team and its members; not_found, not_your_team, team_not_forming when it was dissolved.
CHECKED enum err proposal_check_member(const struct act *act, const struct course_view *course, int64_t id,
                                       struct team *team, struct team_members *members);
