// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/export.h"

#include <inttypes.h>

#include "common/base/csv.h"
#include "server/teams/export_store.h"

const char *const export_format_names[] = {"canvas", "moodle", "plain", NULL};

enum { CANVAS_COLUMNS = 6, MOODLE_COLUMNS = 2, PLAIN_COLUMNS = 11 };

static const char *const canvas_header[CANVAS_COLUMNS] = {"canvas_user_id", "user_id",         "login_id",
                                                          "group_name",     "canvas_group_id", "group_id"};
static const char *const moodle_header[MOODLE_COLUMNS] = {"groupname", "groupidnumber"};
static const char *const plain_header[PLAIN_COLUMNS] = {"team_id", "team",  "state",   "person_id", "name",  "email",
                                                        "sis_id",  "login", "section", "contact",   "member"};

static void add_canvas(struct text *out, const struct exported *row, const char *id);
static void add_moodle(struct text *out, const struct exported *row, const char *id);
static void add_plain(struct text *out, const struct exported *row, const char *id);

enum err export_teams(const struct act *act, const struct course_view *course, enum export_format format,
                      bool is_registered_only, struct text *out) {
  struct exported *list = NULL;
  size_t count = 0;
  enum err err = export_store_list(act, course->id, is_registered_only, &list, &count);
  if (err != ERR_OK)
    return err;
  if (format == EXPORT_CANVAS)
    csv_add_row(out, CSV_QUOTED, canvas_header, CANVAS_COLUMNS);
  else if (format == EXPORT_MOODLE)
    csv_add_row(out, CSV_MOODLE, moodle_header, MOODLE_COLUMNS);
  else
    csv_add_row(out, CSV_QUOTED, plain_header, PLAIN_COLUMNS);
  for (size_t i = 0; i < count; i++) {
    const struct exported *row = &list[i];
    // Unique among all courses of all installations that one platform sees.
    const char *id = arena_format(act->arena, "tandem-%s-%" PRId64, course->slug, row->team);
    bool is_first_of_team = i == 0 || list[i - 1].team != row->team;
    if (format == EXPORT_CANVAS)
      add_canvas(out, row, id);
    else if (format == EXPORT_PLAIN)
      add_plain(out, row, id);
    else if (is_first_of_team)
      add_moodle(out, row, id);
  }
  return ERR_OK;
}

// Canvas finds a user by the first of its three columns that is known to it, and a group by its SIS id, else by name,
// else it makes one of that name. Who has dropped is no user of the course there.
static void add_canvas(struct text *out, const struct exported *row, const char *id) {
  if (row->person == 0 || !row->is_active)
    return;
  const char *login = row->login == NULL && row->sis_id == NULL ? row->email : row->login;
  const char *const cells[CANVAS_COLUMNS] = {NULL, row->sis_id, login, row->team_name, NULL, id};
  csv_add_row(out, CSV_QUOTED, cells, CANVAS_COLUMNS);
}

static void add_moodle(struct text *out, const struct exported *row, const char *id) {
  const char *const cells[MOODLE_COLUMNS] = {row->team_name, id};
  csv_add_row(out, CSV_MOODLE, cells, MOODLE_COLUMNS);
}

static void add_plain(struct text *out, const struct exported *row, const char *id) {
  bool is_member = row->person != 0;
  const char *person = is_member ? arena_format(out->arena, "%" PRId64, row->person) : NULL;
  const char *const cells[PLAIN_COLUMNS] = {id,
                                            row->team_name,
                                            row->team_state,
                                            person,
                                            row->name,
                                            row->email,
                                            row->sis_id,
                                            row->login,
                                            row->section,
                                            is_member ? row->is_contact ? "yes" : "no" : NULL,
                                            is_member ? row->is_active ? "active" : "dropped, place held" : NULL};
  csv_add_row(out, CSV_QUOTED, cells, PLAIN_COLUMNS);
}
