// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/public_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct network4 {
  uint32_t address;
  int bits;
};

struct network6 {
  uint8_t address[16];
  int bits;
};

// The registries of special-purpose addresses (RFC 6890 and its updates), and multicast.
static const struct network4 closed4[] = {
    {0x00000000, 8},  // 0.0.0.0/8: this host
    {0x0a000000, 8},  // 10.0.0.0/8: private
    {0x64400000, 10}, // 100.64.0.0/10: shared
    {0x7f000000, 8},  // 127.0.0.0/8: loopback
    {0xa9fe0000, 16}, // 169.254.0.0/16: link-local; cloud machines read their credentials there
    {0xac100000, 12}, // 172.16.0.0/12: private
    {0xc0000000, 24}, // 192.0.0.0/24: protocol assignments
    {0xc0000200, 24}, // 192.0.2.0/24: documentation
    {0xc0586300, 24}, // 192.88.99.0/24: 6to4 relays
    {0xc0a80000, 16}, // 192.168.0.0/16: private
    {0xc6120000, 15}, // 198.18.0.0/15: benchmarks
    {0xc6336400, 24}, // 198.51.100.0/24: documentation
    {0xcb007100, 24}, // 203.0.113.0/24: documentation
    {0xe0000000, 4},  // 224.0.0.0/4: multicast
    {0xf0000000, 4},  // 240.0.0.0/4: reserved, broadcast
};

// Of IPv6 only what has been given out for the open Internet, 2000::/3, less these.
static const struct network6 closed6[] = {
    {{0x20, 0x01}, 23},             // 2001::/23: protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, // 2001:db8::/32: documentation
    {{0x20, 0x02}, 16},             // 2002::/16: 6to4, carries an IPv4 address
    {{0x3f, 0xff}, 20},             // 3fff::/20: documentation
};

static bool is_public4(uint32_t address);
static bool is_public6(const uint8_t address[static 16]);
static bool is_within(const uint8_t *address, const struct network6 *network);
static bool mapped4(const struct sockaddr *address, uint32_t *out);

bool address_is_public(const struct sockaddr *address) {
  uint32_t v4;
  if (mapped4(address, &v4))
    return is_public4(v4);
  if (address->sa_family != AF_INET6)
    return false;
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  return is_public6(v6.sin6_addr.s6_addr);
}

bool address_is_loopback(const struct sockaddr *address) {
  uint32_t v4;
  if (mapped4(address, &v4))
    return v4 >> 24 == 127;
  if (address->sa_family != AF_INET6)
    return false;
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

static bool is_public4(uint32_t address) {
  for (size_t i = 0; i < sizeof closed4 / sizeof *closed4; i++)
    if ((address ^ closed4[i].address) >> (32 - closed4[i].bits) == 0)
      return false;
  return true;
}

static bool is_public6(const uint8_t address[static 16]) {
  if (address[0] >> 5 != 1)
    return false;
  for (size_t i = 0; i < sizeof closed6 / sizeof *closed6; i++)
    if (is_within(address, &closed6[i]))
      return false;
  return true;
}

static bool is_within(const uint8_t *address, const struct network6 *network) {
  int whole = network->bits / 8, rest = network->bits % 8;
  if (memcmp(address, network->address, (size_t)whole) != 0)
    return false;
  return rest == 0 || ((address[whole] ^ network->address[whole]) >> (8 - rest)) == 0;
}

// An IPv4 address, written as one or as ::ffff:a.b.c.d, which the kernel treats alike.
static bool mapped4(const struct sockaddr *address, uint32_t *out) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    *out = ntohl(v4.sin_addr.s_addr);
    return true;
  }
  if (address->sa_family != AF_INET6)
    return false;
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  if (!IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
    return false;
  uint32_t v4;
  memcpy(&v4, v6.sin6_addr.s6_addr + 12, sizeof v4);
  *out = ntohl(v4);
  return true;
}
