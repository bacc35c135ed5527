// SPDX-License-Identifier: AGPL-3.0-or-later
// Random tokens, hashes and passwords: the only user of libsodium. secret_init must have succeeded once per process.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

enum { DIGEST_BYTES = 32, TOKEN_BYTES = 32, TOKEN_TEXT_BYTES = 44, SHA256_BYTES = 32 };

CHECKED enum err secret_init(void);
void secret_random(void *out, size_t size_bytes);
// 256 random bits as 43 characters of base64url and a NUL.
void secret_token(char out[static TOKEN_TEXT_BYTES]);
// BLAKE2b-256. The parts are hashed one after the other, each preceded by its length (8 bytes, little endian), so that
// no two lists collide.
struct digest_part {
  const void *bytes;
  size_t size;
};
void digest_parts(const struct digest_part *parts, size_t count, uint8_t out[static DIGEST_BYTES]);
void digest_bytes(const void *bytes, size_t size, uint8_t out[static DIGEST_BYTES]);
// SHA-256 of all that the file holds, wherever its offset stands: what `sha256sum` prints. A failure to read is logged.
CHECKED enum err sha256_file(int fd, uint8_t out[static SHA256_BYTES]);
// The same of bytes that come in pieces.
struct sha256 {
  uint64_t opaque[13]; // libsodium's state
};
void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t size);
void sha256_end(struct sha256 *hash, uint8_t out[static SHA256_BYTES]);
// HMAC-SHA-256 (RFC 2104) of the parts, one after the other.
void hmac_sha256(const void *key, size_t key_size, const struct digest_part *parts, size_t count,
                 uint8_t out[static SHA256_BYTES]);
char *digest_hex(struct arena *arena, const void *bytes, size_t size);
// argon2id. `is_cheap` takes libsodium's minimum: for tests and demo people. Blocking, 64 MiB and about 70 ms when not
// cheap: call it on a worker.
CHECKED enum err password_hash(struct arena *arena, const char *password, bool is_cheap, const char **out);
// Constant-time check. A NULL hash does the work of a dummy and says false, so that unknown accounts cost the same.
bool password_matches(const char *hash, const char *password);
void secret_wipe(void *bytes, size_t size);
