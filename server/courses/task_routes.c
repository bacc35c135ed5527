// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/task_routes.h"

#include "server/courses/task.h"
#include "server/http/answer.h"
#include "server/http/request.h"

static route_handler list_tasks;
static void write_task(struct json *json, const struct task *task, int64_t now);

static const char *const states[] = {[TASK_OPEN] = "open", [TASK_OVERDUE] = "overdue", NULL};

// clang-format off
static const struct answer_field task_answer_fields[] = {
  {"kind",    ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "What sort of task: the list is in docs/requests.md"},
  {"subject", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,   NULL, "The number of the team, person, invitation or request that it is about; null: the course"},
  {"title",   ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "What to do, in a line"},
  {"words",   ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "What is missing, and what happens otherwise"},
  {"due",     ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,   NULL, "Until when; null: no day is set"},
  {"state",   ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_CALLER, states, NULL, "overdue: `due` has passed"},
  {"link",    ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "Where to see it: a path below /api/v1"},
};
static const struct answer task_answer = {"Task", NULL, false, task_answer_fields, sizeof task_answer_fields / sizeof *task_answer_fields};
static const struct answer_field tasks_answer_fields[] = {
  {"tasks", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &task_answer, "By due, those without one last"},
};
static const struct answer tasks_answer = {"Tasks", NULL, false, tasks_answer_fields, sizeof tasks_answer_fields / sizeof *tasks_answer_fields};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/tasks", ACCESS_COURSE, ROUTE_READ, NULL, list_tasks, NULL, NULL, 200, &tasks_answer, "What you have to do in the course"},
};
// clang-format on

const struct route_table task_routes = {"tasks", rows, sizeof rows / sizeof rows[0]};

static enum err list_tasks(struct request *request) {
  const struct task *list = NULL;
  size_t count = 0;
  enum err err = task_gather(&request->act, request_services(request), request_course(request), &list, &count);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // tasks come, go and fall due by instants of their own, which no course's tag knows
  struct json *json = reply_object(request);
  json_array_in(json, "tasks");
  for (size_t i = 0; i < count; i++)
    write_task(json, &list[i], request->act.now);
  json_end(json);
  return ERR_OK;
}

static void write_task(struct json *json, const struct task *task, int64_t now) {
  json_begin_object(json);
  json_text(json, "kind", task->kind);
  json_int_or_null(json, "subject", task->subject);
  json_text(json, "title", task->title);
  json_text(json, "words", task->words);
  json_instant_or_null(json, "due", task->due);
  json_text(json, "state", states[task_state(task, now)]);
  json_text(json, "link", task->link);
  json_end(json);
}
