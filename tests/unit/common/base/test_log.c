// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/text.h"

struct captured {
  enum log_level level;
  char line[8192];
  int count;
};

static void capture(enum log_level level, const char *line, void *context) {
  struct captured *captured = context;
  captured->level = level;
  captured->count++;
  snprintf(captured->line, sizeof captured->line, "%s", line);
}

static int reset(void **state) {
  (void)state;
  log_set_capture(NULL, NULL);
  log_set_level(LOG_INFO);
  return 0;
}

static const char *words_of(const struct captured *captured) { return captured->line + 21; }

static void a_line_tells_when_how_bad_where_and_what(void **state) {
  (void)state;
  struct captured captured = {.count = 0};
  log_set_capture(capture, &captured);
  errno = EPERM;
  log_line(LOG_ERROR, "db", "commit: %s", "disk full");
  assert_int_equal(errno, EPERM);
  assert_int_equal(captured.count, 1);
  assert_int_equal(captured.level, LOG_ERROR);
  assert_string_equal(words_of(&captured), "error db: commit: disk full");
  char stamp[21] = {0};
  memcpy(stamp, captured.line, 20);
  int64_t at;
  assert_true(instant_parse(stamp, &at));
}

static void lines_above_the_level_are_dropped(void **state) {
  (void)state;
  struct captured captured = {.count = 0};
  log_set_capture(capture, &captured);
  log_line(LOG_INFO, "server", "started");
  log_set_level(LOG_WARN);
  log_line(LOG_INFO, "server", "dropped");
  log_line(LOG_WARN, "server", "kept");
  log_set_level(LOG_ERROR);
  log_line(LOG_WARN, "server", "dropped");
  assert_int_equal(captured.count, 2);
  assert_string_equal(words_of(&captured), "warn server: kept");
}

static void input_cannot_forge_a_line(void **state) {
  (void)state;
  static const struct {
    const char *input, *expected, *why;
  } cases[] = {
      {"a\nb", "a\\x0ab", "a newline would begin another line"},
      {"\r\x1B[2J\t", "\\x0d\\x1b[2J\\x09", "escape sequences drive a terminal"},
      {"\x7F", "\\x7f", "delete"},
      {"\xC2\x9Bx", "\\xc2\\x9bx", "C1 controls drive a terminal, too"},
      {"Zo\xC3\xAB \xC2\xA0", "Zo\xC3\xAB \xC2\xA0", "letters and a space that are not ASCII pass"},
      {"\xC2", "\xC2", "an incomplete character does not read past the end"},
  };
  struct captured captured = {.count = 0};
  log_set_capture(capture, &captured);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    log_line(LOG_WARN, "http", "%s", cases[i].input);
    if (strcmp(words_of(&captured) + strlen("warn http: "), cases[i].expected) != 0)
      fail_msg("%s: \"%s\"", cases[i].why, captured.line);
  }
}

static void a_long_line_is_cut_and_says_so(void **state) {
  (void)state;
  struct captured captured = {.count = 0};
  log_set_capture(capture, &captured);
  char words[5000];
  memset(words, '\n', sizeof words - 1);
  words[sizeof words - 1] = '\0';
  log_line(LOG_ERROR, words, "%s", words); // the worst case: every byte takes four
  assert_int_equal(captured.count, 1);
  log_line(LOG_ERROR, "db", "%s", words);
  assert_true(strlen(captured.line) > 4000);
  assert_string_equal(captured.line + strlen(captured.line) - 7, "\\x0a...");
}

static void *log_many(void *name) {
  for (int i = 0; i < 200; i++)
    log_line(LOG_INFO, name, "%s %s %s", (char *)name, (char *)name, (char *)name);
  return NULL;
}

static void lines_of_several_threads_do_not_mix_on_stderr(void **state) {
  (void)state;
  int pipe_ends[2];
  assert_int_equal(pipe(pipe_ends), 0);
  int saved = dup(STDERR_FILENO);
  assert_int_equal(dup2(pipe_ends[1], STDERR_FILENO), STDERR_FILENO);
  close(pipe_ends[1]);
  pthread_t one, two;
  char a[] = "aaaa", b[] = "bbbb";
  assert_int_equal(pthread_create(&one, NULL, log_many, a), 0);
  assert_int_equal(pthread_create(&two, NULL, log_many, b), 0);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
  dup2(saved, STDERR_FILENO); // closes the pipe's last writer
  close(saved);
  FILE *lines = fdopen(pipe_ends[0], "r");
  char line[256];
  int counts[2] = {0, 0};
  while (fgets(line, sizeof line, lines)) {
    counts[0] += strcmp(line + 21, "info aaaa: aaaa aaaa aaaa\n") == 0;
    counts[1] += strcmp(line + 21, "info bbbb: bbbb bbbb bbbb\n") == 0;
  }
  fclose(lines);
  assert_int_equal(counts[0], 200);
  assert_int_equal(counts[1], 200);
}

static void a_line_that_nobody_can_read_changes_nothing_for_the_caller(void **state) {
  (void)state;
  int saved = dup(STDERR_FILENO);
  close(STDERR_FILENO);
  errno = ENOSPC;
  log_line(LOG_ERROR, "db", "commit");
  int after = errno;
  dup2(saved, STDERR_FILENO);
  close(saved);
  assert_int_equal(after, ENOSPC);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_line_tells_when_how_bad_where_and_what, reset),
      cmocka_unit_test_teardown(lines_above_the_level_are_dropped, reset),
      cmocka_unit_test_teardown(input_cannot_forge_a_line, reset),
      cmocka_unit_test_teardown(a_long_line_is_cut_and_says_so, reset),
      cmocka_unit_test_teardown(a_line_that_nobody_can_read_changes_nothing_for_the_caller, reset),
      cmocka_unit_test_teardown(lines_of_several_threads_do_not_mix_on_stderr, reset),
  };
  return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
