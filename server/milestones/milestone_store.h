// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of milestones as they concern somebody: who was in a team when, what is handed in, who is missing. The tables
// are those of placements, teams, submissions and excusals; nothing is written here.
#pragma once

#include "server/milestones/milestone.h"

struct handed_in { // a version that counts
  const char *milestone;
  int64_t submission;
  int64_t version;
  int64_t at;
  bool is_on_time;
  bool is_accepted;
  bool is_elsewhere; // of a team that the person has left
};

struct said_of { // staff's word on who need not hand in
  const char *milestone;
  bool is_excused;
  bool is_personal;
};

struct counted {
  const char *milestone;
  int64_t handed_in;
  int64_t late;
  int64_t excused;
};

struct holders {
  int64_t teams; // registered
  int64_t seats;
};

// Active members of the team at that instant, longest-standing first.
CHECKED enum err milestone_store_people(const struct act *act, int64_t course, int64_t team, int64_t at, int64_t **out,
                                        size_t *count);
CHECKED enum err milestone_store_handed_in(const struct act *act, int64_t course, int64_t person, int64_t team,
                                           struct handed_in **out, size_t *count);
CHECKED enum err milestone_store_said(const struct act *act, int64_t course, int64_t person, int64_t team,
                                      struct said_of **out, size_t *count);
CHECKED enum err milestone_store_holders(const struct act *act, int64_t course, struct holders *out);
CHECKED enum err milestone_store_counted(const struct act *act, int64_t course, struct counted **out, size_t *count);
CHECKED enum err milestone_store_missing(const struct act *act, int64_t course, const char *milestone, bool is_of_teams,
                                         struct holder **out, size_t *count);
