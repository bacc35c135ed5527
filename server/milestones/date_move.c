// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move.h"

#include <string.h>

#include "common/base/json.h"
#include "common/course/course_edit.h"
#include "server/courses/course_change.h"
#include "server/db/audit.h"
#include "server/milestones/date_move_store.h"
#include "server/milestones/date_move_words.h"
#include "server/milestones/extension_effect.h"
#include "server/milestones/penalty.h"
#include "server/milestones/syllabus_comparison.h"

struct ledger {
  struct date_ledger_row *rows; // by person
  size_t count;
};

struct moving {
  const struct act *act;
  const struct course_view *course; // as it is
  struct course_view moved;         // as it becomes
  const struct date_wish *wish;
  const char *text, *new_text;
  struct date_plan *plan;
};

static enum err edit(struct moving *moving);
static const char *cause_of(const struct date_plan *plan);
static void compare_ledgers(struct arena *arena, struct date_plan *plan, const struct ledger *before,
                            const struct ledger *after);
static const struct date_ledger_row *find(const struct ledger *ledger, int64_t person);
static void add_holder(struct date_plan *plan, const struct date_cost *cost);
static int most(const struct ledger *ledger, const struct holder *holder);
static enum date_effect effect_of(int was, int is, const struct date_cost *first);
static enum err find_open(const struct act *act, const struct date_shift *shift, struct date_plan *plan);
static bool stands_the_same(int64_t now, const struct milestone *was, const struct milestone *is);
static enum err apply(struct moving *moving, struct course_library *library);
static enum err audit(const struct moving *moving);
static const char *dates_json(struct arena *arena, const struct milestone *milestone, int64_t version);

const char *const date_effect_names[] = {[DATE_BECOMES_LATE] = "becomes late",
                                         [DATE_DEARER] = "dearer",
                                         [DATE_CHEAPER] = "cheaper",
                                         [DATE_NO_LONGER_LATE] = "no longer late",
                                         NULL};

enum err date_move(const struct act *act, struct course_library *library, const struct course_view *course,
                   const struct date_wish *wish, struct date_plan *out) {
  *out = (struct date_plan){.version = wish->is_dry_run ? 0 : course->version};
  struct moving moving = {.act = act, .course = course, .wish = wish, .plan = out};
  enum err err = edit(&moving);
  if (err == ERR_OK)
    err = date_move_find_effects(act, &(struct date_shift){course, &moving.moved}, out);
  if (err != ERR_OK)
    return err;
  out->file = moving.moved.file;
  out->why_confirm = date_move_why_confirm(act, out);
  out->words = date_move_words(act, course, out);
  if (wish->is_dry_run || strcmp(moving.text, moving.new_text) == 0)
    return ERR_OK;
  if (out->why_confirm != NULL && !wish->is_confirmed)
    return problem_raise(act->problem, PROBLEM_CONFIRMATION_NEEDED,
                         "%s Nothing is changed yet: %s. Send it again with \"confirm\": true if this is meant.",
                         out->words, out->why_confirm);
  return apply(&moving, library);
}

enum err date_move_find_effects(const struct act *act, const struct date_shift *shift, struct date_plan *plan) {
  const struct extension_reach reach_was = {.milestone = plan->was}, reach_is = {.milestone = plan->is};
  const struct extension_snapshot *before = NULL, *after = NULL;
  struct ledger costs_before = {0}, costs_after = {0};
  int64_t course = shift->was->id;
  enum err err = extension_snapshot_take(act, shift->was, &reach_was, &before);
  if (err == ERR_OK)
    err = date_move_store_ledger(act, course, plan->was->id, &costs_before.rows, &costs_before.count);
  if (err == ERR_OK)
    err = find_open(act, shift, plan);
  if (err == ERR_OK)
    err = penalty_recompute_all(act, shift->is, plan->is, cause_of(plan));
  if (err == ERR_OK)
    err = date_move_store_ledger(act, course, plan->is->id, &costs_after.rows, &costs_after.count);
  if (err == ERR_OK)
    err = extension_snapshot_take(act, shift->is, &reach_is, &after);
  if (err != ERR_OK)
    return err;
  plan->is_silent = shift->was->state == COURSE_DRAFT;
  extension_compare(act, before, after, &plan->done);
  compare_ledgers(act->arena, plan, &costs_before, &costs_after);
  return ERR_OK;
}

// The course as it becomes lives in the act's arena: what is not committed does not get into the library.
static enum err edit(struct moving *moving) {
  const struct act *act = moving->act;
  const struct date_wish *wish = moving->wish;
  struct date_plan *plan = moving->plan;
  enum err err = milestone_find(act, moving->course, wish->milestone, &plan->was);
  if (err == ERR_OK)
    err = course_change_text(act, moving->course->id, moving->course->version, &moving->text);
  if (err != ERR_OK)
    return err;
  struct course_edit edits[EDIT_FIELDS];
  size_t count = 0;
  if (wish->opens != 0 && wish->opens != plan->was->opens)
    edits[count++] = (struct course_edit){wish->milestone, EDIT_OPENS, wish->opens};
  if (wish->due != 0 && wish->due != plan->was->due)
    edits[count++] = (struct course_edit){wish->milestone, EDIT_DUE, wish->due};
  if (wish->has_closes)
    edits[count++] = (struct course_edit){wish->milestone, EDIT_CLOSES, wish->closes};
  const struct course *file = moving->course->file;
  moving->new_text = moving->text;
  moving->moved = *moving->course;
  if (count > 0)
    err = course_edit_apply(act->arena, moving->text, edits, count, act->problem, &moving->new_text, &file);
  if (err != ERR_OK)
    return err;
  moving->moved.file = file;
  return milestone_find(act, &moving->moved, wish->milestone, &plan->is);
}

// As the ledger's readers see it.
static const char *cause_of(const struct date_plan *plan) {
  bool is_policy = plan->was->due == plan->is->due && !syllabus_same_policy(plan->was->late, plan->is->late);
  return is_policy ? "late policy changed" : "date moved";
}

static void compare_ledgers(struct arena *arena, struct date_plan *plan, const struct ledger *before,
                            const struct ledger *after) {
  plan->costs = arena_array(arena, after->count, sizeof *plan->costs);
  plan->holders = arena_array(arena, after->count, sizeof *plan->holders);
  for (size_t i = 0; i < after->count; i++) {
    const struct date_ledger_row *is = &after->rows[i], *was = find(before, is->person);
    int points_was = was == NULL ? 0 : was->points;
    if (points_was == is->points)
      continue;
    struct date_cost *cost = &plan->costs[plan->cost_count++];
    *cost = (struct date_cost){.person = is->person,
                               .name = is->name,
                               .holder = is->holder,
                               .holder_name = is->holder_name,
                               .points_was = points_was,
                               .points_is = is->points};
    add_holder(plan, cost);
  }
  for (size_t i = 0; i < plan->holder_count; i++) {
    struct date_holder *holder = &plan->holders[i];
    const struct date_cost first = {.points_was = holder->points_was, .points_is = holder->points_is};
    holder->points_was = most(before, &holder->holder);
    holder->points_is = most(after, &holder->holder);
    holder->effect = effect_of(holder->points_was, holder->points_is, &first);
  }
}

static const struct date_ledger_row *find(const struct ledger *ledger, int64_t person) {
  for (size_t low = 0, high = ledger->count; low < high;) { // by person, one row each
    size_t middle = low + (high - low) / 2;
    if (ledger->rows[middle].person == person)
      return &ledger->rows[middle];
    if (ledger->rows[middle].person < person)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

// A holder's points are at first those of the first of its people.
static void add_holder(struct date_plan *plan, const struct date_cost *cost) {
  for (size_t i = 0; i < plan->holder_count; i++) {
    struct date_holder *holder = &plan->holders[i];
    if (holder->holder.team == cost->holder.team && holder->holder.person == cost->holder.person) {
      holder->people++;
      return;
    }
  }
  plan->holders[plan->holder_count++] = (struct date_holder){.holder = cost->holder,
                                                             .name = cost->holder_name,
                                                             .people = 1,
                                                             .points_was = cost->points_was,
                                                             .points_is = cost->points_is};
}

static int most(const struct ledger *ledger, const struct holder *holder) {
  int points = 0;
  for (size_t i = 0; i < ledger->count; i++) {
    const struct date_ledger_row *row = &ledger->rows[i];
    if (row->holder.team == holder->team && row->holder.person == holder->person && row->points > points)
      points = row->points;
  }
  return points;
}

// Where the most stays the same (a member who pays all anyway), the first member for whom it changes says which way.
static enum date_effect effect_of(int was, int is, const struct date_cost *first) {
  if (was == is) {
    was = first->points_was;
    is = first->points_is;
    return is > was ? DATE_DEARER : DATE_CHEAPER;
  }
  if (is > was)
    return was == 0 ? DATE_BECOMES_LATE : DATE_DEARER;
  return is == 0 ? DATE_NO_LONGER_LATE : DATE_CHEAPER;
}

// Of what is only held nothing is late.
static enum err find_open(const struct act *act, const struct date_shift *shift, struct date_plan *plan) {
  const struct holder *missing = NULL;
  size_t count = 0;
  if (!milestone_takes_work(plan->was) || stands_the_same(act->now, plan->was, plan->is))
    return ERR_OK;
  enum err err = milestone_missing(act, shift->was, plan->was, &missing, &count);
  plan->open = arena_array(act->arena, count, sizeof *plan->open);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct terms was, is;
    err = extension_shared_terms(act, shift->was, plan->was, &missing[i], &was);
    if (err == ERR_OK)
      err = extension_shared_terms(act, shift->is, plan->is, &missing[i], &is);
    if (err != ERR_OK)
      return err;
    struct date_open open = {
        .holder = missing[i], .was = terms_timing(&was, act->now), .is = terms_timing(&is, act->now)};
    if (open.was == open.is)
      continue;
    err = date_move_store_name(act, &missing[i], &open.name);
    plan->open[plan->open_count++] = open;
  }
  return err;
}

// For every holder: an extension only makes a due later. Spares two questions a holder where nothing is due yet.
static bool stands_the_same(int64_t now, const struct milestone *was, const struct milestone *is) {
  bool is_unopened = now < was->opens && now < is->opens;
  bool is_in_time = was->opens <= now && now <= was->due && is->opens <= now && now <= is->due;
  return is_unopened || is_in_time;
}

static enum err apply(struct moving *moving, struct course_library *library) {
  const struct act *act = moving->act;
  const struct date_wish *wish = moving->wish;
  struct date_plan *plan = moving->plan;
  enum err err =
      course_change_store(act, library, moving->course->id, moving->new_text, moving->moved.file, &plan->version);
  if (err == ERR_OK)
    err = audit(moving);
  return err == ERR_OK ? date_move_tell(act, moving->course, plan, wish->reason) : err;
}

static enum err audit(const struct moving *moving) {
  const struct act *act = moving->act;
  const struct date_plan *plan = moving->plan;
  return audit_write(
      act, moving->course->id, "milestone dates moved", arena_format(act->arena, "milestone %s", plan->is->id),
      dates_json(act->arena, plan->was, moving->course->version), dates_json(act->arena, plan->is, plan->version));
}

static const char *dates_json(struct arena *arena, const struct milestone *milestone, int64_t version) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_instant(&json, "opens", milestone->opens);
  json_instant(&json, "due", milestone->due);
  json_instant(&json, "closes", milestone->closes);
  json_int(&json, "syllabus_version", version);
  json_end(&json);
  return json_get(&json);
}
