// SPDX-License-Identifier: AGPL-3.0-or-later
// What staff announce to many: to everybody, a track's students, those not done with a milestone, or one team; at once
// or at an instant. Who is meant is found when it leaves. It stays to be read, also for who comes later; who has read
// it is not kept. Can be changed and cancelled until it leaves.
#pragma once

#include "server/courses/course_view.h"

enum {
  ANNOUNCEMENT_SUBJECT_CHARACTERS_MAX = 150,
  ANNOUNCEMENT_WORDS_CHARACTERS_MAX = 10000,
  ANNOUNCEMENT_AHEAD_SECONDS = 366 * 86400,
  ANNOUNCEMENT_PLANNED_MAX = 100, // of a course, not sent yet
  // Of a course, that leave within a day of each other: nobody floods a course, nor with its help a stranger.
  ANNOUNCEMENT_DAY_MAX = 50,
  ANNOUNCEMENT_ADDRESS_DAY_MAX = 10,
};

enum announcement_audience { TO_EVERYBODY, TO_TRACK, TO_NOT_DONE, TO_TEAM };
extern const char *const announcement_audience_names[]; // "everybody", "track", "not done", "team", NULL

enum announcement_state { ANNOUNCEMENT_PLANNED, ANNOUNCEMENT_SENT, ANNOUNCEMENT_CANCELLED };
extern const char *const announcement_state_names[]; // "planned", "sent", "cancelled", NULL

struct announcement {
  int64_t id;
  enum announcement_audience audience;
  const char *track;     // of TO_TRACK, else NULL
  const char *milestone; // of TO_NOT_DONE, else NULL
  int64_t team;          // of TO_TEAM, else 0
  const char *subject;
  const char *words;
  bool is_urgent;      // leaves now, not within an hour
  const char *also_to; // an address, or NULL
  int64_t send_at;
  int64_t sent_at;      // 0: not yet
  int64_t cancelled_at; // 0: not
  int64_t recipients;
  int64_t by;          // 0: the operator
  const char *by_name; // NULL: the operator
  int64_t version;
};

// Fields left NULL or 0 stay as they are; of one to be made, subject and words are needed.
struct announcement_wish {
  bool has_audience; // then track, milestone and team say which, and nothing else
  enum announcement_audience audience;
  const char *track;
  const char *milestone;
  int64_t team;
  const char *subject;
  const char *words;
  bool has_urgent;
  bool is_urgent;
  bool has_also_to;
  const char *also_to; // NULL: none any more
  int64_t send_at;     // 0: at once, or as it is
};

enum announcement_state announcement_state_of(const struct announcement *announcement);
// By staff; only instructors name an address, or touch what goes to one. Sent in this transaction unless it has an
// instant to come.
CHECKED enum err announcement_make(const struct act *act, const struct course_view *course,
                                   const struct announcement_wish *wish, int64_t *id);
// conflict once it was sent or cancelled.
CHECKED enum err announcement_change(const struct act *act, const struct course_view *course, int64_t id,
                                     const struct announcement_wish *wish);
// Again is nothing; conflict once it was sent.
CHECKED enum err announcement_cancel(const struct act *act, const struct course_view *course, int64_t id);
// As the caller of the view may see it: not_found for what does not concern them.
CHECKED enum err announcement_show(const struct act *act, const struct course_view *course, int64_t id,
                                   struct announcement *out);
// Those that concern the caller, staff all of them; the newest first, after `after` (0: from the newest on).
CHECKED enum err announcement_list(const struct act *act, const struct course_view *course, int64_t after,
                                   int64_t limit, struct announcement **out, size_t *count);
// The agenda's duty: its instant has come. Nothing when it was sent, cancelled or put off meanwhile.
CHECKED enum err announcement_send_due(const struct act *act, const struct course_view *course, int64_t id);
// Of an archived course: what has not left never does, and nobody is told.
CHECKED enum err announcement_end_all(const struct act *act, int64_t course);
