// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/diff.h"
#include "common/base/text.h"

struct diff_case {
  const char *before;
  const char *after;
  const char *shown; // "=same", "-removed", "+added", each in brackets
  const char *why;
};

static const struct diff_case cases[] = {
    {"", "", "", "nothing to nothing"},
    {"a b", "a b", "[=a b]", "the same is one run"},
    {"", "new text", "[+new text]", "all is new"},
    {"old text", "", "[-old text]", "all is gone"},
    {"the quick fox", "the slow fox", "[=the ][-quick][+slow][= fox]", "a word in the middle"},
    {"caches help", "caches do not help", "[=caches ][+do not ][=help]", "words put in"},
    {"caches do not help", "caches help", "[=caches ][-do not ][=help]", "words taken out"},
    {"a b", "b", "[-a ][=b]", "the first word goes"},
    {"a", "a b", "[=a][+ b]", "a word is appended"},
    {"one, two", "one; two", "[=one][-,][+;][= two]", "a mark is a word of its own"},
    {"p99 < 5 ms", "p99 < 7 ms", "[=p99 < ][-5][+7][= ms]", "a number"},
    {"Köln träumt", "Köln räumt", "[=Köln ][-träumt][+räumt]", "letters beyond ASCII hold together"},
    {"a\n\nb", "a\nb", "[=a][-\n\n][+\n][=b]", "lines"},
    {"\xf0\x9f\x98\x80 a", "\xf0\x9f\x98\x81 a", "[-\xf0\x9f\x98\x80][+\xf0\x9f\x98\x81][= a]", "a sign is never cut"},
};

static const char *shown(struct arena *arena, struct diff diff) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < diff.count; i++)
    text_add_format(&text, "[%c%s]", "=-+"[diff.runs[i].kind], diff.runs[i].text);
  return text_get(&text);
}

static const char *joined(struct arena *arena, struct diff diff, enum diff_kind without) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < diff.count; i++)
    if (diff.runs[i].kind != without)
      text_add(&text, diff.runs[i].text);
  return text_get(&text);
}

static void what_changed_is_told_word_by_word(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *is = shown(arena, diff_words(arena, cases[i].before, cases[i].after));
    if (strcmp(is, cases[i].shown) != 0)
      fail_msg("%s: %s, not %s", cases[i].why, is, cases[i].shown);
  }
}

// A text of words from a small alphabet, so that much is the same by chance.
static const char *some_text(struct arena *arena, uint32_t *seed, size_t words) {
  static const char *const letters[] = {"a", "b", "cc", "\n", ".", " ", "é"};
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < words; i++) {
    *seed = *seed * 1103515245u + 12345u;
    text_add(&text, letters[(*seed >> 16) % 7]);
  }
  return text_get(&text);
}

static void the_runs_make_up_both_texts_and_never_repeat_a_kind(void **state) {
  (void)state;
  uint32_t seed = 7;
  for (int round = 0; round < 2000; round++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *before = some_text(arena, &seed, seed % 40), *after = some_text(arena, &seed, seed % 37);
    struct diff diff = diff_words(arena, before, after);
    assert_string_equal(joined(arena, diff, DIFF_ADDED), before);
    assert_string_equal(joined(arena, diff, DIFF_REMOVED), after);
    for (size_t i = 0; i < diff.count; i++) {
      assert_true(diff.runs[i].text[0] != '\0');
      assert_true(i == 0 || diff.runs[i].kind != diff.runs[i - 1].kind);
      assert_true(i == 0 || diff.runs[i].kind != DIFF_REMOVED || diff.runs[i - 1].kind == DIFF_SAME);
    }
  }
}

// The length of what stays is the longest possible: compared with the table of the longest common subsequence.
static void no_shorter_way_leads_from_one_text_to_the_other(void **state) {
  (void)state;
  uint32_t seed = 99;
  for (int round = 0; round < 300; round++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    char a[30], b[30];
    int best[31][31] = {{0}};
    size_t n = 1 + seed % 28;
    for (size_t i = 0; i < 29; i++) {
      seed = seed * 1103515245u + 12345u;
      a[i] = ".,;"[(seed >> 16) % 3];
      b[i] = ".,;"[(seed >> 20) % 3];
    }
    a[n] = b[29 - n + 1] = '\0';
    a[29] = b[29] = '\0';
    size_t m = strlen(b);
    n = strlen(a);
    for (size_t i = n; i-- > 0;)
      for (size_t j = m; j-- > 0;)
        best[i][j] = a[i] == b[j]                      ? best[i + 1][j + 1] + 1
                     : best[i + 1][j] > best[i][j + 1] ? best[i + 1][j]
                                                       : best[i][j + 1];
    struct diff diff = diff_words(arena, a, b);
    int same = 0;
    for (size_t i = 0; i < diff.count; i++)
      same += diff.runs[i].kind == DIFF_SAME ? (int)strlen(diff.runs[i].text) : 0;
    assert_int_equal(same, best[0][0]);
  }
}

static const char *marks(struct arena *arena, char mark, int count, const char *before, const char *after) {
  struct text text;
  text_init(&text, arena);
  text_add(&text, before);
  for (int i = 0; i < count; i++)
    text_add_char(&text, mark);
  text_add(&text, after);
  return text_get(&text);
}

static void beyond_the_bound_the_middle_is_replaced_and_the_ends_stay(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  int half = DIFF_EDITS_MAX / 2;
  // One sign in the middle is the same, so that a way with exactly so many edits keeps it.
  const char *before = arena_format(arena, "%s=%s", marks(arena, '.', half - 1, "begin", ""), ".end");
  const char *after = arena_format(arena, "%s=%s", marks(arena, ',', half - 1, "begin", ""), ",end");
  assert_int_equal(diff_words(arena, before, after).count, 7);
  before = arena_format(arena, "%s=%s", marks(arena, '.', half, "begin", ""), ".end");
  struct diff diff = diff_words(arena, before, after);
  assert_int_equal(diff.count, 4);
  assert_string_equal(diff.runs[0].text, "begin");
  assert_string_equal(diff.runs[3].text, "end");
  assert_string_equal(joined(arena, diff, DIFF_ADDED), before);
  assert_string_equal(joined(arena, diff, DIFF_REMOVED), after);
}

static void long_texts_cost_bounded_memory(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *before = marks(arena, '.', 100000, "", ""), *after = marks(arena, ',', 100000, "", "");
  size_t used = arena_used_bytes(arena);
  struct diff diff = diff_words(arena, before, after);
  assert_int_equal(diff.count, 2);
  assert_true(arena_used_bytes(arena) - used < 32u << 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_changed_is_told_word_by_word),
      cmocka_unit_test(the_runs_make_up_both_texts_and_never_repeat_a_kind),
      cmocka_unit_test(no_shorter_way_leads_from_one_text_to_the_other),
      cmocka_unit_test(beyond_the_bound_the_middle_is_replaced_and_the_ends_stay),
      cmocka_unit_test(long_texts_cost_bounded_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
