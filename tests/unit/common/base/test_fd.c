// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/base/fd.h"

enum { MUCH = 300 * 1000 }; // several times what a pipe holds

struct reader {
  int fd;
  char *bytes;
  size_t size;
};

static void *read_all(void *context) {
  struct reader *reader = context;
  for (ssize_t got = 1; got > 0; reader->size += (size_t)(got > 0 ? got : 0))
    got = read(reader->fd, reader->bytes + reader->size, MUCH + 1 - reader->size);
  return NULL;
}

static void everything_is_written_however_often_it_takes(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(0, pipe2(ends, O_CLOEXEC));
  char *bytes = malloc(MUCH);
  struct reader reader = {.fd = ends[0], .bytes = malloc(MUCH + 1)};
  for (size_t i = 0; i < MUCH; i++)
    bytes[i] = (char)(i * 31 % 251);
  pthread_t thread;
  assert_int_equal(0, pthread_create(&thread, NULL, read_all, &reader));
  assert_true(fd_write_all(ends[1], bytes, MUCH));
  close(ends[1]);
  pthread_join(thread, NULL);
  close(ends[0]);
  assert_int_equal(MUCH, reader.size);
  assert_memory_equal(bytes, reader.bytes, MUCH);
  free(bytes);
  free(reader.bytes);
}

static void what_only_fits_in_part_is_a_failure_that_says_why(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(0, pipe2(ends, O_CLOEXEC | O_NONBLOCK));
  char *bytes = calloc(1, MUCH);
  assert_false(fd_write_all(ends[1], bytes, MUCH));
  assert_int_equal(EAGAIN, errno);
  free(bytes);
  close(ends[0]);
  close(ends[1]);
}

static void nothing_is_written_without_looking_at_the_file(void **state) {
  (void)state;
  assert_true(fd_write_all(-1, "", 0));
  assert_false(fd_write_all(-1, "a", 1));
  assert_int_equal(EBADF, errno);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_is_written_however_often_it_takes),
      cmocka_unit_test(what_only_fits_in_part_is_a_failure_that_says_why),
      cmocka_unit_test(nothing_is_written_without_looking_at_the_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
