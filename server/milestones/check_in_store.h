// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of check-ins: updates, notes, records, results, follow-ups, mentors. Who may do what is check_in.h; whole
// pages of the board are check_in_board_store.h.
#pragma once

#include "server/milestones/check_in.h"

struct check_in_row { // staff's record of a holder
  int64_t id;         // 0: none
  const char *notes;
  enum check_in_risk risk;
  int64_t version;
};
struct check_in_result_of {
  const char *milestone;
  enum check_in_state state;
};

// version 0 when there is none.
CHECKED enum err check_in_store_update(const struct act *act, int64_t course, const char *milestone,
                                       const struct holder *holder, struct check_in_update *out);
// Writes the words as version `version` + 1.
CHECKED enum err check_in_store_put_update(const struct act *act, int64_t course, const char *milestone,
                                           const struct check_in_update *update);
// The caller's own in this team (0: a seat); "" when there is none.
CHECKED enum err check_in_store_note(const struct act *act, int64_t course, const char *milestone, int64_t team,
                                     const char **out);
CHECKED enum err check_in_store_put_note(const struct act *act, int64_t course, const char *milestone, int64_t team,
                                         const char *note); // "" removes it

CHECKED enum err check_in_store_get(const struct act *act, int64_t course, const char *milestone,
                                    const struct holder *holder, struct check_in_row *out);
CHECKED enum err check_in_store_put(const struct act *act, int64_t course, const char *milestone,
                                    const struct holder *holder, const struct check_in_row *row);

CHECKED enum err check_in_store_result(const struct act *act, int64_t course, const char *milestone, int64_t person,
                                       enum check_in_state *out);
CHECKED enum err check_in_store_results(const struct act *act, int64_t course, int64_t person,
                                        struct check_in_result_of **out, size_t *count);
CHECKED enum err check_in_store_put_result(const struct act *act, int64_t course, const char *milestone, int64_t person,
                                           enum check_in_state state); // none removes it
// Whether the person is of the team, or was at that instant.
CHECKED enum err check_in_store_is_member(const struct act *act, int64_t course, int64_t team, int64_t person,
                                          int64_t at, bool *out);

CHECKED enum err check_in_store_open_follow_up(const struct act *act, int64_t course, const char *milestone,
                                               const struct holder *holder, const char *words);
// Of this holder (NULL: of any); again is nothing. *known tells whether there is one.
CHECKED enum err check_in_store_close_follow_up(const struct act *act, int64_t course, const struct holder *holder,
                                                int64_t id, bool *known);

CHECKED enum err check_in_store_mentor(const struct act *act, int64_t course, int64_t team, struct team_mentor *out);
// Person 0: nobody. Changed: there was another one, or one to take away.
CHECKED enum err check_in_store_set_mentor(const struct act *act, int64_t course, int64_t team, int64_t person,
                                           bool *changed);
