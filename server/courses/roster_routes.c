// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_routes.h"

#include "server/accounts/person.h"
#include "server/courses/course_view.h"
#include "server/courses/enrolment.h"
#include "server/courses/enrolment_store.h"
#include "server/http/request.h"
#include "server/http/shape.h"

struct enrolment_body {
  int role;
  int credit;
  bool is_audit_approved;
  bool is_confidential;
  bool has_role;
  bool has_credit;
  bool has_audit_approved;
  bool has_confidential;
};

struct roster_page {
  bool with_dropped;
};

static route_handler list_roster, put_enrolment, release_hold, list_unplaced;
static void write_enrolment(struct json *json, const struct enrolment *enrolment);
static void write_enrolment_members(struct json *json, const struct enrolment *enrolment);

static const char *const roles[] = {"student", "staff", "instructor", NULL};

static const struct field enrolment_fields[] = {
    {"role", SHAPE_CHOICE, OPTIONAL, 0, offsetof(struct enrolment_body, role),
     offsetof(struct enrolment_body, has_role), roles, NULL,
     "What the person is in the course; a new person is a student unless told."},
    {"credit", SHAPE_CHOICE, OPTIONAL, 0, offsetof(struct enrolment_body, credit),
     offsetof(struct enrolment_body, has_credit), credit_names, NULL, "How a student takes the course."},
    {"audit_approved", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct enrolment_body, is_audit_approved),
     offsetof(struct enrolment_body, has_audit_approved), NULL, NULL, "Whether the instructor approved the audit."},
    {"confidential", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct enrolment_body, is_confidential),
     offsetof(struct enrolment_body, has_confidential), NULL, NULL,
     "Whether the person appears to staff and the own team only."},
};
static const struct shape enrolment_shape = {"Enrolment",      MEDIA_JSON, 1024, sizeof(struct enrolment_body),
                                             enrolment_fields, 4};

static const struct field roster_fields[] = {
    {"dropped", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct roster_page, with_dropped), NO_PRESENT, NULL, NULL,
     "Also those who dropped."},
};
static const struct shape roster_query = {"RosterPage", MEDIA_JSON, 0, sizeof(struct roster_page), roster_fields, 1};

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/roster",               ACCESS_STAFF,      ROUTE_READ,  NULL, list_roster,   &roster_query, NULL,             200, NULL, "Everybody in the course"},
  {METHOD_PUT,    "/courses/{course}/roster/{person}",      ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, put_enrolment, NULL,          &enrolment_shape, 200, NULL, "Enrol a person who has an account, or change what they are"},
  {METHOD_DELETE, "/courses/{course}/roster/{person}/hold", ACCESS_STAFF,      ROUTE_WRITE, NULL, release_hold,  NULL,          NULL,             204, NULL, "Give the place of somebody who dropped free at once"},
  {METHOD_GET,    "/courses/{course}/unplaced",             ACCESS_STAFF,      ROUTE_READ,  NULL, list_unplaced, NULL,          NULL,             200, NULL, "Students who have neither a team nor a lab seat"},
};
// clang-format on

const struct route_table roster_routes = {"roster", rows, sizeof rows / sizeof rows[0]};

static enum err list_roster(struct request *request) {
  const struct roster_page *page = request->query_input;
  struct enrolment *list = NULL;
  size_t count = 0;
  enum err err =
      enrolment_list(&request->act, request_course(request)->id, page != NULL && page->with_dropped, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "people");
  for (size_t i = 0; i < count; i++)
    write_enrolment(json, &list[i]);
  json_end(json);
  return ERR_OK;
}

static enum err put_enrolment(struct request *request) {
  const struct enrolment_body *body = request->input;
  const struct course_view *course = request_course(request);
  int64_t person = request_id(request, "person");
  struct act *act = &request->act;
  struct person known;
  enum err err = person_get(act->db, act->arena, person, &known);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                         "There is no account with this number. `tandem account list` shows them.");
  if (err != ERR_OK)
    return err;
  struct enrolment before = {.role = ROLE_STUDENT, .credit = CREDIT_CREDIT};
  err = enrolment_get(act, course->id, person, &before);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  struct enrolment_terms terms = {.role = body->has_role ? (enum role)(body->role + 1) : before.role,
                                  .credit = body->has_credit ? (enum credit)body->credit : before.credit};
  bool changed = false;
  if ((err = enrolment_put(act, request_services(request), course, person, &terms, &changed)) != ERR_OK ||
      (err = enrolment_set_flags(act, course->id, person,
                                 body->has_audit_approved ? body->is_audit_approved : before.is_audit_approved,
                                 body->has_confidential ? body->is_confidential : before.is_confidential)) != ERR_OK ||
      (err = enrolment_get(act, course->id, person, &before)) != ERR_OK)
    return err;
  write_enrolment_members(reply_object(request), &before);
  return ERR_OK;
}

static enum err release_hold(struct request *request) {
  enum err err = enrolment_release(&request->act, request_services(request), request_course(request),
                                   request_id(request, "person"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err list_unplaced(struct request *request) {
  struct enrolment *list = NULL;
  size_t count = 0;
  enum err err = enrolment_store_unplaced(request->act.db, request->arena, request_course(request)->id, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "people");
  for (size_t i = 0; i < count; i++)
    write_enrolment(json, &list[i]);
  json_end(json);
  return ERR_OK;
}

static void write_enrolment(struct json *json, const struct enrolment *enrolment) {
  json_begin_object(json);
  write_enrolment_members(json, enrolment);
  json_end(json);
}

static void write_enrolment_members(struct json *json, const struct enrolment *enrolment) {
  json_int(json, "person", enrolment->person);
  json_text(json, "name", enrolment->name);
  json_text(json, "email", enrolment->email);
  json_text(json, "role", role_names[enrolment->role]);
  json_text(json, "credit", credit_names[enrolment->credit]);
  if (enrolment->credit == CREDIT_AUDIT)
    json_flag(json, "audit_approved", enrolment->is_audit_approved);
  json_flag(json, "confidential", enrolment->is_confidential);
  json_flag(json, "active", enrolment->is_active);
  json_instant_or_null(json, "hold_until", enrolment->hold_until);
  json_text(json, "sis_id", enrolment->sis_id);
  json_text(json, "section", enrolment->section);
  json_text(json, "team", enrolment->team_name);
  json_flag(json, "seated", enrolment->is_seated);
}
