// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/person.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/accounts/person_store.h"
#include "server/accounts/session.h"
#include "server/db/audit.h"

enum { ADDRESS_LOCAL_MAX = 64, DOMAIN_LABEL_MAX = 63, SEARCH_PAGE = 200 }; // RFC 5321 4.5.3.1, RFC 1035 2.3.4

static enum err check_name(const struct act *act, const char *field, const char *name, const char **clean);
static enum err check_address(const struct act *act, const char *address, const char **clean, const char **key);
static enum err get_known(const struct act *act, int64_t id, struct person *out);
static enum err refuse_taken(const struct act *act, const char *clean);
static enum err audit(const struct act *act, const char *kind, int64_t id, const char *before, const char *after);
static const char *names_json(const struct act *act, const char *name, const char *preferred_name);
static const char *text_json(const struct act *act, const char *name, const char *value);
static bool address_has_shape(const char *address);
static bool domain_has_shape(const char *domain);
static bool is_found(struct arena *arena, const struct person *person, const char *query_key);
static bool is_word_in(struct arena *arena, const char *text, const char *query_key);

enum err person_get(struct db *db, struct arena *arena, int64_t id, struct person *out) {
  return person_store_get(db, arena, id, out);
}

enum err person_actor_name(const struct act *act, const char **out) {
  struct person person = {.name = "The operator"};
  enum err err = act->actor == 0 ? ERR_OK : person_get(act->db, act->arena, act->actor, &person);
  if (err == ERR_OK)
    *out = person.name;
  return err;
}

enum err person_find(struct db *db, struct arena *arena, const char *address, struct person *out) {
  const char *clean = NULL, *key = NULL;
  if (!address_check(arena, address, &clean, &key))
    return ERR_NOT_FOUND;
  return person_store_find(db, arena, key, out);
}

enum err person_create(const struct act *act, const char *name, const char *address, int64_t *id) {
  const char *clean_name = NULL, *clean = NULL, *key = NULL;
  enum err name_err = check_name(act, "name", name, &clean_name);
  enum err address_err = check_address(act, address, &clean, &key);
  if (name_err != ERR_OK || address_err != ERR_OK)
    return name_err != ERR_OK ? name_err : address_err;
  struct person other;
  enum err err = person_store_find(act->db, act->arena, key, &other);
  if (err != ERR_NOT_FOUND)
    return err == ERR_OK ? refuse_taken(act, clean) : err;
  int64_t created = 0;
  if ((err = person_store_insert(act->db, clean_name, act->now, &created)) != ERR_OK ||
      (err = person_store_set_primary(act->db, created, key, clean)) != ERR_OK)
    return err;
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "name", clean_name);
  json_text(&json, "email", clean);
  json_end(&json);
  err = audit(act, "person created", created, NULL, json_get(&json));
  if (err == ERR_OK)
    *id = created;
  return err;
}

enum err person_rename(const struct act *act, int64_t id, const char *name, const char *preferred_name) {
  struct person before;
  enum err err = get_known(act, id, &before);
  if (err != ERR_OK)
    return err;
  const char *new_name = before.full_name;
  const char *new_preferred = before.preferred_name;
  if (name && (err = check_name(act, "name", name, &new_name)) != ERR_OK)
    return err;
  if (preferred_name && preferred_name[0] == '\0')
    new_preferred = NULL;
  else if (preferred_name && (err = check_name(act, "preferred_name", preferred_name, &new_preferred)) != ERR_OK)
    return err;
  if (text_equal(new_name, before.full_name) && text_equal(new_preferred, before.preferred_name))
    return ERR_OK;
  if ((err = person_store_set_names(act->db, id, new_name, new_preferred)) != ERR_OK)
    return err;
  return audit(act, "person renamed", id, names_json(act, before.full_name, before.preferred_name),
               names_json(act, new_name, new_preferred));
}

enum err person_set_address(const struct act *act, int64_t id, const char *address) {
  const char *clean = NULL, *key = NULL;
  enum err err = check_address(act, address, &clean, &key);
  if (err != ERR_OK)
    return err;
  struct person before, owner;
  if ((err = get_known(act, id, &before)) != ERR_OK)
    return err;
  err = person_store_find(act->db, act->arena, key, &owner);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_OK && owner.id != id)
    return refuse_taken(act, clean);
  if (text_equal(before.email, clean))
    return ERR_OK;
  if ((err = person_store_set_primary(act->db, id, key, clean)) != ERR_OK)
    return err;
  return audit(act, "address changed", id, text_json(act, "email", before.email), text_json(act, "email", clean));
}

enum err person_set_disabled(const struct act *act, int64_t id, bool is_disabled) {
  struct person before;
  enum err err = get_known(act, id, &before);
  if (err != ERR_OK || before.is_disabled == is_disabled)
    return err;
  if ((err = person_store_set_disabled(act->db, id, is_disabled)) != ERR_OK)
    return err;
  int64_t ended;
  if (is_disabled && (err = session_end_all(act->db, id, 0, &ended)) != ERR_OK)
    return err;
  return audit(act, is_disabled ? "account disabled" : "account enabled", id, NULL, NULL);
}

enum err person_list(struct db *db, struct arena *arena, int64_t after, int64_t limit, const char *query,
                     struct person **out, size_t *count) {
  if (!query || query[0] == '\0')
    return person_store_page(db, arena, after, limit, out, count);
  const char *query_key = text_fold(arena, query);
  struct person *found = arena_array(arena, (size_t)limit, sizeof *found);
  size_t size = 0, page_size = SEARCH_PAGE;
  while (query_key && (int64_t)size < limit && page_size == SEARCH_PAGE) {
    struct arena *scratch SCOPED_ARENA = arena_new();
    struct person *page;
    enum err err = person_store_page(db, scratch, after, SEARCH_PAGE, &page, &page_size);
    if (err != ERR_OK)
      return err;
    for (size_t i = 0; i < page_size && (int64_t)size < limit; i++) {
      after = page[i].id;
      if (!is_found(scratch, &page[i], query_key))
        continue;
      if ((err = person_store_get(db, arena, page[i].id, &found[size])) != ERR_OK)
        return err;
      size++;
    }
  }
  *out = found;
  *count = size;
  return ERR_OK;
}

bool address_check(struct arena *arena, const char *address, const char **clean, const char **key) {
  const char *squeezed = text_squeeze(arena, text_drop_unseen(arena, address));
  const char *folded = text_fold(arena, squeezed);
  // The folded form is checked as well: folding can make an '@' or a space of a look-alike.
  if (!folded || !address_has_shape(squeezed) || !address_has_shape(folded))
    return false;
  *clean = squeezed;
  *key = folded;
  return true;
}

static enum err check_name(const struct act *act, const char *field, const char *name, const char **clean) {
  if (!utf8_is_valid(name, strlen(name)) || text_has_control(name, false))
    return problem_field(act->problem, field, "is not plain text in one line");
  const char *unseen = text_unseen_refusal(act->arena, name, TEXT_NAME);
  if (unseen != NULL)
    return problem_field(act->problem, field, "%s", unseen);
  const char *squeezed = text_squeeze(act->arena, name);
  if (squeezed[0] == '\0')
    return problem_field(act->problem, field, "is empty");
  if (utf8_length(squeezed) > PERSON_NAME_MAX)
    return problem_field(act->problem, field, "is longer than %d characters", PERSON_NAME_MAX);
  *clean = squeezed;
  return ERR_OK;
}

static enum err check_address(const struct act *act, const char *address, const char **clean, const char **key) {
  if (address_check(act->arena, address, clean, key))
    return ERR_OK;
  return problem_field(act->problem, "email", "is not an e-mail address; one looks like name@example.edu");
}

static enum err get_known(const struct act *act, int64_t id, struct person *out) {
  enum err err = person_store_get(act->db, act->arena, id, out);
  return err == ERR_NOT_FOUND
             ? problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".", id)
             : err;
}

static enum err refuse_taken(const struct act *act, const char *clean) {
  return problem_raise(act->problem, PROBLEM_NAME_TAKEN, "Somebody has the address %s already.", clean);
}

static enum err audit(const struct act *act, const char *kind, int64_t id, const char *before, const char *after) {
  return audit_write(act, AUDIT_INSTALLATION, kind, arena_format(act->arena, "person %" PRId64, id), before, after);
}

static const char *names_json(const struct act *act, const char *name, const char *preferred_name) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "name", name);
  json_text(&json, "preferred_name", preferred_name);
  json_end(&json);
  return json_get(&json);
}

static const char *text_json(const struct act *act, const char *name, const char *value) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, name, value);
  json_end(&json);
  return json_get(&json);
}

static bool address_has_shape(const char *address) {
  size_t size = strlen(address);
  if (size > PERSON_ADDRESS_MAX || !utf8_is_valid(address, size) || text_has_control(address, false) ||
      strpbrk(address, " \"`(),:;<>[\\]"))
    return false;
  const char *at = strchr(address, '@');
  if (!at || at == address || at - address > ADDRESS_LOCAL_MAX || address[0] == '.' || at[-1] == '.')
    return false;
  const char *dots = strstr(address, "..");
  return (!dots || dots > at) && domain_has_shape(at + 1);
}

// Labels of letters, digits and inner hyphens (or beyond ASCII), at least two of them, the last not a number.
static bool domain_has_shape(const char *domain) {
  size_t labels = 0;
  bool is_number = false;
  for (const char *label = domain;; label++) {
    size_t size = strcspn(label, ".");
    if (size == 0 || size > DOMAIN_LABEL_MAX || label[0] == '-' || label[size - 1] == '-')
      return false;
    is_number = strspn(label, "0123456789") == size;
    for (size_t i = 0; i < size; i++) {
      char c = label[i];
      bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
      if (!is_letter && !(c >= '0' && c <= '9') && c != '-')
        return false;
    }
    labels++;
    label += size;
    if (*label == '\0')
      return labels >= 2 && !is_number;
  }
}

static bool is_found(struct arena *arena, const struct person *person, const char *query_key) {
  return is_word_in(arena, person->full_name, query_key) || is_word_in(arena, person->preferred_name, query_key) ||
         is_word_in(arena, person->email, query_key);
}

static bool is_word_in(struct arena *arena, const char *text, const char *query_key) {
  const char *folded = text ? text_fold(arena, text) : NULL;
  return folded && strstr(folded, query_key);
}
