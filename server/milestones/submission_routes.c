// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_routes.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/penalty.h"
#include "server/milestones/submission.h"
#include "server/milestones/submission_store.h"
#include "server/milestones/submission_view.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, REASON_CHARACTERS_MAX = 1000 };

struct hand_in_body {
  struct integer_list files;
  const char *link;
  const char *code;
  const char *reproduce;
  const char *statement;
};

struct hand_in_query {
  bool is_dry_run;
};

struct list_query {
  int64_t team;
  int64_t person;
  int64_t after;
  int64_t limit;
};

struct choice_body {
  const char *reason;
};

static route_handler hand_in, list, show, withdraw, count_it, accept, unaccept;
static enum err find_milestone(struct request *request, const struct milestone **out);
static enum err find_submission(struct request *request, struct submission *out);
static enum err reply_preview(struct request *request, const struct milestone *milestone,
                              const struct submission_content *content);
static enum err reply_handed_in(struct request *request, const struct milestone *milestone, int64_t id);
static void write_cost(struct json *json, int yours, int most);
static enum err reply_submission(struct request *request);
static enum err list_versions(struct request *request, struct submission_page *page);
static enum err list_everybodys(struct request *request, struct submission_page *page);
static enum err reply_page(struct request *request, const struct submission_page *page,
                           const struct submission *submissions, size_t count);
static const char *some(struct arena *arena, const char *text);

// clang-format off
static const struct field hand_in_fields[] = {
  {"files",     SHAPE_INTEGER_LIST, OPTIONAL, SUBMISSION_FILES_MAX,                offsetof(struct hand_in_body, files),     NO_PRESENT, NULL, NULL, "Numbers of files that you or team mates have uploaded."},
  {"link",      SHAPE_TEXT,         OPTIONAL, SUBMISSION_LINK_CHARACTERS_MAX,      offsetof(struct hand_in_body, link),      NO_PRESENT, NULL, NULL, "http or https, to a video for instance."},
  {"code",      SHAPE_TEXT,         OPTIONAL, SUBMISSION_LINK_CHARACTERS_MAX,      offsetof(struct hand_in_body, code),      NO_PRESENT, NULL, NULL, "http or https, to the code."},
  {"reproduce", SHAPE_LINES,        OPTIONAL, SUBMISSION_TEXT_CHARACTERS_MAX,      offsetof(struct hand_in_body, reproduce), NO_PRESENT, NULL, NULL, "How to reproduce the results with the code."},
  {"statement", SHAPE_LINES,        OPTIONAL, SUBMISSION_STATEMENT_CHARACTERS_MAX, offsetof(struct hand_in_body, statement), NO_PRESENT, NULL, NULL, "On the use of generative AI: \"none\" is said, not assumed."},
};
static const struct shape hand_in_shape = {"SubmissionNew", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct hand_in_body), hand_in_fields, sizeof hand_in_fields / sizeof *hand_in_fields};
static const struct field hand_in_query_fields[] = {
  {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct hand_in_query, is_dry_run), NO_PRESENT, NULL, NULL, "Only say what it would cost and what is missing."},
};
static const struct shape hand_in_query = {"SubmissionDryRun", MEDIA_JSON, 0, sizeof(struct hand_in_query), hand_in_query_fields, 1};
static const struct field list_fields[] = {
  {"team",   SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct list_query, team),   NO_PRESENT, NULL, NULL, "Staff: all versions of this team."},
  {"person", SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct list_query, person), NO_PRESENT, NULL, NULL, "Staff: all versions of this student's own work."},
  {"after",  SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct list_query, after),  NO_PRESENT, NULL, NULL, "The answer's `next` of the page before."},
  {"limit",  SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct list_query, limit),  NO_PRESENT, NULL, NULL, "How many, 50 unless told."},
};
static const struct shape list_shape = {"SubmissionsPage", MEDIA_JSON, 0, sizeof(struct list_query), list_fields, sizeof list_fields / sizeof *list_fields};
static const struct field choice_fields[] = {
  {"reason", SHAPE_LINES, OPTIONAL, REASON_CHARACTERS_MAX, offsetof(struct choice_body, reason), NO_PRESENT, NULL, NULL, "Staff: why; needed, and told to those whose work it is."},
};
static const struct shape choice_shape = {"SubmissionChoice", MEDIA_JSON, 8 * 1024, sizeof(struct choice_body), choice_fields, 1};

static const struct answer_field cost_fields[] = {
  {"yours", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF,   NULL, NULL, "Points of 100 that it costs you"},
  {"most",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "No dearer than this for anyone whose work it is"},
};
static const struct answer cost_answer = {"SubmissionCost", NULL, false, cost_fields, 2};
static const struct answer_field missing_fields[] = {
  {"field",   ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "files, link, code, reproduce, statement, slot, or one file of the list"},
  {"message", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "What is wrong and what would be right"},
};
static const struct answer missing_answer = {"SubmissionMissing", NULL, false, missing_fields, 2};
static const struct answer_field handed_in_fields[] = {
  {"dry_run",    ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,               "true: nothing was handed in"},
  {"submission", ANSWER_OBJECT,  ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, &submission_answer, "What was handed in; null in a dry run"},
  {"version",    ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,               "Its number, or what it would be"},
  {"is_on_time", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,               "By what holds for all whose work it is alike"},
  {"counts",     ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,               "Whether it is, or would be, the version that counts; a late one takes nothing away from one in time"},
  {"cost",       ANSWER_OBJECT,  ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, &cost_answer,       "Of its lateness, if it counts"},
  {"missing",    ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, &missing_answer,    "Of a dry run: what the nearest way of handing in still lacks"},
};
static const struct answer handed_in_answer = {"SubmissionHandedIn", NULL, false, handed_in_fields, sizeof handed_in_fields / sizeof *handed_in_fields};
static const struct answer_field page_fields[] = {
  {"submissions", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &submission_answer, "To students: their versions, newest first; to staff: the one that counts of everybody, in the order of handing in"},
  {"next",        ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL,               "`after` of the next page; left out on the last one"},
};
static const struct answer page_answer = {"Submissions", NULL, false, page_fields, 2};

#define SUBMISSIONS "/courses/{course}/milestones/{milestone}/submissions"
static const struct route rows[] = {
  {METHOD_POST,   SUBMISSIONS,                            ACCESS_STUDENT, ROUTE_WRITE, NULL, hand_in,  &hand_in_query, &hand_in_shape, 200, &handed_in_answer,  "Hand in a version, or ask what that would cost and what is missing"},
  {METHOD_GET,    SUBMISSIONS,                            ACCESS_COURSE,  ROUTE_READ,  NULL, list,     &list_shape,    NULL,           200, &page_answer,       "What is handed in: your own versions; to staff everybody's that count"},
  {METHOD_GET,    SUBMISSIONS "/{submission}",            ACCESS_COURSE,  ROUTE_READ,  NULL, show,     NULL,           NULL,           200, &submission_answer, "A version: to those whose work it is, and staff"},
  {METHOD_DELETE, SUBMISSIONS "/{submission}",            ACCESS_COURSE,  ROUTE_WRITE, NULL, withdraw, NULL,           NULL,           204, NULL,               "Withdraw a version before the milestone is due"},
  {METHOD_PUT,    SUBMISSIONS "/{submission}/counting",   ACCESS_COURSE,  ROUTE_WRITE, NULL, count_it, NULL,           &choice_shape,  200, &submission_answer, "Choose this version as the one that counts"},
  {METHOD_PUT,    SUBMISSIONS "/{submission}/acceptance", ACCESS_STAFF,   ROUTE_WRITE, NULL, accept,   NULL,           NULL,           200, &submission_answer, "Accept the work"},
  {METHOD_DELETE, SUBMISSIONS "/{submission}/acceptance", ACCESS_STAFF,   ROUTE_WRITE, NULL, unaccept, NULL,           NULL,           204, NULL,               "Take the acceptance back"},
};
// clang-format on

const struct route_table submission_routes = {"submissions", rows, sizeof rows / sizeof rows[0]};

static enum err hand_in(struct request *request) {
  const struct hand_in_body *body = request->input;
  const struct hand_in_query *query = request->query_input;
  struct arena *arena = request->arena;
  const struct submission_content content = {.files = body->files.items,
                                             .file_count = body->files.count,
                                             .link = some(arena, body->link),
                                             .code = some(arena, body->code),
                                             .reproduce = some(arena, body->reproduce),
                                             .statement = some(arena, body->statement)};
  const struct milestone *milestone = NULL;
  int64_t id = 0;
  enum err err = find_milestone(request, &milestone);
  if (err != ERR_OK)
    return err;
  if (query != NULL && query->is_dry_run)
    return reply_preview(request, milestone, &content);
  err = submission_hand_in(&request->act, request_course(request), milestone, &content, &id);
  return err == ERR_OK ? reply_handed_in(request, milestone, id) : err;
}

static enum err list(struct request *request) {
  static const struct list_query everything = {0};
  const struct list_query *query = request->query_input != NULL ? request->query_input : &everything;
  const struct course_view *course = request_course(request);
  const struct milestone *milestone = NULL;
  enum err err = find_milestone(request, &milestone);
  if (err != ERR_OK)
    return err;
  struct submission_page page = {.milestone = milestone->id,
                                 .holder = {.team = query->team, .person = query->person},
                                 .from = query->after,
                                 .limit = query->limit == 0 ? PAGE_DEFAULT : query->limit};
  if (course_is_staff(course))
    return query->team == 0 && query->person == 0 ? list_everybodys(request, &page) : list_versions(request, &page);
  if (query->team != 0 || query->person != 0)
    return problem_raise(&request->problem, PROBLEM_NOT_ALLOWED,
                         "Only staff choose whose versions they see: leave out `team` and `person`.");
  if (course->file->tracks[milestone->track].capacity == 0)
    page.holder.team = course->team;
  else
    page.holder.person = request->act.actor;
  if (page.holder.team != 0 || page.holder.person != 0)
    return list_versions(request, &page);
  return reply_page(request, &page, NULL, 0);
}

static enum err show(struct request *request) { return reply_submission(request); }

static enum err withdraw(struct request *request) {
  struct submission submission;
  enum err err = find_submission(request, &submission);
  const struct milestone *milestone = NULL;
  if (err == ERR_OK)
    err = find_milestone(request, &milestone);
  if (err == ERR_OK && milestone->kind == MILESTONE_PROPOSAL)
    return problem_raise(&request->problem, PROBLEM_CONFLICT,
                         "A proposal that was submitted stays; a later version of it can be.");
  if (err == ERR_OK)
    err = submission_withdraw(&request->act, request_course(request), submission.id);
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err count_it(struct request *request) {
  const struct choice_body *body = request->input;
  struct submission submission;
  enum err err = find_submission(request, &submission);
  if (err == ERR_OK)
    err = submission_count(&request->act, request_course(request), submission.id, some(request->arena, body->reason));
  return err == ERR_OK ? reply_submission(request) : err;
}

static enum err accept(struct request *request) {
  struct submission submission;
  enum err err = find_submission(request, &submission);
  if (err == ERR_OK)
    err = submission_accept(&request->act, request_course(request), submission.id, true);
  return err == ERR_OK ? reply_submission(request) : err;
}

static enum err unaccept(struct request *request) {
  struct submission submission;
  enum err err = find_submission(request, &submission);
  if (err == ERR_OK)
    err = submission_accept(&request->act, request_course(request), submission.id, false);
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err find_milestone(struct request *request, const struct milestone **out) {
  return milestone_find(&request->act, request_course(request), request_text(request, "milestone"), out);
}

// Of the milestone in the path, and such that the caller may read it.
static enum err find_submission(struct request *request, struct submission *out) {
  const struct course_view *course = request_course(request);
  enum err err = submission_get(&request->act, course, request_id(request, "submission"), out);
  if (err != ERR_OK)
    return err;
  if (text_equal(out->milestone, request_text(request, "milestone")) &&
      submission_is_readable(&request->act, course, out))
    return ERR_OK;
  return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is no such submission.");
}

static enum err reply_preview(struct request *request, const struct milestone *milestone,
                              const struct submission_content *content) {
  struct submission_preview preview;
  enum err err = submission_preview(&request->act, request_course(request), milestone, content, &preview);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", true);
  json_none(json, "submission");
  json_int(json, "version", preview.version);
  json_flag(json, "is_on_time", preview.is_on_time);
  json_flag(json, "counts", preview.would_count);
  write_cost(json, preview.cost_yours, preview.cost_most);
  json_array_in(json, "missing");
  for (size_t i = 0; i < preview.lack_count; i++) {
    json_begin_object(json);
    json_text(json, "field", preview.lacks[i].field);
    json_text(json, "message", preview.lacks[i].words);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err reply_handed_in(struct request *request, const struct milestone *milestone, int64_t id) {
  const struct act *act = &request->act;
  const struct course_view *course = request_course(request);
  struct submission submission;
  struct cost_preview cost = {0};
  enum err err = submission_get(act, course, id, &submission);
  if (err == ERR_OK)
    err = penalty_preview(act, course, milestone, &submission.holder, &cost);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", false);
  json_object_in(json, "submission");
  if ((err = submission_write(act, &submission, json)) != ERR_OK)
    return err;
  json_end(json);
  json_int(json, "version", submission.version);
  json_flag(json, "is_on_time", submission.is_on_time);
  json_flag(json, "counts", submission.counts);
  write_cost(json, cost.yours, cost.most);
  json_array_in(json, "missing");
  json_end(json);
  return ERR_OK;
}

static void write_cost(struct json *json, int yours, int most) {
  json_object_in(json, "cost");
  json_int(json, "yours", yours);
  json_int(json, "most", most);
  json_end(json);
}

static enum err reply_submission(struct request *request) {
  struct submission submission;
  enum err err = find_submission(request, &submission);
  return err == ERR_OK ? submission_write(&request->act, &submission, reply_object(request)) : err;
}

static enum err list_versions(struct request *request, struct submission_page *page) {
  struct submission *submissions = NULL;
  size_t count = 0;
  page->from = page->from == 0 ? INT64_MAX : page->from;
  enum err err = submission_store_versions(&request->act, request_course(request)->id, page, &submissions, &count);
  return err == ERR_OK ? reply_page(request, page, submissions, count) : err;
}

static enum err list_everybodys(struct request *request, struct submission_page *page) {
  struct submission *submissions = NULL;
  size_t count = 0;
  enum err err = submission_store_all(&request->act, request_course(request)->id, page, &submissions, &count);
  return err == ERR_OK ? reply_page(request, page, submissions, count) : err;
}

static enum err reply_page(struct request *request, const struct submission_page *page,
                           const struct submission *submissions, size_t count) {
  struct json *json = reply_object(request);
  json_array_in(json, "submissions");
  enum err err = submission_write_list(&request->act, submissions, count, json);
  if (err != ERR_OK)
    return err;
  json_end(json);
  if (count > 0 && count == (size_t)page->limit)
    json_int(json, "next", submissions[count - 1].id);
  return ERR_OK;
}

// White space alone says nothing.
static const char *some(struct arena *arena, const char *text) {
  return text == NULL || text_squeeze(arena, text)[0] == '\0' ? NULL : text;
}
