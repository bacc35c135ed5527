// SPDX-License-Identifier: AGPL-3.0-or-later
// The folder of an export while it is written: under another name beside its place, every file synced, and renamed at
// the end, so that what has the name is whole. Names in it are made of what people wrote and never lead out of it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/problem.h"

struct export_folder {
  struct arena *arena;
  struct problem *problem;
  const char *path;       // as it will be
  const char *name;       // its last part
  const char *unfinished; // what it is called meanwhile
  int parent, root;       // -1: not open
  size_t files;
  int64_t bytes;
};

// A field error "folder" for a path that is not absolute, whose parent is not there, that has something in it already,
// or lies in a folder with a store. `now` is real time: what an export a day ago has left in the parent is removed.
CHECKED enum err export_folder_begin(struct export_folder *folder, const char *path, int64_t now);
// A new file below it, with the folders on its way. Paths are made of names from export_name and literals.
CHECKED enum err export_folder_write(struct export_folder *folder, const char *path, const char *bytes, size_t size);
// The same of a content that must have this digest.
CHECKED enum err export_folder_copy(struct export_folder *folder, const char *path, int from, const char *sha256);
// Syncs the folders and gives it its name.
CHECKED enum err export_folder_finish(struct export_folder *folder);
// Closes it, and removes all of it unless it was finished.
void export_folder_end(struct export_folder *folder);

// "team-12-gradient-descenders": letters and digits of any script, all else one '-'. Begins with what cannot be a
// device, a hidden file or an option anywhere.
const char *export_name(struct arena *arena, const char *kind, int64_t number, const char *words);
// "1-report.pdf": the same, with the dots inside and the ending.
const char *export_file_name(struct arena *arena, size_t number, const char *name);
