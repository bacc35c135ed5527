// SPDX-License-Identifier: AGPL-3.0-or-later
// The settings file of `tandem serve` (YAML, config/server.yaml): its keys are those of the table in serve_options.h,
// a dot in a key being a map in the file. Every error is told at its line and column.
#pragma once

#include "common/course/course_file.h"
#include "server/commands/serve_options.h"

// `given`, one a row of the table: not 0 when the command line says it; then the file's value is checked, not taken.
// EXIT_DONE, or the errors were said on stderr as FILE:LINE:COLUMN.
int serve_settings_read(struct arena *arena, const char *path, const int *given, struct serve_options *options);
// The findings alone, for `tandem check`. `path` is where the file's own paths are seen from.
CHECKED enum err serve_settings_check(struct arena *arena, const char *path, const char *bytes, size_t size,
                                      struct findings *findings);
