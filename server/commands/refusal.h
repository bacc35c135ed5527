// SPDX-License-Identifier: AGPL-3.0-or-later
// A problem document (RFC 9457) as lines for a person at a terminal.
#pragma once

#include <stddef.h>

// "tandem: what to do" and a line a field, on stderr.
void refusal_print(int status, const char *body, size_t size);
