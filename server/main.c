// SPDX-License-Identifier: AGPL-3.0-or-later
// The program: its first argument is looked up in the table of commands.
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/commands/command.h"

static const struct command commands[] = {
    {"check", "check [--json] COURSE.yaml…",
     "say whether course files are sound, with every error at its line and column", command_check},
    {"version", "version", "print the versions of this binary and of the data it works with", command_version},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find(const char *name);
static int help(int argc, char **argv);
static int unknown(const char *name);
static void print_overview(FILE *out);
static void print_command(const struct command *command);

int main(int argc, char **argv) {
  if (argc < 2) {
    print_overview(stderr);
    return EXIT_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    return help(argc - 2, argv + 2);
  const struct command *command = find(strcmp(name, "--version") == 0 ? "version" : name);
  if (command == NULL)
    return unknown(name);
  if (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
    print_command(command);
    return command_finish(EXIT_DONE);
  }
  return command->run(argc - 1, argv + 1);
}

static const struct command *find(const char *name) {
  for (int i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static int help(int argc, char **argv) {
  if (argc == 0) {
    print_overview(stdout);
    return command_finish(EXIT_DONE);
  }
  const struct command *command = find(argv[0]);
  if (command == NULL)
    return unknown(argv[0]);
  print_command(command);
  return command_finish(EXIT_DONE);
}

static int unknown(const char *name) {
  const char *names[COMMAND_COUNT + 1];
  for (int i = 0; i < COMMAND_COUNT; i++)
    names[i] = commands[i].name;
  names[COMMAND_COUNT] = "help";
  const char *nearest = text_nearest(name, names, COMMAND_COUNT + 1);
  if (nearest != NULL)
    (void)fprintf(stderr, "tandem: there is no command '%s', did you mean '%s'?\n", name, nearest);
  else
    (void)fprintf(stderr, "tandem: there is no command '%s'. 'tandem help' lists them.\n", name);
  return EXIT_USAGE;
}

static void print_overview(FILE *out) {
  (void)fprintf(out, "Tandem runs the project half of a course.\n\n");
  for (int i = 0; i < COMMAND_COUNT; i++)
    (void)fprintf(out, "  tandem %s\n      %s\n", commands[i].usage, commands[i].summary);
  (void)fprintf(out, "  tandem help [COMMAND]\n      print this, or how one command is used\n");
  (void)fprintf(out, "\nExit codes: 0 done, 1 the input is at fault, 2 usage, 3 the system is at fault.\n");
}

static void print_command(const struct command *command) {
  (void)printf("usage: tandem %s\n\n%s\n", command->usage, command->summary);
}
