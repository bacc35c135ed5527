// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/institution.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/accounts/login.h"
#include "server/http/peer.h"
#include "tests/unit/server/accounts/fixture.h"

#define PROXY "10.0.0.5"

static struct peer_rules rules = {.sign_in_header = "x-remote-user"};

static int setup(void **state) {
  fixture_setup(state);
  struct fixture *f = *state;
  rules.proxy_count = 1;
  assert_true(peer_range_parse(PROXY, &rules.proxies[0]));
  f->http.peers = &rules;
  f->services.mail_domain = "example.edu";
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, login_set(&act, f->ada, "alove3"));
  return 0;
}

static struct reply_copy sign_in_as(struct fixture *f, const char *peer, const char *name) {
  struct call call = {.method = METHOD_POST, .target = "/api/v1/session/institution", .peer = peer};
  if (name)
    call.extra[0] = (struct header){"x-remote-user", name};
  return fixture_call(f, &call);
}

static void the_proxys_word_opens_a_session(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"alove3", "ALove3", "alove3@Example.edu"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct reply_copy answer = sign_in_as(f, PROXY, names[i]);
    if (answer.status != 201)
      fail_msg("%s: %d %s", names[i], answer.status, answer.body);
    assert_int_equal(200, get_me(f, answer_text(f, &answer, "token")));
    assert_contains(answer.body, "\"login\":\"alove3\"");
  }
}

static void anybody_else_is_refused(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  int64_t gone = fixture_person(f, "Gone Away", "gone@example.edu");
  assert_int_equal(ERR_OK, login_set(&act, gone, "gone1"));
  assert_int_equal(ERR_OK, person_set_disabled(&act, gone, true));
  static const struct {
    const char *peer;
    const char *name;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {"192.0.2.1", "alove3", 403, "untrusted_header", "another peer"},
      {"127.0.0.1", "alove3", 403, "untrusted_header", "loopback is not named"},
      {"10.0.0.6", "alove3", 403, "untrusted_header", "the proxy's neighbour"},
      {"192.0.2.1", NULL, 401, "not_signed_in", "another peer without the header"},
      {PROXY, NULL, 401, "not_signed_in", "the proxy without the header"},
      {PROXY, "nobody1", 401, "unknown_login", "a login that nobody has"},
      {PROXY, "gone1", 401, "unknown_login", "a disabled account"},
      {PROXY, "ada@example.edu", 401, "unknown_login", "an address is no login"},
      {PROXY, "alove3@elsewhere.edu", 401, "unknown_login", "another institution's"},
      {PROXY, "alove3 ", 201, "", "white space around it"},
      {PROXY, "alove3 x", 401, "unknown_login", "two words"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *before = dump(f);
    struct reply_copy answer = sign_in_as(f, cases[i].peer, cases[i].name);
    if (answer.status != cases[i].status || !strstr(answer.body, cases[i].code))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
    if (answer.status != 201)
      assert_string_equal(before, dump(f));
  }
}

static void the_header_from_a_foreign_peer_is_refused_on_every_request(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  static const char *const targets[] = {"/api/v1/me", "/api/v1/nothing", "/api/v1/session"};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    struct call call = {.method = METHOD_GET,
                        .target = targets[i],
                        .token = token,
                        .peer = "192.0.2.1",
                        .extra = {{"x-remote-user", "alove3"}}};
    struct reply_copy answer = fixture_call(f, &call);
    if (answer.status != 403 || !strstr(answer.body, "untrusted_header"))
      fail_msg("%s: %d %s", targets[i], answer.status, answer.body);
  }
}

static void the_header_signs_in_nobody_on_other_requests(void **state) {
  struct fixture *f = *state;
  struct call call = {
      .method = METHOD_GET, .target = "/api/v1/me", .peer = PROXY, .extra = {{"x-remote-user", "alove3"}}};
  assert_int_equal(401, fixture_call(f, &call).status);
}

static void two_of_the_header_are_refused_even_from_the_proxy(void **state) {
  struct fixture *f = *state;
  struct call call = {.method = METHOD_POST,
                      .target = "/api/v1/session/institution",
                      .peer = PROXY,
                      .extra = {{"x-remote-user", "alove3"}, {"x-remote-user", "gone1"}}};
  assert_int_equal(403, fixture_call(f, &call).status);
}

static void without_the_setting_there_is_no_such_door(void **state) {
  struct fixture *f = *state;
  f->http.peers = NULL;
  struct reply_copy answer = sign_in_as(f, PROXY, "alove3");
  assert_int_equal(404, answer.status);
}

static void tries_are_counted_by_the_address_that_the_proxy_names(void **state) {
  struct fixture *f = *state;
  struct call call = {.method = METHOD_POST, .target = "/api/v1/session", .peer = PROXY};
  call.extra[0] = (struct header){"x-forwarded-for", "192.0.2.66"};
  for (int i = 0; i < THROTTLE_ADDRESS_TRIES; i++) {
    call.body = sign_in_body(f, arena_format(f->arena, "n%d@example.edu", i), "x");
    assert_int_equal(401, fixture_call(f, &call).status);
  }
  call.body = sign_in_body(f, ADA_ADDRESS, ADA_PASSWORD);
  assert_int_equal(429, fixture_call(f, &call).status);
  call.extra[0].value = "192.0.2.67";
  assert_int_equal(201, fixture_call(f, &call).status);
}

static void a_login_is_one_persons_and_the_operator_sets_it(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  static const struct {
    const char *login;
    int status;
    const char *why;
  } cases[] = {
      {"ghop1", 200, "a new one"},    {"ghop1", 200, "again"},   {"ALOVE3", 409, "somebody else's"},
      {"two words", 422, "no login"}, {"ghop2", 200, "another"}, {"", 200, "none any more"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct call call = {.method = METHOD_PATCH,
                        .target = arena_format(f->arena, "/api/v1/accounts/%d", (int)grace),
                        .body = arena_format(f->arena, "{\"login\":\"%s\"}", cases[i].login),
                        .is_control = true};
    struct reply_copy answer = fixture_call(f, &call);
    if (answer.status != cases[i].status)
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
  }
  assert_int_equal(401, sign_in_as(f, PROXY, "ghop1").status);
  assert_int_equal(401, sign_in_as(f, PROXY, "ghop2").status);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(the_proxys_word_opens_a_session),
      TEST(anybody_else_is_refused),
      TEST(the_header_from_a_foreign_peer_is_refused_on_every_request),
      TEST(the_header_signs_in_nobody_on_other_requests),
      TEST(two_of_the_header_are_refused_even_from_the_proxy),
      TEST(without_the_setting_there_is_no_such_door),
      TEST(tries_are_counted_by_the_address_that_the_proxy_names),
      TEST(a_login_is_one_persons_and_the_operator_sets_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
