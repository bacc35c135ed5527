// SPDX-License-Identifier: AGPL-3.0-or-later
// Bodies and query strings through the real shapes of the route tables: what is bound holds what its row promises, what
// is refused is told in words that a JSON answer can carry; and any text through the JSON writer and back. Input: a
// line with j, q or w and the name of a shape ("jTeamNew"; another name stands for some shape), then the bytes.
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/http/shape.h"
#include "server/routes.h"

enum { SHAPES_MAX = 512, SCOPES_MAX = 8 };

struct shapes { // of bodies, or of queries
  const struct shape *list[SHAPES_MAX];
  size_t count;
};

static struct shapes bodies, queries;

static void collect(struct shapes *shapes, const struct shape *shape);
static const struct shape *pick(const struct shapes *shapes, struct fuzz_input name);
static void bind(const struct shape *shape, bool is_query, struct fuzz_input bytes);
static void check_bound(const struct shape *shape, const char *base, bool is_query);
static void check_field(const struct field *field, const char *base, bool is_query);
static size_t check_raw(const struct raw_value *value);
static void check_text(const struct field *field, const char *text);
static void check_told(struct arena *arena, const struct problem *problem);
static void write_any(struct fuzz_input bytes);
static void write_step(struct json *json, int *depth, struct fuzz_input word);
static void check_writer(struct arena *arena, const char *text);
static void check_decimal(struct arena *arena, int64_t number);

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  log_set_capture(fuzz_ignore_line, NULL);
  json_object_seed(1); // the order of a hash table must not change from run to run
  for (size_t i = 0; i < route_table_count; i++)
    for (size_t j = 0; j < route_tables[i]->count; j++) {
      const struct route *route = &route_tables[i]->rows[j];
      collect(&queries, route->query);
      if (route->body != NULL && route->body->media == MEDIA_JSON)
        collect(&bodies, route->body);
    }
  require(bodies.count > 0 && queries.count > 0);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = fuzz_input_of(data, size);
  struct fuzz_input name = fuzz_line(&input);
  switch (fuzz_byte(&name)) {
  case 'j':
    bind(pick(&bodies, name), false, input);
    break;
  case 'q':
    bind(pick(&queries, name), true, input);
    break;
  default:
    write_any(input);
    break;
  }
  return 0;
}

static void collect(struct shapes *shapes, const struct shape *shape) {
  if (shape == NULL)
    return;
  for (size_t i = 0; i < shapes->count; i++)
    if (shapes->list[i] == shape)
      return;
  require(shapes->count < SHAPES_MAX);
  shapes->list[shapes->count++] = shape;
}

// By name, so that a corpus file means the same when a route is added.
static const struct shape *pick(const struct shapes *shapes, struct fuzz_input name) {
  size_t sum = 0;
  for (size_t i = 0; i < name.left; i++)
    sum += (uint8_t)name.at[i];
  for (size_t i = 0; i < shapes->count; i++)
    if (strlen(shapes->list[i]->name) == name.left && name.left > 0 &&
        memcmp(shapes->list[i]->name, name.at, name.left) == 0)
      return shapes->list[i];
  return shapes->list[sum % shapes->count];
}

static void bind(const struct shape *shape, bool is_query, struct fuzz_input bytes) {
  struct arena *arena SCOPED_ARENA = arena_new();
  if (bytes.left > shape->max_bytes && !is_query) // the connection has seen to that
    return;
  struct problem problem;
  problem_init(&problem, arena);
  // A query is part of the header block: no NUL.
  bool has_nul = bytes.left > 0 && memchr(bytes.at, '\0', bytes.left) != NULL;
  const char *text = arena_text_n(arena, bytes.left == 0 ? "" : bytes.at, bytes.left);
  void *out = NULL;
  if (is_query && has_nul)
    return;
  enum err err = is_query ? shape_bind_query(shape, text, arena, &problem, &out)
                          : shape_bind_json(shape, text, bytes.left, arena, &problem, &out);
  require(err == ERR_OK || err == ERR_INVALID);
  require((err == ERR_OK) == (out != NULL));
  if (err != ERR_OK) {
    check_told(arena, &problem);
    return;
  }
  require(problem.code == PROBLEM_NONE && problem.error_count == 0);
  check_bound(shape, out, is_query);
}

static void check_bound(const struct shape *shape, const char *base, bool is_query) {
  for (size_t i = 0; i < shape->count; i++)
    check_field(&shape->fields[i], base, is_query);
}

static void check_field(const struct field *field, const char *base, bool is_query) {
  const void *value = base + field->offset;
  const struct text_list *texts = value;
  const struct integer_list *numbers = value;
  const struct item_list *items = value;
  bool is_present = field->present_offset != NO_PRESENT && base[field->present_offset] != 0;
  require(field->present_offset == NO_PRESENT || field->presence != REQUIRED || is_present);
  switch (field->type) {
  case SHAPE_TEXT:
  case SHAPE_LINES:
  case SHAPE_SECRET:
    check_text(field, *(const char *const *)value);
    break;
  case SHAPE_INTEGER:
    require(*(const int64_t *)value >= 0 && *(const int64_t *)value <= field->max);
    break;
  case SHAPE_NATURAL: // 0: not given, or null
    require(*(const int64_t *)value >= 0 && *(const int64_t *)value <= field->max);
    require(!is_present || field->presence == NULLABLE || *(const int64_t *)value > 0);
    break;
  case SHAPE_INSTANT:
    require(*(const int64_t *)value >= 0 && *(const int64_t *)value <= 253402300799); // the year 9999
    break;
  case SHAPE_FLAG:
    require(*(const unsigned char *)value <= 1);
    break;
  case SHAPE_CHOICE:
    for (int i = 0; i <= *(const int *)value; i++)
      require(field->choices[i] != NULL);
    break;
  case SHAPE_TEXT_LIST:
    require(!is_query && texts->count <= (size_t)field->max);
    for (size_t i = 0; i < texts->count; i++)
      require(texts->items[i][0] != '\0' && utf8_is_valid(texts->items[i], strlen(texts->items[i])) &&
              !text_has_control(texts->items[i], false));
    break;
  case SHAPE_INTEGER_LIST:
    require(!is_query && numbers->count <= (size_t)field->max);
    for (size_t i = 0; i < numbers->count; i++)
      require(numbers->items[i] > 0);
    break;
  case SHAPE_LIST:
    require(!is_query && items->count <= (size_t)field->max);
    for (size_t i = 0; i < items->count; i++)
      check_bound(field->item, (const char *)items->items + i * field->item->size, false);
    break;
  case SHAPE_RAW:
    require(!is_query && check_raw(value) <= (size_t)field->max);
    break;
  }
}

// How many values there are in all.
static size_t check_raw(const struct raw_value *value) {
  size_t all = value->kind == RAW_NONE ? 0 : 1;
  require(value->kind != RAW_TEXT || utf8_is_valid(value->text, strlen(value->text)));
  for (size_t i = 0; i < value->count; i++) {
    require(value->kind != RAW_OBJECT || value->names[i] != NULL);
    all += check_raw(&value->items[i]);
  }
  return all;
}

static void check_text(const struct field *field, const char *text) {
  require(text != NULL || field->presence != REQUIRED);
  if (text == NULL)
    return;
  require(utf8_is_valid(text, strlen(text)) && utf8_length(text) <= (size_t)field->max);
  require(field->presence != REQUIRED || text[0] != '\0');
  if (field->type == SHAPE_SECRET)
    return;
  require(!text_has_control(text, field->type == SHAPE_LINES));
  struct arena *arena SCOPED_ARENA = arena_new();
  require(field->type != SHAPE_TEXT || strcmp(text, text_squeeze(arena, text)) == 0);
}

// Every word of a refusal travels as JSON.
static void check_told(struct arena *arena, const struct problem *problem) {
  require(problem->code != PROBLEM_NONE);
  require(problem->detail != NULL || problem->error_count > 0);
  if (problem->detail != NULL)
    require(utf8_is_valid(problem->detail, strlen(problem->detail)));
  for (size_t i = 0; i < problem->error_count; i++) {
    check_writer(arena, problem->errors[i].field);
    check_writer(arena, problem->errors[i].message);
    require(utf8_is_valid(problem->errors[i].field, strlen(problem->errors[i].field)));
    require(problem->errors[i].message[0] != '\0' && strlen(problem->errors[i].field) < 4096);
  }
}

// A document of whatever order of calls that is none of misuse; each text of it is read back.
static void write_any(struct fuzz_input bytes) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  int depth = 1;
  while (bytes.left > 0) {
    struct fuzz_input word = fuzz_part(&bytes, '|');
    write_step(&json, &depth, word);
  }
  while (depth-- > 0)
    json_end(&json);
  const char *text = json_get(&json);
  json_t *read = json_loads(text, 0, NULL); // twice the same name is no matter here
  require(read != NULL && json_is_object(read) && utf8_is_valid(text, strlen(text)));
  json_decref(read);
}

static void write_step(struct json *json, int *depth, struct fuzz_input word) {
  struct arena *arena = json->text.arena;
  size_t step = fuzz_choice(&word, 8);
  const char *text = arena_text_n(arena, word.left == 0 ? "" : word.at, word.left);
  bool is_in_array = json->closer[*depth - 1] == ']';
  const char *name = is_in_array ? NULL : text;
  int64_t number = 0;
  memcpy(&number, text, strnlen(text, sizeof number));
  if (step < 2 && *depth < SCOPES_MAX) {
    if (is_in_array)
      (step == 0 ? json_begin_object : json_begin_array)(json);
    else
      (step == 0 ? json_object_in : json_array_in)(json, text);
    ++*depth;
  } else if (step == 2 && *depth > 1) {
    json_end(json);
    --*depth;
  } else if (step == 3) {
    json_int(json, name, number);
    check_decimal(arena, number);
  } else if (step == 4) {
    json_decimal(json, name, number);
  } else if (step == 5) {
    json_flag(json, name, number % 2 == 0);
  } else if (step == 6) {
    json_instant_or_null(json, name, number & 0xFFFFFFFFF);
  } else {
    json_text(json, name, text);
    check_writer(arena, text);
  }
}

// What is UTF-8 comes back as it was, as a value and as a name; of the rest the length is bounded and the text is
// sound.
static void check_writer(struct arena *arena, const char *text) {
  struct json json;
  json_init(&json, arena);
  json_begin_array(&json);
  json_text(&json, NULL, text);
  json_begin_object(&json);
  json_text(&json, text, NULL);
  json_end(&json);
  json_end(&json);
  json_t *read = json_loads(json_get(&json), JSON_REJECT_DUPLICATES, NULL);
  require(read != NULL && json_array_size(read) == 2);
  const char *value = json_string_value(json_array_get(read, 0));
  const char *name = json_object_iter_key(json_object_iter(json_array_get(read, 1)));
  require(value != NULL && name != NULL && strcmp(value, name) == 0);
  require(utf8_is_valid(value, strlen(value)) && strlen(value) <= 3 * strlen(text));
  require(!utf8_is_valid(text, strlen(text)) || strcmp(value, text) == 0);
  json_decref(read);
}

static void check_decimal(struct arena *arena, int64_t number) {
  struct json json;
  json_init(&json, arena);
  json_begin_array(&json);
  json_int(&json, NULL, number);
  json_decimal(&json, NULL, number);
  json_end(&json);
  json_t *read = json_loads(json_get(&json), 0, NULL);
  require(read != NULL && json_integer_value(json_array_get(read, 0)) == number);
  double hundredths = json_number_value(json_array_get(read, 1)) * 100 - (double)number;
  require(hundredths < 1e4 && hundredths > -1e4 &&
          (number > 1000000000000 || number < -1000000000000 || (hundredths < 0.5 && hundredths > -0.5)));
  json_decref(read);
}
