// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move_view.h"

#include "server/milestones/date_move_words.h"

static void write_whose(struct json *json, const struct holder *holder, const char *name);
static void write_changes(struct json *json, const struct date_plan *plan);
static void write_people(const struct act *act, struct json *json, const struct date_plan *plan);

static const char *const timing_names[] = {[TIMING_NOT_OPEN] = "not open",
                                           [TIMING_ON_TIME] = "open",
                                           [TIMING_LATE] = "late",
                                           [TIMING_CLOSED] = "closed",
                                           NULL};

// clang-format off
static const struct answer_field dates_fields[] = {
  {"opens",  ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "From when on work is taken"},
  {"due",    ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when it costs nothing"},
  {"closes", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when late work is taken, stated or by the late policy"},
};
const struct answer date_stated_answer = {"MilestoneDatesStated", NULL, false, dates_fields, sizeof dates_fields / sizeof *dates_fields};
static const struct answer_field holder_fields[] = {
  {"team",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"person",      ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Or the student whose own work it is"},
  {"name",        ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or the student's"},
  {"effect",      ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, date_effect_names, NULL, "What becomes of their work"},
  {"cost_before", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The most points that lateness cost any of them"},
  {"cost",        ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The most that it costs any of them from now on"},
  {"people",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "For how many of them the cost changes"},
};
const struct answer date_holder_answer = {"DatesHolder", NULL, false, holder_fields, sizeof holder_fields / sizeof *holder_fields};
static const struct answer_field cost_fields[] = {
  {"person",      ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name",        ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"cost_before", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Points that lateness cost them"},
  {"cost",        ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Points that it costs them from now on"},
};
const struct answer date_cost_answer = {"DatesCost", NULL, false, cost_fields, sizeof cost_fields / sizeof *cost_fields};
static const struct answer_field open_fields[] = {
  {"team",         ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"person",       ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Or the student whose own work it is"},
  {"name",         ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or the student's"},
  {"state_before", ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, timing_names, NULL, "Where they stood at this moment"},
  {"state",        ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, timing_names, NULL, "Where they stand from now on"},
};
const struct answer date_open_answer = {"DatesMissing", NULL, false, open_fields, sizeof open_fields / sizeof *open_fields};
static const struct answer_field person_fields[] = {
  {"person",     ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name",       ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"due_before", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What held for them"},
  {"due",        ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What holds, their extensions counted"},
  {"closes",     ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Until when their late work earns something"},
  {"is_told",    ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "false: it is over and costs them the same, or the course is a draft"},
};
const struct answer date_person_answer = {"DatesPerson", NULL, false, person_fields, sizeof person_fields / sizeof *person_fields};
// clang-format on

void date_plan_write_dates(struct json *json, const char *name, const struct milestone *milestone) {
  json_object_in(json, name);
  json_instant(json, "opens", milestone->opens);
  json_instant(json, "due", milestone->due);
  json_instant(json, "closes", milestone->closes);
  json_end(json);
}

void date_plan_write_effects(const struct act *act, struct json *json, const struct date_plan *plan) {
  write_changes(json, plan);
  write_people(act, json, plan);
}

static void write_whose(struct json *json, const struct holder *holder, const char *name) {
  json_int_or_null(json, "team", holder->team);
  json_int_or_null(json, "person", holder->person);
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

static void write_people(const struct act *act, struct json *json, const struct date_plan *plan) {
  json_array_in(json, "people");
  for (size_t i = 0; i < plan->done.change_count; i++) {
    const struct extension_change *change = &plan->done.changes[i];
    json_begin_object(json);
    json_int(json, "person", change->person);
    json_text(json, "name", change->name);
    json_instant(json, "due_before", change->was.due);
    json_instant(json, "due", change->is.due);
    json_instant(json, "closes", change->is.closes);
    json_flag(json, "is_told", date_move_is_news(act, plan, change));
    json_end(json);
  }
  json_end(json);
}
