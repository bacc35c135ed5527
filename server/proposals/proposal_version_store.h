// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the versions of proposals. Which save belongs to which is proposal_version.c.
#pragma once

#include "server/proposals/proposal_version.h"

struct version_page {
  int64_t below;
  int64_t limit;
  bool with_taken_back;
  int64_t without; // a version that the reader is not to see yet; 0: none
};
CHECKED enum err version_store_list(const struct act *act, int64_t course, int64_t team,
                                    const struct version_page *page, struct proposal_version **out, size_t *count);
// A version that was sealed for a decision is none of a standing one any more.
CHECKED enum err version_store_take_back(const struct act *act, int64_t team, int64_t version);
CHECKED enum err version_store_insert(const struct act *act, int64_t team, const struct proposal_version *version);
// Saved again, until `at`.
CHECKED enum err version_store_touch(const struct act *act, int64_t team, int64_t version, int64_t at);
CHECKED enum err version_store_put(const struct act *act, int64_t proposal, int64_t version,
                                   const struct proposal_entry *entry);
// All that the proposal says now.
CHECKED enum err version_store_put_all(const struct act *act, int64_t proposal, int64_t version);
CHECKED enum err version_store_entries(const struct act *act, const struct proposal_version *version,
                                       struct proposal_entry **out, size_t *count);
