// SPDX-License-Identifier: AGPL-3.0-or-later
// A team's proposal as JSON, to its members and staff: what it says now, and what is missing. Changes nothing. Its
// versions: proposal_version_view.h.
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/proposals/change.h"
#include "server/proposals/proposal_store.h"

extern const struct answer proposal_answer;       // of proposal_view_write
extern const struct answer proposal_field_answer; // of proposal_view_write_field
extern const struct answer proposal_lack_answer;  // of proposal_view_write_lacks
extern const struct answer proposal_open_answer;  // of proposal_view_write_open

// Each writes members of the open object.
CHECKED enum err proposal_view_write(const struct act *act, const struct course_view *course, int64_t team,
                                     struct json *json);
CHECKED enum err proposal_view_write_field(const struct act *act, const struct course_view *course,
                                           const struct proposal *proposal, const struct proposal_field *field,
                                           struct json *json);
void proposal_view_write_lacks(struct json *json, const struct proposal_lack *lacks, size_t count);
void proposal_view_write_open(struct json *json, const struct change_item *items, size_t count);
