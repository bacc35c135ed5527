// SPDX-License-Identifier: AGPL-3.0-or-later
// How check-ins are told of and audited. No message and no audit row holds what is between a writer and staff, or
// staff's notes and risk. Decides nothing.
#pragma once

#include "server/milestones/check_in.h"

// An audit row about the holder: which milestone and version (0: none).
CHECKED enum err check_in_audit(const struct act *act, const struct course_view *course,
                                const struct milestone *milestone, const char *kind, const struct holder *holder,
                                int64_t version);
CHECKED enum err check_in_audit_result(const struct act *act, const struct course_view *course,
                                       const struct milestone *milestone, int64_t person, enum check_in_state was,
                                       enum check_in_state is);
CHECKED enum err check_in_tell_result(const struct act *act, const struct course_view *course,
                                      const struct milestone *milestone, int64_t person, enum check_in_state state);
// The team, and the mentor unless that is the actor.
CHECKED enum err check_in_tell_mentor(const struct act *act, const struct course_view *course, int64_t team,
                                      int64_t mentor);
