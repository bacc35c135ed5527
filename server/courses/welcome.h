// SPDX-License-Identifier: AGPL-3.0-or-later
// The mail that tells people they are in a course and how to sign in: once a person a course. It holds no link that
// signs in, because such links last an hour and this mail is read whenever.
#pragma once

#include "server/courses/course_view.h"

struct welcome_person {
  int64_t person;
  const char *name;
  const char *email;
  const char *role;
};

struct welcome_mail {
  const char *subject;
  const char *words;
};

// Who is to be welcomed: active, not disabled, with an address, not welcomed before, and not whoever asks; of a draft
// its staff only. By name. *already counts those of the course who were.
CHECKED enum err welcome_plan(const struct act *act, const struct course_view *course, struct welcome_person **out,
                              size_t *count, int64_t *already);
// What the person gets; NULL: the sample of a preview, with placeholders.
struct welcome_mail welcome_write(const struct act *act, const struct course_view *course,
                                  const struct welcome_person *person);
// Writes the mails and the ledger; audited when there was somebody.
CHECKED enum err welcome_send(const struct act *act, const struct course_view *course,
                              const struct welcome_person *people, size_t count);
