// SPDX-License-Identifier: AGPL-3.0-or-later
// A rehearsed term as text: a table for people, JSON for programs, an iCalendar for calendar programs.
#pragma once

#include "common/base/json.h"
#include "common/course/rehearsal.h"

struct rehearsed {
  const struct course *course;
  struct calendar *calendar;
  struct rehearsal term;
};

void rehearse_table(struct text *out, const struct rehearsed *rehearsed);
void rehearse_json(struct json *out, const struct rehearsed *rehearsed);
const char *rehearse_ics(struct arena *arena, const struct rehearsed *rehearsed);
