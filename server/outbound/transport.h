// SPDX-License-Identifier: AGPL-3.0-or-later
// How a composed mail leaves: an interface with one implementation a way. The pump knows only this.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum delivery {
  DELIVERY_SENT,
  DELIVERY_LATER,   // a failure that may pass; the row stays and is tried again with the same Message-ID
  DELIVERY_REFUSED, // a failure for good
};

typedef void delivery_done(void *context, enum delivery delivery);

struct transport_mail {
  int64_t id; // of the outbox's row
  const char *from;
  const char *to; // one recipient a transaction (facts.md, SMTP)
  const char *bytes;
  size_t size;
};

struct transport {
  const char *note; // for the operator, when mail does not reach people this way; NULL: it does
  // On the main loop. Calls `done(context, …)` exactly once, on the main loop, perhaps before it returns; the mail's
  // memory is the caller's until then.
  void (*send)(struct transport *transport, const struct transport_mail *mail, delivery_done *done, void *context);
  void (*release)(struct transport *transport);
};

static inline void transport_free(struct transport *transport) {
  if (transport != NULL)
    transport->release(transport);
}
