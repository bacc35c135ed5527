// SPDX-License-Identifier: AGPL-3.0-or-later
// What staff do about lab seats: beyond the order of the line and the window, never beyond the capacity.
#include "server/courses/placement.h"
#include "server/courses/repair_log.h"
#include "server/labs/lab.h"
#include "server/labs/lab_line.h"
#include "server/labs/lab_words.h"
#include "server/teams/repair.h"
#include "server/teams/repair_moves.h"

static enum err take_out_of_line(const struct act *act, const struct course_view *course,
                                 const struct queue_entry *entry, const char *reason);

enum err lab_seat(const struct act *act, const struct services *services, const struct course_view *course,
                  int64_t person, const struct lab_staff_act *how) {
  struct placement placement;
  const char *words = NULL;
  enum err err = lab_check_student(act, course, person);
  if (err != ERR_OK || (err = placement_of(act->db, course->id, person, &placement)) != ERR_OK)
    return err;
  if (placement.team == 0 || how->leave_team)
    return repair_seat(act, services, course, person, how->reason);
  if ((err = team_leave_words(act, course, person, &words)) != ERR_OK)
    return err;
  return problem_raise(act->problem, PROBLEM_IN_TEAM,
                       "%s Send \"leave_team\": true to take them out of the team and seat them.", words);
}

enum err lab_unseat(const struct act *act, const struct services *services, const struct course_view *course,
                    int64_t person, const char *reason) {
  struct placement placement;
  struct queue_entry latest;
  enum err err = repair_check_reason(act, reason);
  if (err != ERR_OK || (err = placement_of(act->db, course->id, person, &placement)) != ERR_OK)
    return err;
  if (placement.id != 0 && placement.team == 0)
    return repair_unseat(act, services, course, person, reason);
  if ((err = lab_store_latest(act->db, course->id, person, &latest)) != ERR_OK)
    return err;
  if (latest.state != QUEUE_WAITING && latest.state != QUEUE_OFFERED)
    return problem_raise(act->problem, PROBLEM_NOT_SEATED,
                         "This person has no lab seat, holds no offer and is not waiting for one.");
  return take_out_of_line(act, course, &latest, reason);
}

enum err lab_seats_moved(const struct act *act, const struct course_view *course, const int64_t *seated, size_t count) {
  struct queue_entry latest;
  struct lab_counts counts;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if ((err = lab_check_student(act, course, seated[i])) != ERR_OK ||
        (err = lab_store_latest(act->db, course->id, seated[i], &latest)) != ERR_OK)
      return err;
    if (latest.state == QUEUE_WAITING || latest.state == QUEUE_OFFERED)
      err = lab_line_end(act, course, &latest, QUEUE_SEATED);
  }
  if (err != ERR_OK || course_lab_track(course->file) == NULL ||
      (err = lab_store_counts(act->db, course->id, &counts)) != ERR_OK)
    return err;
  int capacity = course_lab_track(course->file)->capacity;
  if (count > 0 && counts.seated + counts.offers > capacity)
    return problem_raise(act->problem, PROBLEM_LAB_FULL,
                         "All %d seats are taken: %lld seated, %lld offered. Free a seat, or wait until an offer ends.",
                         capacity, (long long)(counts.seated - (int64_t)count), (long long)counts.offers);
  return lab_line_offer(act, course);
}

static enum err take_out_of_line(const struct act *act, const struct course_view *course,
                                 const struct queue_entry *entry, const char *reason) {
  static const char *const kind = "taken out of the line";
  struct repair_entry log = {.kind = kind, .reason = reason, .person = entry->person};
  const char *lost = entry->state == QUEUE_OFFERED ? "the offer of a lab seat" : "your place in the line for the labs";
  int64_t repair = 0;
  enum err err = lab_line_end(act, course, entry, QUEUE_WITHDRAWN);
  if (err != ERR_OK || (err = repair_log_put(act, course->id, &log, &repair)) != ERR_OK ||
      (err = lab_audit(act, course, kind, entry->person)) != ERR_OK ||
      (err = lab_tell_taken_out(act, course, entry->person, lost, reason)) != ERR_OK)
    return err;
  return lab_line_offer(act, course);
}
