// SPDX-License-Identifier: AGPL-3.0-or-later
// A file as the answer of a read: with a strong ETag, one range (RFC 9110 14), and headers that keep a browser from
// showing or running what somebody uploaded. Knows no rows and no access.
#pragma once

#include "server/http/request.h"

struct download {
  int fd; // taken over
  int64_t size_bytes;
  const char *sha256; // in hexadecimal: the ETag
  const char *media;
  const char *name; // what the browser shall call it; without a slash
};

// 200, 206, 304 or 416. Called last, at the handler's end.
CHECKED enum err download_reply(struct request *request, const struct download *download);
