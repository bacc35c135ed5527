// SPDX-License-Identifier: AGPL-3.0-or-later
// Notices the gaps between two heartbeats (domain_time.h) and has each course look whether one spanned a deadline of
// it. Called with the heartbeat's own transaction, before the new instant is kept.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/db/db.h"

enum {
  HEARTBEAT_SECONDS = 30,
  OUTAGE_GAP_SECONDS = HEARTBEAT_SECONDS + 15, // a beat is missing
  OUTAGE_QUIET_SECONDS = 15 * 60,              // between changes that were not taken, and still one stretch
};

struct outage_watch {
  const struct services *services;
  int64_t now;
  bool is_start;    // the server was not running until now: any gap is one
  bool has_lost;    // changes were not taken since the last heartbeat (work_figures), however short the gap
  bool is_advanced; // serve --now: the clock was moved on, nothing was missed
};
CHECKED enum err outage_watch_look(struct db *db, const struct outage_watch *watch);
