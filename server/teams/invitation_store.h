// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of invitations and join requests: one table, because both are one open question between a team and a person.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

enum invitation_state {
  INVITATION_OPEN,
  INVITATION_ACCEPTED,
  INVITATION_DECLINED,
  INVITATION_WITHDRAWN,
  INVITATION_LAPSED
};

extern const char *const invitation_state_names[]; // by enum invitation_state, ended by NULL

struct invitation {
  int64_t id;
  int64_t course;
  int64_t team;
  int64_t person;  // whom it is about
  bool is_request; // asked by the person; else invited by the team
  const char *message;
  int64_t made_by;
  enum invitation_state state;
  int64_t created_at;
  int64_t expires_at; // the last second at which it can be accepted
  const char *team_name;
  const char *person_name;
  bool is_confidential; // the person, now, and they are not of the team
};

CHECKED enum err invitation_store_get(const struct act *act, int64_t course, int64_t id,
                                      struct invitation *out); // ERR_NOT_FOUND
// The open one between a team and a person; ERR_NOT_FOUND when there is none.
CHECKED enum err invitation_store_find(const struct act *act, int64_t team, int64_t person, struct invitation *out);
// Fills the id.
CHECKED enum err invitation_store_insert(const struct act *act, struct invitation *invitation);
CHECKED enum err invitation_store_set_state(const struct act *act, int64_t id, enum invitation_state state);
CHECKED enum err invitation_store_end_all(const struct act *act, int64_t course); // open ones lapse
// Open ones, oldest first.
CHECKED enum err invitation_store_of_person(const struct act *act, int64_t course, int64_t person,
                                            struct invitation **out, size_t *count);
// The same by pages: numbers greater than `after`, at most `limit`.
CHECKED enum err invitation_store_page(const struct act *act, int64_t course, int64_t person, int64_t after,
                                       int64_t limit, struct invitation **out, size_t *count);
// How many the actor made after `since`, whatever became of them: to the same person by any team, or of requests to the
// same team.
CHECKED enum err invitation_store_count_made(const struct act *act, int64_t course, const struct invitation *like,
                                             int64_t since, int64_t *out);
CHECKED enum err invitation_store_of_team(const struct act *act, int64_t team, struct invitation **out, size_t *count);
