// SPDX-License-Identifier: AGPL-3.0-or-later
// The one table of who is in which team or lab seat, with from and until. At most one open row a person a course:
// project xor labs is a key (rules.md, Teams). Rules of joining and leaving are the features'; this only keeps the
// table.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/db/act.h"

struct placement {
  int64_t id;   // 0: not placed
  int64_t team; // 0 with id: a lab seat
  int64_t from;
};

// The person's open placement; id 0 when there is none (also ERR_OK).
CHECKED enum err placement_of(struct db *db, int64_t course, int64_t person, struct placement *out);
// When the person came to a place, or left one, last; 0: never.
CHECKED enum err placement_changed_at(struct db *db, int64_t course, int64_t person, int64_t *out);
// Opens one; team 0 is a lab seat. Refuses with in_team (naming the team) or in_lab when one is open. Not audited: the
// feature's act is.
CHECKED enum err placement_open(const struct act *act, int64_t course, int64_t person, int64_t team);
CHECKED enum err placement_close(const struct act *act, int64_t course, int64_t person);
// The same as an act of staff (repair_log.h). Closing one that is undone marks it as never meant.
CHECKED enum err placement_open_by(const struct act *act, int64_t course, int64_t person, int64_t team, int64_t repair);
CHECKED enum err placement_close_by(const struct act *act, int64_t course, int64_t person, int64_t repair,
                                    bool is_undone);
// The place that the person left for the present one, in the same act; id 0 when there is none (also ERR_OK). And opens
// it again, with its old standing; nothing else of the person may be open.
CHECKED enum err placement_left_for(const struct act *act, int64_t course, int64_t person,
                                    const struct placement *present, struct placement *out);
CHECKED enum err placement_reopen(const struct act *act, int64_t placement);
