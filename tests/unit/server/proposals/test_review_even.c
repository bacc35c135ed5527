// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/proposals/review_even.h"

enum { TEAMS = 5, REVIEWERS = 3, ROUNDS = 2000 };

static int spread_of(const struct review_load *load, const int *out, int *most) {
  int least = INT32_MAX;
  *most = 0;
  for (size_t i = 0; i < load->reviewers; i++) {
    int sum = load->before[i];
    for (size_t team = 0; team < load->teams; team++)
      sum += out[team] == (int)i;
    least = sum < least ? sum : least;
    *most = sum > *most ? sum : *most;
  }
  return *most - least;
}

static void without_conflicts_nobody_has_more_than_one_more(void **state) {
  (void)state;
  static const struct {
    size_t teams, reviewers;
    const char *why;
  } cases[] = {{30, 4, "a class"}, {7, 7, "one each"}, {3, 5, "fewer teams than people"}, {1, 1, "one"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    static const bool none[256];
    static const int before[8];
    struct review_load load = {cases[i].teams, cases[i].reviewers, none, before};
    int out[32], again[32], most = 0;
    review_even(arena, &load, out);
    if (spread_of(&load, out, &most) > 1)
      fail_msg("%s: not even", cases[i].why);
    review_even(arena, &load, again);
    assert_memory_equal(out, again, cases[i].teams * sizeof *out);
  }
}

static void what_somebody_has_already_counts(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const bool none[16];
  static const int before[] = {3, 0};
  struct review_load load = {3, 2, none, before};
  int out[3];
  review_even(arena, &load, out);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(1, out[i]);
}

static void a_team_that_nobody_may_judge_gets_nobody(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const bool barred[] = {true, true, false, true};
  static const int before[2];
  struct review_load load = {2, 2, barred, before};
  int out[2];
  review_even(arena, &load, out);
  assert_int_equal(REVIEW_NOBODY, out[0]);
  assert_int_equal(0, out[1]);
  struct review_load empty = {2, 0, barred, before};
  review_even(arena, &empty, out);
  assert_int_equal(REVIEW_NOBODY, out[0]);
}

static void a_chain_of_moves_is_found_where_no_single_move_helps(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  // Reviewer 0 may judge only teams that 1 may judge too, 1 those that 2 may: the third team comes to 2 by way of 1.
  static const bool barred[] = {false, false, true, true, false, false, false, true, true, false, false, true};
  static const int before[3];
  struct review_load load = {4, 3, barred, before};
  int out[4], most = 0;
  review_even(arena, &load, out);
  assert_true(spread_of(&load, out, &most) <= 1);
}

// The least possible sum of squares over all ways, by trying them all.
static int best_of(const struct review_load *load, size_t team, int *loads) {
  if (team == load->teams) {
    int sum = 0;
    for (size_t i = 0; i < load->reviewers; i++)
      sum += loads[i] * loads[i];
    return sum;
  }
  int best = INT32_MAX;
  bool is_open = false;
  for (size_t i = 0; i < load->reviewers; i++) {
    if (load->is_barred[team * load->reviewers + i])
      continue;
    is_open = true;
    loads[i]++;
    int found = best_of(load, team + 1, loads);
    best = found < best ? found : best;
    loads[i]--;
  }
  return is_open ? best : best_of(load, team + 1, loads);
}

static void with_conflicts_it_is_as_even_as_any_way_could_be(void **state) {
  (void)state;
  uint32_t seed = 20231114;
  for (int round = 0; round < ROUNDS; round++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    bool barred[TEAMS * REVIEWERS];
    int before[REVIEWERS], loads[REVIEWERS], out[TEAMS];
    for (size_t i = 0; i < TEAMS * REVIEWERS; i++) {
      seed = seed * 1664525 + 1013904223;
      barred[i] = (seed >> 16) % 2 == 0;
    }
    for (size_t i = 0; i < REVIEWERS; i++) {
      seed = seed * 1664525 + 1013904223;
      before[i] = loads[i] = (int)((seed >> 16) % 3);
    }
    struct review_load load = {TEAMS, REVIEWERS, barred, before};
    review_even(arena, &load, out);
    int best = best_of(&load, 0, loads), sum = 0;
    for (size_t i = 0; i < REVIEWERS; i++) {
      int has = before[i];
      for (size_t team = 0; team < TEAMS; team++) {
        has += out[team] == (int)i;
        assert_false(out[team] == (int)i && barred[team * REVIEWERS + i]);
      }
      sum += has * has;
    }
    if (sum != best)
      fail_msg("round %d: %d, possible is %d", round, sum, best);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_conflicts_nobody_has_more_than_one_more),
      cmocka_unit_test(what_somebody_has_already_counts),
      cmocka_unit_test(a_team_that_nobody_may_judge_gets_nobody),
      cmocka_unit_test(a_chain_of_moves_is_found_where_no_single_move_helps),
      cmocka_unit_test(with_conflicts_it_is_as_even_as_any_way_could_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
