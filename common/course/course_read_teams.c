// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_read_teams.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { REQUIREMENTS_MAX = 20, INVITATION_HOURS = 72 };

static const char *const gaps[] = {[GAP_WARN] = "warn", [GAP_BLOCK] = "block", NULL};

static const struct key_row teams_rows[] = {
    {"size", VALUE_MAP, true, NO_TARGET, 0, 0, NULL},
    {"registration", VALUE_MAP, true, NO_TARGET, 0, 0, NULL},
    {"invitations", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"coverage", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row size_rows[] = {
    {"min", VALUE_INTEGER, true, offsetof(struct team_rules, size_min), 1, TEAM_SIZE_MAX, NULL},
    {"max", VALUE_INTEGER, true, offsetof(struct team_rules, size_max), 1, TEAM_SIZE_MAX, NULL},
};

static const struct key_row registration_rows[] = {
    {"opens", VALUE_WALL, true, offsetof(struct team_rules, opens), 0, 0, NULL},
    {"closes", VALUE_WALL, true, offsetof(struct team_rules, closes), 0, 0, NULL},
    {"remind", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row invitations_rows[] = {
    {"expire", VALUE_LENGTH, true, offsetof(struct team_rules, invitations_expire), HOURS(1), DAYS(30), NULL},
};

static const struct key_row coverage_rows[] = {
    {"require", VALUE_LIST, true, NO_TARGET, 1, REQUIREMENTS_MAX, NULL},
    {"distinct_members", VALUE_FLAG, false, offsetof(struct coverage_rule, is_distinct), 0, 0, NULL},
    {"gap", VALUE_CHOICE, false, offsetof(struct coverage_rule, gap), 0, 0, gaps},
};

static const struct key_row requirement_rows[] = {
    {"skill", VALUE_WORD, true, NO_TARGET, 0, 0, NULL},
    {"level", VALUE_WORD, true, NO_TARGET, 0, 0, NULL},
    {"members", VALUE_INTEGER, false, offsetof(struct requirement, members), 1, TEAM_SIZE_MAX, NULL},
};

static void read_coverage(struct course_reader *reader, const struct node *map, struct team_rules *teams);
static void read_requirement(struct course_reader *reader, const struct node *map, struct requirement *out);
static void check_requirements(struct course_reader *reader, const struct node *map, const struct team_rules *teams);
static void check_repeated(struct course_reader *reader, const struct node *list, const struct coverage_rule *rule,
                           size_t index);

void course_read_teams(struct course_reader *reader) {
  struct team_rules *teams = &reader->course->teams;
  const struct node *map = node_map(reader->root, "teams");
  if (map == NULL)
    return;
  teams->has_teams = true;
  teams->invitations_expire.seconds = HOURS(INVITATION_HOURS);
  reader_map(reader, map, teams_rows, COUNT(teams_rows), NULL);

  const struct node *size = node_map(map, "size");
  reader_map(reader, size, size_rows, COUNT(size_rows), teams);
  if (teams->size_min != 0 && teams->size_max != 0 && teams->size_min > teams->size_max)
    reader_error(reader, node_get(size, "min"), "a team of at least %d cannot have at most %d members", teams->size_min,
                 teams->size_max);

  const struct node *registration = node_map(map, "registration");
  reader_map(reader, registration, registration_rows, COUNT(registration_rows), teams);
  reader_reminders(reader, registration, &teams->remind);
  reader_map(reader, node_map(map, "invitations"), invitations_rows, COUNT(invitations_rows), teams);
  read_coverage(reader, node_map(map, "coverage"), teams);
}

static void read_coverage(struct course_reader *reader, const struct node *map, struct team_rules *teams) {
  static const struct list_shape shape = {requirement_rows, COUNT(requirement_rows), sizeof(struct requirement),
                                          REQUIREMENTS_MAX};
  struct coverage_rule *rule = &teams->coverage;
  reader_map(reader, map, coverage_rows, COUNT(coverage_rows), rule);
  const struct node *list = node_list(map, "require");
  struct requirement *require = reader_list(reader, list, &shape, NULL, &rule->require_count);
  rule->require = require;
  for (size_t i = 0; i < rule->require_count; i++)
    read_requirement(reader, list->values[i], &require[i]);
  if (list != NULL)
    check_requirements(reader, map, teams);
}

static void read_requirement(struct course_reader *reader, const struct node *map, struct requirement *out) {
  out->skill = reader_reference(reader, node_get(map, "skill"), &reader->skills, "skill");
  out->level = reader_reference(reader, node_get(map, "level"), &reader->levels, "level");
  if (node_get(map, "members") == NULL)
    out->members = 1;
  if (out->level == 0)
    reader_warning(reader, node_get(map, "level"), "everybody is at the lowest level: this requires nothing");
}

static void check_requirements(struct course_reader *reader, const struct node *map, const struct team_rules *teams) {
  const struct coverage_rule *rule = &teams->coverage;
  const struct node *list = node_list(map, "require");
  int total = 0;
  for (size_t i = 0; i < rule->require_count; i++) {
    int members = rule->require[i].members;
    total += members;
    if (teams->size_max != 0 && members > teams->size_max)
      reader_error(reader, node_get(list->values[i], "members"),
                   "a team of at most %d cannot have %d members at this level", teams->size_max, members);
    check_repeated(reader, list, rule, i);
  }
  if (rule->is_distinct && teams->size_max != 0 && total > teams->size_max)
    reader_error(reader, node_get(map, "distinct_members"),
                 "with distinct members the requirements need %d people, and a team has at most %d", total,
                 teams->size_max);
}

static void check_repeated(struct course_reader *reader, const struct node *list, const struct coverage_rule *rule,
                           size_t index) {
  const struct requirement *requirement = &rule->require[index];
  if (requirement->skill == NO_INDEX || requirement->level == NO_INDEX || list->values[index]->kind != NODE_MAP)
    return;
  for (size_t i = 0; i < index; i++)
    if (rule->require[i].skill == requirement->skill && rule->require[i].level == requirement->level &&
        list->values[i]->kind == NODE_MAP) {
      reader_error(reader, list->values[index], "this skill and level are already required in line %d",
                   list->values[i]->line);
      return;
    }
}
