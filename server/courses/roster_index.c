// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_index.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct slot {
  const char *text; // NULL: free
  size_t position;
};

struct roster_index {
  struct slot *slots;
  size_t size; // a power of two, more than twice what is put
  size_t room;
};

static struct slot *find(const struct roster_index *index, const char *text);

struct roster_index *roster_index_new(struct arena *arena, size_t capacity) {
  struct roster_index *index = arena_alloc(arena, sizeof *index);
  size_t size = 16;
  while (size <= 2 * capacity)
    size *= 2;
  *index =
      (struct roster_index){.slots = arena_array(arena, size, sizeof *index->slots), .size = size, .room = capacity};
  return index;
}

ptrdiff_t roster_index_put(struct roster_index *index, const char *text, size_t position) {
  struct slot *slot = find(index, text);
  if (slot->text != NULL)
    return (ptrdiff_t)slot->position;
  assert(index->room > 0);
  index->room--;
  *slot = (struct slot){text, position};
  return ROSTER_INDEX_NONE;
}

ptrdiff_t roster_index_get(const struct roster_index *index, const char *text) {
  if (text == NULL)
    return ROSTER_INDEX_NONE;
  const struct slot *slot = find(index, text);
  return slot->text == NULL ? ROSTER_INDEX_NONE : (ptrdiff_t)slot->position;
}

// The slot of the text, or the free one where it belongs. FNV-1a, linear probing.
static struct slot *find(const struct roster_index *index, const char *text) {
  uint64_t hash = 14695981039346656037u;
  for (const char *c = text; *c != '\0'; c++)
    hash = (hash ^ (unsigned char)*c) * 1099511628211u;
  size_t at = (size_t)(hash ^ (hash >> 32)) & (index->size - 1);
  while (index->slots[at].text != NULL && strcmp(index->slots[at].text, text) != 0)
    at = (at + 1) & (index->size - 1);
  return &index->slots[at];
}
