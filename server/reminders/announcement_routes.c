// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/announcement_routes.h"

#include <string.h>

#include "server/http/answer.h"
#include "server/http/if_match.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/reminders/announcement.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 100, ID_CHARACTERS_MAX = 64, ADDRESS_CHARACTERS_MAX = 254 };

struct announcement_body {
  bool has_audience;
  int audience;
  const char *track;
  const char *milestone;
  int64_t team;
  const char *subject;
  const char *words;
  bool has_urgent;
  bool is_urgent;
  struct raw_value also_to;
  bool has_send_at;
  int64_t send_at;
};

struct announcement_page {
  int64_t after;
  int64_t limit;
};

static route_handler list, show, make, change, cancel;
static enum err take_body(struct request *request, struct announcement_wish *out);
static void write_one(const struct course_view *course, const struct announcement *announcement, struct json *json);

// clang-format off
#define SUBJECT_WORDS "One line: the mail's subject."
#define WORDS_WORDS "Plain text. Who wrote it and the course's title stand below it."
#define URGENT_WORDS "Leaves now; otherwise within an hour, with what else there is to tell."
#define ALSO_WORDS "An address beside the people of the course, such as a class's on Piazza; null: none. Only instructors."
#define MAIN_FIELDS(presence) \
  {"audience",  SHAPE_CHOICE,  presence, 0,                                   offsetof(struct announcement_body, audience),  offsetof(struct announcement_body, has_audience), announcement_audience_names, NULL, "Whom it reaches; they are found when it leaves."}, \
  {"track",     SHAPE_TEXT,    OPTIONAL, ID_CHARACTERS_MAX,                   offsetof(struct announcement_body, track),     NO_PRESENT, NULL, NULL, "Of the audience `track`: its id. Students who do it."}, \
  {"milestone", SHAPE_TEXT,    OPTIONAL, ID_CHARACTERS_MAX,                   offsetof(struct announcement_body, milestone), NO_PRESENT, NULL, NULL, "Of the audience `not done`: its id. Students whom it concerns and who are not done with it."}, \
  {"team",      SHAPE_NATURAL, OPTIONAL, INT64_MAX,                           offsetof(struct announcement_body, team),      NO_PRESENT, NULL, NULL, "Of the audience `team`: its number."}, \
  {"subject",   SHAPE_TEXT,    presence, ANNOUNCEMENT_SUBJECT_CHARACTERS_MAX, offsetof(struct announcement_body, subject),   NO_PRESENT, NULL, NULL, SUBJECT_WORDS}, \
  {"words",     SHAPE_LINES,   presence, ANNOUNCEMENT_WORDS_CHARACTERS_MAX,   offsetof(struct announcement_body, words),     NO_PRESENT, NULL, NULL, WORDS_WORDS}, \
  {"urgent",    SHAPE_FLAG,    OPTIONAL, 0,                                   offsetof(struct announcement_body, is_urgent), offsetof(struct announcement_body, has_urgent), NULL, NULL, URGENT_WORDS}, \
  {"also_to",   SHAPE_RAW,     OPTIONAL, 1,                                   offsetof(struct announcement_body, also_to),   NO_PRESENT, NULL, NULL, ALSO_WORDS}
static const struct field new_fields[] = {
  MAIN_FIELDS(REQUIRED),
  {"send_at",   SHAPE_INSTANT, OPTIONAL, 0,                                   offsetof(struct announcement_body, send_at),   offsetof(struct announcement_body, has_send_at), NULL, NULL, "When it is to leave, at most a year ahead; left out: at once."},
};
static const struct shape new_shape = {"AnnouncementNew", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct announcement_body), new_fields, sizeof new_fields / sizeof *new_fields};
static const struct field change_fields[] = {
  MAIN_FIELDS(OPTIONAL),
  {"send_at",   SHAPE_INSTANT, OPTIONAL, 0,                                   offsetof(struct announcement_body, send_at),   offsetof(struct announcement_body, has_send_at), NULL, NULL, "When it is to leave instead."},
};
static const struct shape change_shape = {"AnnouncementChange", MEDIA_JSON, SHAPE_JSON_BYTES_MAX, sizeof(struct announcement_body), change_fields, sizeof change_fields / sizeof *change_fields};

static const struct field page_fields[] = {
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct announcement_page, after), NO_PRESENT, NULL, NULL, "The `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct announcement_page, limit), NO_PRESENT, NULL, NULL, "How many at most; 50 when left out."},
};
static const struct shape page_shape = {"AnnouncementPage", MEDIA_JSON, 0, sizeof(struct announcement_page), page_fields, 2};

static const struct answer_field announcement_answer_fields[] = {
  {"id",         ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Its number"},
  {"state",      ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, announcement_state_names, NULL, "Students see what was sent"},
  {"audience",   ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, announcement_audience_names, NULL, "Whom it reaches"},
  {"track",      ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL, NULL, "Of the audience `track`: its id"},
  {"milestone",  ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL, NULL, "Of the audience `not done`: its id"},
  {"team",       ANSWER_INTEGER, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL, NULL, "Of the audience `team`: its number"},
  {"subject",    ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "One line"},
  {"words",      ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Plain text"},
  {"urgent",     ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Whether it leaves now rather than within an hour"},
  {"by_name",    ANSWER_TEXT,    ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL, NULL, "Who wrote it; null: the operator"},
  {"at",         ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "When it was sent, or is to be"},
  {"recipients", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, NULL, "How many people it was sent to; null: not sent"},
  {"also_to",    ANSWER_TEXT,    ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, NULL, "The address beside them, or null"},
  {"version",    ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, NULL, "For If-Match"},
};
static const struct answer announcement_answer = {"Announcement", NULL, false, announcement_answer_fields, sizeof announcement_answer_fields / sizeof *announcement_answer_fields};
static const struct answer_field announcements_answer_fields[] = {
  {"next",          ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "`after` of the next page; null on the last one"},
  {"announcements", ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, &announcement_answer, "The newest first; for staff also those that are planned or cancelled"},
};
static const struct answer announcements_answer = {"Announcements", NULL, false, announcements_answer_fields, sizeof announcements_answer_fields / sizeof *announcements_answer_fields};

#define ANNOUNCEMENTS "/courses/{course}/announcements"

static const struct route rows[] = {
  {METHOD_GET,    ANNOUNCEMENTS,                     ACCESS_COURSE, ROUTE_READ,  NULL, list,   &page_shape, NULL,          200, &announcements_answer, "What the staff announced that concerns you, also from before you came"},
  {METHOD_POST,   ANNOUNCEMENTS,                     ACCESS_STAFF,  ROUTE_WRITE, NULL, make,   NULL,        &new_shape,    201, &announcement_answer,  "Announce something, at once or at an instant"},
  {METHOD_GET,    ANNOUNCEMENTS "/{announcement}",   ACCESS_COURSE, ROUTE_READ,  NULL, show,   NULL,        NULL,          200, &announcement_answer,  "One announcement"},
  {METHOD_PATCH,  ANNOUNCEMENTS "/{announcement}",   ACCESS_STAFF,  ROUTE_WRITE, NULL, change, NULL,        &change_shape, 200, &announcement_answer,  "Change one that has not been sent"},
  {METHOD_DELETE, ANNOUNCEMENTS "/{announcement}",   ACCESS_STAFF,  ROUTE_WRITE, NULL, cancel, NULL,        NULL,          204, NULL,                  "Cancel one that has not been sent"},
};
// clang-format on

const struct route_table announcement_routes = {"reminders", rows, sizeof rows / sizeof rows[0]};

static enum err list(struct request *request) {
  const struct announcement_page *page = request->query_input;
  const struct course_view *course = request_course(request);
  int64_t limit = page->limit > 0 ? page->limit : PAGE_DEFAULT;
  struct announcement *all = NULL;
  size_t count = 0;
  // One more than shown: whether there is a next page.
  enum err err = announcement_list(&request->act, course, page->after, limit + 1, &all, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = (int64_t)count > limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_int_or_null(json, "next", has_more ? all[count - 1].id : 0);
  json_array_in(json, "announcements");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_one(course, &all[i], json);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err show(struct request *request) {
  const struct course_view *course = request_course(request);
  struct announcement announcement;
  enum err err = announcement_show(&request->act, course, request_id(request, "announcement"), &announcement);
  if (err == ERR_OK)
    write_one(course, &announcement, reply_object(request));
  return err;
}

static enum err make(struct request *request) {
  const struct course_view *course = request_course(request);
  struct announcement_wish wish;
  struct announcement announcement;
  int64_t id = 0;
  enum err err = take_body(request, &wish);
  if (err != ERR_OK || (err = announcement_make(&request->act, course, &wish, &id)) != ERR_OK ||
      (err = announcement_show(&request->act, course, id, &announcement)) != ERR_OK)
    return err;
  write_one(course, &announcement, reply_object(request));
  reply_created(request, "/courses/%s/announcements/%lld", course->slug, (long long)id);
  return ERR_OK;
}

static enum err change(struct request *request) {
  const struct course_view *course = request_course(request);
  int64_t id = request_id(request, "announcement");
  struct announcement_wish wish;
  struct announcement announcement;
  enum err err = announcement_show(&request->act, course, id, &announcement);
  if (err == ERR_OK)
    err = request_if_match(request, announcement.version);
  if (err != ERR_OK || (err = take_body(request, &wish)) != ERR_OK ||
      (err = announcement_change(&request->act, course, id, &wish)) != ERR_OK ||
      (err = announcement_show(&request->act, course, id, &announcement)) != ERR_OK)
    return err;
  write_one(course, &announcement, reply_object(request));
  return ERR_OK;
}

static enum err cancel(struct request *request) {
  enum err err = announcement_cancel(&request->act, request_course(request), request_id(request, "announcement"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err take_body(struct request *request, struct announcement_wish *out) {
  const struct announcement_body *body = request->input;
  *out = (struct announcement_wish){.has_audience = body->has_audience,
                                    .audience = (enum announcement_audience)body->audience,
                                    .track = body->track,
                                    .milestone = body->milestone,
                                    .team = body->team,
                                    .subject = body->subject,
                                    .words = body->words,
                                    .has_urgent = body->has_urgent,
                                    .is_urgent = body->is_urgent,
                                    .has_also_to = body->also_to.kind != RAW_NONE,
                                    .send_at = body->send_at};
  bool is_text = body->also_to.kind == RAW_TEXT && strlen(body->also_to.text) <= ADDRESS_CHARACTERS_MAX;
  if (is_text)
    out->also_to = body->also_to.text;
  else if (body->also_to.kind != RAW_NONE && body->also_to.kind != RAW_NULL)
    return problem_field(&request->problem, "also_to", "is no e-mail address");
  if (body->has_send_at && body->send_at == 0) // a wish of 0 is "at once"
    return problem_field(&request->problem, "send_at", "lies in the past; leave it out to send it at once");
  if (!body->has_audience && (body->track != NULL || body->milestone != NULL || body->team != 0))
    return problem_field(&request->problem, "audience", "must be given with its track, milestone or team");
  if ((body->subject != NULL && body->subject[0] == '\0') || (body->words != NULL && body->words[0] == '\0'))
    return problem_field(&request->problem, body->subject != NULL && body->subject[0] == '\0' ? "subject" : "words",
                         "must not be empty");
  return ERR_OK;
}

static void write_one(const struct course_view *course, const struct announcement *announcement, struct json *json) {
  json_int(json, "id", announcement->id);
  json_text(json, "state", announcement_state_names[announcement_state_of(announcement)]);
  json_text(json, "audience", announcement_audience_names[announcement->audience]);
  json_text(json, "track", announcement->track);
  json_text(json, "milestone", announcement->milestone);
  json_int_or_null(json, "team", announcement->team);
  json_text(json, "subject", announcement->subject);
  json_text(json, "words", announcement->words);
  json_flag(json, "urgent", announcement->is_urgent);
  json_text(json, "by_name", announcement->by_name);
  json_instant(json, "at", announcement->send_at);
  if (!course_is_staff(course))
    return;
  if (announcement->sent_at != 0)
    json_int(json, "recipients", announcement->recipients);
  else
    json_none(json, "recipients");
  json_text(json, "also_to", announcement->also_to);
  json_int(json, "version", announcement->version);
}
