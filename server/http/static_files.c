// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/static_files.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/html.h"
#include "server/http/headers.h"
#include "server/http/http.h"
#include "server/http/reply.h"

// Scripts, styles and requests are this server's own, and nobody may frame a page that asks for a password.
static const char content_security_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";

static const struct static_file *find_file(const char *path);
static const struct static_file *page_of(const char *path);
static bool is_api(const char *path);
static bool prefers_page(const struct request *request);
static void answer_file(struct request *request, const struct static_file *file);
static void write_file(struct request *request, const struct static_file *file, bool is_gzip);
static void refuse_method(struct request *request);
static const char *add_until(struct text *out, const char *from, const char *end, const char *mark);
static const char *find(const char *from, const char *end, const char *mark);

bool static_file_answer(struct request *request) {
  // "" is the path of no request, but the name of a row.
  if (request->path[0] != '/' || is_api(request->path))
    return false;
  const struct static_file *file = find_file(request->path);
  if (file != NULL && request->method != METHOD_GET)
    refuse_method(request);
  else if (file != NULL)
    answer_file(request, file);
  else if (request->method == METHOD_GET && prefers_page(request)) {
    write_file(request, page_of(""), false);
    reply_status(request, 404);
  } else
    return false;
  return true;
}

void static_file_protect(struct request *request, const char *referrer_policy) {
  reply_header(request, "Content-Security-Policy", content_security_policy);
  reply_header(request, "Referrer-Policy", referrer_policy);
  reply_header(request, "X-Frame-Options", "DENY");
}

void static_file_page(struct request *request, const char *path, const char *title, const char *words,
                      const char *referrer_policy) {
  const struct static_file *file = page_of(path);
  const char *at = (const char *)file->bytes, *end = at + file->size;
  static const char begin_mark[] = "<!-- words -->", end_mark[] = "<!-- /words -->";
  struct text *page = reply_text(request, file->media);
  at = add_until(page, at, end, "<title>");
  text_add_format(page, "<title>%s \xc2\xb7 Tandem", title);
  at = add_until(page, find(at, end, "</title>"), end, begin_mark);
  text_add(page, words);
  at = find(at, end, end_mark) + sizeof end_mark - 1;
  text_add_n(page, at, (size_t)(end - at));
  static_file_protect(request, referrer_policy);
}

bool static_file_refusal(struct request *request, const char *title, const char *detail) {
  // Of a head that could not be read nobody knows what its sender takes: that is no browser's.
  if (request->path[0] != '/' || is_api(request->path) || !prefers_page(request))
    return false;
  struct text words;
  text_init(&words, request->arena);
  text_add(&words, "<h1>");
  html_add(&words, title);
  text_add(&words, "</h1>\n<p>");
  html_add(&words, detail);
  text_add(&words, "</p>\n<p><a href=\"/\">To the start</a></p>\n");
  static_file_page(request, "", title, text_get(&words), "no-referrer");
  return true;
}

static const struct static_file *find_file(const char *path) {
  for (size_t i = 0; i < static_file_count; i++)
    if (strcmp(static_files[i].path, path) == 0)
      return &static_files[i];
  return NULL;
}

// Of a page that the build embeds.
static const struct static_file *page_of(const char *path) {
  const struct static_file *file = find_file(path);
  if (file == NULL)
    abort();
  return file;
}

static bool is_api(const char *path) {
  static const char api[] = "/api/v1";
  size_t size = sizeof api - 1;
  return strncmp(path, api, size) == 0 && (path[size] == '\0' || path[size] == '/');
}

// A browser names text/html before anything; curl and programs name JSON or nothing.
static bool prefers_page(const struct request *request) {
  const char *accept = request_list(request, "accept");
  return header_weight(accept, "text/html") > header_weight(accept, "application/json");
}

static void answer_file(struct request *request, const struct static_file *file) {
  bool is_gzip =
      file->gzip_size < file->size && header_coding_weight(request_list(request, "accept-encoding"), "gzip") > 0;
  const char *known = request_list(request, "if-none-match");
  bool is_known =
      known != NULL && (strcmp(known, "*") == 0 || header_lists_tag(known, is_gzip ? file->gzip_tag : file->tag));
  write_file(request, file, is_gzip);
  reply_header(request, "ETag", is_gzip ? file->gzip_tag : file->tag);
  reply_header(request, "Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  reply_header(request, "Vary", "Accept-Encoding");
  if (is_known)
    reply_status(request, 304);
}

static void write_file(struct request *request, const struct static_file *file, bool is_gzip) {
  reply_reset(request);
  const unsigned char *bytes = is_gzip ? file->gzip : file->bytes;
  text_add_n(reply_text(request, file->media), (const char *)bytes, is_gzip ? file->gzip_size : file->size);
  if (is_gzip)
    reply_header(request, "Content-Encoding", "gzip");
  static_file_protect(request, "no-referrer");
}

static void refuse_method(struct request *request) {
  http_refuse(request, problem_raise(&request->problem, PROBLEM_METHOD_NOT_ALLOWED, "Use GET, HEAD at this address."));
  reply_header(request, "Allow", "GET, HEAD");
}

// What stands before the mark; from there on, it is the caller's.
static const char *add_until(struct text *out, const char *from, const char *end, const char *mark) {
  const char *at = find(from, end, mark);
  text_add_n(out, from, (size_t)(at - from));
  return at;
}

static const char *find(const char *from, const char *end, const char *mark) {
  const char *at = memmem(from, (size_t)(end - from), mark, strlen(mark));
  assert(at != NULL); // a page of our own
  return at;
}
