// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/seeker_routes.h"

#include "server/http/request.h"
#include "server/teams/card.h"
#include "server/teams/seeker_store.h"

enum { SEEKERS_PAGE_DEFAULT = 100, SEEKERS_PAGE_MAX = 500 };

struct seekers_page {
  const char *skill;
  const char *level;
  const char *topic;
  int64_t after;
  int64_t limit;
};

static enum err take_filter(const struct request *request, const struct act *act, struct seeker_filter *filter);
static void write_seeker(struct json *json, const struct course *file, const struct seeker *seeker);

static const struct field page_fields[] = {
    {"skill", SHAPE_TEXT, OPTIONAL, 64, offsetof(struct seekers_page, skill), NO_PRESENT, NULL, NULL,
     "Who has this skill, by its id."},
    {"level", SHAPE_TEXT, OPTIONAL, 64, offsetof(struct seekers_page, level), NO_PRESENT, NULL, NULL,
     "At this level or above in the skill; above the lowest unless told."},
    {"topic", SHAPE_TEXT, OPTIONAL, 64, offsetof(struct seekers_page, topic), NO_PRESENT, NULL, NULL,
     "Who is interested in this topic."},
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct seekers_page, after), NO_PRESENT, NULL, NULL,
     "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, SEEKERS_PAGE_MAX, offsetof(struct seekers_page, limit), NO_PRESENT, NULL, NULL,
     "How many people, 100 unless told."},
};
const struct shape seekers_query = {"SeekersPage", MEDIA_JSON, 0, sizeof(struct seekers_page), page_fields, 5};

// clang-format off
static const struct answer_field seeker_level_answer_fields[] = {
  {"skill", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "A skill's id"},
  {"level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The level's id, as the person says"},
};
static const struct answer seeker_level_answer = {"SeekerLevel", NULL, false, seeker_level_answer_fields, sizeof seeker_level_answer_fields / sizeof *seeker_level_answer_fields};
static const struct answer_field seeker_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it"},
  {"skills", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &seeker_level_answer, "Every skill of the course"},
  {"topics", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Ids of topics of interest"},
  {"availability", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When and where to work with others"},
  {"about", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "What a team should know"},
};
static const struct answer seeker_answer = {"Seeker", NULL, false, seeker_answer_fields, sizeof seeker_answer_fields / sizeof *seeker_answer_fields};
static const struct answer_field seekers_answer_fields[] = {
  {"seekers", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &seeker_answer, "Those who ticked that they look for a team, by number"},
  {"next", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "`after` of the next page; left out on the last one"},
};
const struct answer seekers_answer = {"Seekers", NULL, false, seekers_answer_fields, sizeof seekers_answer_fields / sizeof *seekers_answer_fields};
// clang-format on

enum err seekers_list(struct request *request) {
  const struct course_view *course = request_course(request);
  struct seeker_filter filter = {.skill = NO_INDEX, .topic = NO_INDEX, .limit = SEEKERS_PAGE_DEFAULT};
  struct seeker *list = NULL;
  size_t count = 0;
  enum err err = take_filter(request, &request->act, &filter);
  if (err != ERR_OK || (err = seeker_store_list(&request->act, course, &filter, &list, &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "seekers");
  for (size_t i = 0; i < count; i++)
    write_seeker(json, course->file, &list[i]);
  json_end(json);
  if (count == (size_t)filter.limit)
    json_int(json, "next", list[count - 1].person);
  return ERR_OK;
}

static enum err take_filter(const struct request *request, const struct act *act, struct seeker_filter *filter) {
  const struct course_view *course = request_course(request);
  const struct seekers_page *page = request->query_input;
  filter->is_for_staff = course_is_staff(course);
  if (page == NULL)
    return ERR_OK;
  filter->after = page->after;
  filter->limit = page->limit == 0 ? SEEKERS_PAGE_DEFAULT : page->limit;
  enum err err = ERR_OK;
  if (page->skill != NULL) {
    filter->level = 1;
    if ((filter->skill = course_skill(course->file, page->skill)) == NO_INDEX)
      err = problem_field(act->problem, "skill", "is no skill of this course; known: %s",
                          card_known_skills(act, course->file));
  }
  if (page->level != NULL) {
    if ((filter->level = course_level(course->file, page->level)) == NO_INDEX)
      err = problem_field(act->problem, "level", "is no level of this course; known: %s",
                          card_known_levels(act, course->file));
    if (page->skill == NULL)
      err = problem_field(act->problem, "level", "needs a skill: say in which one");
  }
  if (page->topic != NULL && (filter->topic = course_topic(course->file, page->topic)) == NO_INDEX)
    err = problem_field(act->problem, "topic", "is no topic of this course; known: %s",
                        card_known_topics(act, course->file));
  return err;
}

static void write_seeker(struct json *json, const struct course *file, const struct seeker *seeker) {
  json_begin_object(json);
  json_int(json, "person", seeker->person);
  json_text(json, "name", seeker->name);
  json_array_in(json, "skills");
  for (int i = 0; i < file->skill_count; i++) {
    json_begin_object(json);
    json_text(json, "skill", file->skills[i].id);
    json_text(json, "level", file->levels[seeker->levels[i]].id);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "topics");
  for (size_t i = 0; i < seeker->topic_count; i++)
    json_text(json, NULL, file->topics[seeker->topics[i]].id);
  json_end(json);
  json_text(json, "availability", seeker->availability);
  json_text(json, "about", seeker->about);
  json_end(json);
}
