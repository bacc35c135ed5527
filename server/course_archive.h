// SPDX-License-Identifier: AGPL-3.0-or-later
// What archiving a course means to the features: services' archive hook (server/accounts/services.h).
#pragma once

#include "server/courses/course_view.h"

enum err course_archived(const struct act *act, const struct course_view *course);
