// SPDX-License-Identifier: AGPL-3.0-or-later
// What stands in somebody's calendar for one course: their own dates as things stand, or staff's. Reads only; knows no
// feed, no revision and no iCalendar. Names of others and addresses appear nowhere in it.
#pragma once

#include "server/courses/course_view.h"

struct calendar_item {
  const char *key; // stable as long as the thing is: "milestone proposal", "slot of midpoint", "slot 12"
  const char *summary;
  const char *description; // this and the next two may be NULL
  const char *location;
  const char *link;     // a path of a page
  const char *category; // "deadline", "opens", "closes", "appointment"
  int64_t starts;
  int64_t ends; // 0: an instant
};

// Of act->actor, by the role in the view (course_open_as): nothing for who is not enrolled, or may not see the course.
CHECKED enum err calendar_items_of(const struct act *act, const struct course_view *course,
                                   const struct calendar_item **out, size_t *count);
