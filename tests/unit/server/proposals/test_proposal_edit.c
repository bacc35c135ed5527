// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/proposal_helpers.h"

#include "common/base/text.h"

static int setup(void **state) {
  struct class *class = calloc(1, sizeof *class);
  assert_non_null(class);
  *class = class_of(sample_at(INSIDE)); // forming: it may draft
  *state = class;
  return 0;
}

static int teardown(void **state) {
  struct class *class = *state;
  end_class(class);
  free(class);
  return 0;
}

static void nothing_saved_is_an_empty_draft_that_lists_what_is_missing(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  show_proposal(class, class->bob);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "draft");
  assert_true(json_is_null(fixture_json(fixture, "proposal")));
  assert_int_equal(fixture_int(fixture, "version"), 0);
  assert_int_equal(json_array_size(fixture_json(fixture, "fields")), 11);
  // title, hypothesis, refutation, methodology, topics, two parts, ai-use
  assert_int_equal(json_array_size(fixture_json(fixture, "missing")), 8);
  assert_string_equal(fixture_text(fixture, "missing.0.field"), "title");
  assert_non_null(strstr(fixture_text(fixture, "missing.5.message"), "Ann Invented"));
  assert_non_null(strstr(fixture_text(fixture, "missing.7.message"), "none"));
  assert_string_equal(fixture_text(fixture, "milestone"), "proposal");
  assert_int_equal(count_rows(fixture, "select count(*) from proposals"), 0);
}

static void the_first_save_begins_the_draft_and_says_what_is_still_missing(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  save_as(class, class->ann, "title", "\"  Caches   for models \"", NULL);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "saved.text"), "Caches for models");
  assert_int_equal(fixture_int(fixture, "saved.version"), 1);
  assert_int_equal(fixture_int(fixture, "saved.by"), class->ann);
  assert_string_equal(local_answer_header(&fixture->answer, "ETag"), "\"1\"");
  assert_int_equal(json_array_size(fixture_json(fixture, "missing")), 7);
  assert_string_equal(fixture_text(fixture, "state"), "draft");
  show_proposal(class, class->staff);
  assert_string_equal(field_text(fixture, "title"), "Caches for models");
  assert_string_equal(fixture_text(fixture, "fields.0.by_name"), "Ann Invented");
  assert_true(json_is_false(fixture_json(fixture, "can_save")));
}

static void two_members_who_save_different_fields_at_once_are_both_kept(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "hypothesis", "\"first\"");
  saved(class, class->ann, "refutation", "\"first\"");
  // Both have read version 1 of everything.
  save_as(class, class->ann, "hypothesis", "\"by Ann\"", "\"1\"");
  fixture_expect(fixture, 200);
  save_as(class, class->bob, "refutation", "\"by Bob\"", "\"1\"");
  fixture_expect(fixture, 200);
  show_proposal(class, class->ann);
  assert_string_equal(field_text(fixture, "hypothesis"), "by Ann");
  assert_string_equal(field_text(fixture, "refutation"), "by Bob");
}

static void the_same_field_twice_is_412_with_both_texts_and_nothing_lost(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "hypothesis", "\"first\"");
  save_as(class, class->ann, "hypothesis", "\"Ann's *words*\"", "\"1\"");
  fixture_expect(fixture, 200);
  const char *before = fixture_dump(fixture);
  save_as(class, class->bob, "hypothesis", "\"Bob's words\"", "\"1\"");
  fixture_refused(fixture, 412, "version_conflict");
  assert_string_equal(fixture_text(fixture, "current.yours"), "Bob's words");
  assert_string_equal(fixture_text(fixture, "current.value"), "Ann's *words*");
  assert_int_equal(fixture_int(fixture, "current.version"), 2);
  assert_int_equal(fixture_int(fixture, "current.by"), class->ann);
  assert_string_equal(fixture_text(fixture, "current.by_name"), "Ann Invented");
  assert_string_equal(fixture_text(fixture, "current.at"), "2023-09-05T14:00:00Z");
  assert_string_equal(local_answer_header(&fixture->answer, "ETag"), "\"2\"");
  assert_string_equal(fixture_dump(fixture), before);
  save_as(class, class->bob, "hypothesis", "\"Both our words\"", "\"2\"");
  fixture_expect(fixture, 200);
}

struct seen_case {
  const char *if_match;
  bool is_saved_before;
  int status;
  const char *why;
};

static const struct seen_case seen_cases[] = {
    {NULL, false, 200, "nobody has saved it"},
    {"\"0\"", false, 200, "never saved, and said so"},
    {"\"1\"", false, 412, "a version that it does not have"},
    {"*", false, 412, "there is nothing yet"},
    {NULL, true, 412, "whoever names no version has seen none"},
    {"\"0\"", true, 412, "never saved, as somebody thinks"},
    {"\"1\"", true, 200, "the current one"},
    {"\"2\"", true, 412, "a later one"},
    {"W/\"1\"", true, 412, "a weak tag never matches"},
    {"*", true, 200, "whatever is there"},
    {"1", true, 400, "no entity tag"},
};

static void if_match_names_the_version_of_the_field_that_was_seen(void **state) {
  struct class *class = *state;
  for (size_t i = 0; i < sizeof seen_cases / sizeof *seen_cases; i++) {
    assert_int_equal(ERR_OK, db_exec(app_db(class->fixture->app), "delete from proposal_values"));
    assert_int_equal(ERR_OK, db_exec(app_db(class->fixture->app), "delete from proposal_version_values"));
    if (seen_cases[i].is_saved_before)
      saved(class, class->ann, "baseline", "\"before\"");
    int status = save_as(class, class->bob, "baseline", "\"after\"", seen_cases[i].if_match);
    if (status != seen_cases[i].status)
      fail_msg("%s: %d", seen_cases[i].why, status);
  }
}

static void the_same_text_again_is_no_conflict_and_no_save(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "hypothesis", "\"one text\"");
  const char *before = fixture_dump(fixture);
  save_as(class, class->bob, "hypothesis", "\"one text\"", "\"7\"");
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "saved.version"), 1);
  assert_string_equal(fixture_dump(fixture), before);
}

struct value_case {
  const char *field;
  const char *value;
  const char *stored; // of the field's words, or NULL: 422
  const char *words;  // a part of the refusal
  const char *why;
};

static const struct value_case value_cases[] = {
    {"title", "\"a\\nb\"", NULL, "one line", "a line break in a line"},
    {"title", "\"\\u0007\"", NULL, "control", "a control character"},
    {"title", "7", NULL, "must be text", "a number for a line"},
    {"title", "null", NULL, "must be text", "null for a line"},
    {"title", "\"\"", "", NULL, "an empty text takes it away"},
    {"hypothesis", "\"# a\\r\\n\\r\\n* b\\tc <b>&amp;</b>\\r\"", "# a\n\n* b\tc <b>&amp;</b>\n", NULL,
     "Markdown is stored as it is, but for the ends of lines"},
    {"hypothesis", "\"\\u0000\"", NULL, NULL, "NUL"},
    {"hypothesis", "\"\\u001b\"", NULL, "control", "an escape"},
    {"title", "\"a\\u200b\"", NULL, "U+200B ZERO WIDTH SPACE: the 2nd", "what nobody sees in a line"},
    {"hypothesis", "\"a\\u200b\"", "a\u200B", NULL, "what nobody sees in Markdown does no harm"},
    {"hypothesis", "\"a\\u202eb\"", NULL, "U+202E RIGHT-TO-LEFT OVERRIDE: the 2nd", "Markdown turned around"},
    {"hypothesis", "[\"a\"]", NULL, "must be text", "a list for Markdown"},
    {"topics", "[]", "", NULL, "none"},
    {"topics", "[\"serving\",\"lifecycle\"]", "serving, lifecycle", NULL, "two"},
    {"topics", "[\"serving\",\"serving\"]", NULL, "once", "one twice"},
    {"topics", "[\"cooking\"]", NULL, "course file", "one that the course has not"},
    {"topics", "[7]", NULL, "course file", "a number"},
    {"topics", "\"serving\"", NULL, "list", "text for topics"},
    {"topics", "[\"serving\",\"lifecycle\",\"federated\",\"hpo\"]", NULL, "at most 3", "four of at most three"},
    {"ai-use", "\"none\"", "none", NULL, "none, said"},
    {"ai-use", "\"We asked one for names.\\n\\nThen not.\"", "We asked one for names.\n\nThen not.", NULL, "in words"},
    {"ai-use", "false", NULL, "must be text", "not a flag"},
    {"attachment", "null", "", NULL, "no file"},
    {"attachment", "99", NULL, "uploaded", "a file that is not there"},
    {"attachment", "0", NULL, "number of a file", "no number of a file"},
    {"attachment", "\"a.pdf\"", NULL, "number of a file", "a name for a file"},
    {"parts", "{}", NULL, "one member", "nobody's part"},
    {"parts", "\"all\"", NULL, "one member", "text for parts"},
    {"parts", "{\"ann\":\"x\"}", NULL, "one member", "a name for a number"},
    {"parts", "{\"987654\":\"x\"}", NULL, "member of the team", "somebody who is not in the team"},
    {"nonsense", "\"x\"", NULL, "must be a field", "no such field"},
};

static void each_kind_takes_what_it_holds_and_says_why_it_does_not(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  for (size_t i = 0; i < sizeof value_cases / sizeof *value_cases; i++) {
    const struct value_case *row = &value_cases[i];
    save_as(class, class->ann, row->field, row->value, "*");
    if (fixture->answer.status == 412)
      save_as(class, class->ann, row->field, row->value, NULL);
    if (row->stored == NULL) {
      if (fixture->answer.status != 422 && strcmp(fixture_code(fixture), "invalid_json") != 0)
        fail_msg("%s: %d %s", row->why, fixture->answer.status, fixture->answer.body);
      if (row->words != NULL && strstr(fixture->answer.body, row->words) == NULL)
        fail_msg("%s: %s", row->why, fixture->answer.body);
      continue;
    }
    fixture_expect(fixture, 200);
    const char *text = fixture_text(fixture, "saved.text");
    if (strcmp(row->field, "topics") == 0) {
      size_t count = json_array_size(fixture_json(fixture, "saved.topics"));
      text = count == 0 ? ""
                        : arena_format(fixture->arena, "%s, %s", fixture_text(fixture, "saved.topics.0"),
                                       fixture_text(fixture, "saved.topics.1"));
    } else if (strcmp(row->field, "attachment") == 0) {
      text = json_is_null(fixture_json(fixture, "saved.file")) ? "" : "some";
    }
    if (text == NULL || strcmp(text, row->stored) != 0)
      fail_msg("%s: %s", row->why, fixture->answer.body);
  }
}

static const char *letters(struct fixture *fixture, size_t count) {
  struct text text;
  text_init(&text, fixture->arena);
  text_add_char(&text, '"');
  for (size_t i = 0; i < count; i++)
    text_add(&text, "é");
  text_add_char(&text, '"');
  return text_get(&text);
}

static void texts_are_bounded_in_characters_to_the_last_one(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  static const struct {
    const char *field;
    size_t max;
  } bounds[] = {{"title", 200}, {"hypothesis", 4000}, {"methodology", 12000}, {"ai-use", 2000}};
  for (size_t i = 0; i < 4; i++) {
    saved(class, class->ann, bounds[i].field, letters(fixture, bounds[i].max));
    save_as(class, class->ann, bounds[i].field, letters(fixture, bounds[i].max + 1), "*");
    fixture_refused(fixture, 422, "invalid_fields");
    assert_non_null(
        strstr(fixture_text(fixture, "errors.0.message"),
               arena_format(fixture->arena, "at most %zu characters; it has %zu", bounds[i].max, bounds[i].max + 1)));
  }
  const char *part = arena_format(fixture->arena, "{\"%lld\":%s}", (long long)class->ann, letters(fixture, 500));
  saved(class, class->ann, "parts", part);
  part = arena_format(fixture->arena, "{\"%lld\":%s}", (long long)class->ann, letters(fixture, 501));
  save_as(class, class->ann, "parts", part, "*");
  fixture_refused(fixture, 422, "invalid_fields");
}

static void each_part_has_its_own_version_and_author(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  const char *anns = arena_format(fixture->arena, "{\"%lld\":\"The cache\"}", (long long)class->ann);
  const char *bobs = arena_format(fixture->arena, "{\"%lld\":\"The load\"}", (long long)class->bob);
  save_as(class, class->ann, "parts", anns, NULL);
  fixture_expect(fixture, 200);
  save_as(class, class->bob, "parts", bobs, NULL); // not a conflict with Ann's
  fixture_expect(fixture, 200);
  show_proposal(class, class->bob);
  int at = field_at(fixture, "parts");
  assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "fields.%d.parts.0.text", at)), "The cache");
  assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "fields.%d.parts.1.text", at)), "The load");
  assert_true(json_is_false(fixture_json(fixture, arena_format(fixture->arena, "fields.%d.parts.0.can_save", at))));
  assert_true(json_is_true(fixture_json(fixture, arena_format(fixture->arena, "fields.%d.parts.1.can_save", at))));
  // Bob is no contact: Ann's part is hers. Ann is: a silent member does not hold the team up.
  save_as(class, class->bob, "parts", arena_format(fixture->arena, "{\"%lld\":\"?\"}", (long long)class->ann), "\"1\"");
  fixture_refused(fixture, 403, "not_contact");
  save_as(class, class->ann, "parts", arena_format(fixture->arena, "{\"%lld\":\"His\"}", (long long)class->bob),
          "\"1\"");
  fixture_expect(fixture, 200);
  save_as(class, class->bob, "parts", bobs, "\"1\"");
  fixture_refused(fixture, 412, "version_conflict");
  assert_string_equal(fixture_text(fixture, "current.value"), "His");
}

static int64_t file_of(struct class *class, int64_t owner, const char *name, int64_t bytes) {
  struct db *db = app_db(class->fixture->app);
  assert_int_equal(ERR_OK, db_exec(db,
                                   "insert into files (course_id, owner_id, name, media, sha256, bytes, uploaded_at, "
                                   "expires_at) values ($1, $2, $3, 'application/pdf', $4, $5, $6, $6 + 604800)",
                                   db_int(class->fixture->course), db_int(owner), db_text(name),
                                   db_text("0123456789012345678901234567890123456789012345678901234567890123"),
                                   db_int(bytes), db_int(clock_now(&class->fixture->clock))));
  return db_last_id(db);
}

static void a_file_is_ones_own_of_the_right_type_and_size(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t max = 20 * 1000 * 1000;
  show_proposal(class, class->ann);
  max = field_int(fixture, "attachment", "max");
  const struct {
    int64_t owner;
    const char *name;
    int64_t bytes;
    int status;
  } cases[] = {{class->ann, "plan.pdf", max, 200},
               {class->ann, "PLAN.PDF", 1, 200},
               {class->ann, "plan.pdf", max + 1, 422},
               {class->ann, "plan.zip", 1, 422},
               {class->bob, "plan.pdf", 1, 422}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t file = file_of(class, cases[i].owner, cases[i].name, cases[i].bytes);
    const char *value = arena_format(fixture->arena, "%lld", (long long)file);
    save_as(class, class->ann, "attachment", value, i == 0 ? NULL : "*");
    fixture_expect(fixture, cases[i].status);
    if (cases[i].status == 200)
      assert_int_equal(fixture_int(fixture, "saved.file.id"), file);
  }
}

static void a_file_that_has_lapsed_is_missing_in_words(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t file = file_of(class, class->ann, "plan.pdf", 10);
  save_as(class, class->ann, "attachment", arena_format(fixture->arena, "%lld", (long long)file), NULL);
  fixture_expect(fixture, 200);
  size_t missing = json_array_size(fixture_json(fixture, "missing"));
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "delete from files"));
  show_proposal(class, class->ann);
  int at = field_at(fixture, "attachment");
  assert_true(json_is_true(fixture_json(fixture, arena_format(fixture->arena, "fields.%d.file.is_gone", at))));
  assert_int_equal(json_array_size(fixture_json(fixture, "missing")), missing + 1);
  assert_non_null(strstr(fixture->answer.body, "upload it again"));
}

static void what_a_member_wrote_who_has_left_is_shown_and_not_missed(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->bob, "parts", arena_format(fixture->arena, "{\"%lld\":\"The load\"}", (long long)class->bob));
  remove_member(fixture, class->bob, class->team, class->bob);
  fixture_expect(fixture, 204);
  show_proposal(class, class->ann);
  int at = field_at(fixture, "parts");
  assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "fields.%d.parts.1.text", at)), "The load");
  assert_true(json_is_false(fixture_json(fixture, arena_format(fixture->arena, "fields.%d.parts.1.is_member", at))));
  assert_null(strstr(fixture->answer.body, "what Bob"));
  save_as(class, class->bob, "title", "\"x\"", NULL);
  fixture_refused(fixture, 403, "not_your_team");
  show_proposal(class, class->bob);
  fixture_refused(fixture, 403, "not_your_team");
}

static void a_save_is_repeated_with_its_key_and_audited_without_its_text(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  const struct header headers[] = {{"idempotency-key", "k1"}};
  struct local_call call = {.method = METHOD_PATCH,
                            .target =
                                arena_format(fixture->arena, SAMPLE "/teams/%lld/proposal", (long long)class->team),
                            .body = "{\"field\":\"title\",\"value\":\"Secret words\"}",
                            .headers = headers,
                            .header_count = 1};
  fixture_send(fixture, class->ann, &call);
  fixture_expect(fixture, 200);
  saved(class, class->bob, "title", "\"Others\"");
  fixture_send(fixture, class->ann, &call);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "saved.text"), "Secret words");
  assert_int_equal(count_rows(fixture, "select count(*) from audit where kind = 'proposal saved'"), 2);
  assert_int_equal(count_rows(fixture, "select count(*) from audit_details where instr(after, 'Secret') > 0"), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(nothing_saved_is_an_empty_draft_that_lists_what_is_missing),
      TEST(the_first_save_begins_the_draft_and_says_what_is_still_missing),
      TEST(two_members_who_save_different_fields_at_once_are_both_kept),
      TEST(the_same_field_twice_is_412_with_both_texts_and_nothing_lost),
      TEST(if_match_names_the_version_of_the_field_that_was_seen),
      TEST(the_same_text_again_is_no_conflict_and_no_save),
      TEST(each_kind_takes_what_it_holds_and_says_why_it_does_not),
      TEST(texts_are_bounded_in_characters_to_the_last_one),
      TEST(each_part_has_its_own_version_and_author),
      TEST(a_file_is_ones_own_of_the_right_type_and_size),
      TEST(a_file_that_has_lapsed_is_missing_in_words),
      TEST(what_a_member_wrote_who_has_left_is_shown_and_not_missed),
      TEST(a_save_is_repeated_with_its_key_and_audited_without_its_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
