// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/login.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/accounts/login_store.h"
#include "server/db/audit.h"

static enum err audit(const struct act *act, int64_t person, const char *before, const char *after);
static const char *login_json(struct arena *arena, const char *login);
static const char *without_domain(struct arena *arena, const char *key, const char *domain);

bool login_check(struct arena *arena, const char *login, const char **clean, const char **key) {
  if (!utf8_is_valid(login, strlen(login)) || text_has_control(login, false))
    return false;
  const char *squeezed = text_squeeze(arena, text_drop_unseen(arena, login));
  const char *folded = text_fold(arena, squeezed);
  if (!folded || folded[0] == '\0' || utf8_length(squeezed) > LOGIN_MAX || strchr(folded, ' '))
    return false;
  *clean = squeezed;
  *key = folded;
  return true;
}

enum err login_find(struct db *db, struct arena *arena, const char *login, const char *domain, int64_t *person) {
  const char *clean, *key;
  if (!login_check(arena, login, &clean, &key))
    return ERR_NOT_FOUND;
  enum err err = login_store_find(db, key, person);
  const char *local = err == ERR_NOT_FOUND ? without_domain(arena, key, domain) : NULL;
  return local ? login_store_find(db, local, person) : err;
}

enum err login_set(const struct act *act, int64_t person, const char *login) {
  struct person before;
  enum err err = person_get(act->db, act->arena, person, &before);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".", person);
  if (err != ERR_OK)
    return err;
  if (login[0] == '\0') {
    if (!before.login)
      return ERR_OK;
    err = login_store_delete(act->db, person);
    return err != ERR_OK ? err : audit(act, person, before.login, NULL);
  }
  const char *clean, *key;
  if (!login_check(act->arena, login, &clean, &key))
    return problem_field(act->problem, "login", "is no login: one word of at most %d characters", LOGIN_MAX);
  if (text_equal(before.login, clean))
    return ERR_OK;
  int64_t owner;
  err = login_store_find(act->db, key, &owner);
  if (err == ERR_OK && owner != person)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN, "Somebody has the login %s already.", clean);
  if ((err != ERR_OK && err != ERR_NOT_FOUND) || (err = login_store_set(act->db, person, key, clean)) != ERR_OK)
    return err;
  return audit(act, person, before.login, clean);
}

static enum err audit(const struct act *act, int64_t person, const char *before, const char *after) {
  return audit_write(act, AUDIT_INSTALLATION, "login changed", arena_format(act->arena, "person %" PRId64, person),
                     login_json(act->arena, before), login_json(act->arena, after));
}

static const char *login_json(struct arena *arena, const char *login) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_text(&json, "login", login);
  json_end(&json);
  return json_get(&json);
}

static const char *without_domain(struct arena *arena, const char *key, const char *domain) {
  const char *at = strchr(key, '@');
  const char *folded = domain ? text_fold(arena, domain) : NULL;
  if (!at || at == key || !folded || strcmp(at + 1, folded) != 0)
    return NULL;
  return arena_text_n(arena, key, (size_t)(at - key));
}
