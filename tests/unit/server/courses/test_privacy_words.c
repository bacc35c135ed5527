// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/base/text.h"
#include "server/courses/privacy_words.h"

struct mention_case {
  const char *text;
  const char *expected; // NULL: nobody is named
  bool with_single;
  const char *why;
};

static void names_and_addresses_are_found_as_whole_words(void **state) {
  static const struct mention_case cases[] = {
      {"Al Ng joined", "X joined", false, "a name"},
      {"Ask Al Ng.", "Ask X.", false, "a name before a full stop"},
      {"(Al Ng)", "(X)", false, "in parentheses"},
      {"Al Ng, Al Ng and Al Ng", "X, X and X", false, "each of them"},
      {"Gal Ng", NULL, false, "another name that ends alike"},
      {"Al Ngo", NULL, false, "another name that begins alike"},
      {"éAl Ng", NULL, false, "a letter beyond ASCII before it"},
      {"Al Ng Li met Al Ng", "X met X", false, "the longer of two that begin at one place"},
      {"Write to a@x.edu!", "Write to X!", false, "an address"},
      {"a@x.edu.", "X.", false, "an address that ends a sentence"},
      {"b.a@x.edu", NULL, false, "another address that ends alike"},
      {"b+a@x.edu", NULL, false, "another address with a plus"},
      {"a@x.edu.tr", NULL, false, "another domain"},
      {"a@x.edu-x", NULL, false, "another domain with a dash"},
      {"Will joined", NULL, false, "a single name may be a word where people write"},
      {"Will joined", "X joined", true, "but not where the program writes"},
      {"Willa joined", NULL, true, "and it is whole there too"},
      {"王小明加入了", "X加入了", true, "scripts without spaces have no edges"},
      {"{\"name\":\"Al \\\"Q\\\" Ng\"}", "{\"name\":\"X\"}", false, "as JSON writes it"},
      {"nobody", NULL, true, "nothing to find"},
      {"", NULL, true, "no text"},
  };
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct privacy_words words;
  privacy_words_init(&words, arena);
  static const char *const list[] = {"Al Ng Li", "Al Ng", "a@x.edu", "", "Will", "王小明", "Al \"Q\" Ng", "Al Ng"};
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    privacy_words_add(&words, list[i]);
  assert_int_equal(7, words.count); // each once, "" not at all, one in JSON's way too
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *found = privacy_words_replace(&words, cases[i].text, "X", cases[i].with_single);
    if (!text_equal(found, cases[i].expected))
      fail_msg("%s: %s instead of %s", cases[i].why, found == NULL ? "nothing" : found,
               cases[i].expected == NULL ? "nothing" : cases[i].expected);
  }
  assert_null(privacy_words_replace(&words, NULL, "X", true));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_and_addresses_are_found_as_whole_words)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
