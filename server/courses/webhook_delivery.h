// SPDX-License-Identifier: AGPL-3.0-or-later
// What a webhook is told, from the audit's row to the answer of its receiver: rows in the store at every step, so that
// a crash loses nothing and repeats at most what was under way, under the same number. Knows no socket: webhook_pump.h
// sends.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

enum {
  WEBHOOK_SWEEP_ROWS = 500,                // of the audit, for each webhook, at a time
  WEBHOOK_AT_ONCE = 16,                    // deliveries under way
  WEBHOOK_AT_ONCE_EACH = 4,                // to the same webhook; to one that fails one
  WEBHOOK_LEASE_SECONDS = 60,              // longer than an exchange may take
  WEBHOOK_FAILING_SECONDS = 3 * 24 * 3600, // after so long without a success it is paused
  WEBHOOK_SHOWN = 50,
  WEBHOOK_KEPT = 200, // settled ones of each
};

// What a row of the audit is to webhooks. Says false of what they are not told.
struct webhook_event {
  const char *topic; // of webhook_topics
  const char *kind;  // "registered"
  const char *id;    // of what it happened to, when the whole course may know of that; else NULL
};
typedef bool webhook_event_find(const char *audit_kind, const char *subject, struct arena *arena,
                                struct webhook_event *out);

struct webhook_delivery {
  int64_t id;
  int64_t webhook;
  const char *topic;
  const char *body;
  const char *state; // "waiting", "sending", "sent", "failed", "dropped"
  int64_t attempts;
  int64_t created_at;    // domain time
  int64_t first_attempt; // real time from here on; 0: none yet
  int64_t next_attempt;
  int64_t status; // of the last answer; 0: there was none
  const char *reason;
  int64_t settled_at; // 0: not yet
};

struct webhook;
struct audit_event;
// One row, to this webhook.
CHECKED enum err webhook_deliver(const struct act *act, const struct webhook *webhook, const struct audit_event *row,
                                 const struct webhook_event *event, int64_t *id);
// Writes the deliveries of what the audit holds beyond what each webhook has seen. *is_over: nothing is left.
CHECKED enum err webhook_sweep(const struct act *act, webhook_event_find *find, bool *is_over);

struct webhook_parcel {
  int64_t delivery;
  const char *url;
  const char *secret;
  const char *body;
};
// Takes at most `limit` due deliveries in hand for WEBHOOK_LEASE_SECONDS; each counts as an attempt.
CHECKED enum err webhook_lease(const struct act *act, int64_t real_now, size_t limit, struct webhook_parcel **out,
                               size_t *count);

struct webhook_outcome {
  int64_t delivery;
  int status;         // 0: no answer
  const char *reason; // then
};
// Sent, to be tried again (retry.h), or given up; a webhook whose receiver answers 410 or has failed for days is paused
// and its instructors told. Nothing when the delivery is gone or settled.
CHECKED enum err webhook_settle(const struct act *act, const struct webhook_outcome *outcome, int64_t real_now,
                                uint32_t random);

// "t=1700000000,v1=…": HMAC-SHA-256 by the secret's characters over "1700000000.BODY".
const char *webhook_signature(struct arena *arena, const char *secret, int64_t real_now, const char *body);
