// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/text_unseen.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "common/base/text.h"

enum {
  ZERO_WIDTH_NON_JOINER = 0x200C,
  ZERO_WIDTH_JOINER = 0x200D,
  EMOJI_SELECTOR = 0xFE0F,
  KEYCAP = 0x20E3,
  BRAILLE_BLANK = 0x2800, // no format control, yet nothing is shown
  VIRAMA = 9,             // canonical combining class
  MARKS_MAX = 8,          // between a joiner and the letter that it joins
  NESTED_MAX = 16,        // directions within directions
  SHOWN_BEFORE = 12,      // characters that say where the fault is
  NAME_BYTES_MAX = 128,   // of a character
};

// A character between what stands before it and what follows; they are apart while characters are dropped.
struct place {
  const char *before;
  size_t before_size;
  const char *here;
  size_t size;   // from `here` on
  size_t length; // of the character
  uint32_t point;
};

struct opened { // directions that a line has begun and not ended
  size_t count;
  bool is_isolate[NESTED_MAX];
  struct text_unseen first;
};

static bool find_in_name(const char *text, struct text_unseen *out);
static bool find_in_lines(const char *text, struct text_unseen *out);
static bool follow_direction(struct opened *opened, const struct text_unseen *here);
static bool is_fault(const struct place *place);
static const char *fault_words(uint32_t point);
static bool is_selecting(const struct place *place);
static bool is_joining(const struct place *place);
static bool is_of_flag(const struct place *place);
static uint32_t letter_before(const struct place *place);
static uint32_t letter_after(const struct place *place);
static size_t point_before(const char *text, size_t size, uint32_t *point);
static bool has(uint32_t point, UProperty property);
static const char *ordinal_end(size_t number);
static const char *behind_words(struct arena *arena, const char *text, size_t at);

bool text_find_unseen(const char *text, enum text_use use, struct text_unseen *out) {
  return use == TEXT_NAME ? find_in_name(text, out) : find_in_lines(text, out);
}

const char *text_unseen_words(struct arena *arena, const char *text, enum text_use use) {
  struct text_unseen unseen;
  if (!text_find_unseen(text, use, &unseen))
    return NULL;
  char name[NAME_BYTES_MAX];
  UErrorCode status = U_ZERO_ERROR;
  u_charName((UChar32)unseen.point, U_UNICODE_CHAR_NAME, name, sizeof name, &status);
  bool is_named = U_SUCCESS(status) && name[0] != '\0';
  return arena_format(arena, "has a character %s, U+%04X%s%s: the %zu%s, %s", fault_words(unseen.point),
                      (unsigned)unseen.point, is_named ? " " : "", is_named ? name : "", unseen.position,
                      ordinal_end(unseen.position), behind_words(arena, text, unseen.at));
}

const char *text_unseen_refusal(struct arena *arena, const char *text, enum text_use use) {
  const char *words = text_unseen_words(arena, text, use);
  return words == NULL ? NULL : arena_format(arena, "%s; delete it there, or type the text again", words);
}

const char *text_drop_unseen(struct arena *arena, const char *text) {
  struct text_unseen unseen;
  if (!find_in_name(text, &unseen))
    return text;
  size_t size = strlen(text);
  char *kept = arena_text_n(arena, text, size);
  struct place place = {.before = kept};
  for (size_t at = 0; at < size; at += place.length) {
    place.here = text + at;
    place.size = size - at;
    place.length = utf8_decode(place.here, place.size, &place.point);
    if (place.length == 0)
      place.length = 1;
    else if (is_fault(&place))
      continue;
    memcpy(kept + place.before_size, place.here, place.length);
    place.before_size += place.length;
  }
  kept[place.before_size] = '\0';
  return kept;
}

static bool find_in_name(const char *text, struct text_unseen *out) {
  struct place place = {.before = text, .here = text, .size = strlen(text)};
  for (size_t position = 1; place.size > 0; position++) {
    place.length = utf8_decode(place.here, place.size, &place.point);
    if (place.length == 0)
      place.length = 1; // not UTF-8, which is refused elsewhere
    else if (is_fault(&place)) {
      *out = (struct text_unseen){.point = place.point, .at = place.before_size, .position = position};
      return true;
    }
    place.here += place.length;
    place.size -= place.length;
    place.before_size += place.length;
  }
  return false;
}

// Right-to-left text needs marks and isolates; what it does not need is letters shown against their nature, and a
// direction that goes on behind the text, where others' words stand.
static bool find_in_lines(const char *text, struct text_unseen *out) {
  struct opened opened = {0};
  size_t size = strlen(text);
  struct text_unseen here = {.position = 1};
  for (size_t length; here.at < size; here.at += length, here.position++) {
    length = utf8_decode(text + here.at, size - here.at, &here.point);
    if (length == 0)
      length = 1;
    else if (here.point == '\n' && opened.count > 0)
      break;
    else if (!follow_direction(&opened, &here)) {
      *out = here;
      return true;
    }
  }
  if (opened.count > 0)
    *out = opened.first;
  return opened.count > 0;
}

// UAX #9, X2 to X7; false: it may not stand there.
static bool follow_direction(struct opened *opened, const struct text_unseen *here) {
  if (!has(here->point, UCHAR_BIDI_CONTROL))
    return true;
  switch (u_charDirection((UChar32)here->point)) {
  case U_LEFT_TO_RIGHT_OVERRIDE:
  case U_RIGHT_TO_LEFT_OVERRIDE:
    return false;
  case U_LEFT_TO_RIGHT_EMBEDDING:
  case U_RIGHT_TO_LEFT_EMBEDDING:
  case U_LEFT_TO_RIGHT_ISOLATE:
  case U_RIGHT_TO_LEFT_ISOLATE:
  case U_FIRST_STRONG_ISOLATE:
    if (opened->count == NESTED_MAX)
      return false;
    if (opened->count == 0)
      opened->first = *here;
    opened->is_isolate[opened->count++] = here->point >= 0x2066;
    return true;
  case U_POP_DIRECTIONAL_FORMAT:
    opened->count -= opened->count > 0 && !opened->is_isolate[opened->count - 1];
    return true;
  case U_POP_DIRECTIONAL_ISOLATE: // ends the embeddings within it too
    for (size_t i = opened->count; i > 0; i--)
      if (opened->is_isolate[i - 1]) {
        opened->count = i - 1;
        break;
      }
    return true;
  default: // a mark
    return true;
  }
}

static bool is_fault(const struct place *place) {
  if (place->point < 0x80)
    return false; // text_has_control
  int8_t type = u_charType((UChar32)place->point);
  if (type == U_UNASSIGNED) // what is kept free for emoji may be one by now
    return !has(place->point, UCHAR_EXTENDED_PICTOGRAPHIC);
  bool is_hidden = type == U_FORMAT_CHAR && !has(place->point, UCHAR_PREPENDED_CONCATENATION_MARK);
  if (type == U_PRIVATE_USE_CHAR || type == U_CONTROL_CHAR || place->point == BRAILLE_BLANK)
    return true;
  if (!is_hidden && !has(place->point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
    return false;
  return !is_selecting(place) && !is_joining(place) && !is_of_flag(place);
}

static const char *fault_words(uint32_t point) {
  int8_t type = u_charType((UChar32)point);
  if (has(point, UCHAR_BIDI_CONTROL))
    return "that turns the direction of writing";
  return type == U_UNASSIGNED || type == U_PRIVATE_USE_CHAR ? "that has no agreed meaning" : "that nobody can see";
}

// A form of the sign directly before it: emoji and keycaps, ideographs (people's names have them), Mongolian letters.
static bool is_selecting(const struct place *place) {
  uint32_t sign = 0, next = 0;
  if (!has(place->point, UCHAR_VARIATION_SELECTOR) || point_before(place->before, place->before_size, &sign) == 0)
    return false;
  if (sign < 0x80) {
    bool has_next =
        place->size > place->length && utf8_decode(place->here + place->length, place->size - place->length, &next) > 0;
    return place->point == EMOJI_SELECTOR && has(sign, UCHAR_EMOJI) && has_next && next == KEYCAP;
  }
  UErrorCode status = U_ZERO_ERROR;
  return has(sign, UCHAR_EXTENDED_PICTOGRAPHIC) || has(sign, UCHAR_IDEOGRAPHIC) ||
         (u_isalpha((UChar32)sign) && uscript_getScript((UChar32)sign, &status) == USCRIPT_MONGOLIAN);
}

// RFC 5892 A.1 and A.2; before a virama as well (Bengali ra, then ya-phalaa); and emoji made of emoji (UAX #29, GB11).
static bool is_joining(const struct place *place) {
  if (place->point != ZERO_WIDTH_JOINER && place->point != ZERO_WIDTH_NON_JOINER)
    return false;
  uint32_t last = 0, next = 0;
  size_t length = point_before(place->before, place->before_size, &last);
  bool has_next =
      place->size > place->length && utf8_decode(place->here + place->length, place->size - place->length, &next) > 0;
  if (length == 0)
    return false;
  if (u_getCombiningClass((UChar32)last) == VIRAMA)
    return true;
  if (!has_next)
    return false;
  if (u_isalpha((UChar32)last) && u_getCombiningClass((UChar32)next) == VIRAMA)
    return true;
  if (place->point == ZERO_WIDTH_JOINER) {
    if (has(last, UCHAR_VARIATION_SELECTOR) || has(last, UCHAR_EMOJI_MODIFIER))
      point_before(place->before, place->before_size - length, &last);
    return has(last, UCHAR_EXTENDED_PICTOGRAPHIC) && has(next, UCHAR_EXTENDED_PICTOGRAPHIC);
  }
  int32_t from = u_getIntPropertyValue((UChar32)letter_before(place), UCHAR_JOINING_TYPE);
  int32_t to = u_getIntPropertyValue((UChar32)letter_after(place), UCHAR_JOINING_TYPE);
  return (from == U_JT_LEFT_JOINING || from == U_JT_DUAL_JOINING) &&
         (to == U_JT_RIGHT_JOINING || to == U_JT_DUAL_JOINING);
}

// The flags of England, Scotland and Wales are a flag and letters that nobody sees; no other text is spelt with those.
static bool is_of_flag(const struct place *place) {
  static const char *const flags[] = {
      "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
      "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
      "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F",
  };
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    size_t size = strlen(flags[i]);
    for (size_t part = 4; part < size; part += 4) // each has four bytes
      if (place->before_size >= part && place->size >= size - part &&
          memcmp(place->before + place->before_size - part, flags[i], part) == 0 &&
          memcmp(place->here, flags[i] + part, size - part) == 0)
        return true;
  }
  return false;
}

// Past marks, which joining goes through; 0 when there is none.
static uint32_t letter_before(const struct place *place) {
  size_t size = place->before_size;
  uint32_t point = 0;
  for (int i = 0; i <= MARKS_MAX; i++) {
    size_t length = point_before(place->before, size, &point);
    if (length == 0)
      return 0;
    if (u_getIntPropertyValue((UChar32)point, UCHAR_JOINING_TYPE) != U_JT_TRANSPARENT)
      return point;
    size -= length;
  }
  return 0;
}

static uint32_t letter_after(const struct place *place) {
  size_t at = place->length;
  uint32_t point = 0;
  for (int i = 0; i <= MARKS_MAX && at < place->size; i++) {
    size_t length = utf8_decode(place->here + at, place->size - at, &point);
    if (length == 0)
      return 0;
    if (u_getIntPropertyValue((UChar32)point, UCHAR_JOINING_TYPE) != U_JT_TRANSPARENT)
      return point;
    at += length;
  }
  return 0;
}

// Its length in bytes; 0 at the text's start.
static size_t point_before(const char *text, size_t size, uint32_t *point) {
  size_t length = 0;
  while (length < size && length < 4) {
    length++;
    if (((unsigned char)text[size - length] & 0xC0) != 0x80)
      return utf8_decode(text + size - length, length, point) == length ? length : 0;
  }
  return 0;
}

static bool has(uint32_t point, UProperty property) { return u_hasBinaryProperty((UChar32)point, property); }

static const char *ordinal_end(size_t number) {
  static const char *const ends[] = {"th", "st", "nd", "rd"};
  return number / 10 % 10 == 1 || number % 10 > 3 ? "th" : ends[number % 10];
}

static const char *behind_words(struct arena *arena, const char *text, size_t at) {
  size_t from = at;
  uint32_t point;
  for (int i = 0; i < SHOWN_BEFORE; i++)
    from -= point_before(text, from, &point);
  return at == 0 ? "at the beginning" : arena_format(arena, "behind \"%.*s\"", (int)(at - from), text + from);
}
