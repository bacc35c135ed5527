// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outage_watch.h"

#include "common/base/log.h"
#include "server/courses/course_view.h"
#include "server/db/settings.h"
#include "server/domain_time.h"
#include "server/milestones/outage.h"

#define REFUSED_FROM "refused_from"
#define REFUSED_UNTIL "refused_until"

static enum err find_begin(struct db *db, const struct outage_watch *watch, int64_t last, int64_t *from);
static enum err look_at(const struct act *act, const struct outage_watch *watch, int64_t id, int64_t from);

enum err outage_watch_look(struct db *db, const struct outage_watch *watch) {
  int64_t last = 0;
  enum err err = domain_time_last(db, &last);
  int64_t gap = watch->now - last;
  bool is_gap = watch->is_start || watch->has_lost ? gap > 0 : gap > OUTAGE_GAP_SECONDS;
  if (err != ERR_OK || last == 0 || watch->is_advanced || !is_gap)
    return err;
  int64_t from = last;
  if ((err = find_begin(db, watch, last, &from)) != ERR_OK)
    return err;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  const struct act act = {.db = db, .arena = arena, .now = watch->now, .cause = "heartbeat", .problem = &problem};
  int64_t *courses = NULL;
  size_t count = 0;
  err = outage_courses(&act, &courses, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = look_at(&act, watch, courses[i], from);
  return err;
}

// Few are in the middle of an upload at any one half minute: what is refused soon after is one stretch with it, though
// heartbeats in between saw nobody refused, and though the server was started anew, as one does with a full disk. The
// time without the server is noted by itself.
static enum err find_begin(struct db *db, const struct outage_watch *watch, int64_t last, int64_t *from) {
  int64_t begun = 0, until = 0;
  *from = last;
  enum err err = setting_get_int(db, REFUSED_FROM, &begun);
  if (err == ERR_OK)
    err = setting_get_int(db, REFUSED_UNTIL, &until);
  bool is_same = until != 0 && last - until <= OUTAGE_QUIET_SECONDS;
  if (err == ERR_OK && watch->is_start)
    return setting_set_int(db, REFUSED_UNTIL, is_same ? watch->now : 0);
  if (is_same)
    *from = begun;
  if (err == ERR_OK && *from != begun)
    err = setting_set_int(db, REFUSED_FROM, *from);
  return err == ERR_OK ? setting_set_int(db, REFUSED_UNTIL, watch->now) : err;
}

// A course that cannot be looked at keeps neither the heartbeat nor the server's start from happening.
static enum err look_at(const struct act *act, const struct outage_watch *watch, int64_t id, int64_t from) {
  const struct course_view *course = NULL;
  int64_t outage = 0;
  enum err err = db_savepoint(act->db);
  if (err != ERR_OK)
    return err;
  enum err looked = course_open(act, watch->services->library, id, &course);
  if (looked == ERR_OK)
    looked = outage_record(act, course, watch->is_start ? OUTAGE_DOWN : OUTAGE_STORE, from, watch->now, &outage);
  if (!db_in_transaction(act->db))
    return ERR_UNAVAILABLE;
  if (looked != ERR_OK) {
    log_line(LOG_ERROR, "outage", "course %lld: what the last %lld s spanned is not known: %s", (long long)id,
             (long long)(watch->now - from), err_name(looked));
    return db_savepoint_rollback(act->db);
  }
  if (outage != 0)
    log_line(LOG_WARN, "outage", "%s: the last %lld s spanned a deadline; its staff are told", course->slug,
             (long long)(watch->now - from));
  return db_savepoint_release(act->db);
}
