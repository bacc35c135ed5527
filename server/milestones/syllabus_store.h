// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of changing a course's file: what stands on its ids, and what its people are, so that nothing is cut off and
// each is told of their own.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/course/course.h"
#include "server/db/act.h"

enum attached_kind {
  ATTACHED_SUBMISSION,
  ATTACHED_SLOT,
  ATTACHED_BOOKING,
  ATTACHED_CHECK_IN, // an update, a note, a record, a result, something to follow up
  ATTACHED_EXTENSION,
  ATTACHED_EXCUSAL,
  ATTACHED_KINDS
};
struct attached { // one row that names a milestone
  enum attached_kind kind;
  const char *holder; // the team's or the person's name; NULL: nobody's in particular
};
// By holder.
CHECKED enum err syllabus_store_attached(const struct act *act, int64_t course, const char *milestone,
                                         struct attached **out, size_t *count);
// Names of the teams whose current proposal says something in the field. With `kind` ("text", "topics", "file") only
// those whose content is of another kind, or is, or is not, per member.
struct stored_field {
  const char *id;
  const char *kind; // NULL: any content
  bool is_per_member;
};
CHECKED enum err syllabus_store_field(const struct act *act, int64_t course, const struct stored_field *field,
                                      const char ***names, size_t *count);
// People whose card says more than the lowest level in the skill; and who stand at each level in any skill.
CHECKED enum err syllabus_store_skill(const struct act *act, int64_t course, const char *skill, int64_t *people);
CHECKED enum err syllabus_store_levels(const struct act *act, int64_t course, int64_t people[static LEVEL_MAX + 1]);

struct syllabus_counts {
  int64_t submissions;
  int64_t teams;     // not dissolved
  int64_t proposals; // teams that have begun one
  int64_t seated, offers, waiting;
};
CHECKED enum err syllabus_store_counts(const struct act *act, int64_t course, struct syllabus_counts *out);
// Teams without a size of their own that have more active members than this.
CHECKED enum err syllabus_store_larger(const struct act *act, int64_t course, int64_t size_max, int64_t *teams);
CHECKED enum err syllabus_store_registered(const struct act *act, int64_t course, int64_t **teams, size_t *count);

struct syllabus_person { // an active student
  int64_t person;
  int64_t team; // 0: none
  bool is_registered, is_seated, has_card;
  bool is_waiting, has_offer; // of a lab seat
  bool is_approved;           // the team's proposal
};
// By person.
CHECKED enum err syllabus_store_people(const struct act *act, int64_t course, struct syllabus_person **out,
                                       size_t *count);
