// SPDX-License-Identifier: AGPL-3.0-or-later
// Milestones as JSON: what the course file says, what holds for all alike, the caller's own state and cost, and for
// staff the counts. A personal grant shows in its person's "you" and nowhere else (rules.md, Who sees what).
#pragma once

#include "server/http/answer.h"
#include "server/milestones/milestone.h"

extern const struct answer milestone_answer;

struct milestone_views; // of all milestones of the course, for act->actor in the role of the view
CHECKED enum err milestone_views_load(const struct act *act, const struct course_view *course,
                                      const struct milestone_views **out);
// The members of an object that the caller has begun.
void milestone_view_write(struct json *json, const struct milestone_views *views, const struct milestone *milestone);
