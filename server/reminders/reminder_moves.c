// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/reminder_moves.h"

#include <stdlib.h>
#include <string.h>

#include "server/reminders/plan.h"

static enum err list_coming(const struct act *act, const struct course_view *course, struct reminder **out,
                            size_t *count);
static int by_key(const void *a, const void *b);

enum err reminder_moves_find(const struct act *act, const struct course_view *was, const struct course_view *is,
                             struct reminder_moves *out) {
  struct reminder *before = NULL, *after = NULL;
  size_t before_count = 0, after_count = 0, i = 0, k = 0;
  struct reminder_moves moves = {0};
  enum err err = list_coming(act, was, &before, &before_count);
  if (err == ERR_OK)
    err = list_coming(act, is, &after, &after_count);
  if (err != ERR_OK)
    return err;
  while (i < before_count || k < after_count) {
    int order = i == before_count ? 1 : k == after_count ? -1 : by_key(&before[i], &after[k]);
    moves.cancelled += order < 0;
    moves.added += order > 0;
    moves.moved += order == 0 && before[i].due != after[k].due;
    i += order <= 0;
    k += order >= 0;
  }
  *out = moves;
  return ERR_OK;
}

static enum err list_coming(const struct act *act, const struct course_view *course, struct reminder **out,
                            size_t *count) {
  struct plan plan;
  struct plan_list list;
  enum err err = plan_load(act, course, &plan);
  if (err != ERR_OK)
    return err;
  plan_between(&plan, act->now, INT64_MAX, &list);
  *out = arena_array(act->arena, list.count, sizeof **out);
  for (size_t i = 0; i < list.count; i++)
    (*out)[i] = list.items[i];
  if (list.count > 1)
    qsort(*out, list.count, sizeof **out, by_key);
  *count = list.count;
  return ERR_OK;
}

static int by_key(const void *a, const void *b) {
  const struct reminder *left = a, *right = b;
  if (left->person != right->person)
    return left->person < right->person ? -1 : 1;
  if (left->is_to_staff != right->is_to_staff)
    return left->is_to_staff ? 1 : -1;
  if (left->offset.days != right->offset.days)
    return left->offset.days < right->offset.days ? -1 : 1;
  if (left->offset.seconds != right->offset.seconds)
    return left->offset.seconds < right->offset.seconds ? -1 : 1;
  return strcmp(left->key, right->key);
}
