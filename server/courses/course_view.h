// SPDX-License-Identifier: AGPL-3.0-or-later
// A course as one caller sees it: its parsed file, and what the caller is in it. Found by course_admit before a handler
// runs.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/course/course.h"
#include "server/db/act.h"
#include "server/http/request.h"

struct course_library;

enum role { ROLE_NONE, ROLE_STUDENT, ROLE_STAFF, ROLE_INSTRUCTOR };
enum credit { CREDIT_CREDIT, CREDIT_AUDIT, CREDIT_PASS_FAIL };
enum course_state { COURSE_DRAFT, COURSE_RUNNING, COURSE_ARCHIVED }; // course_state.h

struct course_view {
  int64_t id;
  const char *slug;
  int64_t version; // of the syllabus
  int64_t changes; // until now, of the course and of accounts: rises with each; 0: opened by course_open
  enum course_state state;
  const struct course *file; // held until the request (or the act's arena) ends
  // the caller; ROLE_NONE and zeros for the system and for views opened by course_open
  enum role role; // the operator has ROLE_INSTRUCTOR
  enum credit credit;
  bool is_audit_approved;
  int64_t team;   // the caller's team, or 0
  bool is_seated; // in a lab seat
};

// The view that admit found; never NULL in a handler of a row with {course}.
const struct course_view *request_course(const struct request *request);
bool course_is_staff(const struct course_view *course); // staff, instructor or operator
// Whether the course asks that audits be approved and this one is not: they register no team and take no seat
// (rules.md, Requests).
bool course_bars_auditor(const struct course_view *course, enum credit credit, bool is_audit_approved);

// Opens a course by id for a timer's run or a command: the file is held until the act's arena ends. ERR_NOT_FOUND.
CHECKED enum err course_open(const struct act *act, struct course_library *library, int64_t id,
                             const struct course_view **out);
// The same as this person sees it, with ROLE_NONE when they are not (or no longer) enrolled: for what is written for
// somebody who does not ask now. A draft is not hidden (course_state_hides).
CHECKED enum err course_open_as(const struct act *act, struct course_library *library, int64_t id, int64_t person,
                                const struct course_view **out);
// "Mon 11 Sep 2023 23:59 EDT" in the course's zone, for the words of refusals and messages.
const char *course_instant_words(const struct course_view *course, struct arena *arena, int64_t at);
// at + span by the course's calendar (civil days, then seconds).
int64_t course_add(const struct course_view *course, int64_t at, struct span span);

// The gatekeeper of struct http: enrolment, role, team, the course's state; fills request->course and request->tag.
enum err course_admit(struct request *request);
