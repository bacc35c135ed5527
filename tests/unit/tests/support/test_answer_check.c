// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/http/answer.h"
#include "tests/support/answer_check.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const colours[] = {"red", "blue", NULL};

// clang-format off
static const struct answer_field member_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "s"},
  {"email",  ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_TEAM,   NULL, NULL, "s"},
  {"credit", ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL, NULL, "s"},
};
static const struct answer member = {"Member", NULL, false, member_fields, COUNT(member_fields)};
static const struct answer_field fields[] = {
  {"team",    ANSWER_INTEGER,      ANSWER_ALWAYS,    AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"name",    ANSWER_TEXT,         ANSWER_ALWAYS,    AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"colour",  ANSWER_CHOICE,       ANSWER_NULLABLE,  AUDIENCE_CALLER,     colours, NULL,    "s"},
  {"at",      ANSWER_INSTANT,      ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"open",    ANSWER_FLAG,         ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"contact", ANSWER_OBJECT,       ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL,    &member, "s"},
  {"members", ANSWER_LIST,         ANSWER_ALWAYS,    AUDIENCE_CALLER,     NULL,    &member, "s"},
  {"topics",  ANSWER_TEXT_LIST,    ANSWER_SOMETIMES, AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"days",    ANSWER_INTEGER_LIST, ANSWER_SOMETIMES, AUDIENCE_CALLER,     NULL,    NULL,    "s"},
  {"risk",    ANSWER_TEXT,         ANSWER_SOMETIMES, AUDIENCE_STAFF,      NULL,    NULL,    "s"},
  {"note",    ANSWER_TEXT,         ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL,    NULL,    "s"},
};
// clang-format on
static const struct answer thing = {"Thing", NULL, false, fields, COUNT(fields)};
static const struct answer csv = {"Csv", "text/csv", false, NULL, 0};
static const struct route row = {
    .method = METHOD_GET, .path = "/t", .access = ACCESS_COURSE, .success = 200, .answer = &thing};
static const struct route made = {
    .method = METHOD_POST, .path = "/t", .access = ACCESS_COURSE, .success = 201, .answer = &thing};
static const struct route done = {.method = METHOD_DELETE, .path = "/t", .access = ACCESS_COURSE, .success = 204};
static const struct route table = {
    .method = METHOD_GET, .path = "/t", .access = ACCESS_COURSE, .success = 200, .answer = &csv};

#define JSON "application/json"
#define PROBLEM "application/problem+json"
#define REST "\"colour\":null,\"at\":null,\"open\":null,\"contact\":null"
#define WITH(more) "{\"team\":5,\"name\":\"x\"," REST ",\"members\":[]" more "}"
#define MEMBER(more) "{\"team\":5,\"name\":\"x\"," REST ",\"members\":[{\"person\":7},{\"person\":8" more "}]}"
#define NOT_FOUND                                                                                                      \
  "\"type\":\"urn:tandem:problem:not_found\",\"title\":\"There is nothing here\",\"status\":404,"                      \
  "\"code\":\"not_found\",\"detail\":\"Look elsewhere.\""

struct check_case {
  const struct route *route;
  int status;
  const char *type;
  const char *body;
  const char *fault; // a part of it; NULL: there is none
};

static const struct answer_reader student = {.person = 7, .role = ROLE_STUDENT};

static const char *check(struct arena *arena, const struct check_case *at, const struct answer_reader *reader) {
  json_t *body = at->body == NULL ? NULL : json_loads(at->body, 0, NULL);
  const struct answered answered = {.route = at->route, .status = at->status, .content_type = at->type, .body = body};
  const char *fault = answer_fault(arena, &answered, reader);
  json_decref(body);
  return fault;
}

static void expect(const struct check_case *at, const struct answer_reader *reader) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *fault = check(arena, at, reader);
  if (at->fault == NULL && fault != NULL)
    fail_msg("%d %s: %s", at->status, at->body == NULL ? "" : at->body, fault);
  if (at->fault != NULL && (fault == NULL || strstr(fault, at->fault) == NULL))
    fail_msg("%d %s: \"%s\" instead of \"%s\"", at->status, at->body == NULL ? "" : at->body,
             fault == NULL ? "no fault" : fault, at->fault);
}

static void a_success_is_what_its_row_says_and_nothing_else(void **state) {
  (void)state;
  static const struct check_case cases[] = {
      {&row, 200, JSON, WITH(""), NULL},
      {&row, 200, JSON, WITH(",\"topics\":[\"a\"],\"days\":[1,2]"), NULL},
      {&row, 304, NULL, NULL, NULL},
      {&done, 204, NULL, NULL, NULL},
      {&table, 200, "text/csv; charset=utf-8", NULL, NULL},
      {&row, 201, JSON, WITH(""), "status 201; the row says 200"},
      {&made, 200, JSON, WITH(""), "status 200; the row says 201"},
      {&done, 204, JSON, WITH(""), "a body"},
      {&row, 304, JSON, WITH(""), "304 with a body"},
      {&row, 200, "text/plain", NULL, "content type text/plain"},
      {&table, 200, JSON, WITH(""), "content type application/json"},
      {&row, 200, JSON, "[]", "no object"},
      {&row, 200, JSON, WITH(",\"secret\":1"), "secret: not in the table of answer Thing"},
      {&row, 200, JSON, MEMBER(",\"nick\":\"B\""), "members[1].nick: not in the table"},
      {&row, 200, JSON, "{\"team\":5," REST ",\"members\":[]}", "name: is missing"},
      {&row, 200, JSON, "{\"team\":5,\"name\":null," REST ",\"members\":[]}", "name: is null"},
      {&row, 200, JSON, "{\"team\":\"5\",\"name\":\"x\"," REST ",\"members\":[]}", "team: is no integer"},
      {&row, 200, JSON, "{\"team\":5,\"name\":5," REST ",\"members\":[]}", "name: is no text"},
      {&row, 200, JSON, WITH(",\"topics\":[1]"), "topics: has an item of another type"},
      {&row, 200, JSON, WITH(",\"days\":[1,\"x\"]"), "days: has an item of another type"},
      {&row, 200, JSON, WITH(",\"topics\":{}"), "topics: is no list"},
      {NULL, 200, JSON, WITH(""), "a success without a row"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    expect(&cases[i], &student);
}

static void values_have_the_form_of_their_type(void **state) {
  (void)state;
  static const char form[] =
      "{\"team\":5,\"name\":\"x\",\"colour\":%s,\"at\":%s,\"open\":%s,\"contact\":%s,\"members\":[]}";
  static const struct {
    const char *values[4];
    const char *fault;
  } cases[] = {
      {{"\"red\"", "\"2023-09-11T23:59:00Z\"", "true", "{\"person\":1}"}, NULL},
      {{"\"green\"", "null", "null", "null"}, "colour: is none of its choices"},
      {{"1", "null", "null", "null"}, "colour: is none of its choices"},
      {{"null", "\"2023-09-11\"", "null", "null"}, "at: is no instant"},
      {{"null", "\"2023-09-11T23:59:00+02:00\"", "null", "null"}, "at: is no instant in UTC"},
      {{"null", "1694476740", "null", "null"}, "at: is no instant"},
      {{"null", "null", "1", "null"}, "open: is no flag"},
      {{"null", "null", "null", "{}"}, "contact.person: is missing"},
      {{"null", "null", "null", "7"}, "contact.: no object"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *const *v = cases[i].values;
    const struct check_case at = {&row, 200, JSON, arena_format(arena, form, v[0], v[1], v[2], v[3]), cases[i].fault};
    expect(&at, &student);
  }
}

static void a_field_is_shown_to_its_audience_only(void **state) {
  (void)state;
  static const struct answer_reader root = {.is_operator = true};
  static const struct answer_reader mate = {.person = 7, .role = ROLE_STUDENT, .team = 5};
  static const struct answer_reader other = {.person = 9, .role = ROLE_STUDENT, .team = 6};
  static const struct answer_reader staff = {.person = 1, .role = ROLE_STAFF};
  static const struct answer_reader instructor = {.person = 2, .role = ROLE_INSTRUCTOR};
  static const struct answer_reader self = {.person = 8, .role = ROLE_STUDENT, .team = 5};
  static const struct {
    const char *body;
    const struct answer_reader *reader;
    const char *fault;
  } cases[] = {
      {WITH(",\"risk\":\"high\""), &staff, NULL},
      {WITH(",\"risk\":\"high\""), &root, NULL},
      {WITH(",\"risk\":\"high\""), &mate, "risk: is shown to somebody outside"},
      {WITH(",\"risk\":null"), &mate, "risk: is shown to somebody outside"},
      {WITH(",\"note\":\"x\""), &instructor, NULL},
      {WITH(",\"note\":\"x\""), &staff, "note: is shown to somebody outside"},
      {MEMBER(",\"email\":\"x\""), &mate, NULL},
      {MEMBER(",\"email\":\"x\""), &staff, NULL},
      {MEMBER(",\"email\":\"x\""), &other, "members[1].email: is shown to somebody outside"},
      {MEMBER(",\"credit\":\"x\""), &self, NULL},
      {MEMBER(",\"credit\":\"x\""), &staff, NULL},
      {MEMBER(",\"credit\":\"x\""), &mate, "members[1].credit: is shown to somebody outside"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    expect(&(struct check_case){&row, 200, JSON, cases[i].body, cases[i].fault}, cases[i].reader);
}

static void a_refusal_is_a_problem_document_that_the_row_promises(void **state) {
  (void)state;
  static const struct route public = {
      .method = METHOD_GET, .path = "/p", .access = ACCESS_PUBLIC, .success = 200, .answer = &thing};
  static const struct route of_course = {
      .method = METHOD_GET, .path = "/courses/{course}/p", .access = ACCESS_COURSE, .success = 200, .answer = &thing};
  static const struct check_case cases[] = {
      {&of_course, 404, PROBLEM, "{" NOT_FOUND "}", NULL},
      {&of_course, 404, PROBLEM, "{" NOT_FOUND ",\"errors\":[{\"field\":\"a\",\"message\":\"b\"}]}", NULL},
      {NULL, 404, PROBLEM, "{" NOT_FOUND "}", NULL},
      {&public, 404, PROBLEM, "{" NOT_FOUND "}", "does not tell"},
      {NULL, 409, PROBLEM, "{" NOT_FOUND "}", "does not tell"},
      {&of_course, 404, JSON, "{" NOT_FOUND "}", "no application/problem+json"},
      {&of_course, 404, PROBLEM, "{" NOT_FOUND ",\"hint\":\"x\"}", "the problem document"},
      {&of_course, 404, PROBLEM, "{" NOT_FOUND ",\"errors\":[]}", "errors"},
      {&of_course, 404, PROBLEM, "{" NOT_FOUND ",\"errors\":[{\"field\":\"a\"}]}", "errors[0]"},
      {&of_course, 403, PROBLEM, "{" NOT_FOUND "}", "do not belong to the code"},
      {&of_course, 404, PROBLEM,
       "{\"type\":\"urn:tandem:problem:lost\",\"title\":\"t\",\"status\":404,\"code\":\"lost\",\"detail\":\"d\"}",
       "no row of the problem table"},
      {&of_course, 404, PROBLEM, "{\"code\":\"not_found\"}", "the problem document"},
  };
  for (size_t i = 0; i < COUNT(cases); i++)
    expect(&cases[i], &student);
}

static void who_signs_in_is_somebody_by_the_answer(void **state) {
  (void)state;
  static const struct answer_field account_fields[] = {
      {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"},
      {"email", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "s"},
  };
  static const struct answer account = {"Account", NULL, false, account_fields, 2};
  static const struct answer_field signed_in_fields[] = {
      {"person", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &account, "s"},
  };
  static const struct answer signed_in = {"SignedIn", NULL, true, signed_in_fields, 1};
  static const struct answer told = {"Told", NULL, false, signed_in_fields, 1};
  static const struct answer_reader nobody = {0};
  struct route door = {
      .method = METHOD_POST, .path = "/s", .access = ACCESS_PUBLIC, .success = 201, .answer = &signed_in};
  expect(&(struct check_case){&door, 201, JSON, "{\"person\":{\"id\":3,\"email\":\"e\"}}", NULL}, &nobody);
  door.answer = &told;
  expect(&(struct check_case){&door, 201, JSON, "{\"person\":{\"id\":3,\"email\":\"e\"}}", "person.email: is shown"},
         &nobody);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_success_is_what_its_row_says_and_nothing_else),
      cmocka_unit_test(values_have_the_form_of_their_type),
      cmocka_unit_test(a_field_is_shown_to_its_audience_only),
      cmocka_unit_test(a_refusal_is_a_problem_document_that_the_row_promises),
      cmocka_unit_test(who_signs_in_is_somebody_by_the_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
