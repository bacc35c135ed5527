// SPDX-License-Identifier: AGPL-3.0-or-later
// Rows of webhooks and webhook_deliveries.
#pragma once

#include "server/courses/webhook.h"
#include "server/courses/webhook_delivery.h"

CHECKED enum err webhook_store_get(struct db *db, struct arena *arena, int64_t id, struct webhook *out);
CHECKED enum err webhook_store_list(struct db *db, struct arena *arena, int64_t course, struct webhook **out,
                                    size_t *count);
CHECKED enum err webhook_store_count(struct db *db, int64_t course, int64_t *out);
CHECKED enum err webhook_store_insert(const struct act *act, struct webhook *webhook);
CHECKED enum err webhook_store_save(struct db *db, const struct webhook *webhook); // all but the secret
CHECKED enum err webhook_store_delete(struct db *db, int64_t id);

// Of every course: those that are not paused and have not seen all of the audit.
CHECKED enum err webhook_store_behind(struct db *db, struct arena *arena, struct webhook **out, size_t *count);
CHECKED enum err webhook_store_seen(struct db *db, int64_t id, int64_t seq);
CHECKED enum err webhook_store_has_news(struct db *db, bool *out);

CHECKED enum err webhook_store_deliver(const struct act *act, int64_t webhook, const char *topic, int64_t *id);
CHECKED enum err webhook_store_set_body(struct db *db, int64_t delivery, const char *body);
// Newest first, at most `limit`.
CHECKED enum err webhook_store_deliveries(struct db *db, struct arena *arena, int64_t webhook, int64_t limit,
                                          struct webhook_delivery **out, size_t *count);
CHECKED enum err webhook_store_delivery(struct db *db, struct arena *arena, int64_t id, struct webhook_delivery *out);
CHECKED enum err webhook_store_settle(struct db *db, const struct webhook_delivery *delivery);
// Settles what waits as dropped.
CHECKED enum err webhook_store_drop(struct db *db, int64_t webhook, const char *reason, int64_t real_now);
// What waits is due at once.
CHECKED enum err webhook_store_hurry(struct db *db, int64_t webhook);
// Removes settled ones beyond the newest `kept`.
CHECKED enum err webhook_store_prune(struct db *db, int64_t webhook, int64_t kept);

// Due ones that nobody has in hand, `all_leases` also those whose lease has not run out.
struct webhook_due {
  int64_t webhook;
  bool is_failing;
  int64_t sending; // in hand
};
CHECKED enum err webhook_store_has_due(struct db *db, int64_t real_now, bool *out);
CHECKED enum err webhook_store_due(struct db *db, struct arena *arena, int64_t real_now, struct webhook_due **out,
                                   size_t *count);
CHECKED enum err webhook_store_lease(struct db *db, struct arena *arena, int64_t webhook, int64_t real_now,
                                     int64_t limit, struct webhook_parcel *out, size_t *count);
// Of a process that is no more: nothing is in anybody's hand.
CHECKED enum err webhook_store_forget_leases(struct db *db);
