// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/http.h"

#include <assert.h>
#include <stddef.h>
#include <strings.h>

#include "server/http/answer.h"
#include "server/http/headers.h"
#include "server/http/idempotency.h"
#include "server/http/peer.h"
#include "server/http/reply.h"
#include "server/http/router.h"
#include "server/http/static_files.h"
#include "server/http/stream.h"
#include "server/http/upload.h"

static enum err check_head(struct request *request, bool has_body, bool has_length, size_t length);
static bool answers_page(const struct route *route);
static enum err check_body_head(struct request *request, bool has_length, size_t length);
static enum err refuse_method(struct request *request, const char *allow);
static enum err check_accept(struct request *request, const char *type);
static enum err receive(struct request *request, struct db *db);
static enum err receive_in_transaction(struct request *request, struct db *db);
static enum err authorize(struct request *request, struct db *db, bool is_writing);
static enum err check_origin(struct request *request);
static enum err admit_upload(struct request *request);
static enum err bind_input(struct request *request);
static enum err bind_body(struct request *request);
static bool is_read(const struct route *route);
static enum err answer_read(struct request *request);
static enum err answer_stream(struct request *request);
static void submit(struct request *request);
static const struct job_kind *job_kind_of(const struct route *route);
static struct request *request_of(struct job *job);
static enum err run_prepare(struct job *job, struct db *db);
static enum err run_handle(struct job *job, struct db *db);
static enum err run_finish(struct job *job, struct db *db);
static enum err run_step(struct request *request, struct db *db, bool is_writing, route_handler *step);
static enum err take_step(struct request *request, bool is_writing, route_handler *step);
static void answer_lost(struct job *job, enum err why);
static void answer_done(struct job *job);

static const struct job_kind write_kind = {"write", NULL, run_handle, answer_lost, answer_done};
static const struct job_kind work_kind = {"work", run_prepare, run_handle, answer_lost, answer_done};
static const struct job_kind upload_kind = {"upload", run_finish, run_handle, answer_lost, answer_done};
static const struct job_kind work_only_kind = {"work", run_prepare, NULL, answer_lost, answer_done};

bool http_begin(struct request *request, size_t *cap, bool has_body, bool has_length, size_t length) {
  // "Content-Length: 0" is how some clients send no body.
  bool is_announced = has_body && !(has_length && length == 0);
  enum err err = check_head(request, is_announced, has_length, length);
  if (err != ERR_OK)
    return false;
  *cap = request->route->body == NULL ? 0 : request->route->body->max_bytes;
  return true;
}

bool http_admit(struct request *request, struct db *db, bool has_length, size_t length) {
  upload_expect(request, has_length, length);
  enum err err = receive(request, db);
  if (err != ERR_OK)
    http_refuse(request, err);
  return err == ERR_OK;
}

void http_run(struct request *request, struct db *db) {
  if (request->upload != NULL) {
    // It was admitted when its header came; what it says is true now that its last byte has.
    request->act.now = clock_now(request->http->clock);
    submit(request);
    return;
  }
  enum err err = receive(request, db);
  if (err != ERR_OK)
    http_refuse(request, err);
  else if (!is_read(request->route) && !request->reply.is_replay) {
    submit(request);
    return;
  }
  request->finish(request);
}

void http_perform(struct request *request, struct db *db) {
  size_t cap = 0;
  if (!http_begin(request, &cap, request->body_size > 0, true, request->body_size))
    return;
  bool is_upload = request->route->kind == ROUTE_UPLOAD;
  if (is_upload && request->body_size > 0)
    upload_expect(request, true, request->body_size);
  enum err err = receive(request, db);
  if (err == ERR_OK && is_upload)
    err = upload_take(request->upload, request->body, request->body_size);
  if (err != ERR_OK) {
    http_refuse(request, err);
    return;
  }
  if (is_read(request->route) || request->reply.is_replay)
    return;
  struct job *job = &request->job;
  job->kind = job_kind_of(request->route);
  if (job->kind->prepare != NULL && job->kind->prepare(job, db) != ERR_OK)
    return;
  // A batch that fails has told the job so; either way the reply is complete.
  if (job->kind->run != NULL && job_batch(db, &job, 1) != ERR_OK)
    assert(request->reply.status == 503);
}

void http_read_within(struct request *request, struct db *db) {
  size_t cap = 0;
  if (!http_begin(request, &cap, false, false, 0))
    return;
  assert(request->route->kind == ROUTE_READ);
  enum err err = receive_in_transaction(request, db);
  request->act.db = NULL;
  if (err != ERR_OK)
    http_refuse(request, err);
}

// What can be said before the body is read; the reply is complete when it is refused.
static enum err check_head(struct request *request, bool has_body, bool has_length, size_t length) {
  char allow[ROUTER_METHODS_TEXT_BYTES];
  enum err err = peer_admit(request);
  if (err == ERR_OK)
    err = router_match(request, allow);
  if (err == ERR_METHOD)
    return refuse_method(request, allow);
  if (err == ERR_NOT_FOUND && static_file_answer(request))
    return err; // the reply is complete, as after a refusal
  if (err == ERR_NOT_FOUND)
    err = problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is nothing at this address. Check its spelling.");
  // A read's answer has a type of its own, known once it is there; a change must not be made for an answer nobody
  // takes, but for one that answers a page: who clicks for somebody else (RFC 8058) reads none.
  if (err == ERR_OK && request->method != METHOD_GET && !answers_page(request->route))
    err = check_accept(request, "application/json");
  if (err == ERR_OK && has_body)
    err = check_body_head(request, has_length, length);
  if (err != ERR_OK)
    http_refuse(request, err);
  return err;
}

static bool answers_page(const struct route *route) {
  return route->answer != NULL && text_equal(route->answer->media, "text/html");
}

static enum err check_body_head(struct request *request, bool has_length, size_t length) {
  const struct shape *shape = request->route->body;
  struct problem *problem = &request->problem;
  bool is_upload = request->route->kind == ROUTE_UPLOAD;
  if (shape == NULL && !is_upload)
    return problem_raise(problem, PROBLEM_BAD_REQUEST, "This request takes no body. Send it without one.");
  const char *encoding = request_header(request, "content-encoding");
  if (encoding != NULL && strcasecmp(encoding, "identity") != 0)
    return problem_raise(problem, PROBLEM_UNSUPPORTED_MEDIA, "Send the body as it is, without Content-Encoding.");
  if (is_upload)
    return ERR_OK; // raw bytes, whatever the client takes them for
  if (!header_is_media(request_header(request, "content-type"), shape->media))
    return problem_raise(problem, PROBLEM_UNSUPPORTED_MEDIA, "Send the body with Content-Type: %s, in UTF-8.",
                         media_text(shape->media));
  if (has_length && length > shape->max_bytes)
    return problem_raise(problem, PROBLEM_TOO_LARGE, "The body may have at most %zu bytes; this one has %zu.",
                         shape->max_bytes, length);
  return ERR_OK;
}

static enum err refuse_method(struct request *request, const char *allow) {
  enum err err = problem_raise(&request->problem, PROBLEM_METHOD_NOT_ALLOWED, "Use %s at this address.", allow);
  http_refuse(request, err);
  reply_header(request, "Allow", arena_text(request->arena, allow));
  return err;
}

static enum err check_accept(struct request *request, const char *type) {
  if (type == NULL || header_accepts(request_list(request, "accept"), type))
    return ERR_OK;
  return problem_raise(&request->problem, PROBLEM_NOT_ACCEPTABLE,
                       "The answer is %s: name it, or */*, in the Accept header.", type);
}

// On the loop, for every kind: who asks, whether they may, what they say; a read is answered in the same snapshot.
static enum err receive(struct request *request, struct db *db) {
  request->act.now = clock_now(request->http->clock);
  enum err err = db_begin_read(db);
  if (err != ERR_OK)
    return err;
  err = receive_in_transaction(request, db);
  request->act.db = NULL;
  db_rollback(db);
  return err;
}

// In this order: nobody learns from a body's faults what they may not see.
static enum err receive_in_transaction(struct request *request, struct db *db) {
  enum err err = authorize(request, db, false);
  if (err == ERR_OK)
    err = idempotency_find(request);
  if (err == ERR_OK && request->reply.is_replay)
    return ERR_OK;
  if (err == ERR_OK)
    err = bind_input(request);
  if (err == ERR_OK && request->route->kind == ROUTE_READ)
    err = answer_read(request);
  if (err == ERR_OK && request->route->kind == ROUTE_STREAM)
    err = answer_stream(request);
  if (err == ERR_OK && request->route->kind == ROUTE_UPLOAD)
    err = admit_upload(request);
  return err;
}

static enum err admit_upload(struct request *request) {
  if (request->upload == NULL)
    return problem_raise(&request->problem, PROBLEM_BAD_REQUEST,
                         "The body is empty: send the file's bytes as the body.");
  enum err err = request->route->prepare(request);
  return err == ERR_OK ? upload_open(request) : err;
}

// Anew in every transaction: between two of them a session may end and a team be left.
static enum err authorize(struct request *request, struct db *db, bool is_writing) {
  request->who = (struct identity){0};
  request->course = NULL;
  request->tag[0] = '\0';
  request->act.db = db;
  request->act.actor = 0;
  request->act.cause = "visitor";
  enum err err = request->http->authenticate(request, is_writing);
  if (err != ERR_OK)
    return err;
  request->act.actor = request->who.person;
  if (request->who.person != 0)
    request->act.cause = NULL;
  else if (request->who.is_operator)
    request->act.cause = "operator";
  err = request->http->admit(request);
  return err == ERR_OK ? check_origin(request) : err;
}

// A browser sends the cookie along with whatever any page makes it send; where from, it does not let the page choose.
static enum err check_origin(struct request *request) {
  if (!request->who.is_by_cookie || request->method == METHOD_GET)
    return ERR_OK;
  const char *site = request_header(request, "sec-fetch-site");
  if (text_equal(site, "same-origin"))
    return ERR_OK;
  const char *origin = request_header(request, "origin");
  // To a request that came by https, this host under plain http is somebody on the wire.
  bool has_scheme = !request->is_https || (origin != NULL && strncasecmp(origin, "https://", 8) == 0);
  if (has_scheme && header_origin_is_ours(origin, request_header(request, "host"), request->http->public_url))
    return ERR_OK;
  return problem_raise(&request->problem, PROBLEM_CROSS_ORIGIN,
                       "Send changes from Tandem's own pages, or with a bearer token instead of the cookie. "
                       "(With a cookie the Origin header must name this server.)");
}

static enum err bind_input(struct request *request) {
  const struct route *route = request->route;
  void *query = NULL;
  enum err query_err = shape_bind_query(route->query, request->query, request->arena, &request->problem, &query);
  enum err body_err = route->body == NULL ? ERR_OK : bind_body(request);
  request->query_input = query;
  return body_err != ERR_OK ? body_err : query_err;
}

static enum err bind_body(struct request *request) {
  const struct shape *shape = request->route->body;
  if (shape->media == MEDIA_JSON) {
    void *input = NULL;
    enum err err = shape_bind_json(shape, request->body, request->body_size, request->arena, &request->problem, &input);
    request->input = input;
    return err;
  }
  if (request->body_size > 0 || shape->media == MEDIA_FORM)
    return ERR_OK;
  return problem_raise(&request->problem, PROBLEM_BAD_REQUEST, "The body is empty. Send %s.", media_text(shape->media));
}

static enum err answer_read(struct request *request) {
  if (request->tag[0] != '\0' && header_lists_tag(request_list(request, "if-none-match"), request->tag)) {
    reply_not_modified(request);
    return ERR_OK;
  }
  enum err err = request->route->handle(request);
  if (err == ERR_OK)
    err = check_accept(request, request->reply.content_type);
  if (err == ERR_OK)
    reply_complete(request);
  return err;
}

static bool is_read(const struct route *route) { return route->kind == ROUTE_READ || route->kind == ROUTE_STREAM; }

// Never from a cache, and never held back by nginx (X-Accel-Buffering) until a buffer is full.
static enum err answer_stream(struct request *request) {
  request->tag[0] = '\0';
  enum err err = stream_open(request);
  if (err == ERR_OK)
    err = request->route->handle(request);
  if (err == ERR_OK)
    err = check_accept(request, request->reply.content_type);
  if (err != ERR_OK)
    return err;
  reply_header(request, "X-Accel-Buffering", "no");
  reply_complete(request);
  return ERR_OK;
}

static void submit(struct request *request) {
  const struct http *http = request->http;
  request->job.kind = job_kind_of(request->route);
  if (http->work != NULL && work_submit(http->work, &request->job))
    return;
  enum err err = ERR_UNAVAILABLE;
  if (readiness_is_draining(http->readiness))
    err = problem_raise(&request->problem, PROBLEM_SHUTTING_DOWN, "Nothing was changed. Try again in a few seconds.");
  else
    err = problem_raise(&request->problem, PROBLEM_BUSY, "Too many requests wait already. Try again in a moment.");
  http_refuse(request, err);
  request->finish(request);
}

static const struct job_kind *job_kind_of(const struct route *route) {
  if (route->kind == ROUTE_WRITE)
    return &write_kind;
  if (route->kind == ROUTE_UPLOAD)
    return &upload_kind;
  return route->handle == NULL ? &work_only_kind : &work_kind;
}

static struct request *request_of(struct job *job) {
  _Static_assert(offsetof(struct request, job) == 0, "a job is the head of its request");
  return (struct request *)job;
}

static enum err run_prepare(struct job *job, struct db *db) {
  struct request *request = request_of(job);
  enum err err = db_begin_read(db);
  if (err != ERR_OK) {
    http_refuse(request, err);
    return err;
  }
  err = run_step(request, db, false, request->route->prepare);
  // A step that computes for long has ended its snapshot itself.
  if (db_in_transaction(db))
    db_rollback(db);
  return err;
}

// Of an upload, on a worker; nothing of the store is needed.
static enum err run_finish(struct job *job, struct db *db) {
  struct request *request = request_of(job);
  (void)db;
  enum err err = upload_finish(request);
  if (err == ERR_OK)
    idempotency_body_is(request, request->upload->digest);
  else
    http_refuse(request, err);
  return err;
}

static enum err run_handle(struct job *job, struct db *db) {
  struct request *request = request_of(job);
  return run_step(request, db, true, request->route->handle);
}

// A step may run a second time: it starts without what an earlier one has said.
static enum err run_step(struct request *request, struct db *db, bool is_writing, route_handler *step) {
  reply_reset(request);
  problem_clear(&request->problem);
  enum err err = authorize(request, db, is_writing);
  // Of two requests with one key the second comes here when the first has just been answered.
  if (err == ERR_OK && is_writing)
    err = idempotency_find(request);
  if (err == ERR_OK && !request->reply.is_replay)
    err = take_step(request, is_writing, step);
  request->act.db = NULL;
  if (err != ERR_OK)
    http_refuse(request, err);
  return err;
}

static enum err take_step(struct request *request, bool is_writing, route_handler *step) {
  enum err err = step(request);
  if (err == ERR_OK && request->method == METHOD_GET)
    err = check_accept(request, request->reply.content_type);
  if (err != ERR_OK)
    return err;
  reply_complete(request);
  return is_writing ? idempotency_keep(request) : ERR_OK;
}

static void answer_lost(struct job *job, enum err why) {
  struct request *request = request_of(job);
  problem_clear(&request->problem);
  reply_reset(request);
  if (readiness_is_draining(request->http->readiness))
    why = problem_raise(&request->problem, PROBLEM_SHUTTING_DOWN, "Nothing was changed. Try again in a few seconds.");
  http_refuse(request, why);
}

static void answer_done(struct job *job) {
  struct request *request = request_of(job);
  request->finish(request);
}
