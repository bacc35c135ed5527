// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_line.h"

#include "server/courses/enrolment.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/labs/lab_words.h"

enum err lab_check_student(const struct act *act, const struct course_view *course, int64_t person) {
  if (course_lab_track(course->file) == NULL)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course has no labs.");
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && (!enrolment.is_active || enrolment.role != ROLE_STUDENT)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person is not a student of the course.");
  if (err == ERR_OK && course_bars_auditor(course, enrolment.credit, enrolment.is_audit_approved))
    return problem_raise(
        act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
        "Auditing needs the instructor's approval before a lab seat can be taken. Ask the instructor, then try again.");
  return err;
}

enum err lab_line_end(const struct act *act, const struct course_view *course, const struct queue_entry *entry,
                      enum queue_state state) {
  enum err err = lab_store_end(act, entry->id, state);
  if (err != ERR_OK || entry->state != QUEUE_OFFERED)
    return err;
  return agenda_clear(act->db, AGENDA_OFFER_EXPIRES, course->id, entry->id);
}

enum err lab_line_offer(const struct act *act, const struct course_view *course) {
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
        (err = lab_audit(act, course, "lab seat offered", first.person)) != ERR_OK ||
        (err = lab_tell_offer(act, course, first.person, expires_at)) != ERR_OK)
      return err;
  }
  return ERR_OK;
}

enum err lab_audit(const struct act *act, const struct course_view *course, const char *kind, int64_t person) {
  return audit_write(act, course->id, kind, arena_format(act->arena, "person %lld", (long long)person), NULL, NULL);
}

enum err lab_line_park(const struct act *act, const struct course_view *course, int64_t person) {
  struct queue_entry latest;
  enum err err = lab_store_latest(act->db, course->id, person, &latest);
  if (err != ERR_OK || (latest.state != QUEUE_WAITING && latest.state != QUEUE_OFFERED))
    return err;
  if (latest.state == QUEUE_OFFERED)
    err = agenda_clear(act->db, AGENDA_OFFER_EXPIRES, course->id, latest.id);
  return err == ERR_OK ? lab_store_park(act, latest.id) : err;
}

enum err lab_line_return(const struct act *act, const struct course_view *course, int64_t person) {
  const struct track *lab = course_lab_track(course->file);
  struct queue_entry latest;
  enum err err = lab_store_latest(act->db, course->id, person, &latest);
  if (err != ERR_OK || latest.parked_at == 0 || act->now > latest.parked_at + HOLD_SECONDS)
    return err;
  bool is_over = lab->decide_by != 0 && act->now > lab->decide_by;
  if ((err = lab_store_return(act, latest.id, is_over ? QUEUE_ENDED : QUEUE_WAITING)) != ERR_OK ||
      (err = lab_audit(act, course, is_over ? "place in line ended" : "place in line taken up again", person)) !=
          ERR_OK)
    return err;
  return is_over ? lab_tell_list_ended(act, course, person) : ERR_OK;
}
