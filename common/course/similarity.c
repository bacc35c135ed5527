// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/similarity.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

enum {
  GAP_BYTES = 64,        // between runs of one passage: what winnowing left out, or a changed word
  PLACES_PER_HASH = 4,   // of b for a run of a
  OPEN_PASSAGES_MAX = 64 // looked back at
};

struct word {
  uint64_t hash;
  uint32_t start, end;
};

static size_t split_words(struct arena *arena, const char *text, size_t size, struct word **out);
static uint64_t mix(uint64_t hash, uint64_t value);
static uint64_t run_hash(const struct word *words);
static const struct fingerprint *sort_by_hash(struct arena *arena, const struct fingerprint *list, size_t count);
static int compare_hash(const void *a, const void *b);
static size_t first_place(const struct fingerprint *sorted, size_t count, uint64_t hash);
static void add_match(struct arena *arena, struct similarity *out, size_t *room, const struct fingerprint *a,
                      const struct fingerprint *b);
static void drop_contained(struct similarity *out);
static int compare_in_b(const void *a, const void *b);
static size_t covered(const struct passage *passages, size_t count, bool in_b);

size_t similarity_fingerprints(struct arena *arena, const char *text, size_t size, struct fingerprint **out) {
  struct word *words = NULL;
  size_t word_count = split_words(arena, text, size, &words);
  *out = NULL;
  if (word_count < SIMILARITY_RUN_WORDS)
    return 0;
  size_t runs = word_count - SIMILARITY_RUN_WORDS + 1;
  struct fingerprint *list = arena_array(arena, runs, sizeof *list);
  for (size_t i = 0; i < runs; i++)
    list[i] = (struct fingerprint){run_hash(words + i), words[i].start, words[i + SIMILARITY_RUN_WORDS - 1].end};
  size_t window = runs < SIMILARITY_WINDOW_RUNS ? runs : SIMILARITY_WINDOW_RUNS;
  size_t count = 0, last = SIZE_MAX;
  for (size_t from = 0; from + window <= runs; from++) {
    size_t least = from;
    for (size_t i = from; i < from + window; i++)
      if (list[i].hash <= list[least].hash) // the rightmost of equals, so that windows agree on it
        least = i;
    if (least == last)
      continue;
    last = least;
    list[count++] = list[least]; // count <= from <= least: what is overwritten was looked at already
  }
  *out = list;
  return count;
}

struct similarity similarity_compare(struct arena *arena, const struct fingerprint *a, size_t a_count,
                                     const struct fingerprint *b, size_t b_count) {
  struct similarity out = {0};
  if (a_count == 0 || b_count == 0)
    return out;
  const struct fingerprint *sorted = sort_by_hash(arena, b, b_count);
  size_t room = 0;
  for (size_t i = 0; i < a_count; i++) {
    size_t at = first_place(sorted, b_count, a[i].hash);
    for (size_t places = 0; at < b_count && sorted[at].hash == a[i].hash && places < PLACES_PER_HASH; places++)
      add_match(arena, &out, &room, &a[i], &sorted[at++]);
  }
  if (out.count == 0)
    return out;
  drop_contained(&out);
  out.a_bytes = covered(out.passages, out.count, false);
  struct passage *by_b = arena_array(arena, out.count, sizeof *by_b);
  memcpy(by_b, out.passages, out.count * sizeof *by_b);
  qsort(by_b, out.count, sizeof *by_b, compare_in_b);
  out.b_bytes = covered(by_b, out.count, true);
  return out;
}

static size_t split_words(struct arena *arena, const char *text, size_t size, struct word **out) {
  struct word *words = NULL;
  size_t count = 0, room = 0;
  bool is_inside = false;
  for (size_t at = 0, length; at < size; at += length) {
    uint32_t c = 0;
    length = utf8_decode(text + at, size - at, &c);
    uint32_t letter = length == 0 ? 0 : utf8_word_letter(c);
    if (letter == 0) {
      length = length == 0 ? 1 : length;
      is_inside = false;
      continue;
    }
    if (!is_inside && count == room) {
      room = room == 0 ? 256 : room * 2;
      words = arena_grow(arena, words, count, room, sizeof *words);
    }
    if (!is_inside)
      words[count++] = (struct word){.hash = 1469598103934665603u, .start = (uint32_t)at};
    is_inside = true;
    words[count - 1].hash = mix(words[count - 1].hash, letter);
    words[count - 1].end = (uint32_t)(at + length);
  }
  *out = words;
  return count;
}

// splitmix64's finalizer over both: neighbouring words must not give neighbouring numbers, or the least of a window
// would say something about its words.
static uint64_t mix(uint64_t hash, uint64_t value) {
  uint64_t mixed = hash * 0x9E3779B97F4A7C15u + value + 0x632BE59BD9B4E019u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

// A stored fingerprint is compared with those of later versions: these numbers never change.
static uint64_t run_hash(const struct word *words) {
  uint64_t hash = 0;
  for (int i = 0; i < SIMILARITY_RUN_WORDS; i++)
    hash = mix(hash, words[i].hash);
  return hash;
}

static const struct fingerprint *sort_by_hash(struct arena *arena, const struct fingerprint *list, size_t count) {
  struct fingerprint *sorted = arena_array(arena, count, sizeof *sorted);
  memcpy(sorted, list, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_hash);
  return sorted;
}

static int compare_hash(const void *a, const void *b) {
  const struct fingerprint *left = a, *right = b;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  return (left->start > right->start) - (left->start < right->start);
}

static size_t first_place(const struct fingerprint *sorted, size_t count, uint64_t hash) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sorted[middle].hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// Lengthens a passage that ends just before in both texts, or begins one.
static void add_match(struct arena *arena, struct similarity *out, size_t *room, const struct fingerprint *a,
                      const struct fingerprint *b) {
  size_t looked_back = out->count < OPEN_PASSAGES_MAX ? out->count : OPEN_PASSAGES_MAX;
  for (size_t i = out->count; i > out->count - looked_back; i--) {
    struct passage *passage = &out->passages[i - 1];
    if (a->start <= passage->a_end + GAP_BYTES && b->start >= passage->b_start &&
        b->start <= passage->b_end + GAP_BYTES) {
      passage->a_end = a->end > passage->a_end ? a->end : passage->a_end;
      passage->b_end = b->end > passage->b_end ? b->end : passage->b_end;
      return;
    }
  }
  if (out->count == SIMILARITY_PASSAGES_MAX)
    return;
  if (out->count == *room) {
    *room = *room == 0 ? 16 : *room * 2;
    out->passages = arena_grow(arena, out->passages, out->count, *room, sizeof *out->passages);
  }
  out->passages[out->count++] = (struct passage){a->start, a->end, b->start, b->end};
}

// They stand in the order of a_start.
static void drop_contained(struct similarity *out) {
  size_t kept = 0;
  for (size_t i = 0; i < out->count; i++) {
    const struct passage *passage = &out->passages[i];
    bool is_contained = false;
    for (size_t j = 0; j < kept && !is_contained; j++) {
      const struct passage *other = &out->passages[j];
      is_contained =
          passage->a_end <= other->a_end && passage->b_start >= other->b_start && passage->b_end <= other->b_end;
    }
    if (!is_contained)
      out->passages[kept++] = *passage;
  }
  out->count = kept;
}

static int compare_in_b(const void *a, const void *b) {
  const struct passage *left = a, *right = b;
  return (left->b_start > right->b_start) - (left->b_start < right->b_start);
}

// Bytes in any of the passages, which are in the order of their starts.
static size_t covered(const struct passage *passages, size_t count, bool in_b) {
  size_t bytes = 0, until = 0;
  for (size_t i = 0; i < count; i++) {
    size_t start = in_b ? passages[i].b_start : passages[i].a_start;
    size_t end = in_b ? passages[i].b_end : passages[i].a_end;
    if (end <= until)
      continue;
    bytes += end - (start > until ? start : until);
    until = end;
  }
  return bytes;
}
