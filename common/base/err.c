// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/err.h"

const char *err_name(enum err err) {
  switch (err) { // no default: a new value without a name is a compiler warning
  case ERR_OK:
    return "ok";
  case ERR_INVALID:
    return "invalid";
  case ERR_UNAUTHENTICATED:
    return "unauthenticated";
  case ERR_FORBIDDEN:
    return "forbidden";
  case ERR_NOT_FOUND:
    return "not found";
  case ERR_METHOD:
    return "method";
  case ERR_NOT_ACCEPTABLE:
    return "not acceptable";
  case ERR_CONFLICT:
    return "conflict";
  case ERR_TOO_LARGE:
    return "too large";
  case ERR_UNSUPPORTED_MEDIA:
    return "unsupported media";
  case ERR_PRECONDITION:
    return "precondition";
  case ERR_THROTTLED:
    return "throttled";
  case ERR_UNAVAILABLE:
    return "unavailable";
  case ERR_INTERNAL:
    return "internal";
  }
  return "unknown";
}
