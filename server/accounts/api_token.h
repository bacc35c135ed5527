// SPDX-License-Identifier: AGPL-3.0-or-later
// Tokens for programs: a bearer "tandem_…" that a person makes for a time and for some of what they may do. What a
// token reaches follows from the route's row alone: GET needs read, everything else write, rows of staff and
// instructors the scope staff besides; the account itself and the operator's rows are out of reach.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/secret.h"
#include "server/db/act.h"
#include "server/http/route.h"

#define API_TOKEN_PREFIX "tandem_"

enum {
  API_TOKEN_TEXT_BYTES = sizeof API_TOKEN_PREFIX - 1 + TOKEN_TEXT_BYTES,
  API_TOKEN_DAYS = 90, // unless told
  API_TOKEN_DAYS_MAX = 365,
  API_TOKENS_A_PERSON_MAX = 20,
  API_TOKEN_NAME_MAX = 100,
};

enum api_scope { SCOPE_READ = 1, SCOPE_WRITE = 2, SCOPE_STAFF = 4 };

struct api_token {
  int64_t id;
  int64_t person;
  const char *name;
  unsigned scopes; // of enum api_scope
  int64_t created_at;
  int64_t seen_at; // by a change, at most an hour stale; 0: never
  int64_t expires_at;
};

// "read", "write", "staff". 0: no such scope.
unsigned api_scope_parse(const char *name);
const char *api_scope_name(enum api_scope scope);
// Whether the scopes reach the row; if not, *missing says in words what is.
bool api_token_reaches(const struct route *route, unsigned scopes, const char **missing);

// Audited, and told to the person. too_many_tokens. The text is shown once; the store has its digest.
CHECKED enum err api_token_make(const struct act *act, struct api_token *token, char text[static API_TOKEN_TEXT_BYTES]);
// Whose token this is; expired, revoked, malformed, or of a disabled person: ERR_NOT_FOUND. One statement.
CHECKED enum err api_token_find(const struct act *act, const char *text, struct api_token *out);
// Keeps seen_at at most an hour stale; in a writing transaction.
CHECKED enum err api_token_touch(const struct act *act, const struct api_token *token);
// The person's that have not expired, the newest first.
CHECKED enum err api_token_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct api_token **out,
                                size_t *count);
// Audited. ERR_NOT_FOUND: no such token of this person.
CHECKED enum err api_token_revoke(const struct act *act, int64_t person, int64_t id);
