// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/privacy_words.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/course/calendar.h"

struct reading { // of one text
  const char *text;
  size_t size;
  enum privacy_text_kind kind;
  const char *signature; // its first byte, NULL: none
  bool is_quoted;        // where the reading stands
};

static struct reading read_text(const char *text, enum privacy_text_kind kind);
static void insert(struct privacy_words *words, const char *word, enum privacy_word_kind kind);
static int by_bytes(const void *a, const void *b);
static const char *in_json(struct arena *arena, const char *word);
static const struct privacy_word *word_at(const struct privacy_words *words, const struct reading *reading,
                                          const char *at);
static size_t first_with(const struct privacy_words *words, size_t from, size_t to, size_t depth, unsigned least);
static bool counts(const struct reading *reading, const char *at, const struct privacy_word *word);
static bool is_date(const char *at, size_t size);
static bool is_value(const char *text, const char *at, size_t size);
static bool is_name_value(const char *text, const char *at, size_t size);
static bool is_whole(const struct reading *reading, const char *at, const struct privacy_word *word);
static uint32_t point_before(const char *text, const char *at);
static uint32_t point_at(const struct reading *reading, const char *at);

void privacy_words_init(struct privacy_words *words, struct arena *arena) {
  *words = (struct privacy_words){.arena = arena};
}

void privacy_words_add(struct privacy_words *words, const char *word, enum privacy_word_kind kind) {
  if (word[0] == '\0')
    return;
  const char *other = in_json(words->arena, word);
  insert(words, arena_text(words->arena, word), kind);
  if (strcmp(other, word) != 0)
    insert(words, other, kind);
}

void privacy_words_ready(struct privacy_words *words) {
  if (words->count > 1)
    qsort(words->list, words->count, sizeof *words->list, by_bytes);
  size_t count = 0;
  for (size_t i = 0; i < words->count; i++)
    if (count == 0 || strcmp(words->list[count - 1].text, words->list[i].text) != 0)
      words->list[count++] = words->list[i];
  words->count = count;
}

bool privacy_words_has(const struct privacy_words *words, const char *name, enum privacy_word_kind kind) {
  const struct reading reading = read_text(name, PRIVACY_BY_TANDEM);
  for (const char *at = name; *at != '\0';) { // as they are replaced: not within a longer one
    const struct privacy_word *word = word_at(words, &reading, at);
    if (word != NULL && word->kind == kind && (kind != PRIVACY_WORD_FULL || word->size < reading.size))
      return true;
    at += word != NULL ? word->size : 1;
  }
  return false;
}

const char *privacy_words_replace(const struct privacy_words *words, const char *text, const char *instead,
                                  enum privacy_text_kind kind) {
  if (text != NULL && kind == PRIVACY_ADDRESS)
    text = text_fold(words->arena, text);
  if (text == NULL)
    return NULL;
  struct reading reading = read_text(text, kind);
  struct text out;
  text_init(&out, words->arena);
  const char *rest = text; // what is not copied yet
  bool is_found = false;
  for (const char *at = text; *at != '\0';) {
    const struct privacy_word *word = word_at(words, &reading, at);
    if (word == NULL) {
      reading.is_quoted = reading.is_quoted != (*at == '"');
      at++;
      continue;
    }
    if (word->kind != PRIVACY_WORD_OTHERS) {
      is_found = true;
      text_add_n(&out, rest, (size_t)(at - rest));
      text_add(&out, instead);
      rest = at + word->size;
    }
    at += word->size;
  }
  if (!is_found)
    return NULL;
  text_add(&out, rest);
  return text_get(&out);
}

static struct reading read_text(const char *text, enum privacy_text_kind kind) {
  struct reading reading = {.text = text, .size = strlen(text), .kind = kind};
  if (kind == PRIVACY_SIGNED)
    for (const char *at = text; (at = strstr(at, "\n\n")) != NULL; at++)
      reading.signature = at + 2;
  return reading;
}

static void insert(struct privacy_words *words, const char *word, enum privacy_word_kind kind) {
  words->list = arena_more(words->arena, words->list, words->count, sizeof *words->list);
  words->list[words->count++] = (struct privacy_word){.text = word, .size = strlen(word), .kind = kind};
}

// As strcmp does, a word before the longer ones that begin with it; of one word the kind that prevails first.
static int by_bytes(const void *a, const void *b) {
  static const int order[] = {
      [PRIVACY_WORD_OTHERS] = 0, [PRIVACY_WORD_FULL] = 1, [PRIVACY_WORD_SHORT] = 2, [PRIVACY_WORD_QUOTED] = 3};
  const struct privacy_word *first = a, *second = b;
  int bytes = strcmp(first->text, second->text);
  return bytes != 0 ? bytes : order[first->kind] - order[second->kind];
}

static const char *in_json(struct arena *arena, const char *word) {
  struct json json;
  json_init(&json, arena);
  json_begin_array(&json);
  json_text(&json, NULL, word);
  json_end(&json);
  size_t size = json.text.size;
  return arena_text_n(arena, text_get(&json.text) + 2, size - 4); // without [" and "]
}

// The longest that begins at `at`: byte by byte, the range of those that agree so far.
static const struct privacy_word *word_at(const struct privacy_words *words, const struct reading *reading,
                                          const char *at) {
  const struct privacy_word *found = NULL;
  size_t from = 0, to = words->count;
  for (size_t depth = 0; from < to; depth++) {
    const struct privacy_word *word = &words->list[from];
    if (word->size == depth) { // it is over before those that are longer
      found = counts(reading, at, word) ? word : found;
      from++;
    }
    unsigned byte = (unsigned char)at[depth];
    if (byte == 0)
      break;
    from = first_with(words, from, to, depth, byte);
    to = first_with(words, from, to, depth, byte + 1);
  }
  return found;
}

// Of the words that share `depth` bytes, the first whose next byte is at least that.
static size_t first_with(const struct privacy_words *words, size_t from, size_t to, size_t depth, unsigned least) {
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if ((unsigned char)words->list[middle].text[depth] < least)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static bool counts(const struct reading *reading, const char *at, const struct privacy_word *word) {
  if (!is_whole(reading, at, word))
    return false;
  if (reading->kind == PRIVACY_ADDRESS)
    return word->size == reading->size;
  if (word->kind == PRIVACY_WORD_QUOTED)
    return reading->kind == PRIVACY_QUOTING;
  if (word->kind != PRIVACY_WORD_SHORT)
    return true;
  switch (reading->kind) {
  case PRIVACY_BY_PEOPLE:
  case PRIVACY_ADDRESS:
    return false;
  case PRIVACY_SIGNED:
    return at == reading->signature && at[word->size] == ',';
  case PRIVACY_QUOTING:
  case PRIVACY_BY_TANDEM:
    return !reading->is_quoted && !is_date(at, word->size);
  case PRIVACY_IN_JSON:
    return is_value(reading->text, at, word->size);
  case PRIVACY_IN_AUDIT:
    return is_name_value(reading->text, at, word->size);
  }
  return false;
}

// "Sun 14 Jan 2024", where Sun and Jan are nobody.
static bool is_date(const char *at, size_t size) {
  return at[size] == ' ' && at[size + 1] >= '0' && at[size + 1] <= '9' && calendar_is_date_word(at, size);
}

static bool is_value(const char *text, const char *at, size_t size) {
  return at != text && at[-1] == '"' && at[size] == '"' && at[size + 1] != ':';
}

static bool is_name_value(const char *text, const char *at, size_t size) {
  static const char *const members[] = {"\"name\":\"", "\"preferred_name\":\""};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    size_t length = strlen(members[i]);
    if ((size_t)(at - text) >= length && memcmp(at - length, members[i], length) == 0)
      return is_value(text, at, size);
  }
  return false;
}

static bool is_whole(const struct reading *reading, const char *at, const struct privacy_word *word) {
  const char *end = at + word->size;
  uint32_t before = point_before(reading->text, at);
  uint32_t after = point_at(reading, end);
  if (strchr(word->text, '@') == NULL)
    return !utf8_is_one_word(before, point_at(reading, at)) &&
           !utf8_is_one_word(point_before(reading->text, end), after);
  bool is_longer_before =
      utf8_is_word_part(before) || (before > 0 && before < 0x80 && strchr(".-+_%", (int)before) != NULL) ||
      (before == '\'' && utf8_is_word_part(point_before(reading->text, at - 1))); // o'brien@, not 'brien@'
  bool is_longer_after =
      utf8_is_word_part(after) || after == '-' || (after == '.' && utf8_is_word_part(point_at(reading, end + 1)));
  return !is_longer_before && !is_longer_after;
}

// 0 where the text begins.
static uint32_t point_before(const char *text, const char *at) {
  const char *from = at;
  uint32_t point = 0;
  while (from != text) {
    from--;
    if (((unsigned char)*from & 0xC0) != 0x80) // no byte within a code point
      break;
  }
  return from != at && utf8_decode(from, (size_t)(at - from), &point) != 0 ? point : 0;
}

// 0 where the text ends.
static uint32_t point_at(const struct reading *reading, const char *at) {
  uint32_t point = 0;
  size_t left = reading->size - (size_t)(at - reading->text);
  return left > 0 && utf8_decode(at, left, &point) != 0 ? point : 0;
}
