// SPDX-License-Identifier: AGPL-3.0-or-later
// A request without a socket: through the real router, access checks and handlers, on the caller's thread. For commands
// that hold the store's lock, for serve before its threads start, and for tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "server/app.h"

struct local_call {
  enum method method;
  const char *target;       // "/api/v1/courses?x=1"
  const char *content_type; // NULL: none when there is no body, else application/json
  const char *body;         // NULL: none
  size_t size;              // 0 with a body: its strlen
  bool is_operator;
  const char *token;            // a session's, sent as bearer; or NULL
  const struct header *headers; // more of them
  size_t header_count;
};

struct local_answer {
  int status;
  const char *content_type;
  const char *body; // NUL-terminated, "" when there is none
  size_t size;
  const struct header *headers;
  size_t header_count;
};

// Everything of the answer lives in the arena.
void local_call(const struct app *app, struct arena *arena, const struct local_call *call, struct local_answer *out);
// A header of the answer by its name as sent, in any case, or NULL.
const char *local_answer_header(const struct local_answer *answer, const char *name);
