// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/openapi_schema.h"

#include <stdint.h>

static void write_property(struct yaml *yaml, const struct answer_field *field);
static void write_nested(struct yaml *yaml, const struct answer_field *field, bool is_nullable);
static void write_type(struct yaml *yaml, const char *type, bool is_nullable);
static void write_choices(struct yaml *yaml, const char *const *choices, bool is_nullable);
static const char *json_type(enum answer_type type);
static const char *audience_text(enum audience audience);

void openapi_collect_shape(struct arena *arena, const struct shape *shape, struct shape_list *list) {
  if (shape->media != MEDIA_JSON)
    return;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i] == shape)
      return;
  list->items = arena_grow(arena, list->items, list->count, list->count + 1, sizeof(const struct shape *));
  list->items[list->count++] = shape;
  for (size_t i = 0; i < shape->count; i++)
    if (shape->fields[i].item != NULL)
      openapi_collect_shape(arena, shape->fields[i].item, list);
}

void openapi_shape(struct yaml *yaml, const struct shape *shape) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char **required = arena_array(arena, shape->count, sizeof(const char *));
  size_t count = 0;
  yaml_open(yaml, shape->name);
  yaml_text(yaml, "type", "object");
  yaml_flag(yaml, "additionalProperties", false);
  for (size_t i = 0; i < shape->count; i++)
    if (shape->fields[i].presence != OPTIONAL)
      required[count++] = shape->fields[i].name;
  if (count > 0)
    yaml_texts(yaml, "required", required, count, false);
  yaml_open(yaml, "properties");
  for (size_t i = 0; i < shape->count; i++) {
    yaml_open(yaml, shape->fields[i].name);
    openapi_field(yaml, &shape->fields[i]);
    yaml_text(yaml, "description", shape->fields[i].summary);
    yaml_close(yaml);
  }
  yaml_close(yaml);
  yaml_close(yaml);
}

void openapi_field(struct yaml *yaml, const struct field *field) {
  switch (field->type) {
  case SHAPE_TEXT:
  case SHAPE_LINES:
    yaml_text(yaml, "type", "string");
    break;
  case SHAPE_SECRET:
    yaml_text(yaml, "type", "string");
    yaml_text(yaml, "format", "password");
    break;
  case SHAPE_INTEGER:
  case SHAPE_NATURAL:
    if (field->presence == NULLABLE)
      yaml_texts(yaml, "type", (const char *const[]){"integer", "null"}, 2, false);
    else
      yaml_text(yaml, "type", "integer");
    yaml_text(yaml, "format", "int64");
    yaml_int(yaml, "minimum", field->type == SHAPE_NATURAL ? 1 : 0);
    if (field->max < INT64_MAX)
      yaml_int(yaml, "maximum", field->max);
    return;
  case SHAPE_FLAG:
    yaml_text(yaml, "type", "boolean");
    return;
  case SHAPE_INSTANT:
    yaml_text(yaml, "type", "string");
    yaml_text(yaml, "format", "date-time");
    return;
  case SHAPE_CHOICE:
    yaml_text(yaml, "type", "string");
    write_choices(yaml, field->choices, false);
    return;
  case SHAPE_INTEGER_LIST:
    yaml_text(yaml, "type", "array");
    yaml_int(yaml, "maxItems", field->max);
    yaml_open(yaml, "items");
    yaml_text(yaml, "type", "integer");
    yaml_text(yaml, "format", "int64");
    yaml_int(yaml, "minimum", 1);
    yaml_close(yaml);
    return;
  case SHAPE_TEXT_LIST:
  case SHAPE_LIST:
    yaml_text(yaml, "type", "array");
    yaml_int(yaml, "maxItems", field->max);
    yaml_open(yaml, "items");
    if (field->type == SHAPE_LIST)
      openapi_reference(yaml, field->item->name);
    else
      yaml_text(yaml, "type", "string");
    yaml_close(yaml);
    return;
  case SHAPE_RAW:
    return;
  }
  if (field->presence == REQUIRED)
    yaml_int(yaml, "minLength", 1);
  yaml_int(yaml, "maxLength", field->max);
}

void openapi_answer(struct yaml *yaml, const struct answer *answer) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char **required = arena_array(arena, answer->count, sizeof(const char *));
  size_t count = 0;
  yaml_open(yaml, answer->name);
  yaml_text(yaml, "type", "object");
  yaml_flag(yaml, "additionalProperties", false);
  if (answer->is_secret)
    yaml_flag(yaml, "x-secret", true);
  for (size_t i = 0; i < answer->count; i++)
    if (answer->fields[i].presence != ANSWER_SOMETIMES)
      required[count++] = answer->fields[i].name;
  if (count > 0)
    yaml_texts(yaml, "required", required, count, false);
  yaml_open(yaml, "properties");
  for (size_t i = 0; i < answer->count; i++)
    write_property(yaml, &answer->fields[i]);
  yaml_close(yaml);
  yaml_close(yaml);
}

void openapi_reference(struct yaml *yaml, const char *name) {
  struct arena *arena SCOPED_ARENA = arena_new();
  yaml_text(yaml, "$ref", arena_format(arena, "#/components/schemas/%s", name));
}

static void write_property(struct yaml *yaml, const struct answer_field *field) {
  bool is_nullable = field->presence != ANSWER_ALWAYS;
  yaml_open(yaml, field->name);
  switch (field->type) {
  case ANSWER_TEXT:
  case ANSWER_INTEGER:
  case ANSWER_FLAG:
    write_type(yaml, json_type(field->type), is_nullable);
    if (field->type == ANSWER_INTEGER)
      yaml_text(yaml, "format", "int64");
    break;
  case ANSWER_INSTANT:
    write_type(yaml, "string", is_nullable);
    yaml_text(yaml, "format", "date-time");
    break;
  case ANSWER_CHOICE:
    write_type(yaml, "string", is_nullable);
    write_choices(yaml, field->choices, is_nullable);
    break;
  case ANSWER_OBJECT:
  case ANSWER_LIST:
    write_nested(yaml, field, is_nullable);
    break;
  case ANSWER_TEXT_LIST:
  case ANSWER_INTEGER_LIST:
    write_type(yaml, "array", is_nullable);
    yaml_open(yaml, "items");
    yaml_text(yaml, "type", field->type == ANSWER_TEXT_LIST ? "string" : "integer");
    yaml_close(yaml);
    break;
  }
  yaml_text(yaml, "description", field->summary);
  if (field->audience != AUDIENCE_CALLER)
    yaml_text(yaml, "x-audience", audience_text(field->audience));
  yaml_close(yaml);
}

static void write_nested(struct yaml *yaml, const struct answer_field *field, bool is_nullable) {
  if (field->type == ANSWER_LIST) {
    write_type(yaml, "array", is_nullable);
    yaml_open(yaml, "items");
    openapi_reference(yaml, field->of->name);
    yaml_close(yaml);
    return;
  }
  if (!is_nullable) {
    openapi_reference(yaml, field->of->name);
    return;
  }
  yaml_open(yaml, "anyOf");
  yaml_item(yaml);
  openapi_reference(yaml, field->of->name);
  yaml_close(yaml);
  yaml_item(yaml);
  yaml_text(yaml, "type", "null"); // quoted: the name of the type
  yaml_close(yaml);
  yaml_close(yaml);
}

static void write_type(struct yaml *yaml, const char *type, bool is_nullable) {
  const char *const both[] = {type, "null"};
  if (is_nullable)
    yaml_texts(yaml, "type", both, 2, false);
  else
    yaml_text(yaml, "type", type);
}

static void write_choices(struct yaml *yaml, const char *const *choices, bool is_nullable) {
  size_t count = 0;
  while (choices[count] != NULL)
    count++;
  yaml_texts(yaml, "enum", choices, count, is_nullable);
}

static const char *json_type(enum answer_type type) {
  if (type == ANSWER_INTEGER)
    return "integer";
  return type == ANSWER_FLAG ? "boolean" : "string";
}

static const char *audience_text(enum audience audience) {
  static const char *const words[] = {[AUDIENCE_CALLER] = "caller",
                                      [AUDIENCE_SELF] = "self",
                                      [AUDIENCE_TEAM] = "team",
                                      [AUDIENCE_STAFF] = "staff",
                                      [AUDIENCE_INSTRUCTOR] = "instructor",
                                      [AUDIENCE_OPERATOR] = "operator"};
  return words[audience];
}
