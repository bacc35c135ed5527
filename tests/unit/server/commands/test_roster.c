// SPDX-License-Identifier: AGPL-3.0-or-later
// `tandem roster import` on a folder that no server holds: the exit codes, and what it prints.
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

enum { WORDS_MAX = 16, OUTPUT_MAX = 64 * 1024 };

struct scene {
  char folder[64];
  char roster[96];
  char addresses[96];
  char output[96];
  char printed[OUTPUT_MAX]; // stdout and stderr of the last run
};

static void write_file(const char *path, const char *text);
static int run(struct scene *scene, const char *const *words);
static void expect_printed(const struct scene *scene, const char *words);

#define RUN(scene, ...) run((scene), (const char *const[]){"roster", __VA_ARGS__, NULL})
#define COURSE "cs8803-smr-2023fa"

static int setup(void **state) {
  struct scene *scene = calloc(1, sizeof *scene);
  assert_non_null(scene);
  snprintf(scene->folder, sizeof scene->folder, "/tmp/tandem-test-XXXXXX");
  assert_non_null(mkdtemp(scene->folder));
  snprintf(scene->roster, sizeof scene->roster, "%s/roster.csv", scene->folder);
  snprintf(scene->addresses, sizeof scene->addresses, "%s/addresses.csv", scene->folder);
  snprintf(scene->output, sizeof scene->output, "%s/output", scene->folder);
  fixture_free(fixture_new_in(scene->folder, SAMPLE_COURSE, "2023-09-05T14:00:00Z"));
  setenv("TANDEM_DATA", scene->folder, 1);
  *state = scene;
  return 0;
}

static int teardown(void **state) {
  struct scene *scene = *state;
  static const char *const names[] = {"roster.csv",    "addresses.csv", "output", "tandem.db",
                                      "tandem.db-wal", "tandem.db-shm", "lock"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", scene->folder, names[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(scene->folder), 0);
  free(scene);
  return 0;
}

static void a_dry_run_shows_the_plan_and_the_import_follows_it(void **state) {
  struct scene *scene = *state;
  write_file(scene->roster, "name,email,section\nAda Lovelace,ada@example.edu,A\nHal,,A\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run"), EXIT_DONE);
  expect_printed(scene,
                 "A dry run, nothing is changed: 1 added, 0 changed, 0 back, 0 dropped, 0 unchanged, 1 skipped\n");
  expect_printed(scene, "Added\n  Ada Lovelace <ada@example.edu>, student, credit, A\n");
  expect_printed(scene, "Skipped\n  line 3: Hal has neither");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_DONE);
  expect_printed(scene, "1 added, ");
  assert_null(strstr(scene->printed, "dry run"));
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_DONE);
  expect_printed(scene, "0 added, 0 changed, 0 back, 0 dropped, 1 unchanged");
}

static void drops_are_shown_with_the_consent_they_need(void **state) {
  struct scene *scene = *state;
  write_file(scene->roster, "name,email\nAda,ada@example.edu\nBob,bob@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_DONE);
  write_file(scene->roster, "name,email\nAda L.,ada@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run"), EXIT_DONE);
  expect_printed(scene, "Changed\n  Ada <ada@example.edu>: name Ada -> Ada L.\n");
  expect_printed(scene, "Dropped\n  Bob <bob@example.edu> has neither team nor seat\n");
  expect_printed(scene, "import with --allow-drops 1.");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_INPUT);
  expect_printed(scene, "would drop 1 of 2 active students");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--allow-drops=1"), EXIT_DONE);
  expect_printed(scene, "1 dropped");
}

static void a_long_list_of_what_does_not_happen_is_cut_and_drops_are_not(void **state) {
  struct scene *scene = *state;
  char csv[4096] = "name,email\n";
  for (int i = 0; i < 45; i++)
    snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "P%02d,p%02d@example.edu\n", i, i);
  write_file(scene->roster, csv);
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_DONE);
  write_file(scene->roster, "name,email,section\nAda,ada@example.edu,A\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run"), EXIT_DONE);
  expect_printed(scene, "P39 stays");
  assert_null(strstr(scene->printed, "P40 stays"));
  expect_printed(scene, "and 5 more; --json lists all");
  write_file(scene->roster, "name,email\nAda,ada@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run"), EXIT_DONE);
  expect_printed(scene, "P44 <p44@example.edu> has neither");
  assert_null(strstr(scene->printed, "more;"));
}

static void a_second_file_of_addresses_goes_along(void **state) {
  struct scene *scene = *state;
  write_file(scene->roster,
             "Student,ID,SIS User ID,SIS Login ID,Section\n\"Lovelace, Ada\",1,903,alove3,A"); // no line end
  write_file(scene->addresses, "sis_id,email\n903,ada@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run"), EXIT_DONE);
  expect_printed(scene, "the login alove3 has no @");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--dry-run", "--domain", "uni.example.edu"), EXIT_DONE);
  expect_printed(scene, "<alove3@uni.example.edu>");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--addresses", scene->addresses, "--json"), EXIT_DONE);
  expect_printed(scene, "\"email\":\"ada@example.edu\"");
}

static void faults_are_printed_with_their_lines(void **state) {
  struct scene *scene = *state;
  write_file(scene->roster, "name,email\nAda,ada\nBob,bob@example.edu\n,c@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_INPUT);
  expect_printed(scene, "line 2: ada is not an e-mail address");
  expect_printed(scene, "line 4: has no name");
  write_file(scene->roster, "name,email\nAda,ada@example.edu\n");
  assert_int_equal(RUN(scene, "import", "no-such-course", scene->roster), EXIT_INPUT);
  expect_printed(scene, "There is no course with this id");
}

static void what_cannot_be_read_is_the_inputs_fault(void **state) {
  struct scene *scene = *state;
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_INPUT);
  expect_printed(scene, "roster.csv: it cannot be read");
  write_file(scene->roster, "");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster), EXIT_INPUT);
  expect_printed(scene, "it is empty");
}

static void a_folder_that_cannot_be_used_is_the_systems_fault(void **state) {
  struct scene *scene = *state;
  write_file(scene->roster, "name,email\nAda,ada@example.edu\n");
  assert_int_equal(RUN(scene, "import", COURSE, scene->roster, "--data", "/dev/null/x"), EXIT_SYSTEM);
}

static void misuse_is_told_apart(void **state) {
  struct scene *scene = *state;
  static const struct {
    const char *words[WORDS_MAX];
    const char *printed;
  } cases[] = {
      {{"roster", NULL}, "what shall be done"},
      {{"roster", "imprt", NULL}, "'imprt' is not import"},
      {{"roster", "import", COURSE, NULL}, "takes a course's id and a CSV file"},
      {{"roster", "import", COURSE, "a.csv", "b.csv", NULL}, "'b.csv' is one word too many"},
      {{"roster", "import", COURSE, "a.csv", "--dry-rum", NULL}, "did you mean '--dry-run'"},
      {{"roster", "import", COURSE, "a.csv", "--allow-drops", NULL}, "--allow-drops takes a number"},
      {{"roster", "import", COURSE, "a.csv", "--allow-drops", "ten", NULL}, "not 'ten'"},
      {{"roster", "import", COURSE, "a.csv", "--allow-drops=-1", NULL}, "not '-1'"},
      {{"roster", "import", COURSE, "-", "--addresses", "-", NULL}, "only one of the two"},
      {{"roster", "import", COURSE, "a.csv", "--domain=", NULL}, "--domain takes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(run(scene, cases[i].words), EXIT_USAGE);
    expect_printed(scene, cases[i].printed);
  }
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

// cmocka itself prints on stdout: it is put back after each run.
static int run(struct scene *scene, const char *const *words) {
  char *argv[WORDS_MAX + 1] = {0};
  int argc = 0;
  for (; words[argc] != NULL; argc++)
    assert_non_null(argv[argc] = strdup(words[argc]));
  fflush(stdout);
  fflush(stderr);
  int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
  int file = open(scene->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  assert_in_range(file, 0, INT32_MAX);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  int code = command_roster(argc, argv);
  fflush(stdout);
  fflush(stderr);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  close(out);
  close(err);
  close(file);
  FILE *output = fopen(scene->output, "rb");
  assert_non_null(output);
  scene->printed[fread(scene->printed, 1, OUTPUT_MAX - 1, output)] = '\0';
  fclose(output);
  for (int i = 0; i < argc; i++)
    free(argv[i]);
  return code;
}

static void expect_printed(const struct scene *scene, const char *words) {
  if (strstr(scene->printed, words) == NULL)
    fail_msg("wanted \"%s\" in:\n%s", words, scene->printed);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_dry_run_shows_the_plan_and_the_import_follows_it),
      TEST(drops_are_shown_with_the_consent_they_need),
      TEST(a_long_list_of_what_does_not_happen_is_cut_and_drops_are_not),
      TEST(a_second_file_of_addresses_goes_along),
      TEST(faults_are_printed_with_their_lines),
      TEST(what_cannot_be_read_is_the_inputs_fault),
      TEST(a_folder_that_cannot_be_used_is_the_systems_fault),
      TEST(misuse_is_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
