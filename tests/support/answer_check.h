// SPDX-License-Identifier: AGPL-3.0-or-later
// Holds an answer against what its row promises: the status, every field of the answer's table with its type, that
// nothing else is there, and that who asked may see it; a refusal against the problem document. app_fixture does so
// with every answer of the suite.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "common/base/arena.h"
#include "server/courses/enrolment.h"
#include "server/http/request.h"

// Who asked, as they are once the request is done.
struct answer_reader {
  bool is_operator;
  int64_t person; // 0: nobody
  enum role role; // in the course of the path
  int64_t team;   // that they are an active member of; 0: none
};

struct answered {
  const struct route *route; // with path and parameters filled by router_match; NULL: no row was found
  const struct param *params;
  size_t param_count;
  int status;
  const char *content_type; // NULL: no body
  const json_t *body;       // NULL: none, or no JSON
};

// NULL when all is as promised; else what is not, with the path in the JSON ("members[0].email"). Lives in the arena.
const char *answer_fault(struct arena *arena, const struct answered *answered, const struct answer_reader *reader);
