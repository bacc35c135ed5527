// SPDX-License-Identifier: AGPL-3.0-or-later
// What is handed in as its readers see it: the team, or the student alone, and staff. Says what all of a team may know:
// in time or late by the terms that they share, never what it costs somebody.
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/milestones/submission.h"

extern const struct answer submission_answer;

// Whether the caller may read it: a member of the team today, the student whose own it is, staff.
bool submission_is_readable(const struct act *act, const struct course_view *course,
                            const struct submission *submission);
// Objects in the open array, in two queries: a page of one milestone by id, either one holder's or only what counts.
CHECKED enum err submission_write_list(const struct act *act, const struct submission *list, size_t count,
                                       struct json *json);
// Into the open object.
CHECKED enum err submission_write(const struct act *act, const struct submission *submission, struct json *json);
