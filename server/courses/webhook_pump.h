// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends what webhooks are to be told, on the main loop: each second it looks whether the audit holds something new or a
// delivery is due, has the writer prepare it, posts, and has the writer settle what came of it.
#pragma once

#include "common/base/clock.h"
#include "server/courses/webhook_delivery.h"
#include "server/outbound/http_client.h"
#include "server/work/loop.h"
#include "server/work/work.h"

struct webhook_pump_options {
  webhook_event_find *find;
  struct http_client_rules rules;
  const struct clock *clock; // the domain's
};

struct webhook_pump;

// `main_loop` has a read-only connection.
CHECKED enum err webhook_pump_start(const struct webhook_pump_options *options, struct work *work,
                                    struct loop *main_loop, struct webhook_pump **out);
// Begins nothing more; on the main loop's thread. What is under way may still be settled.
void webhook_pump_stop(struct webhook_pump *pump);
// When the main loop has run out, before loop_free. What is under way is sent again after the next start, under the
// same number; NULL is allowed.
void webhook_pump_free(struct webhook_pump *pump);
