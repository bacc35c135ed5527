// SPDX-License-Identifier: AGPL-3.0-or-later
// The tables people and addresses. Knows no rule: person.c and password.c check what they write.
#pragma once

#include "server/accounts/person.h"

struct credentials {
  const char *password_hash; // NULL: cannot sign in by password
  bool is_disabled;
};

CHECKED enum err person_store_get(struct db *db, struct arena *arena, int64_t id, struct person *out);
CHECKED enum err person_store_find(struct db *db, struct arena *arena, const char *address_key, struct person *out);
// Those with id > `after`, by id, at most `limit`.
CHECKED enum err person_store_page(struct db *db, struct arena *arena, int64_t after, int64_t limit,
                                   struct person **out, size_t *count);
CHECKED enum err person_store_insert(struct db *db, const char *name, int64_t now, int64_t *id);
// A NULL preferred name is none.
CHECKED enum err person_store_set_names(struct db *db, int64_t id, const char *name, const char *preferred_name);
CHECKED enum err person_store_set_disabled(struct db *db, int64_t id, bool is_disabled);
// Adds the address if it is new; the person's other ones stop being primary.
CHECKED enum err person_store_set_primary(struct db *db, int64_t id, const char *address_key, const char *address);
CHECKED enum err person_store_credentials(struct db *db, struct arena *arena, int64_t id, struct credentials *out);
// ERR_NOT_FOUND: nobody has this id.
CHECKED enum err person_store_set_password(struct db *db, int64_t id, const char *password_hash);
