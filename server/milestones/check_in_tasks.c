// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_tasks.h"

#include <string.h>

#include "server/milestones/check_in_lack.h"
#include "server/milestones/check_in_task_store.h"
#include "server/milestones/extension.h"
#include "server/milestones/milestone_facts.h"
#include "server/milestones/slot_notice.h"
#include "server/milestones/slot_store.h"
#include "server/teams/team.h"

enum { SOON_SECONDS = 48 * 3600, RECORD_WITHIN_SECONDS = 24 * 3600 };

// What there is of a student and their holder, by index of the milestone.
struct own {
  struct holder holder;
  const struct milestone_facts *facts;
  const struct terms *terms; // the student's own
  struct check_in_standing *standing;
  int64_t *slot_starts; // of the booked one
};

static enum err find_holder(const struct act *act, const struct course_view *course, struct holder *out);
static enum err load_own(const struct act *act, const struct course_view *course, struct own *own);
static enum err load_standing(const struct act *act, const struct course_view *course, struct own *own);
static struct check_in_standing *standing_of(const struct course_view *course, const struct own *own,
                                             const char *milestone);
static void add_own(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                    struct task_list *list);
static void add_booking(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                        struct task_list *list);
static void add_update(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                       struct task_list *list);
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
  const struct check_in_offer *offers = NULL;
  const struct terms *terms = NULL;
  enum err err = check_in_offers(act, course, &offers);
  if (err == ERR_OK)
    err = extension_shared_all(act, course, &(struct holder){0}, &terms);
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    if (offers[i].offered > 0 || !check_in_is_by_slot(milestone) || act->now < terms[i].opens ||
        act->now > terms[i].due)
      continue;
    task_add(list, &(struct task){.kind = "offer slots",
                                  .title = arena_format(act->arena, "Offer slots: %s", milestone->title),
                                  .words = "It has opened, and nobody of the staff has offered a slot: students have "
                                           "nothing to choose from.",
                                  .due = terms[i].due,
                                  .link = slot_link(act, course, milestone->id)});
  }
  return err;
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
    err = extension_terms_all(act, course, act->actor, &own->terms);
  return err == ERR_OK ? load_standing(act, course, own) : err;
}

static enum err load_standing(const struct act *act, const struct course_view *course, struct own *own) {
  size_t width = course->file->milestone_count, booked_count = 0, update_count = 0, slotless_count = 0,
         cancelled_count = 0;
  own->standing = arena_array(act->arena, width + 1, sizeof *own->standing);
  own->slot_starts = arena_array(act->arena, width + 1, sizeof *own->slot_starts);
  const struct check_in_offer *offers = NULL;
  const struct check_in_holding *slotless = NULL, *cancelled = NULL;
  struct slot *booked = NULL;
  const char **updates = NULL;
  enum err err = check_in_offers(act, course, &offers);
  if (err == ERR_OK)
    err = slot_store_booked(act, course->id, &own->holder, &booked, &booked_count);
  if (err == ERR_OK)
    err = check_in_task_store_updates(act, course->id, &own->holder, &updates, &update_count);
  if (err == ERR_OK)
    err = check_in_slotless_all(act, course, &own->holder, &slotless, &slotless_count);
  if (err == ERR_OK)
    err = check_in_cancelled_all(act, course, &own->holder, &cancelled, &cancelled_count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < width; i++)
    own->standing[i].offer = offers[i];
  for (size_t i = 0; i < booked_count; i++) {
    standing_of(course, own, booked[i].milestone)->is_booked = true;
    own->slot_starts[milestone_index(course, booked[i].milestone)] = booked[i].starts;
  }
  for (size_t i = 0; i < update_count; i++)
    standing_of(course, own, updates[i])->is_written = true;
  for (size_t i = 0; i < slotless_count; i++)
    standing_of(course, own, slotless[i].milestone)->is_slotless = true;
  for (size_t i = 0; i < cancelled_count; i++)
    standing_of(course, own, cancelled[i].milestone)->is_cancelled = true;
  return ERR_OK;
}

// One beyond the last: of an earlier course file.
static struct check_in_standing *standing_of(const struct course_view *course, const struct own *own,
                                             const char *milestone) {
  return &own->standing[milestone_index(course, milestone)];
}

static void add_own(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                    struct task_list *list) {
  const struct milestone *milestone = &course->file->milestones[index];
  const struct check_in_standing *standing = &own->standing[index];
  if (milestone_is_of_teams(course, milestone) != (own->holder.team != 0))
    return;
  unsigned lacks = check_in_lacks(milestone, &own->facts[index], standing);
  unsigned to_do = check_in_to_do(course, &own->terms[index], standing, lacks, act->now);
  if ((to_do & CHECK_IN_LACKS_SLOT) != 0)
    add_booking(act, course, own, index, list);
  if ((to_do & CHECK_IN_LACKS_UPDATE) != 0)
    add_update(act, course, own, index, list);
}

static void add_booking(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                        struct task_list *list) {
  const struct milestone *milestone = &course->file->milestones[index];
  task_add(list, &(struct task){.kind = "book a slot",
                                .title = arena_format(act->arena, "Book a slot: %s", milestone->title),
                                .words = check_in_choice(&own->standing[index]) == 0
                                             ? "None is free now: ask the course's staff for another one."
                                             : "Any member books for the team, until 24 hours before the slot begins.",
                                .due = own->terms[index].due,
                                .link = slot_link(act, course, milestone->id)});
}

static void add_update(const struct act *act, const struct course_view *course, const struct own *own, size_t index,
                       struct task_list *list) {
  const struct milestone *milestone = &course->file->milestones[index];
  task_add(list, &(struct task){.kind = "write the update",
                                .title = arena_format(act->arena, "Write the update: %s", milestone->title),
                                .words = "What was done, what comes next, what is in the way: staff read it before "
                                         "they meet you. You can add a private note to staff.",
                                .due = own->standing[index].is_booked ? own->slot_starts[index] : own->terms[index].due,
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
