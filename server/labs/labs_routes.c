// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/labs_routes.h"

#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/labs/lab.h"
#include "server/labs/lab_store.h"

struct seat_body {
  bool leave_team;
};

static route_handler show_labs, ask_for_seat, withdraw, list_seats, seat_person, unseat_person;
static enum err write_labs(struct request *request);
static enum err write_caller(struct request *request, struct json *json);
static void write_line(struct json *json, const char *name, const struct queue_entry *list, size_t count);

static const struct field seat_fields[] = {
    {"leave_team", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct seat_body, leave_team), NO_PRESENT, NULL, NULL,
     "Leave the team you are in, if that is what taking the seat needs."},
};
static const struct shape seat_shape = {"SeatRequest", MEDIA_JSON, 256, sizeof(struct seat_body), seat_fields, 1};

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/labs",                ACCESS_COURSE,  ROUTE_READ,  NULL, show_labs,     NULL, NULL,        200, NULL, "How many seats are left, and where you stand"},
  {METHOD_PUT,    "/courses/{course}/labs/seat",           ACCESS_STUDENT, ROUTE_WRITE, NULL, ask_for_seat,  NULL, &seat_shape, 200, NULL, "Take a seat or an offer, or wait in line"},
  {METHOD_DELETE, "/courses/{course}/labs/seat",           ACCESS_STUDENT, ROUTE_WRITE, NULL, withdraw,      NULL, NULL,        204, NULL, "Give up the seat, the offer, or the place in line"},
  {METHOD_GET,    "/courses/{course}/labs/seats",          ACCESS_STAFF,   ROUTE_READ,  NULL, list_seats,    NULL, NULL,        200, NULL, "Who is seated, who holds an offer, who waits, in order"},
  {METHOD_PUT,    "/courses/{course}/labs/seats/{person}", ACCESS_STAFF,   ROUTE_WRITE, NULL, seat_person,   NULL, &seat_shape, 200, NULL, "Seat a student, whatever the line and the window"},
  {METHOD_DELETE, "/courses/{course}/labs/seats/{person}", ACCESS_STAFF,   ROUTE_WRITE, NULL, unseat_person, NULL, NULL,        204, NULL, "Free a student's seat, offer or place in line"},
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
  const struct course_view *course = request_course(request);
  struct db *db = request->act.db;
  struct queue_entry *offered = NULL, *waiting = NULL;
  size_t offered_count = 0, waiting_count = 0, count = 0;
  struct enrolment *people = NULL;
  enum err err = lab_store_list(db, request->arena, course->id, QUEUE_OFFERED, &offered, &offered_count);
  if (err != ERR_OK ||
      (err = lab_store_list(db, request->arena, course->id, QUEUE_WAITING, &waiting, &waiting_count)) != ERR_OK ||
      (err = enrolment_list(&request->act, course->id, true, &people, &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "seated");
  for (size_t i = 0; i < count; i++) {
    if (!people[i].is_seated)
      continue;
    json_begin_object(json);
    json_int(json, "person", people[i].person);
    json_text(json, "name", people[i].name);
    json_flag(json, "active", people[i].is_active);
    json_end(json);
  }
  json_end(json);
  write_line(json, "offered", offered, offered_count);
  write_line(json, "waiting", waiting, waiting_count);
  return ERR_OK;
}

static enum err seat_person(struct request *request) {
  const struct seat_body *body = request->input;
  enum err err = lab_seat(&request->act, request_course(request), request_id(request, "person"), body->leave_team);
  return err != ERR_OK ? err : list_seats(request);
}

static enum err unseat_person(struct request *request) {
  enum err err = lab_withdraw(&request->act, request_course(request), request_id(request, "person"));
  return err != ERR_OK ? err : list_seats(request);
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

static void write_line(struct json *json, const char *name, const struct queue_entry *list, size_t count) {
  json_array_in(json, name);
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "place", (int64_t)i + 1);
    json_int(json, "person", list[i].person);
    json_text(json, "name", list[i].name);
    json_instant(json, "asked_at", list[i].asked_at);
    json_instant_or_null(json, "offer_expires_at", list[i].offer_expires_at);
    json_end(json);
  }
  json_end(json);
}
