// SPDX-License-Identifier: AGPL-3.0-or-later
// How a composed mail leaves: an interface with one implementation a way. The pump knows only this.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum delivery {
  DELIVERY_SENT,
  DELIVERY_LATER,   // a failure that may pass, or nobody knows: it is tried again with the same Message-ID
  DELIVERY_REFUSED, // a failure for good
};

// `reason` is for the operator, valid UTF-8 in one line; NULL when it was sent. Borrowed until the call returns.
typedef void delivery_done(void *context, enum delivery delivery, const char *reason);

struct transport_mail {
  int64_t id; // of the table mails: names a file, stands in the log
  const char *from;
  const char *to; // one recipient a transaction (facts.md, SMTP)
  const char *bytes;
  size_t size;
};

struct transport {
  const char *note;    // for the operator, when mail does not reach people this way; NULL: it does
  size_t at_once;      // as many mails are worth being under way at the same time; more wait within the transport
  int timeout_seconds; // after so long `done` was called
  // On the main loop. Calls `done(context, …)` exactly once, on the main loop, perhaps before it returns; what the mail
  // points to is the caller's until then. When the transport is released first, done is never called.
  void (*send)(struct transport *transport, const struct transport_mail *mail, delivery_done *done, void *context);
  void (*release)(struct transport *transport);
};

static inline void transport_free(struct transport *transport) {
  if (transport != NULL)
    transport->release(transport);
}
