// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the texts that are compared: what a course's teams and students have handed in, and what was handed in to
// courses made before it, of which the reader is staff too (rules.md, Who sees what). Reads only.
#pragma once

#include "server/db/act.h"
#include "server/proposals/similarity_report.h"

enum { SIMILARITY_KIND_BYTES_MAX = 8 * 1024 * 1024 }; // of proposals, and of other work

struct similarity_texts {
  struct similarity_text *items; // the course's own first, then the newest earlier course
  size_t count;
  bool is_cut; // there are more bytes than are read
};

// Of every team the last version of its proposal that was submitted; of everything else the version that counts. The
// reader is act->actor, or the operator, who is staff everywhere.
CHECKED enum err similarity_store_texts(const struct act *act, int64_t course, bool is_operator,
                                        struct similarity_texts *out);
