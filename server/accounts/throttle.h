// SPDX-License-Identifier: AGPL-3.0-or-later
// Counts failed tries of a secret, and mails asked for, per account and per address, exactly, in a sliding window of 15
// minutes; asked before anything is hashed. In memory, bounded, with its own lock: any thread may call. Its time is
// monotonic and not the domain's.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"

enum {
  THROTTLE_ACCOUNT_TRIES = 10,
  THROTTLE_ADDRESS_TRIES = 100,
  THROTTLE_CODE_TRIES = 5, // of eight characters
  THROTTLE_MAIL_TRIES = 5,
  THROTTLE_MAIL_ADDRESS_TRIES = 300, // a lecture hall behind one address asks within minutes
  THROTTLE_WINDOW_SECONDS = 15 * 60,
};

// What is tried; each is counted by itself.
enum throttle_kind {
  THROTTLE_PASSWORD,
  THROTTLE_LINK, // the links and codes of mails
  THROTTLE_MAIL, // mails asked for
  THROTTLE_KINDS,
};

struct throttle;

// `clock` (seconds that never go back) is read from any thread and must outlive the throttle; NULL: the machine's
// monotonic clock.
struct throttle *throttle_new(const struct clock *clock);
void throttle_free(struct throttle *throttle); // NULL is allowed

// Counts a try as failed before it is made, so that tries at the same moment cannot exceed the limit together. False:
// too many, and nothing was counted; *retry_after is how many seconds to wait. `account` is any stable name of the
// account, known or not, NULL: the secret names none; `peer` is the client's address in words (of IPv6 its /64 counts),
// NULL: there is none to count, as on the control socket.
bool throttle_take(struct throttle *throttle, enum throttle_kind kind, const char *account, const char *peer,
                   int64_t *retry_after);
// The try was right after all: forgets the account's failures and takes this one back from the address.
void throttle_clear(struct throttle *throttle, enum throttle_kind kind, const char *account, const char *peer);
