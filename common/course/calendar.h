// SPDX-License-Identifier: AGPL-3.0-or-later
// Civil time in a zone: wall clock to instant and back, civil days added. The only user of ICU's calendars.
// A wall time that a DST change skips is the first instant after; one that it repeats is the later (rules.md, Time and
// lateness).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/course/course.h"

struct calendar; // not shared between threads

struct wall {
  int year, month, day, hour, minute; // seconds are 0
};

enum wall_trap { WALL_PLAIN, WALL_SKIPPED, WALL_REPEATED };

// Lives in the arena. ERR_INVALID when ICU does not know the zone by this name.
CHECKED enum err calendar_open(struct arena *arena, const char *zone, struct calendar **out);
// False when the date does not exist (30 February) or a part is out of range.
bool calendar_instant(struct calendar *calendar, struct wall wall, int64_t *at, enum wall_trap *trap);
void calendar_wall(struct calendar *calendar, int64_t at, struct wall *out, int *second);
// at + span: civil days first (same wall clock), then exact seconds.
int64_t calendar_add(struct calendar *calendar, int64_t at, struct span span);
// 0 = Sunday.
int calendar_weekday(struct calendar *calendar, int64_t at);
// "Mon 11 Sep 2023 23:59 EDT", for people.
const char *calendar_words(struct calendar *calendar, struct arena *arena, int64_t at);
// Whether it is one of the names that calendar_words writes: "Mon", "Sep".
bool calendar_is_date_word(const char *text, size_t size);
const char *calendar_data_version(void);    // the zone data that is in use: "2025b"
const char *calendar_library_version(void); // ICU's: "72.1"
