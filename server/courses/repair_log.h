// SPDX-License-Identifier: AGPL-3.0-or-later
// The log of repairs: what staff put right, with the reason that those affected were told, and what an act has changed,
// read back in its own transaction for answers and dry runs. Knows no rule. The reason stands here and not in the
// audit, so that it can be erased. Its SQL: repair_log_store.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

struct repair_entry {
  const char *kind;
  const char *reason;
  int64_t team;   // 0: none in particular
  int64_t person; // 0: not of one person alone
};
CHECKED enum err repair_log_put(const struct act *act, int64_t course, const struct repair_entry *entry, int64_t *id);

// Where the store stands before an act, so that what the act did can be told from it.
struct repair_mark {
  int64_t repair;
  int64_t message;
  int64_t team;
};
CHECKED enum err repair_log_mark(const struct act *act, struct repair_mark *out);
struct repair_done {
  int64_t repair;   // 0: none, nothing had to change
  int64_t team;     // that it is about; 0: none in particular
  int64_t new_team; // that it made; 0: none
};
CHECKED enum err repair_log_since(const struct act *act, const struct repair_mark *mark, struct repair_done *out);

struct repair_moved { // who was moved by a repair
  int64_t person;
  const char *name;
  int64_t from_team; // 0 and no seat: they were nowhere
  const char *from_name;
  bool was_seated;
  int64_t to_team; // 0 and no seat: they are nowhere now
  const char *to_name;
  bool is_seated;
};
CHECKED enum err repair_log_moved(const struct act *act, int64_t course, int64_t repair, struct repair_moved **out,
                                  size_t *count);
struct repair_told {
  int64_t person;
  const char *name;
};
// Who was written to since the mark, once each, by number.
CHECKED enum err repair_log_told(const struct act *act, const struct repair_mark *mark, struct repair_told **out,
                                 size_t *count);

struct repair_place { // of a person's history, oldest first
  int64_t team;       // 0: a lab seat
  const char *team_name;
  int64_t from;
  int64_t until; // 0: still
  bool is_undone;
  const char *reason_in;  // why staff put them there; NULL: nobody did
  const char *reason_out; // why staff took them away; NULL: nobody did
};
CHECKED enum err repair_log_history(const struct act *act, int64_t course, int64_t person, struct repair_place **out,
                                    size_t *count);
