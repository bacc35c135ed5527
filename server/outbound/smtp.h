// SPDX-License-Identifier: AGPL-3.0-or-later
// The transport to a mail server: SMTP through libcurl over several connections, each with a thread of its own, because
// libcurl 7.88 waits inside for the answer to the last dot, and to QUIT, also in its multi interface: no loop waits for
// a mail server. Connections are kept while there is mail and closed with QUIT when there is none. One recipient a
// transaction; what became of a mail is read from the server's reply code (facts.md).
#pragma once

#include <stdbool.h>

#include "server/outbound/transport.h"
#include "server/work/loop.h"

enum { SMTP_CONNECTIONS = 4, SMTP_CONNECTIONS_MAX = 16, SMTP_TIMEOUT_SECONDS = 120 };

enum smtp_starttls {
  SMTP_STARTTLS_REQUIRED, // no mail goes without TLS to a server with a certificate that is valid for its name
  SMTP_STARTTLS_OFFERED,  // TLS if the server offers it, with whatever certificate: no protection from who is between
  SMTP_STARTTLS_NONE,
};

struct smtp_settings { // all is copied
  const char *url;     // "smtp://mail.example.edu:587", or "smtps://mail.example.edu" for TLS from the first byte
  enum smtp_starttls starttls; // of smtp://
  const char *username;        // NULL: without authentication
  const char *password;
  const char *ca_file;   // PEM; NULL: the certificates that the machine trusts
  long connections;      // 0: SMTP_CONNECTIONS
  long timeout_seconds;  // of one mail, connecting included; 0: SMTP_TIMEOUT_SECONDS
  bool is_loopback_only; // of a store that ever ran on --now: refuses every peer that is not this machine
};

// NULL when the settings can be used, else why not, in words that the operator can act on: a URL of another form,
// a password that would go in clear text to another machine, a server that is not this machine for a store on --now.
const char *smtp_refusal(const struct smtp_settings *settings);

// ERR_INVALID when smtp_refusal says something. The transport is made, used and released on the main loop's thread, or
// before it runs and after it has ended; release it before loop_free: it waits for its
// threads, whose sockets it has shut down.
CHECKED enum err smtp_new(struct loop *main_loop, const struct smtp_settings *settings, struct transport **out);
