// SPDX-License-Identifier: AGPL-3.0-or-later
// The list of what can be asked of staff: a line a kind, contributed by the features (server/courses/petition.h).
#pragma once

#include "server/courses/petition.h"

extern const struct petition_kinds petition_kind_table;
