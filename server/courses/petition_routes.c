// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/petition_routes.h"

#include "server/courses/petition.h"
#include "server/courses/petition_store.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, KIND_CHARACTERS_MAX = 64, MILESTONE_CHARACTERS_MAX = 100 };

// Where a page goes on: open ones by their id, then closed ones, newest first, beyond every id.
static const int64_t closed_from = INT64_C(1) << 50;

struct petition_body {
  const char *kind;
  const char *message;
  int64_t team;
  int64_t person;
  int64_t size;
  const char *milestone;
  int64_t until;
};

struct answer_body {
  int verdict; // of verdicts
  const char *words;
};

struct consent_body {
  bool agrees;
};

struct queue_query {
  int state;
  bool has_state;
  int64_t after;
  int64_t limit;
};

static route_handler ask, list, show, answer, say, withdraw;
static enum err list_queue(struct request *request, const char *state, int64_t after, int64_t limit);
static enum err list_own(struct request *request, const char *state, int64_t after, int64_t limit);
static void write_list(struct request *request, const struct petition *list, size_t count, struct json *json);
static void write_petition(struct request *request, const struct petition *petition, struct json *json);
static enum err reply_petition(struct request *request, int64_t id, struct json *json);

static const char *const verdicts[] = {"grant", "decline", NULL};
static const char *const deciders[] = {"staff", "instructor", NULL};
static const char *const consents[] = {"asked", "agreed", "refused", NULL};

// clang-format off
static const struct field ask_fields[] = {
  {"kind",    SHAPE_TEXT,    REQUIRED, KIND_CHARACTERS_MAX,           offsetof(struct petition_body, kind),    NO_PRESENT, NULL, NULL, "What you ask for: team size, coverage, late join, leave, swap, lab seat, audit or extension."},
  {"message", SHAPE_LINES,   REQUIRED, PETITION_WORDS_CHARACTERS_MAX, offsetof(struct petition_body, message), NO_PRESENT, NULL, NULL, "Why; the staff read it, and nobody else."},
  {"team",    SHAPE_NATURAL, OPTIONAL, INT64_MAX,                     offsetof(struct petition_body, team),    NO_PRESENT, NULL, NULL, "Of team size, coverage, late join and leave: which team; yours unless told. Of extension: your team, when it is for all of it; without, for yourself alone."},
  {"person",  SHAPE_NATURAL, OPTIONAL, INT64_MAX,                     offsetof(struct petition_body, person),  NO_PRESENT, NULL, NULL, "Of a swap: with whom you want to change places."},
  {"size",    SHAPE_NATURAL, OPTIONAL, INT64_MAX,                     offsetof(struct petition_body, size),    NO_PRESENT, NULL, NULL, "Of team size: how many members the team may have."},
  {"milestone", SHAPE_TEXT,  OPTIONAL, MILESTONE_CHARACTERS_MAX,     offsetof(struct petition_body, milestone), NO_PRESENT, NULL, NULL, "Of extension: the milestone's id."},
  {"until",   SHAPE_INSTANT, OPTIONAL, 0,                             offsetof(struct petition_body, until),   NO_PRESENT, NULL, NULL, "Of extension: when it shall be due."},
};
static const struct shape ask_shape = {"RequestNew", MEDIA_JSON, 16 * 1024, sizeof(struct petition_body), ask_fields, sizeof ask_fields / sizeof *ask_fields};

static const struct field answer_fields[] = {
  {"verdict", SHAPE_CHOICE, REQUIRED, 0,                              offsetof(struct answer_body, verdict), NO_PRESENT, verdicts, NULL, "Granting does what was asked for, at once."},
  {"words",   SHAPE_LINES,  OPTIONAL, PETITION_ANSWER_CHARACTERS_MAX, offsetof(struct answer_body, words),   NO_PRESENT, NULL,     NULL, "To the asker and to those whom it affects; needed to decline."},
};
static const struct shape answer_shape = {"RequestAnswer", MEDIA_JSON, 8 * 1024, sizeof(struct answer_body), answer_fields, 2};

static const struct field consent_fields[] = {
  {"agrees", SHAPE_FLAG, REQUIRED, 0, offsetof(struct consent_body, agrees), NO_PRESENT, NULL, NULL, "Whether you agree."},
};
static const struct shape consent_shape = {"RequestConsent", MEDIA_JSON, 256, sizeof(struct consent_body), consent_fields, 1};

static const struct field queue_fields[] = {
  {"state", SHAPE_CHOICE,  OPTIONAL, 0,         offsetof(struct queue_query, state), offsetof(struct queue_query, has_state), petition_state_names, NULL, "Only those in this state."},
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct queue_query, after), NO_PRESENT,                              NULL,                 NULL, "The answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct queue_query, limit), NO_PRESENT,                              NULL,                 NULL, "How many, 50 unless told."},
};
static const struct shape queue_shape = {"RequestsPage", MEDIA_JSON, 0, sizeof(struct queue_query), queue_fields, 3};

static const struct answer_field petition_answer_fields[] = {
  {"id",            ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "The request's number"},
  {"kind",          ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "What is asked for"},
  {"summary",       ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "What granting does; null when this version knows the kind no more"},
  {"person",        ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "Who asks"},
  {"name",          ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "Their name"},
  {"team",          ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "The team that it is about"},
  {"team_name",     ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "Its name"},
  {"other",         ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "Of a swap: the other person; null to the asker while they are confidential"},
  {"other_name",    ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "Their name"},
  {"size",          ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "Of team size: how many members"},
  {"milestone",     ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL,                 NULL, "Of an extension: the milestone's id; null of others"},
  {"until",         ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL,                 NULL, "Of an extension: when it shall be due; null of others"},
  {"message",       ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL,                 NULL, "Why they ask"},
  {"state",         ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, petition_state_names, NULL, "Where it stands"},
  {"decided_by",    ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, deciders,             NULL, "Who answers it"},
  {"consent",       ANSWER_CHOICE,  ANSWER_NULLABLE,  AUDIENCE_CALLER, consents,             NULL, "Whether the other person of a swap, or the contact of the team, agrees; null when nobody is asked"},
  {"needs_consent", ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "Whether it is granted only once they have agreed"},
  {"yours_to_say",  ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "Whether it is you who is asked to agree"},
  {"asked_at",      ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,                 NULL, "When it was made"},
  {"answered_at",   ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,                 NULL, "When it was answered or taken back"},
  {"answered_by",   ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL,                 NULL, "Who answered, by name"},
  {"answer",        ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL,                 NULL, "In which words"},
};
static const struct answer petition_answer_table = {"Request", NULL, false, petition_answer_fields, sizeof petition_answer_fields / sizeof *petition_answer_fields};
static const struct answer_field queue_answer_fields[] = {
  {"requests", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &petition_answer_table, "To staff: all, open ones first from the oldest on, then the others from the newest on; to students: their own, newest first"},
  {"next",     ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL,                   "`after` of the next page; left out on the last one"},
};
static const struct answer queue_answer = {"Requests", NULL, false, queue_answer_fields, sizeof queue_answer_fields / sizeof *queue_answer_fields};

static const struct route rows[] = {
  {METHOD_POST,   "/courses/{course}/requests",                   ACCESS_STUDENT, ROUTE_WRITE, NULL, ask,      NULL,         &ask_shape,     201, &petition_answer_table, "Ask the staff for something that only they can do"},
  {METHOD_GET,    "/courses/{course}/requests",                   ACCESS_COURSE,  ROUTE_READ,  NULL, list,     &queue_shape, NULL,           200, &queue_answer,          "The queue of requests; to students their own"},
  {METHOD_GET,    "/courses/{course}/requests/{request}",         ACCESS_COURSE,  ROUTE_READ,  NULL, show,     NULL,         NULL,           200, &petition_answer_table, "A request, to who asked, who is asked to agree, and staff"},
  {METHOD_POST,   "/courses/{course}/requests/{request}/answer",  ACCESS_STAFF,   ROUTE_WRITE, NULL, answer,   NULL,         &answer_shape,  201, &petition_answer_table, "Grant or decline it; granting does what was asked for"},
  {METHOD_POST,   "/courses/{course}/requests/{request}/consent", ACCESS_COURSE,  ROUTE_WRITE, NULL, say,      NULL,         &consent_shape, 201, &petition_answer_table, "Say whether you agree to a request that concerns you"},
  {METHOD_DELETE, "/courses/{course}/requests/{request}",         ACCESS_COURSE,  ROUTE_WRITE, NULL, withdraw, NULL,         NULL,           204, NULL,                   "Take your request back while it is open"},
};
// clang-format on

const struct route_table petition_routes = {"requests", rows, sizeof rows / sizeof rows[0]};

static enum err ask(struct request *request) {
  const struct petition_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct petition_new wanted = {.kind = body->kind,
                                      .message = body->message,
                                      .wish = {.team = body->team,
                                               .person = body->person,
                                               .size = body->size,
                                               .milestone = body->milestone,
                                               .until = body->until}};
  int64_t id = 0;
  enum err err = petition_ask(&request->act, request_services(request), course, &wanted, &id);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/requests/%lld", course->slug, (long long)id);
  return reply_petition(request, id, json);
}

static enum err list(struct request *request) {
  const struct queue_query *query = request->query_input;
  int64_t limit = query->limit == 0 ? PAGE_DEFAULT : query->limit;
  const char *state = query->has_state ? petition_state_names[query->state] : "";
  return course_is_staff(request_course(request)) ? list_queue(request, state, query->after, limit)
                                                  : list_own(request, state, query->after, limit);
}

static enum err show(struct request *request) { return reply_petition(request, request_id(request, "request"), NULL); }

static enum err answer(struct request *request) {
  const struct answer_body *body = request->input;
  int64_t id = request_id(request, "request");
  enum err err = petition_answer(&request->act, request_services(request), request_course(request), id,
                                 body->verdict == 0, body->words);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_status(request, 201);
  return reply_petition(request, id, json);
}

static enum err say(struct request *request) {
  const struct consent_body *body = request->input;
  int64_t id = request_id(request, "request");
  enum err err = petition_say(&request->act, request_course(request), id, body->agrees);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_status(request, 201);
  return reply_petition(request, id, json);
}

static enum err withdraw(struct request *request) {
  enum err err = petition_withdraw(&request->act, request_course(request), request_id(request, "request"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err list_queue(struct request *request, const char *state, int64_t after, int64_t limit) {
  const struct course_view *course = request_course(request);
  bool is_open_asked = state[0] == '\0' || state == petition_state_names[PETITION_OPEN];
  bool is_closed_asked = state != petition_state_names[PETITION_OPEN];
  struct petition *open = NULL, *closed = NULL;
  size_t open_count = 0, closed_count = 0;
  enum err err = ERR_OK;
  if (is_open_asked && after < closed_from / 2)
    err = petition_store_open(&request->act, course->id, &(struct petition_page){state, after, limit}, &open,
                              &open_count);
  int64_t left = limit - (int64_t)open_count;
  if (err == ERR_OK && is_closed_asked && left > 0) {
    int64_t below = after < closed_from / 2 ? INT64_MAX : closed_from - after;
    err = petition_store_closed(&request->act, course->id, &(struct petition_page){state, below, left}, &closed,
                                &closed_count);
  }
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "requests");
  write_list(request, open, open_count, json);
  write_list(request, closed, closed_count, json);
  json_end(json);
  if (closed_count > 0 && closed_count == (size_t)left)
    json_int(json, "next", closed_from - closed[closed_count - 1].id);
  else if (open_count == (size_t)limit)
    json_int(json, "next", open[open_count - 1].id);
  return ERR_OK;
}

static enum err list_own(struct request *request, const char *state, int64_t after, int64_t limit) {
  int64_t below = after < closed_from / 2 ? INT64_MAX : closed_from - after;
  struct petition *list = NULL;
  size_t count = 0;
  enum err err = petition_store_own(&request->act, request_course(request)->id,
                                    &(struct petition_page){state, below, limit}, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "requests");
  write_list(request, list, count, json);
  json_end(json);
  if (count == (size_t)limit)
    json_int(json, "next", closed_from - list[count - 1].id);
  return ERR_OK;
}

static void write_list(struct request *request, const struct petition *list, size_t count, struct json *json) {
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_petition(request, &list[i], json);
    json_end(json);
  }
}

// `json` is the reply when a handler has opened it.
static enum err reply_petition(struct request *request, int64_t id, struct json *json) {
  struct petition petition = {0};
  enum err err = petition_show(&request->act, request_course(request), id, &petition);
  if (err == ERR_OK)
    write_petition(request, &petition, json != NULL ? json : reply_object(request));
  return err;
}

static void write_petition(struct request *request, const struct petition *petition, struct json *json) {
  static const char *const consent_words[] = {[CONSENT_NOT_ASKED] = NULL,
                                              [CONSENT_ASKED] = "asked",
                                              [CONSENT_AGREED] = "agreed",
                                              [CONSENT_REFUSED] = "refused"};
  const struct petition_kind *kind = petition_kind_find(request_services(request), petition->kind);
  bool is_staff = course_is_staff(request_course(request)), is_asker = petition->person == request->who.person;
  bool is_for_reader = is_staff || is_asker;
  bool is_other_shown = is_staff || !is_asker || !petition->is_other_confidential;
  json_int(json, "id", petition->id);
  json_text(json, "kind", petition->kind);
  json_text(json, "summary", kind != NULL ? kind->summary : NULL);
  json_int(json, "person", petition->person);
  json_text(json, "name", petition->person_name);
  json_int_or_null(json, "team", petition->wish.team);
  json_text(json, "team_name", petition->team_name);
  json_int_or_null(json, "other", is_other_shown ? petition->wish.person : 0);
  json_text(json, "other_name", is_other_shown ? petition->other_name : NULL);
  json_int_or_null(json, "size", petition->wish.size);
  if (is_for_reader) {
    json_text(json, "milestone", petition->wish.milestone);
    json_instant_or_null(json, "until", petition->wish.until);
    json_text(json, "message", petition->message);
  }
  json_text(json, "state", petition_state_names[petition->state]);
  json_text(json, "decided_by", deciders[petition->is_instructors]);
  json_text(json, "consent", consent_words[petition->consent]);
  json_flag(json, "needs_consent", petition->needs_consent);
  json_flag(json, "yours_to_say",
            petition->partner != 0 && petition->partner == request->who.person && petition->state == PETITION_OPEN);
  json_instant(json, "asked_at", petition->asked_at);
  json_instant_or_null(json, "answered_at", petition->answered_at);
  if (!is_for_reader)
    return;
  json_text(json, "answered_by", petition->state == PETITION_WITHDRAWN ? NULL : petition->answered_by_name);
  json_text(json, "answer", petition->answer);
}
