// SPDX-License-Identifier: AGPL-3.0-or-later
// Brings the events of a feed in line with what stands in the courses: a new one, another revision of one that differs,
// one that ceased to be. What is the same is left alone, so that a feed that did not change is the same bytes.
#pragma once

#include "server/reminders/calendar_feed.h"

CHECKED enum err calendar_sync_feed(const struct act *act, const struct services *services,
                                    const struct calendar_feed *feed);
// The same in a savepoint of its own: one that cannot be written stays as it was and is logged, the others go on.
CHECKED enum err calendar_sync_feed_or_log(const struct act *act, const struct services *services,
                                           const struct calendar_feed *feed);
