// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ARENA_EACH_ALLOCATION_IS_A_MALLOC
#define ARENA_EACH_ALLOCATION_IS_A_MALLOC 0
#endif

enum {
  LIST_FIRST = 16, // items of a list that grows
  ALIGNMENT = alignof(max_align_t),
  MALLOC_HEADER_BYTES = 16, // so that arena and first block together fill two pages of malloc's
  FIRST_BYTES = 8 * 1024,
  BLOCK_MAX_BYTES = 64 * 1024,
  OWN_BLOCK_SHARE = 4, // an allocation over this share of a block gets a block of its own
};

struct block {
  struct block *next;
  alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
  struct deferred *next;
  void (*release)(void *subject);
  void *subject;
};

struct arena {
  unsigned char *cursor;
  unsigned char *limit;
  struct block *blocks; // all but the first, which is `first`
  struct deferred *deferred;
  size_t block_bytes; // of the next block
  size_t used_bytes;
  alignas(max_align_t) unsigned char first[];
};

static void start(struct arena *arena);
static void release_all(struct arena *arena);
static void *take(struct arena *arena, size_t size_bytes);
static void *take_from_new_block(struct arena *arena, size_t rounded_bytes);
static unsigned char *block_add(struct arena *arena, size_t size_bytes);
static size_t product(size_t count, size_t size_bytes);
static void *must_malloc(size_t size_bytes);
static _Noreturn void die(const char *why);

struct arena *arena_new(void) {
  struct arena *arena = must_malloc(FIRST_BYTES - MALLOC_HEADER_BYTES);
  start(arena);
  return arena;
}

void arena_free(struct arena *arena) {
  if (!arena)
    return;
  release_all(arena);
  free(arena);
}

void arena_reset(struct arena *arena) {
  release_all(arena);
  start(arena);
}

void *arena_alloc(struct arena *arena, size_t size_bytes) {
  void *bytes = take(arena, size_bytes);
  return memset(bytes, 0, size_bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size_bytes) {
  return arena_alloc(arena, product(count, size_bytes));
}

void *arena_grow(struct arena *arena, const void *old, size_t count, size_t new_count, size_t size_bytes) {
  if (new_count < count)
    die("a list cannot grow to fewer elements");
  size_t old_bytes = product(count, size_bytes);
  size_t new_bytes = product(new_count, size_bytes);
  unsigned char *grown = take(arena, new_bytes);
  if (old_bytes > 0)
    memcpy(grown, old, old_bytes);
  memset(grown + old_bytes, 0, new_bytes - old_bytes);
  return grown;
}

// Room for 16, and then for twice as many whenever the count has reached a power of two.
void *arena_more(struct arena *arena, void *list, size_t count, size_t size_bytes) {
  if (count != 0 && (count < LIST_FIRST || (count & (count - 1)) != 0))
    return list;
  return arena_grow(arena, list, count, count == 0 ? LIST_FIRST : 2 * count, size_bytes);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size_bytes) {
  void *copy = take(arena, size_bytes);
  if (size_bytes > 0)
    memcpy(copy, bytes, size_bytes);
  return copy;
}

char *arena_text(struct arena *arena, const char *text) {
  return text ? arena_copy(arena, text, strlen(text) + 1) : NULL;
}

char *arena_text_n(struct arena *arena, const char *text, size_t size_bytes) {
  if (size_bytes == SIZE_MAX)
    die("size overflow");
  char *copy = take(arena, size_bytes + 1);
  if (size_bytes > 0)
    memcpy(copy, text, size_bytes);
  copy[size_bytes] = '\0';
  return copy;
}

char *arena_format(struct arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = arena_format_v(arena, format, args);
  va_end(args);
  return text;
}

char *arena_format_v(struct arena *arena, const char *format, va_list args) {
  char small[256]; // most texts are short: one pass
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(small, sizeof small, format, args);
  if (length < 0)
    die("a format failed");
  size_t size_bytes = (size_t)length + 1;
  char *text = take(arena, size_bytes);
  if (size_bytes <= sizeof small)
    memcpy(text, small, size_bytes);
  else
    vsnprintf(text, size_bytes, format, again);
  va_end(again);
  return text;
}

void arena_defer(struct arena *arena, void (*release)(void *subject), void *subject) {
  struct deferred *deferred = take(arena, sizeof *deferred);
  *deferred = (struct deferred){arena->deferred, release, subject};
  arena->deferred = deferred;
}

size_t arena_used_bytes(const struct arena *arena) { return arena->used_bytes; }

void arena_free_cleanup(struct arena **arena) { arena_free(*arena); }

static void start(struct arena *arena) {
  arena->cursor = arena->first;
  arena->limit = (unsigned char *)arena + (FIRST_BYTES - MALLOC_HEADER_BYTES);
  arena->blocks = NULL;
  arena->deferred = NULL;
  arena->block_bytes = (size_t)2 * FIRST_BYTES;
  arena->used_bytes = 0;
}

static void release_all(struct arena *arena) {
  while (arena->deferred) { // a release may itself defer
    struct deferred *deferred = arena->deferred;
    arena->deferred = deferred->next;
    deferred->release(deferred->subject);
  }
  while (arena->blocks) {
    struct block *block = arena->blocks;
    arena->blocks = block->next;
    free(block);
  }
}

// Not zeroed: for those who fill every byte themselves.
static void *take(struct arena *arena, size_t size_bytes) {
  arena->used_bytes += size_bytes;
  if (ARENA_EACH_ALLOCATION_IS_A_MALLOC)
    return block_add(arena, size_bytes);
  if (size_bytes > PTRDIFF_MAX - (size_t)BLOCK_MAX_BYTES)
    die("size overflow");
  size_t rounded = (size_bytes + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1);
  if (rounded == 0)
    rounded = ALIGNMENT; // two allocations never share an address
  if (rounded > (size_t)(arena->limit - arena->cursor))
    return take_from_new_block(arena, rounded);
  void *bytes = arena->cursor;
  arena->cursor += rounded;
  return bytes;
}

static void *take_from_new_block(struct arena *arena, size_t rounded_bytes) {
  if (rounded_bytes > arena->block_bytes / OWN_BLOCK_SHARE)
    return block_add(arena, rounded_bytes); // what is left of the current block stays in use
  size_t size_bytes = arena->block_bytes - MALLOC_HEADER_BYTES - sizeof(struct block);
  unsigned char *bytes = block_add(arena, size_bytes);
  arena->cursor = bytes + rounded_bytes;
  arena->limit = bytes + size_bytes;
  if (arena->block_bytes < BLOCK_MAX_BYTES)
    arena->block_bytes *= 2;
  return bytes;
}

static unsigned char *block_add(struct arena *arena, size_t size_bytes) {
  if (size_bytes > PTRDIFF_MAX - sizeof(struct block))
    die("size overflow");
  struct block *block = must_malloc(sizeof *block + size_bytes);
  block->next = arena->blocks;
  arena->blocks = block;
  return block->bytes;
}

static size_t product(size_t count, size_t size_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size_bytes, &bytes))
    die("size overflow");
  return bytes;
}

static void *must_malloc(size_t size_bytes) {
  void *bytes = malloc(size_bytes);
  if (!bytes)
    die("out of memory");
  return bytes;
}

static void die(const char *why) {
  fprintf(stderr, "arena: %s\n", why);
  abort();
}
