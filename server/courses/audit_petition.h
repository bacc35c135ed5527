// SPDX-License-Identifier: AGPL-3.0-or-later
// The kind of request by which an auditor asks to be approved.
#pragma once

#include "server/courses/petition.h"

extern const struct petition_kind audit_petition;
