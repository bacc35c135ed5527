// SPDX-License-Identifier: AGPL-3.0-or-later
// A finished reply as bytes: status line and header fields. Pure; knows neither sockets nor handlers.
#pragma once

#include <stdbool.h>
#include <time.h>

#include "common/base/text.h"
#include "server/http/request.h"

enum { RESPONSE_DATE_BYTES = 30 };

struct response_facts {
  const char *date; // real time, response_date
  int64_t now;      // domain time: X-Tandem-Now
  bool closes;      // the connection ends with this reply
};

// RFC 9110 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
void response_date(time_t at, char out[static RESPONSE_DATE_BYTES]);
// Appends everything up to the body. The body, if response_has_body, is the text of reply->json or the file.
void response_head(struct text *out, const struct request *request, const struct response_facts *facts);
bool response_has_body(const struct request *request);
