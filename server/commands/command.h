// SPDX-License-Identifier: AGPL-3.0-or-later
// What a command of the program is: a row of the table in server/main.c and a function in a file of its own.
// A new command: its file here, its prototype below, its row there.
#pragma once

enum command_exit {
  EXIT_DONE = 0,
  EXIT_INPUT = 1,  // the input is at fault
  EXIT_USAGE = 2,  // the command line is
  EXIT_SYSTEM = 3, // the system is: disk, memory, network
};

struct command {
  const char *name;
  const char *usage;                 // what follows "tandem"
  const char *summary;               // one line
  int (*run)(int argc, char **argv); // argv[0] is the command's name; the result is the exit code
};

int command_account(int argc, char **argv);
int command_apply(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_check(int argc, char **argv);
int command_course(int argc, char **argv);
int command_person(int argc, char **argv);
int command_rehearse(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_roster(int argc, char **argv);
int command_routes(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_syllabus(int argc, char **argv);
int command_teams(int argc, char **argv);
int command_version(int argc, char **argv);

// "tandem check: unknown option '--jsno', …" and where to read more, on stderr. Always EXIT_USAGE.
int command_misuse(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Refuses an argument that begins with '-' and is none of the known options, with "did you mean". Always EXIT_USAGE.
int command_unknown_option(const char *name, const char *option, const char *const *known, int count);
// What was printed must have arrived: EXIT_SYSTEM if stdout cannot be written, else `code`.
int command_finish(int code);
