// SPDX-License-Identifier: AGPL-3.0-or-later
// A region of memory with one lifetime: a request, a load, a test.
// Everything allocated in it is released together; nothing is freed alone.
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

// Heap-allocated; the caller owns it. Out of memory aborts.
struct arena *arena_new(void);
// Runs the deferred functions, last first, then releases everything. NULL is allowed.
void arena_free(struct arena *arena);
// As arena_free followed by arena_new, but keeps the first block for reuse.
void arena_reset(struct arena *arena);

// Zeroed, aligned for any type. Size 0 gives a valid pointer. In sanitizer builds each allocation is a malloc of its
// own.
void *arena_alloc(struct arena *arena, size_t size_bytes) __attribute__((malloc, returns_nonnull));
// count * size with an overflow check (overflow aborts).
void *arena_array(struct arena *arena, size_t count, size_t size_bytes) __attribute__((malloc, returns_nonnull));
// A larger copy of an array that lives in the arena: what growing lists use. `count` elements are copied.
void *arena_grow(struct arena *arena, const void *old, size_t count, size_t new_count, size_t size_bytes);
// The list with room for one more behind its `count` items; begins as NULL and 0. It grows where the count says so, so
// that nobody keeps how much room there is: give it only what it gave.
void *arena_more(struct arena *arena, void *list, size_t count, size_t size_bytes);
void *arena_copy(struct arena *arena, const void *bytes, size_t size_bytes);
// NUL-terminated copies. arena_text(NULL) is NULL.
char *arena_text(struct arena *arena, const char *text);
char *arena_text_n(struct arena *arena, const char *text, size_t size_bytes);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_format_v(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), returns_nonnull));

// Calls `release(subject)` when the arena ends: for reference counts and the like.
void arena_defer(struct arena *arena, void (*release)(void *subject), void *subject);
// Bytes handed out so far; for caps and for tests.
size_t arena_used_bytes(const struct arena *arena);

void arena_free_cleanup(struct arena **arena);
// An arena that ends with the scope: `struct arena *arena SCOPED_ARENA = arena_new();`
#define SCOPED_ARENA __attribute__((cleanup(arena_free_cleanup)))
