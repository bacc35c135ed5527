// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension.h"

#include <assert.h>
#include <string.h>

#include "server/milestones/extension_effect.h"
#include "server/milestones/extension_store.h"

const char *const extension_scope_names[] = {
    [EXTENSION_PERSON] = "person",     [EXTENSION_TEAM] = "team",       [EXTENSION_TRACK] = "track",
    [EXTENSION_EVERYONE] = "everyone", [EXTENSION_MISSING] = "missing", NULL};

static enum err terms_for_all(const struct act *act, const struct course_view *course, const struct holder *whose,
                              const struct terms **out);

enum err extension_terms(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         int64_t person, struct terms *out) {
  return extension_terms_at(act, course, milestone, &(struct holder){.person = person}, EXTENSION_NOW, out);
}

enum err extension_shared_terms(const struct act *act, const struct course_view *course,
                                const struct milestone *milestone, const struct holder *holder, struct terms *out) {
  return extension_terms_at(act, course, milestone, holder, EXTENSION_NOW, out);
}

enum err extension_terms_at(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct holder *whose, int64_t at, struct terms *out) {
  const struct extension_span span = {milestone->id, whose->person, whose->team, at};
  struct extension_grant *rows = NULL;
  size_t count = 0;
  enum err err = extension_store_grants(act, course->id, &span, &rows, &count);
  if (err != ERR_OK)
    return err;
  struct extension *grants = arena_array(act->arena, count, sizeof *grants);
  for (size_t i = 0; i < count; i++)
    grants[i] = rows[i].grant;
  *out = terms_of(count > 0 ? extension_calendar(act, course) : NULL, milestone, grants, count);
  return ERR_OK;
}

enum err extension_terms_all(const struct act *act, const struct course_view *course, int64_t person,
                             const struct terms **out) {
  return terms_for_all(act, course, &(struct holder){.person = person}, out);
}

enum err extension_shared_all(const struct act *act, const struct course_view *course, const struct holder *holder,
                              const struct terms **out) {
  return terms_for_all(act, course, holder, out);
}

enum err extension_member_terms(const struct act *act, const struct course_view *course,
                                const struct milestone *milestone, const struct holder *holder,
                                const struct member_terms **out, size_t *count) {
  return extension_member_terms_at(act, course, milestone, holder, EXTENSION_NOW, out, count);
}

enum err extension_member_terms_at(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone, const struct holder *holder, int64_t at,
                                   const struct member_terms **out, size_t *count) {
  const struct extension_span span = {.milestone = milestone->id, .team = holder->team, .as_of = at};
  struct extension_member_grant *rows = NULL;
  size_t row_count = 0, size = 0;
  enum err err = ERR_OK;
  if (holder->team == 0) {
    struct member_terms *alone = arena_alloc(act->arena, sizeof *alone);
    alone->person = holder->person;
    if ((err = extension_terms_at(act, course, milestone, holder, at, &alone->terms)) != ERR_OK)
      return err;
    *out = alone;
    *count = 1;
    return ERR_OK;
  }
  err = extension_store_member_grants(act, course->id, &span, &rows, &row_count);
  if (err != ERR_OK)
    return err;
  struct calendar *calendar = extension_calendar(act, course);
  struct member_terms *list = arena_array(act->arena, row_count, sizeof *list);
  struct extension *grants = arena_array(act->arena, row_count, sizeof *grants);
  for (size_t i = 0; i < row_count;) {
    int64_t person = rows[i].person;
    size_t grant_count = 0;
    for (; i < row_count && rows[i].person == person; i++)
      if (rows[i].has_grant)
        grants[grant_count++] = rows[i].grant;
    list[size++] = (struct member_terms){person, terms_of(calendar, milestone, grants, grant_count)};
  }
  *out = list;
  *count = size;
  return ERR_OK;
}

struct calendar *extension_calendar(const struct act *act, const struct course_view *course) {
  struct calendar *calendar = NULL;
  enum err err = calendar_open(act->arena, course->file->zone, &calendar);
  assert(err == ERR_OK); // the reader accepted the zone
  (void)err;
  return calendar;
}

static enum err terms_for_all(const struct act *act, const struct course_view *course, const struct holder *whose,
                              const struct terms **out) {
  const struct extension_span span = {NULL, whose->person, whose->team, EXTENSION_NOW};
  struct extension_grant *rows = NULL;
  size_t count = 0;
  enum err err = extension_store_grants(act, course->id, &span, &rows, &count);
  if (err != ERR_OK)
    return err;
  struct calendar *calendar = count > 0 ? extension_calendar(act, course) : NULL; // without grants nothing moves
  struct terms *list = arena_array(act->arena, course->file->milestone_count, sizeof *list);
  struct extension *grants = arena_array(act->arena, count, sizeof *grants);
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    size_t grant_count = 0;
    for (size_t j = 0; j < count; j++)
      if (rows[j].milestone == NULL || strcmp(rows[j].milestone, milestone->id) == 0)
        grants[grant_count++] = rows[j].grant;
    list[i] = terms_of(calendar, milestone, grants, grant_count);
  }
  *out = list;
  return ERR_OK;
}
