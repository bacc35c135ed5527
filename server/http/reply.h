// SPDX-License-Identifier: AGPL-3.0-or-later
// The last step of every reply, taken by the dispatcher and by refusals; what handlers use of the reply stands in
// request.h.
#pragma once

#include "server/http/request.h"

// Closes open JSON, makes an empty 200 a 204, and says how the answer may be cached: a read with a tag by its ETag, all
// else not at all.
void reply_complete(struct request *request);
void reply_not_modified(struct request *request); // 304 for the request's tag
bool reply_has_header(const struct request *request, const char *name);
