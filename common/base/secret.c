// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"

_Static_assert(TOKEN_TEXT_BYTES == sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
               "a token fills its text exactly");
_Static_assert(DIGEST_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(SHA256_BYTES == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(SHA256_BYTES == crypto_auth_hmacsha256_BYTES, "HMAC-SHA-256");
_Static_assert(sizeof(struct sha256) >= sizeof(crypto_hash_sha256_state), "the state fits");
_Static_assert(_Alignof(struct sha256) >= _Alignof(crypto_hash_sha256_state), "and is aligned");

// INTERACTIVE cost, of a random password that nobody kept.
static const char dummy_hash[] =
    "$argon2id$v=19$m=65536,t=2,p=1$TJ9vw3/ei8bt5u5Kn6evBA$ValBcHOh8HTwPWoQLzZYzAxL9lFuXGGhQ8Do1jkGpFE";

enum err secret_init(void) {
  if (sodium_init() < 0) {
    log_line(LOG_ERROR, "secret", "libsodium cannot start");
    return ERR_INTERNAL;
  }
  return ERR_OK;
}

void secret_random(void *out, size_t size_bytes) { randombytes_buf(out, size_bytes); }

void secret_token(char out[static TOKEN_TEXT_BYTES]) {
  unsigned char random[TOKEN_BYTES];
  randombytes_buf(random, sizeof random);
  sodium_bin2base64(out, TOKEN_TEXT_BYTES, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(random, sizeof random);
}

void digest_parts(const struct digest_part *parts, size_t count, uint8_t out[static DIGEST_BYTES]) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
  for (size_t i = 0; i < count; i++) {
    uint8_t length[8];
    for (size_t byte = 0; byte < sizeof length; byte++)
      length[byte] = (uint8_t)((uint64_t)parts[i].size >> (8 * byte));
    crypto_generichash_update(&state, length, sizeof length);
    if (parts[i].size > 0)
      crypto_generichash_update(&state, parts[i].bytes, parts[i].size);
  }
  crypto_generichash_final(&state, out, DIGEST_BYTES);
  sodium_memzero(&state, sizeof state);
}

void digest_bytes(const void *bytes, size_t size, uint8_t out[static DIGEST_BYTES]) {
  crypto_generichash(out, DIGEST_BYTES, bytes, size, NULL, 0);
}

enum err sha256_file(int fd, uint8_t out[static SHA256_BYTES]) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  uint8_t piece[64 * 1024];
  for (off_t at = 0;;) {
    ssize_t count = pread(fd, piece, sizeof piece, at);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0) {
      log_line(LOG_ERROR, "sha256", "%m");
      return ERR_UNAVAILABLE;
    }
    if (count == 0)
      break;
    crypto_hash_sha256_update(&state, piece, (unsigned long long)count);
    at += count;
  }
  crypto_hash_sha256_final(&state, out);
  return ERR_OK;
}

void sha256_begin(struct sha256 *hash) { crypto_hash_sha256_init((crypto_hash_sha256_state *)hash->opaque); }

void sha256_add(struct sha256 *hash, const void *bytes, size_t size) {
  crypto_hash_sha256_update((crypto_hash_sha256_state *)hash->opaque, bytes, size);
}

void sha256_end(struct sha256 *hash, uint8_t out[static SHA256_BYTES]) {
  crypto_hash_sha256_final((crypto_hash_sha256_state *)hash->opaque, out);
}

void hmac_sha256(const void *key, size_t key_size, const struct digest_part *parts, size_t count,
                 uint8_t out[static SHA256_BYTES]) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key, key_size);
  for (size_t i = 0; i < count; i++)
    crypto_auth_hmacsha256_update(&state, parts[i].bytes, parts[i].size);
  crypto_auth_hmacsha256_final(&state, out);
  sodium_memzero(&state, sizeof state);
}

char *digest_hex(struct arena *arena, const void *bytes, size_t size) {
  char *hex = arena_array(arena, size + 1, 2);
  return sodium_bin2hex(hex, size * 2 + 1, bytes, size);
}

enum err password_hash(struct arena *arena, const char *password, bool is_cheap, const char **out) {
  char hash[crypto_pwhash_STRBYTES];
  unsigned long long operations =
      is_cheap ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE;
  size_t memory_bytes = is_cheap ? crypto_pwhash_argon2id_MEMLIMIT_MIN : crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE;
  if (crypto_pwhash_str_alg(hash, password, strlen(password), operations, memory_bytes, crypto_pwhash_ALG_ARGON2ID13) !=
      0) {
    log_line(LOG_ERROR, "secret", "hashing a password in %zu bytes: %m", memory_bytes);
    return ERR_UNAVAILABLE;
  }
  *out = arena_text(arena, hash);
  return ERR_OK;
}

bool password_matches(const char *hash, const char *password) {
  bool is_match = crypto_pwhash_str_verify(hash ? hash : dummy_hash, password, strlen(password)) == 0;
  return hash && is_match;
}

void secret_wipe(void *bytes, size_t size) { sodium_memzero(bytes, size); }
