// SPDX-License-Identifier: AGPL-3.0-or-later
// A course file of any bytes: either findings that can be told, or a course whose parts fit together and whose instants
// the calendar takes there and back. Input: the file.
#include "tests/fuzz/fuzz.h"

#include "common/base/text.h"
#include "common/course/calendar.h"
#include "common/course/course_file.h"
#include "common/course/coverage.h"

static void check_findings(const struct findings *findings);
static void check_course(struct arena *arena, const struct course *course);
static void check_ids(const struct course *course);
static void check_milestone(const struct course *course, const struct milestone *milestone);
static void check_turns(const struct course *course);
static void check_instant(struct calendar *calendar, struct arena *arena, int64_t at);
static void check_wall(struct calendar *calendar, const struct wall *wall, int64_t at, int second);
static void check_day(struct calendar *calendar, struct day day);

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  log_set_capture(fuzz_ignore_line, NULL);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct findings findings = {0};
  const struct course *course = NULL;
  enum err err = course_file_read(arena, (const char *)data, size, &findings, &course);
  check_findings(&findings);
  require(err == ERR_OK || err == ERR_INVALID);
  require((err == ERR_OK) == (findings.error_count == 0));
  require((err == ERR_OK) == (course != NULL));
  if (course != NULL)
    check_course(arena, course);
  return 0;
}

static void check_findings(const struct findings *findings) {
  require(findings->count <= COURSE_FINDINGS_MAX);
  const struct finding *before = NULL;
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->list[i];
    require(finding->line >= 0 && finding->column >= 0);
    require(finding->message != NULL && finding->message[0] != '\0');
    require(utf8_is_valid(finding->message, strlen(finding->message)));
    require(!text_has_control(finding->message, false));
    bool is_told_last = finding->line == 0 || (before != NULL && before->line == 0);
    require(before == NULL || is_told_last || before->line < finding->line ||
            (before->line == finding->line && before->column <= finding->column));
    before = finding;
  }
}

static void check_course(struct arena *arena, const struct course *course) {
  struct calendar *calendar = NULL;
  require(calendar_open(arena, course->zone, &calendar) == ERR_OK);
  require(course->starts_at < course->ends_at);
  require(text_equal(course->id, text_squeeze(arena, course->id)) && course->title[0] != '\0');
  check_day(calendar, course->starts);
  check_day(calendar, course->ends);
  for (size_t i = 0; i < course->holiday_count; i++)
    check_day(calendar, course->holidays[i]);
  check_ids(course);
  for (size_t i = 0; i < course->milestone_count; i++)
    check_milestone(course, &course->milestones[i]);
  const struct team_rules *teams = &course->teams;
  if (teams->has_teams) {
    require(teams->size_min >= 1 && teams->size_min <= teams->size_max && teams->size_max <= TEAM_SIZE_MAX);
    require(teams->opens < teams->closes);
  }
  check_turns(course);
  size_t step = course->turning_point_count / 6 + 1; // ICU is slow
  for (size_t i = 0; i < course->turning_point_count; i += step)
    check_instant(calendar, arena, course->turning_points[i]);
  check_instant(calendar, arena, course->starts_at);
  check_instant(calendar, arena, course->ends_at);
}

static void check_ids(const struct course *course) {
  require(course->level_count >= 0 && course->level_count <= LEVEL_MAX + 1);
  require(course->skill_count >= 0 && course->skill_count <= SKILL_MAX);
  for (int i = 0; i < course->skill_count; i++)
    require(course_skill(course, course->skills[i].id) == i);
  for (int i = 0; i < course->level_count; i++)
    require(course_level(course, course->levels[i].id) == i);
  for (size_t i = 0; i < course->topic_count; i++)
    require(course_topic(course, course->topics[i].id) == (int)i);
  for (size_t i = 0; i < course->track_count; i++)
    require(course_track(course, course->tracks[i].id) == (int)i);
  const struct coverage_rule *coverage = &course->teams.coverage;
  for (size_t i = 0; i < coverage->require_count; i++) {
    const struct requirement *requirement = &coverage->require[i];
    require(requirement->skill >= 0 && requirement->skill < course->skill_count);
    require(requirement->level >= 0 && requirement->level <= LEVEL_MAX);
    require(requirement->members >= 1 && requirement->members <= course->teams.size_max);
  }
  for (size_t i = 0; i < course->component_count; i++)
    for (size_t j = 0; j < course->components[i].track_count; j++)
      require(course->components[i].tracks[j] >= 0 && (size_t)course->components[i].tracks[j] < course->track_count);
}

// closes ≥ due + grace (rules.md, Time and lateness).
static void check_milestone(const struct course *course, const struct milestone *milestone) {
  require(milestone->track >= 0 && (size_t)milestone->track < course->track_count);
  require(milestone->late != NULL);
  require(milestone->opens < milestone->due && milestone->due <= milestone->closes);
  require(milestone->closes - milestone->due >= milestone->late->grace_seconds);
  require(milestone->weight_hundredths >= 0 && milestone->weight_hundredths <= 10000);
  require(milestone->opens >= course->starts_at && milestone->due <= course->ends_at);
}

static void check_turns(const struct course *course) {
  for (size_t i = 0; i < course->turning_point_count; i++) {
    int64_t at = course->turning_points[i];
    require(i == 0 || course->turning_points[i - 1] < at);
    require(course_turns_passed(course, at) == i + 1 && course_turns_passed(course, at - 1) == i);
  }
}

static void check_instant(struct calendar *calendar, struct arena *arena, int64_t at) {
  struct wall wall = {0};
  int second = -1;
  calendar_wall(calendar, at, &wall, &second);
  require(second >= 0 && second <= 59);
  check_wall(calendar, &wall, at, second);
  require(calendar_words(calendar, arena, at)[0] != '\0');
  require(calendar_weekday(calendar, at) >= 0 && calendar_weekday(calendar, at) <= 6);
  require(calendar_add(calendar, at, (struct span){0, 3600}) == at + 3600);
  static const int32_t days[] = {1, -1, 7, 181};
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    int64_t moved = calendar_add(calendar, at, (struct span){days[i], 0});
    int64_t exact = at + (int64_t)days[i] * 86400;
    // A zone may change its offset by a day at most (Samoa left one out).
    require(moved >= exact - 86400 && moved <= exact + 86400);
    require((calendar_weekday(calendar, at) + days[i] + 700 - calendar_weekday(calendar, moved)) % 7 <= 1);
  }
}

static void check_wall(struct calendar *calendar, const struct wall *wall, int64_t at, int second) {
  int64_t back = 0;
  enum wall_trap trap = WALL_PLAIN;
  require(calendar_instant(calendar, *wall, &back, &trap));
  require(trap != WALL_SKIPPED); // it was read off the clock
  if (trap == WALL_PLAIN)
    require(back + second == at);
  else
    require(back + second >= at); // the later of the two
}

static void check_day(struct calendar *calendar, struct day day) {
  int64_t at = 0;
  enum wall_trap trap = WALL_PLAIN;
  require(calendar_instant(calendar, (struct wall){day.year, day.month, day.day, 12, 0}, &at, &trap));
}
