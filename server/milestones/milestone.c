// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone.h"

#include <string.h>

#include "common/base/text.h"
#include "server/courses/placement.h"
#include "server/milestones/check_in.h"
#include "server/milestones/extension.h"
#include "server/milestones/milestone_facts.h"
#include "server/milestones/milestone_store.h"

const char *const milestone_state_names[] = {[MILESTONE_NOT_OPEN] = "not open",   [MILESTONE_OPEN] = "open",
                                             [MILESTONE_LATE] = "late",           [MILESTONE_CLOSED] = "closed",
                                             [MILESTONE_HANDED_IN] = "handed in", [MILESTONE_ACCEPTED] = "accepted",
                                             [MILESTONE_HELD] = "held",           [MILESTONE_MISSED] = "missed",
                                             [MILESTONE_EXCUSED] = "excused",     NULL};
const char *const milestone_kind_names[] = {[MILESTONE_PROPOSAL] = "proposal",
                                            [MILESTONE_CHECK_IN] = "check-in",
                                            [MILESTONE_PRESENTATION] = "presentation",
                                            [MILESTONE_REPORT] = "report",
                                            [MILESTONE_ARTIFACT] = "artifact",
                                            [MILESTONE_LAB] = "lab",
                                            NULL};

static enum err add_said(const struct act *act, const struct course_view *course, int64_t person, int64_t team,
                         struct milestone_facts *facts);
static enum err add_results(const struct act *act, const struct course_view *course, int64_t person,
                            struct milestone_facts *facts);

bool milestone_takes_work(const struct milestone *milestone) {
  return milestone->hand_in_count > 0 || milestone->kind == MILESTONE_PROPOSAL;
}

enum milestone_state milestone_state_of(const struct milestone *milestone, const struct terms *terms,
                                        const struct milestone_facts *facts, int64_t now) {
  if (facts->is_excused)
    return MILESTONE_EXCUSED;
  if (facts->is_missed)
    return MILESTONE_MISSED;
  if (facts->is_held)
    return MILESTONE_HELD;
  if (facts->is_accepted)
    return MILESTONE_ACCEPTED;
  if (facts->submission != 0)
    return MILESTONE_HANDED_IN;
  if (!milestone_takes_work(milestone) && now > terms->due)
    return MILESTONE_CLOSED;
  switch (terms_timing(terms, now)) {
  case TIMING_NOT_OPEN:
    return MILESTONE_NOT_OPEN;
  case TIMING_ON_TIME:
    return MILESTONE_OPEN;
  case TIMING_LATE:
    return MILESTONE_LATE;
  case TIMING_CLOSED:
    break;
  }
  return MILESTONE_CLOSED;
}

bool milestone_may_concern(const struct course_view *course, const struct milestone *milestone) {
  if (course->role != ROLE_STUDENT)
    return true;
  return milestone_is_of_teams(course, milestone) ? !course->is_seated : course->team == 0;
}

enum err milestone_find(const struct act *act, const struct course_view *course, const char *id,
                        const struct milestone **out) {
  size_t index = milestone_index(course, id);
  if (index < course->file->milestone_count) {
    *out = &course->file->milestones[index];
    return ERR_OK;
  }
  struct text ids;
  text_init(&ids, act->arena);
  for (size_t i = 0; i < course->file->milestone_count; i++)
    text_add_format(&ids, "%s%s", i == 0 ? "" : ", ", course->file->milestones[i].id);
  return problem_raise(act->problem, PROBLEM_NOT_FOUND, "The course has no milestone of this id. It has: %s.",
                       text_get(&ids));
}

enum err milestone_holder(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          int64_t person, struct holder *out) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK)
    return err;
  const char *title = course->file->tracks[milestone->track].title;
  bool needs_team = milestone_is_of_teams(course, milestone);
  if (placement.id == 0)
    return problem_raise(act->problem, PROBLEM_NOT_YOUR_TRACK,
                         needs_team ? "%s belongs to \"%s\", which is done in teams: join or found one first."
                                    : "%s belongs to \"%s\": take a seat in it first.",
                         milestone->title, title);
  if (needs_team != (placement.team != 0))
    return problem_raise(act->problem, PROBLEM_NOT_YOUR_TRACK,
                         needs_team ? "%s belongs to \"%s\", which is done in teams; this student has a lab seat."
                                    : "%s belongs to \"%s\", which is done alone; this student is in a team.",
                         milestone->title, title);
  *out = needs_team ? (struct holder){.team = placement.team} : (struct holder){.person = person};
  return ERR_OK;
}

enum err milestone_people(const struct act *act, const struct course_view *course, const struct holder *holder,
                          int64_t at, const int64_t **people, size_t *count) {
  int64_t *list = NULL;
  if (holder->team == 0) {
    list = arena_copy(act->arena, &holder->person, sizeof holder->person);
    *people = list;
    *count = 1;
    return ERR_OK;
  }
  enum err err = milestone_store_people(act, course->id, holder->team, at, &list, count);
  if (err == ERR_OK)
    *people = list;
  return err;
}

enum err milestone_facts_all(const struct act *act, const struct course_view *course, int64_t person,
                             const struct milestone_facts **out) {
  struct milestone_facts *facts = arena_array(act->arena, course->file->milestone_count, sizeof *facts);
  struct handed_in *rows = NULL;
  size_t count = 0;
  struct placement placement;
  const struct terms *shared = NULL;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err == ERR_OK && placement.team != 0)
    err = extension_shared_all(act, course, &(struct holder){.team = placement.team}, &shared);
  if (err == ERR_OK)
    err = milestone_store_handed_in(act, course->id, person, placement.team, &rows, &count);
  if (err != ERR_OK)
    return err;
  if (shared != NULL)
    milestone_facts_joined(course, shared, placement.from, facts);
  for (size_t i = 0; i < count; i++) {
    size_t index = milestone_index(course, rows[i].milestone);
    if (index < course->file->milestone_count) // else of an earlier course file
      milestone_facts_handed_in(&facts[index], &rows[i]);
  }
  *out = facts;
  err = add_said(act, course, person, placement.team, facts);
  return err == ERR_OK ? add_results(act, course, person, facts) : err;
}

enum err milestone_counts_all(const struct act *act, const struct course_view *course,
                              const struct milestone_counts **out) {
  struct milestone_counts *counts = arena_array(act->arena, course->file->milestone_count, sizeof *counts);
  struct holders holders;
  struct counted *rows = NULL;
  size_t count = 0;
  enum err err = milestone_store_holders(act, course->id, &holders);
  if (err == ERR_OK)
    err = milestone_store_counted(act, course->id, &rows, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < course->file->milestone_count; i++)
    counts[i].holders = milestone_is_of_teams(course, &course->file->milestones[i]) ? holders.teams : holders.seats;
  for (size_t i = 0; i < count; i++) {
    size_t index = milestone_index(course, rows[i].milestone);
    if (index == course->file->milestone_count)
      continue;
    counts[index].handed_in = rows[i].handed_in;
    counts[index].late = rows[i].late;
    counts[index].excused = rows[i].excused;
  }
  *out = counts;
  return ERR_OK;
}

enum err milestone_missing(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct holder **out, size_t *count) {
  struct holder *list = NULL;
  enum err err =
      milestone_store_missing(act, course->id, milestone->id, milestone_is_of_teams(course, milestone), &list, count);
  if (err == ERR_OK)
    *out = list;
  return err;
}

// A word on the person goes before one on the team.
static enum err add_said(const struct act *act, const struct course_view *course, int64_t person, int64_t team,
                         struct milestone_facts *facts) {
  struct said_of *said = NULL;
  size_t count = 0;
  enum err err = milestone_store_said(act, course->id, person, team, &said, &count);
  for (int personal = 0; err == ERR_OK && personal < 2; personal++)
    for (size_t i = 0; i < count; i++) {
      size_t index = milestone_index(course, said[i].milestone);
      if (said[i].is_personal == (personal == 1) && index < course->file->milestone_count)
        milestone_facts_said(&facts[index], said[i].is_excused);
    }
  return err;
}

// What came of check-ins and presentations.
static enum err add_results(const struct act *act, const struct course_view *course, int64_t person,
                            struct milestone_facts *facts) {
  const enum check_in_state *states = NULL;
  enum err err = check_in_results_all(act, course, person, &states);
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++)
    milestone_facts_result(&facts[i], states[i]);
  return err;
}
