// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/password.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/accounts/person_store.h"
#include "server/accounts/services.h"
#include "server/accounts/session.h"
#include "server/accounts/tries.h"
#include "server/db/audit.h"

static void end_snapshot(struct request *request);

enum err password_check(struct problem *problem, const char *field, const char *password) {
  if (!utf8_is_valid(password, strlen(password)))
    return problem_field(problem, field, "is not valid UTF-8");
  size_t length = utf8_length(password);
  if (length < PASSWORD_MIN)
    return problem_field(problem, field, "has %zu characters; a password has at least %d", length, PASSWORD_MIN);
  if (length > PASSWORD_MAX)
    return problem_field(problem, field, "has %zu characters; a password has at most %d", length, PASSWORD_MAX);
  return ERR_OK;
}

enum err password_make(struct request *request, const char *password, const char **hash) {
  end_snapshot(request);
  return password_hash(request->arena, password, request_services(request)->has_cheap_passwords, hash);
}

enum err password_prove(struct request *request, const char *account, const char *hash, const char *password,
                        bool *is_right) {
  enum err err = tries_take(request, THROTTLE_PASSWORD, account);
  if (err != ERR_OK)
    return err;
  end_snapshot(request);
  *is_right = password_matches(hash, password);
  if (*is_right)
    tries_clear(request, THROTTLE_PASSWORD, account);
  return ERR_OK;
}

enum err password_set(const struct act *act, int64_t person, const char *hash, int64_t kept) {
  int64_t ended;
  enum err err = person_store_set_password(act->db, person, hash);
  if (err != ERR_OK || (err = session_end_all(act->db, person, kept, &ended)) != ERR_OK)
    return err;
  return audit_write(act, AUDIT_INSTALLATION, "password set", arena_format(act->arena, "person %" PRId64, person), NULL,
                     NULL);
}

// Hashing takes long; a snapshot held meanwhile keeps the write-ahead log from being reset.
static void end_snapshot(struct request *request) {
  if (db_in_transaction(request->act.db))
    db_rollback(request->act.db);
}
