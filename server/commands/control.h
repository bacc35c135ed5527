// SPDX-License-Identifier: AGPL-3.0-or-later
// How a command changes a store that a server may hold: the same requests either way. When a server holds DIR/lock,
// they go over DIR/control.sock; otherwise the command takes the lock and runs the handlers itself. Always as the
// operator.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "server/commands/command.h"
#include "server/http/route.h"

struct control;

struct control_call {
  enum method method;
  const char *target;       // "/api/v1/accounts?limit=5", already escaped
  const char *content_type; // NULL when there is no body
  const char *body;
  size_t size;
  const char *if_match; // the version that is changed, as an entity tag; or NULL
};

struct control_answer {
  int status;
  const char *content_type; // NULL when there is no body
  const char *body;         // NUL-terminated, "" when there is none; lives in the call's arena
  size_t size;
};

// `given` (of --data), else $TANDEM_DATA, else /var/lib/tandem.
const char *control_data_dir(const char *given);
// Waits a few seconds while another command holds the folder. Says on stderr why it fails.
CHECKED enum err control_open(const char *data_dir, struct control **out);
void control_close_cleanup(struct control **control);
#define CONTROL_SCOPE __attribute__((cleanup(control_close_cleanup)))

// ERR_OK whenever there is an answer, a refusal included; anything else was said on stderr.
CHECKED enum err control_call(struct control *control, struct arena *arena, const struct control_call *call,
                              struct control_answer *out);
// Calls, and on a refusal prints the problem's words and field errors on stderr. Returns the command's exit code;
// EXIT_DONE: *out is a success.
enum command_exit control_ask(struct control *control, struct arena *arena, const struct control_call *call,
                              struct control_answer *out);
// A path segment or query value, percent-encoded.
const char *control_escape(struct arena *arena, const char *text);
