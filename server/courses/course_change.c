// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_change.h"

#include "server/courses/course_store.h"

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
