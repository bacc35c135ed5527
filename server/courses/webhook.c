// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/webhook.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/base/json.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/courses/course_state.h"
#include "server/courses/petition_store.h"
#include "server/courses/webhook_store.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

const char *const webhook_topics[] = {"teams",    "labs",          "proposals", "milestones",
                                      "schedule", "announcements", "requests",  NULL};

static enum err take(const struct act *act, const struct http_client_rules *rules, const struct webhook_change *change,
                     struct webhook *webhook);
static enum err take_topics(const struct act *act, const struct text_list *wanted, const char **out);
static bool is_only_less(const struct webhook_change *change);
static enum err set_paused(const struct act *act, struct webhook *webhook, bool is_paused);
static enum err audit(const struct act *act, const struct webhook *webhook, const char *kind);
static const char *host_of(struct arena *arena, const char *url);

enum err webhook_create(const struct act *act, const struct http_client_rules *rules, const struct course_view *course,
                        const struct webhook_change *wanted, struct webhook *out) {
  struct webhook webhook = {.course = course->id, .created_at = act->now, .slug = course->slug};
  char *secret = arena_alloc(act->arena, TOKEN_TEXT_BYTES);
  int64_t count = 0;
  enum err err = take(act, rules, wanted, &webhook);
  if (err != ERR_OK || (err = webhook_store_count(act->db, course->id, &count)) != ERR_OK)
    return err;
  if (count >= WEBHOOKS_MAX)
    return problem_raise(act->problem, PROBLEM_TOO_MANY_WEBHOOKS,
                         "A course has at most %d webhooks. Remove one that nobody needs.", WEBHOOKS_MAX);
  secret_token(secret);
  webhook.secret = secret;
  // What was before is not told; its own row of the audit has no topic.
  if ((err = audit_counter(act->db, course->id, &webhook.seen_seq)) != ERR_OK ||
      (err = webhook_store_insert(act, &webhook)) != ERR_OK || (err = audit(act, &webhook, "webhook added")) != ERR_OK)
    return err;
  *out = webhook;
  return ERR_OK;
}

enum err webhook_change(const struct act *act, const struct http_client_rules *rules, const struct course_view *course,
                        int64_t id, const struct webhook_change *change) {
  struct webhook webhook = {.url = ""};
  enum err err = webhook_get(act, course, id, &webhook);
  if (err != ERR_OK)
    return err;
  if (course->state == COURSE_ARCHIVED && !is_only_less(change))
    return course_state_refuse(act->problem, course);
  const struct webhook before = webhook;
  if ((err = take(act, rules, change, &webhook)) != ERR_OK)
    return err;
  bool is_moved = !text_equal(before.url, webhook.url);
  if (is_moved)
    webhook.failing_since = 0;
  if (change->has_paused && change->is_paused != webhook.is_paused &&
      (err = set_paused(act, &webhook, change->is_paused)) != ERR_OK)
    return err;
  bool is_same = !is_moved && text_equal(before.topics, webhook.topics) && before.is_paused == webhook.is_paused;
  if (is_same)
    return ERR_OK;
  if ((err = webhook_store_save(act->db, &webhook)) != ERR_OK ||
      (is_moved && (err = webhook_store_hurry(act->db, id)) != ERR_OK))
    return err;
  return audit(act, &webhook, "webhook changed");
}

enum err webhook_remove(const struct act *act, const struct course_view *course, int64_t id) {
  struct webhook webhook = {.url = ""};
  enum err err = webhook_get(act, course, id, &webhook);
  if (err != ERR_OK || (err = webhook_store_delete(act->db, id)) != ERR_OK)
    return err;
  return audit(act, &webhook, "webhook removed");
}

enum err webhook_ping(const struct act *act, const struct course_view *course, int64_t id, int64_t *delivery) {
  struct webhook webhook = {0};
  enum err err = webhook_get(act, course, id, &webhook);
  if (err != ERR_OK)
    return err;
  if (webhook.is_paused)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The webhook is paused: PATCH it with is_paused false first, then test it.");
  int64_t counter = 0;
  if ((err = audit_counter(act->db, course->id, &counter)) != ERR_OK)
    return err;
  const struct audit_event event = {.seq = counter, .at = act->now};
  return webhook_deliver(act, &webhook, &event, &(struct webhook_event){.topic = "ping", .kind = "test"}, delivery);
}

enum err webhook_get(const struct act *act, const struct course_view *course, int64_t id, struct webhook *out) {
  struct webhook webhook = {0};
  enum err err = webhook_store_get(act->db, act->arena, id, &webhook);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && webhook.course != course->id))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                         "The course has no such webhook. GET /api/v1/courses/%s/webhooks lists those it has.",
                         course->slug);
  if (err == ERR_OK)
    *out = webhook;
  return err;
}

bool webhook_has_topic(const struct webhook *webhook, const char *topic) {
  size_t size = strlen(topic);
  for (const char *at = webhook->topics; (at = strstr(at, topic)) != NULL; at += size) {
    bool begins = at == webhook->topics || at[-1] == ' ';
    if (begins && (at[size] == '\0' || at[size] == ' '))
      return true;
  }
  return false;
}

enum err webhook_pause(const struct act *act, const struct webhook *webhook, const char *reason) {
  struct webhook paused = *webhook;
  enum err err = set_paused(act, &paused, true);
  paused.pause_reason = reason;
  int64_t *people = NULL;
  size_t count = 0;
  if (err != ERR_OK || (err = webhook_store_save(act->db, &paused)) != ERR_OK ||
      (err = audit(act, &paused, "webhook paused")) != ERR_OK || webhook->is_archived ||
      (err = petition_store_deciders(act, webhook->course, true, &people, &count)) != ERR_OK)
    return err;
  const char *words = arena_format(
      act->arena,
      "Tandem has paused the webhook of this course that goes to %s: %s.\n\nWhat waited for it was dropped, and what "
      "happens from now on is not sent there. Once the receiver is well again, PATCH the webhook with is_paused false; "
      "POST …/test then shows whether it answers.",
      host_of(act->arena, webhook->url), reason);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = outbox_put(act, &(struct message){.course = webhook->course,
                                            .person = people[i],
                                            .kind = "webhook paused",
                                            .subject = "A webhook of the course was paused",
                                            .words = words,
                                            .link = arena_format(act->arena, "/courses/%s/webhooks", webhook->slug)});
  return err;
}

// All that is wrong is told at once.
static enum err take(const struct act *act, const struct http_client_rules *rules, const struct webhook_change *change,
                     struct webhook *webhook) {
  enum err err = ERR_OK;
  if (change->url != NULL) {
    const char *refusal = http_client_refusal(rules, change->url);
    if (refusal != NULL)
      err = problem_field(act->problem, "url", "must be %s", refusal);
    webhook->url = change->url;
  }
  if (change->topics == NULL)
    return err;
  enum err topics_err = take_topics(act, change->topics, &webhook->topics);
  return err != ERR_OK ? err : topics_err;
}

// In the order of the table, each once.
static enum err take_topics(const struct act *act, const struct text_list *wanted, const char **out) {
  struct text topics;
  text_init(&topics, act->arena);
  size_t known = 0;
  for (size_t i = 0; webhook_topics[i] != NULL; i++) {
    bool is_wanted = false;
    for (size_t k = 0; k < wanted->count; k++) {
      bool is_it = strcmp(wanted->items[k], webhook_topics[i]) == 0;
      is_wanted = is_wanted || is_it;
      known += is_it;
    }
    if (is_wanted)
      text_add_format(&topics, "%s%s", topics.size == 0 ? "" : " ", webhook_topics[i]);
  }
  if (known < wanted->count || topics.size == 0)
    return problem_field(act->problem, "topics",
                         "takes at least one of teams, labs, proposals, milestones, schedule, announcements, requests");
  *out = text_get(&topics);
  return ERR_OK;
}

// Nothing but that less is sent.
static bool is_only_less(const struct webhook_change *change) {
  return change->url == NULL && change->topics == NULL && (!change->has_paused || change->is_paused);
}

static enum err set_paused(const struct act *act, struct webhook *webhook, bool is_paused) {
  webhook->is_paused = is_paused;
  webhook->pause_reason = NULL;
  webhook->failing_since = 0;
  if (is_paused)
    return webhook_store_drop(act->db, webhook->id, "the webhook was paused", (int64_t)time(NULL));
  return audit_counter(act->db, webhook->course, &webhook->seen_seq);
}

// A path or query may hold a key of the receiver's: the audit is to hold no secret.
static enum err audit(const struct act *act, const struct webhook *webhook, const char *kind) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "host", host_of(act->arena, webhook->url));
  json_text(&json, "topics", webhook->topics);
  json_flag(&json, "paused", webhook->is_paused);
  json_end(&json);
  return audit_write(act, webhook->course, kind, arena_format(act->arena, "webhook %" PRId64, webhook->id), NULL,
                     json_get(&json));
}

static const char *host_of(struct arena *arena, const char *url) {
  const char *host = strstr(url, "://");
  host = host == NULL ? url : host + 3;
  return arena_format(arena, "%.*s", (int)strcspn(host, "/?#"), host);
}
