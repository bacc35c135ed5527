// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/outage_routes.h"

#include "server/milestones/extension_view.h"
#include "server/milestones/outage.h"

struct outage_body {
  int64_t margin_minutes;
  bool has_margin;
};

static route_handler list_outages, extend;
static extension_act do_extend;

// clang-format off
static const struct field body_fields[] = {
  {"margin_minutes", SHAPE_INTEGER, OPTIONAL, OUTAGE_MARGIN_MINUTES_MAX, offsetof(struct outage_body, margin_minutes), offsetof(struct outage_body, has_margin), NULL, NULL, "On top of the time that was lost; 60 unless told"},
};
static const struct shape body_shape = {"OutageExtension", MEDIA_JSON, 256, sizeof(struct outage_body), body_fields, 1};

static const struct answer_field hit_fields[] = {
  {"milestone", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Its id"},
  {"not_in",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Teams and lab students whose due or close it was and who had not handed in"},
};
static const struct answer hit_answer = {"OutageMilestone", NULL, false, hit_fields, sizeof hit_fields / sizeof *hit_fields};
static const struct answer_field outage_fields[] = {
  {"id",         ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Its number"},
  {"cause",      ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, outage_cause_names, NULL, "down: the server was not running; store: it answered changes with 503"},
  {"from",       ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The last sign of life, or of taking changes, before"},
  {"until",      ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The first sign of life after, or the last half minute with a 503"},
  {"granted_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "When its extension was given"},
  {"milestones", ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &hit_answer, "What it spanned"},
};
static const struct answer outage_answer = {"Outage", NULL, false, outage_fields, sizeof outage_fields / sizeof *outage_fields};
static const struct answer_field outages_fields[] = {
  {"outages", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &outage_answer, "Newest first"},
};
static const struct answer outages_answer = {"Outages", NULL, false, outages_fields, sizeof outages_fields / sizeof *outages_fields};

static const struct route rows[] = {
  {METHOD_GET,  "/courses/{course}/outages",                    ACCESS_STAFF, ROUTE_READ,  NULL, list_outages, NULL,             NULL,        200, &outages_answer,        "Times without the server that spanned a deadline"},
  {METHOD_POST, "/courses/{course}/outages/{outage}/extension", ACCESS_STAFF, ROUTE_WRITE, NULL, extend,       &extension_query, &body_shape, 200, &extension_done_answer, "Give all who were not in the lost time, and a margin"},
};
// clang-format on

const struct route_table outage_routes = {"outages", rows, sizeof rows / sizeof rows[0]};

static enum err list_outages(struct request *request) {
  struct outage *list = NULL;
  size_t count = 0;
  enum err err = outage_list(&request->act, request_course(request), &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "outages");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "id", list[i].id);
    json_text(json, "cause", outage_cause_names[list[i].cause]);
    json_instant(json, "from", list[i].from);
    json_instant(json, "until", list[i].until);
    json_instant_or_null(json, "granted_at", list[i].granted_at);
    json_array_in(json, "milestones");
    for (size_t j = 0; j < list[i].milestone_count; j++) {
      json_begin_object(json);
      json_text(json, "milestone", list[i].milestones[j].milestone);
      json_int(json, "not_in", list[i].milestones[j].not_in);
      json_end(json);
    }
    json_end(json);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err extend(struct request *request) { return extension_reply(request, do_extend); }

static enum err do_extend(struct request *request, struct extension_done *done) {
  const struct outage_body *body = request->input;
  int64_t minutes = body->has_margin ? body->margin_minutes : OUTAGE_MARGIN_MINUTES;
  return outage_extend(&request->act, request_course(request), request_id(request, "outage"), minutes * 60, done);
}
