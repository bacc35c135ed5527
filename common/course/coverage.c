// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/coverage.h"

#include <ctype.h>
#include <string.h>

#include "common/base/text.h"

// People and the requirement each of them stands for: a matching of members to places.
struct assignment {
  const struct coverage_member *members;
  size_t member_count;
  const struct requirement *require;
  size_t require_count;
  size_t *stands_for; // one a member: an index into require, or require_count for nobody's
  bool *is_seen;      // members reached by the last search
  int *filled;        // places taken, one a requirement
};

static bool fits(const struct coverage_member *member, const struct requirement *requirement);
static void judge_alone(struct coverage *coverage);
static void judge_distinct(struct assignment *assignment, size_t *before, struct coverage *coverage);
static void fill_whole(struct assignment *assignment, size_t *before, struct coverage *coverage);
static void fill_partly(struct assignment *assignment, const struct coverage *coverage, bool of_enough);
static bool has_enough(const struct requirement_state *state);
static bool take_one(struct assignment *assignment, size_t wanting);
static bool augment(struct assignment *assignment, size_t wanting);
static bool is_reached(const struct assignment *assignment, size_t from, size_t requirement);
static void join_contention(const struct assignment *assignment, size_t from, struct coverage *coverage);
static bool is_first_of_group(const struct coverage *coverage, size_t index);
static void add_place(struct text *text, const struct course *course, const struct requirement *requirement);
static void add_gap(struct text *text, const struct course *course, const struct requirement_state *state);
static void add_contention(struct text *text, const struct course *course, const struct coverage *coverage, int group);
static size_t most_sought(const struct coverage *coverage, int group, const int *seekers);
static void add_seekers(struct text *text, int seekers);

void coverage_judge(struct arena *arena, const struct course *course, const struct coverage_member *members,
                    size_t count, struct coverage *out) {
  const struct coverage_rule *rule = &course->teams.coverage;
  struct coverage coverage = {
      .states = arena_array(arena, rule->require_count, sizeof *coverage.states),
      .count = rule->require_count,
  };
  for (size_t i = 0; i < coverage.count; i++) {
    coverage.states[i].requirement = &rule->require[i];
    for (size_t member = 0; member < count; member++)
      coverage.states[i].have += fits(&members[member], &rule->require[i]);
  }
  if (rule->is_distinct) {
    struct assignment assignment = {
        .members = members,
        .member_count = count,
        .require = rule->require,
        .require_count = rule->require_count,
        .stands_for = arena_array(arena, count, sizeof *assignment.stands_for),
        .is_seen = arena_array(arena, count, sizeof *assignment.is_seen),
        .filled = arena_array(arena, rule->require_count, sizeof *assignment.filled),
    };
    judge_distinct(&assignment, arena_array(arena, count, sizeof(size_t)), &coverage);
  } else {
    judge_alone(&coverage);
  }
  bool each_alone = true;
  coverage.is_covered = true;
  for (size_t i = 0; i < coverage.count; i++) {
    coverage.is_covered = coverage.is_covered && coverage.states[i].is_met;
    each_alone = each_alone && has_enough(&coverage.states[i]);
  }
  coverage.is_contended = each_alone && !coverage.is_covered;
  *out = coverage;
}

const char *coverage_words(struct arena *arena, const struct course *course, const struct coverage *coverage,
                           const int *seekers) {
  if (coverage->is_covered)
    return NULL;
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < coverage->count; i++) {
    const struct requirement_state *state = &coverage->states[i];
    bool is_told = state->contention > 0 ? is_first_of_group(coverage, i) : !state->is_met;
    if (!is_told)
      continue;
    if (text.size > 0)
      text_add(&text, ". ");
    size_t where = i, begins = text.size;
    if (state->contention > 0) {
      where = most_sought(coverage, state->contention, seekers);
      add_contention(&text, course, coverage, state->contention);
    } else {
      add_gap(&text, course, state);
    }
    if (begins > 0) // a sentence of its own
      text.bytes[begins] = (char)toupper((unsigned char)text.bytes[begins]);
    if (!seekers)
      continue;
    add_seekers(&text, seekers[where]);
    if (state->contention > 0) {
      text_add(&text, " at ");
      add_place(&text, course, coverage->states[where].requirement);
    }
  }
  return text_get(&text);
}

bool coverage_would_help(const struct course *course, const struct coverage *coverage,
                         const struct coverage_member *candidate) {
  (void)course; // the requirements' states say it all
  for (size_t i = 0; i < coverage->count; i++)
    if (coverage->states[i].is_wanted && fits(candidate, coverage->states[i].requirement))
      return true;
  return false;
}

static bool fits(const struct coverage_member *member, const struct requirement *requirement) {
  return member->levels[requirement->skill] >= requirement->level;
}

static void judge_alone(struct coverage *coverage) {
  for (size_t i = 0; i < coverage->count; i++) {
    struct requirement_state *state = &coverage->states[i];
    state->is_met = has_enough(state);
    state->missing = state->is_met ? 0 : state->requirement->members - state->have;
    state->is_wanted = !state->is_met;
  }
}

// What was filled once stays filled (a maximum matching grows from any smaller one). So: whole requirements first, then
// single places, those that only lack people because others need them before those that lack people anyway. The result
// is a maximum matching in which no further requirement could have been met.
static void judge_distinct(struct assignment *assignment, size_t *before, struct coverage *coverage) {
  for (size_t member = 0; member < assignment->member_count; member++)
    assignment->stands_for[member] = assignment->require_count;
  fill_whole(assignment, before, coverage);
  fill_partly(assignment, coverage, true);
  fill_partly(assignment, coverage, false);
  for (size_t i = 0; i < coverage->count; i++) {
    struct requirement_state *state = &coverage->states[i];
    state->missing = state->requirement->members - assignment->filled[i];
    state->is_met = state->missing == 0;
  }
  for (size_t i = 0; i < coverage->count; i++) {
    struct requirement_state *state = &coverage->states[i];
    if (state->is_met || take_one(assignment, i)) // it fails, and shows whom it could have moved
      continue;
    for (size_t other = 0; other < coverage->count; other++)
      coverage->states[other].is_wanted = coverage->states[other].is_wanted || is_reached(assignment, i, other);
    if (has_enough(state))
      join_contention(assignment, i, coverage);
  }
}

static void fill_whole(struct assignment *assignment, size_t *before, struct coverage *coverage) {
  size_t bytes = assignment->member_count * sizeof *before;
  for (size_t i = 0; i < coverage->count; i++) {
    int members = coverage->states[i].requirement->members;
    if (!has_enough(&coverage->states[i]))
      continue;
    if (bytes > 0)
      memcpy(before, assignment->stands_for, bytes);
    while (assignment->filled[i] < members && take_one(assignment, i))
      continue;
    if (assignment->filled[i] == members)
      continue;
    assignment->filled[i] = 0;
    if (bytes > 0)
      memcpy(assignment->stands_for, before, bytes);
  }
}

static void fill_partly(struct assignment *assignment, const struct coverage *coverage, bool of_enough) {
  for (size_t i = 0; i < coverage->count; i++)
    while (has_enough(&coverage->states[i]) == of_enough &&
           assignment->filled[i] < coverage->states[i].requirement->members && take_one(assignment, i))
      continue;
}

static bool has_enough(const struct requirement_state *state) { return state->have >= state->requirement->members; }

static bool take_one(struct assignment *assignment, size_t wanting) {
  for (size_t member = 0; member < assignment->member_count; member++)
    assignment->is_seen[member] = false;
  if (!augment(assignment, wanting))
    return false;
  assignment->filled[wanting]++;
  return true;
}

// Kuhn's search: takes a free member, or one whose requirement can be given another.
static bool augment(struct assignment *assignment, size_t wanting) {
  for (size_t member = 0; member < assignment->member_count; member++) {
    if (assignment->is_seen[member] || !fits(&assignment->members[member], &assignment->require[wanting]))
      continue;
    assignment->is_seen[member] = true;
    size_t held_by = assignment->stands_for[member];
    if (held_by == assignment->require_count || augment(assignment, held_by)) {
      assignment->stands_for[member] = wanting;
      return true;
    }
  }
  return false;
}

// After a search from `from` that failed: whether it came by `requirement`.
static bool is_reached(const struct assignment *assignment, size_t from, size_t requirement) {
  if (requirement == from)
    return true;
  for (size_t member = 0; member < assignment->member_count; member++)
    if (assignment->is_seen[member] && assignment->stands_for[member] == requirement)
      return true;
  return false;
}

// Those that a failed search reached have, together, fewer people than places (Hall): they are one group. None of them
// lacks people anyway, because those were filled last.
static void join_contention(const struct assignment *assignment, size_t from, struct coverage *coverage) {
  int group = (int)from + 1; // unique: each requirement is searched for once
  for (size_t i = 0; i < coverage->count; i++) {
    if (!is_reached(assignment, from, i))
      continue;
    int old = coverage->states[i].contention;
    for (size_t other = 0; old > 0 && other < coverage->count; other++)
      if (coverage->states[other].contention == old)
        coverage->states[other].contention = group;
    coverage->states[i].contention = group;
  }
}

static bool is_first_of_group(const struct coverage *coverage, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (coverage->states[i].contention == coverage->states[index].contention)
      return false;
  return true;
}

static void add_place(struct text *text, const struct course *course, const struct requirement *requirement) {
  text_add_format(text, "%s level %s", course->skills[requirement->skill].title,
                  course->levels[requirement->level].title);
  if (requirement->level < course->level_count - 1)
    text_add(text, " or above");
}

static void add_gap(struct text *text, const struct course *course, const struct requirement_state *state) {
  int members = state->requirement->members;
  if (members == 1)
    text_add(text, "nobody at ");
  else
    text_add_format(text, "%d of %d needed at ", state->have, members);
  add_place(text, course, state->requirement);
  int taken = state->missing - (members - state->have);
  if (taken > 0)
    text_add_format(text, ", of whom %d already %s for another skill", taken, taken == 1 ? "stands" : "stand");
}

static void add_contention(struct text *text, const struct course *course, const struct coverage *coverage, int group) {
  int total = 0, missing = 0;
  for (size_t i = 0; i < coverage->count; i++) {
    total += coverage->states[i].contention == group;
    missing += coverage->states[i].contention == group ? coverage->states[i].missing : 0;
  }
  text_add(text, total == 2 ? "one person may not stand for both " : "one person may not stand for two of ");
  int told = 0;
  for (size_t i = 0; i < coverage->count; i++) {
    if (coverage->states[i].contention != group)
      continue;
    if (told > 0)
      text_add(text, told == total - 1 ? " and " : ", ");
    add_place(text, course, coverage->states[i].requirement);
    told++;
  }
  text_add_format(text, "; %d more %s needed at %s of them", missing, missing == 1 ? "is" : "are",
                  total == 2 ? "either" : "any");
}

static size_t most_sought(const struct coverage *coverage, int group, const int *seekers) {
  size_t best = coverage->count;
  for (size_t i = 0; i < coverage->count; i++) {
    bool is_better = best == coverage->count || (seekers && seekers[i] > seekers[best]);
    if (coverage->states[i].contention == group && is_better)
      best = i;
  }
  return best;
}

static void add_seekers(struct text *text, int seekers) {
  if (seekers <= 0)
    text_add(text, "; no classmate who looks for a team is");
  else if (seekers == 1)
    text_add(text, "; 1 classmate who looks for a team is");
  else
    text_add_format(text, "; %d classmates who look for a team are", seekers);
}
