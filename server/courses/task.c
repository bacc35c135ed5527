// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/task.h"

#include <stdlib.h>
#include <string.h>

struct task_list {
  struct arena *arena;
  struct task *tasks;
  size_t count;
};

static int by_due(const void *a, const void *b);

void task_add(struct task_list *list, const struct task *task) {
  list->tasks = arena_more(list->arena, list->tasks, list->count, sizeof *list->tasks);
  list->tasks[list->count++] = *task;
}

enum task_state task_state(const struct task *task, int64_t now) {
  return task->due != 0 && now > task->due ? TASK_OVERDUE : TASK_OPEN;
}

enum err task_gather(const struct act *act, const struct services *services, const struct course_view *course,
                     const struct task **out, size_t *count) {
  struct task_list list = {.arena = act->arena};
  // Nobody can do anything in an archived course.
  for (size_t i = 0; course->state != COURSE_ARCHIVED && i < services->task_sources->count; i++) {
    enum err err = services->task_sources->rows[i](act, course, &list);
    if (err != ERR_OK)
      return err;
  }
  if (list.count > 1)
    qsort(list.tasks, list.count, sizeof *list.tasks, by_due);
  *out = list.tasks;
  *count = list.count;
  return ERR_OK;
}

static int by_due(const void *a, const void *b) {
  const struct task *left = a, *right = b;
  int64_t left_due = left->due == 0 ? INT64_MAX : left->due;
  int64_t right_due = right->due == 0 ? INT64_MAX : right->due;
  if (left_due != right_due)
    return left_due < right_due ? -1 : 1;
  int kinds = strcmp(left->kind, right->kind);
  if (kinds != 0)
    return kinds;
  return left->subject < right->subject ? -1 : left->subject > right->subject;
}
