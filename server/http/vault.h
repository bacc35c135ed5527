// SPDX-License-Identifier: AGPL-3.0-or-later
// The folder of uploaded files: DATA/files/ab/<SHA-256 in hexadecimal>, one file a content, and DATA/files/incoming for
// what is still arriving. Only the writer's thread puts a file into its place or takes one away; temporaries belong to
// whoever began them. Knows neither HTTP nor rows. Every function may be called from any thread unless it says
// otherwise.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

#define VAULT_FOLDER "files" // in the data folder

enum {
  VAULT_DIGITS = 64,
  VAULT_TEMPORARIES_MAX = 128,          // of everybody
  VAULT_TEMPORARIES_OF_ONE_MAX = 4,     // of one person
  VAULT_SPARE_BYTES = 64 << 20,         // of the disk: uploads leave so much to the store
  VAULT_PLACE_BYTES = VAULT_DIGITS + 4, // "ab/<digits>" and a NUL
};

struct vault;

// The folders (0700) are made with the first upload. The vault belongs to whoever holds the data folder's lock.
CHECKED enum err vault_open(const char *data_dir, struct vault **out);
void vault_close(struct vault *vault); // NULL is allowed

struct vault_temporary {
  int fd; // -1: none
  int64_t owner;
  size_t size_bytes; // announced: the disk has room for all that is under way
  uint64_t number;   // its name is made of it
  struct vault_temporary *next;
};
// A new, empty file of `owner`'s, readable by the server alone. ERR_THROTTLED when the owner, ERR_CONFLICT when
// everybody together has too many; ERR_UNAVAILABLE when the disk has no room for `size_bytes` beside the spare, or
// refuses: that was logged. The struct must stay where it is until vault_end.
CHECKED enum err vault_begin(struct vault *vault, int64_t owner, size_t size_bytes, struct vault_temporary *out);
// Closes and removes it, whether it was kept or not.
void vault_end(struct vault *vault, struct vault_temporary *temporary);
// On the writer: gives the content of the temporary, which is synced, its place, and syncs the folder. A content that
// is there already is shared. The temporary stays, so that this can be done again.
CHECKED enum err vault_keep(struct vault *vault, const struct vault_temporary *temporary, const char *sha256,
                            size_t size_bytes);
// Of new contents since the vault was opened; never less.
size_t vault_kept_bytes(const struct vault *vault);

// "ab/<digits>", below VAULT_FOLDER. False when it is no digest.
bool vault_place(const char *sha256, char out[static VAULT_PLACE_BYTES]);
// For reading. ERR_NOT_FOUND when it is not there; else ERR_UNAVAILABLE, and that was logged.
CHECKED enum err vault_read(const struct vault *vault, const char *sha256, int *fd, int64_t *size_bytes);
// The digests of all that is kept, in no order.
CHECKED enum err vault_list(const struct vault *vault, struct arena *arena, const char ***out, size_t *count);
// On the writer. What is not there is no failure.
CHECKED enum err vault_remove(struct vault *vault, const char *sha256);
// On the writer: removes temporaries that an earlier process has left behind; returns how many.
size_t vault_sweep(struct vault *vault);
