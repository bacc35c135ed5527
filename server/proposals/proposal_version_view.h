// SPDX-License-Identifier: AGPL-3.0-or-later
// The versions of a team's proposal as JSON, and what changed between two of them, field by field and word by word.
// Changes nothing.
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/proposals/proposal_version.h"

extern const struct answer proposal_versions_answer, proposal_version_answer, proposal_changes_answer;

// Each writes members of the open object.
void proposal_view_write_versions(struct json *json, const struct proposal_version *list, size_t count);
CHECKED enum err proposal_view_write_version(const struct act *act, const struct course_view *course,
                                             const struct proposal_version *version, struct json *json);
CHECKED enum err proposal_view_write_changes(const struct act *act, const struct course_view *course,
                                             const struct proposal_version *since,
                                             const struct proposal_version *version, struct json *json);
