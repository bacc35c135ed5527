// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/preference.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/course/calendar.h"
#include "server/accounts/me.h"
#include "server/accounts/me_store.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

enum { CHOICES_MAX = 100, KIND_MAX = 60, QUIET_VALUES_MAX = 8, MINUTES_OF_DAY = 24 * 60 };

struct choice {
  const char *kind;
  bool is_on;
};

struct preference_change {
  struct item_list kinds;
  struct raw_value quiet;
};

struct roles {
  bool is_student;
  bool is_staff;
};

static const struct field choice_fields[] = {
    {"kind", SHAPE_TEXT, REQUIRED, KIND_MAX, offsetof(struct choice, kind), NO_PRESENT, NULL, NULL,
     "One that GET lists"},
    {"on", SHAPE_FLAG, REQUIRED, 0, offsetof(struct choice, is_on), NO_PRESENT, NULL, NULL,
     "Whether it comes by mail; it can be read at /me/messages in any case"},
};
static const struct shape choice_shape = {
    "NoticeChoice", MEDIA_JSON, 0, sizeof(struct choice), choice_fields, sizeof choice_fields / sizeof *choice_fields};

static const struct field preference_change_fields[] = {
    {"kinds", SHAPE_LIST, OPTIONAL, CHOICES_MAX, offsetof(struct preference_change, kinds), NO_PRESENT, NULL,
     &choice_shape, "Those to turn on or off; the others stay as they are"},
    {"quiet_hours", SHAPE_RAW, OPTIONAL, QUIET_VALUES_MAX, offsetof(struct preference_change, quiet), NO_PRESENT, NULL,
     NULL,
     "{\"starts\": \"22:00\", \"ends\": \"07:00\", \"zone\": \"America/New_York\"}: hours in which what can wait is "
     "held "
     "back, across midnight when they end before they start; null takes them away"},
};
const struct shape preference_change_shape = {"PreferenceChange",
                                              MEDIA_JSON,
                                              16 * 1024,
                                              sizeof(struct preference_change),
                                              preference_change_fields,
                                              sizeof preference_change_fields / sizeof *preference_change_fields};

static const char *const pace_words[] = {
    [NOTICE_ALONE] = "alone", [NOTICE_NOW] = "now", [NOTICE_HOUR] = "hour", [NOTICE_DAY] = "day", NULL};

// clang-format off
static const struct answer_field preference_answer_fields[] = {
  {"kind", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "As messages call it"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What it tells, for people"},
  {"pace", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, pace_words, NULL, "How soon it leaves as mail: now, within an hour, with the daily mail"},
  {"on", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether it comes by mail"},
};
static const struct answer preference_answer = {"Preference", NULL, false, preference_answer_fields, sizeof preference_answer_fields / sizeof *preference_answer_fields};
static const struct answer_field quiet_hours_answer_fields[] = {
  {"starts", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "HH:MM by the zone's clock"},
  {"ends", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "HH:MM; the next day when it is not after `starts`"},
  {"zone", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "By IANA's names"},
};
static const struct answer quiet_hours_answer = {"QuietHours", NULL, false, quiet_hours_answer_fields, sizeof quiet_hours_answer_fields / sizeof *quiet_hours_answer_fields};
static const struct answer_field preferences_answer_fields[] = {
  {"kinds", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &preference_answer, "What may be turned off, of what reaches somebody in the person's roles"},
  {"quiet_hours", ANSWER_OBJECT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, &quiet_hours_answer, "When what can wait is held back; null: never"},
};
const struct answer preferences_answer = {"Preferences", NULL, false, preferences_answer_fields, sizeof preferences_answer_fields / sizeof *preferences_answer_fields};
// clang-format on

static enum err write(struct request *request);
static enum err roles_of(struct request *request, struct roles *out);
static bool is_theirs(const struct roles *roles, const struct notice_kind *kind);
static enum err change_kinds(struct request *request, const struct item_list *list);
static enum err check_choices(struct request *request, const struct item_list *list);
static enum err change_quiet_hours(struct request *request, const struct raw_value *value);
static enum err read_quiet_hours(struct request *request, const struct raw_value *value, struct quiet_hours *out);
static const struct raw_value *member(const struct raw_value *value, const char *name);
static const char *text_of(const struct raw_value *value);
static bool read_clock(const char *text, int *minutes);
static bool is_same(const struct quiet_hours *a, const struct quiet_hours *b);
static const char *quiet_json(const struct act *act, const struct quiet_hours *quiet);
static void write_quiet(struct json *json, struct arena *arena, const struct quiet_hours *quiet);
static enum err audit(const struct act *act, int64_t person, const char *before, const char *after);

enum err preferences_get(struct request *request) {
  enum err err = me_check(request);
  return err != ERR_OK ? err : write(request);
}

enum err preferences_patch(struct request *request) {
  const struct preference_change *input = request->input;
  enum err err = me_check(request);
  if (err == ERR_OK)
    err = change_kinds(request, &input->kinds);
  if (err == ERR_OK && input->quiet.kind != RAW_NONE)
    err = change_quiet_hours(request, &input->quiet);
  return err != ERR_OK ? err : write(request);
}

enum err preference_choose(const struct act *act, int64_t person, const struct notice_kind *kind, bool is_on) {
  bool was_on = false;
  enum err err = notice_is_on(act->db, person, kind, &was_on);
  if (err != ERR_OK || was_on == is_on)
    return err;
  if ((err = notice_choose(act->db, person, kind, is_on)) != ERR_OK)
    return err;
  const char *states[] = {arena_format(act->arena, "{\"%s\":false}", kind->name),
                          arena_format(act->arena, "{\"%s\":true}", kind->name)};
  return audit(act, person, states[was_on], states[is_on]);
}

static enum err write(struct request *request) {
  struct roles roles;
  struct quiet_hours quiet;
  struct act *act = &request->act;
  int64_t person = request->who.person;
  enum err err = roles_of(request, &roles);
  size_t count = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  struct json *json = reply_object(request);
  json_array_in(json, "kinds");
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    bool is_on = true;
    if (!kinds[i].may_be_off || !is_theirs(&roles, &kinds[i]))
      continue;
    err = notice_is_on(act->db, person, &kinds[i], &is_on);
    json_begin_object(json);
    json_text(json, "kind", kinds[i].name);
    json_text(json, "title", kinds[i].title);
    json_text(json, "pace", pace_words[kinds[i].pace]);
    json_flag(json, "on", is_on);
    json_end(json);
  }
  json_end(json);
  if (err != ERR_OK)
    return err;
  err = notice_quiet_hours(act->db, act->arena, person, &quiet);
  if (err == ERR_NOT_FOUND)
    json_none(json, "quiet_hours");
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  json_object_in(json, "quiet_hours");
  write_quiet(json, act->arena, &quiet);
  json_end(json);
  return ERR_OK;
}

static enum err roles_of(struct request *request, struct roles *out) {
  struct my_enrolment *list = NULL;
  size_t count = 0;
  enum err err = me_store_enrolments(request->act.db, request->arena, request->who.person, &list, &count);
  *out = (struct roles){0};
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    bool is_student = strcmp(list[i].role, "student") == 0;
    out->is_student = out->is_student || is_student;
    out->is_staff = out->is_staff || !is_student;
  }
  return err;
}

static bool is_theirs(const struct roles *roles, const struct notice_kind *kind) {
  return kind->audience == NOTICE_EVERYBODY || (kind->audience == NOTICE_STUDENTS && roles->is_student) ||
         (kind->audience == NOTICE_STAFF && roles->is_staff);
}

static enum err change_kinds(struct request *request, const struct item_list *list) {
  const struct choice *choices = list->items;
  enum err err = check_choices(request, list);
  for (size_t i = 0; err == ERR_OK && i < list->count; i++)
    err = preference_choose(&request->act, request->who.person, notice_kind_find(choices[i].kind), choices[i].is_on);
  return err;
}

static enum err check_choices(struct request *request, const struct item_list *list) {
  const struct choice *choices = list->items;
  struct roles roles;
  enum err err = roles_of(request, &roles);
  for (size_t i = 0; (err == ERR_OK || err == ERR_INVALID) && i < list->count; i++) {
    const struct notice_kind *kind = notice_kind_find(choices[i].kind);
    const char *field = arena_format(request->arena, "kinds[%zu].kind", i);
    if (kind == NULL || !is_theirs(&roles, kind))
      err = problem_field(&request->problem, field, "is no kind of yours; GET /api/v1/me/preferences lists them");
    else if (!kind->may_be_off)
      err = problem_field(&request->problem, field, "may not be turned off: it changes what is yours, or asks for it");
    for (size_t j = 0; j < i; j++)
      if (strcmp(choices[j].kind, choices[i].kind) == 0)
        err = problem_field(&request->problem, field, "stands twice");
  }
  return err;
}

static enum err change_quiet_hours(struct request *request, const struct raw_value *value) {
  struct act *act = &request->act;
  int64_t person = request->who.person;
  struct quiet_hours was = {0}, is = {0};
  const struct quiet_hours *before = &was, *after = value->kind == RAW_NULL ? NULL : &is;
  enum err err = after == NULL ? ERR_OK : read_quiet_hours(request, value, &is);
  if (err != ERR_OK)
    return err;
  err = notice_quiet_hours(act->db, act->arena, person, &was);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND)
    before = NULL;
  if (is_same(before, after))
    return ERR_OK;
  err = notice_set_quiet_hours(act->db, person, after);
  if (err == ERR_OK)
    err = outbox_replan(act, person);
  return err == ERR_OK ? audit(act, person, quiet_json(act, before), quiet_json(act, after)) : err;
}

static enum err read_quiet_hours(struct request *request, const struct raw_value *value, struct quiet_hours *out) {
  static const char *const names[] = {"starts", "ends", "zone"};
  struct problem *problem = &request->problem;
  enum err err = ERR_OK;
  if (value->kind != RAW_OBJECT)
    return problem_field(problem, "quiet_hours", "must be an object of starts, ends and zone, or null");
  for (size_t i = 0; i < value->count; i++)
    if (strcmp(value->names[i], names[0]) != 0 && strcmp(value->names[i], names[1]) != 0 &&
        strcmp(value->names[i], names[2]) != 0)
      err = problem_field(problem, "quiet_hours", "has starts, ends and zone, nothing else");
  *out = (struct quiet_hours){0};
  if (!read_clock(text_of(member(value, "starts")), &out->starts))
    err = problem_field(problem, "quiet_hours.starts", "must be a time of day such as \"22:00\"");
  if (!read_clock(text_of(member(value, "ends")), &out->ends))
    err = problem_field(problem, "quiet_hours.ends", "must be a time of day such as \"07:00\"");
  out->zone = text_of(member(value, "zone"));
  struct calendar *calendar = NULL;
  if (out->zone == NULL || calendar_open(request->arena, out->zone, &calendar) != ERR_OK)
    err = problem_field(problem, "quiet_hours.zone", "must be a time zone by IANA's name, such as America/New_York");
  if (err == ERR_OK && out->starts == out->ends)
    err = problem_field(problem, "quiet_hours.ends", "must differ from starts: mail cannot be held back for good");
  return err;
}

static const char *text_of(const struct raw_value *value) {
  return value == NULL || value->kind != RAW_TEXT ? NULL : value->text;
}

static const struct raw_value *member(const struct raw_value *value, const char *name) {
  for (size_t i = 0; i < value->count; i++)
    if (strcmp(value->names[i], name) == 0)
      return &value->items[i];
  return NULL;
}

static bool read_clock(const char *text, int *minutes) {
  if (text == NULL || strlen(text) != 5)
    return false;
  for (size_t i = 0; i < 5; i++)
    if (i == 2 ? text[i] != ':' : (text[i] < '0' || text[i] > '9'))
      return false;
  int hour = (text[0] - '0') * 10 + (text[1] - '0');
  int minute = (text[3] - '0') * 10 + (text[4] - '0');
  *minutes = hour * 60 + minute;
  return minute < 60 && *minutes < MINUTES_OF_DAY;
}

static bool is_same(const struct quiet_hours *a, const struct quiet_hours *b) {
  if (a == NULL || b == NULL)
    return a == b;
  return a->starts == b->starts && a->ends == b->ends && text_equal(a->zone, b->zone);
}

static const char *quiet_json(const struct act *act, const struct quiet_hours *quiet) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  if (quiet == NULL)
    json_none(&json, "quiet_hours");
  else {
    json_object_in(&json, "quiet_hours");
    write_quiet(&json, act->arena, quiet);
    json_end(&json);
  }
  json_end(&json);
  return json_get(&json);
}

static void write_quiet(struct json *json, struct arena *arena, const struct quiet_hours *quiet) {
  json_text(json, "starts", arena_format(arena, "%02d:%02d", quiet->starts / 60, quiet->starts % 60));
  json_text(json, "ends", arena_format(arena, "%02d:%02d", quiet->ends / 60, quiet->ends % 60));
  json_text(json, "zone", quiet->zone);
}

static enum err audit(const struct act *act, int64_t person, const char *before, const char *after) {
  return audit_write(act, AUDIT_INSTALLATION, "preferences changed",
                     arena_format(act->arena, "person %" PRId64, person), before, after);
}
