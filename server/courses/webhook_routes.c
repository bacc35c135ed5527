// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/webhook_routes.h"

#include <string.h>

#include "server/accounts/services.h"
#include "server/courses/webhook.h"
#include "server/courses/webhook_store.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

enum { TOPIC_CHARACTERS_MAX = 64 };

struct new_body {
  const char *url;
  struct text_list topics;
};

struct change_body {
  const char *url;
  bool has_url;
  struct text_list topics;
  bool has_topics;
  bool is_paused;
  bool has_paused;
};

static route_handler create, list, show, change, remove_it, test, deliveries;
static void write_webhook(struct json *json, const struct webhook *webhook);
static void write_delivery(struct json *json, const struct webhook_delivery *delivery);

static const char *const states[] = {"waiting", "sending", "sent", "failed", "dropped", NULL};

// clang-format off
static const struct field new_fields[] = {
  {"url",    SHAPE_TEXT,      REQUIRED, HTTP_CLIENT_URL_BYTES, offsetof(struct new_body, url),    NO_PRESENT, NULL, NULL, "Where to: https; http only to networks that the operator opened."},
  {"topics", SHAPE_TEXT_LIST, REQUIRED, WEBHOOK_TOPICS_MAX,    offsetof(struct new_body, topics), NO_PRESENT, NULL, NULL, "What of: teams, labs, proposals, milestones, schedule, announcements, requests."},
};
static const struct shape new_shape = {"WebhookNew", MEDIA_JSON, 8 * 1024, sizeof(struct new_body), new_fields, 2};

static const struct field change_fields[] = {
  {"url",       SHAPE_TEXT,      OPTIONAL, HTTP_CLIENT_URL_BYTES, offsetof(struct change_body, url),       offsetof(struct change_body, has_url),    NULL, NULL, "Where to from now on, also what waits."},
  {"topics",    SHAPE_TEXT_LIST, OPTIONAL, WEBHOOK_TOPICS_MAX,    offsetof(struct change_body, topics),    offsetof(struct change_body, has_topics), NULL, NULL, "What of, from now on."},
  {"is_paused", SHAPE_FLAG,      OPTIONAL, 0,                     offsetof(struct change_body, is_paused), offsetof(struct change_body, has_paused), NULL, NULL, "True: what waits is dropped, and what happens is not told, also not later."},
};
static const struct shape change_shape = {"WebhookChange", MEDIA_JSON, 8 * 1024, sizeof(struct change_body), change_fields, 3};

#define WEBHOOK_FIELDS \
  {"id",            ANSWER_INTEGER,   ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "The webhook's number"}, \
  {"url",           ANSWER_TEXT,      ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "Where to"}, \
  {"topics",        ANSWER_TEXT_LIST, ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "What of"}, \
  {"is_paused",     ANSWER_FLAG,      ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "Whether nothing is sent"}, \
  {"pause_reason",  ANSWER_TEXT,      ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "Why, when the server paused it itself"}, \
  {"failing_since", ANSWER_INSTANT,   ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "Since when nothing has arrived, in real time; null when the last one did"}, \
  {"waiting",       ANSWER_INTEGER,   ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "How many deliveries have not arrived yet"}, \
  {"created_at",    ANSWER_INSTANT,   ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL, NULL, "When it was added"}
static const struct answer_field webhook_fields[] = {WEBHOOK_FIELDS};
static const struct answer webhook_answer = {"Webhook", NULL, false, webhook_fields, sizeof webhook_fields / sizeof *webhook_fields};
static const struct answer_field made_fields[] = {
  {"secret", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Signs what is sent; shown this once"},
  WEBHOOK_FIELDS,
};
static const struct answer made_answer = {"WebhookMade", NULL, true, made_fields, sizeof made_fields / sizeof *made_fields};
static const struct answer_field list_fields[] = {
  {"webhooks", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &webhook_answer, "The course's webhooks, oldest first"},
};
static const struct answer list_answer = {"Webhooks", NULL, false, list_fields, 1};
static const struct answer_field delivery_fields[] = {
  {"id",           ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL,   NULL, "The delivery's number, the same over every try"},
  {"topic",        ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL,   NULL, "What of; ping is a test"},
  {"body",         ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL,   NULL, "What is sent, JSON"},
  {"state",        ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, states, NULL, "Where it stands; failed: given up; dropped: the webhook was paused"},
  {"attempts",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL,   NULL, "How often it was tried"},
  {"status",       ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL,   NULL, "The status of the last answer; null when there was none"},
  {"reason",       ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL,   NULL, "Why it has not arrived, in words"},
  {"created_at",   ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_INSTRUCTOR, NULL,   NULL, "When it was written, by the course's clock"},
  {"next_attempt", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL,   NULL, "When it is tried again, in real time; null when it is settled or under way, or due at once"},
  {"settled_at",   ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL,   NULL, "When it arrived or was given up, in real time"},
};
static const struct answer delivery_answer = {"WebhookDelivery", NULL, false, delivery_fields, sizeof delivery_fields / sizeof *delivery_fields};
static const struct answer_field deliveries_fields[] = {
  {"deliveries", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &delivery_answer, "The last 50, newest first"},
};
static const struct answer deliveries_answer = {"WebhookDeliveries", NULL, false, deliveries_fields, 1};

// The reads are done by a worker, because what they tell moves without the course's counter: they have no ETag.
static const struct route rows[] = {
  {METHOD_GET,    "/courses/{course}/webhooks",                      ACCESS_INSTRUCTOR, ROUTE_WORK,  list,       NULL,      NULL, NULL,          200, &list_answer,       "The addresses that are told what happens in the course"},
  {METHOD_POST,   "/courses/{course}/webhooks",                      ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL,       create,    NULL, &new_shape,    201, &made_answer,       "Add one; the answer holds the secret that signs what is sent"},
  {METHOD_GET,    "/courses/{course}/webhooks/{webhook}",            ACCESS_INSTRUCTOR, ROUTE_WORK,  show,       NULL,      NULL, NULL,          200, &webhook_answer,    "One of them"},
  {METHOD_PATCH,  "/courses/{course}/webhooks/{webhook}",            ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL,       change,    NULL, &change_shape, 200, &webhook_answer,    "Change its address or topics, pause it or go on; in an archived course: pause it"},
  {METHOD_DELETE, "/courses/{course}/webhooks/{webhook}",            ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL,       remove_it, NULL, NULL,          204, NULL,               "Remove it, with what waits for it"},
  {METHOD_POST,   "/courses/{course}/webhooks/{webhook}/test",       ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL,       test,      NULL, NULL,          202, &delivery_answer,   "Send it a ping"},
  {METHOD_GET,    "/courses/{course}/webhooks/{webhook}/deliveries", ACCESS_INSTRUCTOR, ROUTE_WORK,  deliveries, NULL,      NULL, NULL,          200, &deliveries_answer, "What it was told, and what became of that"},
};
// clang-format on

const struct route_table webhook_routes = {"webhooks", rows, sizeof rows / sizeof rows[0]};

static enum err create(struct request *request) {
  const struct new_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct webhook_change wanted = {.url = body->url, .topics = &body->topics};
  struct webhook webhook = {0};
  enum err err = webhook_create(&request->act, &request_services(request)->webhook_rules, course, &wanted, &webhook);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/webhooks/%lld", course->slug, (long long)webhook.id);
  json_text(json, "secret", webhook.secret);
  write_webhook(json, &webhook);
  return ERR_OK;
}

static enum err list(struct request *request) {
  struct webhook *webhooks = NULL;
  size_t count = 0;
  request->tag[0] = '\0';
  enum err err = webhook_store_list(request->act.db, request->arena, request_course(request)->id, &webhooks, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "webhooks");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_webhook(json, &webhooks[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err show(struct request *request) {
  struct webhook webhook = {0};
  request->tag[0] = '\0';
  enum err err = webhook_get(&request->act, request_course(request), request_id(request, "webhook"), &webhook);
  if (err == ERR_OK)
    write_webhook(reply_object(request), &webhook);
  return err;
}

static enum err change(struct request *request) {
  const struct change_body *body = request->input;
  const struct course_view *course = request_course(request);
  int64_t id = request_id(request, "webhook");
  const struct webhook_change wanted = {.url = body->has_url ? body->url : NULL,
                                        .topics = body->has_topics ? &body->topics : NULL,
                                        .has_paused = body->has_paused,
                                        .is_paused = body->is_paused};
  struct webhook webhook = {0};
  enum err err = webhook_change(&request->act, &request_services(request)->webhook_rules, course, id, &wanted);
  if (err == ERR_OK && (err = webhook_get(&request->act, course, id, &webhook)) == ERR_OK)
    write_webhook(reply_object(request), &webhook);
  return err;
}

static enum err remove_it(struct request *request) {
  enum err err = webhook_remove(&request->act, request_course(request), request_id(request, "webhook"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err test(struct request *request) {
  struct webhook_delivery delivery = {0};
  int64_t id = 0;
  enum err err = webhook_ping(&request->act, request_course(request), request_id(request, "webhook"), &id);
  if (err != ERR_OK || (err = webhook_store_delivery(request->act.db, request->arena, id, &delivery)) != ERR_OK)
    return err;
  write_delivery(reply_object(request), &delivery);
  reply_status(request, 202);
  return ERR_OK;
}

static enum err deliveries(struct request *request) {
  struct webhook webhook = {0};
  struct webhook_delivery *all = NULL;
  size_t count = 0;
  request->tag[0] = '\0';
  enum err err = webhook_get(&request->act, request_course(request), request_id(request, "webhook"), &webhook);
  if (err != ERR_OK || (err = webhook_store_deliveries(request->act.db, request->arena, webhook.id, WEBHOOK_SHOWN, &all,
                                                       &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "deliveries");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_delivery(json, &all[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static void write_webhook(struct json *json, const struct webhook *webhook) {
  json_int(json, "id", webhook->id);
  json_text(json, "url", webhook->url);
  json_array_in(json, "topics");
  for (size_t i = 0; webhook_topics[i] != NULL; i++)
    if (webhook_has_topic(webhook, webhook_topics[i]))
      json_text(json, NULL, webhook_topics[i]);
  json_end(json);
  json_flag(json, "is_paused", webhook->is_paused);
  json_text(json, "pause_reason", webhook->pause_reason);
  json_instant_or_null(json, "failing_since", webhook->failing_since);
  json_int(json, "waiting", webhook->waiting);
  json_instant(json, "created_at", webhook->created_at);
}

static void write_delivery(struct json *json, const struct webhook_delivery *delivery) {
  bool is_waiting = strcmp(delivery->state, "waiting") == 0;
  json_int(json, "id", delivery->id);
  json_text(json, "topic", delivery->topic);
  json_text(json, "body", delivery->body);
  json_text(json, "state", delivery->state);
  json_int(json, "attempts", delivery->attempts);
  json_int_or_null(json, "status", delivery->status);
  json_text(json, "reason", delivery->reason);
  json_instant(json, "created_at", delivery->created_at);
  json_instant_or_null(json, "next_attempt", is_waiting ? delivery->next_attempt : 0);
  json_instant_or_null(json, "settled_at", delivery->settled_at);
}
