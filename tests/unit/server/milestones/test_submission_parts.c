// SPDX-License-Identifier: AGPL-3.0-or-later
// What of the course file's ways of handing in is there, and what the nearest one lacks. Pure.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "server/milestones/submission_parts.h"

#define MB (INT64_C(1) << 20)

static const char *const pdf[] = {"pdf"};
static const char *const pdf_zip[] = {"pdf", "zip"};
static const struct hand_in poster[] = {
    {.files = pdf, .file_count = 1, .max_size_bytes = 20 * MB, .statement = "ai-use"},
    {.link = NEED_REQUIRED, .link_use = "video", .statement = "ai-use"},
    {.slot = "demo", .statement = "ai-use"},
};
static const struct hand_in report[] = {{.files = pdf,
                                         .file_count = 1,
                                         .max_size_bytes = 20 * MB,
                                         .code = NEED_REQUIRED,
                                         .reproduce = "text",
                                         .statement = "ai-use"}};
static const struct hand_in lab[] = {{.files = pdf_zip,
                                      .file_count = 2,
                                      .max_size_bytes = 20 * MB,
                                      .link = NEED_OPTIONAL,
                                      .code = NEED_OPTIONAL,
                                      .statement = "ai-use"}};
static const struct hand_in bare[] = {{.files = pdf, .file_count = 1, .max_size_bytes = 3 * MB / 2}};
#define WAYS(ways) ways, sizeof(ways) / sizeof *(ways)

struct part_case {
  const char *why;
  const struct hand_in *ways;
  size_t way_count;
  struct submission_content content; // of as many files as `files` names
  const char *files[3];
  int64_t bytes;
  bool has_slot;
  const char *lacks; // "field field"
};

#define URL "https://example.edu/x"
// clang-format off
static const struct part_case cases[] = {
    {"a PDF and the statement are the poster", WAYS(poster), {.statement = "none"}, {"a.pdf"}, MB, false, ""},
    {"so is a video", WAYS(poster), {.link = URL, .statement = "none"}, {NULL}, 0, false, ""},
    {"so is a booked slot", WAYS(poster), {.statement = "none"}, {NULL}, 0, true, ""},
    {"of a PDF and a video one would be enough", WAYS(poster), {.link = URL, .statement = "x"}, {"a.pdf"}, 1, false, ""},
    {"nothing is nearest to the first way", WAYS(poster), {0}, {NULL}, 0, false, "files statement"},
    {"a link is nearest to the video", WAYS(poster), {.link = URL}, {NULL}, 0, false, "statement"},
    {"a slot is nearest to the demo", WAYS(poster), {0}, {NULL}, 0, true, "statement"},
    {"the statement alone lacks one part of each: the first", WAYS(poster), {.statement = "x"}, {NULL}, 0, false, "files"},
    {"code that no way takes", WAYS(poster), {.code = URL, .statement = "x"}, {"a.pdf"}, 1, false, "code"},
    {"the report asks for four things", WAYS(report), {0}, {NULL}, 0, false, "files code reproduce statement"},
    {"three of them are there", WAYS(report), {.code = URL, .statement = "x"}, {"a.pdf"}, 1, false, "reproduce"},
    {"all of them are there", WAYS(report), {.code = URL, .reproduce = "make", .statement = "x"}, {"a.pdf"}, 1, false, ""},
    {"a link that the report does not ask for", WAYS(report), {.link = URL, .code = URL, .reproduce = "make", .statement = "x"}, {"a.pdf"}, 1, false, "link"},
    {"a type that is not taken is no file either", WAYS(report), {.code = URL, .reproduce = "make", .statement = "x"}, {"a.zip"}, 1, false, "files[0] files"},
    {"the ending may be written large", WAYS(bare), {0}, {"A.PDF"}, 1, false, ""},
    {"exactly as large as may be", WAYS(bare), {0}, {"a.pdf"}, 3 * MB / 2, false, ""},
    {"one byte larger", WAYS(bare), {0}, {"a.pdf"}, 3 * MB / 2 + 1, false, "files[0] files"},
    {"a statement that is not asked for", WAYS(bare), {.statement = "none"}, {"a.pdf"}, 1, false, "statement"},
    {"how to reproduce, not asked for", WAYS(bare), {.reproduce = "make"}, {"a.pdf"}, 1, false, "reproduce"},
    {"either type will do, and optional parts may be missing", WAYS(lab), {.statement = "x"}, {"a.zip"}, 1, false, ""},
    {"optional parts may be there", WAYS(lab), {.link = URL, .code = URL, .statement = "x"}, {"a.pdf", "b.zip"}, 1, false, ""},
    {"the same file twice", WAYS(lab), {.statement = "x"}, {"a.pdf", "a.pdf"}, 1, false, "files[1]"},
    {"one good file does not excuse another", WAYS(lab), {.statement = "x"}, {"a.pdf", "b.txt"}, 1, false, "files[1]"},
    {"an address without a scheme", WAYS(lab), {.link = "example.edu/x", .statement = "x"}, {"a.pdf"}, 1, false, "link"},
    {"a scheme that is not of the web", WAYS(lab), {.link = "javascript:alert(1)", .statement = "x"}, {"a.pdf"}, 1, false, "link"},
    {"a scheme without a host", WAYS(lab), {.code = "https:///x", .statement = "x"}, {"a.pdf"}, 1, false, "code"},
    {"an address with a space", WAYS(lab), {.code = "https://example.edu/a b", .statement = "x"}, {"a.pdf"}, 1, false, "code"},
    {"a scheme in capitals", WAYS(lab), {.code = "HTTPS://example.edu", .statement = "x"}, {"a.pdf"}, 1, false, ""},
};
// clang-format on

static const char *fields_of(struct arena *arena, const struct submission_lack *lacks, size_t count) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < count; i++) {
    assert_true(strlen(lacks[i].words) > 10);
    text_add_format(&text, "%s%s", i == 0 ? "" : " ", lacks[i].field);
  }
  return text_get(&text);
}

static void what_is_missing_is_told_of_the_nearest_way(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct proposal_field fields[] = {{.id = "ai-use", .title = "Use of generative AI", .kind = FIELD_STATEMENT}};
  const struct course course = {.proposals = {.fields = fields, .field_count = 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct part_case *one = &cases[i];
    const struct milestone milestone = {.title = "M", .hand_ins = one->ways, .hand_in_count = one->way_count};
    struct submission_content content = one->content;
    struct file files[3] = {{0}};
    for (; content.file_count < 3 && one->files[content.file_count] != NULL; content.file_count++) {
      struct file *file = &files[content.file_count];
      *file = (struct file){.name = one->files[content.file_count], .bytes = one->bytes};
      file->id = (int64_t)file->name[0]; // by the name, so that a file can be there twice
    }
    const struct submission_parts parts = {&content, files, one->has_slot};
    const struct submission_lack *lacks = NULL;
    size_t count = 0;
    submission_lacks(arena, &course, &milestone, &parts, &lacks, &count);
    if (strcmp(one->lacks, fields_of(arena, lacks, count)) != 0)
      fail_msg("%s: lacks \"%s\", not \"%s\"", one->why, fields_of(arena, lacks, count), one->lacks);
  }
}

static void the_words_say_what_to_do(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct course course = {0};
  const struct milestone milestone = {.title = "Poster", .hand_ins = poster, .hand_in_count = 3};
  const struct submission_content content = {0};
  const struct submission_parts parts = {.content = &content};
  const struct submission_lack *lacks = NULL;
  size_t count = 0;
  submission_lacks(arena, &course, &milestone, &parts, &lacks, &count);
  assert_int_equal(2, count);
  assert_string_equal("upload a file (pdf) of at most 20 MB and name it here", lacks[0].words);
  assert_non_null(strstr(lacks[1].words, "\"none\" is said, not assumed"));
  assert_string_equal(
      "a file (pdf) and the statement on the use of generative AI; or a link (video) and the statement "
      "on the use of generative AI; or a booked slot (demo) and the statement on the use of generative AI",
      submission_ways_words(arena, &milestone));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_missing_is_told_of_the_nearest_way),
      cmocka_unit_test(the_words_say_what_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
