// SPDX-License-Identifier: AGPL-3.0-or-later
// Times when the server was not running, or answered changes with 503, that spanned a due or closing instant of a
// course: who could not hand in because of it, and the extension that gives the time back (rules.md, Time and
// lateness). Who notices the gap: server/outage_watch.h.
#pragma once

#include "server/milestones/extension.h"

enum {
  OUTAGE_MARGIN_MINUTES = 60, // unless told
  OUTAGE_MARGIN_MINUTES_MAX = 7 * 24 * 60,
  OUTAGE_TASK_SECONDS = 14 * 86400, // how long staff are reminded
};

enum outage_cause { OUTAGE_DOWN, OUTAGE_STORE };
extern const char *const outage_cause_names[]; // "down", "store", NULL

struct outage_milestone {
  int64_t outage;
  const char *milestone; // id
  int64_t not_in;        // teams and lab students that had a due or close in that time and had not handed in
};

struct outage {
  int64_t id;
  enum outage_cause cause;
  int64_t from, until;
  int64_t granted_at; // 0: not
  int64_t not_in;     // over all milestones
  const struct outage_milestone *milestones;
  size_t milestone_count;
};

// Writes it down if it spans anything, audits it and tells staff; *id is 0 when it does not. from < instant ≤ until.
// One of the same `from` and cause goes on: then staff are told, and *id is not 0, only if it has come to span more.
CHECKED enum err outage_record(const struct act *act, const struct course_view *course, enum outage_cause cause,
                               int64_t from, int64_t until, int64_t *id);
// Newest first.
CHECKED enum err outage_list(const struct act *act, const struct course_view *course, struct outage **out,
                             size_t *count);
// Gives all who have not handed in and had a due or close in that time the length of the outage and a margin more:
// teams and lab students, and members whose own extension ended in it. Once an outage.
CHECKED enum err outage_extend(const struct act *act, const struct course_view *course, int64_t outage,
                               int64_t margin_seconds, struct extension_done *done);
// "The server was not there from … to …: Final report (3 not in)."
const char *outage_words(const struct act *act, const struct course_view *course, const struct outage *outage);
// The ids of all courses, for whoever looks at each.
CHECKED enum err outage_courses(const struct act *act, int64_t **out, size_t *count);
