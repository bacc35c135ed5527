// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_tasks.h"

#include "server/labs/lab_store.h"
#include "server/labs/lab_task_store.h"

enum err lab_tasks_offer(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || course_lab_track(course->file) == NULL)
    return ERR_OK;
  struct queue_entry latest;
  enum err err = lab_store_latest(act->db, course->id, act->actor, &latest);
  if (err != ERR_OK || latest.state != QUEUE_OFFERED)
    return err;
  task_add(list, &(struct task){.kind = "take the lab seat",
                                .subject = latest.id,
                                .title = "Take the lab seat that is offered to you",
                                .words = "After that it goes to the next in line. If you do not want it, withdraw.",
                                .due = latest.offer_expires_at,
                                .link = arena_format(act->arena, "/courses/%s/labs", course->slug)});
  return ERR_OK;
}

// At decide-by the list ends and nothing is offered by itself any more: who waited is now the staff's to seat.
enum err lab_tasks_seats(const struct act *act, const struct course_view *course, struct task_list *list) {
  const struct track *lab = course_lab_track(course->file);
  if (!course_is_staff(course) || lab == NULL || lab->decide_by == 0 || act->now <= lab->decide_by ||
      act->now > course->file->ends_at)
    return ERR_OK;
  struct lab_counts counts;
  enum err err = lab_store_counts(act->db, course->id, &counts);
  int64_t left = lab->capacity - counts.seated - counts.offers;
  if (err != ERR_OK || left <= 0)
    return err;
  int64_t waited = 0;
  if ((err = lab_task_store_waited(act, course->id, &waited)) != ERR_OK || waited == 0)
    return err;
  task_add(list, &(struct task){.kind = "free lab seats",
                                .title = arena_format(act->arena, "Free lab seats: %lld, people who waited: %lld",
                                                      (long long)left, (long long)waited),
                                .words = "The waiting list ended before a seat became free for them, and they have no "
                                         "place. Only staff seat somebody now.",
                                .link = arena_format(act->arena, "/courses/%s/labs/seats", course->slug)});
  return ERR_OK;
}
