// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/arena.h"

struct trace {
  char order[8];
  size_t count;
  struct arena *arena;
};

struct step {
  struct trace *trace;
  char name;
};

static void note(void *subject) {
  struct step *step = subject;
  step->trace->order[step->trace->count++] = step->name;
}

static void note_and_defer_again(void *subject) {
  struct step *step = subject;
  note(step);
  static struct step second;
  second = (struct step){step->trace, 'z'};
  arena_defer(step->trace->arena, note, &second);
}

static void allocations_are_zeroed_even_after_a_reset(void **state) {
  (void)state;
  static const unsigned char zeros[5000];
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int round = 0; round < 3; round++) {
    for (size_t size = 0; size <= sizeof zeros; size += 617) {
      unsigned char *bytes = arena_alloc(arena, size);
      assert_memory_equal(bytes, zeros, size);
      memset(bytes, 0xAA, size);
    }
    arena_reset(arena);
  }
}

static void allocations_are_aligned_for_any_type_and_never_share_an_address(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t size = 0; size < 70; size++) {
    void *one = arena_alloc(arena, size);
    void *two = arena_alloc(arena, 0);
    assert_int_equal((uintptr_t)one % alignof(max_align_t), 0);
    assert_ptr_not_equal(one, two);
  }
}

static void what_was_handed_out_stays_when_blocks_are_added(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const size_t sizes[] = {1, 8000, 100, 4096, 70000, 3, 200000, 16000, 40};
  enum { ROUNDS = 40, SIZES = sizeof sizes / sizeof sizes[0] };
  unsigned char *kept[ROUNDS * SIZES];
  size_t total = 0;
  for (size_t i = 0; i < ROUNDS * SIZES; i++) {
    kept[i] = arena_alloc(arena, sizes[i % SIZES]);
    memset(kept[i], (int)(i % 251), sizes[i % SIZES]);
    total += sizes[i % SIZES];
  }
  for (size_t i = 0; i < ROUNDS * SIZES; i++)
    for (size_t byte = 0; byte < sizes[i % SIZES]; byte++)
      if (kept[i][byte] != i % 251)
        fail_msg("allocation %zu was overwritten at byte %zu", i, byte);
  assert_int_equal(arena_used_bytes(arena), total);
}

static void small_allocations_fill_blocks_to_their_ends_only(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  enum { COUNT = 20000 };
  size_t **kept = arena_array(arena, COUNT, sizeof *kept);
  for (size_t i = 0; i < COUNT; i++) {
    kept[i] = arena_alloc(arena, 2 * sizeof **kept);
    kept[i][0] = kept[i][1] = SIZE_MAX - i; // over the end it would spoil malloc's own bytes
  }
  for (size_t i = 0; i < COUNT; i++)
    if (kept[i][0] != SIZE_MAX - i || kept[i][1] != SIZE_MAX - i)
      fail_msg("allocation %zu was overwritten", i);
}

static void a_reset_starts_counting_again(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  arena_alloc(arena, 100000);
  arena_reset(arena);
  assert_int_equal(arena_used_bytes(arena), 0);
  arena_alloc(arena, 7);
  assert_int_equal(arena_used_bytes(arena), 7);
}

static void deferred_functions_run_last_first_and_once(void **state) {
  (void)state;
  struct trace trace = {.count = 0};
  struct step a = {&trace, 'a'}, b = {&trace, 'b'}, c = {&trace, 'c'};
  struct arena *arena = arena_new();
  arena_defer(arena, note, &a);
  arena_defer(arena, note, &b);
  arena_reset(arena);
  assert_int_equal(trace.count, 2);
  arena_defer(arena, note, &c);
  arena_free(arena);
  assert_string_equal(trace.order, "bac");
}

static void a_deferred_function_may_defer_another(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  struct trace trace = {.arena = arena};
  struct step a = {&trace, 'a'}, b = {&trace, 'b'};
  arena_defer(arena, note, &a);
  arena_defer(arena, note_and_defer_again, &b);
  arena_free(arena);
  assert_string_equal(trace.order, "bza");
}

static void growing_copies_the_elements_and_zeroes_the_rest(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const int old[] = {1, 2, 3};
  int *grown = arena_grow(arena, old, 3, 6, sizeof *grown);
  const int expected[] = {1, 2, 3, 0, 0, 0};
  assert_memory_equal(grown, expected, sizeof expected);
  assert_non_null(arena_grow(arena, NULL, 0, 1, sizeof *grown));
}

static void texts_are_copied_with_their_end(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  char original[] = "roster";
  char *copy = arena_text(arena, original);
  char *part = arena_text_n(arena, original, 4);
  original[0] = 'X';
  assert_string_equal(copy, "roster");
  assert_string_equal(part, "rost");
  assert_string_equal(arena_text_n(arena, "", 0), "");
  assert_null(arena_text(arena, NULL));
}

static void formats_of_any_length_come_out_whole(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int width = 250; width < 262; width++) { // around the size up to which one pass is enough
    char *text = arena_format(arena, "%*d", width, 7);
    assert_int_equal(strlen(text), width);
    assert_int_equal(text[width - 1], '7');
  }
  assert_string_equal(arena_format(arena, "%s has %d of %d", "team", 2, 4), "team has 2 of 4");
}

static void freeing_nothing_is_allowed(void **state) {
  (void)state;
  arena_free(NULL);
}

static void overflow_array(struct arena *arena, size_t huge) { arena_array(arena, huge, 16); }
static void overflow_grow(struct arena *arena, size_t huge) { arena_grow(arena, NULL, 0, huge, 16); }
static void overflow_shrink(struct arena *arena, size_t huge) { arena_grow(arena, NULL, huge, 0, 1); }
static void overflow_size(struct arena *arena, size_t huge) { arena_alloc(arena, huge * 15); }

static void sizes_that_overflow_abort(void **state) {
  (void)state;
  static void (*const overflows[])(struct arena *, size_t) = {overflow_array, overflow_grow, overflow_shrink,
                                                              overflow_size};
  for (size_t i = 0; i < sizeof overflows / sizeof overflows[0]; i++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      signal(SIGABRT, SIG_DFL); // cmocka's handler would report a failed test
      close(STDERR_FILENO);
      struct arena *arena SCOPED_ARENA = arena_new();
      overflows[i](arena, SIZE_MAX / 16 + 1);
      _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
      fail_msg("overflow %zu passed", i);
  }
}

static void a_list_grows_by_its_count_alone(void **state) {
  (void)state;
  struct arena *arena = arena_new();
  int *list = NULL;
  size_t moves = 0;
  for (int i = 0; i < 1000; i++) {
    int *more = arena_more(arena, list, (size_t)i, sizeof *list);
    moves += more != list;
    list = more;
    assert_int_equal(0, list[i]);
    list[i] = i + 1;
  }
  for (int i = 0; i < 1000; i++)
    assert_int_equal(i + 1, list[i]);
  assert_int_equal(7, moves); // 16, 32, … 1024
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_list_grows_by_its_count_alone),
      cmocka_unit_test(allocations_are_zeroed_even_after_a_reset),
      cmocka_unit_test(allocations_are_aligned_for_any_type_and_never_share_an_address),
      cmocka_unit_test(what_was_handed_out_stays_when_blocks_are_added),
      cmocka_unit_test(small_allocations_fill_blocks_to_their_ends_only),
      cmocka_unit_test(a_reset_starts_counting_again),
      cmocka_unit_test(deferred_functions_run_last_first_and_once),
      cmocka_unit_test(a_deferred_function_may_defer_another),
      cmocka_unit_test(growing_copies_the_elements_and_zeroes_the_rest),
      cmocka_unit_test(texts_are_copied_with_their_end),
      cmocka_unit_test(formats_of_any_length_come_out_whole),
      cmocka_unit_test(sizes_that_overflow_abort),
      cmocka_unit_test(freeing_nothing_is_allowed),
  };
  return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
