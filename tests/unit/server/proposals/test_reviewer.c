// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/review_helpers.h"

static int set_reviewers(struct class *class, int64_t by, int64_t team, const char *people) {
  return fixture_call(class->fixture, by, METHOD_PUT, arena_format(class->fixture->arena, "{\"people\":[%s]}", people),
                      SAMPLE "/teams/%lld/proposal/reviewers", (long long)team);
}

static const char *id_text(struct class *class, int64_t id) {
  return arena_format(class->fixture->arena, "%lld", (long long)id);
}

static int mark(struct class *class, int64_t by, const char *teams) {
  return fixture_call(class->fixture, by, METHOD_PUT, arena_format(class->fixture->arena, "{\"teams\":[%s]}", teams),
                      SAMPLE "/conflicts");
}

static int stand_in(struct class *class, int64_t away, int64_t person, const char *until) {
  const char *body =
      person == 0 ? "{\"person\":null}"
                  : arena_format(class->fixture->arena, "{\"person\":%lld,\"until\":\"%s\"}", (long long)person, until);
  return fixture_call(class->fixture, away, METHOD_PUT, body, SAMPLE "/substitute");
}

static size_t queue(struct class *class, int64_t person, const char *query) {
  fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/reviews%s", query);
  fixture_expect(class->fixture, 200);
  return json_array_size(fixture_json(class->fixture, "reviews"));
}
#define MINE "?mine=true"

static void the_queue_is_what_waits_oldest_first(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t older = another_submitted(&class, "Older", SUBMITTED_AT - 3600);
  int64_t same = another_submitted(&class, "Same", SUBMITTED_AT);
  assert_int_equal(3, queue(&class, class.staff, ""));
  assert_int_equal(older, fixture_int(fixture, "reviews.0.team"));
  assert_int_equal(class.team, fixture_int(fixture, "reviews.1.team"));
  assert_int_equal(same, fixture_int(fixture, "reviews.2.team"));
  assert_string_equal("2023-09-14T13:00:00Z", fixture_text(fixture, "reviews.0.since"));
  assert_string_equal("2023-09-19T13:00:00Z", fixture_text(fixture, "reviews.0.due"));
  assert_true(json_is_null(fixture_json(fixture, "reviews.0.recommendation")));
  assert_null(fixture_json(fixture, "next"));
  assert_int_equal(2, queue(&class, class.staff, "?limit=2"));
  int64_t next = fixture_int(fixture, "next");
  assert_int_equal(1, queue(&class, class.staff, arena_format(fixture->arena, "?after=%lld", (long long)next)));
  assert_int_equal(same, fixture_int(fixture, "reviews.0.team"));
  // Five civil days are enough.
  fixture_at(fixture, "2023-09-19T13:00:00Z");
  queue(&class, class.staff, "");
  assert_false(json_is_true(fixture_json(fixture, "reviews.0.overdue")));
  fixture_at(fixture, "2023-09-19T13:00:01Z");
  queue(&class, class.staff, "");
  assert_true(json_is_true(fixture_json(fixture, "reviews.0.overdue")));
  assert_false(json_is_true(fixture_json(fixture, "reviews.1.overdue")));
  judged(&class, class.instructor, APPROVE);
  assert_int_equal(2, queue(&class, class.staff, ""));
  fixture_call(fixture, class.ann, METHOD_GET, NULL, SAMPLE "/reviews");
  fixture_refused(fixture, 403, "not_allowed");
  end_class(&class);
}

static void what_waits_for_me_is_mine_or_nobodys(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF);
  assert_int_equal(1, queue(&class, class.staff, MINE)); // nobody's: everybody's
  assert_int_equal(1, queue(&class, class.instructor, MINE));
  assert_string_equal("open", task_text(fixture, class.staff, "review a proposal", "state"));
  assert_null(task_text(fixture, class.staff, "review a proposal", "due"));
  set_reviewers(&class, class.instructor, class.team, id_text(&class, lea));
  fixture_expect(fixture, 200);
  assert_string_equal("Lea Invented", fixture_text(fixture, "reviewers.0.name"));
  assert_int_equal(1, fixture_messages(fixture, lea, "proposals to review"));
  assert_int_equal(0, queue(&class, class.staff, MINE));
  assert_false(has_task(fixture, class.staff, "review a proposal"));
  assert_int_equal(0, queue(&class, class.instructor, MINE)); // until somebody recommends
  assert_int_equal(1, queue(&class, lea, MINE));
  assert_true(json_is_true(fixture_json(fixture, "reviews.0.yours")));
  assert_string_equal("2023-09-19T14:00:00Z", task_text(fixture, lea, "review a proposal", "due"));
  judged(&class, lea, RECOMMEND);
  assert_int_equal(0, queue(&class, lea, MINE));
  assert_int_equal(1, queue(&class, class.instructor, MINE));
  assert_string_equal("approve", fixture_text(fixture, "reviews.0.recommendation"));
  assert_string_equal("Lea Invented", fixture_text(fixture, "reviews.0.recommended_by"));
  assert_non_null(strstr(task_text(fixture, class.instructor, "decide on a proposal", "words"),
                         "Lea Invented recommends to approve"));
  assert_false(has_task(fixture, class.ann, "decide on a proposal"));
  judged(&class, class.instructor, CHANGES);
  assert_int_equal(0, queue(&class, class.instructor, MINE));
  // Once it is submitted again it is theirs to read again, and only theirs.
  told(&class);
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  assert_int_equal(1, queue(&class, lea, MINE));
  assert_string_equal("resubmitted", fixture_text(fixture, "reviews.0.state"));
  assert_int_equal(1, fixture_messages(fixture, lea, "proposal resubmitted"));
  assert_int_equal(0, fixture_messages(fixture, class.instructor, "proposal resubmitted"));
  end_class(&class);
}

static void only_staff_without_a_conflict_review(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  set_reviewers(&class, class.staff, class.team, id_text(&class, class.ann));
  fixture_refused(fixture, 422, "invalid_fields");
  set_reviewers(&class, class.ann, class.team, id_text(&class, class.staff));
  fixture_refused(fixture, 403, "not_allowed");
  set_reviewers(&class, class.instructor, 4711, "");
  fixture_refused(fixture, 404, "not_found");
  set_reviewers(&class, class.instructor, class.team, id_text(&class, class.staff));
  fixture_expect(fixture, 200);
  mark(&class, class.staff, id_text(&class, class.team)); // takes them off
  fixture_expect(fixture, 200);
  assert_string_equal("Descenders", fixture_text(fixture, "conflicts.0.team_name"));
  show_of(&class, class.staff, "/reviewers");
  assert_int_equal(0, json_array_size(fixture_json(fixture, "reviewers")));
  set_reviewers(&class, class.instructor, class.team, id_text(&class, class.staff));
  fixture_refused(fixture, 422, "invalid_fields");
  assert_non_null(strstr(fixture->answer.body, "by their own word"));
  assert_int_equal(0, queue(&class, class.staff, MINE));
  assert_int_equal(1, queue(&class, class.staff, ""));
  assert_true(json_is_true(fixture_json(fixture, "reviews.0.conflict")));
  mark(&class, class.staff, "4711");
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, class.instructor, METHOD_GET, NULL, SAMPLE "/conflicts");
  assert_string_equal("Kim Invented", fixture_text(fixture, "conflicts.0.name"));
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF);
  fixture_call(fixture, lea, METHOD_GET, NULL, SAMPLE "/conflicts");
  assert_int_equal(0, json_array_size(fixture_json(fixture, "conflicts")));
  // The team's own words to its staff do not tell.
  assert_null(strstr(seen_by(&class, class.ann), "Kim"));
  end_class(&class);
}

static void teams_are_spread_evenly_over_those_who_may_judge_them(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF), teams[5] = {class.team};
  for (size_t i = 1; i < 5; i++) {
    const char *name = arena_format(fixture->arena, "Team %zu", i);
    int64_t a = fixture_student(fixture, arena_format(fixture->arena, "Ana %zu", i));
    int64_t b = fixture_student(fixture, arena_format(fixture->arena, "Ben %zu", i));
    teams[i] = covered_team(fixture, a, b, name);
    if (i < 4)
      register_team(fixture, a, teams[i], "{}"); // the fifth is only forming
  }
  mark(&class, class.staff, arena_format(fixture->arena, "%lld,%lld", (long long)teams[0], (long long)teams[1]));
  fixture_call(fixture, class.instructor, METHOD_POST, "{\"evenly\":false}", SAMPLE "/proposal-reviewers");
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, class.instructor, METHOD_POST,
               arena_format(fixture->arena, "{\"evenly\":true,\"people\":[%lld]}", (long long)class.ann),
               SAMPLE "/proposal-reviewers");
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, class.instructor, METHOD_POST, "{\"evenly\":true}", SAMPLE "/proposal-reviewers");
  fixture_expect(fixture, 201);
  assert_int_equal(4, json_array_size(fixture_json(fixture, "shares")));
  static const char *const whose[] = {"Lea Invented", "Lea Invented", "Kim Invented", "Kim Invented"};
  for (size_t i = 0; i < 4; i++)
    assert_string_equal(whose[i], fixture_text(fixture, arena_format(fixture->arena, "shares.%zu.name", i)));
  assert_int_equal(1, fixture_messages(fixture, lea, "proposals to review")); // one for both teams
  fixture_call(fixture, class.instructor, METHOD_POST, "{\"evenly\":true}", SAMPLE "/proposal-reviewers");
  fixture_expect(fixture, 201);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "shares"))); // nobody is without one any more
  assert_int_equal(4, count_rows(fixture, "select count(*) from proposal_reviewers"));
  end_class(&class);
}

static void who_stands_in_sees_what_waits_for_who_is_away(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF);
  set_reviewers(&class, class.instructor, class.team, id_text(&class, class.staff));
  stand_in(&class, class.staff, class.staff, "2023-09-20T00:00:00Z");
  fixture_refused(fixture, 422, "invalid_fields");
  stand_in(&class, class.staff, class.ann, "2023-09-20T00:00:00Z");
  fixture_refused(fixture, 422, "invalid_fields");
  stand_in(&class, class.staff, lea, "2023-09-14T14:00:00Z");
  fixture_refused(fixture, 422, "invalid_fields"); // now is not the future
  assert_int_equal(0, queue(&class, lea, MINE));
  stand_in(&class, class.staff, lea, "2023-09-14T15:00:00Z");
  fixture_expect(fixture, 200);
  assert_string_equal("Lea Invented", fixture_text(fixture, "name"));
  assert_int_equal(1, fixture_messages(fixture, lea, "review substitute"));
  assert_string_equal("You stand in for Kim Invented until Thu 14 Sep 2023 11:00 EDT: the proposals that wait for them "
                      "wait for you too.",
                      fixture_last_words(fixture, lea));
  static const struct {
    int64_t after;
    size_t waits;
    const char *why;
  } cases[] = {{0, 1, "at once"}, {3600, 1, "the last second"}, {3601, 0, "over"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_at_seconds(fixture, SUBMITTED_AT + cases[i].after);
    if (queue(&class, lea, MINE) != cases[i].waits)
      fail_msg("%s", cases[i].why);
    assert_int_equal(1, queue(&class, class.staff, MINE)); // who is away may look
  }
  fixture_at_seconds(fixture, SUBMITTED_AT);
  queue(&class, class.staff, "");
  assert_string_equal("Lea Invented", fixture_text(fixture, "reviews.0.reviewers.0.substitute_name"));
  mark(&class, lea, id_text(&class, class.team)); // may not judge it, so nobody stands in there
  assert_int_equal(0, queue(&class, lea, MINE));
  queue(&class, class.staff, "");
  assert_true(json_is_null(fixture_json(fixture, "reviews.0.reviewers.0.substitute_name")));
  stand_in(&class, class.staff, 0, NULL);
  fixture_expect(fixture, 200);
  assert_true(json_is_null(fixture_json(fixture, "person")));
  end_class(&class);
}

static void a_submission_is_told_to_its_reviewers_or_to_all_staff(void **state) {
  (void)state;
  struct class class = submitted_class();
  assert_int_equal(1, fixture_messages(class.fixture, class.staff, "proposal waits"));
  assert_int_equal(1, fixture_messages(class.fixture, class.instructor, "proposal waits"));
  end_class(&class);
  class = registered_class(INSIDE);
  set_reviewers(&class, class.instructor, class.team, id_text(&class, class.staff));
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  assert_int_equal(1, fixture_messages(class.fixture, class.staff, "proposal waits"));
  assert_int_equal(0, fixture_messages(class.fixture, class.instructor, "proposal waits"));
  end_class(&class);
  class = registered_class(INSIDE); // whoever may not judge it need not know
  mark(&class, class.staff, id_text(&class, class.team));
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  assert_int_equal(0, fixture_messages(class.fixture, class.staff, "proposal waits"));
  assert_int_equal(1, fixture_messages(class.fixture, class.instructor, "proposal waits"));
  end_class(&class);
}

static void a_reviewer_who_left_the_staff_is_none(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF);
  set_reviewers(&class, class.instructor, class.team, id_text(&class, lea));
  fixture_drop(fixture, lea);
  assert_int_equal(1, queue(&class, class.staff, MINE));
  assert_int_equal(0, json_array_size(fixture_json(fixture, "reviews.0.reviewers")));
  fixture_call(fixture, class.instructor, METHOD_POST, "{\"evenly\":true}", SAMPLE "/proposal-reviewers");
  assert_string_equal("Kim Invented", fixture_text(fixture, "shares.0.name"));
  end_class(&class);
}

// In a course beside this one.
static void stand_in_elsewhere(struct class *class, int64_t away, int64_t person) {
  struct db *db = app_db(class->fixture->app);
  assert_int_equal(ERR_OK,
                   db_exec(db, "insert into courses (id, slug, title, syllabus, syllabus_version, created_at) "
                               "select 4711, 'elsewhere', title, syllabus, syllabus_version, created_at from courses"));
  assert_int_equal(ERR_OK, db_exec(db, "insert into review_substitutes values (4711, $1, $2, $3)", db_int(away),
                                   db_int(person), db_int(INT64_C(4102444800))));
}

static void what_nobody_may_decide_on_is_a_task_of_the_instructors(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  static const char task[] = "find who decides";
  int64_t lea = fixture_person(fixture, "Lea Invented", ROLE_STAFF);
  mark(&class, class.staff, id_text(&class, class.team));
  assert_false(has_task(fixture, class.instructor, task)); // they decide themselves
  mark(&class, class.instructor, id_text(&class, class.team));
  assert_false(has_task(fixture, class.instructor, "decide on a proposal"));
  assert_string_equal("2023-09-19T14:00:00Z", task_text(fixture, class.instructor, task, "due"));
  assert_string_equal("Find who decides on the proposal of Descenders",
                      task_text(fixture, class.instructor, task, "title"));
  assert_false(has_task(fixture, class.staff, task));
  assert_false(has_task(fixture, lea, task));
  stand_in(&class, class.staff, lea, "2023-09-14T15:00:00Z"); // for one who does not decide
  assert_true(has_task(fixture, class.instructor, task));
  // Who stands in decides, until their time is over; but not who may not judge either.
  stand_in(&class, class.instructor, class.staff, "2023-09-14T15:00:00Z");
  assert_true(has_task(fixture, class.instructor, task));
  stand_in(&class, class.instructor, lea, "2023-09-14T15:00:00Z");
  assert_false(has_task(fixture, class.instructor, task));
  assert_true(has_task(fixture, lea, "decide on a proposal"));
  fixture_at(fixture, "2023-09-14T15:00:00Z");
  assert_false(has_task(fixture, class.instructor, task));
  fixture_at(fixture, "2023-09-14T15:00:01Z");
  assert_true(has_task(fixture, class.instructor, task));
  // Or another instructor, who may judge.
  int64_t second = fixture_person(fixture, "Second Invented", ROLE_INSTRUCTOR);
  assert_false(has_task(fixture, class.instructor, task));
  mark(&class, second, id_text(&class, class.team));
  assert_true(has_task(fixture, class.instructor, task) && has_task(fixture, second, task));
  // Nor one who has left, nor who stands in for one who has, or in another course.
  int64_t third = fixture_person(fixture, "Third Invented", ROLE_INSTRUCTOR);
  stand_in(&class, third, lea, "2023-12-14T15:00:00Z");
  assert_false(has_task(fixture, class.instructor, task));
  fixture_drop(fixture, third);
  assert_true(has_task(fixture, class.instructor, task));
  stand_in_elsewhere(&class, class.instructor, lea);
  assert_true(has_task(fixture, class.instructor, task));
  mark(&class, second, "");
  judged(&class, second, APPROVE);
  mark(&class, second, id_text(&class, class.team));
  assert_false(has_task(fixture, class.instructor, task));
  end_class(&class);
}

static void staff_who_decide_are_not_looked_for(void **state) {
  (void)state;
  struct class class = judged_class(sample_with("decide: instructor", "decide: staff", INSIDE));
  struct fixture *fixture = class.fixture;
  mark(&class, class.instructor, id_text(&class, class.team));
  assert_false(has_task(fixture, class.instructor, "find who decides"));
  mark(&class, class.staff, id_text(&class, class.team));
  assert_non_null(strstr(task_text(fixture, class.instructor, "find who decides", "words"), "a member of the staff"));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_queue_is_what_waits_oldest_first),
      cmocka_unit_test(what_waits_for_me_is_mine_or_nobodys),
      cmocka_unit_test(only_staff_without_a_conflict_review),
      cmocka_unit_test(teams_are_spread_evenly_over_those_who_may_judge_them),
      cmocka_unit_test(who_stands_in_sees_what_waits_for_who_is_away),
      cmocka_unit_test(a_submission_is_told_to_its_reviewers_or_to_all_staff),
      cmocka_unit_test(a_reviewer_who_left_the_staff_is_none),
      cmocka_unit_test(what_nobody_may_decide_on_is_a_task_of_the_instructors),
      cmocka_unit_test(staff_who_decide_are_not_looked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
