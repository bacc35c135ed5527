// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of what is handed in: versions, their files, and whose work they are. Which version counts and who may do
// what is submission.h.
#pragma once

#include "server/courses/file.h"
#include "server/milestones/submission.h"

// What there is of a holder and milestone, for deciding on one more version.
struct submission_tally {
  int64_t versions;     // the number of the newest, withdrawn ones included
  bool has_on_time;     // one that is not withdrawn
  int64_t counting;     // id; 0: none
  bool is_staff_choice; // the counting one's
  int64_t accepted;     // the version number that staff accepted; 0: none
};
CHECKED enum err submission_store_tally(const struct act *act, int64_t course, const char *milestone,
                                        const struct holder *holder, struct submission_tally *out);
// Everything but files and members; fills the id.
CHECKED enum err submission_store_insert(const struct act *act, int64_t course, struct submission *submission);
CHECKED enum err submission_store_add_file(const struct act *act, int64_t submission, int64_t position, int64_t file);
CHECKED enum err submission_store_add_member(const struct act *act, int64_t submission, int64_t person);

// With its content; ERR_NOT_FOUND without words.
CHECKED enum err submission_store_get(const struct act *act, int64_t course, int64_t id, struct submission *out);
// The one that counts; ERR_NOT_FOUND without words.
CHECKED enum err submission_store_counting(const struct act *act, int64_t course, const char *milestone,
                                           const struct holder *holder, struct submission *out);
struct submission_page {
  const char *milestone;
  struct holder holder; // of the holder's versions; zeros: everybody's that count
  int64_t from;         // ids below (versions) or above (everybody's)
  int64_t limit;
};
// A holder's versions, newest first, without their files' ids.
CHECKED enum err submission_store_versions(const struct act *act, int64_t course, const struct submission_page *page,
                                           struct submission **out, size_t *count);
// Those that count, by id, without their files' ids.
CHECKED enum err submission_store_all(const struct act *act, int64_t course, const struct submission_page *page,
                                      struct submission **out, size_t *count);

struct submission_file {
  int64_t submission;
  struct file file; // without who may read it and how long it waits
};
struct submission_member {
  int64_t submission;
  int64_t person;
  const char *name;
};
// What belongs to the submissions of a page: those of a milestone whose ids are in the range, of one holder (versions)
// or, with zeros, those that count.
struct submission_span {
  const char *milestone;
  struct holder holder;
  int64_t first, last;
};
// By submission; files in their order, members by name.
CHECKED enum err submission_store_files(const struct act *act, const struct submission_span *span,
                                        struct submission_file **out, size_t *count);
CHECKED enum err submission_store_members(const struct act *act, const struct submission_span *span,
                                          struct submission_member **out, size_t *count);

// Of the holder's and milestone's versions only this one counts from now on; 0: none. `is_by_hand`: by the actor, with
// what reason.
struct submission_choice {
  int64_t id;
  bool is_by_hand;
  bool is_by_staff;
  const char *reason;
};
CHECKED enum err submission_store_choose(const struct act *act, int64_t course, const char *milestone,
                                         const struct holder *holder, const struct submission_choice *choice);
// Whether something that the draft stands for (of its holder, milestone and judged_at) was handed in on time.
CHECKED enum err submission_store_was_on_time(const struct act *act, int64_t course, const struct submission *draft,
                                              bool *out);
// The last on time, else the last, of those that are not withdrawn; 0: none.
CHECKED enum err submission_store_by_rule(const struct act *act, int64_t course, const char *milestone,
                                          const struct holder *holder, int64_t *id);
// It does not count any more either.
CHECKED enum err submission_store_withdraw(const struct act *act, int64_t id);
CHECKED enum err submission_store_accept(const struct act *act, int64_t id, bool is_accepted);
