// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of outages.
#pragma once

#include "server/milestones/outage.h"

// The one of this course, cause and beginning, until then and with these milestones, or a new one; fills the id.
// *is_more: it is new, or spans a milestone that it did not, or somebody is not in of one that all were in of.
CHECKED enum err outage_store_put(const struct act *act, int64_t course, struct outage *outage, bool *is_more);
// *from becomes the end of what was given back already, if that is later.
CHECKED enum err outage_store_made_up(const struct act *act, int64_t course, int64_t *from);
CHECKED enum err outage_store_list(const struct act *act, int64_t course, struct outage **out, size_t *count);
CHECKED enum err outage_store_milestones(const struct act *act, int64_t course, struct outage_milestone **out,
                                         size_t *count);
CHECKED enum err outage_store_grant(const struct act *act, int64_t id);
CHECKED enum err outage_store_courses(const struct act *act, int64_t **out, size_t *count);
