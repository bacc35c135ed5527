// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_archive.h"

#include "server/labs/lab.h"
#include "server/proposals/decision.h"
#include "server/reminders/announcement.h"
#include "server/teams/team.h"

enum err course_archived(const struct act *act, const struct course_view *course) {
  enum err err = invitation_end_all(act, course->id);
  if (err == ERR_OK)
    err = lab_end_line(act, course->id);
  if (err == ERR_OK)
    err = decision_tell_all(act, course);
  return err != ERR_OK ? err : announcement_end_all(act, course->id);
}
