// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_file.h"

#include "common/course/course_check.h"
#include "common/course/course_read_class.h"
#include "common/course/course_read_grading.h"
#include "common/course/course_read_milestones.h"
#include "common/course/course_read_teams.h"
#include "common/course/course_read_work.h"
#include "common/course/course_times.h"
#include "common/course/finding_list.h"
#include "common/course/yaml_tree.h"

static const struct key_row root_rows[] = {
    {"course", VALUE_MAP, true, NO_TARGET, 0, 0, NULL},
    {"skills", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"topics", VALUE_LIST, false, NO_TARGET, 1, TOPICS_MAX, NULL},
    {"info_card", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"teams", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"late_policy", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"tracks", VALUE_LIST, true, NO_TARGET, 1, TRACKS_MAX, NULL},
    {"proposals", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"milestones", VALUE_LIST, true, NO_TARGET, 1, MILESTONES_MAX, NULL},
    {"grading", VALUE_MAP, true, NO_TARGET, 0, 0, NULL},
};

static void read_course(struct course_reader *reader);

enum err course_file_read(struct arena *arena, const char *bytes, size_t size, struct findings *findings,
                          const struct course **out) {
  struct finding_list list;
  finding_list_init(&list, arena);
  struct course_reader reader = {.arena = arena, .findings = &list};
  reader.root = yaml_tree_read(arena, bytes, size, &list);
  if (reader.root != NULL && reader.root->kind == NODE_MAP) {
    reader.course = arena_alloc(arena, sizeof *reader.course);
    read_course(&reader);
  } else if (reader.root != NULL && reader.root->kind != NODE_REFUSED) {
    reader_error(&reader, reader.root, "a course file is a map that begins like 'course:', not %s",
                 node_kind_words(reader.root));
  }
  finding_list_finish(&list, findings);
  if (list.errors > 0)
    return ERR_INVALID;
  *out = reader.course;
  return ERR_OK;
}

const char *course_file_library_version(void) { return yaml_tree_library_version(); }

// The order is that of the references: who is named comes before who names.
static void read_course(struct course_reader *reader) {
  reader_map(reader, reader->root, root_rows, sizeof root_rows / sizeof *root_rows, NULL);
  course_read_head(reader);
  if (reader->calendar == NULL)
    return;
  course_read_skills(reader);
  course_read_topics(reader);
  course_read_info_card(reader);
  course_read_teams(reader);
  course_read_late_policy(reader);
  struct track *tracks = course_read_tracks(reader);
  course_read_proposals(reader);
  struct milestone *milestones = course_read_milestones(reader);
  course_read_grading(reader);
  course_check(reader, tracks, milestones);
  if (reader->findings->errors == 0)
    course_times_turning_points(reader->arena, reader->course);
}
