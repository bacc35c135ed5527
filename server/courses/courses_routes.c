// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/courses_routes.h"

#include <stdint.h>

#include "server/courses/course_create.h"
#include "server/courses/course_store.h"
#include "server/courses/course_view.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/http/request.h"
#include "server/http/shape.h"

enum { AUDIT_PAGE_DEFAULT = 50, AUDIT_PAGE_MAX = 200 };

struct audit_page {
  int64_t below;
  int64_t limit;
};

static route_handler list_courses, create_course, show_course, show_syllabus, show_audit, verify_audit;
static void write_windows(struct json *json, const struct course *file);
static void write_skills(struct json *json, const struct course *file);
static void write_tracks(struct json *json, const struct course *file);
static void write_caller(struct json *json, const struct course_view *course);
static void write_coverage_rule(struct json *json, const struct course *file);

static const struct field audit_fields[] = {
    {"below", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct audit_page, below), NO_PRESENT, NULL, NULL,
     "Rows with a smaller number than this; the answer's `next` of the page before."},
    {"limit", SHAPE_INTEGER, OPTIONAL, AUDIT_PAGE_MAX, offsetof(struct audit_page, limit), NO_PRESENT, NULL, NULL,
     "How many rows, 50 unless told."},
};
static const struct shape audit_query = {"AuditPage", MEDIA_JSON, 0, sizeof(struct audit_page), audit_fields, 2};
static const struct shape course_body = {"CourseFile", MEDIA_YAML, 256 * 1024, 0, NULL, 0};

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,  "/courses",                   ACCESS_SIGNED_IN, ROUTE_READ,  NULL, list_courses,  NULL,         NULL,         200, NULL, "The courses you are in"},
  {METHOD_POST, "/courses",                   ACCESS_OPERATOR,  ROUTE_WRITE, NULL, create_course, NULL,         &course_body, 201, NULL, "A new course from its file"},
  {METHOD_GET,  "/courses/{course}",          ACCESS_COURSE,    ROUTE_READ,  NULL, show_course,   NULL,         NULL,         200, NULL, "A course: its rules, its dates, and what you are in it"},
  {METHOD_GET,  "/courses/{course}/syllabus", ACCESS_COURSE,    ROUTE_READ,  NULL, show_syllabus, NULL,         NULL,         200, NULL, "The course file as applied"},
  {METHOD_GET,  "/courses/{course}/audit",    ACCESS_STAFF,     ROUTE_READ,  NULL, show_audit,    &audit_query, NULL,         200, NULL, "Who changed what, newest first"},
  {METHOD_GET,  "/audit/verification",        ACCESS_OPERATOR,  ROUTE_WORK,  verify_audit, NULL,  NULL,         NULL,         200, NULL, "Recompute every chain of the audit"},
};
// clang-format on

const struct route_table courses_routes = {"courses", rows, sizeof rows / sizeof rows[0]};

static enum err list_courses(struct request *request) {
  struct course_row *list = NULL;
  size_t count = 0;
  enum err err = course_store_list(request->act.db, request->arena, request->who.person, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "courses");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_text(json, "course", list[i].slug);
    json_text(json, "title", list[i].title);
    json_text(json, "role", list[i].role);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err create_course(struct request *request) {
  const char *slug = NULL;
  enum err err = course_create(&request->act, request->body, request->body_size, &slug);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s", slug);
  json_text(json, "course", slug);
  return ERR_OK;
}

static enum err show_course(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct course *file = course->file;
  struct json *json = reply_object(request);
  json_text(json, "course", course->slug);
  json_text(json, "title", file->title);
  json_text(json, "timezone", file->zone);
  json_int(json, "syllabus_version", course->version);
  json_instant(json, "starts_at", file->starts_at);
  json_instant(json, "ends_at", file->ends_at);
  write_caller(json, course);
  if (course_is_staff(course) && !request_services(request)->is_mail_sent)
    json_text(json, "mail", MAIL_NOT_SENT);
  write_skills(json, file);
  json_array_in(json, "topics");
  for (size_t i = 0; i < file->topic_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->topics[i].id);
    json_text(json, "title", file->topics[i].title);
    json_end(json);
  }
  json_end(json);
  write_windows(json, file);
  write_tracks(json, file);
  return ERR_OK;
}

static void write_caller(struct json *json, const struct course_view *course) {
  json_object_in(json, "you");
  json_text(json, "role", role_names[course->role]);
  json_text(json, "credit", credit_names[course->credit]);
  if (course->credit == CREDIT_AUDIT)
    json_flag(json, "audit_approved", course->is_audit_approved);
  if (course->team != 0)
    json_int(json, "team", course->team);
  else
    json_none(json, "team");
  json_flag(json, "seated", course->is_seated);
  json_end(json);
}

static void write_skills(struct json *json, const struct course *file) {
  json_array_in(json, "skills");
  for (int i = 0; i < file->skill_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->skills[i].id);
    json_text(json, "title", file->skills[i].title);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "levels");
  for (int i = 0; i < file->level_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->levels[i].id);
    json_text(json, "title", file->levels[i].title);
    json_text(json, "means", file->levels[i].means);
    json_end(json);
  }
  json_end(json);
}

static void write_windows(struct json *json, const struct course *file) {
  json_object_in(json, "info_card");
  json_instant_or_null(json, "due", file->info_card.due);
  json_end(json);
  if (!file->teams.has_teams)
    return;
  json_object_in(json, "teams");
  json_int(json, "size_min", file->teams.size_min);
  json_int(json, "size_max", file->teams.size_max);
  json_instant(json, "opens", file->teams.opens);
  json_instant(json, "closes", file->teams.closes);
  write_coverage_rule(json, file);
  json_end(json);
}

static void write_coverage_rule(struct json *json, const struct course *file) {
  const struct coverage_rule *rule = &file->teams.coverage;
  json_object_in(json, "coverage");
  json_text(json, "gap", rule->gap == GAP_BLOCK ? "block" : "warn");
  json_flag(json, "distinct_members", rule->is_distinct);
  json_array_in(json, "require");
  for (size_t i = 0; i < rule->require_count; i++) {
    json_begin_object(json);
    json_text(json, "skill", file->skills[rule->require[i].skill].id);
    json_text(json, "level", file->levels[rule->require[i].level].id);
    json_int(json, "members", rule->require[i].members);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}

static void write_tracks(struct json *json, const struct course *file) {
  json_array_in(json, "tracks");
  for (size_t i = 0; i < file->track_count; i++) {
    const struct track *track = &file->tracks[i];
    json_begin_object(json);
    json_text(json, "id", track->id);
    json_text(json, "title", track->title);
    if (track->capacity > 0) {
      json_int(json, "capacity", track->capacity);
      json_instant_or_null(json, "opens", track->opens);
      json_instant_or_null(json, "decide_by", track->decide_by);
    }
    json_end(json);
  }
  json_end(json);
}

static enum err show_syllabus(struct request *request) {
  const struct course_view *course = request_course(request);
  const char *syllabus = NULL;
  enum err err = course_store_syllabus(request->act.db, request->arena, course->id, course->version, &syllabus);
  if (err == ERR_OK)
    text_add(reply_text(request, "application/yaml"), syllabus);
  return err;
}

static enum err show_audit(struct request *request) {
  const struct audit_page *page = request->query_input;
  int64_t limit = page == NULL || page->limit == 0 ? AUDIT_PAGE_DEFAULT : page->limit;
  int64_t below = page == NULL || page->below == 0 ? INT64_MAX : page->below;
  struct audit_row *list = NULL;
  size_t count = 0;
  enum err err = audit_list(request->act.db, request->arena, request_course(request)->id, below, limit, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "rows");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "seq", list[i].seq);
    json_instant(json, "at", list[i].at);
    json_text(json, "actor", list[i].actor_name);
    json_text(json, "cause", list[i].cause);
    json_text(json, "kind", list[i].kind);
    json_text(json, "subject", list[i].subject);
    json_text(json, "before", list[i].before);
    json_text(json, "after", list[i].after);
    json_end(json);
  }
  json_end(json);
  if (count == (size_t)limit && list[count - 1].seq > 1)
    json_int(json, "next", list[count - 1].seq);
  return ERR_OK;
}

// On a worker: it reads every row of the audit.
static enum err verify_audit(struct request *request) {
  struct audit_verdict *list = NULL;
  size_t count = 0;
  bool is_sound = true;
  enum err err = audit_verify(request->act.db, request->arena, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "chains");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "course", list[i].course);
    json_int(json, "seq", list[i].seq);
    json_text(json, "head", list[i].head_hex);
    json_flag(json, "sound", list[i].broken_at == 0);
    if (list[i].broken_at != 0)
      json_int(json, "broken_at", list[i].broken_at);
    json_end(json);
    is_sound = is_sound && list[i].broken_at == 0;
  }
  json_end(json);
  json_flag(json, "sound", is_sound);
  return ERR_OK;
}
