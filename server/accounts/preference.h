// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of what a person chose about their mail: GET and PATCH /me/preferences. What comes of it when a message is
// written is notice_choice's.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/outbound/notice_choice.h"

extern const struct shape preference_change_shape;
extern const struct answer preferences_answer;

enum err preferences_get(struct request *request);
enum err preferences_patch(struct request *request);

// Turns one kind of a person on or off, with a row of the audit when that is a change.
CHECKED enum err preference_choose(const struct act *act, int64_t person, const struct notice_kind *kind, bool is_on);
