// SPDX-License-Identifier: AGPL-3.0-or-later
// Who is asking: sessions, from sign-in to sign-out. A session lasts 30 days from its sign-in, whether it is used or
// not. Its token is shown once; the store has its digest. Sessions are not audited: the audit of the installation moves
// every course's change counter.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/secret.h"
#include "server/http/request.h"

#define SESSION_COOKIE "tandem_session"

enum {
  SESSION_SECONDS = 30 * 24 * 3600,
  SESSION_TOUCH_SECONDS = 3600, // seen_at is at most this stale
  SESSIONS_A_PERSON_MAX = 50,   // the one used least recently makes room
  SESSION_USER_AGENT_MAX = 200,
};

struct session_opened {
  int64_t id;
  int64_t expires_at;
  char token[TOKEN_TEXT_BYTES];
};

struct session {
  int64_t id;
  int64_t person;
  const char *user_agent; // NULL: none was sent
  int64_t created_at;
  int64_t seen_at;
  int64_t expires_at;
};

// The hook of struct http. One statement; one more when a writing request finds that seen_at is an hour old. A bearer
// goes before the cookie and is a session's token or an API token; what is expired, ended, disabled or malformed is
// nobody, not an error. ERR_FORBIDDEN token_scope when an API token does not reach the row.
enum err account_authenticate(struct request *request, bool is_writing);

// `user_agent` may be NULL; it is cut and cleaned.
CHECKED enum err session_open(const struct act *act, int64_t person, const char *user_agent,
                              struct session_opened *out);
// The person's sessions that have not expired, the one used last first.
CHECKED enum err session_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct session **out,
                              size_t *count);
// ERR_NOT_FOUND: no such session of this person.
CHECKED enum err session_end(struct db *db, int64_t person, int64_t session);
// Random and positive, so that an id is not used again and tells nothing; a JavaScript number holds it exactly.
int64_t session_random_id(void);
// All but `except` (0: all of them).
CHECKED enum err session_end_all(struct db *db, int64_t person, int64_t except, int64_t *ended);
