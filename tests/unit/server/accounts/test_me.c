// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/outbound/outbox.h"
#include "tests/unit/server/accounts/fixture.h"

static struct reply_copy change_password(struct fixture *f, const char *token, const char *current, const char *next) {
  return fixture_call(
      f, &(struct call){.method = METHOD_PUT,
                        .target = "/api/v1/me/password",
                        .body = arena_format(f->arena, "{\"current\":\"%s\",\"new\":\"%s\"}", current, next),
                        .token = token});
}

static void put_course(struct fixture *f, int64_t id, const char *slug, const char *title) {
  assert_int_equal(ERR_OK, db_exec(f->db,
                                   "insert into courses (id, slug, title, syllabus, syllabus_version, created_at) "
                                   "values ($1, $2, $3, '', 1, 0)",
                                   db_int(id), db_text(slug), db_text(title)));
}

static void put_enrolment(struct fixture *f, int64_t course, const char *role, const char *credit, const char *state) {
  assert_int_equal(ERR_OK,
                   db_exec(f->db,
                           "insert into enrolments (course_id, person_id, role, credit, state, version, created_at) "
                           "values ($1, $2, $3, $4, $5, 1, 0)",
                           db_int(course), db_int(f->ada), db_text(role), db_text(credit), db_text(state)));
}

static void me_is_the_person_and_the_courses_they_are_in(void **state) {
  struct fixture *f = *state;
  put_course(f, 1, "smr", "Systems for ML Research");
  put_course(f, 2, "alg", "Algorithms");
  put_course(f, 3, "old", "Dropped");
  put_enrolment(f, 1, "student", "audit", "active");
  put_enrolment(f, 2, "staff", "credit", "active");
  put_enrolment(f, 3, "student", "credit", "dropped");
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me", .token = ada_signs_in(f)});
  assert_int_equal(200, answer.status);
  assert_string_equal(
      "{\"person\":{\"id\":1,\"name\":\"Ada Lovelace\",\"full_name\":\"Ada Lovelace\","
      "\"preferred_name\":null,\"email\":\"ada@example.edu\",\"login\":null,\"has_password\":true,\"disabled\":false},"
      "\"enrolments\":[{\"course\":\"alg\",\"title\":\"Algorithms\",\"role\":\"staff\",\"credit\":\"credit\"},"
      "{\"course\":\"smr\",\"title\":\"Systems for ML Research\",\"role\":\"student\",\"credit\":\"audit\","
      "\"audit_approved\":false}]}",
      answer.body);
}

static void nobody_and_the_operator_have_no_me(void **state) {
  struct fixture *f = *state;
  static const struct call calls[] = {
      {.method = METHOD_GET, .target = "/api/v1/me"},
      {.method = METHOD_PATCH, .target = "/api/v1/me", .body = "{\"preferred_name\":\"X\"}"},
      {.method = METHOD_PUT,
       .target = "/api/v1/me/password",
       .body = "{\"current\":\"correct horse battery\",\"new\":\"another password\"}"},
      {.method = METHOD_GET, .target = "/api/v1/me/sessions"},
      {.method = METHOD_DELETE, .target = "/api/v1/me/sessions"},
      {.method = METHOD_DELETE, .target = "/api/v1/me/sessions/1"},
      {.method = METHOD_GET, .target = "/api/v1/me/messages"},
      {.method = METHOD_DELETE, .target = "/api/v1/session"},
  };
  const char *before = dump(f);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    for (int is_control = 0; is_control <= 1; is_control++) {
      struct call call = calls[i];
      call.is_control = is_control;
      struct reply_copy answer = fixture_call(f, &call);
      if (answer.status != 401)
        fail_msg("%s, control %d: %d %s", call.target, is_control, answer.status, answer.body);
    }
  }
  assert_string_equal(before, dump(f));
}

static void the_preferred_name_is_changed_and_removed(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  struct reply_copy answer = fixture_call(f, &(struct call){.method = METHOD_PATCH,
                                                            .target = "/api/v1/me",
                                                            .body = "{\"preferred_name\":\" Countess  Ada \"}",
                                                            .token = token});
  assert_int_equal(200, answer.status);
  assert_contains(answer.body,
                  "\"name\":\"Countess Ada\",\"full_name\":\"Ada Lovelace\",\"preferred_name\":\"Countess Ada\"");
  const char *before = dump(f);
  answer =
      fixture_call(f, &(struct call){.method = METHOD_PATCH, .target = "/api/v1/me", .body = "{}", .token = token});
  assert_int_equal(200, answer.status);
  assert_int_equal(422, fixture_call(f, &(struct call){.method = METHOD_PATCH,
                                                       .target = "/api/v1/me",
                                                       .body = "{\"name\":\"Eve\"}",
                                                       .token = token})
                            .status);
  assert_int_equal(422, fixture_call(f, &(struct call){.method = METHOD_PATCH,
                                                       .target = "/api/v1/me",
                                                       .body = "{\"preferred_name\":7}",
                                                       .token = token})
                            .status);
  assert_string_equal(before, dump(f));
  answer = fixture_call(
      f, &(struct call){
             .method = METHOD_PATCH, .target = "/api/v1/me", .body = "{\"preferred_name\":\"\"}", .token = token});
  assert_contains(answer.body, "\"name\":\"Ada Lovelace\"");
}

static void a_new_password_ends_every_other_session(void **state) {
  struct fixture *f = *state;
  const char *mine = ada_signs_in(f), *other = ada_signs_in(f);
  assert_int_equal(204, change_password(f, mine, ADA_PASSWORD, "a quite new password").status);
  assert_int_equal(200, get_me(f, mine));
  assert_int_equal(401, get_me(f, other));
  assert_int_equal(401, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, "a quite new password").status);
  assert_lacks(dump(f), "a quite new password");
}

static void a_password_has_ten_to_two_hundred_characters_of_any_kind(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *unit;
    int times;
    bool is_taken;
    const char *why;
  } cases[] = {
      {"a", 9, false, "one too few"},
      {"a", 10, true, "just enough, of one kind"},
      {"a", 200, true, "just not too many"},
      {"a", 201, false, "one too many"},
      {"\xC3\xA4", 9, false, "characters count, not bytes"},
      {"\xC3\xA4", 10, true, "beyond ASCII"},
      {" ", 12, true, "white space is kept as it is"},
  };
  const char *current = ADA_PASSWORD;
  const char *token = ada_signs_in(f);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text next;
    text_init(&next, f->arena);
    for (int j = 0; j < cases[i].times; j++)
      text_add(&next, cases[i].unit);
    const char *before = dump(f);
    struct reply_copy answer = change_password(f, token, current, text_get(&next));
    if (answer.status != (cases[i].is_taken ? 204 : 422))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
    if (cases[i].is_taken)
      current = text_get(&next);
    else {
      assert_contains(answer.body, "\"field\":\"new\"");
      assert_string_equal(before, dump(f));
    }
  }
}

static void guessing_the_current_password_is_throttled_with_signing_in(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  const char *before = dump(f);
  for (int i = 0; i < THROTTLE_ACCOUNT_TRIES; i++) {
    struct reply_copy answer = change_password(f, token, "a wrong password", "a quite new password");
    assert_int_equal(422, answer.status);
    assert_contains(answer.body, "\"field\":\"current\"");
  }
  struct reply_copy answer = change_password(f, token, ADA_PASSWORD, "a quite new password");
  assert_int_equal(429, answer.status);
  assert_string_equal("900", answer.retry_after);
  assert_int_equal(429, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  assert_string_equal(before, dump(f));
}

static void messages_come_newest_first_by_pages_and_are_ones_own(void **state) {
  struct fixture *f = *state;
  put_course(f, 1, "smr", "Systems for ML Research");
  struct act act = fixture_act(f);
  for (int i = 0; i < 5; i++) {
    const struct message message = {.course = i % 2,
                                    .person = i == 3 ? f->ada + 1 : f->ada,
                                    .kind = "invitation",
                                    .subject = arena_format(f->arena, "Number %d", i),
                                    .words = "Come and join us.",
                                    .link = "/courses/smr"};
    assert_int_equal(ERR_OK, outbox_put(&act, &message));
  }
  const char *token = ada_signs_in(f);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me/messages?limit=2", .token = token});
  assert_int_equal(200, answer.status);
  assert_string_equal(
      "{\"next\":3,\"messages\":["
      "{\"id\":5,\"course\":null,\"kind\":\"invitation\",\"subject\":\"Number 4\",\"words\":\"Come and join us.\","
      "\"link\":\"/courses/smr\",\"at\":\"2023-09-06T11:33:20Z\"},"
      "{\"id\":3,\"course\":null,\"kind\":\"invitation\",\"subject\":\"Number 2\",\"words\":\"Come and join us.\","
      "\"link\":\"/courses/smr\",\"at\":\"2023-09-06T11:33:20Z\"}]}",
      answer.body);
  answer = fixture_call(
      f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me/messages?limit=2&after=3", .token = token});
  assert_contains(answer.body, "{\"next\":null,");
  assert_contains(answer.body, "\"course\":\"smr\",\"kind\":\"invitation\",\"subject\":\"Number 1\"");
  assert_contains(answer.body, "\"Number 0\"");
  assert_lacks(answer.body, "\"Number 3\"");
  static const char *const refused[] = {"limit=101", "limit=-1", "after=x", "before=3", "limit=2&limit=2"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    const char *target = arena_format(f->arena, "/api/v1/me/messages?%s", refused[i]);
    answer = fixture_call(f, &(struct call){.method = METHOD_GET, .target = target, .token = token});
    if (answer.status != 422)
      fail_msg("%s: %d", refused[i], answer.status);
  }
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_fixture(me_is_the_person_and_the_courses_they_are_in),
      with_fixture(nobody_and_the_operator_have_no_me),
      with_fixture(the_preferred_name_is_changed_and_removed),
      with_fixture(a_new_password_ends_every_other_session),
      with_fixture(a_password_has_ten_to_two_hundred_characters_of_any_kind),
      with_fixture(guessing_the_current_password_is_throttled_with_signing_in),
      with_fixture(messages_come_newest_first_by_pages_and_are_ones_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
