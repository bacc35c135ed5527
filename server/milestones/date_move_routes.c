// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move_routes.h"

#include "common/base/text.h"
#include "server/accounts/services.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/date_move.h"
#include "server/milestones/date_move_words.h"

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
static void write_plan(struct request *request, const struct date_wish *wish, const struct date_plan *plan);
static void write_dates(struct json *json, const char *name, const struct milestone *milestone);
static void write_whose(struct json *json, const struct holder *holder, const char *name);
static void write_changes(struct json *json, const struct date_plan *plan);
static void write_people(struct request *request, struct json *json, const struct date_plan *plan);

static const char *const timing_names[] = {[TIMING_NOT_OPEN] = "not open",
                                           [TIMING_ON_TIME] = "open",
                                           [TIMING_LATE] = "late",
                                           [TIMING_CLOSED] = "closed",
                                           NULL};

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

static const struct answer_field dates_fields[] = {
  {"opens",  ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "From when on work is taken"},
  {"due",    ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when it costs nothing"},
  {"closes", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when late work is taken, stated or by the late policy"},
};
static const struct answer dates_answer = {"MilestoneDatesStated", NULL, false, dates_fields, sizeof dates_fields / sizeof *dates_fields};
static const struct answer_field holder_fields[] = {
  {"team",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"person",      ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Or the student whose own work it is"},
  {"name",        ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or the student's"},
  {"effect",      ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, date_effect_names, NULL, "What becomes of their work"},
  {"cost_before", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The most points that lateness cost any of them"},
  {"cost",        ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The most that it costs any of them from now on"},
  {"people",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "For how many of them the cost changes"},
};
static const struct answer holder_answer = {"DatesHolder", NULL, false, holder_fields, sizeof holder_fields / sizeof *holder_fields};
static const struct answer_field cost_fields[] = {
  {"person",      ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name",        ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"cost_before", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Points that lateness cost them"},
  {"cost",        ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Points that it costs them from now on"},
};
static const struct answer cost_answer = {"DatesCost", NULL, false, cost_fields, sizeof cost_fields / sizeof *cost_fields};
static const struct answer_field open_fields[] = {
  {"team",         ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"person",       ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Or the student whose own work it is"},
  {"name",         ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or the student's"},
  {"state_before", ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, timing_names, NULL, "Where they stood at this moment"},
  {"state",        ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, timing_names, NULL, "Where they stand from now on"},
};
static const struct answer open_answer = {"DatesMissing", NULL, false, open_fields, sizeof open_fields / sizeof *open_fields};
static const struct answer_field person_fields[] = {
  {"person",     ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name",       ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"due_before", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What held for them"},
  {"due",        ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What holds, their extensions counted"},
  {"closes",     ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when their late work earns something"},
  {"is_told",    ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "false: it is over and costs them the same"},
};
static const struct answer person_answer = {"DatesPerson", NULL, false, person_fields, sizeof person_fields / sizeof *person_fields};
static const struct answer_field plan_fields[] = {
  {"dry_run",            ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "true: nothing was changed and nobody told"},
  {"milestone",          ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Its id"},
  {"syllabus_version",   ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Of the course file as it is now; null in a dry run"},
  {"before",             ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &dates_answer, "The course file's dates as they were"},
  {"after",              ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &dates_answer, "As they become"},
  {"needs_confirmation", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Whether it is refused without `confirm`"},
  {"why",                ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Why it needs confirmation"},
  {"words",              ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "All of it in sentences"},
  {"holders",            ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &holder_answer, "Whose work becomes late, dearer, cheaper, or is no longer late"},
  {"costs",              ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &cost_answer, "For which people, those included who dropped since"},
  {"missing",            ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &open_answer, "Who has nothing in, and stands elsewhere by the clock from now on"},
  {"people",             ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &person_answer, "Students for whom a date or a cost changes"},
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
  if (err == ERR_OK)
    write_plan(request, wish, &plan);
  return err;
}

static void write_plan(struct request *request, const struct date_wish *wish, const struct date_plan *plan) {
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", wish->is_dry_run);
  json_text(json, "milestone", plan->is->id);
  if (plan->version == 0)
    json_none(json, "syllabus_version");
  else
    json_int(json, "syllabus_version", plan->version);
  write_dates(json, "before", plan->was);
  write_dates(json, "after", plan->is);
  json_flag(json, "needs_confirmation", plan->why_confirm != NULL);
  json_text(json, "why", plan->why_confirm);
  json_text(json, "words", plan->words);
  write_changes(json, plan);
  write_people(request, json, plan);
}

static void write_dates(struct json *json, const char *name, const struct milestone *milestone) {
  json_object_in(json, name);
  json_instant(json, "opens", milestone->opens);
  json_instant(json, "due", milestone->due);
  json_instant(json, "closes", milestone->closes);
  json_end(json);
}

static void write_whose(struct json *json, const struct holder *holder, const char *name) {
  if (holder->team != 0)
    json_int(json, "team", holder->team);
  else
    json_none(json, "team");
  if (holder->person != 0)
    json_int(json, "person", holder->person);
  else
    json_none(json, "person");
  json_text(json, "name", name);
}

static void write_changes(struct json *json, const struct date_plan *plan) {
  json_array_in(json, "holders");
  for (size_t i = 0; i < plan->holder_count; i++) {
    const struct date_holder *holder = &plan->holders[i];
    json_begin_object(json);
    write_whose(json, &holder->holder, holder->name);
    json_text(json, "effect", date_effect_names[holder->effect]);
    json_int(json, "cost_before", holder->points_was);
    json_int(json, "cost", holder->points_is);
    json_int(json, "people", (int64_t)holder->people);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "costs");
  for (size_t i = 0; i < plan->cost_count; i++) {
    json_begin_object(json);
    json_int(json, "person", plan->costs[i].person);
    json_text(json, "name", plan->costs[i].name);
    json_int(json, "cost_before", plan->costs[i].points_was);
    json_int(json, "cost", plan->costs[i].points_is);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "missing");
  for (size_t i = 0; i < plan->open_count; i++) {
    json_begin_object(json);
    write_whose(json, &plan->open[i].holder, plan->open[i].name);
    json_text(json, "state_before", timing_names[plan->open[i].was]);
    json_text(json, "state", timing_names[plan->open[i].is]);
    json_end(json);
  }
  json_end(json);
}

static void write_people(struct request *request, struct json *json, const struct date_plan *plan) {
  json_array_in(json, "people");
  for (size_t i = 0; i < plan->done.change_count; i++) {
    const struct extension_change *change = &plan->done.changes[i];
    json_begin_object(json);
    json_int(json, "person", change->person);
    json_text(json, "name", change->name);
    json_instant(json, "due_before", change->was.due);
    json_instant(json, "due", change->is.due);
    json_instant(json, "closes", change->is.closes);
    json_flag(json, "is_told", date_move_is_news(&request->act, change));
    json_end(json);
  }
  json_end(json);
}
