// SPDX-License-Identifier: AGPL-3.0-or-later
// The folder of uploaded files: contents in their places, temporaries, what is left behind.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/http/vault.h"

#define FIRST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SECOND "e3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

struct room {
  char path[64];
  struct vault *vault;
  struct arena *arena;
};

static void drop_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static int setup(void **state) {
  struct room *room = calloc(1, sizeof *room);
  assert_non_null(room);
  snprintf(room->path, sizeof room->path, "/tmp/tandem-test-vault-XXXXXX");
  assert_non_null(mkdtemp(room->path));
  room->arena = arena_new();
  assert_int_equal(ERR_OK, secret_init());
  assert_int_equal(ERR_OK, vault_open(room->path, &room->vault));
  log_set_capture(drop_line, NULL);
  *state = room;
  return 0;
}

static void remove_all(const char *path) {
  DIR *entries = opendir(path);
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    char inner[600];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
    if (entry->d_type == DT_DIR)
      remove_all(inner);
    else
      unlink(inner);
  }
  closedir(entries);
  rmdir(path);
}

static int teardown(void **state) {
  struct room *room = *state;
  log_set_capture(NULL, NULL);
  vault_close(room->vault);
  remove_all(room->path);
  arena_free(room->arena);
  free(room);
  return 0;
}

static void write_temporary(struct room *room, const char *words, struct vault_temporary *out) {
  assert_int_equal(ERR_OK, vault_begin(room->vault, 1, strlen(words), out));
  assert_int_equal(strlen(words), write(out->fd, words, strlen(words)));
}

static void put(struct room *room, const char *words, const char *digest) {
  struct vault_temporary temporary;
  write_temporary(room, words, &temporary);
  assert_int_equal(ERR_OK, vault_keep(room->vault, &temporary, digest, strlen(words)));
  vault_end(room->vault, &temporary);
}

static size_t count_incoming(struct room *room) {
  DIR *entries = opendir(arena_format(room->arena, "%s/files/incoming", room->path));
  size_t count = 0;
  if (entries == NULL) // before the first upload
    return 0;
  while (readdir(entries) != NULL)
    count++;
  closedir(entries);
  return count - 2;
}

static size_t count_kept(struct room *room) {
  const char **list = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, vault_list(room->vault, room->arena, &list, &count));
  return count;
}

static void what_is_kept_is_read_again_until_it_is_removed(void **state) {
  struct room *room = *state;
  put(room, "hello", FIRST);
  put(room, "another", SECOND);
  assert_int_equal(0, count_incoming(room));
  assert_int_equal(2, count_kept(room));
  int fd = -1;
  int64_t size = 0;
  char words[8] = "";
  assert_int_equal(ERR_OK, vault_read(room->vault, FIRST, &fd, &size));
  assert_int_equal(5, size);
  assert_int_equal(5, read(fd, words, sizeof words));
  assert_string_equal("hello", words);
  struct stat status;
  assert_int_equal(0, fstat(fd, &status));
  assert_int_equal(0600, status.st_mode & 0777);
  close(fd);
  assert_int_equal(ERR_OK, vault_remove(room->vault, FIRST));
  assert_int_equal(ERR_OK, vault_remove(room->vault, FIRST)); // again
  assert_int_equal(ERR_NOT_FOUND, vault_read(room->vault, FIRST, &fd, &size));
  assert_int_equal(1, count_kept(room));
}

static void keeping_again_and_after_a_removal_works_while_the_temporary_is_there(void **state) {
  struct room *room = *state;
  struct vault_temporary temporary;
  write_temporary(room, "hello", &temporary);
  assert_int_equal(ERR_OK, vault_keep(room->vault, &temporary, FIRST, 5));
  assert_int_equal(ERR_OK, vault_keep(room->vault, &temporary, FIRST, 5));
  assert_int_equal(ERR_OK, vault_remove(room->vault, FIRST));
  assert_int_equal(ERR_OK, vault_keep(room->vault, &temporary, FIRST, 5));
  vault_end(room->vault, &temporary);
  assert_int_equal(1, count_kept(room));
}

static void a_content_that_is_there_is_shared_unless_it_is_damaged(void **state) {
  struct room *room = *state;
  put(room, "hello", FIRST);
  put(room, "hello", FIRST);
  assert_int_equal(1, count_kept(room));
  assert_int_equal(0, truncate(arena_format(room->arena, "%s/files/e3/" FIRST, room->path), 3));
  struct vault_temporary temporary;
  write_temporary(room, "hello", &temporary);
  assert_int_equal(ERR_UNAVAILABLE, vault_keep(room->vault, &temporary, FIRST, 5));
  vault_end(room->vault, &temporary);
}

static void nobody_has_more_temporaries_than_their_share(void **state) {
  struct room *room = *state;
  struct vault_temporary temporaries[VAULT_TEMPORARIES_MAX + 1];
  size_t count = 0;
  for (int64_t person = 1; count < VAULT_TEMPORARIES_MAX; person++) {
    for (int i = 0; i < VAULT_TEMPORARIES_OF_ONE_MAX && count < VAULT_TEMPORARIES_MAX; i++)
      assert_int_equal(ERR_OK, vault_begin(room->vault, person, 1, &temporaries[count++]));
    if (count < VAULT_TEMPORARIES_MAX)
      assert_int_equal(ERR_THROTTLED, vault_begin(room->vault, person, 1, &temporaries[count]));
  }
  assert_int_equal(ERR_CONFLICT, vault_begin(room->vault, 1000, 1, &temporaries[count]));
  vault_end(room->vault, &temporaries[0]);
  assert_int_equal(ERR_OK, vault_begin(room->vault, 1, 1, &temporaries[0]));
  for (size_t i = 0; i < count; i++)
    vault_end(room->vault, &temporaries[i]);
  assert_int_equal(0, count_incoming(room));
}

static void what_does_not_fit_on_the_disk_is_not_begun(void **state) {
  struct room *room = *state;
  struct vault_temporary temporary;
  assert_int_equal(ERR_UNAVAILABLE, vault_begin(room->vault, 1, (size_t)1 << 60, &temporary));
  vault_end(room->vault, &temporary); // does nothing
  assert_int_equal(0, count_incoming(room));
}

// Each by itself would fit; nothing of the first one is written yet.
static void two_that_do_not_fit_together_are_not_both_begun(void **state) {
  struct room *room = *state;
  struct statvfs status;
  assert_int_equal(0, statvfs(room->path, &status));
  size_t size = (size_t)((uint64_t)status.f_bavail * status.f_frsize - VAULT_SPARE_BYTES) / 5 * 3;
  struct vault_temporary first, second;
  assert_int_equal(ERR_OK, vault_begin(room->vault, 1, size, &first));
  assert_int_equal(ERR_UNAVAILABLE, vault_begin(room->vault, 2, size, &second));
  vault_end(room->vault, &first);
  assert_int_equal(ERR_OK, vault_begin(room->vault, 2, size, &second));
  vault_end(room->vault, &second);
}

static void only_new_contents_are_counted(void **state) {
  struct room *room = *state;
  assert_int_equal(0, vault_kept_bytes(room->vault));
  put(room, "hello", FIRST);
  put(room, "hello", FIRST);
  assert_int_equal(5, vault_kept_bytes(room->vault));
  assert_int_equal(ERR_OK, vault_remove(room->vault, FIRST));
  put(room, "hello", FIRST);
  assert_int_equal(10, vault_kept_bytes(room->vault));
}

static void the_sweep_removes_what_an_earlier_process_left_and_nothing_else(void **state) {
  struct room *room = *state;
  struct vault_temporary own, kept;
  write_temporary(room, "of before", &kept);
  // As after a kill: the descriptor is closed, the name stays.
  close(kept.fd);
  vault_close(room->vault);
  assert_int_equal(ERR_OK, vault_open(room->path, &room->vault));
  write_temporary(room, "of now", &own);
  put(room, "hello", FIRST);
  assert_int_equal(1, vault_sweep(room->vault));
  assert_int_equal(1, count_incoming(room));
  assert_int_equal(1, count_kept(room));
  vault_end(room->vault, &own);
}

static void a_place_is_made_of_digits_only(void **state) {
  (void)state;
  char place[VAULT_PLACE_BYTES];
  assert_true(vault_place(FIRST, place));
  assert_string_equal("e3/" FIRST, place);
  static const char *const wrong[] = {"", "../../../../etc/passwd", "E3" FIRST, FIRST "0"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_false(vault_place(wrong[i], place));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_kept_is_read_again_until_it_is_removed, setup, teardown),
      cmocka_unit_test_setup_teardown(keeping_again_and_after_a_removal_works_while_the_temporary_is_there, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(a_content_that_is_there_is_shared_unless_it_is_damaged, setup, teardown),
      cmocka_unit_test_setup_teardown(nobody_has_more_temporaries_than_their_share, setup, teardown),
      cmocka_unit_test_setup_teardown(what_does_not_fit_on_the_disk_is_not_begun, setup, teardown),
      cmocka_unit_test_setup_teardown(two_that_do_not_fit_together_are_not_both_begun, setup, teardown),
      cmocka_unit_test_setup_teardown(only_new_contents_are_counted, setup, teardown),
      cmocka_unit_test_setup_teardown(the_sweep_removes_what_an_earlier_process_left_and_nothing_else, setup, teardown),
      cmocka_unit_test(a_place_is_made_of_digits_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
