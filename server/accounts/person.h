// SPDX-License-Identifier: AGPL-3.0-or-later
// People: who they are and by which addresses they are known. Knows no course.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/db/act.h"

enum { PERSON_NAME_MAX = 200, PERSON_ADDRESS_MAX = 254 };

struct person {
  int64_t id;
  const char *name;           // what everybody sees: the preferred one, else the registrar's
  const char *full_name;      // the registrar's
  const char *preferred_name; // NULL: none given
  const char *email;          // primary address, or NULL
  const char *login;          // the institution's name for them (login.h), or NULL
  bool is_disabled;
  bool has_password;
};

CHECKED enum err person_get(struct db *db, struct arena *arena, int64_t id, struct person *out);
// Of who acts, as everybody sees it; "The operator" when that is nobody.
CHECKED enum err person_actor_name(const struct act *act, const char **out);
// Any of a person's addresses, in any case. ERR_NOT_FOUND when nobody has it.
CHECKED enum err person_find(struct db *db, struct arena *arena, const char *address, struct person *out);
// Audited (installation). ERR_CONFLICT name_taken when somebody has the address; ERR_INVALID with a field error when
// name or address is no such thing.
CHECKED enum err person_create(const struct act *act, const char *name, const char *address, int64_t *id);
// NULL leaves what is stored; an empty preferred name removes it. Audited when something changed. ERR_NOT_FOUND.
CHECKED enum err person_rename(const struct act *act, int64_t id, const char *name, const char *preferred_name);
// Makes `address` the primary one, adding it if new; older ones stay valid for signing in.
CHECKED enum err person_set_address(const struct act *act, int64_t id, const char *address);
// Disabling ends the person's sessions; nobody disabled signs in. Audited when something changed. ERR_NOT_FOUND.
CHECKED enum err person_set_disabled(const struct act *act, int64_t id, bool is_disabled);
// In the order of their ids, those with id > `after`, at most `limit`; of `query` (NULL: all) those in whose names or
// primary address its folded words occur.
CHECKED enum err person_list(struct db *db, struct arena *arena, int64_t after, int64_t limit, const char *query,
                             struct person **out, size_t *count);
// Something@something.tld after squeezing, at most 254 octets, no control characters, no spaces or double quotes: true.
// Fills the folded key.
bool address_check(struct arena *arena, const char *address, const char **clean, const char **key);
