// SPDX-License-Identifier: AGPL-3.0-or-later
// What all messages about a milestone share: who gets them, and how their subject names it. Decides nothing.
#pragma once

#include "server/courses/course_view.h"
#include "server/milestones/milestone.h"
#include "server/outbound/outbox.h"

// The title, or the id where the title is too long for a subject, or not known.
const char *milestone_title_words(const struct course_view *course, const char *milestone);
// To everybody whose work the holder's is now, but for the actor. The message's person is not looked at.
CHECKED enum err milestone_tell(const struct act *act, const struct course_view *course, const struct holder *holder,
                                const struct message *message);
