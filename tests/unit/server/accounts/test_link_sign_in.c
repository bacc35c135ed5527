// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/link_sign_in.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/accounts/sign_in_link.h"
#include "tests/unit/server/accounts/fixture.h"

struct mailed {
  const char *token;
  const char *code; // "ABCD-EFGH"
};

static struct reply_copy post(struct fixture *f, const char *target, const char *body) {
  return fixture_call(f, &(struct call){.method = METHOD_POST, .target = target, .body = body});
}

static struct reply_copy wish(struct fixture *f, const char *email) {
  return post(f, "/api/v1/sign-in-links", arena_format(f->arena, "{\"email\":\"%s\"}", email));
}

// What the newest mail says.
static struct mailed newest_mail(struct fixture *f) {
  struct db_rows rows DB_SCOPE =
      db_query(f->db, "select words, link from outbox where kind = 'sign-in link' order by id desc limit 1");
  assert_true(db_next(&rows));
  const char *words = db_column_text(&rows, 0, f->arena);
  const char *link = db_column_text(&rows, 1, f->arena);
  const char *code = strstr(words, "the code ");
  assert_non_null(code);
  assert_int_equal(0, strncmp(link, "/sign-in#", 9));
  return (struct mailed){link + 9, arena_text_n(f->arena, code + 9, 9)};
}

static struct mailed ask_for_link(struct fixture *f, const char *email) {
  assert_int_equal(202, wish(f, email).status);
  return newest_mail(f);
}

static struct reply_copy by_link(struct fixture *f, const char *token) {
  return post(f, "/api/v1/session/link", arena_format(f->arena, "{\"link\":\"%s\"}", token));
}

static struct reply_copy by_code(struct fixture *f, const char *email, const char *code) {
  return post(f, "/api/v1/session/link", arena_format(f->arena, "{\"email\":\"%s\",\"code\":\"%s\"}", email, code));
}

static int64_t count(struct fixture *f, const char *table) {
  const char *rest = dump(f), *head = arena_format(f->arena, "%s|", table);
  int64_t rows = 0;
  for (const char *line = rest; line != NULL; line = strchr(line, '\n')) {
    line += *line == '\n';
    rows += strncmp(line, head, strlen(head)) == 0;
  }
  return rows;
}

static void a_link_signs_in_once(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, " ADA@example.edu");
  struct reply_copy answer = by_link(f, mail.token);
  assert_int_equal(201, answer.status);
  assert_contains(answer.body, "\"email\":\"ada@example.edu\"");
  assert_non_null(answer.cookie);
  assert_int_equal(200, get_me(f, answer_text(f, &answer, "token")));
  const char *before = dump(f);
  answer = by_link(f, mail.token);
  assert_int_equal(401, answer.status);
  assert_contains(answer.body, "\"code\":\"link_not_valid\"");
  assert_int_equal(401, by_code(f, ADA_ADDRESS, mail.code).status);
  assert_string_equal(before, dump(f));
}

static void a_code_signs_in_as_people_type_it(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *between;
    const char *around;
    bool is_lower;
    const char *why;
  } cases[] = {{"-", "", false, "as mailed"}, {"", "", true, "in small letters"}, {" ", " ", false, "with spaces"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct mailed mail = ask_for_link(f, ADA_ADDRESS);
    char *typed = arena_format(f->arena, "%s%.4s%s%s%s", cases[i].around, mail.code, cases[i].between, mail.code + 5,
                               cases[i].around);
    for (char *c = typed; cases[i].is_lower && *c; c++)
      *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    if (by_code(f, ADA_ADDRESS, typed).status != 201)
      fail_msg("%s: %s", cases[i].why, typed);
  }
}

static void a_link_is_good_for_sixty_minutes(void **state) {
  struct fixture *f = *state;
  static const struct {
    int64_t after;
    int status;
    const char *why;
  } cases[] = {{3599, 201, "59:59"}, {3600, 401, "60:00"}, {3601, 401, "60:01"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int with_code = 0; with_code < 2; with_code++) {
      clock_set(&f->clock, START_AT);
      struct mailed mail = ask_for_link(f, ADA_ADDRESS);
      clock_set(&f->clock, START_AT + cases[i].after);
      int status = with_code ? by_code(f, ADA_ADDRESS, mail.code).status : by_link(f, mail.token).status;
      if (status != cases[i].status)
        fail_msg("%s, code %d: %d", cases[i].why, with_code, status);
      clock_set(&f->throttle_clock, clock_now(&f->throttle_clock) + THROTTLE_WINDOW_SECONDS);
    }
  }
}

static void asking_again_leaves_the_earlier_mail_valid_and_signing_in_ends_all_of_them(void **state) {
  struct fixture *f = *state;
  struct mailed first = ask_for_link(f, ADA_ADDRESS);
  struct mailed second = ask_for_link(f, ADA_ADDRESS);
  assert_string_not_equal(first.token, second.token);
  assert_int_equal(201, by_code(f, ADA_ADDRESS, first.code).status);
  assert_int_equal(401, by_link(f, second.token).status);
}

static void a_get_spends_nothing(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  const char *before = dump(f);
  struct call get = {.method = METHOD_GET,
                     .target = arena_format(f->arena, "/api/v1/session/link?link=%s", mail.token)};
  assert_int_equal(405, fixture_call(f, &get).status);
  assert_string_equal(before, dump(f));
  assert_int_equal(201, by_link(f, mail.token).status);
}

static void the_answer_and_the_writes_do_not_tell_whether_there_is_an_account(void **state) {
  struct fixture *f = *state;
  int64_t gone = fixture_person(f, "Gone Away", "gone@example.edu");
  fixture_person(f, "No Password", "none@example.edu");
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, gone, true));
  static const struct {
    const char *email;
    const char *why;
  } cases[] = {
      {ADA_ADDRESS, "known"},
      {"none@example.edu", "known, without a password"},
      {"nobody@example.edu", "unknown"},
      {"gone@example.edu", "disabled"},
      {"not an address", "no address"},
  };
  const char *first = NULL;
  uint64_t first_statements = 0;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t links = count(f, "sign_in_links"), mails = count(f, "outbox");
    uint64_t statements = db_statement_count(f->db);
    struct reply_copy answer = wish(f, cases[i].email);
    statements = db_statement_count(f->db) - statements;
    if (answer.status != 202 || (first && strcmp(first, answer.body) != 0))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
    if (count(f, "sign_in_links") != links + 1 || count(f, "outbox") != mails + 1)
      fail_msg("%s: other writes", cases[i].why);
    // What is no address needs no query, and no account has one.
    if (i < 4 && first_statements != 0 && statements != first_statements)
      fail_msg("%s: %d statements, not %d", cases[i].why, (int)statements, (int)first_statements);
    first = answer.body;
    first_statements = statements;
  }
  assert_contains(first, "\"mail\":\"not being sent\"");
}

static void a_link_for_nobody_opens_nothing(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, "nobody@example.edu");
  assert_int_equal(401, by_link(f, mail.token).status);
  assert_int_equal(401, by_code(f, "nobody@example.edu", mail.code).status);
  assert_int_equal(401, by_code(f, ADA_ADDRESS, mail.code).status);
}

static void whoever_was_disabled_meanwhile_does_not_get_in(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  assert_int_equal(401, by_link(f, mail.token).status);
  assert_int_equal(401, by_code(f, ADA_ADDRESS, mail.code).status);
}

static void a_code_is_good_only_beside_its_person(void **state) {
  struct fixture *f = *state;
  fixture_person(f, "Grace Hopper", "grace@example.edu");
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  assert_int_equal(401, by_code(f, "grace@example.edu", mail.code).status);
  assert_int_equal(201, by_code(f, ADA_ADDRESS, mail.code).status);
}

static void after_five_wrong_codes_even_the_right_one_has_to_wait_but_the_link_does_not(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  for (int i = 0; i < THROTTLE_CODE_TRIES; i++)
    assert_int_equal(401, by_code(f, ADA_ADDRESS, "2222-2222").status);
  struct reply_copy answer = by_code(f, ADA_ADDRESS, mail.code);
  assert_int_equal(429, answer.status);
  assert_string_equal("900", answer.retry_after);
  assert_int_equal(201, by_link(f, mail.token).status);
}

static void wrong_codes_of_unknown_addresses_are_throttled_like_known_ones(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < THROTTLE_CODE_TRIES; i++)
    assert_int_equal(401, by_code(f, "nobody@example.edu", "2222-2222").status);
  assert_int_equal(429, by_code(f, "nobody@example.edu", "2222-2222").status);
}

static void wrong_links_of_one_address_are_throttled(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  for (int i = 0; i < THROTTLE_ADDRESS_TRIES; i++)
    assert_int_equal(401, by_link(f, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status);
  assert_int_equal(429, by_link(f, mail.token).status);
  struct call elsewhere = {.method = METHOD_POST,
                           .target = "/api/v1/session/link",
                           .body = arena_format(f->arena, "{\"link\":\"%s\"}", mail.token),
                           .peer = "198.51.100.9"};
  assert_int_equal(201, fixture_call(f, &elsewhere).status);
}

static void mails_are_asked_for_five_times_an_account_whether_it_exists_or_not(void **state) {
  struct fixture *f = *state;
  static const char *const addresses[] = {ADA_ADDRESS, "nobody@example.edu"};
  for (size_t i = 0; i < 2; i++) {
    for (int j = 0; j < THROTTLE_MAIL_TRIES; j++)
      assert_int_equal(202, wish(f, addresses[i]).status);
    const char *before = dump(f);
    assert_int_equal(429, wish(f, addresses[i]).status);
    assert_string_equal(before, dump(f));
  }
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status); // passwords are counted by themselves
}

static void a_new_password_comes_with_the_link_and_ends_other_sessions(void **state) {
  struct fixture *f = *state;
  const char *old = ada_signs_in(f);
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  const char *weak = arena_format(f->arena, "{\"link\":\"%s\",\"password\":\"short\"}", mail.token);
  assert_int_equal(422, post(f, "/api/v1/session/link", weak).status);
  const char *body = arena_format(f->arena, "{\"link\":\"%s\",\"password\":\"a new long password\"}", mail.token);
  struct reply_copy answer = post(f, "/api/v1/session/link", body);
  assert_int_equal(201, answer.status);
  assert_int_equal(200, get_me(f, answer_text(f, &answer, "token")));
  assert_int_equal(401, get_me(f, old));
  assert_int_equal(401, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, "a new long password").status);
  assert_contains(dump(f), "password set");
}

static void bodies_are_a_link_or_an_address_with_a_code(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *body;
    const char *field;
    const char *why;
  } cases[] = {
      {"{}", "\"email\"", "nothing"},
      {"{\"email\":\"ada@example.edu\"}", "\"code\"", "no code"},
      {"{\"code\":\"ABCD-EFGH\"}", "\"email\"", "no address"},
      {"{\"link\":\"x\",\"email\":\"ada@example.edu\"}", "\"link\"", "both"},
      {"{\"link\":\"x\",\"code\":\"ABCD-EFGH\"}", "\"link\"", "both"},
      {"{\"link\":\"x\",\"password\":\"\"}", "\"password\"", "an empty password"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer = post(f, "/api/v1/session/link", cases[i].body);
    if (answer.status != 422 || !strstr(answer.body, cases[i].field))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
  }
}

static void the_table_of_links_has_neither_token_nor_code(void **state) {
  struct fixture *f = *state;
  struct mailed mail = ask_for_link(f, ADA_ADDRESS);
  assert_int_equal(ERR_OK, db_exec(f->db, "delete from outbox")); // the mail itself has to say them
  assert_lacks(dump(f), mail.token);
  assert_lacks(dump(f), mail.code);
  assert_lacks(dump(f), arena_format(f->arena, "%.4s%s", mail.code, mail.code + 5));
}

static void the_mail_is_not_among_ones_messages(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  ask_for_link(f, ADA_ADDRESS);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me/messages", .token = token});
  assert_contains(answer.body, "\"messages\":[]");
}

static void the_operator_makes_a_link_that_works_once(void **state) {
  struct fixture *f = *state;
  const char *target = arena_format(f->arena, "/api/v1/accounts/%d/sign-in-link", (int)f->ada);
  struct call call = {.method = METHOD_POST, .target = target, .is_control = true};
  struct reply_copy answer = fixture_call(f, &call);
  assert_int_equal(201, answer.status);
  assert_int_equal(0, count(f, "outbox"));
  const char *link = answer_text(f, &answer, "link");
  assert_int_equal(201, by_link(f, link + strlen("/sign-in#")).status);
  assert_int_equal(401, by_link(f, link + strlen("/sign-in#")).status);
  answer = fixture_call(f, &call);
  assert_int_equal(201, by_code(f, ADA_ADDRESS, answer_text(f, &answer, "code")).status);
  call.target = "/api/v1/accounts/99/sign-in-link";
  assert_int_equal(404, fixture_call(f, &call).status);
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  call.target = target;
  assert_int_equal(409, fixture_call(f, &call).status);
}

static void expired_links_are_swept_by_the_next_one(void **state) {
  struct fixture *f = *state;
  ask_for_link(f, ADA_ADDRESS);
  ask_for_link(f, "nobody@example.edu");
  clock_set(&f->clock, START_AT + LINK_SECONDS);
  ask_for_link(f, ADA_ADDRESS);
  assert_int_equal(1, count(f, "sign_in_links"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_link_signs_in_once),
      TEST(a_code_signs_in_as_people_type_it),
      TEST(a_link_is_good_for_sixty_minutes),
      TEST(asking_again_leaves_the_earlier_mail_valid_and_signing_in_ends_all_of_them),
      TEST(a_get_spends_nothing),
      TEST(the_answer_and_the_writes_do_not_tell_whether_there_is_an_account),
      TEST(a_link_for_nobody_opens_nothing),
      TEST(whoever_was_disabled_meanwhile_does_not_get_in),
      TEST(a_code_is_good_only_beside_its_person),
      TEST(after_five_wrong_codes_even_the_right_one_has_to_wait_but_the_link_does_not),
      TEST(wrong_codes_of_unknown_addresses_are_throttled_like_known_ones),
      TEST(wrong_links_of_one_address_are_throttled),
      TEST(mails_are_asked_for_five_times_an_account_whether_it_exists_or_not),
      TEST(a_new_password_comes_with_the_link_and_ends_other_sessions),
      TEST(bodies_are_a_link_or_an_address_with_a_code),
      TEST(the_table_of_links_has_neither_token_nor_code),
      TEST(the_mail_is_not_among_ones_messages),
      TEST(the_operator_makes_a_link_that_works_once),
      TEST(expired_links_are_swept_by_the_next_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
