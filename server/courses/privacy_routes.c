// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/privacy_routes.h"

#include <inttypes.h>

#include "server/accounts/me.h"
#include "server/courses/privacy.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

struct erase_query {
  bool is_dry_run;
};

static route_handler export_mine, export_person, erase_person;
static enum err write_export(struct request *request, int64_t person);
static void write_report(struct request *request, int64_t person, bool is_dry_run, const struct privacy_report *report);

static const struct field erase_fields[] = {
    {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct erase_query, is_dry_run), NO_PRESENT, NULL, NULL,
     "Says what would be erased, and what forbids it; changes nothing."},
};
static const struct shape erase_query_shape = {"EraseQuery", MEDIA_JSON, 0, sizeof(struct erase_query),
                                               erase_fields, 1};

// clang-format off
// Of every table of the store: as docs/operations.md says.
static const struct answer person_data_answer = {"PersonData", "application/json", false, NULL, 0};
static const struct answer_field erased_answer_fields[] = {
  {"table", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "A table of the store"},
  {"rows", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Rows that go, or from which something goes"},
};
static const struct answer erased_answer = {"ErasedTable", NULL, false, erased_answer_fields, sizeof erased_answer_fields / sizeof *erased_answer_fields};
static const struct answer_field stays_answer_fields[] = {
  {"table", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "A table of the store"},
  {"what", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "What is not erased, and why"},
};
static const struct answer stays_answer = {"StayingTable", NULL, false, stays_answer_fields, sizeof stays_answer_fields / sizeof *stays_answer_fields};
static const struct answer_field erasure_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "What they are called from now on"},
  {"dry_run", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Whether nothing was erased"},
  {"blockers", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Why it is refused, in words"},
  {"erased", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &erased_answer, "What goes"},
  {"stays", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &stays_answer, "What does not"},
};
static const struct answer erasure_answer = {"Erasure", NULL, false, erasure_answer_fields, sizeof erasure_answer_fields / sizeof *erasure_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    "/me/data",              ACCESS_ACCOUNT,  ROUTE_WORK,  export_mine,   NULL,         NULL,               NULL, 200, &person_data_answer, "All that the store holds on oneself, as a file"},
  {METHOD_GET,    "/people/{person}/data", ACCESS_OPERATOR, ROUTE_WORK,  export_person, NULL,         NULL,               NULL, 200, &person_data_answer, "All that the store holds on a person, as a file"},
  {METHOD_DELETE, "/people/{person}/data", ACCESS_OPERATOR, ROUTE_WRITE, NULL,          erase_person, &erase_query_shape, NULL, 200, &erasure_answer,     "Erases a person's data; placements and the audit's chain stay"},
};
// clang-format on

const struct route_table privacy_routes = {"privacy", rows, sizeof rows / sizeof *rows};

static enum err export_mine(struct request *request) {
  enum err err = me_check(request);
  return err != ERR_OK ? err : write_export(request, request->who.person);
}

static enum err export_person(struct request *request) { return write_export(request, request_id(request, "person")); }

static enum err erase_person(struct request *request) {
  const struct erase_query *query = request->query_input;
  int64_t person = request_id(request, "person");
  struct privacy_report report;
  enum err err = privacy_erase(&request->act, request_services(request), person, query->is_dry_run, &report);
  if (err == ERR_NOT_FOUND)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".",
                         person);
  if (err == ERR_OK)
    write_report(request, person, query->is_dry_run, &report);
  return err;
}

static enum err write_export(struct request *request, int64_t person) {
  struct person known;
  enum err err = person_get(request->act.db, request->arena, person, &known);
  if (err == ERR_NOT_FOUND)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".",
                         person);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int(json, "person", person);
  json_instant(json, "exported_at", request->act.now);
  json_object_in(json, "data");
  if ((err = privacy_export(&request->act, person, json)) != ERR_OK)
    return err;
  json_end(json);
  reply_header(request, "Content-Disposition",
               arena_format(request->arena, "attachment; filename=\"tandem-person-%" PRId64 ".json\"", person));
  return ERR_OK;
}

static void write_report(struct request *request, int64_t person, bool is_dry_run,
                         const struct privacy_report *report) {
  struct json *json = reply_object(request);
  json_int(json, "person", person);
  json_text(json, "name", report->name);
  json_flag(json, "dry_run", is_dry_run);
  json_array_in(json, "blockers");
  for (size_t i = 0; i < report->blocker_count; i++)
    json_text(json, NULL, report->blockers[i]);
  json_end(json);
  json_array_in(json, "erased");
  for (size_t i = 0; i < report->erased_count; i++) {
    json_begin_object(json);
    json_text(json, "table", report->erased[i].table);
    json_int(json, "rows", report->erased[i].rows);
    json_end(json);
  }
  json_end(json);
  privacy_write_stays(json);
}
