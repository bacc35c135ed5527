// SPDX-License-Identifier: AGPL-3.0-or-later
// Moving a milestone's dates (rules.md, The course file's truth): the stored text changes in those scalars only, the
// ledger is judged anew, each of those concerned is told once, all in one transaction. Which version counts never
// changes. What it does is found out by doing it, so that a plan cannot say anything else than what happens.
#pragma once

#include "server/courses/course_library.h"
#include "server/milestones/extension.h"

enum { DATE_MOVE_REASON_CHARACTERS_MAX = 1000, DATE_MOVE_NEAR_SECONDS = 48 * 3600 };

struct date_wish {
  const char *milestone;
  int64_t opens, due; // 0: stays
  int64_t closes;     // with has_closes, 0: the policy says it again
  bool has_closes;
  const char *reason; // told to those it concerns; not in the audit
  bool is_confirmed;
  bool is_dry_run; // stores nothing and tells nobody; the ledger is still written: the caller rolls back
};

enum date_effect { DATE_BECOMES_LATE, DATE_DEARER, DATE_CHEAPER, DATE_NO_LONGER_LATE };
extern const char *const date_effect_names[];

struct date_cost { // of somebody whose work is in the ledger
  int64_t person;
  const char *name;
  struct holder holder; // of the version that is judged
  const char *holder_name;
  int points_was, points_is;
};
struct date_holder { // whose people's costs change
  struct holder holder;
  const char *name;
  size_t people;             // how many
  int points_was, points_is; // the most that it costs any of its people
  enum date_effect effect;
};
struct date_open { // a holder who has nothing in, and stands elsewhere by the clock from now on
  struct holder holder;
  const char *name;
  enum timing was, is; // by what holds for all of the holder
};

struct date_plan {
  const struct milestone *was, *is;
  const struct course *file; // of a move: the course file as it becomes
  int64_t version;           // of the syllabus, once done; 0 in a dry run
  const char *why_confirm;   // why it needs confirmation; NULL: it does not
  const char *words;         // all of it in sentences
  struct date_cost *costs;   // what changes, by person
  size_t cost_count;
  struct date_holder *holders;
  size_t holder_count;
  struct date_open *open;
  size_t open_count;
  struct extension_done done; // active students for whom dates or costs change
  bool is_silent;             // a draft: students do not see it, so that nobody is told
};

// The course as it is and as it becomes: the same course, two readings of its file.
struct date_shift {
  const struct course_view *was, *is;
};
// What it does that plan->was becomes plan->is, which are of the same id, kind and track: fills costs, holders, open
// and done, by doing it to the ledger. Whoever only plans rolls back.
CHECKED enum err date_move_find_effects(const struct act *act, const struct date_shift *shift, struct date_plan *plan);

// By an instructor. not_found, invalid_fields by the wish's fields; confirmation_needed, in the plan's words, for what
// moves earlier, touches the next 48 hours, or closes again what had opened.
CHECKED enum err date_move(const struct act *act, struct course_library *library, const struct course_view *course,
                           const struct date_wish *wish, struct date_plan *out);
