// SPDX-License-Identifier: AGPL-3.0-or-later
// The JSON of what moved dates do, for a milestone's own row and for a whole course file's, with the tables of its
// fields: "before" and "after"; "holders", "costs", "missing" and "people".
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/milestones/date_move.h"

extern const struct answer date_stated_answer, date_holder_answer, date_cost_answer, date_open_answer,
    date_person_answer;

void date_plan_write_dates(struct json *json, const char *name, const struct milestone *milestone);
void date_plan_write_effects(const struct act *act, struct json *json, const struct date_plan *plan);
