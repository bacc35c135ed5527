// SPDX-License-Identifier: AGPL-3.0-or-later
// What becomes of a course's webhooks when it is archived.
#include "tests/unit/server/courses/webhook_helpers.h"

static void archive(struct house *house) {
  fixture_call(house->fixture, house->instructor, METHOD_PATCH, "{\"state\":\"archived\"}", SAMPLE);
  fixture_expect(house->fixture, 200);
}

static void the_webhooks_of_an_archived_course_can_be_paused_and_removed_and_nothing_else(void **state) {
  (void)state;
  static const struct {
    enum method method;
    const char *more, *body;
    int status;
    const char *why;
  } cases[] = {
      {METHOD_PATCH, "", "{\"topics\":[\"teams\"]}", 409, "other topics"},
      {METHOD_PATCH, "", "{\"url\":\"https://other.example.edu/\",\"is_paused\":true}", 409, "another address"},
      {METHOD_PATCH, "", "{\"is_paused\":false}", 409, "going on"},
      {METHOD_POST, "/test", NULL, 409, "a ping"},
      {METHOD_PATCH, "", "{\"is_paused\":true}", 200, "a pause"},
      {METHOD_PATCH, "", "{\"is_paused\":false}", 409, "going on after it"},
      {METHOD_DELETE, "", NULL, 204, "removing it"},
      {METHOD_DELETE, "", NULL, 404, "removing it again"},
  };
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), delivery = ping(&house, hook);
  archive(&house);
  fixture_call(house.fixture, house.instructor, METHOD_POST,
               "{\"url\":\"https://hooks.example.edu/y\",\"topics\":[\"teams\"]}", SAMPLE "/webhooks");
  fixture_refused(house.fixture, 409, "course_archived");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_call(house.fixture, house.instructor, cases[i].method, cases[i].body, HOOK "%s", (long long)hook,
                 cases[i].more);
    if (house.fixture->answer.status != cases[i].status)
      fail_msg("%s: %d %s", cases[i].why, house.fixture->answer.status, house.fixture->answer.body);
    if (cases[i].status == 409)
      assert_string_equal("course_archived", fixture_code(house.fixture));
    if (cases[i].status == 200)
      assert_string_equal("dropped", delivery_of(&house, delivery).state);
  }
  fixture_free(house.fixture);
}

// What has happened by then, the archiving too, is told as ever.
static void a_webhook_that_fails_after_the_archiving_is_paused_and_nobody_hears_of_it(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, "[\"schedule\"]"), quick = add_hook(&house, "[\"schedule\"]");
  archive(&house);
  sweep(&house);
  assert_int_equal(hook_of(&house, hook).waiting, 1);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 2);
  settle(&house, parcels[1].delivery, 200, REAL);
  assert_string_equal(delivery_of(&house, parcels[1].delivery).state, "sent");
  settle(&house, parcels[0].delivery, 410, REAL);
  assert_true(hook_of(&house, hook).is_paused);
  assert_non_null(strstr(hook_of(&house, hook).pause_reason, "410"));
  assert_false(hook_of(&house, quick).is_paused);
  assert_int_equal(fixture_messages(house.fixture, house.instructor, "webhook paused"), 0);
  // Set to running again it is as ever.
  fixture_call(house.fixture, house.instructor, METHOD_PATCH, "{\"state\":\"running\"}", SAMPLE);
  fixture_expect(house.fixture, 200);
  sweep(&house);
  assert_int_equal(lease(&house, REAL + 1, 16, &parcels), 1);
  settle(&house, parcels[0].delivery, 410, REAL);
  assert_int_equal(fixture_messages(house.fixture, house.instructor, "webhook paused"), 1);
  fixture_free(house.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_webhooks_of_an_archived_course_can_be_paused_and_removed_and_nothing_else),
      cmocka_unit_test(a_webhook_that_fails_after_the_archiving_is_paused_and_nobody_hears_of_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
