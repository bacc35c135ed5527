// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/download.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/http/headers.h"
#include "server/http/http.h"
#include "server/http/reply.h"

enum { DIGITS_MAX = 18 };

enum range { RANGE_NONE, RANGE_PART, RANGE_BEYOND };

static enum range find_range(const struct request *request, int64_t size, int64_t *offset, int64_t *part);
static bool take_number(const char **rest, int64_t *out);
static void refuse_range(struct request *request, int64_t size);
static const char *disposition(struct arena *arena, const char *name);
static void release(void *subject);

enum err download_reply(struct request *request, const struct download *download) {
  struct arena *arena = request->arena;
  int *fd = arena_alloc(arena, sizeof *fd);
  *fd = download->fd;
  arena_defer(arena, release, fd);
  int count = snprintf(request->tag, sizeof request->tag, "\"%s\"", download->sha256);
  assert(count > 0 && (size_t)count < sizeof request->tag);
  (void)count;
  if (header_lists_tag(request_list(request, "if-none-match"), request->tag)) {
    reply_not_modified(request);
    return ERR_OK;
  }
  struct reply *reply = &request->reply;
  *reply = (struct reply){.status = 200,
                          .content_type = download->media,
                          .json = reply->json,
                          .has_file = true,
                          .file = *fd,
                          .file_size = download->size_bytes};
  switch (find_range(request, download->size_bytes, &reply->file_offset, &reply->file_size)) {
  case RANGE_NONE:
    break;
  case RANGE_PART:
    reply->status = 206;
    reply_header(request, "Content-Range",
                 arena_format(arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, reply->file_offset,
                              reply->file_offset + reply->file_size - 1, download->size_bytes));
    break;
  case RANGE_BEYOND:
    refuse_range(request, download->size_bytes);
    return ERR_OK;
  }
  reply_header(request, "Accept-Ranges", "bytes");
  reply_header(request, "Content-Disposition", disposition(arena, download->name));
  // Also for a browser that shows it all the same: no script, no form, nothing loaded.
  reply_header(request, "Content-Security-Policy", "sandbox; default-src 'none'");
  return ERR_OK;
}

// What is malformed, or lists several ranges, is ignored, as RFC 9110 14.2 allows; so is all of it for HEAD.
static enum range find_range(const struct request *request, int64_t size, int64_t *offset, int64_t *part) {
  const char *rest = request_header(request, "range");
  const char *only_if = request_header(request, "if-range");
  if (rest == NULL || request->is_head || !text_starts(rest, "bytes="))
    return RANGE_NONE;
  // Strong comparison; a date is never the tag.
  if (only_if != NULL && strcmp(only_if, request->tag) != 0)
    return RANGE_NONE;
  rest += strlen("bytes=");
  int64_t first = -1, last = INT64_MAX;
  bool has_first = take_number(&rest, &first);
  if (*rest++ != '-')
    return RANGE_NONE;
  bool has_last = take_number(&rest, &last);
  if (*rest != '\0' || (!has_first && !has_last) || (has_first && first > last))
    return RANGE_NONE;
  if (!has_first) { // the last so many
    if (last == 0 || size == 0)
      return RANGE_BEYOND;
    first = last < size ? size - last : 0;
    last = INT64_MAX;
  }
  if (first >= size)
    return RANGE_BEYOND;
  *offset = first;
  *part = (last < size ? last + 1 : size) - first;
  return RANGE_PART;
}

// Leaves *out when there is none, and what is too long for a number as no digit.
static bool take_number(const char **rest, int64_t *out) {
  size_t digits = strspn(*rest, "0123456789");
  if (digits == 0 || digits > DIGITS_MAX)
    return false;
  int64_t number = 0;
  for (size_t i = 0; i < digits; i++)
    number = number * 10 + ((*rest)[i] - '0');
  *rest += digits;
  *out = number;
  return true;
}

static void refuse_range(struct request *request, int64_t size) {
  http_refuse_status(request, 416, PROBLEM_RANGE_NOT_SATISFIABLE, "The range begins behind the end of the file.");
  reply_header(request, "Content-Range", arena_format(request->arena, "bytes */%" PRId64, size));
}

// RFC 6266: a name for everybody, then the real one (RFC 8187).
static const char *disposition(struct arena *arena, const char *name) {
  struct text text;
  text_init(&text, arena);
  text_add(&text, "attachment; filename=\"");
  for (const char *c = name; *c != '\0'; c++) {
    bool is_plain = isalnum((unsigned char)*c) || strchr("-_. ()", *c) != NULL;
    if (((unsigned char)*c & 0xC0) != 0x80) // one for each character
      text_add_char(&text, is_plain ? *c : '_');
  }
  text_add(&text, "\"; filename*=UTF-8''");
  for (const char *c = name; *c != '\0'; c++) {
    if (isalnum((unsigned char)*c) || strchr("-_.", *c) != NULL)
      text_add_char(&text, *c);
    else
      text_add_format(&text, "%%%02X", (unsigned)(unsigned char)*c);
  }
  return text_get(&text);
}

static void release(void *subject) {
  int *fd = subject;
  close(*fd);
}
