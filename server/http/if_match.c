// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/if_match.h"

#include <inttypes.h>
#include <string.h>

enum match { MATCH_MALFORMED, MATCH_NO, MATCH_YES };

static enum match match_list(const char *list, const char *tag, bool exists);
static const char *tag_end(const char *at);
static enum err refuse(struct request *request, int64_t version, const char *tag);

enum err request_if_match(struct request *request, int64_t version) {
  const char *tag = arena_format(request->arena, "\"%" PRId64 "\"", version);
  bool is_given = false, is_matched = false;
  for (size_t i = 0; i < request->header_count; i++) {
    if (strcmp(request->headers[i].name, "if-match") != 0)
      continue;
    is_given = true;
    enum match match = match_list(request->headers[i].value, tag, version != 0);
    if (match == MATCH_MALFORMED)
      return problem_raise(&request->problem, PROBLEM_BAD_REQUEST,
                           "If-Match is not well formed: send the version that you saw in quotes, as in If-Match: "
                           "\"7\", or *.");
    is_matched = is_matched || match == MATCH_YES;
  }
  return !is_given || is_matched ? ERR_OK : refuse(request, version, tag);
}

enum err request_need_match(struct request *request, int64_t version) {
  if (request_header(request, "if-match") != NULL)
    return request_if_match(request, version);
  const char *tag = arena_format(request->arena, "\"%" PRId64 "\"", version);
  reply_header(request, "ETag", tag);
  return problem_raise(&request->problem, PROBLEM_IF_MATCH_NEEDED,
                       "This replaces the whole, so say which version you made your change on: load it again, and send "
                       "yours with If-Match: and the ETag that came with it (now %s).",
                       tag);
}

// RFC 9110 5.6.1: empty elements of a list mean nothing, but one there must be.
static enum match match_list(const char *list, const char *tag, bool exists) {
  const char *at = list + strspn(list, " \t,");
  if (at[0] == '*')
    return at[1 + strspn(at + 1, " \t,")] != '\0' ? MATCH_MALFORMED : exists ? MATCH_YES : MATCH_NO;
  enum match found = *at == '\0' ? MATCH_MALFORMED : MATCH_NO;
  while (*at != '\0') {
    const char *end = tag_end(at);
    if (end == NULL)
      return MATCH_MALFORMED;
    size_t size = (size_t)(end - at);
    if (exists && size == strlen(tag) && memcmp(at, tag, size) == 0)
      found = MATCH_YES;
    at = end + strspn(end, " \t");
    if (*at != '\0' && *at != ',')
      return MATCH_MALFORMED;
    at += strspn(at, " \t,");
  }
  return found;
}

// Behind the entity tag (RFC 9110 8.8.3) that begins here, or NULL.
static const char *tag_end(const char *at) {
  if (at[0] == 'W' && at[1] == '/')
    at += 2;
  if (*at != '"')
    return NULL;
  do
    at++;
  while (*at != '\0' && *at != '"' && (unsigned char)*at > ' ' && *at != 0x7f);
  return *at == '"' ? at + 1 : NULL;
}

static enum err refuse(struct request *request, int64_t version, const char *tag) {
  if (version == 0)
    return problem_raise(&request->problem, PROBLEM_VERSION_CONFLICT,
                         "There is nothing here yet that If-Match could name. Send it without If-Match.");
  reply_header(request, "ETag", tag);
  return problem_raise(&request->problem, PROBLEM_VERSION_CONFLICT,
                       "This was changed meanwhile: its version is %" PRId64
                       " now, another one than If-Match names. Load "
                       "it again, make your change on what it is now, and send that with If-Match: %s.",
                       version, tag);
}
