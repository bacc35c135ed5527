// SPDX-License-Identifier: AGPL-3.0-or-later
// Tasks of being in a course (task.h): to find a place, to agree to a request; for staff the queue of requests, people
// without a place, holds that end, and for instructors auditors.
#pragma once

#include "server/courses/task.h"

task_source course_tasks_place;    // students
task_source course_tasks_consent;  // students
task_source course_tasks_requests; // staff
task_source course_tasks_people;   // staff
