// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_state.h"

#include <assert.h>
#include <string.h>

#include "common/base/json.h"
#include "server/courses/course_store.h"
#include "server/courses/enrolment.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"

static bool is_taken_when_archived(const struct route *route);
static enum err check_step(const struct act *act, const struct course_view *course, enum course_state state);
static enum err plan_ahead(const struct act *act, const struct course_view *course);
static enum err plan(const struct act *act, const char *kind, int64_t course, int64_t at);
static const char *state_json(const struct act *act, enum course_state state);

const char *const course_state_names[] = {"draft", "running", "archived", NULL};

// Changes of nothing that is in the course itself; and what ends that something leaves it (webhook_change sees to the
// rest).
static const struct {
  enum method method;
  const char *path;
} taken_when_archived[] = {
    {METHOD_PATCH, "/courses/{course}"}, // the state
    {METHOD_POST, "/courses/{course}/copies"},
    {METHOD_POST, "/courses/{course}/exports"},
    {METHOD_PATCH, "/courses/{course}/webhooks/{webhook}"},
    {METHOD_DELETE, "/courses/{course}/webhooks/{webhook}"},
};

enum course_state course_state_from(const char *name) {
  for (int i = 0; course_state_names[i] != NULL; i++)
    if (strcmp(course_state_names[i], name) == 0)
      return (enum course_state)i;
  assert(false); // the schema has no other
  return COURSE_RUNNING;
}

bool course_state_hides(const struct course_view *course) {
  return course->state == COURSE_DRAFT && !course_is_staff(course);
}

enum err course_state_admit(struct request *request, const struct course_view *course) {
  if (course->state != COURSE_ARCHIVED || request->method == METHOD_GET || is_taken_when_archived(request->route))
    return ERR_OK;
  return course_state_refuse(&request->problem, course);
}

enum err course_state_refuse(struct problem *problem, const struct course_view *course) {
  return problem_raise(problem, PROBLEM_COURSE_ARCHIVED,
                       "%s is archived: it can be read, not changed. Its instructor can set it to running again.",
                       course->slug);
}

enum err course_state_set(const struct act *act, const struct services *services, const struct course_view *course,
                          enum course_state state) {
  if (course->state == state)
    return ERR_OK;
  enum err err = check_step(act, course, state);
  if (err == ERR_OK && state == COURSE_ARCHIVED)
    err = services->archived(act, course);
  if (err == ERR_OK && state == COURSE_RUNNING)
    err = plan_ahead(act, course);
  if (err == ERR_OK)
    err = course_store_set_state(act->db, course->id, course_state_names[state]);
  return err != ERR_OK
             ? err
             : audit_write(act, course->id, "course state changed", arena_format(act->arena, "course %s", course->slug),
                           state_json(act, course->state), state_json(act, state));
}

static bool is_taken_when_archived(const struct route *route) {
  for (size_t i = 0; i < sizeof taken_when_archived / sizeof taken_when_archived[0]; i++)
    if (route->method == taken_when_archived[i].method && strcmp(route->path, taken_when_archived[i].path) == 0)
      return true;
  return false;
}

static enum err check_step(const struct act *act, const struct course_view *course, enum course_state state) {
  if (state != COURSE_DRAFT)
    return ERR_OK;
  if (course->state == COURSE_ARCHIVED)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "An archived course does not become a draft. Set it to running, or copy it.");
  int64_t students = 0;
  enum err err = course_store_count_students(act->db, course->id, &students);
  if (err != ERR_OK || students == 0)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "%lld %s enrolled, and students do not see a draft. A course with students stays running.",
                       (long long)students, students == 1 ? "student is" : "students are");
}

// A draft's instants wait in the agenda, past ones too; those that have come and gone while it was running stay gone.
static enum err plan_ahead(const struct act *act, const struct course_view *course) {
  const struct track *lab = course_lab_track(course->file);
  enum err err = ERR_OK;
  if (course->file->teams.has_teams)
    err = plan(act, AGENDA_REGISTRATION_CLOSES, course->id, course->file->teams.closes);
  if (err == ERR_OK && lab != NULL)
    err = plan(act, AGENDA_LAB_DECIDED, course->id, lab->decide_by);
  return err;
}

static enum err plan(const struct act *act, const char *kind, int64_t course, int64_t at) {
  return at > act->now ? agenda_set_if_none(act->db, kind, course, 0, at) : ERR_OK;
}

static const char *state_json(const struct act *act, enum course_state state) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "state", course_state_names[state]);
  json_end(&json);
  return json_get(&json);
}
