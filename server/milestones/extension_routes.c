// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_routes.h"

#include "server/milestones/extension_store.h"
#include "server/milestones/extension_view.h"

enum { EXTENSIONS_PAGE_DEFAULT = 100, EXTENSIONS_PAGE_MAX = 500, ID_CHARACTERS_MAX = 100, BODY_BYTES_MAX = 16 * 1024 };

struct extension_body {
  int scope;
  int64_t person, team;
  const char *track;
  int64_t due, days;
  const char *reason;
  bool is_accommodation;
  const char *category, *note;
};

struct extension_query_page {
  int64_t person;
  int64_t after;
  int64_t limit;
};

static route_handler grant, grant_standing, list_all, list_of_milestone, withdraw;
static extension_act do_grant, do_grant_standing, do_withdraw;
static enum err give(struct request *request, const char *milestone, struct extension_done *done);
static enum err list(struct request *request, const char *milestone);
static void write_row(struct json *json, const struct course_view *course, const struct extension_row *row);
static int scope_of(const struct extension_row *row);

// clang-format off
static const struct field body_fields[] = {
  {"scope",         SHAPE_CHOICE,  REQUIRED, 0,                                 offsetof(struct extension_body, scope),            NO_PRESENT, extension_scope_names, NULL, "Whom it is for: missing are all who have not handed in"},
  {"person",        SHAPE_NATURAL, OPTIONAL, INT64_MAX,                         offsetof(struct extension_body, person),           NO_PRESENT, NULL, NULL, "The student, of the scope person"},
  {"team",          SHAPE_NATURAL, OPTIONAL, INT64_MAX,                         offsetof(struct extension_body, team),             NO_PRESENT, NULL, NULL, "The team, of the scope team"},
  {"track",         SHAPE_TEXT,    OPTIONAL, ID_CHARACTERS_MAX,                 offsetof(struct extension_body, track),            NO_PRESENT, NULL, NULL, "The track's id, of the scope track"},
  {"due",           SHAPE_INSTANT, OPTIONAL, 0,                                 offsetof(struct extension_body, due),              NO_PRESENT, NULL, NULL, "The new due; this or days"},
  {"days",          SHAPE_NATURAL, OPTIONAL, EXTENSION_DAYS_MAX,                offsetof(struct extension_body, days),             NO_PRESENT, NULL, NULL, "Civil days after the course file's due"},
  {"reason",        SHAPE_LINES,   REQUIRED, EXTENSION_REASON_CHARACTERS_MAX,   offsetof(struct extension_body, reason),           NO_PRESENT, NULL, NULL, "Told to those it is for"},
  {"accommodation", SHAPE_FLAG,    OPTIONAL, 0,                                 offsetof(struct extension_body, is_accommodation), NO_PRESENT, NULL, NULL, "An accommodation, of a person; by instructors"},
  {"category",      SHAPE_TEXT,    OPTIONAL, EXTENSION_CATEGORY_CHARACTERS_MAX, offsetof(struct extension_body, category),         NO_PRESENT, NULL, NULL, "Of an accommodation; read by instructors, and by the person in the copy of their data"},
  {"note",          SHAPE_LINES,   OPTIONAL, EXTENSION_NOTE_CHARACTERS_MAX,     offsetof(struct extension_body, note),             NO_PRESENT, NULL, NULL, "Of an accommodation; read by instructors, and by the person in the copy of their data"},
};
static const struct shape body_shape = {"ExtensionNew", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct extension_body), body_fields, sizeof body_fields / sizeof *body_fields};
static const struct field page_fields[] = {
  {"person", SHAPE_NATURAL, OPTIONAL, INT64_MAX,           offsetof(struct extension_query_page, person), NO_PRESENT, NULL, NULL, "Only what holds for this student; for staff"},
  {"after",  SHAPE_INTEGER, OPTIONAL, INT64_MAX,           offsetof(struct extension_query_page, after),  NO_PRESENT, NULL, NULL, "The answer's `next` of the page before"},
  {"limit",  SHAPE_NATURAL, OPTIONAL, EXTENSIONS_PAGE_MAX, offsetof(struct extension_query_page, limit),  NO_PRESENT, NULL, NULL, "How many, 100 unless told"},
};
static const struct shape page_shape = {"ExtensionsPage", MEDIA_JSON, 0, sizeof(struct extension_query_page), page_fields, sizeof page_fields / sizeof *page_fields};

static const struct answer_field extension_fields[] = {
  {"id",            ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER,     NULL, NULL, "Its number"},
  {"milestone",     ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL, NULL, "The milestone's id; null: of all"},
  {"scope",         ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER,     extension_scope_names, NULL, "Whom it is for"},
  {"person",        ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "The student"},
  {"person_name",   ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "As everybody sees it"},
  {"team",          ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL, NULL, "The team"},
  {"team_name",     ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL, NULL, "Its name"},
  {"track",         ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER,     NULL, NULL, "The track's id"},
  {"due",           ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "Extended until; null: in days"},
  {"days",          ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "Civil days after the course file's due; null: given as an instant"},
  {"reason",        ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "The words; null: only instructors read them"},
  {"granted_at",    ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_SELF,       NULL, NULL, "When"},
  {"granted_by",    ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "Who; null: the operator"},
  {"withdrawn_at",  ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_SELF,       NULL, NULL, "When it was taken back; what was handed in until then keeps its price"},
  {"accommodation", ANSWER_FLAG,    ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Whether it is one"},
  {"category",      ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of the accommodation"},
  {"note",          ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of the accommodation"},
};
static const struct answer extension_answer = {"Extension", NULL, false, extension_fields, sizeof extension_fields / sizeof *extension_fields};
static const struct answer_field extensions_fields[] = {
  {"extensions", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &extension_answer, "Newest first; to students those that hold, or held, for them"},
  {"next",       ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "`after` of the next page; left out on the last one"},
};
static const struct answer extensions_answer = {"Extensions", NULL, false, extensions_fields, sizeof extensions_fields / sizeof *extensions_fields};

static const struct route rows[] = {
  {METHOD_POST,   "/courses/{course}/milestones/{milestone}/extensions", ACCESS_STAFF,  ROUTE_WRITE, NULL, grant,             &extension_query, &body_shape, 200, &extension_done_answer, "Give more time for a milestone"},
  {METHOD_GET,    "/courses/{course}/milestones/{milestone}/extensions", ACCESS_COURSE, ROUTE_READ,  NULL, list_of_milestone, &page_shape,      NULL,        200, &extensions_answer,     "The extensions of a milestone; to students their own"},
  {METHOD_POST,   "/courses/{course}/extensions",                        ACCESS_STAFF,  ROUTE_WRITE, NULL, grant_standing,    &extension_query, &body_shape, 200, &extension_done_answer, "Give a student or a team more days for every milestone"},
  {METHOD_GET,    "/courses/{course}/extensions",                        ACCESS_COURSE, ROUTE_READ,  NULL, list_all,          &page_shape,      NULL,        200, &extensions_answer,     "All extensions of the course; to students their own"},
  {METHOD_DELETE, "/courses/{course}/extensions/{extension}",            ACCESS_STAFF,  ROUTE_WRITE, NULL, withdraw,          &extension_query, NULL,        200, &extension_done_answer, "Take an extension back; what was handed in keeps its price"},
};
// clang-format on

const struct route_table extension_routes = {"extensions", rows, sizeof rows / sizeof rows[0]};

static enum err grant(struct request *request) { return extension_reply(request, do_grant); }

static enum err grant_standing(struct request *request) { return extension_reply(request, do_grant_standing); }

static enum err withdraw(struct request *request) { return extension_reply(request, do_withdraw); }

static enum err list_all(struct request *request) { return list(request, NULL); }

static enum err list_of_milestone(struct request *request) {
  const struct milestone *milestone = NULL;
  enum err err = milestone_find(&request->act, request_course(request), request_text(request, "milestone"), &milestone);
  return err == ERR_OK ? list(request, milestone->id) : err;
}

static enum err do_grant(struct request *request, struct extension_done *done) {
  return give(request, request_text(request, "milestone"), done);
}

static enum err do_grant_standing(struct request *request, struct extension_done *done) {
  return give(request, NULL, done);
}

static enum err do_withdraw(struct request *request, struct extension_done *done) {
  return extension_take_back(&request->act, request_course(request), request_id(request, "extension"), done);
}

static enum err give(struct request *request, const char *milestone, struct extension_done *done) {
  const struct extension_body *body = request->input;
  const struct extension_wish wish = {.milestone = milestone,
                                      .scope = (enum extension_scope)body->scope,
                                      .person = body->person,
                                      .team = body->team,
                                      .track = body->track,
                                      .due = body->due,
                                      .days = body->days,
                                      .reason = body->reason,
                                      .is_accommodation = body->is_accommodation,
                                      .category = body->category,
                                      .note = body->note};
  return extension_give(&request->act, request_course(request), &wish, done);
}

static enum err list(struct request *request, const char *milestone) {
  const struct extension_query_page *query = request->query_input;
  const struct course_view *course = request_course(request);
  if (!course_is_staff(course) && query->person != 0 && query->person != request->who.person)
    return problem_raise(request->act.problem, PROBLEM_NOT_ALLOWED, "Only staff see the extensions of others.");
  int64_t limit = query->limit == 0 ? EXTENSIONS_PAGE_DEFAULT : query->limit;
  const struct extension_page page = {.milestone = milestone,
                                      .concerns = course_is_staff(course) ? query->person : request->who.person,
                                      .below = query->after == 0 ? INT64_MAX : query->after,
                                      .limit = limit + 1};
  struct extension_row *list = NULL;
  size_t count = 0;
  enum err err = extension_store_list(&request->act, course->id, &page, &list, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = count > (size_t)limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "extensions");
  for (size_t i = 0; i < count; i++)
    write_row(json, course, &list[i]);
  json_end(json);
  if (has_more)
    json_int(json, "next", list[count - 1].id);
  return ERR_OK;
}

// Of what one person got staff see until when, which is what they work by; the words are that person's and the
// instructors'. Were only those of accommodations left out, the gap would tell which are some.
static void write_row(struct json *json, const struct course_view *course, const struct extension_row *row) {
  bool is_instructor = course->role == ROLE_INSTRUCTOR;
  bool is_closed = row->person != 0 && course->role == ROLE_STAFF;
  json_begin_object(json);
  json_int(json, "id", row->id);
  json_text(json, "milestone", row->milestone);
  json_text(json, "scope", extension_scope_names[scope_of(row)]);
  json_int_or_null(json, "person", row->person);
  json_text(json, "person_name", row->person_name);
  json_int_or_null(json, "team", row->team);
  json_text(json, "team_name", row->team_name);
  json_text(json, "track", row->track);
  json_instant_or_null(json, "due", row->due);
  json_int_or_null(json, "days", row->days);
  json_text(json, "reason", is_closed ? NULL : row->reason);
  json_instant(json, "granted_at", row->granted_at);
  json_text(json, "granted_by", row->granted_by_name);
  json_instant_or_null(json, "withdrawn_at", row->withdrawn_at);
  if (is_instructor) {
    json_flag(json, "accommodation", row->is_accommodation);
    if (row->category != NULL)
      json_text(json, "category", row->category);
    if (row->note != NULL)
      json_text(json, "note", row->note);
  }
  json_end(json);
}

static int scope_of(const struct extension_row *row) {
  return row->person != 0     ? EXTENSION_PERSON
         : row->team != 0     ? EXTENSION_TEAM
         : row->track != NULL ? EXTENSION_TRACK
                              : EXTENSION_EVERYONE;
}
