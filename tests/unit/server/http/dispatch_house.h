// SPDX-License-Identifier: AGPL-3.0-or-later
// A store in a file with its writer, worker and one loop, for test_dispatch.c. Included after cmocka.h.
#pragma once

#include <unistd.h>

#include "server/http/http.h"
#include "server/work/loop.h"

// A store in a file, its writer and workers, and one loop: the way of a request through the threads.
struct house {
  const char *path;
  struct work *work;
  struct loop *loop;
  size_t away; // requests that have not come home
};

static inline void set_up_house(struct http *http, struct arena *arena, struct house *house, const char *folder) {
  const char *path = arena_format(arena, "%s/tandem.db", folder);
  const struct work_options options = {.path = path, .worker_count = 1};
  const struct db_options reading = {.mode = DB_READ_ONLY};
  struct db *db = NULL;
  *house = (struct house){.path = path};
  assert_int_equal(work_new(&options, &house->work), ERR_OK);
  assert_int_equal(db_open(path, &reading, &db), ERR_OK);
  assert_int_equal(loop_new(db, &house->loop), ERR_OK);
  http->work = house->work;
}

static inline void tear_down_house(struct arena *arena, struct house *house, const char *folder) {
  size_t left = 0;
  assert_true(work_stop(house->work, 10, &left));
  loop_free(house->loop);
  work_free(house->work);
  unlink(house->path);
  unlink(arena_format(arena, "%s-wal", house->path));
  unlink(arena_format(arena, "%s-shm", house->path));
  assert_int_equal(rmdir(folder), 0);
}
