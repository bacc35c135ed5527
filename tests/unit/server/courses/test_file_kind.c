// SPDX-License-Identifier: AGPL-3.0-or-later
// Which names are taken, and which contents under them: with libmagic's own word on real beginnings of files.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "server/courses/file_kind.h"

#define WORDS "These are a few words that somebody has written down.\n"
#define PDF "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n"
#define PNG "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90wS\xDE"
#define JPEG "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define ZIP "PK\3\4\24\0\0\0\0\0\0\0!\24ik\13\245\22\0\0\0\22\0\0\0\5\0\0\0a.txtwords words words\12PK\1\2\24\3\24"
#define DOCX                                                                                                           \
  "PK\3\4\24\0\0\0\0\0\0\0!\24ik\13\245\22\0\0\0\22\0\0\0\23\0\0\0[Content_Types].xmlwords words words\12"             \
  "PK\3\4\24\0\0\0\0\0\0\0!\24ik\13\245\22\0\0\0\22\0\0\0\13\0\0\0_rels/.relswords words words\12"                     \
  "PK\3\4\24\0\0\0\0\0\0\0!\24ik\13\245\22\0\0\0\22\0\0\0\21\0\0\0word/document.xmlwords words words\12"
#define GZIP "\x1F\x8B\10\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"
#define MP4                                                                                                            \
  "\0\0\0\x20"                                                                                                         \
  "ftypisom\0\0\2\0isomiso2avc1mp41"
#define ELF                                                                                                            \
  "\x7F"                                                                                                               \
  "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0"
#define BYTES(literal) (literal), sizeof(literal) - 1

static const struct {
  const char *name;
  const char *bytes;
  size_t size;
  bool is_taken;
  const char *why;
} cases[] = {
    {"a.pdf", BYTES(PDF), true, "a PDF"},
    {"A.PDF", BYTES(PDF), true, "whatever the case"},
    {"a.b.pdf", BYTES(PDF), true, "the last ending counts"},
    {"a.pdf", BYTES(WORDS), false, "words"},
    {"a.pdf", BYTES(ELF), false, "a program"},
    {"a.png", BYTES(PNG), true, "a picture"},
    {"a.png", BYTES(JPEG), false, "another kind of picture"},
    {"a.jpg", BYTES(JPEG), true, "a photograph"},
    {"a.jpeg", BYTES(JPEG), true, "by its other ending"},
    {"a.txt", BYTES(WORDS), true, "words"},
    {"a.txt",
     BYTES("Gr\xC3\xBC\xC3\x9F"
           "e aus Z\xC3\xBCrich\n"),
     true, "words in UTF-8"},
    {"a.txt",
     BYTES("Gr\xFC\xDF"
           "e aus Z\xFCrich\n"),
     true, "words in Latin-1"},
    {"a.txt", BYTES(PDF), false, "a PDF"},
    {"a.txt", BYTES("a\0b\0c\0\1\2\3"), false, "bytes"},
    {"a.md", BYTES("# Title\n\nSome *words*.\n"), true, "Markdown"},
    {"a.csv", BYTES("name,level\nAnn,3\nBob,2\n"), true, "a table"},
    {"a.json", BYTES("{\"a\": [1, 2, 3]}\n"), true, "JSON"},
    {"a.ipynb", BYTES("{\"cells\": [], \"nbformat\": 4, \"metadata\": {}}\n"), true, "a notebook"},
    {"a.json", BYTES(ZIP), false, "an archive"},
    {"a.py", BYTES("#!/usr/bin/env python3\nimport os\n"), true, "Python"},
    {"a.c", BYTES("#include <stdio.h>\nint main(void) { return 0; }\n"), true, "C"},
    {"a.tex", BYTES("\\documentclass{article}\n\\begin{document}\n"), true, "LaTeX"},
    {"a.zip", BYTES(ZIP), true, "an archive"},
    {"a.zip", BYTES(GZIP), false, "another kind of archive"},
    {"a.tar.gz", BYTES(GZIP), true, "two endings are one"},
    {"a.tgz", BYTES(GZIP), true, "its short form"},
    {"a.tar.gz", BYTES(WORDS), false, "words"},
    {"a.docx", BYTES(DOCX), true, "a document"},
    {"a.docx", BYTES(ZIP), false, "another archive"},
    {"a.pptx", BYTES(DOCX), false, "another program's document"},
    {"a.docx", BYTES(WORDS), false, "words"},
    {"a.mp4", BYTES(MP4), true, "a film"},
    {"a.mp4", BYTES(ELF), false, "a program"},
};

static void content_is_compared_with_what_the_name_says(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int fd = memfd_create("content", MFD_CLOEXEC);
    assert_int_equal(cases[i].size, write(fd, cases[i].bytes, cases[i].size));
    struct content_type type;
    assert_int_equal(ERR_OK, content_type_of(fd, arena, &type));
    close(fd);
    const struct file_kind *kind = file_kind_of(cases[i].name);
    assert_non_null(kind);
    if (file_kind_takes(kind, &type) != cases[i].is_taken)
      fail_msg("%s (%s): libmagic calls it %s%s", cases[i].name, cases[i].why, type.media,
               type.is_text ? ", text" : "");
  }
}

static void a_name_needs_a_known_ending_and_something_before_it(void **state) {
  (void)state;
  static const char *const wrong[] = {"",          "pdf",    ".pdf",  ".tar.gz", "a.exe",
                                      "a.pdf.exe", "a.html", "a.svg", "apdf",    "a.pdf."};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (file_kind_of(wrong[i]) != NULL)
      fail_msg("%s is taken", wrong[i]);
  assert_string_equal("tar.gz", file_kind_of("a.tar.gz")->ending);
}

static void a_file_that_cannot_be_read_is_a_failure_and_no_type(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct content_type type;
  assert_int_equal(ERR_UNAVAILABLE, content_type_of(-1, arena, &type));
}

// Tags of music that lead from one to the next, more often than libmagic follows them.
static void what_libmagic_gives_up_on_is_of_no_known_type(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct content_type type;
  int fd = memfd_create("content", MFD_CLOEXEC);
  for (int i = 0; i < 200; i++)
    assert_int_equal(10, write(fd, "ID3\4\0\0\0\0\0\0", 10));
  assert_int_equal(ERR_OK, content_type_of(fd, arena, &type));
  close(fd);
  assert_string_equal("application/octet-stream", type.media);
  assert_false(type.is_text);
  assert_false(file_kind_takes(file_kind_of("a.pdf"), &type));
  assert_false(file_kind_takes(file_kind_of("a.txt"), &type));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(content_is_compared_with_what_the_name_says),
      cmocka_unit_test(a_name_needs_a_known_ending_and_something_before_it),
      cmocka_unit_test(what_libmagic_gives_up_on_is_of_no_known_type),
      cmocka_unit_test(a_file_that_cannot_be_read_is_a_failure_and_no_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
