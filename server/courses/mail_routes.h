// SPDX-License-Identifier: AGPL-3.0-or-later
// What became of mail: for the operator all of it, for staff what went to people about their course, in figures for
// /metrics. Never what a mail says.
#pragma once

#include "common/base/text.h"
#include "server/http/route.h"

struct request;

extern const struct route_table mail_routes;

// The hook of struct readiness.
void mail_add_metrics(struct request *request, struct text *metrics);
