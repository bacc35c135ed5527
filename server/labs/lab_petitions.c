// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_petitions.h"

#include "server/labs/lab.h"
#include "server/labs/lab_store.h"
#include "server/teams/team.h"

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish);
static enum err check_not_by_themselves(const struct act *act, const struct course_view *course);
static enum err seat(const struct act *act, const struct services *services, const struct course_view *course,
                     const struct petition *petition, const char *answer);

const struct petition_kind lab_seat_petition = {
    .name = "lab seat",
    .summary = "The asker gets a lab seat, whatever the line and the window, if one is free; a team that they are in "
               "they leave.",
    .may_ask = may_ask,
    .grant = seat,
};

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish) {
  (void)wish;
  const struct track *lab = course_lab_track(course->file);
  if (lab == NULL)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course has no labs.");
  if (course->is_seated)
    return problem_raise(act->problem, PROBLEM_IN_LAB, "You have a lab seat already. There is nothing to ask for.");
  if (course_bars_auditor(course, course->credit, course->is_audit_approved))
    return problem_raise(
        act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
        "Auditing needs the instructor's approval before you get a lab seat. First ask for \"audit\".");
  if (lab->opens != 0 && act->now < lab->opens)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN, "Lab seats open on %s.",
                         course_instant_words(course, act->arena, lab->opens));
  return lab->decide_by != 0 && act->now > lab->decide_by ? ERR_OK : check_not_by_themselves(act, course);
}

// While seats can be asked for, staff are for those whom the rules keep from it: who waits, whose offer has lapsed, who
// is in a registered team.
static enum err check_not_by_themselves(const struct act *act, const struct course_view *course) {
  struct queue_entry latest;
  enum err err = lab_store_latest(act->db, course->id, act->actor, &latest);
  if (err != ERR_OK || latest.state == QUEUE_WAITING || latest.state == QUEUE_EXPIRED)
    return err;
  if (course->team != 0) {
    struct team team;
    if ((err = team_get(act, course->id, course->team, &team)) != ERR_OK || team.state == TEAM_REGISTERED)
      return err;
  }
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "You can take a seat, or wait in line, by yourself: PUT /courses/%s/labs/seat. Ask the staff if "
                       "that does not get you one.",
                       course->slug);
}

static enum err seat(const struct act *act, const struct services *services, const struct course_view *course,
                     const struct petition *petition, const char *answer) {
  return lab_seat(act, services, course, petition->person,
                  &(struct lab_staff_act){.leave_team = true, .reason = answer});
}
