// SPDX-License-Identifier: AGPL-3.0-or-later
// What team and staff say about a proposal, field by field in threads, and notes that staff keep among themselves: a
// note and its thread are nowhere in what the team gets. The others are told 10 minutes later, all at once, so that
// what its author takes away until then leaves no mail.
#pragma once

#include "server/proposals/proposal.h"

enum { COMMENT_CHARACTERS_MAX = 4000, COMMENTS_MAX = 1000, COMMENT_TELL_SECONDS = 600 };

struct comment {
  int64_t id;
  int64_t proposal;
  int64_t round;
  const char *field; // NULL: the proposal as a whole
  int64_t parent;    // the thread's first; 0: it is one
  bool is_note;
  bool is_staff;       // written by staff
  const char *text;    // "" once taken away
  int64_t by;          // 0: the operator
  const char *by_name; // NULL: the operator
  int64_t at;
  int64_t told_at;
  int64_t removed_at;
  int64_t resolved_at; // of a thread; 0: not
};

struct comment_new {
  const char *text;
  const char *field;
  int64_t reply_to; // any of a thread; 0: begins one
  bool is_note;     // for staff only, also within a thread with the team; a reply to a note is one
};

// By a member of the team or staff. conflict beyond COMMENTS_MAX of a proposal.
CHECKED enum err comment_add(const struct act *act, const struct course_view *course, int64_t team,
                             const struct comment_new *wanted, int64_t *id);
// By its author only: what it said is gone, its place in the thread stays.
CHECKED enum err comment_remove(const struct act *act, const struct course_view *course, int64_t team, int64_t id);
// By anybody who sees it: of the thread that the comment is in.
CHECKED enum err comment_resolve(const struct act *act, const struct course_view *course, int64_t team, int64_t id,
                                 bool is_resolved);
// Those that the caller may see, of all rounds, by number.
CHECKED enum err comment_list(const struct act *act, const struct course_view *course, int64_t team,
                              struct comment **out, size_t *count);
CHECKED enum err comment_show(const struct act *act, const struct course_view *course, int64_t team, int64_t id,
                              struct comment *out);
// Agenda "comments told": one message to everybody for whom there is something new.
CHECKED enum err comment_tell(const struct act *act, const struct course_view *course, int64_t proposal);
