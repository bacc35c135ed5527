// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody has to do in a course, as one list (rules.md, Reminders and tasks): home, digests and reminders are
// written from it. Features contribute through the table of sources in server/task_sources.c; this only gathers.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

enum task_state { TASK_OPEN, TASK_OVERDUE };

struct task {
  const char *kind;  // "fill in the info card": the list is in docs/requests.md; stable
  int64_t subject;   // id of what it is about (a team, an invitation, a request), 0: the course
  const char *title; // one line: what to do
  const char *words; // what is missing, what happens otherwise
  int64_t due;       // 0: none
  const char *link;  // the path in the API, as in messages
};

// A source gives at most this many tasks of a kind; what lies beyond shows when some of them are done.
enum { TASKS_OF_A_KIND_MAX = 200 };

struct task_list;
// Copies nothing: the texts live in the act's arena.
void task_add(struct task_list *list, const struct task *task);

// Adds what `course`'s caller (act->actor, in the role of the view) has to do. One per feature and audience; no query
// in a loop.
typedef enum err task_source(const struct act *act, const struct course_view *course, struct task_list *list);

struct task_sources {
  task_source *const *rows;
  size_t count;
};

// Overdue from the second after its due on.
enum task_state task_state(const struct task *task, int64_t now);

// All sources' tasks, by due (none last), then kind and subject. ERR of the first source that fails.
CHECKED enum err task_gather(const struct act *act, const struct services *services, const struct course_view *course,
                             const struct task **out, size_t *count);
