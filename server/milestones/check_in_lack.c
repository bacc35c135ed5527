// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_lack.h"

#include <string.h>

#include "common/base/json.h"
#include "server/milestones/check_in_task_store.h"
#include "server/milestones/slot_store.h"
#include "server/milestones/submission_parts.h"

static const char *shown_in_slots(const struct act *act, const struct course_view *course);
static bool is_nothing_without(const struct act *act, const struct course_view *course, struct task_slotless *row);

enum err check_in_offers(const struct act *act, const struct course_view *course, const struct check_in_offer **out) {
  size_t width = course->file->milestone_count, count = 0;
  struct check_in_offer *offers = arena_array(act->arena, width + 1, sizeof *offers);
  struct slot_offered *rows = NULL;
  enum err err = slot_store_offered(act, course->id, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < width; i++)
    for (size_t k = 0; k < count; k++)
      if (strcmp(rows[k].milestone, course->file->milestones[i].id) == 0)
        offers[i] = (struct check_in_offer){rows[k].offered, rows[k].free, rows[k].bookable};
  *out = offers;
  return err;
}

enum err check_in_cancelled_all(const struct act *act, const struct course_view *course, const struct holder *holder,
                                const struct check_in_holding **out, size_t *count) {
  return check_in_task_store_cancelled(act, course->id, holder, out, count);
}

enum err check_in_slotless_all(const struct act *act, const struct course_view *course, const struct holder *holder,
                               const struct check_in_holding **out, size_t *count) {
  const char *milestones = shown_in_slots(act, course);
  struct task_slotless *rows = NULL;
  size_t row_count = 0, size = 0;
  *out = NULL;
  *count = 0;
  if (milestones == NULL)
    return ERR_OK;
  enum err err = check_in_task_store_slotless(act, course->id, milestones, holder, &rows, &row_count);
  if (err != ERR_OK)
    return err;
  struct check_in_holding *list = arena_array(act->arena, row_count, sizeof *list);
  for (size_t i = 0; i < row_count; i++)
    if (is_nothing_without(act, course, &rows[i]))
      list[size++] = (struct check_in_holding){rows[i].milestone, rows[i].holder};
  *out = list;
  *count = size;
  return ERR_OK;
}

unsigned check_in_lacks(const struct milestone *milestone, const struct milestone_facts *facts,
                        const struct check_in_standing *standing) {
  unsigned lacks = 0;
  if (facts->is_excused || facts->is_held || facts->is_missed)
    return 0;
  // Slides that are accepted are not the presentation; a demo that is accepted need not be shown any more.
  bool is_needed =
      (check_in_is_by_slot(milestone) && standing->offer.offered > 0) || (standing->is_slotless && !facts->is_accepted);
  if (is_needed && !standing->is_booked)
    lacks |= CHECK_IN_LACKS_SLOT;
  if (milestone->kind == MILESTONE_CHECK_IN && !standing->is_written)
    lacks |= CHECK_IN_LACKS_UPDATE;
  return lacks;
}

unsigned check_in_to_do(const struct course_view *course, const struct terms *terms,
                        const struct check_in_standing *standing, unsigned lacks, int64_t at) {
  unsigned to_do = lacks;
  if (at > course->file->ends_at)
    return 0;
  if (at < terms->opens)
    to_do &= ~(unsigned)CHECK_IN_LACKS_UPDATE;
  // After the due nobody can ask for one more, but those who handed in and whose slot was taken from them.
  if (check_in_choice(standing) == 0 && at > terms->due && !standing->is_slotless)
    to_do &= ~(unsigned)CHECK_IN_LACKS_SLOT;
  return to_do;
}

int64_t check_in_choice(const struct check_in_standing *standing) {
  return standing->is_cancelled ? standing->offer.free : standing->offer.bookable;
}

bool check_in_is_by_slot(const struct milestone *milestone) {
  return (milestone->kind == MILESTONE_CHECK_IN || milestone->kind == MILESTONE_PRESENTATION) &&
         (milestone->slot_length.days != 0 || milestone->slot_length.seconds != 0);
}

// ["poster","final-demo"], or NULL when nothing can be handed in so.
static const char *shown_in_slots(const struct act *act, const struct course_view *course) {
  bool is_any = false;
  struct json ids;
  json_init(&ids, act->arena);
  json_begin_array(&ids);
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    bool is_shown = false;
    for (size_t k = 0; k < milestone->hand_in_count; k++)
      is_shown = is_shown || milestone->hand_ins[k].slot != NULL;
    if (is_shown)
      json_text(&ids, NULL, milestone->id);
    is_any = is_any || is_shown;
  }
  json_end(&ids);
  return is_any ? json_get(&ids) : NULL;
}

// It lacks more without a slot than with one.
static bool is_nothing_without(const struct act *act, const struct course_view *course, struct task_slotless *row) {
  const struct milestone *milestone = course->file->milestones;
  while (strcmp(milestone->id, row->milestone) != 0)
    milestone++;
  struct submission_parts parts = {.content = &row->content, .files = row->files, .has_slot = true};
  const struct submission_lack *lacks = NULL;
  size_t with = 0, without = 0;
  submission_lacks(act->arena, course->file, milestone, &parts, &lacks, &with);
  parts.has_slot = false;
  submission_lacks(act->arena, course->file, milestone, &parts, &lacks, &without);
  return without > with;
}
