// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of announcements and announcement_people. Knows no rules.
#pragma once

#include "server/reminders/announcement.h"

CHECKED enum err announcement_store_insert(const struct act *act, int64_t course, struct announcement *announcement);
CHECKED enum err announcement_store_update(const struct act *act, const struct announcement *announcement);
CHECKED enum err announcement_store_get(const struct act *act, int64_t course, int64_t id, struct announcement *out);
CHECKED enum err announcement_store_add_person(const struct act *act, int64_t id, int64_t person);
CHECKED enum err announcement_store_count_planned(const struct act *act, int64_t course, int64_t *out);
// Those that leave, or left, less than a day before or after `at`; `except` and cancelled ones left out.
CHECKED enum err announcement_store_count_near(const struct act *act, int64_t course, int64_t except, int64_t at,
                                               int64_t *all, int64_t *to_addresses);
CHECKED enum err announcement_store_planned(const struct act *act, int64_t course, int64_t **ids, size_t *count);

struct announcement_reader {
  int64_t person;
  bool is_staff;
  const char *track; // that they do now; "" when none
  int64_t team;      // 0: none
  int64_t only;      // this one; 0: all
  int64_t after;
  int64_t limit;
};
// Of others than staff: what was sent to them, or to what they are in now.
CHECKED enum err announcement_store_list(const struct act *act, int64_t course,
                                         const struct announcement_reader *reader, struct announcement **out,
                                         size_t *count);
// Whom a sending reaches: active people of the course. Students of the teams' track are those in a team.
CHECKED enum err announcement_store_everybody(const struct act *act, int64_t course, int64_t **people, size_t *count);
CHECKED enum err announcement_store_placed(const struct act *act, int64_t course, bool is_seated, int64_t **people,
                                           size_t *count);
CHECKED enum err announcement_store_members(const struct act *act, int64_t course, int64_t team, int64_t **people,
                                            size_t *count);
