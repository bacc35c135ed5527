// SPDX-License-Identifier: AGPL-3.0-or-later
// The command line and the settings file together. What the file takes: tests/unit/config/test_server_schema.py.
#include "server/commands/serve_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/commands/command.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

struct desk {
  struct arena *arena;
  char folder[32];
  const char *file;
  struct serve_options options;
};

static int open_desk(void **state) {
  struct desk *desk = calloc(1, sizeof *desk);
  assert_non_null(desk);
  desk->arena = arena_new();
  snprintf(desk->folder, sizeof desk->folder, "/tmp/tandem-XXXXXX");
  assert_non_null(mkdtemp(desk->folder));
  desk->file = arena_format(desk->arena, "%s/server.yaml", desk->folder);
  unsetenv("TANDEM_DATA");
  unsetenv("TANDEM_SMTP_PASSWORD");
  unsetenv("CREDENTIALS_DIRECTORY");
  *state = desk;
  return 0;
}

static int close_desk(void **state) {
  struct desk *desk = *state;
  static const char *const files[] = {"server.yaml", "password", "smtp-password", "other"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    (void)unlink(arena_format(desk->arena, "%s/%s", desk->folder, files[i]));
  assert_int_equal(rmdir(desk->folder), 0);
  arena_free(desk->arena);
  free(desk);
  return 0;
}

static const char *write_file(struct desk *desk, const char *name, mode_t mode, const char *text) {
  const char *path = arena_format(desk->arena, "%s/%s", desk->folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(path, mode), 0);
  return path;
}

// `words` are the arguments after "serve", with a blank between; "@" is the settings file.
static int read_options(struct desk *desk, const char *settings, const char *words) {
  char *argv[32] = {arena_text(desk->arena, "serve")};
  int argc = 1;
  if (settings != NULL)
    write_file(desk, "server.yaml", 0644, settings);
  char *copy = arena_text(desk->arena, words);
  for (char *save = NULL, *word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
    argv[argc++] = strcmp(word, "@") == 0 ? arena_text(desk->arena, desk->file) : word;
  return serve_options_read(desk->arena, argc, argv, &desk->options);
}

static void without_anything_the_defaults_hold(void **state) {
  struct desk *desk = *state;
  assert_int_equal(read_options(desk, NULL, ""), EXIT_DONE);
  assert_string_equal(desk->options.data_dir, "/var/lib/tandem");
  assert_string_equal(desk->options.doors.listen, "127.0.0.1:8803");
  assert_int_equal(desk->options.upkeep.backup_keep, UPKEEP_BACKUP_KEEP);
  assert_int_equal(desk->options.mail.connections, SMTP_CONNECTIONS);
  assert_null(desk->options.mail.url);
  assert_false(desk->options.allows_private_webhooks);
}

static void the_command_line_wins_over_the_file_wherever_it_names_it(void **state) {
  struct desk *desk = *state;
  static const char settings[] = "listen: 127.0.0.1:1\n"
                                 "public_url: https://file.example.edu\n"
                                 "backup: { keep: 3, at: '01:02' }\n"
                                 "trusted_proxies: [10.0.0.0/8, 127.0.0.1]\n"
                                 "webhooks: { allow_private: true }\n";
  static const char *const words[] = {"--settings @ --listen 127.0.0.1:2 --backup-keep 5 --trust-proxy 192.0.2.1",
                                      "--listen 127.0.0.1:2 --backup-keep 5 --trust-proxy 192.0.2.1 --settings @"};
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(read_options(desk, settings, words[i]), EXIT_DONE);
    assert_string_equal(desk->options.doors.listen, "127.0.0.1:2");
    assert_string_equal(desk->options.public_url, "https://file.example.edu");
    assert_int_equal(desk->options.upkeep.backup_keep, 5);
    assert_int_equal(desk->options.upkeep.backup_minute, 62);
    assert_int_equal(desk->options.doors.peers.proxy_count, 1);
    assert_true(desk->options.allows_private_webhooks);
  }
  assert_int_equal(read_options(desk, settings, "--settings @"), EXIT_DONE);
  assert_int_equal(desk->options.doors.peers.proxy_count, 2);
}

static void a_value_that_the_command_line_overrules_is_still_checked(void **state) {
  struct desk *desk = *state;
  assert_int_equal(read_options(desk, "backup: { keep: none }\n", "--settings @ --backup-keep 5"), EXIT_INPUT);
}

static void paths_of_the_file_are_seen_from_its_folder(void **state) {
  struct desk *desk = *state;
  assert_int_equal(read_options(desk, "data: store\ncourses: [a.yaml, /etc/b.yaml]\n", "--settings @"), EXIT_DONE);
  assert_string_equal(desk->options.data_dir, arena_format(desk->arena, "%s/store", desk->folder));
  assert_int_equal(desk->options.course_count, 2);
  assert_string_equal(desk->options.courses[0], arena_format(desk->arena, "%s/a.yaml", desk->folder));
  assert_string_equal(desk->options.courses[1], "/etc/b.yaml");
  assert_int_equal(read_options(desk, "data: store\n", "--settings @ --data here"), EXIT_DONE);
  assert_string_equal(desk->options.data_dir, "here");
}

static void what_is_wrong_ends_the_start(void **state) {
  struct desk *desk = *state;
  static const struct {
    const char *settings, *words;
    int code;
    const char *why;
  } cases[] = {
      {NULL, "--settings /nonexistent/server.yaml", EXIT_INPUT, "no such file"},
      {"lisen: none\n", "--settings @", EXIT_INPUT, "an unknown key"},
      {NULL, "more", EXIT_USAGE, "a word too many"},
      {NULL, "--nothing", EXIT_USAGE, "an unknown option"},
      {NULL, "--backup-keep 0", EXIT_USAGE, "a wrong value"},
      {NULL, "--public-url javascript:alert(1)", EXIT_USAGE, "a script in every mail's link"},
      {NULL, "--public-url https://", EXIT_USAGE, "no host"},
      {NULL, "--public-url https:///courses", EXIT_USAGE, "no host, but a path"},
      {NULL, "--public-url https://a.example/?b", EXIT_USAGE, "a path cannot stand behind a query"},
      {NULL, "--public-url https://a.example/\"><b>", EXIT_USAGE, "a tag"},
      {"public_url: https://me:secret@a.example\n", "--settings @", EXIT_INPUT, "a password in every mail"},
      {NULL, "--public-url HTTP://[::1]:8803/tandem/", EXIT_DONE, "a port, a path"},
      {NULL, "--listen none", EXIT_USAGE, "no door"},
      {"listen: none\n", "--settings @", EXIT_USAGE, "no door, by the file"},
      {"tls: { listen: '0:443', certificate: a }\n", "--settings @", EXIT_USAGE, "no key"},
      {NULL, "--smtp-username me", EXIT_USAGE, "a name for no mail server"},
      {NULL, "--smtp smtp://mail.example.edu --smtp-starttls none --smtp-username me", EXIT_USAGE,
       "a password in clear"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (read_options(desk, cases[i].settings, cases[i].words) != cases[i].code)
      fail_msg("%s", cases[i].why);
  assert_int_equal(read_options(desk, "listen: none\n", "--settings @ --listen 127.0.0.1:3"), EXIT_DONE);
}

static void a_password_that_stands_in_an_address_is_not_repeated(void **state) {
  struct desk *desk = *state;
  static const char *const settings[] = {"mail: { smtp: { url: 'smtp://me:s3cret@mail.example.edu' } }\n",
                                         "public_url: https://me:s3cret@tandem.example.edu\n", NULL, NULL};
  static const char *const words[] = {"--settings @", "--settings @", "--smtp smtp://me:s3cret@mail.example.edu",
                                      "--public-url https://me:s3cret@tandem.example.edu"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *path = write_file(desk, "other", 0600, "");
    fflush(stderr);
    int stderr_was = dup(STDERR_FILENO);
    assert_ptr_equal(freopen(path, "w", stderr), stderr);
    int code = read_options(desk, settings[i], words[i]);
    fflush(stderr);
    assert_int_equal(dup2(stderr_was, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(stderr_was), 0);
    assert_in_range(code, 1, 2);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char said[1000] = "";
    assert_non_null(fgets(said, sizeof said, file));
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(said, " takes "));
    assert_null(strstr(said, "s3cret"));
  }
}

static void more_courses_than_fit_are_refused(void **state) {
  struct desk *desk = *state;
  char *argv[2 * (COURSES_MAX + 1) + 1] = {arena_text(desk->arena, "serve")};
  int argc = 1;
  for (int i = 0; i <= COURSES_MAX; i++) {
    if (i == COURSES_MAX)
      assert_int_equal(serve_options_read(desk->arena, argc, argv, &desk->options), EXIT_DONE);
    argv[argc++] = arena_text(desk->arena, "--course");
    argv[argc++] = arena_text(desk->arena, "a.yaml");
  }
  assert_int_equal(serve_options_read(desk->arena, argc, argv, &desk->options), EXIT_USAGE);
}

static enum err password(struct desk *desk, const char *file, const char **out) {
  const struct mail_options mail = {.url = "smtps://mail.example.edu", .username = "me", .password_file = file};
  return mail_password_read(desk->arena, &mail, out);
}

static void the_password_comes_from_a_file_that_others_cannot_read(void **state) {
  struct desk *desk = *state;
  static const struct {
    const char *text;
    mode_t mode;
    bool is_taken;
    const char *why;
  } cases[] = {
      {"s3cret\n", 0600, true, "one line"},
      {"s3cret", 0640, true, "without its end; a group may read it"},
      {"two words\r\n", 0400, true, "a blank is part of it"},
      {"s3cret\n", 0644, false, "everybody may read it"},
      {"s3cret\n", 0602, false, "everybody may write it"},
      {"", 0600, false, "empty"},
      {"\n", 0600, false, "an empty line"},
      {"one\ntwo\n", 0600, false, "two lines"},
      {"a\tb\n", 0600, false, "a control character"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *found = NULL;
    const char *path = write_file(desk, "password", cases[i].mode, cases[i].text);
    if ((password(desk, path, &found) == ERR_OK) != cases[i].is_taken)
      fail_msg("%s", cases[i].why);
    if (cases[i].is_taken)
      assert_int_equal(strncmp(cases[i].text, found, strlen(found)), 0);
    assert_int_equal(unlink(path), 0);
  }
  const char *found;
  assert_int_equal(password(desk, "/nonexistent/password", &found), ERR_INVALID);
}

static void else_from_systemd_else_from_the_environment(void **state) {
  struct desk *desk = *state;
  const char *found = NULL;
  assert_int_equal(password(desk, NULL, &found), ERR_INVALID);
  setenv("TANDEM_SMTP_PASSWORD", "of the environment", 1);
  assert_int_equal(password(desk, NULL, &found), ERR_OK);
  assert_string_equal(found, "of the environment");
  setenv("CREDENTIALS_DIRECTORY", desk->folder, 1);
  assert_int_equal(password(desk, NULL, &found), ERR_OK);
  assert_string_equal(found, "of the environment");
  write_file(desk, "smtp-password", 0400, "of systemd\n");
  assert_int_equal(password(desk, NULL, &found), ERR_OK);
  assert_string_equal(found, "of systemd");
  assert_int_equal(password(desk, write_file(desk, "other", 0600, "of the file\n"), &found), ERR_OK);
  assert_string_equal(found, "of the file");
  const struct mail_options nameless = {.url = "smtp://127.0.0.1"};
  assert_int_equal(mail_password_read(desk->arena, &nameless, &found), ERR_OK);
  assert_null(found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(without_anything_the_defaults_hold, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(the_command_line_wins_over_the_file_wherever_it_names_it, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(a_value_that_the_command_line_overrules_is_still_checked, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(paths_of_the_file_are_seen_from_its_folder, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(what_is_wrong_ends_the_start, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(a_password_that_stands_in_an_address_is_not_repeated, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(more_courses_than_fit_are_refused, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(the_password_comes_from_a_file_that_others_cannot_read, open_desk, close_desk),
      cmocka_unit_test_setup_teardown(else_from_systemd_else_from_the_environment, open_desk, close_desk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
