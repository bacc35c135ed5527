// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/proposal_helpers.h"

#define NONE PROPOSAL_STATES
#define D PROPOSAL_DRAFT
#define S PROPOSAL_SUBMITTED
#define C PROPOSAL_CHANGES_REQUESTED
#define R PROPOSAL_RESUBMITTED
#define A PROPOSAL_APPROVED
#define W PROPOSAL_APPROVED_WITH_CONDITIONS
#define N PROPOSAL_NOT_APPROVED

// Written out by hand from rules.md: save, submit, request changes, approve, with conditions, decline, take back,
// reopen.
static const enum proposal_state expected[PROPOSAL_STATES][PROPOSAL_ACTIONS] = {
    [D] = {D, S, NONE, NONE, NONE, NONE, NONE, NONE}, [S] = {NONE, NONE, C, A, W, N, NONE, NONE},
    [C] = {C, R, NONE, NONE, NONE, NONE, S, C},       [R] = {NONE, NONE, C, A, W, N, NONE, NONE},
    [A] = {NONE, NONE, NONE, NONE, NONE, NONE, S, C}, [W] = {NONE, NONE, NONE, NONE, NONE, NONE, S, C},
    [N] = {NONE, NONE, NONE, NONE, NONE, NONE, S, C},
};

static void every_pair_of_state_and_action_is_as_the_rules_say(void **state) {
  (void)state;
  for (int from = 0; from < PROPOSAL_STATES; from++)
    for (int action = 0; action < PROPOSAL_ACTIONS; action++)
      if (proposal_next((enum proposal_state)from, (enum proposal_action)action) != expected[from][action])
        fail_msg("%s, action %d: %d, not %d", proposal_state_names[from], action,
                 proposal_next((enum proposal_state)from, (enum proposal_action)action), expected[from][action]);
}

static void set_state(struct class *class, enum proposal_state state) {
  assert_int_equal(ERR_OK,
                   db_exec(app_db(class->fixture->app),
                           "update proposals set state = $1, decided_at = case when $2 = 1 then $3 end, decided_from = "
                           "case when $2 = 1 then 'submitted' end where team_id = $4",
                           db_text(proposal_state_names[state]),
                           db_int(state == C || state == A || state == W || state == N),
                           db_int(clock_now(&class->fixture->clock)), db_int(class->team)));
}

enum doing { SAVING, SUBMITTING, BEGINNING_ANEW, DOINGS };

static int do_it(struct class *class, int64_t person, enum doing doing, int turn) {
  if (doing == SAVING)
    return save_as(class, person, "baseline", arena_format(class->fixture->arena, "\"Turn %d\"", turn), NULL);
  return doing == SUBMITTING ? submit_proposal(class, person, "") : begin_anew(class, person);
}

// Of each state, what the team may do in it; everything else is 409, and to everybody else 403.
static void what_the_table_does_not_have_is_409_for_members_and_403_for_everybody_else(void **state) {
  (void)state;
  static const bool may[PROPOSAL_STATES][DOINGS] = {
      [D] = {true, true, false}, [C] = {true, true, false}, [N] = {false, false, true}};
  static const char *const refused_as[] = {"not_your_team", "not_your_team", "not_your_team"};
  for (int at = 0; at < PROPOSAL_STATES; at++)
    for (int doing = 0; doing < DOINGS; doing++) {
      struct class class = registered_class(INSIDE);
      struct fixture *fixture = class.fixture;
      fill_in(&class);
      set_state(&class, (enum proposal_state)at);
      const char *before = fixture_dump(fixture);
      const int64_t others[] = {class.cyd, class.staff, class.instructor};
      for (size_t i = 0; i < 3; i++) {
        do_it(&class, others[i], (enum doing)doing, 1);
        fixture_refused(fixture, 403, refused_as[i]);
      }
      if (!may[at][doing]) {
        do_it(&class, class.ann, (enum doing)doing, 1);
        fixture_refused(fixture, 409, "conflict");
        do_it(&class, class.bob, (enum doing)doing, 1);
        fixture_refused(fixture, 409, "conflict");
        assert_string_equal(fixture_dump(fixture), before);
      } else {
        do_it(&class, class.bob, (enum doing)doing, 1);
        fixture_expect(fixture, doing == BEGINNING_ANEW ? 201 : 200);
      }
      end_class(&class);
    }
}

static void every_move_of_staff_that_the_table_lacks_is_a_conflict_and_changes_nothing(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  fill_in(&class);
  for (int at = 0; at < PROPOSAL_STATES; at++)
    for (int action = PROPOSAL_SUBMIT; action < PROPOSAL_ACTIONS; action++) {
      set_state(&class, (enum proposal_state)at);
      const char *before = fixture_dump(class.fixture);
      bool is_allowed = expected[at][action] != NONE;
      if (is_allowed && action == PROPOSAL_TAKE_BACK)
        continue; // needs the version of a decision; below
      assert_int_equal(move_as(&class, class.instructor, (enum proposal_action)action, 0),
                       is_allowed ? ERR_OK : ERR_CONFLICT);
      if (!is_allowed)
        assert_string_equal(fixture_dump(class.fixture), before);
    }
  end_class(&class);
}

static void a_decision_taken_back_leads_to_what_it_was_made_from(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  static const enum proposal_action decisions[] = {PROPOSAL_APPROVE, PROPOSAL_APPROVE_WITH_CONDITIONS, PROPOSAL_DECLINE,
                                                   PROPOSAL_REQUEST_CHANGES};
  for (size_t i = 0; i < 4; i++) {
    decide(&class, decisions[i]);
    decide(&class, PROPOSAL_TAKE_BACK);
    show_proposal(&class, class.staff);
    assert_string_equal(fixture_text(fixture, "state"), "submitted");
    assert_null(fixture_text(fixture, "decided_at"));
  }
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  decide(&class, PROPOSAL_APPROVE);
  decide(&class, PROPOSAL_TAKE_BACK);
  show_proposal(&class, class.staff);
  assert_string_equal(fixture_text(fixture, "state"), "resubmitted");
  // What was reopened is no decision any more.
  decide(&class, PROPOSAL_APPROVE);
  decide(&class, PROPOSAL_REOPEN);
  assert_int_equal(ERR_CONFLICT, move_as(&class, class.instructor, PROPOSAL_TAKE_BACK, 0));
  end_class(&class);
}

static void a_decision_is_not_taken_back_under_the_hands_of_a_team_that_revises(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  saved(&class, class.bob, "baseline", "\"None\"");
  assert_int_equal(ERR_CONFLICT, move_as(&class, class.instructor, PROPOSAL_TAKE_BACK, 0));
  end_class(&class);
}

static void a_window_counts_from_its_own_decision(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  show_proposal(&class, class.ann);
  assert_string_equal(fixture_text(fixture, "revise_until"), "2023-09-12T14:00:00Z");
  fixture_at(fixture, "2023-09-07T14:00:00Z");
  submit_proposal(&class, class.ann, "");
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  show_proposal(&class, class.ann);
  assert_string_equal(fixture_text(fixture, "revise_until"), "2023-09-14T14:00:00Z");
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_pair_of_state_and_action_is_as_the_rules_say),
      cmocka_unit_test(what_the_table_does_not_have_is_409_for_members_and_403_for_everybody_else),
      cmocka_unit_test(every_move_of_staff_that_the_table_lacks_is_a_conflict_and_changes_nothing),
      cmocka_unit_test(a_decision_taken_back_leads_to_what_it_was_made_from),
      cmocka_unit_test(a_decision_is_not_taken_back_under_the_hands_of_a_team_that_revises),
      cmocka_unit_test(a_window_counts_from_its_own_decision),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
