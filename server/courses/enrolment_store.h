// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of enrolments.
#pragma once

#include "server/courses/enrolment.h"

struct enrolment_page {
  bool with_dropped;
  int64_t after;
  int64_t limit;
};

CHECKED enum err enrolment_store_get(struct db *db, struct arena *arena, int64_t course, int64_t person,
                                     struct enrolment *out);
CHECKED enum err enrolment_store_list(struct db *db, struct arena *arena, int64_t course, bool with_dropped,
                                      struct enrolment **out, size_t *count);
// An active student by any address (folded key); `team` lets a confidential one be found by their own team.
CHECKED enum err enrolment_store_find_student(struct db *db, int64_t course, const char *address_key, int64_t team,
                                              int64_t *person);
CHECKED enum err enrolment_store_staff(struct db *db, struct arena *arena, int64_t course, int64_t **people,
                                       size_t *count);
CHECKED enum err enrolment_store_count_instructors(struct db *db, int64_t course, int64_t *out);
CHECKED enum err enrolment_store_upsert(const struct act *act, int64_t course, int64_t person,
                                        const struct enrolment_terms *terms);
CHECKED enum err enrolment_store_set_flags(const struct act *act, int64_t course, int64_t person,
                                           bool is_audit_approved, bool is_confidential);
// hold_until 0: no hold.
CHECKED enum err enrolment_store_drop(const struct act *act, int64_t course, int64_t person, int64_t hold_until);
CHECKED enum err enrolment_store_end_hold(const struct act *act, int64_t course, int64_t person);
// By number, from after `after` on, at most `limit`: a page ends where the next one begins, whoever is renamed or
// enrolled meanwhile.
CHECKED enum err enrolment_store_page(struct db *db, struct arena *arena, int64_t course,
                                      const struct enrolment_page *page, struct enrolment **out, size_t *count);
// Active students who have neither an open team nor a seat; the page's with_dropped is not looked at.
CHECKED enum err enrolment_store_unplaced(struct db *db, struct arena *arena, int64_t course,
                                          const struct enrolment_page *page, struct enrolment **out, size_t *count);
