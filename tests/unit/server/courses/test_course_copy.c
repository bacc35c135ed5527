// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_copy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/app_fixture.h"

#define NOW "2023-09-05T14:00:00Z"
#define COPIES SAMPLE "/copies"
#define NEXT "/api/v1/courses/cs8803-smr-2024fa"
#define WISH "{\"course\":\"cs8803-smr-2024fa\",\"starts\":\"2024-08-19\"}"

// A literal, because that is what db.h takes.
#define COUNT(f, query) (assert_int_equal(ERR_OK, db_get_int(app_db((f)->app), &counted, query)), counted)
static int64_t counted;

struct scene {
  struct fixture *f;
  int64_t ines, ivan, stan, sue;
};

static int setup(void **state) {
  static struct scene scene;
  scene = (struct scene){.f = fixture_new(SAMPLE_COURSE, NOW)};
  scene.ines = fixture_person(scene.f, "Ines", ROLE_INSTRUCTOR);
  scene.ivan = fixture_person(scene.f, "Ivan", ROLE_INSTRUCTOR);
  scene.stan = fixture_person(scene.f, "Stan", ROLE_STAFF);
  fixture_confidential(scene.f, scene.stan);
  int64_t tom = fixture_person(scene.f, "Tom", ROLE_STAFF); // has left
  fixture_drop(scene.f, tom);
  scene.sue = fixture_student(scene.f, "Sue");
  fixture_call(scene.f, scene.sue, METHOD_POST, "{\"name\":\"Six\"}", SAMPLE "/teams");
  *state = &scene;
  return 0;
}

static int teardown(void **state) {
  struct scene *scene = *state;
  fixture_free(scene->f);
  return 0;
}

static void a_copy_is_a_draft_with_the_same_staff_and_no_work(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  fixture_call(f, scene->ines, METHOD_POST, WISH, COPIES);
  fixture_expect(f, 200);
  assert_string_equal("draft", fixture_text(f, "state"));
  assert_int_equal(52, fixture_int(f, "weeks"));
  assert_int_equal(3, fixture_int(f, "staff"));
  assert_int_equal(6, json_array_size(fixture_json(f, "notes")));
  assert_string_equal("check this holiday", fixture_text(f, "notes.0.kind"));
  const char *text = arena_text(f->arena, fixture_text(f, "syllabus"));
  fixture_call(f, scene->ines, METHOD_GET, NULL, NEXT);
  fixture_expect(f, 200);
  assert_string_equal("draft", fixture_text(f, "state"));
  assert_string_equal("instructor", fixture_text(f, "you.role"));
  assert_string_equal("2024-08-19T04:00:00Z", fixture_text(f, "starts_at"));
  fixture_call(f, scene->ines, METHOD_GET, NULL, NEXT "/syllabus");
  assert_string_equal(text, f->answer.body);
  fixture_call(f, scene->ivan, METHOD_GET, NULL, NEXT "/roster");
  fixture_expect(f, 200);
  assert_int_equal(3, json_array_size(fixture_json(f, "people")));
  assert_int_equal(3, COUNT(f, "select count(*) from enrolments where course_id = 2"));
  assert_int_equal(1, COUNT(f, "select count(*) from enrolments where course_id = 2 and is_confidential = 1"));
  assert_int_equal(0, COUNT(f, "select count(*) from teams where course_id = 2"));
  fixture_call(f, scene->sue, METHOD_GET, NULL, NEXT);
  fixture_refused(f, 404, "not_found");
  fixture_call(f, scene->ines, METHOD_GET, NULL, NEXT "/audit");
  assert_non_null(strstr(f->answer.body, "course copied"));
  assert_non_null(strstr(f->answer.body, "\\\"weeks\\\":52"));
}

static void the_old_course_stays_as_it_is(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  fixture_call(f, scene->ines, METHOD_GET, NULL, SAMPLE "/syllabus");
  const char *before = arena_text(f->arena, f->answer.body);
  int64_t rows = COUNT(f, "select seq from audit_heads where course_id = 1");
  fixture_call(f, -1, METHOD_POST, WISH, COPIES);
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_GET, NULL, SAMPLE "/syllabus");
  assert_string_equal(before, f->answer.body);
  assert_int_equal(rows, COUNT(f, "select seq from audit_heads where course_id = 1"));
  assert_int_equal(0, COUNT(f, "select count(*) from outbox where course_id = 2"));
}

static void a_dry_run_says_the_same_and_makes_nothing(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  const char *before = fixture_dump(f);
  fixture_call(f, scene->ines, METHOD_POST, WISH, COPIES "?dry_run=true");
  fixture_expect(f, 200);
  assert_int_equal(52, fixture_int(f, "weeks"));
  assert_int_equal(6, json_array_size(fixture_json(f, "notes")));
  const char *text = arena_text(f->arena, fixture_text(f, "syllabus"));
  assert_string_equal(before, fixture_dump(f));
  fixture_call(f, scene->ines, METHOD_POST, WISH, COPIES);
  assert_string_equal(text, fixture_text(f, "syllabus"));
}

struct refusal {
  const char *body;
  int status;
  const char *code;
  const char *words;
};

static void what_cannot_be_copied_is_refused_and_nothing_is_made(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  static const struct refusal cases[] = {
      {"{\"course\":\"cs8803-smr-2023fa\",\"starts\":\"2024-08-19\"}", 409, "name_taken", "another one"},
      {"{\"course\":\"x\",\"starts\":\"2024-08-20\"}", 422, "invalid_fields", "Mon 2024-08-19 or Mon 2024-08-26"},
      {"{\"course\":\"x\",\"starts\":\"2024-02-30\"}", 422, "invalid_fields", "a date that exists"},
      {"{\"course\":\"X Y\",\"starts\":\"2024-08-19\"}", 422, "invalid_fields", "must be an id"},
      {"{\"course\":\"x\",\"starts\":\"2024-08-19\",\"holidays\":[\"2024-09-02\",\"soon\"]}", 422, "invalid_fields",
       "holidays[1]"},
      {"{\"course\":\"x\",\"starts\":\"2024-08-19\",\"holidays\":[\"2024-09-02\",\"2024-09-02\"]}", 422,
       "invalid_fields", "stated twice"},
      {"{\"course\":\"x\"}", 422, "invalid_fields", "starts"},
  };
  const char *before = fixture_dump(f);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int dry = 0; dry < 2; dry++) {
      fixture_call(f, scene->ines, METHOD_POST, cases[i].body, dry ? COPIES "?dry_run=true" : COPIES);
      fixture_refused(f, cases[i].status, cases[i].code);
      assert_non_null(strstr(f->answer.body, cases[i].words));
    }
  }
  assert_string_equal(before, fixture_dump(f));
}

static void holidays_given_are_those_of_the_copy(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  fixture_call(f, scene->ines, METHOD_POST,
               "{\"course\":\"x\",\"starts\":\"2024-08-19\",\"holidays\":[\"2024-09-02\",\"2024-10-23\"]}", COPIES);
  fixture_expect(f, 200);
  assert_int_equal(1, json_array_size(fixture_json(f, "notes")));
  assert_string_equal("falls on a holiday", fixture_text(f, "notes.0.kind"));
  assert_string_equal("milestones midpoint due falls on the holiday Wed 2024-10-23", fixture_text(f, "notes.0.words"));
  assert_non_null(strstr(fixture_text(f, "syllabus"), "  holidays: [2024-09-02, 2024-10-23]\n"));
}

static void an_archived_course_is_copied_too_and_the_copy_runs_by_its_own_dates(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  fixture_call(f, scene->ines, METHOD_PATCH, "{\"state\":\"archived\"}", SAMPLE);
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_POST, WISH, COPIES);
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_PATCH, "{\"state\":\"running\"}", NEXT);
  fixture_expect(f, 200);
  int64_t at = COUNT(f, "select at from agenda where course_id = 2 and kind = 'registration closes'");
  assert_int_equal(1694491140 + INT64_C(52) * 7 * 86400, at); // 2024-09-09 23:59 EDT
  fixture_at(f, "2024-09-10T04:00:00Z");
  assert_int_equal(2, fixture_run_duties(f)); // and the labs'
}

static void an_instructor_has_so_many_drafts_and_no_more(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  for (int i = 0; i <= COURSE_COPY_DRAFTS_MAX; i++) {
    const char *wish = arena_format(f->arena, "{\"course\":\"next-%d\",\"starts\":\"2024-08-19\"}", i);
    fixture_call(f, scene->ines, METHOD_POST, wish, COPIES);
    if (i < COURSE_COPY_DRAFTS_MAX)
      fixture_expect(f, 200);
    else
      fixture_refused(f, 409, "conflict");
  }
  fixture_call(f, -1, METHOD_POST, WISH, COPIES);
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_PATCH, "{\"state\":\"archived\"}", "/api/v1/courses/next-0");
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_PATCH, "{\"state\":\"archived\"}", "/api/v1/courses/next-1");
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_POST, "{\"course\":\"next-b\",\"starts\":\"2024-08-19\"}", COPIES);
  fixture_expect(f, 200);
}

static void a_copy_can_be_copied(void **state) {
  struct scene *scene = *state;
  struct fixture *f = scene->f;
  fixture_call(f, scene->ines, METHOD_POST, WISH, COPIES);
  fixture_expect(f, 200);
  fixture_call(f, scene->ines, METHOD_POST, "{\"course\":\"third\",\"starts\":\"2025-08-18\"}", NEXT "/copies");
  fixture_expect(f, 200);
  assert_int_equal(52, fixture_int(f, "weeks"));
  assert_int_equal(3, COUNT(f, "select count(*) from courses"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_copy_is_a_draft_with_the_same_staff_and_no_work, setup, teardown),
      cmocka_unit_test_setup_teardown(the_old_course_stays_as_it_is, setup, teardown),
      cmocka_unit_test_setup_teardown(a_dry_run_says_the_same_and_makes_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(what_cannot_be_copied_is_refused_and_nothing_is_made, setup, teardown),
      cmocka_unit_test_setup_teardown(holidays_given_are_those_of_the_copy, setup, teardown),
      cmocka_unit_test_setup_teardown(an_archived_course_is_copied_too_and_the_copy_runs_by_its_own_dates, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(an_instructor_has_so_many_drafts_and_no_more, setup, teardown),
      cmocka_unit_test_setup_teardown(a_copy_can_be_copied, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
