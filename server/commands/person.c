// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem person export|erase EMAIL: all that the store holds on a person, given out or erased.
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/commands/command.h"
#include "server/commands/control.h"

struct person_arguments {
  const char *what;
  const char *who; // an address or a number
  const char *data_dir;
  bool is_certain; // --yes
  bool is_json;
};

static int run(const struct person_arguments *arguments);
static int find(struct control *control, struct arena *arena, const char *who, int64_t *person);
static int export_person(struct control *control, struct arena *arena, int64_t person);
static int erase_person(struct control *control, struct arena *arena, const struct person_arguments *arguments,
                        int64_t person);
static int print_report(const struct person_arguments *arguments, const char *body);

int command_person(int argc, char **argv) {
  static const struct option names[] = {{"data", required_argument, NULL, 'd'},
                                        {"yes", no_argument, NULL, 'y'},
                                        {"json", no_argument, NULL, 'j'},
                                        {NULL, 0, NULL, 0}};
  struct person_arguments arguments = {0};
  const char *data = NULL;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'd')
      data = optarg;
    else if (c == 'y')
      arguments.is_certain = true;
    else if (c == 'j')
      arguments.is_json = true;
    else
      return EXIT_USAGE;
  }
  if (optind != argc - 2 || (strcmp(argv[optind], "export") != 0 && strcmp(argv[optind], "erase") != 0))
    return command_misuse("person", "what shall be done: 'person export EMAIL' or 'person erase EMAIL'");
  arguments.what = argv[optind];
  arguments.who = argv[optind + 1];
  arguments.data_dir = control_data_dir(data);
  return command_finish(run(&arguments));
}

static int run(const struct person_arguments *arguments) {
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(arguments->data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  int64_t person = 0;
  int code = find(control, arena, arguments->who, &person);
  if (code != EXIT_DONE)
    return code;
  return strcmp(arguments->what, "export") == 0 ? export_person(control, arena, person)
                                                : erase_person(control, arena, arguments, person);
}

static int find(struct control *control, struct arena *arena, const char *who, int64_t *person) {
  if (int64_parse(who, person) && *person > 0)
    return EXIT_DONE;
  struct control_answer answer;
  const char *target = arena_format(arena, "/api/v1/accounts?email=%s", control_escape(arena, who));
  enum command_exit code =
      control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code != EXIT_DONE)
    return (int)code;
  json_t *root = json_loads(answer.body, 0, NULL);
  *person = json_integer_value(json_object_get(json_array_get(json_object_get(root, "accounts"), 0), "id"));
  json_decref(root);
  if (*person > 0)
    return EXIT_DONE;
  fprintf(stderr, "tandem: nobody has the address %s\n", who);
  return EXIT_INPUT;
}

static int export_person(struct control *control, struct arena *arena, int64_t person) {
  struct control_answer answer;
  const char *target = arena_format(arena, "/api/v1/people/%" PRId64 "/data", person);
  enum command_exit code =
      control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code == EXIT_DONE)
    printf("%s\n", answer.body);
  return (int)code;
}

static int erase_person(struct control *control, struct arena *arena, const struct person_arguments *arguments,
                        int64_t person) {
  struct control_answer answer;
  const char *target =
      arena_format(arena, "/api/v1/people/%" PRId64 "/data%s", person, arguments->is_certain ? "" : "?dry_run=true");
  enum command_exit code =
      control_ask(control, arena, &(struct control_call){.method = METHOD_DELETE, .target = target}, &answer);
  if (code != EXIT_DONE)
    return (int)code;
  if (arguments->is_json)
    printf("%s\n", answer.body);
  return arguments->is_json ? EXIT_DONE : print_report(arguments, answer.body);
}

static int print_report(const struct person_arguments *arguments, const char *body) {
  json_t *root = json_loads(body, 0, NULL);
  size_t i;
  json_t *item;
  printf("%s %s becomes \"%s\"; rows of tables that go, or lose something:\n",
         arguments->is_certain ? "Erased:" : "Would be erased:", arguments->who,
         json_string_value(json_object_get(root, "name")));
  json_array_foreach(json_object_get(root, "erased"), i, item) {
    printf("  %-14s %lld\n", json_string_value(json_object_get(item, "table")),
           (long long)json_integer_value(json_object_get(item, "rows")));
  }
  const json_t *blockers = json_object_get(root, "blockers");
  json_array_foreach(blockers, i, item) { printf("Refused: %s\n", json_string_value(item)); }
  bool is_blocked = json_array_size(blockers) > 0;
  json_decref(root);
  if (arguments->is_certain)
    printf("Backups made until now, and mail written as files, still hold this person.\n");
  else
    printf("Nothing was changed. %s\n", is_blocked ? "Do what is named above first." : "Add --yes to erase.");
  return EXIT_DONE;
}
