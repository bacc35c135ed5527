// SPDX-License-Identifier: AGPL-3.0-or-later
// Invitations by a team and requests to join one: made, and ended by what else happens (rules.md, Teams). An invitation
// counts against nothing; who joins first has the place. Audited; whom it concerns is told. Answers:
// invitation_answer.h.
#pragma once

#include "server/teams/invitation_store.h"
#include "server/teams/team.h"

enum {
  INVITATION_MESSAGE_CHARACTERS_MAX = 500,
  INVITATIONS_OPEN_MAX = 50, // of a team
  INVITATIONS_DAY_MAX = 10,  // by one person to another, or to join one team, whatever became of them
};

// By a member; one of email and person. Somebody who is confidential, no student, or unknown gives the same field
// error.
CHECKED enum err invitation_make(const struct act *act, const struct course_view *course, int64_t team,
                                 const char *email, int64_t person, const char *message, int64_t *id);
// By a student who is in no team and no seat.
CHECKED enum err join_request_make(const struct act *act, const struct course_view *course, int64_t team,
                                   const char *message, int64_t *id);
// Ends one that is open, with the reason `kind` in the audit ("invitation declined"); tells nobody.
CHECKED enum err invitation_settle(const struct act *act, const struct invitation *invitation,
                                   enum invitation_state state, const char *kind);
// Who they are in what the team is told when it ended: by name, unless they are confidential and did not come to be of
// the team.
const char *invitation_whom(const struct invitation *invitation);
// Whether the team's members are shown it: not the invitation of somebody who was marked confidential since. Whoever
// asks to join tells the team who they are by themselves, while they do.
bool invitation_is_shown(const struct invitation *invitation);
// The team is registered or dissolved: what is open ends, and the people are told.
CHECKED enum err invitation_close_team(const struct act *act, const struct course_view *course,
                                       const struct team *team);
