// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/shape.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/http/shape_value.h"

enum { JSON_INPUT_DEPTH_MAX = 16, UNKNOWN_NAMES_TOLD = 20 };

// One object on the way down, and where its faults go.
struct binding {
  const struct shape *shape;
  const struct shape_path *path; // NULL: the body itself
  struct arena *arena;
  struct problem *problem;
};

struct syntax_words {
  enum json_error_code code;
  const char *words;
};

// Our own words: jansson's quote the body, which may hold a password.
static const struct syntax_words syntax_words[] = {
    {json_error_premature_end_of_input, "the body ends too early; a bracket, a brace or a quote is not closed"},
    {json_error_end_of_input_expected, "something follows after the end of the object"},
    {json_error_invalid_syntax, "this is not JSON; look for a missing comma, colon or quote just before"},
    {json_error_duplicate_key, "a name appears twice in one object"},
    {json_error_numeric_overflow, "a number is too large"},
    {json_error_null_character, "\\u0000 is not allowed in text"},
    {json_error_null_byte_in_key, "\\u0000 is not allowed in a name"},
    {json_error_invalid_utf8, "the text is not valid UTF-8"},
    {json_error_stack_overflow, "the body is nested too deeply"},
};

static enum err check_text(const char *body, size_t size, struct problem *problem);
static bool is_deep(const char *body, size_t size);
static bool is_blank(const char *body, size_t size);
static enum err bind_empty(const struct binding *binding);
static enum err refuse_syntax(const json_error_t *error, struct problem *problem);
static enum err bind_object(const struct binding *binding, const json_t *object, void *out);
static enum err bind_unknown(const struct binding *binding, const json_t *object);
static enum err bind_value(const struct shape_place *place, const json_t *value);
static enum err bind_text(const struct shape_place *place, const char *text);
static enum err bind_list(const struct shape_place *place, const json_t *list);
static enum err bind_item(const struct shape_place *place, const json_t *item, void *out);
static enum err bind_text_item(const struct shape_place *place, const json_t *item, const char **out);
static enum err bind_raw(const struct shape_place *place, const json_t *value);
static enum err take_raw(const struct shape_place *place, const json_t *value, size_t *room, struct raw_value *out);
static enum err take_raw_list(const struct shape_place *place, const json_t *list, size_t *room, struct raw_value *out);
static enum err take_raw_object(const struct shape_place *place, const json_t *object, size_t *room,
                                struct raw_value *out);

enum err shape_bind_json(const struct shape *shape, const char *body, size_t size, struct arena *arena,
                         struct problem *problem, void **out) {
  struct binding binding = {.shape = shape, .arena = arena, .problem = problem};
  void *bound = arena_alloc(arena, shape->size);
  enum err err = ERR_OK;
  if (is_blank(body, size)) {
    err = bind_empty(&binding);
    if (err == ERR_OK)
      *out = bound;
    return err;
  }
  err = check_text(body, size, problem);
  if (err != ERR_OK)
    return err;
  json_error_t error;
  json_auto_t *json = json_loadb(body, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (json == NULL)
    return refuse_syntax(&error, problem);
  if (!json_is_object(json))
    return problem_raise(problem, PROBLEM_INVALID_JSON, "Send a JSON object: {\"name\": value, …}.");
  err = bind_object(&binding, json, bound);
  if (err == ERR_OK)
    *out = bound;
  return err;
}

static enum err check_text(const char *body, size_t size, struct problem *problem) {
  if (!utf8_is_valid(body, size))
    return problem_raise(problem, PROBLEM_INVALID_JSON,
                         "The body is not valid UTF-8. Send JSON in UTF-8, without NUL bytes.");
  if (is_deep(body, size))
    return problem_raise(problem, PROBLEM_INVALID_JSON, "The body is nested more than %d levels deep. Send it flatter.",
                         JSON_INPUT_DEPTH_MAX);
  return ERR_OK;
}

// Before jansson sees it, whose own limit is 2048 levels of recursion.
static bool is_deep(const char *body, size_t size) {
  size_t depth = 0;
  bool is_quoted = false;
  for (size_t i = 0; i < size; i++) {
    char c = body[i];
    if (is_quoted) {
      if (c == '\\')
        i++;
      else if (c == '"')
        is_quoted = false;
      continue;
    }
    if (c == '"')
      is_quoted = true;
    else if ((c == '{' || c == '[') && ++depth > JSON_INPUT_DEPTH_MAX)
      return true;
    else if ((c == '}' || c == ']') && depth > 0)
      depth--;
  }
  return false;
}

static bool is_blank(const char *body, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (strchr(" \t\r\n", body[i]) == NULL || body[i] == '\0')
      return false;
  return true;
}

// An object without fields need not be sent.
static enum err bind_empty(const struct binding *binding) {
  const struct shape *shape = binding->shape;
  struct text names;
  text_init(&names, binding->arena);
  for (size_t i = 0; i < shape->count; i++)
    if (shape->fields[i].presence != OPTIONAL)
      text_add_format(&names, "%s%s", names.size == 0 ? "" : ", ", shape->fields[i].name);
  if (names.size == 0)
    return ERR_OK;
  return problem_raise(binding->problem, PROBLEM_INVALID_JSON, "The body is empty. Send a JSON object with: %s.",
                       text_get(&names));
}

static enum err refuse_syntax(const json_error_t *error, struct problem *problem) {
  enum json_error_code code = json_error_code(error);
  if (code == json_error_out_of_memory)
    abort();
  const char *words = "this is not JSON";
  for (size_t i = 0; i < sizeof syntax_words / sizeof syntax_words[0]; i++)
    if (syntax_words[i].code == code)
      words = syntax_words[i].words;
  return problem_raise(problem, PROBLEM_INVALID_JSON, "Line %d, column %d: %s.", error->line, error->column, words);
}

// Goes on after a fault, so that all are told at once.
static enum err bind_object(const struct binding *binding, const json_t *object, void *out) {
  enum err result = ERR_OK;
  for (size_t i = 0; i < binding->shape->count; i++) {
    const struct field *field = &binding->shape->fields[i];
    struct shape_path path = {.parent = binding->path, .name = field->name};
    struct shape_place place = {field, out, &path, binding->arena, binding->problem};
    const json_t *value = json_object_get(object, field->name);
    enum err err = ERR_OK;
    if (value != NULL)
      err = bind_value(&place, value);
    else if (field->presence != OPTIONAL)
      err = shape_missing(&place);
    if (err != ERR_OK)
      result = err;
  }
  enum err err = bind_unknown(binding, object);
  return result != ERR_OK ? result : err;
}

static enum err bind_unknown(const struct binding *binding, const json_t *object) {
  int unknown = 0;
  // jansson's iterators take a json_t that is not const, but change nothing.
  json_t *members = (json_t *)(uintptr_t)object;
  void *at = json_object_iter(members);
  for (; at != NULL && unknown < UNKNOWN_NAMES_TOLD; at = json_object_iter_next(members, at)) {
    const char *name = json_object_iter_key(at);
    struct shape_path path = {.parent = binding->path, .name = name};
    if (shape_find(binding->shape, name) != NULL)
      continue;
    (void)shape_unknown(binding->shape, &path, binding->arena, binding->problem);
    unknown++;
  }
  return unknown > 0 ? ERR_INVALID : ERR_OK;
}

static enum err bind_value(const struct shape_place *place, const json_t *value) {
  bool is_text = json_is_string(value);
  if (json_is_null(value) && place->field->presence == OPTIONAL && place->field->type != SHAPE_RAW)
    return shape_error(place, "may be left out, but must not be null");
  if (json_is_null(value) && place->field->presence == NULLABLE)
    return ERR_OK;
  switch (place->field->type) {
  case SHAPE_TEXT:
  case SHAPE_LINES:
  case SHAPE_SECRET:
    return is_text ? bind_text(place, json_string_value(value)) : shape_wrong_type(place);
  case SHAPE_INSTANT:
    return is_text ? shape_put_instant(place, json_string_value(value)) : shape_wrong_type(place);
  case SHAPE_CHOICE:
    return is_text ? shape_put_choice(place, json_string_value(value)) : shape_wrong_type(place);
  case SHAPE_INTEGER:
  case SHAPE_NATURAL:
    return json_is_integer(value) ? shape_put_integer(place, json_integer_value(value)) : shape_wrong_type(place);
  case SHAPE_FLAG:
    return json_is_boolean(value) ? shape_put_flag(place, json_is_true(value)) : shape_wrong_type(place);
  case SHAPE_TEXT_LIST:
  case SHAPE_INTEGER_LIST:
  case SHAPE_LIST:
    return json_is_array(value) ? bind_list(place, value) : shape_wrong_type(place);
  case SHAPE_RAW:
    return bind_raw(place, value);
  }
  assert(false);
  return ERR_INTERNAL;
}

// Of a query string texts are looked for or cleaned; of a body others read them.
static enum err bind_text(const struct shape_place *place, const char *text) {
  enum field_type type = place->field->type;
  const char *words = type == SHAPE_TEXT    ? text_unseen_refusal(place->arena, text, TEXT_NAME)
                      : type == SHAPE_LINES ? text_unseen_refusal(place->arena, text, TEXT_LINES)
                                            : NULL;
  return words == NULL ? shape_put_text(place, text) : shape_error(place, words);
}

static enum err bind_list(const struct shape_place *place, const json_t *list) {
  const struct field *field = place->field;
  size_t count = json_array_size(list);
  if (count > (size_t)field->max)
    return shape_error(
        place, arena_format(place->arena, "must have at most %lld items; it has %zu", (long long)field->max, count));
  size_t item_size = field->type == SHAPE_TEXT_LIST      ? sizeof(const char *)
                     : field->type == SHAPE_INTEGER_LIST ? sizeof(int64_t)
                                                         : field->item->size;
  char *items = arena_array(place->arena, count, item_size);
  enum err result = ERR_OK;
  for (size_t i = 0; i < count; i++) {
    struct shape_path path = {.parent = place->path, .index = i};
    struct shape_place at = {field, place->base, &path, place->arena, place->problem};
    enum err err = bind_item(&at, json_array_get(list, i), items + i * item_size);
    if (err != ERR_OK)
      result = err;
  }
  if (result != ERR_OK)
    return result;
  if (field->type == SHAPE_TEXT_LIST)
    *(struct text_list *)shape_storage(place) = (struct text_list){(const char **)(void *)items, count};
  else if (field->type == SHAPE_INTEGER_LIST)
    *(struct integer_list *)shape_storage(place) = (struct integer_list){(int64_t *)(void *)items, count};
  else
    *(struct item_list *)shape_storage(place) = (struct item_list){items, count};
  shape_mark_present(place);
  return ERR_OK;
}

static enum err bind_item(const struct shape_place *place, const json_t *item, void *out) {
  const struct field *field = place->field;
  struct binding binding = {field->item, place->path, place->arena, place->problem};
  if (field->type == SHAPE_TEXT_LIST)
    return bind_text_item(place, item, out);
  if (field->type == SHAPE_INTEGER_LIST) {
    *(int64_t *)out = json_is_integer(item) ? json_integer_value(item) : 0;
    return *(int64_t *)out > 0 ? ERR_OK : shape_error(place, "must be a whole number from 1 on");
  }
  return json_is_object(item) ? bind_object(&binding, item, out) : shape_error(place, "must be an object");
}

static enum err bind_text_item(const struct shape_place *place, const json_t *item, const char **out) {
  if (!json_is_string(item))
    return shape_error(place, "must be text");
  *out = shape_item_text(place, json_string_value(item));
  return *out == NULL ? ERR_INVALID : ERR_OK;
}

static enum err bind_raw(const struct shape_place *place, const json_t *value) {
  size_t room = (size_t)place->field->max;
  struct raw_value raw = {0};
  enum err err = take_raw(place, value, &room, &raw);
  if (err != ERR_OK)
    return err;
  *(struct raw_value *)shape_storage(place) = raw;
  shape_mark_present(place);
  return ERR_OK;
}

// Recursion is bounded by JSON_INPUT_DEPTH_MAX.
static enum err take_raw(const struct shape_place *place, const json_t *value, size_t *room, struct raw_value *out) {
  if (*room == 0)
    return shape_error(
        place, arena_format(place->arena, "must have at most %lld values in all", (long long)place->field->max));
  *room -= 1;
  if (json_is_array(value))
    return take_raw_list(place, value, room, out);
  if (json_is_object(value))
    return take_raw_object(place, value, room, out);
  if (json_is_string(value))
    *out = (struct raw_value){.kind = RAW_TEXT, .text = arena_text(place->arena, json_string_value(value))};
  else if (json_is_integer(value))
    *out = (struct raw_value){.kind = RAW_INTEGER, .integer = json_integer_value(value)};
  else if (json_is_boolean(value))
    *out = (struct raw_value){.kind = RAW_FLAG, .flag = json_is_true(value)};
  else if (json_is_null(value))
    *out = (struct raw_value){.kind = RAW_NULL};
  else
    return shape_wrong_type(place);
  return ERR_OK;
}

static enum err take_raw_list(const struct shape_place *place, const json_t *list, size_t *room,
                              struct raw_value *out) {
  size_t count = json_array_size(list);
  struct raw_value *items = arena_array(place->arena, count < *room ? count : *room, sizeof *items);
  for (size_t i = 0; i < count; i++) {
    struct raw_value item = {0};
    enum err err = take_raw(place, json_array_get(list, i), room, &item);
    if (err != ERR_OK)
      return err;
    items[i] = item;
  }
  *out = (struct raw_value){.kind = RAW_LIST, .items = items, .count = count};
  return ERR_OK;
}

static enum err take_raw_object(const struct shape_place *place, const json_t *object, size_t *room,
                                struct raw_value *out) {
  size_t count = json_object_size(object);
  size_t most = count < *room ? count : *room;
  struct raw_value *items = arena_array(place->arena, most, sizeof *items);
  const char **names = arena_array(place->arena, most, sizeof *names);
  json_t *members = (json_t *)(uintptr_t)object; // as in bind_unknown
  size_t i = 0;
  for (void *at = json_object_iter(members); at != NULL; at = json_object_iter_next(members, at), i++) {
    struct raw_value item = {0};
    enum err err = take_raw(place, json_object_iter_value(at), room, &item);
    if (err != ERR_OK)
      return err;
    items[i] = item;
    names[i] = arena_text(place->arena, json_object_iter_key(at));
  }
  *out = (struct raw_value){.kind = RAW_OBJECT, .items = items, .names = names, .count = count};
  return ERR_OK;
}
