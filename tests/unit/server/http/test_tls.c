// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "common/base/log.h"
#include "server/http/tls.h"

enum { DAY = 24 * 3600, LINE_BYTES = 1024, PATH_BYTES = 128 };

// A folder with two certificates and their keys.
struct house {
  char folder[64];
  char certificate[PATH_BYTES];
  char key[PATH_BYTES];
  char other_key[PATH_BYTES];
  char junk[PATH_BYTES];
  char line[LINE_BYTES]; // the last one logged
  int line_count;
  EVP_PKEY *pair;
  EVP_PKEY *other_pair;
};

static void keep_line(enum log_level level, const char *line, void *context) {
  (void)level;
  struct house *house = context;
  snprintf(house->line, sizeof house->line, "%s", line);
  house->line_count++;
}

static void write_key(const char *path, EVP_PKEY *pair, const EVP_CIPHER *cipher) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  char passphrase[] = "open sesame";
  assert_int_equal(PEM_write_PrivateKey(file, pair, cipher, (unsigned char *)passphrase,
                                        cipher == NULL ? 0 : (int)sizeof passphrase - 1, NULL, NULL),
                   1);
  assert_int_equal(fclose(file), 0);
  assert_int_equal(chmod(path, 0600), 0);
}

static void write_certificate(const char *path, EVP_PKEY *pair, long from_seconds, long until_seconds) {
  X509 *certificate = X509_new();
  assert_non_null(certificate);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), until_seconds);
  X509_set_pubkey(certificate, pair);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  assert_true(X509_sign(certificate, pair, EVP_sha256()) > 0);
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_int_equal(PEM_write_X509(file, certificate), 1);
  assert_int_equal(fclose(file), 0);
  X509_free(certificate);
}

static int setup(void **state) {
  struct house *house = calloc(1, sizeof *house);
  assert_non_null(house);
  snprintf(house->folder, sizeof house->folder, "/tmp/tandem-test-tls-XXXXXX");
  assert_non_null(mkdtemp(house->folder));
  snprintf(house->certificate, PATH_BYTES, "%s/certificate.pem", house->folder);
  snprintf(house->key, PATH_BYTES, "%s/key.pem", house->folder);
  snprintf(house->other_key, PATH_BYTES, "%s/other-key.pem", house->folder);
  snprintf(house->junk, PATH_BYTES, "%s/junk.pem", house->folder);
  house->pair = EVP_EC_gen("P-256");
  house->other_pair = EVP_EC_gen("P-256");
  write_key(house->key, house->pair, NULL);
  write_key(house->other_key, house->other_pair, NULL);
  write_certificate(house->certificate, house->pair, -DAY, 30L * DAY);
  FILE *junk = fopen(house->junk, "we");
  assert_non_null(junk);
  fputs("no certificate\n", junk);
  assert_int_equal(fclose(junk), 0);
  log_set_capture(keep_line, house);
  *state = house;
  return 0;
}

static int teardown(void **state) {
  struct house *house = *state;
  log_set_capture(NULL, NULL);
  const char *const files[] = {house->certificate, house->key, house->other_key, house->junk};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    unlink(files[i]);
  assert_int_equal(rmdir(house->folder), 0);
  EVP_PKEY_free(house->pair);
  EVP_PKEY_free(house->other_pair);
  free(house);
  return 0;
}

static void expect_refused(struct house *house, const char *certificate, const char *key, const char *named,
                           const char *words) {
  struct tls *tls = NULL;
  house->line_count = 0;
  assert_int_equal(tls_new(certificate, key, &tls), ERR_INVALID);
  assert_null(tls);
  assert_int_equal(house->line_count, 1);
  if (strstr(house->line, named) == NULL || strstr(house->line, words) == NULL)
    fail_msg("expected %s and \"%s\" in: %s", named, words, house->line);
}

static void a_sound_pair_is_taken_and_its_end_is_known(void **state) {
  struct house *house = *state;
  struct tls *tls = NULL;
  assert_int_equal(tls_new(house->certificate, house->key, &tls), ERR_OK);
  int64_t left = tls_ends_at(tls) - time(NULL);
  assert_in_range(left, 30 * DAY - 60, 30 * DAY);
  assert_false(tls_reload_failed(tls));
  assert_int_equal(house->line_count, 0);
  tls_free(tls);
}

static void files_that_cannot_be_used_are_named(void **state) {
  struct house *house = *state;
  expect_refused(house, "/nonexistent/certificate.pem", house->key, "/nonexistent/certificate.pem", "No such file");
  expect_refused(house, house->certificate, "/nonexistent/key.pem", "/nonexistent/key.pem", "No such file");
  expect_refused(house, house->folder, house->key, house->folder, "not a file");
  expect_refused(house, house->junk, house->key, house->junk, "no certificate in PEM");
  expect_refused(house, house->key, house->key, house->key, "no certificate in PEM");
  expect_refused(house, house->certificate, house->junk, house->junk, "no private key in PEM");
  expect_refused(house, house->certificate, house->certificate, house->certificate, "no private key in PEM");
  expect_refused(house, house->certificate, house->other_key, house->other_key, "does not belong");
}

static void a_key_of_another_kind_does_not_belong(void **state) {
  struct house *house = *state;
  EVP_PKEY *rsa = EVP_RSA_gen(2048);
  write_key(house->other_key, rsa, NULL);
  expect_refused(house, house->certificate, house->other_key, house->other_key, "does not belong");
  EVP_PKEY_free(rsa);
}

static void a_key_behind_a_passphrase_is_refused_without_asking(void **state) {
  struct house *house = *state;
  write_key(house->key, house->pair, EVP_aes_128_cbc());
  expect_refused(house, house->certificate, house->key, house->key, "without a passphrase");
}

static void a_certificate_is_valid_now_or_refused(void **state) {
  struct house *house = *state;
  write_certificate(house->certificate, house->pair, -2L * DAY, -DAY);
  expect_refused(house, house->certificate, house->key, house->certificate, "the certificate ended at");
  write_certificate(house->certificate, house->pair, DAY, 2L * DAY);
  expect_refused(house, house->certificate, house->key, house->certificate, "the certificate begins only at");
}

static void a_key_that_everybody_can_read_is_told(void **state) {
  struct house *house = *state;
  assert_int_equal(chmod(house->key, 0644), 0);
  struct tls *tls = NULL;
  assert_int_equal(tls_new(house->certificate, house->key, &tls), ERR_OK);
  assert_int_equal(house->line_count, 1);
  assert_non_null(strstr(house->line, "can read the private key"));
  tls_free(tls);
}

static void a_reload_takes_the_new_pair(void **state) {
  struct house *house = *state;
  struct tls *tls = NULL;
  assert_int_equal(tls_new(house->certificate, house->key, &tls), ERR_OK);
  write_certificate(house->certificate, house->other_pair, -DAY, 90L * DAY);
  write_key(house->key, house->other_pair, NULL);
  assert_int_equal(tls_reload(tls), ERR_OK);
  assert_in_range(tls_ends_at(tls) - time(NULL), 90 * DAY - 60, 90 * DAY);
  assert_int_equal(house->line_count, 1);
  tls_free(tls);
}

static void a_broken_reload_keeps_the_old_pair_until_a_sound_one_comes(void **state) {
  struct house *house = *state;
  struct tls *tls = NULL;
  assert_int_equal(tls_new(house->certificate, house->key, &tls), ERR_OK);
  int64_t ends_at = tls_ends_at(tls);
  write_certificate(house->certificate, house->other_pair, -DAY, 90L * DAY); // its key has not come yet
  assert_int_equal(tls_reload(tls), ERR_INVALID);
  assert_int_equal(tls_ends_at(tls), ends_at);
  assert_true(tls_reload_failed(tls));
  assert_int_equal(house->line_count, 1);
  assert_non_null(strstr(house->line, "stays in use"));
  assert_non_null(strstr(house->line, house->key));
  write_key(house->key, house->other_pair, NULL);
  assert_int_equal(tls_reload(tls), ERR_OK);
  assert_false(tls_reload_failed(tls));
  tls_free(tls);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_sound_pair_is_taken_and_its_end_is_known, setup, teardown),
      cmocka_unit_test_setup_teardown(files_that_cannot_be_used_are_named, setup, teardown),
      cmocka_unit_test_setup_teardown(a_key_of_another_kind_does_not_belong, setup, teardown),
      cmocka_unit_test_setup_teardown(a_key_behind_a_passphrase_is_refused_without_asking, setup, teardown),
      cmocka_unit_test_setup_teardown(a_certificate_is_valid_now_or_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(a_key_that_everybody_can_read_is_told, setup, teardown),
      cmocka_unit_test_setup_teardown(a_reload_takes_the_new_pair, setup, teardown),
      cmocka_unit_test_setup_teardown(a_broken_reload_keeps_the_old_pair_until_a_sound_one_comes, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
