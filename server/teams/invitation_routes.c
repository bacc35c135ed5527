// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/invitation_routes.h"

#include "server/http/request.h"
#include "server/teams/invitation.h"
#include "server/teams/invitation_answer.h"
#include "server/teams/team_view.h"

struct invitation_body {
  const char *email;
  int64_t person;
  const char *message;
};

struct join_request_body {
  const char *message;
};

enum { INVITATIONS_PAGE_DEFAULT = 100, INVITATIONS_PAGE_MAX = 500 };

struct invitations_page {
  int64_t after;
  int64_t limit;
};

static void write_one(struct json *json, const struct invitation *invitation);
static enum err show(struct request *request, int64_t id, bool is_request);
static enum err reply_new(struct request *request, int64_t id, const char *what);

static const struct field invitation_fields[] = {
    {"email", SHAPE_TEXT, OPTIONAL, 254, offsetof(struct invitation_body, email), NO_PRESENT, NULL, NULL,
     "An address of the person; either this or `person`."},
    {"person", SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct invitation_body, person), NO_PRESENT, NULL, NULL,
     "The person's number, as in the list of seekers."},
    {"message", SHAPE_LINES, OPTIONAL, INVITATION_MESSAGE_CHARACTERS_MAX, offsetof(struct invitation_body, message),
     NO_PRESENT, NULL, NULL, "A few words to the person."},
};
const struct shape invitation_shape = {"InvitationNew",   MEDIA_JSON, 4096, sizeof(struct invitation_body),
                                       invitation_fields, 3};

static const struct field join_request_fields[] = {
    {"message", SHAPE_LINES, OPTIONAL, INVITATION_MESSAGE_CHARACTERS_MAX, offsetof(struct join_request_body, message),
     NO_PRESENT, NULL, NULL, "A few words to the team."},
};
const struct shape join_request_shape = {"JoinRequestNew",    MEDIA_JSON, 4096, sizeof(struct join_request_body),
                                         join_request_fields, 1};

// clang-format off
static const struct answer_field invitation_team_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The team's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its name"},
};
static const struct answer invitation_team_answer = {"InvitationTeam", NULL, false, invitation_team_answer_fields, sizeof invitation_team_answer_fields / sizeof *invitation_team_answer_fields};
static const struct answer_field own_invitation_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Its number"},
  {"team", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &invitation_team_answer, "Which team"},
  {"message", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "A few words to the other side"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it was made"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it lapses"},
};
static const struct answer own_invitation_answer = {"OwnInvitation", NULL, false, own_invitation_answer_fields, sizeof own_invitation_answer_fields / sizeof *own_invitation_answer_fields};
static const struct answer_field own_invitations_answer_fields[] = {
  {"invitations", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &own_invitation_answer, "Teams that invite you"},
  {"join_requests", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &own_invitation_answer, "Teams that you asked"},
  {"next", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "`after` of the next page; null on the last one"},
};
const struct answer own_invitations_answer = {"OwnInvitations", NULL, false, own_invitations_answer_fields, sizeof own_invitations_answer_fields / sizeof *own_invitations_answer_fields};
static const struct answer_field invitation_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its number"},
  {"team", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &invitation_team_answer, "Which team"},
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Who is invited, or asks"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it"},
  {"message", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "A few words to the other side"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, invitation_state_names, NULL, "What became of it"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it was made"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it lapses"},
};
const struct answer invitation_answer = {"Invitation", NULL, false, invitation_answer_fields, sizeof invitation_answer_fields / sizeof *invitation_answer_fields};
static const struct answer_field invitation_made_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its number"},
  {"team", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The team's number"},
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Who is invited, or asks"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it was made"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it lapses"},
};
const struct answer invitation_made_answer = {"InvitationMade", NULL, false, invitation_made_answer_fields, sizeof invitation_made_answer_fields / sizeof *invitation_made_answer_fields};
// clang-format on

static const struct field page_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct invitations_page, after), NO_PRESENT, NULL, NULL,
     "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, INVITATIONS_PAGE_MAX, offsetof(struct invitations_page, limit), NO_PRESENT, NULL,
     NULL, "How many of both kinds together, 100 unless told."},
};
const struct shape invitations_query = {"InvitationsPage", MEDIA_JSON, 0, sizeof(struct invitations_page),
                                        page_fields,       2};

enum err invitations_list_own(struct request *request) {
  const struct invitations_page *page = request->query_input;
  int64_t limit = page->limit == 0 ? INVITATIONS_PAGE_DEFAULT : page->limit;
  struct invitation *list = NULL;
  size_t count = 0;
  // One more than shown: whether there is a next page.
  enum err err = invitation_store_page(&request->act, request_course(request)->id, request->who.person, page->after,
                                       limit + 1, &list, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = count > (size_t)limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "invitations");
  for (size_t i = 0; i < count; i++)
    if (!list[i].is_request)
      write_one(json, &list[i]);
  json_end(json);
  json_array_in(json, "join_requests");
  for (size_t i = 0; i < count; i++)
    if (list[i].is_request)
      write_one(json, &list[i]);
  json_end(json);
  json_int_or_null(json, "next", has_more ? list[count - 1].id : 0);
  return ERR_OK;
}

enum err invitations_show(struct request *request) { return show(request, request_id(request, "invitation"), false); }

enum err join_requests_show(struct request *request) { return show(request, request_id(request, "request"), true); }

enum err invitations_create(struct request *request) {
  const struct invitation_body *body = request->input;
  int64_t id = 0;
  enum err err = invitation_make(&request->act, request_course(request), request_id(request, "team"), body->email,
                                 body->person, body->message ? body->message : "", &id);
  return err == ERR_OK ? reply_new(request, id, "invitations") : err;
}

enum err invitations_accept(struct request *request) {
  const struct course_view *course = request_course(request);
  int64_t team = 0;
  enum err err = invitation_accept(&request->act, course, request_id(request, "invitation"), &team);
  return err == ERR_OK ? team_view_write(&request->act, request_services(request), course, team, reply_object(request))
                       : err;
}

enum err invitations_delete(struct request *request) {
  enum err err = invitation_end(&request->act, request_course(request), request_id(request, "invitation"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

enum err join_requests_create(struct request *request) {
  const struct join_request_body *body = request->input;
  int64_t id = 0;
  enum err err = join_request_make(&request->act, request_course(request), request_id(request, "team"),
                                   body->message ? body->message : "", &id);
  return err == ERR_OK ? reply_new(request, id, "join-requests") : err;
}

enum err join_requests_accept(struct request *request) {
  const struct course_view *course = request_course(request);
  int64_t team = 0;
  enum err err = join_request_accept(&request->act, course, request_id(request, "request"), &team);
  return err == ERR_OK ? team_view_write(&request->act, request_services(request), course, team, reply_object(request))
                       : err;
}

enum err join_requests_delete(struct request *request) {
  enum err err = join_request_end(&request->act, request_course(request), request_id(request, "request"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static void write_one(struct json *json, const struct invitation *invitation) {
  json_begin_object(json);
  json_int(json, "id", invitation->id);
  json_object_in(json, "team");
  json_int(json, "id", invitation->team);
  json_text(json, "name", invitation->team_name);
  json_end(json);
  json_text(json, "message", invitation->message);
  json_instant(json, "created_at", invitation->created_at);
  json_instant(json, "expires_at", invitation->expires_at);
  json_end(json);
}

static enum err show(struct request *request, int64_t id, bool is_request) {
  struct invitation invitation;
  enum err err = invitation_see(&request->act, request_course(request), id, is_request, &invitation);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_int(json, "id", invitation.id);
  json_object_in(json, "team");
  json_int(json, "id", invitation.team);
  json_text(json, "name", invitation.team_name);
  json_end(json);
  json_int(json, "person", invitation.person);
  json_text(json, "name", invitation.person_name);
  json_text(json, "message", invitation.message);
  json_text(json, "state", invitation_state_names[invitation.state]);
  json_instant(json, "created_at", invitation.created_at);
  json_instant(json, "expires_at", invitation.expires_at);
  return ERR_OK;
}

static enum err reply_new(struct request *request, int64_t id, const char *what) {
  const struct course_view *course = request_course(request);
  struct invitation invitation;
  enum err err = invitation_store_get(&request->act, course->id, id, &invitation);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/%s/%lld", course->slug, what, (long long)id);
  json_int(json, "id", id);
  json_int(json, "team", invitation.team);
  json_int(json, "person", invitation.person);
  json_text(json, "name", invitation.person_name);
  json_instant(json, "created_at", invitation.created_at);
  json_instant(json, "expires_at", invitation.expires_at);
  return ERR_OK;
}
