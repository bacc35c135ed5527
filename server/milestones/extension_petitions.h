// SPDX-License-Identifier: AGPL-3.0-or-later
// The kind of request to staff that asks for more time for one milestone: for oneself, which no team mate learns of, or
// for the own team. Granting gives an extension of that scope (extension.h), with the answer as its reason.
#pragma once

#include "server/courses/petition.h"

extern const struct petition_kind extension_petition;
