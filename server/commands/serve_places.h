// SPDX-License-Identifier: AGPL-3.0-or-later
// How many clients `tandem serve` takes at once, by what the system lets it open.
#pragma once

#include <stddef.h>

struct serve_places {
  size_t connections; // together
  size_t streams;     // of them, such as stay open; the rest is always there for requests
};

// Raises the soft limit on descriptors as far as it may be.
struct serve_places serve_places_find(void);
