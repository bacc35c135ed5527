// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem backup DIR: a verified copy of the store, of a running server or a stopped one, as a folder in DIR.
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/json.h"
#include "server/backup.h"
#include "server/commands/command.h"
#include "server/commands/control.h"

static int make(const char *data_dir, const char *directory, bool is_json);
static const char *body_of(struct arena *arena, const char *directory);
static int print_backup(const char *body);

int command_backup(int argc, char **argv) {
  static const struct option names[] = {
      {"data", required_argument, NULL, 'd'}, {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
  const char *data = NULL;
  bool is_json = false;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'd')
      data = optarg;
    else if (c == 'j')
      is_json = true;
    else
      return EXIT_USAGE;
  }
  if (optind != argc - 1)
    return command_misuse("backup", "it takes one folder, in which the backup becomes a folder");
  return command_finish(make(control_data_dir(data), argv[optind], is_json));
}

static int make(const char *data_dir, const char *directory, bool is_json) {
  struct arena *arena SCOPED_ARENA = arena_new();
  if (access(arena_format(arena, "%s/" BACKUP_STORE, data_dir), F_OK) != 0) {
    fprintf(stderr, "tandem: there is no store in %s: %m\n", data_dir);
    return EXIT_INPUT;
  }
  // The server has another working folder.
  char *real = realpath(directory, NULL);
  const char *absolute = arena_text(arena, real);
  free(real);
  if (absolute == NULL) {
    fprintf(stderr, "tandem: %s: %m\n", directory);
    return EXIT_INPUT;
  }
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  const char *body = body_of(arena, absolute);
  struct control_answer answer;
  enum command_exit code = control_ask(control, arena,
                                       &(struct control_call){.method = METHOD_POST,
                                                              .target = "/api/v1/backups",
                                                              .content_type = "application/json",
                                                              .body = body,
                                                              .size = strlen(body)},
                                       &answer);
  if (code != EXIT_DONE)
    return (int)code;
  if (is_json)
    printf("%s\n", answer.body);
  return is_json ? EXIT_DONE : print_backup(answer.body);
}

static const char *body_of(struct arena *arena, const char *directory) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_text(&json, "directory", directory);
  json_end(&json);
  return json_get(&json);
}

static int print_backup(const char *body) {
  json_t *root = json_loads(body, 0, NULL);
  printf("%s: %lld bytes, sha256 %s\n", json_string_value(json_object_get(root, "path")),
         (long long)json_integer_value(json_object_get(root, "bytes")),
         json_string_value(json_object_get(root, "sha256")));
  size_t i;
  json_t *chain;
  json_array_foreach(json_object_get(root, "chains"), i, chain) {
    printf("course %lld: %lld rows, head %s%s\n", (long long)json_integer_value(json_object_get(chain, "course")),
           (long long)json_integer_value(json_object_get(chain, "seq")),
           json_string_value(json_object_get(chain, "head")),
           json_is_true(json_object_get(chain, "sound")) ? "" : ": BROKEN");
  }
  bool is_sound = json_is_true(json_object_get(root, "sound"));
  json_decref(root);
  if (is_sound)
    return EXIT_DONE;
  fprintf(stderr, "tandem: the backup was kept, but the audit in it is broken; `tandem audit verify` says where\n");
  return EXIT_INPUT;
}
