// SPDX-License-Identifier: AGPL-3.0-or-later
// What another course file does to rules that hold beside milestones: the windows and their timers, coverage, seats.
#include "tests/unit/server/milestones/syllabus_helpers.h"

#include "server/db/agenda.h"

#define TOLD "course changed"
// Of the house: 2023-01-20 23:59 and 2023-01-18 23:59 in New York.
#define REGISTRATION_CLOSES INT64_C(1674277140)
#define DECIDE_BY INT64_C(1674104340)
enum { DUTY = 2 }; // seconds after its instant at which a timer runs

static const char *team_state(struct house *house, int64_t by, int64_t team) {
  fixture_call(house->fixture, by, METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(house->fixture, 200);
  return arena_text(house->fixture->arena, fixture_text(house->fixture, "state"));
}

static void timers_follow_the_windows(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  assert_int_equal(REGISTRATION_CLOSES, agenda_at(fixture, AGENDA_REGISTRATION_CLOSES));
  assert_int_equal(DECIDE_BY, agenda_at(fixture, AGENDA_LAB_DECIDED));
  const char *later = edited(fixture, text, "closes: 2023-01-20 23:59", "closes: 2023-01-22 23:59");
  later = edited(fixture, later, "decide_by: 2023-01-18 23:59", "decide_by: 2023-01-17 23:59");
  put_file(fixture, house.instructor, "?dry_run=true", later, NULL);
  assert_int_equal(REGISTRATION_CLOSES, agenda_at(fixture, AGENDA_REGISTRATION_CLOSES));
  apply_file(fixture, house.instructor, later, true);
  assert_int_equal(REGISTRATION_CLOSES + 2 * DAY, agenda_at(fixture, AGENDA_REGISTRATION_CLOSES));
  assert_int_equal(DECIDE_BY - DAY, agenda_at(fixture, AGENDA_LAB_DECIDED));
  // Both run and are off the agenda; moved within what has passed they do not come again.
  house_at(&house, REGISTRATION_CLOSES + 3 * DAY);
  assert_int_equal(2, fixture_run_duties(fixture));
  apply_file(fixture, house.instructor, text, true);
  assert_int_equal(0, agenda_at(fixture, AGENDA_REGISTRATION_CLOSES));
  assert_int_equal(0, agenda_at(fixture, AGENDA_LAB_DECIDED));
  // Moved to later they do.
  later = edited(fixture, text, "closes: 2023-01-20 23:59", "closes: 2023-01-30 23:59");
  apply_file(fixture, house.instructor, later, true);
  assert_int_equal(REGISTRATION_CLOSES + 10 * DAY, agenda_at(fixture, AGENDA_REGISTRATION_CLOSES));
  house_free(&house);
}

static void a_window_opened_again_keeps_the_registered_and_lets_the_others_form(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  int64_t hal = fixture_student(fixture, "Hal Uo"), ida = fixture_student(fixture, "Ida Vu");
  int64_t alone = found_team(fixture, hal, "Loners");
  house_at(&house, REGISTRATION_CLOSES + DUTY + 1);
  fixture_run_duties(fixture);
  assert_string_equal("incomplete", team_state(&house, hal, alone));
  const char *text = stored_file(fixture, house.instructor);
  text = edited(fixture, text, "closes: 2023-01-20 23:59", "closes: 2023-01-27 23:59");
  apply_file(fixture, house.instructor, text, true);
  assert_true(says(fixture, "Team registration is open again"));
  assert_string_equal("forming", team_state(&house, hal, alone));
  assert_string_equal("registered", team_state(&house, house.ann, house.team));
  assert_int_equal(1, fixture_messages(fixture, hal, TOLD));
  assert_int_equal(1, fixture_messages(fixture, house.gus, TOLD));
  assert_int_equal(0, fixture_messages(fixture, house.ann, TOLD)); // registered: nothing is open for them
  assert_int_equal(0, fixture_messages(fixture, house.fay, TOLD)); // seated
  accept(fixture, ida, invite(fixture, hal, alone, ida));
  fixture_expect(fixture, 200);
  house_at(&house, REGISTRATION_CLOSES + 7 * DAY + DUTY + 1);
  fixture_run_duties(fixture);
  assert_string_equal("registered", team_state(&house, hal, alone)); // by the new close
  fixture_check(fixture);
  house_free(&house);
}

static void invitations_do_not_outlast_a_close_that_moves_earlier(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  int64_t hal = fixture_student(fixture, "Hal Uo");
  house_at(&house, REGISTRATION_CLOSES - 3 * DAY);
  int64_t alone = found_team(fixture, hal, "Loners"), invitation = invite(fixture, hal, alone, house.gus);
  const char *text = stored_file(fixture, house.instructor);
  apply_file(fixture, house.instructor, edited(fixture, text, "closes: 2023-01-20 23:59", "closes: 2023-01-18 23:59"),
             true);
  assert_int_equal(DECIDE_BY, rows_of(&house, "select expires_at from invitations where id = $1", invitation));
  assert_int_equal(
      DECIDE_BY + 1,
      rows_of(&house, "select at from agenda where kind = 'invitation lapses' and subject_id = $1", invitation));
  house_at(&house, DECIDE_BY + DUTY + 2);
  fixture_run_duties(fixture);
  assert_int_equal(1,
                   rows_of(&house, "select count(*) from invitations where id = $1 and state = 'lapsed'", invitation));
  house_free(&house);
}

// Stated are three days.
static void invitations_get_their_stated_time_when_the_close_moves_later(void **state) {
  (void)state;
  static const struct {
    const char *closes;
    int64_t expires;
    const char *why;
  } cases[] = {
      {"2023-01-21 12:00", REGISTRATION_CLOSES + DAY / 2 + 60, "the new close cuts it short too"},
      {"2023-01-27 23:59", REGISTRATION_CLOSES + 2 * DAY, "all of it"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct house house = house_new(&commented);
    struct fixture *fixture = house.fixture;
    int64_t hal = fixture_student(fixture, "Hal Uo"), ida = fixture_student(fixture, "Ida Vu");
    house_at(&house, REGISTRATION_CLOSES - 3 * DAY);
    int64_t alone = found_team(fixture, hal, "Loners"), whole = invite(fixture, hal, alone, house.gus);
    house_at(&house, REGISTRATION_CLOSES - DAY);
    int64_t cut = invite(fixture, hal, alone, ida);
    assert_int_equal(REGISTRATION_CLOSES, rows_of(&house, "select expires_at from invitations where id = $1", cut));
    const char *text = stored_file(fixture, house.instructor);
    const char *closes = arena_format(fixture->arena, "closes: %s", cases[i].closes);
    apply_file(fixture, house.instructor, edited(fixture, text, "closes: 2023-01-20 23:59", closes), true);
    if (rows_of(&house, "select expires_at from invitations where id = $1", cut) != cases[i].expires)
      fail_msg("%s", cases[i].why);
    assert_int_equal(
        cases[i].expires + 1,
        rows_of(&house, "select at from agenda where kind = 'invitation lapses' and subject_id = $1", cut));
    assert_int_equal(REGISTRATION_CLOSES, rows_of(&house, "select expires_at from invitations where id = $1", whole));
    house_free(&house);
  }
}

static void more_seats_are_offered_to_the_first_in_line(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *first = stored_file(fixture, house.instructor);
  apply_file(fixture, house.instructor, edited(fixture, first, "capacity: 20", "capacity: 1"), false);
  int64_t line[3];
  for (int i = 0; i < 3; i++) {
    line[i] = fixture_student(fixture, arena_format(fixture->arena, "Line %d", i + 1));
    take_seat(fixture, line[i]);
  }
  const char *three = edited(fixture, first, "capacity: 20", "capacity: 3");
  const char *before = fixture_dump(fixture);
  put_file(fixture, house.instructor, "?dry_run=true", three, NULL);
  assert_string_equal("2 seats are offered to the first in line.", fixture_text(fixture, "notes.0"));
  assert_string_equal(before, fixture_dump(fixture));
  apply_file(fixture, house.instructor, three, false);
  static const char *const states[] = {"offered", "offered", "waiting"};
  for (int i = 0; i < 3; i++) {
    fixture_call(fixture, line[i], METHOD_GET, NULL, SAMPLE "/labs");
    assert_string_equal(states[i], fixture_text(fixture, "you.state"));
    // Each one message: of the offer, or of the seats that there are now.
    assert_int_equal(i == 2, fixture_messages(fixture, line[i], TOLD));
    assert_int_equal(1, fixture_messages(fixture, line[i], ""));
  }
  fixture_check(fixture);
  // After decide-by nothing is offered by itself.
  house_at(&house, DECIDE_BY + 1);
  apply_file(fixture, house.instructor, first, true);
  assert_int_equal(0, size_of(fixture, "notes"));
  house_free(&house);
}

static void a_line_that_ended_begins_anew_when_the_day_of_decision_moves(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *first = stored_file(fixture, house.instructor);
  const char *one = edited(fixture, first, "capacity: 20", "capacity: 1");
  apply_file(fixture, house.instructor, one, false);
  take_seat(fixture, house.gus);
  house_at(&house, DECIDE_BY + DUTY + 1);
  fixture_run_duties(fixture);
  one = edited(fixture, one, "decide_by: 2023-01-18", "decide_by: 2023-01-28");
  apply_file(fixture, house.instructor, one, false);
  assert_string_equal("Lab seats can be asked for again: the line that had ended begins anew.",
                      fixture_text(fixture, "notes.0"));
  assert_int_equal(DECIDE_BY + 10 * DAY, agenda_at(fixture, AGENDA_LAB_DECIDED));
  assert_non_null(strstr(fixture_last_words(fixture, house.gus), "ends Sat 28 Jan 2023 23:59 EST"));
  take_seat(fixture, house.gus);
  assert_string_equal("waiting", fixture_text(fixture, "you.state"));
  house_free(&house);
}

static void another_coverage_rule_marks_teams_and_refuses_nothing(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *rule = "require: [ { skill: ml, level: project } ]";
  const char *text = stored_file(fixture, house.instructor);
  fixture_card(fixture, house.eve, "project", "project", false); // the Schedulers have two at ML
  apply_file(fixture, house.instructor,
             edited(fixture, text, rule, "require: [ { skill: ml, level: project, members: 2 } ]"), false);
  assert_string_equal(
      "2 registered teams do not cover the skills any more: each stays registered, and has a dated task.",
      fixture_text(fixture, "notes.0"));
  assert_int_equal(1, fixture_messages(fixture, house.ann, TOLD));
  assert_int_equal(0, fixture_messages(fixture, house.ann, "coverage gap"));
  assert_non_null(
      strstr(fixture_last_words(fixture, house.ann), "Your team does not cover all skills by the new rule"));
  assert_true(team_column(fixture, house.team, "gap_since") > 0);
  assert_string_equal("registered", team_state(&house, house.ann, house.team));
  apply_file(fixture, house.instructor, text, false);
  assert_int_equal(0, team_column(fixture, house.team, "gap_since"));
  house_free(&house);
}

static void a_smaller_size_leaves_larger_teams_and_says_so(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  apply_file(fixture, house.instructor, edited(fixture, text, "max: 4 }", "max: 2 }"), false);
  assert_string_equal("1 team has more than 2 members: who is in one stays.", fixture_text(fixture, "notes.0"));
  fixture_call(fixture, house.ann, METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)house.team);
  assert_int_equal(3, size_of(fixture, "members"));
  house_free(&house);
}

static void the_info_cards_due_concerns_who_has_none(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  apply_file(fixture, house.instructor, edited(fixture, text, "due: 2023-01-20 23:59", "due: 2023-01-27 23:59"), false);
  assert_int_equal(1, fixture_messages(fixture, house.gus, TOLD));
  assert_int_equal(0, fixture_messages(fixture, house.ann, TOLD));
  house_at(&house, REGISTRATION_CLOSES + 30 * DAY); // over by both
  apply_file(fixture, house.instructor, text, true);
  assert_int_equal(0, fixture_int(fixture, "told"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(timers_follow_the_windows),
      cmocka_unit_test(a_window_opened_again_keeps_the_registered_and_lets_the_others_form),
      cmocka_unit_test(invitations_do_not_outlast_a_close_that_moves_earlier),
      cmocka_unit_test(invitations_get_their_stated_time_when_the_close_moves_later),
      cmocka_unit_test(more_seats_are_offered_to_the_first_in_line),
      cmocka_unit_test(a_line_that_ended_begins_anew_when_the_day_of_decision_moves),
      cmocka_unit_test(another_coverage_rule_marks_teams_and_refuses_nothing),
      cmocka_unit_test(a_smaller_size_leaves_larger_teams_and_says_so),
      cmocka_unit_test(the_info_cards_due_concerns_who_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
