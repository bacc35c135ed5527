// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/review_routes.h"

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/review.h"
#include "server/proposals/reviewer.h"
#include "server/proposals/reviewer_store.h"
#include "server/teams/team.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200 };

struct queue_query {
  bool is_mine;
  int64_t after;
  int64_t limit;
};

struct people_body {
  struct integer_list people;
};

struct spread_body {
  bool is_evenly;
  struct integer_list people;
};

struct teams_body {
  struct integer_list teams;
};

struct substitute_body {
  int64_t person; // 0: null
  bool has_person;
  int64_t until;
};

static route_handler show_queue, show_reviewers, set_reviewers, spread, show_conflicts, set_conflicts, show_substitute,
    set_substitute;
static enum err reply_reviewers(struct request *request);
static enum err reply_conflicts(struct request *request);
static enum err reply_substitute(struct request *request);
static void write_waiting(struct request *request, const struct waiting *waiting, const struct reviewer *reviewers,
                          size_t reviewer_count, struct json *json);
static void write_reviewers(const struct reviewer *reviewers, size_t count, int64_t team, struct json *json);

static const char *const waiting_states[] = {"submitted", "resubmitted", NULL};

// clang-format off
static const struct field queue_fields[] = {
  {"mine",  SHAPE_FLAG,    OPTIONAL, 0,         offsetof(struct queue_query, is_mine), NO_PRESENT, NULL, NULL, "Only what waits for you: what you or those you stand in for review, what nobody reviews, and, when you decide, what was recommended."},
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct queue_query, after),   NO_PRESENT, NULL, NULL, "The answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct queue_query, limit),   NO_PRESENT, NULL, NULL, "How many, 50 unless told."},
};
static const struct shape queue_shape = {"ReviewsPage", MEDIA_JSON, 0, sizeof(struct queue_query), queue_fields, 3};

static const struct field people_fields[] = {
  {"people", SHAPE_INTEGER_LIST, REQUIRED, REVIEWERS_MAX, offsetof(struct people_body, people), NO_PRESENT, NULL, NULL, "Of the staff; an empty list takes all away."},
};
static const struct shape people_shape = {"ProposalReviewersNew", MEDIA_JSON, 4096, sizeof(struct people_body), people_fields, 1};

static const struct field spread_fields[] = {
  {"evenly", SHAPE_FLAG,         REQUIRED, 0,             offsetof(struct spread_body, is_evenly), NO_PRESENT, NULL, NULL, "true."},
  {"people", SHAPE_INTEGER_LIST, OPTIONAL, REVIEWERS_MAX, offsetof(struct spread_body, people),    NO_PRESENT, NULL, NULL, "Over whom; left out: all staff but instructors."},
};
static const struct shape spread_shape = {"ProposalReviewersSpread", MEDIA_JSON, 4096, sizeof(struct spread_body), spread_fields, 2};

static const struct field teams_fields[] = {
  {"teams", SHAPE_INTEGER_LIST, REQUIRED, REVIEW_TEAMS_MAX, offsetof(struct teams_body, teams), NO_PRESENT, NULL, NULL, "All teams that you may not judge; an empty list takes all away."},
};
static const struct shape teams_shape = {"ReviewConflictsNew", MEDIA_JSON, 16 * 1024, sizeof(struct teams_body), teams_fields, 1};

static const struct field substitute_fields[] = {
  {"person", SHAPE_NATURAL, NULLABLE, INT64_MAX, offsetof(struct substitute_body, person), offsetof(struct substitute_body, has_person), NULL, NULL, "Who of the staff stands in for you; null: you are back."},
  {"until",  SHAPE_INSTANT, OPTIONAL, 0,         offsetof(struct substitute_body, until),  NO_PRESENT,                                   NULL, NULL, "Until when; needed with a person."},
};
static const struct shape substitute_shape = {"ReviewSubstituteNew", MEDIA_JSON, 1024, sizeof(struct substitute_body), substitute_fields, 2};

static const struct answer_field reviewer_answer_fields[] = {
  {"person",          ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The reviewer's number"},
  {"name",            ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Their name"},
  {"substitute",      ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Who stands in for them now"},
  {"substitute_name", ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Their name"},
};
static const struct answer reviewer_answer = {"ProposalReviewer", NULL, false, reviewer_answer_fields, sizeof reviewer_answer_fields / sizeof *reviewer_answer_fields};
static const struct answer_field reviewers_answer_fields[] = {
  {"reviewers", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &reviewer_answer, "Nobody named: it waits for all staff"},
};
static const struct answer reviewers_answer = {"ProposalReviewers", NULL, false, reviewers_answer_fields, sizeof reviewers_answer_fields / sizeof *reviewers_answer_fields};

static const struct answer_field waiting_answer_fields[] = {
  {"team",           ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "Whose proposal it is"},
  {"team_name",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "Its name"},
  {"proposal",       ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "The proposal's number"},
  {"round",          ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "1; 2 and on: proposed anew"},
  {"state",          ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, waiting_states, NULL,             "Where it stands"},
  {"since",          ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "When it was submitted"},
  {"due",            ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "From then on it has waited too long"},
  {"overdue",        ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "Whether it has"},
  {"yours",          ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "Whether you review it, or stand in for who does"},
  {"conflict",       ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           NULL,             "Whether you may not judge it"},
  {"reviewers",      ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,           &reviewer_answer, "Who reviews it"},
  {"recommendation", ANSWER_CHOICE,  ANSWER_NULLABLE, AUDIENCE_STAFF, verdict_names,  NULL,             "The newest on this submission"},
  {"recommended_by", ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,           NULL,             "Whose it is"},
  {"recommended_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,           NULL,             "When"},
};
static const struct answer waiting_answer = {"Review", NULL, false, waiting_answer_fields, sizeof waiting_answer_fields / sizeof *waiting_answer_fields};
static const struct answer_field queue_answer_fields[] = {
  {"reviews", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, &waiting_answer, "What waits the longest first"},
  {"next",    ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL,            "`after` of the next page; left out on the last one"},
};
static const struct answer queue_answer = {"Reviews", NULL, false, queue_answer_fields, sizeof queue_answer_fields / sizeof *queue_answer_fields};

static const struct answer_field share_answer_fields[] = {
  {"team",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"team_name", ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "Its name"},
  {"person",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Who reviews it; null: none of them may"},
  {"name",      ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Their name"},
};
static const struct answer share_answer = {"ReviewShare", NULL, false, share_answer_fields, sizeof share_answer_fields / sizeof *share_answer_fields};
static const struct answer_field shares_answer_fields[] = {
  {"shares", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &share_answer, "Of the registered teams that had no reviewer, by number"},
};
static const struct answer shares_answer = {"ReviewShares", NULL, false, shares_answer_fields, sizeof shares_answer_fields / sizeof *shares_answer_fields};

static const struct answer_field conflict_answer_fields[] = {
  {"team",      ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The team"},
  {"team_name", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Its name"},
  {"person",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Who may not judge it"},
  {"name",      ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Their name"},
};
static const struct answer conflict_answer = {"ReviewConflict", NULL, false, conflict_answer_fields, sizeof conflict_answer_fields / sizeof *conflict_answer_fields};
static const struct answer_field conflicts_answer_fields[] = {
  {"conflicts", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &conflict_answer, "Yours; to instructors everybody's"},
};
static const struct answer conflicts_answer = {"ReviewConflicts", NULL, false, conflicts_answer_fields, sizeof conflicts_answer_fields / sizeof *conflicts_answer_fields};

static const struct answer_field substitute_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Who stands in for you; null: nobody"},
  {"name",   ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Their name"},
  {"until",  ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Until when"},
};
static const struct answer substitute_answer = {"ReviewSubstitute", NULL, false, substitute_answer_fields, sizeof substitute_answer_fields / sizeof *substitute_answer_fields};

#define REVIEWERS "/courses/{course}/teams/{team}/proposal/reviewers"

static const struct route rows[] = {
  {METHOD_GET,  "/courses/{course}/reviews",            ACCESS_STAFF, ROUTE_READ,  NULL, show_queue,      &queue_shape, NULL,              200, &queue_answer,      "Proposals that wait for a decision, the oldest first"},
  {METHOD_GET,  REVIEWERS,                              ACCESS_STAFF, ROUTE_READ,  NULL, show_reviewers,  NULL,         NULL,              200, &reviewers_answer,  "Who reviews the team's proposals"},
  {METHOD_PUT,  REVIEWERS,                              ACCESS_STAFF, ROUTE_WRITE, NULL, set_reviewers,   NULL,         &people_shape,     200, &reviewers_answer,  "Say who reviews the team's proposals"},
  {METHOD_POST, "/courses/{course}/proposal-reviewers", ACCESS_STAFF, ROUTE_WRITE, NULL, spread,          NULL,         &spread_shape,     201, &shares_answer,     "Give every registered team without a reviewer one, evenly"},
  {METHOD_GET,  "/courses/{course}/conflicts",          ACCESS_STAFF, ROUTE_READ,  NULL, show_conflicts,  NULL,         NULL,              200, &conflicts_answer,  "Teams that you may not judge; to instructors everybody's"},
  {METHOD_PUT,  "/courses/{course}/conflicts",          ACCESS_STAFF, ROUTE_WRITE, NULL, set_conflicts,   NULL,         &teams_shape,      200, &conflicts_answer,  "Mark the teams that you may not judge"},
  {METHOD_GET,  "/courses/{course}/substitute",         ACCESS_STAFF, ROUTE_READ,  NULL, show_substitute, NULL,         NULL,              200, &substitute_answer, "Who stands in for you while you are away"},
  {METHOD_PUT,  "/courses/{course}/substitute",         ACCESS_STAFF, ROUTE_WRITE, NULL, set_substitute,  NULL,         &substitute_shape, 200, &substitute_answer, "Name who stands in for you while you are away"},
};
// clang-format on

const struct route_table review_routes = {"reviews", rows, sizeof rows / sizeof rows[0]};

static enum err show_queue(struct request *request) {
  const struct queue_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  int64_t limit = query->limit == 0 ? PAGE_DEFAULT : query->limit;
  struct waiting_page page = {.is_mine = query->is_mine, .after = query->after, .limit = limit + 1};
  struct waiting *list = NULL;
  struct reviewer *reviewers = NULL;
  size_t count = 0, reviewer_count = 0;
  enum err err = review_may_decide(&request->act, course, &page.is_decider);
  if (err != ERR_OK || (err = reviewer_store_waiting(&request->act, course->id, &page, &list, &count)) != ERR_OK ||
      (err = reviewer_store_list(&request->act, course->id, 0, &reviewers, &reviewer_count)) != ERR_OK)
    return err;
  request->tag[0] = '\0'; // overdue, and who stands in, pass by the clock
  bool has_more = count > (size_t)limit;
  size_t shown = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "reviews");
  for (size_t i = 0; i < shown; i++) {
    json_begin_object(json);
    write_waiting(request, &list[i], reviewers, reviewer_count, json);
    json_end(json);
  }
  json_end(json);
  if (has_more)
    json_int(json, "next", list[shown - 1].proposal);
  return ERR_OK;
}

static enum err show_reviewers(struct request *request) { return reply_reviewers(request); }

static enum err set_reviewers(struct request *request) {
  const struct people_body *body = request->input;
  enum err err = reviewer_set(&request->act, request_course(request), request_id(request, "team"), body->people.items,
                              body->people.count);
  return err == ERR_OK ? reply_reviewers(request) : err;
}

static enum err spread(struct request *request) {
  const struct spread_body *body = request->input;
  const struct course_view *course = request_course(request);
  struct reviewer_share *shares = NULL;
  size_t count = 0;
  if (!body->is_evenly)
    return problem_field(&request->problem, "evenly",
                         "must be true; a single team's reviewers are set by PUT "
                         "…/teams/{team}/proposal/reviewers");
  enum err err = reviewer_spread(&request->act, course, body->people.items, body->people.count, &shares, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/reviews", course->slug);
  json_array_in(json, "shares");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "team", shares[i].team);
    json_text(json, "team_name", shares[i].team_name);
    json_int_or_null(json, "person", shares[i].person);
    json_text(json, "name", shares[i].name);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err show_conflicts(struct request *request) { return reply_conflicts(request); }

static enum err set_conflicts(struct request *request) {
  const struct teams_body *body = request->input;
  enum err err = reviewer_set_conflicts(&request->act, request_course(request), body->teams.items, body->teams.count);
  return err == ERR_OK ? reply_conflicts(request) : err;
}

static enum err show_substitute(struct request *request) {
  request->tag[0] = '\0'; // it ends by the clock
  return reply_substitute(request);
}

static enum err set_substitute(struct request *request) {
  const struct substitute_body *body = request->input;
  enum err err = reviewer_set_substitute(&request->act, request_course(request), body->person, body->until);
  return err == ERR_OK ? reply_substitute(request) : err;
}

static enum err reply_reviewers(struct request *request) {
  const struct course_view *course = request_course(request);
  struct reviewer *list = NULL;
  size_t count = 0;
  struct team team;
  int64_t id = request_id(request, "team");
  enum err err = team_get(&request->act, course->id, id, &team);
  if (err == ERR_OK)
    err = reviewer_store_list(&request->act, course->id, id, &list, &count);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // who stands in passes by the clock
  write_reviewers(list, count, id, reply_object(request));
  return ERR_OK;
}

static enum err reply_conflicts(struct request *request) {
  const struct course_view *course = request_course(request);
  struct review_conflict *list = NULL;
  size_t count = 0;
  int64_t whose = course->role == ROLE_INSTRUCTOR ? 0 : request->act.actor;
  enum err err = reviewer_store_conflicts(&request->act, course->id, whose, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "conflicts");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "team", list[i].team);
    json_text(json, "team_name", list[i].team_name);
    json_int(json, "person", list[i].person);
    json_text(json, "name", list[i].name);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err reply_substitute(struct request *request) {
  struct substitute substitute;
  enum err err = reviewer_store_substitute(&request->act, request_course(request)->id, &substitute);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int_or_null(json, "person", substitute.person);
  json_text(json, "name", substitute.name);
  json_instant_or_null(json, "until", substitute.until);
  return ERR_OK;
}

static void write_waiting(struct request *request, const struct waiting *waiting, const struct reviewer *reviewers,
                          size_t reviewer_count, struct json *json) {
  int64_t due = review_due(request_course(request), waiting->since);
  json_int(json, "team", waiting->team);
  json_text(json, "team_name", waiting->team_name);
  json_int(json, "proposal", waiting->proposal);
  json_int(json, "round", waiting->round);
  json_text(json, "state", proposal_state_names[waiting->state]);
  json_instant(json, "since", waiting->since);
  json_instant(json, "due", due);
  json_flag(json, "overdue", request->act.now > due);
  json_flag(json, "yours", waiting->is_assigned);
  json_flag(json, "conflict", waiting->is_barred);
  write_reviewers(reviewers, reviewer_count, waiting->team, json);
  json_text(json, "recommendation", waiting->is_recommended ? verdict_names[waiting->verdict] : NULL);
  json_text(json, "recommended_by", waiting->recommended_by);
  json_instant_or_null(json, "recommended_at", waiting->recommended_at);
}

static void write_reviewers(const struct reviewer *reviewers, size_t count, int64_t team, struct json *json) {
  json_array_in(json, "reviewers");
  for (size_t i = 0; i < count; i++) {
    if (reviewers[i].team != team)
      continue;
    json_begin_object(json);
    json_int(json, "person", reviewers[i].person);
    json_text(json, "name", reviewers[i].name);
    json_int_or_null(json, "substitute", reviewers[i].substitute);
    json_text(json, "substitute_name", reviewers[i].substitute_name);
    json_end(json);
  }
  json_end(json);
}
