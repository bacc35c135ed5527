// SPDX-License-Identifier: AGPL-3.0-or-later
// What struct http tells its streams with (http.tell): on each loop, after commits, one read transaction for all
// courses that are followed there. design.md: session and enrolment are checked again at every event.
#pragma once

#include "server/http/http.h"

// For each stream of a course whose counter has moved (with `is_check`: of any): ends it when its person may not read
// the course any more, else sends what is new to them.
CHECKED enum err event_feed_tell(const struct http *http, struct stream_set *set, struct db *db, bool is_check);
