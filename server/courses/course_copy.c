// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_copy.h"

#include "common/base/json.h"
#include "server/courses/course_create.h"
#include "server/courses/course_store.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"

static enum err refuse_taken(const struct act *act, const char *id);
static enum err refuse_many(const struct act *act);
static enum err enrol_staff(const struct act *act, const struct services *services, int64_t from,
                            const struct course_view *to);
static enum err note(const struct act *act, const struct course_view *course, const struct course_copied *copy,
                     int64_t id);

enum err course_copy_plan(const struct act *act, const struct course_view *course, const struct course_shift_wish *wish,
                          struct course_copied *out) {
  const char *text = NULL;
  int64_t *staff = NULL, taken = 0;
  struct course_copied copy = {0};
  enum err err = course_store_syllabus(act->db, act->arena, course->id, course->version, &text);
  if (err == ERR_OK)
    err = course_shift(act->arena, text, wish, act->problem, &copy.shift);
  if (err == ERR_OK)
    err = enrolment_staff(act, course->id, &staff, &copy.staff);
  if (err == ERR_OK)
    err = refuse_many(act);
  if (err != ERR_OK)
    return err;
  if ((err = course_store_find(act->db, wish->id, &taken)) != ERR_NOT_FOUND)
    return err == ERR_OK ? refuse_taken(act, wish->id) : err;
  *out = copy;
  return ERR_OK;
}

enum err course_copy(const struct act *act, const struct services *services, const struct course_view *course,
                     const struct course_copied *copy) {
  const struct course_shift *shift = &copy->shift;
  int64_t id = 0;
  enum err err = course_store_find(act->db, shift->course->id, &id);
  if (err != ERR_NOT_FOUND)
    return err == ERR_OK ? refuse_taken(act, shift->course->id) : err;
  if ((err = course_create_as(act, shift->text, shift->course, COURSE_DRAFT, &id)) != ERR_OK ||
      (err = note(act, course, copy, id)) != ERR_OK)
    return err;
  // Not by the library, which is asked for courses that are there for good.
  const struct course_view made = {
      .id = id, .slug = shift->course->id, .version = 1, .state = COURSE_DRAFT, .file = shift->course};
  return enrol_staff(act, services, course->id, &made);
}

static enum err refuse_taken(const struct act *act, const char *id) {
  return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                       "There is a course with the id %s already. Choose another one for the copy.", id);
}

// Making courses is the operator's otherwise.
static enum err refuse_many(const struct act *act) {
  int64_t drafts = 0;
  enum err err = act->actor == 0 ? ERR_OK : course_store_drafts(act->db, act->actor, &drafts);
  if (err != ERR_OK || drafts < COURSE_COPY_DRAFTS_MAX)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "You are instructor of %lld drafts, and more copies than that are the operator's to make. Set "
                       "drafts that are of no use any more to archived.",
                       (long long)drafts);
}

static enum err enrol_staff(const struct act *act, const struct services *services, int64_t from,
                            const struct course_view *to) {
  struct enrolment *list = NULL;
  size_t count = 0;
  enum err err = enrolment_list(act, from, false, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const struct enrolment_terms terms = {.role = list[i].role, .credit = list[i].credit};
    bool is_changed = false;
    if (list[i].role == ROLE_STUDENT)
      continue;
    err = enrolment_put(act, services, to, list[i].person, &terms, &is_changed);
    if (err == ERR_OK && list[i].is_confidential)
      err = enrolment_set_flags(act, to->id, list[i].person, false, true);
  }
  return err;
}

static enum err note(const struct act *act, const struct course_view *course, const struct course_copied *copy,
                     int64_t id) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "of", course->slug);
  json_int(&json, "syllabus_version", course->version);
  json_int(&json, "weeks", copy->shift.weeks);
  json_end(&json);
  return audit_write(act, id, "course copied", arena_format(act->arena, "course %s", copy->shift.course->id), NULL,
                     json_get(&json));
}
