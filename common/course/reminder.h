// SPDX-License-Identifier: AGPL-3.0-or-later
// What the course file has people reminded of, when, and in which words (rules.md, Reminders and tasks). Pure: who is
// concerned and not done yet is the server's (server/reminders), which says the same words; `tandem rehearse` prints
// them for a term without a server.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/lateness.h"

enum reminder_topic { REMINDER_INFO_CARD, REMINDER_REGISTRATION, REMINDER_LAB_CHOICE, REMINDER_MILESTONE };
enum reminder_audience { REMINDER_STUDENTS, REMINDER_STAFF };

struct reminder_subject {
  enum reminder_topic topic;
  const struct milestone *milestone; // of REMINDER_MILESTONE, else NULL
  const char *key;   // "info card", "team registration", "lab choice", "milestone proposal": the ledger's, stable
  const char *title; // "Project proposal"
  int64_t due;       // as the file states it
  const struct reminders *remind;
};

// All that have a due, in the order of their dues; those without offsets too.
void reminder_subjects(struct arena *arena, const struct course *course, const struct reminder_subject **out,
                       size_t *count);
// Whether anything is handed in for it: of what is only held there is no late.
bool reminder_takes_work(const struct milestone *milestone);
// due + offset, by the course's calendar.
int64_t reminder_instant(struct calendar *calendar, int64_t due, struct span offset);
// "3 days before", "1 hour after", "when it is due".
const char *reminder_offset_words(struct arena *arena, struct span offset);

struct reminder_words {
  const char *subject; // one line, at most 200 characters: "Project proposal: due Fri 22 Sep 2023 23:59 EDT"
  const char *words;   // sentences: what to do, until when, what lateness costs, when it is taken no more
};
struct reminder_reader {     // a student who is not done
  const struct terms *terms; // their own; of other subjects than milestones only `due` is read
  bool has_slot;             // booked, or none can be: they are not told to book one
  bool has_draft;            // of a proposal, and the caller says that it is not submitted
  bool has_team;             // which is not registered
};
// As it stands at `now`. What is missing in particular is the caller's to add.
struct reminder_words reminder_to_student(struct arena *arena, struct calendar *calendar,
                                          const struct reminder_subject *subject, const struct reminder_reader *reader,
                                          int64_t now);
// To staff: that it is due or was; who is done and who is not is the caller's to add.
struct reminder_words reminder_to_staff(struct arena *arena, struct calendar *calendar,
                                        const struct reminder_subject *subject, int64_t now);
