// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/sign_in_link.h"

#include <string.h>

#include "server/accounts/sign_in_link_store.h"
#include "server/outbound/outbox.h"

enum { LINKS_LOOKED_AT = 64 }; // more than the throttle lets anybody ask for in an hour

// Without 0 and O, 1 and I and L.
static const char code_alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
enum { CODE_ALPHABET_SIZE = sizeof code_alphabet - 1 };

static void digest_text(const char *text, uint8_t out[static DIGEST_BYTES]);
static void digest_code(const uint8_t token_digest[static DIGEST_BYTES], const char *code,
                        uint8_t out[static DIGEST_BYTES]);
static bool code_read(const char *typed, char out[static LINK_CODE_CHARACTERS + 1]);

void sign_in_link_make(struct sign_in_link *out) {
  secret_token(out->token);
  for (size_t i = 0; i < LINK_CODE_CHARACTERS;) {
    uint8_t random;
    secret_random(&random, sizeof random);
    if (random < 256 / CODE_ALPHABET_SIZE * CODE_ALPHABET_SIZE) // else some letters would come more often
      out->code[i++] = code_alphabet[random % CODE_ALPHABET_SIZE];
  }
  out->code[LINK_CODE_CHARACTERS] = '\0';
}

enum err sign_in_link_keep(const struct act *act, const char *account, int64_t person,
                           const struct sign_in_link *link) {
  struct sign_in_link_row row = {.person = person};
  uint8_t account_digest[DIGEST_BYTES];
  digest_text(link->token, row.token_digest);
  digest_text(account, account_digest);
  digest_code(row.token_digest, link->code, row.code_digest);
  enum err err = sign_in_link_store_prune(act->db, act->now);
  return err != ERR_OK ? err
                       : sign_in_link_store_insert(act->db, &row, account_digest, act->now, act->now + LINK_SECONDS);
}

enum err sign_in_link_mail(const struct act *act, int64_t person, const struct sign_in_link *link) {
  const char *words = arena_format(
      act->arena,
      "Somebody, most likely you, asked to sign in with this address.\n\n"
      "Open the link at the end of this mail and press the button there, or type the code %s where you asked for this "
      "mail. Either works once and for %d minutes. There you can also set a password.\n\n"
      "If it was not you, do nothing: without this mail nobody gets in.\n",
      sign_in_link_code_words(act->arena, link), LINK_SECONDS / 60);
  const struct message message = {
      .person = person,
      .kind = "sign-in link",
      .subject = "Your link to sign in to Tandem",
      .words = words,
      .link = sign_in_link_path(act->arena, link),
      .is_secret = true,
      .not_after = act->now + LINK_SECONDS,
  };
  return outbox_put(act, &message);
}

const char *sign_in_link_path(struct arena *arena, const struct sign_in_link *link) {
  return arena_format(arena, "/sign-in#%s", link->token);
}

const char *sign_in_link_code_words(struct arena *arena, const struct sign_in_link *link) {
  return arena_format(arena, "%.4s-%s", link->code, link->code + 4);
}

enum err sign_in_link_find(struct db *db, const char *token, int64_t now, struct sign_in_link_found *out) {
  struct sign_in_link_found found;
  digest_text(token, found.digest);
  enum err err = sign_in_link_store_find(db, found.digest, now, &found.person);
  if (err == ERR_OK)
    *out = found;
  return err;
}

enum err sign_in_link_find_code(struct db *db, const char *account, const char *code, int64_t now,
                                struct sign_in_link_found *out) {
  struct sign_in_link_row rows[LINKS_LOOKED_AT];
  size_t count = 0;
  char clean[LINK_CODE_CHARACTERS + 1];
  bool is_code = code_read(code, clean);
  uint8_t account_digest[DIGEST_BYTES];
  digest_text(account, account_digest);
  enum err err = sign_in_link_store_list(db, account_digest, now, rows, LINKS_LOOKED_AT, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; is_code && i < count; i++) {
    uint8_t digest[DIGEST_BYTES];
    digest_code(rows[i].token_digest, clean, digest);
    if (rows[i].person == 0 || memcmp(digest, rows[i].code_digest, DIGEST_BYTES) != 0)
      continue;
    out->person = rows[i].person;
    memcpy(out->digest, rows[i].token_digest, DIGEST_BYTES);
    return ERR_OK;
  }
  return ERR_NOT_FOUND;
}

enum err sign_in_link_spend(const struct act *act, const struct sign_in_link_found *found) {
  int64_t person;
  enum err err = sign_in_link_store_find(act->db, found->digest, act->now, &person);
  if (err == ERR_OK && person != found->person)
    return ERR_NOT_FOUND;
  return err != ERR_OK ? err : sign_in_link_store_delete(act->db, person);
}

static void digest_text(const char *text, uint8_t out[static DIGEST_BYTES]) { digest_bytes(text, strlen(text), out); }

// The token's digest stands in for a salt: equal codes of two links are not seen to be equal.
static void digest_code(const uint8_t token_digest[static DIGEST_BYTES], const char *code,
                        uint8_t out[static DIGEST_BYTES]) {
  const struct digest_part parts[] = {{token_digest, DIGEST_BYTES}, {code, LINK_CODE_CHARACTERS}};
  digest_parts(parts, sizeof parts / sizeof *parts, out);
}

static bool code_read(const char *typed, char out[static LINK_CODE_CHARACTERS + 1]) {
  size_t size = 0;
  for (; *typed != '\0'; typed++) {
    if (*typed == '-' || *typed == ' ')
      continue;
    char upper = (char)(*typed >= 'a' && *typed <= 'z' ? *typed - 'a' + 'A' : *typed);
    if (size == LINK_CODE_CHARACTERS || strchr(code_alphabet, upper) == NULL)
      return false;
    out[size++] = upper;
  }
  out[size] = '\0';
  return size == LINK_CODE_CHARACTERS;
}
