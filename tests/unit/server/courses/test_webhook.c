// SPDX-License-Identifier: AGPL-3.0-or-later
// Webhooks without a network: what is written for whom, and what becomes of it. tests/http/test_webhooks.py sends.
#include "tests/unit/server/courses/webhook_helpers.h"

static void the_signature_is_that_of_pythons_hmac(void **state) {
  (void)state;
  static const struct {
    const char *secret;
    int64_t at;
    const char *body;
    const char *signature;
  } cases[] = {
      {"secret", 1700000000, "{\"delivery\":1}",
       "t=1700000000,v1=0684fe7c0eaecbc96de65c03a00e7b33c2f587ceb5ec0a9a065c75a3fc34e80d"},
      {"Zm9vYmFyYmF6cXV4cXV1eGZvb2JhcmJhenF1eHF1dXg", 0, "",
       "t=0,v1=a1337ce150ca153fc25e401397bac3d6dc31de40c0c5ca670b1418dafa0120f2"},
      {"a", 4102444800, "{\"kind\":\"t\xc3\xa9st\"}",
       "t=4102444800,v1=0b63710a7999ea1c56e222348c3f513009079ca8cb2437dc2b5b224e3eccbe2a"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(webhook_signature(arena, cases[i].secret, cases[i].at, cases[i].body), cases[i].signature);
}

static void a_team_that_is_founded_is_told_once_without_a_name(void **state) {
  (void)state;
  struct house house = open_house();
  found_team(&house, "Before Invented");
  int64_t hook = add_hook(&house, TOPICS_ALL);
  int64_t team = found_team(&house, "Ada Invented");
  sweep(&house);
  sweep(&house);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  int64_t counter = 0;
  assert_int_equal(db_get_int(app_db(house.fixture->app), &counter,
                              "select seq from audit where course_id = $1 and kind = 'team founded' order by seq desc",
                              db_int(house.fixture->course)),
                   ERR_OK);
  assert_string_equal(
      parcels[0].body,
      arena_format(house.fixture->arena,
                   "{\"delivery\":%lld,\"epoch\":\"%s\",\"course\":\"cs8803-smr-2023fa\",\"topic\":\"teams\",\"kind\":"
                   "\"founded\",\"id\":\"%lld\",\"counter\":%lld,\"at\":\"" NOW "\"}",
                   (long long)parcels[0].delivery, app_services(house.fixture->app)->epoch, (long long)team,
                   (long long)counter));
  assert_int_equal(hook_of(&house, hook).waiting, 1);
  fixture_free(house.fixture);
}

static void a_webhook_is_told_of_its_topics_only(void **state) {
  (void)state;
  struct house house = open_house();
  add_hook(&house, "[\"schedule\"]");
  int64_t teams = add_hook(&house, "[\"teams\",\"requests\"]");
  found_team(&house, "Ada Invented");
  sweep(&house);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  assert_int_equal(delivery_of(&house, parcels[0].delivery).webhook, teams);
  fixture_free(house.fixture);
}

static void a_person_is_never_named_by_number_either(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < webhook_row_count; i++) {
    struct webhook_event event;
    assert_true(webhook_event_of(webhook_rows[i].audit_kind, "person 17", arena, &event));
    assert_null(event.id);
  }
  static const struct {
    const char *kind, *subject, *id, *why;
  } cases[] = {
      {"team registered", "team 12", "12", "teams are the course's to know"},
      {"milestone dates moved", "milestone proposal", "proposal", "so is the schedule"},
      {"work handed in", "submission 9", NULL, "whose work it is would tell whether it was late"},
      {"proposal submitted", "proposal 3", NULL, "a proposal is its team's"},
      {"request granted", "request 4", NULL, "a request is its asker's"},
      {"lab seat taken", "person 5", NULL, "a person"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct webhook_event event;
    assert_true(webhook_event_of(cases[i].kind, cases[i].subject, arena, &event));
    if ((event.id == NULL) != (cases[i].id == NULL) || (event.id != NULL && strcmp(event.id, cases[i].id) != 0))
      fail_msg("%s: %s", cases[i].kind, cases[i].why);
  }
  static const char *const silent[] = {"extension granted", "penalty waived",    "person enrolled",  "card edited",
                                       "check-in recorded", "milestone excused", "proposal approved"};
  for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
    struct webhook_event event;
    assert_false(webhook_event_of(silent[i], "person 17", arena, &event));
  }
}

static void what_is_told_is_something_that_happens(void **state) {
  (void)state;
  for (size_t i = 0; i < webhook_row_count; i++)
    if (strcmp(event_rule_of(webhook_rows[i].audit_kind)->kind, webhook_rows[i].audit_kind) != 0)
      fail_msg("no row of the audit is of kind \"%s\"", webhook_rows[i].audit_kind);
}

static void every_topic_of_the_table_can_be_chosen_and_every_choice_has_a_row(void **state) {
  (void)state;
  bool is_used[WEBHOOK_TOPICS_MAX] = {false};
  for (size_t i = 0; i < webhook_row_count; i++) {
    size_t at = 0;
    while (webhook_topics[at] != NULL && strcmp(webhook_topics[at], webhook_rows[i].topic) != 0)
      at++;
    assert_non_null(webhook_topics[at]);
    is_used[at] = true;
  }
  for (size_t i = 0; webhook_topics[i] != NULL; i++)
    assert_true(is_used[i]);
}

static void what_is_in_hand_is_not_taken_again_until_the_lease_is_over(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t delivery = ping(&house, add_hook(&house, TOPICS_ALL));
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  assert_int_equal(parcels[0].delivery, delivery);
  assert_int_equal(lease(&house, REAL + WEBHOOK_LEASE_SECONDS - 1, 16, &parcels), 0);
  assert_int_equal(lease(&house, REAL + WEBHOOK_LEASE_SECONDS, 16, &parcels), 1);
  assert_int_equal(parcels[0].delivery, delivery);
  assert_int_equal(delivery_of(&house, delivery).attempts, 2);
  assert_int_equal(webhook_store_forget_leases(app_db(house.fixture->app)), ERR_OK);
  assert_int_equal(lease(&house, REAL + WEBHOOK_LEASE_SECONDS, 16, &parcels), 1);
  fixture_free(house.fixture);
}

static void a_webhook_gets_few_at_once_and_one_that_fails_one(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t first = add_hook(&house, TOPICS_ALL), second = add_hook(&house, TOPICS_ALL);
  for (size_t i = 0; i < 10; i++)
    ping(&house, first);
  ping(&house, second);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), WEBHOOK_AT_ONCE_EACH + 1);
  assert_int_equal(lease(&house, REAL, 16, &parcels), 0);
  for (size_t i = 0; i < WEBHOOK_AT_ONCE_EACH + 1; i++)
    settle(&house, parcels[0].delivery, 500, REAL + 1);
  assert_int_equal(webhook_store_forget_leases(app_db(house.fixture->app)), ERR_OK);
  int64_t id = 0;
  assert_int_equal(db_get_int(app_db(house.fixture->app), &id,
                              "select id from webhook_deliveries where webhook_id = $1 and state = 'sending' limit 1",
                              db_int(first)),
                   ERR_OK);
  settle(&house, id, 500, REAL + 1);
  assert_int_equal(lease(&house, REAL + 2, 16, &parcels), 2);
  size_t to_first = 0;
  for (size_t i = 0; i < 2; i++)
    to_first += delivery_of(&house, parcels[i].delivery).webhook == first;
  assert_int_equal(to_first, 1);
  fixture_free(house.fixture);
}

// Tries that all fail, the last at `at`, each as soon as it is due.
static void fail_often(struct house *house, int64_t delivery, int64_t times, int64_t at) {
  struct webhook_parcel *parcels;
  for (int64_t left = times; left > 0; left--) {
    int64_t real = at - (left - 1) * RETRY_LONGEST_SECONDS;
    assert_int_equal(lease(house, real, 16, &parcels), 1);
    assert_int_equal(parcels[0].delivery, delivery);
    settle(house, delivery, 503, real);
  }
}

static void what_fails_is_tried_again_by_the_rule_and_given_up_after_days(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), delivery = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  settle(&house, delivery, 302, REAL + 1);
  struct webhook_delivery failed = delivery_of(&house, delivery);
  assert_string_equal(failed.state, "waiting");
  assert_string_equal(failed.reason, "it answered 302; redirects are not followed");
  assert_int_equal(failed.next_attempt, REAL + 1 + retry_delay(1, 0));
  assert_int_equal(failed.settled_at, 0);
  assert_int_equal(hook_of(&house, hook).failing_since, REAL + 1);
  assert_int_equal(lease(&house, failed.next_attempt - 1, 16, &parcels), 0);
  assert_int_equal(lease(&house, failed.next_attempt, 16, &parcels), 1);
  settle(&house, delivery, 0, failed.next_attempt);
  failed = delivery_of(&house, delivery);
  assert_string_equal(failed.reason, "no whole answer");
  assert_int_equal(failed.next_attempt, REAL + 1 + retry_delay(1, 0) + retry_delay(2, 0));
  // Another one arrived meanwhile, so the webhook as a whole is well; this one is given up.
  int64_t other = ping(&house, hook);
  assert_int_equal(lease(&house, REAL + 500, 16, &parcels), 1);
  assert_int_equal(parcels[0].delivery, other);
  settle(&house, other, 204, REAL + RETRY_GIVE_UP_SECONDS - 1);
  assert_int_equal(hook_of(&house, hook).failing_since, 0);
  fail_often(&house, delivery, 8, REAL + RETRY_GIVE_UP_SECONDS - 1);
  assert_string_equal(delivery_of(&house, delivery).state, "waiting");
  assert_int_equal(lease(&house, REAL + 2 * (int64_t)RETRY_GIVE_UP_SECONDS, 16, &parcels), 1);
  settle(&house, delivery, 503, REAL + RETRY_GIVE_UP_SECONDS);
  failed = delivery_of(&house, delivery);
  assert_string_equal(failed.state, "failed");
  assert_string_equal(failed.reason, "it answered 503");
  assert_int_equal(failed.settled_at, REAL + RETRY_GIVE_UP_SECONDS);
  fixture_free(house.fixture);
}

static void a_success_hurries_what_waits_for_a_receiver_that_is_well_again(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), first = ping(&house, hook), second = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 2);
  settle(&house, first, 500, REAL);
  assert_true(delivery_of(&house, first).next_attempt > REAL);
  settle(&house, second, 200, REAL);
  assert_int_equal(delivery_of(&house, first).next_attempt, 0);
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  fixture_free(house.fixture);
}

static void a_receiver_that_is_gone_pauses_the_webhook_and_its_instructors_are_told(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t assistant = fixture_person(house.fixture, "Tao Example", ROLE_STAFF);
  int64_t hook = add_hook(&house, TOPICS_ALL), first = ping(&house, hook), second = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 1, &parcels), 1);
  settle(&house, first, 410, REAL);
  assert_string_equal(delivery_of(&house, first).state, "failed");
  assert_string_equal(delivery_of(&house, second).state, "dropped");
  assert_true(hook_of(&house, hook).is_paused);
  assert_int_equal(fixture_messages(house.fixture, house.instructor, "webhook paused"), 1);
  assert_int_equal(fixture_messages(house.fixture, assistant, "webhook paused"), 0);
  assert_non_null(
      strstr(fixture_last_words(house.fixture, house.instructor), "hooks.example.edu: its receiver answered 410"));
  assert_null(strstr(fixture_last_words(house.fixture, house.instructor), "s3cret"));
  found_team(&house, "Ada Invented");
  sweep(&house);
  assert_int_equal(lease(&house, REAL + 1, 16, &parcels), 0);
  fixture_call(house.fixture, house.instructor, METHOD_POST, NULL, HOOK "/test", (long long)hook);
  fixture_refused(house.fixture, 409, "conflict");
  // From now on again, what was meanwhile stays untold.
  fixture_call(house.fixture, house.instructor, METHOD_PATCH, "{\"is_paused\":false}", HOOK, (long long)hook);
  fixture_expect(house.fixture, 200);
  sweep(&house);
  assert_int_equal(lease(&house, REAL + 1, 16, &parcels), 0);
  found_team(&house, "Ben Invented");
  sweep(&house);
  assert_int_equal(lease(&house, REAL + 1, 16, &parcels), 1);
  fixture_free(house.fixture);
}

// Twice down for days, and a first try again each time.
static void what_waited_while_nobody_was_here_is_tried_more_than_once(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), delivery = ping(&house, hook);
  struct webhook_parcel *parcels;
  int64_t real = REAL;
  for (int64_t tries = 1; tries < RETRY_GIVE_UP_ATTEMPTS; tries++, real += RETRY_GIVE_UP_SECONDS) {
    for (int kills = 0; kills < RETRY_GIVE_UP_ATTEMPTS; kills++) {
      assert_int_equal(lease(&house, real, 16, &parcels), 1);
      assert_int_equal(webhook_store_forget_leases(app_db(house.fixture->app)), ERR_OK);
    }
    assert_int_equal(lease(&house, real, 16, &parcels), 1);
    settle(&house, delivery, 503, real);
    assert_string_equal(delivery_of(&house, delivery).state, "waiting");
    assert_int_equal(delivery_of(&house, delivery).attempts, tries);
    assert_false(hook_of(&house, hook).is_paused);
  }
  assert_int_equal(lease(&house, real, 16, &parcels), 1);
  settle(&house, delivery, 503, real);
  assert_string_equal(delivery_of(&house, delivery).state, "failed");
  fixture_free(house.fixture);
}

static void a_webhook_that_fails_for_days_is_paused_and_told_once(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), first = ping(&house, hook), second = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 2);
  settle(&house, first, 500, REAL);
  settle(&house, second, 500, REAL + WEBHOOK_FAILING_SECONDS + 86400);
  assert_false(hook_of(&house, hook).is_paused); // tried once only: Tandem was down
  fail_often(&house, first, RETRY_GIVE_UP_ATTEMPTS - 1, REAL + WEBHOOK_FAILING_SECONDS - 1);
  assert_false(hook_of(&house, hook).is_paused);
  assert_int_equal(lease(&house, REAL + WEBHOOK_FAILING_SECONDS + RETRY_LONGEST_SECONDS, 16, &parcels), 1);
  assert_int_equal(webhook_store_forget_leases(app_db(house.fixture->app)), ERR_OK);
  int64_t in_hand = parcels[0].delivery;
  settle(&house, in_hand, 500, REAL + WEBHOOK_FAILING_SECONDS);
  assert_true(hook_of(&house, hook).is_paused);
  assert_int_equal(fixture_messages(house.fixture, house.instructor, "webhook paused"), 1);
  assert_string_equal(delivery_of(&house, in_hand == first ? second : first).state, "dropped");
  // An exchange that comes back after the pause tells nobody again.
  settle(&house, in_hand, 500, REAL + WEBHOOK_FAILING_SECONDS + 1);
  assert_int_equal(fixture_messages(house.fixture, house.instructor, "webhook paused"), 1);
  fixture_free(house.fixture);
}

static void what_comes_back_after_a_pause_is_dropped_unless_it_arrived(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), first = ping(&house, hook), second = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 2);
  fixture_call(house.fixture, house.instructor, METHOD_PATCH, "{\"is_paused\":true}", HOOK, (long long)hook);
  fixture_expect(house.fixture, 200);
  settle(&house, first, 500, REAL);
  settle(&house, second, 200, REAL);
  assert_string_equal(delivery_of(&house, first).state, "dropped");
  assert_string_equal(delivery_of(&house, second).state, "sent");
  fixture_free(house.fixture);
}

static void what_is_settled_stays_so(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), delivery = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  settle(&house, delivery, 200, REAL);
  settle(&house, delivery, 500, REAL + 1);
  assert_string_equal(delivery_of(&house, delivery).state, "sent");
  assert_int_equal(hook_of(&house, hook).failing_since, 0);
  fixture_free(house.fixture);
}

static void a_part_of_a_topics_name_is_none(void **state) {
  (void)state;
  const struct webhook webhook = {.topics = "labs teams"};
  assert_true(webhook_has_topic(&webhook, "labs"));
  assert_true(webhook_has_topic(&webhook, "teams"));
  static const char *const none[] = {"team", "eams", "lab", "abs", "labs teams x", "schedule"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_false(webhook_has_topic(&webhook, none[i]));
}

static void what_comes_back_for_a_removed_webhook_is_nothing(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL), delivery = ping(&house, hook);
  struct webhook_parcel *parcels;
  assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
  fixture_call(house.fixture, house.instructor, METHOD_DELETE, NULL, HOOK, (long long)hook);
  fixture_expect(house.fixture, 204);
  settle(&house, delivery, 200, REAL);
  fixture_call(house.fixture, house.instructor, METHOD_GET, NULL, HOOK, (long long)hook);
  fixture_refused(house.fixture, 404, "not_found");
  fixture_free(house.fixture);
}

static void the_list_shows_no_secret_and_the_audit_no_address(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, "[\"labs\",\"teams\",\"labs\"]");
  const char *secret = arena_text(house.fixture->arena, fixture_text(house.fixture, "secret"));
  assert_int_equal(strlen(secret), TOKEN_TEXT_BYTES - 1);
  fixture_call(house.fixture, house.instructor, METHOD_GET, NULL, SAMPLE "/webhooks");
  fixture_expect(house.fixture, 200);
  assert_int_equal(fixture_int(house.fixture, "webhooks.0.id"), hook);
  assert_string_equal(fixture_text(house.fixture, "webhooks.0.topics.0"), "teams");
  assert_string_equal(fixture_text(house.fixture, "webhooks.0.topics.1"), "labs");
  assert_null(fixture_text(house.fixture, "webhooks.0.topics.2"));
  assert_null(strstr(house.fixture->answer.body, secret));
  int64_t found = 0;
  assert_int_equal(db_get_int(app_db(house.fixture->app), &found,
                              "select count(*) from audit_details where instr(coalesce(after, ''), 's3cret') > 0"),
                   ERR_OK);
  assert_int_equal(found, 0);
  fixture_free(house.fixture);
}

static void what_is_no_webhook_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *body, *why;
  } cases[] = {
      {"{\"url\":\"http://hooks.example.edu/\",\"topics\":[\"teams\"]}", "not encrypted"},
      {"{\"url\":\"https://127.0.0.1/\",\"topics\":[\"teams\"]}", "this machine"},
      {"{\"url\":\"https://hooks.example.edu/\",\"topics\":[]}", "no topic"},
      {"{\"url\":\"https://hooks.example.edu/\",\"topics\":[\"grades\"]}", "no such topic"},
      {"{\"url\":\"https://hooks.example.edu/\",\"topics\":[\"teams\",\"team\"]}", "half of a topic"},
      {"{\"url\":\"https://hooks.example.edu/\",\"topics\":[\"\"]}", "an empty topic"},
      {"{\"topics\":[\"teams\"]}", "no address"},
  };
  struct house house = open_house();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *before = fixture_dump(house.fixture);
    fixture_call(house.fixture, house.instructor, METHOD_POST, cases[i].body, SAMPLE "/webhooks");
    if (house.fixture->answer.status != 422 && house.fixture->answer.status != 400)
      fail_msg("%s: %d", cases[i].why, house.fixture->answer.status);
    assert_string_equal(fixture_dump(house.fixture), before);
  }
  for (size_t i = 0; i < WEBHOOKS_MAX; i++)
    add_hook(&house, "[\"teams\"]");
  fixture_call(house.fixture, house.instructor, METHOD_POST,
               "{\"url\":\"https://hooks.example.edu/\",\"topics\":[\"teams\"]}", SAMPLE "/webhooks");
  fixture_refused(house.fixture, 409, "too_many_webhooks");
  fixture_free(house.fixture);
}

static void old_deliveries_go_when_there_are_many(void **state) {
  (void)state;
  struct house house = open_house();
  int64_t hook = add_hook(&house, TOPICS_ALL);
  for (size_t i = 0; i < WEBHOOK_KEPT + 20; i++) {
    struct webhook_parcel *parcels;
    int64_t delivery = ping(&house, hook);
    assert_int_equal(lease(&house, REAL, 16, &parcels), 1);
    settle(&house, delivery, 200, REAL);
  }
  int64_t left = 0;
  assert_int_equal(db_get_int(app_db(house.fixture->app), &left, "select count(*) from webhook_deliveries"), ERR_OK);
  assert_int_equal(left, WEBHOOK_KEPT);
  fixture_call(house.fixture, house.instructor, METHOD_GET, NULL, HOOK "/deliveries", (long long)hook);
  fixture_expect(house.fixture, 200);
  assert_int_equal(json_array_size(fixture_json(house.fixture, "deliveries")), WEBHOOK_SHOWN);
  fixture_free(house.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_signature_is_that_of_pythons_hmac),
      cmocka_unit_test(a_team_that_is_founded_is_told_once_without_a_name),
      cmocka_unit_test(a_webhook_is_told_of_its_topics_only),
      cmocka_unit_test(a_person_is_never_named_by_number_either),
      cmocka_unit_test(what_is_told_is_something_that_happens),
      cmocka_unit_test(every_topic_of_the_table_can_be_chosen_and_every_choice_has_a_row),
      cmocka_unit_test(what_is_in_hand_is_not_taken_again_until_the_lease_is_over),
      cmocka_unit_test(a_webhook_gets_few_at_once_and_one_that_fails_one),
      cmocka_unit_test(what_fails_is_tried_again_by_the_rule_and_given_up_after_days),
      cmocka_unit_test(a_success_hurries_what_waits_for_a_receiver_that_is_well_again),
      cmocka_unit_test(a_receiver_that_is_gone_pauses_the_webhook_and_its_instructors_are_told),
      cmocka_unit_test(what_waited_while_nobody_was_here_is_tried_more_than_once),
      cmocka_unit_test(a_webhook_that_fails_for_days_is_paused_and_told_once),
      cmocka_unit_test(what_comes_back_after_a_pause_is_dropped_unless_it_arrived),
      cmocka_unit_test(what_is_settled_stays_so),
      cmocka_unit_test(a_part_of_a_topics_name_is_none),
      cmocka_unit_test(what_comes_back_for_a_removed_webhook_is_nothing),
      cmocka_unit_test(the_list_shows_no_secret_and_the_audit_no_address),
      cmocka_unit_test(what_is_no_webhook_is_refused),
      cmocka_unit_test(old_deliveries_go_when_there_are_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
