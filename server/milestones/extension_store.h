// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of extensions: grants as they were given, and those that hold for somebody.
#pragma once

#include "server/milestones/extension.h"

struct extension_row {
  int64_t id;
  const char *milestone; // NULL: standing
  int64_t person, team;  // 0: not that
  const char *track;     // NULL: not that
  int64_t due;           // 0: standing
  int64_t days;          // 0: given as an instant
  const char *reason;
  bool is_accommodation;
  const char *category, *note; // NULL: none
  int64_t granted_by;          // 0: the operator
  int64_t granted_at;
  int64_t withdrawn_at;                                  // 0: not
  const char *person_name, *team_name, *granted_by_name; // NULL: nobody
};

// A grant as far as it moves a due.
struct extension_grant {
  const char *milestone; // NULL: all
  int64_t person, team;
  struct extension grant;
};

struct extension_member {
  int64_t person;
  const char *name;
  int64_t team;
  bool is_placed;
};

struct extension_page {
  const char *milestone; // NULL: of all, standing ones too; else also the standing ones
  int64_t concerns;      // only what holds for this person; 0: everything
  int64_t below, limit;
};

CHECKED enum err extension_store_insert(const struct act *act, int64_t course, const struct extension_row *row,
                                        int64_t *id);
// ERR_NOT_FOUND without words.
CHECKED enum err extension_store_get(const struct act *act, int64_t course, int64_t id, struct extension_row *out);
CHECKED enum err extension_store_withdraw(const struct act *act, int64_t id);
// Newest first.
CHECKED enum err extension_store_list(const struct act *act, int64_t course, const struct extension_page *page,
                                      struct extension_row **out, size_t *count);
// As of an instant: those that were taken back at it, or later, held then.
#define EXTENSION_NOW INT64_MAX
struct extension_span {
  const char *milestone; // NULL: of all; standing ones always
  int64_t person, team;  // that hold for the person (their team's included), for the team, or for everybody
  int64_t as_of;         // or EXTENSION_NOW: those that are not withdrawn
};
CHECKED enum err extension_store_grants(const struct act *act, int64_t course, const struct extension_span *span,
                                        struct extension_grant **out, size_t *count);
// All that are not withdrawn.
CHECKED enum err extension_store_live(const struct act *act, int64_t course, const char *milestone,
                                      struct extension_grant **out, size_t *count);
struct extension_member_grant {
  int64_t person;
  bool has_grant;
  struct extension grant;
};
// Of the active members of a team (span->team): a row each and grant that holds for them, or one without; by standing
// in the team.
CHECKED enum err extension_store_member_grants(const struct act *act, int64_t course, const struct extension_span *span,
                                               struct extension_member_grant **out, size_t *count);
// Active students, with the place they have: all, one (person), or a team's.
CHECKED enum err extension_store_people(const struct act *act, int64_t course, int64_t person, int64_t team,
                                        struct extension_member **out, size_t *count);
