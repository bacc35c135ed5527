// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether what somebody hands in is what the course file asks for: one of several ways, each of files, links, texts, or
// a booked slot. Pure: knows no store and no instant.
#pragma once

#include "server/courses/file.h"
#include "server/milestones/submission.h"

struct submission_parts {
  const struct submission_content *content;
  const struct file *files; // of content->files, in its order
  bool has_slot;            // the holder has a booked slot of the milestone
};

// Each part that no way takes, and what the nearest way still lacks: the one with the fewest lacks, of these the one
// of which most is there, of these the first. None: it can be handed in. The statement counts as given when it says
// something, be it "none".
void submission_lacks(struct arena *arena, const struct course *course, const struct milestone *milestone,
                      const struct submission_parts *parts, const struct submission_lack **out, size_t *count);
// The ways in words: "a file (pdf) and the statement on the use of generative AI; or …".
const char *submission_ways_words(struct arena *arena, const struct milestone *milestone);
