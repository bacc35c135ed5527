// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/penalty_routes.h"

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/excusal.h"
#include "server/milestones/penalty.h"

enum { BODY_BYTES_MAX = 8 * 1024 };

struct waiver_body {
  int64_t person;
  const char *reason;
};

struct excusal_body {
  int64_t person, team;
  bool is_excused, has_excused;
  const char *reason;
};

static route_handler list_penalties, waive, list_excusals, excuse, withdraw_excusal;
static enum err find(struct request *request, const struct milestone **out);
static enum err write_penalties(struct request *request, const struct milestone *milestone, int64_t person);
static void write_penalty(struct json *json, const struct penalty *penalty, bool is_current);
static void write_excusal(struct json *json, const struct excusal *excusal);
static bool is_newest(const struct penalty *list, size_t index);

// clang-format off
static const struct field waiver_fields[] = {
  {"person", SHAPE_INTEGER, REQUIRED, INT64_MAX,                     offsetof(struct waiver_body, person), NO_PRESENT, NULL, NULL, "The student"},
  {"reason", SHAPE_LINES,   REQUIRED, PENALTY_REASON_CHARACTERS_MAX, offsetof(struct waiver_body, reason), NO_PRESENT, NULL, NULL, "Told to the student"},
};
static const struct shape waiver_shape = {"PenaltyWaiver", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct waiver_body), waiver_fields, 2};
static const struct field excusal_fields[] = {
  {"team",    SHAPE_NATURAL, OPTIONAL, INT64_MAX,                     offsetof(struct excusal_body, team),       NO_PRESENT, NULL, NULL, "A whole team; this or person"},
  {"person",  SHAPE_NATURAL, OPTIONAL, INT64_MAX,                     offsetof(struct excusal_body, person),     NO_PRESENT, NULL, NULL, "A student"},
  {"excused", SHAPE_FLAG,    OPTIONAL, 0,                             offsetof(struct excusal_body, is_excused), offsetof(struct excusal_body, has_excused), NULL, NULL, "true unless told; false: who joined the team later owes it after all"},
  {"reason",  SHAPE_LINES,   REQUIRED, EXCUSAL_REASON_CHARACTERS_MAX, offsetof(struct excusal_body, reason),     NO_PRESENT, NULL, NULL, "Told to those it concerns"},
};
static const struct shape excusal_shape = {"ExcusalNew", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct excusal_body), excusal_fields, 4};

static const struct answer_field penalty_fields[] = {
  {"person",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "The student's number"},
  {"name",       ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "As everybody sees it"},
  {"submission", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The version that was judged; null: all were withdrawn"},
  {"points",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "What lateness costs, of 100 of what the work earns possible"},
  {"due",        ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The due that it was judged by"},
  {"waived",     ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "Whether staff waived the cost"},
  {"reason",     ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "Of the waiver"},
  {"cause",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "What changed it"},
  {"at",         ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "When"},
  {"holds",      ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_SELF, NULL, NULL, "false: an earlier state, kept for the record"},
};
static const struct answer penalty_answer = {"Penalty", NULL, false, penalty_fields, sizeof penalty_fields / sizeof *penalty_fields};
static const struct answer_field penalties_fields[] = {
  {"penalties", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &penalty_answer, "Newest first; to students their own"},
};
static const struct answer penalties_answer = {"Penalties", NULL, false, penalties_fields, sizeof penalties_fields / sizeof *penalties_fields};
static const struct answer_field excusal_answer_fields[] = {
  {"id",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Its number"},
  {"team",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"person",  ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The student"},
  {"name",    ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or the student's"},
  {"excused", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "false: they owe it although they joined later"},
  {"reason",  ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "As it was told"},
  {"by",      ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Who said it; null: the operator"},
  {"at",      ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "When"},
};
static const struct answer excusal_answer = {"Excusal", NULL, false, excusal_answer_fields, sizeof excusal_answer_fields / sizeof *excusal_answer_fields};
static const struct answer_field excusals_fields[] = {
  {"excusals", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &excusal_answer, "What staff said; who joined later is excused without a word"},
};
static const struct answer excusals_answer = {"Excusals", NULL, false, excusals_fields, sizeof excusals_fields / sizeof *excusals_fields};

static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/milestones/{milestone}/penalties",          ACCESS_COURSE, ROUTE_READ,  NULL, list_penalties,   NULL, NULL,           200, &penalties_answer, "What lateness cost, and how it came about; to students their own"},
  {METHOD_POST,   "/courses/{course}/milestones/{milestone}/penalty-waivers",    ACCESS_STAFF,  ROUTE_WRITE, NULL, waive,            NULL, &waiver_shape,  201, &penalties_answer, "Waive what lateness costs a student, for good"},
  {METHOD_GET,    "/courses/{course}/milestones/{milestone}/excusals",           ACCESS_STAFF,  ROUTE_READ,  NULL, list_excusals,    NULL, NULL,           200, &excusals_answer,  "Who need not hand in, by the staff's word"},
  {METHOD_POST,   "/courses/{course}/milestones/{milestone}/excusals",           ACCESS_STAFF,  ROUTE_WRITE, NULL, excuse,           NULL, &excusal_shape, 201, &excusal_answer,   "Excuse a team or a student, or ask it of somebody who joined later"},
  {METHOD_DELETE, "/courses/{course}/milestones/{milestone}/excusals/{excusal}", ACCESS_STAFF,  ROUTE_WRITE, NULL, withdraw_excusal, NULL, NULL,           204, NULL,              "Take that word back"},
};
// clang-format on

const struct route_table penalty_routes = {"penalties", rows, sizeof rows / sizeof rows[0]};

static enum err list_penalties(struct request *request) {
  const struct milestone *milestone = NULL;
  enum err err = find(request, &milestone);
  if (err != ERR_OK)
    return err;
  return write_penalties(request, milestone, course_is_staff(request_course(request)) ? 0 : request->who.person);
}

static enum err waive(struct request *request) {
  const struct waiver_body *body = request->input;
  const struct milestone *milestone = NULL;
  enum err err = find(request, &milestone);
  if (err == ERR_OK)
    err = penalty_waive(&request->act, request_course(request), milestone, body->person, body->reason);
  if (err == ERR_OK)
    err = write_penalties(request, milestone, body->person);
  if (err == ERR_OK)
    reply_status(request, 201);
  return err;
}

static enum err list_excusals(struct request *request) {
  const struct milestone *milestone = NULL;
  struct excusal *list = NULL;
  size_t count = 0;
  enum err err = find(request, &milestone);
  if (err == ERR_OK)
    err = excusal_list(&request->act, request_course(request), milestone, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "excusals");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_excusal(json, &list[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err excuse(struct request *request) {
  const struct excusal_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct excusal_wish wish = {.team = body->team,
                                    .person = body->person,
                                    .is_excused = !body->has_excused || body->is_excused,
                                    .reason = body->reason};
  const struct milestone *milestone = NULL;
  struct excusal row;
  int64_t id = 0;
  enum err err = find(request, &milestone);
  if (err == ERR_OK)
    err = excusal_say(&request->act, course, milestone, &wish, &id);
  if (err == ERR_OK)
    err = excusal_get(&request->act, course, milestone, id, &row);
  if (err != ERR_OK)
    return err;
  write_excusal(reply_object(request), &row);
  reply_status(request, 201);
  return ERR_OK;
}

static enum err withdraw_excusal(struct request *request) {
  const struct milestone *milestone = NULL;
  enum err err = find(request, &milestone);
  if (err == ERR_OK)
    err = excusal_withdraw(&request->act, request_course(request), milestone, request_id(request, "excusal"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err find(struct request *request, const struct milestone **out) {
  return milestone_find(&request->act, request_course(request), request_text(request, "milestone"), out);
}

static enum err write_penalties(struct request *request, const struct milestone *milestone, int64_t person) {
  const struct penalty *list = NULL;
  size_t count = 0;
  enum err err = penalty_history(&request->act, request_course(request), person, milestone->id, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "penalties");
  for (size_t i = 0; i < count; i++)
    write_penalty(json, &list[i], is_newest(list, i));
  json_end(json);
  return ERR_OK;
}

static void write_penalty(struct json *json, const struct penalty *penalty, bool is_current) {
  json_begin_object(json);
  json_int(json, "person", penalty->person);
  json_text(json, "name", penalty->name);
  json_int_or_null(json, "submission", penalty->submission);
  json_int(json, "points", penalty->points);
  json_instant_or_null(json, "due", penalty->due);
  json_flag(json, "waived", penalty->is_waived);
  json_text(json, "reason", penalty->reason);
  json_text(json, "cause", penalty->cause);
  json_instant(json, "at", penalty->at);
  json_flag(json, "holds", is_current);
  json_end(json);
}

static void write_excusal(struct json *json, const struct excusal *excusal) {
  json_int(json, "id", excusal->id);
  json_int_or_null(json, "team", excusal->team);
  json_int_or_null(json, "person", excusal->person);
  json_text(json, "name", excusal->name);
  json_flag(json, "excused", excusal->is_excused);
  json_text(json, "reason", excusal->reason);
  json_text(json, "by", excusal->by_name);
  json_instant(json, "at", excusal->at);
}

// The list is newest first.
static bool is_newest(const struct penalty *list, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (list[i].person == list[index].person)
      return false;
  return true;
}
