// SPDX-License-Identifier: AGPL-3.0-or-later
// Collects what is wrong with a course file, or a settings file, in any order, and hands it out sorted by position and
// cut to a bearable number. Private to the reader; callers of the reader see struct findings (course_file.h).
#pragma once

#include "common/base/arena.h"
#include "common/course/course_file.h"

struct finding_entry {
  struct finding finding;
  size_t order; // keeps the sort stable
};

struct finding_list {
  struct arena *arena;
  const char *kind; // of the file, in words about it: "course", unless its reader says another
  struct finding_entry *entries;
  size_t count;
  size_t capacity;
  size_t errors;
  size_t total;
};

void finding_list_init(struct finding_list *list, struct arena *arena);
void finding_error(struct finding_list *list, int line, int column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void finding_add(struct finding_list *list, struct finding finding);
// Sorted; beyond COURSE_FINDINGS_MAX warnings go first, and the last one kept says how many are not shown.
void finding_list_finish(const struct finding_list *list, struct findings *out);
