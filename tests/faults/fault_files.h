// SPDX-License-Identifier: AGPL-3.0-or-later
// A store's files, for tests that put one back as it was before each fault. Include after cmocka.h.
#pragma once

#include <stdio.h>
#include <unistd.h>

// The file and what an engine leaves beside it.
static inline void remove_store(const char *path) {
  static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char name[112];
    snprintf(name, sizeof name, "%s%s", path, endings[i]);
    unlink(name);
  }
}

static inline void copy_file(const char *from, const char *to) {
  FILE *in = fopen(from, "rb");
  FILE *out = fopen(to, "wb");
  assert_true(in != NULL && out != NULL);
  static char bytes[65536];
  for (size_t size = 1; size > 0;) {
    size = fread(bytes, 1, sizeof bytes, in);
    assert_int_equal(size, fwrite(bytes, 1, size, out));
  }
  fclose(in);
  assert_int_equal(0, fclose(out));
}
