// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem syllabus export COURSE: the stored course file on stdout, byte for byte.
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "server/commands/command.h"
#include "server/commands/control.h"

int command_syllabus(int argc, char **argv) {
  static const struct option names[] = {{"data", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
  const char *data = NULL;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c != 'd')
      return EXIT_USAGE;
    data = optarg;
  }
  if (optind != argc - 2 || strcmp(argv[optind], "export") != 0)
    return command_misuse("syllabus", "the only thing to do is 'syllabus export COURSE'");
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(control_data_dir(data), &control) != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *target = arena_format(arena, "/api/v1/courses/%s/syllabus", control_escape(arena, argv[optind + 1]));
  struct control_answer answer;
  int code = (int)control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code == EXIT_DONE)
    (void)fwrite(answer.body, 1, answer.size, stdout); // command_finish asks whether it arrived
  return command_finish(code);
}
