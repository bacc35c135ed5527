// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move_routes.h"

#include "common/base/text.h"
#include "server/accounts/services.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/date_move.h"
#include "server/milestones/date_move_view.h"

enum { BODY_BYTES_MAX = 8 * 1024 };

struct move_body {
  int64_t opens, due;
  struct raw_value closes; // an instant, or null or "" to take it out
  const char *reason;
  bool is_confirmed;
};
struct move_choice {
  bool is_dry_run;
};

static route_handler move;
static enum err read_wish(struct request *request, struct date_wish *out);
static enum err read_closes(struct request *request, const struct raw_value *value, struct date_wish *out);
static enum err run(struct request *request, const struct date_wish *wish);
static void write_plan(struct request *request, const struct date_wish *wish, const struct date_plan *plan,
                       const struct reminder_moves *moves);

// clang-format off
static const struct field move_fields[] = {
  {"opens",   SHAPE_INSTANT, OPTIONAL, 0,                               offsetof(struct move_body, opens),        NO_PRESENT, NULL, NULL, "The new opening, a whole minute"},
  {"due",     SHAPE_INSTANT, OPTIONAL, 0,                               offsetof(struct move_body, due),          NO_PRESENT, NULL, NULL, "The new due, a whole minute"},
  {"closes",  SHAPE_RAW,     OPTIONAL, 1,                               offsetof(struct move_body, closes),       NO_PRESENT, NULL, NULL, "The new closing, a whole minute; null takes it out, so that the late policy says it"},
  {"reason",  SHAPE_LINES,   REQUIRED, DATE_MOVE_REASON_CHARACTERS_MAX, offsetof(struct move_body, reason),       NO_PRESENT, NULL, NULL, "Told to those it concerns"},
  {"confirm", SHAPE_FLAG,    OPTIONAL, 0,                               offsetof(struct move_body, is_confirmed), NO_PRESENT, NULL, NULL, "true: also what moves earlier, or touches the next 48 hours"},
};
static const struct shape move_shape = {"MilestoneDates", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct move_body), move_fields, sizeof move_fields / sizeof *move_fields};
static const struct field choice_fields[] = {
  {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct move_choice, is_dry_run), NO_PRESENT, NULL, NULL, "Only say what it would do, and to whom"},
};
static const struct shape choice_shape = {"MilestoneDatesChoice", MEDIA_JSON, 0, sizeof(struct move_choice), choice_fields, 1};

static const struct answer_field reminders_fields[] = {
  {"moved",     ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "To another instant"},
  {"cancelled", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Their new instant has passed"},
  {"new",       ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Of the new date; one of the old date has been sent"},
};
static const struct answer reminders_answer = {"ReminderMoves", NULL, false, reminders_fields, sizeof reminders_fields / sizeof *reminders_fields};
static const struct answer_field plan_fields[] = {
  {"dry_run",            ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "true: nothing was changed and nobody told"},
  {"milestone",          ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Its id"},
  {"syllabus_version",   ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Of the course file as it is now; null in a dry run"},
  {"before",             ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_stated_answer, "The course file's dates as they were"},
  {"after",              ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_stated_answer, "As they become"},
  {"needs_confirmation", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Whether it is refused without `confirm`"},
  {"why",                ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Why it needs confirmation"},
  {"words",              ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "All of it in sentences"},
  {"reminders",          ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &reminders_answer, "What becomes of reminders that are still to come, counted by person and offset"},
  {"holders",            ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_holder_answer, "Whose work becomes late, dearer, cheaper, or is no longer late"},
  {"costs",              ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_cost_answer, "For which people, those included who dropped since"},
  {"missing",            ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_open_answer, "Who has nothing in, and stands elsewhere by the clock from now on"},
  {"people",             ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &date_person_answer, "Students for whom a date or a cost changes"},
};
static const struct answer plan_answer = {"MilestoneMove", NULL, false, plan_fields, sizeof plan_fields / sizeof *plan_fields};

static const struct route rows[] = {
  {METHOD_PATCH, "/courses/{course}/milestones/{milestone}", ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, move, &choice_shape, &move_shape, 200, &plan_answer, "Move a milestone's dates: the plan, then all of it at once"},
};
// clang-format on

const struct route_table date_move_routes = {"date moves", rows, sizeof rows / sizeof rows[0]};

static enum err move(struct request *request) {
  struct date_wish wish;
  enum err err = read_wish(request, &wish);
  if (err == ERR_OK)
    err = request_if_match(request, request_course(request)->version);
  if (err != ERR_OK || !wish.is_dry_run)
    return err == ERR_OK ? run(request, &wish) : err;
  struct db *db = request->act.db;
  if ((err = db_savepoint(db)) != ERR_OK)
    return err;
  err = run(request, &wish);
  enum err back = db_in_transaction(db) ? db_savepoint_rollback(db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static enum err read_wish(struct request *request, struct date_wish *out) {
  const struct move_body *body = request->input;
  const struct move_choice *choice = request->query_input;
  *out = (struct date_wish){.milestone = request_text(request, "milestone"),
                            .opens = body->opens,
                            .due = body->due,
                            .reason = body->reason,
                            .is_confirmed = body->is_confirmed,
                            .is_dry_run = choice->is_dry_run};
  enum err err = read_closes(request, &body->closes, out);
  if (err == ERR_OK && body->opens == 0 && body->due == 0 && !out->has_closes)
    err = problem_field(request->act.problem, "", "says no date: give opens, due or closes");
  return err;
}

static enum err read_closes(struct request *request, const struct raw_value *value, struct date_wish *out) {
  out->has_closes = value->kind != RAW_NONE;
  if (value->kind == RAW_NONE || value->kind == RAW_NULL || (value->kind == RAW_TEXT && value->text[0] == '\0'))
    return ERR_OK;
  if (value->kind == RAW_TEXT && instant_parse(value->text, &out->closes) && out->closes != 0)
    return ERR_OK;
  return problem_field(request->act.problem, "closes",
                       "must be an instant such as 2023-09-11T23:59:00Z, or null to take it out");
}

static enum err run(struct request *request, const struct date_wish *wish) {
  struct date_plan plan;
  enum err err = date_move(&request->act, request_services(request)->library, request_course(request), wish, &plan);
  struct course_view is = *request_course(request);
  struct reminder_moves moves = {0};
  if (err == ERR_OK) {
    is.file = plan.file;
    err = request_services(request)->reminders_moved(&request->act, request_course(request), &is, &moves);
  }
  if (err == ERR_OK)
    write_plan(request, wish, &plan, &moves);
  return err;
}

static void write_plan(struct request *request, const struct date_wish *wish, const struct date_plan *plan,
                       const struct reminder_moves *moves) {
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", wish->is_dry_run);
  json_text(json, "milestone", plan->is->id);
  json_int_or_null(json, "syllabus_version", plan->version);
  date_plan_write_dates(json, "before", plan->was);
  date_plan_write_dates(json, "after", plan->is);
  json_flag(json, "needs_confirmation", plan->why_confirm != NULL);
  json_text(json, "why", plan->why_confirm);
  json_text(json, "words", plan->words);
  json_object_in(json, "reminders");
  json_int(json, "moved", moves->moved);
  json_int(json, "cancelled", moves->cancelled);
  json_int(json, "new", moves->added);
  json_end(json);
  date_plan_write_effects(&request->act, json, plan);
}
