// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/public_address.h"

#include <arpa/inet.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static struct sockaddr_storage of(const char *text) {
  struct sockaddr_storage out = {0};
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
    memcpy(&out, &v4, sizeof v4);
  else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
    memcpy(&out, &v6, sizeof v6);
  else
    fail_msg("%s is no address", text);
  return out;
}

static void only_the_open_internet_is_public(void **state) {
  (void)state;
  static const struct {
    const char *address;
    bool is_public;
    const char *why;
  } cases[] = {
      {"1.1.1.1", true, "the Internet"},
      {"9.255.255.255", true, "just before 10/8"},
      {"10.0.0.0", false, "private, its first"},
      {"10.255.255.255", false, "private, its last"},
      {"11.0.0.0", true, "just after 10/8"},
      {"0.0.0.0", false, "this host"},
      {"0.255.255.255", false, "this network"},
      {"100.63.255.255", true, "just before 100.64/10"},
      {"100.64.0.0", false, "shared by a carrier"},
      {"100.127.255.255", false, "shared by a carrier, its last"},
      {"100.128.0.0", true, "just after it"},
      {"127.0.0.1", false, "loopback"},
      {"127.255.255.254", false, "all of 127/8 is"},
      {"128.0.0.0", true, "just after it"},
      {"169.253.255.255", true, "just before link-local"},
      {"169.254.169.254", false, "where cloud machines read their credentials"},
      {"169.255.0.0", true, "just after link-local"},
      {"172.15.255.255", true, "just before 172.16/12"},
      {"172.16.0.0", false, "private"},
      {"172.31.255.255", false, "private, its last"},
      {"172.32.0.0", true, "just after it"},
      {"192.0.0.8", false, "protocol assignments"},
      {"192.0.2.1", false, "documentation"},
      {"192.88.99.1", false, "6to4 relays"},
      {"192.167.255.255", true, "just before 192.168/16"},
      {"192.168.0.1", false, "private"},
      {"192.169.0.0", true, "just after it"},
      {"198.17.255.255", true, "just before the benchmarks"},
      {"198.18.0.1", false, "benchmarks"},
      {"198.19.255.255", false, "benchmarks, their last"},
      {"198.20.0.0", true, "just after them"},
      {"198.51.100.7", false, "documentation"},
      {"203.0.113.7", false, "documentation"},
      {"223.255.255.255", true, "just before multicast"},
      {"224.0.0.1", false, "multicast"},
      {"240.0.0.1", false, "reserved"},
      {"255.255.255.255", false, "broadcast"},
      {"2606:4700:4700::1111", true, "the Internet"},
      {"2000::1", true, "the first that is given out"},
      {"3ffe::1", true, "inside 2000::/3"},
      {"3fff::1", false, "documentation"},
      {"4000::1", false, "not given out"},
      {"::", false, "unspecified"},
      {"::1", false, "loopback"},
      {"::127.0.0.1", false, "an IPv4-compatible one"},
      {"::ffff:127.0.0.1", false, "loopback as IPv6"},
      {"::ffff:10.1.2.3", false, "private as IPv6"},
      {"::ffff:169.254.169.254", false, "link-local as IPv6"},
      {"::ffff:1.1.1.1", true, "the Internet as IPv6: the kernel speaks IPv4"},
      {"64:ff9b::a00:1", false, "NAT64 of a private one"},
      {"64:ff9b:1::1", false, "NAT64 of the house's own"},
      {"100::1", false, "discarded"},
      {"2001::1", false, "Teredo"},
      {"2001:1ff:ffff::1", false, "protocol assignments, their last"},
      {"2001:200::1", true, "just after them"},
      {"2001:db7:ffff::1", true, "just before documentation"},
      {"2001:db8::1", false, "documentation"},
      {"2001:db9::1", true, "just after it"},
      {"2002:7f00:1::1", false, "6to4 of loopback"},
      {"2003::1", true, "just after 6to4"},
      {"fc00::1", false, "unique local"},
      {"fdff::1", false, "unique local, its last"},
      {"fe80::1", false, "link-local"},
      {"fec0::1", false, "site-local"},
      {"ff02::1", false, "multicast"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sockaddr_storage address = of(cases[i].address);
    if (address_is_public((const struct sockaddr *)&address) != cases[i].is_public)
      fail_msg("%s: %s", cases[i].address, cases[i].why);
  }
}

static void loopback_is_told_in_every_form(void **state) {
  (void)state;
  static const char *const loopback[] = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"};
  static const char *const others[] = {"128.0.0.1", "0.0.0.0", "10.0.0.1", "::", "::2", "::ffff:1.1.1.1", "fe80::1"};
  for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++) {
    struct sockaddr_storage address = of(loopback[i]);
    assert_true(address_is_loopback((const struct sockaddr *)&address));
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    struct sockaddr_storage address = of(others[i]);
    assert_false(address_is_loopback((const struct sockaddr *)&address));
  }
}

static void another_family_is_neither(void **state) {
  (void)state;
  const struct sockaddr_storage address = {.ss_family = AF_UNIX};
  assert_false(address_is_public((const struct sockaddr *)&address));
  assert_false(address_is_loopback((const struct sockaddr *)&address));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_open_internet_is_public),
      cmocka_unit_test(loopback_is_told_in_every_form),
      cmocka_unit_test(another_family_is_neither),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
