// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab.h"

#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/labs/lab_line.h"
#include "server/labs/lab_store.h"
#include "server/labs/lab_words.h"
#include "server/teams/team.h"

static enum err check_window(const struct act *act, const struct course_view *course, const struct queue_entry *latest);
static enum err has_room(const struct act *act, const struct course_view *course, bool for_offer_holder, bool *out);
static enum err take_seat(const struct act *act, const struct course_view *course, int64_t person, bool leave_team,
                          const struct queue_entry *latest);
static enum err leave_for_seat(const struct act *act, const struct course_view *course, int64_t person,
                               bool leave_team);
static enum err wait_in_line(const struct act *act, const struct course_view *course, int64_t person);
static enum err free_seat(const struct act *act, const struct course_view *course, int64_t person, const char *kind);

enum err lab_ask(const struct act *act, const struct course_view *course, int64_t person, bool leave_team) {
  struct placement placement;
  struct queue_entry latest;
  enum err err = lab_check_student(act, course, person);
  if (err != ERR_OK || (err = placement_of(act->db, course->id, person, &placement)) != ERR_OK ||
      (err = lab_store_latest(act->db, course->id, person, &latest)) != ERR_OK)
    return err;
  bool is_seated = placement.id != 0 && placement.team == 0;
  if (is_seated || latest.state == QUEUE_WAITING)
    return ERR_OK;
  if ((err = check_window(act, course, &latest)) != ERR_OK)
    return err;
  bool is_free = false;
  if ((err = has_room(act, course, latest.state == QUEUE_OFFERED, &is_free)) != ERR_OK)
    return err;
  return is_free ? take_seat(act, course, person, leave_team, &latest) : wait_in_line(act, course, person);
}

enum err lab_withdraw(const struct act *act, const struct course_view *course, int64_t person) {
  struct placement placement;
  struct queue_entry latest;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK || (err = lab_store_latest(act->db, course->id, person, &latest)) != ERR_OK)
    return err;
  if (placement.id != 0 && placement.team == 0) {
    if ((err = free_seat(act, course, person, "lab seat given up")) != ERR_OK)
      return err;
    return lab_line_offer(act, course);
  }
  if (latest.state != QUEUE_WAITING && latest.state != QUEUE_OFFERED && latest.state != QUEUE_EXPIRED)
    return problem_raise(act->problem, PROBLEM_NOT_SEATED,
                         "You have no lab seat, hold no offer and are not waiting for one.");
  if ((err = lab_line_end(act, course, &latest, QUEUE_WITHDRAWN)) != ERR_OK ||
      (err = lab_audit(act, course, "lab request withdrawn", person)) != ERR_OK)
    return err;
  return lab_line_offer(act, course);
}

enum err lab_departed(const struct act *act, const struct course_view *course, int64_t person, bool is_hold_over) {
  struct placement placement;
  struct enrolment enrolment;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK || (err = enrolment_get(act, course->id, person, &enrolment)) != ERR_OK)
    return err;
  // Also for somebody without a team: their open invitations end with the hold.
  if ((err = team_departed(act, course, person, is_hold_over)) != ERR_OK || course_lab_track(course->file) == NULL)
    return err;
  bool is_back = enrolment.is_active && enrolment.role == ROLE_STUDENT;
  err = is_back ? lab_line_return(act, course, person) : lab_line_park(act, course, person);
  if (err != ERR_OK)
    return err;
  if (!enrolment.is_active && is_hold_over && placement.id != 0 && placement.team == 0 &&
      (err = free_seat(act, course, person, "lab seat freed after a drop")) != ERR_OK)
    return err;
  return lab_line_offer(act, course);
}

enum err lab_end_line(const struct act *act, int64_t course) { return lab_store_end_all(act, course); }

enum err lab_offer_expire(const struct act *act, const struct course_view *course, int64_t queue_entry) {
  struct queue_entry entry;
  enum err err = lab_store_entry(act->db, course->id, queue_entry, &entry);
  if (err != ERR_OK || entry.state != QUEUE_OFFERED)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  if ((err = lab_line_end(act, course, &entry, QUEUE_EXPIRED)) != ERR_OK ||
      (err = lab_audit(act, course, "lab offer expired", entry.person)) != ERR_OK ||
      (err = lab_tell_expired(act, course, entry.person)) != ERR_OK)
    return err;
  return lab_line_offer(act, course);
}

enum err lab_decide(const struct act *act, const struct course_view *course) {
  struct queue_entry *list = NULL;
  size_t count = 0;
  enum err err = lab_store_list(act->db, act->arena, course->id, QUEUE_WAITING, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if ((err = lab_store_end(act, list[i].id, QUEUE_ENDED)) == ERR_OK)
      err = lab_tell_list_ended(act, course, list[i].person);
  }
  if (err != ERR_OK)
    return err;
  return audit_write(act, course->id, "lab list ended", "labs", NULL,
                     arena_format(act->arena, "{\"waiting\":%zu}", count));
}

static enum err check_window(const struct act *act, const struct course_view *course,
                             const struct queue_entry *latest) {
  const struct track *lab = course_lab_track(course->file);
  if (latest->state == QUEUE_EXPIRED)
    return problem_raise(
        act->problem, PROBLEM_OFFER_EXPIRED,
        "Your offer ended on %s and the seat went on. To wait again, at the end of the line, first take your request "
        "back (DELETE), then ask anew.",
        course_instant_words(course, act->arena, latest->offer_expires_at));
  if (lab->opens != 0 && act->now < lab->opens)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN, "Lab seats open on %s.",
                         course_instant_words(course, act->arena, lab->opens));
  // An open offer keeps its time beyond decide-by (rules.md, Lab seats).
  if (latest->state != QUEUE_OFFERED && lab->decide_by != 0 && act->now > lab->decide_by)
    return problem_raise(
        act->problem, PROBLEM_DEADLINE_PASSED,
        "Lab seats were to be asked for by %s. From now on only the staff seat somebody: write to them.",
        course_instant_words(course, act->arena, lab->decide_by));
  return ERR_OK;
}

static enum err has_room(const struct act *act, const struct course_view *course, bool for_offer_holder, bool *out) {
  struct lab_counts counts;
  enum err err = lab_store_counts(act->db, course->id, &counts);
  if (err == ERR_OK)
    *out = for_offer_holder ||
           (counts.waiting == 0 && counts.seated + counts.offers < course_lab_track(course->file)->capacity);
  return err;
}

static enum err take_seat(const struct act *act, const struct course_view *course, int64_t person, bool leave_team,
                          const struct queue_entry *latest) {
  enum err err = leave_for_seat(act, course, person, leave_team);
  if (err != ERR_OK)
    return err;
  if ((latest->state == QUEUE_OFFERED || latest->state == QUEUE_WAITING) &&
      (err = lab_line_end(act, course, latest, QUEUE_SEATED)) != ERR_OK)
    return err;
  if ((err = placement_open(act, course->id, person, 0)) != ERR_OK ||
      (err = invitation_decline_others(act, course, person)) != ERR_OK)
    return err;
  return lab_audit(act, course, "lab seat taken", person);
}

static enum err leave_for_seat(const struct act *act, const struct course_view *course, int64_t person,
                               bool leave_team) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK || placement.team == 0)
    return err;
  if (leave_team)
    return team_leave(act, course, person);
  const char *words = NULL;
  if ((err = team_leave_words(act, course, person, &words)) != ERR_OK)
    return err;
  struct team team;
  if ((err = team_get(act, course->id, placement.team, &team)) != ERR_OK)
    return err;
  // Out of a registered team only the staff let somebody go (rules.md, Teams); the words say so already.
  bool may_leave = team.state != TEAM_REGISTERED;
  return problem_raise(act->problem, PROBLEM_IN_TEAM, "%s%s", words,
                       may_leave ? " Send \"leave_team\": true to leave the team and take the seat." : "");
}

static enum err wait_in_line(const struct act *act, const struct course_view *course, int64_t person) {
  int64_t id = 0;
  enum err err = lab_store_wait(act, course->id, person, &id);
  return err != ERR_OK ? err : lab_audit(act, course, "lab seat asked for", person);
}

static enum err free_seat(const struct act *act, const struct course_view *course, int64_t person, const char *kind) {
  enum err err = placement_close(act, course->id, person);
  return err != ERR_OK ? err : lab_audit(act, course, kind, person);
}
