// SPDX-License-Identifier: AGPL-3.0-or-later
// The settings of `tandem serve` about where it listens, who is believed and in whose name mail leaves.
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

#define DOOR_DEFAULTS                                                                                                  \
  { .listen = "127.0.0.1:8803" }

struct serve_options;
// For the table of settings: false when the value has not its form.
bool door_take_listen(struct serve_options *options, const char *value);
bool door_take_public_url(struct serve_options *options, const char *value);
bool door_take_proxy(struct serve_options *options, const char *value);
bool door_take_sign_in_header(struct serve_options *options, const char *value);
bool door_take_mail_from(struct serve_options *options, const char *value);
// When all settings are read: NULL when they make sense together, else what is wrong. Points peers at the header;
// `doors` must not move later.
const char *door_finish(struct door_options *doors);
// "http://127.0.0.1:8803 and https://[::]:8443", with the ports that the kernel chose.
const char *door_addresses(struct arena *arena, const struct door_options *doors, const struct listener *listener);
const char *door_sender(struct arena *arena, const struct door_options *doors, const char *mail_domain);
