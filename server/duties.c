// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/duties.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "server/courses/course_view.h"
#include "server/courses/enrolment.h"
#include "server/courses/file.h"
#include "server/db/agenda.h"
#include "server/http/idempotency.h"
#include "server/labs/lab.h"
#include "server/proposals/comment.h"
#include "server/proposals/decision.h"
#include "server/reminders/announcement.h"
#include "server/reminders/calendar_feed.h"
#include "server/reminders/digest.h"
#include "server/teams/team.h"
#include "server/work/timer.h"

enum { ITEMS_AT_ONCE = 64, ASK_SECONDS = 60 };

typedef enum err duty_run(const struct act *act, const struct services *services, const struct course_view *course,
                          int64_t subject);

// Whether running it would change anything; reads only, on the main loop.
typedef enum err duty_ask(struct db *db, struct arena *arena, int64_t now, bool *has_work);

struct duty {
  const char *kind;
  duty_run *run;
  // NULL: it is run when it is due. Else it then waits until there is something to do: a commit is a sync.
  duty_ask *ask;
};

// One item on its way through the writer.
struct errand {
  struct job job; // first
  struct duties *duties;
  const struct services *services;
  const struct clock *clock;
  struct arena *arena;
  struct agenda_item item;
  enum err err;
};

struct duties {
  struct app *app;
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  size_t under_way;    // errands submitted; the next look waits for them
  int64_t quiet_until; // after a failure
  int64_t ask_at;      // when one that had nothing to do is asked again
};

static duty_run close_registration, lapse_invitation, end_hold, expire_offer, decide_labs, expire_answers, expire_file,
    tell_decision, tell_comments, send_daily_mail, sync_calendars, send_announcement;
static duty_ask ask_calendars;
static void look(void *context);
static bool is_idle(struct duties *duties, struct db *db, const struct agenda_item *item, int64_t now);
static struct errand *errand_new(struct app *app, const struct agenda_item *item);
static void errand_free(struct errand *errand);
static enum err errand_run(struct job *job, struct db *db);
static void errand_lost(struct job *job, enum err why);
static void errand_done(struct job *job);
static const struct duty *duty_of(const char *kind);

static const struct duty duty_rows[] = {
    {AGENDA_REGISTRATION_CLOSES, close_registration, NULL},
    {AGENDA_INVITATION_LAPSES, lapse_invitation, NULL},
    {AGENDA_HOLD_ENDS, end_hold, NULL},
    {AGENDA_OFFER_EXPIRES, expire_offer, NULL},
    {AGENDA_LAB_DECIDED, decide_labs, NULL},
    {AGENDA_ANSWERS_EXPIRE, expire_answers, NULL},
    {AGENDA_FILE_EXPIRES, expire_file, NULL},
    {AGENDA_DECISION_TOLD, tell_decision, NULL},
    {AGENDA_COMMENTS_TOLD, tell_comments, NULL},
    {AGENDA_ANNOUNCEMENT, send_announcement, NULL},
    {AGENDA_CALENDARS, sync_calendars, ask_calendars},
    {AGENDA_DAILY_MAIL, send_daily_mail, NULL},
};

static const struct job_kind errand_kind = {
    .name = "duty", .prepare = NULL, .run = errand_run, .lost = errand_lost, .done = errand_done};

enum err duties_start(struct app *app, struct work *work, struct loop *main_loop, struct duties **out) {
  struct duties *duties = calloc(1, sizeof *duties);
  if (duties == NULL)
    abort();
  *duties = (struct duties){.app = app, .work = work, .loop = main_loop};
  duties->timer = timer_every(main_loop, 1, look, duties);
  if (duties->timer == NULL) {
    duties_free(duties);
    return ERR_INTERNAL;
  }
  *out = duties;
  return ERR_OK;
}

void duties_stop(struct duties *duties) {
  timer_free(duties->timer);
  duties->timer = NULL;
}

void duties_free(struct duties *duties) {
  if (duties == NULL)
    return;
  timer_free(duties->timer);
  free(duties);
}

enum err duties_run_due(struct app *app, size_t *ran) { return duties_run_until(app, INT64_MAX, ran); }

enum err duties_run_until(struct app *app, int64_t last, size_t *ran) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct agenda_item *items = NULL;
  size_t count = 0;
  *ran = 0;
  do {
    int64_t until = clock_now(app_http(app)->clock) - DUTY_DELAY_SECONDS;
    until = last < until ? last : until;
    enum err err = agenda_due(app_db(app), arena, until, ITEMS_AT_ONCE, &items, &count);
    if (err != ERR_OK)
      return err;
    for (size_t i = 0; i < count; i++) {
      struct errand *errand = errand_new(app, &items[i]);
      err = job_batch(app_db(app), &(struct job *){&errand->job}, 1);
      if (err == ERR_OK)
        err = errand->err;
      errand_free(errand);
      if (err != ERR_OK)
        return err;
      *ran += 1;
    }
  } while (count > 0); // a duty may set the next one
  return ERR_OK;
}

static void look(void *context) {
  struct duties *duties = context;
  int64_t now = clock_now(app_http(duties->app)->clock);
  if (duties->under_way > 0 || now < duties->quiet_until)
    return;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct agenda_item *items = NULL;
  size_t count = 0;
  struct db *db = loop_db(duties->loop);
  if (db_begin_read(db) != ERR_OK)
    return;
  enum err err = agenda_due(db, arena, now - DUTY_DELAY_SECONDS, ITEMS_AT_ONCE, &items, &count);
  size_t wanted = 0;
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    if (!is_idle(duties, db, &items[i], now))
      items[wanted++] = items[i];
  db_rollback(db);
  for (size_t i = 0; err == ERR_OK && i < wanted; i++) {
    struct errand *errand = errand_new(duties->app, &items[i]);
    errand->duties = duties;
    errand->job.home = duties->loop;
    if (!work_submit(duties->work, &errand->job)) {
      errand_free(errand);
      return;
    }
    duties->under_way++;
  }
}

// What cannot be asked is run: its failure is then told.
static bool is_idle(struct duties *duties, struct db *db, const struct agenda_item *item, int64_t now) {
  const struct duty *duty = duty_of(item->kind);
  if (duty == NULL || duty->ask == NULL)
    return false;
  if (now < duties->ask_at)
    return true;
  struct arena *arena SCOPED_ARENA = arena_new();
  bool has_work = false;
  if (duty->ask(db, arena, now, &has_work) != ERR_OK || has_work)
    return false;
  duties->ask_at = now + ASK_SECONDS;
  return true;
}

static struct errand *errand_new(struct app *app, const struct agenda_item *item) {
  struct arena *arena = arena_new();
  struct errand *errand = arena_alloc(arena, sizeof *errand);
  *errand = (struct errand){.job = {.kind = &errand_kind},
                            .services = app_services(app),
                            .clock = app_http(app)->clock,
                            .arena = arena,
                            .item = *item};
  errand->item.kind = arena_text(arena, item->kind);
  return errand;
}

static void errand_free(struct errand *errand) { arena_free(errand->arena); }

static enum err errand_run(struct job *job, struct db *db) {
  struct errand *errand = (struct errand *)job;
  struct problem problem;
  problem_init(&problem, errand->arena);
  const struct duty *duty = duty_of(errand->item.kind);
  bool taken = false;
  if (duty == NULL)
    log_line(LOG_ERROR, "duties", "nobody knows \"%s\"", errand->item.kind);
  errand->err = duty == NULL ? ERR_INTERNAL : agenda_take(db, &errand->item, &taken);
  if (errand->err != ERR_OK || !taken)
    return errand->err;
  struct act act = {
      .db = db, .arena = errand->arena, .now = clock_now(errand->clock), .cause = duty->kind, .problem = &problem};
  const struct course_view *course = NULL;
  if (errand->item.course != 0) // 0: of the installation
    errand->err = course_open(&act, errand->services->library, errand->item.course, &course);
  if (errand->err == ERR_OK)
    errand->err = duty->run(&act, errand->services, course, errand->item.subject);
  if (errand->err != ERR_OK)
    log_line(LOG_ERROR, "duties", "%s, course %lld, subject %lld: %s %s", duty->kind, (long long)errand->item.course,
             (long long)errand->item.subject, err_name(errand->err), problem.detail != NULL ? problem.detail : "");
  return errand->err;
}

static void errand_lost(struct job *job, enum err why) { ((struct errand *)job)->err = why; }

static void errand_done(struct job *job) {
  struct errand *errand = (struct errand *)job;
  struct duties *duties = errand->duties;
  duties->under_way--;
  if (errand->err != ERR_OK)
    duties->quiet_until = clock_now(errand->clock) + DUTY_RETRY_SECONDS;
  errand_free(errand);
}

static const struct duty *duty_of(const char *kind) {
  for (size_t i = 0; i < sizeof duty_rows / sizeof duty_rows[0]; i++)
    if (strcmp(duty_rows[i].kind, kind) == 0)
      return &duty_rows[i];
  return NULL;
}

static enum err close_registration(const struct act *act, const struct services *services,
                                   const struct course_view *course, int64_t subject) {
  (void)services, (void)subject;
  return team_close_window(act, course);
}

static enum err lapse_invitation(const struct act *act, const struct services *services,
                                 const struct course_view *course, int64_t subject) {
  (void)services;
  return invitation_lapse(act, course, subject);
}

static enum err end_hold(const struct act *act, const struct services *services, const struct course_view *course,
                         int64_t subject) {
  return enrolment_release(act, services, course, subject);
}

static enum err expire_offer(const struct act *act, const struct services *services, const struct course_view *course,
                             int64_t subject) {
  (void)services;
  return lab_offer_expire(act, course, subject);
}

static enum err decide_labs(const struct act *act, const struct services *services, const struct course_view *course,
                            int64_t subject) {
  (void)services, (void)subject;
  return lab_decide(act, course);
}

static enum err expire_answers(const struct act *act, const struct services *services, const struct course_view *course,
                               int64_t subject) {
  (void)services, (void)course, (void)subject;
  return idempotency_expire(act);
}

static enum err expire_file(const struct act *act, const struct services *services, const struct course_view *course,
                            int64_t subject) {
  (void)services;
  return file_expire(act, course->id, subject);
}

static enum err tell_decision(const struct act *act, const struct services *services, const struct course_view *course,
                              int64_t subject) {
  (void)services;
  return decision_tell(act, course, subject);
}

static enum err tell_comments(const struct act *act, const struct services *services, const struct course_view *course,
                              int64_t subject) {
  (void)services;
  return comment_tell(act, course, subject);
}

static enum err send_daily_mail(const struct act *act, const struct services *services,
                                const struct course_view *course, int64_t subject) {
  (void)subject;
  return digest_send(act, services, course);
}

static enum err sync_calendars(const struct act *act, const struct services *services, const struct course_view *course,
                               int64_t subject) {
  (void)course, (void)subject;
  return calendar_feeds_sync(act, services);
}

static enum err ask_calendars(struct db *db, struct arena *arena, int64_t now, bool *has_work) {
  return calendar_feeds_have_work(db, arena, now, has_work);
}

static enum err send_announcement(const struct act *act, const struct services *services,
                                  const struct course_view *course, int64_t subject) {
  (void)services;
  return announcement_send_due(act, course, subject);
}
