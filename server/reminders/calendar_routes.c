// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/calendar_routes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/secret.h"
#include "server/accounts/me.h"
#include "server/http/answer.h"
#include "server/http/headers.h"
#include "server/http/http.h"
#include "server/http/reply.h"
#include "server/reminders/calendar_feed.h"
#include "server/reminders/ics.h"

static route_handler show_mine, make_mine, revoke_mine, show_courses, make_courses, revoke_courses, read_feed;

// clang-format off
static const struct answer_field feed_fields[] = {
  {"created_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When the calendar was made; null: there is none"},
  {"renewed_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When its present address was made"},
};
static const struct answer feed_answer = {"CalendarFeed", NULL, false, feed_fields, sizeof feed_fields / sizeof *feed_fields};
static const struct answer_field made_fields[] = {
  {"url", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "What a calendar program subscribes to; shown this once. Without a public URL of the server only its path"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When the calendar was made"},
  {"renewed_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When this address was made"},
};
static const struct answer made_answer = {"CalendarFeedMade", NULL, true, made_fields, sizeof made_fields / sizeof *made_fields};
static const struct answer ics_answer = {"Calendar", "text/calendar", false, NULL, 0};

static const struct route rows[] = {
  {METHOD_GET,    "/me/calendar",               ACCESS_ACCOUNT, ROUTE_READ,  NULL, show_mine,      NULL, NULL, 200, &feed_answer, "Whether there is a calendar feed of one's own dates, and since when"},
  {METHOD_POST,   "/me/calendar",               ACCESS_ACCOUNT, ROUTE_WRITE, NULL, make_mine,      NULL, NULL, 201, &made_answer, "Make the feed of one's own dates, or give it another address: the old one ends"},
  {METHOD_DELETE, "/me/calendar",               ACCESS_ACCOUNT, ROUTE_WRITE, NULL, revoke_mine,    NULL, NULL, 204, NULL,         "Revoke it: its address ends"},
  {METHOD_GET,    "/courses/{course}/calendar", ACCESS_STAFF,   ROUTE_READ,  NULL, show_courses,   NULL, NULL, 200, &feed_answer, "Whether there is a calendar feed of this course for oneself, and since when"},
  {METHOD_POST,   "/courses/{course}/calendar", ACCESS_STAFF,   ROUTE_WRITE, NULL, make_courses,   NULL, NULL, 201, &made_answer, "Make one's feed of the course's dates and one's own slots, or give it another address"},
  {METHOD_DELETE, "/courses/{course}/calendar", ACCESS_STAFF,   ROUTE_WRITE, NULL, revoke_courses, NULL, NULL, 204, NULL,         "Revoke it: its address ends"},
  {METHOD_GET,    "//calendar/{secret}",        ACCESS_PUBLIC,  ROUTE_READ,  NULL, read_feed,      NULL, NULL, 200, &ics_answer,  "The feed, for calendar programs; {secret} ends with .ics"},
};
// clang-format on

const struct route_table calendar_routes = {"calendars", rows, sizeof rows / sizeof *rows};

#define SUFFIX ".ics"

static enum err show(struct request *request, int64_t course);
static enum err make(struct request *request, int64_t course);
static enum err revoke(struct request *request, int64_t course);
static void write_feed(struct json *json, const struct calendar_feed *feed);

static enum err show_mine(struct request *request) { return show(request, 0); }
static enum err make_mine(struct request *request) { return make(request, 0); }
static enum err revoke_mine(struct request *request) { return revoke(request, 0); }
static enum err show_courses(struct request *request) { return show(request, request_course(request)->id); }
static enum err make_courses(struct request *request) { return make(request, request_course(request)->id); }
static enum err revoke_courses(struct request *request) { return revoke(request, request_course(request)->id); }

// One answer, whatever is wrong with the secret or its owner.
static enum err read_feed(struct request *request) {
  const char *name = request_text(request, "secret");
  size_t size = strlen(name), suffix = sizeof SUFFIX - 1;
  struct calendar_feed feed;
  enum err err = ERR_NOT_FOUND;
  if (size > suffix && strcmp(name + size - suffix, SUFFIX) == 0)
    err = calendar_feed_find(&request->act, arena_text_n(request->arena, name, size - suffix), &feed);
  if (err == ERR_NOT_FOUND)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                         "There is no calendar at this address. If it was one, make a new address in Tandem.");
  const char *document = NULL;
  if (err == ERR_OK)
    err = calendar_feed_write(&request->act, request_services(request), &feed, request->http->public_url, &document);
  if (err != ERR_OK)
    return err;
  uint8_t digest[DIGEST_BYTES];
  digest_bytes(document, strlen(document), digest);
  int count = snprintf(request->tag, sizeof request->tag, "\"%s\"", digest_hex(request->arena, digest, sizeof digest));
  assert(count > 0 && (size_t)count < sizeof request->tag);
  (void)count;
  if (header_lists_tag(request_list(request, "if-none-match"), request->tag)) {
    reply_not_modified(request);
    return ERR_OK;
  }
  text_add(reply_text(request, ICS_MEDIA), document);
  return ERR_OK;
}

static enum err show(struct request *request, int64_t course) {
  struct calendar_feed feed = {0};
  enum err err = me_check(request);
  if (err == ERR_OK)
    err = calendar_feed_get(&request->act, course, &feed);
  if (err == ERR_OK || err == ERR_NOT_FOUND) {
    write_feed(reply_object(request), &feed);
    err = ERR_OK;
  }
  return err;
}

static enum err make(struct request *request, int64_t course) {
  struct calendar_feed feed;
  char secret[CALENDAR_SECRET_BYTES];
  enum err err = me_check(request);
  if (err == ERR_OK)
    err = calendar_feed_make(&request->act, request_services(request), course, secret, &feed);
  if (err != ERR_OK)
    return err;
  const char *public_url = request->http->public_url;
  struct json *json = reply_object(request);
  reply_status(request, 201);
  json_text(json, "url",
            arena_format(request->arena, "%s/calendar/%s" SUFFIX, public_url == NULL ? "" : public_url, secret));
  write_feed(json, &feed);
  secret_wipe(secret, sizeof secret);
  return ERR_OK;
}

static enum err revoke(struct request *request, int64_t course) {
  enum err err = me_check(request);
  if (err == ERR_OK)
    err = calendar_feed_revoke(&request->act, course);
  if (err != ERR_OK && err != ERR_NOT_FOUND) // gone is gone
    return err;
  reply_no_content(request);
  return ERR_OK;
}

static void write_feed(struct json *json, const struct calendar_feed *feed) {
  json_instant_or_null(json, "created_at", feed->created_at);
  json_instant_or_null(json, "renewed_at", feed->renewed_at);
}
