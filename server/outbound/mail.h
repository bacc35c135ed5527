// SPDX-License-Identifier: AGPL-3.0-or-later
// One message as it travels: RFC 5322 with MIME, plain text. Pure; knows neither store nor transport.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

struct mail {
  int64_t id;               // of the outbox's row: the Message-ID is the same however often the row is tried
  int64_t date;             // real time
  const char *from_address; // "tandem@example.edu"
  const char *to_name;
  const char *to_address;
  const char *subject;
  const char *words;
  const char *link;       // a path, or NULL
  const char *public_url; // what paths begin with; NULL: not known, the path stands alone
};

// The one check of every address and every header field, here and wherever one is taken in: valid UTF-8 in one line
// without control characters. libcurl would send a line end as it is, and with it a command (facts.md, SMTP).
bool mail_header_is_clean(const char *text);
// The whole message, lines ended by CRLF. ERR_INVALID when a header is not clean.
CHECKED enum err mail_compose(struct arena *arena, const struct mail *mail, const char **bytes, size_t *size);
