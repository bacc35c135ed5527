// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/repair_report.h"

#include "common/base/text.h"
#include "server/courses/repair_log.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_rules.h"

struct repair_choice {
  bool is_dry_run;
};

struct report {
  struct request *request;
  const struct course_view *course;
  struct repair_mark mark;
  struct repair_done done;
  bool is_dry_run;
};

static enum err run_dry(struct report *report, route_handler *run);
static enum err write_report(struct report *report);
static void write_moved(struct json *json, const struct report *report, const struct repair_moved *moved);
static const char *moved_words(struct arena *arena, const struct repair_moved *moved);
static void write_team_id(struct json *json, const char *name, const struct report *report, int64_t team);
static enum err write_teams(struct json *json, const struct report *report, const struct repair_moved *moved,
                            size_t count);
static void add_once(int64_t *list, size_t *count, int64_t team);
static enum err write_team(struct json *json, const struct report *report, int64_t id);
static const char *team_words(const struct report *report, const struct team *team, const struct team_members *members,
                              const char *gap);

static const struct field query_fields[] = {
    {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct repair_choice, is_dry_run), NO_PRESENT, NULL, NULL,
     "Only say what it would do and who would be told."},
};
const struct shape repair_query = {"RepairChoice", MEDIA_JSON, 0, sizeof(struct repair_choice), query_fields, 1};

// clang-format off
static const struct answer_field moved_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The student's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
  {"from_team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team they leave"},
  {"to_team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team they join; null also in a dry run for one that is not there yet"},
  {"was_seated", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether they leave a lab seat"},
  {"is_seated", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether they get a lab seat"},
  {"words", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The same as a sentence"},
};
static const struct answer moved_answer = {"RepairMoved", NULL, false, moved_fields, sizeof moved_fields / sizeof *moved_fields};
static const struct answer_field team_fields[] = {
  {"team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team's number; null for one that is not there yet"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Its name"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_STAFF, team_state_names, NULL, "Its state afterwards"},
  {"members", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Places taken afterwards, held ones included"},
  {"size_min", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The least number of active members"},
  {"size_max", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The largest number of members"},
  {"is_too_small", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether it is below its least size"},
  {"is_covered", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Whether it covers all skills, or need not"},
  {"words", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What this means for the team"},
};
static const struct answer team_answer = {"RepairTeam", NULL, false, team_fields, sizeof team_fields / sizeof *team_fields};
static const struct answer_field told_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "As everybody sees it"},
};
static const struct answer told_answer = {"RepairTold", NULL, false, told_fields, sizeof told_fields / sizeof *told_fields};
static const struct answer_field repair_fields[] = {
  {"dry_run", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "true: nothing was changed and nobody told"},
  {"repair", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Its number; null in a dry run and when nothing had to change"},
  {"team", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "The team that was made"},
  {"moved", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &moved_answer, "Who moves"},
  {"teams", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &team_answer, "The teams that change"},
  {"told", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &told_answer, "Who gets a message"},
};
const struct answer repair_answer = {"Repair", NULL, false, repair_fields, sizeof repair_fields / sizeof *repair_fields};
// clang-format on

enum err repair_reply(struct request *request, route_handler *run) {
  const struct repair_choice *choice = request->query_input;
  struct report report = {
      .request = request, .course = request_course(request), .is_dry_run = choice != NULL && choice->is_dry_run};
  enum err err = repair_log_mark(&request->act, &report.mark);
  if (err != ERR_OK)
    return err;
  if (report.is_dry_run)
    return run_dry(&report, run);
  err = run(request);
  return err == ERR_OK ? write_report(&report) : err;
}

// What it would do is found out by doing it.
static enum err run_dry(struct report *report, route_handler *run) {
  struct db *db = report->request->act.db;
  enum err err = db_savepoint(db);
  if (err != ERR_OK)
    return err;
  if ((err = run(report->request)) == ERR_OK)
    err = write_report(report);
  enum err back = db_in_transaction(db) ? db_savepoint_rollback(db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static enum err write_report(struct report *report) {
  const struct act *act = &report->request->act;
  struct repair_moved *moved = NULL;
  struct repair_told *told = NULL;
  size_t moved_count = 0, told_count = 0;
  enum err err = repair_log_since(act, &report->mark, &report->done);
  if (err == ERR_OK && report->done.repair != 0)
    err = repair_log_moved(act, report->course->id, report->done.repair, &moved, &moved_count);
  if (err != ERR_OK || (err = repair_log_told(act, &report->mark, &told, &told_count)) != ERR_OK)
    return err;
  struct json *json = reply_object(report->request);
  json_flag(json, "dry_run", report->is_dry_run);
  if (report->done.repair == 0 || report->is_dry_run)
    json_none(json, "repair");
  else
    json_int(json, "repair", report->done.repair);
  if (report->done.new_team != 0 && !report->is_dry_run)
    json_int(json, "team", report->done.new_team);
  json_array_in(json, "moved");
  for (size_t i = 0; i < moved_count; i++)
    write_moved(json, report, &moved[i]);
  json_end(json);
  if ((err = write_teams(json, report, moved, moved_count)) != ERR_OK)
    return err;
  json_array_in(json, "told");
  for (size_t i = 0; i < told_count; i++) {
    json_begin_object(json);
    json_int(json, "person", told[i].person);
    json_text(json, "name", told[i].name);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static void write_moved(struct json *json, const struct report *report, const struct repair_moved *moved) {
  json_begin_object(json);
  json_int(json, "person", moved->person);
  json_text(json, "name", moved->name);
  write_team_id(json, "from_team", report, moved->from_team);
  write_team_id(json, "to_team", report, moved->to_team);
  json_flag(json, "was_seated", moved->was_seated);
  json_flag(json, "is_seated", moved->is_seated);
  json_text(json, "words", moved_words(report->request->arena, moved));
  json_end(json);
}

static const char *moved_words(struct arena *arena, const struct repair_moved *moved) {
  const char *from = moved->from_name != NULL ? moved->from_name : moved->was_seated ? "a lab seat" : NULL;
  const char *to = moved->to_name != NULL ? moved->to_name : moved->is_seated ? "a lab seat" : NULL;
  if (from == NULL)
    return arena_format(arena, "%s gets into %s.", moved->name, to);
  if (to == NULL)
    return arena_format(arena, "%s leaves %s and has neither a team nor a seat.", moved->name, from);
  return arena_format(arena, "%s leaves %s for %s.", moved->name, from, to);
}

// In a dry run the number of a new team is not one to keep.
static void write_team_id(struct json *json, const char *name, const struct report *report, int64_t team) {
  if (team == 0 || (report->is_dry_run && team == report->done.new_team))
    json_none(json, name);
  else
    json_int(json, name, team);
}

static enum err write_teams(struct json *json, const struct report *report, const struct repair_moved *moved,
                            size_t count) {
  int64_t *teams = arena_array(report->request->arena, 2 * count + 1, sizeof *teams);
  size_t team_count = 0;
  for (size_t i = 0; i < count; i++) {
    add_once(teams, &team_count, moved[i].from_team);
    add_once(teams, &team_count, moved[i].to_team);
  }
  add_once(teams, &team_count, report->done.team);
  enum err err = ERR_OK;
  json_array_in(json, "teams");
  for (size_t i = 0; err == ERR_OK && i < team_count; i++)
    err = write_team(json, report, teams[i]);
  if (err == ERR_OK)
    json_end(json);
  return err;
}

static void add_once(int64_t *list, size_t *count, int64_t team) {
  for (size_t i = 0; i < *count; i++)
    if (list[i] == team)
      return;
  if (team != 0)
    list[(*count)++] = team;
}

static enum err write_team(struct json *json, const struct report *report, int64_t id) {
  const struct act *act = &report->request->act;
  struct team team;
  struct team_members members;
  struct coverage coverage;
  const char *gap = NULL;
  enum err err = team_load(act, report->course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  team_coverage_judge(act, report->course, &members, 0, &coverage);
  if ((err = team_coverage_words(act, report->course, &coverage, &gap)) != ERR_OK)
    return err;
  bool is_over = team.state == TEAM_DISSOLVED;
  json_begin_object(json);
  write_team_id(json, "team", report, id);
  json_text(json, "name", team.name);
  json_text(json, "state", team_state_names[team.state]);
  json_int(json, "members", (int64_t)members.count);
  json_int(json, "size_min", report->course->file->teams.size_min);
  json_int(json, "size_max", team_size_max(report->course, &team));
  json_flag(json, "is_too_small", !is_over && (int)members.active < report->course->file->teams.size_min);
  json_flag(json, "is_covered", is_over || team.is_waived || coverage.is_covered);
  json_text(json, "words", team_words(report, &team, &members, team.is_waived ? NULL : gap));
  json_end(json);
  return ERR_OK;
}

static const char *team_words(const struct report *report, const struct team *team, const struct team_members *members,
                              const char *gap) {
  int size_min = report->course->file->teams.size_min;
  struct text text;
  text_init(&text, report->request->arena);
  if (team->state == TEAM_DISSOLVED)
    return arena_format(report->request->arena, "%s is dissolved.", team->name);
  if (members->count == 0)
    return arena_format(report->request->arena,
                        "Nobody is left in %s. It stays until you dissolve it or put somebody in.", team->name);
  text_add_format(&text, "%s has %zu of at most %d members.", team->name, members->count,
                  team_size_max(report->course, team));
  if ((int)members->active < size_min)
    text_add_format(&text, " It is below its least size of %d.", size_min);
  if (gap != NULL)
    text_add_format(&text, " It does not cover all skills: %s.", gap);
  if (team->state != TEAM_REGISTERED)
    text_add(&text, " It is not registered.");
  return text_get(&text);
}
