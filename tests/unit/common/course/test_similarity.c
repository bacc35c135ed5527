// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "common/course/similarity.h"

static struct similarity compare(struct arena *arena, const char *a, const char *b) {
  struct fingerprint *in_a = NULL, *in_b = NULL;
  size_t a_count = similarity_fingerprints(arena, a, strlen(a), &in_a);
  size_t b_count = similarity_fingerprints(arena, b, strlen(b), &in_b);
  return similarity_compare(arena, in_a, a_count, in_b, b_count);
}

static const char *part(struct arena *arena, const char *text, uint32_t start, uint32_t end) {
  return arena_text_n(arena, text + start, end - start);
}

// "word0 word1 …", from a generator of its own, so that no two runs are equal by chance.
static const char *words(struct arena *arena, unsigned first, size_t count) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < count; i++)
    text_add_format(&text, "w%u ", first + (unsigned)i);
  return text_get(&text);
}

static void a_shared_run_of_the_sure_length_is_found_wherever_it_stands(void **state) {
  (void)state;
  for (size_t before = 0; before < 12; before++) {
    for (size_t behind = 0; behind < 5; behind++) {
      struct arena *arena SCOPED_ARENA = arena_new();
      const char *run = words(arena, 1000, SIMILARITY_SURE_WORDS);
      const char *a = arena_format(arena, "%s%s%s", words(arena, 1, before), run, words(arena, 100, behind));
      const char *b = arena_format(arena, "%s%s%s", words(arena, 200, behind * 3), run, words(arena, 300, before));
      assert_true(compare(arena, a, b).count > 0);
    }
  }
}

static void a_run_shorter_than_the_shortest_is_never_found(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *run = words(arena, 1000, SIMILARITY_RUN_WORDS - 1);
  const char *a = arena_format(arena, "%s%s%s", words(arena, 1, 30), run, words(arena, 100, 30));
  const char *b = arena_format(arena, "%s%s%s", words(arena, 200, 30), run, words(arena, 300, 30));
  assert_int_equal(0, compare(arena, a, b).count);
}

static void case_punctuation_and_space_do_not_count(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *a = "Our hypothesis: Größe and latency of the (quantized) model trade off linearly under load.";
  const char *b = "## our HYPOTHESIS\n\n* größe -- and latency, of the quantized\tmodel trade off; linearly under LOAD";
  struct similarity found = compare(arena, a, b);
  assert_int_equal(1, found.count);
  assert_true(found.a_bytes > strlen(a) / 2);
}

static void a_passage_names_the_same_words_in_both_texts(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *shared = "caching attention keys across requests halves the median latency of a served model at peak";
  const char *a = arena_format(arena, "%s. %s. %s", words(arena, 1, 40), shared, words(arena, 100, 40));
  const char *b = arena_format(arena, "%s. %s. %s", words(arena, 200, 9), shared, words(arena, 300, 70));
  struct similarity found = compare(arena, a, b);
  assert_int_equal(1, found.count);
  const struct passage *passage = &found.passages[0];
  const char *in_a = part(arena, a, passage->a_start, passage->a_end);
  assert_string_equal(in_a, part(arena, b, passage->b_start, passage->b_end));
  assert_non_null(strstr(shared, in_a)); // winnowing may leave out a word or two at either end
  assert_in_range(strlen(in_a), strlen(shared) * 6 / 10, strlen(shared));
  assert_int_equal(strlen(in_a), found.a_bytes);
  assert_int_equal(found.a_bytes, found.b_bytes);
}

static void a_text_is_wholly_similar_to_itself(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *text = words(arena, 1, 400);
  struct similarity found = compare(arena, text, text);
  assert_int_equal(1, found.count);
  assert_in_range(found.a_bytes, strlen(text) * 9 / 10, strlen(text));
}

static void a_changed_word_leaves_one_passage_a_changed_page_two(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *head = words(arena, 1, 30), *tail = words(arena, 500, 30);
  const char *a = arena_format(arena, "%sblue %s", head, tail);
  assert_int_equal(1, compare(arena, a, arena_format(arena, "%sred %s", head, tail)).count);
  assert_int_equal(2, compare(arena, a, arena_format(arena, "%s%s%s", head, words(arena, 700, 90), tail)).count);
}

static void passages_may_stand_in_another_order(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *one = words(arena, 1, 20), *two = words(arena, 500, 20);
  struct similarity found = compare(arena, arena_format(arena, "%s%s%s", one, words(arena, 90, 40), two),
                                    arena_format(arena, "%s%s%s", two, words(arena, 900, 40), one));
  assert_int_equal(2, found.count);
  assert_true(found.passages[0].b_start > found.passages[1].b_start);
}

static void short_empty_and_broken_texts_are_similar_to_nothing(void **state) {
  (void)state;
  static const char *const texts[] = {"", "one", "one two three four", "\xff\xfe\x80 \xc3", "....... \n\n !!"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    assert_int_equal(0, compare(arena, texts[i], texts[i]).count);
    assert_int_equal(0, compare(arena, texts[i], words(arena, 1, 50)).count);
  }
}

static void one_run_repeated_ten_thousand_times_is_compared_in_bounds(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  for (int i = 0; i < 10000; i++)
    text_add(&text, "the same five words again ");
  struct similarity found = compare(arena, text_get(&text), text_get(&text));
  assert_in_range(found.count, 1, SIMILARITY_PASSAGES_MAX);
}

// Stored fingerprints of a course are compared with those of later years.
static void the_numbers_of_a_run_never_change(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct fingerprint *list = NULL;
  assert_int_equal(1, similarity_fingerprints(arena, "systems for machine learning rock", 33, &list));
  assert_int_equal(UINT64_C(0x62cc2f4ff707b9ef), list[0].hash);
  assert_int_equal(0, list[0].start);
  assert_int_equal(33, list[0].end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_shared_run_of_the_sure_length_is_found_wherever_it_stands),
      cmocka_unit_test(a_run_shorter_than_the_shortest_is_never_found),
      cmocka_unit_test(case_punctuation_and_space_do_not_count),
      cmocka_unit_test(a_passage_names_the_same_words_in_both_texts),
      cmocka_unit_test(a_text_is_wholly_similar_to_itself),
      cmocka_unit_test(a_changed_word_leaves_one_passage_a_changed_page_two),
      cmocka_unit_test(passages_may_stand_in_another_order),
      cmocka_unit_test(short_empty_and_broken_texts_are_similar_to_nothing),
      cmocka_unit_test(one_run_repeated_ten_thousand_times_is_compared_in_bounds),
      cmocka_unit_test(the_numbers_of_a_run_never_change),
  };
  return cmocka_run_group_tests_name("similarity", tests, NULL, NULL);
}
