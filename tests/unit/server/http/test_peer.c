// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/http/http.h"

enum { HEADERS = 4 };

struct sender {
  const char *peer;
  struct header headers[HEADERS];
  bool is_loopback;
  bool is_control;
};

// A request as peer_admit leaves it; the caller frees it.
static struct request *admit(const struct http *http, const struct sender *sender, enum err *err) {
  struct request *request = request_new(http, arena_new());
  request->peer = sender->peer;
  request->is_loopback = sender->is_loopback;
  request->is_control = sender->is_control;
  request->headers = sender->headers;
  while (request->header_count < HEADERS && sender->headers[request->header_count].name != NULL)
    request->header_count++;
  *err = peer_admit(request);
  return request;
}

static struct peer_rules rules_of(const char *first, const char *second) {
  struct peer_rules rules = {.sign_in_header = "x-remote-user"};
  assert_true(peer_range_parse(first, &rules.proxies[rules.proxy_count++]));
  if (second != NULL)
    assert_true(peer_range_parse(second, &rules.proxies[rules.proxy_count++]));
  return rules;
}

static void ranges_are_addresses_and_networks_without_stray_bits(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_range;
    const char *why;
  } cases[] = {
      {"127.0.0.1", true, "an address"},
      {"10.0.0.0/8", true, "a network"},
      {"0.0.0.0/0", true, "everybody on IPv4"},
      {"::1", true, "an IPv6 address"},
      {"2001:db8::/32", true, "an IPv6 network"},
      {"::/0", true, "everybody"},
      {"10.0.0.1/8", false, "bits behind the prefix"},
      {"2001:db8::1/64", false, "bits behind the prefix"},
      {"10.0.0.0/33", false, "a prefix too long"},
      {"2001:db8::/129", false, "a prefix too long"},
      {"10.0.0.0/-1", false, "a negative prefix"},
      {"10.0.0.0/", false, "no prefix"},
      {"10.0.0", false, "half an address"},
      {"localhost", false, "a name"},
      {"", false, "nothing"},
      {"1234:1234:1234:1234:1234:1234:1234:1234:1234:1234", false, "too long for any"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct peer_range range;
    if (peer_range_parse(cases[i].text, &range) != cases[i].is_range)
      fail_msg("%s: %s", cases[i].text, cases[i].why);
  }
}

static void a_sign_in_header_is_a_token_that_nobody_else_uses(void **state) {
  (void)state;
  char name[16];
  assert_true(peer_header_parse("X-Remote-User", name, sizeof name));
  assert_string_equal("x-remote-user", name);
  static const char *const refused[] = {
      "", "X Remote", "X-Remote:", "Cookie", "AUTHORIZATION", "x-forwarded-for", "sixteen-letters-"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    if (peer_header_parse(refused[i], name, sizeof name))
      fail_msg("%s", refused[i]);
}

static void only_a_named_proxy_says_whose_address_the_client_has(void **state) {
  (void)state;
  static const struct {
    struct sender sender;
    const char *peer;
    bool is_from_proxy;
    bool is_loopback;
    const char *why;
  } cases[] = {
      {{"127.0.0.1", {{"x-forwarded-for", "192.0.2.7"}}, true, false}, "192.0.2.7", true, false, "the proxy's word"},
      {{"::ffff:127.0.0.1", {{"x-forwarded-for", "192.0.2.7"}}, true, false}, "192.0.2.7", true, false, "mapped"},
      {{"198.51.100.1", {{"x-forwarded-for", "192.0.2.7"}}, false, false},
       "198.51.100.1",
       false,
       false,
       "a stranger's"},
      {{"127.0.0.2", {{"x-forwarded-for", "192.0.2.7"}}, true, false},
       "127.0.0.2",
       false,
       false,
       "a proxy that nobody named is no loopback tool either"},
      {{"127.0.0.1", {{"forwarded", "for=192.0.2.7"}}, true, false}, "127.0.0.1", true, false, "the other header"},
      {{"127.0.0.1", {{NULL, NULL}}, true, false}, "127.0.0.1", true, true, "the operator's own tool beside the proxy"},
      {{"127.0.0.1", {{"x-forwarded-for", "6.6.6.6, 192.0.2.7"}}, true, false},
       "192.0.2.7",
       true,
       false,
       "what the client claims stands further left"},
      {{"127.0.0.1", {{"x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.1.2.3"}}, true, false},
       "192.0.2.7",
       true,
       false,
       "a second named proxy is walked through"},
      {{"127.0.0.1", {{"x-forwarded-for", "192.0.2.7"}, {"x-forwarded-for", "10.1.2.3"}}, true, false},
       "192.0.2.7",
       true,
       false,
       "two headers are one list"},
      {{"127.0.0.1", {{"x-forwarded-for", "10.1.2.4, 10.1.2.3"}}, true, false},
       "10.1.2.4",
       true,
       false,
       "all of them proxies: the first"},
      {{"127.0.0.1", {{"x-forwarded-for", "192.0.2.7, garbage"}}, true, false},
       "127.0.0.1",
       true,
       false,
       "nothing is believed behind what cannot be read"},
      {{"127.0.0.1", {{"x-forwarded-for", ""}}, true, false}, "127.0.0.1", true, false, "empty"},
      {{"127.0.0.1", {{"x-forwarded-for", "192.0.2.7:4711"}}, true, false}, "192.0.2.7", true, false, "with a port"},
      {{"127.0.0.1", {{"x-forwarded-for", "[2001:db8::1]:4711"}}, true, false}, "2001:db8::1", true, false, "IPv6"},
      {{"127.0.0.1", {{"x-forwarded-for", "2001:DB8:0::1"}}, true, false}, "2001:db8::1", true, false, "one spelling"},
      {{"control socket", {{"x-forwarded-for", "192.0.2.7"}}, true, true},
       "control socket",
       false,
       true,
       "the operator stays the operator"},
  };
  const struct peer_rules rules = rules_of("127.0.0.1", "10.1.0.0/16");
  const struct http http = {.peers = &rules};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum err err;
    struct request *request = admit(&http, &cases[i].sender, &err);
    if (err != ERR_OK || strcmp(request->peer, cases[i].peer) != 0 ||
        request->is_from_proxy != cases[i].is_from_proxy || request->is_loopback != cases[i].is_loopback)
      fail_msg("%s: %s, from proxy %d, loopback %d", cases[i].why, request->peer, request->is_from_proxy,
               request->is_loopback);
    request_free(request);
  }
}

static void the_sign_in_header_is_taken_from_a_named_proxy_once_and_refused_from_anybody_else(void **state) {
  (void)state;
  static const struct {
    struct sender sender;
    enum err err;
    const char *name;
    const char *why;
  } cases[] = {
      {{"127.0.0.1", {{"x-remote-user", "ada"}}, true, false}, ERR_OK, "ada", "the proxy's word"},
      {{"127.0.0.1", {{"x-remote-user", ""}}, true, false}, ERR_OK, NULL, "nobody has signed in there"},
      {{"127.0.0.1", {{NULL, NULL}}, true, false}, ERR_OK, NULL, "the proxy says nothing"},
      {{"127.0.0.1", {{"x-remote-user", "eve"}, {"x-remote-user", "ada"}}, true, false},
       ERR_FORBIDDEN,
       NULL,
       "the client's own header passed through"},
      {{"192.0.2.7", {{"x-remote-user", "ada"}}, false, false}, ERR_FORBIDDEN, NULL, "a stranger"},
      {{"192.0.2.7", {{"x-remote-user", "ada"}, {"x-forwarded-for", "127.0.0.1"}}, false, false},
       ERR_FORBIDDEN,
       NULL,
       "a stranger who pretends to have come through it"},
      {{"127.0.0.1", {{"x-remote-user", "ada"}, {"x-forwarded-for", "192.0.2.7"}}, true, false},
       ERR_OK,
       "ada",
       "for a client further away"},
      {{"192.0.2.7", {{NULL, NULL}}, false, false}, ERR_OK, NULL, "everybody else is let in without it"},
      {{"control socket", {{"x-remote-user", "ada"}}, true, true}, ERR_OK, NULL, "the operator has no use for it"},
  };
  const struct peer_rules rules = rules_of("127.0.0.1", NULL);
  const struct http http = {.peers = &rules};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum err err;
    struct request *request = admit(&http, &cases[i].sender, &err);
    const char *name = err == ERR_OK ? peer_sign_in_name(request) : NULL;
    if (err != cases[i].err || !text_equal(name, cases[i].name) ||
        (err != ERR_OK && request->problem.code != PROBLEM_UNTRUSTED_HEADER))
      fail_msg("%s: %s, %s", cases[i].why, err_name(err), name == NULL ? "nobody" : name);
    request_free(request);
  }
}

static void only_a_named_proxy_says_that_the_client_spoke_https(void **state) {
  (void)state;
  struct peer_rules rules = rules_of("10.0.0.1", NULL);
  struct http http = {.peers = &rules};
  static const struct {
    struct sender sender;
    bool is_tls;
    bool is_https;
    const char *why;
  } rows[] = {
      {{.peer = "10.0.0.1", .headers = {{"x-forwarded-proto", "https"}}}, false, true, "the proxy says so"},
      {{.peer = "10.0.0.1", .headers = {{"x-forwarded-proto", "HTTPS"}}}, false, true, "in any case"},
      {{.peer = "10.0.0.1", .headers = {{"x-forwarded-proto", "http"}}}, true, false, "TLS only up to the proxy"},
      {{.peer = "10.0.0.1"}, true, true, "the proxy says nothing"},
      {{.peer = "10.0.0.1"}, false, false, "nobody says anything"},
      {{.peer = "10.0.0.1", .headers = {{"x-forwarded-proto", "https, http"}}}, false, false, "a list"},
      {{.peer = "10.0.0.1", .headers = {{"x-forwarded-proto", "https"}, {"x-forwarded-proto", "https"}}},
       false,
       false,
       "twice"},
      {{.peer = "10.0.0.2", .headers = {{"x-forwarded-proto", "https"}}}, false, false, "not the named proxy"},
      {{.peer = "10.0.0.2", .headers = {{"x-forwarded-proto", "http"}}}, true, true, "our own TLS is what we see"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct sender *sender = &rows[i].sender;
    struct request *request = request_new(&http, arena_new());
    request->peer = sender->peer;
    request->is_https = rows[i].is_tls;
    request->headers = sender->headers;
    while (request->header_count < HEADERS && sender->headers[request->header_count].name != NULL)
      request->header_count++;
    assert_int_equal(peer_admit(request), ERR_OK);
    if (request->is_https != rows[i].is_https)
      fail_msg("%s", rows[i].why);
    request_free(request);
  }
}

static void without_rules_nobody_is_believed(void **state) {
  (void)state;
  const struct http http = {0};
  enum err err;
  const struct sender sender = {"127.0.0.1", {{"x-forwarded-for", "192.0.2.7"}, {"x-remote-user", "ada"}}, true, false};
  struct request *request = admit(&http, &sender, &err);
  assert_int_equal(ERR_OK, err);
  assert_string_equal("127.0.0.1", request->peer);
  assert_false(request->is_from_proxy);
  assert_null(peer_sign_in_name(request));
  request_free(request);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranges_are_addresses_and_networks_without_stray_bits),
      cmocka_unit_test(a_sign_in_header_is_a_token_that_nobody_else_uses),
      cmocka_unit_test(only_a_named_proxy_says_whose_address_the_client_has),
      cmocka_unit_test(the_sign_in_header_is_taken_from_a_named_proxy_once_and_refused_from_anybody_else),
      cmocka_unit_test(only_a_named_proxy_says_that_the_client_spoke_https),
      cmocka_unit_test(without_rules_nobody_is_believed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
