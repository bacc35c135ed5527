// SPDX-License-Identifier: AGPL-3.0-or-later
// What an act on extensions did, or with ?dry_run=true would do, as JSON. Shared by the routes of extensions and
// outages.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/extension.h"

extern const struct shape extension_query; // ?dry_run
extern const struct answer extension_done_answer;

typedef enum err extension_act(struct request *request, struct extension_done *done);
// Answers with what `run`, which writes no reply, has done; of a dry run nothing stays.
CHECKED enum err extension_reply(struct request *request, extension_act *run);
