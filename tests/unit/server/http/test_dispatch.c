// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/db/settings.h"
#include "server/http/http.h"
#include "server/http/router.h"
#include "server/http/shape.h"
#include "server/http/system_routes.h"
#include "server/work/loop.h"
#include "tests/unit/server/http/dispatch_house.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// What the application is to http: who somebody is, what they may, and a few handlers over a store of settings.
struct fixture {
  struct db *db;
  struct clock clock;
  struct arena *arena;
  struct http http;
  bool is_revoked_meanwhile;  // the session ends between the loop and the writer
  atomic_int authentications; // counted on several threads
  atomic_int handled;
};

struct team_edit {
  const char *name;
  int64_t size;
};

static const struct field team_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, 20, offsetof(struct team_edit, name), NO_PRESENT, NULL, NULL, "a name"},
    {"size", SHAPE_INTEGER, OPTIONAL, 9, offsetof(struct team_edit, size), NO_PRESENT, NULL, NULL, "a size"},
};
static const struct shape team_shape = {"TeamEdit", MEDIA_JSON, 200, sizeof(struct team_edit), team_fields, 2};
static const struct field seat_fields[] = {
    {"name", SHAPE_TEXT, OPTIONAL, 20, offsetof(struct team_edit, name), NO_PRESENT, NULL, NULL, "a name"},
};
static const struct shape seat_shape = {"Seat", MEDIA_JSON, 200, sizeof(struct team_edit), seat_fields, 1};
static const struct shape csv_shape = {"Csv", MEDIA_CSV, 200, 1, NULL, 0};
static const struct shape yaml_shape = {"Yaml", MEDIA_YAML, 200, 1, NULL, 0};

static struct fixture *fixture_of(const struct request *request) { return request->http->services; }

static enum err get_me(struct request *request) {
  fixture_of(request)->handled++;
  json_int(reply_object(request), "person", request->who.person);
  return ERR_OK;
}

static enum err get_team(struct request *request) {
  fixture_of(request)->handled++;
  if (request_id(request, "team") == 404)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "No such team.");
  json_text(reply_object(request), "course", request_text(request, "course"));
  return ERR_OK;
}

// Changes first and refuses afterwards, so that only the savepoint stands between a refusal and the store.
static enum err patch_team(struct request *request) {
  const struct team_edit *edit = request->input;
  fixture_of(request)->handled++;
  json_text(reply_object(request), "name", edit->name);
  enum err err = setting_set_int(request->act.db, "edits", request->act.now + edit->size);
  if (err != ERR_OK)
    return err;
  if (strcmp(edit->name, "full") == 0)
    return problem_raise(request->act.problem, PROBLEM_TEAM_FULL, "The team has %d members.", 4);
  if (strcmp(edit->name, "silent") == 0)
    return ERR_CONFLICT;
  return strcmp(edit->name, "broken") == 0 ? ERR_INTERNAL : ERR_OK;
}

static enum err delete_team(struct request *request) { return setting_set_int(request->act.db, "deleted", 1); }

static enum err prepare_import(struct request *request) {
  assert_true(db_in_transaction(request->act.db));
  db_rollback(request->act.db); // what a long computation does
  request->prepared = arena_text_n(request->arena, request->body, request->body_size);
  if (strcmp(request->prepared, "bad") == 0)
    return problem_raise(request->act.problem, PROBLEM_INVALID_CSV, "Line 1: no e-mail address.");
  return ERR_OK;
}

static enum err post_import(struct request *request) {
  json_text(reply_object(request), "imported", request->prepared);
  return setting_set_int(request->act.db, "imported", request->act.actor);
}

static enum err prepare_export(struct request *request) {
  assert_true(db_in_transaction(request->act.db));
  text_add(reply_text(request, "text/csv; charset=utf-8"), "name\r\n");
  return ERR_OK;
}

static enum err put_seat(struct request *request) {
  json_flag(reply_object(request), "named", ((const struct team_edit *)request->input)->name != NULL);
  return setting_set_int(request->act.db, "seats", 1);
}

#define TEAM "/courses/{course}/teams/{team}"
static const struct route rows[] = {
    {METHOD_GET, "/me", ACCESS_SIGNED_IN, ROUTE_READ, NULL, get_me, NULL, NULL, 204, NULL, "s"},
    {METHOD_GET, TEAM, ACCESS_COURSE, ROUTE_READ, NULL, get_team, &seat_shape, NULL, 204, NULL, "s"},
    {METHOD_PATCH, TEAM, ACCESS_TEAM, ROUTE_WRITE, NULL, patch_team, NULL, &team_shape, 204, NULL, "s"},
    {METHOD_DELETE, TEAM, ACCESS_TEAM, ROUTE_WRITE, NULL, delete_team, NULL, NULL, 204, NULL, "s"},
    {METHOD_PUT, "/courses/{course}/labs/seat", ACCESS_STUDENT, ROUTE_WRITE, NULL, put_seat, NULL, &seat_shape, 204,
     NULL, "s"},
    {METHOD_POST, "/courses/{course}/roster", ACCESS_STAFF, ROUTE_WORK, prepare_import, post_import, NULL, &csv_shape,
     204, NULL, "s"},
    {METHOD_GET, "/courses/{course}/roster", ACCESS_STAFF, ROUTE_WORK, prepare_export, NULL, NULL, NULL, 204, NULL,
     "s"},
    {METHOD_PUT, "/courses/{course}/syllabus", ACCESS_STAFF, ROUTE_WORK, prepare_import, post_import, NULL, &yaml_shape,
     204, NULL, "s"},
};
static const struct route_table tables[] = {{"test", rows, COUNT(rows)}, {"system", NULL, 0}};

// "Bearer 7" or the cookie session=7 is person 7; 13 is nobody any more.
static enum err authenticate(struct request *request, bool is_writing) {
  struct fixture *fixture = fixture_of(request);
  fixture->authentications++;
  const char *token = request_bearer(request);
  request->who.is_by_cookie = token == NULL;
  if (token == NULL)
    token = request_cookie(request, "session");
  if (token != NULL && (strcmp(token, "13") == 0 || (is_writing && fixture->is_revoked_meanwhile)))
    return problem_raise(&request->problem, PROBLEM_NOT_SIGNED_IN, "Your session has ended. Sign in again.");
  if (token == NULL || !int64_parse(token, &request->who.person))
    request->who = (struct identity){0};
  return ERR_OK;
}

// Person 8 is signed in and enrolled nowhere.
static enum err admit(struct request *request) {
  assert_non_null(request->act.db);
  if (request->route->access == ACCESS_PUBLIC)
    return ERR_OK;
  if (request->route->access == ACCESS_LOOPBACK)
    return request->is_loopback ? ERR_OK : ERR_FORBIDDEN;
  if (request->who.person == 0)
    return ERR_UNAUTHENTICATED;
  if (request->route->access != ACCESS_SIGNED_IN && request->who.person == 8)
    return problem_raise(&request->problem, PROBLEM_NOT_ENROLLED, "Ask the staff to add you to the roster.");
  if (request->route->access == ACCESS_COURSE)
    snprintf(request->tag, sizeof request->tag, "W/\"%d-%d\"", 5, (int)request->who.person);
  return ERR_OK;
}

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture->arena = arena_new();
  fixture->clock = clock_fixed(1694476740);
  const struct db_options options = {.mode = DB_READ_WRITE};
  if (db_open(":memory:", &options, &fixture->db) != ERR_OK || db_migrate(fixture->db) != ERR_OK)
    return -1;
  struct route_table *both = arena_copy(fixture->arena, tables, sizeof tables);
  both[1] = system_routes;
  fixture->http = (struct http){
      .tables = both,
      .table_count = COUNT(tables),
      .router = router_new(fixture->arena, both, COUNT(tables)),
      .clock = &fixture->clock,
      .public_url = "https://tandem.example.edu",
      .services = fixture,
      .authenticate = authenticate,
      .admit = admit,
  };
  *state = fixture;
  return http_check(&fixture->http) == ERR_OK ? 0 : -1;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  db_close(fixture->db);
  arena_free(fixture->arena);
  free(fixture);
  return 0;
}

// One request as a row: what is sent, what is answered.
struct exchange {
  enum method method;
  const char *path;    // with its query
  const char *headers; // "name: value|name: value"
  const char *body;    // NULL: none
  int status;
  const char *code; // a part of the body
  const char *why;
};

static struct request *new_request(struct fixture *fixture, const struct exchange *sent) {
  struct arena *arena = arena_new();
  struct request *request = request_new(&fixture->http, arena);
  request->method = sent->method;
  char *path = arena_text(arena, sent->path);
  char *query = strchr(path, '?');
  if (query != NULL)
    *query++ = '\0';
  request->path = path;
  request->query = query;
  struct header *headers = arena_array(arena, 8, sizeof *headers);
  char *rest = arena_text(arena, sent->headers);
  for (char *name = strsep(&rest, "|"); name != NULL && name[0] != '\0'; name = strsep(&rest, "|")) {
    char *colon = strchr(name, ':');
    *colon = '\0';
    headers[request->header_count++] = (struct header){name, colon + 2};
  }
  request->headers = headers;
  request->body = sent->body == NULL ? "" : sent->body;
  request->body_size = strlen(request->body);
  return request;
}

static const char *sent_header(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return NULL;
}

static void check_answer(const struct request *request, const struct exchange *expected) {
  const char *body = text_get(&request->reply.json.text);
  if (request->reply.status != expected->status || strstr(body, expected->code) == NULL)
    fail_msg("%s: %d %s", expected->why, request->reply.status, body);
}

#define AS_7 "authorization: Bearer 7"
#define JSON_7 AS_7 "|content-type: application/json"
#define COOKIE_7 "cookie: session=7|content-type: application/json|host: localhost:8803"
#define A_TEAM "/api/v1/courses/smr/teams/12"
#define LONG_BODY                                                                                                      \
  "{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"   \
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"

static const struct exchange refusals[] = {
    {METHOD_GET, "/api/v1/nothing", AS_7, NULL, 404, "not_found", "no such path"},
    {METHOD_PUT, A_TEAM, JSON_7, "{}", 405, "method_not_allowed", "no such method"},
    {METHOD_PATCH, A_TEAM, AS_7 "|content-type: text/plain", "{}", 415, "unsupported_media_type", "another type"},
    {METHOD_PATCH, A_TEAM, AS_7, "{}", 415, "application/json", "no type"},
    {METHOD_PATCH, A_TEAM, JSON_7 "; charset=latin1", "{}", 415, "UTF-8", "another charset"},
    {METHOD_PATCH, A_TEAM, JSON_7 "|content-encoding: gzip", "{}", 415, "Content-Encoding", "compressed"},
    {METHOD_PATCH, A_TEAM, JSON_7, LONG_BODY, 413, "at most 200 bytes", "over the cap"},
    {METHOD_DELETE, A_TEAM, JSON_7, "{}", 400, "takes no body", "a body that the row does not take"},
    {METHOD_PATCH, A_TEAM, JSON_7 "|accept: text/html", "{\"name\":\"a\"}", 406, "not_acceptable",
     "another answer, before any change"},
    {METHOD_GET, "/api/v1/me", AS_7 "|accept: text/html", NULL, 406, "application/json", "another answer"},
    {METHOD_GET, "/api/v1/courses/smr/roster", AS_7 "|accept: application/json", NULL, 406, "text/csv",
     "another answer than the worker's"},
    {METHOD_PATCH, A_TEAM, "content-type: application/json", "{\"size\":77}", 401, "not_signed_in",
     "nobody, before the body's faults"},
    {METHOD_PATCH, A_TEAM, "content-type: application/json", "{", 401, "not_signed_in",
     "nobody, before malformed JSON"},
    {METHOD_GET, A_TEAM "?x=1", "", NULL, 401, "not_signed_in", "nobody, before the query's faults"},
    {METHOD_GET, "/api/v1/me", "authorization: Bearer 13", NULL, 401, "session has ended", "an ended session"},
    {METHOD_PATCH, A_TEAM, "authorization: Bearer 8|content-type: application/json", "{", 403, "not_enrolled",
     "not enrolled, before the body's faults"},
    {METHOD_PATCH, A_TEAM, COOKIE_7, "{", 403, "cross_origin", "a cookie without an origin"},
    {METHOD_PATCH, A_TEAM, COOKIE_7 "|origin: https://evil.org", "{\"name\":\"a\"}", 403, "cross_origin",
     "a cookie from another site"},
    {METHOD_PATCH, A_TEAM, COOKIE_7 "|sec-fetch-site: same-site", "{\"name\":\"a\"}", 403, "cross_origin",
     "a cookie from a sister site"},
    {METHOD_DELETE, A_TEAM, "cookie: session=7|origin: null", NULL, 403, "cross_origin", "a cookie from a sandbox"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{", 400, "invalid_json", "malformed JSON"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"\xff\"}", 400, "UTF-8", "bad UTF-8"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"a\",\"name\":\"b\"}", 400, "twice", "a duplicate name"},
    {METHOD_PATCH, A_TEAM, JSON_7, "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", 400, "16 levels", "deep nesting"},
    {METHOD_PATCH, A_TEAM, JSON_7, "", 400, "The body is empty", "no body where one is needed"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"nmae\":\"a\"}", 422, "did you mean", "an unknown field"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":5}", 422, "must be text", "a wrong type"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"aaaaaaaaaaaaaaaaaaaaa\"}", 422, "at most 20", "a long text"},
    {METHOD_PATCH, A_TEAM "?dry_run=true", JSON_7, "{\"name\":\"a\"}", 422, "takes no parameters",
     "an unknown parameter"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"full\"}", 409, "The team has 4 members.",
     "a rule, after the change was begun"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"silent\"}", 409, "\"conflict\"", "a conflict without words"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"broken\"}", 500, "\"internal\"", "a mistake of ours"},
    {METHOD_GET, "/api/v1/courses/smr/teams/404", AS_7, NULL, 404, "No such team.", "a row that is not there"},
    {METHOD_POST, "/api/v1/courses/smr/roster", AS_7 "|content-type: text/csv", "bad", 422, "Line 1",
     "a refusal by prepare"},
    {METHOD_POST, "/api/v1/courses/smr/roster", AS_7 "|content-type: text/csv", "", 400, "Send text/csv",
     "an empty file"},
    {METHOD_GET, "/metrics", "", NULL, 403, "not_allowed", "figures are for loopback"},
};

static void ignore_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static void each_refusal_has_its_answer_and_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  log_set_capture(ignore_line, NULL);
  const char *before = db_dump(fixture->db, fixture->arena);
  for (size_t i = 0; i < COUNT(refusals); i++) {
    struct request *request = new_request(fixture, &refusals[i]);
    http_perform(request, fixture->db);
    check_answer(request, &refusals[i]);
    assert_string_equal(request->reply.content_type, "application/problem+json");
    assert_string_equal(sent_header(request, "Cache-Control"), "no-store");
    if (strcmp(before, db_dump(fixture->db, fixture->arena)) != 0)
      fail_msg("%s: the store has changed", refusals[i].why);
    assert_false(db_in_transaction(fixture->db));
    request_free(request);
  }
  log_set_capture(NULL, NULL);
}

static const struct exchange answers[] = {
    {METHOD_GET, "/api/v1/me", AS_7, NULL, 200, "{\"person\":7}", "a read"},
    {METHOD_GET, "/api/v1/me", AS_7 "|accept: text/html|accept: */*;q=0.1", NULL, 200, "{\"person\":7}",
     "a list on two lines is one list"},
    {METHOD_GET, "/api/v1/me", "cookie: session=7", NULL, 200, "{\"person\":7}", "a read by cookie needs no origin"},
    {METHOD_GET, A_TEAM "?name=x", AS_7 "|accept: */*", NULL, 200, "{\"course\":\"smr\"}", "a read with a query"},
    {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\" a  b \"}", 200, "{\"name\":\"a b\"}",
     "a write by token needs no origin"},
    {METHOD_PATCH, A_TEAM, COOKIE_7 "|origin: http://localhost:8803", "{\"name\":\"a\"}", 200, "a",
     "a write by cookie from the Host"},
    {METHOD_PATCH, A_TEAM, COOKIE_7 "|origin: https://tandem.example.edu", "{\"name\":\"a\"}", 200, "a",
     "from the public URL"},
    {METHOD_PATCH, A_TEAM, COOKIE_7 "|sec-fetch-site: same-origin", "{\"name\":\"a\"}", 200, "a",
     "from where the browser says"},
    {METHOD_DELETE, A_TEAM, AS_7, NULL, 204, "", "a handler without a reply"},
    {METHOD_PUT, "/api/v1/courses/smr/labs/seat", AS_7, NULL, 200, "false",
     "a body of optional fields may be left out"},
    {METHOD_POST, "/api/v1/courses/smr/roster", AS_7 "|content-type: text/csv", "x,y", 200, "x,y",
     "work: prepared, then written"},
    {METHOD_PUT, "/api/v1/courses/smr/syllabus", AS_7 "|content-type: text/yaml", "a: b", 200, "a: b", "work on YAML"},
    {METHOD_GET, "/api/v1/courses/smr/roster", AS_7, NULL, 200, "name\r\n", "work without a change"},
    {METHOD_GET, "/healthz", "", NULL, 200, "{\"status\":\"ok\"}", "a public row"},
};

static void each_kind_of_request_is_answered(void **state) {
  struct fixture *fixture = *state;
  for (size_t i = 0; i < COUNT(answers); i++) {
    struct request *request = new_request(fixture, &answers[i]);
    http_perform(request, fixture->db);
    check_answer(request, &answers[i]);
    assert_false(db_in_transaction(fixture->db));
    assert_null(request->act.db);
    request_free(request);
  }
  int64_t edits = 0, imported = 0, deleted = 0;
  assert_int_equal(setting_get_int(fixture->db, "edits", &edits), ERR_OK);
  assert_int_equal(setting_get_int(fixture->db, "imported", &imported), ERR_OK);
  assert_int_equal(setting_get_int(fixture->db, "deleted", &deleted), ERR_OK);
  assert_int_equal(edits, 1694476740); // the instant of its arrival
  assert_int_equal(imported, 7);
  assert_int_equal(deleted, 1);
}

static void a_wrong_method_is_told_the_right_ones(void **state) {
  const struct exchange sent = {METHOD_PUT, A_TEAM, AS_7, NULL, 405, "GET, HEAD, PATCH, DELETE", "Allow"};
  struct request *request = new_request(*state, &sent);
  http_perform(request, ((struct fixture *)*state)->db);
  check_answer(request, &sent);
  assert_string_equal(sent_header(request, "Allow"), "GET, HEAD, PATCH, DELETE");
  request_free(request);
}

static void a_body_without_a_length_is_capped_by_its_row(void **state) {
  struct fixture *fixture = *state;
  size_t cap = 1;
  const struct exchange chunked = {METHOD_PATCH, A_TEAM, JSON_7, NULL, 0, "", "chunked"};
  struct request *request = new_request(fixture, &chunked);
  assert_true(http_begin(request, &cap, true, false, 0));
  assert_int_equal(cap, 200);
  request_free(request);
  const struct exchange none = {
      METHOD_DELETE, A_TEAM, AS_7, NULL, 400, "takes no body", "chunked where no body belongs"};
  request = new_request(fixture, &none);
  assert_false(http_begin(request, &cap, true, false, 0));
  check_answer(request, &none);
  request_free(request);
  request = new_request(fixture, &none);
  assert_true(http_begin(request, &cap, true, true, 0)); // Content-Length: 0
  assert_int_equal(cap, 0);
  request_free(request);
}

static void a_known_tag_is_answered_without_the_handler(void **state) {
  struct fixture *fixture = *state;
  const struct exchange known = {METHOD_GET, A_TEAM,        AS_7 "|if-none-match: \"x\", W/\"5-7\"", NULL, 304,
                                 "",         "not modified"};
  struct request *request = new_request(fixture, &known);
  http_perform(request, fixture->db);
  check_answer(request, &known);
  assert_string_equal(sent_header(request, "ETag"), "W/\"5-7\"");
  assert_string_equal(sent_header(request, "Cache-Control"), "private, no-cache");
  assert_null(request->reply.content_type);
  assert_int_equal(request->reply.json.text.size, 0);
  assert_int_equal(fixture->handled, 0);
  request_free(request);
  const struct exchange others = {METHOD_GET, A_TEAM,         AS_7 "|if-none-match: W/\"5-9\"", NULL, 200,
                                  "smr",      "another's tag"};
  request = new_request(fixture, &others);
  http_perform(request, fixture->db);
  check_answer(request, &others);
  assert_string_equal(sent_header(request, "ETag"), "W/\"5-7\"");
  request_free(request);
}

static void a_session_that_ends_before_the_writer_has_its_turn_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  const struct exchange sent = {METHOD_PATCH,       A_TEAM, JSON_7, "{\"name\":\"a\"}", 401, "session has ended",
                                "revoked meanwhile"};
  const char *before = db_dump(fixture->db, fixture->arena);
  fixture->is_revoked_meanwhile = true;
  struct request *request = new_request(fixture, &sent);
  http_perform(request, fixture->db);
  check_answer(request, &sent);
  assert_int_equal(fixture->authentications, 2);
  assert_int_equal(fixture->handled, 0);
  assert_string_equal(before, db_dump(fixture->db, fixture->arena));
  request_free(request);
}

static void a_lost_transaction_takes_the_answer_back(void **state) {
  struct fixture *fixture = *state;
  const struct exchange sent = {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"a\"}", 200, "{\"name\":\"a\"}", "kept"};
  struct request *request = new_request(fixture, &sent);
  http_perform(request, fixture->db);
  check_answer(request, &sent);
  request->job.kind->lost(&request->job, ERR_UNAVAILABLE);
  const struct exchange lost = {.status = 503, .code = "store_unavailable", .why = "lost"};
  check_answer(request, &lost);
  assert_null(strstr(text_get(&request->reply.json.text), "\"a\""));
  assert_non_null(sent_header(request, "Retry-After"));
  request_free(request);
}

static void a_write_that_runs_again_answers_once(void **state) {
  struct fixture *fixture = *state;
  const struct exchange sent = {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"full\"}", 409, "team_full", "the first run"};
  struct request *request = new_request(fixture, &sent);
  http_perform(request, fixture->db);
  check_answer(request, &sent);
  struct job *job = &request->job;
  assert_int_equal(job_batch(fixture->db, &job, 1), ERR_OK);
  check_answer(request, &sent);
  assert_int_equal(request->problem.error_count, 0);
  assert_int_equal(fixture->handled, 2);
  request_free(request);
}

static void a_head_is_routed_as_its_get(void **state) {
  struct fixture *fixture = *state;
  const struct exchange sent = {METHOD_GET, "/api/v1/me", AS_7, NULL, 200, "person", "HEAD"};
  struct request *request = new_request(fixture, &sent);
  request->is_head = true;
  http_perform(request, fixture->db);
  check_answer(request, &sent); // the connection sends the length of this, and nothing of it
  request_free(request);
}

static void add_a_note(struct request *request, struct json *notes) {
  (void)request;
  json_text(notes, NULL, "mail is not being sent");
}

static void add_a_figure(struct request *request, struct text *metrics) {
  (void)request;
  text_add(metrics, "tandem_connections 3\n");
}

static void readiness_tells_what_the_operator_should_know(void **state) {
  struct fixture *fixture = *state;
  static const char *const notes[] = {"The clock is offset.", NULL};
  atomic_bool is_draining = false;
  struct readiness readiness = {&is_draining, notes, NULL, add_a_note, add_a_figure};
  fixture->http.readiness = &readiness;
  struct exchange sent = {
      METHOD_GET, "/readyz", "", NULL, 200, "\"notes\":[\"The clock is offset.\",\"mail is not being sent\"]", "ready"};
  struct request *request = new_request(fixture, &sent);
  http_perform(request, fixture->db);
  check_answer(request, &sent);
  request_free(request);
  atomic_store(&is_draining, true);
  sent.status = 503;
  sent.code = "shutting_down";
  request = new_request(fixture, &sent);
  http_perform(request, fixture->db);
  check_answer(request, &sent);
  request_free(request);
  const struct exchange metrics = {METHOD_GET, "/metrics", "", NULL, 200, "tandem_connections 3\n", "figures"};
  request = new_request(fixture, &metrics);
  request->is_loopback = true;
  http_perform(request, fixture->db);
  check_answer(request, &metrics);
  assert_non_null(strstr(text_get(&request->reply.json.text), "\ntandem_now_seconds 1694476740\n"));
  assert_non_null(strstr(text_get(&request->reply.json.text), "\nprocess_resident_memory_bytes "));
  request_free(request);
}

static void mark_finished(struct request *request) { *(bool *)request->owner = true; }

static void without_a_queue_a_write_is_told_to_come_back(void **state) {
  struct fixture *fixture = *state;
  const struct exchange sent = {METHOD_PATCH, A_TEAM, JSON_7, "{\"name\":\"a\"}", 503, "\"busy\"", "no room"};
  struct request *request = new_request(fixture, &sent);
  bool is_finished = false;
  size_t cap;
  request->owner = &is_finished;
  request->finish = mark_finished;
  assert_true(http_begin(request, &cap, true, true, request->body_size));
  http_run(request, fixture->db);
  assert_true(is_finished);
  check_answer(request, &sent);
  assert_non_null(sent_header(request, "Retry-After"));
  request_free(request);
}

static void count_home(struct request *request) {
  struct house *house = request->owner;
  if (--house->away == 0)
    loop_stop(house->loop);
}

static void requests_come_home_from_the_writer_and_the_workers(void **state) {
  struct fixture *fixture = *state;
  const struct exchange *sent[COUNT(answers) + COUNT(refusals)];
  struct request *requests[COUNT(sent)];
  size_t count = 0;
  for (size_t i = 0; i < COUNT(answers); i++)
    sent[count++] = &answers[i];
  for (size_t i = 0; i < COUNT(refusals); i++)
    if (refusals[i].status == 409 || refusals[i].status == 500 || strstr(refusals[i].why, "prepare") != NULL)
      sent[count++] = &refusals[i];
  char folder[] = "/tmp/test_dispatch_XXXXXX";
  assert_non_null(mkdtemp(folder));
  struct house house;
  set_up_house(&fixture->http, fixture->arena, &house, folder);
  log_set_capture(ignore_line, NULL);
  house.away = count;
  for (size_t i = 0; i < count; i++) {
    struct request *request = requests[i] = new_request(fixture, sent[i]);
    size_t cap;
    request->job.home = house.loop;
    request->owner = &house;
    request->finish = count_home;
    assert_true(http_begin(request, &cap, sent[i]->body != NULL, true, request->body_size));
    http_run(request, loop_db(house.loop));
  }
  loop_run(house.loop);
  log_set_capture(NULL, NULL);
  assert_int_equal(house.away, 0);
  for (size_t i = 0; i < count; i++) {
    check_answer(requests[i], sent[i]);
    request_free(requests[i]);
  }
  tear_down_house(fixture->arena, &house, folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_refusal_has_its_answer_and_changes_nothing),
      TEST(each_kind_of_request_is_answered),
      TEST(a_wrong_method_is_told_the_right_ones),
      TEST(a_body_without_a_length_is_capped_by_its_row),
      TEST(a_known_tag_is_answered_without_the_handler),
      TEST(a_session_that_ends_before_the_writer_has_its_turn_changes_nothing),
      TEST(a_lost_transaction_takes_the_answer_back),
      TEST(a_write_that_runs_again_answers_once),
      TEST(a_head_is_routed_as_its_get),
      TEST(readiness_tells_what_the_operator_should_know),
      TEST(without_a_queue_a_write_is_told_to_come_back),
      TEST(requests_come_home_from_the_writer_and_the_workers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
