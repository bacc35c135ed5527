// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_read_grading.h"

#include "common/base/text.h"
#include "common/course/course_values.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
  COMPONENTS_MAX = 50,
  DROPS_MAX = 50,
  LETTERS_MAX = 20,
  LETTER_CHARACTERS_MAX = 16,
  AUDITS_MAX = 8,
  WHOLE = 10000
};

static const struct key_row grading_rows[] = {
    {"components", VALUE_LIST, true, NO_TARGET, 1, COMPONENTS_MAX, NULL},
    {"drop_lowest", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"letters", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
    {"audit", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row component_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct component, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct component, title), 1, 200, NULL},
    {"weight", VALUE_WEIGHT, true, offsetof(struct component, weight_hundredths), 0, 0, NULL},
    {"one_of", VALUE_LIST, false, NO_TARGET, 1, REFERENCES_MAX, NULL},
};

static const struct key_row audit_rows[] = {
    {"requires_approval", VALUE_FLAG, false, offsetof(struct course, audit.requires_approval), 0, 0, NULL},
    {"one_of", VALUE_LIST, false, NO_TARGET, 1, AUDITS_MAX, NULL},
};

static void read_components(struct course_reader *reader, const struct node *list);
static void check_sum(struct course_reader *reader, const struct node *list);
static void check_tracks(struct course_reader *reader, const struct node *map, const struct component *component);
static void check_counted(struct course_reader *reader);
static int64_t track_weight(struct course_reader *reader, int track, const char **words);
static void read_drops(struct course_reader *reader, const struct node *map);
static void read_letters(struct course_reader *reader, const struct node *map);
static bool read_letter(struct course_reader *reader, const struct node *key, const struct node *value,
                        struct letter *out);
static void check_letters(struct course_reader *reader, const struct node *map, const struct letter *letters);
static void read_audit(struct course_reader *reader, const struct node *map);
static void check_audit_set(struct course_reader *reader, const struct node *list, const struct id_set *set);

void course_read_grading(struct course_reader *reader) {
  const struct node *map = node_map(reader->root, "grading");
  reader_map(reader, map, grading_rows, COUNT(grading_rows), NULL);
  read_components(reader, node_list(map, "components"));
  read_drops(reader, node_map(map, "drop_lowest"));
  read_letters(reader, node_map(map, "letters"));
  read_audit(reader, node_map(map, "audit"));
}

static void read_components(struct course_reader *reader, const struct node *list) {
  static const struct list_shape shape = {component_rows, COUNT(component_rows), sizeof(struct component),
                                          COMPONENTS_MAX};
  struct component *components =
      reader_list(reader, list, &shape, &reader->components, &reader->course->component_count);
  reader->course->components = components;
  if (list == NULL) {
    reader->components.is_whole = false;
    return;
  }
  for (size_t i = 0; i < reader->course->component_count; i++)
    components[i].tracks = reader_references(reader, node_list(list->values[i], "one_of"), &reader->tracks, "track",
                                             &components[i].track_count);
  check_sum(reader, list);
  // With a milestone that could not be read, or that belongs to no known track, every sum would be wrong by it.
  for (size_t i = 0; i < reader->course->milestone_count; i++)
    if (reader->course->milestones[i].track == NO_INDEX || reader->course->milestones[i].weight_hundredths < 0)
      return;
  if (!reader->milestones.is_whole || !reader->tracks.is_whole)
    return;
  bool is_whole = reader->components.is_whole;
  for (size_t i = 0; i < reader->course->component_count; i++) {
    const struct node *one_of = node_get(list->values[i], "one_of");
    is_whole =
        is_whole && (one_of == NULL || (one_of->kind == NODE_LIST && one_of->count == components[i].track_count));
    check_tracks(reader, list->values[i], &components[i]);
  }
  if (is_whole)
    check_counted(reader);
}

static void check_sum(struct course_reader *reader, const struct node *list) {
  struct text words;
  text_init(&words, reader->arena);
  int64_t sum = 0;
  for (size_t i = 0; i < reader->course->component_count; i++) {
    int64_t weight = reader->course->components[i].weight_hundredths;
    if (weight < 0 || list->values[i]->kind != NODE_MAP)
      return;
    sum += weight;
    text_add_format(&words, "%s%s", i == 0 ? "" : " + ", hundredths_words(reader->arena, weight));
  }
  if (sum == WHOLE)
    return;
  if (reader->course->component_count > 1)
    text_add_format(&words, " = %s", hundredths_words(reader->arena, sum));
  reader_error(reader, list, "the components weigh %s, not 100", text_get(&words));
}

static void check_tracks(struct course_reader *reader, const struct node *map, const struct component *component) {
  const struct node *list = node_list(map, "one_of");
  if (list == NULL || component->weight_hundredths < 0 || component->id == NULL)
    return;
  for (size_t i = 0; i < list->count; i++) {
    int track = list->values[i]->kind == NODE_SCALAR ? id_list_index(&reader->tracks, list->values[i]->text) : NO_INDEX;
    if (track == NO_INDEX)
      continue;
    const char *words;
    int64_t sum = track_weight(reader, track, &words);
    if (sum != component->weight_hundredths)
      reader_error(reader, list->values[i], "the milestones of '%s' weigh %s, the component '%s' weighs %s",
                   reader->course->tracks[track].id, words, component->id,
                   hundredths_words(reader->arena, component->weight_hundredths));
  }
}

// A track that counts twice, or whose weights count nowhere.
static void check_counted(struct course_reader *reader) {
  for (size_t track = 0; track < reader->course->track_count; track++) {
    const struct component *first = NULL;
    for (size_t i = 0; i < reader->course->component_count; i++) {
      const struct component *component = &reader->course->components[i];
      for (size_t k = 0; k < component->track_count; k++) {
        if (component->tracks[k] != (int)track)
          continue;
        if (first != NULL)
          reader_error(reader, reader->components.nodes[i], "the track '%s' already counts in the component '%s'",
                       reader->course->tracks[track].id, first->id);
        first = component;
      }
    }
    const char *words;
    if (first == NULL && track_weight(reader, (int)track, &words) > 0)
      reader_warning(reader, reader->tracks.nodes[track], "no component counts the track '%s'; its milestones weigh %s",
                     reader->course->tracks[track].id, words);
  }
}

static int64_t track_weight(struct course_reader *reader, int track, const char **words) {
  struct text sum_words;
  text_init(&sum_words, reader->arena);
  int64_t sum = 0;
  size_t terms = 0;
  for (size_t i = 0; i < reader->course->milestone_count; i++) {
    const struct milestone *milestone = &reader->course->milestones[i];
    if (milestone->track != track)
      continue;
    sum += milestone->weight_hundredths;
    text_add_format(&sum_words, "%s%s", terms++ == 0 ? "" : " + ",
                    hundredths_words(reader->arena, milestone->weight_hundredths));
  }
  if (terms != 1)
    text_add_format(&sum_words, "%s%s", terms == 0 ? "" : " = ", hundredths_words(reader->arena, sum));
  *words = text_get(&sum_words);
  return sum;
}

static void read_drops(struct course_reader *reader, const struct node *map) {
  size_t most = reader_count(map, DROPS_MAX);
  struct drop_lowest *drops = arena_array(reader->arena, most, sizeof *drops);
  size_t count = 0;
  for (size_t i = 0; i < most; i++) {
    const struct node *key = map->keys[i], *value = map->values[i];
    int percent = 0;
    if (value->kind == NODE_REFUSED)
      continue;
    if (value->kind != NODE_SCALAR || !value_percent(value->text, &percent) || percent < 1 || percent > 99) {
      reader_error(reader, value, "%s must be a percentage from 1%% to 99%%, not %s", reader_quote(reader, key->text),
                   value->kind == NODE_SCALAR ? reader_quote(reader, value->text) : node_kind_words(value));
      continue;
    }
    if (reader->components.is_whole && id_list_index(&reader->components, key->text) == NO_INDEX)
      reader_warning(reader, key, "there is no component %s, so nothing of it is dropped%s",
                     reader_quote(reader, key->text),
                     reader_suggestion(reader, key->text, reader->components.ids, reader->components.count));
    drops[count++] = (struct drop_lowest){key->text, percent};
  }
  if (map != NULL && map->count > most)
    reader_error(reader, map, "'drop_lowest' has %zu elements; at most %d are taken", map->count, DROPS_MAX);
  reader->course->drops = drops;
  reader->course->drop_count = count;
}

static void read_letters(struct course_reader *reader, const struct node *map) {
  if (map == NULL)
    return;
  if (map->count == 0 || map->count > LETTERS_MAX) {
    reader_error(reader, map, "'letters' states from 1 to %d letters, not %zu", LETTERS_MAX, map->count);
    return;
  }
  struct letter *letters = arena_array(reader->arena, map->count, sizeof *letters);
  bool is_sound = true;
  for (size_t i = 0; i < map->count; i++)
    is_sound = read_letter(reader, map->keys[i], map->values[i], &letters[i]) && is_sound;
  if (is_sound)
    check_letters(reader, map, letters);
  reader->course->letters = letters;
  reader->course->letter_count = map->count;
}

static bool read_letter(struct course_reader *reader, const struct node *key, const struct node *value,
                        struct letter *out) {
  const struct key_row row = {key->text, VALUE_WEIGHT, true, 0, 0, 0, NULL};
  out->name = key->text;
  size_t length = utf8_length(key->text);
  if (length < 1 || length > LETTER_CHARACTERS_MAX || text_has_control(key->text, false)) {
    reader_error(reader, key, "a letter is a text of 1 to %d characters", LETTER_CHARACTERS_MAX);
    return false;
  }
  return reader_value(reader, &row, value, &out->from_hundredths);
}

static void check_letters(struct course_reader *reader, const struct node *map, const struct letter *letters) {
  for (size_t i = 1; i < map->count; i++)
    if (letters[i].from_hundredths >= letters[i - 1].from_hundredths)
      reader_error(reader, map->values[i], "letters go from the best down: '%s' must begin below '%s'", letters[i].name,
                   letters[i - 1].name);
  const struct letter *last = &letters[map->count - 1];
  if (last->from_hundredths != 0)
    reader_error(reader, map->values[map->count - 1], "the last letter begins at 0, or some grades have no letter");
}

static void read_audit(struct course_reader *reader, const struct node *map) {
  reader_map(reader, map, audit_rows, COUNT(audit_rows), reader->course);
  const struct node *list = node_list(map, "one_of");
  size_t count = reader_count(list, AUDITS_MAX);
  struct id_set *sets = arena_array(reader->arena, count, sizeof *sets);
  for (size_t i = 0; i < count; i++) {
    const struct node *node = list->values[i];
    if (node->kind == NODE_REFUSED)
      continue;
    if (node->kind != NODE_LIST || node->count == 0) {
      reader_error(reader, node, "one way to audit is a list of milestones such as [proposal, final-report], not %s",
                   node->kind == NODE_LIST ? "empty" : node_kind_words(node));
      continue;
    }
    sets[i].milestones = reader_references(reader, node, &reader->milestones, "milestone", &sets[i].count);
    check_audit_set(reader, node, &sets[i]);
  }
  reader->course->audit.one_of = sets;
  reader->course->audit.one_of_count = count;
}

static void check_audit_set(struct course_reader *reader, const struct node *list, const struct id_set *set) {
  const struct milestone *milestones = reader->course->milestones;
  for (size_t i = 1; i < set->count; i++) {
    int first = milestones[set->milestones[0]].track, other = milestones[set->milestones[i]].track;
    if (first == NO_INDEX || other == NO_INDEX || first == other)
      continue;
    reader_warning(reader, list, "nobody can do this: '%s' and '%s' belong to different tracks",
                   milestones[set->milestones[0]].id, milestones[set->milestones[i]].id);
    return;
  }
}
