// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "common/base/secret.h"

static int init(void **state) {
  (void)state;
  return secret_init() == ERR_OK ? 0 : -1;
}

static void tokens_are_43_characters_of_base64url_and_differ(void **state) {
  (void)state;
  char one[TOKEN_TEXT_BYTES], two[TOKEN_TEXT_BYTES];
  secret_token(one);
  secret_token(two);
  assert_int_equal(strlen(one), 43);
  assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
  assert_string_not_equal(one, two);
}

static void random_bytes_fill_what_is_asked_for(void **state) {
  (void)state;
  static const uint8_t zeros[32];
  uint8_t bytes[33] = {0};
  secret_random(bytes, 32);
  assert_memory_not_equal(bytes, zeros, 32);
  assert_int_equal(bytes[32], 0);
}

static void a_digest_is_blake2b_256(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  uint8_t digest[DIGEST_BYTES];
  digest_bytes("abc", 3, digest);
  assert_string_equal(digest_hex(arena, digest, sizeof digest),
                      "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  digest_bytes(NULL, 0, digest);
  assert_string_equal(digest_hex(arena, digest, sizeof digest),
                      "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  assert_string_equal(digest_hex(arena, NULL, 0), "");
}

static void parts_are_hashed_with_their_lengths(void **state) {
  (void)state;
  static const uint8_t as_written[] = {2, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 0};
  uint8_t expected[DIGEST_BYTES], digest[DIGEST_BYTES];
  digest_bytes(as_written, sizeof as_written, expected);
  digest_parts((struct digest_part[]){{"ab", 2}, {NULL, 0}}, 2, digest);
  assert_memory_equal(digest, expected, sizeof digest);
}

static void the_same_bytes_cut_differently_have_another_digest(void **state) {
  (void)state;
  uint8_t one[DIGEST_BYTES], two[DIGEST_BYTES];
  digest_parts((struct digest_part[]){{"ab", 2}, {"c", 1}}, 2, one);
  digest_parts((struct digest_part[]){{"a", 1}, {"bc", 2}}, 2, two);
  assert_memory_not_equal(one, two, sizeof one);
}

static void a_password_matches_its_own_hash_only(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *hash = NULL, *again = NULL;
  assert_int_equal(password_hash(arena, "correct horse", true, &hash), ERR_OK);
  assert_int_equal(password_hash(arena, "correct horse", true, &again), ERR_OK);
  assert_string_not_equal(hash, again); // salted
  assert_true(password_matches(hash, "correct horse"));
  assert_false(password_matches(hash, "correct hors"));
  assert_false(password_matches(hash, ""));
  assert_false(password_matches("not a hash", "correct horse"));
}

static void a_hash_that_is_not_cheap_takes_64_mib(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *hash = NULL;
  assert_int_equal(password_hash(arena, "x", false, &hash), ERR_OK);
  assert_memory_equal(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
  assert_int_equal(password_hash(arena, "x", true, &hash), ERR_OK);
  assert_memory_equal(hash, "$argon2id$v=19$m=8,t=1,p=1$", 27);
}

static void an_unknown_account_matches_no_password(void **state) {
  (void)state;
  assert_false(password_matches(NULL, ""));
  assert_false(password_matches(NULL, "anything"));
}

static void wiped_bytes_are_zero(void **state) {
  (void)state;
  char secret[] = "secret";
  secret_wipe(secret, sizeof secret);
  static const char zeros[sizeof secret];
  assert_memory_equal(secret, zeros, sizeof secret);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_are_43_characters_of_base64url_and_differ),
      cmocka_unit_test(random_bytes_fill_what_is_asked_for),
      cmocka_unit_test(a_digest_is_blake2b_256),
      cmocka_unit_test(parts_are_hashed_with_their_lengths),
      cmocka_unit_test(the_same_bytes_cut_differently_have_another_digest),
      cmocka_unit_test(a_password_matches_its_own_hash_only),
      cmocka_unit_test(a_hash_that_is_not_cheap_takes_64_mib),
      cmocka_unit_test(an_unknown_account_matches_no_password),
      cmocka_unit_test(wiped_bytes_are_zero),
  };
  return cmocka_run_group_tests_name("secret", tests, init, NULL);
}
