// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/calendar_feed.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/accounts/session.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/reminders/calendar_feed_store.h"
#include "server/reminders/calendar_sync.h"
#include "server/reminders/ics.h"

enum { REFRESH_SECONDS = 3600, UID_BYTES = 16 };

_Static_assert((int)CALENDAR_SECRET_BYTES == (int)TOKEN_TEXT_BYTES, "a secret is a token");

static enum err audit(const struct act *act, const char *kind, int64_t course);
static const char *uid_of(struct arena *arena, int64_t feed, const struct calendar_printed *printed);
static struct ics_event event_of(struct arena *arena, const struct calendar_feed *feed, const char *public_url,
                                 const struct calendar_printed *printed);
static bool is_link(const char *place);

enum err calendar_feed_make(const struct act *act, const struct services *services, int64_t course,
                            char secret[static CALENDAR_SECRET_BYTES], struct calendar_feed *out) {
  uint8_t digest[DIGEST_BYTES];
  secret_token(secret);
  digest_bytes(secret, CALENDAR_SECRET_BYTES - 1, digest);
  enum err err = calendar_feed_store_get(act, act->actor, course, out);
  bool is_new = err == ERR_NOT_FOUND;
  if (is_new) {
    *out = (struct calendar_feed){.id = session_random_id(),
                                  .person = act->actor,
                                  .course = course,
                                  .created_at = act->now,
                                  .renewed_at = act->now};
    err = calendar_feed_store_insert(act, out, digest);
    if (err == ERR_OK)
      err = calendar_sync_feed(act, services, out);
    // The others' turn is not moved on.
    if (err == ERR_OK)
      err = agenda_set_if_none(act->db, AGENDA_CALENDARS, AUDIT_INSTALLATION, 0, act->now + CALENDAR_SYNC_SECONDS);
  } else if (err == ERR_OK) {
    out->renewed_at = act->now;
    err = calendar_feed_store_renew(act, out->id, digest);
  }
  return err == ERR_OK ? audit(act, is_new ? "calendar feed made" : "calendar feed renewed", course) : err;
}

enum err calendar_feed_get(const struct act *act, int64_t course, struct calendar_feed *out) {
  return calendar_feed_store_get(act, act->actor, course, out);
}

enum err calendar_feed_revoke(const struct act *act, int64_t course) {
  struct calendar_feed feed;
  enum err err = calendar_feed_store_get(act, act->actor, course, &feed);
  if (err == ERR_OK)
    err = calendar_feed_store_delete(act, feed.id);
  return err == ERR_OK ? audit(act, "calendar feed revoked", course) : err;
}

enum err calendar_feed_find(const struct act *act, const char *secret, struct calendar_feed *out) {
  uint8_t digest[DIGEST_BYTES];
  if (strlen(secret) != CALENDAR_SECRET_BYTES - 1) // none of ours
    return ERR_NOT_FOUND;
  digest_bytes(secret, CALENDAR_SECRET_BYTES - 1, digest);
  enum err err = calendar_feed_store_find(act, digest, out);
  return err == ERR_OK && !out->is_readable ? ERR_NOT_FOUND : err;
}

enum err calendar_feed_write(const struct act *act, const struct services *services, const struct calendar_feed *feed,
                             const char *public_url, const char **out) {
  struct calendar_printed *printed = NULL;
  size_t count = 0;
  const struct course_view *course = NULL;
  struct ics_calendar calendar = {.name = "Tandem", .refresh_seconds = REFRESH_SECONDS};
  enum err err = calendar_item_store_printed(act, feed, act->now - CALENDAR_CANCELLED_SECONDS, &printed, &count);
  if (err == ERR_OK && feed->course != 0)
    err = course_open(act, services->library, feed->course, &course);
  if (err != ERR_OK)
    return err;
  if (course != NULL)
    calendar.name = course->file->title;
  struct ics_event *events = arena_array(act->arena, count, sizeof *events);
  for (size_t i = 0; i < count; i++)
    events[i] = event_of(act->arena, feed, public_url, &printed[i]);
  *out = ics_write(act->arena, &calendar, events, count);
  return ERR_OK;
}

enum err calendar_feeds_sync(const struct act *act, const struct services *services) {
  struct calendar_stale *stale = NULL;
  size_t count = 0;
  int64_t feeds = 0;
  enum err err = calendar_feed_store_count(act, &feeds);
  if (err != ERR_OK || feeds == 0)
    return err;
  err = calendar_feed_store_stale(act, CALENDAR_FEEDS_AT_ONCE, &stale, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    err = calendar_sync_feed_or_log(act, services, &stale[i].feed);
    if (err == ERR_OK)
      err = calendar_feed_store_set_synced(act, stale[i].feed.id, stale[i].seq);
  }
  int64_t next = count == CALENDAR_FEEDS_AT_ONCE ? act->now : act->now + CALENDAR_SYNC_SECONDS;
  return err == ERR_OK ? agenda_set(act->db, AGENDA_CALENDARS, AUDIT_INSTALLATION, 0, next) : err;
}

enum err calendar_feeds_have_work(struct db *db, struct arena *arena, int64_t now, bool *out) {
  struct problem problem;
  problem_init(&problem, arena);
  const struct act act = {.db = db, .arena = arena, .now = now, .cause = "calendars", .problem = &problem};
  struct calendar_stale *stale = NULL;
  size_t count = 0;
  int64_t feeds = 0;
  enum err err = calendar_feed_store_count(&act, &feeds);
  if (err == ERR_OK && feeds > 0)
    err = calendar_feed_store_stale(&act, 1, &stale, &count);
  *out = feeds == 0 || count > 0;
  return err;
}

// Of the account, not of the course: it changes nothing there.
static enum err audit(const struct act *act, const char *kind, int64_t course) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int(&json, "course", course);
  json_end(&json);
  return audit_write(act, AUDIT_INSTALLATION, kind, arena_format(act->arena, "person %" PRId64, act->actor), NULL,
                     json_get(&json));
}

// Of the feed's random number, so that it says nothing and stands in no other calendar.
static const char *uid_of(struct arena *arena, int64_t feed, const struct calendar_printed *printed) {
  uint8_t digest[DIGEST_BYTES];
  const struct digest_part parts[] = {
      {&feed, sizeof feed}, {&printed->course, sizeof printed->course}, {printed->item.key, strlen(printed->item.key)}};
  digest_parts(parts, sizeof parts / sizeof *parts, digest);
  return arena_format(arena, "%s@tandem", digest_hex(arena, digest, UID_BYTES));
}

static struct ics_event event_of(struct arena *arena, const struct calendar_feed *feed, const char *public_url,
                                 const struct calendar_printed *printed) {
  const struct calendar_item *item = &printed->item;
  const char *url =
      public_url == NULL || item->link == NULL ? NULL : arena_format(arena, "%s%s", public_url, item->link);
  return (struct ics_event){.uid = uid_of(arena, feed->id, printed),
                            .summary = item->summary,
                            .description = item->description,
                            .location = item->location,
                            // A meeting's own address is what its reader needs in time.
                            .url = item->location != NULL && is_link(item->location) ? item->location : url,
                            .category = item->category,
                            .starts = item->starts,
                            .ends = item->ends,
                            .sequence = printed->sequence,
                            .revised_at = printed->revised_at,
                            .is_cancelled = printed->is_cancelled};
}

static bool is_link(const char *place) { return text_starts(place, "https://") || text_starts(place, "http://"); }
