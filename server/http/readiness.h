// SPDX-License-Identifier: AGPL-3.0-or-later
// What /readyz and /metrics tell of matters that http does not know: whether the server is going down, whether the
// clock is offset, whether mail is sent. Owned by who serves; http only asks.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "common/base/json.h"

struct request;
struct tls; // server/http/tls.h

struct readiness {
  const atomic_bool *is_draining; // set at SIGTERM; NULL: never
  const char *const *notes;       // fixed at start, ended by NULL; or NULL: none. "The clock is offset: …"
  struct tls *tls;                // told when its certificate ends soon or could not be reloaded; NULL: none
  // Adds what changes while the server runs, as elements of the open array (json_text(notes, NULL, …)). On a loop,
  // inside the request's read transaction. NULL: nothing.
  void (*add_notes)(struct request *request, struct json *notes);
  // Adds lines of Prometheus text. On a loop. NULL: nothing.
  void (*add_metrics)(struct request *request, struct text *metrics);
};

static inline bool readiness_is_draining(const struct readiness *readiness) {
  return readiness != NULL && readiness->is_draining != NULL && atomic_load(readiness->is_draining);
}
