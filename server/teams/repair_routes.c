// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/repair_routes.h"

#include "server/courses/enrolment.h"
#include "server/courses/repair_log.h"
#include "server/teams/repair.h"
#include "server/teams/repair_report.h"
#include "server/teams/team_rules.h"

#define COURSE "/courses/{course}"
#define TEAM "/courses/{course}/teams/{team}"

enum { REASON_BODY_BYTES = 8 * 1024, MANY_BODY_BYTES = 32 * 1024 };

struct reason_body {
  const char *reason;
};

struct placement_body {
  int64_t team;
  bool has_team;
  const char *reason;
};

struct placements_body {
  struct item_list placements; // struct repair_placement
  const char *reason;
};

struct swap_body {
  int64_t first;
  int64_t second;
  const char *reason;
};

struct merger_body {
  int64_t into;
  const char *reason;
};

struct people_body {
  const char *name;
  struct integer_list people;
  const char *reason;
};

struct size_body {
  int64_t size_max;
  const char *reason;
};

static route_handler place, place_many, undo, swap, merge, split, set_size, found, approve, disapprove, show_history;
static route_handler do_place, do_place_many, do_undo, do_swap, do_merge, do_split, do_set_size, do_found, do_approve,
    do_disapprove;
static void write_place(struct json *json, const struct repair_place *place);

// clang-format off
#define REASON(body) {"reason", SHAPE_LINES, REQUIRED, REPAIR_REASON_CHARACTERS_MAX, offsetof(struct body, reason), NO_PRESENT, NULL, NULL, "Why; told to everybody whom it affects, and kept for staff."}

static const struct field reason_fields[] = {REASON(reason_body)};
static const struct shape reason_shape = {"RepairReason", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct reason_body), reason_fields, 1};

static const struct field placement_fields[] = {
  {"team", SHAPE_NATURAL, NULLABLE, INT64_MAX, offsetof(struct placement_body, team), offsetof(struct placement_body, has_team), NULL, NULL, "The team to put the student into; null takes them out of theirs."},
  REASON(placement_body),
};
static const struct shape placement_shape = {"Placement", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct placement_body), placement_fields, 2};

static const struct field row_fields[] = {
  {"person", SHAPE_INTEGER, REQUIRED, INT64_MAX, offsetof(struct repair_placement, person), NO_PRESENT, NULL, NULL, "The student."},
  {"team", SHAPE_NATURAL, REQUIRED, INT64_MAX, offsetof(struct repair_placement, team), NO_PRESENT, NULL, NULL, "The team to put them into."},
};
static const struct shape row_shape = {"PlacementRow", MEDIA_JSON, 256, sizeof(struct repair_placement), row_fields, 2};
static const struct field placements_fields[] = {
  {"placements", SHAPE_LIST, REQUIRED, REPAIR_PEOPLE_MAX, offsetof(struct placements_body, placements), NO_PRESENT, NULL, &row_shape, "All of them happen, or none."},
  REASON(placements_body),
};
static const struct shape placements_shape = {"Placements", MEDIA_JSON, MANY_BODY_BYTES, sizeof(struct placements_body), placements_fields, 2};

static const struct field swap_fields[] = {
  {"first", SHAPE_INTEGER, REQUIRED, INT64_MAX, offsetof(struct swap_body, first), NO_PRESENT, NULL, NULL, "A student in a team or a lab seat."},
  {"second", SHAPE_INTEGER, REQUIRED, INT64_MAX, offsetof(struct swap_body, second), NO_PRESENT, NULL, NULL, "Another one, elsewhere."},
  REASON(swap_body),
};
static const struct shape swap_shape = {"PlacementSwap", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct swap_body), swap_fields, 3};

static const struct field merger_fields[] = {
  {"into", SHAPE_INTEGER, REQUIRED, INT64_MAX, offsetof(struct merger_body, into), NO_PRESENT, NULL, NULL, "The team that stays."},
  REASON(merger_body),
};
static const struct shape merger_shape = {"TeamMerger", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct merger_body), merger_fields, 2};

static const struct field people_fields[] = {
  {"name", SHAPE_TEXT, REQUIRED, TEAM_NAME_CHARACTERS_MAX, offsetof(struct people_body, name), NO_PRESENT, NULL, NULL, "Of the new team; unique in the course."},
  {"people", SHAPE_INTEGER_LIST, REQUIRED, REPAIR_SIZE_MAX, offsetof(struct people_body, people), NO_PRESENT, NULL, NULL, "Its members; the first one is its contact."},
  REASON(people_body),
};
static const struct shape people_shape = {"TeamOfPeople", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct people_body), people_fields, 3};

static const struct field size_fields[] = {
  {"size_max", SHAPE_NATURAL, NULLABLE, REPAIR_SIZE_MAX, offsetof(struct size_body, size_max), NO_PRESENT, NULL, NULL, "How many members the team may have; null: as many as the course says."},
  REASON(size_body),
};
static const struct shape size_shape = {"TeamSize", MEDIA_JSON, REASON_BODY_BYTES, sizeof(struct size_body), size_fields, 2};

static const struct answer_field place_fields[] = {
  {"team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The team; null: a lab seat"},
  {"name", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The team's name; null: a lab seat"},
  {"seated", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether this was a lab seat"},
  {"from", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Since when"},
  {"until", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "Until when; null: still"},
  {"undone", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether staff undid it, as if it had not been"},
  {"reason_in", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "Why staff put them there; null: staff did not"},
  {"reason_out", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "Why staff took them away; null: staff did not"},
};
static const struct answer place_answer = {"Place", NULL, false, place_fields, sizeof place_fields / sizeof *place_fields};
static const struct answer_field history_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The student's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "As everybody sees it"},
  {"places", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &place_answer, "Oldest first"},
};
static const struct answer history_answer = {"PlacementHistory", NULL, false, history_fields, sizeof history_fields / sizeof *history_fields};

static const struct route rows[] = {
  {METHOD_GET,    COURSE "/placements/{person}",            ACCESS_COURSE,     ROUTE_READ,  NULL, show_history, NULL,          NULL,              200, &history_answer, "Where a student has been: yourself, or staff"},
  {METHOD_PUT,    COURSE "/placements/{person}",            ACCESS_STAFF,      ROUTE_WRITE, NULL, place,        &repair_query, &placement_shape,  200, &repair_answer,  "Put a student into a team, or take them out of theirs"},
  {METHOD_POST,   COURSE "/placements",                     ACCESS_STAFF,      ROUTE_WRITE, NULL, place_many,   &repair_query, &placements_shape, 200, &repair_answer,  "Put many students into teams: all or none"},
  {METHOD_POST,   COURSE "/placements/{person}/undo",       ACCESS_STAFF,      ROUTE_WRITE, NULL, undo,         &repair_query, &reason_shape,     200, &repair_answer,  "Undo a wrong join, as if it had not been"},
  {METHOD_POST,   COURSE "/placement-swaps",                ACCESS_STAFF,      ROUTE_WRITE, NULL, swap,         &repair_query, &swap_shape,       200, &repair_answer,  "Let two students change places, in teams or a lab seat"},
  {METHOD_POST,   COURSE "/staff-teams",                    ACCESS_STAFF,      ROUTE_WRITE, NULL, found,        &repair_query, &people_shape,     200, &repair_answer,  "Make a team of given people, at any time"},
  {METHOD_POST,   TEAM "/merger",                           ACCESS_STAFF,      ROUTE_WRITE, NULL, merge,        &repair_query, &merger_shape,     200, &repair_answer,  "Merge the team into another one"},
  {METHOD_POST,   TEAM "/split",                            ACCESS_STAFF,      ROUTE_WRITE, NULL, split,        &repair_query, &people_shape,     200, &repair_answer,  "Make some of its members a team of their own"},
  {METHOD_PUT,    TEAM "/size",                             ACCESS_STAFF,      ROUTE_WRITE, NULL, set_size,     &repair_query, &size_shape,       200, &repair_answer,  "Let the team have more or fewer members than the course says"},
  {METHOD_POST,   COURSE "/roster/{person}/audit-approval", ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, approve,      &repair_query, &reason_shape,     200, &repair_answer,  "Approve that somebody audits the course"},
  {METHOD_DELETE, COURSE "/roster/{person}/audit-approval", ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, disapprove,   &repair_query, &reason_shape,     200, &repair_answer,  "Take the approval of an audit back"},
};
// clang-format on

const struct route_table repair_routes = {"repairs", rows, sizeof rows / sizeof *rows};

static enum err place(struct request *request) { return repair_reply(request, do_place); }
static enum err place_many(struct request *request) { return repair_reply(request, do_place_many); }
static enum err undo(struct request *request) { return repair_reply(request, do_undo); }
static enum err swap(struct request *request) { return repair_reply(request, do_swap); }
static enum err merge(struct request *request) { return repair_reply(request, do_merge); }
static enum err split(struct request *request) { return repair_reply(request, do_split); }
static enum err set_size(struct request *request) { return repair_reply(request, do_set_size); }
static enum err found(struct request *request) { return repair_reply(request, do_found); }
static enum err approve(struct request *request) { return repair_reply(request, do_approve); }
static enum err disapprove(struct request *request) { return repair_reply(request, do_disapprove); }

static enum err show_history(struct request *request) {
  const struct course_view *course = request_course(request);
  int64_t person = request_id(request, "person");
  struct act *act = &request->act;
  struct enrolment enrolment;
  struct repair_place *places = NULL;
  size_t count = 0;
  if (!course_is_staff(course) && person != act->actor)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                         "Where somebody has been is for themselves and the course's staff. Ask for your own.");
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "Nobody in this course has this number.");
  if (err != ERR_OK || (err = repair_log_history(act, course->id, person, &places, &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int(json, "person", person);
  json_text(json, "name", enrolment.name);
  json_array_in(json, "places");
  for (size_t i = 0; i < count; i++)
    write_place(json, &places[i]);
  json_end(json);
  return ERR_OK;
}

static enum err do_place(struct request *request) {
  const struct placement_body *body = request->input;
  const struct course_view *course = request_course(request);
  if (!body->has_team)
    return repair_take_out(&request->act, request_services(request), course, request_id(request, "person"),
                           body->reason);
  return repair_place(&request->act, request_services(request), course, request_id(request, "person"), body->team,
                      body->reason);
}

static enum err do_place_many(struct request *request) {
  const struct placements_body *body = request->input;
  return repair_place_many(&request->act, request_services(request), request_course(request), body->placements.items,
                           body->placements.count, body->reason);
}

static enum err do_undo(struct request *request) {
  const struct reason_body *body = request->input;
  return repair_undo_join(&request->act, request_services(request), request_course(request),
                          request_id(request, "person"), body->reason);
}

static enum err do_swap(struct request *request) {
  const struct swap_body *body = request->input;
  return repair_swap(&request->act, request_services(request), request_course(request), body->first, body->second,
                     body->reason);
}

static enum err do_merge(struct request *request) {
  const struct merger_body *body = request->input;
  return repair_merge(&request->act, request_services(request), request_course(request), request_id(request, "team"),
                      body->into, body->reason);
}

static enum err do_split(struct request *request) {
  const struct people_body *body = request->input;
  int64_t team = 0;
  struct repair_team wanted = {.name = body->name, .people = body->people.items, .count = body->people.count};
  return repair_split(&request->act, request_services(request), request_course(request), request_id(request, "team"),
                      &wanted, body->reason, &team);
}

static enum err do_found(struct request *request) {
  const struct people_body *body = request->input;
  int64_t team = 0;
  struct repair_team wanted = {.name = body->name, .people = body->people.items, .count = body->people.count};
  return repair_found(&request->act, request_services(request), request_course(request), &wanted, body->reason, &team);
}

static enum err do_set_size(struct request *request) {
  const struct size_body *body = request->input;
  return repair_set_size(&request->act, request_course(request), request_id(request, "team"), body->size_max,
                         body->reason);
}

static enum err do_approve(struct request *request) {
  const struct reason_body *body = request->input;
  return repair_approve_audit(&request->act, request_course(request), request_id(request, "person"), true,
                              body->reason);
}

static enum err do_disapprove(struct request *request) {
  const struct reason_body *body = request->input;
  return repair_approve_audit(&request->act, request_course(request), request_id(request, "person"), false,
                              body->reason);
}

static void write_place(struct json *json, const struct repair_place *place) {
  json_begin_object(json);
  json_int_or_null(json, "team", place->team);
  json_text(json, "name", place->team_name);
  json_flag(json, "seated", place->team == 0);
  json_instant(json, "from", place->from);
  json_instant_or_null(json, "until", place->until);
  json_flag(json, "undone", place->is_undone);
  json_text(json, "reason_in", place->reason_in);
  json_text(json, "reason_out", place->reason_out);
  json_end(json);
}
