// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_drops.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/courses/roster_index.h"

struct drops {
  const struct act *act;
  const struct course_view *course;
  const struct roster_course *known;
  struct roster_plan *plan;
  struct roster_index *skipped_ids; // SIS ids of rows that were skipped
  struct roster_index *skipped_names;
  struct roster_index *teams; // team to position in `remaining`
  int64_t *remaining;         // members who stay or come back
  const char *held_until;
};

static void index_skips(struct drops *drops);
static const struct roster_skip *skip_of(const struct drops *drops, const struct enrolment *enrolment);
static const char *why_kept(const struct drops *drops, const struct enrolment *enrolment);
static bool is_of_file(const struct drops *drops, const struct enrolment *enrolment);
static void count_remaining(struct drops *drops, const bool *is_dropped);
static int64_t *remaining_in(struct drops *drops, int64_t team, size_t position);
static const char *consequence_of(struct drops *drops, const struct enrolment *enrolment, size_t position);

void roster_drops_plan(const struct act *act, const struct course_view *course, const struct roster_course *known,
                       struct roster_plan *plan) {
  struct drops drops = {.act = act, .course = course, .known = known, .plan = plan};
  drops.held_until = course_instant_words(course, act->arena, act->now + HOLD_SECONDS);
  index_skips(&drops);
  bool *is_dropped = arena_array(act->arena, known->count, sizeof *is_dropped);
  plan->drops = arena_array(act->arena, known->count, sizeof *plan->drops);
  for (size_t i = 0; i < known->count; i++) {
    const struct enrolment *enrolment = &known->list[i];
    if (!enrolment->is_active || enrolment->role != ROLE_STUDENT)
      continue;
    plan->active_students++;
    if (known->in_file[i])
      continue;
    const char *reason = why_kept(&drops, enrolment);
    if (reason != NULL)
      plan->kept[plan->kept_count++] = (struct roster_kept){0, enrolment->person, enrolment->name, reason};
    else
      is_dropped[i] = is_of_file(&drops, enrolment);
  }
  count_remaining(&drops, is_dropped);
  for (size_t i = 0; i < known->count; i++)
    if (is_dropped[i])
      plan->drops[plan->drop_count++] = (struct roster_drop){
          known->list[i].person, known->list[i].name, known->list[i].email, consequence_of(&drops, &known->list[i], i)};
  int64_t dropped = (int64_t)plan->drop_count;
  bool is_much = dropped > ROSTER_DROPS_FREE || dropped * 100 > plan->active_students * ROSTER_DROPS_FREE_PERCENT;
  plan->drops_to_allow = is_much ? dropped : 0;
}

static void index_skips(struct drops *drops) {
  const struct roster_file *file = drops->plan->file;
  struct arena *arena = drops->act->arena;
  drops->skipped_ids = roster_index_new(arena, file->skip_count);
  drops->skipped_names = roster_index_new(arena, file->skip_count);
  for (size_t i = 0; i < file->skip_count; i++) {
    if (file->skips[i].sis_id != NULL)
      (void)roster_index_put(drops->skipped_ids, file->skips[i].sis_id, i);
    if (file->skips[i].name_key != NULL)
      (void)roster_index_put(drops->skipped_names, file->skips[i].name_key, i);
  }
}

// The row that could not be imported and is probably about this person: it shows that they are still in the class.
static const struct roster_skip *skip_of(const struct drops *drops, const struct enrolment *enrolment) {
  ptrdiff_t position = roster_index_get(drops->skipped_ids, enrolment->sis_id);
  if (position == ROSTER_INDEX_NONE)
    position = roster_index_get(drops->skipped_names, text_fold(drops->act->arena, enrolment->full_name));
  return position == ROSTER_INDEX_NONE ? NULL : &drops->plan->file->skips[position];
}

// NULL: nothing speaks for the person.
static const char *why_kept(const struct drops *drops, const struct enrolment *enrolment) {
  const struct roster_skip *skip = skip_of(drops, enrolment);
  if (skip != NULL)
    return arena_format(drops->act->arena, "stays: line %d is about them, though it was skipped", skip->line);
  if (drops->plan->file->has_sections && enrolment->section == NULL)
    return "stays: their section is not known, so that this file cannot drop them";
  return NULL;
}

static bool is_of_file(const struct drops *drops, const struct enrolment *enrolment) {
  const struct roster_file *file = drops->plan->file;
  return !file->has_sections || roster_file_covers(file, drops->act->arena, enrolment->section);
}

static void count_remaining(struct drops *drops, const bool *is_dropped) {
  const struct roster_course *known = drops->known;
  drops->teams = roster_index_new(drops->act->arena, known->count);
  drops->remaining = arena_array(drops->act->arena, known->count, sizeof *drops->remaining);
  for (size_t i = 0; i < known->count; i++) {
    const struct enrolment *enrolment = &known->list[i];
    bool is_there = (enrolment->is_active || known->in_file[i]) && !is_dropped[i];
    if (enrolment->team != 0 && is_there)
      ++*remaining_in(drops, enrolment->team, i);
  }
}

// `position` is of any member: it has the team's count if the team has none yet.
static int64_t *remaining_in(struct drops *drops, int64_t team, size_t position) {
  const char *key = arena_format(drops->act->arena, "%" PRId64, team);
  ptrdiff_t found = roster_index_put(drops->teams, key, position);
  return &drops->remaining[found == ROSTER_INDEX_NONE ? (ptrdiff_t)position : found];
}

static const char *consequence_of(struct drops *drops, const struct enrolment *enrolment, size_t position) {
  struct arena *arena = drops->act->arena;
  if (enrolment->is_seated)
    return arena_format(arena, "holds a lab seat for 72 h, until %s", drops->held_until);
  if (enrolment->team == 0)
    return "has neither team nor seat";
  int64_t remaining = *remaining_in(drops, enrolment->team, position);
  const struct team_rules *rules = &drops->course->file->teams;
  if (remaining < rules->size_min)
    return arena_format(arena, "leaves %s with %" PRId64 " of at least %d; the place is held for 72 h, until %s",
                        enrolment->team_name, remaining, rules->size_min, drops->held_until);
  return arena_format(arena, "leaves %s with %" PRId64 " member%s; the place is held for 72 h, until %s",
                      enrolment->team_name, remaining, remaining == 1 ? "" : "s", drops->held_until);
}
