// SPDX-License-Identifier: AGPL-3.0-or-later
// How the teams feature tells people something: rows of the outbox with a link to the team, and the words that recur in
// refusals and messages. Decides nothing.
#pragma once

#include <stdint.h>

#include "server/courses/course_view.h"
#include "server/teams/team_store.h"

struct notice {
  const char *kind;
  const char *subject; // no person's name in it: names may be long, and mail subjects travel far
  const char *words;
};

// Active members, but for `except` (0: nobody is left out). A team of 0 links to the course.
CHECKED enum err team_tell(const struct act *act, const struct course_view *course, int64_t team,
                           const struct team_members *members, int64_t except, const struct notice *notice);
CHECKED enum err team_tell_person(const struct act *act, const struct course_view *course, int64_t team, int64_t person,
                                  const struct notice *notice);
CHECKED enum err team_tell_staff(const struct act *act, const struct course_view *course, const char *link,
                                 const struct notice *notice);
// "the course's staff (Pat Doe, Kim Lee)".
CHECKED enum err team_staff_words(const struct act *act, const struct course_view *course, const char **words);
const char *team_link(const struct act *act, const struct course_view *course, int64_t team);
const char *team_subject(const struct act *act, int64_t team); // of audit rows: "team 12"
// The member, or NULL.
const struct team_member *team_member_find(const struct team_members *members, int64_t person);
