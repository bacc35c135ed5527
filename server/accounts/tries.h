// SPDX-License-Identifier: AGPL-3.0-or-later
// The throttle as a request meets it: counts its try, or refuses it with words and the time to wait.
#pragma once

#include "server/accounts/throttle.h"
#include "server/http/request.h"

// ERR_THROTTLED too_many_tries with Retry-After. `account` NULL: the secret names none. The operator is not counted by
// address.
CHECKED enum err tries_take(struct request *request, enum throttle_kind kind, const char *account);
// The try was right.
void tries_clear(struct request *request, enum throttle_kind kind, const char *account);
// The name of a person's account to the throttle, and that of an address which is nobody's.
const char *tries_account(struct arena *arena, int64_t person);
const char *tries_stranger(struct arena *arena, const char *address);
