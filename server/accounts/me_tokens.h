// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers of one's own API tokens.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape api_token_new_shape;
extern const struct answer api_tokens_answer, api_token_made_answer;

enum err me_tokens_list(struct request *request);
enum err me_tokens_create(struct request *request);
enum err me_tokens_revoke(struct request *request);
