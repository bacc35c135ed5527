// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

#include "server/teams/invitation.h"

enum { LAPSES_AFTER = 72 * 3600 };

static const int64_t inside_at = 1693922400; // INSIDE

static void accepting_an_invitation_joins_the_team_and_tells_it(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  fixture_call(fixture, ada, METHOD_POST, "{\"email\":\"BEN@example.edu\",\"message\":\"Join us\"}",
               SAMPLE "/teams/%lld/invitations", (long long)team);
  fixture_expect(fixture, 201);
  int64_t invitation = fixture_int(fixture, "id");
  assert_int_equal(fixture_messages(fixture, ben, "invitation"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, ben), "Join us"));
  assert_non_null(strstr(fixture_last_words(fixture, ben), "8 Sep 2023 10:00 EDT"));
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/invitations");
  assert_int_equal(fixture_int(fixture, "invitations.0.id"), invitation);
  assert_string_equal(fixture_text(fixture, "invitations.0.team.name"), "One");
  assert_string_equal(fixture_text(fixture, "invitations.0.expires_at"), "2023-09-08T14:00:00Z");
  accept(fixture, ben, invitation);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "members.1.person"), ben);
  assert_int_equal(fixture_messages(fixture, ada, "member joined"), 1);
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/invitations");
  assert_int_equal(json_array_size(fixture_json(fixture, "invitations")), 0);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void an_invitation_can_be_accepted_up_to_its_last_second(void **state) {
  (void)state;
  static const struct {
    int64_t made_at;
    int64_t answered_at;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {inside_at, inside_at + LAPSES_AFTER - 1, 200, "", "the second before"},
      {inside_at, inside_at + LAPSES_AFTER, 200, "", "the last second"},
      {inside_at, inside_at + LAPSES_AFTER + 1, 409, "invitation_lapsed", "the second after"},
      {CLOSES_AT - 3600, CLOSES_AT, 200, "", "the window's close comes before the 72 h"},
      {CLOSES_AT - 3600, CLOSES_AT + 1, 409, "invitation_lapsed", "at the latest at the window's close"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
    fixture_at_seconds(fixture, cases[i].made_at);
    int64_t invitation = invite(fixture, ada, found_team(fixture, ada, "One"), ben);
    fixture_at_seconds(fixture, cases[i].answered_at);
    accept(fixture, ben, invitation);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

static void a_lapsed_invitation_is_told_once_and_can_be_made_anew(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  int64_t first = invite(fixture, ada, team, ben);
  fixture_at_seconds(fixture, inside_at + LAPSES_AFTER);
  fixture_run_duties(fixture);
  assert_int_equal(fixture_messages(fixture, ben, "invitation lapsed"), 0);
  fixture_at_seconds(fixture, inside_at + LAPSES_AFTER + 10);
  fixture_run_duties(fixture);
  fixture_run_duties(fixture);
  assert_int_equal(fixture_messages(fixture, ben, "invitation lapsed"), 1);
  assert_int_equal(fixture_messages(fixture, ada, "invitation lapsed"), 1);
  accept(fixture, ben, first);
  fixture_refused(fixture, 409, "invitation_lapsed");
  accept(fixture, ben, invite(fixture, ada, team, ben));
  fixture_expect(fixture, 200);
  fixture_free(fixture);
}

static void an_expired_invitation_is_no_obstacle_before_its_timer_runs(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  invite(fixture, ada, team, ben);
  fixture_at_seconds(fixture, inside_at + LAPSES_AFTER + 1);
  accept(fixture, ben, invite(fixture, ada, team, ben));
  fixture_expect(fixture, 200);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void inviting_counts_against_nothing_and_the_first_to_join_has_the_last_place(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t people[5];
    static const char *const names[] = {"Ada", "Ben", "Cy", "Di", "Ed"};
    for (size_t i = 0; i < 5; i++)
      people[i] = fixture_student(fixture, names[i]);
    int64_t team = found_team(fixture, people[0], "One");
    add_member(fixture, people[0], team, people[1]);
    add_member(fixture, people[0], team, people[2]);
    int64_t invitations[] = {invite(fixture, people[0], team, people[3]), invite(fixture, people[1], team, people[4])};
    int64_t first = order == 0 ? 0 : 1, second = 1 - first;
    accept(fixture, people[3 + first], invitations[first]);
    fixture_expect(fixture, 200);
    assert_int_equal(fixture_int(fixture, "places_left"), 0);
    const char *before = fixture_dump(fixture);
    accept(fixture, people[3 + second], invitations[second]);
    fixture_refused(fixture, 409, "team_full");
    assert_string_equal(fixture_dump(fixture), before);
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

static void accepting_one_of_two_invitations_declines_the_other_in_either_order(void **state) {
  (void)state;
  for (int order = 0; order < 2; order++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
            cy = fixture_student(fixture, "Cy");
    int64_t one = found_team(fixture, ada, "One"), two = found_team(fixture, ben, "Two");
    int64_t by[] = {ada, ben};
    int64_t invitations[] = {invite(fixture, ada, one, cy), invite(fixture, ben, two, cy)};
    accept(fixture, cy, invitations[order]);
    fixture_expect(fixture, 200);
    accept(fixture, cy, invitations[1 - order]);
    fixture_refused(fixture, 409, "in_team");
    assert_non_null(
        strstr(fixture_text(fixture, "detail"), order == 0 ? "You are in the team One" : "You are in the team Two"));
    assert_int_equal(fixture_messages(fixture, by[1 - order], "invitation declined"), 1);
    assert_int_equal(fixture_messages(fixture, by[order], "invitation declined"), 0);
    accept(fixture, cy, invitations[order]);
    fixture_refused(fixture, 409, "in_team");
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

static void who_has_a_seat_cannot_join_but_who_waits_for_one_can(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("capacity: 20", "capacity: 1", INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = found_team(fixture, ada, "One");
  int64_t to_ben = invite(fixture, ada, team, ben), to_cy = invite(fixture, ada, team, cy);
  take_seat(fixture, ben);
  assert_int_equal(fixture_messages(fixture, ada, "invitation declined"), 1);
  take_seat(fixture, cy); // waits
  accept(fixture, ben, to_ben);
  fixture_refused(fixture, 409, "in_lab");
  accept(fixture, cy, to_cy);
  fixture_expect(fixture, 200);
  fixture_call(fixture, ben, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_refused(fixture, 409, "in_lab");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void somebody_confidential_and_somebody_unknown_cannot_be_told_apart(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), zoe = fixture_student(fixture, "Zoe"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF), don = fixture_student(fixture, "Don");
  fixture_confidential(fixture, zoe);
  fixture_drop(fixture, don);
  int64_t team = found_team(fixture, ada, "One");
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, ada, METHOD_POST, "{\"email\":\"nobody@example.edu\"}", SAMPLE "/teams/%lld/invitations",
               (long long)team);
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "email");
  const char *unknown = arena_text(fixture->arena, fixture->answer.body);
  int status = fixture->answer.status;
  static const char *const addresses[] = {"zoe@example.edu", "pat@example.edu", "don@example.edu", "no address at all"};
  for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
    fixture_call(fixture, ada, METHOD_POST, arena_format(fixture->arena, "{\"email\":\"%s\"}", addresses[i]),
                 SAMPLE "/teams/%lld/invitations", (long long)team);
    assert_int_equal(fixture->answer.status, status);
    assert_string_equal(fixture->answer.body, unknown);
  }
  fixture_call(fixture, ada, METHOD_POST, "{\"person\":4711}", SAMPLE "/teams/%lld/invitations", (long long)team);
  const char *no_person = arena_text(fixture->arena, fixture->answer.body);
  int64_t numbers[] = {zoe, pat, don};
  for (size_t i = 0; i < 3; i++) {
    fixture_call(fixture, ada, METHOD_POST, arena_format(fixture->arena, "{\"person\":%lld}", (long long)numbers[i]),
                 SAMPLE "/teams/%lld/invitations", (long long)team);
    assert_string_equal(fixture->answer.body, no_person);
  }
  assert_string_equal(fixture_dump(fixture), before);
  fixture_free(fixture);
}

// No answer and no message since `mark` gives the person a name to this one.
static void not_named(struct fixture *fixture, int64_t viewer, int64_t team, int64_t invitation, int64_t mark) {
  show_team(fixture, viewer, team);
  fixture_expect(fixture, 200);
  assert_null(strstr(fixture->answer.body, "Zoe"));
  assert_int_equal(json_array_size(fixture_json(fixture, "invitations")), 0);
  static const char *const pages[] = {"invitations", "join-requests"};
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
    fixture_call(fixture, viewer, METHOD_GET, NULL, SAMPLE "/%s/%lld", pages[i], (long long)invitation);
    fixture_refused(fixture, 404, "not_found");
  }
  static const char *const lists[] = {"/tasks", "/teams", "/requests"};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    fixture_call(fixture, viewer, METHOD_GET, NULL, SAMPLE "%s", lists[i]);
    fixture_expect(fixture, 200);
    assert_null(strstr(fixture->answer.body, "Zoe"));
  }
  int64_t named = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &named,
                                      "select count(*) from outbox where person_id = $1 and id > $2 and "
                                      "(words like '%Zoe%' or subject like '%Zoe%')",
                                      db_int(viewer), db_int(mark)));
  assert_int_equal(named, 0);
}

static int64_t last_message(struct fixture *fixture) {
  int64_t last = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &last, "select coalesce(max(id), 0) from outbox"));
  return last;
}

static void by_declining(struct fixture *fixture, int64_t zoe, int64_t invitation) {
  fixture_call(fixture, zoe, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)invitation);
  fixture_expect(fixture, 204);
}

static void by_founding(struct fixture *fixture, int64_t zoe, int64_t invitation) {
  (void)invitation;
  found_team(fixture, zoe, "Another");
}

static void by_joining_others(struct fixture *fixture, int64_t zoe, int64_t invitation) {
  (void)invitation;
  int64_t eli = fixture_student(fixture, "Eli");
  accept_request(fixture, eli, ask_to_join(fixture, zoe, found_team(fixture, eli, "Another")));
  fixture_expect(fixture, 200);
}

static void by_letting_it_lapse(struct fixture *fixture, int64_t zoe, int64_t invitation) {
  (void)zoe, (void)invitation;
  fixture_at_seconds(fixture, inside_at + LAPSES_AFTER + 10);
  fixture_run_duties(fixture);
}

// The flag is set after the invitation: the team invited somebody by name, and hears the name no more.
static void somebody_marked_confidential_after_the_invitation_is_named_to_the_team_no_more(void **state) {
  (void)state;
  const struct {
    void (*end)(struct fixture *fixture, int64_t zoe, int64_t invitation);
    const char *kind;
    const char *words; // in what the team is told
  } cases[] = {
      {by_declining, "invitation declined", "Somebody whom you invited has declined the invitation by One."},
      {by_founding, "invitation declined", "Somebody whom you invited has decided otherwise and will not join One."},
      {by_joining_others, "invitation declined", "Somebody whom you invited has decided otherwise"},
      {by_letting_it_lapse, "invitation lapsed", "Somebody whom you invited did not answer the invitation by One"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), zoe = fixture_student(fixture, "Zoe");
    int64_t pat = fixture_person(fixture, "Pat", ROLE_STAFF);
    int64_t team = found_team(fixture, ada, "One"), invitation = invite(fixture, ada, team, zoe);
    fixture_confidential(fixture, zoe);
    int64_t mark = last_message(fixture);
    not_named(fixture, ada, team, invitation, mark);
    show_team(fixture, pat, team);
    assert_string_equal(fixture_text(fixture, "invitations.0.name"), "Zoe");
    fixture_call(fixture, pat, METHOD_GET, NULL, SAMPLE "/invitations/%lld", (long long)invitation);
    assert_string_equal(fixture_text(fixture, "name"), "Zoe");
    fixture_call(fixture, zoe, METHOD_GET, NULL, SAMPLE "/invitations");
    assert_int_equal(fixture_int(fixture, "invitations.0.id"), invitation);
    fixture_call(fixture, zoe, METHOD_GET, NULL, SAMPLE "/invitations/%lld", (long long)invitation);
    fixture_expect(fixture, 200);
    cases[i].end(fixture, zoe, invitation);
    assert_int_equal(fixture_messages(fixture, ada, cases[i].kind), 1);
    assert_non_null(strstr(fixture_last_words(fixture, ada), cases[i].words));
    not_named(fixture, ada, team, invitation, mark);
    fixture_free(fixture);
  }
}

static void somebody_confidential_accepts_an_earlier_invitation_and_is_of_the_team(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), zoe = fixture_student(fixture, "Zoe");
  int64_t team = found_team(fixture, ada, "One"), invitation = invite(fixture, ada, team, zoe);
  fixture_confidential(fixture, zoe);
  accept(fixture, zoe, invitation);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture_last_words(fixture, ada), "Zoe has joined One."));
  show_team(fixture, ada, team);
  assert_string_equal(fixture_text(fixture, "members.1.name"), "Zoe");
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE "/invitations/%lld", (long long)invitation);
  assert_string_equal(fixture_text(fixture, "name"), "Zoe");
  fixture_free(fixture);
}

// Whoever asks to join says who they are; what becomes of it elsewhere is not told by name.
static void somebody_confidential_who_asks_to_join_is_named_until_they_ask_no_more(void **state) {
  (void)state;
  static const char *const kinds[] = {"join request withdrawn", "join request lapsed"};
  for (int i = 0; i < 2; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), zoe = fixture_student(fixture, "Zoe");
    int64_t team = found_team(fixture, ada, "One"), request = ask_to_join(fixture, zoe, team);
    fixture_confidential(fixture, zoe);
    int64_t mark = last_message(fixture);
    show_team(fixture, ada, team);
    assert_string_equal(fixture_text(fixture, "join_requests.0.name"), "Zoe");
    if (i == 0) {
      fixture_call(fixture, zoe, METHOD_DELETE, NULL, SAMPLE "/join-requests/%lld", (long long)request);
      fixture_expect(fixture, 204);
    } else {
      by_letting_it_lapse(fixture, zoe, request);
    }
    assert_int_equal(fixture_messages(fixture, ada, kinds[i]), 1);
    not_named(fixture, ada, team, request, mark);
    fixture_free(fixture);
  }
}

static void an_invitation_is_refused_for_what_is_wrong_with_it(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  invite(fixture, ada, team, cy);
  const struct {
    int64_t by;
    const char *body;
    int status;
    const char *code;
  } cases[] = {
      {cy, "{\"email\":\"ada@example.edu\"}", 403, "not_your_team"},
      {pat, "{\"email\":\"cy@example.edu\"}", 403, "not_your_team"},
      {ada, "{\"email\":\"ben@example.edu\"}", 409, "in_team"},
      {ada, "{\"email\":\"ada@example.edu\"}", 409, "in_team"},
      {ben, "{\"email\":\"cy@example.edu\"}", 409, "invitation_exists"},
      {ada, "{}", 422, "invalid_fields"},
      {ada, "{\"email\":\"cy@example.edu\",\"person\":3}", 422, "invalid_fields"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture_call(fixture, cases[i].by, METHOD_POST, cases[i].body, SAMPLE "/teams/%lld/invitations", (long long)team);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("case %zu: %d %s", i, fixture->answer.status, fixture->answer.body);
  }
  fixture_at_seconds(fixture, CLOSES_AT + 1);
  fixture_call(fixture, ada, METHOD_POST, "{\"email\":\"cy@example.edu\"}", SAMPLE "/teams/%lld/invitations",
               (long long)team);
  fixture_refused(fixture, 409, "deadline_passed");
  fixture_free(fixture);
}

static void the_invited_decline_and_the_contact_withdraws(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  int64_t to_cy = invite(fixture, ben, team, cy), to_di = invite(fixture, ben, team, di);
  fixture_call(fixture, di, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)to_cy);
  fixture_refused(fixture, 404, "not_found"); // somebody else's
  accept(fixture, di, to_cy);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, ben, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)to_cy);
  fixture_refused(fixture, 403, "not_contact");
  fixture_call(fixture, cy, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)to_cy);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, ada, "invitation declined"), 1);
  assert_int_equal(fixture_messages(fixture, ben, "invitation declined"), 1);
  fixture_call(fixture, ada, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)to_di);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, di, "invitation withdrawn"), 1);
  accept(fixture, di, to_di);
  fixture_refused(fixture, 409, "already_answered");
  fixture_call(fixture, cy, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)to_cy);
  fixture_refused(fixture, 409, "already_answered");
  fixture_free(fixture);
}

static void any_member_answers_a_join_request(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  int64_t by_cy = ask_to_join(fixture, cy, team), by_di = ask_to_join(fixture, di, team);
  assert_int_equal(fixture_messages(fixture, ada, "join request"), 2);
  assert_int_equal(fixture_messages(fixture, ben, "join request"), 2);
  accept_request(fixture, cy, by_cy);
  fixture_refused(fixture, 403, "not_your_team");
  accept_request(fixture, di, by_cy); // whom it does not concern
  fixture_refused(fixture, 404, "not_found");
  accept(fixture, cy, by_cy); // a request is no invitation
  fixture_refused(fixture, 404, "not_found");
  accept_request(fixture, ben, by_cy);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_messages(fixture, cy, "join request accepted"), 1);
  accept_request(fixture, ada, by_cy);
  fixture_refused(fixture, 409, "in_team");
  fixture_call(fixture, cy, METHOD_DELETE, NULL, SAMPLE "/join-requests/%lld", (long long)by_di);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, di, "join request declined"), 1);
  accept_request(fixture, ada, by_di);
  fixture_refused(fixture, 409, "already_answered");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_request_ends_when_its_person_joins_elsewhere_or_withdraws(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t one = found_team(fixture, ada, "One"), two = found_team(fixture, ben, "Two");
  int64_t to_one = ask_to_join(fixture, cy, one), to_two = ask_to_join(fixture, cy, two);
  fixture_call(fixture, cy, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)one);
  fixture_refused(fixture, 409, "invitation_exists");
  accept_request(fixture, ada, to_one);
  fixture_expect(fixture, 200);
  accept_request(fixture, ben, to_two);
  fixture_refused(fixture, 409, "in_team");
  assert_null(strstr(fixture->answer.body, "\"One\"")); // where else they are is not the asked team's business
  assert_int_equal(fixture_messages(fixture, ben, "join request withdrawn"), 1);
  fixture_call(fixture, cy, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)two);
  fixture_refused(fixture, 409, "in_team");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_full_team_takes_no_request(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("size: { min: 2, max: 4 }", "size: { min: 2, max: 2 }", INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  fixture_call(fixture, cy, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_refused(fixture, 409, "team_full");
  invite(fixture, ada, team, cy); // for the case that somebody leaves
  fixture_free(fixture);
}

static void a_drop_ends_open_requests(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  int64_t request = ask_to_join(fixture, ben, team);
  fixture_drop(fixture, ben);
  accept_request(fixture, ada, request);
  fixture_refused(fixture, 409, "already_answered");
  fixture_free(fixture);
}

static void withdraw(struct fixture *fixture, int64_t by, const char *what, int64_t id) {
  fixture_call(fixture, by, METHOD_DELETE, NULL, SAMPLE "/%s/%lld", what, (long long)id);
  fixture_expect(fixture, 204);
}

static void nobody_is_told_again_and_again_by_inviting_and_withdrawing(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = found_team(fixture, ada, "One");
  for (int i = 0; i < INVITATIONS_DAY_MAX; i++)
    withdraw(fixture, ada, "invitations", invite(fixture, ada, team, ben));
  for (int again = 0; again < 2; again++) {
    fixture_call(fixture, ada, METHOD_POST, arena_format(fixture->arena, "{\"person\":%lld}", (long long)ben),
                 SAMPLE "/teams/%lld/invitations", (long long)team);
    fixture_refused(fixture, 409, "conflict");
    fixture_call(fixture, ada, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
    fixture_expect(fixture, 204);
    team = found_team(fixture, ada, "Another"); // by another team neither
  }
  assert_int_equal(INVITATIONS_DAY_MAX, fixture_messages(fixture, ben, "invitation"));
  withdraw(fixture, ada, "invitations", invite(fixture, ada, team, cy)); // others as before
  for (int i = 0; i < INVITATIONS_DAY_MAX; i++)
    withdraw(fixture, ben, "join-requests", ask_to_join(fixture, ben, team));
  fixture_call(fixture, ben, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_refused(fixture, 409, "conflict");
  assert_int_equal(INVITATIONS_DAY_MAX, fixture_messages(fixture, ada, "join request"));
  fixture_at_seconds(fixture, inside_at + 86400 - 1);
  fixture_call(fixture, ben, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_refused(fixture, 409, "conflict");
  fixture_at_seconds(fixture, inside_at + 86400);
  accept(fixture, ben, invite(fixture, ada, team, ben));
  fixture_expect(fixture, 200);
  fixture_check(fixture);
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepting_an_invitation_joins_the_team_and_tells_it),
      cmocka_unit_test(an_invitation_can_be_accepted_up_to_its_last_second),
      cmocka_unit_test(a_lapsed_invitation_is_told_once_and_can_be_made_anew),
      cmocka_unit_test(an_expired_invitation_is_no_obstacle_before_its_timer_runs),
      cmocka_unit_test(inviting_counts_against_nothing_and_the_first_to_join_has_the_last_place),
      cmocka_unit_test(accepting_one_of_two_invitations_declines_the_other_in_either_order),
      cmocka_unit_test(who_has_a_seat_cannot_join_but_who_waits_for_one_can),
      cmocka_unit_test(somebody_confidential_and_somebody_unknown_cannot_be_told_apart),
      cmocka_unit_test(somebody_marked_confidential_after_the_invitation_is_named_to_the_team_no_more),
      cmocka_unit_test(somebody_confidential_accepts_an_earlier_invitation_and_is_of_the_team),
      cmocka_unit_test(somebody_confidential_who_asks_to_join_is_named_until_they_ask_no_more),
      cmocka_unit_test(an_invitation_is_refused_for_what_is_wrong_with_it),
      cmocka_unit_test(the_invited_decline_and_the_contact_withdraws),
      cmocka_unit_test(any_member_answers_a_join_request),
      cmocka_unit_test(nobody_is_told_again_and_again_by_inviting_and_withdrawing),
      cmocka_unit_test(a_request_ends_when_its_person_joins_elsewhere_or_withdraws),
      cmocka_unit_test(a_full_team_takes_no_request),
      cmocka_unit_test(a_drop_ends_open_requests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
