// SPDX-License-Identifier: AGPL-3.0-or-later
// An announcement on its way: whom it reaches, now that it leaves, and the messages it becomes.
#pragma once

#include "server/reminders/announcement.h"

// To everybody whom it concerns now, but for its author, and to the address; marks it as sent.
CHECKED enum err announcement_send(const struct act *act, const struct course_view *course,
                                   struct announcement *announcement);
// Says to whom and when, never what: the words stay in the announcement.
CHECKED enum err announcement_audit(const struct act *act, int64_t course, const char *kind,
                                    const struct announcement *announcement);
