// SPDX-License-Identifier: AGPL-3.0-or-later
// What a team, or a student alone, has handed in: every version with its files, by milestone in the course's order.
#include "common/base/csv.h"
#include "server/course_export_private.h"

enum { COLUMNS = 19 };

static bool concerns(const struct export *export, const json_t *milestone, const struct export_holder *holder);
static bool has_seats(const json_t *course, const char *track);
static enum err put_version(struct export *export, struct arena *arena, struct export_holder *holder,
                            const char *folder, const json_t *version);
static void put_files(struct export *export, struct arena *arena, struct export_holder *holder, const char *folder,
                      const json_t *version, struct text *names);
static enum err put_words(struct export *export, struct arena *arena, const char *folder, const json_t *version);
static const char *member_names(struct arena *arena, const json_t *version);
static void add_row(struct export *export, struct arena *arena, const json_t *version, const char *files);

void export_begin_submissions(struct export *export) {
  static const char *const head[COLUMNS] = {"id",        "milestone",     "team",         "person",      "holder",
                                            "version",   "by_name",       "at",           "is_on_time",  "counts",
                                            "chosen_by", "choice_reason", "withdrawn_at", "accepted_at", "members",
                                            "files",     "link",          "code",         "statement"};
  csv_add_row(&export->submission_rows, CSV_QUOTED, head, COLUMNS);
}

enum err export_submissions(struct export *export, struct arena *arena, struct export_holder *holder) {
  size_t i;
  json_t *milestone;
  json_array_foreach(export->milestones, i, milestone) {
    const char *id = export_cell(arena, milestone, "id");
    json_t *versions = NULL;
    if (!concerns(export, milestone, holder))
      continue;
    enum err err =
        export_ask_all(&export->source, arena, "submissions", &versions, "/milestones/%s/submissions?%s=%lld", id,
                       holder->is_team ? "team" : "person", (long long)holder->id);
    const char *folder = arena_format(arena, "%s/%zu-%s", holder->folder, i + 1, id);
    for (size_t k = json_array_size(versions); err == ERR_OK && k-- > 0;) // the oldest first
      err = put_version(export, arena, holder, folder, json_array_get(versions, k));
    if (err != ERR_OK)
      return err;
    if (json_array_extend(export->submissions, versions) != 0)
      abort();
  }
  return ERR_OK;
}

static bool concerns(const struct export *export, const json_t *milestone, const struct export_holder *holder) {
  return holder->is_team != has_seats(export->course, json_string_value(json_object_get(milestone, "track")));
}

static bool has_seats(const json_t *course, const char *track) {
  size_t i;
  json_t *one;
  json_array_foreach(json_object_get(course, "tracks"), i, one) {
    if (text_equal(json_string_value(json_object_get(one, "id")), track))
      return export_number(one, "capacity") > 0;
  }
  return false;
}

static enum err put_version(struct export *export, struct arena *arena, struct export_holder *holder,
                            const char *folder, const json_t *version) {
  const char *below = arena_format(arena, "%s/version-%s", folder, export_cell(arena, version, "version"));
  const char *words = arena_format(arena, "%s/handed-in.md", below);
  bool is_withdrawn = export_cell(arena, version, "withdrawn_at")[0] != '\0';
  struct text files;
  text_init(&files, arena);
  text_add(&holder->work, "<li>");
  export_index_link(&holder->work, words,
                    arena_format(arena, "%s, version %s", export_cell(arena, version, "milestone"),
                                 export_cell(arena, version, "version")));
  text_add_format(&holder->work, ": %s, %s%s%s", export_cell(arena, version, "at"),
                  json_is_true(json_object_get(version, "is_on_time")) ? "on time" : "late",
                  json_is_true(json_object_get(version, "counts")) ? ", counts" : "",
                  is_withdrawn ? ", withdrawn" : "");
  put_files(export, arena, holder, below, version, &files);
  text_add(&holder->work, "</li>");
  add_row(export, arena, version, text_get(&files));
  export->versions++;
  return put_words(export, arena, below, version);
}

static void put_files(struct export *export, struct arena *arena, struct export_holder *holder, const char *folder,
                      const json_t *version, struct text *names) {
  size_t i;
  json_t *file;
  json_array_foreach(json_object_get(version, "files"), i, file) {
    const char *name = export_cell(arena, file, "name"), *sha256 = export_cell(arena, file, "sha256");
    const char *path = arena_format(arena, "%s/%s", folder, export_file_name(arena, i + 1, name));
    export_add_copy(export, path, sha256);
    text_add(&holder->work, ", ");
    export_index_link(&holder->work, path, name);
    text_add_format(names, "%s%s %s", i == 0 ? "" : "\n", path, sha256);
  }
}

static enum err put_words(struct export *export, struct arena *arena, const char *folder, const json_t *version) {
  static const char *const facts[][2] = {
      {"holder", "Work of"},
      {"by_name", "Handed in by"},
      {"at", "At"},
      {"is_on_time", "On time"},
      {"counts", "Counts"},
      {"chosen_by", "Chosen to count by"},
      {"choice_reason", "Because"},
      {"withdrawn_at", "Withdrawn"},
      {"accepted_at", "Accepted"},
      {"link", "Link"},
      {"code", "Code"},
  };
  static const char *const texts[][2] = {{"reproduce", "How to reproduce"}, {"statement", "Use of generative AI"}};
  struct text page;
  text_init(&page, arena);
  text_add_format(&page, "# %s, version %s\n\n", export_cell(arena, version, "milestone"),
                  export_cell(arena, version, "version"));
  for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
    const char *cell = export_cell(arena, version, facts[i][0]);
    if (cell[0] != '\0')
      text_add_format(&page, "- %s: %s\n", facts[i][1], cell);
  }
  text_add_format(&page, "- Members: %s\n", member_names(arena, version));
  size_t k;
  json_t *file;
  json_array_foreach(json_object_get(version, "files"), k, file) {
    text_add_format(&page, "- File: %s, SHA-256 %s\n", export_file_name(arena, k + 1, export_cell(arena, file, "name")),
                    export_cell(arena, file, "sha256"));
  }
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const char *cell = export_cell(arena, version, texts[i][0]);
    if (cell[0] != '\0')
      text_add_format(&page, "\n## %s\n\n%s\n", texts[i][1], cell);
  }
  return export_folder_write(&export->folder, arena_format(arena, "%s/handed-in.md", folder), text_get(&page),
                             page.size);
}

static const char *member_names(struct arena *arena, const json_t *version) {
  struct text names;
  size_t i;
  json_t *member;
  text_init(&names, arena);
  json_array_foreach(json_object_get(version, "members"), i, member) {
    text_add_format(&names, "%s%s", i == 0 ? "" : ", ", export_cell(arena, member, "name"));
  }
  return text_get(&names);
}

static void add_row(struct export *export, struct arena *arena, const json_t *version, const char *files) {
  static const char *const first[] = {"id",        "milestone",     "team",         "person",     "holder",
                                      "version",   "by_name",       "at",           "is_on_time", "counts",
                                      "chosen_by", "choice_reason", "withdrawn_at", "accepted_at"};
  enum { FIRST = sizeof first / sizeof *first };
  const char *cells[COLUMNS];
  for (size_t i = 0; i < FIRST; i++)
    cells[i] = export_cell(arena, version, first[i]);
  cells[FIRST] = member_names(arena, version);
  cells[FIRST + 1] = files;
  cells[FIRST + 2] = export_cell(arena, version, "link");
  cells[FIRST + 3] = export_cell(arena, version, "code");
  cells[FIRST + 4] = export_cell(arena, version, "statement");
  csv_add_row(&export->submission_rows, CSV_QUOTED, cells, COLUMNS);
}
