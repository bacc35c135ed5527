// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/review_helpers.h"

enum { ROLES = 5, STEPS = 8 };
struct step {
  const char *what;
  enum proposal_action action;
  bool is_staffs; // any staff may; else who decides
};
static const struct step steps[STEPS] = {
    {APPROVE, PROPOSAL_APPROVE, false},         {CONDITIONS, PROPOSAL_APPROVE_WITH_CONDITIONS, false},
    {CHANGES, PROPOSAL_REQUEST_CHANGES, false}, {DECLINE_PROPOSAL, PROPOSAL_DECLINE, false},
    {RECOMMEND, PROPOSAL_APPROVE, true},        {"reopen", PROPOSAL_REOPEN, true},
    {"take back", PROPOSAL_TAKE_BACK, false},   {"answer", PROPOSAL_SAVE, false},
};

// Leaves the decision that led there, 0 when none did, and the first change that it asked for.
static struct class class_in(enum proposal_state state, int64_t *decision, int64_t *change) {
  struct class class = state == PROPOSAL_DRAFT ? registered_class(INSIDE) : submitted_class();
  *decision = *change = 0;
  if (state == PROPOSAL_DRAFT)
    fill_in(&class);
  if (state == PROPOSAL_CHANGES_REQUESTED || state == PROPOSAL_RESUBMITTED) {
    *decision = judged(&class, class.instructor, CHANGES);
    told(&class);
    show_of(&class, class.ann, "/changes");
    *change = fixture_int(class.fixture, "changes.0.id");
  }
  if (state == PROPOSAL_RESUBMITTED) {
    answer_all(&class);
    submit_proposal(&class, class.bob, "");
    fixture_expect(class.fixture, 200);
  }
  if (state == PROPOSAL_APPROVED || state == PROPOSAL_APPROVED_WITH_CONDITIONS || state == PROPOSAL_NOT_APPROVED) {
    *decision = judged(&class, class.instructor,
                       state == PROPOSAL_APPROVED       ? APPROVE
                       : state == PROPOSAL_NOT_APPROVED ? DECLINE_PROPOSAL
                                                        : CONDITIONS);
    told(&class);
  }
  assert_string_equal(proposal_state_names[state], stands(&class, class.staff));
  return class;
}

static void attempt(struct class *class, int64_t person, const struct step *step, int64_t decision, int64_t change) {
  if (step->action == PROPOSAL_REOPEN)
    reopen(class, person, REASON);
  else if (step->action == PROPOSAL_TAKE_BACK)
    take_back(class, person, decision);
  else if (step->action == PROPOSAL_SAVE)
    answer_change(class, person, change);
  else
    judge(class, person, step->what);
}

// 0: it succeeds.
static int refusal_of(enum proposal_state state, const struct step *step, int role) {
  bool is_staff = role >= 2, is_decider = role >= 3;
  if (step->action == PROPOSAL_SAVE) // only members answer what is requested
    return role != 0 ? 403 : state == PROPOSAL_CHANGES_REQUESTED ? 0 : state == PROPOSAL_RESUBMITTED ? 409 : 404;
  if (!is_staff || (!step->is_staffs && !is_decider))
    return 403;
  bool is_final =
      state == PROPOSAL_APPROVED || state == PROPOSAL_APPROVED_WITH_CONDITIONS || state == PROPOSAL_NOT_APPROVED;
  if (step->action == PROPOSAL_REOPEN && is_final && !is_decider)
    return 403;
  if (step->action == PROPOSAL_TAKE_BACK) // all of them were told
    return state == PROPOSAL_DRAFT || state == PROPOSAL_SUBMITTED ? 404 : 409;
  return proposal_next(state, step->action) == PROPOSAL_STATES ? 409 : 0;
}

static void every_pair_of_state_and_act_for_every_role_is_as_the_table_says(void **state) {
  (void)state;
  for (enum proposal_state from = PROPOSAL_DRAFT; from < PROPOSAL_STATES; from++) {
    int64_t decision = 0, change = 0;
    struct class class = class_in(from, &decision, &change);
    for (size_t i = 0; i < STEPS; i++)
      for (int role = 0; role < ROLES; role++) {
        const int64_t people[ROLES] = {class.ann, class.cyd, class.staff, class.instructor, -1};
        int expected = refusal_of(from, &steps[i], role);
        const char *before = fixture_dump(class.fixture);
        attempt(&class, people[role], &steps[i], decision == 0 ? 4711 : decision, change == 0 ? 4711 : change);
        int status = class.fixture->answer.status;
        if (expected == 0 ? status >= 300 : status != expected)
          fail_msg("%s, %s, role %d: %d, not %d: %s", proposal_state_names[from], steps[i].what, role, status, expected,
                   class.fixture->answer.body);
        if (expected != 0) {
          assert_string_equal(before, fixture_dump(class.fixture));
          continue;
        }
        end_class(&class);
        class = class_in(from, &decision, &change);
      }
    end_class(&class);
  }
}

static void a_decision_can_be_taken_back_for_ten_minutes_to_the_second(void **state) {
  (void)state;
  static const struct {
    int64_t after;
    int status;
    const char *why;
  } cases[] = {{PROPOSAL_TAKE_BACK_SECONDS - 1, 204, "the second before"},
               {PROPOSAL_TAKE_BACK_SECONDS, 204, "the last second"},
               {PROPOSAL_TAKE_BACK_SECONDS + 1, 409, "the second after, although no mail has left yet"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = submitted_class();
    struct fixture *fixture = class.fixture;
    int64_t decision = judged(&class, class.instructor, DECLINE_PROPOSAL);
    fixture_at_seconds(fixture, SUBMITTED_AT + cases[i].after);
    fixture_run_duties(fixture);
    if (take_back(&class, class.instructor, decision) != cases[i].status)
      fail_msg("%s: %d", cases[i].why, fixture->answer.status);
    bool is_back = cases[i].status == 204;
    if (!is_back)
      fixture_refused(fixture, 409, "deadline_passed");
    told(&class);
    assert_int_equal(is_back ? 0 : 1, fixture_messages(fixture, class.bob, "proposal decided"));
    assert_string_equal(is_back ? "submitted" : "not approved", stands(&class, class.ann));
    end_class(&class);
  }
}

static void the_team_sees_nothing_of_a_decision_before_its_mail_leaves(void **state) {
  (void)state;
  static const char *const verdicts[] = {APPROVE, CONDITIONS, CHANGES, DECLINE_PROPOSAL};
  for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
    struct class class = submitted_class();
    struct fixture *fixture = class.fixture;
    const char *before = seen_by(&class, class.ann);
    judged(&class, class.staff, RECOMMEND);
    int64_t decision = judged(&class, class.instructor, verdicts[i]);
    assert_string_equal(before, seen_by(&class, class.ann));
    submit_proposal(&class, class.ann, "");
    fixture_refused(fixture, 409, "conflict");
    fixture_call(fixture, class.ann, METHOD_PUT, NULL, SAMPLE "/teams/%lld/proposal/decisions/%lld/reading",
                 (long long)class.team, (long long)decision);
    fixture_refused(fixture, 404, "not_found");
    take_back(&class, class.instructor, decision);
    fixture_expect(fixture, 204);
    assert_int_equal(0, count_rows(fixture, "select count(*) from agenda where kind = 'decision told'"));
    assert_string_equal(before, seen_by(&class, class.ann));
    told(&class);
    assert_int_equal(0, fixture_messages(fixture, class.ann, "proposal decided"));
    take_back(&class, class.instructor, decision);
    fixture_refused(fixture, 409, "conflict");
    // What was taken back can be decided otherwise, and that is told.
    judged(&class, class.instructor, APPROVE);
    told(&class);
    assert_int_equal(1, fixture_messages(fixture, class.ann, "proposal decided"));
    fixture_run_duties(fixture);
    assert_int_equal(1, fixture_messages(fixture, class.ann, "proposal decided"));
    assert_string_equal("approved", stands(&class, class.ann));
    end_class(&class);
  }
}

static void of_two_who_decide_at_once_the_second_is_refused(void **state) {
  (void)state;
  struct class class = submitted_class();
  int64_t eve = fixture_person(class.fixture, "Eve Invented", ROLE_INSTRUCTOR);
  judged(&class, class.instructor, APPROVE);
  const char *before = fixture_dump(class.fixture);
  judge(&class, eve, DECLINE_PROPOSAL);
  fixture_refused(class.fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(class.fixture));
  end_class(&class);
}

static void who_has_left_the_course_is_told_nothing(void **state) {
  (void)state;
  struct class class = submitted_class();
  judged(&class, class.instructor, APPROVE);
  fixture_drop(class.fixture, class.bob); // their place is held
  told(&class);
  assert_int_equal(1, fixture_messages(class.fixture, class.ann, "proposal decided"));
  assert_int_equal(0, fixture_messages(class.fixture, class.bob, "proposal decided"));
  end_class(&class);
}

static void who_read_another_submission_decides_nothing(void **state) {
  (void)state;
  struct class class = submitted_class();
  judge(&class, class.instructor, "{\"verdict\":\"approve\",\"submitted_at\":\"2023-09-14T13:59:59Z\"}");
  fixture_refused(class.fixture, 412, "version_conflict");
  judge(&class, class.instructor, "{\"verdict\":\"approve\",\"submitted_at\":\"2023-09-14T14:00:00Z\"}");
  fixture_expect(class.fixture, 201);
  end_class(&class);
}

static void a_verdict_wants_what_belongs_to_it(void **state) {
  (void)state;
  static const struct {
    const char *body;
    const char *field;
    const char *why;
  } cases[] = {
      {"{\"verdict\":\"request changes\"}", "changes", "nothing to change"},
      {"{\"verdict\":\"recommend request changes\"}", "changes", "nor to recommend"},
      {"{\"verdict\":\"approve\",\"changes\":[{\"text\":\"x\"}]}", "changes", "approved, and yet changes"},
      {"{\"verdict\":\"request changes\",\"changes\":[{\"field\":\"nope\",\"text\":\"x\"}]}", "changes[0].field",
       "no such field"},
      {"{\"verdict\":\"request changes\",\"changes\":[{\"text\":\"  \\n \"}]}", "changes[0].text", "blank"},
      {"{\"verdict\":\"decline\"}", "comment", "no reason"},
      {"{\"verdict\":\"approve with conditions\"}", "comment", "no conditions"},
      {"{\"verdict\":\"approve\",\"propose_anew_by\":\"2023-10-01T00:00:00Z\"}", "propose_anew_by", "of a decline"},
      {"{\"verdict\":\"decline\",\"comment\":\"No.\",\"propose_anew_by\":\"2023-09-14T14:00:00Z\"}", "propose_anew_by",
       "now is not the future"},
  };
  struct class class = submitted_class();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    judge(&class, class.instructor, cases[i].body);
    fixture_refused(class.fixture, 422, "invalid_fields");
    const char *field = fixture_text(class.fixture, "errors.0.field");
    if (strcmp(field, cases[i].field) != 0)
      fail_msg("%s: %s", cases[i].why, field);
  }
  judge(&class, class.instructor, AS_RECOMMENDED);
  fixture_refused(class.fixture, 409, "conflict");
  end_class(&class);
}

static void what_staff_recommended_is_confirmed_for_several_teams_or_for_none(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t other = another_submitted(&class, "Others", SUBMITTED_AT - 60);
  struct class second = class;
  second.team = other;
  const char *body = arena_format(fixture->arena, "{\"teams\":[%lld,%lld],\"verdict\":\"as recommended\"}",
                                  (long long)class.team, (long long)other);
  judged(&class, class.staff,
         "{\"verdict\":\"recommend request changes\",\"comment\":\"Nearly.\",\"changes\":[{\"text\":\"Name a "
         "threshold.\"}]}");
  fixture_call(fixture, class.staff, METHOD_POST, body, SAMPLE "/proposal-decisions");
  fixture_refused(fixture, 403, "not_allowed");
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, class.instructor, METHOD_POST, body, SAMPLE "/proposal-decisions");
  fixture_refused(fixture, 409, "conflict"); // nothing is recommended for the others
  assert_non_null(strstr(fixture_text(fixture, "detail"), "Nothing was decided"));
  assert_string_equal(before, fixture_dump(fixture));
  judged(&second, class.staff, RECOMMEND);
  fixture_call(fixture, class.instructor, METHOD_POST, body, SAMPLE "/proposal-decisions");
  fixture_expect(fixture, 201);
  assert_string_equal("request changes", fixture_text(fixture, "decisions.0.verdict"));
  assert_string_equal("Nearly.", fixture_text(fixture, "decisions.0.comment"));
  assert_string_equal("Name a threshold.", fixture_text(fixture, "decisions.0.changes.0.text"));
  assert_string_equal("approve", fixture_text(fixture, "decisions.1.verdict"));
  told(&class);
  assert_string_equal("changes requested", stands(&class, class.ann));
  show_of(&class, class.ann, "/decisions");
  assert_int_equal(1, json_array_size(fixture_json(fixture, "decisions"))); // no recommendation
  fixture_call(fixture, class.instructor, METHOD_POST,
               arena_format(fixture->arena, "{\"teams\":[%lld,%lld],\"verdict\":\"approve\"}", (long long)other,
                            (long long)other),
               SAMPLE "/proposal-decisions");
  fixture_refused(fixture, 422, "invalid_fields");
  end_class(&class);
}

static void a_recommendation_is_on_one_submission(void **state) {
  (void)state;
  struct class class = submitted_class();
  judged(&class, class.staff, RECOMMEND);
  judged(&class, class.instructor, CHANGES);
  told(&class);
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  judge(&class, class.instructor, AS_RECOMMENDED);
  fixture_refused(class.fixture, 409, "conflict");
  end_class(&class);
}

static void what_is_submitted_inside_the_revision_window_is_never_late(void **state) {
  (void)state;
  static const struct {
    int64_t after;
    bool is_on_time;
    const char *why;
  } cases[] = {{-1, true, "the second before it ends"}, {0, true, "its last second"}, {1, false, "the second after"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = submitted_class();
    struct fixture *fixture = class.fixture;
    fixture_at_seconds(fixture, PROPOSAL_DUE);
    judged(&class, class.instructor, CHANGES);
    assert_string_equal("2023-09-30T03:59:00Z", fixture_text(fixture, "revise_until"));
    told(&class);
    answer_all(&class);
    fixture_at_seconds(fixture, PROPOSAL_DUE + 7 * DAY + cases[i].after);
    submit_proposal(&class, class.ann, "");
    fixture_expect(fixture, 200);
    int64_t on_time = 0;
    assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &on_time,
                                        "select is_on_time from submissions order by id desc limit 1"));
    if ((on_time != 0) != cases[i].is_on_time)
      fail_msg("%s", cases[i].why);
    end_class(&class);
  }
}

static void every_requested_change_is_answered_before_it_is_submitted_again(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  judged(&class, class.instructor, CHANGES);
  told(&class);
  assert_non_null(strstr(fixture_last_words(fixture, class.ann), "1. Falsifiable hypothesis: Name a threshold."));
  show_of(&class, class.bob, "/changes");
  int64_t first = fixture_int(fixture, "changes.0.id"), second = fixture_int(fixture, "changes.1.id");
  assert_string_equal("hypothesis", fixture_text(fixture, "changes.0.field"));
  assert_string_equal("open", fixture_text(fixture, "changes.0.state"));
  assert_null(fixture_json(fixture, "changes.0.told"));
  fixture_call(fixture, class.staff, METHOD_PUT, "{\"accepted\":true}",
               SAMPLE "/teams/%lld/proposal/changes/%lld/acceptance", (long long)class.team, (long long)first);
  fixture_refused(fixture, 409, "conflict"); // nothing to accept yet
  answer_change(&class, class.bob, first);
  fixture_expect(fixture, 200);
  assert_string_equal("answered", fixture_text(fixture, "state"));
  assert_string_equal("Bob Invented", fixture_text(fixture, "answered_by_name"));
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 409);
  assert_non_null(strstr(fixture->answer.body, "Say who runs it."));
  assert_null(strstr(fixture->answer.body, "Name a threshold."));
  fixture_call(fixture, class.staff, METHOD_PUT, "{\"accepted\":true}",
               SAMPLE "/teams/%lld/proposal/changes/%lld/acceptance", (long long)class.team, (long long)first);
  fixture_expect(fixture, 200);
  assert_string_equal("accepted", fixture_text(fixture, "state"));
  answer_change(&class, class.ann, first);
  fixture_refused(fixture, 409, "already_answered");
  answer_change(&class, class.ann, second);
  fixture_expect(fixture, 200);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  assert_int_equal(1, fixture_messages(fixture, class.staff, "proposal resubmitted"));
  // An approval accepts the rest, once it is told.
  judged(&class, class.instructor, APPROVE);
  show_of(&class, class.staff, "/changes");
  assert_string_equal("answered", fixture_text(fixture, "changes.1.state"));
  told(&class);
  show_of(&class, class.ann, "/changes");
  assert_string_equal("accepted", fixture_text(fixture, "changes.1.state"));
  end_class(&class);
}

static void changes_of_a_decision_that_was_taken_back_are_never_asked_for(void **state) {
  (void)state;
  struct class class = submitted_class();
  take_back(&class, class.instructor, judged(&class, class.instructor, CHANGES));
  judged(&class, class.instructor, "{\"verdict\":\"request changes\",\"changes\":[{\"text\":\"Only this.\"}]}");
  told(&class);
  show_of(&class, class.ann, "/changes");
  assert_int_equal(1, json_array_size(fixture_json(class.fixture, "changes")));
  assert_string_equal("Only this.", fixture_text(class.fixture, "changes.0.text"));
  show_of(&class, class.staff, "/changes");
  assert_int_equal(1, json_array_size(fixture_json(class.fixture, "changes")));
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  end_class(&class);
}

static void a_proposal_is_accepted_by_deciding_on_it_and_in_no_other_way(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t submission = count_rows(fixture, "select max(id) from submissions");
  const int64_t staff[] = {class.staff, class.instructor};
  for (int is_told = 0; is_told < 2; is_told++) {
    const char *before = fixture_dump(fixture);
    for (size_t i = 0; i < 4; i++) {
      fixture_call(fixture, staff[i / 2], i % 2 == 0 ? METHOD_PUT : METHOD_DELETE, NULL,
                   SAMPLE "/milestones/proposal/submissions/%lld/acceptance", (long long)submission);
      fixture_refused(fixture, 409, "conflict");
    }
    assert_string_equal(before, fixture_dump(fixture));
    if (is_told == 0) {
      judged(&class, class.instructor, APPROVE);
      told(&class);
    }
  }
  end_class(&class);
}

static void an_approval_accepts_the_work_when_it_is_told_and_reopening_takes_that_back(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  static const char accepted[] = "select count(*) from submissions where accepted_at is not null";
  judged(&class, class.instructor, CONDITIONS);
  reopen(&class, class.staff, REASON);
  fixture_refused(fixture, 403, "not_allowed"); // it is not theirs to undo
  reopen(&class, class.instructor, REASON);
  fixture_refused(fixture, 409, "conflict"); // it can still be taken back
  assert_int_equal(0, count_rows(fixture, accepted));
  told(&class);
  assert_int_equal(1, count_rows(fixture, accepted));
  assert_non_null(strstr(seen_by(&class, class.bob), "Drop the second metric."));
  reopen(&class, class.instructor,
         "{\"reason\":\"The data set is gone.\",\"changes\":[{\"text\":\"Name another one.\"}]}");
  fixture_expect(fixture, 201);
  assert_true(json_is_null(fixture_json(fixture, "verdict")));
  assert_int_equal(0, count_rows(fixture, accepted));
  assert_int_equal(1, fixture_messages(fixture, class.bob, "proposal reopened"));
  assert_int_equal(0, fixture_messages(fixture, class.bob, "work accepted")); // the decision and the reopening say it
  assert_int_equal(0, fixture_messages(fixture, class.bob, "acceptance taken back"));
  assert_string_equal("changes requested", stands(&class, class.bob));
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 409);
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  end_class(&class);
}

static void whoever_may_not_judge_a_team_does_not(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t decision = judged(&class, class.instructor, CHANGES);
  fixture_call(fixture, class.instructor, METHOD_PUT,
               arena_format(fixture->arena, "{\"teams\":[%lld]}", (long long)class.team), SAMPLE "/conflicts");
  fixture_expect(fixture, 200);
  const char *before = fixture_dump(fixture);
  take_back(&class, class.instructor, decision);
  fixture_refused(fixture, 403, "not_allowed");
  judge(&class, class.instructor, APPROVE);
  fixture_refused(fixture, 403, "not_allowed");
  judge(&class, class.instructor, RECOMMEND);
  fixture_refused(fixture, 403, "not_allowed");
  reopen(&class, class.instructor, REASON);
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(fixture));
  told(&class);
  answer_all(&class);
  show_of(&class, class.staff, "/changes");
  fixture_call(fixture, class.instructor, METHOD_PUT, "{\"accepted\":true}",
               SAMPLE "/teams/%lld/proposal/changes/%lld/acceptance", (long long)class.team,
               (long long)fixture_int(fixture, "changes.0.id"));
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, class.instructor, METHOD_PUT, "{\"teams\":[]}", SAMPLE "/conflicts");
  fixture_expect(fixture, 200);
  submit_proposal(&class, class.ann, "");
  judged(&class, class.instructor, APPROVE);
  end_class(&class);
}

static void staff_decide_where_the_course_file_says_so(void **state) {
  (void)state;
  struct class class = judged_class(sample_with("decide: instructor", "decide: staff", INSIDE));
  int64_t decision = judged(&class, class.staff, APPROVE);
  take_back(&class, class.staff, decision);
  fixture_expect(class.fixture, 204);
  judge(&class, class.ann, APPROVE);
  fixture_refused(class.fixture, 403, "not_allowed");
  end_class(&class);
}

static void who_stands_in_for_an_instructor_decides_until_they_are_back(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  fixture_call(
      fixture, class.instructor, METHOD_PUT,
      arena_format(fixture->arena, "{\"person\":%lld,\"until\":\"2023-09-14T15:00:00Z\"}", (long long)class.staff),
      SAMPLE "/substitute");
  fixture_expect(fixture, 200);
  fixture_at_seconds(fixture, SUBMITTED_AT + 3601);
  judge(&class, class.staff, APPROVE);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_at_seconds(fixture, SUBMITTED_AT + 3600);
  judged(&class, class.staff, APPROVE);
  end_class(&class);
}

static void a_decision_of_the_last_minutes_is_told_when_the_course_is_archived(void **state) {
  (void)state;
  struct class class = submitted_class();
  judged(&class, class.instructor, APPROVE);
  fixture_call(class.fixture, class.instructor, METHOD_PATCH, "{\"state\":\"archived\"}", SAMPLE);
  fixture_expect(class.fixture, 200);
  assert_string_equal("approved", stands(&class, class.ann));
  assert_int_equal(1, fixture_messages(class.fixture, class.ann, "proposal decided"));
  assert_int_equal(1, count_rows(class.fixture, "select count(*) from submissions where accepted_at is not null"));
  fixture_call(class.fixture, class.instructor, METHOD_PATCH, "{\"state\":\"running\"}", SAMPLE);
  told(&class);
  assert_int_equal(1, fixture_messages(class.fixture, class.ann, "proposal decided"));
  fixture_free(class.fixture);
}

static void a_decision_is_a_task_until_a_member_has_read_it(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t decision = judged(&class, class.instructor, CHANGES);
  assert_false(has_task(fixture, class.ann, "read the decision"));
  told(&class);
  assert_true(has_task(fixture, class.ann, "read the decision"));
  assert_string_equal("2023-09-21T14:00:00Z", task_text(fixture, class.ann, "revise the proposal", "due"));
  for (int i = 0; i < 2; i++) {
    fixture_call(fixture, class.ann, METHOD_PUT, NULL, SAMPLE "/teams/%lld/proposal/decisions/%lld/reading",
                 (long long)class.team, (long long)decision);
    fixture_expect(fixture, 204);
  }
  assert_false(has_task(fixture, class.ann, "read the decision"));
  assert_true(has_task(fixture, class.bob, "read the decision"));
  fixture_call(fixture, class.staff, METHOD_PUT, NULL, SAMPLE "/teams/%lld/proposal/decisions/%lld/reading",
               (long long)class.team, (long long)decision);
  fixture_refused(fixture, 403, "not_allowed");
  end_class(&class);
}

static void the_audit_holds_no_text_of_a_judgement(void **state) {
  (void)state;
  struct class class = submitted_class();
  judged(&class, class.staff, "{\"verdict\":\"recommend decline\",\"comment\":\"zqrecommended\"}");
  judged(&class, class.instructor,
         "{\"verdict\":\"request changes\",\"comment\":\"zqcomment\",\"changes\":[{\"text\":\"zqchange\"}]}");
  told(&class);
  answer_all(&class);
  reopen(&class, class.staff, "{\"reason\":\"zqreason\"}");
  fixture_expect(class.fixture, 201);
  assert_int_equal(0,
                   count_rows(class.fixture, "select count(*) from audit_details where instr(coalesce(before, '') || "
                                             "coalesce(after, ''), 'zq') > 0 or instr(coalesce(after, ''), "
                                             "'We did') > 0"));
  assert_int_equal(1, count_rows(class.fixture, "select count(*) from audit where kind = 'proposal recommendation'"));
  assert_int_equal(1, count_rows(class.fixture, "select count(*) from audit where kind = 'proposal decision told'"));
  assert_int_equal(1, count_rows(class.fixture, "select count(*) from audit where kind = 'proposal change answered'"));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_pair_of_state_and_act_for_every_role_is_as_the_table_says),
      cmocka_unit_test(a_decision_can_be_taken_back_for_ten_minutes_to_the_second),
      cmocka_unit_test(the_team_sees_nothing_of_a_decision_before_its_mail_leaves),
      cmocka_unit_test(of_two_who_decide_at_once_the_second_is_refused),
      cmocka_unit_test(who_has_left_the_course_is_told_nothing),
      cmocka_unit_test(who_read_another_submission_decides_nothing),
      cmocka_unit_test(a_verdict_wants_what_belongs_to_it),
      cmocka_unit_test(what_staff_recommended_is_confirmed_for_several_teams_or_for_none),
      cmocka_unit_test(a_recommendation_is_on_one_submission),
      cmocka_unit_test(what_is_submitted_inside_the_revision_window_is_never_late),
      cmocka_unit_test(every_requested_change_is_answered_before_it_is_submitted_again),
      cmocka_unit_test(changes_of_a_decision_that_was_taken_back_are_never_asked_for),
      cmocka_unit_test(a_proposal_is_accepted_by_deciding_on_it_and_in_no_other_way),
      cmocka_unit_test(an_approval_accepts_the_work_when_it_is_told_and_reopening_takes_that_back),
      cmocka_unit_test(whoever_may_not_judge_a_team_does_not),
      cmocka_unit_test(staff_decide_where_the_course_file_says_so),
      cmocka_unit_test(who_stands_in_for_an_instructor_decides_until_they_are_back),
      cmocka_unit_test(a_decision_of_the_last_minutes_is_told_when_the_course_is_archived),
      cmocka_unit_test(a_decision_is_a_task_until_a_member_has_read_it),
      cmocka_unit_test(the_audit_holds_no_text_of_a_judgement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
