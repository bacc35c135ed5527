// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/courses/task.h"

static enum err of_teams(const struct act *act, const struct course_view *course, struct task_list *list) {
  (void)act, (void)course;
  task_add(list, &(struct task){.kind = "b", .subject = 7, .due = 200});
  task_add(list, &(struct task){.kind = "b", .subject = 3, .due = 200});
  task_add(list, &(struct task){.kind = "z", .subject = 1});
  return ERR_OK;
}

static enum err of_labs(const struct act *act, const struct course_view *course, struct task_list *list) {
  (void)act, (void)course;
  task_add(list, &(struct task){.kind = "a", .subject = 9, .due = 200});
  task_add(list, &(struct task){.kind = "c", .subject = 1, .due = 100});
  task_add(list, &(struct task){.kind = "y", .subject = 1});
  return ERR_OK;
}

static enum err broken(const struct act *act, const struct course_view *course, struct task_list *list) {
  (void)act, (void)course, (void)list;
  return ERR_UNAVAILABLE;
}

static void tasks_of_all_sources_are_ordered_by_due_then_kind_then_subject(void **state) {
  (void)state;
  static const struct {
    const char *kind;
    int64_t subject;
  } expected[] = {{"c", 1}, {"a", 9}, {"b", 3}, {"b", 7}, {"y", 1}, {"z", 1}};
  struct arena *arena SCOPED_ARENA = arena_new();
  task_source *const rows[] = {of_teams, of_labs};
  const struct task_sources sources = {rows, 2};
  const struct services services = {.task_sources = &sources};
  const struct act act = {.arena = arena};
  const struct course_view course = {.id = 1};
  const struct task *list = NULL;
  size_t count = 0;
  assert_int_equal(task_gather(&act, &services, &course, &list, &count), ERR_OK);
  assert_int_equal(count, 6);
  for (size_t i = 0; i < count; i++)
    if (strcmp(list[i].kind, expected[i].kind) != 0 || list[i].subject != expected[i].subject)
      fail_msg("at %zu: %s %lld", i, list[i].kind, (long long)list[i].subject);
}

static void a_source_that_fails_fails_the_list(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  task_source *const rows[] = {of_teams, broken};
  const struct task_sources sources = {rows, 2};
  const struct services services = {.task_sources = &sources};
  const struct act act = {.arena = arena};
  const struct course_view course = {.id = 1};
  const struct task *list = NULL;
  size_t count = 77;
  assert_int_equal(task_gather(&act, &services, &course, &list, &count), ERR_UNAVAILABLE);
  assert_int_equal(count, 77);
}

static void a_task_is_overdue_from_the_second_after_its_due(void **state) {
  (void)state;
  static const struct {
    int64_t due;
    int64_t now;
    enum task_state state;
    const char *why;
  } cases[] = {
      {100, 99, TASK_OPEN, "a second before"},
      {100, 100, TASK_OPEN, "the very second"},
      {100, 101, TASK_OVERDUE, "a second after"},
      {0, 101, TASK_OPEN, "no due at all"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (task_state(&(struct task){.due = cases[i].due}, cases[i].now) != cases[i].state)
      fail_msg("%s", cases[i].why);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tasks_of_all_sources_are_ordered_by_due_then_kind_then_subject),
      cmocka_unit_test(a_source_that_fails_fails_the_list),
      cmocka_unit_test(a_task_is_overdue_from_the_second_after_its_due),
  };
  return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
