// SPDX-License-Identifier: AGPL-3.0-or-later
// One request from its first byte to its answer. It owns its memory (an arena) and its reply, and belongs to one thread
// at a time. A handler reads `act`, `params`, `input`, `course`, writes the reply, and returns an enum err; a refusal
// is problem_raise(act.problem, …).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/json.h"
#include "server/db/act.h"
#include "server/http/route.h"
#include "server/work/job.h"

enum { PARAM_MAX = 4, REPLY_HEADER_MAX = 10, REQUEST_TAG_BYTES = 128 };

struct stream;
struct upload;

struct header {
  const char *name; // lower case
  const char *value;
};

struct param {
  const char *name; // "team", without braces
  const char *text;
  int64_t id; // 0 for {course}
};

struct identity {
  int64_t person;    // 0: nobody
  int64_t session;   // id of the session, 0: none
  int64_t token;     // id of the API token that proved it, 0: none
  bool lacks_staff;  // the token has no word for what its person may as staff
  bool is_operator;  // came through the control socket, or is a command that holds the store's lock
  bool is_by_cookie; // the cookie proved it, so that mutating requests need an Origin (design.md, The HTTP contract)
};

struct reply {
  int status;               // 200 unless set
  const char *content_type; // NULL when there is no body
  struct json json;         // the body, of whatever type: its text is sent
  struct header headers[REPLY_HEADER_MAX];
  size_t header_count;
  bool has_file; // the body is a part of a file instead (download.h); the descriptor ends with the request
  int file;
  int64_t file_offset;
  int64_t file_size;
  bool is_replay; // complete already: of an earlier request with the same Idempotency-Key
};

struct http; // server/http/http.h

struct request {
  struct job job; // first: how it is handed from thread to thread
  const struct http *http;
  struct arena *arena;

  // as received
  enum method method;
  bool is_head;      // HEAD: as GET, without the body
  const char *path;  // the path of the target, percent-decoded only in params
  const char *query; // after '?', or NULL
  const struct header *headers;
  size_t header_count;
  const char *body; // of an upload's row: none, see `upload`
  size_t body_size;
  const char *peer;   // the client's address in words
  bool is_loopback;   // the peer is on loopback, or the control socket
  bool is_control;    // the control socket: the operator
  bool is_from_proxy; // a named proxy sent it (peer.h); `peer` is then the client's address
  bool is_https;      // over our own TLS, or a named proxy says that the client spoke https to it

  // found on the way
  const struct route *route;
  struct param params[PARAM_MAX];
  size_t param_count;
  const void *query_input; // bound struct of route->query, or NULL
  const void *input;       // bound struct of route->body, or NULL
  struct identity who;
  const void *course;          // what the course gatekeeper found: server/courses/course_view.h
  bool is_refusal_counted;     // as a change that could not be taken (problem_reply.c)
  char tag[REQUEST_TAG_BYTES]; // weak ETag of a read of a course, "" when there is none
  struct problem problem;
  struct act act;                  // db is set while a handler runs
  struct upload *upload;           // of a ROUTE_UPLOAD row (upload.h), else NULL
  struct stream *stream;           // of a ROUTE_STREAM row that is to stay open (stream.h), else NULL
  void *prepared;                  // what prepare leaves for handle (ROUTE_WORK)
  struct idempotency *idempotency; // what is known of its Idempotency-Key (idempotency.h), or NULL
  struct reply reply;

  // whose it is
  void (*finish)(struct request *request); // on the home loop, when the reply is complete; takes the request back
  void *owner;                             // the connection, or NULL once it is gone
};

// Zeroed but for what is given; the arena is taken over.
struct request *request_new(const struct http *http, struct arena *arena);
void request_free(struct request *request);

const char *request_header(const struct request *request, const char *lower_case_name); // the first, or NULL
// Of a field whose value is a list: all its lines as one (RFC 9110 5.3), or NULL.
const char *request_list(const struct request *request, const char *lower_case_name);
int64_t request_id(const struct request *request, const char *param); // asserts that the route has it
const char *request_text(const struct request *request, const char *param);
// The first cookie of that name (RFC 6265), without quotes around the value; a copy in the arena, or NULL.
const char *request_cookie(const struct request *request, const char *name);
// The token of "Authorization: Bearer …"; a copy in the arena, or NULL when there is none or it is malformed.
const char *request_bearer(const struct request *request);

// --- the reply
struct json *
reply_object(struct request *request); // 200 application/json, the root object opened; the router closes what is open
void reply_status(struct request *request, int status);
void reply_created(struct request *request, const char *location_format, ...)
    __attribute__((format(printf, 2, 3))); // 201, below /api/v1
void reply_no_content(struct request *request);
void reply_header(struct request *request, const char *name,
                  const char *value); // both must outlive the request (arena or literal)
// Set-Cookie with HttpOnly, SameSite=Lax, Path=/, and Secure when the request came by https or the public URL is https.
// Age 0 takes the cookie away.
void reply_cookie(struct request *request, const char *name, const char *value, int64_t max_age_seconds);
// Any other body: text/plain, text/csv, application/yaml.
struct text *reply_text(struct request *request, const char *content_type);
void reply_reset(struct request *request); // before a handler is run again
