// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/search_routes.h"

#include "server/courses/search.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

struct search_query {
  const char *words;
};

static route_handler search;
static void write_person(struct json *json, const struct search_person *person, bool is_for_staff);

static const char *const roles[] = {"student", "staff", "instructor", NULL};
static const char *const team_states[] = {"forming", "registered", "incomplete", NULL};

// clang-format off
static const struct field search_fields[] = {
  {"q", SHAPE_TEXT, REQUIRED, SEARCH_CHARACTERS_MAX, offsetof(struct search_query, words), NO_PRESENT, NULL, NULL, "Words, each the beginning of a word of the name; at least 2 characters. Capitals and accents do not count."},
};
static const struct shape search_shape = {"SearchQuery", MEDIA_JSON, 0, sizeof(struct search_query), search_fields, 1};

static const struct answer_field person_answer_fields[] = {
  {"person",    ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,  NULL, "Their number"},
  {"name",      ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,  NULL, "As everybody sees it"},
  {"role",      ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, roles, NULL, "What they are in the course"},
  {"team",      ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,  NULL, "The team they are in"},
  {"team_name", ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL,  NULL, "Its name"},
  {"email",     ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL,  NULL, "Their address"},
  {"active",    ANSWER_FLAG,    ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL,  NULL, "false: dropped"},
};
static const struct answer person_answer = {"SearchPerson", NULL, false, person_answer_fields, sizeof person_answer_fields / sizeof *person_answer_fields};
static const struct answer_field team_answer_fields[] = {
  {"team",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL,        NULL, "Its number"},
  {"name",  ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL,        NULL, "Its name"},
  {"state", ANSWER_CHOICE,  ANSWER_ALWAYS, AUDIENCE_CALLER, team_states, NULL, "Where it stands"},
};
static const struct answer team_answer = {"SearchTeam", NULL, false, team_answer_fields, sizeof team_answer_fields / sizeof *team_answer_fields};
static const struct answer_field search_answer_fields[] = {
  {"people", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &person_answer, "By name; students find members of teams, who looks for one, and staff"},
  {"teams",  ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &team_answer,   "By name"},
  {"more",   ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL,           "There are more than the 50 that are shown: add a word"},
};
static const struct answer search_answer = {"SearchResult", NULL, false, search_answer_fields, sizeof search_answer_fields / sizeof *search_answer_fields};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/search", ACCESS_COURSE, ROUTE_READ, NULL, search, &search_shape, NULL, 200, &search_answer, "People and teams by words of their names"},
};
// clang-format on

const struct route_table search_routes = {"search", rows, sizeof rows / sizeof rows[0]};

static enum err search(struct request *request) {
  const struct search_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  struct search_result found;
  enum err err = search_course(&request->act, course, query->words, &found);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "people");
  for (size_t i = 0; i < found.person_count; i++)
    write_person(json, &found.people[i], course_is_staff(course));
  json_end(json);
  json_array_in(json, "teams");
  for (size_t i = 0; i < found.team_count; i++) {
    json_begin_object(json);
    json_int(json, "team", found.teams[i].team);
    json_text(json, "name", found.teams[i].name);
    json_text(json, "state", found.teams[i].state);
    json_end(json);
  }
  json_end(json);
  json_flag(json, "more", found.is_cut);
  return ERR_OK;
}

static void write_person(struct json *json, const struct search_person *person, bool is_for_staff) {
  json_begin_object(json);
  json_int(json, "person", person->person);
  json_text(json, "name", person->name);
  json_text(json, "role", person->role);
  json_int_or_null(json, "team", person->team);
  json_text(json, "team_name", person->team_name);
  if (is_for_staff) {
    json_text(json, "email", person->email);
    json_flag(json, "active", person->is_active);
  }
  json_end(json);
}
