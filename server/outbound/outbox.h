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
  const char *kind;    // "invitation", "lab seat", …: a row of notice_kind.c
  const char *subject; // one line, at most 200 characters; control characters are refused
  const char *words;   // plain text
  const char *link;    // a path in the API or page, or NULL
  // For messages that hold a secret, such as a sign-in link: not shown on any page, and erased once delivered.
  bool is_secret;
  int64_t not_after;   // from this instant on it is not delivered any more; 0: it does not age
  bool can_wait;       // quiet hours hold it although its kind leaves now
  int64_t act_by;      // of what leaves within an hour: it leaves now when less than a day would be left; 0: no haste
  const char *address; // NULL, or of a message to person 0: an address that is nobody's, in a mail of its own
};
// When it leaves as mail follows from its kind and from what the person chose (notice_choice.h); one that is turned off
// is settled at once. ERR_INTERNAL for a kind without a row.
// Nothing is written for a student of a course that is a draft: to them it is not there.
CHECKED enum err outbox_put(const struct act *act, const struct message *message);

// After a change of the person's quiet hours: when what still waits for them leaves. What waits for the daily mail
// waits for it all the same.
CHECKED enum err outbox_replan(const struct act *act, int64_t person);

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
  OUTBOX_REFUSED,    // by the transport, for good
  OUTBOX_TURNED_OFF, // the person chose not to get it by mail
  OUTBOX_GIVEN_UP,   // tried for days
  OUTBOX_OUTCOMES,
};
// As the column outcome has it; NULL of what waits.
const char *outbox_outcome_name(enum outbox_outcome outcome);
