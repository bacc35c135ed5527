// SPDX-License-Identifier: AGPL-3.0-or-later
// The forms in which a course file writes values: "2023-09-11 23:59", "-3d", "20MB", "20%", "2.5". Pure text to value;
// limits and messages belong to the caller (course_reader.c).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/calendar.h"
#include "common/course/course.h"

enum { SPAN_DAYS_MAX = 366, ID_CHARACTERS_MAX = 64 };

// [a-z0-9][a-z0-9-]{0,63}
bool value_id_is_valid(const char *text);
bool value_date(const char *text, struct day *out);  // "2023-09-11", a day that exists, 1970 to 9999
bool value_wall(const char *text, struct wall *out); // "2023-09-11 23:59"; whether it exists is the calendar's matter
// One number and d, h or m, at most SPAN_DAYS_MAX days; tells whether a sign was written.
bool value_span(const char *text, struct span *out, bool *has_sign);
bool value_hundredths(const char *text, int64_t *out); // "2.5" is 250; at most two decimals, no sign
bool value_percent(const char *text, int *out);        // "20%"
bool value_size(const char *text,
                int64_t *out); // "20MB" is 20 × 1,048,576, so that no system's idea of 20 MB is refused
// The days count as 86,400 s: for limits and for comparing lengths, never for instants.
int64_t span_seconds(struct span span);
// "2.5", "100", as a course file writes it.
const char *hundredths_words(struct arena *arena, int64_t hundredths);
// "-3d", "+1h"
const char *span_words(struct arena *arena, struct span span, bool has_sign);
bool day_equal(struct day a, struct day b);
int day_compare(struct day a, struct day b);
