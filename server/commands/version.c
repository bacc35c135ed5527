// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem version: what this binary is and which libraries' data it works with.
#include <stdio.h>

#include "common/course/calendar.h"
#include "common/course/course_file.h"
#include "server/commands/command.h"
#include "tandem_version.h"

int command_version(int argc, char **argv) {
  if (argc > 1)
    return command_misuse("version", "'%s' is one word too many", argv[1]);
  (void)printf("tandem %s (build %s)\n", TANDEM_VERSION, TANDEM_BUILD);
  (void)printf("libyaml %s\n", course_file_library_version());
  (void)printf("ICU %s, zone data %s\n", calendar_library_version(), calendar_data_version());
  return command_finish(EXIT_DONE);
}
