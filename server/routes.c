// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/routes.h"

#include "server/accounts/accounts_routes.h"
#include "server/backup_routes.h"
#include "server/course_export_routes.h"
#include "server/courses/course_state_routes.h"
#include "server/courses/courses_routes.h"
#include "server/courses/file_routes.h"
#include "server/courses/import_routes.h"
#include "server/courses/mail_routes.h"
#include "server/courses/petition_routes.h"
#include "server/courses/privacy_routes.h"
#include "server/courses/roster_routes.h"
#include "server/courses/search_routes.h"
#include "server/courses/task_routes.h"
#include "server/courses/webhook_routes.h"
#include "server/courses/welcome_routes.h"
#include "server/event_routes.h"
#include "server/http/system_routes.h"
#include "server/labs/labs_routes.h"
#include "server/milestones/check_in_routes.h"
#include "server/milestones/date_move_routes.h"
#include "server/milestones/extension_routes.h"
#include "server/milestones/milestone_routes.h"
#include "server/milestones/outage_routes.h"
#include "server/milestones/penalty_routes.h"
#include "server/milestones/slot_routes.h"
#include "server/milestones/submission_routes.h"
#include "server/milestones/syllabus_routes.h"
#include "server/proposals/comment_routes.h"
#include "server/proposals/decision_routes.h"
#include "server/proposals/proposal_routes.h"
#include "server/proposals/review_routes.h"
#include "server/proposals/score_routes.h"
#include "server/proposals/similarity_routes.h"
#include "server/reminders/announcement_routes.h"
#include "server/reminders/calendar_routes.h"
#include "server/reminders/reminder_routes.h"
#include "server/teams/export_routes.h"
#include "server/teams/repair_routes.h"
#include "server/teams/teams_routes.h"

const struct route_table *const route_tables[] = {
    &system_routes,    &accounts_routes, &courses_routes,    &course_state_routes, &course_export_routes,
    &roster_routes,    &import_routes,   &welcome_routes,    &teams_routes,        &labs_routes,
    &privacy_routes,   &export_routes,   &backup_routes,     &file_routes,         &repair_routes,
    &petition_routes,  &task_routes,     &search_routes,     &milestone_routes,    &extension_routes,
    &penalty_routes,   &outage_routes,   &submission_routes, &proposal_routes,     &score_routes,
    &decision_routes,  &comment_routes,  &review_routes,     &slot_routes,         &check_in_routes,
    &date_move_routes, &syllabus_routes, &similarity_routes, &event_routes,        &reminder_routes,
    &webhook_routes,   &mail_routes,     &calendar_routes,   &announcement_routes,
};
const size_t route_table_count = sizeof route_tables / sizeof route_tables[0];
