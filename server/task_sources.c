// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/task_sources.h"

#include "server/courses/course_tasks.h"
#include "server/courses/mail_tasks.h"
#include "server/labs/lab_tasks.h"
#include "server/milestones/check_in_tasks.h"
#include "server/milestones/milestone_tasks.h"
#include "server/proposals/proposal_tasks.h"
#include "server/proposals/review_tasks.h"
#include "server/teams/team_tasks.h"

static task_source *const rows[] = {
    team_tasks_card,      team_tasks_own,        team_tasks_invitations,  lab_tasks_offer,      course_tasks_place,
    course_tasks_consent, course_tasks_requests, course_tasks_people,     team_tasks_levels,    team_tasks_teams,
    lab_tasks_seats,      milestone_tasks_own,   milestone_tasks_outages, proposal_tasks_own,   review_tasks_staff,
    review_tasks_team,    check_in_tasks_own,    check_in_tasks_held,     check_in_tasks_offer, mail_tasks_failed,
};

const struct task_sources task_source_table = {rows, sizeof rows / sizeof rows[0]};
