// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_routes.h"

#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/check_in.h"
#include "server/milestones/check_in_board.h"
#include "server/milestones/extension.h"
#include "server/milestones/slot.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 200 };

struct update_body {
  const char *done;
  const char *next;
  const char *blocked;
  const char *note_to_staff;
  bool has_note;
};

struct board_query {
  int64_t after;
  int64_t limit;
};

struct member_body {
  int64_t person;
  int state;
};

struct record_body {
  int64_t team;
  int64_t person;
  struct item_list members;
  const char *notes;
  bool has_notes;
  int risk;
  bool has_risk;
  struct text_list follow_ups;
  struct integer_list closes;
};

struct mentor_body {
  int64_t person;
};

static route_handler show_update, put_update, show_board, record, close_follow_up, show_mentor, put_mentor;
static enum err find_milestone(struct request *request, const struct milestone **out);
static enum err reply_update(struct request *request, const struct milestone *milestone);
static enum err refuse_stale(struct request *request, enum err err, const struct update_body *body,
                             const struct check_in_update *stored);
static const char *update_words(struct arena *arena, const char *done, const char *next, const char *blocked);
static enum err check_follow_ups(struct request *request, const struct record_body *body);

// clang-format off
static const struct field update_fields[] = {
  {"done",          SHAPE_LINES, REQUIRED, CHECK_IN_TEXT_CHARACTERS_MAX, offsetof(struct update_body, done),          NO_PRESENT,                              NULL, NULL, "What was done since the last check-in."},
  {"next",          SHAPE_LINES, REQUIRED, CHECK_IN_TEXT_CHARACTERS_MAX, offsetof(struct update_body, next),          NO_PRESENT,                              NULL, NULL, "What comes next."},
  {"blocked",       SHAPE_LINES, OPTIONAL, CHECK_IN_TEXT_CHARACTERS_MAX, offsetof(struct update_body, blocked),       NO_PRESENT,                              NULL, NULL, "What is in the way; nothing unless told."},
  {"note_to_staff", SHAPE_LINES, OPTIONAL, CHECK_IN_TEXT_CHARACTERS_MAX, offsetof(struct update_body, note_to_staff), offsetof(struct update_body, has_note), NULL, NULL, "Between you and staff: your team mates never see it. Left out: as it was; empty: none any more."},
};
static const struct shape update_shape = {"CheckInUpdatePut", MEDIA_JSON, 128 * 1024, sizeof(struct update_body), update_fields, sizeof update_fields / sizeof *update_fields};
static const struct field board_fields[] = {
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct board_query, after), NO_PRESENT, NULL, NULL, "The answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct board_query, limit), NO_PRESENT, NULL, NULL, "How many teams or students, 100 unless told."},
};
static const struct shape board_shape = {"BoardPage", MEDIA_JSON, 0, sizeof(struct board_query), board_fields, 2};
static const struct field member_fields[] = {
  {"person", SHAPE_INTEGER, REQUIRED, INT64_MAX, offsetof(struct member_body, person), NO_PRESENT, NULL,                 NULL, "The member's number."},
  {"state",  SHAPE_CHOICE,  REQUIRED, 0,         offsetof(struct member_body, state),  NO_PRESENT, check_in_state_names, NULL, "none takes back what was recorded."},
};
static const struct shape member_shape = {"CheckInMember", MEDIA_JSON, 0, sizeof(struct member_body), member_fields, 2};
static const struct field record_fields[] = {
  {"team",       SHAPE_NATURAL,      OPTIONAL, INT64_MAX,                     offsetof(struct record_body, team),       NO_PRESENT,                               NULL,                NULL,          "Which team it was."},
  {"person",     SHAPE_NATURAL,      OPTIONAL, INT64_MAX,                     offsetof(struct record_body, person),     NO_PRESENT,                               NULL,                NULL,          "Which seated student it was, where the track is done alone."},
  {"members",    SHAPE_LIST,         OPTIONAL, CHECK_IN_MEMBERS_MAX,          offsetof(struct record_body, members),    NO_PRESENT,                               NULL,                &member_shape, "Who held, missed or was excused; others stay as they are."},
  {"notes",      SHAPE_LINES,        OPTIONAL, CHECK_IN_TEXT_CHARACTERS_MAX,  offsetof(struct record_body, notes),      offsetof(struct record_body, has_notes), NULL,                NULL,          "Of staff, for staff; left out: as they were."},
  {"risk",       SHAPE_CHOICE,       OPTIONAL, 0,                             offsetof(struct record_body, risk),       offsetof(struct record_body, has_risk),  check_in_risk_names, NULL,          "For staff; left out: as it was."},
  {"follow_ups", SHAPE_TEXT_LIST,    OPTIONAL, CHECK_IN_FOLLOW_UPS_AT_ONCE,   offsetof(struct record_body, follow_ups), NO_PRESENT,                               NULL,                NULL,          "What to come back to, shown at each check-in until it is closed; at most 500 characters each."},
  {"closes",     SHAPE_INTEGER_LIST, OPTIONAL, CHECK_IN_MEMBERS_MAX,          offsetof(struct record_body, closes),     NO_PRESENT,                               NULL,                NULL,          "Numbers of follow-ups that are done."},
};
static const struct shape record_shape = {"CheckInNew", MEDIA_JSON, 128 * 1024, sizeof(struct record_body), record_fields, sizeof record_fields / sizeof *record_fields};
static const struct field mentor_fields[] = {
  {"person", SHAPE_NATURAL, NULLABLE, INT64_MAX, offsetof(struct mentor_body, person), NO_PRESENT, NULL, NULL, "Somebody of the staff; null: nobody any more."},
};
static const struct shape mentor_shape = {"MentorPut", MEDIA_JSON, 256, sizeof(struct mentor_body), mentor_fields, 1};

static const struct answer_field own_update_fields[] = {
  {"milestone",     ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL,                    "The milestone's id"},
  {"update",        ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_TEAM,   NULL, &check_in_update_answer, "What your team shares"},
  {"note_to_staff", ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_SELF,   NULL, NULL,                    "Your own, between you and staff; empty: none"},
};
static const struct answer own_update_answer = {"OwnCheckInUpdate", NULL, false, own_update_fields, 3};
static const struct answer_field board_answer_fields[] = {
  {"milestone", ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, NULL,                 "The milestone's id"},
  {"holders",   ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_STAFF, NULL, &board_holder_answer, "Registered teams, or seated students, by number"},
  {"next",      ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL,                 "`after` of the next page; left out on the last one"},
};
static const struct answer board_answer = {"Board", NULL, false, board_answer_fields, 3};
static const struct answer_field mentor_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The mentor's number; null: the team has none"},
  {"name",   ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Their name"},
};
static const struct answer mentor_answer = {"Mentor", NULL, false, mentor_answer_fields, 2};

#define MILESTONE "/courses/{course}/milestones/{milestone}"
static const struct route rows[] = {
  {METHOD_GET,  MILESTONE "/update",                                ACCESS_STUDENT, ROUTE_READ,  NULL, show_update,     NULL,         NULL,          200, &own_update_answer,   "What your team wrote before the check-in, and your own note to staff"},
  {METHOD_PUT,  MILESTONE "/update",                                ACCESS_STUDENT, ROUTE_WRITE, NULL, put_update,      NULL,         &update_shape, 200, &own_update_answer,   "Write the team's update before a check-in; If-Match its version"},
  {METHOD_GET,  MILESTONE "/board",                                 ACCESS_STAFF,   ROUTE_READ,  NULL, show_board,      &board_shape, NULL,          200, &board_answer,        "Everybody's slot, update and what was recorded"},
  {METHOD_POST, MILESTONE "/check-ins",                             ACCESS_STAFF,   ROUTE_WRITE, NULL, record,          NULL,         &record_shape, 201, &board_holder_answer, "Record who held, missed or was excused, notes, risk and follow-ups; If-Match its version"},
  {METHOD_POST, "/courses/{course}/follow-ups/{follow_up}/closing", ACCESS_STAFF,   ROUTE_WRITE, NULL, close_follow_up, NULL,         NULL,          204, NULL,                 "Close a follow-up"},
  {METHOD_GET,  "/courses/{course}/teams/{team}/mentor",            ACCESS_TEAM,    ROUTE_READ,  NULL, show_mentor,     NULL,         NULL,          200, &mentor_answer,       "Who of the staff mentors the team"},
  {METHOD_PUT,  "/courses/{course}/teams/{team}/mentor",            ACCESS_STAFF,   ROUTE_WRITE, NULL, put_mentor,      NULL,         &mentor_shape, 200, &mentor_answer,       "Give the team a mentor"},
};
// clang-format on

const struct route_table check_in_routes = {"check-ins", rows, sizeof rows / sizeof rows[0]};

static enum err show_update(struct request *request) {
  const struct milestone *milestone = NULL;
  enum err err = find_milestone(request, &milestone);
  if (err == ERR_OK && milestone->kind != MILESTONE_CHECK_IN)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                         "An update is written before a check-in, and %s is none.", milestone->title);
  return err == ERR_OK ? reply_update(request, milestone) : err;
}

static enum err put_update(struct request *request) {
  const struct update_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct milestone *milestone = NULL;
  struct check_in_update stored;
  const char *note = NULL;
  enum err err = find_milestone(request, &milestone);
  if (err == ERR_OK)
    err = check_in_update_get(&request->act, course, milestone, &stored, &note);
  if (err == ERR_OK)
    err = refuse_stale(request, request_if_match(request, stored.version), body, &stored);
  if (err != ERR_OK)
    return err;
  const struct check_in_words words = {.done = body->done,
                                       .next = body->next,
                                       .blocked = body->blocked == NULL ? "" : body->blocked,
                                       .note_to_staff = !body->has_note               ? NULL
                                                        : body->note_to_staff == NULL ? ""
                                                                                      : body->note_to_staff};
  err = check_in_update_put(&request->act, course, milestone, &words);
  return err == ERR_OK ? reply_update(request, milestone) : err;
}

static enum err show_board(struct request *request) {
  static const struct board_query first = {0};
  const struct board_query *query = request->query_input != NULL ? request->query_input : &first;
  const struct milestone *milestone = NULL;
  int64_t next = 0;
  enum err err = find_milestone(request, &milestone);
  if (err != ERR_OK)
    return err;
  const struct board_page page = {.after = query->after, .limit = query->limit == 0 ? PAGE_DEFAULT : query->limit};
  struct json *json = reply_object(request);
  json_text(json, "milestone", milestone->id);
  json_array_in(json, "holders");
  err = check_in_board_write(&request->act, request_course(request), milestone, &page, json, &next);
  if (err != ERR_OK)
    return err;
  json_end(json);
  if (next != 0)
    json_int(json, "next", next);
  return ERR_OK;
}

static enum err record(struct request *request) {
  const struct record_body *body = request->input;
  const struct member_body *items = body->members.items;
  const struct course_view *course = request_course(request);
  struct check_in_member *members = arena_array(request->arena, body->members.count, sizeof *members);
  for (size_t i = 0; i < body->members.count; i++)
    members[i] = (struct check_in_member){items[i].person, (enum check_in_state)items[i].state};
  const struct check_in_record wanted = {.holder = {.team = body->team, .person = body->person},
                                         .members = members,
                                         .member_count = body->members.count,
                                         .notes = !body->has_notes      ? NULL
                                                  : body->notes == NULL ? ""
                                                                        : body->notes,
                                         .risk = body->has_risk ? (enum check_in_risk)(body->risk + 1)
                                                                : CHECK_IN_NO_RISK_SAID,
                                         .follow_ups = body->follow_ups.items,
                                         .follow_up_count = body->follow_ups.count,
                                         .closes = body->closes.items,
                                         .close_count = body->closes.count};
  const struct milestone *milestone = NULL;
  int64_t version = 0;
  enum err err = find_milestone(request, &milestone);
  if (err == ERR_OK)
    err = check_follow_ups(request, body);
  if (err == ERR_OK)
    err = check_in_version(&request->act, course, milestone, &wanted.holder, &version);
  if (err == ERR_OK)
    err = request_if_match(request, version);
  if (err == ERR_OK)
    err = check_in_record(&request->act, course, milestone, &wanted);
  if (err != ERR_OK)
    return err;
  const struct board_page page = {.only = wanted.holder, .limit = 1};
  struct json *json = reply_object(request);
  reply_status(request, 201);
  return check_in_board_write_one(&request->act, course, milestone, &page, json);
}

static enum err close_follow_up(struct request *request) {
  enum err err = check_in_close_follow_up(&request->act, request_course(request), request_id(request, "follow_up"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err show_mentor(struct request *request) {
  struct team_mentor mentor;
  enum err err = check_in_mentor(&request->act, request_course(request), request_id(request, "team"), &mentor);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int_or_null(json, "person", mentor.person);
  json_text(json, "name", mentor.name);
  return ERR_OK;
}

static enum err put_mentor(struct request *request) {
  const struct mentor_body *body = request->input;
  enum err err = check_in_set_mentor(&request->act, request_course(request), request_id(request, "team"), body->person);
  return err == ERR_OK ? show_mentor(request) : err;
}

static enum err find_milestone(struct request *request, const struct milestone **out) {
  return milestone_find(&request->act, request_course(request), request_text(request, "milestone"), out);
}

static enum err reply_update(struct request *request, const struct milestone *milestone) {
  const struct course_view *course = request_course(request);
  struct check_in_update update;
  struct slot slot = {0};
  struct terms shared;
  const char *note = NULL;
  enum err err = check_in_update_get(&request->act, course, milestone, &update, &note);
  if (err == ERR_OK)
    err = slot_of(&request->act, course, milestone, &update.holder, &slot);
  if (err == ERR_OK)
    err = extension_shared_terms(&request->act, course, milestone, &update.holder, &shared);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_text(json, "milestone", milestone->id);
  json_object_in(json, "update");
  check_in_update_write(json, &update, slot.id != 0 ? slot.starts : shared.due);
  json_end(json);
  json_text(json, "note_to_staff", note);
  return ERR_OK;
}

// Both texts, so that neither is lost. The private note is in neither.
static enum err refuse_stale(struct request *request, enum err err, const struct update_body *body,
                             const struct check_in_update *stored) {
  if (err != ERR_PRECONDITION || stored->version == 0)
    return err;
  const struct problem_current current = {
      .yours = update_words(request->arena, body->done, body->next, body->blocked == NULL ? "" : body->blocked),
      .value = update_words(request->arena, stored->done, stored->next, stored->blocked),
      .version = stored->version,
      .by = stored->by,
      .by_name = stored->by_name,
      .at = stored->at};
  request->problem.current = arena_copy(request->arena, &current, sizeof current);
  return err;
}

static const char *update_words(struct arena *arena, const char *done, const char *next, const char *blocked) {
  return arena_format(arena, "Done: %s\nNext: %s\nBlocked: %s", done, next, blocked);
}

static enum err check_follow_ups(struct request *request, const struct record_body *body) {
  enum err err = ERR_OK;
  for (size_t i = 0; i < body->follow_ups.count; i++) {
    const char *words = body->follow_ups.items[i];
    if (words[0] == '\0' || text_has_control(words, false) || utf8_length(words) > CHECK_IN_FOLLOW_UP_CHARACTERS_MAX)
      err = problem_field(&request->problem, arena_format(request->arena, "follow_ups[%zu]", i),
                          "must be one line of 1 to %d characters", CHECK_IN_FOLLOW_UP_CHARACTERS_MAX);
  }
  return err;
}
