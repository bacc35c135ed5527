// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of calendar feeds and of the events as they were last written. Knows no rule.
#pragma once

#include "common/base/secret.h"
#include "server/reminders/calendar_feed.h"

// The feed of the person and the course (0: all); ERR_NOT_FOUND without words.
CHECKED enum err calendar_feed_store_get(const struct act *act, int64_t person, int64_t course,
                                         struct calendar_feed *out);
// By its secret; also of people who may not read it any more: `is_readable` says.
CHECKED enum err calendar_feed_store_find(const struct act *act, const uint8_t digest[static DIGEST_BYTES],
                                          struct calendar_feed *out);
CHECKED enum err calendar_feed_store_insert(const struct act *act, const struct calendar_feed *feed,
                                            const uint8_t digest[static DIGEST_BYTES]);
CHECKED enum err calendar_feed_store_renew(const struct act *act, int64_t id,
                                           const uint8_t digest[static DIGEST_BYTES]);
CHECKED enum err calendar_feed_store_delete(const struct act *act, int64_t id); // with its items

// Those whose courses have changed since their items were written, CALENDAR_SYNC_SECONDS ago or earlier, the longest
// ago first, at most `limit`; `seq` is what to write as synced.
struct calendar_stale {
  struct calendar_feed feed;
  int64_t seq;
};
CHECKED enum err calendar_feed_store_stale(const struct act *act, int64_t limit, struct calendar_stale **out,
                                           size_t *count);
CHECKED enum err calendar_feed_store_set_synced(const struct act *act, int64_t id, int64_t seq);
CHECKED enum err calendar_feed_store_count(const struct act *act, int64_t *out);
// Where the feed's events come from: its course, or all that the person is enrolled in.
CHECKED enum err calendar_feed_store_courses(const struct act *act, const struct calendar_feed *feed, int64_t **out,
                                             size_t *count);

// An event as it was last written.
struct calendar_revision {
  const char *item;
  uint8_t digest[DIGEST_BYTES];
  int64_t sequence;
  int64_t cancelled_at; // 0: it stands
};
CHECKED enum err calendar_item_store_list(const struct act *act, int64_t feed, int64_t course,
                                          struct calendar_revision **out, size_t *count);
CHECKED enum err calendar_item_store_put(const struct act *act, int64_t feed, int64_t course,
                                         const struct calendar_item *item, const struct calendar_revision *revision);
CHECKED enum err calendar_item_store_cancel(const struct act *act, int64_t feed, int64_t course, const char *item);

// When the actor's open offer of a lab seat ends; 0: there is none.
CHECKED enum err calendar_item_store_offer(const struct act *act, int64_t course, int64_t *until);

// What a reader gets: of courses in which the person is active, cancelled ones only if that was after
// `cancelled_since`.
struct calendar_printed {
  struct calendar_item item;
  int64_t course;
  int64_t sequence;
  int64_t revised_at;
  bool is_cancelled;
};
CHECKED enum err calendar_item_store_printed(const struct act *act, const struct calendar_feed *feed,
                                             int64_t cancelled_since, struct calendar_printed **out, size_t *count);
