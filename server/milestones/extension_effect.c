// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_effect.h"

#include <string.h>

#include "server/milestones/extension_store.h"
#include "server/milestones/penalty_store.h"

struct standing { // of one person and milestone
  int64_t person;
  const char *name;
  const struct milestone *milestone;
  struct terms terms;
  bool has_cost;
  int points;
};

struct extension_snapshot {
  struct standing *list; // by person, then milestone
  size_t count;
};

// What both loops need.
struct gathering {
  const struct act *act;
  const struct course_view *course;
  const struct extension_grant *grants;
  size_t grant_count;
  const struct penalty_current *costs; // by person
  size_t cost_count;
  size_t next_cost;
  struct calendar *calendar;
  struct extension *picked;
};

static bool is_concerned(const struct course_view *course, const struct milestone *milestone,
                         const struct extension_member *person);
static struct standing standing_of(struct gathering *gathering, const struct extension_member *person,
                                   const struct milestone *milestone);
static void add_cost(const struct gathering *gathering, struct standing *standing);

enum err extension_snapshot_take(const struct act *act, const struct course_view *course,
                                 const struct extension_reach *reach, const struct extension_snapshot **out) {
  const char *id = reach->milestone == NULL ? NULL : reach->milestone->id;
  struct extension_member *people = NULL;
  struct extension_grant *grants = NULL;
  struct penalty_current *costs = NULL;
  size_t people_count = 0, grant_count = 0, cost_count = 0;
  enum err err = extension_store_people(act, course->id, reach->person, reach->team, &people, &people_count);
  if (err == ERR_OK)
    err = extension_store_live(act, course->id, id, &grants, &grant_count);
  if (err == ERR_OK)
    err = penalty_store_current(act, course->id, id, reach->person, &costs, &cost_count);
  if (err != ERR_OK)
    return err;
  struct gathering gathering = {.act = act,
                                .course = course,
                                .grants = grants,
                                .grant_count = grant_count,
                                .costs = costs,
                                .cost_count = cost_count,
                                .calendar = grant_count > 0 ? extension_calendar(act, course) : NULL,
                                .picked = arena_array(act->arena, grant_count, sizeof(struct extension))};
  size_t first = reach->milestone == NULL ? 0 : (size_t)(reach->milestone - course->file->milestones);
  size_t past = reach->milestone == NULL ? course->file->milestone_count : first + 1;
  struct extension_snapshot *snapshot = arena_alloc(act->arena, sizeof *snapshot);
  *snapshot = (struct extension_snapshot){
      .list = arena_array(act->arena, people_count * (past - first), sizeof(struct standing))};
  for (size_t i = 0; i < people_count; i++) {
    while (gathering.next_cost < cost_count && costs[gathering.next_cost].person < people[i].person)
      gathering.next_cost++;
    for (size_t j = first; j < past; j++)
      if (is_concerned(course, &course->file->milestones[j], &people[i]))
        snapshot->list[snapshot->count++] = standing_of(&gathering, &people[i], &course->file->milestones[j]);
  }
  *out = snapshot;
  return ERR_OK;
}

void extension_compare(const struct act *act, const struct extension_snapshot *before,
                       const struct extension_snapshot *after, struct extension_done *done) {
  struct extension_change *changes = arena_array(act->arena, after->count, sizeof *changes);
  size_t count = 0;
  for (size_t i = 0; i < after->count; i++) {
    const struct standing *was = &before->list[i], *is = &after->list[i];
    if (was->terms.opens == is->terms.opens && was->terms.due == is->terms.due &&
        was->terms.closes == is->terms.closes && was->points == is->points)
      continue;
    changes[count++] = (struct extension_change){.person = is->person,
                                                 .name = is->name,
                                                 .milestone = is->milestone,
                                                 .was = was->terms,
                                                 .is = is->terms,
                                                 .has_cost = is->has_cost,
                                                 .points_was = was->points,
                                                 .points_is = is->points};
  }
  done->changes = changes;
  done->change_count = count;
}

// Who has not chosen could still come to any track.
static bool is_concerned(const struct course_view *course, const struct milestone *milestone,
                         const struct extension_member *person) {
  bool is_of_teams = course->file->tracks[milestone->track].capacity == 0;
  return !person->is_placed || is_of_teams == (person->team != 0);
}

static struct standing standing_of(struct gathering *gathering, const struct extension_member *person,
                                   const struct milestone *milestone) {
  size_t count = 0;
  for (size_t i = 0; i < gathering->grant_count; i++) {
    const struct extension_grant *row = &gathering->grants[i];
    bool is_theirs = row->person != 0 ? row->person == person->person : row->team == 0 || row->team == person->team;
    if (is_theirs && (row->milestone == NULL || strcmp(row->milestone, milestone->id) == 0))
      gathering->picked[count++] = row->grant;
  }
  struct standing standing = {.person = person->person,
                              .name = person->name,
                              .milestone = milestone,
                              .terms = terms_of(gathering->calendar, milestone, gathering->picked, count)};
  add_cost(gathering, &standing);
  return standing;
}

static void add_cost(const struct gathering *gathering, struct standing *standing) {
  for (size_t i = gathering->next_cost; i < gathering->cost_count; i++) {
    const struct penalty_current *cost = &gathering->costs[i];
    if (cost->person != standing->person)
      return;
    if (cost->submission != 0 && strcmp(cost->milestone, standing->milestone->id) == 0) {
      standing->has_cost = true;
      standing->points = cost->points;
    }
  }
}
