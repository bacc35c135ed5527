// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_export_folder.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/backup_folder.h"
#include "tests/support/app_fixture.h"

#define NOW 1700000000
#define SHA256_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

enum { SMALL = 100, LARGE = 4096 };

struct scene {
  char parent[64];
  struct arena *arena;
  struct problem problem;
  struct export_folder folder;
};

static int setup(void **state) {
  static struct scene scene;
  scene = (struct scene){.parent = "/tmp/tandem-test-XXXXXX", .arena = arena_new()};
  assert_non_null(mkdtemp(scene.parent));
  problem_init(&scene.problem, scene.arena);
  scene.folder = (struct export_folder){.arena = scene.arena, .problem = &scene.problem, .parent = -1, .root = -1};
  *state = &scene;
  return 0;
}

static size_t count_in(const char *path) {
  DIR *entries = opendir(path);
  assert_non_null(entries);
  size_t count = 0;
  while (readdir(entries) != NULL)
    count++;
  closedir(entries);
  return count - 2;
}

static int teardown(void **state) {
  struct scene *scene = *state;
  assert_int_equal(ERR_OK, backup_folder_remove(AT_FDCWD, scene->parent));
  arena_free(scene->arena);
  return 0;
}

static const char *at(struct scene *scene, const char *name) {
  return arena_format(scene->arena, "%s/%s", scene->parent, name);
}

// What a disk that is full does to a write, without one.
static void limit_files(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {bytes, RLIM_INFINITY};
  assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}

struct name_case {
  const char *words;
  const char *name;
  const char *why;
};

static void names_are_readable_and_never_lead_out(void **state) {
  struct scene *scene = *state;
  static const struct name_case teams[] = {
      {"Gradient Descenders", "team-12-Gradient-Descenders", "words"},
      {"../../x", "team-12-x", "a way out"},
      {"CON", "team-12-CON", "a device, and no more with what stands before it"},
      {"a/b\\c:d", "team-12-a-b-c-d", "separators of all systems"},
      {"", "team-12", "nothing"},
      {"...", "team-12", "dots alone"},
      {"-rf", "team-12-rf", "an option"},
      {"数据 e\xCC\x81té", "team-12-数据-été", "any script, composed"},
      {"a\xE2\x80\x8B.exe", "team-12-a-exe", "what is not seen"},
      {"a\nb\tc\x01", "team-12-a-b-c", "control characters"},
  };
  static const struct name_case files[] = {
      {"report.pdf", "1-report.pdf", "a file"},
      {".hidden", "1-hidden", "a hidden one"},
      {"a..b.tar.gz", "1-a.-b.tar.gz", "dots inside"},
      {"x.", "1-x", "a dot at the end"},
      {"a. . .", "1-a", "dots and blanks at the end"},
      {"a.\xF0\x9F\x92\xA9", "1-a", "a dot before what is left out"},
      {"nul.txt", "1-nul.txt", "a device"},
  };
  for (size_t i = 0; i < sizeof teams / sizeof *teams; i++)
    if (strcmp(teams[i].name, export_name(scene->arena, "team", 12, teams[i].words)) != 0)
      fail_msg("%s: %s", teams[i].why, export_name(scene->arena, "team", 12, teams[i].words));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const char *name = export_file_name(scene->arena, 1, files[i].words);
    if (strstr(name, "..") != NULL || strchr(name, '/') != NULL || name[0] != '1' || strcmp(files[i].name, name) != 0)
      fail_msg("%s: %s", files[i].why, name);
  }
}

static void long_names_are_cut_between_letters_and_keep_their_ending(void **state) {
  struct scene *scene = *state;
  struct text words;
  text_init(&words, scene->arena);
  for (int i = 0; i < 120; i++)
    text_add(&words, "数");
  const char *team = export_name(scene->arena, "team", 7, text_get(&words));
  assert_in_range(strlen(team), 150, 160);
  assert_true(utf8_is_valid(team, strlen(team)));
  text_add(&words, ".tar.gz");
  const char *file = export_file_name(scene->arena, 3, text_get(&words));
  assert_in_range(strlen(file), 140, 164);
  assert_true(utf8_is_valid(file, strlen(file)));
  assert_string_equal(".gz", file + strlen(file) - 3);
  text_init(&words, scene->arena);
  for (int i = 0; i < 100; i++)
    text_add(&words, "a.");
  text_add(&words, "no-known-ending");
  for (size_t i = 0; i < 2; i++) { // the cut falls on a dot once
    const char *cut_short = export_file_name(scene->arena, 3, text_get(&words) + i);
    assert_true(cut_short[strlen(cut_short) - 1] != '.');
  }
}

static void it_has_its_name_only_when_it_is_whole(void **state) {
  struct scene *scene = *state;
  struct export_folder *folder = &scene->folder;
  assert_int_equal(ERR_OK, export_folder_begin(folder, at(scene, "out/"), NOW));
  assert_int_equal(ERR_OK, export_folder_write(folder, "index.html", "abc", 3));
  assert_int_equal(ERR_OK, export_folder_write(folder, "a/b/c.md", "abc", 3));
  assert_int_not_equal(0, access(at(scene, "out"), F_OK));
  assert_int_equal(ERR_OK, export_folder_finish(folder));
  export_folder_end(folder);
  assert_int_equal(0, access(at(scene, "out/a/b/c.md"), F_OK));
  assert_int_equal(1, count_in(scene->parent));
  assert_int_equal(2, folder->files);
  assert_int_equal(6, folder->bytes);
}

static void a_write_that_fails_leaves_nothing(void **state) {
  struct scene *scene = *state;
  struct export_folder *folder = &scene->folder;
  static const char bytes[LARGE];
  assert_int_equal(ERR_OK, export_folder_begin(folder, at(scene, "out"), NOW));
  assert_int_equal(ERR_OK, export_folder_write(folder, "a/first", bytes, SMALL));
  limit_files(SMALL);
  enum err err = export_folder_write(folder, "a/second", bytes, LARGE);
  limit_files(RLIM_INFINITY);
  assert_int_equal(ERR_UNAVAILABLE, err);
  assert_int_equal(PROBLEM_EXPORT_FAILED, scene->problem.code);
  assert_non_null(strstr(scene->problem.detail, "a/second: File too large"));
  export_folder_end(folder);
  assert_int_equal(0, count_in(scene->parent));
}

static void a_content_that_is_another_is_refused(void **state) {
  struct scene *scene = *state;
  struct export_folder *folder = &scene->folder;
  assert_int_equal(ERR_OK, export_folder_begin(folder, at(scene, "out"), NOW));
  assert_int_equal(ERR_OK, export_folder_write(folder, "abc", "abc", 3));
  int fd = openat(folder->root, "abc", O_RDONLY | O_CLOEXEC);
  assert_int_equal(ERR_OK, export_folder_copy(folder, "copy", fd, SHA256_OF_ABC));
  assert_int_equal(0, lseek(fd, 0, SEEK_SET));
  char other[] = SHA256_OF_ABC;
  other[0] = 'c';
  assert_int_equal(ERR_UNAVAILABLE, export_folder_copy(folder, "other", fd, other));
  close(fd);
  export_folder_end(folder);
  assert_int_equal(0, count_in(scene->parent));
}

static void what_comes_into_its_place_meanwhile_stays(void **state) {
  struct scene *scene = *state;
  struct export_folder *folder = &scene->folder;
  assert_int_equal(ERR_OK, export_folder_begin(folder, at(scene, "out"), NOW));
  assert_int_equal(ERR_OK, export_folder_write(folder, "abc", "abc", 3));
  assert_int_equal(0, mkdir(at(scene, "out"), 0700));
  assert_int_equal(0, mkdir(at(scene, "out/mine"), 0700));
  assert_int_equal(ERR_INVALID, export_folder_finish(folder));
  export_folder_end(folder);
  assert_int_equal(1, count_in(scene->parent));
  assert_int_equal(1, count_in(at(scene, "out")));
}

static void a_place_that_is_none_is_told_by_its_field(void **state) {
  struct scene *scene = *state;
  static const char *const paths[] = {"relative", "/", "/tmp/.", "/tmp/..", "/no/such/parent"};
  assert_int_equal(0, symlink("/tmp", at(scene, "link")));
  for (size_t i = 0; i <= sizeof paths / sizeof *paths; i++) {
    const char *path = i < sizeof paths / sizeof *paths ? paths[i] : at(scene, "link");
    problem_clear(&scene->problem);
    if (export_folder_begin(&scene->folder, path, NOW) != ERR_INVALID)
      fail_msg("%s", path);
    export_folder_end(&scene->folder);
    assert_string_equal("folder", scene->problem.errors[0].field);
  }
  assert_int_equal(1, count_in(scene->parent));
}

static void an_export_on_a_full_disk_leaves_nothing_and_the_next_one_works(void **state) {
  struct scene *scene = *state;
  struct fixture *f = fixture_new(SAMPLE_COURSE, "2023-09-05T14:00:00Z");
  const char *body = arena_format(f->arena, "{\"folder\":\"%s\"}", at(scene, "out"));
  limit_files(SMALL); // course.yaml is larger
  fixture_call(f, -1, METHOD_POST, body, SAMPLE "/exports");
  limit_files(RLIM_INFINITY);
  fixture_refused(f, 503, "export_failed");
  assert_int_equal(0, count_in(scene->parent));
  fixture_call(f, -1, METHOD_POST, body, SAMPLE "/exports");
  fixture_expect(f, 201);
  assert_int_equal(1, count_in(scene->parent));
  fixture_call(f, -1, METHOD_POST, body, SAMPLE "/exports");
  fixture_refused(f, 422, "invalid_fields");
  fixture_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(names_are_readable_and_never_lead_out, setup, teardown),
      cmocka_unit_test_setup_teardown(long_names_are_cut_between_letters_and_keep_their_ending, setup, teardown),
      cmocka_unit_test_setup_teardown(it_has_its_name_only_when_it_is_whole, setup, teardown),
      cmocka_unit_test_setup_teardown(a_write_that_fails_leaves_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(a_content_that_is_another_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(what_comes_into_its_place_meanwhile_stays, setup, teardown),
      cmocka_unit_test_setup_teardown(a_place_that_is_none_is_told_by_its_field, setup, teardown),
      cmocka_unit_test_setup_teardown(an_export_on_a_full_disk_leaves_nothing_and_the_next_one_works, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
