// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/review_even.h"

#include <string.h>

struct search {
  const struct review_load *load;
  int *out;
  int *loads;
  int *came_from; // by reviewer: from whom a team would move here, or REVIEW_NOBODY
  int *by_team;   // by reviewer: which team would
  size_t *queue;
};

static int least_loaded(const struct search *search, size_t team);
static bool improve(struct search *search);
static bool improve_from(struct search *search, size_t first);
static void reach(struct search *search, size_t reviewer, size_t *queued);
static void move_along(struct search *search, size_t last);

void review_even(struct arena *arena, const struct review_load *load, int *out) {
  size_t room = load->reviewers + 1; // never nothing
  struct search search = {.load = load,
                          .out = out,
                          .loads = arena_array(arena, room, sizeof(int)),
                          .came_from = arena_array(arena, room, sizeof(int)),
                          .by_team = arena_array(arena, room, sizeof(int)),
                          .queue = arena_array(arena, room, sizeof(size_t))};
  for (size_t i = 0; i < load->reviewers; i++)
    search.loads[i] = load->before[i];
  for (size_t team = 0; team < load->teams; team++) {
    out[team] = least_loaded(&search, team);
    if (out[team] != REVIEW_NOBODY)
      search.loads[out[team]]++;
  }
  while (improve(&search)) {
  }
}

static int least_loaded(const struct search *search, size_t team) {
  int best = REVIEW_NOBODY;
  for (size_t i = 0; i < search->load->reviewers; i++)
    if (!search->load->is_barred[team * search->load->reviewers + i] &&
        (best == REVIEW_NOBODY || search->loads[i] < search->loads[best]))
      best = (int)i;
  return best;
}

// Each chain makes the sum of squares smaller, so this ends.
static bool improve(struct search *search) {
  for (size_t i = 0; i < search->load->reviewers; i++)
    if (improve_from(search, i))
      return true;
  return false;
}

// Breadth first over "could hand a team to", from one reviewer to somebody with at least two less.
static bool improve_from(struct search *search, size_t first) {
  size_t queued = 0;
  for (size_t i = 0; i < search->load->reviewers; i++)
    search->came_from[i] = REVIEW_NOBODY;
  search->came_from[first] = (int)first;
  search->queue[queued++] = first;
  for (size_t i = 0; i < queued; i++) {
    size_t at = search->queue[i];
    if (search->loads[at] + 1 < search->loads[first]) {
      move_along(search, at);
      return true;
    }
    reach(search, at, &queued);
  }
  return false;
}

static void reach(struct search *search, size_t reviewer, size_t *queued) {
  const struct review_load *load = search->load;
  for (size_t team = 0; team < load->teams; team++) {
    if (search->out[team] != (int)reviewer)
      continue;
    for (size_t i = 0; i < load->reviewers; i++) {
      if (search->came_from[i] != REVIEW_NOBODY || load->is_barred[team * load->reviewers + i])
        continue;
      search->came_from[i] = (int)reviewer;
      search->by_team[i] = (int)team;
      search->queue[(*queued)++] = i;
    }
  }
}

static void move_along(struct search *search, size_t last) {
  search->loads[last]++;
  size_t at = last;
  while (search->came_from[at] != (int)at) {
    search->out[search->by_team[at]] = (int)at;
    at = (size_t)search->came_from[at];
  }
  search->loads[at]--;
}
