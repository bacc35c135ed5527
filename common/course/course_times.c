// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_times.h"

#include <stdlib.h>

enum { DAY_SECONDS = 86400, POINTS = 100 };

struct instants {
  struct arena *arena;
  int64_t *list;
  size_t count;
  size_t capacity;
};

static void add_opening(struct instants *instants, int64_t at);
static void add_end(struct instants *instants, int64_t at);
static void add_milestone(struct instants *instants, const struct milestone *milestone);
static int instant_compare(const void *left, const void *right);

int64_t course_times_earns_until(const struct late_policy *late, int64_t due, int64_t term_ends_at) {
  if (late->points_per_day == 0)
    return term_ends_at > due ? term_ends_at : due;
  // The most whole or begun days that cost less than everything: points × days < 100.
  int64_t days = (POINTS - 1) / late->points_per_day;
  return due + days * DAY_SECONDS;
}

int64_t course_times_closes(struct calendar *calendar, const struct late_policy *late, int64_t due, int64_t stated,
                            int64_t term_ends_at) {
  int64_t closes = stated;
  if (stated == 0 && late->has_closes_after)
    closes = calendar_add(calendar, due, late->closes_after);
  else if (stated == 0)
    closes = course_times_earns_until(late, due, term_ends_at);
  int64_t grace_ends = due + late->grace_seconds;
  return closes > grace_ends ? closes : grace_ends;
}

void course_times_turning_points(struct arena *arena, struct course *course) {
  struct instants instants = {.arena = arena};
  add_opening(&instants, course->starts_at);
  add_end(&instants, course->ends_at);
  add_opening(&instants, course->exam_slot.starts);
  add_end(&instants, course->exam_slot.ends);
  add_end(&instants, course->info_card.due);
  add_opening(&instants, course->teams.opens);
  add_end(&instants, course->teams.closes);
  for (size_t i = 0; i < course->track_count; i++) {
    add_opening(&instants, course->tracks[i].opens);
    add_end(&instants, course->tracks[i].decide_by);
  }
  for (size_t i = 0; i < course->milestone_count; i++)
    add_milestone(&instants, &course->milestones[i]);
  if (instants.count > 0)
    qsort(instants.list, instants.count, sizeof *instants.list, instant_compare);
  size_t kept = 0;
  for (size_t i = 0; i < instants.count; i++)
    if (kept == 0 || instants.list[kept - 1] != instants.list[i])
      instants.list[kept++] = instants.list[i];
  course->turning_points = instants.list;
  course->turning_point_count = kept;
}

static void add_opening(struct instants *instants, int64_t at) {
  if (at == 0)
    return;
  if (instants->count == instants->capacity) {
    size_t capacity = instants->capacity == 0 ? 64 : instants->capacity * 2;
    instants->list = arena_grow(instants->arena, instants->list, instants->count, capacity, sizeof *instants->list);
    instants->capacity = capacity;
  }
  instants->list[instants->count++] = at;
}

// The named second itself still belongs to the window: what changes, changes with the next.
static void add_end(struct instants *instants, int64_t at) {
  if (at == 0)
    return;
  add_opening(instants, at);
  add_opening(instants, at + 1);
}

static void add_milestone(struct instants *instants, const struct milestone *milestone) {
  add_opening(instants, milestone->opens);
  add_end(instants, milestone->due);
  add_end(instants, milestone->due + milestone->late->grace_seconds);
  add_end(instants, milestone->closes);
  // The cost of handing in late is shown, and it steps up with every day that begins.
  int64_t points = milestone->late->points_per_day;
  for (int64_t day = 1; points > 0 && points * day <= POINTS && milestone->due + day * DAY_SECONDS < milestone->closes;
       day++)
    add_opening(instants, milestone->due + day * DAY_SECONDS + 1);
}

static int instant_compare(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return a < b ? -1 : a > b;
}
