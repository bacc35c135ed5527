// SPDX-License-Identifier: AGPL-3.0-or-later
// What people are told of extensions: each of those concerned once, nobody else (rules.md, Who sees what).
#pragma once

#include "server/milestones/extension.h"

// `reason` is NULL for a grant that was taken back.
CHECKED enum err extension_tell(const struct act *act, const struct course_view *course,
                                const struct extension_done *done, const char *reason);
