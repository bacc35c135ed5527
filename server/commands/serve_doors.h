// SPDX-License-Identifier: AGPL-3.0-or-later
// The options of `tandem serve` about who is believed and in whose name mail leaves: --trust-proxy, --sign-in-header,
// --mail-from.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "server/http/peer.h"

enum { SIGN_IN_HEADER_BYTES = 64, MAIL_FROM_BYTES = 255 };

struct door_options {
  struct peer_rules peers;
  char sign_in_header[SIGN_IN_HEADER_BYTES]; // in lower case; "": none
  char mail_from[MAIL_FROM_BYTES];           // "": tandem@ the mail domain
};

// Each says on stderr what is wrong with its argument.
bool door_trust_proxy(struct door_options *doors, const char *argument);
bool door_sign_in_header(struct door_options *doors, const char *argument);
bool door_mail_from(struct door_options *doors, const char *argument);
// When all options are read: whether they make sense together. Points peers at the header; `doors` must not move later.
bool door_finish(struct door_options *doors);
const char *door_sender(struct arena *arena, const struct door_options *doors, const char *mail_domain);
