// SPDX-License-Identifier: AGPL-3.0-or-later
// The one way in which every repair changes who is where (repair.h): a set of moves that happen at once or not at all,
// checked against the teams as they will be, then written, audited, followed by contact, coverage and lab seats, and
// told once to each person concerned. Knows nothing of why: kinds and words are the caller's.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/teams/team_store.h"

enum repair_to { REPAIR_TO_NOWHERE, REPAIR_TO_TEAM, REPAIR_TO_SEAT };

struct repair_move {
  int64_t person;
  enum repair_to to;
  int64_t team;            // REPAIR_TO_TEAM
  int64_t reopens;         // the placement that goes on, for one that is undone; 0: a new one
  struct enrolment who;    // filled by repair_load
  struct placement origin; // filled by repair_load; id 0: nowhere
};

struct repair_touched { // a team that somebody leaves or joins
  struct team team;     // as it becomes
  struct team_members before;
  struct team_members after;
  size_t leaving;
  size_t joining;
  const char *contact; // the name of a new one; NULL: the old one stays
  const char *gap;     // the words of a coverage gap that this opens; NULL: none opens
};

struct repair {
  const struct act *act;
  const struct services *services;
  const struct course_view *course;
  const char *kind; // of the audit's rows, one a person: "student placed"
  const char *reason;
  struct repair_move *moves;
  size_t count;
  const char *list;   // how refusals call the rows: "placements"; NULL: there is one, or the caller's fields
  int64_t about_team; // the act is about a team as a whole; 0: about people
  int64_t dissolves;  // a team that ends with this act, by the caller; 0: none
  bool takes_held;    // places held for people who dropped go along
  bool is_undo;       // the places that end count as never meant
  int64_t id;         // of the row in repairs, once run
  struct repair_touched *touched;
  size_t touched_count;
};

// Squeezed emptiness and length: a field error of `reason`.
CHECKED enum err repair_check_reason(const struct act *act, const char *reason);
// Who they are and where: not_found for people who are no active students (dropped ones too, unless takes_held).
CHECKED enum err repair_load(struct repair *repair);
// All of it, after repair_load. Moves to where somebody is already are left out; when none is left, nothing is done and
// the id stays 0.
CHECKED enum err repair_run(struct repair *repair);
// A refusal of row `index` ("placements[3].team"), in words that name it.
enum err repair_refuse(const struct repair *repair, size_t index, const char *field, enum problem_code code,
                       const char *words);

// --- the parts of repair_run
// The teams that are touched, with their members as they are; team_full and team_not_forming by row.
CHECKED enum err repair_touch(struct repair *repair);
// After the moves are written: members, contact and coverage of each touched team.
CHECKED enum err repair_settle(struct repair *repair);
// Everybody once: who is moved, and the members of the teams that they leave and join.
CHECKED enum err repair_tell(const struct repair *repair);
// "Pat Doe, of the course's staff,"; and the sentence that ends each message, whom to ask.
CHECKED enum err repair_actor_words(const struct act *act, const char **words);
CHECKED enum err repair_ask_words(const struct act *act, const struct course_view *course, const char **words);
