// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_notice.h"

#include "common/base/text.h"

enum { TITLE_CHARACTERS_MAX = 120 };

const char *milestone_title_words(const struct course_view *course, const char *milestone) {
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *known = &course->file->milestones[i];
    if (text_equal(known->id, milestone) && utf8_length(known->title) <= TITLE_CHARACTERS_MAX)
      return known->title;
  }
  return milestone;
}

enum err milestone_tell(const struct act *act, const struct course_view *course, const struct holder *holder,
                        const struct message *message) {
  const int64_t *people = NULL;
  size_t count = 0;
  struct message copy = *message;
  enum err err = milestone_people(act, course, holder, act->now, &people, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    copy.person = people[i];
    if (people[i] != act->actor)
      err = outbox_put(act, &copy);
  }
  return err;
}
