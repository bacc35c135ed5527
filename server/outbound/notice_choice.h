// SPDX-License-Identifier: AGPL-3.0-or-later
// What a person chose about their mail: kinds turned off, hours in which what can wait is held back, and the link by
// which a mail turns off its own kinds (RFC 8058). Decides when a message leaves; knows neither outbox nor mail.
#pragma once

#include <stdbool.h>

#include "server/db/act.h"
#include "server/outbound/notice_kind.h"

struct quiet_hours {
  int starts, ends; // minutes after midnight of the zone; across midnight when `ends` is not after `starts`
  const char *zone;
};

// Whether `at` lies in quiet hours: from the second in which they start until the one before they end. *end is then
// their end. A wall time that a DST change skips is the first instant after; one that it repeats is the later.
// ERR_INVALID when the zone is not known (any more).
CHECKED enum err quiet_hours_hold(struct arena *arena, const struct quiet_hours *quiet, int64_t at, bool *is_held,
                                  int64_t *end);
// ERR_NOT_FOUND when the person has none.
CHECKED enum err notice_quiet_hours(struct db *db, struct arena *arena, int64_t person, struct quiet_hours *out);

struct notice_plan {
  bool is_off;        // the person does not want it by mail
  int64_t deliver_at; // from when on it may leave; 0: with the next daily mail
};
// Of a message of this kind, written now. Person 0 costs no query.
CHECKED enum err notice_plan(const struct act *act, int64_t person, const struct notice_kind *kind, bool can_wait,
                             struct notice_plan *out);

// Of one written at `at` that waits until *deliver_at, once its reader has chosen other quiet hours: what can wait is
// held by them, what was held until later than they say leaves sooner.
CHECKED enum err notice_replan(const struct act *act, int64_t person, const struct notice_kind *kind, int64_t at,
                               int64_t *deliver_at);

CHECKED enum err notice_is_on(struct db *db, int64_t person, const struct notice_kind *kind, bool *is_on);
// Of a kind that may be off: the caller has checked that. Keeps only what differs from the kind's own default.
CHECKED enum err notice_choose(struct db *db, int64_t person, const struct notice_kind *kind, bool is_on);
// NULL: none.
CHECKED enum err notice_set_quiet_hours(struct db *db, int64_t person, const struct quiet_hours *quiet);

// What the link of a mail names: its reader and kinds, each once.
struct notice_link {
  int64_t person; // 0: nobody's, and nobody's link
  const struct notice_kind **kinds;
  size_t count;
};

// "/unsubscribe/17.member_left.1f…", of several "/unsubscribe/17.~3f0a9c1b22d0.1f…": turns those of the kinds that may
// be off off for this person when it is posted to. The same for the same kinds in the same order, at every time. In a
// write transaction: the first call makes the installation's key. ERR_NOT_FOUND when none of them may be off.
CHECKED enum err notice_unsubscribe_path(struct db *db, struct arena *arena, const struct notice_link *link,
                                         const char **path);
// The other way: those that may be off by now. ERR_NOT_FOUND for every token that is not right, whatever is wrong with
// it, and when none of its kinds may be off any more.
CHECKED enum err notice_unsubscribe_read(struct db *db, struct arena *arena, const char *token,
                                         struct notice_link *out);
