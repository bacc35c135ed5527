// SPDX-License-Identifier: AGPL-3.0-or-later
// The one table of what an audit row is to those who follow a course live: its topic, and who may know that there is
// something new to read. Pure: no store, no connection. rules.md, Who sees what.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_audience {
  EVENT_STAFF,       // staff and instructors; also whatever has no row
  EVENT_INSTRUCTORS, // of the course
  EVENT_HOLDER,      // whom the subject belongs to, and staff: a person, a team's members, who is invited, who asks
  EVENT_TEAM,        // the team's members and staff, and everybody in the course unless a member is confidential
  EVENT_COURSE,      // everybody in the course
};

struct event_rule {
  const char *kind;  // of the audit row
  const char *topic; // what a client fetches anew
  enum event_audience audience;
  // What the rest of the course is told instead, without a subject: that free seats, or free slots, are other ones now.
  // NULL: nothing.
  const char *course_topic;
  bool moves; // of a person between teams and seats, which the row's details name
};

// Never NULL: what is not in the table is for staff, topic "course".
const struct event_rule *event_rule_of(const char *kind);

// What the subject of an audit row names: "team 12", "milestone proposal", "labs".
struct event_subject {
  const char *noun; // "course", "team", …; "" for any other
  const char *id;   // in the subject's own bytes; "" when it has none
  int64_t number;   // 0: the id is no number
};
struct event_subject event_subject_of(const char *subject);
