// SPDX-License-Identifier: AGPL-3.0-or-later
// The table mails, and what of the outbox belongs to them: rows that wait become mails (mail_making.h), a mail is
// leased, sent, settled. Domain time says when one is made, real time when one is tried again. Knows no transport.
#pragma once

#include <stdbool.h>

#include "server/db/act.h"
#include "server/outbound/mail.h"
#include "server/outbound/outbox.h"

struct mail_times {
  int64_t now;  // domain
  int64_t real; // the machine's
};

// --- rows that wait

struct mail_waiting {
  int64_t id;
  int64_t person;
  const char *kind;
  bool is_alone;
  int64_t not_after;
  bool has_address; // somebody's primary one, or the message's own
  bool is_disabled;
};
// Rows whose instant has come and that are in no mail, in that order, at most `limit`.
CHECKED enum err mail_store_waiting(struct db *db, struct arena *arena, int64_t now, int64_t limit,
                                    struct mail_waiting **out, size_t *count);
// All rows of one person that are in no mail and are not mails of their own, also those of a later instant, in the
// order in which they were written; not what waits for the daily mail.
CHECKED enum err mail_store_of_person(struct db *db, struct arena *arena, int64_t person, int64_t limit,
                                      struct mail_waiting **out, size_t *count);
// Domain time of the person's newest mail that was not one of its own; 0: none.
CHECKED enum err mail_store_newest(struct db *db, int64_t person, int64_t *at);
// Moves the person's rows, those that are mails of their own left out, to `at` unless they are later.
CHECKED enum err mail_store_postpone(struct db *db, int64_t person, int64_t at);
// `is_urgent`: it is over soon, and stands before all others that have not been tried.
CHECKED enum err mail_store_insert(struct db *db, int64_t person, bool is_alone, bool is_urgent,
                                   const struct mail_times *times, int64_t *id);
CHECKED enum err mail_store_assign(struct db *db, int64_t mail, int64_t message);
// A message that goes into no mail. Once; erases a secret one.
CHECKED enum err mail_store_drop(struct db *db, int64_t message, enum outbox_outcome outcome, int64_t now);
// Removes settled messages to nobody.
CHECKED enum err mail_store_prune(struct db *db);

// --- mails

struct mail_due {
  int64_t id;
  int64_t person;
  bool is_alone;
  int64_t made_at;
  int64_t attempts;                 // this one included
  const char *name;                 // of its reader, as everybody sees it; "": an address that is nobody's
  const char *address;              // primary
  const char *unsubscribe;          // a path; NULL: nothing of it may be turned off
  const struct notice_kind **kinds; // of its messages, each once, in their order; what has no row any more is left out
  size_t kind_count;
  const struct mail_message *messages;
  size_t count;
};
// Takes up to `limit` mails whose time has come, or whose lease has run out, for this caller until `lease_until` (real
// time); those of their own first. Those that can reach nobody any more (no address, disabled, expired, erased) are
// settled instead.
CHECKED enum err mail_store_lease(struct db *db, struct arena *arena, const struct mail_times *times,
                                  int64_t lease_until, int64_t limit, struct mail_due **out, size_t *count);
// Nobody else sends (the caller holds the store's lock): what is leased may be taken again at once. A try that was cut
// off is none: it says nothing of the mail's server.
CHECKED enum err mail_store_end_leases(struct db *db);
CHECKED enum err mail_store_sent(struct db *db, int64_t id, int64_t now);
// For good: `outcome` is for its messages.
CHECKED enum err mail_store_failed(struct db *db, int64_t id, enum outbox_outcome outcome, const char *reason,
                                   int64_t now);
// To be tried again; after RETRY_GIVE_UP_SECONDS, and RETRY_GIVE_UP_ATTEMPTS, it has failed. `random` spreads the next
// try (retry.h).
CHECKED enum err mail_store_later(struct db *db, int64_t id, const char *reason, uint32_t random,
                                  const struct mail_times *times);
// Whether rows have to become mails, and whether mails have to be sent. Cheap: a few looks into an index.
CHECKED enum err mail_store_is_due(struct db *db, const struct mail_times *times, bool *has_rows, bool *has_mails);

// --- what became of it

struct mail_figures {
  int64_t waiting; // with those that are being sent
  int64_t sent;
  int64_t failed;
  int64_t oldest_made_at; // real time, of those that wait; 0: none does
};
CHECKED enum err mail_store_figures(struct db *db, struct mail_figures *out);

struct mail_row {
  int64_t id;
  int64_t person; // 0: erased, or an address that is nobody's
  const char *name;
  const char *subject; // of its first message, secret or not: subjects hold no secret
  int64_t messages;    // of the course, if one was asked for
  const char *state;
  int64_t attempts;
  int64_t next_attempt; // real time; 0: none
  int64_t created_at;
  int64_t settled_at; // 0: not yet
  const char *reason;
};
struct mail_query {
  int64_t course;    // 0: of all; else with a message of this course
  const char *state; // NULL: all
  int64_t below;
  int64_t limit;
};
// Newest first.
CHECKED enum err mail_store_list(struct db *db, struct arena *arena, const struct mail_query *query,
                                 struct mail_row **out, size_t *count);
// How many failed for good; of a course, or 0: of all.
CHECKED enum err mail_store_failures(struct db *db, int64_t course, int64_t *count);
// People to whom a mail about the course failed after `since`, and whom no later one has reached.
CHECKED enum err mail_store_unreached(struct db *db, int64_t course, int64_t since, int64_t *people);
