// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/labs_routes.h"

#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/labs/lab.h"
#include "server/labs/lab_store.h"
#include "server/teams/repair.h"
#include "server/teams/repair_report.h"

struct seat_body {
  bool leave_team;
};

enum { SEATS_PAGE_DEFAULT = 500, SEATS_PAGE_MAX = 1000 };

struct seats_page {
  int64_t after;
  int64_t limit;
};

struct staff_body {
  bool leave_team;
  const char *reason;
};

static route_handler show_labs, ask_for_seat, withdraw, list_seats, seat_person, unseat_person;
static enum err write_labs(struct request *request);
static enum err write_caller(struct request *request, struct json *json);
static route_handler do_seat, do_unseat;
static void write_seated(struct json *json, const struct seated *list, size_t count);
static void write_line(struct json *json, const char *name, const struct queue_entry *list, size_t count,
                       int64_t before);

static const struct field page_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct seats_page, after), NO_PRESENT, NULL, NULL,
     "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, SEATS_PAGE_MAX, offsetof(struct seats_page, limit), NO_PRESENT, NULL, NULL,
     "How many of those who wait, 500 unless told; seats and offers are all shown on each page."},
};
static const struct shape seats_query = {"SeatsPage", MEDIA_JSON, 0, sizeof(struct seats_page), page_fields, 2};

static const struct field seat_fields[] = {
    {"leave_team", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct seat_body, leave_team), NO_PRESENT, NULL, NULL,
     "Leave the team you are in, if that is what taking the seat needs."},
};
static const struct shape seat_shape = {"SeatRequest", MEDIA_JSON, 256, sizeof(struct seat_body), seat_fields, 1};

static const struct field staff_fields[] = {
    {"reason", SHAPE_LINES, REQUIRED, REPAIR_REASON_CHARACTERS_MAX, offsetof(struct staff_body, reason), NO_PRESENT,
     NULL, NULL, "Why; told to the student and to the team that they leave, and kept for staff."},
    {"leave_team", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct staff_body, leave_team), NO_PRESENT, NULL, NULL,
     "Take the student out of the team they are in, if that is what the seat needs."},
};
static const struct shape staff_seat_shape = {"StaffSeat",  MEDIA_JSON, 8192, sizeof(struct staff_body),
                                              staff_fields, 2};
static const struct shape staff_unseat_shape = {"StaffUnseat", MEDIA_JSON, 8192, sizeof(struct staff_body),
                                                staff_fields,  1};

static const char *const standing_words[] = {"none",       "waiting", "offered", "offer expired",
                                             "list ended", "seated",  NULL};

// clang-format off
static const struct answer_field lab_caller_answer_fields[] = {
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, standing_words, NULL, "Where you stand"},
  {"place", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "In the line, while waiting"},
  {"offer_expires_at", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Until when to take the seat that is offered"},
};
static const struct answer lab_caller_answer = {"LabCaller", NULL, false, lab_caller_answer_fields, sizeof lab_caller_answer_fields / sizeof *lab_caller_answer_fields};
static const struct answer_field labs_answer_fields[] = {
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The track's title"},
  {"capacity", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Seats"},
  {"seated", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Seats that are taken"},
  {"offered", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Seats that are offered"},
  {"waiting", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "People in line"},
  {"free", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Seats that are neither"},
  {"opens", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When seats can be asked for"},
  {"decide_by", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When the waiting list ends"},
  {"you", ANSWER_OBJECT, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, &lab_caller_answer, "Of a student who asks"},
};
static const struct answer labs_answer = {"Labs", NULL, false, labs_answer_fields, sizeof labs_answer_fields / sizeof *labs_answer_fields};
static const struct answer_field seated_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"active", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "false: dropped, the seat is held"},
};
static const struct answer seated_answer = {"Seated", NULL, false, seated_answer_fields, sizeof seated_answer_fields / sizeof *seated_answer_fields};
static const struct answer_field in_line_answer_fields[] = {
  {"place", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "In the line, from 1"},
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"asked_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "When they asked"},
  {"offer_expires_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Until when to take the seat that is offered"},
};
static const struct answer in_line_answer = {"InLine", NULL, false, in_line_answer_fields, sizeof in_line_answer_fields / sizeof *in_line_answer_fields};
static const struct answer_field lab_seats_answer_fields[] = {
  {"seated", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &seated_answer, "In the order of seating"},
  {"offered", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &in_line_answer, "In the order of asking"},
  {"waiting", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &in_line_answer, "A page of the line, in the order of asking"},
  {"next", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "`after` of the line's next page; null on the last one"},
};
static const struct answer lab_seats_answer = {"LabSeats", NULL, false, lab_seats_answer_fields, sizeof lab_seats_answer_fields / sizeof *lab_seats_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/labs",                ACCESS_COURSE,  ROUTE_READ,  NULL, show_labs,     NULL, NULL,        200, &labs_answer,      "How many seats are left, and where you stand"},
  {METHOD_PUT,    "/courses/{course}/labs/seat",           ACCESS_STUDENT, ROUTE_WRITE, NULL, ask_for_seat,  NULL, &seat_shape, 200, &labs_answer,      "Take a seat or an offer, or wait in line"},
  {METHOD_DELETE, "/courses/{course}/labs/seat",           ACCESS_STUDENT, ROUTE_WRITE, NULL, withdraw,      NULL, NULL,        200, &labs_answer,      "Give up the seat, the offer, or the place in line"},
  {METHOD_GET,    "/courses/{course}/labs/seats",          ACCESS_STAFF,   ROUTE_READ,  NULL, list_seats,    &seats_query, NULL, 200, &lab_seats_answer, "Who is seated, who holds an offer, who waits, in order"},
  {METHOD_PUT,    "/courses/{course}/labs/seats/{person}", ACCESS_STAFF,   ROUTE_WRITE, NULL, seat_person,   &repair_query, &staff_seat_shape,   200, &repair_answer, "Seat a student, whatever the line and the window"},
  {METHOD_DELETE, "/courses/{course}/labs/seats/{person}", ACCESS_STAFF,   ROUTE_WRITE, NULL, unseat_person, &repair_query, &staff_unseat_shape, 200, &repair_answer, "Free a student's seat, offer or place in line"},
};
// clang-format on

const struct route_table labs_routes = {"labs", rows, sizeof rows / sizeof rows[0]};

static enum err show_labs(struct request *request) { return write_labs(request); }

static enum err ask_for_seat(struct request *request) {
  const struct seat_body *body = request->input;
  enum err err = lab_ask(&request->act, request_course(request), request->who.person, body->leave_team);
  return err != ERR_OK ? err : write_labs(request);
}

static enum err withdraw(struct request *request) {
  enum err err = lab_withdraw(&request->act, request_course(request), request->who.person);
  return err != ERR_OK ? err : write_labs(request);
}

static enum err list_seats(struct request *request) {
  const struct seats_page *page = request->query_input;
  const struct course_view *course = request_course(request);
  struct db *db = request->act.db;
  int64_t limit = page->limit == 0 ? SEATS_PAGE_DEFAULT : page->limit;
  struct queue_entry *offered = NULL, *waiting = NULL;
  struct seated *seated = NULL;
  size_t offered_count = 0, waiting_count = 0, count = 0;
  int64_t before = 0;
  enum err err = lab_store_seated(db, request->arena, course->id, &seated, &count);
  if (err == ERR_OK)
    err = lab_store_list(db, request->arena, course->id, QUEUE_OFFERED, &offered, &offered_count);
  if (err == ERR_OK) // one more than shown: whether there is a next page
    err = lab_store_waiting(db, request->arena, course->id, page->after, limit + 1, &waiting, &waiting_count);
  if (err == ERR_OK)
    err = lab_store_place(db, course->id, page->after, &before);
  if (err != ERR_OK)
    return err;
  bool has_more = waiting_count > (size_t)limit;
  waiting_count = has_more ? (size_t)limit : waiting_count;
  struct json *json = reply_object(request);
  write_seated(json, seated, count);
  write_line(json, "offered", offered, offered_count, 0);
  write_line(json, "waiting", waiting, waiting_count, before);
  json_int_or_null(json, "next", has_more ? waiting[waiting_count - 1].id : 0);
  return ERR_OK;
}

static enum err seat_person(struct request *request) { return repair_reply(request, do_seat); }

static enum err unseat_person(struct request *request) { return repair_reply(request, do_unseat); }

static enum err do_seat(struct request *request) {
  const struct staff_body *body = request->input;
  struct lab_staff_act how = {.leave_team = body->leave_team, .reason = body->reason};
  return lab_seat(&request->act, request_services(request), request_course(request), request_id(request, "person"),
                  &how);
}

static enum err do_unseat(struct request *request) {
  const struct staff_body *body = request->input;
  return lab_unseat(&request->act, request_services(request), request_course(request), request_id(request, "person"),
                    body->reason);
}

static enum err write_labs(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct track *lab = course_lab_track(course->file);
  if (lab == NULL)
    return problem_raise(request->act.problem, PROBLEM_NOT_FOUND, "This course has no labs.");
  struct lab_counts counts;
  enum err err = lab_store_counts(request->act.db, course->id, &counts);
  if (err != ERR_OK)
    return err;
  int64_t taken = counts.seated + counts.offers;
  struct json *json = reply_object(request);
  json_text(json, "title", lab->title);
  json_int(json, "capacity", lab->capacity);
  json_int(json, "seated", counts.seated);
  json_int(json, "offered", counts.offers);
  json_int(json, "waiting", counts.waiting);
  json_int(json, "free", taken < lab->capacity ? lab->capacity - taken : 0);
  json_instant_or_null(json, "opens", lab->opens);
  json_instant_or_null(json, "decide_by", lab->decide_by);
  return course->role == ROLE_STUDENT ? write_caller(request, json) : ERR_OK;
}

static enum err write_caller(struct request *request, struct json *json) {
  static const char *const words[] = {
      [QUEUE_NONE] = "none",       [QUEUE_WAITING] = "waiting",       [QUEUE_OFFERED] = "offered",
      [QUEUE_SEATED] = "none",     [QUEUE_EXPIRED] = "offer expired", [QUEUE_WITHDRAWN] = "none",
      [QUEUE_ENDED] = "list ended"};
  const struct course_view *course = request_course(request);
  struct placement placement;
  struct queue_entry latest;
  int64_t place = 0;
  enum err err = placement_of(request->act.db, course->id, request->who.person, &placement);
  if (err == ERR_OK)
    err = lab_store_latest(request->act.db, course->id, request->who.person, &latest);
  if (err == ERR_OK && latest.state == QUEUE_WAITING)
    err = lab_store_place(request->act.db, course->id, latest.id, &place);
  if (err != ERR_OK)
    return err;
  bool is_seated = placement.id != 0 && placement.team == 0;
  json_object_in(json, "you");
  json_text(json, "state", is_seated ? "seated" : words[latest.state]);
  if (place != 0)
    json_int(json, "place", place);
  if (latest.state == QUEUE_OFFERED)
    json_instant(json, "offer_expires_at", latest.offer_expires_at);
  json_end(json);
  return ERR_OK;
}

static void write_seated(struct json *json, const struct seated *list, size_t count) {
  json_array_in(json, "seated");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "person", list[i].person);
    json_text(json, "name", list[i].name);
    json_flag(json, "active", list[i].is_active);
    json_end(json);
  }
  json_end(json);
}

// `before` is how many stand before the first of the list.
static void write_line(struct json *json, const char *name, const struct queue_entry *list, size_t count,
                       int64_t before) {
  json_array_in(json, name);
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "place", before + (int64_t)i + 1);
    json_int(json, "person", list[i].person);
    json_text(json, "name", list[i].name);
    json_instant(json, "asked_at", list[i].asked_at);
    json_instant_or_null(json, "offer_expires_at", list[i].offer_expires_at);
    json_end(json);
  }
  json_end(json);
}
