// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/command.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/base/text.h"

int command_misuse(const char *name, const char *format, ...) {
  (void)fprintf(stderr, "tandem %s: ", name);
  va_list args;
  va_start(args, format);
  (void)vfprintf(stderr, format, args);
  va_end(args);
  (void)fprintf(stderr, "\nSee 'tandem help %s'.\n", name);
  return EXIT_USAGE;
}

int command_unknown_option(const char *name, const char *option, const char *const *known, int count) {
  const char *nearest = text_nearest(option, known, (size_t)count);
  if (nearest != NULL)
    return command_misuse(name, "unknown option '%s', did you mean '%s'?", option, nearest);
  return command_misuse(name, "unknown option '%s'", option);
}

int command_finish(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout))
    return code;
  (void)fprintf(stderr, "tandem: the output cannot be written: %m\n");
  return EXIT_SYSTEM;
}
