// SPDX-License-Identifier: AGPL-3.0-or-later
// Reports to staff that wait for the daily mail, which fell due at instants of their own: what they say is said as
// things stand when that mail is made, not hours before.
#pragma once

#include "server/courses/course_view.h"

// Of the course's reports that wait: of one subject and due only the latest stays, one whose instant has moved is taken
// back (the ledger says why), the others get words of now.
CHECKED enum err staff_reports_renew(const struct act *act, const struct course_view *course);
