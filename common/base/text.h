// SPDX-License-Identifier: AGPL-3.0-or-later
// Unicode text: UTF-8 checks, folding for comparison, growing buffers, formats of instants. The only user of ICU's
// normalizer.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

// A growing byte buffer in an arena; `bytes` is always NUL-terminated once something was added.
struct text {
  struct arena *arena;
  char *bytes;
  size_t size;
  size_t capacity;
};

void text_init(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *bytes);
void text_add_n(struct text *text, const char *bytes, size_t size);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Room for `size` more bytes and a NUL: for writers that fill `bytes` themselves, then raise `size` and put the NUL.
// Here, because JSON asks for each name and value, and nearly always there is room.
char *text_grow(struct text *text, size_t size);
static inline char *text_reserve(struct text *text, size_t size) {
  bool has_room = size < text->capacity - text->size; // capacity is 0 or greater than size: one byte is the NUL's
  return has_room ? text->bytes + text->size : text_grow(text, size);
}
const char *text_get(const struct text *text); // "" when empty

// Strict UTF-8 (RFC 3629): no overlong forms, surrogates, or code points over U+10FFFF. NUL counts as invalid.
bool utf8_is_valid(const char *bytes, size_t size);
// One code point and its length in bytes; 0 when it is not valid. At least one byte.
size_t utf8_decode(const char *bytes, size_t size, uint32_t *out);
// A letter or digit (ICU u_isalnum) with its case folded; 0 for everything else.
uint32_t utf8_word_letter(uint32_t point);
// A letter, a mark on one, or a digit.
bool utf8_is_word_part(uint32_t point);
// Whether two that follow each other are of one word. Never of scripts without spaces between words (UAX #14), nor of
// Hangul, where a particle follows a name without one.
bool utf8_is_one_word(uint32_t before, uint32_t after);
// Code points of valid UTF-8.
size_t utf8_length(const char *text);
// True when the text holds a control character; `allow_lines` lets \n and \t pass.
bool text_has_control(const char *text, bool allow_lines);
// White space (Unicode) removed from both ends, inner runs of it made one space.
char *text_squeeze(struct arena *arena, const char *text);
// The search key of a name: NFKC_Casefold, squeezed. Two names are the same if their keys are (rules.md, Teams). NULL
// if not valid UTF-8.
char *text_fold(struct arena *arena, const char *text);
// The key by which people search: as text_fold, and without diacritics ("Élodie Łoś" is "elodie los", "ﬁ" is "fi", "ß"
// is "ss", "ı" is "i"). Different names may have one key. NULL if not valid UTF-8.
char *text_search_key(struct arena *arena, const char *text);
// Composed (Unicode NFC): what looks the same is the same bytes. NULL if not valid UTF-8.
char *text_compose(struct arena *arena, const char *text);
// What somebody wrote, in quotes, as the end of a sentence: "They are ill." brings its own full stop. Each straight
// quotation mark in it becomes U+201D, so that the end of the quotation is found (erasure looks for it).
const char *text_quotation(struct arena *arena, const char *text);
bool text_equal(const char *a, const char *b); // NULL-safe strcmp == 0
bool text_starts(const char *text, const char *prefix);
// The known word nearest to `word` by edit distance (at most 2, and less than half its length), or NULL: for "did you
// mean".
const char *text_nearest(const char *word, const char *const *known, size_t count);

// Instants are Unix seconds. "2023-09-11T23:59:00Z" (RFC 3339, 20 characters).
void instant_format(int64_t at, char out[static 21]);
// RFC 3339 with Z or an offset, no fraction; false if it is not one or outside years 1970 to 9999.
bool instant_parse(const char *text, int64_t *out);
// A whole base-10 number that fits; no sign but '-', no spaces.
bool int64_parse(const char *text, int64_t *out);
