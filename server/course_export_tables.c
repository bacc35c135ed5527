// SPDX-License-Identifier: AGPL-3.0-or-later
// The tables of the course as a whole: who is in it, teams, milestones, extensions, what lateness cost, check-ins.
#include "common/base/csv.h"
#include "common/base/html.h"
#include "server/course_export_private.h"

enum { COLUMNS_MAX = 16 };

static enum err put_list(struct export *export, const char *name, const char *const *members, size_t count,
                         const json_t *list);
static enum err put_teams(struct export *export, const json_t *teams);
static enum err put_milestones(struct export *export);
static enum err put_lateness(struct export *export);
static enum err put_extensions(struct export *export);
static void hide_reason(json_t *extension);
static enum err put_check_ins(struct export *export);
static void add_board(struct export *export, const char *milestone, json_t *holder, struct text *out);
static void add_cells(struct export *export, struct text *out, const json_t *object, const char *const *members,
                      size_t count);
static enum err put_csv(struct export *export, const char *name, const struct text *rows);

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum err export_tables(struct export *export, const json_t *people, const json_t *teams) {
  static const char *const roster[] = {"person", "name",    "email",  "role", "credit", "audit_approved",
                                       "sis_id", "section", "active", "team", "seated", "confidential"};
  enum err err = put_list(export, "roster", roster, COUNT(roster), people);
  if (err == ERR_OK)
    err = put_teams(export, teams);
  if (err == ERR_OK)
    err = put_milestones(export);
  if (err == ERR_OK)
    err = put_lateness(export);
  if (err == ERR_OK)
    err = put_extensions(export);
  return err == ERR_OK ? put_check_ins(export) : err;
}

// NAME.csv and data/NAME.json.
static enum err put_list(struct export *export, const char *name, const char *const *members, size_t count,
                         const json_t *list) {
  struct text rows;
  size_t i;
  json_t *one;
  text_init(&rows, export->arena);
  csv_add_row(&rows, CSV_QUOTED, members, count);
  json_array_foreach(list, i, one) { add_cells(export, &rows, one, members, count); }
  enum err err = put_csv(export, name, &rows);
  return err == ERR_OK ? export_put_json(export, name, list) : err;
}

static enum err put_teams(struct export *export, const json_t *teams) {
  static const char *const head[] = {"team",   "name",  "state", "registered_at", "person",
                                     "member", "email", "since", "is_active"};
  static const char *const of_member[] = {"person", "name", "email", "since", "is_active"};
  enum { OF_TEAM = COUNT(head) - COUNT(of_member) };
  struct text rows;
  size_t i, k;
  json_t *team, *member;
  text_init(&rows, export->arena);
  csv_add_row(&rows, CSV_QUOTED, head, COUNT(head));
  json_array_foreach(teams, i, team) {
    json_array_foreach(json_object_get(team, "members"), k, member) {
      const char *cells[COUNT(head)] = {
          export_cell(export->arena, team, "id"), export_cell(export->arena, team, "name"),
          export_cell(export->arena, team, "state"), export_cell(export->arena, team, "registered_at")};
      for (size_t c = 0; c < COUNT(of_member); c++)
        cells[OF_TEAM + c] = export_cell(export->arena, member, of_member[c]);
      csv_add_row(&rows, CSV_QUOTED, cells, COUNT(head));
    }
  }
  enum err err = put_csv(export, "teams", &rows);
  return err == ERR_OK ? export_put_json(export, "teams", teams) : err;
}

static enum err put_milestones(struct export *export) {
  static const char *const members[] = {"id",    "title", "track",  "kind",           "weight_hundredths",
                                        "opens", "due",   "closes", "points_per_day", "grace_seconds"};
  static const char *const shown[] = {"title", "opens", "due", "closes"};
  struct text *out = &export->milestone_list;
  size_t i;
  json_t *one;
  json_array_foreach(export->milestones, i, one) {
    text_add(out, "<tr>");
    for (size_t k = 0; k < COUNT(shown); k++) {
      text_add(out, "<td>");
      html_add(out, export_cell(export->arena, one, shown[k]));
      text_add(out, "</td>");
    }
    text_add(out, "</tr>\n");
  }
  return put_list(export, "milestones", members, COUNT(members), export->milestones);
}

static enum err put_lateness(struct export *export) {
  static const char *const members[] = {"milestone", "person", "name",  "submission", "points", "due",
                                        "waived",    "reason", "cause", "at",         "holds"};
  json_t *all = json_array(), *milestone, *one;
  enum err err = ERR_OK;
  size_t i, k;
  json_array_foreach(export->milestones, i, milestone) {
    json_t *answer = NULL;
    const char *id = export_cell(export->arena, milestone, "id");
    if (err == ERR_OK)
      err = export_ask(&export->source, export->arena, &answer, "/milestones/%s/penalties", id);
    json_array_foreach(json_object_get(answer, "penalties"), k, one) {
      if (json_object_set_new(one, "milestone", json_string(id)) != 0 || json_array_append(all, one) != 0)
        abort();
    }
  }
  if (err == ERR_OK)
    err = put_list(export, "lateness", members, COUNT(members), all);
  json_decref(all);
  return err;
}

static enum err put_extensions(struct export *export) {
  static const char *const members[] = {"id",     "milestone",  "scope",      "person",      "person_name",
                                        "team",   "team_name",  "track",      "due",         "days",
                                        "reason", "granted_at", "granted_by", "withdrawn_at"};
  json_t *all = NULL, *one;
  size_t i;
  enum err err = export_ask_all(&export->source, export->arena, "extensions", &all, "/extensions");
  json_array_foreach(all, i, one) { hide_reason(one); }
  return err == ERR_OK ? put_list(export, "extensions", members, COUNT(members), all) : err;
}

// Staff see "extended until" (rules.md, Who sees what): neither which is an accommodation nor why. Were only the
// reasons of those left out, the gap would tell.
static void hide_reason(json_t *extension) {
  if (json_is_integer(json_object_get(extension, "person")) &&
      json_object_set_new(extension, "reason", json_null()) != 0)
    abort();
  (void)json_object_del(extension, "accommodation");
  (void)json_object_del(extension, "category");
  (void)json_object_del(extension, "note");
}

static enum err put_check_ins(struct export *export) {
  static const char *const head[] = {"milestone",   "team",   "person",      "name",    "risk",
                                     "notes",       "done",   "next",        "blocked", "recorded_by",
                                     "recorded_at", "member", "member_name", "state"};
  struct text rows;
  json_t *all = json_array(), *milestone, *one;
  enum err err = ERR_OK;
  size_t i, k;
  text_init(&rows, export->arena);
  csv_add_row(&rows, CSV_QUOTED, head, COUNT(head));
  json_array_foreach(export->milestones, i, milestone) {
    json_t *holders = NULL;
    const char *id = export_cell(export->arena, milestone, "id");
    if (err == ERR_OK)
      err = export_ask_all(&export->source, export->arena, "holders", &holders, "/milestones/%s/board", id);
    json_array_foreach(holders, k, one) {
      add_board(export, id, one, &rows);
      if (json_array_append(all, one) != 0)
        abort();
    }
  }
  if (err == ERR_OK)
    err = put_csv(export, "check-ins", &rows);
  if (err == ERR_OK)
    err = export_put_json(export, "check-ins", all);
  json_decref(all);
  return err;
}

// What a member wrote to staff alone is left out: the folder goes to more people than the board.
static void add_board(struct export *export, const char *milestone, json_t *holder, struct text *out) {
  struct arena *arena = export->arena;
  const json_t *update = json_object_get(holder, "update");
  size_t i;
  json_t *member;
  (void)json_object_del(holder, "notes_to_staff");
  if (json_object_set_new(holder, "milestone", json_string(milestone)) != 0)
    abort();
  json_array_foreach(json_object_get(holder, "members"), i, member) {
    const char *cells[] = {milestone,
                           export_cell(arena, holder, "team"),
                           export_cell(arena, holder, "person"),
                           export_cell(arena, holder, "name"),
                           export_cell(arena, holder, "risk"),
                           export_cell(arena, holder, "notes"),
                           export_cell(arena, update, "done"),
                           export_cell(arena, update, "next"),
                           export_cell(arena, update, "blocked"),
                           export_cell(arena, holder, "recorded_by"),
                           export_cell(arena, holder, "recorded_at"),
                           export_cell(arena, member, "person"),
                           export_cell(arena, member, "name"),
                           export_cell(arena, member, "state")};
    csv_add_row(out, CSV_QUOTED, cells, COUNT(cells));
  }
}

static void add_cells(struct export *export, struct text *out, const json_t *object, const char *const *members,
                      size_t count) {
  const char *cells[COLUMNS_MAX];
  for (size_t i = 0; i < count; i++)
    cells[i] = export_cell(export->arena, object, members[i]);
  csv_add_row(out, CSV_QUOTED, cells, count);
}

static enum err put_csv(struct export *export, const char *name, const struct text *rows) {
  return export_folder_write(&export->folder, arena_format(export->arena, "%s.csv", name), text_get(rows), rows->size);
}
