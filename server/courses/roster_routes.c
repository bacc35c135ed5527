// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_routes.h"

#include "server/accounts/person.h"
#include "server/courses/course_view.h"
#include "server/courses/enrolment.h"
#include "server/courses/enrolment_store.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
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

enum {
  ROSTER_PAGE_DEFAULT = 500,
  ROSTER_PAGE_MAX = 1000,
  UNPLACED_FIELDS = 2, // the first of roster_fields
};

typedef enum err people_lister(struct db *db, struct arena *arena, int64_t course, const struct enrolment_page *page,
                               struct enrolment **out, size_t *count);

static route_handler list_roster, put_enrolment, release_hold, list_unplaced;
static enum err check_newcomer(struct request *request, int64_t person);
static enum err list_people(struct request *request, people_lister *lister);
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
static const struct shape enrolment_shape = {"EnrolmentPut",   MEDIA_JSON, 1024, sizeof(struct enrolment_body),
                                             enrolment_fields, 4};

static const struct field roster_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct enrolment_page, after), NO_PRESENT, NULL, NULL,
     "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, ROSTER_PAGE_MAX, offsetof(struct enrolment_page, limit), NO_PRESENT, NULL, NULL,
     "How many people, 500 unless told."},
    {"dropped", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct enrolment_page, with_dropped), NO_PRESENT, NULL, NULL,
     "Also those who dropped."},
};
static const struct shape roster_query = {"RosterPage", MEDIA_JSON, 0, sizeof(struct enrolment_page), roster_fields, 3};
static const struct shape unplaced_query = {"UnplacedPage", MEDIA_JSON,     0, sizeof(struct enrolment_page),
                                            roster_fields,  UNPLACED_FIELDS};

// clang-format off
static const struct answer_field enrolment_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"email", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The primary address"},
  {"role", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_STAFF, roles, NULL, "What they are in the course"},
  {"credit", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_STAFF, credit_names, NULL, "How they take it"},
  {"audit_approved", ANSWER_FLAG, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Of an auditor: whether the instructor approved"},
  {"confidential", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether they appear to staff and the own team only"},
  {"active", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "false: dropped"},
  {"hold_until", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Until when the place of somebody who dropped is held"},
  {"sis_id", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The student information system's id"},
  {"section", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The section or sections"},
  {"team", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The name of the team they are in"},
  {"seated", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether they have a lab seat"},
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "For If-Match; rises with each change of the enrolment"},
};
static const struct answer enrolment_answer = {"Enrolment", NULL, false, enrolment_answer_fields, sizeof enrolment_answer_fields / sizeof *enrolment_answer_fields};
static const struct answer_field roster_answer_fields[] = {
  {"people", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &enrolment_answer, "By number"},
  {"next", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "`after` of the next page; null on the last one"},
};
static const struct answer roster_answer = {"Roster", NULL, false, roster_answer_fields, sizeof roster_answer_fields / sizeof *roster_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/roster",               ACCESS_STAFF,      ROUTE_READ,  NULL, list_roster,   &roster_query, NULL,             200, &roster_answer,    "Everybody in the course"},
  {METHOD_PUT,    "/courses/{course}/roster/{person}",      ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, put_enrolment, NULL,          &enrolment_shape, 200, &enrolment_answer, "Change what somebody is who is or was in the course; the operator enrols anybody who has an account"},
  {METHOD_DELETE, "/courses/{course}/roster/{person}/hold", ACCESS_STAFF,      ROUTE_WRITE, NULL, release_hold,  NULL,          NULL,             204, NULL,              "Give the place of somebody who dropped free at once"},
  {METHOD_GET,    "/courses/{course}/unplaced",             ACCESS_STAFF,      ROUTE_READ,  NULL, list_unplaced, &unplaced_query, NULL,             200, &roster_answer,    "Students who have neither a team nor a lab seat"},
};
// clang-format on

const struct route_table roster_routes = {"roster", rows, sizeof rows / sizeof rows[0]};

static enum err list_roster(struct request *request) { return list_people(request, enrolment_store_page); }

static enum err put_enrolment(struct request *request) {
  const struct enrolment_body *body = request->input;
  const struct course_view *course = request_course(request);
  int64_t person = request_id(request, "person");
  struct act *act = &request->act;
  struct enrolment before = {.role = ROLE_STUDENT, .credit = CREDIT_CREDIT};
  enum err err = enrolment_get(act, course->id, person, &before);
  if (err == ERR_NOT_FOUND)
    err = check_newcomer(request, person);
  if (err != ERR_OK)
    return err;
  if ((err = request_if_match(request, before.version)) != ERR_OK)
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

// Only the operator enrols by number: it would be enough to learn the name and address of anybody of the installation.
static enum err check_newcomer(struct request *request, int64_t person) {
  struct act *act = &request->act;
  if (!request->who.is_operator)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                         "Nobody with this number has been in this course. Import a roster that names them (POST "
                         "/courses/%s/roster), or ask the operator.",
                         request_course(request)->slug);
  struct person known;
  enum err err = person_get(act->db, act->arena, person, &known);
  return err != ERR_NOT_FOUND
             ? err
             : problem_raise(act->problem, PROBLEM_NOT_FOUND,
                             "There is no account with this number. `tandem account list` shows them.");
}

static enum err release_hold(struct request *request) {
  enum err err = enrolment_release(&request->act, request_services(request), request_course(request),
                                   request_id(request, "person"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err list_unplaced(struct request *request) { return list_people(request, enrolment_store_unplaced); }

static enum err list_people(struct request *request, people_lister *lister) {
  const struct enrolment_page *asked = request->query_input;
  int64_t limit = asked->limit == 0 ? ROSTER_PAGE_DEFAULT : asked->limit;
  // One more than shown: whether there is a next page.
  const struct enrolment_page page = {.with_dropped = asked->with_dropped, .after = asked->after, .limit = limit + 1};
  struct enrolment *list = NULL;
  size_t count = 0;
  enum err err = lister(request->act.db, request->arena, request_course(request)->id, &page, &list, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = count > (size_t)limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "people");
  for (size_t i = 0; i < count; i++)
    write_enrolment(json, &list[i]);
  json_end(json);
  json_int_or_null(json, "next", has_more ? list[count - 1].person : 0);
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
  json_int(json, "version", enrolment->version);
}
