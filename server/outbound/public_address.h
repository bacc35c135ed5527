// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a request made for somebody else may go: the open Internet, not the house's own networks. Pure.
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

// False for loopback, private, link-local, shared (CGNAT), unique local, multicast, reserved and documentation
// addresses, for the IPv6 forms that carry such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo), and for
// every other family.
bool address_is_public(const struct sockaddr *address);
bool address_is_loopback(const struct sockaddr *address);
