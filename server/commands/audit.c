// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem audit verify: is every chain of the audit sound? Prints each chain's number and head, which a backup notes
// too.
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/commands/command.h"
#include "server/commands/control.h"

static int verify(const char *data_dir, bool is_json);
static int print_chains(const char *body);

int command_audit(int argc, char **argv) {
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
  if (optind != argc - 1 || strcmp(argv[optind], "verify") != 0)
    return command_misuse("audit", "the only thing to do is 'audit verify'");
  return command_finish(verify(control_data_dir(data), is_json));
}

static int verify(const char *data_dir, bool is_json) {
  struct control *control CONTROL_SCOPE = NULL;
  enum err err = control_open(data_dir, &control);
  if (err != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct control_answer answer;
  enum command_exit code = control_ask(
      control, arena, &(struct control_call){.method = METHOD_GET, .target = "/api/v1/audit/verification"}, &answer);
  if (code != EXIT_DONE)
    return (int)code;
  if (is_json)
    (void)printf("%s\n", answer.body);
  return is_json ? EXIT_DONE : print_chains(answer.body);
}

static int print_chains(const char *body) {
  json_t *root = json_loads(body, 0, NULL);
  size_t i;
  json_t *chain;
  json_array_foreach(json_object_get(root, "chains"), i, chain) {
    (void)printf("course %lld: %lld rows, head %s: ", (long long)json_integer_value(json_object_get(chain, "course")),
                 (long long)json_integer_value(json_object_get(chain, "seq")),
                 json_string_value(json_object_get(chain, "head")));
    if (json_is_true(json_object_get(chain, "sound")))
      (void)printf("sound\n");
    else
      (void)printf("BROKEN at row %lld\n", (long long)json_integer_value(json_object_get(chain, "broken_at")));
  }
  bool is_sound = json_is_true(json_object_get(root, "sound"));
  json_decref(root);
  return is_sound ? EXIT_DONE : EXIT_INPUT;
}
