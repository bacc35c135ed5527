// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_coverage.h"

#include <string.h>

#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/teams/seeker_store.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

enum { HELPERS_LOOKED_AT_MAX = 1000 };

struct change { // of a registered team's mark
  bool is_changed;
  struct team team;
  struct team_members members;
  const char *words; // what is not covered
};

static enum err change_mark(const struct act *act, const struct course_view *course, int64_t id, struct change *change);
static enum err tell_opened(const struct act *act, const struct course_view *course, const struct change *change);
static enum err tell_staff_opened(const struct act *act, const struct course_view *course, const struct change *change);
static enum err tell_closed(const struct act *act, const struct course_view *course, const struct team *team,
                            const struct team_members *members);

void team_coverage_judge(const struct act *act, const struct course_view *course, const struct team_members *members,
                         int64_t without, struct coverage *out) {
  struct coverage_member *active = arena_array(act->arena, members->count, sizeof *active);
  size_t count = 0;
  for (size_t i = 0; i < members->count; i++) {
    const struct team_member *member = &members->list[i];
    if (!member->is_active || member->person == without)
      continue;
    active[count].name = member->name;
    memcpy(active[count].levels, member->counted, sizeof member->counted);
    count++;
  }
  coverage_judge(act->arena, course->file, active, count, out);
}

const int *team_coverage_seekers(const struct act *act, const struct coverage *coverage,
                                 int counts[static SKILL_MAX][LEVEL_MAX + 1]) {
  int *seekers = arena_array(act->arena, coverage->count, sizeof *seekers);
  for (size_t i = 0; i < coverage->count; i++) {
    const struct requirement *requirement = coverage->states[i].requirement;
    for (int level = requirement->level; level <= LEVEL_MAX; level++)
      seekers[i] += counts[requirement->skill][level];
  }
  return seekers;
}

enum err team_coverage_words(const struct act *act, const struct course_view *course, const struct coverage *coverage,
                             const char **words) {
  *words = NULL;
  if (coverage->is_covered)
    return ERR_OK;
  int counts[SKILL_MAX][LEVEL_MAX + 1];
  enum err err = seeker_store_counts(act, course, counts);
  if (err == ERR_OK)
    *words = coverage_words(act->arena, course->file, coverage, team_coverage_seekers(act, coverage, counts));
  return err;
}

enum err team_coverage_helpers(const struct act *act, const struct course_view *course, const struct coverage *coverage,
                               const char **words) {
  struct seeker_filter filter = {.skill = NO_INDEX, .topic = NO_INDEX, .limit = HELPERS_LOOKED_AT_MAX};
  struct seeker *seekers = NULL;
  size_t count = 0;
  enum err err = seeker_store_list(act, course, &filter, &seekers, &count);
  if (err != ERR_OK)
    return err;
  struct text text;
  text_init(&text, act->arena);
  size_t helpers = 0;
  for (size_t i = 0; i < count; i++) {
    struct coverage_member candidate = {.name = seekers[i].name};
    memcpy(candidate.levels, seekers[i].levels, sizeof candidate.levels);
    if (!coverage_would_help(course->file, coverage, &candidate))
      continue;
    if (helpers < HELPERS_NAMED_MAX)
      text_add_format(&text, "%s%s", helpers == 0 ? "" : ", ", seekers[i].name);
    helpers++;
  }
  if (helpers > HELPERS_NAMED_MAX)
    text_add_format(&text, " and %zu more", helpers - HELPERS_NAMED_MAX);
  *words = helpers == 0 ? NULL : text_get(&text);
  return ERR_OK;
}

bool team_coverage_mark(const struct act *act, const struct course_view *course, const struct coverage *coverage,
                        struct team *team) {
  bool is_open = !coverage->is_covered && !team->is_waived;
  if (is_open == (team->gap_since != 0))
    return false;
  team->gap_since = is_open ? act->now : 0;
  team->gap_due = is_open ? course_add(course, act->now, (struct span){.days = GAP_REPAIR_DAYS}) : 0;
  return true;
}

enum err team_coverage_changed(const struct act *act, const struct course_view *course, int64_t id) {
  struct change change;
  enum err err = change_mark(act, course, id, &change);
  if (err != ERR_OK || !change.is_changed)
    return err;
  if (change.team.gap_since != 0) {
    err = tell_opened(act, course, &change);
    return err == ERR_OK ? tell_staff_opened(act, course, &change) : err;
  }
  return change.team.is_waived ? ERR_OK
                               : tell_closed(act, course, &change.team, &change.members); // who waives tells so
}

enum err team_coverage_repaired(const struct act *act, const struct course_view *course, int64_t id,
                                const char **opened) {
  struct change change;
  enum err err = change_mark(act, course, id, &change);
  *opened = NULL;
  if (err != ERR_OK || !change.is_changed || change.team.gap_since == 0)
    return err;
  *opened = change.words;
  return tell_staff_opened(act, course, &change);
}

static enum err change_mark(const struct act *act, const struct course_view *course, int64_t id,
                            struct change *change) {
  struct team *team = &change->team;
  struct coverage coverage;
  *change = (struct change){0};
  enum err err = team_get(act, course->id, id, team);
  if (err != ERR_OK || team->state != TEAM_REGISTERED ||
      (err = team_store_members(act, course, id, &change->members)) != ERR_OK)
    return err;
  team_coverage_judge(act, course, &change->members, 0, &coverage);
  change->is_changed = team_coverage_mark(act, course, &coverage, team);
  if (!change->is_changed)
    return ERR_OK;
  if ((err = team_save(act, team)) != ERR_OK ||
      (err = team_coverage_words(act, course, &coverage, &change->words)) != ERR_OK)
    return err;
  return audit_write(act, course->id, team->gap_since != 0 ? "coverage gap opened" : "coverage gap closed",
                     team_subject(act, id), NULL, NULL);
}

static enum err tell_opened(const struct act *act, const struct course_view *course, const struct change *change) {
  const struct team *team = &change->team;
  struct notice to_team = {
      .kind = "coverage gap",
      .subject = arena_format(act->arena, "%s no longer covers all skills", team->name),
      .words = arena_format(
          act->arena,
          "%s no longer covers all skills that the course asks for: %s. The team stays registered. Tell the course's "
          "staff by %s how you will close the gap, for instance whom they could add.",
          team->name, change->words, course_instant_words(course, act->arena, team->gap_due))};
  return team_tell(act, course, team->id, &change->members, 0, &to_team);
}

static enum err tell_staff_opened(const struct act *act, const struct course_view *course,
                                  const struct change *change) {
  const struct team *team = &change->team;
  struct notice to_staff = {
      .kind = "team coverage gap",
      .subject = arena_format(act->arena, "%s no longer covers all skills", team->name),
      .words = arena_format(
          act->arena,
          "The registered team %s no longer covers all skills: %s. Until %s it can be repaired by adding somebody, by "
          "confirming a raised level, or by waiving coverage. You are told this once.",
          team->name, change->words, course_instant_words(course, act->arena, team->gap_due))};
  return team_tell_staff(act, course, team_link(act, course, team->id), &to_staff);
}

static enum err tell_closed(const struct act *act, const struct course_view *course, const struct team *team,
                            const struct team_members *members) {
  struct notice notice = {
      .kind = "coverage gap closed",
      .subject = arena_format(act->arena, "%s: the coverage gap is closed", team->name),
      .words = arena_format(act->arena,
                            "%s covers all skills that the course asks for again. Nothing is left to do about it.",
                            team->name)};
  return team_tell(act, course, team->id, members, 0, &notice);
}
