// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdalign.h>
#include <string.h>

#include "common/base/log.h"
#include "server/http/shape.h"

enum { SHAPE_NESTING_MAX = 4 };

struct storage {
  size_t size;
  size_t alignment;
  bool is_in_query; // whether a query string may hold the type
};

static const struct storage storages[] = {
    [SHAPE_TEXT] = {sizeof(const char *), alignof(const char *), true},
    [SHAPE_LINES] = {sizeof(const char *), alignof(const char *), false},
    [SHAPE_SECRET] = {sizeof(const char *), alignof(const char *), false},
    [SHAPE_INTEGER] = {sizeof(int64_t), alignof(int64_t), true},
    [SHAPE_NATURAL] = {sizeof(int64_t), alignof(int64_t), true},
    [SHAPE_FLAG] = {sizeof(bool), alignof(bool), true},
    [SHAPE_INSTANT] = {sizeof(int64_t), alignof(int64_t), true},
    [SHAPE_CHOICE] = {sizeof(int), alignof(int), true},
    [SHAPE_TEXT_LIST] = {sizeof(struct text_list), alignof(struct text_list), false},
    [SHAPE_INTEGER_LIST] = {sizeof(struct integer_list), alignof(struct integer_list), false},
    [SHAPE_LIST] = {sizeof(struct item_list), alignof(struct item_list), false},
    [SHAPE_RAW] = {sizeof(struct raw_value), alignof(struct raw_value), false},
};
enum { TYPE_COUNT = sizeof storages / sizeof storages[0] };

static bool check_shape(const struct shape *shape, bool is_query, const char *where, int depth);
static const char *fault_of_field(const struct shape *shape, size_t index, bool is_query);
static const char *fault_of_storage(const struct shape *shape, size_t index);
static bool overlaps(const struct field *a, const struct field *b);
static bool covers(const struct field *field, size_t start, size_t size);

bool shape_check(const struct shape *shape, bool is_query, const char *where) {
  bool is_sound = check_shape(shape, is_query, where, 0);
  size_t most = shape->media == MEDIA_JSON ? SHAPE_DOCUMENT_BYTES_MAX : SHAPE_CSV_BYTES_MAX;
  if (!is_query && (shape->max_bytes == 0 || shape->max_bytes > most)) {
    log_line(LOG_ERROR, "http", "%s: shape %s: max_bytes must be from 1 to %zu", where, shape->name, most);
    is_sound = false;
  }
  if (shape->media != MEDIA_JSON && (is_query || shape->count > 0)) {
    log_line(LOG_ERROR, "http", "%s: shape %s: only JSON has fields", where, shape->name);
    is_sound = false;
  }
  return is_sound;
}

static bool check_shape(const struct shape *shape, bool is_query, const char *where, int depth) {
  bool is_sound = true;
  if (shape->name == NULL || depth > SHAPE_NESTING_MAX) {
    log_line(LOG_ERROR, "http", "%s: a shape without a name, or too many within each other", where);
    return false;
  }
  for (size_t i = 0; i < shape->count; i++) {
    const struct field *field = &shape->fields[i];
    const char *fault = fault_of_field(shape, i, is_query);
    if (fault != NULL) {
      log_line(LOG_ERROR, "http", "%s: shape %s: field %s: %s", where, shape->name, field->name, fault);
      is_sound = false;
    } else if (field->type == SHAPE_LIST && !check_shape(field->item, false, where, depth + 1)) {
      is_sound = false;
    }
  }
  return is_sound;
}

static const char *fault_of_field(const struct shape *shape, size_t index, bool is_query) {
  const struct field *field = &shape->fields[index];
  if (field->name == NULL || field->name[0] == '\0')
    return "has no name";
  if ((size_t)field->type >= TYPE_COUNT)
    return "has no such type";
  for (size_t i = 0; i < index; i++)
    if (strcmp(shape->fields[i].name, field->name) == 0)
      return "stands twice";
  if (is_query && !storages[field->type].is_in_query)
    return "has a type that a query string cannot hold";
  if (field->presence == NULLABLE && (is_query || field->type != SHAPE_NATURAL))
    return "only a natural number of a body may be null";
  if ((field->type == SHAPE_CHOICE) != (field->choices != NULL && field->choices[0] != NULL))
    return "choices belong to SHAPE_CHOICE, and to it alone";
  if ((field->type == SHAPE_LIST) != (field->item != NULL))
    return "an item shape belongs to SHAPE_LIST, and to it alone";
  bool has_max = field->type != SHAPE_FLAG && field->type != SHAPE_INSTANT && field->type != SHAPE_CHOICE;
  if (has_max && field->max <= 0)
    return "max must be positive";
  if (field->summary == NULL || field->summary[0] == '\0')
    return "has no summary";
  return fault_of_storage(shape, index);
}

static const char *fault_of_storage(const struct shape *shape, size_t index) {
  const struct field *field = &shape->fields[index];
  const struct storage *storage = &storages[field->type];
  if (field->offset > shape->size || storage->size > shape->size - field->offset)
    return "lies outside its struct";
  if (field->offset % storage->alignment != 0)
    return "is not aligned: another member's offset";
  if (field->present_offset != NO_PRESENT && field->present_offset >= shape->size)
    return "its presence lies outside its struct";
  if (field->present_offset != NO_PRESENT && covers(field, field->present_offset, sizeof(bool)))
    return "its presence lies upon its value";
  for (size_t i = 0; i < index; i++)
    if (overlaps(&shape->fields[i], field))
      return "lies upon another field";
  return NULL;
}

static bool overlaps(const struct field *a, const struct field *b) {
  size_t size = storages[b->type].size;
  return covers(a, b->offset, size) ||
         (b->present_offset != NO_PRESENT && covers(a, b->present_offset, sizeof(bool))) ||
         (a->present_offset != NO_PRESENT &&
          (covers(b, a->present_offset, sizeof(bool)) || a->present_offset == b->present_offset));
}

static bool covers(const struct field *field, size_t start, size_t size) {
  return field->offset < start + size && start < field->offset + storages[field->type].size;
}
