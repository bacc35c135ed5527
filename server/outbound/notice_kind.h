// SPDX-License-Identifier: AGPL-3.0-or-later
// The one table of what people are told: for whom a kind is, how soon it leaves as mail, whether it may be turned off.
// The words of each are written where it happens; outbox_put refuses a kind that has no row here.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum notice_audience { NOTICE_EVERYBODY, NOTICE_STUDENTS, NOTICE_STAFF, NOTICE_OPERATOR };

// How soon a message leaves as mail (it can be read at GET /me/messages at once).
enum notice_pace {
  NOTICE_ALONE, // at once, as a mail of its own: links to sign in, security of the account
  NOTICE_NOW, // at once, taking along what waits; when a mail left within the hour, at its end. Not held by quiet hours
  NOTICE_HOUR, // an hour after the first that waits, as one mail; quiet hours hold it
  NOTICE_DAY,  // with the daily mail to staff
};

struct notice_kind {
  const char *name; // "invitation": struct message's kind; stable
  enum notice_audience audience;
  enum notice_pace pace;
  bool may_be_off;
  bool is_off_at_first;
  const char *title;   // what the list of preferences calls it: "Somebody invites you to a team"
  const char *example; // a subject as it may read, for docs/notices.md
};

// NULL when there is none. The table itself, for preferences and documentation.
const struct notice_kind *notice_kind_find(const char *name);
const struct notice_kind *notice_kinds(size_t *count);
