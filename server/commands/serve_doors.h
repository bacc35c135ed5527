// SPDX-License-Identifier: AGPL-3.0-or-later
// The options of `tandem serve` about where it listens, who is believed and in whose name mail leaves: --listen,
// --tls-listen, --tls-certificate, --tls-key, --trust-proxy, --sign-in-header, --mail-from.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "server/http/listener.h"
#include "server/http/peer.h"

enum { SIGN_IN_HEADER_BYTES = 64, MAIL_FROM_BYTES = 255 };

struct door_options {
  const char *listen;     // HOST:PORT, NULL: no plain HTTP
  const char *tls_listen; // NULL: no TLS
  const char *tls_certificate;
  const char *tls_key;
  struct peer_rules peers;
  char sign_in_header[SIGN_IN_HEADER_BYTES]; // in lower case; "": none
  char mail_from[MAIL_FROM_BYTES];           // "": tandem@ the mail domain
};

// The codes of getopt_long.
enum { DOOR_LISTEN = 300, DOOR_TLS_LISTEN, DOOR_TLS_CERTIFICATE, DOOR_TLS_KEY };
#define DOOR_OPTIONS                                                                                                   \
  {"listen", required_argument, NULL, DOOR_LISTEN}, {"tls-listen", required_argument, NULL, DOOR_TLS_LISTEN},          \
      {"tls-certificate", required_argument, NULL, DOOR_TLS_CERTIFICATE}, {                                            \
    "tls-key", required_argument, NULL, DOOR_TLS_KEY                                                                   \
  }
#define DOOR_DEFAULTS                                                                                                  \
  { .listen = "127.0.0.1:8803" }

// False for a code that is none of these.
bool door_option(struct door_options *doors, int code, const char *argument);
// Each says on stderr what is wrong with its argument.
bool door_trust_proxy(struct door_options *doors, const char *argument);
bool door_sign_in_header(struct door_options *doors, const char *argument);
bool door_mail_from(struct door_options *doors, const char *argument);
// When all options are read: whether they make sense together. Points peers at the header; `doors` must not move later.
bool door_finish(struct door_options *doors);
// "http://127.0.0.1:8803 and https://[::]:8443", with the ports that the kernel chose.
const char *door_addresses(struct arena *arena, const struct door_options *doors, const struct listener *listener);
const char *door_sender(struct arena *arena, const struct door_options *doors, const char *mail_domain);
