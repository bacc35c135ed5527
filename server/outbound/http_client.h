// SPDX-License-Identifier: AGPL-3.0-or-later
// POSTs to addresses that somebody else named, through libcurl's multi interface on the main loop. What the name
// resolves to is judged when the connection is made, so that it cannot change in between. No proxy, no redirect, no
// cookie; an answer is its status, at most 4 KiB of its body are read, and dropped.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "server/work/loop.h"

enum {
  HTTP_CLIENT_CONNECTIONS = 16,
  HTTP_CLIENT_CONNECT_SECONDS = 5,
  HTTP_CLIENT_SECONDS = 15,
  HTTP_CLIENT_ANSWER_BYTES = 4096,
  HTTP_CLIENT_HEADER_BYTES = 16384,
  HTTP_CLIENT_URL_BYTES = 500,
};

struct http_client_rules {
  bool allows_private;   // http:// and https:// to loopback and private networks, beside https:// to the Internet
  bool is_loopback_only; // of a store that ever ran on --now
  const char *ca_file;   // NULL: the certificates that the machine trusts
};

// NULL when such a URL may be kept, else why not, in words for who wrote it: another scheme, a name and password in it,
// a fragment, or an address in figures that the rules close. What a name resolves to is seen when it is used.
const char *http_client_refusal(const struct http_client_rules *rules, const char *url);

struct http_post {
  const char *url;
  const char *const *headers; // "Name: value", ended by NULL
  const char *body;           // JSON
  size_t size;
};

struct http_result {
  int status;         // 0: there was no whole answer
  const char *reason; // in words, when there was none; borrowed until the call returns
};
typedef void http_client_done(void *context, const struct http_result *result);

struct http_client;
CHECKED enum err http_client_new(struct loop *main_loop, const struct http_client_rules *rules,
                                 struct http_client **out);
// Before loop_free. What is under way is given up without a call of done; NULL is allowed.
void http_client_free(struct http_client *client);
// Copies what it is given. Calls done exactly once, later, on the main loop, unless the client is freed first. False
// when libcurl refuses: then done is not called.
bool http_client_post(struct http_client *client, const struct http_post *post, http_client_done *done, void *context);
