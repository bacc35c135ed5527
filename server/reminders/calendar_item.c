// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/calendar_item.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "common/course/lateness.h"
#include "server/courses/course_state.h"
#include "server/milestones/extension.h"
#include "server/milestones/slot.h"
#include "server/proposals/proposal.h"
#include "server/proposals/review.h"
#include "server/reminders/calendar_feed_store.h"

struct list {
  const struct act *act;
  const struct course_view *course;
  struct calendar_item *items;
  size_t count;
};

static void add(struct list *list, const struct calendar_item *item);
static void add_instant(struct list *list, const char *key, const char *category, int64_t at, const char *verb,
                        const char *title, const char *description);
static const char *page(const struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_windows(struct list *list);
static void add_milestone(struct list *list, const struct milestone *milestone, const struct terms *terms);
static const char *late_words(const struct list *list, const struct terms *terms);
static enum err add_students(struct list *list);
static enum err add_own_slots(struct list *list);
static enum err add_offer(struct list *list);
static enum err add_proposal(struct list *list);
static enum err add_staffs(struct list *list);
static void add_slot(struct list *list, const char *key, const struct slot *slot, const char *description);
static const char *slot_title(const struct list *list, const struct slot *slot);

enum err calendar_items_of(const struct act *act, const struct course_view *course, const struct calendar_item **out,
                           size_t *count) {
  struct list list = {.act = act, .course = course};
  enum err err = ERR_OK;
  if (course->role != ROLE_NONE && !course_state_hides(course)) {
    add_windows(&list);
    err = course->role == ROLE_STUDENT ? add_students(&list) : add_staffs(&list);
  }
  *out = list.items;
  *count = list.count;
  return err;
}

static void add(struct list *list, const struct calendar_item *item) {
  list->items = arena_more(list->act->arena, list->items, list->count, sizeof *list->items);
  list->items[list->count++] = *item;
}

// In the course's own zone too: the reader's program shows theirs.
static void add_instant(struct list *list, const char *key, const char *category, int64_t at, const char *verb,
                        const char *title, const char *description) {
  struct arena *arena = list->act->arena;
  const char *when = course_instant_words(list->course, arena, at);
  add(list, &(struct calendar_item){.key = key,
                                    .summary = arena_format(arena, "%s: %s", title, verb),
                                    .description = arena_format(arena, "%s\n%s%s%s", list->course->file->title, when,
                                                                description == NULL ? "" : "\n",
                                                                description == NULL ? "" : description),
                                    .link = page(list, "%s", ""),
                                    .category = category,
                                    .starts = at});
}

static const char *page(const struct list *list, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *rest = arena_format_v(list->act->arena, format, args);
  va_end(args);
  return arena_format(list->act->arena, "/courses/%s%s", list->course->slug, rest);
}

static void add_windows(struct list *list) {
  const struct course *file = list->course->file;
  const struct track *lab = course_lab_track(file);
  if (file->info_card.due != 0)
    add_instant(list, "info card", "deadline", file->info_card.due, "due", "Info card", NULL);
  if (file->teams.has_teams) {
    add_instant(list, "team registration opens", "opens", file->teams.opens, "opens", "Team registration", NULL);
    add_instant(list, "team registration", "deadline", file->teams.closes, "closes", "Team registration", NULL);
  }
  if (lab != NULL && lab->opens != 0)
    add_instant(list, "lab choice opens", "opens", lab->opens, "opens",
                arena_format(list->act->arena, "Choice of a seat in %s", lab->title), NULL);
  if (lab != NULL && lab->decide_by != 0)
    add_instant(list, "lab choice", "deadline", lab->decide_by, "closes",
                arena_format(list->act->arena, "Choice of a seat in %s", lab->title), NULL);
  if (file->exam_slot.starts != 0)
    add(list,
        &(struct calendar_item){.key = "exam slot",
                                .summary = file->exam_slot.use == NULL
                                               ? "Exam slot"
                                               : arena_format(list->act->arena, "Exam slot: %s", file->exam_slot.use),
                                .description = file->title,
                                .link = page(list, "%s", ""),
                                .category = "appointment",
                                .starts = file->exam_slot.starts,
                                .ends = file->exam_slot.ends});
}

static void add_milestone(struct list *list, const struct milestone *milestone, const struct terms *terms) {
  struct arena *arena = list->act->arena;
  size_t first = list->count;
  add_instant(list, arena_format(arena, "milestone %s opens", milestone->id), "opens", terms->opens, "opens",
              milestone->title, NULL);
  bool takes_work = milestone_takes_work(milestone);
  add_instant(list, arena_format(arena, "milestone %s", milestone->id), "deadline", terms->due, "due", milestone->title,
              takes_work ? late_words(list, terms) : NULL);
  if (takes_work && terms->closes > terms->due + terms->late->grace_seconds)
    add_instant(list, arena_format(arena, "milestone %s closes", milestone->id), "closes", terms->closes,
                "late work is taken no more", milestone->title, NULL);
  for (size_t i = first; i < list->count; i++)
    list->items[i].link = page(list, "/milestones/%s", milestone->id);
}

static const char *late_words(const struct list *list, const struct terms *terms) {
  struct arena *arena = list->act->arena;
  if (terms->closes <= terms->due + terms->late->grace_seconds)
    return "Nothing is taken late.";
  if (terms->late->points_per_day == 0)
    return arena_format(arena, "Late work costs nothing and is taken until %s.",
                        course_instant_words(list->course, arena, terms->closes));
  return arena_format(arena, "Each day begun after that costs %d points of 100; after %s nothing is taken.",
                      terms->late->points_per_day, course_instant_words(list->course, arena, terms->closes));
}

static enum err add_students(struct list *list) {
  const struct act *act = list->act;
  const struct course_view *course = list->course;
  const struct terms *terms = NULL;
  const struct milestone_facts *facts = NULL;
  enum err err = extension_terms_all(act, course, act->actor, &terms);
  if (err == ERR_OK)
    err = milestone_facts_all(act, course, act->actor, &facts);
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++)
    if (milestone_may_concern(course, &course->file->milestones[i]) && !facts[i].is_excused)
      add_milestone(list, &course->file->milestones[i], &terms[i]);
  if (err == ERR_OK)
    err = add_own_slots(list);
  if (err == ERR_OK)
    err = add_offer(list);
  return err == ERR_OK && course->team != 0 ? add_proposal(list) : err;
}

// Moved to another slot, it is the same appointment at another time.
static enum err add_own_slots(struct list *list) {
  const struct course_view *course = list->course;
  struct holder holder = {.team = course->team, .person = course->team == 0 ? list->act->actor : 0};
  const struct slot *slots = NULL;
  size_t count = 0;
  if (course->team == 0 && !course->is_seated)
    return ERR_OK;
  enum err err = slot_booked(list->act, course, &holder, &slots, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    if (slots[i].cancelled_at == 0)
      add_slot(list, arena_format(list->act->arena, "slot of %s", slots[i].milestone), &slots[i],
               course->team != 0 ? "Booked for your team." : "Booked by you.");
  return err;
}

static enum err add_offer(struct list *list) {
  int64_t until = 0;
  enum err err = calendar_item_store_offer(list->act, list->course->id, &until);
  if (err != ERR_OK || until == 0)
    return err;
  add_instant(list, "lab offer", "deadline", until, "the offer ends", "Lab seat",
              "A seat is offered to you until then.");
  list->items[list->count - 1].link = page(list, "/labs");
  return ERR_OK;
}

static enum err add_proposal(struct list *list) {
  struct proposal proposal;
  enum err err = proposal_of_team(list->act, list->course, list->course->team, &proposal);
  if (err == ERR_NOT_FOUND)
    return ERR_OK;
  if (err == ERR_OK)
    err = review_mask(list->act, list->course, &proposal);
  if (err != ERR_OK)
    return err;
  size_t first = list->count;
  if (proposal.state == PROPOSAL_CHANGES_REQUESTED && proposal.revise_until != 0)
    add_instant(list, "proposal revision", "deadline", proposal.revise_until, "due", "Revised proposal",
                "Changes are requested; a resubmission until then is never late.");
  if (proposal.state == PROPOSAL_DRAFT && proposal.previous != 0) { // begun anew, it is due all the same
    struct proposal last;
    err = proposal_get(list->act, list->course, proposal.previous, &last);
    if (err != ERR_OK)
      return err;
    proposal.propose_anew_by = last.propose_anew_by;
  }
  bool is_anew = proposal.state == PROPOSAL_NOT_APPROVED || proposal.state == PROPOSAL_DRAFT;
  if (is_anew && proposal.propose_anew_by != 0)
    add_instant(list, "proposal anew", "deadline", proposal.propose_anew_by, "due", "New proposal",
                "The last one was not approved.");
  if (list->count > first)
    list->items[first].link = proposal_link(list->act, list->course, proposal.team);
  return ERR_OK;
}

// The course's own dates, and the slots that this one holds.
static enum err add_staffs(struct list *list) {
  const struct course_view *course = list->course;
  const struct slot *slots = NULL;
  size_t count = 0;
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    struct terms terms = {milestone->opens, milestone->due, milestone->closes, milestone->late};
    add_milestone(list, milestone, &terms);
  }
  enum err err = slot_held(list->act, course, &slots, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    add_slot(list, arena_format(list->act->arena, "slot %" PRId64, slots[i].id), &slots[i],
             arena_format(list->act->arena, "%" PRId64 " of %" PRId64 " booked", slots[i].taken, slots[i].capacity));
  return err;
}

static void add_slot(struct list *list, const char *key, const struct slot *slot, const char *description) {
  struct arena *arena = list->act->arena;
  add(list, &(struct calendar_item){.key = key,
                                    .summary = slot_title(list, slot),
                                    .description = arena_format(arena, "%s\n%s\n%s", list->course->file->title,
                                                                course_instant_words(list->course, arena, slot->starts),
                                                                description),
                                    .location = slot->place,
                                    .link = page(list, "/milestones/%s", slot->milestone),
                                    .category = "appointment",
                                    .starts = slot->starts,
                                    .ends = slot->starts + slot->length_seconds});
}

// Of a milestone that the course file no longer has, its id.
static const char *slot_title(const struct list *list, const struct slot *slot) {
  const struct course *file = list->course->file;
  for (size_t i = 0; i < file->milestone_count; i++)
    if (text_equal(file->milestones[i].id, slot->milestone))
      return file->milestones[i].title;
  return slot->milestone;
}
