// SPDX-License-Identifier: AGPL-3.0-or-later
// What waits in the outbox becomes mails: one an hour a person at the most, beside those of their own (links to sign
// in), which leave at once. A mail's messages are fixed from then on.
#pragma once

#include <stdbool.h>

#include "server/outbound/mail_store.h"

enum {
  MAIL_HOUR_SECONDS = 3600,
  MAIL_MESSAGES_MAX = 200, // in one mail; what is over leaves with the next
};

// Looks at up to `limit` rows whose instant has come, in a write transaction. *is_more: there may be others.
CHECKED enum err mail_making_run(struct db *db, struct arena *arena, const struct mail_times *times, int64_t limit,
                                 bool *is_more);
