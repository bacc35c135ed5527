// SPDX-License-Identifier: AGPL-3.0-or-later
// What of the audit webhooks are told: a list of what may be, everything else stays in the house. Whom a row concerns
// stands in event_topics.h: its number goes along only when the whole course may know of it.
#pragma once

#include "server/courses/webhook_delivery.h"

webhook_event_find webhook_event_of;

struct webhook_row {
  const char *audit_kind;
  const char *topic;
  const char *kind;
};
extern const struct webhook_row webhook_rows[];
extern const size_t webhook_row_count;
