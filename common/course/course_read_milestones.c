// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_read_milestones.h"

#include "common/base/text.h"
#include "common/course/course_file_types.h"
#include "common/course/course_read_work.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { HAND_INS_MAX = 8 };

static const char *const kinds[] = {[MILESTONE_PROPOSAL] = "proposal",
                                    [MILESTONE_CHECK_IN] = "check-in",
                                    [MILESTONE_PRESENTATION] = "presentation",
                                    [MILESTONE_REPORT] = "report",
                                    [MILESTONE_ARTIFACT] = "artifact",
                                    [MILESTONE_LAB] = "lab",
                                    NULL};
static const char *const needs[] = {
    [NEED_NONE] = "none", [NEED_OPTIONAL] = "optional", [NEED_REQUIRED] = "required", NULL};
static const char *const reproductions[] = {"text", NULL};

static const struct key_row milestone_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct milestone, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct milestone, title), 1, 200, NULL},
    {"track", VALUE_WORD, true, NO_TARGET, 0, 0, NULL},
    {"kind", VALUE_CHOICE, true, offsetof(struct milestone, kind), 0, 0, kinds},
    {"weight", VALUE_WEIGHT, true, offsetof(struct milestone, weight_hundredths), 0, 0, NULL},
    {"opens", VALUE_WALL, true, offsetof(struct milestone, opens), 0, 0, NULL},
    {"due", VALUE_WALL, true, offsetof(struct milestone, due), 0, 0, NULL},
    {"closes", VALUE_WALL, false, offsetof(struct milestone, closes), 0, 0, NULL},
    {"late_policy", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"slots", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"hand_in", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"one_of", VALUE_LIST, false, NO_TARGET, 1, HAND_INS_MAX, NULL},
    {"remind", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row slots_rows[] = {
    {"length", VALUE_EXACT, true, offsetof(struct milestone, slot_length.seconds), 60, HOURS(8), NULL},
};

static const struct key_row hand_in_rows[] = {
    {"files", VALUE_LIST, false, NO_TARGET, 1, FILE_TYPES_MAX, NULL},
    {"max_size", VALUE_ANY, false, NO_TARGET, 0, 0, NULL},
    {"link", VALUE_ID, false, NO_TARGET, 0, 0, NULL},
    {"code", VALUE_CHOICE, false, offsetof(struct hand_in, code), 0, 0, needs},
    {"reproduce", VALUE_CHOICE, false, NO_TARGET, 0, 0, reproductions},
    {"statement", VALUE_WORD, false, NO_TARGET, 0, 0, NULL},
    {"slot", VALUE_ID, false, offsetof(struct hand_in, slot), 0, 0, NULL},
};

static void read_milestone(struct course_reader *reader, const struct node *map, struct milestone *milestone);
static void read_late(struct course_reader *reader, const struct node *map, struct milestone *milestone);
static void read_hand_ins(struct course_reader *reader, const struct node *map, struct milestone *milestone);
static void read_hand_in(struct course_reader *reader, const struct node *map, struct hand_in *out);
static void read_link(const struct node *node, struct hand_in *out);
static bool takes_something(const struct node *map);

struct milestone *course_read_milestones(struct course_reader *reader) {
  static const struct list_shape shape = {milestone_rows, COUNT(milestone_rows), sizeof(struct milestone),
                                          MILESTONES_MAX};
  const struct node *list = node_list(reader->root, "milestones");
  struct milestone *milestones =
      reader_list(reader, list, &shape, &reader->milestones, &reader->course->milestone_count);
  reader->course->milestones = milestones;
  if (list == NULL)
    reader->milestones.is_whole = false;
  for (size_t i = 0; list != NULL && i < reader->course->milestone_count; i++)
    read_milestone(reader, list->values[i], &milestones[i]);
  return milestones;
}

static void read_milestone(struct course_reader *reader, const struct node *map, struct milestone *milestone) {
  milestone->track = reader_reference(reader, node_get(map, "track"), &reader->tracks, "track");
  read_late(reader, map, milestone);
  reader_map(reader, node_map(map, "slots"), slots_rows, COUNT(slots_rows), milestone);
  read_hand_ins(reader, map, milestone);
  reader_reminders(reader, map, &milestone->remind);
}

static void read_late(struct course_reader *reader, const struct node *map, struct milestone *milestone) {
  milestone->late = &reader->course->late;
  const struct node *own = node_map(map, "late_policy");
  if (own == NULL)
    return;
  struct late_policy *late = arena_copy(reader->arena, &reader->course->late, sizeof *late);
  course_read_policy(reader, own, true, late);
  milestone->late = late;
}

static void read_hand_ins(struct course_reader *reader, const struct node *map, struct milestone *milestone) {
  const struct node *single = node_map(map, "hand_in");
  const struct node *list = node_list(map, "one_of");
  if (node_get(map, "hand_in") != NULL && node_get(map, "one_of") != NULL)
    reader_error(reader, node_get(map, "one_of"), "a milestone states 'hand_in' or 'one_of', not both");
  size_t count = single != NULL ? 1 : reader_count(list, HAND_INS_MAX);
  struct hand_in *hand_ins = arena_array(reader->arena, count, sizeof *hand_ins);
  for (size_t i = 0; i < count; i++) {
    const struct node *node = single != NULL ? single : list->values[i];
    if (node->kind == NODE_MAP)
      read_hand_in(reader, node, &hand_ins[i]);
    else if (node->kind != NODE_REFUSED)
      reader_error(reader, node, "a way to hand in is a map such as { files: [pdf] }, not %s", node_kind_words(node));
    if (hand_ins[i].slot != NULL && node_get(map, "slots") == NULL)
      reader_warning(reader, node_get(node, "slot"), "no slot can be offered without 'slots: { length: 15m }'");
  }
  milestone->hand_ins = hand_ins;
  milestone->hand_in_count = count;
}

static void read_hand_in(struct course_reader *reader, const struct node *map, struct hand_in *out) {
  reader_map(reader, map, hand_in_rows, COUNT(hand_in_rows), out);
  const struct node *files = node_list(map, "files");
  const struct node *max_size = node_get(map, "max_size");
  out->files = course_read_file_types(reader, files, &out->file_count);
  if (files != NULL)
    course_read_file_size(reader, max_size, "max_size", &out->max_size_bytes);
  else if (max_size != NULL && node_get(map, "files") == NULL)
    reader_error(reader, max_size, "'max_size' says nothing without 'files'");
  read_link(node_get(map, "link"), out);
  if (node_get(map, "reproduce") != NULL)
    out->reproduce = reproductions[0];
  const struct node *statement = node_get(map, "statement");
  if (reader_reference(reader, statement, &reader->statements, "proposal field of kind statement") != NO_INDEX)
    out->statement = statement->text;
  if (!takes_something(map))
    reader_error(reader, map,
                 "nothing can be handed in this way: state 'files', 'link', 'code', 'reproduce' or 'slot'");
}

// `link: video` asks for a link and says what is to be found there.
static void read_link(const struct node *node, struct hand_in *out) {
  if (node == NULL || node->kind != NODE_SCALAR)
    return;
  out->link = NEED_REQUIRED;
  for (int i = 0; needs[i] != NULL; i++)
    if (text_equal(needs[i], node->text)) {
      out->link = (enum need)i;
      return;
    }
  out->link_use = node->text;
}

static bool takes_something(const struct node *map) {
  static const char *const keys[] = {"files", "link", "code", "reproduce", "slot"};
  for (size_t i = 0; i < COUNT(keys); i++)
    if (node_get(map, keys[i]) != NULL)
      return true;
  return false;
}
