// SPDX-License-Identifier: AGPL-3.0-or-later
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a signed-in person may send a change a second time, with
// the same key, and gets the answer of the first one instead of a second change. The answer is written in the change's
// own savepoint, so it is there exactly when the change is. Refusals are not kept: what was refused may be tried again.
// Knows no feature; http.c says when.
#pragma once

#include "common/base/secret.h"
#include "server/http/request.h"

enum {
  IDEMPOTENCY_SECONDS = 24 * 3600,
  IDEMPOTENCY_KEY_MAX = 128,
  // Of one person, within those 24 hours; beyond either a change with a key is refused (429 too_many_keys).
  IDEMPOTENCY_ANSWERS_MAX = 1000,
  IDEMPOTENCY_BYTES_MAX = 32 * 1024 * 1024,
};

// A row whose request or answer holds a secret keeps none; nor do reads, rows that write nothing, and the operator's
// requests. Where no answer is kept the header is not looked at.
bool idempotency_is_kept(const struct route *route);

// After the request was authorized, in its transaction. When the answer to an earlier request with this key is kept, it
// becomes this request's, complete, and reply.is_replay is set: no handler is to run. ERR_INVALID: the key is malformed
// (400), or stood with another body (422).
// An upload is only looked for once its body is known (idempotency_body_is); before that its key's form is checked.
CHECKED enum err idempotency_find(struct request *request);
// After the handler's success, when the reply is complete, in the same savepoint.
CHECKED enum err idempotency_keep(struct request *request);
// For ROUTE_UPLOAD, whose body is in a file: its SHA-256, before the step on the writer.
void idempotency_body_is(struct request *request, const uint8_t sha256[static SHA256_BYTES]);

// A duty (server/duties.c): removes what is older than 24 hours and sets its own next time.
CHECKED enum err idempotency_expire(const struct act *act);
