// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/card_routes.h"

#include "server/courses/enrolment.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/teams/card.h"

struct card_confirmation {
  int64_t version;
};

static enum err write_own(struct request *request);
static void write_card(struct json *json, const struct course *file, const struct card *card);

static const struct field skill_fields[] = {
    {"skill", SHAPE_TEXT, REQUIRED, 64, offsetof(struct card_skill_input, skill), NO_PRESENT, NULL, NULL,
     "Its id in the course file."},
    {"level", SHAPE_TEXT, REQUIRED, 64, offsetof(struct card_skill_input, level), NO_PRESENT, NULL, NULL,
     "A level's id."},
    {"evidence", SHAPE_TEXT, OPTIONAL, CARD_EVIDENCE_CHARACTERS_MAX, offsetof(struct card_skill_input, evidence),
     NO_PRESENT, NULL, NULL, "What stands behind the level, in a line; required above the lowest level."},
};
static const struct shape skill_shape = {"CardSkill", MEDIA_JSON, 0, sizeof(struct card_skill_input), skill_fields, 3};

static const struct field card_fields[] = {
    {"skills", SHAPE_LIST, REQUIRED, SKILL_MAX, offsetof(struct card_input, skills), NO_PRESENT, NULL, &skill_shape,
     "Your level in each skill; one that is left out is at the lowest."},
    {"topics", SHAPE_TEXT_LIST, OPTIONAL, CARD_TOPICS_MAX, offsetof(struct card_input, topics), NO_PRESENT, NULL, NULL,
     "Ids of topics that interest you."},
    {"availability", SHAPE_LINES, OPTIONAL, CARD_AVAILABILITY_CHARACTERS_MAX, offsetof(struct card_input, availability),
     NO_PRESENT, NULL, NULL, "When and where you can work with others."},
    {"about", SHAPE_LINES, OPTIONAL, CARD_ABOUT_CHARACTERS_MAX, offsetof(struct card_input, about), NO_PRESENT, NULL,
     NULL, "What a team should know of you."},
    {"seeking", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct card_input, is_seeking), NO_PRESENT, NULL, NULL,
     "Look for a team: while this is on, everybody in the course sees your card but for the evidence, never your "
     "address."},
};
const struct shape card_shape = {"InfoCard", MEDIA_JSON, 32 * 1024, sizeof(struct card_input), card_fields, 5};

static const struct field confirmation_fields[] = {
    {"version", SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct card_confirmation, version), NO_PRESENT, NULL, NULL,
     "The version that you saw: one that was changed since is not confirmed."},
};
const struct shape card_confirmation_shape = {"CardConfirmation",  MEDIA_JSON, 256, sizeof(struct card_confirmation),
                                              confirmation_fields, 1};

// clang-format off
static const struct answer_field card_skill_answer_fields[] = {
  {"skill", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "A skill's id"},
  {"level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The level's id, as the person says"},
  {"counted_level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The one that counts: a raise after registration counts once staff confirm it"},
  {"evidence", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What stands behind the level"},
};
static const struct answer card_skill_answer = {"CardSkillShown", NULL, false, card_skill_answer_fields, sizeof card_skill_answer_fields / sizeof *card_skill_answer_fields};

#define CARD_FIELDS \
  {"is_filled_in", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether it was ever saved"}, \
  {"skills", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &card_skill_answer, "Every skill of the course"}, \
  {"awaits_confirmation", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether a raised level waits for staff"}, \
  {"topics", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Ids of topics of interest"}, \
  {"availability", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When and where to work with others"}, \
  {"about", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What a team should know"}, \
  {"seeking", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether they look for a team: then the course sees all but the evidence"}, \
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Counts its changes; 0: never saved"}, \
  {"updated_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "When it was last saved"}
static const struct answer_field own_card_answer_fields[] = {
  CARD_FIELDS,
  {"seeking_shows", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Who sees what while looking for a team, to be shown beside the switch"},
};
const struct answer own_card_answer = {"OwnInfoCard", NULL, false, own_card_answer_fields, sizeof own_card_answer_fields / sizeof *own_card_answer_fields};
static const struct answer_field student_card_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"email", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The primary address"},
  {"team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team they are in"},
  CARD_FIELDS,
};
const struct answer student_card_answer = {"StudentInfoCard", NULL, false, student_card_answer_fields, sizeof student_card_answer_fields / sizeof *student_card_answer_fields};
// clang-format on

enum err card_show_own(struct request *request) { return write_own(request); }

enum err card_put_own(struct request *request) {
  struct card card;
  enum err err = card_store_get(&request->act, request_course(request), request->who.person, &card);
  if (err == ERR_OK)
    err = request_if_match(request, card.version);
  if (err == ERR_OK)
    err = card_put(&request->act, request_course(request), request->input);
  return err == ERR_OK ? write_own(request) : err;
}

enum err card_show(struct request *request) {
  const struct course_view *course = request_course(request);
  struct enrolment enrolment;
  struct card card;
  enum err err = enrolment_get(&request->act, course->id, request_id(request, "person"), &enrolment);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && enrolment.role != ROLE_STUDENT))
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is no student with this number in this course.");
  if (err != ERR_OK || (err = card_store_get(&request->act, course, enrolment.person, &card)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int(json, "person", enrolment.person);
  json_text(json, "name", enrolment.name);
  json_text(json, "email", enrolment.email);
  json_int_or_null(json, "team", enrolment.team);
  write_card(json, course->file, &card);
  return ERR_OK;
}

enum err card_confirm_levels(struct request *request) {
  const struct card_confirmation *input = request->input;
  enum err err = card_confirm(&request->act, request_course(request), request_id(request, "person"), input->version);
  return err == ERR_OK ? card_show(request) : err;
}

static enum err write_own(struct request *request) {
  const struct course_view *course = request_course(request);
  struct card card;
  struct enrolment enrolment;
  enum err err = card_store_get(&request->act, course, request->who.person, &card);
  if (err == ERR_OK)
    err = enrolment_get(&request->act, course->id, request->who.person, &enrolment);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  write_card(json, course->file, &card);
  json_text(json, "seeking_shows",
            enrolment.is_confidential
                ? "You are marked confidential: only staff and your own team see you, whether this is on or off."
                : "While this is on and you are in no team, everybody in this course sees your name, levels, topics, "
                  "availability and the "
                  "text about you, but not the evidence and not your address. It ends when your team is registered or "
                  "you take a lab seat.");
  return ERR_OK;
}

static void write_card(struct json *json, const struct course *file, const struct card *card) {
  bool is_unconfirmed = false;
  json_flag(json, "is_filled_in", card->version > 0);
  json_array_in(json, "skills");
  for (int i = 0; i < file->skill_count; i++) {
    const struct card_skill *skill = &card->skills[i];
    is_unconfirmed = is_unconfirmed || skill->counted != skill->level;
    json_begin_object(json);
    json_text(json, "skill", file->skills[i].id);
    json_text(json, "level", file->levels[skill->level].id);
    json_text(json, "counted_level", file->levels[skill->counted].id);
    json_text(json, "evidence", skill->evidence);
    json_end(json);
  }
  json_end(json);
  json_flag(json, "awaits_confirmation", is_unconfirmed);
  json_array_in(json, "topics");
  for (size_t i = 0; i < card->topic_count; i++)
    json_text(json, NULL, file->topics[card->topics[i]].id);
  json_end(json);
  json_text(json, "availability", card->availability);
  json_text(json, "about", card->about);
  json_flag(json, "seeking", card->is_seeking);
  json_int(json, "version", card->version);
  json_instant_or_null(json, "updated_at", card->updated_at);
}
