// SPDX-License-Identifier: AGPL-3.0-or-later
// Who is in a course, as what. Changed by the roster import and by instructors, never by the people themselves.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

enum { HOLD_SECONDS = 72 * 3600 }; // how long a drop holds the place (rules.md, Teams)

struct enrolment {
  int64_t person;
  const char *name; // as everybody sees it
  const char *full_name;
  const char *email;
  enum role role;
  enum credit credit;
  bool is_audit_approved;
  bool is_confidential; // appears to staff and the own team only
  bool is_active;       // false: dropped
  int64_t hold_until;   // of a dropped person's place; 0: none
  const char *sis_id;
  const char *section;
  int64_t team; // open placement: the team, or 0
  const char *team_name;
  bool is_seated;
  int64_t version; // rises with each change of the enrolment itself
};

extern const char *const role_names[];   // "none", "student", "staff", "instructor", NULL
extern const char *const credit_names[]; // "credit", "audit", "pass-fail", NULL

// ERR_NOT_FOUND for a person who never was in the course.
CHECKED enum err enrolment_get(const struct act *act, int64_t course, int64_t person, struct enrolment *out);
// The person of this address who is an active student of the course. ERR_NOT_FOUND also for one who is confidential and
// not in `team` (rules.md: inviting them answers as for an unknown address).
CHECKED enum err enrolment_find_student(const struct act *act, int64_t course, const char *address, int64_t team,
                                        int64_t *person);
// Everybody, ordered by name; with dropped ones when asked.
CHECKED enum err enrolment_list(const struct act *act, int64_t course, bool with_dropped, struct enrolment **out,
                                size_t *count);
// Instructors and staff of the course: whom to tell.
CHECKED enum err enrolment_staff(const struct act *act, int64_t course, int64_t **people, size_t *count);

struct enrolment_terms {
  enum role role;
  enum credit credit;
  const char *sis_id;  // NULL leaves what is stored
  const char *section; // NULL leaves what is stored
};
// Enrols, re-enrols or changes; audited when something changed. LAST_INSTRUCTOR when it would leave the course without
// one; in_team or in_lab when a placed student would become something else. Who comes back finds their card, what is
// still open for them, and within the hold their place in a team, a seat or the line: services->departed is called
// (is_hold_over false) so that coverage counts them again and the line takes them up.
CHECKED enum err enrolment_put(const struct act *act, const struct services *services, const struct course_view *course,
                               int64_t person, const struct enrolment_terms *terms, bool *changed);
// What the roster does not know. Audited when something changed.
CHECKED enum err enrolment_set_flags(const struct act *act, int64_t course, int64_t person, bool is_audit_approved,
                                     bool is_confidential);
// Ends the enrolment; a place in a team or a seat is held until act->now + 72 h (agenda "hold ends"). Calls
// services->departed.
CHECKED enum err enrolment_drop(const struct act *act, const struct services *services,
                                const struct course_view *course, int64_t person);
// The hold is over, by the clock or because staff released it: calls services->departed with is_hold_over.
CHECKED enum err enrolment_release(const struct act *act, const struct services *services,
                                   const struct course_view *course, int64_t person);
