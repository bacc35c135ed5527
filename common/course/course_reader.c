// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_reader.h"

#include <string.h>

#include "common/base/text.h"
#include "common/course/course_scalars.h"
#include "common/course/course_values.h"

enum { QUOTE_BYTES_MAX = 64 };

static const struct key_row remind_rows[] = {
    {"students", VALUE_LIST, false, NO_TARGET, 1, REMINDERS_MAX, NULL},
    {"staff", VALUE_LIST, false, NO_TARGET, 1, REMINDERS_MAX, NULL},
};

static const struct key_row *find_row(const struct key_row *rows, size_t count, const char *key);
static void unknown_key(struct course_reader *reader, const struct node *map, struct node *key,
                        const struct key_row *rows, size_t count);
static bool check_container(struct course_reader *reader, const struct key_row *row, const struct node *node);
static const struct span *read_offsets(struct course_reader *reader, const struct node *list, size_t *count);

void reader_error(struct course_reader *reader, const struct node *node, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *message = arena_format_v(reader->arena, format, args);
  va_end(args);
  finding_add(reader->findings, (struct finding){node->line, node->column, false, message});
}

void reader_warning(struct course_reader *reader, const struct node *node, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *message = arena_format_v(reader->arena, format, args);
  va_end(args);
  finding_add(reader->findings, (struct finding){node->line, node->column, true, message});
}

const char *reader_quote(struct course_reader *reader, const char *text) {
  struct text quoted;
  text_init(&quoted, reader->arena);
  text_add_char(&quoted, '\'');
  size_t i = 0;
  for (; text[i] != '\0'; i++) {
    unsigned char c = (unsigned char)text[i];
    bool is_start = (c & 0xC0u) != 0x80u;
    if (is_start && i >= QUOTE_BYTES_MAX)
      break;
    // C1 controls are C2 80 to C2 9F.
    bool is_c1 = c == 0xC2u && (unsigned char)text[i + 1] < 0xA0u;
    if (is_c1)
      i++;
    text_add_char(&quoted, c < 0x20u || c == 0x7Fu || is_c1 ? '?' : (char)c);
  }
  text_add(&quoted, text[i] == '\0' ? "'" : "…'");
  return text_get(&quoted);
}

const char *reader_suggestion(struct course_reader *reader, const char *word, const char *const *known, size_t count) {
  const char *nearest = text_nearest(word, known, count);
  return nearest == NULL ? "" : arena_format(reader->arena, ", did you mean '%s'?", nearest);
}

void reader_map(struct course_reader *reader, const struct node *map, const struct key_row *rows, size_t row_count,
                void *target) {
  if (map == NULL)
    return;
  for (size_t i = 0; i < map->count; i++)
    if (find_row(rows, row_count, map->keys[i]->text) == NULL)
      unknown_key(reader, map, map->keys[i], rows, row_count);
  for (size_t i = 0; i < row_count; i++) {
    const struct node *value = node_get(map, rows[i].key);
    bool is_read = value != NULL && reader_value(reader, &rows[i], value, target);
    if (value == NULL && rows[i].is_required)
      reader_error(reader, map, "'%s' is missing", rows[i].key);
    if (!is_read && target != NULL && rows[i].kind == VALUE_WEIGHT && rows[i].offset != NO_TARGET) {
      void *slot = (char *)target + rows[i].offset;
      *(int64_t *)slot = WEIGHT_UNREAD;
    }
  }
}

void *reader_list(struct course_reader *reader, const struct node *list, const struct list_shape *shape,
                  struct id_list *ids, size_t *count) {
  *count = reader_count(list, shape->max);
  char *elements = arena_array(reader->arena, *count, shape->element_bytes);
  if (ids != NULL)
    id_list_init(reader, ids, *count);
  for (size_t i = 0; list != NULL && i < *count; i++) {
    const struct node *item = list->values[i];
    void *element = elements + i * shape->element_bytes;
    if (item->kind == NODE_MAP)
      reader_map(reader, item, shape->rows, shape->row_count, element);
    else if (item->kind != NODE_REFUSED)
      reader_error(reader, item, "an element of this list is a map such as { %s: …, … }, not %s", shape->rows[0].key,
                   node_kind_words(item));
    if (ids == NULL)
      continue;
    const struct node *id_node = node_get(item, "id");
    id_list_add(reader, ids, *(const char **)element, id_node == NULL ? item : id_node);
  }
  if (ids != NULL && list != NULL && list->count > *count)
    ids->is_whole = false;
  return elements;
}

bool reader_value(struct course_reader *reader, const struct key_row *row, const struct node *node, void *target) {
  if (node->kind == NODE_REFUSED)
    return false;
  if (row->kind == VALUE_ANY)
    return true;
  if (row->kind == VALUE_MAP || row->kind == VALUE_LIST)
    return check_container(reader, row, node);
  void *slot = row->offset == NO_TARGET ? NULL : (char *)target + row->offset;
  return scalar_read(reader, row, node, slot);
}

size_t reader_count(const struct node *list, size_t max) {
  if (list == NULL)
    return 0;
  return list->count < max ? list->count : max;
}

void id_list_init(struct course_reader *reader, struct id_list *ids, size_t capacity) {
  ids->ids = arena_array(reader->arena, capacity, sizeof *ids->ids);
  ids->nodes = arena_array(reader->arena, capacity, sizeof *ids->nodes);
  ids->count = 0;
  ids->is_whole = true;
}

void id_list_add(struct course_reader *reader, struct id_list *ids, const char *id, const struct node *node) {
  int first = id == NULL ? NO_INDEX : id_list_index(ids, id);
  if (id == NULL)
    ids->is_whole = false;
  if (first != NO_INDEX)
    reader_error(reader, node, "the id '%s' is already in line %d", id, ids->nodes[first]->line);
  ids->ids[ids->count] = id;
  ids->nodes[ids->count] = node;
  ids->count++;
}

int id_list_index(const struct id_list *ids, const char *id) {
  for (size_t i = 0; i < ids->count; i++)
    if (text_equal(ids->ids[i], id))
      return (int)i;
  return NO_INDEX;
}

int reader_reference(struct course_reader *reader, const struct node *node, const struct id_list *ids,
                     const char *what) {
  if (node == NULL || node->kind != NODE_SCALAR || node_is_null(node))
    return NO_INDEX;
  int index = id_list_index(ids, node->text);
  if (index == NO_INDEX && ids->is_whole)
    reader_error(reader, node, "there is no %s %s%s", what, reader_quote(reader, node->text),
                 reader_suggestion(reader, node->text, ids->ids, ids->count));
  return index;
}

const int *reader_references(struct course_reader *reader, const struct node *list, const struct id_list *ids,
                             const char *what, size_t *count) {
  static const struct key_row row = {"each element", VALUE_WORD, true, NO_TARGET, 0, 0, NULL};
  size_t most = reader_count(list, REFERENCES_MAX);
  int *found = arena_array(reader->arena, most, sizeof *found);
  *count = 0;
  for (size_t i = 0; i < most; i++) {
    const struct node *node = list->values[i];
    int index = reader_value(reader, &row, node, NULL) ? reader_reference(reader, node, ids, what) : NO_INDEX;
    bool is_repeated = false;
    for (size_t k = 0; k < *count; k++)
      is_repeated = is_repeated || found[k] == index;
    if (index != NO_INDEX && is_repeated)
      reader_error(reader, node, "%s is named twice", reader_quote(reader, node->text));
    else if (index != NO_INDEX)
      found[(*count)++] = index;
  }
  return found;
}

void reader_reminders(struct course_reader *reader, const struct node *map, struct reminders *out) {
  const struct node *remind = node_map(map, "remind");
  reader_map(reader, remind, remind_rows, sizeof remind_rows / sizeof *remind_rows, NULL);
  out->students = read_offsets(reader, node_list(remind, "students"), &out->student_count);
  out->staff = read_offsets(reader, node_list(remind, "staff"), &out->staff_count);
}

static const struct key_row *find_row(const struct key_row *rows, size_t count, const char *key) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(rows[i].key, key) == 0)
      return &rows[i];
  return NULL;
}

// A key that is meant for another one is read on as that one: its absence would only be a second finding about the
// first.
static void unknown_key(struct course_reader *reader, const struct node *map, struct node *key,
                        const struct key_row *rows, size_t count) {
  const char **known = arena_array(reader->arena, count, sizeof *known);
  struct text all;
  text_init(&all, reader->arena);
  for (size_t i = 0; i < count; i++) {
    known[i] = rows[i].key;
    text_add_format(&all, "%s%s", i == 0 ? "" : ", ", rows[i].key);
  }
  const char *quoted = reader_quote(reader, key->text);
  const char *nearest = text_nearest(key->text, known, count);
  if (nearest == NULL) {
    reader_error(reader, key, "unknown key %s; known here: %s", quoted, text_get(&all));
    return;
  }
  reader_error(reader, key, "unknown key %s, did you mean '%s'?", quoted, nearest);
  if (node_get(map, nearest) == NULL)
    key->text = nearest;
}

static bool check_container(struct course_reader *reader, const struct key_row *row, const struct node *node) {
  bool wants_map = row->kind == VALUE_MAP;
  if (node->kind != (wants_map ? NODE_MAP : NODE_LIST)) {
    reader_error(reader, node, "'%s' must be %s, not %s", row->key, wants_map ? "a map" : "a list",
                 node_kind_words(node));
    return false;
  }
  if (wants_map)
    return true;
  if (node->count < (size_t)row->min) {
    reader_error(reader, node, "'%s' needs at least %lld element%s", row->key, (long long)row->min,
                 row->min == 1 ? "" : "s");
    return false;
  }
  if (node->count > (size_t)row->max) {
    reader_error(reader, node, "'%s' has %zu elements; at most %lld are taken", row->key, node->count,
                 (long long)row->max);
    return false;
  }
  return true;
}

// One span an item, so that spans and nodes go together; {0, 0} where the item was wrong.
static const struct span *read_offsets(struct course_reader *reader, const struct node *list, size_t *count) {
  *count = reader_count(list, REMINDERS_MAX);
  struct span *offsets = arena_array(reader->arena, *count, sizeof *offsets);
  for (size_t i = 0; i < *count; i++) {
    const struct node *node = list->values[i];
    if (!scalar_read_offset(reader, node, &offsets[i]))
      continue;
    for (size_t k = 0; k < i; k++)
      if (offsets[k].days == offsets[i].days && offsets[k].seconds == offsets[i].seconds)
        reader_error(reader, node, "the reminder %s is stated twice", reader_quote(reader, node->text));
  }
  return offsets;
}
