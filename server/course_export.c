// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_export.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/backup_private.h"
#include "server/course_export_private.h"
#include "server/courses/file.h"
#include "server/http/http.h"
#include "server/http/vault.h"

static void begin(struct export *export, struct request *request);
static void end(struct export *export);
static enum err read_all(struct export *export);
static enum err put_teams(struct export *export, json_t *details);
static enum err list_teams(struct export *export, json_t **out);
static void release(void *subject);
static void add_id(json_t *ids, int64_t id);
static enum err put_students(struct export *export, const json_t *people);
static enum err put_holder(struct export *export, struct export_holder *holder, const json_t *team);
static const char *member_names(struct arena *arena, const json_t *team);
static enum err put_rows(struct export *export);
static enum err copy_files(struct export *export);
static enum err export_go_on(const struct export *export);

enum err course_export(struct request *request, const char *folder, const atomic_bool *is_cancelled,
                       struct course_exported *out) {
  struct export export = {.is_cancelled = is_cancelled};
  begin(&export, request);
  enum err err = export_folder_begin(&export.folder, folder, (int64_t)time(NULL));
  if (err == ERR_OK)
    err = read_all(&export);
  // From here on the store is not needed, and its log can be reset.
  if (db_in_transaction(request->act.db))
    db_rollback(request->act.db);
  if (err == ERR_OK)
    err = copy_files(&export);
  if (err == ERR_OK)
    err = export_folder_finish(&export.folder);
  export_folder_end(&export.folder);
  if (err == ERR_OK)
    *out = (struct course_exported){.path = arena_text(request->arena, export.folder.path),
                                    .teams = export.teams,
                                    .submissions = export.versions,
                                    .files = export.folder.files,
                                    .bytes = export.folder.bytes};
  end(&export);
  return err;
}

enum err export_put_json(struct export *export, const char *name, const json_t *json) {
  char *bytes = json_dumps(json, JSON_INDENT(1));
  if (bytes == NULL)
    abort();
  enum err err =
      export_folder_write(&export->folder, arena_format(export->arena, "data/%s.json", name), bytes, strlen(bytes));
  free(bytes);
  return err;
}

void export_add_copy(struct export *export, const char *path, const char *sha256) {
  struct arena *arena = export->arena;
  export->copies =
      arena_grow(arena, export->copies, export->copy_count, export->copy_count + 1, sizeof *export->copies);
  export->copies[export->copy_count++] = (struct export_copy){arena_text(arena, path), arena_text(arena, sha256)};
}

enum err export_take_file(struct export *export, const char *folder, size_t number, int64_t file, const char **path) {
  struct file found;
  struct request *request = export->source.request;
  enum err err = file_get(&request->act, request_course(request), file, NULL, &found);
  problem_clear(export->problem);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  *path = arena_format(export->arena, "%s/%s", folder, export_file_name(export->arena, number, found.name));
  // Versions share what was not changed between them.
  for (size_t i = export->copy_count; i-- > 0;)
    if (strcmp(export->copies[i].path, *path) == 0)
      return ERR_OK;
  export_add_copy(export, *path, found.sha256);
  return ERR_OK;
}

static void begin(struct export *export, struct request *request) {
  struct arena *arena = arena_new();
  export->arena = arena;
  export->problem = &request->problem;
  export->source.request = request;
  export->source.base = arena_format(arena, "/api/v1/courses/%s", request_course(request)->slug);
  export->folder = (struct export_folder){.arena = arena, .problem = &request->problem, .parent = -1, .root = -1};
  export->submissions = json_array();
  export->proposals = json_array();
  struct text *const texts[] = {&export->submission_rows, &export->version_rows, &export->decision_rows,
                                &export->team_list,       &export->student_list, &export->milestone_list};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    text_init(texts[i], arena);
  export_begin_proposals(export);
  export_begin_submissions(export);
}

static void end(struct export *export) {
  json_decref(export->submissions);
  json_decref(export->proposals);
  arena_free(export->arena);
}

static enum err read_all(struct export *export) {
  struct arena *arena = export->arena;
  json_t *course = NULL, *milestones = NULL, *people = NULL;
  const char *syllabus = "";
  enum err err = export_ask(&export->source, arena, &course, "%s", "");
  if (err == ERR_OK)
    err = export_ask(&export->source, arena, &milestones, "/milestones");
  if (err == ERR_OK)
    err = export_ask_all(&export->source, arena, "people", &people, "/roster?dropped=true");
  if (err == ERR_OK)
    err = export_ask_text(&export->source, arena, "/syllabus", &syllabus);
  export->course = course;
  export->milestones = json_object_get(milestones, "milestones");
  if (err == ERR_OK && (course == NULL || export->milestones == NULL))
    err = ERR_INTERNAL;
  if (err == ERR_OK)
    err = export_folder_write(&export->folder, "course.yaml", syllabus, strlen(syllabus));
  json_t *teams = json_array();
  if (err == ERR_OK)
    err = put_teams(export, teams);
  if (err == ERR_OK)
    err = export_tables(export, people, teams);
  json_decref(teams);
  if (err == ERR_OK)
    err = put_students(export, people);
  if (err == ERR_OK)
    err = put_rows(export);
  return err == ERR_OK ? export_index(export) : err;
}

static enum err put_teams(struct export *export, json_t *details) {
  json_t *list = NULL, *id;
  enum err err = list_teams(export, &list);
  size_t i;
  json_array_foreach(list, i, id) {
    struct arena *arena SCOPED_ARENA = arena_new();
    json_t *team = NULL;
    if (err == ERR_OK)
      err = export_go_on(export);
    if (err == ERR_OK)
      err = export_ask(&export->source, export->arena, &team, "/teams/%lld", (long long)json_integer_value(id));
    if (err != ERR_OK || team == NULL)
      return err == ERR_OK ? ERR_INTERNAL : err;
    if (json_array_append(details, team) != 0)
      abort();
    struct export_holder holder = {
        .is_team = true, .id = export_number(team, "id"), .name = export_cell(arena, team, "name")};
    holder.folder = arena_format(arena, "teams/%s", export_name(arena, "team", holder.id, holder.name));
    err = put_holder(export, &holder, team);
    export->teams++;
  }
  return err;
}

// By number. The course's list leaves out teams that are dissolved; what they had handed in still is somebody's.
static enum err list_teams(struct export *export, json_t **out) {
  struct arena *arena = export->arena;
  json_t *list = NULL, *milestone, *one;
  enum err err = export_ask_all(&export->source, arena, "teams", &list, "/teams");
  json_t *ids = json_array();
  arena_defer(arena, release, ids);
  size_t i, k;
  json_array_foreach(list, i, one) { add_id(ids, export_number(one, "id")); }
  json_array_foreach(export->milestones, i, milestone) {
    json_t *counting = NULL;
    if (err == ERR_OK)
      err = export_ask_all(&export->source, arena, "submissions", &counting, "/milestones/%s/submissions",
                           export_cell(arena, milestone, "id"));
    json_array_foreach(counting, k, one) { add_id(ids, export_number(one, "team")); }
  }
  *out = ids;
  return err;
}

static void release(void *subject) { json_decref(subject); }

static void add_id(json_t *ids, int64_t id) {
  size_t at = 0;
  while (at < json_array_size(ids) && json_integer_value(json_array_get(ids, at)) < id)
    at++;
  if (id != 0 && json_integer_value(json_array_get(ids, at)) != id &&
      json_array_insert_new(ids, at, json_integer(id)) != 0)
    abort();
}

static enum err put_students(struct export *export, const json_t *people) {
  enum err err = ERR_OK;
  size_t i;
  json_t *person;
  json_array_foreach(people, i, person) {
    struct arena *arena SCOPED_ARENA = arena_new();
    if (err == ERR_OK)
      err = export_go_on(export);
    if (err != ERR_OK || !text_equal(export_cell(arena, person, "role"), "student"))
      continue;
    struct export_holder holder = {.id = export_number(person, "person"), .name = export_cell(arena, person, "name")};
    holder.folder = arena_format(arena, "students/%s", export_name(arena, "student", holder.id, holder.name));
    err = put_holder(export, &holder, NULL);
  }
  return err;
}

static enum err put_holder(struct export *export, struct export_holder *holder, const json_t *team) {
  struct arena *arena SCOPED_ARENA = arena_new();
  text_init(&holder->work, arena);
  enum err err = holder->is_team ? export_proposal(export, arena, holder) : ERR_OK;
  if (err == ERR_OK)
    err = export_submissions(export, arena, holder);
  if (err == ERR_OK && (holder->is_team || holder->work.size > 0))
    export_index_holder(export, holder, export_cell(arena, team, "state"), member_names(arena, team));
  return err;
}

static const char *member_names(struct arena *arena, const json_t *team) {
  struct text names;
  size_t i;
  json_t *member;
  text_init(&names, arena);
  json_array_foreach(json_object_get(team, "members"), i, member) {
    text_add_format(&names, "%s%s", i == 0 ? "" : ", ", export_cell(arena, member, "name"));
  }
  return text_get(&names);
}

static enum err put_rows(struct export *export) {
  const struct {
    const char *path;
    const struct text *rows;
  } tables[] = {{"submissions.csv", &export->submission_rows},
                {"proposals.csv", &export->version_rows},
                {"decisions.csv", &export->decision_rows}};
  enum err err = export_put_json(export, "course", export->course);
  for (size_t i = 0; err == ERR_OK && i < sizeof tables / sizeof tables[0]; i++)
    err = export_folder_write(&export->folder, tables[i].path, text_get(tables[i].rows), tables[i].rows->size);
  if (err == ERR_OK)
    err = export_put_json(export, "submissions", export->submissions);
  return err == ERR_OK ? export_put_json(export, "proposals", export->proposals) : err;
}

static enum err copy_files(struct export *export) {
  const struct vault *vault = export->source.request->http->vault;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < export->copy_count; i++) {
    const struct export_copy *copy = &export->copies[i];
    int64_t size = 0;
    int fd SCOPED_FD = -1;
    err = export_go_on(export);
    if (err == ERR_OK)
      err = vault == NULL ? ERR_NOT_FOUND : vault_read(vault, copy->sha256, &fd, &size);
    if (err == ERR_OK)
      err = export_folder_copy(&export->folder, copy->path, fd, copy->sha256);
    else if (err == ERR_NOT_FOUND)
      err = problem_raise(export->problem, PROBLEM_EXPORT_FAILED,
                          "%s is not there any more. No export was kept; try it again.", copy->path);
  }
  return err;
}

// shutting_down once the server is going down.
static enum err export_go_on(const struct export *export) {
  if (export->is_cancelled == NULL || !atomic_load(export->is_cancelled))
    return ERR_OK;
  return problem_raise(export->problem, PROBLEM_SHUTTING_DOWN, "The server is going down; no export was kept.");
}
