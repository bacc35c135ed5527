// SPDX-License-Identifier: AGPL-3.0-or-later
// The contents that rows of uploaded files name: for the sweep and for backups, which know no course. Implemented by
// file_store.c.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "server/db/db.h"

struct file_content {
  const char *sha256; // hexadecimal
  int64_t bytes;
};

// How many rows name the content.
CHECKED enum err file_content_rows(struct db *db, const char *sha256, int64_t *rows);
// Every content that a row names, once each, by hash. None in a store of before there were files.
CHECKED enum err file_content_list(struct db *db, struct arena *arena, struct file_content **out, size_t *count);
