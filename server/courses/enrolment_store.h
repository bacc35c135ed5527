// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of enrolments.
#pragma once

#include "server/courses/enrolment.h"

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
// Active students who have neither an open team nor a seat, by name.
CHECKED enum err enrolment_store_unplaced(struct db *db, struct arena *arena, int64_t course, struct enrolment **out,
                                          size_t *count);
