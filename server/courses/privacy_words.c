// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/privacy_words.h"

#include <string.h>

#include "common/base/json.h"

static void insert(struct privacy_words *words, const char *word);
static const char *in_json(struct arena *arena, const char *word);
static size_t length_at(const struct privacy_words *words, const char *text, const char *at, bool with_single);
static bool is_single(const char *word);
static bool is_whole(const char *text, const char *at, const char *word);
static bool joins(char edge, char neighbour);
static bool is_letter(char c);

void privacy_words_init(struct privacy_words *words, struct arena *arena) {
  *words = (struct privacy_words){.arena = arena};
}

void privacy_words_add(struct privacy_words *words, const char *word) {
  insert(words, word);
  insert(words, in_json(words->arena, word));
}

const char *privacy_words_replace(const struct privacy_words *words, const char *text, const char *instead,
                                  bool with_single) {
  if (text == NULL)
    return NULL;
  struct text out;
  text_init(&out, words->arena);
  const char *rest = text; // what is not copied yet
  bool is_found = false;
  for (const char *at = text; *at != '\0';) {
    size_t length = length_at(words, text, at, with_single);
    if (length == 0) {
      at++;
      continue;
    }
    is_found = true;
    text_add_n(&out, rest, (size_t)(at - rest));
    text_add(&out, instead);
    at += length;
    rest = at;
  }
  if (!is_found)
    return NULL;
  text_add(&out, rest);
  return text_get(&out);
}

// By falling length, so that a full name is found before a part of it.
static void insert(struct privacy_words *words, const char *word) {
  size_t size = strlen(word);
  size_t place = 0;
  if (size == 0)
    return;
  for (size_t i = 0; i < words->count; i++) {
    if (strcmp(words->list[i], word) == 0)
      return;
    place += strlen(words->list[i]) >= size;
  }
  words->list = arena_more(words->arena, words->list, words->count, sizeof *words->list);
  memmove(words->list + place + 1, words->list + place, (words->count - place) * sizeof *words->list);
  words->list[place] = arena_text(words->arena, word);
  words->count++;
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

// Of the word that begins at `at`; 0 when none does.
static size_t length_at(const struct privacy_words *words, const char *text, const char *at, bool with_single) {
  for (size_t i = 0; i < words->count; i++) {
    const char *word = words->list[i];
    if (word[0] == *at && strncmp(at, word, strlen(word)) == 0 && (with_single || !is_single(word)) &&
        is_whole(text, at, word))
      return strlen(word);
  }
  return 0;
}

static bool is_single(const char *word) { return strpbrk(word, " @") == NULL; }

static bool is_whole(const char *text, const char *at, const char *word) {
  size_t size = strlen(word);
  char before = at == text ? '\0' : at[-1];
  char after = at[size];
  if (strchr(word, '@') == NULL)
    return !joins(word[0], before) && !joins(word[size - 1], after);
  bool is_longer_before = before != '\0' && (is_letter(before) || strchr(".-+_%", before) != NULL);
  bool is_longer_after = is_letter(after) || after == '-' || (after == '.' && is_letter(at[size + 1]));
  return !is_longer_before && !is_longer_after;
}

// Scripts that put no spaces between words have no such edges.
static bool joins(char edge, char neighbour) {
  return is_letter(edge) && (unsigned char)edge < 0x80 && is_letter(neighbour);
}

static bool is_letter(char c) {
  unsigned char byte = (unsigned char)c;
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}
