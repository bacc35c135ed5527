// SPDX-License-Identifier: AGPL-3.0-or-later
// Characters that nobody sees, and that make two texts look alike or turn them around: which they are, where one is,
// and how to say so. Where a script or an emoji needs one it is no fault (RFC 5892 A.1 and A.2, UTS #51). Keys of names
// (text_fold) have none of them in any case.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

enum text_use {
  TEXT_NAME,  // one line that others read: none of them may be in it
  TEXT_LINES, // only what turns a text around against its letters, or runs on into what follows its line
};

struct text_unseen {
  uint32_t point;
  size_t at;       // in bytes
  size_t position; // in code points, from 1
};

// The first of valid UTF-8; false: there is none.
bool text_find_unseen(const char *text, enum text_use use, struct text_unseen *out);
// "has a character that nobody can see, U+200B ZERO WIDTH SPACE: the 4th, behind \"Ada\"". NULL: there is none.
const char *text_unseen_words(struct arena *arena, const char *text, enum text_use use);
// The same for a field's error, with what to do.
const char *text_unseen_refusal(struct arena *arena, const char *text, enum text_use use);
// Without those that a name may not have, for what is copied rather than typed: cells of a roster, addresses and logins
// in files and queries (a JSON body that has one is refused). The text itself when there are none.
const char *text_drop_unseen(struct arena *arena, const char *text);
