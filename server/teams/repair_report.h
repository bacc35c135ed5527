// SPDX-License-Identifier: AGPL-3.0-or-later
// What a repair did, or with ?dry_run=true would do, in words: who moves, what each team is left with, who is told.
// Read back from the store in the act's own transaction, so that it cannot say anything else than what happens; a dry
// run is the same act in a savepoint that is rolled back. Shared by the routes of teams and labs.
#pragma once

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

extern const struct shape repair_query; // ?dry_run
extern const struct answer repair_answer;

// Answers with what `run`, which does it from the request's body and writes no reply, has done.
CHECKED enum err repair_reply(struct request *request, route_handler *run);
