// SPDX-License-Identifier: AGPL-3.0-or-later
// The settings of `tandem serve` about how mail leaves, and the transport that they ask for: a mail server, else the
// folder of .eml files. The password never stands among them: it comes from a file of its own, from systemd's
// credentials or from the environment.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "server/outbound/smtp.h"

enum { MAIL_PASSWORD_BYTES_MAX = 1024 };

struct mail_options {
  const char *url; // "smtp://mail.example.edu:587"; NULL: files
  enum smtp_starttls starttls;
  const char *username;
  const char *password_file;
  const char *ca_file;
  int64_t connections;
};
#define MAIL_DEFAULTS                                                                                                  \
  { .connections = SMTP_CONNECTIONS }

struct serve_options;
// For the table of settings: false when the value has not its form.
bool mail_take_url(struct serve_options *options, const char *value);
bool mail_take_starttls(struct serve_options *options, const char *value);
bool mail_take_connections(struct serve_options *options, const char *value);
// NULL when the settings make sense together, else what is wrong.
const char *mail_finish(const struct mail_options *mail);
struct smtp_settings mail_smtp_settings(const struct mail_options *mail, const char *password, bool is_loopback_only);

// NULL when no name to sign in with is set. From password_file, else $CREDENTIALS_DIRECTORY/smtp-password, else
// $TANDEM_SMTP_PASSWORD. ERR_INVALID after a line on stderr: there is none, or others may read the file.
CHECKED enum err mail_password_read(struct arena *arena, const struct mail_options *mail, const char **out);
