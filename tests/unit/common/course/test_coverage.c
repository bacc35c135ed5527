// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "common/course/coverage.h"

enum { ML, SYSTEMS, DESIGN, STATS };
enum { NONE, NOVICE, COURSE, PROJECT, RESEARCH };
enum { RANDOM_CASES = 4000, RANDOM_MEMBERS = 5, RANDOM_REQUIREMENTS = 4 };

static struct course course_with(const struct requirement *require, size_t count, bool is_distinct) {
  struct course course = {
      .levels = {{"none", "None", ""},
                 {"novice", "Novice", ""},
                 {"course", "Course work", ""},
                 {"project", "Project work", ""},
                 {"research", "Research", ""}},
      .level_count = 5,
      .skills = {{"ml", "Machine learning"}, {"systems", "Systems"}, {"design", "Design"}, {"stats", "Statistics"}},
      .skill_count = 4,
  };
  course.teams.coverage =
      (struct coverage_rule){.require = require, .require_count = count, .is_distinct = is_distinct};
  return course;
}

struct words_case {
  struct requirement require[3];
  size_t require_count;
  bool is_distinct;
  int levels[3][SKILL_MAX]; // of the members
  size_t member_count;
  bool has_seekers;
  int seekers[3];
  bool is_contended;
  const char *words; // NULL when covered
};

static const struct words_case words_cases[] = {
    {{{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}}, 2, false, {{PROJECT, PROJECT}}, 1, false, {0}, false, NULL},
    {{{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}},
     2,
     false,
     {{RESEARCH, COURSE}, {NONE, COURSE}},
     2,
     true,
     {3, 14},
     false,
     "nobody at Systems level Project work or above; 14 classmates who look for a team are"},
    {{{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}},
     2,
     false,
     {{COURSE, COURSE}},
     1,
     true,
     {1, 0},
     false,
     "nobody at Machine learning level Project work or above; 1 classmate who looks for a team is. "
     "Nobody at Systems level Project work or above; no classmate who looks for a team is"},
    {{{ML, RESEARCH, 1}}, 1, false, {{NONE}}, 0, false, {0}, false, "nobody at Machine learning level Research"},
    {{{ML, COURSE, 2}},
     1,
     false,
     {{COURSE}, {NOVICE}},
     2,
     false,
     {0},
     false,
     "1 of 2 needed at Machine learning level Course work or above"},
    {{{ML, COURSE, 3}},
     1,
     false,
     {{NONE}, {NOVICE}},
     2,
     true,
     {2},
     false,
     "0 of 3 needed at Machine learning level Course work or above; 2 classmates who look for a team are"},
    {{{ML, NONE, 2}}, 1, false, {{NONE}, {NONE}}, 2, false, {0}, false, NULL},
    {{{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}},
     2,
     true,
     {{PROJECT, PROJECT}},
     1,
     false,
     {0},
     true,
     "one person may not stand for both Machine learning level Project work or above and Systems level Project work "
     "or above; 1 more is needed at either of them"},
    {{{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}},
     2,
     true,
     {{PROJECT, PROJECT}, {NONE}},
     2,
     true,
     {2, 5},
     true,
     "one person may not stand for both Machine learning level Project work or above and Systems level Project work "
     "or above; 1 more is needed at either of them; 5 classmates who look for a team are at Systems level Project "
     "work or above"},
    {{{ML, COURSE, 1}, {SYSTEMS, COURSE, 1}, {DESIGN, COURSE, 1}},
     3,
     true,
     {{COURSE, COURSE, COURSE}},
     1,
     false,
     {0},
     true,
     "one person may not stand for two of Machine learning level Course work or above, Systems level Course work or "
     "above and Design level Course work or above; 2 more are needed at any of them"},
    {{{ML, COURSE, 1}, {SYSTEMS, COURSE, 1}}, 2, true, {{COURSE, COURSE}, {COURSE, NONE}}, 2, false, {0}, false, NULL},
    {{{ML, COURSE, 1}, {SYSTEMS, COURSE, 2}},
     2,
     true,
     {{COURSE, COURSE}},
     1,
     false,
     {0},
     false,
     "1 of 2 needed at Systems level Course work or above, of whom 1 already stands for another skill"},
    {{{ML, COURSE, 1}, {SYSTEMS, COURSE, 1}, {DESIGN, COURSE, 1}},
     3,
     true,
     {{COURSE, COURSE}},
     1,
     false,
     {0},
     false,
     "one person may not stand for both Machine learning level Course work or above and Systems level Course work or "
     "above; 1 more is needed at either of them. Nobody at Design level Course work or above"},
    {{{ML, NONE, 1}}, 0, true, {{NONE}}, 1, false, {0}, false, NULL},
};

static void what_is_missing_is_said_in_words_to_act_on(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof words_cases / sizeof words_cases[0]; i++) {
    const struct words_case *row = &words_cases[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct course course = course_with(row->require, row->require_count, row->is_distinct);
    struct coverage_member members[3] = {{0}};
    for (size_t member = 0; member < row->member_count; member++)
      memcpy(members[member].levels, row->levels[member], sizeof members[member].levels);
    struct coverage coverage;
    coverage_judge(arena, &course, members, row->member_count, &coverage);
    assert_int_equal(coverage.is_covered, row->words == NULL);
    assert_int_equal(coverage.is_contended, row->is_contended);
    const char *words = coverage_words(arena, &course, &coverage, row->has_seekers ? row->seekers : NULL);
    if (!text_equal(words, row->words))
      fail_msg("case %zu: %s", i, words ? words : "(covered)");
  }
}

static void a_level_counts_from_itself_upwards(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{SYSTEMS, PROJECT, 1}};
  struct course course = course_with(require, 1, false);
  for (int level = NONE; level <= RESEARCH; level++) {
    struct coverage_member member = {.levels = {RESEARCH, level}};
    struct coverage coverage;
    coverage_judge(arena, &course, &member, 1, &coverage);
    assert_int_equal(coverage.is_covered, level >= PROJECT);
    assert_int_equal(coverage.states[0].have, level >= PROJECT);
    assert_ptr_equal(coverage.states[0].requirement, &require[0]);
  }
}

static void a_team_of_nobody_meets_nothing(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{ML, NONE, 1}};
  for (int is_distinct = 0; is_distinct < 2; is_distinct++) {
    struct course course = course_with(require, 1, is_distinct);
    struct coverage coverage;
    coverage_judge(arena, &course, NULL, 0, &coverage);
    assert_false(coverage.is_covered);
    assert_false(coverage.is_contended);
    assert_int_equal(coverage.states[0].missing, 1);
  }
}

static void members_move_to_other_places_when_that_meets_more(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  // The first could stand for any, the second for two, the third only for the first requirement.
  const struct requirement require[] = {{ML, COURSE, 1}, {SYSTEMS, COURSE, 1}, {DESIGN, COURSE, 1}};
  struct course course = course_with(require, 3, true);
  const struct coverage_member members[] = {
      {"a", {COURSE, COURSE, COURSE}}, {"b", {COURSE, COURSE, NONE}}, {"c", {COURSE, NONE, NONE}}};
  struct coverage coverage;
  coverage_judge(arena, &course, members, 3, &coverage);
  assert_true(coverage.is_covered);
}

static void a_requirement_that_cannot_be_met_takes_nobody_from_one_that_can(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{ML, COURSE, 3}, {SYSTEMS, COURSE, 1}};
  struct course course = course_with(require, 2, true);
  const struct coverage_member members[] = {{"a", {COURSE, COURSE}}, {"b", {COURSE, NONE}}};
  struct coverage coverage;
  coverage_judge(arena, &course, members, 2, &coverage);
  assert_false(coverage.states[0].is_met);
  assert_int_equal(coverage.states[0].missing, 2);
  assert_true(coverage.states[1].is_met);
}

static void a_full_team_of_the_largest_size_is_judged(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{ML, COURSE, 25}, {SYSTEMS, COURSE, 25}};
  struct course course = course_with(require, 2, true);
  struct coverage_member members[TEAM_SIZE_MAX] = {{0}};
  for (int i = 0; i < TEAM_SIZE_MAX; i++) {
    members[i].levels[ML] = COURSE;
    members[i].levels[SYSTEMS] = i < 25 ? COURSE : NONE;
  }
  struct coverage coverage;
  coverage_judge(arena, &course, members, TEAM_SIZE_MAX, &coverage);
  assert_true(coverage.is_covered);
  members[24].levels[SYSTEMS] = NONE;
  coverage_judge(arena, &course, members, TEAM_SIZE_MAX, &coverage);
  assert_false(coverage.is_covered);
  assert_int_equal(coverage.states[1].missing, 1);
}

static void a_candidate_helps_with_what_is_not_met(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}};
  const struct coverage_member member = {"a", {PROJECT, NONE}};
  const struct coverage_member ml = {"b", {RESEARCH, COURSE}}, systems = {"c", {NONE, PROJECT}};
  struct course course = course_with(require, 2, false);
  struct coverage coverage;
  coverage_judge(arena, &course, &member, 1, &coverage);
  assert_false(coverage_would_help(&course, &coverage, &ml));
  assert_true(coverage_would_help(&course, &coverage, &systems));
}

static void a_candidate_helps_by_freeing_somebody_for_another_place(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct requirement require[] = {{ML, PROJECT, 1}, {SYSTEMS, PROJECT, 1}};
  const struct coverage_member both = {"a", {PROJECT, PROJECT}};
  const struct coverage_member ml = {"b", {PROJECT, NONE}}, design = {"c", {NONE, NONE, RESEARCH}};
  struct course course = course_with(require, 2, true);
  struct coverage coverage;
  coverage_judge(arena, &course, &both, 1, &coverage);
  assert_true(coverage_would_help(&course, &coverage, &ml)); // whichever place the first one has
  assert_false(coverage_would_help(&course, &coverage, &design));
}

struct random_case {
  uint64_t seed;
  struct requirement require[RANDOM_REQUIREMENTS];
  size_t require_count;
  struct coverage_member members[RANDOM_MEMBERS + 1]; // the last is the candidate
  size_t member_count;
};

static int next(struct random_case *random, int below) {
  random->seed = random->seed * 6364136223846793005u + 1442695040888963407u;
  return (int)((random->seed >> 33) % (uint64_t)below);
}

static void draw(struct random_case *random) {
  random->require_count = (size_t)next(random, RANDOM_REQUIREMENTS) + 1;
  for (size_t i = 0; i < random->require_count; i++)
    random->require[i] = (struct requirement){next(random, 4), 1 + next(random, 2), 1 + next(random, 3)};
  random->member_count = (size_t)next(random, RANDOM_MEMBERS + 1);
  for (size_t i = 0; i <= random->member_count; i++)
    for (int skill = 0; skill < 4; skill++)
      random->members[i].levels[skill] = next(random, 3);
}

// The most places that the members from `member` on can fill, by trying everything. `left` is places left, one a
// requirement.
static int most_filled(const struct random_case *random, size_t member, size_t member_count, int *left) {
  if (member == member_count)
    return 0;
  int best = most_filled(random, member + 1, member_count, left);
  for (size_t i = 0; i < random->require_count; i++) {
    if (left[i] == 0 || random->members[member].levels[random->require[i].skill] < random->require[i].level)
      continue;
    left[i]--;
    int filled = 1 + most_filled(random, member + 1, member_count, left);
    left[i]++;
    best = filled > best ? filled : best;
  }
  return best;
}

// Whether exactly the requirements of `chosen` (a bit each) can all be met together.
static bool can_meet(const struct random_case *random, unsigned chosen) {
  int left[RANDOM_REQUIREMENTS] = {0};
  int total = 0;
  for (size_t i = 0; i < random->require_count; i++) {
    left[i] = chosen & 1u << i ? random->require[i].members : 0;
    total += left[i];
  }
  return most_filled(random, 0, random->member_count, left) == total;
}

static void check_groups(const struct random_case *random, const struct coverage *coverage, int number) {
  for (size_t i = 0; i < coverage->count; i++) {
    const struct requirement_state *state = &coverage->states[i];
    bool is_short = !state->is_met && state->have >= state->requirement->members;
    if (is_short && state->contention == 0)
      fail_msg("case %d: requirement %zu is short and in no group", number, i);
    if (state->contention == 0)
      continue;
    if (state->have < state->requirement->members)
      fail_msg("case %d: requirement %zu lacks people anyway and does not compete", number, i);
    int places = 0, missing = 0, people = 0;
    for (size_t other = 0; other < coverage->count; other++) {
      places += coverage->states[other].contention == state->contention ? random->require[other].members : 0;
      missing += coverage->states[other].contention == state->contention ? coverage->states[other].missing : 0;
    }
    for (size_t member = 0; member < random->member_count; member++) {
      bool is_eligible = false;
      for (size_t other = 0; other < coverage->count; other++)
        is_eligible = is_eligible ||
                      (coverage->states[other].contention == state->contention &&
                       random->members[member].levels[random->require[other].skill] >= random->require[other].level);
      people += is_eligible;
    }
    if (missing == 0 || people != places - missing)
      fail_msg("case %d: a group of %d places, %d people, %d missing", number, places, people, missing);
  }
}

static void distinct_matching_agrees_with_trying_everything(void **state) {
  (void)state;
  struct random_case random = {.seed = 2023};
  int covered = 0, contended = 0, helped = 0;
  for (int number = 0; number < RANDOM_CASES; number++) {
    draw(&random);
    struct arena *arena SCOPED_ARENA = arena_new();
    struct course course = course_with(random.require, random.require_count, true);
    struct coverage coverage;
    coverage_judge(arena, &course, random.members, random.member_count, &coverage);
    int left[RANDOM_REQUIREMENTS] = {0};
    int total = 0, missing = 0;
    unsigned met = 0;
    for (size_t i = 0; i < random.require_count; i++) {
      left[i] = random.require[i].members;
      total += left[i];
      missing += coverage.states[i].missing;
      met |= coverage.states[i].is_met ? 1u << i : 0;
    }
    int most = most_filled(&random, 0, random.member_count, left);
    if (missing != total - most || coverage.is_covered != (most == total))
      fail_msg("case %d: %d missing of %d, most %d", number, missing, total, most);
    if (!can_meet(&random, met))
      fail_msg("case %d: those called met cannot be met together", number);
    for (size_t i = 0; i < random.require_count; i++)
      if (!(met & 1u << i) && can_meet(&random, met | 1u << i))
        fail_msg("case %d: requirement %zu could be met, too", number, i);
    check_groups(&random, &coverage, number);
    bool would_help = coverage_would_help(&course, &coverage, &random.members[random.member_count]);
    if (would_help != (most_filled(&random, 0, random.member_count + 1, left) > most))
      fail_msg("case %d: whether the candidate helps", number);
    assert_true((coverage_words(arena, &course, &coverage, NULL) == NULL) == coverage.is_covered);
    covered += coverage.is_covered;
    contended += coverage.is_contended;
    helped += would_help;
  }
  assert_true(covered > 100 && contended > 100 && helped > 100); // the cases are worth something
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_missing_is_said_in_words_to_act_on),
      cmocka_unit_test(a_level_counts_from_itself_upwards),
      cmocka_unit_test(a_team_of_nobody_meets_nothing),
      cmocka_unit_test(members_move_to_other_places_when_that_meets_more),
      cmocka_unit_test(a_requirement_that_cannot_be_met_takes_nobody_from_one_that_can),
      cmocka_unit_test(a_full_team_of_the_largest_size_is_judged),
      cmocka_unit_test(a_candidate_helps_with_what_is_not_met),
      cmocka_unit_test(a_candidate_helps_by_freeing_somebody_for_another_place),
      cmocka_unit_test(distinct_matching_agrees_with_trying_everything),
  };
  return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
