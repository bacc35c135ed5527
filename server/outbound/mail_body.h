// SPDX-License-Identifier: AGPL-3.0-or-later
// What a mail says, in its two forms: plain text, and HTML in which every text is escaped and every link begins with
// the public URL; no images, scripts or styles from elsewhere. Pure; knows no headers and no encodings.
#pragma once

#include "server/outbound/mail.h"

const char *mail_body_text(struct arena *arena, const struct mail *mail);
const char *mail_body_html(struct arena *arena, const struct mail *mail);
