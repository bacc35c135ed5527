// SPDX-License-Identifier: AGPL-3.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/backup_folder.h"
#include "server/outbound/mail.h"
#include "server/upkeep_private.h"

static bool is_daily_due(const struct upkeep *upkeep, int64_t now);
static void begin_daily(struct upkeep *upkeep);
static enum err daily_prepare(struct job *job, struct db *db);
static void daily_lost(struct job *job, enum err why);
static void daily_done(struct job *job);
static void judge(struct upkeep *upkeep, int64_t now);
static void judge_backups(struct upkeep *upkeep, int64_t now);
static void judge_disks(struct upkeep *upkeep);
static void judge_changes(struct upkeep *upkeep, int64_t now);
static bool is_low(const struct upkeep *upkeep, const char *path);
static void set_trouble(struct upkeep *upkeep, enum trouble_kind kind, bool is_raised, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool has_to_tell(const struct trouble *trouble, int64_t now);
static void tell_operator(struct upkeep *upkeep, int64_t now);
static void post(struct upkeep *upkeep, struct letter *letter, const char *words, int64_t now);
static void letter_done(void *context, enum delivery delivery, const char *reason);

static const struct job_kind daily_kind = {
    .name = "daily backup", .prepare = daily_prepare, .run = NULL, .lost = daily_lost, .done = daily_done};

static const char *const subjects[TROUBLE_COUNT] = {
    [TROUBLE_BACKUP_FAILED] = "a backup failed",
    [TROUBLE_BACKUP_OLD] = "the newest backup is old",
    [TROUBLE_AUDIT_BROKEN] = "the audit is broken",
    [TROUBLE_DISK_LOW] = "the disk is nearly full",
    [TROUBLE_CHANGES_LOST] = "changes could not be stored",
};

static void on_timer(void *context) { upkeep_look(context); }

enum err upkeep_start(struct upkeep *upkeep, const struct upkeep_plan *plan, struct work *work,
                      struct loop *main_loop) {
  upkeep->plan = *plan;
  upkeep->work = work;
  upkeep->loop = main_loop;
  upkeep->started_at = clock_now(upkeep->clock);
  // A directory that cannot be read now may be a disk that is not there yet: the class goes on, and it is told.
  if (plan->backup_dir != NULL && backup_folder_newest(plan->backup_dir, &upkeep->daily_at) != ERR_OK)
    upkeep->daily_at = 0;
  pthread_mutex_lock(&upkeep->lock);
  upkeep->is_planned = plan->backup_dir != NULL;
  if (upkeep->daily_at > upkeep->newest_at)
    upkeep->newest_at = upkeep->daily_at;
  pthread_mutex_unlock(&upkeep->lock);
  if (main_loop != NULL && (upkeep->timer = timer_every(main_loop, UPKEEP_LOOK_SECONDS, on_timer, upkeep)) == NULL)
    return ERR_INTERNAL;
  upkeep_look(upkeep);
  return ERR_OK;
}

void upkeep_stop(struct upkeep *upkeep) {
  timer_free(upkeep->timer);
  upkeep->timer = NULL;
}

void upkeep_look(struct upkeep *upkeep) {
  int64_t now = clock_now(upkeep->clock);
  // While one is under way a worker has daily_at in its hands.
  if (upkeep->plan.backup_dir != NULL && !upkeep->is_daily_under_way && is_daily_due(upkeep, now))
    begin_daily(upkeep);
  judge(upkeep, now);
  if (upkeep->plan.operator_address != NULL && upkeep->letter == NULL)
    tell_operator(upkeep, now);
}

int64_t upkeep_next(int64_t after, int minute) {
  if (after == 0)
    return 0;
  time_t time = (time_t)after;
  struct tm tm = {0};
  localtime_r(&time, &tm);
  bool is_past = tm.tm_hour * 60 + tm.tm_min >= minute;
  tm.tm_mday += is_past;
  tm.tm_hour = minute / 60;
  tm.tm_min = minute % 60;
  tm.tm_sec = 0;
  tm.tm_isdst = -1; // mktime knows what holds on that day
  return (int64_t)mktime(&tm);
}

static bool is_daily_due(const struct upkeep *upkeep, int64_t now) {
  if (upkeep->daily_failed_at != 0 && now < upkeep->daily_failed_at + UPKEEP_RETRY_SECONDS)
    return false;
  return now >= upkeep_next(upkeep->daily_at, upkeep->plan.backup_minute);
}

static void begin_daily(struct upkeep *upkeep) {
  upkeep->daily = (struct daily){.job = {.kind = &daily_kind, .home = upkeep->loop}, .upkeep = upkeep};
  upkeep->is_daily_under_way = true;
  if (upkeep->work == NULL) {
    if (daily_prepare(&upkeep->daily.job, NULL) != ERR_OK)
      upkeep->daily_failed_at = clock_now(upkeep->clock);
    upkeep->is_daily_under_way = false;
  } else if (!work_submit(upkeep->work, &upkeep->daily.job)) {
    upkeep->is_daily_under_way = false; // the queue is full: at the next look
  }
}

// On a worker. Nobody else looks at daily_at and daily_failed_at until it is done.
static enum err daily_prepare(struct job *job, struct db *db) {
  (void)db;
  struct upkeep *upkeep = ((struct daily *)job)->upkeep;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct backup backup;
  enum err err =
      upkeep_backup(upkeep, upkeep->plan.backup_dir, true, upkeep->plan.is_cancelled, arena, &problem, &backup);
  if (err == ERR_CONFLICT)
    return ERR_OK; // one by hand is under way: at the next look
  upkeep->daily_failed_at = err == ERR_OK ? 0 : clock_now(upkeep->clock);
  if (err != ERR_OK)
    return err;
  upkeep->daily_at = backup.made_at;
  size_t removed = 0;
  // Too many of them do no harm today; that it failed was logged.
  if (backup_folder_prune(upkeep->plan.backup_dir, upkeep->plan.backup_keep, &removed) == ERR_OK && removed > 0)
    log_line(LOG_INFO, "backup", "removed %zu daily backups over the %" PRId64 " that are kept", removed,
             upkeep->plan.backup_keep);
  return ERR_OK;
}

static void daily_lost(struct job *job, enum err why) {
  (void)job;
  (void)why;
}

static void daily_done(struct job *job) {
  struct upkeep *upkeep = ((struct daily *)job)->upkeep;
  upkeep->is_daily_under_way = false;
  if (upkeep->timer != NULL)
    upkeep_look(upkeep);
}

static void judge(struct upkeep *upkeep, int64_t now) {
  pthread_mutex_lock(&upkeep->lock);
  judge_backups(upkeep, now);
  judge_disks(upkeep);
  judge_changes(upkeep, now);
  pthread_mutex_unlock(&upkeep->lock);
}

static void judge_backups(struct upkeep *upkeep, int64_t now) {
  char instant[21];
  instant_format(upkeep->failed_at, instant);
  set_trouble(upkeep, TROUBLE_BACKUP_FAILED, upkeep->failed_at != 0, "The last backup failed at %s: %s", instant,
              upkeep->failed_words);
  bool is_known = upkeep->newest_at != 0;
  int64_t age = now - (is_known ? upkeep->newest_at : upkeep->started_at);
  instant_format(upkeep->newest_at, instant);
  // Its hours would make new words every hour, and each a new line in the log.
  set_trouble(upkeep, TROUBLE_BACKUP_OLD, age > UPKEEP_BACKUP_OLD_SECONDS,
              is_known ? "The newest backup is more than 36 hours old: it was made at %s."
                       : "No backup has been made in 36 hours.%.0s",
              instant);
  set_trouble(upkeep, TROUBLE_AUDIT_BROKEN, !upkeep->is_newest_sound,
              "The newest backup holds an audit that is broken: `tandem audit verify` says where.");
}

static void judge_disks(struct upkeep *upkeep) {
  const char *const paths[] = {upkeep->data_dir, upkeep->plan.backup_dir};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    if (paths[i] == NULL || !is_low(upkeep, paths[i]))
      continue;
    set_trouble(upkeep, TROUBLE_DISK_LOW, true,
                "The disk of %.250s is nearly full: less than %" PRId64
                " MiB are free. Once it is full, every change is "
                "answered 503.",
                paths[i], upkeep->plan.disk_low_bytes >> 20);
    return;
  }
  set_trouble(upkeep, TROUBLE_DISK_LOW, false, "-");
}

static void judge_changes(struct upkeep *upkeep, int64_t now) {
  struct work_figures figures = {0};
  if (upkeep->work != NULL)
    work_figures(upkeep->work, &figures);
  if (figures.lost > upkeep->lost) {
    if (!upkeep->troubles[TROUBLE_CHANGES_LOST].is_raised)
      upkeep->lost_since = now;
    upkeep->lost_at = now;
    upkeep->lost = figures.lost;
  }
  char instant[21];
  instant_format(upkeep->lost_since, instant);
  bool is_raised = upkeep->lost_at != 0 && now - upkeep->lost_at < UPKEEP_LOST_SECONDS;
  set_trouble(upkeep, TROUBLE_CHANGES_LOST, is_raised,
              "Changes have been answered store_unavailable since %s: the store could not take them. The log says why.",
              instant);
}

static bool is_low(const struct upkeep *upkeep, const char *path) {
  struct statvfs status;
  if (statvfs(path, &status) != 0)
    return false;
  return (uint64_t)status.f_bavail * status.f_frsize < (uint64_t)upkeep->plan.disk_low_bytes;
}

// Under the lock. The log hears of a change, not of every look.
static void set_trouble(struct upkeep *upkeep, enum trouble_kind kind, bool is_raised, const char *format, ...) {
  struct trouble *trouble = &upkeep->troubles[kind];
  if (!is_raised) {
    if (trouble->is_raised)
      log_line(LOG_INFO, "upkeep", "over: %s", trouble->words);
    *trouble = (struct trouble){0};
    return;
  }
  va_list args;
  va_start(args, format);
  vsnprintf(trouble->words, sizeof trouble->words, format, args);
  va_end(args);
  if (!trouble->is_raised)
    log_line(LOG_WARN, "upkeep", "%s", trouble->words);
  trouble->is_raised = true;
}

static bool has_to_tell(const struct trouble *trouble, int64_t now) {
  return trouble->is_raised && (trouble->told_at == 0 || now - trouble->told_at >= UPKEEP_TELL_AGAIN_SECONDS);
}

// One mail for all that is new, or has stood for another day.
static void tell_operator(struct upkeep *upkeep, int64_t now) {
  struct arena *arena = arena_new();
  struct letter *letter = arena_alloc(arena, sizeof *letter);
  *letter = (struct letter){.upkeep = upkeep, .arena = arena};
  struct text words;
  text_init(&words, arena);
  bool is_due = false;
  pthread_mutex_lock(&upkeep->lock);
  for (size_t i = 0; i < TROUBLE_COUNT; i++) {
    letter->told[i] = upkeep->troubles[i].is_raised;
    is_due = is_due || has_to_tell(&upkeep->troubles[i], now);
    if (letter->told[i])
      text_add_format(&words, "%s\n\n", upkeep->troubles[i].words);
  }
  pthread_mutex_unlock(&upkeep->lock);
  if (!is_due) {
    arena_free(arena);
    return;
  }
  text_add_format(&words, "This is Tandem on %s. It writes again tomorrow if this lasts; /readyz says what holds now.",
                  upkeep->data_dir == NULL ? "a store in memory" : upkeep->data_dir);
  post(upkeep, letter, text_get(&words), now);
}

static void post(struct upkeep *upkeep, struct letter *letter, const char *words, int64_t now) {
  size_t first = 0;
  while (!letter->told[first])
    first++;
  // The mails of the outbox have the positive numbers.
  upkeep->letter_id = -now < upkeep->letter_id ? -now : upkeep->letter_id - 1;
  const struct mail_message message = {.subject = arena_format(letter->arena, "Tandem: %s", subjects[first]),
                                       .words = words};
  const struct mail mail = {.id = upkeep->letter_id,
                            .date = now,
                            .from_address = upkeep->plan.from_address,
                            .to_name = "Operator of Tandem",
                            .to_address = upkeep->plan.operator_address,
                            .messages = &message,
                            .count = 1};
  struct transport_mail out = {.id = mail.id, .from = mail.from_address, .to = mail.to_address};
  if (mail_compose(letter->arena, &mail, &out.bytes, &out.size) != ERR_OK) {
    log_line(LOG_ERROR, "upkeep", "the mail to the operator has a control character in a header and is not sent");
    arena_free(letter->arena);
    return;
  }
  upkeep->letter = letter;
  upkeep->plan.transport->send(upkeep->plan.transport, &out, letter_done, letter);
}

static void letter_done(void *context, enum delivery delivery, const char *reason) {
  struct letter *letter = context;
  struct upkeep *upkeep = letter->upkeep;
  int64_t now = clock_now(upkeep->clock);
  pthread_mutex_lock(&upkeep->lock);
  // A failure that may pass is tried again at the next look.
  for (size_t i = 0; i < TROUBLE_COUNT; i++)
    if (letter->told[i] && delivery != DELIVERY_LATER)
      upkeep->troubles[i].told_at = now;
  pthread_mutex_unlock(&upkeep->lock);
  if (delivery == DELIVERY_REFUSED)
    log_line(LOG_ERROR, "upkeep", "mail to the operator's address was refused for good: %s", reason);
  upkeep->letter = NULL;
  arena_free(letter->arena);
}
