// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether a course is a draft, running or archived, and what that does to a request: students find no draft, and an
// archived course is only read. What it does to the clock is agenda_due's (server/db/agenda.h): items of a course that
// is not running wait.
#pragma once

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

extern const char *const course_state_names[]; // "draft", "running", "archived", NULL

enum course_state course_state_from(const char *name);
// What course_admit asks. Whether the course is not there for the caller of this view: a draft, and not of its staff.
bool course_state_hides(const struct course_view *course);
// course_archived for a change of an archived course. Copying, exporting and changing the state are none; its webhooks
// can be paused and removed.
CHECKED enum err course_state_admit(struct request *request, const struct course_view *course);
// That refusal, for a row that is let through because it may be something else.
CHECKED enum err course_state_refuse(struct problem *problem, const struct course_view *course);
// Audited when it changes something. Archiving ends what is open quietly (services->archived). conflict: from archived
// to draft, and to draft while a student is enrolled.
CHECKED enum err course_state_set(const struct act *act, const struct services *services,
                                  const struct course_view *course, enum course_state state);
