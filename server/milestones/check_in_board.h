// SPDX-License-Identifier: AGPL-3.0-or-later
// Staff's board of a milestone that is held: each team or seated student with slot, update, members, notes, risk and
// open follow-ups. Reads only; for staff alone.
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/milestones/check_in.h"

extern const struct answer board_holder_answer;    // "BoardHolder"
extern const struct answer check_in_update_answer; // "CheckInUpdate": what the team shares

// Of those behind `after` (the number of a team or student); only one, unless `only` is of zeros.
struct board_page {
  struct holder only;
  int64_t after;
  int64_t limit;
};
// Writes the objects into the open array; *next is 0 on the last page.
CHECKED enum err check_in_board_write(const struct act *act, const struct course_view *course,
                                      const struct milestone *milestone, const struct board_page *page,
                                      struct json *json, int64_t *next);
// The one of `page->only`, into the open object.
CHECKED enum err check_in_board_write_one(const struct act *act, const struct course_view *course,
                                          const struct milestone *milestone, const struct board_page *page,
                                          struct json *json);
// What the team shares, into the open object; `until` is when the check-in begins.
void check_in_update_write(struct json *json, const struct check_in_update *update, int64_t until);
