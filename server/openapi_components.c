// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/openapi_components.h"

#include <string.h>

#include "common/base/problem.h"
#include "server/accounts/session.h"
#include "server/http/problem_reply.h"
#include "server/openapi.h"
#include "server/openapi_schema.h"

const struct openapi_refusal openapi_refusal_rows[] = {
    {400, "BadRequest", "The request is not well formed.", false},
    {401, "Unauthenticated", "Nobody is signed in, or what was sent proves nobody.", false},
    {403, "Forbidden", "Who asks may not do this.", false},
    {404, "NotFound", "There is no such thing, or not for who asks.", false},
    {406, "NotAcceptable", "The Accept header leaves out the answer's type.", false},
    {409, "Conflict", "The state of things refuses this.", false},
    {412, "PreconditionFailed", "It was changed meanwhile.", false},
    {413, "TooLarge", "The body is larger than x-max-bytes.", false},
    {415, "UnsupportedMediaType", "The body has another type.", false},
    {422, "Unprocessable", "What the request says is not right; `errors` names each field.", false},
    {429, "TooManyRequests", "Too many tries.", true},
    {500, "Internal", "The server made a mistake; nothing was changed.", false},
    {503, "Unavailable", "The server cannot take this now; nothing was changed.", true},
};
const size_t openapi_refusal_count = sizeof openapi_refusal_rows / sizeof *openapi_refusal_rows;
_Static_assert(sizeof openapi_refusal_rows / sizeof *openapi_refusal_rows <= OPENAPI_REFUSALS_MAX,
               "a row may have all of them");

static void write_schemas(struct yaml *yaml, const struct route_table *const *tables, size_t count);
static void write_problem(struct yaml *yaml);
static void write_current(struct yaml *yaml);
static void write_refusals(struct yaml *yaml);
static void write_codes(struct yaml *yaml, int status);
static void write_request_headers(struct yaml *yaml);
static void write_headers(struct yaml *yaml);
static void write_security_schemes(struct yaml *yaml);

void openapi_components(struct yaml *yaml, const struct route_table *const *tables, size_t count) {
  yaml_open(yaml, "components");
  write_security_schemes(yaml);
  write_request_headers(yaml);
  write_headers(yaml);
  write_refusals(yaml);
  write_schemas(yaml, tables, count);
  yaml_close(yaml);
}

static void write_schemas(struct yaml *yaml, const struct route_table *const *tables, size_t count) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct shape_list shapes = {0};
  struct answer_list answers = {0};
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < tables[i]->count; j++) {
      const struct route *route = &tables[i]->rows[j];
      if (route->body != NULL)
        openapi_collect_shape(arena, route->body, &shapes);
      if (route->answer != NULL && route->answer->media == NULL)
        answer_collect(arena, route->answer, &answers);
    }
  yaml_open(yaml, "schemas");
  write_problem(yaml);
  for (size_t i = 0; i < shapes.count; i++)
    openapi_shape(yaml, shapes.items[i]);
  for (size_t i = 0; i < answers.count; i++)
    openapi_answer(yaml, answers.items[i]);
  yaml_close(yaml);
}

static void write_problem(struct yaml *yaml) {
  static const char *const required[] = {"type", "title", "status", "code", "detail"};
  static const char *const of_error[] = {"field", "message"};
  static const char *const texts[][2] = {{"type", "urn:tandem:problem: and the code"},
                                         {"title", "The kind of problem, in a line"},
                                         {"detail", "What is wrong here, and what to do"}};
  yaml_open(yaml, "Problem");
  yaml_text(yaml, "type", "object");
  yaml_flag(yaml, "additionalProperties", false);
  yaml_texts(yaml, "required", required, sizeof required / sizeof *required, false);
  yaml_open(yaml, "properties");
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    yaml_open(yaml, texts[i][0]);
    yaml_text(yaml, "type", "string");
    yaml_text(yaml, "description", texts[i][1]);
    yaml_close(yaml);
  }
  yaml_open(yaml, "status");
  yaml_text(yaml, "type", "integer");
  yaml_close(yaml);
  write_codes(yaml, 0);
  yaml_open(yaml, "errors");
  yaml_text(yaml, "type", "array");
  yaml_open(yaml, "items");
  yaml_text(yaml, "type", "object");
  yaml_flag(yaml, "additionalProperties", false);
  yaml_texts(yaml, "required", of_error, 2, false);
  yaml_open(yaml, "properties");
  for (size_t i = 0; i < 2; i++) {
    yaml_open(yaml, of_error[i]);
    yaml_text(yaml, "type", "string");
    yaml_close(yaml);
  }
  for (int i = 0; i < 3; i++)
    yaml_close(yaml);
  write_current(yaml);
  for (int i = 0; i < 2; i++)
    yaml_close(yaml);
}

// Of a 412: what is stored beside what was sent.
static void write_current(struct yaml *yaml) {
  static const char *const all[] = {"yours", "value", "version", "by", "by_name", "at"};
  static const bool is_nullable[] = {false, false, false, true, true, true};
  yaml_open(yaml, "current");
  yaml_text(yaml, "type", "object");
  yaml_text(yaml, "description", "Of a save that met somebody else's: what you sent, and what is stored, by whom");
  yaml_flag(yaml, "additionalProperties", false);
  yaml_texts(yaml, "required", all, sizeof all / sizeof *all, false);
  yaml_open(yaml, "properties");
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    bool is_number = strcmp(all[i], "version") == 0 || strcmp(all[i], "by") == 0;
    const char *const types[] = {is_number ? "integer" : "string", "null"};
    yaml_open(yaml, all[i]);
    if (is_nullable[i])
      yaml_texts(yaml, "type", types, 2, false);
    else
      yaml_text(yaml, "type", types[0]);
    yaml_close(yaml);
  }
  yaml_close(yaml);
  yaml_close(yaml);
}

// code: with every code of the status, or of all for 0.
static void write_codes(struct yaml *yaml, int status) {
  const char *codes[PROBLEM_COUNT];
  size_t count = 0;
  for (int code = PROBLEM_NONE + 1; code < PROBLEM_COUNT; code++)
    if (status == 0 || problem_status((enum problem_code)code) == status)
      codes[count++] = problem_code_text((enum problem_code)code);
  yaml_open(yaml, "code");
  yaml_text(yaml, "type", "string");
  yaml_texts(yaml, "enum", codes, count, false);
  yaml_close(yaml);
}

static void write_refusals(struct yaml *yaml) {
  yaml_open(yaml, "responses");
  for (size_t i = 0; i <= openapi_refusal_count; i++) {
    const struct openapi_refusal *refusal = i < openapi_refusal_count ? &openapi_refusal_rows[i] : NULL;
    yaml_open(yaml, refusal == NULL ? "Connection" : refusal->name);
    yaml_text(yaml, "description",
              refusal == NULL ? "What is answered before a row is found: 408, 414, 417, 431, 501, 505."
                              : refusal->words);
    if (refusal != NULL && refusal->has_retry_after) {
      yaml_open(yaml, "headers");
      yaml_open(yaml, "Retry-After");
      yaml_text(yaml, "$ref", "#/components/headers/Retry-After");
      yaml_close(yaml);
      yaml_close(yaml);
    }
    yaml_open(yaml, "content");
    yaml_open(yaml, "application/problem+json");
    yaml_open(yaml, "schema");
    openapi_reference(yaml, "Problem");
    if (refusal != NULL) {
      yaml_open(yaml, "properties");
      write_codes(yaml, refusal->status);
      yaml_close(yaml);
    }
    for (int close = 0; close < 4; close++)
      yaml_close(yaml);
  }
  yaml_close(yaml);
}

static void write_request_headers(struct yaml *yaml) {
  static const char *const headers[][3] = {
      {"IdempotencyKey", "Idempotency-Key",
       "1 to 128 visible ASCII characters. For 24 hours the same request with the same key changes things once and is "
       "answered alike, with Idempotency-Replayed: true; with another body it is refused with 422."},
      {"IfMatch", "If-Match",
       "The `version` that was seen, in quotes, or several, or *: when it is another by now, 412 says so and nothing "
       "is "
       "changed."},
  };
  yaml_open(yaml, "parameters");
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    yaml_open(yaml, headers[i][0]);
    yaml_text(yaml, "name", headers[i][1]);
    yaml_text(yaml, "in", "header");
    yaml_flag(yaml, "required", false);
    yaml_text(yaml, "description", headers[i][2]);
    yaml_open(yaml, "schema");
    yaml_text(yaml, "type", "string");
    yaml_close(yaml);
    yaml_close(yaml);
  }
  yaml_close(yaml);
}

static void write_headers(struct yaml *yaml) {
  static const char *const headers[][3] = {
      {"X-Tandem-Now", "string", "The server's own clock, which `serve --now` may offset."},
      {"ETag", "string", "Weak: moves with the course, the reader, and what the clock changes for them."},
      {"Location", "string", "Where to find what was made."},
      {"Retry-After", "integer", "Seconds to wait."},
  };
  yaml_open(yaml, "headers");
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    yaml_open(yaml, headers[i][0]);
    yaml_text(yaml, "description", headers[i][2]);
    yaml_open(yaml, "schema");
    yaml_text(yaml, "type", headers[i][1]);
    yaml_close(yaml);
    yaml_close(yaml);
  }
  yaml_close(yaml);
}

static void write_security_schemes(struct yaml *yaml) {
  yaml_open(yaml, "securitySchemes");
  yaml_open(yaml, "cookie");
  yaml_text(yaml, "type", "apiKey");
  yaml_text(yaml, "in", "cookie");
  yaml_text(yaml, "name", SESSION_COOKIE);
  yaml_close(yaml);
  yaml_open(yaml, "bearer");
  yaml_text(yaml, "type", "http");
  yaml_text(yaml, "scheme", "bearer");
  yaml_text(yaml, "description", "The token of a session, or an API token with the scopes that are named.");
  yaml_close(yaml);
  yaml_close(yaml);
}
