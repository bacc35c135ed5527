// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_routes.h"

#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/teams/member.h"
#include "server/teams/registration.h"
#include "server/teams/repair.h"
#include "server/teams/team_edit.h"
#include "server/teams/team_rules.h"
#include "server/teams/team_view.h"
#include "server/teams/waiver.h"

enum { TEAMS_PAGE_DEFAULT = 100, TEAMS_PAGE_MAX = 500 };

struct teams_page {
  int64_t after;
  int64_t limit;
};

struct team_new {
  const char *name;
  const char *looking_for;
};

struct registration_body {
  const char *gap_plan;
};

struct dissolution_body {
  const char *reason;
};

struct waiver_body {
  const char *reason;
};

// clang-format off
static const struct answer_field listed_member_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it; a confidential member appears to the team and staff only"},
};
static const struct answer listed_member_answer = {"ListedMember", NULL, false, listed_member_answer_fields, sizeof listed_member_answer_fields / sizeof *listed_member_answer_fields};
static const struct answer_field listed_team_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The team's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Unique in the course"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, team_state_names, NULL, "Where it stands"},
  {"looking_for", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whom it looks for"},
  {"members", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &listed_member_answer, "In the order of joining"},
  {"contact", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "Through whom it speaks; null when they appear to the team and staff only"},
  {"places_left", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How many can still join"},
};
static const struct answer listed_team_answer = {"ListedTeam", NULL, false, listed_team_answer_fields, sizeof listed_team_answer_fields / sizeof *listed_team_answer_fields};
static const struct answer_field teams_answer_fields[] = {
  {"teams", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &listed_team_answer, "By number"},
  {"next", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "`after` of the next page; left out on the last one"},
};
const struct answer teams_answer = {"Teams", NULL, false, teams_answer_fields, sizeof teams_answer_fields / sizeof *teams_answer_fields};
static const struct answer_field member_question_answer_fields[] = {
  {"asked_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "When the member was asked"},
  {"removable_from", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "From when on the contact may remove them, if they do not answer"},
};
const struct answer member_question_answer = {"MemberQuestion", NULL, false, member_question_answer_fields, sizeof member_question_answer_fields / sizeof *member_question_answer_fields};
// clang-format on

static size_t write_listed(struct json *json, const struct course_view *course, const struct team_listed *team,
                           const struct team_listed_member *members, size_t count);
static enum err check_version(struct request *request);
static enum err reply_team(struct request *request, enum err err);

static const struct field page_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct teams_page, after), NO_PRESENT, NULL, NULL,
     "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, TEAMS_PAGE_MAX, offsetof(struct teams_page, limit), NO_PRESENT, NULL, NULL,
     "How many teams, 100 unless told."},
};
const struct shape teams_query = {"TeamsPage", MEDIA_JSON, 0, sizeof(struct teams_page), page_fields, 2};

static const struct field new_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, TEAM_NAME_CHARACTERS_MAX, offsetof(struct team_new, name), NO_PRESENT, NULL, NULL,
     "Unique in the course; capitals and width do not count."},
    {"looking_for", SHAPE_TEXT, OPTIONAL, TEAM_LOOKING_FOR_CHARACTERS_MAX, offsetof(struct team_new, looking_for),
     NO_PRESENT, NULL, NULL, "Whom the team looks for, for everybody in the course to read."},
};
const struct shape team_new_shape = {"TeamNew", MEDIA_JSON, 4096, sizeof(struct team_new), new_fields, 2};

static const struct field edit_fields[] = {
    {"name", SHAPE_TEXT, OPTIONAL, TEAM_NAME_CHARACTERS_MAX, offsetof(struct team_edit, name),
     offsetof(struct team_edit, has_name), NULL, NULL, "A new name."},
    {"looking_for", SHAPE_TEXT, OPTIONAL, TEAM_LOOKING_FOR_CHARACTERS_MAX, offsetof(struct team_edit, looking_for),
     offsetof(struct team_edit, has_looking_for), NULL, NULL, "Whom the team looks for; empty: nobody."},
    {"contact", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct team_edit, contact),
     offsetof(struct team_edit, has_contact), NULL, NULL,
     "The member who is the contact from now on; only the contact hands that over."},
};
const struct shape team_edit_shape = {"TeamEdit", MEDIA_JSON, 4096, sizeof(struct team_edit), edit_fields, 3};

static const struct field registration_fields[] = {
    {"gap_plan", SHAPE_LINES, OPTIONAL, GAP_PLAN_CHARACTERS_MAX, offsetof(struct registration_body, gap_plan),
     NO_PRESENT, NULL, NULL,
     "How the team will close the gap in its skills; needed only while there is one, and seen by staff."},
};
const struct shape registration_shape = {"TeamRegistration",  MEDIA_JSON, 16 * 1024, sizeof(struct registration_body),
                                         registration_fields, 1};

static const struct field dissolution_fields[] = {
    {"reason", SHAPE_LINES, OPTIONAL, REPAIR_REASON_CHARACTERS_MAX, offsetof(struct dissolution_body, reason),
     NO_PRESENT, NULL, NULL, "Staff say why; told to everybody whom it affects, and kept for staff."},
};
const struct shape dissolution_shape = {"TeamDissolution",  MEDIA_JSON, 8 * 1024, sizeof(struct dissolution_body),
                                        dissolution_fields, 1};

static const struct field waiver_fields[] = {
    {"reason", SHAPE_LINES, REQUIRED, WAIVER_REASON_CHARACTERS_MAX, offsetof(struct waiver_body, reason), NO_PRESENT,
     NULL, NULL, "Why this team need not cover all skills; seen by staff."},
};
const struct shape waiver_shape = {"CoverageWaiver",           MEDIA_JSON,    8 * 1024,
                                   sizeof(struct waiver_body), waiver_fields, 1};

enum err teams_list(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct teams_page *page = request->query_input;
  int64_t limit = page == NULL || page->limit == 0 ? TEAMS_PAGE_DEFAULT : page->limit;
  struct team_listed *teams = NULL;
  struct team_listed_member *members = NULL;
  size_t count = 0, member_count = 0;
  enum err err = team_store_list(&request->act, course->id, page == NULL ? 0 : page->after, limit, &teams, &count);
  if (err == ERR_OK && count > 0)
    err = team_store_list_members(&request->act, course->id, teams[0].id, teams[count - 1].id, &members, &member_count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "teams");
  size_t at = 0;
  for (size_t i = 0; i < count; i++)
    at += write_listed(json, course, &teams[i], members + at, member_count - at);
  json_end(json);
  if (count == (size_t)limit)
    json_int(json, "next", teams[count - 1].id);
  return ERR_OK;
}

enum err teams_create(struct request *request) {
  const struct team_new *body = request->input;
  const struct course_view *course = request_course(request);
  int64_t team = 0;
  enum err err = team_found(&request->act, course, body->name, body->looking_for ? body->looking_for : "", &team);
  if (err != ERR_OK)
    return err;
  reply_created(request, "/courses/%s/teams/%lld", course->slug, (long long)team);
  return team_view_write(&request->act, request_services(request), course, team, reply_object(request));
}

enum err teams_show(struct request *request) { return reply_team(request, ERR_OK); }

enum err teams_change(struct request *request) {
  enum err err = check_version(request);
  if (err != ERR_OK)
    return err;
  return reply_team(request,
                    team_change(&request->act, request_course(request), request_id(request, "team"), request->input));
}

enum err teams_dissolve(struct request *request) {
  const struct dissolution_body *body = request->input;
  enum err err = check_version(request);
  if (err == ERR_OK)
    err = team_dissolve(&request->act, request_course(request), request_id(request, "team"), body->reason);
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

enum err teams_remove_member(struct request *request) {
  enum err err =
      member_remove(&request->act, request_course(request), request_id(request, "team"), request_id(request, "person"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

enum err teams_ask_member(struct request *request) {
  int64_t asked_at = 0;
  enum err err = member_ask(&request->act, request_course(request), request_id(request, "team"),
                            request_id(request, "person"), &asked_at);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_instant(json, "asked_at", asked_at);
  json_instant(json, "removable_from", asked_at + MEMBER_SILENT_SECONDS);
  return ERR_OK;
}

enum err teams_answer_question(struct request *request) {
  enum err err =
      member_answer(&request->act, request_course(request), request_id(request, "team"), request_id(request, "person"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

enum err teams_register(struct request *request) {
  const struct registration_body *body = request->input;
  return reply_team(
      request, registration_make(&request->act, request_course(request), request_id(request, "team"), body->gap_plan));
}

enum err teams_waive(struct request *request) {
  const struct waiver_body *body = request->input;
  return reply_team(request,
                    waiver_grant(&request->act, request_course(request), request_id(request, "team"), body->reason));
}

enum err teams_unwaive(struct request *request) {
  return reply_team(request, waiver_withdraw(&request->act, request_course(request), request_id(request, "team")));
}

// Writes a team of the list and says how many rows of `members`, which are ordered by team, were its own.
static size_t write_listed(struct json *json, const struct course_view *course, const struct team_listed *team,
                           const struct team_listed_member *members, size_t count) {
  bool is_insider = course_is_staff(course) || course->team == team->id;
  bool is_contact_shown = false;
  size_t own = 0;
  json_begin_object(json);
  json_int(json, "id", team->id);
  json_text(json, "name", team->name);
  json_text(json, "state", team_state_names[team->state]);
  json_text(json, "looking_for", team->looking_for);
  json_array_in(json, "members");
  for (; own < count && members[own].team == team->id; own++) {
    if (members[own].is_confidential && !is_insider)
      continue;
    is_contact_shown = is_contact_shown || members[own].person == team->contact;
    json_begin_object(json);
    json_int(json, "person", members[own].person);
    json_text(json, "name", members[own].name);
    json_end(json);
  }
  json_end(json);
  if (is_contact_shown)
    json_int(json, "contact", team->contact);
  else
    json_none(json, "contact");
  int left = (team->size_max != 0 ? (int)team->size_max : course->file->teams.size_max) - (int)own;
  json_int(json, "places_left", team->state == TEAM_FORMING && left > 0 ? left : 0);
  json_end(json);
  return own;
}

static enum err check_version(struct request *request) {
  struct team team;
  enum err err = team_get(&request->act, request_course(request)->id, request_id(request, "team"), &team);
  return err == ERR_OK ? request_if_match(request, team.version) : err;
}

static enum err reply_team(struct request *request, enum err err) {
  if (err != ERR_OK)
    return err;
  return team_view_write(&request->act, request_services(request), request_course(request), request_id(request, "team"),
                         reply_object(request));
}
