// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/calendar_sync.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/reminders/calendar_feed_store.h"

static enum err sync_course(const struct act *act, const struct services *services, const struct calendar_feed *feed,
                            int64_t course);
static enum err put(const struct act *act, const struct calendar_feed *feed, const struct course_view *course,
                    const struct calendar_item *item, const struct calendar_revision *was);
static void digest_of(const struct calendar_item *item, uint8_t out[static DIGEST_BYTES]);
static struct digest_part part(const char *text);
static const struct calendar_revision *find(const struct calendar_revision *list, size_t count, const char *item);
static int revision_compare(const void *key, const void *element);

enum err calendar_sync_feed(const struct act *act, const struct services *services, const struct calendar_feed *feed) {
  int64_t *courses = NULL;
  size_t count = 0;
  enum err err = calendar_feed_store_courses(act, feed, &courses, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = sync_course(act, services, feed, courses[i]);
  return err;
}

enum err calendar_sync_feed_or_log(const struct act *act, const struct services *services,
                                   const struct calendar_feed *feed) {
  enum err err = db_savepoint(act->db);
  if (err != ERR_OK)
    return err;
  enum err synced = calendar_sync_feed(act, services, feed);
  if (!db_in_transaction(act->db))
    return ERR_UNAVAILABLE;
  if (synced == ERR_OK)
    return db_savepoint_release(act->db);
  log_line(LOG_ERROR, "calendars", "the feed of person %lld stays as it was: %s", (long long)feed->person,
           err_name(synced));
  return db_savepoint_rollback(act->db);
}

static enum err sync_course(const struct act *act, const struct services *services, const struct calendar_feed *feed,
                            int64_t course) {
  struct act as = *act; // what the person sees
  as.actor = feed->person;
  as.cause = NULL;
  const struct course_view *view = NULL;
  const struct calendar_item *items = NULL;
  struct calendar_revision *stored = NULL;
  size_t item_count = 0, stored_count = 0;
  enum err err = course_open_as(&as, services->library, course, feed->person, &view);
  if (err == ERR_OK && view->role == ROLE_NONE)
    return ERR_OK; // dropped: nothing of it is printed, and it is as it was should they come back
  if (err == ERR_OK)
    err = calendar_items_of(&as, view, &items, &item_count);
  if (err == ERR_OK)
    err = calendar_item_store_list(act, feed->id, course, &stored, &stored_count);
  bool *is_wanted = arena_array(act->arena, stored_count, sizeof *is_wanted);
  for (size_t i = 0; err == ERR_OK && i < item_count; i++) {
    const struct calendar_revision *was = find(stored, stored_count, items[i].key);
    if (was != NULL)
      is_wanted[was - stored] = true;
    err = put(act, feed, view, &items[i], was);
  }
  for (size_t i = 0; err == ERR_OK && i < stored_count; i++)
    if (!is_wanted[i] && stored[i].cancelled_at == 0)
      err = calendar_item_store_cancel(act, feed->id, course, stored[i].item);
  return err;
}

static enum err put(const struct act *act, const struct calendar_feed *feed, const struct course_view *course,
                    const struct calendar_item *item, const struct calendar_revision *was) {
  struct calendar_revision is = {.item = item->key, .sequence = was == NULL ? 0 : was->sequence + 1};
  struct calendar_item named = *item;
  if (feed->course == 0) // among the events of several courses
    named.summary = arena_format(act->arena, "%s (%s)", item->summary, course->file->title);
  digest_of(&named, is.digest);
  if (was != NULL && was->cancelled_at == 0 && memcmp(was->digest, is.digest, DIGEST_BYTES) == 0)
    return ERR_OK;
  return calendar_item_store_put(act, feed->id, course->id, &named, &is);
}

static void digest_of(const struct calendar_item *item, uint8_t out[static DIGEST_BYTES]) {
  const struct digest_part parts[] = {{&item->starts, sizeof item->starts},
                                      {&item->ends, sizeof item->ends},
                                      part(item->summary),
                                      part(item->description),
                                      part(item->location),
                                      part(item->link),
                                      part(item->category)};
  digest_parts(parts, sizeof parts / sizeof *parts, out);
}

static struct digest_part part(const char *text) {
  return text == NULL ? (struct digest_part){"", 0} : (struct digest_part){text, strlen(text)};
}

// By item, as the store lists them: its text order is that of bytes.
static const struct calendar_revision *find(const struct calendar_revision *list, size_t count, const char *item) {
  return count == 0 ? NULL : bsearch(item, list, count, sizeof *list, revision_compare);
}

static int revision_compare(const void *key, const void *element) {
  return strcmp(key, ((const struct calendar_revision *)element)->item);
}
