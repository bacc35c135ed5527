// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/audiences.h"
#include "server/http/answer.h"
#include "server/http/shape.h"
#include "server/openapi.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct thing {
  const char *name;
  int64_t size;
};

static enum err handle(struct request *request) {
  (void)request;
  return ERR_OK;
}

// clang-format off
static const struct field thing_fields[] = {
  {"name", SHAPE_TEXT,    REQUIRED, 80,        offsetof(struct thing, name), NO_PRESENT, NULL, NULL, "What it is called"},
  {"size", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct thing, size), NO_PRESENT, NULL, NULL, "How large it is"},
};
static const struct shape thing_new = {"ThingNew", MEDIA_JSON, 4096, sizeof(struct thing), thing_fields, 2};
static const struct shape thing_query = {"ThingQuery", MEDIA_JSON, 0, sizeof(struct thing), thing_fields + 1, 1};
static const struct answer_field part_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Whose it is"},
  {"email",  ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_TEAM,   NULL, NULL, "Where to write"},
};
static const struct answer part = {"Part", NULL, false, part_fields, COUNT(part_fields)};
static const struct answer_field answer_fields[] = {
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,  "Counts its changes"},
  {"closed",  ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL,  "When it was closed"},
  {"parts",   ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, &part, "Of what it is made"},
  {"main",    ANSWER_OBJECT,  ANSWER_NULLABLE, AUDIENCE_STAFF,  NULL, &part, "The most important one"},
};
static const struct answer thing_answer = {"Thing", NULL, false, answer_fields, COUNT(answer_fields)};
static const struct answer key_answer = {"Key", NULL, true, part_fields, COUNT(part_fields)};
static const struct answer file_answer = {"File", "text/csv", false, NULL, 0};
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/things/{thing}", ACCESS_COURSE,   ROUTE_READ,  NULL,   handle, &thing_query, NULL,       200, &thing_answer, "A thing"},
  {METHOD_PUT,    "/courses/{course}/things/{thing}", ACCESS_STAFF,    ROUTE_WRITE, NULL,   handle, NULL,         &thing_new, 200, &thing_answer, "Change it"},
  {METHOD_DELETE, "/courses/{course}/things/{thing}", ACCESS_STAFF,    ROUTE_WRITE, NULL,   handle, NULL,         NULL,       204, NULL,          "Be rid of it"},
  {METHOD_POST,   "/me/keys",                         ACCESS_ACCOUNT,  ROUTE_WRITE, NULL,   handle, NULL,         NULL,       201, &key_answer,   "A key"},
  {METHOD_POST,   "/session",                         ACCESS_PUBLIC,   ROUTE_WORK,  handle, handle, NULL,         &thing_new, 201, &key_answer,   "Sign in"},
  {METHOD_GET,    "//things.csv",                     ACCESS_OPERATOR, ROUTE_READ,  NULL,   handle, NULL,         NULL,       200, &file_answer,  "A file"},
  {METHOD_POST,   "/things",                          ACCESS_OPERATOR, ROUTE_WRITE, NULL,   handle, NULL,         NULL,       204, NULL,          "Make one"},
};
// clang-format on
static const struct route_table table = {"things", rows, COUNT(rows)};
static const struct route_table *const tables[] = {&table};

static void expect_part(const char *document, const char *part_of_it) {
  if (strstr(document, part_of_it) == NULL)
    fail_msg("missing:\n%s\nin\n%s", part_of_it, document);
}

static void a_row_becomes_an_operation(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text out;
  text_init(&out, arena);
  openapi_write(&out, tables, 1, "1.2.3");
  static const char *const parts[] = {
      "info:\n  title: Tandem\n  version: \"1.2.3\"\n",
      "  \"/courses/{course}/things/{thing}\":\n    parameters:\n      - name: course\n        in: path\n"
      "        required: true\n        schema:\n          type: string\n      - name: thing\n        in: path\n"
      "        required: true\n        schema:\n          type: integer\n          format: int64\n          minimum: "
      "1\n"
      "    get:\n      operationId: get_course_things_by_thing\n      tags: [things]\n      summary: \"A thing\"\n"
      "      x-access: course\n",
      "        - name: size\n          in: query\n          required: false\n          description: \"How large it "
      "is\"\n"
      "          schema:\n            type: integer\n            format: int64\n            minimum: 0\n",
      "    put:\n      operationId: put_course_things_by_thing\n",
      "        - cookie: []\n        - bearer: [write, staff]\n",
      "        - $ref: \"#/components/parameters/IdempotencyKey\"\n        - $ref: "
      "\"#/components/parameters/IfMatch\"\n",
      "      requestBody:\n        required: true\n        x-max-bytes: 4096\n        content:\n"
      "          application/json:\n            schema:\n              $ref: \"#/components/schemas/ThingNew\"\n",
      "        - bearer: [session]\n",
      "  /things.csv:\n    servers:\n      - url: /\n    get:\n      operationId: get_things_csv\n",
      "          content:\n            text/csv:\n              schema:\n                type: string\n",
      "    ThingNew:\n      type: object\n      additionalProperties: false\n      required: [name]\n      "
      "properties:\n"
      "        name:\n          type: string\n          minLength: 1\n          maxLength: 80\n",
      "    Thing:\n      type: object\n      additionalProperties: false\n"
      "      required: [version, closed, parts, main]\n",
      "        closed:\n          type: [string, \"null\"]\n          format: date-time\n",
      "        main:\n          anyOf:\n            - $ref: \"#/components/schemas/Part\"\n            - type: "
      "\"null\"\n"
      "          description: \"The most important one\"\n          x-audience: staff\n",
      "    Key:\n      type: object\n      additionalProperties: false\n      x-secret: true\n      required: "
      "[person]\n",
  };
  for (size_t i = 0; i < COUNT(parts); i++)
    expect_part(text_get(&out), parts[i]);
  assert_null(strstr(text_get(&out), "ThingQuery"));
}

static void a_key_is_for_changes_of_a_person_without_secrets(void **state) {
  (void)state;
  static const bool takes_key[COUNT(rows)] = {[1] = true, [2] = true};
  for (size_t i = 0; i < COUNT(rows); i++) {
    assert_int_equal(openapi_takes_key(&rows[i]), takes_key[i]);
    assert_int_equal(openapi_takes_version(&rows[i]), i == 1);
  }
}

static void refusals_follow_from_access_and_kind(void **state) {
  (void)state;
  static const struct {
    size_t row;
    int status;
    bool is_possible;
  } cases[] = {
      {0, 401, true}, {0, 404, true}, {0, 409, false}, {0, 412, false}, {0, 415, false}, {1, 409, true},
      {1, 412, true}, {1, 413, true}, {1, 415, true},  {2, 415, false}, {3, 404, false}, {3, 429, false},
      {4, 401, true}, {4, 429, true}, {5, 403, true},  {5, 404, false}, {0, 422, true},  {0, 503, true},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    int statuses[OPENAPI_REFUSALS_MAX];
    size_t count = openapi_refusals(&rows[cases[i].row], statuses);
    bool is_there = false;
    for (size_t j = 0; j < count; j++) {
      is_there = is_there || statuses[j] == cases[i].status;
      assert_true(j == 0 || statuses[j] > statuses[j - 1]);
    }
    if (is_there != cases[i].is_possible)
      fail_msg("row %zu, %d", cases[i].row, cases[i].status);
  }
}

static void a_nested_field_is_seen_by_nobody_who_does_not_see_what_it_is_in(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text out;
  text_init(&out, arena);
  audiences_write(&out, tables, 1);
  static const char *const parts[] = {
      "### things\n\n| Answer | To | Seen by | Fields |\n",
      "| Thing | `GET /courses/{course}/things/{thing}`, `PUT /courses/{course}/things/{thing}` | everybody in the "
      "course | `version`, `closed`, `parts[].person` |\n"
      "|  |  | the team, staff | `parts[].email` |\n"
      "|  |  | staff | `main.person`, `main.email` |\n",
      "| File | `GET /things.csv` | the operator | text/csv as a whole |\n",
  };
  for (size_t i = 0; i < COUNT(parts); i++)
    expect_part(text_get(&out), parts[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_row_becomes_an_operation),
      cmocka_unit_test(a_key_is_for_changes_of_a_person_without_secrets),
      cmocka_unit_test(refusals_follow_from_access_and_kind),
      cmocka_unit_test(a_nested_field_is_seen_by_nobody_who_does_not_see_what_it_is_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
