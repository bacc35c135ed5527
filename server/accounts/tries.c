// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/tries.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/accounts/services.h"

static const char *const what_was_tried[THROTTLE_KINDS] = {
    [THROTTLE_PASSWORD] = "wrong passwords",
    [THROTTLE_LINK] = "wrong links or codes",
    [THROTTLE_MAIL] = "mails asked for",
};

static const char *peer_of(const struct request *request);

enum err tries_take(struct request *request, enum throttle_kind kind, const char *account) {
  int64_t wait_seconds;
  if (throttle_take(request_services(request)->throttle, kind, account, peer_of(request), &wait_seconds))
    return ERR_OK;
  reply_header(request, "Retry-After", arena_format(request->arena, "%" PRId64, wait_seconds));
  return problem_raise(&request->problem, PROBLEM_TOO_MANY_TRIES, "Too many %s lately. Try again in %" PRId64 " %s.",
                       what_was_tried[kind], wait_seconds < 90 ? wait_seconds : (wait_seconds + 59) / 60,
                       wait_seconds < 90 ? "seconds" : "minutes");
}

void tries_clear(struct request *request, enum throttle_kind kind, const char *account) {
  throttle_clear(request_services(request)->throttle, kind, account, peer_of(request));
}

const char *tries_account(struct arena *arena, int64_t person) {
  return arena_format(arena, "person %" PRId64, person);
}

const char *tries_stranger(struct arena *arena, const char *address) {
  const char *folded = text_fold(arena, address);
  return arena_format(arena, "address %s", folded ? folded : address);
}

static const char *peer_of(const struct request *request) { return request->is_control ? NULL : request->peer; }
