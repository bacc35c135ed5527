// SPDX-License-Identifier: AGPL-3.0-or-later
// What an act on extensions changes, for whom: the terms and costs of those it may concern are taken down before and
// after, and compared. Writes nothing; a dry run is the act itself in a savepoint that is rolled back.
#pragma once

#include "common/course/calendar.h"
#include "server/milestones/extension.h"

// Whom it may concern: one person, a team, or all students whose track it is or could become.
struct extension_reach {
  const struct milestone *milestone; // NULL: all
  int64_t person, team;              // 0: not that
};
struct extension_snapshot;

CHECKED enum err extension_snapshot_take(const struct act *act, const struct course_view *course,
                                         const struct extension_reach *reach, const struct extension_snapshot **out);
// What differs, into done->changes. Both are of the same reach.
void extension_compare(const struct act *act, const struct extension_snapshot *before,
                       const struct extension_snapshot *after, struct extension_done *done);
// In the course's zone; lives in the act's arena.
struct calendar *extension_calendar(const struct act *act, const struct course_view *course);
