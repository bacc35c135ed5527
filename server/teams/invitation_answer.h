// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers to invitations and join requests. Joining is decided here, in the order in which the writer takes the
// answers: who is later finds the team full, or themselves in a team.
#pragma once

#include "server/teams/invitation_store.h"
#include "server/teams/team.h"

// For the person, the team's members, and staff; to anybody else it is not there.
CHECKED enum err invitation_see(const struct act *act, const struct course_view *course, int64_t id, bool is_request,
                                struct invitation *out);
// By the invited, up to and including the invitation's last second. Fills the team.
CHECKED enum err invitation_accept(const struct act *act, const struct course_view *course, int64_t id, int64_t *team);
// By any member.
CHECKED enum err join_request_accept(const struct act *act, const struct course_view *course, int64_t id,
                                     int64_t *team);
// The invited declines; the contact (or staff) withdraws.
CHECKED enum err invitation_end(const struct act *act, const struct course_view *course, int64_t id);
// Any member (or staff) declines; who asked withdraws.
CHECKED enum err join_request_end(const struct act *act, const struct course_view *course, int64_t id);
