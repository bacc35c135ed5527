// SPDX-License-Identifier: AGPL-3.0-or-later
// Calendar feeds: one a person with their own dates of all their courses, and one a course for each of its staff, under
// a secret address that its owner makes, renews and revokes. The events and their revisions stand in the store, written
// by the writer when a course has changed (calendar_feeds_sync); reading a feed changes nothing.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/db/act.h"
#include "server/reminders/calendar_item.h"

enum {
  CALENDAR_SYNC_SECONDS = 60,              // looks so often, and writes a feed no more often
  CALENDAR_FEEDS_AT_ONCE = 20,             // in one transaction: the writer serves others too
  CALENDAR_CANCELLED_SECONDS = 30 * 86400, // for so long what is cancelled is still said
  CALENDAR_SECRET_BYTES = 44,              // with its NUL
};

struct calendar_feed {
  int64_t id;
  int64_t person;
  int64_t course; // 0: of all courses of the person
  int64_t created_at;
  int64_t renewed_at;
  bool is_readable; // by calendar_feed_find: its person may still read it
};

// Makes the feed, or gives it another secret: the old address ends, the events stay the same. Audited. The secret is
// shown once; the store has its digest.
CHECKED enum err calendar_feed_make(const struct act *act, const struct services *services, int64_t course,
                                    char secret[static CALENDAR_SECRET_BYTES], struct calendar_feed *out);
// The actor's; ERR_NOT_FOUND without words.
CHECKED enum err calendar_feed_get(const struct act *act, int64_t course, struct calendar_feed *out);
// Audited. ERR_NOT_FOUND without words.
CHECKED enum err calendar_feed_revoke(const struct act *act, int64_t course);
// Of a secret; ERR_NOT_FOUND without words alike for one that never was, that was revoked, and of somebody who is
// disabled or no longer in the course.
CHECKED enum err calendar_feed_find(const struct act *act, const char *secret, struct calendar_feed *out);
// The iCalendar document. The public URL, or NULL, is what links begin with.
CHECKED enum err calendar_feed_write(const struct act *act, const struct services *services,
                                     const struct calendar_feed *feed, const char *public_url, const char **out);

// AGENDA_CALENDARS: writes the events of feeds whose courses have changed, and sets when to look again; nothing once no
// feed is left.
CHECKED enum err calendar_feeds_sync(const struct act *act, const struct services *services);
// Whether that would change anything: a feed whose courses have changed, or none left to look at. Reads only.
CHECKED enum err calendar_feeds_have_work(struct db *db, struct arena *arena, int64_t now, bool *out);
