// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/decision_routes.h"

#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/decision.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/review.h"

enum { FIELD_CHARACTERS_MAX = 64 };

struct decision_body {
  int verdict; // of verdict_choices
  const char *comment;
  struct item_list changes; // struct change_new
  int64_t propose_anew_by;
  int64_t submitted_at;
};

struct decisions_body {
  struct integer_list teams;
  int verdict;
  const char *comment;
  struct item_list changes;
  int64_t propose_anew_by;
};

struct reopening_body {
  const char *reason;
  struct item_list changes;
};

struct answer_body {
  const char *text;
};

struct acceptance_body {
  bool is_accepted;
};

static route_handler decide, decide_many, take_back, list_decisions, read_decision, reopen, list_changes, answer_change,
    accept_change;
static struct decision_new wanted_from(int verdict, const char *comment, const struct item_list *changes,
                                       int64_t propose_anew_by);
static enum err check_teams(const struct act *act, const struct integer_list *teams);
static enum err write_decision(struct request *request, const struct decision *decision, struct json *json);
static enum err reply_decision(struct request *request, int64_t team, int64_t id);
static enum err reply_change(struct request *request, int64_t team, int64_t id);
static void write_change(const struct course_view *course, const struct change_item *item, struct json *json);

// The place says what is meant: verdict, then recommended, then "as recommended".
static const char *const verdict_choices[] = {"approve",
                                              "approve with conditions",
                                              "request changes",
                                              "decline",
                                              "recommend approve",
                                              "recommend approve with conditions",
                                              "recommend request changes",
                                              "recommend decline",
                                              "as recommended",
                                              NULL};
enum { CHOICE_AS_RECOMMENDED = 2 * VERDICTS };

// clang-format off
static const struct field change_fields[] = {
  {"field", SHAPE_TEXT,  OPTIONAL, FIELD_CHARACTERS_MAX,  offsetof(struct change_new, field), NO_PRESENT, NULL, NULL, "The field that it is about, by its id; left out: the proposal as a whole."},
  {"text",  SHAPE_LINES, REQUIRED, CHANGE_CHARACTERS_MAX, offsetof(struct change_new, text),  NO_PRESENT, NULL, NULL, "What is to be changed."},
};
static const struct shape change_shape = {"ProposalChangeNew", MEDIA_JSON, 16 * 1024, sizeof(struct change_new), change_fields, 2};

#define VERDICT(body) {"verdict", SHAPE_CHOICE, REQUIRED, 0, offsetof(struct body, verdict), NO_PRESENT, verdict_choices, NULL, "The decision, or what you recommend to who decides; \"as recommended\" decides what was recommended last."}
#define COMMENT(body) {"comment", SHAPE_LINES, OPTIONAL, DECISION_CHARACTERS_MAX, offsetof(struct body, comment), NO_PRESENT, NULL, NULL, "To the team, with the decision; needed to decline and for conditions. Of a recommendation: what you would tell the team."}
#define CHANGES(body) {"changes", SHAPE_LIST, OPTIONAL, CHANGES_MAX, offsetof(struct body, changes), NO_PRESENT, NULL, &change_shape, "What to change, item by item: the team answers each."}
#define ANEW(body) {"propose_anew_by", SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct body, propose_anew_by), NO_PRESENT, NULL, NULL, "Of a decline: until when the team may propose anew without being late."}

static const struct field decision_fields[] = {
  VERDICT(decision_body), COMMENT(decision_body), CHANGES(decision_body), ANEW(decision_body),
  {"submitted_at", SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct decision_body, submitted_at), NO_PRESENT, NULL, NULL, "Of the submission that you have read: when another one stands by now, nothing is decided."},
};
static const struct shape decision_shape = {"ProposalDecisionNew", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct decision_body), decision_fields, 5};

static const struct field decisions_fields[] = {
  {"teams", SHAPE_INTEGER_LIST, REQUIRED, DECISIONS_AT_ONCE, offsetof(struct decisions_body, teams), NO_PRESENT, NULL, NULL, "All of them are decided, or none."},
  VERDICT(decisions_body), COMMENT(decisions_body), CHANGES(decisions_body), ANEW(decisions_body),
};
static const struct shape decisions_shape = {"ProposalDecisionsNew", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct decisions_body), decisions_fields, 5};

static const struct field reopening_fields[] = {
  {"reason", SHAPE_LINES, REQUIRED, DECISION_CHARACTERS_MAX, offsetof(struct reopening_body, reason), NO_PRESENT, NULL, NULL, "Why; the team reads it."},
  CHANGES(reopening_body),
};
static const struct shape reopening_shape = {"ProposalReopening", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct reopening_body), reopening_fields, 2};

static const struct field answer_fields[] = {
  {"text", SHAPE_LINES, REQUIRED, CHANGE_ANSWER_CHARACTERS_MAX, offsetof(struct answer_body, text), NO_PRESENT, NULL, NULL, "What you changed, or why not."},
};
static const struct shape answer_shape = {"ProposalChangeAnswer", MEDIA_JSON, 32 * 1024, sizeof(struct answer_body), answer_fields, 1};

static const struct field acceptance_fields[] = {
  {"accepted", SHAPE_FLAG, REQUIRED, 0, offsetof(struct acceptance_body, is_accepted), NO_PRESENT, NULL, NULL, "false takes it back."},
};
static const struct shape acceptance_shape = {"ProposalChangeAcceptance", MEDIA_JSON, 256, sizeof(struct acceptance_body), acceptance_fields, 1};

static const struct answer_field item_answer_fields[] = {
  {"field", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The field that it is about; null: the proposal as a whole"},
  {"text",  ANSWER_TEXT, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What is to be changed"},
};
static const struct answer item_answer = {"ProposalChangeAsked", NULL, false, item_answer_fields, sizeof item_answer_fields / sizeof *item_answer_fields};

static const struct answer_field decision_answer_fields[] = {
  {"id",              ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "Its number"},
  {"team",            ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "On whose proposal"},
  {"round",           ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "1; 2 and on: proposed anew"},
  {"kind",            ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_TEAM,  decision_kind_names, NULL,         "The team sees no recommendation"},
  {"verdict",         ANSWER_CHOICE,  ANSWER_NULLABLE,  AUDIENCE_TEAM,  verdict_names,       NULL,         "null: of a reopening"},
  {"comment",         ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "What the team is told with it"},
  {"changes",         ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                &item_answer, "What is to be changed"},
  {"by_name",         ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL,                NULL,         "Whose it is; null: the operator's"},
  {"at",              ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "When"},
  {"revise_until",    ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL,                NULL,         "Of requested changes: what is submitted until then is not late"},
  {"propose_anew_by", ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL,                NULL,         "Of a decline, when stated"},
  {"told_at",         ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL,                NULL,         "When the team was told; null: it does not know"},
  {"read",            ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL,                NULL,         "Whether you have read it, as a member of the team"},
  {"by",              ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL,                NULL,         "Whose it is, by number"},
  {"submitted_at",    ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL,                NULL,         "Of the submission that it is on"},
  {"taken_back_at",   ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL,                NULL,         "When it was taken back; null: it was not"},
  {"take_back_until", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL,                NULL,         "Until when it can be; null: it cannot"},
};
static const struct answer decision_answer = {"ProposalDecision", NULL, false, decision_answer_fields, sizeof decision_answer_fields / sizeof *decision_answer_fields};
static const struct answer_field decisions_answer_fields[] = {
  {"decisions", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &decision_answer, "Oldest first"},
};
static const struct answer decisions_answer = {"ProposalDecisions", NULL, false, decisions_answer_fields, sizeof decisions_answer_fields / sizeof *decisions_answer_fields};

static const struct answer_field change_answer_fields[] = {
  {"id",               ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL,               NULL, "Its number"},
  {"decision",         ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL,               NULL, "The decision that asks for it"},
  {"field",            ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL,               NULL, "The field that it is about; null: the proposal as a whole"},
  {"text",             ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL,               NULL, "What is to be changed"},
  {"state",            ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, change_state_names, NULL, "Open ones keep the proposal from being submitted again"},
  {"asked_at",         ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL,               NULL, "When it was asked for"},
  {"answer",           ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL,               NULL, "The team's answer"},
  {"answered_by_name", ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL,               NULL, "Who of the team gave it"},
  {"answered_at",      ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL,               NULL, "When"},
  {"accepted_at",      ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL,               NULL, "When staff accepted it"},
  {"told",             ANSWER_FLAG,    ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL,             NULL, "Whether the team knows of it"},
};
static const struct answer change_answer_table = {"ProposalRequestedChange", NULL, false, change_answer_fields, sizeof change_answer_fields / sizeof *change_answer_fields};
static const struct answer_field changes_answer_fields[] = {
  {"changes", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &change_answer_table, "In the order in which they were asked for"},
};
static const struct answer changes_answer = {"ProposalRequestedChanges", NULL, false, changes_answer_fields, sizeof changes_answer_fields / sizeof *changes_answer_fields};

#define PROPOSAL "/courses/{course}/teams/{team}/proposal"

static const struct route rows[] = {
  {METHOD_GET,    PROPOSAL "/decisions",                    ACCESS_TEAM,  ROUTE_READ,  NULL, list_decisions, NULL, NULL,              200, &decisions_answer,    "What was decided on the team's proposals; to staff recommendations too"},
  {METHOD_POST,   PROPOSAL "/decisions",                    ACCESS_STAFF, ROUTE_WRITE, NULL, decide,         NULL, &decision_shape,   201, &decision_answer,     "Decide on a submitted proposal, or recommend a decision; the team is told 10 minutes later"},
  {METHOD_DELETE, PROPOSAL "/decisions/{decision}",         ACCESS_STAFF, ROUTE_WRITE, NULL, take_back,      NULL, NULL,              204, NULL,                 "Take a decision back, within 10 minutes"},
  {METHOD_PUT,    PROPOSAL "/decisions/{decision}/reading", ACCESS_TEAM,  ROUTE_WRITE, NULL, read_decision,  NULL, NULL,              204, NULL,                 "Say that you have read the decision on your team's proposal"},
  {METHOD_POST,   PROPOSAL "/reopenings",                   ACCESS_STAFF, ROUTE_WRITE, NULL, reopen,         NULL, &reopening_shape,  201, &decision_answer,     "Open a decided proposal again, or give more time to revise; the team is told at once"},
  {METHOD_POST,   "/courses/{course}/proposal-decisions",   ACCESS_STAFF, ROUTE_WRITE, NULL, decide_many,    NULL, &decisions_shape,  201, &decisions_answer,    "Decide on the proposals of several teams at once"},
  {METHOD_GET,    PROPOSAL "/changes",                      ACCESS_TEAM,  ROUTE_READ,  NULL, list_changes,   NULL, NULL,              200, &changes_answer,      "What the team was asked to change, and its answers"},
  {METHOD_PUT,    PROPOSAL "/changes/{change}/answer",      ACCESS_TEAM,  ROUTE_WRITE, NULL, answer_change,  NULL, &answer_shape,     200, &change_answer_table, "Answer a requested change, as a member of the team"},
  {METHOD_PUT,    PROPOSAL "/changes/{change}/acceptance",  ACCESS_STAFF, ROUTE_WRITE, NULL, accept_change,  NULL, &acceptance_shape, 200, &change_answer_table, "Accept the team's answer to a requested change"},
};
// clang-format on

const struct route_table decision_routes = {"proposals", rows, sizeof rows / sizeof rows[0]};

static enum err decide(struct request *request) {
  const struct decision_body *body = request->input;
  struct decision_new wanted = wanted_from(body->verdict, body->comment, &body->changes, body->propose_anew_by);
  wanted.submitted_at = body->submitted_at;
  int64_t team = request_id(request, "team"), id = 0;
  enum err err = decision_make(&request->act, request_course(request), team, &wanted, &id);
  return err == ERR_OK ? reply_decision(request, team, id) : err;
}

static enum err decide_many(struct request *request) {
  const struct decisions_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct decision_new wanted = wanted_from(body->verdict, body->comment, &body->changes, body->propose_anew_by);
  enum err err = check_teams(&request->act, &body->teams);
  struct decision *made = arena_array(request->arena, body->teams.count, sizeof *made);
  for (size_t i = 0; err == ERR_OK && i < body->teams.count; i++) {
    int64_t id = 0;
    err = decision_make(&request->act, course, body->teams.items[i], &wanted, &id);
    if (err == ERR_OK)
      err = decision_show(&request->act, course, body->teams.items[i], id, &made[i]);
    else if (request->problem.detail != NULL)
      request->problem.detail = arena_format(request->arena, "Team %lld: %s Nothing was decided.",
                                             (long long)body->teams.items[i], request->problem.detail);
  }
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_status(request, 201);
  json_array_in(json, "decisions");
  for (size_t i = 0; err == ERR_OK && i < body->teams.count; i++) {
    json_begin_object(json);
    err = write_decision(request, &made[i], json);
    json_end(json);
  }
  json_end(json);
  return err;
}

static enum err take_back(struct request *request) {
  enum err err = decision_take_back(&request->act, request_course(request), request_id(request, "team"),
                                    request_id(request, "decision"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err list_decisions(struct request *request) {
  struct decision *list = NULL;
  size_t count = 0;
  struct proposal proposal;
  enum err err = review_load(&request->act, request_course(request), request_id(request, "team"), &proposal);
  if (err == ERR_OK)
    err = decision_list(&request->act, request_course(request), request_id(request, "team"), &list, &count);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // take_back_until passes by the clock
  struct json *json = reply_object(request);
  json_array_in(json, "decisions");
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    json_begin_object(json);
    err = write_decision(request, &list[i], json);
    json_end(json);
  }
  json_end(json);
  return err;
}

static enum err read_decision(struct request *request) {
  enum err err = decision_read(&request->act, request_course(request), request_id(request, "team"),
                               request_id(request, "decision"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err reopen(struct request *request) {
  const struct reopening_body *body = request->input;
  struct decision_new wanted = wanted_from(VERDICT_CHANGES, body->reason, &body->changes, 0);
  int64_t team = request_id(request, "team"), id = 0;
  enum err err = decision_reopen(&request->act, request_course(request), team, &wanted, &id);
  return err == ERR_OK ? reply_decision(request, team, id) : err;
}

static enum err list_changes(struct request *request) {
  const struct course_view *course = request_course(request);
  struct proposal proposal;
  struct change_item *list = NULL;
  size_t count = 0;
  enum err err = review_load(&request->act, course, request_id(request, "team"), &proposal);
  if (err == ERR_OK)
    err = change_store_list(&request->act, proposal.id, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "changes");
  for (size_t i = 0; i < count; i++) {
    if (!list[i].is_told && !course_is_staff(course))
      continue;
    json_begin_object(json);
    write_change(course, &list[i], json);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err answer_change(struct request *request) {
  const struct answer_body *body = request->input;
  int64_t team = request_id(request, "team"), change = request_id(request, "change");
  enum err err = change_answer(&request->act, request_course(request), team, change, body->text);
  return err == ERR_OK ? reply_change(request, team, change) : err;
}

static enum err accept_change(struct request *request) {
  const struct acceptance_body *body = request->input;
  int64_t team = request_id(request, "team"), change = request_id(request, "change");
  enum err err = change_accept(&request->act, request_course(request), team, change, body->is_accepted);
  return err == ERR_OK ? reply_change(request, team, change) : err;
}

static struct decision_new wanted_from(int verdict, const char *comment, const struct item_list *changes,
                                       int64_t propose_anew_by) {
  bool is_as_recommended = verdict == CHOICE_AS_RECOMMENDED;
  return (struct decision_new){.is_recommendation = !is_as_recommended && verdict >= VERDICTS,
                               .is_as_recommended = is_as_recommended,
                               .verdict = (enum verdict)(verdict % VERDICTS),
                               .comment = comment == NULL ? "" : comment,
                               .changes = changes->items,
                               .change_count = changes->count,
                               .propose_anew_by = propose_anew_by};
}

static enum err check_teams(const struct act *act, const struct integer_list *teams) {
  enum err err = teams->count > 0 ? ERR_OK : problem_field(act->problem, "teams", "names at least one team");
  for (size_t i = 0; i < teams->count; i++)
    for (size_t j = 0; j < i; j++)
      if (teams->items[i] == teams->items[j])
        err = problem_field(act->problem, arena_format(act->arena, "teams[%zu]", i), "stands there twice");
  return err;
}

static enum err reply_decision(struct request *request, int64_t team, int64_t id) {
  const struct course_view *course = request_course(request);
  struct decision decision;
  enum err err = decision_show(&request->act, course, team, id, &decision);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/teams/%lld/proposal/decisions", course->slug, (long long)team);
  return write_decision(request, &decision, json);
}

static enum err write_decision(struct request *request, const struct decision *decision, struct json *json) {
  struct change_new *changes = NULL;
  size_t count = 0;
  enum err err = change_store_of(&request->act, decision->id, &changes, &count);
  json_int(json, "id", decision->id);
  json_int(json, "team", decision->team);
  json_int(json, "round", decision->round);
  json_text(json, "kind", decision_kind_names[decision->kind]);
  json_text(json, "verdict", decision->kind == DECISION_REOPENED ? NULL : verdict_names[decision->verdict]);
  json_text(json, "comment", decision->comment);
  json_array_in(json, "changes");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_text(json, "field", changes[i].field);
    json_text(json, "text", changes[i].text);
    json_end(json);
  }
  json_end(json);
  json_text(json, "by_name", decision->by_name);
  json_instant(json, "at", decision->at);
  json_instant_or_null(json, "revise_until", decision->revise_until);
  json_instant_or_null(json, "propose_anew_by", decision->propose_anew_by);
  json_instant_or_null(json, "told_at", decision->told_at);
  json_flag(json, "read", decision->is_read);
  if (err != ERR_OK || !course_is_staff(request_course(request)))
    return err;
  int64_t until = decision->at + PROPOSAL_TAKE_BACK_SECONDS;
  bool can_take_back = decision->kind == DECISION_DECIDED && decision->told_at == 0 && decision->taken_back_at == 0 &&
                       request->act.now <= until;
  json_int_or_null(json, "by", decision->by);
  json_instant_or_null(json, "submitted_at", decision->of_submission);
  json_instant_or_null(json, "taken_back_at", decision->taken_back_at);
  json_instant_or_null(json, "take_back_until", can_take_back ? until : 0);
  return ERR_OK;
}

static enum err reply_change(struct request *request, int64_t team, int64_t id) {
  struct change_item item;
  enum err err = change_show(&request->act, request_course(request), team, id, &item);
  if (err == ERR_OK)
    write_change(request_course(request), &item, reply_object(request));
  return err;
}

static void write_change(const struct course_view *course, const struct change_item *item, struct json *json) {
  json_int(json, "id", item->id);
  json_int(json, "decision", item->decision);
  json_text(json, "field", item->field);
  json_text(json, "text", item->text);
  json_text(json, "state", change_state_names[item->state]);
  json_instant(json, "asked_at", item->asked_at);
  json_text(json, "answer", item->answer);
  json_text(json, "answered_by_name", item->answered_by_name);
  json_instant_or_null(json, "answered_at", item->answered_at);
  json_instant_or_null(json, "accepted_at", item->accepted_at);
  if (course_is_staff(course))
    json_flag(json, "told", item->is_told);
}
