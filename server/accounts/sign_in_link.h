// SPDX-License-Identifier: AGPL-3.0-or-later
// Links that sign in once, within an hour: a token for the mail's link and a short code for typing, either of which
// spends both. The store has their digests. Whoever has the person's mail may also set a new password that way.
#pragma once

#include <stdint.h>

#include "common/base/secret.h"
#include "server/db/act.h"

enum {
  LINK_SECONDS = 60 * 60, // at its end the link is not valid any more
  LINK_CODE_CHARACTERS = 8,
  LINK_CODE_INPUT_MAX = 32, // with the hyphen and spaces that people type
};

struct sign_in_link {
  char token[TOKEN_TEXT_BYTES];
  char code[LINK_CODE_CHARACTERS + 1];
};

struct sign_in_link_found {
  int64_t person;
  uint8_t digest[DIGEST_BYTES];
};

// Random; nothing is stored yet.
void sign_in_link_make(struct sign_in_link *out);
// Stores it until act->now + LINK_SECONDS. Person 0: the address is nobody's; the row is written all the same.
// `account` names whose it is (tries.h), also of nobody, so that looking for a code does the same work for both.
CHECKED enum err sign_in_link_keep(const struct act *act, const char *account, int64_t person,
                                   const struct sign_in_link *link);
// Tells the person by mail, never on a page. Person 0: a message to nobody, for the same reason.
CHECKED enum err sign_in_link_mail(const struct act *act, int64_t person, const struct sign_in_link *link);
// "/sign-in#TOKEN": the fragment stays in the browser, and the page has a button, so that a filter which follows links
// spends nothing.
const char *sign_in_link_path(struct arena *arena, const struct sign_in_link *link);
// "ABCD-EFGH".
const char *sign_in_link_code_words(struct arena *arena, const struct sign_in_link *link);

// Valid at `now`, of somebody who is not disabled; else ERR_NOT_FOUND. A code is taken in either case, with or without
// hyphens and spaces, and only beside its account.
CHECKED enum err sign_in_link_find(struct db *db, const char *token, int64_t now, struct sign_in_link_found *out);
CHECKED enum err sign_in_link_find_code(struct db *db, const char *account, const char *code, int64_t now,
                                        struct sign_in_link_found *out);
// In the writer's transaction: looks once more, then ends this link and every other one of the person. ERR_NOT_FOUND
// when somebody was first.
CHECKED enum err sign_in_link_spend(const struct act *act, const struct sign_in_link_found *found);
