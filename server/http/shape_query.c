// SPDX-License-Identifier: AGPL-3.0-or-later
#include <string.h>

#include "common/base/text.h"
#include "server/http/percent.h"
#include "server/http/shape_value.h"

// One query string: application/x-www-form-urlencoded, each name once.
struct query_binding {
  const struct shape *shape; // NULL: no parameters are taken
  void *out;
  bool *seen; // a flag a field
  struct arena *arena;
  struct problem *problem;
};

static enum err bind_pair(const struct query_binding *binding, const char *pair, size_t size);
static enum err bind_text(const struct shape_place *place, const char *text);

enum err shape_bind_query(const struct shape *shape, const char *query, struct arena *arena, struct problem *problem,
                          void **out) {
  size_t count = shape == NULL ? 0 : shape->count;
  struct query_binding binding = {
      .shape = shape,
      .out = shape == NULL ? NULL : arena_alloc(arena, shape->size),
      .seen = arena_array(arena, count, sizeof(bool)),
      .arena = arena,
      .problem = problem,
  };
  enum err result = ERR_OK;
  while (query != NULL && *query != '\0') {
    size_t size = strcspn(query, "&");
    enum err err = size == 0 ? ERR_OK : bind_pair(&binding, query, size);
    if (err != ERR_OK)
      result = err;
    query += query[size] == '&' ? size + 1 : size;
  }
  for (size_t i = 0; i < count; i++) {
    struct shape_path path = {.name = shape->fields[i].name};
    struct shape_place place = {&shape->fields[i], binding.out, &path, arena, problem};
    if (!binding.seen[i] && shape->fields[i].presence == REQUIRED)
      result = shape_missing(&place);
  }
  if (result == ERR_OK)
    *out = binding.out;
  return result;
}

static enum err bind_pair(const struct query_binding *binding, const char *pair, size_t size) {
  const char *equals = memchr(pair, '=', size);
  size_t name_size = equals == NULL ? size : (size_t)(equals - pair);
  const char *name = percent_decode(binding->arena, pair, name_size, true);
  if (name == NULL)
    return problem_field(binding->problem, "", "a parameter's name is not percent-encoded UTF-8");
  struct shape_path path = {.name = name};
  const struct field *field = binding->shape == NULL ? NULL : shape_find(binding->shape, name);
  if (field == NULL)
    return shape_unknown(binding->shape, &path, binding->arena, binding->problem);
  struct shape_place place = {field, binding->out, &path, binding->arena, binding->problem};
  size_t index = (size_t)(field - binding->shape->fields);
  if (binding->seen[index])
    return shape_error(&place, "is given twice");
  binding->seen[index] = true;
  const char *value = equals == NULL ? "" : percent_decode(binding->arena, equals + 1, size - name_size - 1, true);
  if (value == NULL)
    return shape_error(&place, "is not percent-encoded UTF-8");
  return bind_text(&place, value);
}

static enum err bind_text(const struct shape_place *place, const char *text) {
  int64_t number = 0;
  switch (place->field->type) {
  case SHAPE_TEXT:
    return shape_put_text(place, text);
  case SHAPE_INTEGER:
  case SHAPE_NATURAL:
    return int64_parse(text, &number) ? shape_put_integer(place, number) : shape_wrong_type(place);
  case SHAPE_FLAG:
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
      return shape_wrong_type(place);
    return shape_put_flag(place, text[0] == 't');
  case SHAPE_INSTANT:
    return shape_put_instant(place, text);
  case SHAPE_CHOICE:
    return shape_put_choice(place, text);
  case SHAPE_LINES:
  case SHAPE_SECRET: // a query string ends up in logs and histories
  case SHAPE_TEXT_LIST:
  case SHAPE_INTEGER_LIST:
  case SHAPE_LIST:
  case SHAPE_RAW:
    break; // http_check refuses such a row
  }
  return ERR_INTERNAL;
}
