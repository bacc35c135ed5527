// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_routes.h"

#include "common/base/text.h"
#include "server/accounts/services.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/date_move_view.h"
#include "server/milestones/syllabus_change.h"

struct put_choice {
  bool is_dry_run;
  bool is_confirmed;
};

static route_handler put_file;
static enum err run(struct request *request, const struct put_choice *choice);
static void write_plan(struct request *request, const struct put_choice *choice, const struct syllabus_plan *plan);
static void write_differences(struct json *json, const struct syllabus_diff *diff);
static void write_moves(const struct act *act, struct json *json, const struct syllabus_plan *plan);
static void write_warnings(struct json *json, const struct findings *findings);

static const char *const audience_names[] = {[SYLLABUS_NOBODY] = "nobody",
                                             [SYLLABUS_EVERYBODY] = "everybody",
                                             [SYLLABUS_CARDLESS] = "without info card",
                                             [SYLLABUS_UNREGISTERED] = "not registered",
                                             [SYLLABUS_TEAM_TRACK] = "team track",
                                             [SYLLABUS_LAB_TRACK] = "lab track",
                                             [SYLLABUS_LAB_LINE] = "lab line",
                                             [SYLLABUS_PROPOSING] = "proposing",
                                             NULL};

// clang-format off
static const struct shape file_shape = {"CourseFileChanged", MEDIA_YAML, COURSE_FILE_BYTES_MAX, 0, NULL, 0};
static const struct field choice_fields[] = {
  {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct put_choice, is_dry_run),   NO_PRESENT, NULL, NULL, "Only say what it would do, and to whom"},
  {"confirm", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct put_choice, is_confirmed), NO_PRESENT, NULL, NULL, "Also what moves earlier, touches the next 48 hours, or closes again what had opened"},
};
static const struct shape choice_shape = {"CourseFileChoice", MEDIA_JSON, 0, sizeof(struct put_choice), choice_fields, 2};

static const struct answer_field difference_fields[] = {
  {"section", ANSWER_TEXT,   ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Of the course file: `milestones`"},
  {"subject", ANSWER_TEXT,   ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "An id in it"},
  {"words",   ANSWER_TEXT,   ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "What differs, a sentence"},
  {"told",    ANSWER_CHOICE, ANSWER_ALWAYS,   AUDIENCE_STAFF, audience_names, NULL, "Which students it concerns"},
};
static const struct answer difference_answer = {"CourseFileDifference", NULL, false, difference_fields, sizeof difference_fields / sizeof *difference_fields};
static const struct answer_field move_fields[] = {
  {"milestone", ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Its id"},
  {"before",    ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_stated_answer, "Its dates as they were"},
  {"after",     ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_stated_answer, "As they become"},
  {"words",     ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "All of it in sentences"},
  {"holders",   ANSWER_LIST,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_holder_answer, "Whose work becomes late, dearer, cheaper, or is no longer late"},
  {"costs",     ANSWER_LIST,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_cost_answer, "For which people, those included who dropped since"},
  {"missing",   ANSWER_LIST,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_open_answer, "Who has nothing in, and stands elsewhere by the clock from now on"},
  {"people",    ANSWER_LIST,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &date_person_answer, "Students for whom a date or a cost changes"},
};
static const struct answer move_answer = {"CourseFileMove", NULL, false, move_fields, sizeof move_fields / sizeof *move_fields};
static const struct answer_field warning_fields[] = {
  {"line",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "In the file, from 1; 0: the whole of it"},
  {"column",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "In the line, from 1"},
  {"message", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What to look at"},
};
static const struct answer warning_answer = {"CourseFileWarning", NULL, false, warning_fields, sizeof warning_fields / sizeof *warning_fields};
static const struct answer_field plan_fields[] = {
  {"dry_run",            ANSWER_FLAG,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "true: nothing was changed and nobody told"},
  {"changed",            ANSWER_FLAG,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "false: this is the stored file, byte for byte"},
  {"version",            ANSWER_INTEGER,   ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Of the stored file: after the change; in a dry run the one that the plan is made on, for If-Match"},
  {"needs_confirmation", ANSWER_FLAG,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Whether it is refused without `confirm`"},
  {"why",                ANSWER_TEXT,      ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Why it needs confirmation"},
  {"words",              ANSWER_TEXT,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "All of it in sentences"},
  {"changes",            ANSWER_LIST,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &difference_answer, "What differs, but for the dates of milestones"},
  {"moves",              ANSWER_LIST,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &move_answer, "Milestones with other dates or another late policy, and what that does"},
  {"notes",              ANSWER_TEXT_LIST, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "What else follows"},
  {"told",               ANSWER_INTEGER,   ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Students who get a message of what changes for them, one each"},
  {"warnings",           ANSWER_LIST,      ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &warning_answer, "As `tandem check` gives them"},
};
static const struct answer plan_answer = {"CourseFilePlan", NULL, false, plan_fields, sizeof plan_fields / sizeof *plan_fields};

static const struct route rows[] = {
  {METHOD_PUT, "/courses/{course}/syllabus", ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, put_file, &choice_shape, &file_shape, 200, &plan_answer, "Another course file: the plan, then all of it at once"},
};
// clang-format on

const struct route_table syllabus_routes = {"course file", rows, sizeof rows / sizeof rows[0]};

// A plan changes nothing, so that it may be made without having seen the stored file.
static enum err put_file(struct request *request) {
  const struct put_choice *choice = request->query_input;
  int64_t version = request_course(request)->version;
  enum err err = choice->is_dry_run ? request_if_match(request, version) : request_need_match(request, version);
  if (err != ERR_OK || !choice->is_dry_run)
    return err == ERR_OK ? run(request, choice) : err;
  struct db *db = request->act.db;
  if ((err = db_savepoint(db)) != ERR_OK)
    return err;
  err = run(request, choice);
  enum err back = db_in_transaction(db) ? db_savepoint_rollback(db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static enum err run(struct request *request, const struct put_choice *choice) {
  const struct syllabus_wish wish = {.text = request->body,
                                     .size = request->body_size,
                                     .is_confirmed = choice->is_confirmed,
                                     .is_dry_run = choice->is_dry_run};
  struct syllabus_plan plan;
  enum err err =
      syllabus_change(&request->act, request_services(request)->library, request_course(request), &wish, &plan);
  if (err == ERR_OK)
    write_plan(request, choice, &plan);
  return err;
}

static void write_plan(struct request *request, const struct put_choice *choice, const struct syllabus_plan *plan) {
  reply_header(request, "ETag", arena_format(request->arena, "\"%lld\"", (long long)plan->version));
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", choice->is_dry_run);
  json_flag(json, "changed", plan->is_changed);
  json_int(json, "version", plan->version);
  json_flag(json, "needs_confirmation", plan->why_confirm != NULL);
  json_text(json, "why", plan->why_confirm);
  json_text(json, "words", plan->words);
  write_differences(json, &plan->diff);
  write_moves(&request->act, json, plan);
  json_array_in(json, "notes");
  for (size_t i = 0; i < plan->note_count; i++)
    json_text(json, NULL, plan->notes[i]);
  json_end(json);
  json_int(json, "told", plan->told);
  write_warnings(json, &plan->warnings);
}

static void write_differences(struct json *json, const struct syllabus_diff *diff) {
  json_array_in(json, "changes");
  for (size_t i = 0; i < diff->count; i++) {
    json_begin_object(json);
    json_text(json, "section", diff->list[i].section);
    json_text(json, "subject", diff->list[i].subject);
    json_text(json, "words", diff->list[i].words);
    json_text(json, "told", audience_names[diff->list[i].audience]);
    json_end(json);
  }
  json_end(json);
}

static void write_moves(const struct act *act, struct json *json, const struct syllabus_plan *plan) {
  json_array_in(json, "moves");
  for (size_t i = 0; i < plan->diff.move_count; i++) {
    const struct date_plan *move = &plan->moves[i];
    json_begin_object(json);
    json_text(json, "milestone", move->is->id);
    date_plan_write_dates(json, "before", move->was);
    date_plan_write_dates(json, "after", move->is);
    json_text(json, "words", move->words);
    date_plan_write_effects(act, json, move);
    json_end(json);
  }
  json_end(json);
}

static void write_warnings(struct json *json, const struct findings *findings) {
  json_array_in(json, "warnings");
  for (size_t i = 0; i < findings->count; i++) {
    json_begin_object(json);
    json_int(json, "line", findings->list[i].line);
    json_int(json, "column", findings->list[i].column);
    json_text(json, "message", findings->list[i].message);
    json_end(json);
  }
  json_end(json);
}
