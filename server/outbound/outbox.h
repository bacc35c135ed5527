// SPDX-License-Identifier: AGPL-3.0-or-later
// Whoever tells somebody something writes a row here, in the transaction that causes it; delivery comes after the
// commit and elsewhere (mail_pump.h). A message is read by its person at GET /me/messages at once, unless it is secret.
// A message to person 0 goes nowhere: it is written so that known and unknown people cost the same.
#pragma once

#include <stdbool.h>

#include "server/db/act.h"

struct message {
  int64_t course;      // 0: none
  int64_t person;      // to whom
  const char *kind;    // "invitation", "lab offer", …: docs/architecture.md lists them
  const char *subject; // one line, at most 200 characters; control characters are refused
  const char *words;   // plain text
  const char *link;    // a path in the API or page, or NULL
  // For messages that hold a secret, such as a sign-in link: not shown on any page, and erased once delivered.
  bool is_secret;
  int64_t not_after; // from this instant on it is not delivered any more; 0: it does not age
};
CHECKED enum err outbox_put(const struct act *act, const struct message *message);

struct message_row {
  int64_t id;
  const char *course; // its slug; NULL: none
  const char *kind;
  const char *subject;
  const char *words;
  const char *link;
  int64_t at;
};
// A person's messages, secret ones left out, newest first, ids below `below`.
CHECKED enum err outbox_list(struct db *db, struct arena *arena, int64_t person, int64_t below, int64_t limit,
                             struct message_row **out, size_t *count);

// What became of a message.
enum outbox_outcome {
  OUTBOX_WAITING,
  OUTBOX_SENT,
  OUTBOX_NO_ADDRESS,
  OUTBOX_DISABLED, // whoever may not sign in is not written to
  OUTBOX_EXPIRED,
  OUTBOX_REFUSED, // by the transport, for good
  OUTBOX_OUTCOMES,
};

struct outbox_waiting {
  int64_t id;
  int64_t person;
  const char *subject;
  const char *words;
  const char *link; // or NULL
  int64_t not_after;
  const char *name;    // of the person as everybody sees it; NULL: there is no such person
  const char *address; // primary; NULL: none
  bool is_disabled;
};
// What waits for a transport, in the order in which it was written, at most `limit`.
CHECKED enum err outbox_waiting(struct db *db, struct arena *arena, int64_t limit, struct outbox_waiting **out,
                                size_t *count);
// Once a message; again is nothing. Erases a secret one.
CHECKED enum err outbox_settle(struct db *db, int64_t id, enum outbox_outcome outcome, int64_t now);
// Removes settled messages to nobody.
CHECKED enum err outbox_prune(struct db *db);
