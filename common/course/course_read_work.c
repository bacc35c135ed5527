// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_read_work.h"

#include "common/base/text.h"
#include "common/course/course_file_types.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { SEATS_MAX = 10000, FIELDS_MAX = 40, REVISE_DAYS = 7 };

static const char *const deciders[] = {"instructor", "staff", NULL};
static const char *const field_kinds[] = {[FIELD_LINE] = "line",
                                          [FIELD_MARKDOWN] = "markdown",
                                          [FIELD_TOPICS] = "topics",
                                          [FIELD_PER_MEMBER] = "per-member",
                                          [FIELD_STATEMENT] = "statement",
                                          [FIELD_FILE] = "file",
                                          NULL};

// What a proposal field holds at most: when the file does not say, and at all.
static const struct {
  int most;
  int usual;
} field_limits[] = {
    [FIELD_LINE] = {500, 200},         [FIELD_MARKDOWN] = {100000, 4000}, [FIELD_TOPICS] = {50, 3},
    [FIELD_PER_MEMBER] = {10000, 500}, [FIELD_STATEMENT] = {20000, 2000}, [FIELD_FILE] = {0, 0},
};

static const struct key_row policy_rows[] = {
    {"points_per_day", VALUE_INTEGER, true, offsetof(struct late_policy, points_per_day), 0, 100, NULL},
    {"grace", VALUE_EXACT, false, offsetof(struct late_policy, grace_seconds), 0, HOURS(24), NULL},
    {"closes_after", VALUE_LENGTH, false, offsetof(struct late_policy, closes_after), 60, DAYS(366), NULL},
};

static const struct key_row own_policy_rows[] = {
    {"points_per_day", VALUE_INTEGER, false, offsetof(struct late_policy, points_per_day), 0, 100, NULL},
    {"grace", VALUE_EXACT, false, offsetof(struct late_policy, grace_seconds), 0, HOURS(24), NULL},
    {"closes_after", VALUE_LENGTH, false, offsetof(struct late_policy, closes_after), 60, DAYS(366), NULL},
};

static const struct key_row track_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct track, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct track, title), 1, 200, NULL},
    {"capacity", VALUE_INTEGER, false, offsetof(struct track, capacity), 1, SEATS_MAX, NULL},
    {"opens", VALUE_WALL, false, offsetof(struct track, opens), 0, 0, NULL},
    {"decide_by", VALUE_WALL, false, offsetof(struct track, decide_by), 0, 0, NULL},
    {"waitlist", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"remind", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row waitlist_rows[] = {
    {"offer_expires", VALUE_LENGTH, true, offsetof(struct track, offer_expires), 60, DAYS(30), NULL},
};

static const struct key_row proposals_rows[] = {
    {"decide", VALUE_CHOICE, false, NO_TARGET, 0, 0, deciders},
    {"revise_within", VALUE_LENGTH, false, offsetof(struct proposal_rules, revise_within), HOURS(1), DAYS(90), NULL},
    {"fields", VALUE_LIST, true, NO_TARGET, 1, FIELDS_MAX, NULL},
    {"rubric", VALUE_LIST, false, NO_TARGET, 1, RUBRIC_MAX, NULL},
};

static const struct key_row rubric_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct rubric_item, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct rubric_item, title), 1, 200, NULL},
    {"points", VALUE_INTEGER, true, offsetof(struct rubric_item, points), 1, RUBRIC_POINTS_MAX, NULL},
    {"means", VALUE_LINE, false, offsetof(struct rubric_item, means), 1, 500, NULL},
};

static const struct key_row field_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct proposal_field, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct proposal_field, title), 1, 200, NULL},
    {"kind", VALUE_CHOICE, true, offsetof(struct proposal_field, kind), 0, 0, field_kinds},
    {"required", VALUE_FLAG, false, offsetof(struct proposal_field, is_required), 0, 0, NULL},
    {"max", VALUE_ANY, false, NO_TARGET, 0, 0, NULL},
    {"types", VALUE_LIST, false, NO_TARGET, 1, FILE_TYPES_MAX, NULL},
};

static void check_track(struct course_reader *reader, const struct node *map, const struct track *track);
static void read_rubric(struct course_reader *reader, const struct node *map, struct proposal_rules *rules);
static void read_field(struct course_reader *reader, const struct node *map, struct proposal_field *field);
static void read_field_max(struct course_reader *reader, const struct node *map, struct proposal_field *field);
static bool has_kind(const struct node *map);

void course_read_late_policy(struct course_reader *reader) {
  // Without a policy nothing handed in late earns anything: the stricter reading of silence, and the one that `check`
  // shows.
  reader->course->late = (struct late_policy){.points_per_day = 100};
  course_read_policy(reader, node_map(reader->root, "late_policy"), false, &reader->course->late);
}

void course_read_policy(struct course_reader *reader, const struct node *map, bool is_own, struct late_policy *out) {
  if (is_own)
    reader_map(reader, map, own_policy_rows, COUNT(own_policy_rows), out);
  else
    reader_map(reader, map, policy_rows, COUNT(policy_rows), out);
  out->has_closes_after = out->has_closes_after || node_get(map, "closes_after") != NULL;
}

struct track *course_read_tracks(struct course_reader *reader) {
  static const struct list_shape shape = {track_rows, COUNT(track_rows), sizeof(struct track), TRACKS_MAX};
  const struct node *list = node_list(reader->root, "tracks");
  struct track *tracks = reader_list(reader, list, &shape, &reader->tracks, &reader->course->track_count);
  reader->course->tracks = tracks;
  if (list == NULL)
    reader->tracks.is_whole = false;
  const struct node *seats = NULL;
  for (size_t i = 0; list != NULL && i < reader->course->track_count; i++) {
    const struct node *map = list->values[i];
    const struct node *capacity = node_get(map, "capacity");
    reader_map(reader, node_map(map, "waitlist"), waitlist_rows, COUNT(waitlist_rows), &tracks[i]);
    reader_reminders(reader, map, &tracks[i].remind);
    check_track(reader, map, &tracks[i]);
    if (capacity == NULL)
      continue;
    if (seats != NULL)
      reader_error(reader, capacity, "only one track may have a capacity; the one in line %d has", seats->line);
    else
      seats = capacity;
  }
  return tracks;
}

void course_read_proposals(struct course_reader *reader) {
  static const struct list_shape shape = {field_rows, COUNT(field_rows), sizeof(struct proposal_field), FIELDS_MAX};
  struct proposal_rules *rules = &reader->course->proposals;
  const struct node *map = node_map(reader->root, "proposals");
  rules->is_present = map != NULL;
  rules->revise_within.days = REVISE_DAYS;
  reader_map(reader, map, proposals_rows, COUNT(proposals_rows), rules);
  const struct node *decide = node_get(map, "decide");
  rules->staff_decide = decide != NULL && text_equal(decide->text, "staff");

  const struct node *list = node_list(map, "fields");
  struct id_list ids;
  struct proposal_field *fields = reader_list(reader, list, &shape, &ids, &rules->field_count);
  rules->fields = fields;
  id_list_init(reader, &reader->statements, rules->field_count);
  reader->statements.is_whole = ids.is_whole && (list != NULL || node_get(reader->root, "proposals") == NULL);
  for (size_t i = 0; list != NULL && i < rules->field_count; i++) {
    if (list->values[i]->kind != NODE_MAP)
      continue;
    read_field(reader, list->values[i], &fields[i]);
    bool is_first = ids.ids[i] != NULL && id_list_index(&ids, ids.ids[i]) == (int)i;
    if (is_first && fields[i].kind == FIELD_STATEMENT)
      id_list_add(reader, &reader->statements, fields[i].id, list->values[i]);
    if (!has_kind(list->values[i]))
      reader->statements.is_whole = false;
  }
  read_rubric(reader, map, rules);
}

static void read_rubric(struct course_reader *reader, const struct node *map, struct proposal_rules *rules) {
  static const struct list_shape shape = {rubric_rows, COUNT(rubric_rows), sizeof(struct rubric_item), RUBRIC_MAX};
  struct id_list ids;
  rules->rubric = reader_list(reader, node_list(map, "rubric"), &shape, &ids, &rules->rubric_count);
}

static void check_track(struct course_reader *reader, const struct node *map, const struct track *track) {
  static const char *const of_seats[] = {"opens", "decide_by", "waitlist", "remind"};
  if (map->kind != NODE_MAP)
    return;
  const struct node *capacity = node_get(map, "capacity");
  if (capacity == NULL) {
    for (size_t i = 0; i < COUNT(of_seats); i++)
      if (node_get(map, of_seats[i]) != NULL)
        reader_error(reader, node_get(map, of_seats[i]),
                     "'%s' belongs to a track with a 'capacity'; teams have theirs in 'teams: registration'",
                     of_seats[i]);
    return;
  }
  if (node_get(map, "decide_by") == NULL)
    reader_error(reader, map, "'decide_by' is missing: a track with a capacity states until when seats are chosen");
  if (node_get(map, "waitlist") == NULL)
    reader_error(
        reader, map,
        "'waitlist: { offer_expires: 24h }' is missing: a track with a capacity states how long an offer stands");
  if (track->opens != 0 && track->decide_by != 0 && track->decide_by <= track->opens)
    reader_error(reader, node_get(map, "decide_by"), "seats are to be decided before they open");
}

static void read_field(struct course_reader *reader, const struct node *map, struct proposal_field *field) {
  if (!has_kind(map))
    return;
  const struct node *types = node_get(map, "types");
  read_field_max(reader, map, field);
  if (field->kind == FIELD_FILE)
    field->types = course_read_file_types(reader, node_list(map, "types"), &field->type_count);
  else if (types != NULL)
    reader_error(reader, types, "'types' belongs to a field of kind file");
  if (field->kind == FIELD_FILE && types == NULL)
    reader_error(reader, map, "'types' is missing: a field of kind file states which files it takes");
  if (field->kind == FIELD_TOPICS && reader->course->topic_count == 0 && reader->topics.is_whole)
    reader_error(reader, node_get(map, "kind"), "a field of kind topics needs the section 'topics'");
}

static void read_field_max(struct course_reader *reader, const struct node *map, struct proposal_field *field) {
  const struct node *node = node_get(map, "max");
  if (field->kind == FIELD_FILE) {
    course_read_file_size(reader, node, "max", &field->max);
    return;
  }
  int max = field_limits[field->kind].usual;
  const struct key_row row = {"max", VALUE_INTEGER, false, 0, 1, field_limits[field->kind].most, NULL};
  if (node != NULL)
    (void)reader_value(reader, &row, node, &max);
  field->max = max;
}

// A wrong kind has been reported; what depends on it is not judged.
static bool has_kind(const struct node *map) {
  const struct node *kind = node_get(map, "kind");
  for (size_t i = 0; kind != NULL && field_kinds[i] != NULL; i++)
    if (text_equal(kind->text, field_kinds[i]))
      return true;
  return false;
}
