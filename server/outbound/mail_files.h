// SPDX-License-Identifier: AGPL-3.0-or-later
// The transport of an installation that has not been told how to send mail: a file a message, DIR/mail/NUMBER.eml, for
// the operator to read or to hand to a mailer. The number is the mail's, so that a mail has at most one file even over
// a crash.
#pragma once

#include "common/base/err.h"
#include "server/outbound/transport.h"

// Makes the folder (0700) when it is missing. Failures are logged.
CHECKED enum err mail_files_new(const char *data_dir, struct transport **out);
