// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/audit.h"
#include "tests/unit/server/accounts/fixture.h"

static struct reply_copy operator_call(struct fixture *f, enum method method, const char *target, const char *body) {
  return fixture_call(f, &(struct call){.method = method, .target = target, .body = body, .is_control = true});
}

static void only_the_operator_gets_at_the_accounts(void **state) {
  struct fixture *f = *state;
  static const struct call calls[] = {
      {.method = METHOD_GET, .target = "/api/v1/accounts"},
      {.method = METHOD_POST, .target = "/api/v1/accounts", .body = "{\"name\":\"Eve\",\"email\":\"eve@example.edu\"}"},
      {.method = METHOD_GET, .target = "/api/v1/accounts/1"},
      {.method = METHOD_PATCH, .target = "/api/v1/accounts/1", .body = "{\"disabled\":true}"},
      {.method = METHOD_PUT, .target = "/api/v1/accounts/1/password", .body = "{\"password\":\"eve eve eve eve\"}"},
  };
  const char *token = ada_signs_in(f);
  const char *before = dump(f);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    struct call call = calls[i];
    call.token = token;
    if (fixture_call(f, &call).status != 403)
      fail_msg("%s as a person", call.target);
  }
  assert_string_equal(before, dump(f));
}

static void an_account_is_created_without_a_password_and_gets_one(void **state) {
  struct fixture *f = *state;
  struct reply_copy answer =
      operator_call(f, METHOD_POST, "/api/v1/accounts", "{\"name\":\"Grace Hopper\",\"email\":\"grace@example.edu\"}");
  assert_int_equal(201, answer.status);
  assert_contains(answer.body, "\"has_password\":false");
  int64_t id = answer_int(f, &answer, "id");
  assert_int_equal(401, try_sign_in(f, "grace@example.edu", "nanoseconds of wire").status);
  const char *target = arena_format(f->arena, "/api/v1/accounts/%lld/password", (long long)id);
  assert_int_equal(204, operator_call(f, METHOD_PUT, target, "{\"password\":\"nanoseconds of wire\"}").status);
  struct reply_copy signed_in = try_sign_in(f, "grace@example.edu", "nanoseconds of wire");
  assert_int_equal(201, signed_in.status);
  const char *token = answer_text(f, &signed_in, "token");
  assert_int_equal(204, operator_call(f, METHOD_PUT, target, "{\"password\":\"a ship in port is safe\"}").status);
  assert_int_equal(401, get_me(f, token));
  assert_lacks(dump(f), "nanoseconds");
  assert_lacks(dump(f), "a ship");
}

static void faults_are_refused_and_change_nothing(void **state) {
  struct fixture *f = *state;
  static const struct {
    enum method method;
    const char *target;
    const char *body;
    int status;
    const char *part;
    const char *why;
  } cases[] = {
      {METHOD_POST, "/api/v1/accounts", "{\"name\":\"Ada\",\"email\":\"ADA@example.edu\"}", 409, "name_taken", "taken"},
      {METHOD_POST, "/api/v1/accounts", "{\"name\":\"Ada\",\"email\":\"ada\"}", 422, "\"field\":\"email\"",
       "no address"},
      {METHOD_POST, "/api/v1/accounts", "{\"name\":\"\",\"email\":\"a@b.edu\"}", 422, "\"field\":\"name\"", "no name"},
      {METHOD_POST, "/api/v1/accounts", "{\"name\":\"A\",\"email\":\"a@b.edu\",\"role\":\"x\"}", 422, "role",
       "unknown"},
      {METHOD_GET, "/api/v1/accounts/999", NULL, 404, "not_found", "nobody to show"},
      {METHOD_PATCH, "/api/v1/accounts/999", "{\"disabled\":true}", 404, "not_found", "nobody to disable"},
      {METHOD_PUT, "/api/v1/accounts/999/password", "{\"password\":\"long enough it is\"}", 404, "not_found", "nobody"},
      {METHOD_PUT, "/api/v1/accounts/1/password", "{\"password\":\"too short\"}", 422, "\"field\":\"password\"",
       "9 characters"},
      {METHOD_PATCH, "/api/v1/accounts/1", "{\"disabled\":\"yes\"}", 422, "\"field\":\"disabled\"", "no flag"},
      {METHOD_PATCH, "/api/v1/accounts/1", "{\"name\":\"New\",\"email\":\"x\"}", 422, "email", "half a change is none"},
      {METHOD_GET, "/api/v1/accounts?limit=1000", NULL, 422, "limit", "too many at once"},
  };
  const char *before = dump(f);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer = operator_call(f, cases[i].method, cases[i].target, cases[i].body);
    if (answer.status != cases[i].status || !strstr(answer.body, cases[i].part))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
  }
  assert_string_equal(before, dump(f));
}

static void the_list_pages_and_finds(void **state) {
  struct fixture *f = *state;
  for (int i = 2; i <= 450; i++) {
    const char *name = arena_format(f->arena, "Person %d", i);
    fixture_person(f, name, arena_format(f->arena, "p%d@example.edu", i));
  }
  int64_t joerg = fixture_person(f, "J\xC3\x96RG M\xC3\xBCller", "jm@example.edu");
  int64_t after = 0;
  int pages = 0, people = 0;
  do {
    struct reply_copy page = operator_call(
        f, METHOD_GET, arena_format(f->arena, "/api/v1/accounts?limit=100&after=%lld", (long long)after), NULL);
    assert_int_equal(200, page.status);
    for (const char *at = page.body; (at = strstr(at, "\"id\":")); at++)
      people++;
    after = strstr(page.body, "\"next\":null") ? 0 : answer_int(f, &page, "next");
    pages++;
  } while (after > 0);
  assert_int_equal(5, pages);
  assert_int_equal(451, people);
  static const struct {
    const char *query;
    int count;
    const char *why;
  } cases[] = {
      {"q=j%C3%B6rg", 1, "a name in another case, on the last page of the search"},
      {"q=Person+44", 11, "44 and 440 to 449"},
      {"q=p44%40", 1, "an address"},
      {"q=nobody+here", 0, "nobody"},
      {"q=Person&limit=3", 3, "as many as were asked for"},
      {"email=JM%40example.edu", 1, "an address exactly"},
      {"email=m%40example.edu", 0, "not a part of it"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer =
        operator_call(f, METHOD_GET, arena_format(f->arena, "/api/v1/accounts?%s", cases[i].query), NULL);
    int count = 0;
    for (const char *at = answer.body; (at = strstr(at, "\"id\":")); at++)
      count++;
    if (count != cases[i].count)
      fail_msg("%s: %d", cases[i].why, count);
  }
  struct reply_copy answer = operator_call(f, METHOD_GET, "/api/v1/accounts?q=Person&limit=2&after=448", NULL);
  assert_contains(answer.body, "{\"next\":null,");
  assert_int_equal(451, joerg);
}

static void changing_an_account_tells_what_it_is_now(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  struct reply_copy answer = operator_call(
      f, METHOD_PATCH, "/api/v1/accounts/1",
      "{\"name\":\"Ada King\",\"preferred_name\":\"Ada\",\"email\":\"king@example.edu\",\"disabled\":true}");
  assert_int_equal(200, answer.status);
  assert_string_equal("{\"id\":1,\"name\":\"Ada\",\"full_name\":\"Ada King\",\"preferred_name\":\"Ada\","
                      "\"email\":\"king@example.edu\",\"login\":null,\"has_password\":true,\"disabled\":true}",
                      answer.body);
  assert_int_equal(401, get_me(f, token));
  assert_int_equal(401, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  assert_int_equal(200, operator_call(f, METHOD_PATCH, "/api/v1/accounts/1", "{\"disabled\":false}").status);
  assert_int_equal(401, get_me(f, token));
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
}

static void every_change_is_audited_as_the_operators_and_the_chain_holds(void **state) {
  struct fixture *f = *state;
  int64_t before;
  assert_int_equal(ERR_OK, audit_counter(f->db, AUDIT_INSTALLATION, &before));
  operator_call(f, METHOD_POST, "/api/v1/accounts", "{\"name\":\"Grace Hopper\",\"email\":\"grace@example.edu\"}");
  operator_call(f, METHOD_PUT, "/api/v1/accounts/2/password", "{\"password\":\"nanoseconds of wire\"}");
  operator_call(f, METHOD_PATCH, "/api/v1/accounts/2", "{\"disabled\":true}");
  struct audit_row *rows;
  size_t count;
  assert_int_equal(ERR_OK, audit_list(f->db, f->arena, AUDIT_INSTALLATION, INT64_MAX, 3, &rows, &count));
  static const char *const kinds[] = {"account disabled", "password set", "person created"};
  for (size_t i = 0; i < 3; i++) {
    assert_string_equal(kinds[i], rows[i].kind);
    assert_string_equal("person 2", rows[i].subject);
    assert_string_equal("operator", rows[i].cause);
  }
  assert_int_equal(before + 3, rows[0].seq);
  struct audit_verdict *verdicts;
  assert_int_equal(ERR_OK, audit_verify(f->db, f->arena, &verdicts, &count));
  assert_int_equal(0, verdicts[0].broken_at);
}

static void signing_in_and_out_does_not_move_the_audit(void **state) {
  struct fixture *f = *state;
  int64_t before, after;
  assert_int_equal(ERR_OK, audit_counter(f->db, AUDIT_INSTALLATION, &before));
  const char *token = ada_signs_in(f);
  fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = "/api/v1/session", .token = token});
  assert_int_equal(ERR_OK, audit_counter(f->db, AUDIT_INSTALLATION, &after));
  assert_int_equal(before, after); // it is part of every course's ETag
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_fixture(only_the_operator_gets_at_the_accounts),
      with_fixture(an_account_is_created_without_a_password_and_gets_one),
      with_fixture(faults_are_refused_and_change_nothing),
      with_fixture(the_list_pages_and_finds),
      with_fixture(changing_an_account_tells_what_it_is_now),
      with_fixture(every_change_is_audited_as_the_operators_and_the_chain_holds),
      with_fixture(signing_in_and_out_does_not_move_the_audit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
