// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "server/courses/privacy_words.h"

struct mention_case {
  const char *text;
  const char *expected; // NULL: nobody is named
  enum privacy_text_kind kind;
  const char *why;
};

static const struct mention_case cases[] = {
    {"Al Ng joined", "X joined", PRIVACY_BY_PEOPLE, "a name"},
    {"Ask Al Ng.", "Ask X.", PRIVACY_BY_PEOPLE, "a name before a full stop"},
    {"(Al Ng)", "(X)", PRIVACY_BY_PEOPLE, "in parentheses"},
    {"Al Ng, Al Ng and Al Ng", "X, X and X", PRIVACY_BY_PEOPLE, "each of them"},
    {"Gal Ng", NULL, PRIVACY_BY_PEOPLE, "another name that ends alike"},
    {"Al Ngo", NULL, PRIVACY_BY_PEOPLE, "another name that begins alike"},
    {"\u00e9Al Ng", NULL, PRIVACY_BY_PEOPLE, "a letter beyond ASCII before it"},
    {"Al Ng Li met Al Ng", "X met X", PRIVACY_BY_PEOPLE, "the longer of two that begin at one place"},
    {"Al Ng Lin", "X Lin", PRIVACY_BY_PEOPLE, "the longer is not whole, the shorter is"},
    {"Write to a@x.edu!", "Write to X!", PRIVACY_BY_PEOPLE, "an address"},
    {"a@x.edu.", "X.", PRIVACY_BY_PEOPLE, "an address that ends a sentence"},
    {"b.a@x.edu", NULL, PRIVACY_BY_PEOPLE, "another address that ends alike"},
    {"b+a@x.edu", NULL, PRIVACY_BY_PEOPLE, "another address with a plus"},
    {"a@x.edu.tr", NULL, PRIVACY_BY_PEOPLE, "another domain"},
    {"o'a@x.edu or 'a@x.edu'", "o'a@x.edu or 'X'", PRIVACY_BY_PEOPLE, "one with an apostrophe"},
    {"A@X.edu", "X", PRIVACY_ADDRESS, "one address, in other letters"},
    {"/a@x.edu", NULL, PRIVACY_ADDRESS, "all of it"},
    {"a@x.edu-x", NULL, PRIVACY_BY_PEOPLE, "another domain with a dash"},
    {"Will joined on May Day", NULL, PRIVACY_BY_PEOPLE, "short names may be words where people write"},
    {"Will joined", "X joined", PRIVACY_BY_TANDEM, "but not where the program writes"},
    {"May Day left.", "X left.", PRIVACY_BY_TANDEM, "two words too"},
    {"Willa joined", NULL, PRIVACY_BY_TANDEM, "and it is whole there too"},
    {"Will joined. They write: \"Will you?\" Will says so.", "X joined. They write: \"Will you?\" X says so.",
     PRIVACY_BY_TANDEM, "who is quoted is a person"},
    {"They write: \"Ask Al Ng.\"", "They write: \"Ask X.\"", PRIVACY_BY_TANDEM,
     "in quotation marks full names are found"},
    {"Will asks. They write: \"May I?\"", "X asks. They write: X", PRIVACY_QUOTING, "and what the person wrote"},
    {"Will Smith asks. They write: \"May I?\"", NULL, PRIVACY_BY_TANDEM, "not what somebody else wrote in its words"},
    {"{\"words\":\"May I?\"}", NULL, PRIVACY_IN_JSON, "but only where Tandem quotes it"},
    {"She asked \"May I?\"", NULL, PRIVACY_BY_PEOPLE, "not where somebody else writes the same"},
    {"Will Smith met Will.", "Will Smith met X.", PRIVACY_BY_TANDEM, "somebody else's name stays"},
    {"They write: \"Bring a 5\u201D plug.\" Will says so.", "They write: \"Bring a 5\u201D plug.\" X says so.",
     PRIVACY_BY_TANDEM, "a mark within a quotation ends it not"},
    {"Will Smithson", "X Smithson", PRIVACY_BY_TANDEM, "unless it is another one"},
    {"Sam joined", NULL, PRIVACY_BY_TANDEM, "what two are called names neither"},
    {"{\"name\":\"Will\"}", "{\"name\":\"X\"}", PRIVACY_IN_JSON, "a value"},
    {"{\"words\":\"Will you come?\"}", NULL, PRIVACY_IN_JSON, "a part of a value"},
    {"{\"Will\":1}", NULL, PRIVACY_IN_JSON, "the name of a member"},
    {"{\"words\":\"Ask Al Ng\"}", "{\"words\":\"Ask X\"}", PRIVACY_IN_JSON, "a full name within a value"},
    {"\u738b\u5c0f\u660e\u52a0\u5165\u4e86", "X\u52a0\u5165\u4e86", PRIVACY_BY_TANDEM,
     "scripts without spaces have no edges"},
    {"{\"name\":\"Al \\\"Q\\\" Ng\"}", "{\"name\":\"X\"}", PRIVACY_BY_PEOPLE, "as JSON writes it"},
    {"\u201CAl Ng\u201D\u2014Al Ng\u2026", "\u201CX\u201D\u2014X\u2026", PRIVACY_BY_PEOPLE, "marks beyond ASCII"},
    {"Al Ng\u52a0\u5165", "X\u52a0\u5165", PRIVACY_BY_PEOPLE, "a script without spaces after one with them"},
    {"Ana Jos\u00e9 met Ana Jos\u00e9phine", "X met Ana Jos\u00e9phine", PRIVACY_BY_PEOPLE,
     "a name that ends beyond ASCII is whole too"},
    {"Al Ng\u0303", NULL, PRIVACY_BY_PEOPLE, "a mark on the last letter makes it another"},
    {"\uae40\ubbfc\uc218\uac00 \uc654\ub2e4", "X\uac00 \uc654\ub2e4", PRIVACY_BY_PEOPLE, "a particle of Hangul"},
    {"May asks on Mon", "X asks on Mon", PRIVACY_BY_TANDEM, "a name that is a month's, too"},
    {"Due Tue 14 May 2024, says May.", "Due Tue 14 May 2024, says X.", PRIVACY_BY_TANDEM, "a date names nobody"},
    {"Al Ng Li Po met Al Ng Li", "Al Ng Li Po met X", PRIVACY_BY_PEOPLE, "somebody whose name goes on"},
    {"Will, come.\n\nWill, Models\n\nWill, Models", "Will, come.\n\nWill, Models\n\nX, Models", PRIVACY_SIGNED,
     "a signature"},
    {"Will, Models", NULL, PRIVACY_SIGNED, "what has no paragraphs has none"},
    {"Come.\n\nAl Ng, Will, Models", "Come.\n\nX, Will, Models", PRIVACY_SIGNED, "nor is what follows in it"},
    {"Come.\n\nWill Jr, Models", NULL, PRIVACY_SIGNED, "a name that goes on"},
    {"Come.\n\nWill Smith, Models", NULL, PRIVACY_SIGNED, "somebody else's signature"},
    {"{\"name\":\"Will\"}", "{\"name\":\"X\"}", PRIVACY_IN_AUDIT, "a name"},
    {"{\"preferred_name\":\"Will\"}", "{\"preferred_name\":\"X\"}", PRIVACY_IN_AUDIT, "a preferred one"},
    {"{\"state\":\"Will\"}", NULL, PRIVACY_IN_AUDIT, "a value that is no name"},
    {"{\"name\":\"Will come\"}", NULL, PRIVACY_IN_AUDIT, "a part of one"},
    {"nobody", NULL, PRIVACY_BY_TANDEM, "nothing to find"},
    {"", NULL, PRIVACY_BY_TANDEM, "no text"},
};

static void add_all(struct privacy_words *words) {
  static const struct {
    const char *word;
    enum privacy_word_kind kind;
  } list[] = {
      {"Al Ng Li", PRIVACY_WORD_FULL},      {"Al Ng", PRIVACY_WORD_FULL},
      {"a@x.edu", PRIVACY_WORD_FULL},       {"", PRIVACY_WORD_SHORT},
      {"Will", PRIVACY_WORD_SHORT},         {"\u738b\u5c0f\u660e", PRIVACY_WORD_SHORT},
      {"Al \"Q\" Ng", PRIVACY_WORD_FULL},   {"Al Ng", PRIVACY_WORD_SHORT},
      {"May Day", PRIVACY_WORD_SHORT},      {"\"May I?\"", PRIVACY_WORD_QUOTED},
      {"Sam", PRIVACY_WORD_SHORT},          {"Will Smith", PRIVACY_WORD_OTHERS},
      {"Sam", PRIVACY_WORD_OTHERS},         {"Al Ng Li Po", PRIVACY_WORD_OTHERS},
      {"May", PRIVACY_WORD_SHORT},          {"Tue", PRIVACY_WORD_SHORT},
      {"Ana Jos\u00e9", PRIVACY_WORD_FULL}, {"\uae40\ubbfc\uc218", PRIVACY_WORD_FULL},
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++)
    privacy_words_add(words, list[i].word, list[i].kind);
  privacy_words_ready(words);
}

static void names_and_addresses_are_found_as_whole_words(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct privacy_words words;
  privacy_words_init(&words, arena);
  add_all(&words);
  assert_int_equal(17, words.count); // each once, "" not at all, two in JSON's way too
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *found = privacy_words_replace(&words, cases[i].text, "X", cases[i].kind);
    if (!text_equal(found, cases[i].expected))
      fail_msg("%s: %s instead of %s", cases[i].why, found == NULL ? "nothing" : found,
               cases[i].expected == NULL ? "nothing" : cases[i].expected);
  }
  assert_null(privacy_words_replace(&words, NULL, "X", PRIVACY_BY_TANDEM));
  assert_true(privacy_words_has(&words, "Fort Will", PRIVACY_WORD_SHORT));
  assert_false(privacy_words_has(&words, "Willa Al Ng", PRIVACY_WORD_SHORT));
}

static void a_short_name_within_the_full_one_is_no_mention_of_its_own(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct privacy_words words;
  privacy_words_init(&words, arena);
  privacy_words_add(&words, "Ana Maria Lopez", PRIVACY_WORD_FULL);
  privacy_words_add(&words, "Maria", PRIVACY_WORD_SHORT);
  privacy_words_ready(&words);
  assert_false(privacy_words_has(&words, "Ana Maria Lopez", PRIVACY_WORD_SHORT));
  assert_true(privacy_words_has(&words, "Maria Stuart", PRIVACY_WORD_SHORT));
  assert_true(privacy_words_has(&words, "Ana Maria Lopez or Maria", PRIVACY_WORD_SHORT));
  assert_false(privacy_words_has(&words, "Annamaria", PRIVACY_WORD_SHORT));
  assert_true(privacy_words_has(&words, "Ana Maria Lopez Cruz", PRIVACY_WORD_FULL));
  assert_false(privacy_words_has(&words, "Ana Maria Lopez", PRIVACY_WORD_FULL));
  assert_false(privacy_words_has(&words, "Maria Stuart", PRIVACY_WORD_FULL));
}

static void many_names_take_one_pass_over_a_long_text(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct privacy_words words;
  struct text text;
  privacy_words_init(&words, arena);
  text_init(&text, arena);
  for (int i = 0; i < 20000; i++) {
    privacy_words_add(&words, arena_format(arena, "Name Number %d", i), PRIVACY_WORD_SHORT);
    text_add(&text, "Name Number is Name Numbers. ");
  }
  privacy_words_ready(&words);
  text_add(&text, "Name Number 17");
  const char *found = privacy_words_replace(&words, text_get(&text), "X", PRIVACY_BY_TANDEM);
  assert_non_null(found);
  assert_string_equal(found + strlen(found) - 2, " X");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_addresses_are_found_as_whole_words),
      cmocka_unit_test(a_short_name_within_the_full_one_is_no_mention_of_its_own),
      cmocka_unit_test(many_names_take_one_pass_over_a_long_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
