// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab.h"

#include "common/base/json.h"
#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/labs/lab_store.h"
#include "server/labs/lab_words.h"
#include "server/teams/team.h"

static enum err check_student(const struct act *act, const struct course_view *course, int64_t person);
static enum err check_window(const struct act *act, const struct course_view *course, const struct queue_entry *latest);
static enum err has_room(const struct act *act, const struct course_view *course, bool for_offer_holder, bool *out);
static enum err take_seat(const struct act *act, const struct course_view *course, int64_t person, bool leave_team,
                          const struct queue_entry *latest);
static enum err leave_for_seat(const struct act *act, const struct course_view *course, int64_t person,
                               bool leave_team);
static enum err wait_in_line(const struct act *act, const struct course_view *course, int64_t person);
static enum err end_entry(const struct act *act, const struct course_view *course, const struct queue_entry *entry,
                          enum queue_state state);
static enum err offer_free_seats(const struct act *act, const struct course_view *course);
static enum err free_seat(const struct act *act, const struct course_view *course, int64_t person, const char *kind);
static enum err audit_person(const struct act *act, const struct course_view *course, const char *kind, int64_t person);

enum err lab_ask(const struct act *act, const struct course_view *course, int64_t person, bool leave_team) {
  struct placement placement;
  struct queue_entry latest;
  enum err err = check_student(act, course, person);
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

enum err lab_seat(const struct act *act, const struct course_view *course, int64_t person, bool leave_team) {
  struct queue_entry latest;
  struct lab_counts counts;
  struct placement placement;
  enum err err = check_student(act, course, person);
  if (err != ERR_OK || (err = lab_store_latest(act->db, course->id, person, &latest)) != ERR_OK ||
      (err = lab_store_counts(act->db, course->id, &counts)) != ERR_OK ||
      (err = placement_of(act->db, course->id, person, &placement)) != ERR_OK)
    return err;
  if (placement.id != 0 && placement.team == 0)
    return ERR_OK;
  int64_t taken = counts.seated + counts.offers - (latest.state == QUEUE_OFFERED);
  int capacity = course_lab_track(course->file)->capacity;
  if (taken >= capacity)
    return problem_raise(act->problem, PROBLEM_LAB_FULL,
                         "All %d seats are taken: %lld seated, %lld offered. Free a seat, or wait until an offer ends.",
                         capacity, (long long)counts.seated, (long long)counts.offers);
  return take_seat(act, course, person, leave_team, &latest);
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
    return offer_free_seats(act, course);
  }
  if (latest.state != QUEUE_WAITING && latest.state != QUEUE_OFFERED && latest.state != QUEUE_EXPIRED)
    return problem_raise(act->problem, PROBLEM_NOT_SEATED,
                         "You have no lab seat, hold no offer and are not waiting for one.");
  if ((err = end_entry(act, course, &latest, QUEUE_WITHDRAWN)) != ERR_OK ||
      (err = audit_person(act, course, "lab request withdrawn", person)) != ERR_OK)
    return err;
  return offer_free_seats(act, course);
}

enum err lab_departed(const struct act *act, const struct course_view *course, int64_t person, bool is_hold_over) {
  struct placement placement;
  struct queue_entry latest;
  struct enrolment enrolment;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK || (err = enrolment_get(act, course->id, person, &enrolment)) != ERR_OK)
    return err;
  // Also for somebody without a team: their open invitations and "looking for a team" end.
  if ((err = team_departed(act, course, person, is_hold_over)) != ERR_OK)
    return err;
  if (enrolment.is_active || course_lab_track(course->file) == NULL)
    return ERR_OK;
  if ((err = lab_store_latest(act->db, course->id, person, &latest)) != ERR_OK)
    return err;
  bool is_in_line = latest.state == QUEUE_WAITING || latest.state == QUEUE_OFFERED;
  if (is_in_line && (err = end_entry(act, course, &latest, QUEUE_WITHDRAWN)) != ERR_OK)
    return err;
  if (is_hold_over && placement.id != 0 && placement.team == 0 &&
      (err = free_seat(act, course, person, "lab seat freed after a drop")) != ERR_OK)
    return err;
  return offer_free_seats(act, course);
}

enum err lab_offer_expire(const struct act *act, const struct course_view *course, int64_t queue_entry) {
  struct queue_entry entry;
  enum err err = lab_store_entry(act->db, course->id, queue_entry, &entry);
  if (err != ERR_OK || entry.state != QUEUE_OFFERED)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  if ((err = end_entry(act, course, &entry, QUEUE_EXPIRED)) != ERR_OK ||
      (err = audit_person(act, course, "lab offer expired", entry.person)) != ERR_OK ||
      (err = lab_tell_expired(act, course, entry.person)) != ERR_OK)
    return err;
  return offer_free_seats(act, course);
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

static enum err check_student(const struct act *act, const struct course_view *course, int64_t person) {
  if (course_lab_track(course->file) == NULL)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course has no labs.");
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && (!enrolment.is_active || enrolment.role != ROLE_STUDENT)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person is not a student of the course.");
  if (err == ERR_OK && enrolment.credit == CREDIT_AUDIT && !enrolment.is_audit_approved)
    return problem_raise(
        act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
        "Auditing needs the instructor's approval before you take a lab seat. Ask the instructor, then try again.");
  return err;
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
      (err = end_entry(act, course, latest, QUEUE_SEATED)) != ERR_OK)
    return err;
  if ((err = placement_open(act, course->id, person, 0)) != ERR_OK ||
      (err = invitation_decline_others(act, course, person)) != ERR_OK ||
      (err = audit_person(act, course, "lab seat taken", person)) != ERR_OK)
    return err;
  return act->actor == person ? ERR_OK : lab_tell_seated(act, course, person);
}

static enum err leave_for_seat(const struct act *act, const struct course_view *course, int64_t person,
                               bool leave_team) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK || placement.team == 0)
    return err;
  bool by_staff = act->actor != person;
  if (leave_team)
    return team_leave(act, course, person, by_staff);
  const char *words = NULL;
  if ((err = team_leave_words(act, course, person, &words)) != ERR_OK)
    return err;
  struct team team;
  if ((err = team_get(act, course->id, placement.team, &team)) != ERR_OK)
    return err;
  // Out of a registered team only the staff let somebody go (rules.md, Teams); the words say so already.
  bool may_leave = by_staff || team.state != TEAM_REGISTERED;
  return problem_raise(act->problem, PROBLEM_IN_TEAM, "%s%s", words,
                       may_leave ? " Send \"leave_team\": true to leave the team and take the seat." : "");
}

static enum err wait_in_line(const struct act *act, const struct course_view *course, int64_t person) {
  int64_t id = 0;
  enum err err = lab_store_wait(act, course->id, person, &id);
  return err != ERR_OK ? err : audit_person(act, course, "lab seat asked for", person);
}

static enum err end_entry(const struct act *act, const struct course_view *course, const struct queue_entry *entry,
                          enum queue_state state) {
  enum err err = lab_store_end(act, entry->id, state);
  if (err != ERR_OK || entry->state != QUEUE_OFFERED)
    return err;
  return agenda_clear(act->db, AGENDA_OFFER_EXPIRES, course->id, entry->id);
}

// While seats are free and somebody waits, up to decide-by.
static enum err offer_free_seats(const struct act *act, const struct course_view *course) {
  const struct track *lab = course_lab_track(course->file);
  struct lab_counts counts;
  enum err err = lab_store_counts(act->db, course->id, &counts);
  if (err != ERR_OK || (lab->decide_by != 0 && act->now > lab->decide_by))
    return err;
  for (; counts.waiting > 0 && counts.seated + counts.offers < lab->capacity; counts.waiting--, counts.offers++) {
    struct queue_entry first;
    int64_t expires_at = course_add(course, act->now, lab->offer_expires);
    if ((err = lab_store_first(act->db, course->id, &first)) != ERR_OK ||
        (err = lab_store_offer(act, first.id, expires_at)) != ERR_OK ||
        (err = agenda_set(act->db, AGENDA_OFFER_EXPIRES, course->id, first.id, expires_at)) != ERR_OK ||
        (err = audit_person(act, course, "lab seat offered", first.person)) != ERR_OK ||
        (err = lab_tell_offer(act, course, first.person, expires_at)) != ERR_OK)
      return err;
  }
  return ERR_OK;
}

static enum err free_seat(const struct act *act, const struct course_view *course, int64_t person, const char *kind) {
  enum err err = placement_close(act, course->id, person);
  return err != ERR_OK ? err : audit_person(act, course, kind, person);
}

static enum err audit_person(const struct act *act, const struct course_view *course, const char *kind,
                             int64_t person) {
  return audit_write(act, course->id, kind, arena_format(act->arena, "person %lld", (long long)person), NULL, NULL);
}
