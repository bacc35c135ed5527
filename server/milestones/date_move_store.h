// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of moving dates: the ledger with whose work each row judges.
#pragma once

#include "server/milestones/milestone.h"

struct date_ledger_row {
  int64_t person;
  const char *name; // as everybody sees it
  struct holder holder;
  const char *holder_name;
  int points;
};
// What holds for everybody, those included who dropped since, by person; without what was withdrawn.
CHECKED enum err date_move_store_ledger(const struct act *act, int64_t course, const char *milestone,
                                        struct date_ledger_row **out, size_t *count);
CHECKED enum err date_move_store_name(const struct act *act, const struct holder *holder, const char **out);
