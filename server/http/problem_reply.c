// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/problem_reply.h"

#include <string.h>

#include "common/base/log.h"
#include "server/http/http.h"
#include "server/http/reply.h"
#include "server/http/router.h"
#include "server/http/static_files.h"
#include "server/http/upload.h"

struct err_row {
  enum err err;
  int status;
  enum problem_code code; // when the refusal came without words
  const char *detail;
};

static const struct err_row err_rows[] = {
    {ERR_OK, 200, PROBLEM_NONE, "Nothing is wrong."},
    {ERR_INVALID, 400, PROBLEM_BAD_REQUEST, "Compare the request with the API's reference and send it again."},
    {ERR_UNAUTHENTICATED, 401, PROBLEM_NOT_SIGNED_IN, "Sign in, then send the request again."},
    {ERR_FORBIDDEN, 403, PROBLEM_NOT_ALLOWED,
     "Ask the course staff if you think that you should be allowed to do this."},
    {ERR_NOT_FOUND, 404, PROBLEM_NOT_FOUND, "Check the address; what it names may have been removed."},
    {ERR_METHOD, 405, PROBLEM_METHOD_NOT_ALLOWED, "Use one of the methods that the Allow header lists."},
    {ERR_NOT_ACCEPTABLE, 406, PROBLEM_NOT_ACCEPTABLE, "Ask for application/json or */* in the Accept header."},
    {ERR_CONFLICT, 409, PROBLEM_CONFLICT, "Load the page again, look at what has changed, and decide anew."},
    {ERR_TOO_LARGE, 413, PROBLEM_TOO_LARGE, "Send a smaller body, or split it into several requests."},
    {ERR_UNSUPPORTED_MEDIA, 415, PROBLEM_UNSUPPORTED_MEDIA, "Send the body in a type that this address takes."},
    {ERR_PRECONDITION, 412, PROBLEM_VERSION_CONFLICT, "Load it again, and make your change on what it is now."},
    {ERR_THROTTLED, 429, PROBLEM_TOO_MANY_TRIES, "Wait a while before you try again."},
    {ERR_UNAVAILABLE, 503, PROBLEM_STORE_UNAVAILABLE, "Nothing was changed. Try again in a few seconds."},
    {ERR_INTERNAL, 500, PROBLEM_INTERNAL,
     "Nothing was changed. Try again; if it stays so, tell the course staff when it happened."},
};
enum { ERR_ROWS = sizeof err_rows / sizeof err_rows[0] };

// The request was well formed, but what it says is not right (RFC 9110 15.5.21).
static const enum problem_code unprocessable[] = {PROBLEM_INVALID_FIELDS, PROBLEM_INVALID_CSV,
                                                  PROBLEM_INVALID_COURSE_FILE, PROBLEM_WRONG_CONTENT,
                                                  PROBLEM_IDEMPOTENCY_KEY_REUSED};

// What a connection says of its own, beside the errors that a handler can return.
static const struct {
  enum problem_code code;
  int status;
} own_statuses[] = {
    {PROBLEM_TIMEOUT, 408},
    {PROBLEM_URI_TOO_LONG, 414},
    {PROBLEM_EXPECTATION_FAILED, 417},
    {PROBLEM_HEADERS_TOO_LARGE, 431},
    {PROBLEM_NOT_IMPLEMENTED, 501},
    {PROBLEM_VERSION_NOT_SUPPORTED, 505},
    {PROBLEM_RANGE_NOT_SATISFIABLE, 416},
};

static const struct err_row *row_of(enum err err);
static void log_internal(const struct request *request);
static void write_document(struct request *request, int status, enum problem_code code, const char *detail,
                           const struct problem *errors_of);
static void write_problem(struct request *request, int status, enum problem_code code, const char *detail,
                          const struct problem *errors_of);
static void write_current(struct json *json, const struct problem_current *current);
static void add_status_headers(struct request *request, int status, const char *retry_after);
static void count_refusal(struct request *request, enum problem_code code);
static const char *header_of(const struct request *request, const char *name);

int err_status(enum err err) { return row_of(err)->status; }

int problem_status(enum problem_code code) {
  for (size_t i = 0; i < sizeof unprocessable / sizeof unprocessable[0]; i++)
    if (unprocessable[i] == code)
      return 422;
  for (size_t i = 0; i < sizeof own_statuses / sizeof own_statuses[0]; i++)
    if (own_statuses[i].code == code)
      return own_statuses[i].status;
  return err_status(problem_err(code));
}

void http_refuse(struct request *request, enum err err) {
  const struct err_row *row = row_of(err == ERR_OK ? ERR_INTERNAL : err);
  const struct problem *problem = &request->problem;
  if (row->err == ERR_INTERNAL) {
    log_internal(request);
    write_document(request, row->status, row->code, row->detail, NULL);
    return;
  }
  // Words that an earlier step left behind do not explain another failure.
  if (problem->code == PROBLEM_NONE || problem_err(problem->code) != row->err) {
    write_document(request, row->status, row->code, row->detail, NULL);
    return;
  }
  write_document(request, problem_status(problem->code), problem->code, problem->detail, problem);
}

void http_refuse_status(struct request *request, int status, enum problem_code code, const char *detail) {
  write_document(request, status, code, detail, NULL);
}

static const struct err_row *row_of(enum err err) {
  for (size_t i = 0; i < ERR_ROWS; i++)
    if (err_rows[i].err == err)
      return &err_rows[i];
  return &err_rows[ERR_ROWS - 1];
}

// Whoever failed has logged what; this line says for which request. The words stay here: they are not the client's
// business.
static void log_internal(const struct request *request) {
  const struct route *route = request->route;
  bool has_words = request->problem.code == PROBLEM_INTERNAL && request->problem.detail != NULL;
  log_line(LOG_ERROR, "http", "%s %s: answered 500%s%s", method_text(request->method),
           route == NULL ? "(no route)" : route->path, has_words ? ": " : "", has_words ? request->problem.detail : "");
}

static void write_document(struct request *request, int status, enum problem_code code, const char *detail,
                           const struct problem *errors_of) {
  // Of what a handler had put into its reply, only these belong to a refusal as well.
  const char *retry_after = header_of(request, "Retry-After");
  const char *tag = status == 412 ? header_of(request, "ETag") : NULL;
  reply_reset(request);
  const char *title = problem_title(code);
  if (!static_file_refusal(request, title, detail != NULL && detail[0] != '\0' ? detail : title))
    write_problem(request, status, code, detail, errors_of);
  reply_status(request, status);
  add_status_headers(request, status, retry_after);
  if (tag != NULL)
    reply_header(request, "ETag", tag);
  count_refusal(request, code);
  reply_complete(request);
}

static void write_problem(struct request *request, int status, enum problem_code code, const char *detail,
                          const struct problem *errors_of) {
  struct json *json = reply_object(request);
  request->reply.content_type = "application/problem+json";
  const char *title = problem_title(code);
  const char *name = problem_code_text(code);
  json_text(json, "type", arena_format(request->arena, "urn:tandem:problem:%s", name));
  json_text(json, "title", title);
  json_int(json, "status", status);
  json_text(json, "code", name);
  json_text(json, "detail", detail != NULL && detail[0] != '\0' ? detail : title);
  if (errors_of != NULL && errors_of->error_count > 0) {
    json_array_in(json, "errors");
    for (size_t i = 0; i < errors_of->error_count; i++) {
      json_begin_object(json);
      json_text(json, "field", errors_of->errors[i].field);
      json_text(json, "message", errors_of->errors[i].message);
      json_end(json);
    }
    json_end(json);
  }
  if (errors_of != NULL && errors_of->current != NULL)
    write_current(json, errors_of->current);
}

static void write_current(struct json *json, const struct problem_current *current) {
  json_object_in(json, "current");
  json_text(json, "yours", current->yours);
  json_text(json, "value", current->value);
  json_int(json, "version", current->version);
  json_int_or_null(json, "by", current->by);
  json_text(json, "by_name", current->by_name);
  json_instant_or_null(json, "at", current->at);
  json_end(json);
}

static void add_status_headers(struct request *request, int status, const char *retry_after) {
  if (status == 401)
    reply_header(request, "WWW-Authenticate", "Bearer realm=\"tandem\"");
  if (retry_after == NULL && status == 503)
    retry_after = "2";
  if (retry_after != NULL)
    reply_header(request, "Retry-After", retry_after);
}

// The heartbeat asks for these (server/outage_watch.h): 503 to a change in a course by somebody whom the course lets in
// (anybody can fill a queue with sign-ins), but not for a limit of the client's own, nor at the server's end, which the
// next start notes. Once, though a request that is lost with its batch is refused twice.
static void count_refusal(struct request *request, enum problem_code code) {
  bool is_ours = code == PROBLEM_STORE_UNAVAILABLE || code == PROBLEM_BUSY;
  bool is_change = request->course != NULL && request->method != METHOD_GET;
  bool is_own_limit = request->upload != NULL && request->upload->is_own_limit;
  if (!is_ours || !is_change || is_own_limit || request->is_refusal_counted || request->http->work == NULL)
    return;
  request->is_refusal_counted = true;
  work_refused(request->http->work);
}

static const char *header_of(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return NULL;
}
