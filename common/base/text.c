// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "common/base/log.h"

enum {
  FIRST_CAPACITY = 256,
  NEAREST_DISTANCE = 2,
  NEAREST_BYTES_MAX = 64,
  SECONDS_A_DAY = 86400,
  FOLD_BYTES_MAX = 16 * 1024 * 1024, // times ICU's largest growth still an int32_t
};

static const int64_t year_0_at = -62167219200;    // 0000-01-01T00:00:00Z
static const int64_t year_9999_at = 253402300799; // 9999-12-31T23:59:59Z

static bool is_white(uint32_t point);
static size_t ascii_prefix(const char *bytes, size_t size);
static char *normalize(struct arena *arena, const char *text, size_t size,
                       const UNormalizer2 *(*instance)(UErrorCode *status));
static char *strip_marks(struct arena *arena, const char *folded);
static const char *plain_letter(uint32_t point);
static int edit_distance(const char *a, const char *b);
static bool has_words(uint32_t point);
static int64_t days_from_civil(int year, int month, int day);
static void put_digits(char *out, int64_t value, int count);
static bool take_digits(const char **text, int count, int *out);
static bool take_char(const char **text, char c);
static bool take_offset(const char **text, int64_t *seconds);

void text_init(struct text *text, struct arena *arena) { *text = (struct text){.arena = arena}; }

char *text_grow(struct text *text, size_t size) {
  size_t needed;
  if (__builtin_add_overflow(text->size + 1, size, &needed) || needed > PTRDIFF_MAX)
    abort();
  size_t capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;
  while (capacity < needed)
    capacity *= 2;
  text->bytes = arena_grow(text->arena, text->bytes, text->size, capacity, 1);
  text->capacity = capacity;
  return text->bytes + text->size;
}

void text_add(struct text *text, const char *bytes) { text_add_n(text, bytes, strlen(bytes)); }

void text_add_n(struct text *text, const char *bytes, size_t size) {
  char *end = text_reserve(text, size);
  if (size > 0)
    memcpy(end, bytes, size);
  end[size] = '\0';
  text->size += size;
}

void text_add_char(struct text *text, char c) {
  char *end = text_reserve(text, 1);
  end[0] = c;
  end[1] = '\0';
  text->size++;
}

void text_add_format(struct text *text, const char *format, ...) {
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  char *end = text_reserve(text, 0);
  size_t room = text->capacity - text->size;
  int length = vsnprintf(end, room, format, args);
  va_end(args);
  if (length < 0)
    abort(); // a format that cannot be printed is a programming mistake
  if ((size_t)length >= room) {
    end = text_reserve(text, (size_t)length);
    vsnprintf(end, (size_t)length + 1, format, again);
  }
  va_end(again);
  text->size += (size_t)length;
}

const char *text_get(const struct text *text) { return text->bytes ? text->bytes : ""; }

bool utf8_is_valid(const char *bytes, size_t size) {
  size_t at = 0;
  while (at < size) {
    at += ascii_prefix(bytes + at, size - at);
    if (at == size)
      break;
    uint32_t point;
    size_t length = utf8_decode(bytes + at, size - at, &point);
    if (length == 0)
      return false;
    at += length;
  }
  return true;
}

size_t utf8_length(const char *text) {
  size_t length = 0;
  for (; *text; text++)
    length += ((unsigned char)*text & 0xC0) != 0x80;
  return length;
}

bool text_has_control(const char *text, bool allow_lines) {
  for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
    bool is_line = *byte == '\n' || *byte == '\t';
    bool is_c1 = byte[0] == 0xC2 && byte[1] >= 0x80 && byte[1] <= 0x9F; // U+0080 to U+009F
    if (is_c1 || *byte == 0x7F || (*byte < 0x20 && !(is_line && allow_lines)))
      return true;
  }
  return false;
}

char *text_squeeze(struct arena *arena, const char *text) {
  size_t size = strlen(text);
  char *out = arena_text_n(arena, text, size); // it never grows
  size_t end = 0;
  bool is_space_owed = false;
  for (size_t at = 0, length; at < size; at += length) {
    uint32_t point = 0;
    length = utf8_decode(text + at, size - at, &point);
    if (length > 0 && is_white(point)) {
      is_space_owed = end > 0;
      continue;
    }
    if (length == 0)
      length = 1; // not UTF-8: the byte stays as it is
    if (is_space_owed)
      out[end++] = ' ';
    is_space_owed = false;
    memcpy(out + end, text + at, length);
    end += length;
  }
  out[end] = '\0';
  return out;
}

char *text_fold(struct arena *arena, const char *text) {
  size_t size = strlen(text);
  if (ascii_prefix(text, size) < size)
    return utf8_is_valid(text, size) ? text_squeeze(arena, normalize(arena, text, size, unorm2_getNFKCCasefoldInstance))
                                     : NULL;
  char *folded = text_squeeze(arena, text);
  for (char *c = folded; *c; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c - 'A' + 'a');
  return folded;
}

char *text_compose(struct arena *arena, const char *text) {
  size_t size = strlen(text);
  if (ascii_prefix(text, size) == size)
    return arena_text_n(arena, text, size);
  return utf8_is_valid(text, size) ? normalize(arena, text, size, unorm2_getNFCInstance) : NULL;
}

char *text_search_key(struct arena *arena, const char *text) {
  char *folded = text_fold(arena, text);
  if (folded == NULL || ascii_prefix(folded, strlen(folded)) == strlen(folded))
    return folded;
  return strip_marks(arena, folded);
}

const char *text_quotation(struct arena *arena, const char *text) {
  size_t size = strlen(text);
  while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\n'))
    size--;
  bool is_ended = size > 0 && strchr(".!?", text[size - 1]) != NULL;
  struct text out;
  text_init(&out, arena);
  text_add(&out, "\"");
  for (const char *at = text; *at != '\0';) {
    size_t plain = strcspn(at, "\"");
    text_add_n(&out, at, plain);
    at += plain;
    if (*at == '\0')
      break;
    text_add(&out, "\u201D");
    at++;
  }
  text_add_format(&out, "\"%s", is_ended ? "" : ".");
  return text_get(&out);
}

bool text_equal(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

bool text_starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

const char *text_nearest(const char *word, const char *const *known, size_t count) {
  int best = NEAREST_DISTANCE + 1;
  int length = (int)strnlen(word, NEAREST_BYTES_MAX + 1);
  const char *nearest = NULL;
  for (size_t i = 0; i < count; i++) {
    int distance = edit_distance(word, known[i]);
    if (distance < best && 2 * distance < length) {
      best = distance;
      nearest = known[i];
    }
  }
  return nearest;
}

void instant_format(int64_t at, char out[static 21]) {
  at = at < year_0_at ? year_0_at : at > year_9999_at ? year_9999_at : at; // what four digits can say
  int64_t days = at / SECONDS_A_DAY;
  int64_t second = at % SECONDS_A_DAY;
  if (second < 0) {
    second += SECONDS_A_DAY;
    days--;
  }
  // Howard Hinnant's civil_from_days: years that begin in March, eras of 400 years; the era of year 0 is shifted to 1.
  int64_t shifted = days + 719468 + 146097;
  int64_t era = shifted / 146097;
  int64_t day_of_era = shifted % 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  memcpy(out, "0000-00-00T00:00:00Z", 21);
  put_digits(out, year_of_era + (era - 1) * 400 + (month <= 2), 4);
  put_digits(out + 5, month, 2);
  put_digits(out + 8, day_of_year - (153 * month_from_march + 2) / 5 + 1, 2);
  put_digits(out + 11, second / 3600, 2);
  put_digits(out + 14, second / 60 % 60, 2);
  put_digits(out + 17, second % 60, 2);
}

bool instant_parse(const char *text, int64_t *out) {
  int year, month, day, hour, minute, second;
  int64_t offset;
  bool is_read = take_digits(&text, 4, &year) && take_char(&text, '-') && take_digits(&text, 2, &month) &&
                 take_char(&text, '-') && take_digits(&text, 2, &day) &&
                 (take_char(&text, 'T') || take_char(&text, 't')) && take_digits(&text, 2, &hour) &&
                 take_char(&text, ':') && take_digits(&text, 2, &minute) && take_char(&text, ':') &&
                 take_digits(&text, 2, &second) && take_offset(&text, &offset) && *text == '\0';
  if (!is_read)
    return false;
  static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return false; // also :60, which Unix time cannot say
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > month_days[month - 1] + (month == 2 && is_leap))
    return false;
  int64_t at = days_from_civil(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - offset;
  if (at < 0 || at > year_9999_at)
    return false;
  *out = at;
  return true;
}

bool int64_parse(const char *text, int64_t *out) {
  bool is_negative = *text == '-';
  text += is_negative;
  if (*text == '\0')
    return false;
  int64_t value = 0; // kept negative: INT64_MIN has no positive counterpart
  for (; *text; text++) {
    if (*text < '0' || *text > '9')
      return false;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, *text - '0', &value))
      return false;
  }
  if (!is_negative && value == INT64_MIN)
    return false;
  *out = is_negative ? value : -value;
  return true;
}

uint32_t utf8_word_letter(uint32_t point) {
  return u_isalnum((UChar32)point) ? (uint32_t)u_foldCase((UChar32)point, U_FOLD_CASE_DEFAULT) : 0;
}

bool utf8_is_word_part(uint32_t point) {
  return point != 0 && (U_GET_GC_MASK((UChar32)point) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

bool utf8_is_one_word(uint32_t before, uint32_t after) { return has_words(before) && has_words(after); }

// A part of a word in a script that puts something between words.
static bool has_words(uint32_t point) {
  UErrorCode status = U_ZERO_ERROR;
  UScriptCode script = uscript_getScript((UChar32)point, &status);
  return utf8_is_word_part(point) && script != USCRIPT_HANGUL && !uscript_breaksBetweenLetters(script);
}

// Unicode, table 3-7.
size_t utf8_decode(const char *bytes, size_t size, uint32_t *out) {
  const unsigned char *byte = (const unsigned char *)bytes;
  if (byte[0] >= 0x01 && byte[0] < 0x80) {
    *out = byte[0];
    return 1;
  }
  size_t length = byte[0] < 0xC2 ? 0 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : byte[0] < 0xF5 ? 4 : 0;
  if (length == 0 || length > size)
    return 0;
  uint32_t point = byte[0] & (0x7Fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((byte[i] & 0xC0) != 0x80)
      return 0;
    point = point << 6 | (byte[i] & 0x3F);
  }
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < smallest[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
    return 0;
  *out = point;
  return length;
}

// The property White_Space, which is stable.
static bool is_white(uint32_t point) {
  return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

// How many bytes from the start on are ASCII other than NUL: eight at a time.
static size_t ascii_prefix(const char *bytes, size_t size) {
  const uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
  size_t at = 0;
  for (; size - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, bytes + at, sizeof word);
    if ((word | (word - ones)) & high) // a high byte, or a zero byte that borrowed
      break;
  }
  while (at < size && bytes[at] != '\0' && ((unsigned char)bytes[at] & 0x80) == 0)
    at++;
  return at;
}

static char *normalize(struct arena *arena, const char *text, size_t size,
                       const UNormalizer2 *(*instance)(UErrorCode *status)) {
  if (size > FOLD_BYTES_MAX)
    abort(); // every text a client sends is capped far below
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = instance(&status);
  int32_t wide_size = 0;
  UChar *wide = arena_array(arena, size + 1, sizeof *wide);
  u_strFromUTF8(wide, (int32_t)size + 1, &wide_size, text, (int32_t)size, &status);
  int32_t capacity = wide_size * 2 + 32; // enough for any language; some symbols alone become up to 18 units
  UChar *folded = arena_array(arena, (size_t)capacity, sizeof *folded);
  int32_t folded_size = unorm2_normalize(normalizer, wide, wide_size, folded, capacity, &status);
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    status = U_ZERO_ERROR;
    capacity = folded_size + 1;
    folded = arena_array(arena, (size_t)capacity, sizeof *folded);
    folded_size = unorm2_normalize(normalizer, wide, wide_size, folded, capacity, &status);
  }
  char *out = arena_alloc(arena, (size_t)folded_size * 3 + 1);
  u_strToUTF8(out, folded_size * 3 + 1, NULL, folded, folded_size, &status);
  if (U_FAILURE(status)) {
    log_line(LOG_ERROR, "text", "normalizing %zu bytes: %s", size, u_errorName(status));
    abort(); // valid text always has a normal form: ICU's data is missing, or memory is
  }
  return out;
}

// Canonically decomposed, the marks left out; and letters that do not decompose, put as people type them.
static char *strip_marks(struct arena *arena, const char *folded) {
  const char *parts = normalize(arena, folded, strlen(folded), unorm2_getNFDInstance);
  size_t size = strlen(parts);
  struct text out;
  text_init(&out, arena);
  for (size_t at = 0, length; at < size; at += length) {
    uint32_t point = 0;
    length = utf8_decode(parts + at, size - at, &point);
    const char *plain = plain_letter(point);
    if (plain != NULL)
      text_add(&out, plain);
    else if (u_charType((UChar32)point) != U_NON_SPACING_MARK)
      text_add_n(&out, parts + at, length);
  }
  return text_squeeze(arena, text_get(&out));
}

static const char *plain_letter(uint32_t point) {
  static const struct {
    uint32_t point;
    const char *plain;
  } letters[] = {
      {0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"},  {0x111, "d"}, {0x127, "h"},
      {0x131, "i"}, {0x142, "l"}, {0x14B, "n"}, {0x153, "oe"}, {0x167, "t"},
  };
  for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
    if (letters[i].point == point)
      return letters[i].plain;
  return NULL;
}

// Optimal string alignment (a swap of neighbours is one edit), in bytes: ids are ASCII. Over the bound it is any larger
// number.
static int edit_distance(const char *a, const char *b) {
  size_t a_size = strnlen(a, NEAREST_BYTES_MAX + 1);
  size_t b_size = strnlen(b, NEAREST_BYTES_MAX + 1);
  size_t gap = a_size > b_size ? a_size - b_size : b_size - a_size;
  if (a_size > NEAREST_BYTES_MAX || b_size > NEAREST_BYTES_MAX || gap > NEAREST_DISTANCE)
    return NEAREST_DISTANCE + 1;
  int rows[3][NEAREST_BYTES_MAX + 1] = {{0}};
  for (size_t column = 0; column <= b_size; column++)
    rows[0][column] = (int)column;
  for (size_t row = 1; row <= a_size; row++) {
    int *here = rows[row % 3];
    const int *above = rows[(row + 2) % 3];
    const int *two_above = rows[(row + 1) % 3];
    here[0] = (int)row;
    for (size_t column = 1; column <= b_size; column++) {
      int best = above[column - 1] + (a[row - 1] != b[column - 1]);
      best = above[column] + 1 < best ? above[column] + 1 : best;
      best = here[column - 1] + 1 < best ? here[column - 1] + 1 : best;
      bool is_swap = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
      if (is_swap && two_above[column - 2] + 1 < best)
        best = two_above[column - 2] + 1;
      here[column] = best;
    }
  }
  return rows[a_size % 3][b_size];
}

static int64_t days_from_civil(int year, int month, int day) {
  int64_t march_year = year - (month <= 2) + 400; // the shift keeps year 0 positive
  int64_t era = march_year / 400;
  int64_t year_of_era = march_year % 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468 - 146097;
}

static void put_digits(char *out, int64_t value, int count) {
  for (int i = count - 1; i >= 0; i--) {
    out[i] = (char)('0' + value % 10);
    value /= 10;
  }
}

static bool take_digits(const char **text, int count, int *out) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    char c = **text;
    if (c < '0' || c > '9')
      return false;
    value = value * 10 + (c - '0');
    (*text)++;
  }
  *out = value;
  return true;
}

static bool take_char(const char **text, char c) {
  if (**text != c)
    return false;
  (*text)++;
  return true;
}

static bool take_offset(const char **text, int64_t *seconds) {
  *seconds = 0;
  if (take_char(text, 'Z') || take_char(text, 'z'))
    return true;
  int sign = **text == '-' ? -1 : 1;
  int hours, minutes;
  if (!take_char(text, '+') && !take_char(text, '-'))
    return false;
  if (!take_digits(text, 2, &hours) || !take_char(text, ':') || !take_digits(text, 2, &minutes))
    return false;
  *seconds = sign * (hours * 3600 + minutes * 60);
  return hours <= 23 && minutes <= 59;
}
