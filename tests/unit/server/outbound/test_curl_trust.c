// SPDX-License-Identifier: AGPL-3.0-or-later
// A server on this machine whose certificate lies in the folder of what "the machine" trusts, and one that does not.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/outbound/curl_trust.h"

enum { PATH_BYTES = 128, TRIES = 3 };

struct house {
  char folder[64];
  char own[PATH_BYTES];    // the certificate, which signs itself
  char hashed[PATH_BYTES]; // the same, where a folder of certificates is looked into
  char other[PATH_BYTES];
  SSL_CTX *tls;
  int door;
  uint16_t port;
  pthread_t keeper;
};

static X509 *make_certificate(EVP_PKEY *pair, const char *name) {
  X509 *made = X509_new();
  assert_non_null(made);
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, pair);
  X509_NAME *subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
  X509_set_issuer_name(made, subject);
  X509_EXTENSION *address = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
  assert_int_equal(1, X509_add_ext(made, address, -1));
  X509_EXTENSION_free(address);
  assert_true(X509_sign(made, pair, EVP_sha256()) > 0);
  return made;
}

static void write_certificate(const char *path, X509 *certificate) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_int_equal(1, PEM_write_X509(file, certificate));
  assert_int_equal(0, fclose(file));
}

// Answers each connection whose client goes on after the handshake.
static void *keep_door(void *context) {
  const struct house *house = context;
  static const char answer[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  for (int i = 0; i < TRIES; i++) {
    int peer = accept(house->door, NULL, NULL);
    SSL *ssl = SSL_new(house->tls);
    char bytes[4096];
    SSL_set_fd(ssl, peer);
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, bytes, sizeof bytes) > 0)
      SSL_write(ssl, answer, sizeof answer - 1);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(peer);
  }
  return NULL;
}

static int setup(void **state) {
  struct house *house = calloc(1, sizeof *house);
  assert_non_null(house);
  snprintf(house->folder, sizeof house->folder, "/tmp/tandem-test-trust-XXXXXX");
  assert_non_null(mkdtemp(house->folder));
  EVP_PKEY *pair = EVP_EC_gen("P-256"), *other_pair = EVP_EC_gen("P-256");
  X509 *own = make_certificate(pair, "own"), *other = make_certificate(other_pair, "other");
  snprintf(house->own, PATH_BYTES, "%s/own.pem", house->folder);
  snprintf(house->hashed, PATH_BYTES, "%s/%08lx.0", house->folder, X509_subject_name_hash(own));
  snprintf(house->other, PATH_BYTES, "%s/other.pem", house->folder);
  write_certificate(house->own, own);
  write_certificate(house->hashed, own);
  write_certificate(house->other, other);
  house->tls = SSL_CTX_new(TLS_server_method());
  assert_int_equal(1, SSL_CTX_use_certificate(house->tls, own));
  assert_int_equal(1, SSL_CTX_use_PrivateKey(house->tls, pair));
  X509_free(own);
  X509_free(other);
  EVP_PKEY_free(pair);
  EVP_PKEY_free(other_pair);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  house->door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(0, bind(house->door, (struct sockaddr *)&address, size));
  assert_int_equal(0, listen(house->door, TRIES));
  assert_int_equal(0, getsockname(house->door, (struct sockaddr *)&address, &size));
  house->port = ntohs(address.sin_port);
  assert_int_equal(0, pthread_create(&house->keeper, NULL, keep_door, house));
  *state = house;
  return 0;
}

static int teardown(void **state) {
  struct house *house = *state;
  shutdown(house->door, SHUT_RDWR); // nobody waits there any more
  pthread_join(house->keeper, NULL);
  close(house->door);
  SSL_CTX_free(house->tls);
  unlink(house->own);
  unlink(house->hashed);
  unlink(house->other);
  assert_int_equal(0, rmdir(house->folder));
  free(house);
  return 0;
}

// `ca_file` NULL: as the machine does.
static CURLcode ask(const struct house *house, const char *ca_file) {
  char url[64];
  snprintf(url, sizeof url, "https://127.0.0.1:%u/", (unsigned)house->port);
  CURL *easy = curl_easy_init();
  assert_non_null(easy);
  assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_URL, url));
  assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_PROXY, ""));
  assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_TIMEOUT, 30L));
  assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_CAPATH, house->folder));
  if (ca_file != NULL)
    assert_true(curl_trust_only(easy, ca_file));
  CURLcode code = curl_easy_perform(easy);
  curl_easy_cleanup(easy);
  return code;
}

static void a_named_file_takes_the_place_of_all_that_the_machine_trusts(void **state) {
  const struct house *house = *state;
  assert_int_equal(CURLE_OK, ask(house, NULL));
  assert_int_equal(CURLE_OK, ask(house, house->own));
  assert_int_equal(CURLE_PEER_FAILED_VERIFICATION, ask(house, house->other));
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_named_file_takes_the_place_of_all_that_the_machine_trusts, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
