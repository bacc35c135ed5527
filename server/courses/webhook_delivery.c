// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/webhook_delivery.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/secret.h"
#include "server/courses/webhook_store.h"
#include "server/db/audit.h"
#include "server/db/epoch.h"
#include "server/outbound/retry.h"

static const int gone = 410;

static enum err sweep_one(const struct act *act, webhook_event_find *find, const struct webhook *webhook,
                          bool *is_over);
static enum err arrived(const struct act *act, const struct webhook *webhook, struct webhook_delivery *delivery);
static enum err failed(const struct act *act, const struct webhook *webhook, struct webhook_delivery *delivery,
                       int64_t real_now, uint32_t random);
static const char *failure_words(struct arena *arena, const struct webhook_outcome *outcome);

enum err webhook_sweep(const struct act *act, webhook_event_find *find, bool *is_over) {
  struct webhook *webhooks = NULL;
  size_t count = 0;
  enum err err = webhook_store_behind(act->db, act->arena, &webhooks, &count);
  *is_over = true;
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = sweep_one(act, find, &webhooks[i], is_over);
  return err;
}

enum err webhook_deliver(const struct act *act, const struct webhook *webhook, const struct audit_event *row,
                         const struct webhook_event *event, int64_t *id) {
  const char *epoch = NULL;
  enum err err = epoch_get(act->db, act->arena, &epoch);
  if (err != ERR_OK || (err = webhook_store_deliver(act, webhook->id, event->topic, id)) != ERR_OK)
    return err;
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int(&json, "delivery", *id);
  json_text(&json, "epoch", epoch);
  json_text(&json, "course", webhook->slug);
  json_text(&json, "topic", event->topic);
  json_text(&json, "kind", event->kind);
  json_text(&json, "id", event->id);
  json_int(&json, "counter", row->seq);
  json_instant(&json, "at", row->at);
  json_end(&json);
  return webhook_store_set_body(act->db, *id, json_get(&json));
}

enum err webhook_lease(const struct act *act, int64_t real_now, size_t limit, struct webhook_parcel **out,
                       size_t *count) {
  struct webhook_due *due = NULL;
  size_t due_count = 0;
  enum err err = webhook_store_due(act->db, act->arena, real_now, &due, &due_count);
  struct webhook_parcel *parcels = arena_array(act->arena, limit, sizeof *parcels);
  size_t size = 0;
  for (size_t i = 0; err == ERR_OK && i < due_count && size < limit; i++) {
    int64_t each = due[i].is_failing ? 1 : WEBHOOK_AT_ONCE_EACH;
    int64_t room = each - due[i].sending;
    int64_t left = (int64_t)(limit - size);
    if (room > 0)
      err =
          webhook_store_lease(act->db, act->arena, due[i].webhook, real_now, room < left ? room : left, parcels, &size);
  }
  if (err != ERR_OK)
    return err;
  *out = parcels;
  *count = size;
  return ERR_OK;
}

enum err webhook_settle(const struct act *act, const struct webhook_outcome *outcome, int64_t real_now,
                        uint32_t random) {
  struct webhook_delivery delivery;
  struct webhook webhook;
  enum err err = webhook_store_delivery(act->db, act->arena, outcome->delivery, &delivery);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && strcmp(delivery.state, "sending") != 0))
    return ERR_OK; // removed meanwhile, or told already by an exchange that was slower than its lease
  if (err != ERR_OK || (err = webhook_store_get(act->db, act->arena, delivery.webhook, &webhook)) != ERR_OK)
    return err;
  delivery.status = outcome->status;
  delivery.settled_at = real_now;
  if (outcome->status >= 200 && outcome->status < 300)
    err = arrived(act, &webhook, &delivery);
  else {
    delivery.reason = failure_words(act->arena, outcome);
    err = failed(act, &webhook, &delivery, real_now, random);
  }
  return err != ERR_OK ? err : webhook_store_prune(act->db, webhook.id, WEBHOOK_KEPT);
}

const char *webhook_signature(struct arena *arena, const char *secret, int64_t real_now, const char *body) {
  const char *at = arena_format(arena, "%" PRId64, real_now);
  const struct digest_part parts[] = {{at, strlen(at)}, {".", 1}, {body, strlen(body)}};
  uint8_t hash[SHA256_BYTES];
  hmac_sha256(secret, strlen(secret), parts, sizeof parts / sizeof *parts, hash);
  return arena_format(arena, "t=%s,v1=%s", at, digest_hex(arena, hash, sizeof hash));
}

static enum err sweep_one(const struct act *act, webhook_event_find *find, const struct webhook *webhook,
                          bool *is_over) {
  struct audit_event *rows = NULL;
  size_t count = 0;
  enum err err =
      audit_after(act->db, act->arena, webhook->course, webhook->seen_seq, WEBHOOK_SWEEP_ROWS, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct webhook_event event;
    int64_t id;
    if (find(rows[i].kind, rows[i].subject, act->arena, &event) && webhook_has_topic(webhook, event.topic))
      err = webhook_deliver(act, webhook, &rows[i], &event, &id);
  }
  if (err != ERR_OK || count == 0)
    return err;
  *is_over = *is_over && count < WEBHOOK_SWEEP_ROWS;
  return webhook_store_seen(act->db, webhook->id, rows[count - 1].seq);
}

static enum err arrived(const struct act *act, const struct webhook *webhook, struct webhook_delivery *delivery) {
  delivery->state = "sent";
  delivery->reason = NULL;
  enum err err = webhook_store_settle(act->db, delivery);
  if (err != ERR_OK || webhook->failing_since == 0)
    return err;
  struct webhook well = *webhook;
  well.failing_since = 0;
  err = webhook_store_save(act->db, &well);
  return err != ERR_OK ? err : webhook_store_hurry(act->db, webhook->id);
}

static enum err failed(const struct act *act, const struct webhook *webhook, struct webhook_delivery *delivery,
                       int64_t real_now, uint32_t random) {
  struct webhook failing = *webhook;
  if (failing.failing_since == 0)
    failing.failing_since = real_now;
  bool is_gone = delivery->status == gone;
  bool is_tried_enough = delivery->attempts >= RETRY_GIVE_UP_ATTEMPTS; // not merely while Tandem was down
  bool is_given_up = is_gone || (is_tried_enough && real_now - delivery->first_attempt >= RETRY_GIVE_UP_SECONDS);
  delivery->state = webhook->is_paused ? "dropped" : is_given_up ? "failed" : "waiting";
  if (strcmp(delivery->state, "waiting") == 0) {
    delivery->settled_at = 0;
    delivery->next_attempt = real_now + retry_delay(delivery->attempts, random);
  }
  enum err err = webhook_store_settle(act->db, delivery);
  if (err != ERR_OK || webhook->is_paused)
    return err;
  if (is_gone)
    return webhook_pause(act, &failing, "its receiver answered 410, which says that it is gone");
  if (is_tried_enough && real_now - failing.failing_since >= WEBHOOK_FAILING_SECONDS)
    return webhook_pause(act, &failing,
                         arena_format(act->arena, "nothing has arrived for three days (%s)", delivery->reason));
  return webhook->failing_since != 0 ? ERR_OK : webhook_store_save(act->db, &failing);
}

static const char *failure_words(struct arena *arena, const struct webhook_outcome *outcome) {
  if (outcome->status == 0)
    return outcome->reason;
  if (outcome->status >= 300 && outcome->status < 400)
    return arena_format(arena, "it answered %d; redirects are not followed", outcome->status);
  return arena_format(arena, "it answered %d", outcome->status);
}
