// SPDX-License-Identifier: AGPL-3.0-or-later
// Finds a person's names and addresses in text that others wrote, and writes something else for them. Whole words only:
// "Al Ng" is not in "Gal Ngo", and a@x.edu is not in b.a@x.edu.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

struct privacy_words {
  struct arena *arena;
  const char **list; // the longest first
  size_t count;
  size_t room;
};

void privacy_words_init(struct privacy_words *words, struct arena *arena);
// Once each; "" is left out. A word that JSON writes in another way is added in that way too.
void privacy_words_add(struct privacy_words *words, const char *word);
// `text` with `instead` for each of the words, or NULL when none is in it. Names of a single word, which may be a word
// of the language as well ("Will"), count only `with_single`. NULL is NULL.
const char *privacy_words_replace(const struct privacy_words *words, const char *text, const char *instead,
                                  bool with_single);
