// SPDX-License-Identifier: AGPL-3.0-or-later
// Passwords: the one rule for new ones, proving the one that is stored, setting another. Hashing is slow: the proving
// and hashing functions are for workers, in a `prepare`.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/http/request.h"

enum { PASSWORD_MIN = 10, PASSWORD_MAX = 200 }; // characters; there is no rule about which

// What prepare found out, for handle to check again and to write.
struct password_work {
  int64_t person;
  const char *proven_hash; // the stored hash that the given password fits
  const char *new_hash;
};

// ERR_INVALID with an error of the field when the new password is too short, too long or not text.
CHECKED enum err password_check(struct problem *problem, const char *field, const char *password);
// The hash of a new password that passed password_check.
CHECKED enum err password_make(struct request *request, const char *password, const char **hash);
// Counts the try, then compares; a NULL hash costs the same and is never right. `account` names the account to the
// throttle. ERR_THROTTLED too_many_tries with Retry-After before anything is hashed.
CHECKED enum err password_prove(struct request *request, const char *account, const char *hash, const char *password,
                                bool *is_right);
// Stores the hash and ends the person's sessions but `kept` (0: all). Audited. ERR_NOT_FOUND.
CHECKED enum err password_set(const struct act *act, int64_t person, const char *hash, int64_t kept);
