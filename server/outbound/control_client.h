// SPDX-License-Identifier: AGPL-3.0-or-later
// One HTTP request over a server's control socket, blocking: for commands. With the rest of this folder the only user
// of libcurl.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"

enum { CONTROL_ANSWER_BYTES_MAX = 256 * 1024 * 1024 };

struct control_message {
  const char *method;       // "GET"
  const char *target;       // "/api/v1/accounts?limit=5", already escaped
  const char *content_type; // NULL when there is no body
  const char *body;
  size_t size;
  const char *if_match; // the entity tag, or NULL
};

struct control_response {
  int status;
  const char *content_type; // NULL when there is none; lives in the arena, as the body does
  const char *body;         // NUL-terminated
  size_t size;
};

// ERR_NOT_FOUND: nobody listens at the socket (not logged: the caller may try again). ERR_UNAVAILABLE: the server went
// away before it answered; ERR_TOO_LARGE: the answer is over the cap.
CHECKED enum err control_client_call(const char *socket_path, struct arena *arena,
                                     const struct control_message *message, struct control_response *out);
