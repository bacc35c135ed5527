// SPDX-License-Identifier: AGPL-3.0-or-later
// Events as an iCalendar document (RFC 5545): UTC, CRLF, folded at 75 octets, texts escaped. The only user of libical.
// Knows no course: feeds (calendar_feed.h) and `tandem rehearse --ics` say what the events are.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/course.h"

#define ICS_MEDIA "text/calendar; charset=utf-8"

struct ics_event {
  const char *uid; // stable for the thing as long as it is
  const char *summary;
  const char *description; // this and the next may be NULL
  const char *location;
  const char *url;      // https
  const char *category; // "deadline"
  int64_t starts;
  int64_t ends; // 0: an instant, which takes no time
  bool is_day;  // a civil day, whatever the zone of the reader: `day`, not `starts`
  struct day day;
  int64_t sequence;   // of its revision: from 0, rises with each change
  int64_t revised_at; // DTSTAMP and LAST-MODIFIED: of the revision, so that an unchanged document is the same bytes
  bool is_cancelled;
};

struct ics_calendar {
  const char *name;
  const char *description; // or NULL
  int64_t refresh_seconds; // 0: not said
};

// The whole document. Control characters become spaces, bytes that are not UTF-8 question marks.
const char *ics_write(struct arena *arena, const struct ics_calendar *calendar, const struct ics_event *events,
                      size_t count);
