// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/similarity_routes.h"

#include "server/courses/course_view.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/proposals/similarity_store.h"

enum { PASSAGE_BYTES_MAX = 1000 }; // shown of a passage in either text

struct similarity_query {
  int64_t least;
  bool has_least;
};

static route_handler show_similarity;
static void write_match(const struct similarity_match *match, struct json *json);
static void write_side(const char *name, const struct similarity_text *text, struct json *json);
static void write_passage(struct json *json, const char *name, const char *text, size_t start, size_t end);

// clang-format off
static const struct field query_fields[] = {
  {"least", SHAPE_INTEGER, OPTIONAL, 100, offsetof(struct similarity_query, least), offsetof(struct similarity_query, has_least), NULL, NULL, "The least share, in percent of the smaller text; 10 unless told."},
};
static const struct shape query_shape = {"SimilarityQuery", MEDIA_JSON, 0, sizeof(struct similarity_query), query_fields, 1};

static const struct answer_field side_fields[] = {
  {"course",    ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "This course, or an earlier one in which you are staff too"},
  {"team",      ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team whose text it is"},
  {"person",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Or the student who works alone"},
  {"name",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's name, or the student's"},
  {"milestone", ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "For which it was handed in; null: the proposal"},
  {"field",     ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The proposal's field; of other work `reproduce` or `statement`"},
  {"member",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Of a field per member: whose part"},
  {"bytes",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "How long the text is"},
};
static const struct answer side_answer = {"SimilarityText", NULL, false, side_fields, sizeof side_fields / sizeof *side_fields};
static const struct answer_field passage_fields[] = {
  {"a_text", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As it stands in the one, its first 1,000 bytes"},
  {"b_text", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As it stands in the other"},
};
static const struct answer passage_answer = {"SimilarityPassage", NULL, false, passage_fields, sizeof passage_fields / sizeof *passage_fields};
static const struct answer_field match_fields[] = {
  {"a",        ANSWER_OBJECT,  ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &side_answer,    "A text of this course"},
  {"b",        ANSWER_OBJECT,  ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &side_answer,    "Another holder's"},
  {"a_bytes",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,            "Bytes of it that stand in a passage"},
  {"b_bytes",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,            "Bytes of it that stand in a passage"},
  {"share",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,            "The same in percent of the smaller text"},
  {"passages", ANSWER_LIST,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &passage_answer, "In the order of the first text, at most 20"},
  {"more",     ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,            "There are more passages"},
};
static const struct answer match_answer = {"SimilarityMatch", NULL, false, match_fields, sizeof match_fields / sizeof *match_fields};
static const struct answer_field report_fields[] = {
  {"matches", ANSWER_LIST,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &match_answer, "The greatest share first, at most 100; places to look at, not a verdict"},
  {"texts",   ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,          "How many texts were looked at"},
  {"cut",     ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL,          "A limit was reached: there may be more matches than these"},
};
static const struct answer report_answer = {"Similarity", NULL, false, report_fields, sizeof report_fields / sizeof *report_fields};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/similarity", ACCESS_STAFF, ROUTE_WORK, show_similarity, NULL, &query_shape, NULL, 200, &report_answer, "Passages that works of the course share with each other, or with earlier courses of yours"},
};
// clang-format on

const struct route_table similarity_routes = {"similarity", rows, sizeof rows / sizeof rows[0]};

static enum err show_similarity(struct request *request) {
  const struct similarity_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  struct similarity_texts texts;
  enum err err = similarity_store_texts(&request->act, course->id, request->who.is_operator, &texts);
  if (err != ERR_OK)
    return err;
  db_rollback(request->act.db); // all is read: comparing keeps no snapshot
  request->tag[0] = '\0';       // earlier courses change by their own
  int least = query->has_least ? (int)query->least : SIMILARITY_LEAST_PERCENT;
  struct similarity_report report = similarity_report_make(request->arena, course->id, texts.items, texts.count, least);
  struct json *json = reply_object(request);
  json_array_in(json, "matches");
  for (size_t i = 0; i < report.count; i++)
    write_match(&report.matches[i], json);
  json_end(json);
  json_int(json, "texts", (int64_t)texts.count);
  json_flag(json, "cut", texts.is_cut || report.is_cut);
  return ERR_OK;
}

static void write_match(const struct similarity_match *match, struct json *json) {
  json_begin_object(json);
  write_side("a", match->a, json);
  write_side("b", match->b, json);
  json_int(json, "a_bytes", (int64_t)match->a_bytes);
  json_int(json, "b_bytes", (int64_t)match->b_bytes);
  json_int(json, "share", match->share);
  json_array_in(json, "passages");
  for (size_t i = 0; i < match->passage_count; i++) {
    const struct passage *passage = &match->passages[i];
    json_begin_object(json);
    write_passage(json, "a_text", match->a->text, passage->a_start, passage->a_end);
    write_passage(json, "b_text", match->b->text, passage->b_start, passage->b_end);
    json_end(json);
  }
  json_end(json);
  json_flag(json, "more", match->has_more);
  json_end(json);
}

static void write_side(const char *name, const struct similarity_text *text, struct json *json) {
  json_object_in(json, name);
  json_text(json, "course", text->slug);
  json_int_or_null(json, "team", text->team);
  json_int_or_null(json, "person", text->person);
  json_text(json, "name", text->name);
  json_text(json, "milestone", text->milestone);
  json_text(json, "field", text->field);
  json_int_or_null(json, "member", text->member);
  json_int(json, "bytes", (int64_t)text->bytes);
  json_end(json);
}

// Passages begin and end with words; what is cut ends with a whole character.
static void write_passage(struct json *json, const char *name, const char *text, size_t start, size_t end) {
  struct arena *scratch SCOPED_ARENA = arena_new();
  if (end - start > PASSAGE_BYTES_MAX) {
    end = start + PASSAGE_BYTES_MAX;
    while (end > start && ((unsigned char)text[end] & 0xC0) == 0x80)
      end--;
  }
  json_text(json, name, arena_text_n(scratch, text + start, end - start));
}
