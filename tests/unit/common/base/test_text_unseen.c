// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"

struct fault {
  const char *text;
  uint32_t point; // 0: none
  size_t position;
  const char *why;
};

static void check(const struct fault *fault, enum text_use use) {
  struct text_unseen found = {0};
  bool is_found = text_find_unseen(fault->text, use, &found);
  if (is_found != (fault->point != 0) || found.point != fault->point || found.position != fault->position)
    fail_msg("%s: U+%04X as number %zu, not U+%04X as number %zu", fault->why, (unsigned)found.point, found.position,
             (unsigned)fault->point, fault->position);
  if (is_found)
    assert_int_equal(utf8_length(fault->text) - utf8_length(fault->text + found.at), found.position - 1);
}

// NOLINTBEGIN(misc-misleading-bidirectional): they are what is tested, written as escapes
static void what_nobody_sees_is_found_in_a_name(void **state) {
  (void)state;
  static const struct fault faults[] = {
      {"Ada\u200B Lovelace", 0x200B, 4, "zero width space"},
      {"\uFEFFAda", 0xFEFF, 1, "byte order mark"},
      {"Ad\u00ADa", 0xAD, 3, "soft hyphen"},
      {"Ada\u2060", 0x2060, 4, "word joiner"},
      {"A\u034Fda", 0x34F, 2, "combining grapheme joiner"},
      {"\u3164", 0x3164, 1, "Hangul filler: a letter that is blank"},
      {"A\u2800B", 0x2800, 2, "Braille blank"},
      {"A\u2064B", 0x2064, 2, "invisible plus"},
      {"A\uFFF9B", 0xFFF9, 2, "interlinear annotation"},
      {"A\u202EB", 0x202E, 2, "right-to-left override"},
      {"A\u2066B\u2069", 0x2066, 2, "an isolate, closed as it is"},
      {"A\u200FB", 0x200F, 2, "right-to-left mark"},
      {"A\u061CB", 0x61C, 2, "Arabic letter mark"},
      {"A\uE000B", 0xE000, 2, "private use"},
      {"A\U0010FFFD", 0x10FFFD, 2, "private use, the last"},
      {"A\U0000FFFE", 0xFFFE, 2, "no character"},
      {"A\u0378", 0x378, 2, "not assigned"},
      {"A\U000E0041", 0xE0041, 2, "a tag"},
      {"\U0001F3F4\U000E0067\U000E0062", 0xE0067, 2, "a flag's tags without their end"},
      {"\U0001F3F4\U000E0068\U000E0069\U000E0064\U000E0065\U000E006E\U000E007F", 0xE0068, 2, "tags that spell a word"},
      {"A\uFE0F", 0xFE0F, 2, "a letter has no emoji form"},
      {"1\uFE0F", 0xFE0F, 2, "a digit's emoji form is the keycap"},
      {"1\uFE0E\u20E3", 0xFE0E, 2, "and it is not a text form"},
      {"\u2764\uFE0F\uFE0F", 0xFE0F, 3, "one form is enough"},
      {"A\u200DB", 0x200D, 2, "a joiner between Latin letters"},
      {"A\u200CB", 0x200C, 2, "a non-joiner between Latin letters"},
      {"\u0646\u200D\u0645", 0x200D, 2, "a joiner between Arabic letters, which join by themselves"},
      {"\u0645\u0627\u200C\u0645", 0x200C, 3, "a non-joiner behind alef, which joins nothing"},
      {"\u0645\u200C", 0x200C, 2, "a non-joiner before nothing"},
      {"\u0928\u200D\u0928", 0x200D, 2, "a joiner without virama"},
      {"\U0001F469\u200D", 0x200D, 2, "an emoji joined to nothing"},
      {"\U0001F469\u200DX", 0x200D, 2, "an emoji joined to a letter"},
      {"X\u200D\U0001F469", 0x200D, 2, "a letter joined to an emoji"},
      {"\u200D", 0x200D, 1, "a joiner alone"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    check(&faults[i], TEXT_NAME);
}

static void what_scripts_and_emoji_need_is_no_fault(void **state) {
  (void)state;
  static const struct fault cases[] = {
      {"Ada Lovelace, 42", 0, 0, "plain"},
      {"Zo\u00EB Mu\u0308ller \u0141o\u015B", 0, 0, "accents, combining too"},
      {"\u05D3\u05D5\u05D3 \u05DB\u05D4\u05DF", 0, 0, "Hebrew turns by itself"},
      {"\u0646\u0627\u0645\u0647\u200C\u0627\u06CC", 0, 0, "Persian: heh, non-joiner, alef"},
      {"\u0645\u064E\u200C\u064E\u0645", 0, 0, "past marks on either side"},
      {"\u0DC1\u0DCA\u200D\u0DBB\u0DD3", 0, 0, "Sinhala: Sri"},
      {"\u0915\u094D\u200C\u0937", 0, 0, "Hindi: virama, non-joiner"},
      {"\u09B0\u200D\u09CD\u09AF", 0, 0, "Bengali: joiner before the virama"},
      {"\u845B\U000E0100", 0, 0, "a form of an ideograph"},
      {"\u1820\u180B", 0, 0, "a form of a Mongolian letter"},
      {"\u0600\u0661", 0, 0, "Arabic number sign: a format character that is seen"},
      {"\u2764\uFE0F Team", 0, 0, "a heart in colour"},
      {"1\uFE0F\u20E3 Team", 0, 0, "keycap"},
      {"\U0001F469\u200D\U0001F4BB", 0, 0, "woman with laptop"},
      {"\U0001F469\U0001F3FD\u200D\U0001F680", 0, 0, "with a skin tone"},
      {"\U0001F3F3\uFE0F\u200D\U0001F308", 0, 0, "rainbow flag: joined behind a form"},
      {"\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", 0, 0, "Scotland"},
      {"\U0001F1E9\U0001F1EA", 0, 0, "a flag of two letters"},
      {"\U0001FAFF", 0, 0, "kept free for an emoji"},
      {"", 0, 0, "nothing"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    check(&cases[i], TEXT_NAME);
    assert_null(text_unseen_words(arena, cases[i].text, TEXT_NAME));
    assert_ptr_equal(text_drop_unseen(arena, cases[i].text), cases[i].text);
  }
}

static void lines_are_refused_only_what_turns_them_around(void **state) {
  (void)state;
  static const struct fault cases[] = {
      {"See\u200B *this*\u00AD\u200D", 0, 0, "unseen, and harmless"},
      {"\u200Fabc\u200E", 0, 0, "marks"},
      {"a \u2067\u05D0\u05D1\u2069 b\nc", 0, 0, "an isolate, closed in its line"},
      {"a \u202B\u05D0\u05D1\u202C b", 0, 0, "an embedding, closed"},
      {"a \u2067\u202B\u05D0\u2069 b", 0, 0, "an isolate ends the embedding in it"},
      {"a\u202C\u2069b", 0, 0, "ends without beginnings"},
      {"one\ntwo\u202Eowt", 0x202E, 8, "right-to-left override"},
      {"\u202Done\u202C", 0x202D, 1, "left-to-right override, closed as it is"},
      {"a \u2067\u05D0\nb\u2069", 0x2067, 3, "an isolate that runs on into the next line"},
      {"a \u202Ab", 0x202A, 3, "an embedding that runs on behind the text"},
      {"\u2068a\u202C", 0x2068, 1, "an embedding's end does not end an isolate"},
      {"\u2068a\u2068b\u2069", 0x2068, 1, "one of two is closed"},
      {"\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068\u2068", 0x2068,
       17, "deeper than any text is"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(&cases[i], TEXT_LINES);
}

static void the_words_say_what_it_is_and_where(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const struct {
    const char *text, *words;
  } cases[] = {
      {"Ada\u200B Lovelace", "has a character that nobody can see, U+200B ZERO WIDTH SPACE: the 4th, behind \"Ada\"; "
                             "delete it there, or type the text again"},
      {"\u202EAda", "has a character that turns the direction of writing, U+202E RIGHT-TO-LEFT OVERRIDE: the 1st, at "
                    "the beginning; delete it there, or type the text again"},
      {"The long name of a te\uF8FF",
       "has a character that has no agreed meaning, U+F8FF: the 22nd, behind \"name of a "
       "te\"; delete it there, or type the text again"},
      {"\u00E9\u00E9\u00AD",
       "has a character that nobody can see, U+00AD SOFT HYPHEN: the 3rd, behind \"\u00E9\u00E9\"; "
       "delete it there, or type the text again"},
      {"0123456789\u00AD", "has a character that nobody can see, U+00AD SOFT HYPHEN: the 11th, behind \"0123456789\"; "
                           "delete it there, or type the text again"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(text_unseen_refusal(arena, cases[i].text, TEXT_NAME), cases[i].words);
  assert_non_null(strstr(text_unseen_words(arena, "a\u202Eb", TEXT_LINES), "U+202E"));
  assert_null(text_unseen_words(arena, "a\u200Bb", TEXT_LINES));
  assert_null(text_unseen_refusal(arena, "a\u200Bb", TEXT_LINES));
  assert_string_equal(text_unseen_words(arena, "a\u200Bb", TEXT_NAME),
                      "has a character that nobody can see, U+200B ZERO WIDTH SPACE: the 2nd, behind \"a\"");
}

static void what_nobody_sees_is_dropped_and_the_rest_stays(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const struct {
    const char *text, *kept;
  } cases[] = {
      {"\uFEFFAda\u200B Love\u00ADlace\u202E", "Ada Lovelace"},
      {"\u200B\u2060", ""},
      {"\U0001F469\u200B\u200D\U0001F4BB", "\U0001F469\u200D\U0001F4BB"},
      {"\U0001F469\u200D\u200B\U0001F4BB", "\U0001F469\U0001F4BB"},
      {"\u0645\u200C\u200B\u0645", "\u0645\u200C\u0645"},
      {"\u2764\uFE0F\uFE0F", "\u2764\uFE0F"},
      {"bad \xFF\u200B byte", "bad \xFF byte"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *kept = text_drop_unseen(arena, cases[i].text);
    assert_string_equal(kept, cases[i].kept);
    assert_ptr_equal(text_drop_unseen(arena, kept), kept); // nothing more to drop
  }
}

// Whatever is allowed to stay in a name is no part of its key, so that it makes no second team of that name.
static void names_that_differ_only_in_what_nobody_sees_have_one_key(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const char *const pairs[][2] = {
      {"Gradient\u200B Descenders", "gradient descenders"},
      {"\u2764\uFE0F", "\u2764"},
      {"\u0646\u0627\u0645\u0647\u200C\u0627\u06CC", "\u0646\u0627\u0645\u0647\u0627\u06CC"},
      {"\u845B\U000E0100", "\u845B"},
      {"a\U000E0041b", "AB"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    assert_string_equal(text_fold(arena, pairs[i][0]), text_fold(arena, pairs[i][1]));
}

static void a_long_text_of_them_takes_no_longer_than_its_length(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  text_add(&text, "\u0645");
  for (int i = 0; i < 300000; i++)
    text_add(&text, i % 2 ? "\u200C" : "\u200B");
  assert_string_equal(text_drop_unseen(arena, text_get(&text)), "\u0645");
}

// NOLINTEND(misc-misleading-bidirectional)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_nobody_sees_is_found_in_a_name),
      cmocka_unit_test(what_scripts_and_emoji_need_is_no_fault),
      cmocka_unit_test(lines_are_refused_only_what_turns_them_around),
      cmocka_unit_test(the_words_say_what_it_is_and_where),
      cmocka_unit_test(what_nobody_sees_is_dropped_and_the_rest_stays),
      cmocka_unit_test(names_that_differ_only_in_what_nobody_sees_have_one_key),
      cmocka_unit_test(a_long_text_of_them_takes_no_longer_than_its_length),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
