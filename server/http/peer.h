// SPDX-License-Identifier: AGPL-3.0-or-later
// Who sends a request when proxies stand between: only a named one is believed when it says whose address the client
// has (X-Forwarded-For), whether it spoke https
// (X-Forwarded-Proto), and who has signed in (the institution's header). Knows no account.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

enum { PEER_RANGES_MAX = 16, PEER_ADDRESS_BYTES = 16 };

struct request;

struct peer_range {
  uint8_t address[PEER_ADDRESS_BYTES]; // IPv6; an IPv4 address is mapped into it
  unsigned bits;
};

struct peer_rules {
  struct peer_range proxies[PEER_RANGES_MAX];
  size_t proxy_count;
  const char *sign_in_header; // lower case; NULL: the institution signs nobody in
};

// "10.0.0.5", "10.0.0.0/8", "::1", "2001:db8::/32". False for anything else, and when bits behind the prefix are set.
bool peer_range_parse(const char *text, struct peer_range *out);
// A header name in lower case, as requests have them. False when it is no token (RFC 9110 5.6.2) or one that HTTP or
// Tandem itself uses.
bool peer_header_parse(const char *text, char *out, size_t size);
// Once a request, when its header is complete. From a named proxy: request->peer becomes the client's address,
// and request->is_https what the proxy says, if it says so.
// ERR_FORBIDDEN untrusted_header when anybody else sends the sign-in header, or when it comes twice.
CHECKED enum err peer_admit(struct request *request);
// Whom the proxy names; NULL: nobody, or not from a named proxy, or no header is configured.
const char *peer_sign_in_name(const struct request *request);
