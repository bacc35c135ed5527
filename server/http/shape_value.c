// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/shape_value.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"

enum { NAME_BYTES_SHOWN = 60 };

static const char *const type_words[] = {
    [SHAPE_TEXT] = "must be text",
    [SHAPE_LINES] = "must be text",
    [SHAPE_SECRET] = "must be text",
    [SHAPE_INTEGER] = "must be a whole number",
    [SHAPE_NATURAL] = "must be a whole number",
    [SHAPE_FLAG] = "must be true or false",
    [SHAPE_INSTANT] = "must be an instant with its offset from UTC, such as \"2023-09-11T23:59:00Z\"",
    [SHAPE_CHOICE] = "must be text",
    [SHAPE_TEXT_LIST] = "must be a list of texts",
    [SHAPE_INTEGER_LIST] = "must be a list of whole numbers",
    [SHAPE_LIST] = "must be a list of objects",
    [SHAPE_RAW] = "must be of whole numbers, texts, true, false, null, lists and objects",
};

static const char *path_text(const struct shape_path *path, struct arena *arena);
static void add_path(const struct shape_path *path, struct text *out);
static enum err integer_out_of_range(const struct shape_place *place);
static enum err not_a_choice(const struct shape_place *place, const char *text);
static const char *lines_of(struct arena *arena, const char *text);
static size_t name_bytes_shown(const char *name);

enum err shape_put_text(const struct shape_place *place, const char *text) {
  const struct field *field = place->field;
  const char *kept = text;
  if (field->type == SHAPE_LINES)
    kept = lines_of(place->arena, text);
  if (field->type == SHAPE_TEXT && text_has_control(kept, false))
    return shape_error(place, "must be one line without control characters");
  if (field->type == SHAPE_LINES && text_has_control(kept, true))
    return shape_error(place, "must not hold control characters other than line breaks and tabs");
  if (field->type == SHAPE_TEXT)
    kept = text_squeeze(place->arena, kept);
  if (field->presence == REQUIRED) {
    const char *shown = field->type == SHAPE_LINES ? text_squeeze(place->arena, kept) : kept;
    if (shown[0] == '\0')
      return shape_error(place, "must not be empty");
  }
  size_t length = utf8_length(kept);
  if (length > (size_t)field->max)
    return shape_error(
        place, arena_format(place->arena, "must have at most %" PRId64 " characters; it has %zu", field->max, length));
  if (field->type == SHAPE_SECRET)
    kept = arena_text(place->arena, kept);
  *(const char **)shape_storage(place) = kept;
  shape_mark_present(place);
  return ERR_OK;
}

enum err shape_put_integer(const struct shape_place *place, int64_t value) {
  int64_t min = place->field->type == SHAPE_NATURAL ? 1 : 0;
  if (value < min || value > place->field->max)
    return integer_out_of_range(place);
  *(int64_t *)shape_storage(place) = value;
  shape_mark_present(place);
  return ERR_OK;
}

enum err shape_put_flag(const struct shape_place *place, bool value) {
  *(bool *)shape_storage(place) = value;
  shape_mark_present(place);
  return ERR_OK;
}

enum err shape_put_instant(const struct shape_place *place, const char *text) {
  int64_t at = 0;
  if (!instant_parse(text, &at))
    return shape_wrong_type(place);
  *(int64_t *)shape_storage(place) = at;
  shape_mark_present(place);
  return ERR_OK;
}

enum err shape_put_choice(const struct shape_place *place, const char *text) {
  const char *const *choices = place->field->choices;
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], text) != 0)
      continue;
    *(int *)shape_storage(place) = i;
    shape_mark_present(place);
    return ERR_OK;
  }
  return not_a_choice(place, text);
}

void *shape_storage(const struct shape_place *place) { return (char *)place->base + place->field->offset; }

void shape_mark_present(const struct shape_place *place) {
  if (place->field->present_offset != NO_PRESENT)
    *(bool *)((char *)place->base + place->field->present_offset) = true;
}

const char *shape_item_text(const struct shape_place *place, const char *text) {
  const char *kept = text_has_control(text, false) ? NULL : text_squeeze(place->arena, text);
  const char *unseen = text_unseen_refusal(place->arena, text, TEXT_NAME);
  enum err err = ERR_OK;
  if (kept == NULL)
    err = shape_error(place, "must be one line without control characters");
  else if (kept[0] == '\0')
    err = shape_error(place, "must not be empty");
  else if (unseen != NULL)
    err = shape_error(place, unseen);
  else if (utf8_length(kept) > SHAPE_ITEM_TEXT_MAX)
    err = shape_error(place, arena_format(place->arena, "must have at most %d characters", SHAPE_ITEM_TEXT_MAX));
  return err == ERR_OK ? kept : NULL;
}

enum err shape_wrong_type(const struct shape_place *place) {
  return shape_error(place, type_words[place->field->type]);
}

enum err shape_missing(const struct shape_place *place) { return shape_error(place, "is required"); }

enum err shape_error(const struct shape_place *place, const char *message) {
  return problem_field(place->problem, path_text(place->path, place->arena), "%s", message);
}

enum err shape_unknown(const struct shape *shape, const struct shape_path *path, struct arena *arena,
                       struct problem *problem) {
  const char *where = path_text(path, arena);
  if (shape == NULL)
    return problem_field(problem, where, "is not known; this address takes no parameters");
  const char **known = arena_array(arena, shape->count, sizeof *known);
  for (size_t i = 0; i < shape->count; i++)
    known[i] = shape->fields[i].name;
  const char *nearest = text_nearest(path->name, known, shape->count);
  if (nearest != NULL)
    return problem_field(problem, where, "is not known; did you mean \"%s\"?", nearest);
  return problem_field(problem, where, "is not known");
}

const struct field *shape_find(const struct shape *shape, const char *name) {
  for (size_t i = 0; i < shape->count; i++)
    if (strcmp(shape->fields[i].name, name) == 0)
      return &shape->fields[i];
  return NULL;
}

static const char *path_text(const struct shape_path *path, struct arena *arena) {
  struct text out;
  text_init(&out, arena);
  add_path(path, &out);
  return text_get(&out);
}

static void add_path(const struct shape_path *path, struct text *out) {
  if (path->parent != NULL)
    add_path(path->parent, out);
  if (path->name == NULL) {
    text_add_format(out, "[%zu]", path->index);
    return;
  }
  if (out->size > 0)
    text_add_char(out, '.');
  size_t shown = name_bytes_shown(path->name);
  text_add_n(out, path->name, shown);
  if (path->name[shown] != '\0')
    text_add(out, "…");
}

static enum err integer_out_of_range(const struct shape_place *place) {
  const struct field *field = place->field;
  int min = field->type == SHAPE_NATURAL ? 1 : 0;
  const char *or_null = field->presence == NULLABLE ? ", or null" : "";
  if (field->max == INT64_MAX)
    return shape_error(place, arena_format(place->arena, "must be a whole number, %d or more%s", min, or_null));
  return shape_error(
      place, arena_format(place->arena, "must be a whole number from %d to %" PRId64 "%s", min, field->max, or_null));
}

static enum err not_a_choice(const struct shape_place *place, const char *text) {
  const char *const *choices = place->field->choices;
  struct text words;
  text_init(&words, place->arena);
  text_add(&words, "must be one of: ");
  size_t count = 0;
  for (; choices[count] != NULL; count++)
    text_add_format(&words, "%s%s", count == 0 ? "" : ", ", choices[count]);
  const char *nearest = text_nearest(text, choices, count);
  if (nearest != NULL)
    text_add_format(&words, "; did you mean \"%s\"?", nearest);
  return shape_error(place, text_get(&words));
}

// With \n alone as the line break, whatever system the words were typed on.
static const char *lines_of(struct arena *arena, const char *text) {
  char *copy = arena_text(arena, text);
  size_t size = 0;
  for (const char *at = text; *at != '\0'; at++)
    if (at[0] != '\r' || at[1] != '\n')
      copy[size++] = *at;
  copy[size] = '\0';
  return copy;
}

// A hostile name does not make a long answer; a code point stays whole.
static size_t name_bytes_shown(const char *name) {
  size_t size = strnlen(name, NAME_BYTES_SHOWN + 1);
  if (size <= NAME_BYTES_SHOWN)
    return size;
  size = NAME_BYTES_SHOWN;
  while (size > 0 && ((unsigned char)name[size] & 0xC0) == 0x80)
    size--;
  return size;
}
