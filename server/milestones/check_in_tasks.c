// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_tasks.h"

#include <string.h>

#include "server/milestones/check_in_task_store.h"
#include "server/milestones/slot_notice.h"
#include "server/milestones/slot_store.h"
#include "server/milestones/submission.h"
#include "server/teams/team.h"

enum { SOON_SECONDS = 48 * 3600, RECORD_WITHIN_SECONDS = 24 * 3600 };

// What there is of a student's holder, for all milestones.
struct own {
  struct holder holder;
  const struct milestone_facts *facts; // by index of the milestone
  struct slot *booked;
  struct slot_offered *offered;
  const char **updates;
  bool *needs_slot; // by index: what they handed in is nothing without one
  size_t booked_count, offered_count, update_count;
};

static bool is_held_by_slots(const struct milestone *milestone);
static enum err find_holder(const struct act *act, const struct course_view *course, struct holder *out);
static enum err load_own(const struct act *act, const struct course_view *course, struct own *own);
static enum err load_needs(const struct act *act, const struct course_view *course, struct own *own);
static void add_own(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                    struct task_list *list);
static void add_booking(const struct act *act, const struct course_view *course, const struct own *own,
                        const struct milestone *milestone, struct task_list *list);
static void add_update(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                       const struct slot *slot, struct task_list *list);
static enum err add_coming(const struct act *act, const struct course_view *course, struct task_list *list);
static enum err add_unrecorded(const struct act *act, const struct course_view *course, struct task_list *list);
static enum err add_follow_ups(const struct act *act, const struct course_view *course, struct task_list *list);
static const char *title_of(const struct course_view *course, const char *milestone);
static const char *board_link(const struct act *act, const struct course_view *course, const char *milestone);

enum err check_in_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct own own = {0};
  if (course->role != ROLE_STUDENT || act->now > course->file->ends_at)
    return ERR_OK;
  enum err err = find_holder(act, course, &own.holder);
  if (err != ERR_OK || (own.holder.team == 0 && own.holder.person == 0))
    return err;
  if ((err = load_own(act, course, &own)) != ERR_OK)
    return err;
  for (size_t i = 0; i < course->file->milestone_count; i++)
    add_own(act, course, &own, i, list);
  return ERR_OK;
}

enum err check_in_tasks_held(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course) || act->actor == 0)
    return ERR_OK;
  enum err err = add_coming(act, course, list);
  if (err == ERR_OK)
    err = add_unrecorded(act, course, list);
  return err == ERR_OK ? add_follow_ups(act, course, list) : err;
}

enum err check_in_tasks_offer(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  struct slot_offered *offered = NULL;
  size_t count = 0;
  enum err err = slot_store_offered(act, course->id, &offered, &count);
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    bool is_offered = false;
    for (size_t k = 0; k < count; k++)
      is_offered = is_offered || strcmp(offered[k].milestone, milestone->id) == 0;
    if (is_offered || !is_held_by_slots(milestone) || act->now < milestone->opens || act->now > milestone->due)
      continue;
    task_add(list, &(struct task){.kind = "offer slots",
                                  .title = arena_format(act->arena, "Offer slots: %s", milestone->title),
                                  .words = "It has opened, and nobody of the staff has offered a slot: students have "
                                           "nothing to choose from.",
                                  .due = milestone->due,
                                  .link = slot_link(act, course, milestone->id)});
  }
  return err;
}

// The poster session's slot is one of several ways: nobody has to book it.
static bool is_held_by_slots(const struct milestone *milestone) {
  return (milestone->kind == MILESTONE_CHECK_IN || milestone->kind == MILESTONE_PRESENTATION) &&
         (milestone->slot_length.days != 0 || milestone->slot_length.seconds != 0);
}

static enum err find_holder(const struct act *act, const struct course_view *course, struct holder *out) {
  struct team team;
  if (course->is_seated)
    out->person = act->actor;
  if (course->team == 0)
    return ERR_OK;
  enum err err = team_get(act, course->id, course->team, &team);
  if (err == ERR_OK && team.state == TEAM_REGISTERED)
    out->team = team.id;
  return err;
}

static enum err load_own(const struct act *act, const struct course_view *course, struct own *own) {
  enum err err = milestone_facts_all(act, course, act->actor, &own->facts);
  if (err == ERR_OK)
    err = slot_store_offered(act, course->id, &own->offered, &own->offered_count);
  if (err == ERR_OK)
    err = slot_store_booked(act, course->id, &own->holder, &own->booked, &own->booked_count);
  if (err == ERR_OK)
    err = check_in_task_store_updates(act, course->id, &own->holder, &own->updates, &own->update_count);
  return err == ERR_OK ? load_needs(act, course, own) : err;
}

// Staff may have cancelled the slot since.
static enum err load_needs(const struct act *act, const struct course_view *course, struct own *own) {
  size_t count = course->file->milestone_count;
  own->needs_slot = arena_array(act->arena, count, sizeof *own->needs_slot);
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    own->needs_slot[i] = is_held_by_slots(&course->file->milestones[i]);
    if (!own->needs_slot[i] && own->facts[i].submission != 0)
      err = submission_needs_slot(act, course, &course->file->milestones[i], &own->holder, &own->needs_slot[i]);
  }
  return err;
}

static void add_own(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                    struct task_list *list) {
  const struct milestone *milestone = &course->file->milestones[index];
  bool is_of_teams = course->file->tracks[milestone->track].capacity == 0;
  const struct milestone_facts *facts = &own->facts[index];
  if (is_of_teams != (own->holder.team != 0) || facts->is_held || facts->is_missed || facts->is_excused)
    return;
  const struct slot *slot = NULL;
  for (size_t i = 0; i < own->booked_count; i++)
    slot = strcmp(own->booked[i].milestone, milestone->id) == 0 ? &own->booked[i] : slot;
  if (slot == NULL && own->needs_slot[index])
    add_booking(act, course, own, milestone, list);
  bool is_written = false;
  for (size_t i = 0; i < own->update_count; i++)
    is_written = is_written || strcmp(own->updates[i], milestone->id) == 0;
  if (!is_written && milestone->kind == MILESTONE_CHECK_IN && act->now >= milestone->opens)
    add_update(act, course, milestone, slot, list);
}

static void add_booking(const struct act *act, const struct course_view *course, const struct own *own,
                        const struct milestone *milestone, struct task_list *list) {
  const struct slot_offered *offered = NULL;
  for (size_t i = 0; i < own->offered_count; i++)
    if (strcmp(own->offered[i].milestone, milestone->id) == 0)
      offered = &own->offered[i];
  if (offered == NULL || (offered->free == 0 && act->now > milestone->due))
    return;
  task_add(list, &(struct task){.kind = "book a slot",
                                .title = arena_format(act->arena, "Book a slot: %s", milestone->title),
                                .words = offered->free == 0
                                             ? "None is free now: ask the course's staff for another one."
                                             : "Any member books for the team, until 24 hours before the slot begins.",
                                .due = milestone->due,
                                .link = slot_link(act, course, milestone->id)});
}

static void add_update(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                       const struct slot *slot, struct task_list *list) {
  task_add(list, &(struct task){.kind = "write the update",
                                .title = arena_format(act->arena, "Write the update: %s", milestone->title),
                                .words = "What was done, what comes next, what is in the way: staff read it before "
                                         "they meet you. You can add a private note to staff.",
                                .due = slot != NULL ? slot->starts : milestone->due,
                                .link = arena_format(act->arena, "/courses/%s/milestones/%s/update", course->slug,
                                                     milestone->id)});
}

static enum err add_coming(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct slot *slots = NULL;
  size_t count = 0;
  enum err err = slot_store_coming(act, course->id, act->now + SOON_SECONDS, &slots, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list,
             &(struct task){.kind = "hold a slot",
                            .subject = slots[i].id,
                            .title = arena_format(act->arena, "Hold a slot: %s", title_of(course, slots[i].milestone)),
                            .words = slot_words(act, course, &slots[i]),
                            .due = slots[i].starts,
                            .link = board_link(act, course, slots[i].milestone)});
  return err;
}

static enum err add_unrecorded(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct slot *slots = NULL;
  size_t count = 0;
  enum err err = slot_store_unrecorded(act, course->id, &slots, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list, &(struct task){.kind = "record a check-in",
                                  .subject = slots[i].id,
                                  .title = arena_format(act->arena, "Record who was there: %s",
                                                        title_of(course, slots[i].milestone)),
                                  .words = arena_format(act->arena,
                                                        "The slot (%s) is over, and of somebody it is not recorded "
                                                        "whether they held it, missed it or are excused.",
                                                        slot_words(act, course, &slots[i])),
                                  .due = slots[i].starts + slots[i].length_seconds + RECORD_WITHIN_SECONDS,
                                  .link = board_link(act, course, slots[i].milestone)});
  return err;
}

static enum err add_follow_ups(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct task_follow_up *follow_ups = NULL;
  size_t count = 0;
  enum err err = check_in_task_store_follow_ups(act, course->id, &follow_ups, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list, &(struct task){.kind = "follow up",
                                  .subject = follow_ups[i].id,
                                  .title = arena_format(act->arena, "Follow up: %s", follow_ups[i].name),
                                  .words = follow_ups[i].words,
                                  .link = board_link(act, course, follow_ups[i].milestone)});
  return err;
}

static const char *title_of(const struct course_view *course, const char *milestone) {
  for (size_t i = 0; i < course->file->milestone_count; i++)
    if (strcmp(course->file->milestones[i].id, milestone) == 0)
      return course->file->milestones[i].title;
  return milestone;
}

static const char *board_link(const struct act *act, const struct course_view *course, const char *milestone) {
  return arena_format(act->arena, "/courses/%s/milestones/%s/board", course->slug, milestone);
}
