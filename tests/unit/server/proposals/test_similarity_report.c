// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/proposal_helpers.h"

#include "server/proposals/similarity_report.h"

#define PASSAGE                                                                                                        \
  "The dense cache keeps only those heads which a small probe calls likely to be read again within one second."
#define OWN "We measure the latency of every single request on four machines and draw the lot of them."
#define SIMILARITY SAMPLE "/similarity"

static struct similarity_text answer_of(int64_t team, const char *field, const char *text) {
  return (struct similarity_text){
      .course = 1, .slug = "one", .team = team, .name = "A team", .field = field, .text = text, .bytes = strlen(text)};
}

// `count` words that no other seed has.
static const char *words_of(struct arena *arena, int seed, int count) {
  struct text text;
  text_init(&text, arena);
  for (int i = 0; i < count; i++)
    text_add_format(&text, "w%dx%d ", seed, i);
  return text_get(&text);
}

static struct similarity_report report_of(struct arena *arena, const struct similarity_text *texts, size_t count) {
  return similarity_report_make(arena, 1, texts, count, SIMILARITY_LEAST_PERCENT);
}

static void a_passage_of_two_holders_is_found_with_its_places_and_its_share(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct similarity_text texts[] = {
      answer_of(1, "hypothesis", OWN " " PASSAGE),
      answer_of(2, "methodology", PASSAGE),
      answer_of(3, "methodology", words_of(arena, 3, 40)),
  };
  struct similarity_report report = report_of(arena, texts, 3);
  assert_int_equal(report.count, 1);
  assert_false(report.is_cut);
  const struct similarity_match *match = &report.matches[0];
  assert_int_equal(match->a->team + match->b->team, 3);
  assert_in_range(match->share, 60, 100);
  assert_int_equal(match->passage_count, 1);
  assert_false(match->has_more);
  const struct passage *passage = &match->passages[0];
  assert_int_equal(passage->a_end - passage->a_start, passage->b_end - passage->b_start);
  assert_memory_equal(match->a->text + passage->a_start, match->b->text + passage->b_start,
                      passage->a_end - passage->a_start);
  assert_int_equal(similarity_report_make(arena, 1, texts, 3, match->share).count, 1);
  assert_int_equal(similarity_report_make(arena, 1, texts, 3, match->share + 1).count, 0);
}

static void texts_of_one_holder_and_two_of_other_courses_are_not_compared(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct similarity_text texts[] = {answer_of(1, "hypothesis", PASSAGE), answer_of(1, "methodology", PASSAGE),
                                    answer_of(0, "statement", OWN), answer_of(0, "reproduce", OWN)};
  texts[2].person = texts[3].person = 1; // no team 1, though the same number
  texts[2].milestone = texts[3].milestone = "lab-1";
  assert_int_equal(report_of(arena, texts, 4).count, 0);
  texts[3].person = 2;
  assert_int_equal(report_of(arena, texts, 4).count, 1);
  struct similarity_text earlier[] = {answer_of(7, "hypothesis", PASSAGE), answer_of(8, "hypothesis", PASSAGE),
                                      answer_of(1, "methodology", PASSAGE)};
  earlier[0].course = earlier[1].course = 9;
  struct similarity_report report = report_of(arena, earlier, 3);
  assert_int_equal(report.count, 2);
  for (size_t i = 0; i < report.count; i++) {
    assert_int_equal(report.matches[i].a->course, 1);
    assert_int_equal(report.matches[i].b->course, 9);
  }
}

static void what_more_than_half_of_the_answers_to_a_question_have_is_left_out(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct similarity_text texts[10];
  const char *common = PASSAGE;
  for (int round = 0; round < 40; round++) { // what stands around it decides which of its runs are chosen
    if (round > 0 && round % 8 == 0)
      common = strchr(common, ' ') + 1;
    for (int i = 0; i < 10; i++) // 6 of 10 have it
      texts[i] = answer_of(i + 1, "hypothesis",
                           arena_format(arena, "%s%s %s", words_of(arena, 100 * round + 20 + i, 6), i < 6 ? common : "",
                                        words_of(arena, 100 * round + i, 6)));
    assert_int_equal(report_of(arena, texts, 10).count, 0);
  }
  for (int i = 0; i < 10; i++)
    texts[i] =
        answer_of(i + 1, "hypothesis", arena_format(arena, "%s%s", i < 6 ? PASSAGE " " : "", words_of(arena, i, 12)));
  texts[5].text = words_of(arena, 5, 12); // 5 of 10 is no more than half
  texts[5].bytes = strlen(texts[5].text);
  assert_int_equal(report_of(arena, texts, 10).count, 5 * 4 / 2);
  // Three of three may have copied it from each other.
  assert_int_equal(report_of(arena, texts, 3).count, 3);
  assert_int_equal(report_of(arena, texts, 4).count, 0);
}

static void a_copy_beside_common_words_is_found_without_them(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct similarity_text texts[6];
  for (int i = 0; i < 6; i++)
    texts[i] = answer_of(i + 1, "hypothesis",
                         arena_format(arena, "%s %s %s", PASSAGE, words_of(arena, i, 20), i < 2 ? OWN : ""));
  struct similarity_report report = report_of(arena, texts, 6);
  assert_int_equal(report.count, 1);
  assert_in_range(report.matches[0].a_bytes, 40, strlen(OWN));
}

static void at_most_100_matches_of_20_passages_are_told_and_that_there_are_more(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct similarity_text texts[20];
  for (int i = 0; i < 20; i++) // as answers to questions of their own they have nothing common; 190 pairs
    texts[i] = answer_of(i + 1, arena_format(arena, "field-%d", i), PASSAGE);
  struct similarity_report report = report_of(arena, texts, 20);
  assert_int_equal(report.count, SIMILARITY_MATCHES_MAX);
  assert_true(report.is_cut);
  struct text one, other;
  text_init(&one, arena);
  text_init(&other, arena);
  for (int i = 0; i < 25; i++) {
    text_add_format(&one, "%s %s ", words_of(arena, 1000 + i, 15), words_of(arena, i, 12));
    text_add_format(&other, "%s %s ", words_of(arena, 2000 + i, 15), words_of(arena, i, 12));
  }
  texts[0] = answer_of(1, "hypothesis", text_get(&one));
  texts[1] = answer_of(2, "hypothesis", text_get(&other));
  report = report_of(arena, texts, 2);
  assert_int_equal(report.count, 1);
  assert_false(report.is_cut);
  assert_int_equal(report.matches[0].passage_count, SIMILARITY_PASSAGES_SHOWN);
  assert_true(report.matches[0].has_more);
}

static void how_many_pairs_are_compared_is_bounded_and_told(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct similarity_text texts[102];
  for (int i = 0; i < 102; i++)
    texts[i] = answer_of(i + 1, arena_format(arena, "field-%d", i), PASSAGE);
  assert_false(similarity_report_make(arena, 1, texts, 100, 101).is_cut); // 4950 pairs, none of so great a share
  assert_true(similarity_report_make(arena, 1, texts, 102, 101).is_cut);  // 5151
}

static void the_greatest_share_stands_first(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct similarity_text texts[] = {
      answer_of(1, "hypothesis", PASSAGE),
      answer_of(2, "hypothesis", arena_format(arena, "%s %s", PASSAGE, words_of(arena, 2, 30))),
      answer_of(3, "hypothesis", arena_format(arena, "%s %s", PASSAGE, words_of(arena, 3, 30)))};
  struct similarity_report report = report_of(arena, texts, 3);
  assert_int_equal(report.count, 3);
  assert_true(report.matches[0].share >= report.matches[1].share);
  assert_true(report.matches[1].share > report.matches[2].share);
  assert_int_equal(report.matches[2].a->team + report.matches[2].b->team, 5);
}

// A registered team that has submitted a proposal with this methodology.
static struct class proposing(const struct class *class, const char *name, const char *methodology) {
  struct class other = *class;
  struct fixture *fixture = class->fixture;
  other.ann = fixture_student(fixture, arena_format(fixture->arena, "Ana %s", name));
  other.bob = fixture_student(fixture, arena_format(fixture->arena, "Ben %s", name));
  other.team = covered_team(fixture, other.ann, other.bob, name);
  register_team(fixture, other.ann, other.team, "{}");
  fixture_expect(fixture, 200);
  fill_in(&other);
  saved(&other, other.ann, "refutation", "\"It does not.\"");
  saved(&other, other.ann, "methodology", arena_format(fixture->arena, "\"%s\"", methodology));
  submit_proposal(&other, other.ann, "");
  fixture_expect(fixture, 200);
  return other;
}

static size_t matches_seen(struct class *class, int64_t reader, const char *target) {
  fixture_call(class->fixture, reader, METHOD_GET, NULL, "%s", target);
  fixture_expect(class->fixture, 200);
  return json_array_size(fixture_json(class->fixture, "matches"));
}

static void staff_see_the_copied_passage_side_by_side_and_students_nothing(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  struct class first = proposing(&class, "Firsts", OWN " " PASSAGE);
  struct class second = proposing(&class, "Seconds", "As is known: " PASSAGE);
  const char *before = fixture_dump(fixture);
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 1);
  assert_int_equal(fixture_int(fixture, "matches.0.a.team"), first.team);
  assert_int_equal(fixture_int(fixture, "matches.0.b.team"), second.team);
  assert_string_equal(fixture_text(fixture, "matches.0.a.field"), "methodology");
  assert_string_equal(fixture_text(fixture, "matches.0.b.name"), "Seconds");
  assert_non_null(strstr(fixture_text(fixture, "matches.0.passages.0.a_text"), "a small probe calls likely"));
  assert_string_equal(fixture_text(fixture, "matches.0.passages.0.a_text"),
                      fixture_text(fixture, "matches.0.passages.0.b_text"));
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY "?least=100"), 0);
  assert_int_equal(matches_seen(&class, -1, SIMILARITY), 1);
  fixture_call(fixture, first.ann, METHOD_GET, NULL, SIMILARITY);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, class.staff, METHOD_GET, NULL, SIMILARITY "?least=101");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_string_equal(fixture_dump(fixture), before);
  end_class(&class);
}

static void drafts_and_earlier_versions_of_a_proposal_are_not_compared(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct class first = proposing(&class, "Firsts", PASSAGE);
  saved(&class, class.ann, "methodology", "\"" PASSAGE "\"");
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 0);
  proposing(&class, "Seconds", PASSAGE);
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 1);
  decide(&first, PROPOSAL_REQUEST_CHANGES);
  saved(&first, first.ann, "methodology", "\"We do it in another way than we had thought of.\"");
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 1);
  submit_proposal(&first, first.ann, "");
  fixture_expect(class.fixture, 200);
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 0);
  end_class(&class);
}

// A later course, in which a student says the passage, and with `staff` and the instructor as its staff.
static void another_course(struct class *class) {
  struct fixture *fixture = class->fixture;
  FILE *file = fopen("config/minimal.yaml", "rb");
  assert_non_null(file);
  char *text = arena_alloc(fixture->arena, 32 * 1024);
  size_t size = fread(text, 1, 32 * 1024 - 1, file);
  fclose(file);
  const struct local_call call = {.method = METHOD_POST,
                                  .target = "/api/v1/courses",
                                  .content_type = "application/yaml",
                                  .body = text,
                                  .size = size};
  fixture_send(fixture, -1, &call);
  fixture_expect(fixture, 201);
  struct db *db = app_db(fixture->app);
  assert_int_equal(ERR_OK, db_exec(db,
                                   "insert into enrolments (course_id, person_id, role, credit, state, version, "
                                   "created_at) select c.id, p.id, case p.id when $1 then 'student' else 'staff' end, "
                                   "'credit', 'active', 1, 1 from courses c, people p where "
                                   "c.slug = 'minimal-2024sp' and p.id in ($1, $2, $3)",
                                   db_int(class->cyd), db_int(class->staff), db_int(class->bob)));
  assert_int_equal(ERR_OK,
                   db_exec(db,
                           "insert into submissions (course_id, milestone, person_id, version, at, judged_at, "
                           "is_on_time, counts, reproduce, statement) select id, 'report', $1, 1, 1, 1, 1, 1, 'make', "
                           "$2 from courses where slug = 'minimal-2024sp'",
                           db_int(class->cyd), db_text(PASSAGE)));
}

static void an_earlier_course_is_compared_only_for_who_is_staff_there_too(void **state) {
  (void)state;
  const char *later = "/api/v1/courses/minimal-2024sp/similarity";
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  proposing(&class, "Firsts", PASSAGE);
  another_course(&class);
  assert_int_equal(matches_seen(&class, class.staff, later), 1);
  assert_string_equal(fixture_text(fixture, "matches.0.a.course"), "minimal-2024sp");
  assert_int_equal(fixture_int(fixture, "matches.0.a.person"), class.cyd);
  assert_string_equal(fixture_text(fixture, "matches.0.a.milestone"), "report");
  assert_string_equal(fixture_text(fixture, "matches.0.a.field"), "statement");
  assert_string_equal(fixture_text(fixture, "matches.0.b.course"), "cs8803-smr-2023fa");
  assert_int_equal(matches_seen(&class, class.bob, later), 0); // staff here, a student there
  assert_null(strstr(fixture->answer.body, "dense cache"));
  assert_int_equal(matches_seen(&class, class.staff, SIMILARITY), 0); // that one is not earlier
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "update enrolments set state = 'dropped' where course_id = $1 and person_id = $2",
                                   db_int(fixture->course), db_int(class.staff)));
  assert_int_equal(matches_seen(&class, class.staff, later), 0); // was staff there
  fixture_free(fixture);
}

static void more_text_than_is_read_is_told_and_the_course_comes_before_earlier_ones(void **state) {
  (void)state;
  const char *later = "/api/v1/courses/minimal-2024sp/similarity";
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  proposing(&class, "Firsts", PASSAGE);
  another_course(&class);
  assert_int_equal(matches_seen(&class, class.staff, later), 1);
  assert_true(json_is_false(fixture_json(fixture, "cut")));
  int64_t texts = fixture_int(fixture, "texts");
  const char *blank = arena_format(fixture->arena, "%*s", 8 * 1024 * 1024 - 300, "x");
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "insert into submissions (course_id, milestone, person_id, version, at, judged_at, "
                                   "is_on_time, counts, reproduce) values ($1, 'lab-1', $2, 1, 1, 1, 1, 1, $3)",
                                   db_int(fixture->course), db_int(class.cyd), db_text(blank)));
  assert_int_equal(matches_seen(&class, class.staff, later), 1);
  assert_true(json_is_false(fixture_json(fixture, "cut")));
  assert_int_equal(fixture_int(fixture, "texts"), texts + 1);
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app),
                           "update submissions set reproduce = reproduce || reproduce where milestone = 'lab-1'"));
  assert_int_equal(matches_seen(&class, class.staff, later), 1);
  assert_true(json_is_true(fixture_json(fixture, "cut")));
  assert_int_equal(fixture_int(fixture, "texts"), texts);
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_passage_of_two_holders_is_found_with_its_places_and_its_share),
      cmocka_unit_test(texts_of_one_holder_and_two_of_other_courses_are_not_compared),
      cmocka_unit_test(what_more_than_half_of_the_answers_to_a_question_have_is_left_out),
      cmocka_unit_test(a_copy_beside_common_words_is_found_without_them),
      cmocka_unit_test(at_most_100_matches_of_20_passages_are_told_and_that_there_are_more),
      cmocka_unit_test(how_many_pairs_are_compared_is_bounded_and_told),
      cmocka_unit_test(the_greatest_share_stands_first),
      cmocka_unit_test(staff_see_the_copied_passage_side_by_side_and_students_nothing),
      cmocka_unit_test(drafts_and_earlier_versions_of_a_proposal_are_not_compared),
      cmocka_unit_test(an_earlier_course_is_compared_only_for_who_is_staff_there_too),
      cmocka_unit_test(more_text_than_is_read_is_told_and_the_course_comes_before_earlier_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
