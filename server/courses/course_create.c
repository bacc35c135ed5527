// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_create.h"

#include "common/base/json.h"
#include "common/course/course_file.h"
#include "server/courses/course_store.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"

static enum err refuse_file(const struct act *act, const struct findings *findings);
static enum err plan_instants(const struct act *act, int64_t id, const struct course *file);
static const char *created_json(const struct act *act, const struct course *file);

enum err course_create(const struct act *act, const char *file, size_t size, const char **slug) {
  struct findings findings = {0};
  const struct course *course = NULL;
  if (course_file_read(act->arena, file, size, &findings, &course) != ERR_OK)
    return refuse_file(act, &findings);
  int64_t id = 0;
  enum err err =
      course_store_insert(act->db, course->id, course->title, arena_text_n(act->arena, file, size), act->now, &id);
  if (err == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                         "There is a course with the id %s already. Choose another `course: id:` for a new course.",
                         course->id);
  if (err != ERR_OK || (err = plan_instants(act, id, course)) != ERR_OK)
    return err;
  *slug = course->id;
  return audit_write(act, id, "course created", arena_format(act->arena, "course %s", course->id), NULL,
                     created_json(act, course));
}

static enum err refuse_file(const struct act *act, const struct findings *findings) {
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->list[i];
    if (!finding->is_warning)
      (void)problem_field(act->problem, arena_format(act->arena, "line %d, column %d", finding->line, finding->column),
                          "%s", finding->message);
  }
  return problem_raise(act->problem, PROBLEM_INVALID_COURSE_FILE,
                       "Mend these lines, try them with `tandem check FILE`, and send it again.");
}

static enum err plan_instants(const struct act *act, int64_t id, const struct course *file) {
  enum err err = ERR_OK;
  if (file->teams.has_teams)
    err = agenda_set(act->db, AGENDA_REGISTRATION_CLOSES, id, 0, file->teams.closes);
  const struct track *lab = course_lab_track(file);
  if (err == ERR_OK && lab != NULL && lab->decide_by != 0)
    err = agenda_set(act->db, AGENDA_LAB_DECIDED, id, 0, lab->decide_by);
  return err;
}

static const char *created_json(const struct act *act, const struct course *file) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "title", file->title);
  json_int(&json, "syllabus_version", 1);
  json_end(&json);
  return text_get(&json.text);
}
