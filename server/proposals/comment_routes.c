// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/comment_routes.h"

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/comment.h"
#include "server/proposals/review.h"

enum { FIELD_CHARACTERS_MAX = 64 };

struct comment_body {
  const char *text;
  const char *field;
  int64_t reply_to;
  bool is_note;
};

struct resolution_body {
  bool is_resolved;
};

static route_handler add, list, take_away, resolve;
static void write_comment(const struct course_view *course, int64_t reader, const struct comment *comment,
                          struct json *json);

// clang-format off
static const struct field comment_fields[] = {
  {"text",     SHAPE_LINES,   REQUIRED, COMMENT_CHARACTERS_MAX, offsetof(struct comment_body, text),     NO_PRESENT, NULL, NULL, "What you say, in Markdown."},
  {"field",    SHAPE_TEXT,    OPTIONAL, FIELD_CHARACTERS_MAX,   offsetof(struct comment_body, field),    NO_PRESENT, NULL, NULL, "The field that it is about, by its id; left out: the proposal as a whole."},
  {"reply_to", SHAPE_NATURAL, OPTIONAL, INT64_MAX,              offsetof(struct comment_body, reply_to), NO_PRESENT, NULL, NULL, "Any comment of the thread that it goes on."},
  {"note",     SHAPE_FLAG,    OPTIONAL, 0,                      offsetof(struct comment_body, is_note),  NO_PRESENT, NULL, NULL, "Of staff: for staff only, also within a thread with the team. A reply to a note is one."},
};
static const struct shape comment_shape = {"ProposalCommentNew", MEDIA_JSON, 32 * 1024, sizeof(struct comment_body), comment_fields, 4};

static const struct field resolution_fields[] = {
  {"resolved", SHAPE_FLAG, REQUIRED, 0, offsetof(struct resolution_body, is_resolved), NO_PRESENT, NULL, NULL, "false opens the thread again."},
};
static const struct shape resolution_shape = {"ProposalThreadResolution", MEDIA_JSON, 256, sizeof(struct resolution_body), resolution_fields, 1};

static const struct answer_field comment_answer_fields[] = {
  {"id",          ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Its number"},
  {"round",       ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Of the proposal that it is on"},
  {"field",       ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL, NULL, "The field that it is about; null: the proposal as a whole"},
  {"thread",      ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL, NULL, "The comment that the thread began with; null: this one"},
  {"text",        ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL, NULL, "What it says; null: its author took it away"},
  {"by_name",     ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL, NULL, "Who wrote it; null: the operator"},
  {"staff",       ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Whether it is of the course's staff"},
  {"yours",       ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Whether you wrote it, and can take it away"},
  {"at",          ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "When"},
  {"resolved_at", ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_TEAM,  NULL, NULL, "Of a thread's first: when it was resolved"},
  {"note",        ANSWER_FLAG,    ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Whether only staff see it"},
};
static const struct answer comment_answer = {"ProposalComment", NULL, false, comment_answer_fields, sizeof comment_answer_fields / sizeof *comment_answer_fields};
static const struct answer_field comments_answer_fields[] = {
  {"comments", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &comment_answer, "Oldest first, of all rounds; notes to staff only"},
};
static const struct answer comments_answer = {"ProposalComments", NULL, false, comments_answer_fields, sizeof comments_answer_fields / sizeof *comments_answer_fields};

#define COMMENTS "/courses/{course}/teams/{team}/proposal/comments"

static const struct route rows[] = {
  {METHOD_GET,    COMMENTS,                         ACCESS_TEAM, ROUTE_READ,  NULL, list,      NULL, NULL,              200, &comments_answer, "What team and staff say about the proposal"},
  {METHOD_POST,   COMMENTS,                         ACCESS_TEAM, ROUTE_WRITE, NULL, add,       NULL, &comment_shape,    201, &comment_answer,  "Say something about the proposal or a field of it; as staff also a note that the team does not see"},
  {METHOD_DELETE, COMMENTS "/{comment}",            ACCESS_TEAM, ROUTE_WRITE, NULL, take_away, NULL, NULL,              204, NULL,             "Take away a comment of your own"},
  {METHOD_PUT,    COMMENTS "/{comment}/resolution", ACCESS_TEAM, ROUTE_WRITE, NULL, resolve,   NULL, &resolution_shape, 204, NULL,             "Say that a thread is settled, or open it again"},
};
// clang-format on

const struct route_table comment_routes = {"proposals", rows, sizeof rows / sizeof rows[0]};

static enum err add(struct request *request) {
  const struct comment_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct comment_new wanted = {
      .text = body->text, .field = body->field, .reply_to = body->reply_to, .is_note = body->is_note};
  int64_t team = request_id(request, "team"), id = 0;
  struct comment comment;
  enum err err = comment_add(&request->act, course, team, &wanted, &id);
  if (err != ERR_OK || (err = comment_show(&request->act, course, team, id, &comment)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/teams/%lld/proposal/comments", course->slug, (long long)team);
  write_comment(course, request->who.person, &comment, json);
  return ERR_OK;
}

static enum err list(struct request *request) {
  const struct course_view *course = request_course(request);
  struct proposal proposal;
  struct comment *comments = NULL;
  size_t count = 0;
  int64_t team = request_id(request, "team");
  enum err err = review_load(&request->act, course, team, &proposal);
  if (err == ERR_OK)
    err = comment_list(&request->act, course, team, &comments, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "comments");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_comment(course, request->who.person, &comments[i], json);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err take_away(struct request *request) {
  enum err err = comment_remove(&request->act, request_course(request), request_id(request, "team"),
                                request_id(request, "comment"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err resolve(struct request *request) {
  const struct resolution_body *body = request->input;
  enum err err = comment_resolve(&request->act, request_course(request), request_id(request, "team"),
                                 request_id(request, "comment"), body->is_resolved);
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static void write_comment(const struct course_view *course, int64_t reader, const struct comment *comment,
                          struct json *json) {
  json_int(json, "id", comment->id);
  json_int(json, "round", comment->round);
  json_text(json, "field", comment->field);
  json_int_or_null(json, "thread", comment->parent);
  json_text(json, "text", comment->removed_at != 0 ? NULL : comment->text);
  json_text(json, "by_name", comment->by_name);
  json_flag(json, "staff", comment->is_staff);
  json_flag(json, "yours", comment->by == reader);
  json_instant(json, "at", comment->at);
  json_instant_or_null(json, "resolved_at", comment->resolved_at);
  if (course_is_staff(course))
    json_flag(json, "note", comment->is_note);
}
