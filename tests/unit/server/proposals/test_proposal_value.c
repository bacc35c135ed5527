// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/proposals/proposal_value.h"

struct fault_case {
  enum field_kind kind;
  int64_t max;
  struct proposal_entry entry;
  const char *words; // a part of the fault; NULL: none
  const char *why;
};

// What was saved under an earlier course file.
static const struct fault_case fault_cases[] = {
    {FIELD_LINE, 3, {.kind = "text", .value = "abc"}, NULL, "as long as it may be"},
    {FIELD_LINE, 3, {.kind = "text", .value = "äöü"}, NULL, "characters, not bytes"},
    {FIELD_LINE, 3, {.kind = "text", .value = "abcd"}, "has 4 characters; it may have 3", "the limit was lowered"},
    {FIELD_MARKDOWN, 3, {.kind = "text", .value = "a\nb"}, NULL, "a line became Markdown, or was it"},
    {FIELD_PER_MEMBER, 3, {.kind = "text", .person = 7, .value = "abcd"}, "it may have 3", "a part"},
    {FIELD_LINE, 9, {.kind = "topics", .value = "serving"}, "save it anew", "topics became a line"},
    {FIELD_FILE, 9, {.kind = "text", .value = "a"}, "save it anew", "a text became a file"},
    {FIELD_TOPICS, 2, {.kind = "topics", .value = "serving\nscheduling"}, NULL, "as many as it may name"},
    {FIELD_TOPICS,
     1,
     {.kind = "topics", .value = "serving\nscheduling"},
     "names 2 topics; it may name 1",
     "one too many"},
    {FIELD_TOPICS, 2, {.kind = "topics", .value = "serving\ncooking"}, NULL, "a topic that went stays"},
    {FIELD_FILE, 9, {.kind = "file", .value = "a.pdf", .file = 3}, NULL, "a file that waits"},
    {FIELD_FILE,
     9,
     {.kind = "file", .value = "a.pdf", .file = 3, .is_file_gone = true},
     "upload it again",
     "one lapsed"},
};

static void what_the_course_file_no_longer_takes_is_told(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fault_cases / sizeof *fault_cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const struct act act = {.arena = arena};
    const struct proposal_field field = {.id = "x", .kind = fault_cases[i].kind, .max = fault_cases[i].max};
    const char *fault = proposal_value_fault(&act, &field, &fault_cases[i].entry);
    bool is_as_said =
        fault_cases[i].words == NULL ? fault == NULL : fault != NULL && strstr(fault, fault_cases[i].words) != NULL;
    if (!is_as_said)
      fail_msg("%s: %s", fault_cases[i].why, fault == NULL ? "no fault" : fault);
  }
}

static void white_space_says_nothing(void **state) {
  (void)state;
  static const struct {
    const char *value;
    bool is_blank;
  } cases[] = {{"", true},     {" \n\t ", true}, {"\xc2\xa0 ", true},     {"none", false},
               {" . ", false}, {"é", false},     {"\xe2\x82\xac", false}, {NULL, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(proposal_value_is_blank(&(struct proposal_entry){.kind = "text", .value = cases[i].value}),
                     cases[i].is_blank);
}

static void topics_are_told_by_their_ids(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text_list topics;
  proposal_value_topics(arena, "a\nb-c\nd", &topics);
  assert_int_equal(topics.count, 3);
  assert_string_equal(topics.items[1], "b-c");
  proposal_value_topics(arena, "", &topics);
  assert_int_equal(topics.count, 0);
  assert_string_equal(proposal_value_words(arena, &(struct proposal_entry){.kind = "topics", .value = "a\nb-c"}),
                      "a, b-c");
  assert_string_equal(proposal_value_words(arena, &(struct proposal_entry){.kind = "text", .value = "a\nb"}), "a\nb");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_the_course_file_no_longer_takes_is_told),
      cmocka_unit_test(white_space_says_nothing),
      cmocka_unit_test(topics_are_told_by_their_ids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
