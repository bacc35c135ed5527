// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_create.h"

#include "common/base/json.h"
#include "common/course/course_file.h"
#include "server/courses/course_change.h"
#include "server/courses/course_state.h"
#include "server/courses/course_store.h"
#include "server/db/audit.h"

static const char *created_json(const struct act *act, const struct course *file, enum course_state state);

enum err course_create(const struct act *act, const char *file, size_t size, const char **slug) {
  struct findings findings = {0};
  const struct course *course = NULL;
  if (course_file_read(act->arena, file, size, &findings, &course) != ERR_OK)
    return course_change_refuse(act, &findings);
  int64_t id = 0;
  *slug = course->id;
  return course_create_as(act, arena_text_n(act->arena, file, size), course, COURSE_RUNNING, &id);
}

enum err course_create_as(const struct act *act, const char *text, const struct course *course, enum course_state state,
                          int64_t *id) {
  struct course_row row = {.slug = course->id, .title = course->title, .state = course_state_names[state]};
  enum err err = course_store_insert(act, &row, text);
  if (err == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                         "There is a course with the id %s already. Choose another `course: id:` for a new course.",
                         course->id);
  if (err != ERR_OK || (err = course_change_agenda(act, row.id, NULL, course)) != ERR_OK)
    return err;
  *id = row.id;
  return audit_write(act, row.id, "course created", arena_format(act->arena, "course %s", course->id), NULL,
                     created_json(act, course, state));
}

static const char *created_json(const struct act *act, const struct course *file, enum course_state state) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "title", file->title);
  json_int(&json, "syllabus_version", 1);
  json_text(&json, "state", course_state_names[state]);
  json_end(&json);
  return text_get(&json.text);
}
