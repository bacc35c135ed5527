// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of teams, their members as the rules and the views need them, and the questions that a contact asks a silent
// member.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/teams/team.h"

struct team_member { // longest-standing first
  int64_t person;
  int64_t from;
  const char *name;
  const char *email; // NULL: none
  bool is_active;    // false: dropped, the place is held
  bool is_confidential;
  int levels[SKILL_MAX];  // the student's word
  int counted[SKILL_MAX]; // what coverage counts
};

struct team_members {
  const struct team_member *list;
  size_t count; // places taken
  size_t active;
};

struct team_listed { // a row of the course's list
  int64_t id;
  const char *name;
  enum team_state state;
  int64_t contact;
  const char *looking_for;
  int64_t size_max; // its own, by staff; 0: the course file's
};

struct team_listed_member {
  int64_t team;
  int64_t person;
  const char *name;
  bool is_confidential;
};

struct member_question {
  int64_t asked_at;    // 0: not asked
  int64_t answered_at; // 0: not answered
};

extern const char *const team_state_names[]; // by enum team_state, ended by NULL

// ERR_NOT_FOUND without words.
CHECKED enum err team_store_get(const struct act *act, int64_t course, int64_t team, struct team *out);
// ERR_CONFLICT when the name's key is taken. Fills the id.
CHECKED enum err team_store_insert(const struct act *act, struct team *team, const char *name_key);
// Writes the whole row and moves the version, in *team too. ERR_CONFLICT when the name's key is taken.
CHECKED enum err team_store_update(const struct act *act, struct team *team, const char *name_key);
// One statement: people, addresses, enrolments and cards together.
CHECKED enum err team_store_members(const struct act *act, const struct course_view *course, int64_t team,
                                    struct team_members *out);
CHECKED enum err team_store_list(const struct act *act, int64_t course, int64_t after, int64_t limit,
                                 struct team_listed **out, size_t *count);
// The members of all teams whose ids are in the range, by team, longest-standing first.
CHECKED enum err team_store_list_members(const struct act *act, int64_t course, int64_t first, int64_t last,
                                         struct team_listed_member **out, size_t *count);
// Forming and incomplete teams, by id.
CHECKED enum err team_store_unregistered(const struct act *act, int64_t course, int64_t **out, size_t *count);

CHECKED enum err team_store_question(const struct act *act, int64_t team, int64_t person, struct member_question *out);
CHECKED enum err team_store_ask(const struct act *act, int64_t team, int64_t person); // anew, from now
CHECKED enum err team_store_answer(const struct act *act, int64_t team, int64_t person);
CHECKED enum err team_store_forget_question(const struct act *act, int64_t team, int64_t person);
