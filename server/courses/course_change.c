// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_change.h"

#include "server/courses/course_store.h"
#include "server/db/agenda.h"

static int64_t registration_closes(const struct course *file);
static int64_t labs_decided(const struct course *file);
static enum err follow(const struct act *act, const char *kind, int64_t course, int64_t was, int64_t is);

enum err course_change_text(const struct act *act, int64_t course, int64_t version, const char **out) {
  return course_store_syllabus(act->db, act->arena, course, version, out);
}

enum err course_change_store(const struct act *act, struct course_library *library, int64_t course, const char *text,
                             const struct course *file, int64_t *version) {
  struct course_row row;
  enum err err = course_store_get(act->db, act->arena, course, &row);
  if (err != ERR_OK)
    return err;
  row.title = file->title;
  row.version = course_library_next_version(library, row.version);
  if ((err = course_store_change(act->db, &row, text)) == ERR_OK)
    *version = row.version;
  return err;
}

enum err course_change_agenda(const struct act *act, int64_t course, const struct course *was,
                              const struct course *is) {
  enum err err = follow(act, AGENDA_REGISTRATION_CLOSES, course, was == NULL ? 0 : registration_closes(was),
                        registration_closes(is));
  return err == ERR_OK ? follow(act, AGENDA_LAB_DECIDED, course, was == NULL ? 0 : labs_decided(was), labs_decided(is))
                       : err;
}

enum err course_change_refuse(const struct act *act, const struct findings *findings) {
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->list[i];
    if (!finding->is_warning)
      (void)problem_field(act->problem, arena_format(act->arena, "line %d, column %d", finding->line, finding->column),
                          "%s", finding->message);
  }
  return problem_raise(act->problem, PROBLEM_INVALID_COURSE_FILE,
                       "Mend these lines, try them with `tandem check FILE`, and send it again.");
}

static int64_t registration_closes(const struct course *file) { return file->teams.has_teams ? file->teams.closes : 0; }

static int64_t labs_decided(const struct course *file) {
  const struct track *lab = course_lab_track(file);
  return lab == NULL ? 0 : lab->decide_by;
}

// One that has passed and whose row still stands (the server was down) runs as it stands.
static enum err follow(const struct act *act, const char *kind, int64_t course, int64_t was, int64_t is) {
  if (is == 0)
    return was == 0 ? ERR_OK : agenda_clear(act->db, kind, course, 0);
  bool is_over = was != 0 && was <= act->now && is <= act->now;
  return was == is || is_over ? ERR_OK : agenda_set(act->db, kind, course, 0, is);
}
