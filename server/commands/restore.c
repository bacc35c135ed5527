// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem restore BACKUP: a store from a backup, verified first, in a folder that is missing or empty. No server is
// asked.
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/backup.h"
#include "server/commands/command.h"
#include "server/commands/control.h"

static int restore(const char *folder, const char *data_dir);
static void print_refusal(const struct problem *problem);
static void print_restored(const struct backup *backup, const char *data_dir);

int command_restore(int argc, char **argv) {
  static const struct option names[] = {{"data", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
  const char *data = NULL;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c != 'd')
      return EXIT_USAGE;
    data = optarg;
  }
  if (optind != argc - 1)
    return command_misuse("restore", "it takes one backup: the folder that has a " BACKUP_MANIFEST);
  return command_finish(restore(argv[optind], control_data_dir(data)));
}

static int restore(const char *folder, const char *data_dir) {
  if (secret_init() != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct backup backup;
  enum err err = backup_restore(folder, data_dir, arena, &problem, &backup);
  if (err == ERR_OK) {
    print_restored(&backup, data_dir);
    return EXIT_DONE;
  }
  print_refusal(&problem);
  return err == ERR_INVALID || err == ERR_CONFLICT ? EXIT_INPUT : EXIT_SYSTEM;
}

static void print_refusal(const struct problem *problem) {
  fprintf(stderr, "tandem: %s Nothing was restored.\n",
          problem->detail != NULL ? problem->detail : problem_title(problem->code));
}

static void print_restored(const struct backup *backup, const char *data_dir) {
  char made[21], now[21];
  instant_format(backup->made_at, made);
  instant_format(backup->now, now);
  printf("restored %s into %s\nmade at %s by tandem %s; the store's clock stood at %s\n", backup->path, data_dir, made,
         backup->version, backup->now == 0 ? "no instant yet" : now);
  for (size_t i = 0; i < backup->chain_count; i++)
    printf("course %lld: %lld rows, head %s%s\n", (long long)backup->chains[i].course, (long long)backup->chains[i].seq,
           backup->chains[i].head, backup->chains[i].is_sound ? "" : ": BROKEN");
  if (!backup->is_sound)
    fprintf(stderr, "tandem: the audit was broken already when the backup was made\n");
}
