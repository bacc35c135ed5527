// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of staff's board: everything of one milestone, a query a kind, by holder.
#pragma once

#include "server/milestones/check_in.h"
#include "server/milestones/check_in_board.h"

struct board_holder {
  struct holder holder;
  const char *name;
  int64_t mentor; // 0: none
  const char *mentor_name;
};
struct board_member {
  struct holder holder;
  int64_t person;
  const char *name;
  bool is_active;    // false: dropped, the place is held
  const char *state; // NULL: nothing recorded
};
struct board_note {
  struct holder holder;
  int64_t person;
  const char *name;
  const char *note;
  int64_t at;
};
struct board_record {
  struct holder holder;
  const char *notes;
  const char *risk; // NULL: not said
  int64_t version;
  const char *by_name; // NULL: the operator
  int64_t at;
};
struct board_follow_up {
  struct holder holder;
  int64_t id;
  const char *milestone;
  const char *words;
  int64_t opened_at;
};

// Registered teams, or seated students, by number.
CHECKED enum err check_in_board_store_holders(const struct act *act, int64_t course, bool is_of_teams,
                                              const struct board_page *page, struct board_holder **out, size_t *count);
CHECKED enum err check_in_board_store_members(const struct act *act, int64_t course, const char *milestone,
                                              struct board_member **out, size_t *count);
CHECKED enum err check_in_board_store_updates(const struct act *act, int64_t course, const char *milestone,
                                              struct check_in_update **out, size_t *count);
CHECKED enum err check_in_board_store_notes(const struct act *act, int64_t course, const char *milestone,
                                            struct board_note **out, size_t *count);
CHECKED enum err check_in_board_store_records(const struct act *act, int64_t course, const char *milestone,
                                              struct board_record **out, size_t *count);
// Open ones, of whichever milestone.
CHECKED enum err check_in_board_store_follow_ups(const struct act *act, int64_t course, struct board_follow_up **out,
                                                 size_t *count);
