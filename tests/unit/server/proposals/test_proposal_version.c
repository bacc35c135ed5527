// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/proposal_helpers.h"

#include "server/proposals/proposal_version.h"

static int setup(void **state) {
  struct class *class = calloc(1, sizeof *class);
  assert_non_null(class);
  *class = registered_class(INSIDE);
  *state = class;
  return 0;
}

static int teardown(void **state) {
  struct class *class = *state;
  end_class(class);
  free(class);
  return 0;
}

static int show_version(struct class *class, int64_t person, int64_t version, const char *more) {
  return fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions/%lld%s",
                      (long long)class->team, (long long)version, more);
}

static size_t version_count(struct class *class, int64_t person) {
  fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions?limit=200",
               (long long)class->team);
  fixture_expect(class->fixture, 200);
  return json_array_size(fixture_json(class->fixture, "versions"));
}

// The version's text of a field, "" when it is not there.
static const char *said(struct class *class, int64_t version, const char *field) {
  show_version(class, class->bob, version, "");
  fixture_expect(class->fixture, 200);
  int at = field_at(class->fixture, field);
  return at < 0 ? "" : fixture_text(class->fixture, arena_format(class->fixture->arena, "fields.%d.text", at));
}

struct fold_case {
  int64_t first_by_ann; // seconds after the first save: another one of Ann's
  bool is_folded;
  const char *why;
};

static void saves_of_one_person_within_ten_minutes_are_one_version(void **state) {
  (void)state;
  static const struct fold_case cases[] = {
      {0, true, "the same second"},
      {599, true, "a second before ten minutes"},
      {600, true, "at ten minutes"},
      {601, false, "a second after"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = class_of(sample_at(INSIDE));
    int64_t start = clock_now(&class.fixture->clock);
    saved(&class, class.ann, "title", "\"One\"");
    fixture_at_seconds(class.fixture, start + cases[i].first_by_ann);
    saved(&class, class.ann, "title", "\"Two\"");
    if (version_count(&class, class.ann) != (cases[i].is_folded ? 1u : 2u))
      fail_msg("%s", cases[i].why);
    assert_string_equal(said(&class, 1, "title"), cases[i].is_folded ? "Two" : "One");
    end_class(&class);
  }
}

static void a_version_spans_ten_minutes_from_its_first_save_however_often_one_saves(void **state) {
  struct class *class = *state;
  int64_t start = clock_now(&class->fixture->clock);
  for (int64_t minute = 0; minute <= 25; minute++) {
    fixture_at_seconds(class->fixture, start + minute * 60);
    saved(class, class->ann, "title", arena_format(class->fixture->arena, "\"Minute %lld\"", (long long)minute));
  }
  assert_int_equal(version_count(class, class->ann), 3); // from 0, 11 and 22
  assert_string_equal(said(class, 1, "title"), "Minute 10");
  assert_string_equal(fixture_text(class->fixture, "started_at"), "2023-09-05T14:00:00Z");
  assert_string_equal(fixture_text(class->fixture, "at"), "2023-09-05T14:10:00Z");
  assert_string_equal(said(class, 3, "title"), "Minute 25");
}

static void another_persons_save_in_between_begins_a_version(void **state) {
  struct class *class = *state;
  saved(class, class->ann, "title", "\"One\"");
  saved(class, class->bob, "title", "\"Two\"");
  saved(class, class->ann, "title", "\"Three\"");
  assert_int_equal(version_count(class, class->ann), 3);
  assert_string_equal(said(class, 2, "title"), "Two");
  assert_string_equal(fixture_text(class->fixture, "by_name"), "Bob Invented");
}

static void submissions_and_decisions_never_fold(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  fill_in(class); // Ann's, then Bob's part
  assert_int_equal(version_count(class, class->ann), 2);
  submit_proposal(class, class->bob, "");
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "version"), 3);
  decide(class, PROPOSAL_REQUEST_CHANGES);
  saved(class, class->bob, "title", "\"Revised\"");
  submit_proposal(class, class->bob, "");
  fixture_expect(fixture, 200);
  static const char *const kinds[] = {"submitted", "saved", "decided", "submitted", "saved", "saved"};
  assert_int_equal(version_count(class, class->staff), 6);
  for (int i = 0; i < 6; i++)
    assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "versions.%d.kind", i)), kinds[i]);
  assert_string_equal(fixture_text(fixture, "versions.0.state"), "resubmitted");
  assert_true(fixture_int(fixture, "versions.0.submission") > 0);
  assert_string_equal(said(class, 3, "title"), "Caches for small models");
  assert_string_equal(said(class, 4, "title"), "Caches for small models");
  assert_string_equal(said(class, 6, "title"), "Revised");
}

static void what_a_round_anew_begins_with_is_sealed_even_to_who_began_it(void **state) {
  struct class *class = *state;
  fill_in(class);
  submit_proposal(class, class->ann, "");
  decide(class, PROPOSAL_DECLINE);
  begin_anew(class, class->ann);
  fixture_expect(class->fixture, 201);
  saved(class, class->ann, "title", "\"Anew\"");
  assert_int_equal(version_count(class, class->ann), 6);
  assert_string_equal(said(class, 5, "title"), "Caches for small models");
  assert_string_equal(said(class, 6, "title"), "Anew");
  assert_string_equal(said(class, 6, "hypothesis"), "Caching halves *p99*.");
}

static void version_one_stays_readable_after_many_rounds(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "title", "\"The first words\"");
  int64_t start = clock_now(&fixture->clock);
  for (int i = 1; i <= 60; i++) {
    fixture_at_seconds(fixture, start + i * 601);
    saved(class, i % 2 == 0 ? class->ann : class->bob, i % 3 == 0 ? "title" : "hypothesis",
          arena_format(fixture->arena, "\"Text %d\"", i));
  }
  fill_in(class);
  submit_proposal(class, class->ann, "");
  fixture_expect(fixture, 200);
  assert_int_equal(ERR_OK, move_as(class, class->instructor, PROPOSAL_DECLINE, 0));
  begin_anew(class, class->ann);
  fixture_expect(fixture, 201);
  saved(class, class->bob, "title", "\"Anew\"");
  assert_string_equal(said(class, 1, "title"), "The first words");
  assert_string_equal(said(class, 1, "hypothesis"), "");
  assert_string_equal(said(class, 4, "title"), "Text 3");
  assert_string_equal(said(class, 4, "hypothesis"), "Text 2");
  // Pages of the list hang together, newest first, without a gap.
  int64_t expected = (int64_t)version_count(class, class->ann), after = 0;
  while (expected > 0) {
    fixture_call(fixture, class->ann, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions?limit=7&after=%lld",
                 (long long)class->team, (long long)after);
    fixture_expect(fixture, 200);
    size_t count = json_array_size(fixture_json(fixture, "versions"));
    for (size_t i = 0; i < count; i++)
      assert_int_equal(fixture_int(fixture, arena_format(fixture->arena, "versions.%zu.version", i)), expected--);
    after = fixture_int(fixture, "next");
    assert_true(count == 7 || after == -1);
  }
}

static void any_two_versions_are_compared_field_by_field(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "title", "\"Caches help\"");
  saved(class, class->ann, "topics", "[\"serving\"]");
  saved(class, class->ann, "hypothesis", "\"the same\"");
  saved(class, class->bob, "title", "\"Caches do not help\"");
  saved(class, class->bob, "topics", "[\"serving\",\"federated\"]");
  saved(class, class->bob, "parts", arena_format(fixture->arena, "{\"%lld\":\"All\"}", (long long)class->bob));
  show_version(class, class->ann, 2, "/changes?since=1");
  fixture_expect(fixture, 200);
  assert_int_equal(json_array_size(fixture_json(fixture, "fields")), 3);
  assert_string_equal(fixture_text(fixture, "fields.0.before"), "Caches help");
  assert_string_equal(fixture_text(fixture, "fields.0.after"), "Caches do not help");
  assert_string_equal(fixture_text(fixture, "fields.0.runs.0.kind"), "same");
  assert_string_equal(fixture_text(fixture, "fields.0.runs.1.kind"), "added");
  assert_string_equal(fixture_text(fixture, "fields.0.runs.1.text"), "do not ");
  assert_string_equal(fixture_text(fixture, "fields.1.field"), "topics");
  assert_string_equal(fixture_text(fixture, "fields.1.after"), "serving, federated");
  assert_int_equal(fixture_int(fixture, "fields.2.person"), class->bob);
  assert_true(json_is_null(fixture_json(fixture, "fields.2.before")));
  // The one before unless told, and in either direction.
  show_version(class, class->ann, 2, "/changes");
  assert_int_equal(fixture_int(fixture, "since"), 1);
  assert_int_equal(json_array_size(fixture_json(fixture, "fields")), 3);
  show_version(class, class->ann, 1, "/changes?since=2");
  assert_string_equal(fixture_text(fixture, "fields.0.runs.1.kind"), "removed");
  show_version(class, class->ann, 2, "/changes?since=2");
  assert_int_equal(json_array_size(fixture_json(fixture, "fields")), 0);
  show_version(class, class->ann, 1, "/changes");
  fixture_refused(fixture, 404, "not_found");
  show_version(class, class->ann, 2, "/changes?since=9");
  fixture_refused(fixture, 404, "not_found");
  show_version(class, class->ann, 9, "");
  fixture_refused(fixture, 404, "not_found");
}

static void a_decision_that_was_taken_back_is_in_no_version_that_the_team_sees(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  fill_in(class);
  submit_proposal(class, class->bob, "");
  decide(class, PROPOSAL_DECLINE);
  decide(class, PROPOSAL_TAKE_BACK);
  assert_int_equal(version_count(class, class->staff), 4);
  assert_string_equal(fixture_text(fixture, "versions.0.kind"), "taken back");
  assert_int_equal(version_count(class, class->ann), 3);
  show_version(class, class->ann, 4, "");
  fixture_refused(fixture, 404, "not_found");
  decide(class, PROPOSAL_APPROVE);
  assert_int_equal(version_count(class, class->ann), 4);
  show_version(class, class->ann, 5, "/changes"); // with the last that they see
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "since"), 3);
}

static void until_its_mail_leaves_the_team_neither_sees_a_decision_nor_acts_on_it(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t now = clock_now(&fixture->clock);
  fill_in(class);
  submit_proposal(class, class->bob, "");
  fixture_call(fixture, class->instructor, METHOD_POST, "{\"verdict\":\"decline\",\"comment\":\"Not this one.\"}",
               SAMPLE "/teams/%lld/proposal/decisions", (long long)class->team);
  fixture_expect(fixture, 201);
  show_proposal(class, class->staff);
  assert_string_equal(fixture_text(fixture, "state"), "not approved");
  show_proposal(class, class->ann);
  assert_string_equal(fixture_text(fixture, "state"), "submitted");
  assert_true(json_is_false(fixture_json(fixture, "can_begin_anew")));
  assert_int_equal(version_count(class, class->staff), 4);
  assert_int_equal(version_count(class, class->ann), 3);
  show_version(class, class->ann, 4, "");
  fixture_refused(fixture, 404, "not_found");
  begin_anew(class, class->ann);
  fixture_refused(fixture, 409, "conflict");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "submitted"));
  fixture_at_seconds(fixture, now + PROPOSAL_TAKE_BACK_SECONDS + 3);
  fixture_run_duties(fixture);
  assert_int_equal(version_count(class, class->ann), 4);
  begin_anew(class, class->ann);
  fixture_expect(fixture, 201);
}

static void versions_are_the_teams_and_the_staffs(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  static const char *const paths[] = {"", "/1", "/1/changes"};
  saved(class, class->ann, "title", "\"One\"");
  for (size_t i = 0; i < 3; i++) {
    fixture_call(fixture, class->cyd, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions%s",
                 (long long)class->team, paths[i]);
    fixture_refused(fixture, 403, "not_your_team");
  }
  show_version(class, class->staff, 1, "");
  fixture_expect(fixture, 200);
  fixture_call(fixture, class->staff, METHOD_GET, NULL, SAMPLE "/teams/999/proposal/versions/1");
  fixture_refused(fixture, 404, "not_found");
}

static void what_an_erased_person_is_called_goes_from_all_versions(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "title", "\"As Bob Invented says\"");
  saved(class, class->bob, "title", "\"As he says\"");
  fixture_at(fixture, "2024-09-05T14:00:00Z");
  fixture_drop(fixture, class->bob);
  fixture_at(fixture, "2024-09-09T14:00:00Z");
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)class->bob);
  fixture_expect(fixture, 200);
  assert_int_equal(count_rows(fixture, "select count(*) from proposal_version_values where instr(value, 'Bob') > 0"),
                   0);
  assert_int_equal(count_rows(fixture, "select count(*) from proposal_version_values"), 2);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(saves_of_one_person_within_ten_minutes_are_one_version),
      TEST(a_version_spans_ten_minutes_from_its_first_save_however_often_one_saves),
      TEST(another_persons_save_in_between_begins_a_version),
      TEST(submissions_and_decisions_never_fold),
      TEST(what_a_round_anew_begins_with_is_sealed_even_to_who_began_it),
      TEST(version_one_stays_readable_after_many_rounds),
      TEST(any_two_versions_are_compared_field_by_field),
      TEST(a_decision_that_was_taken_back_is_in_no_version_that_the_team_sees),
      TEST(until_its_mail_leaves_the_team_neither_sees_a_decision_nor_acts_on_it),
      TEST(versions_are_the_teams_and_the_staffs),
      TEST(what_an_erased_person_is_called_goes_from_all_versions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
