// SPDX-License-Identifier: AGPL-3.0-or-later
// The program: its first argument is looked up in the table of commands.
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/commands/command.h"

static const struct command commands[] = {
    {"check", "check [--json] COURSE.yaml… [--settings FILE]…",
     "say whether course files, and settings files of serve, are sound, with every error at its line and column",
     command_check},
    {"rehearse",
     "rehearse COURSE.yaml [--json|--ics] | rehearse [COURSE] --from INSTANT --to INSTANT [--data DIR] [--json]",
     "print the term of a course file in time order, with every reminder and what looks unwise; or forecast what a "
     "running course will tell whom",
     command_rehearse},
    {"serve",
     "serve [--settings FILE] [--data DIR] [--listen HOST:PORT|none] [--tls-listen HOST:PORT --tls-certificate FILE "
     "--tls-key FILE] "
     "[--course FILE]… [--public-url URL] [--mail-domain DOMAIN] "
     "[--mail-from ADDRESS] [--trust-proxy CIDR]… [--sign-in-header NAME] [--backup-dir DIR] [--backup-keep N] "
     "[--backup-at HH:MM] [--operator EMAIL] [--disk-low MIB] [--smtp URL] [--smtp-starttls required|offered|none] "
     "[--smtp-username NAME] [--smtp-password-file FILE] [--smtp-ca-file FILE] [--smtp-connections N] "
     "[--webhooks-allow-private] [--webhooks-ca-file FILE] [--now INSTANT]",
     "run the server until it is told to stop (SIGTERM or Ctrl-C)", command_serve},
    {"apply", "apply COURSE.yaml [--data DIR] [--dry-run] [--yes] [--json]",
     "put a changed course file in the place of the stored one: first the plan, --yes for what moves earlier or soon",
     command_apply},
    {"syllabus", "syllabus export COURSE [--data DIR]", "print a course's stored file", command_syllabus},
    {"account",
     "account create NAME EMAIL | set-password EMAIL | list [--json] [WORDS] | disable EMAIL | enable EMAIL | "
     "enrol EMAIL COURSE ROLE | set-login EMAIL LOGIN | sign-in-link EMAIL [--data DIR]",
     "create accounts, set a password (read from stdin) or the institution's login, print a link to sign in once, "
     "list, "
     "disable and enable them, enrol somebody in a course",
     command_account},
    {"backup", "backup DIR [--data DIR] [--json]",
     "make a verified backup, a folder in DIR, of a server that runs or one that is stopped", command_backup},
    {"restore", "restore BACKUP [--data DIR]",
     "verify a backup and make a store of it, in a folder that is missing or empty", command_restore},
    {"course",
     "course state COURSE draft|running|archived | copy OLD NEW --starts DATE [--holidays DATE,DATE…] [--dry-run] | "
     "export COURSE DIR [--json] [--data DIR]",
     "make a course a draft, running or archived; copy it for another term; write all of it as a folder for its staff",
     command_course},
    {"audit", "audit verify [--data DIR] [--json]", "recompute every chain of the audit and say whether it is sound",
     command_audit},
    {"roster",
     "roster import COURSE FILE.csv [--data DIR] [--dry-run] [--allow-drops N] [--addresses FILE] [--domain DOMAIN] "
     "[--json]",
     "bring a course in line with a roster: a plain CSV, or Canvas's gradebook export", command_roster},
    {"person", "person export EMAIL | erase EMAIL [--yes] [--json] [--data DIR]",
     "print all that the store holds on a person, or erase it: first a dry run, with --yes in earnest", command_person},
    {"teams", "teams export COURSE --format canvas|moodle|plain [--registered] [--data DIR]",
     "print a course's teams as a CSV file for another system", command_teams},
    {"routes", "routes [--openapi|--privacy]",
     "print every request that the server answers, with who may send it; or as OpenAPI; or who sees what of the "
     "answers",
     command_routes},
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
