// SPDX-License-Identifier: AGPL-3.0-or-later
// Gives a target every file of some folders, in the order of their names: the main of the targets in builds without
// libFuzzer. In place of a folder one file may be named.
#include <dirent.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static void replay_folder(const char *folder);
static void replay(const char *path);
static int is_file(const struct dirent *entry);

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FOLDER…\n", argv[0]);
    return 2;
  }
  LLVMFuzzerInitialize(&argc, &argv);
  for (int i = 1; i < argc; i++) {
    struct stat status;
    require(stat(argv[i], &status) == 0);
    if (S_ISDIR(status.st_mode))
      replay_folder(argv[i]);
    else
      replay(argv[i]);
  }
  return 0;
}

static void replay_folder(const char *folder) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, is_file, alphasort);
  require(count > 0); // an empty corpus would pass without a test
  for (int i = 0; i < count; i++) {
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    require(size > 0 && (size_t)size < sizeof path);
    replay(path);
    free(entries[i]);
  }
  free(entries);
  printf("%d inputs of %s\n", count, folder);
}

static void replay(const char *path) {
  // The last line of a failing run names the file.
  fprintf(stderr, "%s\n", path);
  FILE *file = fopen(path, "rb");
  struct stat status;
  require(file != NULL && fstat(fileno(file), &status) == 0);
  size_t size = (size_t)status.st_size;
  // To the byte, so that a sanitizer sees a read behind the end.
  uint8_t *bytes = malloc(size > 0 ? size : 1);
  require(bytes != NULL && fread(bytes, 1, size, file) == size);
  fclose(file);
  LLVMFuzzerTestOneInput(bytes, size);
  free(bytes);
}

static int is_file(const struct dirent *entry) { return entry->d_name[0] != '.'; }
