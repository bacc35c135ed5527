// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem teams export COURSE --format canvas|moodle|plain: the course's teams as a CSV file on stdout.
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/commands/command.h"
#include "server/commands/control.h"

struct export_arguments {
  const char *course;
  const char *format;
  const char *data_dir;
  bool is_registered_only;
};

static int export_teams_of(const struct export_arguments *arguments);

int command_teams(int argc, char **argv) {
  static const struct option names[] = {{"data", required_argument, NULL, 'd'},
                                        {"format", required_argument, NULL, 'f'},
                                        {"registered", no_argument, NULL, 'r'},
                                        {NULL, 0, NULL, 0}};
  struct export_arguments arguments = {0};
  const char *data = NULL;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'd')
      data = optarg;
    else if (c == 'f')
      arguments.format = optarg;
    else if (c == 'r')
      arguments.is_registered_only = true;
    else
      return EXIT_USAGE;
  }
  if (optind != argc - 2 || strcmp(argv[optind], "export") != 0)
    return command_misuse("teams", "the only thing to do is 'teams export COURSE --format canvas|moodle|plain'");
  if (arguments.format == NULL)
    return command_misuse("teams", "--format is missing: canvas, moodle or plain");
  arguments.course = argv[optind + 1];
  arguments.data_dir = control_data_dir(data);
  return command_finish(export_teams_of(&arguments));
}

static int export_teams_of(const struct export_arguments *arguments) {
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(arguments->data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *target =
      arena_format(arena, "/api/v1/courses/%s/teams/export?format=%s%s", control_escape(arena, arguments->course),
                   control_escape(arena, arguments->format), arguments->is_registered_only ? "&registered=true" : "");
  struct control_answer answer;
  enum command_exit code =
      control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code == EXIT_DONE)
    (void)fwrite(answer.body, 1, answer.size, stdout); // command_finish asks whether it arrived
  return (int)code;
}
