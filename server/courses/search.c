// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/courses/search_store.h"

enum { TEAMS_WHEN_CROWDED = 20 }; // of the results, while people are many too

struct words {
  const char *list[SEARCH_WORDS_MAX];
  size_t count;
};

static enum err take_words(const struct act *act, const char *query, struct words *out);
static size_t split(char *key, const char **words, size_t max);
static bool is_inner(char c);
static bool is_match(struct arena *arena, const struct words *words, const char *const *texts, size_t count);
static bool begins_a_word(const char *key, const char *word);
static enum err find_people(const struct act *act, const struct course_view *course, const struct words *words,
                            struct search_result *out);
static void keep_person(const struct act *act, struct search_scan *scan, const struct search_row *row,
                        struct search_result *out);
static enum err find_teams(const struct act *act, const struct course_view *course, const struct words *words,
                           struct search_result *out);
static void cut(struct search_result *result);
static int people_by_name(const struct search_person *left, const struct search_person *right);
static int teams_by_name(const void *a, const void *b);

enum err search_course(const struct act *act, const struct course_view *course, const char *query,
                       struct search_result *out) {
  struct words words = {0};
  struct search_result found = {0};
  enum err err = take_words(act, query, &words);
  if (err != ERR_OK || (err = find_people(act, course, &words, &found)) != ERR_OK ||
      (err = find_teams(act, course, &words, &found)) != ERR_OK)
    return err;
  cut(&found);
  *out = found;
  return ERR_OK;
}

static enum err take_words(const struct act *act, const char *query, struct words *out) {
  char *key = text_search_key(act->arena, query);
  const char *list[SEARCH_WORDS_MAX + 1];
  size_t count = key == NULL ? 0 : split(key, list, SEARCH_WORDS_MAX + 1);
  size_t characters = 0;
  for (size_t i = 0; i < count; i++)
    characters += utf8_length(list[i]);
  if (characters < SEARCH_CHARACTERS_MIN)
    return problem_field(act->problem, "q", "needs at least %d letters or digits", SEARCH_CHARACTERS_MIN);
  if (count > SEARCH_WORDS_MAX)
    return problem_field(act->problem, "q", "has more than %d words", SEARCH_WORDS_MAX);
  memcpy(out->list, list, sizeof out->list);
  out->count = count;
  return ERR_OK;
}

// Cuts the key in place at what is neither a letter nor a digit.
static size_t split(char *key, const char **words, size_t max) {
  size_t count = 0;
  while (*key != '\0' && count < max) {
    while (*key != '\0' && !is_inner(*key))
      *key++ = '\0';
    if (*key == '\0')
      break;
    words[count++] = key;
    while (is_inner(*key))
      key++;
  }
  if (*key != '\0')
    *key = '\0';
  return count;
}

static bool is_inner(char c) { return ((unsigned char)c & 0x80) != 0 || isalnum((unsigned char)c); }

// Whether each word begins one of some text's words.
static bool is_match(struct arena *arena, const struct words *words, const char *const *texts, size_t count) {
  bool is_found[SEARCH_WORDS_MAX] = {false};
  size_t missing = words->count;
  for (size_t i = 0; missing > 0 && i < count; i++) {
    const char *key = texts[i] == NULL ? NULL : text_search_key(arena, texts[i]);
    for (size_t j = 0; key != NULL && j < words->count; j++)
      if (!is_found[j] && begins_a_word(key, words->list[j])) {
        is_found[j] = true;
        missing--;
      }
  }
  return missing == 0;
}

static bool begins_a_word(const char *key, const char *word) {
  for (const char *at = strstr(key, word); at != NULL; at = strstr(at + 1, word))
    if (at == key || !is_inner(at[-1]))
      return true;
  return false;
}

static enum err find_people(const struct act *act, const struct course_view *course, const struct words *words,
                            struct search_result *out) {
  struct search_scan scan = search_store_people(act, course);
  struct search_row row = {0};
  // What one row needs is let go before the next one: a search takes no more memory in a large course.
  struct arena *scratch SCOPED_ARENA = arena_new();
  out->people = arena_array(act->arena, SEARCH_RESULTS_MAX + 1, sizeof *out->people);
  while (search_store_next(&scan, &row)) {
    if (is_match(scratch, words, row.texts, row.text_count))
      keep_person(act, &scan, &row, out);
    arena_reset(scratch);
  }
  return search_store_end(&scan);
}

// In its place among the first by name; who would come after the last that is shown is only counted.
static void keep_person(const struct act *act, struct search_scan *scan, const struct search_row *row,
                        struct search_result *out) {
  const struct search_person key = {.person = row->person, .name = row->texts[0] == NULL ? "" : row->texts[0]};
  size_t at = out->person_count;
  while (at > 0 && people_by_name(&key, &out->people[at - 1]) < 0)
    at--;
  if (at > SEARCH_RESULTS_MAX)
    return;
  size_t behind = out->person_count - at - (out->person_count > SEARCH_RESULTS_MAX);
  memmove(&out->people[at + 1], &out->people[at], behind * sizeof *out->people);
  out->people[at] = search_store_person(scan, act->arena);
  out->person_count += out->person_count <= SEARCH_RESULTS_MAX;
}

static enum err find_teams(const struct act *act, const struct course_view *course, const struct words *words,
                           struct search_result *out) {
  struct search_team *list = NULL;
  size_t count = 0;
  enum err err = search_store_teams(act, course->id, &list, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < count; i++)
    if (is_match(act->arena, words, &list[i].name, 1))
      list[out->team_count++] = list[i];
  out->teams = list;
  if (out->team_count > 1)
    qsort(list, out->team_count, sizeof *list, teams_by_name);
  return ERR_OK;
}

static void cut(struct search_result *result) {
  if (result->person_count + result->team_count <= SEARCH_RESULTS_MAX)
    return;
  result->is_cut = true;
  size_t teams = result->team_count < TEAMS_WHEN_CROWDED ? result->team_count : TEAMS_WHEN_CROWDED;
  if (result->person_count > SEARCH_RESULTS_MAX - teams)
    result->person_count = SEARCH_RESULTS_MAX - teams;
  if (result->team_count > SEARCH_RESULTS_MAX - result->person_count)
    result->team_count = SEARCH_RESULTS_MAX - result->person_count;
}

static int people_by_name(const struct search_person *left, const struct search_person *right) {
  int names = strcmp(left->name, right->name);
  return names != 0 ? names : left->person < right->person ? -1 : left->person > right->person;
}

static int teams_by_name(const void *a, const void *b) {
  const struct search_team *left = a, *right = b;
  int names = strcmp(left->name, right->name);
  return names != 0 ? names : left->team < right->team ? -1 : left->team > right->team;
}
