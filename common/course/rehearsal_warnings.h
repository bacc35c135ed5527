// SPDX-License-Identifier: AGPL-3.0-or-later
// What of a rehearsed term looks unwise, each with a stable code and what to do. Pure; rehearsal.h calls it.
#pragma once

#include "common/course/rehearsal.h"

// Fills the warnings of a rehearsal whose lines stand.
void rehearsal_judge(struct arena *arena, struct calendar *calendar, const struct course *course,
                     struct rehearsal *rehearsal);
// Every code that there is, with its advice, ended by a NULL code: for the documentation's test.
struct rehearsal_code {
  const char *code, *advice;
};
const struct rehearsal_code *rehearsal_codes(void);
