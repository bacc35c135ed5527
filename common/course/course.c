// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course.h"

#include <string.h>

static int find_named(const struct named *list, size_t count, const char *id);

int course_skill(const struct course *course, const char *id) {
  return find_named(course->skills, (size_t)course->skill_count, id);
}

int course_level(const struct course *course, const char *id) {
  for (int i = 0; i < course->level_count; i++)
    if (strcmp(course->levels[i].id, id) == 0)
      return i;
  return NO_INDEX;
}

int course_topic(const struct course *course, const char *id) {
  return find_named(course->topics, course->topic_count, id);
}

int course_track(const struct course *course, const char *id) {
  for (size_t i = 0; i < course->track_count; i++)
    if (strcmp(course->tracks[i].id, id) == 0)
      return (int)i;
  return NO_INDEX;
}

const struct track *course_lab_track(const struct course *course) {
  for (size_t i = 0; i < course->track_count; i++)
    if (course->tracks[i].capacity > 0)
      return &course->tracks[i];
  return NULL;
}

size_t course_turns_passed(const struct course *course, int64_t at) {
  size_t low = 0, high = course->turning_point_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (course->turning_points[middle] <= at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int find_named(const struct named *list, size_t count, const char *id) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(list[i].id, id) == 0)
      return (int)i;
  return NO_INDEX;
}
