// SPDX-License-Identifier: AGPL-3.0-or-later
// What a mail says of itself: why its reader gets it. Pure.
#pragma once

#include "server/outbound/mail_store.h"

// "You get this because you are in smr on Tandem."
const char *mail_why(struct arena *arena, const struct mail_due *due);
