// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/finding_list.h"

#include <stdlib.h>

// Enough to sort by position before cutting; a file of 256 KiB cannot make the reader hold more than this.
enum { COLLECTED_MAX = 4096 };

static int entry_compare(const void *left, const void *right);
static bool is_kept(const struct finding_list *list, const struct finding *finding);

void finding_list_init(struct finding_list *list, struct arena *arena) {
  *list = (struct finding_list){.arena = arena, .kind = "course"};
}

void finding_error(struct finding_list *list, int line, int column, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *message = arena_format_v(list->arena, format, args);
  va_end(args);
  finding_add(list, (struct finding){line, column, false, message});
}

void finding_add(struct finding_list *list, struct finding finding) {
  list->total++;
  if (!finding.is_warning)
    list->errors++;
  if (list->count == COLLECTED_MAX)
    return;
  if (list->count == list->capacity) {
    size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
    list->entries = arena_grow(list->arena, list->entries, list->count, capacity, sizeof *list->entries);
    list->capacity = capacity;
  }
  list->entries[list->count] = (struct finding_entry){finding, list->count};
  list->count++;
}

void finding_list_finish(const struct finding_list *list, struct findings *out) {
  *out = (struct findings){0};
  if (list->count == 0)
    return;
  struct finding_entry *sorted = arena_copy(list->arena, list->entries, list->count * sizeof *sorted);
  qsort(sorted, list->count, sizeof *sorted, entry_compare);
  out->list = arena_array(list->arena, COURSE_FINDINGS_MAX, sizeof *out->list);
  for (size_t i = 0; i < list->count && out->count < COURSE_FINDINGS_MAX; i++) {
    if (!is_kept(list, &sorted[i].finding))
      continue;
    out->list[out->count++] = sorted[i].finding;
    out->error_count += !sorted[i].finding.is_warning;
  }
  if (list->total <= out->count)
    return;
  struct finding *last = &out->list[out->count - 1];
  size_t hidden = list->total - out->count + (out->count == COURSE_FINDINGS_MAX ? 1 : 0);
  const char *words = arena_format(list->arena, "%zu more findings are not shown; correct these first", hidden);
  if (out->count < COURSE_FINDINGS_MAX) {
    out->list[out->count] = (struct finding){last->line, last->column, true, words};
    out->count++;
    return;
  }
  last->message = words;
}

static int entry_compare(const void *left, const void *right) {
  const struct finding_entry *a = left;
  const struct finding_entry *b = right;
  if (a->finding.line != b->finding.line)
    return a->finding.line < b->finding.line ? -1 : 1;
  if (a->finding.column != b->finding.column)
    return a->finding.column < b->finding.column ? -1 : 1;
  return a->order < b->order ? -1 : 1;
}

// Once something has to go, a warning must not push an error out of sight.
static bool is_kept(const struct finding_list *list, const struct finding *finding) {
  return !finding->is_warning || list->total <= COURSE_FINDINGS_MAX || list->errors == 0;
}
