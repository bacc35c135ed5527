// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/base/text.h"

static void a_buffer_grows_and_keeps_its_end(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  assert_string_equal(text_get(&text), "");
  for (int i = 0; i < 1000; i++) {
    text_add(&text, "ab");
    text_add_char(&text, 'c');
    text_add_n(&text, "de!", 2);
    text_add_format(&text, "%d", i % 10);
    assert_int_equal(text.bytes[text.size], '\0');
  }
  assert_int_equal(text.size, 6000);
  for (int i = 0; i < 1000; i++) {
    assert_memory_equal(text.bytes + i * 6, "abcde", 5);
    assert_int_equal(text.bytes[i * 6 + 5], '0' + i % 10);
  }
}

static void adding_nothing_gives_an_empty_text(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  text_add_n(&text, NULL, 0);
  assert_int_equal(text.size, 0);
  assert_string_equal(text.bytes, "");
}

static void formats_at_the_edge_of_the_room_come_out_whole(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int width = 250; width < 262; width++) {
    struct text text;
    text_init(&text, arena);
    text_add_format(&text, "%*d", width, 7);
    text_add(&text, "!");
    assert_int_equal(text.size, width + 1);
    assert_string_equal(text.bytes + width - 1, "7!");
  }
}

static void utf8_is_checked_strictly(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
    bool is_valid;
    const char *why;
  } cases[] = {
      {"", 0, true, "nothing"},
      {"plain ASCII of more than eight", 30, true, "the fast path"},
      {"\x7F", 1, true, "the last of one byte"},
      {"a\0b", 3, false, "NUL"},
      {"12345678\0", 9, false, "NUL after eight"},
      {"1234567\0abc", 11, false, "NUL within eight"},
      {"\xC2\x80", 2, true, "the first of two bytes"},
      {"\xDF\xBF", 2, true, "the last of two bytes"},
      {"\xC0\x80", 2, false, "overlong NUL"},
      {"\xC1\xBF", 2, false, "overlong, two bytes"},
      {"\xE0\x9F\xBF", 3, false, "overlong, three bytes"},
      {"\xE0\xA0\x80", 3, true, "the first of three bytes"},
      {"\xED\x9F\xBF", 3, true, "before the surrogates"},
      {"\xED\xA0\x80", 3, false, "the first surrogate"},
      {"\xED\xBF\xBF", 3, false, "the last surrogate"},
      {"\xEE\x80\x80", 3, true, "after the surrogates"},
      {"\xEF\xBF\xBF", 3, true, "a noncharacter is still UTF-8"},
      {"\xF0\x8F\xBF\xBF", 4, false, "overlong, four bytes"},
      {"\xF0\x90\x80\x80", 4, true, "the first of four bytes"},
      {"\xF4\x8F\xBF\xBF", 4, true, "U+10FFFF"},
      {"\xF4\x90\x80\x80", 4, false, "U+110000"},
      {"\xF5\x80\x80\x80", 4, false, "a lead that cannot be"},
      {"\xFF", 1, false, "never in UTF-8"},
      {"\x80", 1, false, "a continuation alone"},
      {"\xE2\x82", 2, false, "cut short"},
      {"\xE2\x82\xAC", 2, false, "cut by its size"},
      {"\xC3(", 2, false, "a lead without its continuation"},
      {"12345678\xC3\xA9"
       "12345678\xFF",
       19, false, "broken after a long valid part"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (utf8_is_valid(cases[i].bytes, cases[i].size) != cases[i].is_valid)
      fail_msg("%s", cases[i].why);
}

static void length_counts_code_points(void **state) {
  (void)state;
  assert_int_equal(utf8_length(""), 0);
  assert_int_equal(utf8_length("abc"), 3);
  assert_int_equal(utf8_length("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 3);
}

static void control_characters_are_found(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool has_any, has_any_but_lines;
  } cases[] = {
      {"Ada Lovelace", false, false}, {"a\nb\tc", true, false}, {"a\rb", true, true},
      {"\x1F", true, true},           {" ", false, false},      {"\x7F", true, true},
      {"\xC2\x80", true, true},       {"\xC2\x9F", true, true}, {"\xC2\xA0", false, false},
      {"\xC3\x9F", false, false},     {"", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (text_has_control(cases[i].text, false) != cases[i].has_any ||
        text_has_control(cases[i].text, true) != cases[i].has_any_but_lines)
      fail_msg("case %zu", i);
  }
}

static void white_space_is_squeezed(void **state) {
  (void)state;
  static const struct {
    const char *text, *expected;
  } cases[] = {
      {"", ""},
      {"  \t\n ", ""},
      {"a", "a"},
      {"  Team \t  Seven\n", "Team Seven"},
      {"\xC2\xA0"
       "a\xE3\x80\x80\xE2\x80\x83"
       "b\xE2\x80\xA9",
       "a b"},                                  // no-break, ideographic, em space; paragraph
      {"\xE1\x9A\x80\xC2\x85\xE2\x81\x9F", ""}, // Ogham, next line, mathematical
      {"a\xE2\x80\x8B"
       "b",
       "a\xE2\x80\x8B"
       "b"},                // zero width space is not White_Space
      {"\xFF a", "\xFF a"}, // not UTF-8: kept
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(text_squeeze(arena, cases[i].text), cases[i].expected);
}

static void names_that_people_take_for_the_same_have_one_key(void **state) {
  (void)state;
  static const struct {
    const char *text, *key, *why;
  } cases[] = {
      {"", "", "nothing"},
      {" Team  SEVEN ", "team seven", "ASCII"},
      {"\xC3\x89quipe", "\xC3\xA9quipe", "an accented capital"},
      {"E\xCC\x81quipe", "\xC3\xA9quipe", "the accent apart"},
      {"STRASSE", "strasse", "capitals"},
      {"Stra\xC3\x9F"
       "e",
       "strasse", "sharp s folds to ss"},
      {"\xEF\xBC\xB4\xEF\xBD\x85\xEF\xBD\x81\xEF\xBD\x8D", "team", "fullwidth letters"},
      {"\xEF\xAC\x81ne", "fine", "a ligature"},
      {"te\xE2\x80\x8B"
       "am",
       "team", "zero width space is ignorable"},
      {"te\xC2\xAD"
       "am\xE2\x80\x8D",
       "team", "soft hyphen and joiner are ignorable"},
      {"a \xE2\x80\x8B b", "a b", "spaces around an ignorable one"},
      {"a\xE3\x80\x80"
       "b",
       "a b", "ideographic space"},
      {"\xCE\xA3\xCE\x91\xCE\xA3", "\xCF\x83\xCE\xB1\xCF\x83", "final sigma"},
      {"\xEF\xB7\xBA",
       "\xD8\xB5\xD9\x84\xD9\x89 \xD8\xA7\xD9\x84\xD9\x84\xD9\x87 \xD8\xB9\xD9\x84\xD9\x8A\xD9\x87 "
       "\xD9\x88\xD8\xB3\xD9\x84\xD9\x85",
       "one character that becomes eighteen"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *key = text_fold(arena, cases[i].text);
    if (!key || strcmp(key, cases[i].key) != 0)
      fail_msg("%s: \"%s\"", cases[i].why, key ? key : "(null)");
    if (strcmp(text_fold(arena, key), key) != 0)
      fail_msg("%s: folding the key changes it", cases[i].why);
  }
  assert_null(text_fold(arena, "a\xFF"));
}

static void people_search_without_capitals_accents_and_width(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *key;
  } cases[] = {
      {"  Ada  LOVELACE ", "ada lovelace"},
      {"\xC3\x89lodie", "elodie"},
      {"E\xCC\x81lodie", "elodie"},
      {"Nguy\xE1\xBB\x85n", "nguyen"},
      {"Wei\xC3\x9F", "weiss"},
      {"\xEF\xAC\x81n", "fin"},
      {"\xEF\xBC\xA1\xEF\xBC\xA2", "ab"},
      {"\xC4\xB0pek I\xC5\x9F\xC4\xB1l", "ipek isil"},
      {"\xC5\x81ukasz \xC3\x98rsted \xC3\x86lfred", "lukasz orsted aelfred"},
      {"\xE5\xB1\xB1\xE7\x94\xB0", "\xE5\xB1\xB1\xE7\x94\xB0"},
      {"\xF0\x9F\x98\x80 a", "\xF0\x9F\x98\x80 a"},
      {"\xCC\x81", ""},
      {"", ""},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *key = text_search_key(arena, cases[i].text);
    if (strcmp(key, cases[i].key) != 0 || strcmp(text_search_key(arena, key), key) != 0)
      fail_msg("\"%s\" gave \"%s\"", cases[i].text, key);
  }
  assert_null(text_search_key(arena, "a\xFF"));
}

static void a_text_that_grows_eighteenfold_is_folded_whole(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  for (int i = 0; i < 200; i++)
    text_add(&text, "\xEF\xB7\xBA");
  assert_int_equal(strlen(text_fold(arena, text_get(&text))), 200 * 33);
}

static void texts_compare_with_null(void **state) {
  (void)state;
  assert_true(text_equal(NULL, NULL));
  assert_false(text_equal(NULL, ""));
  assert_false(text_equal("", NULL));
  assert_true(text_equal("a", "a"));
  assert_false(text_equal("a", "b"));
  assert_true(text_starts("course.yaml", "course"));
  assert_true(text_starts("a", ""));
  assert_false(text_starts("cour", "course"));
}

static void the_nearest_word_is_suggested_only_when_it_is_near(void **state) {
  (void)state;
  static const char *const known[] = {"course", "teams", "tracks", "milestones", "due", "ml"};
  static const struct {
    const char *word, *nearest, *why;
  } cases[] = {
      {"course", "course", "the word itself"},
      {"corse", "course", "a letter left out"},
      {"coursse", "course", "a letter too many"},
      {"cuorse", "course", "two letters swapped"},
      {"tarcks", "tracks", "a swap is one edit"},
      {"milestoens!", "milestones", "two edits"},
      {"milstone", "milestones", "two left out"},
      {"miletsone", "milestones", "a swap and one left out"},
      {"milstne", NULL, "three edits"},
      {"team", "teams", "one missing"},
      {"tame", NULL, "two of four is half"},
      {"duel", "due", "one of four"},
      {"du", NULL, "one of two is half"},
      {"xyz", NULL, "far from all"},
      {"", NULL, "nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *nearest = text_nearest(cases[i].word, known, sizeof known / sizeof known[0]);
    if (!text_equal(nearest, cases[i].nearest))
      fail_msg("%s: %s", cases[i].why, nearest ? nearest : "(none)");
  }
  char huge[1000];
  memset(huge, 'a', sizeof huge - 1);
  huge[sizeof huge - 1] = '\0';
  const char *const long_known[] = {huge};
  assert_null(text_nearest(huge, long_known, 1));
}

static void instants_agree_with_the_system_through_all_years(void **state) {
  (void)state;
  for (int64_t at = 0; at <= 253402300799; at += 86400 * 13 + 12347) {
    char stamp[21], expected[32];
    instant_format(at, stamp);
    time_t time = (time_t)at;
    struct tm parts;
    gmtime_r(&time, &parts);
    strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (strcmp(stamp, expected) != 0)
      fail_msg("%lld: %s, not %s", (long long)at, stamp, expected);
    int64_t back;
    assert_true(instant_parse(stamp, &back));
    if (back != at)
      fail_msg("%s: %lld", stamp, (long long)back);
  }
}

static void instants_are_formatted_at_the_edges(void **state) {
  (void)state;
  static const struct {
    int64_t at;
    const char *expected;
  } cases[] = {
      {0, "1970-01-01T00:00:00Z"},
      {-1, "1969-12-31T23:59:59Z"},
      {951782400, "2000-02-29T00:00:00Z"},
      {1709251199, "2024-02-29T23:59:59Z"},
      {4107542400, "2100-03-01T00:00:00Z"},
      {253402300799, "9999-12-31T23:59:59Z"},
      {253402300800, "9999-12-31T23:59:59Z"},
      {INT64_MAX, "9999-12-31T23:59:59Z"},
      {-62167219200, "0000-01-01T00:00:00Z"},
      {-62162121600, "0000-02-29T00:00:00Z"},
      {INT64_MIN, "0000-01-01T00:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char stamp[21];
    instant_format(cases[i].at, stamp);
    assert_string_equal(stamp, cases[i].expected);
  }
}

static void instants_are_read_strictly(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_valid;
    int64_t at;
    const char *why;
  } cases[] = {
      {"2023-09-11T23:59:00Z", true, 1694476740, "UTC"},
      {"2023-09-11t23:59:00z", true, 1694476740, "RFC 3339 allows small letters"},
      {"2023-09-11T19:59:00-04:00", true, 1694476740, "west"},
      {"2023-09-12T05:29:00+05:30", true, 1694476740, "east, across midnight"},
      {"2023-09-11T23:59:00-00:00", true, 1694476740, "an unknown local offset"},
      {"1970-01-01T00:00:00Z", true, 0, "the first"},
      {"1969-12-31T23:00:00-01:00", true, 0, "what counts is the instant"},
      {"9999-12-31T23:59:59Z", true, 253402300799, "the last"},
      {"2024-02-29T00:00:00Z", true, 1709164800, "a leap day"},
      {"1969-12-31T23:59:59Z", false, 0, "before the first"},
      {"1970-01-01T00:00:00+00:01", false, 0, "before the first by its offset"},
      {"9999-12-31T23:59:59-00:01", false, 0, "after the last by its offset"},
      {"2023-02-29T00:00:00Z", false, 0, "no leap year"},
      {"2100-02-29T00:00:00Z", false, 0, "centuries are none"},
      {"2023-02-30T00:00:00Z", false, 0, "30 February"},
      {"2023-04-31T00:00:00Z", false, 0, "31 April"},
      {"2023-00-10T00:00:00Z", false, 0, "month 0"},
      {"2023-13-10T00:00:00Z", false, 0, "month 13"},
      {"2023-01-00T00:00:00Z", false, 0, "day 0"},
      {"2023-01-01T24:00:00Z", false, 0, "hour 24"},
      {"2023-01-01T23:60:00Z", false, 0, "minute 60"},
      {"2016-12-31T23:59:60Z", false, 0, "a leap second cannot be said"},
      {"2023-09-11T23:59:00", false, 0, "no zone"},
      {"2023-09-11 23:59:00Z", false, 0, "a space for the T"},
      {"2023-09-11T23:59Z", false, 0, "no seconds"},
      {"2023-09-11T23:59:00.5Z", false, 0, "a fraction"},
      {"2023-09-11T23:59:00+0400", false, 0, "an offset without its colon"},
      {"2023-09-11T23:59:00+24:00", false, 0, "offset of a day"},
      {"2023-09-11T23:59:00+04:60", false, 0, "offset minute 60"},
      {"2023-09-11T23:59:00Z ", false, 0, "something after it"},
      {"2023-9-11T23:59:00Z", false, 0, "one digit"},
      {"+023-09-11T23:59:00Z", false, 0, "a sign"},
      {"2023-09-11T23:59:0", false, 0, "cut"},
      {"", false, 0, "nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t at = -7;
    if (instant_parse(cases[i].text, &at) != cases[i].is_valid || at != (cases[i].is_valid ? cases[i].at : -7))
      fail_msg("%s: %s gave %lld", cases[i].why, cases[i].text, (long long)at);
  }
}

static void integers_are_read_strictly(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_valid;
    int64_t value;
  } cases[] = {
      {"0", true, 0},
      {"-0", true, 0},
      {"42", true, 42},
      {"-42", true, -42},
      {"9223372036854775807", true, INT64_MAX},
      {"-9223372036854775808", true, INT64_MIN},
      {"9223372036854775808", false, 0},
      {"-9223372036854775809", false, 0},
      {"99999999999999999999", false, 0},
      {"", false, 0},
      {"-", false, 0},
      {"+1", false, 0},
      {" 1", false, 0},
      {"1 ", false, 0},
      {"1.0", false, 0},
      {"0x10", false, 0},
      {"--1", false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t value = -7;
    if (int64_parse(cases[i].text, &value) != cases[i].is_valid || value != (cases[i].is_valid ? cases[i].value : -7))
      fail_msg("\"%s\" gave %lld", cases[i].text, (long long)value);
  }
}

static void a_quotation_ends_its_sentence_once(void **state) {
  (void)state;
  static const struct {
    const char *text, *quoted;
  } cases[] = {
      {"They are ill", "\"They are ill\"."},
      {"They are ill.", "\"They are ill.\""},
      {"Why not?", "\"Why not?\""},
      {"At last!\n", "\"At last!\n\""},
      {"two\nlines ", "\"two\nlines \"."},
      {"", "\"\"."},
      {"\"Will\" decides", "\"\u201DWill\u201D decides\"."},
      {"Bring a 5\" plug.", "\"Bring a 5\u201D plug.\""},
      {"(\"no\")", "\"(\u201Dno\u201D)\"."},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(text_quotation(arena, cases[i].text), cases[i].quoted);
}

static void letters_marks_and_digits_are_parts_of_words(void **state) {
  (void)state;
  static const uint32_t parts[] = {'a', 'Z', '7', 0xE9, 0x301, 0x738B, 0xAE40};
  static const uint32_t others[] = {0, ' ', '_', '@', 0x201C, 0x2014, 0xD7};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    assert_true(utf8_is_word_part(parts[i]));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_false(utf8_is_word_part(others[i]));
  assert_true(utf8_is_one_word('g', 'o'));
  assert_true(utf8_is_one_word(0xE9, 'p'));
  assert_true(utf8_is_one_word('g', 0x301));
  assert_true(utf8_is_one_word(0x434, 0x430)); // Cyrillic
  assert_false(utf8_is_one_word('g', '.'));
  assert_false(utf8_is_one_word(0, 'o'));
  assert_false(utf8_is_one_word(0x660E, 0x52A0)); // Han
  assert_false(utf8_is_one_word('g', 0x52A0));
  assert_false(utf8_is_one_word(0xE19, 0xE21));   // Thai
  assert_false(utf8_is_one_word(0xC218, 0xAC00)); // Hangul
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_quotation_ends_its_sentence_once),
      cmocka_unit_test(a_buffer_grows_and_keeps_its_end),
      cmocka_unit_test(adding_nothing_gives_an_empty_text),
      cmocka_unit_test(formats_at_the_edge_of_the_room_come_out_whole),
      cmocka_unit_test(utf8_is_checked_strictly),
      cmocka_unit_test(length_counts_code_points),
      cmocka_unit_test(control_characters_are_found),
      cmocka_unit_test(white_space_is_squeezed),
      cmocka_unit_test(names_that_people_take_for_the_same_have_one_key),
      cmocka_unit_test(people_search_without_capitals_accents_and_width),
      cmocka_unit_test(a_text_that_grows_eighteenfold_is_folded_whole),
      cmocka_unit_test(texts_compare_with_null),
      cmocka_unit_test(the_nearest_word_is_suggested_only_when_it_is_near),
      cmocka_unit_test(instants_agree_with_the_system_through_all_years),
      cmocka_unit_test(instants_are_formatted_at_the_edges),
      cmocka_unit_test(instants_are_read_strictly),
      cmocka_unit_test(integers_are_read_strictly),
      cmocka_unit_test(letters_marks_and_digits_are_parts_of_words),
  };
  return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
