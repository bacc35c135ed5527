// SPDX-License-Identifier: AGPL-3.0-or-later
// The name under which a person's institution knows them (the roster's SIS Login ID): at most one a person, nobody's
// twice. Its proxy signs people in by it.
#pragma once

#include "server/accounts/person.h"

enum { LOGIN_MAX = 100 };

// One word of at most 100 characters; fills the clean form and the folded key.
bool login_check(struct arena *arena, const char *login, const char **clean, const char **key);
// ERR_NOT_FOUND when nobody has it. `domain` (NULL: none): "name@domain" is also found as "name".
CHECKED enum err login_find(struct db *db, struct arena *arena, const char *login, const char *domain, int64_t *person);
// An empty one takes it away. Audited when something changed. name_taken when somebody else has it.
CHECKED enum err login_set(const struct act *act, int64_t person, const char *login);
