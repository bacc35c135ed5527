// SPDX-License-Identifier: AGPL-3.0-or-later
// How submissions are told of and audited: messages to those whose work it is, rows of the audit, and the address of a
// version. No message says more than what the whole team shares: nothing of anybody's own extension. Decides nothing.
#pragma once

#include "server/milestones/submission.h"

// "/courses/cs8803/milestones/report/submissions/12".
const char *submission_link(const struct act *act, const struct course_view *course,
                            const struct submission *submission);
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
// The actor's name as everybody sees it, or "The operator".
CHECKED enum err submission_actor_words(const struct act *act, const char **out);
