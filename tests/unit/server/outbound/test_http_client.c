// SPDX-License-Identifier: AGPL-3.0-or-later
// Which addresses may be kept; tests/http/test_webhooks.py shows what is sent where.
#include "server/outbound/http_client.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct http_client_rules strict = {0};
static const struct http_client_rules opened = {.allows_private = true};
static const struct http_client_rules rehearsal = {.allows_private = true, .is_loopback_only = true};

static void an_address_is_taken_only_where_something_may_be_sent(void **state) {
  (void)state;
  static const struct {
    const char *url;
    bool is_taken, is_taken_when_opened, is_taken_in_rehearsal;
    const char *why;
  } cases[] = {
      {"https://example.edu/hook", true, true, true, "a name is judged when it is used"},
      {"https://example.edu:8443/a?b=c", true, true, true, "a port and a query"},
      {"HTTPS://example.edu/", true, true, true, "the scheme in capitals"},
      {"https://1.1.1.1/hook", true, true, false, "in figures, of the Internet"},
      {"https://[2606:4700:4700::1111]/", true, true, false, "in figures, of the Internet, IPv6"},
      {"http://example.edu/hook", false, true, true, "not encrypted: for private networks only"},
      {"http://1.1.1.1/hook", false, false, false, "not encrypted over the Internet"},
      {"http://10.0.0.1/hook", false, true, false, "not encrypted in a private network"},
      {"https://10.0.0.1/hook", false, true, false, "a private network"},
      {"http://127.0.0.1:9/hook", false, true, true, "this machine"},
      {"http://[::1]:9/hook", false, true, true, "this machine, IPv6"},
      {"https://[::ffff:127.0.0.1]/", false, true, true, "this machine as IPv6"},
      {"https://127.1/hook", false, true, true, "a short form of 127.0.0.1"},
      {"https://2130706433/hook", false, true, true, "127.0.0.1 as one number"},
      {"https://0x7f000001/hook", false, true, true, "127.0.0.1 in hexadecimal"},
      {"https://0177.0.0.1/hook", false, true, true, "127.0.0.1 in octal"},
      {"https://169.254.169.254/", false, true, false, "where cloud machines read their credentials"},
      {"ftp://example.edu/", false, false, false, "another scheme"},
      {"file:///etc/passwd", false, false, false, "a file"},
      {"gopher://127.0.0.1:25/_HELO", false, false, false, "another protocol"},
      {"https://user:password@example.edu/", false, false, false, "a password"},
      {"https://user@example.edu/", false, false, false, "a name"},
      {"https://example.edu/#part", false, false, false, "a fragment"},
      {"https:///hook", false, false, false, "no host"},
      {"example.edu/hook", false, false, false, "no scheme"},
      {"https://exa mple.edu/", false, false, false, "a blank"},
      {"https://example.edu/\r\nX: y", false, false, false, "a line end"},
      {"", false, false, false, "nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if ((http_client_refusal(&strict, cases[i].url) == NULL) != cases[i].is_taken)
      fail_msg("%s: %s", cases[i].url, cases[i].why);
    if ((http_client_refusal(&opened, cases[i].url) == NULL) != cases[i].is_taken_when_opened)
      fail_msg("%s, private networks allowed: %s", cases[i].url, cases[i].why);
    if ((http_client_refusal(&rehearsal, cases[i].url) == NULL) != cases[i].is_taken_in_rehearsal)
      fail_msg("%s, in a store on --now: %s", cases[i].url, cases[i].why);
  }
}

static void an_address_has_a_longest(void **state) {
  (void)state;
  char url[HTTP_CLIENT_URL_BYTES + 2];
  memset(url, 'a', sizeof url);
  memcpy(url, "https://example.edu/", 20);
  url[HTTP_CLIENT_URL_BYTES] = '\0';
  assert_null(http_client_refusal(&strict, url));
  url[HTTP_CLIENT_URL_BYTES] = 'a';
  url[HTTP_CLIENT_URL_BYTES + 1] = '\0';
  assert_non_null(http_client_refusal(&strict, url));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_is_taken_only_where_something_may_be_sent),
      cmocka_unit_test(an_address_has_a_longest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
