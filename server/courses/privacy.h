// SPDX-License-Identifier: AGPL-3.0-or-later
// All that the store holds on a person, given to them, or erased. Which table holds what is privacy_store.h.
#pragma once

#include "common/base/json.h"
#include "server/accounts/services.h"
#include "server/courses/course_view.h"

// Adds a member for each table: an array of its rows. In the open object.
CHECKED enum err privacy_export(const struct act *act, int64_t person, struct json *json);
// Adds an array of what erasing leaves, and why.
void privacy_write_stays(struct json *json);

struct privacy_count {
  const char *table;
  int64_t rows;
};

struct privacy_report {
  const char *name;      // what the person is called from now on
  const char **blockers; // why it is refused, in words; none: it is not
  size_t blocker_count;
  struct privacy_count *erased; // rows that go, or from which something goes
  size_t erased_count;
};

// Erases names, addresses, secrets, cards, messages and the audit's details; what others wrote loses the person's name;
// placements and the audit's chain stay. Refused while the person takes part in a course whose term is not over, holds
// a place, or is a course's only instructor. Audited. A dry run tells all of that and changes nothing. ERR_NOT_FOUND.
CHECKED enum err privacy_erase(const struct act *act, const struct services *services, int64_t person, bool is_dry_run,
                               struct privacy_report *out);
