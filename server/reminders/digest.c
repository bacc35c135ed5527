// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/digest.h"

#include <string.h>

#include "common/base/secret.h"
#include "common/base/text.h"
#include "common/course/calendar.h"
#include "server/courses/task.h"
#include "server/db/agenda.h"
#include "server/outbound/outbox.h"
#include "server/reminders/digest_store.h"
#include "server/reminders/fold.h"
#include "server/reminders/roll_store.h"
#include "server/reminders/staff_reports.h"

enum { TASK_TOKEN_BYTES = 8, LISTED_MAX = 40, SOON_SECONDS = 86400 };

// How a task stands in a daily mail; a change of it is news.
enum standing { STANDS_OPEN, STANDS_SOON, STANDS_OVERDUE };
static const char *const standing_words[] = {
    [STANDS_OPEN] = "new, due ", [STANDS_SOON] = "within a day, by ", [STANDS_OVERDUE] = "overdue since "};

struct digest {          // of one person
  const struct act *act; // theirs
  const struct course_view *course;
  const char *last; // NULL: the first
  struct text tokens;
  struct text words;
  size_t fresh, listed, overdue, soon, open;
};

static enum err send_to(const struct act *act, const struct services *services, const struct course_view *course,
                        const struct roll_staff *staff);
static void add_task(struct digest *digest, const struct task *task);
static enum standing standing_of(const struct task *task, int64_t now);
static void token_of(const struct task *task, enum standing standing, char out[static TASK_TOKEN_BYTES * 2 + 1]);
static enum err write_message(const struct act *act, struct digest *digest, int64_t person);
static void add_count(struct text *subject, size_t before, size_t count, const char *what);

enum err digest_send(const struct act *act, const struct services *services, const struct course_view *course) {
  struct calendar *calendar = NULL;
  struct roll_staff *staff = NULL;
  size_t count = 0;
  enum err err = calendar_open(act->arena, course->file->zone, &calendar);
  if (err == ERR_OK)
    err = agenda_set(act->db, AGENDA_DAILY_MAIL, course->id, 0, fold_daily_mail(calendar, act->now));
  if (err == ERR_OK)
    err = staff_reports_renew(act, course);
  if (err == ERR_OK)
    err = roll_store_staff(act, course->id, &staff, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = send_to(act, services, course, &staff[i]);
  return err;
}

static enum err send_to(const struct act *act, const struct services *services, const struct course_view *course,
                        const struct roll_staff *staff) {
  struct course_view view = *course;
  view.role = staff->role;
  struct act theirs = *act;
  theirs.actor = staff->person;
  theirs.cause = NULL;
  struct digest digest = {.act = &theirs, .course = &view};
  text_init(&digest.tokens, act->arena);
  text_init(&digest.words, act->arena);
  const struct task *tasks = NULL;
  size_t count = 0;
  int64_t waiting = 0;
  enum err err = digest_store_last(act, course->id, staff->person, &digest.last);
  if (err == ERR_OK)
    err = task_gather(&theirs, services, &view, &tasks, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    add_task(&digest, &tasks[i]);
  if (err == ERR_OK)
    err = digest_store_release(act, course->id, staff->person, &waiting);
  if (err != ERR_OK || (digest.fresh == 0 && waiting == 0))
    return err;
  if (digest.listed > 0 && (err = write_message(act, &digest, staff->person)) != ERR_OK)
    return err;
  return digest_store_put(act, course->id, staff->person, text_get(&digest.tokens));
}

static void add_task(struct digest *digest, const struct task *task) {
  enum standing standing = standing_of(task, digest->act->now);
  char token[TASK_TOKEN_BYTES * 2 + 1];
  token_of(task, standing, token);
  bool is_fresh = digest->last == NULL || strstr(digest->last, token) == NULL;
  text_add_format(&digest->tokens, "%s%s", digest->tokens.size == 0 ? "" : " ", token);
  digest->fresh += is_fresh;
  digest->overdue += standing == STANDS_OVERDUE;
  digest->soon += standing == STANDS_SOON;
  digest->open += standing == STANDS_OPEN && is_fresh;
  if ((standing == STANDS_OPEN && !is_fresh) || digest->listed++ >= LISTED_MAX)
    return;
  const char *when = task->due == 0 ? "new"
                                    : arena_format(digest->act->arena, "%s%s", standing_words[standing],
                                                   course_instant_words(digest->course, digest->act->arena, task->due));
  text_add_format(&digest->words, "%s- %s (%s). %s", digest->words.size == 0 ? "" : "\n", task->title, when,
                  task->words);
}

static enum standing standing_of(const struct task *task, int64_t now) {
  if (task_state(task, now) == TASK_OVERDUE)
    return STANDS_OVERDUE;
  return task->due != 0 && task->due - now <= SOON_SECONDS ? STANDS_SOON : STANDS_OPEN;
}

static void token_of(const struct task *task, enum standing standing, char out[static TASK_TOKEN_BYTES * 2 + 1]) {
  int64_t numbers[] = {task->subject, task->due, standing};
  const struct digest_part parts[] = {
      {task->kind, strlen(task->kind)}, {task->title, strlen(task->title)}, {numbers, sizeof numbers}};
  uint8_t hash[DIGEST_BYTES];
  digest_parts(parts, 3, hash);
  for (size_t i = 0; i < TASK_TOKEN_BYTES; i++) {
    static const char digits[] = "0123456789abcdef";
    out[i * 2] = digits[hash[i] >> 4];
    out[i * 2 + 1] = digits[hash[i] & 15];
  }
  out[TASK_TOKEN_BYTES * 2] = '\0';
}

static enum err write_message(const struct act *act, struct digest *digest, int64_t person) {
  if (digest->listed > LISTED_MAX)
    text_add_format(&digest->words, "\nand %zu more.", digest->listed - LISTED_MAX);
  struct text subject;
  text_init(&subject, act->arena);
  text_add_format(&subject, "Today in %s: ", digest->course->slug);
  size_t before = subject.size;
  add_count(&subject, before, digest->open, "new");
  add_count(&subject, before, digest->soon, "due within a day");
  add_count(&subject, before, digest->overdue, "overdue");
  return outbox_put(act,
                    &(struct message){.course = digest->course->id,
                                      .person = person,
                                      .kind = "daily tasks",
                                      .subject = text_get(&subject),
                                      .words = text_get(&digest->words),
                                      .link = arena_format(act->arena, "/courses/%s/tasks", digest->course->slug)});
}

static void add_count(struct text *subject, size_t before, size_t count, const char *what) {
  if (count > 0)
    text_add_format(subject, "%s%zu %s", subject->size == before ? "" : ", ", count, what);
}
