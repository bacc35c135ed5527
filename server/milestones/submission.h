// SPDX-License-Identifier: AGPL-3.0-or-later
// What is handed in: versions of files, links, text and statements, never changed afterwards. Which version counts is
// fixed when it is handed in: the last on time by the shared terms, else the last; staff or the team may choose another
// by hand (rules.md, Time and lateness). The instant is act->now: the second in which the last byte arrived.
#pragma once

#include "server/milestones/extension.h"

enum {
  SUBMISSION_VERSIONS_MAX = 200, // of one holder and milestone
  SUBMISSION_FILES_MAX = 10,
  SUBMISSION_LINK_CHARACTERS_MAX = 500,
  SUBMISSION_TEXT_CHARACTERS_MAX = 4000,
  SUBMISSION_STATEMENT_CHARACTERS_MAX = 2000,
};

struct submission_content {
  const int64_t *files; // ids of the caller's or a team mate's uploads
  size_t file_count;
  const char *link;      // http or https, or NULL
  const char *code;      // link to the code, or NULL
  const char *reproduce; // how to reproduce, or NULL
  const char *statement; // use of generative AI: "none" is said, not assumed; NULL: not given
};

struct submission {
  int64_t id;
  const char *milestone;
  struct holder holder;
  int64_t version; // 1, 2, … of the holder
  int64_t by;      // 0: the operator
  int64_t at;
  int64_t judged_at; // by which lateness is judged: `at`, or what submission_record was told
  bool is_on_time;   // by the shared terms, when it was handed in
  bool counts;
  int64_t chosen_at; // made to count by hand; 0: by the rule
  bool is_staff_choice;
  const char *choice_reason; // of staff, or NULL
  int64_t withdrawn_at;      // 0: not
  int64_t accepted_at;       // 0: not
  struct submission_content content;
  const char *by_name;     // as everybody sees it; NULL: the operator
  const char *holder_name; // the team's or the student's
};

// By any active member of a registered team, or a seated student. not_open, deadline_passed (after the latest closes of
// the holder's people), team_not_registered, invalid_fields naming what the nearest way of handing in lacks. Records
// the members, attaches the files, writes the ledger, tells the others. Fills the id.
CHECKED enum err submission_hand_in(const struct act *act, const struct course_view *course,
                                    const struct milestone *milestone, const struct submission_content *content,
                                    int64_t *id);
struct submission_lack {
  const char *field; // "files", "link", "files[1]", …
  const char *words; // what is wrong and what would be right
};
// What handing it in now would do and cost, and what it lacks; nothing is changed. Refuses as submission_hand_in does,
// but for what is missing.
struct submission_preview {
  int64_t version;
  bool is_on_time;
  bool would_count;
  int cost_yours; // points of 100, if it counts
  int cost_most;  // "no dearer than", for any of the holder's people
  const struct submission_lack *lacks;
  size_t lack_count;
};
CHECKED enum err submission_preview(const struct act *act, const struct course_view *course,
                                    const struct milestone *milestone, const struct submission_content *content,
                                    struct submission_preview *out);
struct submission_judging {
  int64_t at; // by which lateness is judged: act->now, or an earlier instant
  // It stands, in its window, for what was handed in at that instant: it is taken whatever has closed since, is on time
  // if that was, and costs what that does.
  bool is_revision;
};
// A version whose content another feature keeps (a proposal): the same checks of time and holder, the same ledger, by
// the terms that held at the instant of judging.
CHECKED enum err submission_record(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone, const struct holder *holder,
                                   const struct submission_judging *judging, int64_t *id);
// Whether work of either instant is judged the same by what holds for all of the holder alike: not open, on time, at so
// many points, or not taken any more. Nobody's own due says so, so that nobody's own extension shows.
CHECKED enum err submission_judged_alike(const struct act *act, const struct course_view *course,
                                         const struct milestone *milestone, const struct holder *holder,
                                         const int64_t instants[2], bool *out);
// Until the shared due; a later version counts again. By a member or staff.
CHECKED enum err submission_withdraw(const struct act *act, const struct course_view *course, int64_t submission);
// Chooses the version that counts by hand: a member until the shared closes, staff at any time with a reason.
CHECKED enum err submission_count(const struct act *act, const struct course_view *course, int64_t submission,
                                  const char *reason);
// Staff accept it, or take that back: a conflict for a proposal, which is decided on. `submission_mark_accepted` tells
// nobody: what it follows from does.
CHECKED enum err submission_accept(const struct act *act, const struct course_view *course, int64_t submission,
                                   bool is_accepted);
CHECKED enum err submission_mark_accepted(const struct act *act, const struct course_view *course, int64_t submission,
                                          bool is_accepted);
CHECKED enum err submission_get(const struct act *act, const struct course_view *course, int64_t id,
                                struct submission *out);
// What a version handed in now would come to, by what holds for all of the holder's people alike.
struct submission_outlook {
  bool is_taken; // nothing is while a version is accepted; of a proposal's later versions its revision decides
  bool would_count;
};
CHECKED enum err submission_look_out(const struct act *act, const struct course_view *course,
                                     const struct milestone *milestone, const struct holder *holder,
                                     struct submission_outlook *out);
// Whether what counts is handed in as something shown in a booked slot: without one it would lack that.
CHECKED enum err submission_needs_slot(const struct act *act, const struct course_view *course,
                                       const struct milestone *milestone, const struct holder *holder, bool *out);
// The one that counts; id 0 when nothing is handed in.
CHECKED enum err submission_counting(const struct act *act, const struct course_view *course,
                                     const struct milestone *milestone, const struct holder *holder,
                                     struct submission *out);
