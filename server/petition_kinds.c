// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/petition_kinds.h"

#include "server/courses/audit_petition.h"
#include "server/labs/lab_petitions.h"
#include "server/milestones/extension_petitions.h"
#include "server/teams/team_petitions.h"

static const struct petition_kind *const rows[] = {
    &team_size_petition, &coverage_petition, &late_join_petition, &leave_petition,
    &swap_petition,      &lab_seat_petition, &audit_petition,     &extension_petition,
};

const struct petition_kinds petition_kind_table = {rows, sizeof rows / sizeof rows[0]};
