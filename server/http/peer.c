// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/peer.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "server/http/http.h"

static const char token_characters[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
// Whose meaning is taken already.
static const char *const reserved_headers[] = {
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "forwarded",
    "sec-fetch-site",
    "te",
    "trailer",
    "user-agent",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
    "range",
    "x-forwarded-host",
    "x-forwarded-proto",
};

static bool address_parse(const char *text, uint8_t out[static PEER_ADDRESS_BYTES]);
static const char *address_words(struct arena *arena, const uint8_t address[static PEER_ADDRESS_BYTES]);
static bool range_holds(const struct peer_range *range, const uint8_t address[static PEER_ADDRESS_BYTES]);
static bool is_proxy(const struct peer_rules *rules, const uint8_t address[static PEER_ADDRESS_BYTES]);
static void find_client(struct request *request);
static bool take_hop(struct request *request, const char *hop, size_t size);
static bool hop_parse(struct arena *arena, const char *hop, size_t size, uint8_t out[static PEER_ADDRESS_BYTES]);
static void find_scheme(struct request *request);
static size_t count_header(const struct request *request, const char *name);

bool peer_range_parse(const char *text, struct peer_range *out) {
  char address[INET6_ADDRSTRLEN];
  const char *slash = strchr(text, '/');
  size_t size = slash == NULL ? strlen(text) : (size_t)(slash - text);
  if (size >= sizeof address)
    return false;
  memcpy(address, text, size);
  address[size] = '\0';
  struct peer_range range = {.bits = 8 * PEER_ADDRESS_BYTES};
  if (!address_parse(address, range.address))
    return false;
  unsigned mapped_bits = strchr(address, ':') == NULL ? 96 : 0;
  int64_t bits;
  if (slash != NULL) {
    if (!int64_parse(slash + 1, &bits) || bits < 0 || bits > 128 - (int64_t)mapped_bits)
      return false;
    range.bits = (unsigned)bits + mapped_bits;
  }
  for (unsigned bit = range.bits; bit < 8 * PEER_ADDRESS_BYTES; bit++)
    if ((range.address[bit / 8] >> (7 - bit % 8) & 1) != 0)
      return false;
  *out = range;
  return true;
}

bool peer_header_parse(const char *text, char *out, size_t size) {
  size_t length = strlen(text);
  if (length == 0 || length >= size)
    return false;
  for (size_t i = 0; i <= length; i++)
    out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
  if (strspn(out, token_characters) != length)
    return false;
  for (size_t i = 0; i < sizeof reserved_headers / sizeof *reserved_headers; i++)
    if (strcmp(out, reserved_headers[i]) == 0)
      return false;
  return true;
}

enum err peer_admit(struct request *request) {
  const struct peer_rules *rules = request->http->peers;
  request->is_from_proxy = false;
  if (request->is_control || request->peer == NULL)
    return ERR_OK;
  uint8_t address[PEER_ADDRESS_BYTES];
  request->is_from_proxy = rules != NULL && address_parse(request->peer, address) && is_proxy(rules, address);
  if (rules != NULL && rules->sign_in_header != NULL) {
    size_t count = count_header(request, rules->sign_in_header);
    // A second one is what the proxy has let through from the client.
    if (count > 1 || (count == 1 && !request->is_from_proxy))
      return problem_raise(&request->problem, PROBLEM_UNTRUSTED_HEADER,
                           "Only the institution's proxy may say who has signed in. Leave the header %s out.",
                           rules->sign_in_header);
  }
  // Whoever forwards for others is not the operator's own tool, named or not.
  if (count_header(request, "x-forwarded-for") > 0 || count_header(request, "forwarded") > 0)
    request->is_loopback = false;
  if (request->is_from_proxy) {
    find_client(request);
    find_scheme(request);
  }
  return ERR_OK;
}

const char *peer_sign_in_name(const struct request *request) {
  const struct peer_rules *rules = request->http->peers;
  if (rules == NULL || rules->sign_in_header == NULL || !request->is_from_proxy)
    return NULL;
  const char *name = request_header(request, rules->sign_in_header);
  return name == NULL || name[0] == '\0' ? NULL : name;
}

static bool address_parse(const char *text, uint8_t out[static PEER_ADDRESS_BYTES]) {
  static const uint8_t mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  struct in_addr ipv4;
  if (inet_pton(AF_INET6, text, out) == 1)
    return true;
  if (inet_pton(AF_INET, text, &ipv4) != 1)
    return false;
  memcpy(out, mapped, sizeof mapped);
  memcpy(out + sizeof mapped, &ipv4, sizeof ipv4);
  return true;
}

static const char *address_words(struct arena *arena, const uint8_t address[static PEER_ADDRESS_BYTES]) {
  struct in6_addr ipv6;
  memcpy(&ipv6, address, sizeof ipv6);
  char words[INET6_ADDRSTRLEN];
  bool is_mapped = IN6_IS_ADDR_V4MAPPED(&ipv6);
  const char *done = inet_ntop(is_mapped ? AF_INET : AF_INET6, is_mapped ? address + 12 : address, words, sizeof words);
  return arena_text(arena, done);
}

static bool range_holds(const struct peer_range *range, const uint8_t address[static PEER_ADDRESS_BYTES]) {
  size_t whole = range->bits / 8;
  unsigned rest = range->bits % 8;
  if (memcmp(range->address, address, whole) != 0)
    return false;
  return rest == 0 || ((range->address[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static bool is_proxy(const struct peer_rules *rules, const uint8_t address[static PEER_ADDRESS_BYTES]) {
  for (size_t i = 0; i < rules->proxy_count; i++)
    if (range_holds(&rules->proxies[i], address))
      return true;
  return false;
}

// From the last hop backwards: each was written by whom the one behind it names, and the first that is no proxy of ours
// is the client. What stands before that one is the client's own word.
static void find_client(struct request *request) {
  for (size_t i = request->header_count; i-- > 0;) {
    if (strcmp(request->headers[i].name, "x-forwarded-for") != 0)
      continue;
    const char *value = request->headers[i].value;
    for (const char *end = value + strlen(value);;) {
      const char *start = end;
      while (start > value && start[-1] != ',')
        start--;
      if (!take_hop(request, start, (size_t)(end - start)))
        return;
      if (start == value)
        break;
      end = start - 1;
    }
  }
}

// False: this was the client, or nothing that can be read; further back nothing is believed.
static bool take_hop(struct request *request, const char *hop, size_t size) {
  uint8_t address[PEER_ADDRESS_BYTES];
  if (!hop_parse(request->arena, hop, size, address))
    return false;
  request->peer = address_words(request->arena, address);
  return is_proxy(request->http->peers, address);
}

// "192.0.2.1", "2001:db8::1", and with a port: "192.0.2.1:4711", "[2001:db8::1]:4711".
static bool hop_parse(struct arena *arena, const char *hop, size_t size, uint8_t out[static PEER_ADDRESS_BYTES]) {
  const char *text = text_squeeze(arena, arena_text_n(arena, hop, size));
  if (address_parse(text, out))
    return true;
  if (text[0] == '[') {
    const char *end = strchr(text, ']');
    return end != NULL && (end[1] == '\0' || end[1] == ':') &&
           address_parse(arena_text_n(arena, text + 1, (size_t)(end - text - 1)), out);
  }
  const char *colon = strchr(text, ':');
  return colon != NULL && strchr(colon + 1, ':') == NULL &&
         address_parse(arena_text_n(arena, text, (size_t)(colon - text)), out);
}

// A list is what a chain of proxies makes of it, and a second field what one has let through: neither is believed to be
// https.
static void find_scheme(struct request *request) {
  size_t count = count_header(request, "x-forwarded-proto");
  if (count > 0)
    request->is_https = count == 1 && strcasecmp(request_header(request, "x-forwarded-proto"), "https") == 0;
}

static size_t count_header(const struct request *request, const char *name) {
  size_t count = 0;
  for (size_t i = 0; i < request->header_count; i++)
    count += strcmp(request->headers[i].name, name) == 0;
  return count;
}
