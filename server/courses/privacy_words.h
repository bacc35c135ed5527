// SPDX-License-Identifier: AGPL-3.0-or-later
// Finds a person's names and addresses in text that others wrote, and writes something else for them. Whole words only,
// where a script has any (UAX #14): "Al Ng" is not in "Gal Ngo", and a@x.edu is not in b.a@x.edu. One pass over a text,
// however many names there were.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

enum privacy_word_kind {
  PRIVACY_WORD_FULL,   // a full name, an address: found wherever it stands
  PRIVACY_WORD_SHORT,  // a name that may be words of the language too: a preferred one, a single word
  PRIVACY_WORD_QUOTED, // what they wrote to others, in quotation marks: only where Tandem quotes them
  PRIVACY_WORD_OTHERS, // somebody else's name, which has one of them in it: stays as it is
};

enum privacy_text_kind {
  PRIVACY_BY_PEOPLE, // short names are not looked for
  PRIVACY_ADDRESS,   // one address, however its letters are written
  PRIVACY_SIGNED,    // short names are in the signature only, the last paragraph: "Will, the course's title"
  PRIVACY_BY_TANDEM, // short names are, outside of quotation marks, where people are quoted, and of dates
  PRIVACY_QUOTING,   // as above, and it tells others what the person wrote to them: that goes too
  PRIVACY_IN_JSON,   // short names are if they are a whole value
  PRIVACY_IN_AUDIT,  // short names are if they are the whole value of a "name" or "preferred_name"
};

struct privacy_word {
  const char *text;
  size_t size;
  enum privacy_word_kind kind;
};

struct privacy_words {
  struct arena *arena;
  struct privacy_word *list; // sorted by privacy_words_ready, once each
  size_t count;
};

void privacy_words_init(struct privacy_words *words, struct arena *arena);
// "" is left out. A word that JSON writes in another way is added in that way too.
void privacy_words_add(struct privacy_words *words, const char *word, enum privacy_word_kind kind);
// After the last is added. Of one word added as several kinds: somebody else's, else in full, else short, else quoted.
void privacy_words_ready(struct privacy_words *words);
// Whether the name of somebody else has one of that kind in it, and in full one is not all of it. They are ready.
bool privacy_words_has(const struct privacy_words *words, const char *name, enum privacy_word_kind kind);
// `text` with `instead` for each of the words, or NULL when none is in it. NULL is NULL.
const char *privacy_words_replace(const struct privacy_words *words, const char *text, const char *instead,
                                  enum privacy_text_kind kind);
