// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_facts.h"

#include <string.h>

#include "server/milestones/extension_effect.h"
#include "server/milestones/extension_store.h"
#include "server/milestones/milestone_everyone_store.h"

// Everybody while they are put together.
struct crowd {
  const struct act *act;
  const struct course_view *course;
  struct everyone_person *rows;
  struct milestone_person *people;
  struct milestone_facts *facts; // person by person
  size_t count;
  struct extension_grant *grants;
  size_t grant_count;
  struct calendar *calendar;
  const struct terms *general; // without any grant to a team or person
};

static enum err load_people(struct crowd *crowd);
static const struct terms *shared_terms(struct crowd *crowd, size_t index);
static const struct terms *terms_with(const struct crowd *crowd, int64_t person, int64_t team);
static bool concerns(const struct extension_grant *grant, int64_t person, int64_t team);
static bool has_own(const struct crowd *crowd, int64_t person, int64_t team);
static enum err add_handed_in(struct crowd *crowd);
static enum err add_said(struct crowd *crowd);
static enum err add_results(struct crowd *crowd);
static struct milestone_facts *facts_of(const struct crowd *crowd, int64_t person, const char *milestone);
static size_t find_person(const struct crowd *crowd, int64_t person);

size_t milestone_index(const struct course_view *course, const char *id) {
  size_t i = 0;
  while (i < course->file->milestone_count && strcmp(course->file->milestones[i].id, id) != 0)
    i++;
  return i;
}

bool milestone_is_of_teams(const struct course_view *course, const struct milestone *milestone) {
  return course->file->tracks[milestone->track].capacity == 0;
}

void milestone_facts_joined(const struct course_view *course, const struct terms *shared, int64_t joined_at,
                            struct milestone_facts *facts) {
  for (size_t i = 0; i < course->file->milestone_count; i++)
    facts[i].is_excused = milestone_is_of_teams(course, &course->file->milestones[i]) && joined_at > shared[i].due;
}

void milestone_facts_handed_in(struct milestone_facts *fact, const struct handed_in *row) {
  bool is_first = fact->submission == 0;
  if (row->is_elsewhere && !is_first && !fact->is_excused)
    return; // what their team of today handed in goes before
  *fact = (struct milestone_facts){.submission = row->submission,
                                   .version = row->version,
                                   .submitted_at = row->at,
                                   .is_on_time = row->is_on_time,
                                   .is_accepted = row->is_accepted,
                                   .is_excused = fact->is_excused && !row->is_elsewhere};
}

void milestone_facts_said(struct milestone_facts *fact, bool is_excused) { fact->is_excused = is_excused; }

void milestone_facts_result(struct milestone_facts *fact, enum check_in_state state) {
  fact->is_held = state == CHECK_IN_HELD;
  fact->is_missed = state == CHECK_IN_MISSED;
  if (state != CHECK_IN_NONE)
    fact->is_excused = state == CHECK_IN_EXCUSED;
}

enum err milestone_everyone(const struct act *act, const struct course_view *course,
                            const struct milestone_person **out, size_t *count) {
  struct crowd crowd = {.act = act, .course = course};
  enum err err = load_people(&crowd);
  if (err == ERR_OK)
    err = add_handed_in(&crowd);
  if (err == ERR_OK)
    err = add_said(&crowd);
  if (err == ERR_OK)
    err = add_results(&crowd);
  if (err != ERR_OK)
    return err;
  *out = crowd.people;
  *count = crowd.count;
  return ERR_OK;
}

static enum err load_people(struct crowd *crowd) {
  const struct act *act = crowd->act;
  const struct course_view *course = crowd->course;
  enum err err = milestone_everyone_store_people(act, course->id, &crowd->rows, &crowd->count);
  if (err == ERR_OK)
    err = extension_store_live(act, course->id, NULL, &crowd->grants, &crowd->grant_count);
  if (err != ERR_OK)
    return err;
  size_t width = course->file->milestone_count;
  crowd->calendar = crowd->grant_count > 0 ? extension_calendar(act, course) : NULL;
  crowd->general = terms_with(crowd, 0, 0);
  crowd->people = arena_array(act->arena, crowd->count, sizeof *crowd->people);
  crowd->facts = arena_array(act->arena, crowd->count * width, sizeof *crowd->facts);
  for (size_t i = 0; i < crowd->count; i++) {
    const struct everyone_person *row = &crowd->rows[i];
    const struct terms *shared = shared_terms(crowd, i);
    crowd->people[i] = (struct milestone_person){
        .person = row->person,
        .name = row->name,
        .address = row->address,
        .team = row->team,
        .is_placed = row->is_placed,
        .placed_from = row->placed_from,
        .terms = has_own(crowd, row->person, 0) ? terms_with(crowd, row->person, row->team) : shared,
        .facts = crowd->facts + i * width};
    if (row->team != 0)
      milestone_facts_joined(course, shared, row->placed_from, crowd->facts + i * width);
  }
  return ERR_OK;
}

// Of their team, which most have alike.
static const struct terms *shared_terms(struct crowd *crowd, size_t index) {
  int64_t team = crowd->rows[index].team;
  return team != 0 && has_own(crowd, 0, team) ? terms_with(crowd, 0, team) : crowd->general;
}

static const struct terms *terms_with(const struct crowd *crowd, int64_t person, int64_t team) {
  const struct course *file = crowd->course->file;
  struct terms *list = arena_array(crowd->act->arena, file->milestone_count, sizeof *list);
  struct extension *grants = arena_array(crowd->act->arena, crowd->grant_count, sizeof *grants);
  for (size_t i = 0; i < file->milestone_count; i++) {
    size_t count = 0;
    for (size_t k = 0; k < crowd->grant_count; k++) {
      const struct extension_grant *grant = &crowd->grants[k];
      if (concerns(grant, person, team) &&
          (grant->milestone == NULL || strcmp(grant->milestone, file->milestones[i].id) == 0))
        grants[count++] = grant->grant;
    }
    list[i] = terms_of(crowd->calendar, &file->milestones[i], grants, count);
  }
  return list;
}

static bool concerns(const struct extension_grant *grant, int64_t person, int64_t team) {
  if (grant->person != 0)
    return grant->person == person;
  return grant->team == 0 || grant->team == team;
}

static bool has_own(const struct crowd *crowd, int64_t person, int64_t team) {
  for (size_t i = 0; i < crowd->grant_count; i++)
    if ((person != 0 && crowd->grants[i].person == person) || (team != 0 && crowd->grants[i].team == team))
      return true;
  return false;
}

static enum err add_handed_in(struct crowd *crowd) {
  struct everyone_handed_in *rows = NULL;
  size_t count = 0;
  enum err err = milestone_everyone_store_handed_in(crowd->act, crowd->course, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    size_t person = find_person(crowd, rows[i].person);
    if (person < crowd->count)
      milestone_facts_handed_in(&crowd->facts[person * crowd->course->file->milestone_count + rows[i].milestone],
                                &rows[i].row);
  }
  return err;
}

static enum err add_said(struct crowd *crowd) {
  struct everyone_said *rows = NULL;
  size_t count = 0;
  enum err err = milestone_everyone_store_said(crowd->act, crowd->course->id, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) // words on teams stand first
    for (size_t p = 0; rows[i].team != 0 && p < crowd->count; p++)
      if (crowd->rows[p].team == rows[i].team) {
        struct milestone_facts *fact = facts_of(crowd, crowd->rows[p].person, rows[i].milestone);
        if (fact != NULL)
          milestone_facts_said(fact, rows[i].is_excused);
      }
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct milestone_facts *fact = rows[i].person != 0 ? facts_of(crowd, rows[i].person, rows[i].milestone) : NULL;
    if (fact != NULL)
      milestone_facts_said(fact, rows[i].is_excused);
  }
  return err;
}

static enum err add_results(struct crowd *crowd) {
  struct everyone_result *rows = NULL;
  size_t count = 0;
  enum err err = milestone_everyone_store_results(crowd->act, crowd->course->id, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct milestone_facts *fact = facts_of(crowd, rows[i].person, rows[i].milestone);
    if (fact != NULL)
      milestone_facts_result(fact, rows[i].state);
  }
  return err;
}

// NULL: no active student, or of an earlier course file.
static struct milestone_facts *facts_of(const struct crowd *crowd, int64_t person, const char *milestone) {
  size_t index = find_person(crowd, person);
  size_t width = crowd->course->file->milestone_count;
  size_t at = milestone_index(crowd->course, milestone);
  return index == crowd->count || at == width ? NULL : &crowd->facts[index * width + at];
}

// By halving: rows are by number.
static size_t find_person(const struct crowd *crowd, int64_t person) {
  size_t low = 0, high = crowd->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (crowd->rows[middle].person < person)
      low = middle + 1;
    else
      high = middle;
  }
  return low < crowd->count && crowd->rows[low].person == person ? low : crowd->count;
}
