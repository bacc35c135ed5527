// SPDX-License-Identifier: AGPL-3.0-or-later
// What the files server/course_export*.c share: an export under way. Nobody else includes it.
#pragma once

#include <stdatomic.h>

#include "common/base/text.h"
#include "server/course_export_ask.h"
#include "server/course_export_folder.h"

// A content that is copied when all is read.
struct export_copy {
  const char *path;
  const char *sha256;
};

struct export {
  struct export_source source;
  struct arena *arena; // until the export ends; what belongs to one team only is in an arena of its own
  struct problem *problem;
  struct export_folder folder;
  const atomic_bool *is_cancelled;
  const json_t *course, *milestones;                        // answers of /courses/{course} and …/milestones
  json_t *submissions, *proposals;                          // what data/*.json will hold
  struct text submission_rows, version_rows, decision_rows; // CSV
  struct text team_list, student_list;                      // rows of the index page
  struct text milestone_list;
  struct export_copy *copies;
  size_t copy_count;
  size_t teams, versions;
};

// Of a team or a seated student: where its folder is, and its row of the index page.
struct export_holder {
  bool is_team;
  int64_t id;
  const char *name;
  const char *folder; // "teams/team-12-gradient-descenders"
  struct text work;   // HTML of its cell
};

// Writes the JSON as data/NAME.json.
CHECKED enum err export_put_json(struct export *export, const char *name, const json_t *json);
void export_add_copy(struct export *export, const char *path, const char *sha256);
// The file of this id, to be copied into `folder` as its `number`th; *path is where. NULL when it is gone.
CHECKED enum err export_take_file(struct export *export, const char *folder, size_t number, int64_t file,
                                  const char **path);

// course_export_tables.c: what is of the course as a whole.
CHECKED enum err export_tables(struct export *export, const json_t *people, const json_t *teams);
// course_export_proposals.c, course_export_submissions.c: of one holder. `arena` is the holder's.
CHECKED enum err export_proposal(struct export *export, struct arena *arena, struct export_holder *holder);
CHECKED enum err export_submissions(struct export *export, struct arena *arena, struct export_holder *holder);
// The heads of the tables that these add to.
void export_begin_proposals(struct export *export);
void export_begin_submissions(struct export *export);
// course_export_index.c
void export_index_holder(struct export *export, const struct export_holder *holder, const char *state,
                         const char *members);
void export_index_link(struct text *out, const char *path, const char *words);
CHECKED enum err export_index(struct export *export);
