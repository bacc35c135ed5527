// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/card.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/teams/team.h"
#include "server/teams/team_notice.h"

static enum err take_skills(const struct act *act, const struct course *file, const struct card_input *input,
                            struct card *card);
static enum err take_skill(const struct act *act, const struct course *file, const struct card_skill_input *input,
                           size_t index, struct card *card, bool *is_stated);
static enum err take_topics(const struct act *act, const struct course *file, const struct card_input *input,
                            struct card *card);
static enum err take_seeking(const struct act *act, const struct course_view *course, bool is_registered,
                             const struct card_input *input, struct card *card);
static enum err find_registered(const struct act *act, const struct course_view *course, int64_t team,
                                bool *is_registered);
static bool count_levels(const struct course *file, const struct card *before, bool is_registered, struct card *after);
static bool is_same(const struct course *file, const struct card *a, const struct card *b);
static enum err tell_staff(const struct act *act, const struct course_view *course, const struct card *before,
                           const struct card *after);
static const char *card_json(const struct act *act, const struct course *file, const struct card *card);
static const char *person_subject(const struct act *act, int64_t person);

enum err card_put(const struct act *act, const struct course_view *course, const struct card_input *input) {
  struct card before;
  bool is_registered = false;
  enum err err = card_store_get(act, course, act->actor, &before);
  if (err != ERR_OK || (err = find_registered(act, course, course->team, &is_registered)) != ERR_OK)
    return err;
  struct card after = {.person = act->actor,
                       .availability = input->availability ? input->availability : "",
                       .about = input->about ? input->about : ""};
  enum err skills = take_skills(act, course->file, input, &after);
  enum err topics = take_topics(act, course->file, input, &after);
  enum err seeking = take_seeking(act, course, is_registered, input, &after);
  if (skills != ERR_OK || topics != ERR_OK || seeking != ERR_OK)
    return ERR_INVALID; // all faults are told at once
  bool is_counted_anew = count_levels(course->file, &before, is_registered, &after);
  if (before.version > 0 && is_same(course->file, &before, &after))
    return ERR_OK;
  const char *kind = is_registered         ? "card edited after registration"
                     : before.version == 0 ? "card filled in"
                                           : "card edited";
  if ((err = card_store_put(act, course, &after)) != ERR_OK ||
      (err = audit_write(act, course->id, kind, person_subject(act, act->actor),
                         before.version == 0 ? NULL : card_json(act, course->file, &before),
                         card_json(act, course->file, &after))) != ERR_OK)
    return err;
  if (is_registered && (err = tell_staff(act, course, &before, &after)) != ERR_OK)
    return err;
  return is_counted_anew && course->team != 0 ? team_coverage_changed(act, course, course->team) : ERR_OK;
}

enum err card_confirm(const struct act *act, const struct course_view *course, int64_t person, int64_t version) {
  struct enrolment enrolment;
  struct card card;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err == ERR_OK)
    err = card_store_get(act, course, person, &card);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && card.version == 0))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person has filled in no info card in this course.");
  if (err != ERR_OK)
    return err;
  if (version != 0 && version != card.version)
    return problem_raise(act->problem, PROBLEM_VERSION_CONFLICT,
                         "%s has changed the card meanwhile. Look at it again before you confirm it.", enrolment.name);
  bool is_raised = false;
  for (int i = 0; i < course->file->skill_count; i++)
    is_raised = is_raised || card.skills[i].counted != card.skills[i].level;
  if (!is_raised)
    return ERR_OK;
  const char *before = card_json(act, course->file, &card);
  for (int i = 0; i < course->file->skill_count; i++)
    card.skills[i].counted = card.skills[i].level;
  struct notice notice = {
      .kind = "card confirmed",
      .subject = "Your raised levels count now",
      .words = "The course's staff confirmed the levels on your info card: they count for your team from now on."};
  if ((err = card_store_confirm(act, course->id, person)) != ERR_OK ||
      (err = audit_write(act, course->id, "card confirmed", person_subject(act, person), before,
                         card_json(act, course->file, &card))) != ERR_OK ||
      (err = team_tell_person(act, course, enrolment.team, person, &notice)) != ERR_OK)
    return err;
  return enrolment.team != 0 ? team_coverage_changed(act, course, enrolment.team) : ERR_OK;
}

const char *card_known_skills(const struct act *act, const struct course *file) {
  struct text text;
  text_init(&text, act->arena);
  for (int i = 0; i < file->skill_count; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : ", ", file->skills[i].id);
  return text_get(&text);
}

const char *card_known_levels(const struct act *act, const struct course *file) {
  struct text text;
  text_init(&text, act->arena);
  for (int i = 0; i < file->level_count; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : ", ", file->levels[i].id);
  return text_get(&text);
}

const char *card_known_topics(const struct act *act, const struct course *file) {
  struct text text;
  text_init(&text, act->arena);
  for (size_t i = 0; i < file->topic_count; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : ", ", file->topics[i].id);
  return text_get(&text);
}

static enum err take_skills(const struct act *act, const struct course *file, const struct card_input *input,
                            struct card *card) {
  const struct card_skill_input *list = input->skills.items;
  bool is_stated[SKILL_MAX] = {false};
  for (int i = 0; i < SKILL_MAX; i++)
    card->skills[i].evidence = "";
  enum err err = ERR_OK;
  for (size_t i = 0; i < input->skills.count; i++)
    if (take_skill(act, file, &list[i], i, card, is_stated) != ERR_OK)
      err = ERR_INVALID;
  return err;
}

static enum err take_skill(const struct act *act, const struct course *file, const struct card_skill_input *input,
                           size_t index, struct card *card, bool *is_stated) {
  const char *field = arena_format(act->arena, "skills[%zu]", index);
  int skill = course_skill(file, input->skill);
  if (skill == NO_INDEX)
    return problem_field(act->problem, arena_format(act->arena, "%s.skill", field),
                         "is no skill of this course; known: %s", card_known_skills(act, file));
  int level = course_level(file, input->level);
  if (level == NO_INDEX)
    return problem_field(act->problem, arena_format(act->arena, "%s.level", field),
                         "is no level of this course; known: %s", card_known_levels(act, file));
  if (is_stated[skill])
    return problem_field(act->problem, arena_format(act->arena, "%s.skill", field), "is stated twice");
  is_stated[skill] = true;
  const char *evidence = input->evidence ? input->evidence : "";
  if (level > 0 && evidence[0] == '\0')
    return problem_field(act->problem, arena_format(act->arena, "%s.evidence", field),
                         "is needed above %s: say in a line what stands behind the level, a course, a project, a paper",
                         file->levels[0].title);
  card->skills[skill] = (struct card_skill){.level = level, .evidence = evidence};
  return ERR_OK;
}

static enum err take_topics(const struct act *act, const struct course *file, const struct card_input *input,
                            struct card *card) {
  bool *is_chosen = arena_array(act->arena, file->topic_count, sizeof *is_chosen);
  enum err err = ERR_OK;
  for (size_t i = 0; i < input->topics.count; i++) {
    int topic = course_topic(file, input->topics.items[i]);
    if (topic == NO_INDEX)
      err = problem_field(act->problem, arena_format(act->arena, "topics[%zu]", i),
                          "is no topic of this course; known: %s", card_known_topics(act, file));
    else
      is_chosen[topic] = true;
  }
  int *topics = arena_array(act->arena, file->topic_count, sizeof *topics);
  for (size_t i = 0; i < file->topic_count; i++)
    if (is_chosen[i])
      topics[card->topic_count++] = (int)i;
  card->topics = topics;
  return err;
}

static enum err take_seeking(const struct act *act, const struct course_view *course, bool is_registered,
                             const struct card_input *input, struct card *card) {
  if (input->is_seeking && is_registered)
    return problem_field(act->problem, "seeking", "ended when your team was registered");
  if (input->is_seeking && course->is_seated)
    return problem_field(act->problem, "seeking", "ended with your lab seat");
  card->is_seeking = input->is_seeking;
  return ERR_OK;
}

static enum err find_registered(const struct act *act, const struct course_view *course, int64_t team_id,
                                bool *is_registered) {
  if (team_id == 0)
    return ERR_OK;
  struct team team;
  enum err err = team_get(act, course->id, team_id, &team);
  if (err == ERR_OK)
    *is_registered = team.state == TEAM_REGISTERED;
  return err;
}

// Says whether a level that counts has changed.
static bool count_levels(const struct course *file, const struct card *before, bool is_registered, struct card *after) {
  bool is_changed = false;
  for (int i = 0; i < file->skill_count; i++) {
    int counted = before->skills[i].counted;
    struct card_skill *skill = &after->skills[i];
    skill->counted = is_registered && skill->level > counted ? counted : skill->level;
    is_changed = is_changed || skill->counted != counted;
  }
  return is_changed;
}

static bool is_same(const struct course *file, const struct card *a, const struct card *b) {
  for (int i = 0; i < file->skill_count; i++)
    if (a->skills[i].level != b->skills[i].level || a->skills[i].counted != b->skills[i].counted ||
        !text_equal(a->skills[i].evidence, b->skills[i].evidence))
      return false;
  return a->is_seeking == b->is_seeking && text_equal(a->availability, b->availability) &&
         text_equal(a->about, b->about) && a->topic_count == b->topic_count &&
         memcmp(a->topics, b->topics, a->topic_count * sizeof *a->topics) == 0;
}

static enum err tell_staff(const struct act *act, const struct course_view *course, const struct card *before,
                           const struct card *after) {
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, after->person, &enrolment);
  if (err != ERR_OK)
    return err;
  struct text words;
  text_init(&words, act->arena);
  text_add_format(&words, "%s, of the registered team %s, edited the info card.", enrolment.name, enrolment.team_name);
  const struct course *file = course->file;
  for (int i = 0; i < file->skill_count; i++) {
    const struct card_skill *was = &before->skills[i], *is = &after->skills[i];
    if (was->level != is->level)
      text_add_format(&words, " %s: %s, before %s.", file->skills[i].title, file->levels[is->level].title,
                      file->levels[was->level].title);
    else if (!text_equal(was->evidence, is->evidence))
      text_add_format(&words, " %s: the line of evidence is another.", file->skills[i].title);
    if (is->counted < is->level)
      text_add_format(&words, " It counts as %s until staff confirm the card.", file->levels[is->counted].title);
  }
  struct notice notice = {.kind = "card edited",
                          .subject = arena_format(act->arena, "%s: an info card was edited", enrolment.team_name),
                          .words = text_get(&words)};
  const char *link = arena_format(act->arena, "/courses/%s/info-cards/%lld", course->slug, (long long)after->person);
  return team_tell_staff(act, course, link, &notice);
}

static const char *card_json(const struct act *act, const struct course *file, const struct card *card) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_object_in(&json, "levels");
  for (int i = 0; i < file->skill_count; i++)
    json_text(&json, file->skills[i].id, file->levels[card->skills[i].level].id);
  json_end(&json);
  json_object_in(&json, "counted");
  for (int i = 0; i < file->skill_count; i++)
    json_text(&json, file->skills[i].id, file->levels[card->skills[i].counted].id);
  json_end(&json);
  json_flag(&json, "seeking", card->is_seeking);
  json_end(&json);
  return json_get(&json);
}

static const char *person_subject(const struct act *act, int64_t person) {
  return arena_format(act->arena, "person %lld", (long long)person);
}
