// SPDX-License-Identifier: AGPL-3.0-or-later
// How submissions are told of and audited: messages to those whose work it is, and rows of the audit. No message says
// more than what the whole team shares: nothing of anybody's own extension. Decides nothing.
#pragma once

#include "server/milestones/submission.h"

struct submission_notice {
  const char *kind;    // "work handed in", …: the message's and the audit's
  const char *subject; // begins a sentence that the milestone's title ends: "Version 2 was handed in"
  const char *words;
};
// All people whose work it is now, but for the actor.
CHECKED enum err submission_tell(const struct act *act, const struct course_view *course,
                                 const struct submission *submission, const struct submission_notice *notice);
// An audit row of this kind about the version, with its facts and no text of it.
CHECKED enum err submission_audit(const struct act *act, const struct course_view *course,
                                  const struct submission *submission, const char *kind);
