// SPDX-License-Identifier: AGPL-3.0-or-later
// The kind of request by which a student asks staff for a lab seat: what asking for a seat by oneself does not give.
#pragma once

#include "server/courses/petition.h"

extern const struct petition_kind lab_seat_petition;
