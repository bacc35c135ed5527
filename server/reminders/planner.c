// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/planner.h"

#include <stdlib.h>

#include "common/base/log.h"
#include "server/reminders/ledger_store.h"
#include "server/work/timer.h"

// One course on its way through a worker and, when anything is to be written, the writer.
struct run {
  struct job job;          // first
  struct planner *planner; // NULL: not from a server's loop
  struct planner_options options;
  struct arena *arena;
  int64_t course;
  int64_t until;
  struct course_outlook outlook; // as the worker saw it; `is_sound` false: it is the writer's to meet
  enum err err;
};

// What is remembered of a course between runs; nothing of it is needed after a restart.
struct known {
  int64_t course;
  int64_t next;    // the earliest reminder, as things stood
  int64_t counter; // of the course's changes, then
  int64_t handled; // nothing was due up to here, and nothing is written of it; 0: the store knows
  int64_t ran_at;
  int64_t quiet_until; // after a failure
  bool is_under_way;
};

struct planner {
  struct planner_options options;
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  struct known *known;
  size_t count;
};

static void look(void *context);
static struct known *known_of(struct planner *planner, int64_t course);
static bool is_to_run(const struct known *known, const struct ledger_course *course, int64_t now);
static void submit(struct planner *planner, struct known *known, const struct ledger_course *course);
static struct run *run_new(const struct planner_options *options, int64_t course, int64_t until);
static struct act act_of(struct run *run, struct db *db, struct problem *problem);
static enum err look_prepare(struct job *job, struct db *db);
static void look_done(struct job *job);
static enum err send_run(struct job *job, struct db *db);
static void send_done(struct job *job);
static void run_lost(struct job *job, enum err why);
static void finish(struct run *run);

static const struct job_kind look_kind = {
    .name = "reminders looked at", .prepare = look_prepare, .run = NULL, .lost = run_lost, .done = look_done};
static const struct job_kind send_kind = {
    .name = "reminders", .prepare = NULL, .run = send_run, .lost = run_lost, .done = send_done};

enum err planner_start(const struct planner_options *options, struct work *work, struct loop *main_loop,
                       struct planner **out) {
  struct planner *planner = calloc(1, sizeof *planner);
  if (planner == NULL)
    abort();
  *planner = (struct planner){.options = *options, .work = work, .loop = main_loop};
  planner->timer = timer_every(main_loop, 1, look, planner);
  if (planner->timer == NULL) {
    planner_free(planner);
    return ERR_INTERNAL;
  }
  *out = planner;
  return ERR_OK;
}

void planner_handled(const struct planner *planner, struct arena *arena, struct course_handled **out, size_t *count) {
  struct course_handled *list = arena_array(arena, planner->count, sizeof *list);
  size_t size = 0;
  for (size_t i = 0; i < planner->count; i++)
    if (planner->known[i].handled != 0)
      list[size++] =
          (struct course_handled){planner->known[i].course, planner->known[i].handled, planner->known[i].counter};
  *out = list;
  *count = size;
}

void planner_stop(struct planner *planner) {
  timer_free(planner->timer);
  planner->timer = NULL;
}

void planner_free(struct planner *planner) {
  if (planner == NULL)
    return;
  timer_free(planner->timer);
  free(planner->known);
  free(planner);
}

enum err planner_run_due(const struct planner_options *options, struct db *db, int64_t until) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct ledger_course *courses = NULL;
  size_t count = 0;
  enum err err = ledger_store_courses(db, arena, 0, &courses, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < count; i++) { // one that fails keeps the others from nothing
    struct run *run = run_new(options, courses[i].course, until);
    run->job.kind = &send_kind;
    enum err failed = job_batch(db, &(struct job *){&run->job}, 1);
    if (failed == ERR_OK)
      failed = run->err;
    err = err == ERR_OK ? failed : err;
    arena_free(run->arena);
  }
  return err;
}

static void look(void *context) {
  struct planner *planner = context;
  int64_t now = clock_now(planner->options.clock);
  struct arena *arena SCOPED_ARENA = arena_new();
  struct ledger_course *courses = NULL;
  size_t count = 0;
  struct db *db = loop_db(planner->loop);
  if (db_begin_read(db) != ERR_OK)
    return;
  enum err err = ledger_store_courses(db, arena, 0, &courses, &count);
  db_rollback(db);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct known *known = known_of(planner, courses[i].course);
    if (!known->is_under_way && now >= known->quiet_until && is_to_run(known, &courses[i], now))
      submit(planner, known, &courses[i]);
  }
}

static struct known *known_of(struct planner *planner, int64_t course) {
  for (size_t i = 0; i < planner->count; i++)
    if (planner->known[i].course == course)
      return &planner->known[i];
  planner->known = reallocarray(planner->known, planner->count + 1, sizeof *planner->known);
  if (planner->known == NULL)
    abort();
  planner->known[planner->count] = (struct known){.course = course, .counter = -1};
  return &planner->known[planner->count++];
}

static bool is_to_run(const struct known *known, const struct ledger_course *course, int64_t now) {
  int64_t until = known->handled > course->planned_until ? known->handled : course->planned_until;
  if (!course->is_live)
    return now - until >= PLANNER_PAUSE_SECONDS;
  if (known->counter == -1 || now - PLANNER_DELAY_SECONDS >= known->next || now < known->ran_at)
    return true;
  int64_t rested = now - known->ran_at;
  return rested >= PLANNER_EVERY_SECONDS || (rested >= PLANNER_REST_SECONDS && course->counter != known->counter);
}

static void submit(struct planner *planner, struct known *known, const struct ledger_course *course) {
  struct run *run = run_new(&planner->options, course->course, INT64_MAX);
  run->planner = planner;
  run->job.home = planner->loop;
  if (!work_submit(planner->work, &run->job)) {
    arena_free(run->arena);
    return;
  }
  known->is_under_way = true;
  known->ran_at = clock_now(planner->options.clock);
}

static struct run *run_new(const struct planner_options *options, int64_t course, int64_t until) {
  struct arena *arena = arena_new();
  struct run *run = arena_alloc(arena, sizeof *run);
  *run =
      (struct run){.job = {.kind = &look_kind}, .options = *options, .arena = arena, .course = course, .until = until};
  return run;
}

static struct act act_of(struct run *run, struct db *db, struct problem *problem) {
  problem_init(problem, run->arena);
  return (struct act){
      .db = db, .arena = run->arena, .now = clock_now(run->options.clock), .cause = "reminders", .problem = problem};
}

// Looks only, so that the writer need not when nothing is due. A failure here is the writer's to meet again.
static enum err look_prepare(struct job *job, struct db *db) {
  struct run *run = (struct run *)job;
  struct problem problem;
  struct act act = act_of(run, db, &problem);
  if (db_begin_read(db) != ERR_OK)
    return ERR_OK;
  if (course_reminders_look(&act, run->options.services, run->course, &run->outlook) != ERR_OK)
    run->outlook.is_sound = false;
  db_rollback(db);
  return ERR_OK;
}

// Nothing due: nothing to write either.
static void look_done(struct job *job) {
  struct run *run = (struct run *)job;
  struct planner *planner = run->planner;
  bool is_idle = run->outlook.is_sound && !run->outlook.has_due;
  if (run->err == ERR_OK) // never an older look's instant beside this one's counter
    known_of(planner, run->course)->handled = is_idle ? run->outlook.until : 0;
  if (run->err != ERR_OK || is_idle || planner->timer == NULL) {
    finish(run);
    return;
  }
  run->job.kind = &send_kind;
  if (work_submit(planner->work, &run->job))
    return;
  run->err = ERR_UNAVAILABLE;
  finish(run);
}

static enum err send_run(struct job *job, struct db *db) {
  struct run *run = (struct run *)job;
  struct problem problem;
  struct act act = act_of(run, db, &problem);
  int64_t until = act.now - PLANNER_DELAY_SECONDS;
  if (run->until < until)
    until = run->until;
  run->err = course_reminders_send(&act, run->options.services, run->course, until, &run->outlook);
  if (run->err != ERR_OK)
    log_line(LOG_ERROR, "reminders", "course %lld: %s %s", (long long)run->course, err_name(run->err),
             problem.detail != NULL ? problem.detail : "");
  return run->err;
}

static void run_lost(struct job *job, enum err why) { ((struct run *)job)->err = why; }

static void send_done(struct job *job) {
  struct run *run = (struct run *)job;
  known_of(run->planner, run->course)->handled = 0;
  finish(run);
}

static void finish(struct run *run) {
  struct planner *planner = run->planner;
  struct known *known = known_of(planner, run->course);
  known->is_under_way = false;
  if (run->err == ERR_OK) {
    known->next = run->outlook.next;
    known->counter = run->outlook.counter;
  } else {
    known->quiet_until = clock_now(planner->options.clock) + PLANNER_RETRY_SECONDS;
  }
  arena_free(run->arena);
}
