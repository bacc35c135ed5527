// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of outages.
#pragma once

#include "server/milestones/outage.h"

CHECKED enum err outage_store_insert(const struct act *act, int64_t course, const struct outage *outage, int64_t *id);
CHECKED enum err outage_store_list(const struct act *act, int64_t course, struct outage **out, size_t *count);
CHECKED enum err outage_store_milestones(const struct act *act, int64_t course, struct outage_milestone **out,
                                         size_t *count);
CHECKED enum err outage_store_grant(const struct act *act, int64_t id);
CHECKED enum err outage_store_courses(const struct act *act, int64_t **out, size_t *count);
