// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_words.h"

#include "common/base/text.h"

static bool is_named(const struct mail_due *due, size_t count, const char *course);

const char *mail_why(struct arena *arena, const struct mail_due *due) {
  struct text out;
  text_init(&out, arena);
  if (due->person == 0) {
    const char *course = due->count == 0 ? NULL : due->messages[0].course;
    return arena_format(arena, "This goes to this address because the staff of %s chose it.",
                        course == NULL ? "a course" : course);
  }
  text_add(&out, "You get this because you ");
  size_t courses = 0;
  for (size_t i = 0; i < due->count; i++) {
    const char *course = due->messages[i].course;
    if (course != NULL && !is_named(due, i, course))
      text_add_format(&out, "%s%s", courses++ == 0 ? "are in " : ", ", course);
  }
  if (courses == 0)
    text_add(&out, "have an account");
  text_add(&out, " on Tandem.");
  if (due->is_alone)
    text_add(&out, " Mail of this kind cannot be turned off.");
  return text_get(&out);
}

static bool is_named(const struct mail_due *due, size_t count, const char *course) {
  for (size_t i = 0; i < count; i++)
    if (text_equal(due->messages[i].course, course))
      return true;
  return false;
}
