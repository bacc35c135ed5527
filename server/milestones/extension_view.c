// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_view.h"

struct extension_choice {
  bool is_dry_run;
};

static enum err run_dry(struct request *request, extension_act *run);
static void write_done(struct request *request, const struct extension_done *done, bool is_dry_run);
static void write_change(struct json *json, const struct extension_change *change);

static const struct field query_fields[] = {
    {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct extension_choice, is_dry_run), NO_PRESENT, NULL, NULL,
     "Only say whom it concerns and what it changes for them."},
};
const struct shape extension_query = {"ExtensionChoice", MEDIA_JSON, 0, sizeof(struct extension_choice),
                                      query_fields,      1};

// clang-format off
static const struct answer_field change_fields[] = {
  {"person",     ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name",       ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"milestone",  ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "Its id"},
  {"due_before", ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "What held for them"},
  {"due",        ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "What holds"},
  {"closes",     ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL, "Until when their late work earns something"},
  {"cost_before", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Points that lateness cost them; of what is handed in"},
  {"cost",       ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Points that it costs them"},
};
static const struct answer change_answer = {"ExtensionChange", NULL, false, change_fields, sizeof change_fields / sizeof *change_fields};
static const struct answer_field done_fields[] = {
  {"dry_run",    ANSWER_FLAG,         ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "true: nothing was changed and nobody told"},
  {"extensions", ANSWER_INTEGER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The numbers of the extensions; of a dry run none"},
  {"count",      ANSWER_INTEGER,      ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "How many extensions it makes, or takes back"},
  {"changes",    ANSWER_LIST,         ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &change_answer, "For whom it changes something; they are told"},
};
const struct answer extension_done_answer = {"ExtensionDone", NULL, false, done_fields, sizeof done_fields / sizeof *done_fields};
// clang-format on

enum err extension_reply(struct request *request, extension_act *run) {
  const struct extension_choice *choice = request->query_input;
  if (choice != NULL && choice->is_dry_run)
    return run_dry(request, run);
  struct extension_done done;
  enum err err = run(request, &done);
  if (err == ERR_OK)
    write_done(request, &done, false);
  return err;
}

// What it would do is found out by doing it.
static enum err run_dry(struct request *request, extension_act *run) {
  struct db *db = request->act.db;
  enum err err = db_savepoint(db);
  if (err != ERR_OK)
    return err;
  struct extension_done done;
  if ((err = run(request, &done)) == ERR_OK)
    write_done(request, &done, true);
  enum err back = db_in_transaction(db) ? db_savepoint_rollback(db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static void write_done(struct request *request, const struct extension_done *done, bool is_dry_run) {
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", is_dry_run);
  json_array_in(json, "extensions");
  for (size_t i = 0; !is_dry_run && i < done->id_count; i++)
    json_int(json, NULL, done->ids[i]);
  json_end(json);
  json_int(json, "count", (int64_t)done->holders);
  json_array_in(json, "changes");
  for (size_t i = 0; i < done->change_count; i++)
    write_change(json, &done->changes[i]);
  json_end(json);
}

static void write_change(struct json *json, const struct extension_change *change) {
  json_begin_object(json);
  json_int(json, "person", change->person);
  json_text(json, "name", change->name);
  json_text(json, "milestone", change->milestone->id);
  json_instant(json, "due_before", change->was.due);
  json_instant(json, "due", change->is.due);
  json_instant(json, "closes", change->is.closes);
  if (change->has_cost) {
    json_int(json, "cost_before", change->points_was);
    json_int(json, "cost", change->points_is);
  }
  json_end(json);
}
