// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/reminders/reminder_helpers.h"

#define STARTS "2023-08-28T17:00:00Z"

static struct class started(void) {
  struct class class = class_of(sample_at(STARTS));
  register_team(class.fixture, class.ann, class.team, "{}");
  fixture_expect(class.fixture, 200);
  return class;
}

static int list(struct class *class, int64_t person) {
  fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/reminders");
  fixture_expect(class->fixture, 200);
  return (int)json_array_size(fixture_json(class->fixture, "reminders"));
}

// How many of the caller's are of this subject and state.
static int count(struct class *class, int64_t person, const char *subject, const char *state) {
  int found = 0;
  for (int i = 0, all = list(class, person); i < all; i++) {
    struct arena *arena = class->fixture->arena;
    found += strcmp(fixture_text(class->fixture, arena_format(arena, "reminders.%d.subject", i)), subject) == 0 &&
             strcmp(fixture_text(class->fixture, arena_format(arena, "reminders.%d.state", i)), state) == 0;
  }
  return found;
}

static void students_see_their_own_that_come_and_that_were_sent(void **state) {
  (void)state;
  struct class class = started();
  assert_int_equal(3, count(&class, class.ann, "milestone proposal", "coming"));
  assert_int_equal(0, count(&class, class.cyd, "milestone proposal", "coming"));
  assert_int_equal(2, count(&class, class.cyd, "info card", "coming"));
  assert_null(fixture_json(class.fixture, "coming"));
  plan_at(class.fixture, PROPOSAL_DUE - 7 * DAY);
  assert_int_equal(2, count(&class, class.ann, "milestone proposal", "coming"));
  assert_int_equal(1, count(&class, class.ann, "milestone proposal", "sent"));
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  assert_int_equal(0, count(&class, class.ann, "milestone proposal", "coming"));
  assert_int_equal(1, count(&class, class.ann, "milestone proposal", "sent"));
  end_class(&class);
}

static void only_staff_see_that_somebody_has_more_time(void **state) {
  (void)state;
  struct class class = started();
  struct fixture *fixture = class.fixture;
  fixture_call(
      fixture, class.staff, METHOD_POST,
      arena_format(fixture->arena,
                   "{\"scope\":\"person\",\"person\":%lld,\"due\":\"2023-09-26T03:59:00Z\",\"reason\":\"Ill\"}",
                   (long long)class.ann),
      SAMPLE "/milestones/proposal/extensions");
  fixture_expect(fixture, 200);
  list(&class, class.bob);
  assert_null(strstr(fixture->answer.body, "2023-09-26T03:59:00Z"));
  list(&class, class.ann);
  assert_non_null(strstr(fixture->answer.body, "2023-09-26T03:59:00Z"));
  list(&class, class.staff);
  int extended = 0, plain = 0;
  for (int i = 0; i < (int)json_array_size(fixture_json(fixture, "coming")); i++) {
    if (strcmp(fixture_text(fixture, arena_format(fixture->arena, "coming.%d.subject", i)), "milestone proposal") !=
            0 ||
        strcmp(fixture_text(fixture, arena_format(fixture->arena, "coming.%d.to", i)), "students") != 0)
      continue;
    bool is_extended = json_is_true(fixture_json(fixture, arena_format(fixture->arena, "coming.%d.extended", i)));
    assert_int_equal(1, fixture_int(fixture, arena_format(fixture->arena, "coming.%d.people", i)));
    extended += is_extended;
    plain += !is_extended;
  }
  assert_int_equal(3, extended);
  assert_int_equal(3, plain);
  end_class(&class);
}

// One text a mail of students: who, when and of what.
static const char *forecast_of(struct class *class, const char *span) {
  struct fixture *fixture = class->fixture;
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/forecast%s", span);
  fixture_expect(fixture, 200);
  struct text text;
  text_init(&text, fixture->arena);
  json_t *messages = fixture_json(fixture, "messages");
  size_t i, k;
  json_t *message, *line;
  json_array_foreach(messages, i, message) {
    if (strcmp(json_string_value(json_object_get(message, "role")), "student") != 0)
      continue;
    text_add_format(&text, "%s %s", json_string_value(json_object_get(message, "at")),
                    json_string_value(json_object_get(message, "email")));
    json_array_foreach(json_object_get(message, "lines"), k, line)
        text_add_format(&text, " [%s %s]", json_string_value(json_object_get(line, "subject_key")),
                        json_string_value(json_object_get(line, "due")));
    text_add(&text, "\n");
  }
  return text_get(&text);
}

static void the_forecast_is_what_then_leaves(void **state) {
  (void)state;
  struct class class = started();
  struct fixture *fixture = class.fixture;
  const char *foreseen = forecast_of(&class, "?to=2023-12-20T00:00:00Z");
  assert_true(strlen(foreseen) > 1000);
  // A server that is always there.
  int64_t begins = 0;
  assert_true(instant_parse(STARTS, &begins));
  for (int64_t at = begins; at < begins + 114 * DAY; at += 900) {
    fixture_at_seconds(fixture, at + PLANNER_DELAY_SECONDS);
    plan_now(fixture);
  }
  struct text left;
  text_init(&left, fixture->arena);
  struct db_rows rows DB_SCOPE =
      db_query(app_db(fixture->app),
               "select min(r.at) over (partition by r.person_id, r.written_at), a.address, r.subject, r.due, "
               "r.person_id, r.written_at from reminders r join addresses a on a.person_id = r.person_id "
               "join enrolments e on e.person_id = r.person_id where e.role = 'student' and r.state = 'sent' "
               "order by 1, 5, r.at, r.id");
  int64_t person = 0, written = 0;
  while (db_next(&rows)) {
    char at[21], due[21];
    instant_format(db_column_int(&rows, 0), at);
    instant_format(db_column_int(&rows, 3), due);
    if (person != db_column_int(&rows, 4) || written != db_column_int(&rows, 5))
      text_add_format(&left, "%s%s %s", person == 0 ? "" : "\n", at, db_column_text(&rows, 1, fixture->arena));
    person = db_column_int(&rows, 4);
    written = db_column_int(&rows, 5);
    text_add_format(&left, " [%s %s]", db_column_text(&rows, 2, fixture->arena), due);
  }
  text_add(&left, "\n");
  assert_string_equal(foreseen, text_get(&left));
  end_class(&class);
}

static void the_forecast_leaves_out_what_is_handled_and_is_the_operators(void **state) {
  (void)state;
  struct class class = started();
  plan_at(class.fixture, PROPOSAL_DUE - 7 * DAY);
  fixture_student(class.fixture, "Zoe Invented"); // what lay before she came is not hers
  const char *foreseen = forecast_of(&class, "?from=2023-08-01T00:00:00Z&to=2023-09-23T00:00:00Z");
  assert_null(strstr(foreseen, "2023-09-16T03:59:00Z"));
  assert_null(strstr(foreseen, "zoe.invented"));
  assert_non_null(strstr(foreseen, "2023-09-21T03:59:00Z"));
  fixture_call(class.fixture, class.instructor, METHOD_GET, NULL, SAMPLE "/forecast");
  assert_int_equal(403, class.fixture->answer.status);
  end_class(&class);
}

static void the_forecast_keeps_to_what_its_readers_chose(void **state) {
  (void)state;
  struct class class = class_of(sample_at("2023-08-28T17:00:00Z"));
  struct fixture *fixture = class.fixture;
  static const char span[] = "?to=2023-09-01T00:00:00Z"; // cyd has no card: 30 August 03:59Z, three days before
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/forecast%s", span);
  fixture_expect(fixture, 200);
  assert_string_equal("2023-08-30T03:59:00Z", fixture_text(fixture, "messages.0.at"));
  fixture_call(fixture, class.cyd, METHOD_PATCH,
               "{\"quiet_hours\":{\"starts\":\"22:00\",\"ends\":\"07:00\",\"zone\":\"America/New_York\"}}",
               "/api/v1/me/preferences");
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/forecast%s", span);
  assert_string_equal("2023-08-30T11:00:00Z", fixture_text(fixture, "messages.0.at"));
  size_t all = json_array_size(fixture_json(fixture, "messages"));
  fixture_call(fixture, class.cyd, METHOD_PATCH, "{\"kinds\":[{\"kind\":\"reminder\",\"on\":false}]}",
               "/api/v1/me/preferences");
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/forecast%s", span);
  assert_int_equal(all - 1, json_array_size(fixture_json(fixture, "messages")));
  end_class(&class);
}

static void what_quiet_hours_bring_to_one_instant_is_one_mail_of_the_forecast(void **state) {
  (void)state;
  struct class class =
      class_of(sample_with("decide_by: 2023-09-06 23:59", "decide_by: 2023-09-07 12:00", "2023-09-03T17:00:00Z"));
  struct fixture *fixture = class.fixture;
  static const char lab[] = "[lab choice 2023-09-07T16:00:00Z]", team[] = "[team registration 2023-09-12T03:59:00Z]";
  const char *foreseen = forecast_of(&class, "?from=2023-09-05T03:00:00Z&to=2023-09-06T02:00:00Z");
  assert_non_null(
      strstr(foreseen, arena_format(fixture->arena, "2023-09-05T16:00:00Z cyd.invented@example.edu %s\n", lab)));
  fixture_call(fixture, class.cyd, METHOD_PATCH,
               "{\"quiet_hours\":{\"starts\":\"22:00\",\"ends\":\"21:00\",\"zone\":\"America/New_York\"}}",
               "/api/v1/me/preferences");
  fixture_expect(fixture, 200);
  foreseen = forecast_of(&class, "?from=2023-09-05T03:00:00Z&to=2023-09-06T02:00:00Z");
  assert_non_null(strstr(
      foreseen, arena_format(fixture->arena, "2023-09-06T01:00:00Z cyd.invented@example.edu %s %s\n", team, lab)));
  end_class(&class);
}

static void a_span_that_ends_before_it_begins_is_refused(void **state) {
  (void)state;
  struct class class = class_of(sample_at("2023-08-28T17:00:00Z"));
  static const char span[] = "?from=2023-09-03T00:00:00Z&to=2023-09-02T00:00:00Z";
  fixture_call(class.fixture, -1, METHOD_GET, NULL, SAMPLE "/forecast%s", span);
  fixture_refused(class.fixture, 422, "invalid_fields");
  fixture_call(class.fixture, class.ann, METHOD_GET, NULL, SAMPLE "/reminders%s", span);
  fixture_refused(class.fixture, 422, "invalid_fields");
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(students_see_their_own_that_come_and_that_were_sent),
      cmocka_unit_test(only_staff_see_that_somebody_has_more_time),
      cmocka_unit_test(the_forecast_is_what_then_leaves),
      cmocka_unit_test(the_forecast_keeps_to_what_its_readers_chose),
      cmocka_unit_test(what_quiet_hours_bring_to_one_instant_is_one_mail_of_the_forecast),
      cmocka_unit_test(a_span_that_ends_before_it_begins_is_refused),
      cmocka_unit_test(the_forecast_leaves_out_what_is_handled_and_is_the_operators),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
