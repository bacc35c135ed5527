// SPDX-License-Identifier: AGPL-3.0-or-later
// A store in a folder with a folder for backups beside it, for the tests of server/backup*.c and server/upkeep*.c.
#pragma once

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
#include <unistd.h>

#include "common/base/log.h"
#include "server/backup_folder.h"
#include "tests/support/app_fixture.h"

#define INSIDE "2023-09-05T14:00:00Z"

struct folders {
  char root[64];
  const char *data;
  const char *backups;
  struct fixture *fixture;
  struct arena *arena;
};

__attribute__((unused)) static int folders_setup(void **state) {
  struct folders *folders = calloc(1, sizeof *folders);
  assert_non_null(folders);
  snprintf(folders->root, sizeof folders->root, "/tmp/tandem-test-backup-XXXXXX");
  assert_non_null(mkdtemp(folders->root));
  folders->arena = arena_new();
  folders->data = arena_format(folders->arena, "%s/data", folders->root);
  folders->backups = arena_format(folders->arena, "%s/backups", folders->root);
  assert_int_equal(0, mkdir(folders->data, 0700));
  assert_int_equal(0, mkdir(folders->backups, 0700));
  folders->fixture = fixture_new_in(folders->data, SAMPLE_COURSE, INSIDE);
  fixture_student(folders->fixture, "Ann Ng");
  *state = folders;
  return 0;
}

__attribute__((unused)) static int folders_teardown(void **state) {
  struct folders *folders = *state;
  fixture_free(folders->fixture);
  assert_int_equal(ERR_OK, backup_folder_remove(AT_FDCWD, folders->root));
  arena_free(folders->arena);
  free(folders);
  log_set_capture(NULL, NULL);
  return 0;
}

// Without "." and "..".
__attribute__((unused)) static size_t entries_in(const char *path) {
  DIR *entries = opendir(path);
  assert_non_null(entries);
  size_t count = 0;
  while (readdir(entries) != NULL)
    count++;
  closedir(entries);
  return count - 2;
}

__attribute__((unused)) static void drop_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

__attribute__((unused)) static void be_quiet(void) { log_set_capture(drop_line, NULL); }
