// SPDX-License-Identifier: AGPL-3.0-or-later
// The audit: every change writes a row in its own transaction, chained per course by hash (design.md, The store). A
// course's sequence number is also its change counter. Course 0 is the installation (accounts, settings).
#pragma once

#include <stdint.h>

#include "server/db/act.h"

enum { AUDIT_INSTALLATION = 0 };

// `kind` is a noun and a verb ("team registered"); `subject` names the thing ("team 12"); before and after are JSON or
// NULL and must hold no secret and no free-text reason of an accommodation: they stand in a table of their own and can
// be erased.
CHECKED enum err audit_write(const struct act *act, int64_t course, const char *kind, const char *subject,
                             const char *before, const char *after);
// The course's change counter: moved by every commit that touches it.
CHECKED enum err audit_counter(struct db *db, int64_t course, int64_t *out);

// Whether something else was written in the very second of the course's newest row of this kind and subject, after it.
CHECKED enum err audit_goes_on(struct db *db, int64_t course, const char *kind, const char *subject, bool *out);

struct audit_verdict {
  int64_t course;
  int64_t seq;          // the head
  const char *head_hex; // 64 characters
  int64_t broken_at;    // the first seq that does not fit, or 0 when sound
};
// Recomputes every chain. ERR_OK also when a chain is broken: the verdicts tell.
CHECKED enum err audit_verify(struct db *db, struct arena *arena, struct audit_verdict **out, size_t *count);

struct audit_row {
  int64_t seq;
  int64_t at;
  int64_t actor; // 0: the system
  const char *actor_name;
  const char *cause; // NULL when a person acted
  const char *kind;
  const char *subject;
  const char *before; // NULL when there is none or it was erased
  const char *after;
};
// Newest first, those with seq < `below` (INT64_MAX for the newest), at most `limit`.
CHECKED enum err audit_list(struct db *db, struct arena *arena, int64_t course, int64_t below, int64_t limit,
                            struct audit_row **out, size_t *count);
// What happened after `seq`, oldest first, at most `limit`: without names and details.
struct audit_event {
  int64_t seq;
  int64_t at;
  const char *kind;
  const char *subject;
};
CHECKED enum err audit_after(struct db *db, struct arena *arena, int64_t course, int64_t seq, int64_t limit,
                             struct audit_event **out, size_t *count);
// When that kind befell that subject the `nth` time before now, counted from the newest; 0: not so often since `since`,
// and nothing older is read.
CHECKED enum err audit_recent(struct db *db, int64_t course, const struct audit_event *like, int64_t since, int nth,
                              int64_t *at);
