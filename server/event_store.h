// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of live events: what is new in a course's audit, whose a subject is, and whether a stream's session and
// enrolment still stand.
#pragma once

#include "server/courses/course_view.h"
#include "server/event_topics.h"
#include "server/http/stream.h"

struct event_row {
  int64_t seq;
  const char *kind;
  const char *subject;
};

// Those with from < seq ≤ to, in their order.
CHECKED enum err event_store_rows(struct db *db, struct arena *arena, int64_t course, int64_t from, int64_t to,
                                  struct event_row **out, size_t *count);
// Of one row; NULL when there are none, or they were erased.
CHECKED enum err event_store_details(struct db *db, struct arena *arena, int64_t course, int64_t seq,
                                     const char **before, const char **after);

struct event_holders {
  int64_t *people;
  size_t people_count;
  int64_t *teams;
  size_t team_count;
  bool is_everybody; // of the course
};
// Whom the subject belongs to now. Nobody: what it names is unknown or gone.
CHECKED enum err event_store_holders(struct db *db, struct arena *arena, int64_t course,
                                     const struct event_subject *subject, struct event_holders *out);
// Whether somebody is, or has been, in the team who is confidential.
CHECKED enum err event_store_is_guarded(struct db *db, int64_t team, bool *out);

// As what the stream's person may read the course now: ERR_NOT_FOUND when they may not any more (the session or token
// has ended, the account is disabled, the enrolment is gone, the course is a draft again).
CHECKED enum err event_store_standing(struct db *db, const struct stream *stream, int64_t now, struct course_view *out);
