// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_routes.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/proposal_count.h"
#include "server/proposals/proposal_edit.h"
#include "server/proposals/proposal_submit.h"
#include "server/proposals/proposal_version_view.h"
#include "server/proposals/proposal_view.h"
#include "server/teams/team_rules.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, FIELD_CHARACTERS_MAX = 64, VALUES_MAX = 64 };

struct save_body {
  const char *field;
  struct raw_value value;
};

struct versions_query {
  int64_t after;
  int64_t limit;
};

struct changes_query {
  int64_t since;
};

struct count_body {
  const char *reason;
};

struct submit_query {
  bool is_dry_run;
};

static route_handler show, save, list_versions, show_version, show_changes, count_version, submit, begin_anew;
static enum err check_seen(struct request *request, const struct proposal_edit *edit);
static enum err reply_saved(struct request *request, const struct proposal_edit *edit);
static enum err load_version(struct request *request, int64_t version, struct proposal_version *out);

// clang-format off
static const struct field save_fields[] = {
  {"field", SHAPE_TEXT, REQUIRED, FIELD_CHARACTERS_MAX, offsetof(struct save_body, field), NO_PRESENT, NULL, NULL, "Which, by its id in the course file."},
  {"value", SHAPE_RAW,  REQUIRED, VALUES_MAX,           offsetof(struct save_body, value), NO_PRESENT, NULL, NULL, "Of a line, Markdown or statement: text. Of topics: a list of ids. Of a field per member: {\"PERSON\": \"text\"}, one part. Of a file: the number of an upload, or null."},
};
static const struct shape save_shape = {"ProposalSave", MEDIA_JSON, SHAPE_DOCUMENT_BYTES_MAX, sizeof(struct save_body), save_fields, 2};
static const struct field versions_fields[] = {
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct versions_query, after), NO_PRESENT, NULL, NULL, "The answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct versions_query, limit), NO_PRESENT, NULL, NULL, "How many, 50 unless told."},
};
static const struct shape versions_shape = {"ProposalVersionsPage", MEDIA_JSON, 0, sizeof(struct versions_query), versions_fields, 2};
static const struct field changes_fields[] = {
  {"since", SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct changes_query, since), NO_PRESENT, NULL, NULL, "The version to compare with; the one before unless told."},
};
static const struct shape changes_shape = {"ProposalChangesSince", MEDIA_JSON, 0, sizeof(struct changes_query), changes_fields, 1};
static const struct field submit_fields[] = {
  {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct submit_query, is_dry_run), NO_PRESENT, NULL, NULL, "Only say what is missing and what it would cost."},
};
static const struct shape submit_shape = {"ProposalSubmitDryRun", MEDIA_JSON, 0, sizeof(struct submit_query), submit_fields, 1};
static const struct field count_fields[] = {
  {"reason", SHAPE_LINES, REQUIRED, COUNT_REASON_CHARACTERS_MAX, offsetof(struct count_body, reason), NO_PRESENT, NULL, NULL, "Why; the team reads it."},
};
static const struct shape count_shape = {"ProposalCount", MEDIA_JSON, 8 * 1024, sizeof(struct count_body), count_fields, 1};

static const struct answer_field saved_fields[] = {
  {"proposal", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The proposal's number"},
  {"state",    ANSWER_CHOICE,  ANSWER_ALWAYS, AUDIENCE_TEAM, proposal_state_names, NULL, "Where it stands: saved is not submitted"},
  {"version",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The version that holds what was saved"},
  {"saved",    ANSWER_OBJECT,  ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &proposal_field_answer, "The field as it is now"},
  {"missing",  ANSWER_LIST,    ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &proposal_lack_answer, "What the proposal lacks before it can be submitted"},
};
static const struct answer saved_answer = {"ProposalSaved", NULL, false, saved_fields, sizeof saved_fields / sizeof *saved_fields};
static const struct answer_field cost_fields[] = {
  {"yours", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Points of 100 that its lateness costs you"},
  {"most",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "No dearer than this for anyone of the team"},
};
static const struct answer cost_answer = {"ProposalCost", NULL, false, cost_fields, 2};
static const struct answer_field submitted_fields[] = {
  {"dry_run",      ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "true: nothing was submitted"},
  {"state",        ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, proposal_state_names, NULL, "Where the proposal stands"},
  {"version",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The version that was submitted; of a dry run the newest"},
  {"submission",   ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The number under which it is handed in for its milestone"},
  {"judged_at",    ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The instant by which its lateness is judged"},
  {"is_revision",  ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "It is inside its window of revision, or of proposing anew: it costs no more than the first submission"},
  {"is_on_time",   ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "By what holds for the whole team alike"},
  {"cost",         ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &cost_answer, "Of its lateness"},
  {"missing",      ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &proposal_lack_answer, "Of a dry run: what it lacks"},
  {"open_changes", ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &proposal_open_answer, "Of a dry run: requested changes that are not answered"},
};
static const struct answer submitted_answer = {"ProposalSubmitted", NULL, false, submitted_fields, sizeof submitted_fields / sizeof *submitted_fields};

#define PROPOSAL "/courses/{course}/teams/{team}/proposal"
static const struct route rows[] = {
  {METHOD_GET,   PROPOSAL,                               ACCESS_TEAM, ROUTE_READ,  NULL, show,          NULL,            NULL,        200, &proposal_answer,          "The team's proposal: what it says, what is missing, where it stands"},
  {METHOD_PATCH, PROPOSAL,                               ACCESS_TEAM, ROUTE_WRITE, NULL, save,          NULL,            &save_shape, 200, &saved_answer,             "Save one field; If-Match names the version of it that you saw, unless it was never saved"},
  {METHOD_GET,   PROPOSAL "/versions",                   ACCESS_TEAM, ROUTE_READ,  NULL, list_versions, &versions_shape, NULL,        200, &proposal_versions_answer, "Its versions, newest first"},
  {METHOD_GET,   PROPOSAL "/versions/{version}",         ACCESS_TEAM, ROUTE_READ,  NULL, show_version,  NULL,            NULL,        200, &proposal_version_answer,  "What it said in a version"},
  {METHOD_GET,   PROPOSAL "/versions/{version}/changes", ACCESS_TEAM, ROUTE_READ,  NULL, show_changes,  &changes_shape,  NULL,        200, &proposal_changes_answer,  "What changed between two versions, field by field and word by word"},
  {METHOD_POST,  PROPOSAL "/versions/{version}/counting", ACCESS_STAFF, ROUTE_WRITE, NULL, count_version, NULL,           &count_shape, 200, &proposal_answer,         "Count a version that the team saved and did not submit, as submitted when it was saved"},
  {METHOD_POST,  PROPOSAL "/submissions",                ACCESS_TEAM, ROUTE_WRITE, NULL, submit,        &submit_shape,   NULL,        200, &submitted_answer,         "Submit it, or once changes were requested submit it again"},
  {METHOD_POST,  PROPOSAL "/rounds",                     ACCESS_TEAM, ROUTE_WRITE, NULL, begin_anew,    NULL,            NULL,        201, &proposal_answer,          "Propose anew after one that was not approved, beginning with what it said"},
};
// clang-format on

const struct route_table proposal_routes = {"proposals", rows, sizeof rows / sizeof rows[0]};

static enum err show(struct request *request) {
  struct json *json = reply_object(request);
  return proposal_view_write(&request->act, request_course(request), request_id(request, "team"), json);
}

static enum err save(struct request *request) {
  const struct save_body *body = request->input;
  const struct course_view *course = request_course(request);
  struct proposal_edit edit;
  enum err err =
      proposal_edit_read(&request->act, course, request_id(request, "team"), body->field, &body->value, &edit);
  if (err != ERR_OK)
    return err;
  // What is stored already is no conflict: the answer to the first save may have been lost on its way.
  if (proposal_edit_is_same(&edit))
    return reply_saved(request, &edit);
  err = check_seen(request, &edit);
  if (err == ERR_PRECONDITION)
    return proposal_edit_conflict(&request->act, &edit);
  if (err == ERR_OK)
    err = proposal_edit_save(&request->act, course, &edit);
  return err == ERR_OK ? reply_saved(request, &edit) : err;
}

static enum err list_versions(struct request *request) {
  const struct versions_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  int64_t limit = query->limit == 0 ? PAGE_DEFAULT : query->limit;
  struct proposal_version *list = NULL;
  size_t count = 0;
  struct team team;
  enum err err = team_get(&request->act, course->id, request_id(request, "team"), &team);
  if (err == ERR_OK)
    err = proposal_version_list(&request->act, course, team.id, query->after == 0 ? INT64_MAX : query->after, limit,
                                &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  proposal_view_write_versions(json, list, count);
  if (count == (size_t)limit)
    json_int(json, "next", list[count - 1].version);
  return ERR_OK;
}

static enum err show_version(struct request *request) {
  struct proposal_version version;
  enum err err = load_version(request, request_id(request, "version"), &version);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  return proposal_view_write_version(&request->act, request_course(request), &version, json);
}

static enum err show_changes(struct request *request) {
  const struct changes_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  struct proposal_version version, since, *list = NULL;
  size_t count = 0;
  enum err err = load_version(request, request_id(request, "version"), &version);
  if (err == ERR_OK && query->since != 0)
    err = load_version(request, query->since, &since);
  else if (err == ERR_OK)
    err = proposal_version_list(&request->act, course, request_id(request, "team"), version.version, 1, &list, &count);
  if (err != ERR_OK)
    return err;
  if (query->since == 0 && count == 0)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "This is the first version: there is none before it.");
  struct json *json = reply_object(request);
  return proposal_view_write_changes(&request->act, course, count == 1 ? &list[0] : &since, &version, json);
}

static enum err count_version(struct request *request) {
  const struct count_body *body = request->input;
  const struct course_view *course = request_course(request);
  int64_t team = request_id(request, "team");
  enum err err = proposal_count_version(&request->act, course, team, request_id(request, "version"), body->reason);
  return err == ERR_OK ? proposal_view_write(&request->act, course, team, reply_object(request)) : err;
}

static enum err submit(struct request *request) {
  const struct submit_query *query = request->query_input;
  struct proposal_readiness ready;
  enum err err =
      proposal_submit(&request->act, request_course(request), request_id(request, "team"), query->is_dry_run, &ready);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", query->is_dry_run);
  json_text(json, "state", proposal_state_names[ready.proposal.state]);
  json_int(json, "version", ready.proposal.version);
  json_int_or_null(json, "submission", ready.submission);
  json_instant(json, "judged_at", ready.judged_at);
  json_flag(json, "is_revision", ready.is_in_window);
  json_flag(json, "is_on_time", ready.is_on_time);
  json_object_in(json, "cost");
  json_int(json, "yours", ready.cost.yours);
  json_int(json, "most", ready.cost.most);
  json_end(json);
  proposal_view_write_lacks(json, ready.lacks, ready.lack_count);
  proposal_view_write_open(json, ready.open, ready.open_count);
  return ERR_OK;
}

static enum err begin_anew(struct request *request) {
  const struct course_view *course = request_course(request);
  struct proposal proposal;
  enum err err = proposal_begin_anew(&request->act, course, request_id(request, "team"), &proposal);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/teams/%" PRId64 "/proposal", course->slug, proposal.team);
  return proposal_view_write(&request->act, course, proposal.team, json);
}

// Without If-Match the caller has seen no save; "0" says so, too.
static enum err check_seen(struct request *request, const struct proposal_edit *edit) {
  int64_t version = edit->current.version;
  const char *seen = request_header(request, "if-match");
  if (version == 0 && (seen == NULL || text_equal(seen, "\"0\"")))
    return ERR_OK;
  if (seen != NULL)
    return request_if_match(request, version);
  reply_header(request, "ETag", arena_format(request->arena, "\"%" PRId64 "\"", version));
  return ERR_PRECONDITION;
}

static enum err reply_saved(struct request *request, const struct proposal_edit *edit) {
  const struct act *act = &request->act;
  const struct course_view *course = request_course(request);
  const struct proposal_lack *lacks = NULL;
  size_t count = 0;
  enum err err = proposal_lacks(act, course, &edit->proposal, &lacks, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_header(request, "ETag", arena_format(request->arena, "\"%" PRId64 "\"", edit->current.version));
  json_int(json, "proposal", edit->proposal.id);
  json_text(json, "state", proposal_state_names[edit->proposal.state]);
  json_int(json, "version", edit->proposal.version);
  json_object_in(json, "saved");
  if ((err = proposal_view_write_field(act, course, &edit->proposal, edit->field, json)) != ERR_OK)
    return err;
  json_end(json);
  proposal_view_write_lacks(json, lacks, count);
  return ERR_OK;
}

static enum err load_version(struct request *request, int64_t version, struct proposal_version *out) {
  const struct course_view *course = request_course(request);
  struct team team;
  enum err err = team_get(&request->act, course->id, request_id(request, "team"), &team);
  return err == ERR_OK ? proposal_version_get(&request->act, course, team.id, version, out) : err;
}
