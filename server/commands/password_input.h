// SPDX-License-Identifier: AGPL-3.0-or-later
// A secret from stdin: one line of a pipe or file, or asked twice without echo when stdin is a terminal. Never from the
// command line, which other users of the machine can read.
#pragma once

#include "common/base/arena.h"
#include "common/base/err.h"

enum { PASSWORD_INPUT_BYTES_MAX = 1024 };

// ERR_INVALID (said on stderr): empty, more than one line, not text, or typed differently the second time.
// ERR_UNAVAILABLE: unreadable.
CHECKED enum err password_input_read(struct arena *arena, const char *prompt, const char **out);
