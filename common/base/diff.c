// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/base/text.h"

struct word {
  const char *bytes;
  size_t size;
  uint64_t hash;
};

// One text in words; `is_changed` marks those that the other lacks.
struct side {
  struct word *words;
  size_t count;
  bool *is_changed;
};

// The part between what both texts begin and end with.
struct middle {
  const struct word *before;
  const struct word *after;
  int before_count;
  int after_count;
  bool *is_removed;
  bool *is_added;
};

enum letter { LETTER_SPACE, LETTER_WORD, LETTER_OTHER };

static struct side split(struct arena *arena, const char *text);
static enum letter letter_of(const char *bytes, size_t size, size_t *length);
static uint64_t hash_of(const char *bytes, size_t size);
static bool is_same(const struct word *a, const struct word *b);
static void compare(struct arena *arena, const struct middle *middle);
static int snake(const struct middle *middle, int x, int y);
static void walk_back(const struct middle *middle, int **rows, int edits);
static void replace_all(const struct middle *middle);
static struct diff join(struct arena *arena, const struct side *before, const struct side *after);
static size_t changed_from(const struct side *side, size_t from);
static void add_run(struct arena *arena, struct diff *diff, enum diff_kind kind, const struct word *words,
                    size_t count);

struct diff diff_words(struct arena *arena, const char *before, const char *after) {
  struct side a = split(arena, before), b = split(arena, after);
  size_t head = 0, tail = 0;
  while (head < a.count && head < b.count && is_same(&a.words[head], &b.words[head]))
    head++;
  while (tail < a.count - head && tail < b.count - head &&
         is_same(&a.words[a.count - 1 - tail], &b.words[b.count - 1 - tail]))
    tail++;
  struct middle middle = {
      a.words + head,      b.words + head,     (int)(a.count - head - tail), (int)(b.count - head - tail),
      a.is_changed + head, b.is_changed + head};
  compare(arena, &middle);
  return join(arena, &a, &b);
}

// The array is as long as the text could need: texts are a few hundred kilobytes at most.
static struct side split(struct arena *arena, const char *text) {
  size_t size = strlen(text);
  struct side side = {.words = NULL};
  for (size_t at = 0; at < size;) {
    size_t length = 0, end = at;
    enum letter letter = letter_of(text + at, size - at, &length);
    end += length;
    while (letter != LETTER_OTHER && end < size && letter_of(text + end, size - end, &length) == letter)
      end += length;
    side.words = arena_more(arena, side.words, side.count, sizeof *side.words);
    side.words[side.count++] = (struct word){text + at, end - at, hash_of(text + at, end - at)};
    at = end;
  }
  side.is_changed = arena_array(arena, side.count, sizeof *side.is_changed);
  return side;
}

static enum letter letter_of(const char *bytes, size_t size, size_t *length) {
  uint32_t point = 0;
  *length = utf8_decode(bytes, size, &point);
  if (*length == 0) {
    *length = 1;
    return LETTER_OTHER;
  }
  if (point == ' ' || point == '\t' || point == '\n' || point == 0xA0)
    return LETTER_SPACE;
  return utf8_word_letter(point) != 0 ? LETTER_WORD : LETTER_OTHER;
}

// FNV-1a: only to tell most words apart quickly; equal hashes are compared by their bytes.
static uint64_t hash_of(const char *bytes, size_t size) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
  return hash;
}

static bool is_same(const struct word *a, const struct word *b) {
  return a->hash == b->hash && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

// Myers, "An O(ND) Difference Algorithm" (1986): rows[d][k + d] is how far into `before` d edits lead on diagonal k.
// Paths that leave the board hide none that matter: they left it from a point that reaches the end with fewer edits.
static void compare(struct arena *arena, const struct middle *middle) {
  int *rows[DIFF_EDITS_MAX + 1];
  int most = middle->before_count + middle->after_count;
  for (int d = 0; d <= most && d <= DIFF_EDITS_MAX; d++) {
    int *row = rows[d] = arena_array(arena, (size_t)d * 2 + 1, sizeof *row);
    for (int k = -d; k <= d; k += 2) {
      int x = 0;
      if (d > 0) {
        const int *last = rows[d - 1] + (d - 1);
        bool is_down = k == -d || (k != d && last[k - 1] < last[k + 1]);
        x = is_down ? last[k + 1] : last[k - 1] + 1;
      }
      x = snake(middle, x, x - k);
      row[k + d] = x;
      if (x == middle->before_count && x - k == middle->after_count) {
        walk_back(middle, rows, d);
        return;
      }
    }
  }
  replace_all(middle);
}

static int snake(const struct middle *middle, int x, int y) {
  while (x < middle->before_count && y < middle->after_count && is_same(&middle->before[x], &middle->after[y])) {
    x++;
    y++;
  }
  return x;
}

static void walk_back(const struct middle *middle, int **rows, int edits) {
  int k = middle->before_count - middle->after_count;
  for (int d = edits; d > 0; d--) {
    const int *last = rows[d - 1] + (d - 1);
    bool is_down = k == -d || (k != d && last[k - 1] < last[k + 1]);
    k += is_down ? 1 : -1;
    int x = last[k];
    if (is_down)
      middle->is_added[x - k] = true;
    else
      middle->is_removed[x] = true;
  }
}

static void replace_all(const struct middle *middle) {
  memset(middle->is_removed, true, (size_t)middle->before_count * sizeof *middle->is_removed);
  memset(middle->is_added, true, (size_t)middle->after_count * sizeof *middle->is_added);
}

static struct diff join(struct arena *arena, const struct side *before, const struct side *after) {
  struct diff diff = {0};
  size_t i = 0, j = 0;
  while (i < before->count || j < after->count) {
    size_t same = 0;
    while (i + same < before->count && j + same < after->count && !before->is_changed[i + same] &&
           !after->is_changed[j + same])
      same++;
    add_run(arena, &diff, DIFF_SAME, before->words + i, same);
    i += same;
    j += same;
    size_t removed = changed_from(before, i), added = changed_from(after, j);
    add_run(arena, &diff, DIFF_REMOVED, before->words + i, removed);
    add_run(arena, &diff, DIFF_ADDED, after->words + j, added);
    i += removed;
    j += added;
  }
  return diff;
}

static size_t changed_from(const struct side *side, size_t from) {
  size_t to = from;
  while (to < side->count && side->is_changed[to])
    to++;
  return to - from;
}

static void add_run(struct arena *arena, struct diff *diff, enum diff_kind kind, const struct word *words,
                    size_t count) {
  if (count == 0)
    return;
  const struct word *last = &words[count - 1];
  size_t size = (size_t)(last->bytes + last->size - words->bytes);
  struct diff_run *runs = arena_grow(arena, diff->runs, diff->count, diff->count + 1, sizeof *runs);
  runs[diff->count] = (struct diff_run){kind, arena_text_n(arena, words->bytes, size)};
  *diff = (struct diff){runs, diff->count + 1};
}
