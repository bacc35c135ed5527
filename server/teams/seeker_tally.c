// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/seeker_tally.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/teams/seeker_store.h"

struct sheet { // of a course, as it was when its changes had come to this number
  struct sheet *next;
  int64_t course;
  int64_t changes;
  int counts[SKILL_MAX][LEVEL_MAX + 1];
};

struct seeker_tally {
  pthread_mutex_t lock;
  struct sheet *sheets; // one a course; a handful
};

static struct sheet *find(const struct seeker_tally *tally, int64_t course);
static bool take(struct seeker_tally *tally, const struct course_view *course, int counts[][LEVEL_MAX + 1]);
static void keep(struct seeker_tally *tally, const struct course_view *course, int counts[][LEVEL_MAX + 1]);

struct seeker_tally *seeker_tally_new(void) {
  struct seeker_tally *tally = calloc(1, sizeof *tally);
  if (tally == NULL)
    abort();
  pthread_mutex_init(&tally->lock, NULL);
  return tally;
}

void seeker_tally_free(struct seeker_tally *tally) {
  if (tally == NULL)
    return;
  while (tally->sheets != NULL) {
    struct sheet *sheet = tally->sheets;
    tally->sheets = sheet->next;
    free(sheet);
  }
  pthread_mutex_destroy(&tally->lock);
  free(tally);
}

enum err seeker_tally_counts(struct seeker_tally *tally, const struct act *act, const struct course_view *course,
                             int counts[static SKILL_MAX][LEVEL_MAX + 1]) {
  bool is_settled = course->changes != 0 && db_is_reading(act->db);
  if (is_settled && take(tally, course, counts))
    return ERR_OK;
  enum err err = seeker_store_counts(act, course, counts);
  if (err == ERR_OK && is_settled)
    keep(tally, course, counts);
  return err;
}

static bool take(struct seeker_tally *tally, const struct course_view *course, int counts[][LEVEL_MAX + 1]) {
  pthread_mutex_lock(&tally->lock);
  const struct sheet *sheet = find(tally, course->id);
  bool is_current = sheet != NULL && sheet->changes == course->changes;
  if (is_current)
    memcpy(counts, sheet->counts, sizeof sheet->counts);
  pthread_mutex_unlock(&tally->lock);
  return is_current;
}

static void keep(struct seeker_tally *tally, const struct course_view *course, int counts[][LEVEL_MAX + 1]) {
  pthread_mutex_lock(&tally->lock);
  struct sheet *sheet = find(tally, course->id);
  if (sheet == NULL) {
    sheet = calloc(1, sizeof *sheet);
    if (sheet == NULL)
      abort();
    sheet->course = course->id;
    sheet->next = tally->sheets;
    tally->sheets = sheet;
  }
  sheet->changes = course->changes;
  memcpy(sheet->counts, counts, sizeof sheet->counts);
  pthread_mutex_unlock(&tally->lock);
}

// The lock is held.
static struct sheet *find(const struct seeker_tally *tally, int64_t course) {
  struct sheet *sheet = tally->sheets;
  while (sheet != NULL && sheet->course != course)
    sheet = sheet->next;
  return sheet;
}
