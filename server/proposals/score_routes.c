// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/score_routes.h"

#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/score.h"

enum { ITEM_CHARACTERS_MAX = 64 };

struct scores_body {
  int64_t submitted_at;
  struct item_list scores; // struct score_new
};

static route_handler give_scores, list_scores;
static void write_score(struct json *json, const struct course_view *course, const struct score *score);

// clang-format off
static const struct field score_fields[] = {
  {"item",   SHAPE_TEXT,    REQUIRED, ITEM_CHARACTERS_MAX,        offsetof(struct score_new, item),   NO_PRESENT, NULL, NULL, "An item's id in the course file's rubric."},
  {"points", SHAPE_INTEGER, REQUIRED, RUBRIC_POINTS_MAX,          offsetof(struct score_new, points), NO_PRESENT, NULL, NULL, "At most what the item gives."},
  {"words",  SHAPE_LINES,   OPTIONAL, SCORE_WORDS_CHARACTERS_MAX, offsetof(struct score_new, words),  NO_PRESENT, NULL, NULL, "Why; the team reads it with the decision."},
};
static const struct shape score_shape = {"ProposalScoreNew", MEDIA_JSON, 16 * 1024, sizeof(struct score_new), score_fields, 3};
static const struct field scores_fields[] = {
  {"scores",       SHAPE_LIST,    REQUIRED, RUBRIC_MAX, offsetof(struct scores_body, scores),       NO_PRESENT, NULL, &score_shape, "All of yours on this submission: what is left out goes."},
  {"submitted_at", SHAPE_INSTANT, OPTIONAL, 0,          offsetof(struct scores_body, submitted_at), NO_PRESENT, NULL, NULL, "Of the submission that you have read: when another one stands by now, nothing is kept."},
};
static const struct shape scores_shape = {"ProposalScoresNew", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct scores_body), scores_fields, 2};

static const struct answer_field score_answer_fields[] = {
  {"item",    ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Its id in the course file's rubric"},
  {"points",  ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "What a reviewer gave"},
  {"most",    ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Of how many"},
  {"words",   ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_TEAM,  NULL, NULL, "Why"},
  {"by",      ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Whose it is, by number"},
  {"by_name", ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Whose it is"},
  {"at",      ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "When it was given"},
};
static const struct answer score_answer = {"ProposalScore", NULL, false, score_answer_fields, sizeof score_answer_fields / sizeof *score_answer_fields};
static const struct answer_field rubric_answer_fields[] = {
  {"id",     ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "As scores name it"},
  {"title",  ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "In words"},
  {"points", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What it gives at most"},
  {"means",  ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "What earns them"},
};
static const struct answer rubric_answer = {"RubricItem", NULL, false, rubric_answer_fields, sizeof rubric_answer_fields / sizeof *rubric_answer_fields};
static const struct answer_field scores_answer_fields[] = {
  {"rubric",       ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &rubric_answer, "By what proposals are judged, as the course file states it; empty when it states nothing"},
  {"submitted_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL,           "Of the submission that the scores are on; null: there are none"},
  {"scores",       ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &score_answer,  "In the rubric's order; to the team those on what it was told a decision on"},
};
static const struct answer scores_answer = {"ProposalScores", NULL, false, scores_answer_fields, sizeof scores_answer_fields / sizeof *scores_answer_fields};

#define SCORES "/courses/{course}/teams/{team}/proposal/scores"

static const struct route rows[] = {
  {METHOD_GET, SCORES, ACCESS_TEAM,  ROUTE_READ,  NULL, list_scores, NULL, NULL,          200, &scores_answer, "The rubric, and the points that reviewers gave by it"},
  {METHOD_PUT, SCORES, ACCESS_STAFF, ROUTE_WRITE, NULL, give_scores, NULL, &scores_shape, 200, &scores_answer, "Give points by the rubric on the submission that stands"},
};
// clang-format on

const struct route_table score_routes = {"proposals", rows, sizeof rows / sizeof rows[0]};

static enum err give_scores(struct request *request) {
  const struct scores_body *body = request->input;
  enum err err = score_give(&request->act, request_course(request), request_id(request, "team"), body->submitted_at,
                            body->scores.items, body->scores.count);
  return err == ERR_OK ? list_scores(request) : err;
}

static enum err list_scores(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct proposal_rules *rules = &course->file->proposals;
  struct score *list = NULL;
  size_t count = 0;
  enum err err = score_list(&request->act, course, request_id(request, "team"), &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "rubric");
  for (size_t i = 0; i < rules->rubric_count; i++) {
    json_begin_object(json);
    json_text(json, "id", rules->rubric[i].id);
    json_text(json, "title", rules->rubric[i].title);
    json_int(json, "points", rules->rubric[i].points);
    json_text(json, "means", rules->rubric[i].means);
    json_end(json);
  }
  json_end(json);
  json_instant_or_null(json, "submitted_at", count > 0 ? list[0].of_submission : 0);
  json_array_in(json, "scores");
  for (size_t i = 0; i < count; i++)
    write_score(json, course, &list[i]);
  json_end(json);
  return ERR_OK;
}

static void write_score(struct json *json, const struct course_view *course, const struct score *score) {
  json_begin_object(json);
  json_text(json, "item", score->item);
  json_int(json, "points", score->points);
  json_int(json, "most", score->most);
  json_text(json, "words", score->words);
  if (course_is_staff(course)) {
    json_int(json, "by", score->by);
    json_text(json, "by_name", score->by_name);
    json_instant(json, "at", score->at);
  }
  json_end(json);
}
