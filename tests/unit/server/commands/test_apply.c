// SPDX-License-Identifier: AGPL-3.0-or-later
// `tandem apply` and `tandem syllabus export` on a folder that no server holds: the exit codes, and what they print.
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "server/commands/command.h"
#include "tests/support/app_fixture.h"

enum { WORDS_MAX = 16, OUTPUT_MAX = 64 * 1024, FILE_MAX = 64 * 1024 };
#define COURSE "cs8803-smr-2023fa"

struct scene {
  char folder[64];
  char file[96];
  char output[96];
  char printed[OUTPUT_MAX]; // stdout and stderr of the last run
  char sample[FILE_MAX];
};

static void write_file(const char *path, const char *text);
static void read_file(const char *path, char *out, size_t size);
static void write_edited(struct scene *scene, const char *was, const char *is);
static int run(struct scene *scene, int (*command)(int, char **), const char *const *words);
static void expect_printed(const struct scene *scene, const char *words);

#define APPLY(scene, ...) run((scene), command_apply, (const char *const[]){"apply", __VA_ARGS__, NULL})
#define EXPORT(scene, ...) run((scene), command_syllabus, (const char *const[]){"syllabus", __VA_ARGS__, NULL})

static int setup(void **state) {
  struct scene *scene = calloc(1, sizeof *scene);
  assert_non_null(scene);
  snprintf(scene->folder, sizeof scene->folder, "/tmp/tandem-test-XXXXXX");
  assert_non_null(mkdtemp(scene->folder));
  snprintf(scene->file, sizeof scene->file, "%s/course.yaml", scene->folder);
  snprintf(scene->output, sizeof scene->output, "%s/output", scene->folder);
  fixture_free(fixture_new_in(scene->folder, SAMPLE_COURSE, "2023-08-21T14:00:00Z"));
  read_file(SAMPLE_COURSE, scene->sample, sizeof scene->sample);
  setenv("TANDEM_DATA", scene->folder, 1);
  *state = scene;
  return 0;
}

static int teardown(void **state) {
  struct scene *scene = *state;
  static const char *const names[] = {"course.yaml", "output", "tandem.db", "tandem.db-wal", "tandem.db-shm", "lock"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", scene->folder, names[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(scene->folder), 0);
  free(scene);
  return 0;
}

// The clock of a command is the system's: the sample's whole term is over, so that only "earlier" asks.
static void a_plan_is_shown_and_what_it_asks_is_asked(void **state) {
  struct scene *scene = *state;
  write_edited(scene, "closes: 2023-09-11 23:59", "closes: 2023-09-10 23:59 # Sunday");
  assert_int_equal(APPLY(scene, scene->file, "--dry-run"), EXIT_DONE);
  expect_printed(scene,
                 "A dry run, nothing is changed: " COURSE ", version 1:\n  teams registration: Team registration "
                 "closes Sun 10 Sep 2023 23:59 EDT instead of Mon 11 Sep 2023 23:59 EDT.\n");
  expect_printed(scene, "To apply it, --yes is needed: the close of team registration moves earlier.\n");
  assert_int_equal(APPLY(scene, scene->file), EXIT_INPUT);
  expect_printed(scene, "nothing is changed: the close of team registration moves earlier. If this is meant, apply it "
                        "with --yes\n");
  assert_int_equal(EXPORT(scene, "export", COURSE), EXIT_DONE);
  assert_string_equal(scene->sample, scene->printed);
  assert_int_equal(APPLY(scene, scene->file, "--yes"), EXIT_DONE);
  expect_printed(scene, "Applied.\n");
  assert_int_equal(EXPORT(scene, "export", COURSE), EXIT_DONE);
  expect_printed(scene, "closes: 2023-09-10 23:59 # Sunday\n"); // the comment too
  assert_int_equal(APPLY(scene, scene->file), EXIT_DONE);
  expect_printed(scene, "is the stored file of " COURSE ": nothing to change.\n");
}

static void what_surprises_nobody_is_applied_at_once(void **state) {
  struct scene *scene = *state;
  write_edited(scene, "due: 2023-12-12 23:59", "due: 2023-12-13 23:59");
  assert_int_equal(APPLY(scene, scene->file, "--data", scene->folder), EXIT_DONE);
  expect_printed(scene,
                 "  final-report: Final report, with the code that reproduces its results: it is due Wed 13 Dec");
  expect_printed(scene, "Applied.\n");
  assert_int_equal(APPLY(scene, "--json", scene->file), EXIT_DONE);
  expect_printed(scene, "\"changed\":false,\"version\":2,");
}

static void what_is_wrong_is_exit_1_with_its_place(void **state) {
  struct scene *scene = *state;
  write_edited(scene, "kind: check-in", "kind: chekin");
  assert_int_equal(APPLY(scene, scene->file, "--yes"), EXIT_INPUT);
  expect_printed(scene, "course.yaml:97:11: error: 'kind' must be");
  assert_int_equal(APPLY(scene, "/nowhere/course.yaml"), EXIT_INPUT);
  expect_printed(scene, "/nowhere/course.yaml: it cannot be read");
  assert_int_equal(APPLY(scene, "--yes"), EXIT_USAGE);
  assert_int_equal(APPLY(scene, scene->file, scene->file), EXIT_USAGE);
  assert_int_equal(APPLY(scene, scene->file, "--no-such"), EXIT_USAGE);
  assert_int_equal(EXPORT(scene, "export", "no-such"), EXIT_INPUT);
  expect_printed(scene, "There is no course with this id");
  assert_int_equal(EXPORT(scene, "print", COURSE), EXIT_USAGE);
}

static void a_course_that_is_not_there_is_made_once_that_is_meant(void **state) {
  struct scene *scene = *state;
  write_edited(scene, "id: " COURSE, "id: cs8803-smr-2024fa");
  assert_int_equal(APPLY(scene, scene->file, "--dry-run"), EXIT_DONE);
  expect_printed(scene, "There is no course cs8803-smr-2024fa yet: it would be new, with 11 milestones.\n");
  assert_int_equal(APPLY(scene, scene->file), EXIT_INPUT);
  expect_printed(scene, "it makes a new course. If this is meant, apply it with --yes\n");
  assert_int_equal(EXPORT(scene, "export", "cs8803-smr-2024fa"), EXIT_INPUT);
  assert_int_equal(APPLY(scene, scene->file, "--yes"), EXIT_DONE);
  expect_printed(scene, "The course is made.\n");
  assert_int_equal(EXPORT(scene, "export", "cs8803-smr-2024fa"), EXIT_DONE);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

static void read_file(const char *path, char *out, size_t size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t count = fread(out, 1, size - 1, file);
  assert_true(feof(file));
  out[count] = '\0';
  fclose(file);
}

static void write_edited(struct scene *scene, const char *was, const char *is) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *at = strstr(scene->sample, was);
  assert_non_null(at);
  write_file(scene->file,
             arena_format(arena, "%.*s%s%s", (int)(at - scene->sample), scene->sample, is, at + strlen(was)));
}

// With stdout, stderr and stdin where a terminal would be none of them.
static int run(struct scene *scene, int (*command)(int, char **), const char *const *words) {
  char *arguments[WORDS_MAX + 1] = {0};
  int count = 0;
  for (; words[count] != NULL; count++) {
    assert_in_range(count, 0, WORDS_MAX - 1);
    arguments[count] = strdup(words[count]);
  }
  fflush(NULL);
  int kept[3] = {dup(STDIN_FILENO), dup(STDOUT_FILENO), dup(STDERR_FILENO)};
  int in = open("/dev/null", O_RDONLY), out = open(scene->output, O_RDWR | O_CREAT | O_TRUNC, 0600);
  assert_true(in >= 0 && out >= 0 && kept[0] >= 0 && kept[1] >= 0 && kept[2] >= 0);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  int code = command(count, arguments);
  fflush(NULL);
  for (int i = 0; i < 3; i++) {
    dup2(kept[i], i);
    close(kept[i]);
  }
  close(in);
  close(out);
  for (int i = 0; i < count; i++)
    free(arguments[i]);
  read_file(scene->output, scene->printed, sizeof scene->printed);
  return code;
}

static void expect_printed(const struct scene *scene, const char *words) {
  if (strstr(scene->printed, words) == NULL)
    fail_msg("not printed: %s\nprinted: %s", words, scene->printed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_plan_is_shown_and_what_it_asks_is_asked, setup, teardown),
      cmocka_unit_test_setup_teardown(what_surprises_nobody_is_applied_at_once, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_wrong_is_exit_1_with_its_place, setup, teardown),
      cmocka_unit_test_setup_teardown(a_course_that_is_not_there_is_made_once_that_is_meant, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
