// SPDX-License-Identifier: AGPL-3.0-or-later
// Teams as files that a learning platform imports (facts.md, Rosters, groups and grades). A team has the same id in all
// of them for as long as it lives, whatever its name becomes.
#pragma once

#include "common/base/text.h"
#include "server/courses/course_view.h"

enum export_format { EXPORT_CANVAS, EXPORT_MOODLE, EXPORT_PLAIN };

extern const char *const export_format_names[]; // "canvas", "moodle", "plain", NULL

CHECKED enum err export_teams(const struct act *act, const struct course_view *course, enum export_format format,
                              bool is_registered_only, struct text *out);
