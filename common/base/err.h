// SPDX-License-Identifier: AGPL-3.0-or-later
// The few ways in which a function fails. What exactly went wrong, in words, is a `struct problem` (problem.h).
#pragma once

#define CHECKED __attribute__((warn_unused_result))

enum err {
  ERR_OK = 0,
  ERR_INVALID,           // the input is at fault: 400 or 422
  ERR_UNAUTHENTICATED,   // nobody, or an ended session: 401
  ERR_FORBIDDEN,         // somebody, but not for this: 403
  ERR_NOT_FOUND,         // 404
  ERR_METHOD,            // 405
  ERR_NOT_ACCEPTABLE,    // 406
  ERR_CONFLICT,          // a rule of the course or the state of the thing refuses it: 409
  ERR_TOO_LARGE,         // 413
  ERR_UNSUPPORTED_MEDIA, // 415
  ERR_PRECONDITION,      // If-Match does not hold: 412
  ERR_THROTTLED,         // 429
  ERR_UNAVAILABLE,       // the store or a queue cannot take it now: 503
  ERR_INTERNAL,          // a mistake of ours: 500
};

const char *err_name(enum err err);
