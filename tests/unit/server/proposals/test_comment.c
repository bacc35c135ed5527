// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/review_helpers.h"

#include "server/proposals/comment.h"

static int comment(struct class *class, int64_t person, const char *body) {
  return fixture_call(class->fixture, person, METHOD_POST, body, SAMPLE "/teams/%lld/proposal/comments",
                      (long long)class->team);
}

static int64_t commented(struct class *class, int64_t person, const char *body) {
  comment(class, person, body);
  fixture_expect(class->fixture, 201);
  return fixture_int(class->fixture, "id");
}

static int take_away(struct class *class, int64_t person, int64_t id) {
  return fixture_call(class->fixture, person, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/proposal/comments/%lld",
                      (long long)class->team, (long long)id);
}

static int resolve(struct class *class, int64_t person, int64_t id, bool is_resolved) {
  return fixture_call(class->fixture, person, METHOD_PUT, is_resolved ? "{\"resolved\":true}" : "{\"resolved\":false}",
                      SAMPLE "/teams/%lld/proposal/comments/%lld/resolution", (long long)class->team, (long long)id);
}

static const char *reply_to(struct class *class, int64_t id, const char *text) {
  return arena_format(class->fixture->arena, "{\"reply_to\":%lld,\"text\":\"%s\"}", (long long)id, text);
}

static void team_and_staff_talk_in_threads_about_a_field(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t first = commented(&class, class.staff, "{\"text\":\"Which p99?\",\"field\":\"hypothesis\"}");
  int64_t second = commented(&class, class.ann, reply_to(&class, first, "Of requests."));
  int64_t third = commented(&class, class.bob, reply_to(&class, second, "All of them.")); // the same thread
  show_of(&class, class.bob, "/comments");
  fixture_expect(fixture, 200);
  assert_int_equal(3, json_array_size(fixture_json(fixture, "comments")));
  assert_string_equal("hypothesis", fixture_text(fixture, "comments.2.field"));
  assert_int_equal(first, fixture_int(fixture, "comments.2.thread"));
  assert_true(json_is_true(fixture_json(fixture, "comments.0.staff")));
  assert_true(json_is_true(fixture_json(fixture, "comments.2.yours")));
  assert_false(json_is_true(fixture_json(fixture, "comments.1.yours")));
  assert_string_equal("Kim Invented", fixture_text(fixture, "comments.0.by_name"));
  // Any of its comments stands for the thread.
  resolve(&class, class.ann, third, true);
  fixture_expect(fixture, 204);
  show_of(&class, class.staff, "/comments");
  assert_string_equal("2023-09-14T14:00:00Z", fixture_text(fixture, "comments.0.resolved_at"));
  resolve(&class, class.staff, first, false);
  fixture_expect(fixture, 204);
  show_of(&class, class.staff, "/comments");
  assert_true(json_is_null(fixture_json(fixture, "comments.0.resolved_at")));
  end_class(&class);
}

static void what_makes_no_sense_is_refused(void **state) {
  (void)state;
  struct class class = submitted_class();
  int64_t first = commented(&class, class.staff, "{\"text\":\"Which?\"}");
  const struct {
    int64_t by;
    const char *body;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {class.ann, "{\"text\":\"x\",\"field\":\"nope\"}", 422, "invalid_fields", "no such field"},
      {class.ann, "{\"text\":\"x\",\"reply_to\":4711}", 404, "not_found", "no such comment"},
      {class.ann,
       arena_format(class.fixture->arena, "{\"text\":\"x\",\"field\":\"title\",\"reply_to\":%lld}", (long long)first),
       422, "invalid_fields", "a reply has its thread's field"},
      {class.ann, "{\"text\":\"x\",\"note\":true}", 403, "not_allowed", "notes are among staff"},
      {class.ann, "{\"text\":\"\"}", 422, "invalid_fields", "says nothing"},
      {class.cyd, "{\"text\":\"x\"}", 403, "not_your_team", "not of the team"},
  };
  const char *before = fixture_dump(class.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    comment(&class, cases[i].by, cases[i].body);
    if (class.fixture->answer.status != cases[i].status || strcmp(cases[i].code, fixture_code(class.fixture)) != 0)
      fail_msg("%s: %s", cases[i].why, class.fixture->answer.body);
  }
  assert_string_equal(before, fixture_dump(class.fixture));
  end_class(&class);
}

static void notes_among_staff_are_in_no_byte_that_the_team_gets(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  const char *before = seen_by(&class, class.ann);
  int64_t note = commented(&class, class.staff, "{\"text\":\"Watch this team.\",\"note\":true}");
  int64_t reply = commented(&class, class.instructor, reply_to(&class, note, "I do."));
  assert_true(json_is_true(fixture_json(fixture, "note"))); // as its thread
  resolve(&class, class.instructor, note, true);
  fixture_expect(fixture, 204);
  assert_string_equal(before, seen_by(&class, class.ann));
  comment(&class, class.ann, reply_to(&class, note, "x"));
  fixture_refused(fixture, 404, "not_found");
  resolve(&class, class.ann, reply, true);
  fixture_refused(fixture, 404, "not_found");
  take_away(&class, class.ann, note);
  fixture_refused(fixture, 404, "not_found");
  told(&class);
  assert_string_equal(before, seen_by(&class, class.ann));
  assert_int_equal(0, fixture_messages(fixture, class.ann, "proposal comments"));
  assert_int_equal(1, fixture_messages(fixture, class.staff, "comments to staff"));
  show_of(&class, class.staff, "/comments");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "comments")));
  end_class(&class);
}

static void a_note_in_a_thread_of_the_team_is_among_staff_too(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t question = commented(&class, class.ann, "{\"text\":\"Is this enough?\"}");
  told(&class);
  const char *before = seen_by(&class, class.ann);
  int64_t note = commented(
      &class, class.staff,
      arena_format(fixture->arena, "{\"text\":\"It is not.\",\"note\":true,\"reply_to\":%lld}", (long long)question));
  assert_true(json_is_true(fixture_json(fixture, "note")));
  assert_int_equal(question, fixture_int(fixture, "thread"));
  commented(&class, class.instructor, reply_to(&class, note, "I agree."));
  assert_true(json_is_true(fixture_json(fixture, "note")));
  told(&class);
  assert_string_equal(before, seen_by(&class, class.ann));
  comment(&class, class.ann, reply_to(&class, note, "x"));
  fixture_refused(fixture, 404, "not_found");
  assert_int_equal(0, count_rows(fixture, "select count(*) from audit where kind = 'proposal comment written' and "
                                          "actor_id <> (select by_id from proposal_comments where is_note = 0)"));
  commented(&class, class.staff, reply_to(&class, question, "It will do."));
  assert_true(json_is_false(fixture_json(fixture, "note")));
  assert_string_not_equal(before, seen_by(&class, class.ann));
  end_class(&class);
}

static void the_others_are_told_once_of_all_that_was_said_in_ten_minutes(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  commented(&class, class.staff, "{\"text\":\"One.\"}");
  fixture_at_seconds(fixture, SUBMITTED_AT + 300);
  commented(&class, class.staff, "{\"text\":\"Two.\"}");
  commented(&class, class.bob, "{\"text\":\"Three.\"}");
  fixture_at_seconds(fixture, SUBMITTED_AT + COMMENT_TELL_SECONDS + 1);
  fixture_run_duties(fixture);
  assert_int_equal(0, fixture_messages(fixture, class.ann, "proposal comments"));
  fixture_at_seconds(fixture, SUBMITTED_AT + COMMENT_TELL_SECONDS + 2);
  fixture_run_duties(fixture);
  assert_string_equal("There are 3 new comments on the proposal of Descenders.",
                      fixture_last_words(fixture, class.ann));
  assert_string_equal("There are 2 new comments on the proposal of Descenders.",
                      fixture_last_words(fixture, class.bob));
  assert_string_equal("There is 1 new comment on the proposal of Descenders.",
                      fixture_last_words(fixture, class.staff));
  int64_t one = 0, several = 0; // as many as the reader's subject says
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &one,
                                      "select count(*) from outbox where subject = 'A new comment on a proposal' "
                                      "and person_id = $1",
                                      db_int(class.staff)));
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &several,
                                      "select count(*) from outbox where person_id = $1 and subject = "
                                      "'New comments on your team''s proposal'",
                                      db_int(class.ann)));
  assert_int_equal(1, one);
  assert_int_equal(1, several);
  told(&class);
  assert_int_equal(1, fixture_messages(fixture, class.ann, "proposal comments"));
  commented(&class, class.ann, "{\"text\":\"Four.\"}");
  told(&class);
  assert_int_equal(1, fixture_messages(fixture, class.ann, "proposal comments")); // one's own
  assert_int_equal(2, fixture_messages(fixture, class.bob, "proposal comments"));
  end_class(&class);
}

static void what_its_author_takes_away_is_gone_and_leaves_no_mail(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t first = commented(&class, class.bob, "{\"text\":\"Regretted words.\"}");
  commented(&class, class.bob, reply_to(&class, first, "Sorry."));
  take_away(&class, class.ann, first);
  fixture_refused(fixture, 403, "not_allowed");
  take_away(&class, class.instructor, first);
  fixture_refused(fixture, 403, "not_allowed");
  for (int i = 0; i < 2; i++) {
    take_away(&class, class.bob, first);
    fixture_expect(fixture, 204);
  }
  show_of(&class, class.staff, "/comments");
  assert_true(json_is_null(fixture_json(fixture, "comments.0.text")));
  assert_string_equal("Sorry.", fixture_text(fixture, "comments.1.text"));
  assert_int_equal(0, count_rows(fixture, "select count(*) from proposal_comments where words = 'Regretted words.'"));
  told(&class);
  assert_string_equal("There is 1 new comment on the proposal of Descenders.", fixture_last_words(fixture, class.ann));
  assert_int_equal(0, count_rows(fixture, "select count(*) from audit_details where instr(coalesce(after, ''), "
                                          "'Regretted') + instr(coalesce(after, ''), 'Sorry') > 0"));
  end_class(&class);
}

static void who_is_erased_leaves_their_place_in_the_thread_and_no_word(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  int64_t first = commented(&class, class.bob, "{\"text\":\"Private matters.\"}");
  commented(&class, class.staff, reply_to(&class, first, "Thank you, Bob Invented."));
  fixture_call(fixture, class.bob, METHOD_GET, NULL, "/api/v1/me/data");
  assert_string_equal("Private matters.", fixture_text(fixture, "data.proposal_comments.0.words"));
  assert_int_equal(1, json_array_size(fixture_json(fixture, "data.proposal_comments")));
  fixture_at(fixture, "2024-06-01T12:00:00Z");
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)class.bob);
  assert_in_range(fixture->answer.status, 200, 204);
  show_of(&class, -1, "/comments"); // everybody's session has ended
  fixture_expect(fixture, 200);
  assert_true(json_is_null(fixture_json(fixture, "comments.0.text")));
  assert_non_null(strstr(fixture_text(fixture, "comments.1.text"), "Thank you, "));
  assert_null(strstr(fixture->answer.body, "Bob"));
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(team_and_staff_talk_in_threads_about_a_field),
      cmocka_unit_test(what_makes_no_sense_is_refused),
      cmocka_unit_test(notes_among_staff_are_in_no_byte_that_the_team_gets),
      cmocka_unit_test(a_note_in_a_thread_of_the_team_is_among_staff_too),
      cmocka_unit_test(the_others_are_told_once_of_all_that_was_said_in_ten_minutes),
      cmocka_unit_test(what_its_author_takes_away_is_gone_and_leaves_no_mail),
      cmocka_unit_test(who_is_erased_leaves_their_place_in_the_thread_and_no_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
