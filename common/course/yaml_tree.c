// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/yaml_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "common/base/text.h"

struct frame {
  struct node *node;
  struct node *key; // of a map: read, its value not yet
  bool is_dropped;  // the pair's key is refused, its value goes nowhere
};

struct builder {
  struct arena *arena;
  struct finding_list *findings;
  struct frame stack[COURSE_FILE_DEPTH_MAX];
  size_t depth;
  size_t nodes;
  struct node *root;
  bool is_done; // stream over, or a limit broken
  bool is_broken;
};

static bool has_foreign_break(const char *bytes, size_t size, struct finding_list *findings);
static void position_at(const char *bytes, size_t offset, int *line, int *column);
static void report_parser(const yaml_parser_t *parser, const char *bytes, struct finding_list *findings);
static void take_event(struct builder *builder, const yaml_event_t *event);
static void take_document(struct builder *builder, const yaml_event_t *event);
static void take_scalar(struct builder *builder, const yaml_event_t *event);
static void take_container(struct builder *builder, const yaml_event_t *event, enum node_kind kind);
static struct node *node_new(struct builder *builder, const yaml_event_t *event, enum node_kind kind);
static void attach(struct builder *builder, struct node *node);
static void attach_key(struct builder *builder, struct frame *frame, struct node *key);
static void append(struct builder *builder, struct node *parent, struct node *key, struct node *value);
static void refuse_properties(struct builder *builder, const yaml_event_t *event, const yaml_char_t *anchor,
                              const yaml_char_t *tag);
static void fail(struct builder *builder, const yaml_event_t *event, const char *message);

const struct node *yaml_tree_read(struct arena *arena, const char *bytes, size_t size, struct finding_list *findings) {
  if (size > COURSE_FILE_BYTES_MAX) {
    finding_error(findings, 0, 0, "the file is larger than %d KiB", COURSE_FILE_BYTES_MAX / 1024);
    return NULL;
  }
  if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
    bytes += 3;
    size -= 3;
  }
  if (has_foreign_break(bytes, size, findings))
    return NULL;

  __attribute__((cleanup(yaml_parser_delete))) yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser))
    abort();
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);

  struct builder builder = {.arena = arena, .findings = findings};
  while (!builder.is_done) {
    __attribute__((cleanup(yaml_event_delete))) yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) {
      report_parser(&parser, bytes, findings);
      return NULL;
    }
    take_event(&builder, &event);
  }
  if (builder.is_broken)
    return NULL;
  if (builder.root == NULL)
    finding_error(findings, 1, 1, "the file is empty");
  return builder.root;
}

const struct node *node_get(const struct node *map, const char *key) {
  if (map == NULL || map->kind != NODE_MAP)
    return NULL;
  for (size_t i = 0; i < map->count; i++)
    if (strcmp(map->keys[i]->text, key) == 0)
      return map->values[i];
  return NULL;
}

const struct node *node_map(const struct node *map, const char *key) {
  const struct node *node = node_get(map, key);
  return node != NULL && node->kind == NODE_MAP ? node : NULL;
}

const struct node *node_list(const struct node *map, const char *key) {
  const struct node *node = node_get(map, key);
  return node != NULL && node->kind == NODE_LIST ? node : NULL;
}

bool node_is_null(const struct node *node) {
  return node->kind == NODE_SCALAR && node->is_plain &&
         (node->text[0] == '\0' || text_equal(node->text, "~") || text_equal(node->text, "null"));
}

const char *node_kind_words(const struct node *node) {
  static const char *const words[] = {
      [NODE_SCALAR] = "a single value", [NODE_MAP] = "a map", [NODE_LIST] = "a list", [NODE_REFUSED] = "this"};
  return node_is_null(node) ? "empty" : words[node->kind];
}

const char *yaml_tree_library_version(void) { return yaml_get_version_string(); }

// libyaml counts NEL, LS, PS and a CR alone as line ends and editors do not, nor does course_edit.c: positions would
// point at other lines.
static bool has_foreign_break(const char *bytes, size_t size, struct finding_list *findings) {
  for (size_t i = 0; i < size; i++) {
    size_t left = size - i;
    bool is_return = bytes[i] == '\r' && (left == 1 || bytes[i + 1] != '\n');
    bool is_nel = left >= 2 && memcmp(bytes + i, "\xC2\x85", 2) == 0;
    bool is_separator =
        left >= 3 && memcmp(bytes + i, "\xE2\x80", 2) == 0 && (bytes[i + 2] == '\xA8' || bytes[i + 2] == '\xA9');
    if (!is_return && !is_nel && !is_separator)
      continue;
    int line, column;
    position_at(bytes, i, &line, &column);
    finding_error(findings, line, column,
                  "U+0085, U+2028, U+2029 and a carriage return alone are not used as line ends here");
    return true;
  }
  return false;
}

static void position_at(const char *bytes, size_t offset, int *line, int *column) {
  *line = 1;
  *column = 1;
  for (size_t i = 0; i < offset; i++) {
    bool is_break = bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == offset || bytes[i + 1] != '\n'));
    if (is_break) {
      ++*line;
      *column = 1;
    } else if (((unsigned char)bytes[i] & 0xC0u) != 0x80u) {
      ++*column;
    }
  }
}

static void report_parser(const yaml_parser_t *parser, const char *bytes, struct finding_list *findings) {
  if (parser->error == YAML_MEMORY_ERROR)
    abort();
  const char *problem = parser->problem == NULL ? "cannot be read" : parser->problem;
  if (parser->error == YAML_READER_ERROR) {
    int line, column;
    position_at(bytes, parser->problem_offset, &line, &column);
    bool is_control = strstr(problem, "control") != NULL;
    finding_error(findings, line, column, "%s: %s", is_control ? "not taken" : "not valid UTF-8", problem);
    return;
  }
  int line = (int)parser->problem_mark.line + 1;
  int column = (int)parser->problem_mark.column + 1;
  if (parser->context != NULL)
    finding_error(findings, line, column, "not valid YAML: %s, %s (which begins in line %zu)", problem, parser->context,
                  parser->context_mark.line + 1);
  else
    finding_error(findings, line, column, "not valid YAML: %s", problem);
}

static void take_event(struct builder *builder, const yaml_event_t *event) {
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT:
    take_document(builder, event);
    break;
  case YAML_ALIAS_EVENT:
    finding_error(builder->findings, (int)event->start_mark.line + 1, (int)event->start_mark.column + 1,
                  "aliases (*name) are not used in %s files; write the value out", builder->findings->kind);
    attach(builder, node_new(builder, event, NODE_REFUSED));
    break;
  case YAML_SCALAR_EVENT:
    take_scalar(builder, event);
    break;
  case YAML_SEQUENCE_START_EVENT:
    refuse_properties(builder, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    take_container(builder, event, NODE_LIST);
    break;
  case YAML_MAPPING_START_EVENT:
    refuse_properties(builder, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    take_container(builder, event, NODE_MAP);
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    builder->depth--;
    break;
  case YAML_STREAM_END_EVENT:
    builder->is_done = true;
    break;
  case YAML_NO_EVENT:
  case YAML_STREAM_START_EVENT:
  case YAML_DOCUMENT_END_EVENT:
    break;
  }
}

static void take_document(struct builder *builder, const yaml_event_t *event) {
  if (builder->root != NULL)
    fail(builder, event,
         arena_format(builder->arena, "a second document begins here; a %s file is one document",
                      builder->findings->kind));
  else if (event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end)
    fail(builder, event,
         arena_format(builder->arena, "%%TAG directives are not used in %s files", builder->findings->kind));
}

static void take_scalar(struct builder *builder, const yaml_event_t *event) {
  refuse_properties(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
  struct node *node = node_new(builder, event, NODE_SCALAR);
  const char *value = (const char *)event->data.scalar.value;
  size_t size = event->data.scalar.length;
  if (memchr(value, '\0', size) != NULL) {
    finding_error(builder->findings, node->line, node->column, "a NUL character is not taken in a text");
    node->kind = NODE_REFUSED;
  }
  node->text = arena_text_n(builder->arena, value, node->kind == NODE_REFUSED ? 0 : size);
  yaml_scalar_style_t style = event->data.scalar.style;
  node->is_plain = style == YAML_PLAIN_SCALAR_STYLE;
  node->is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
  node->end_line = (int)event->end_mark.line + 1;
  node->end_column = (int)event->end_mark.column + 1;
  attach(builder, node);
}

static void take_container(struct builder *builder, const yaml_event_t *event, enum node_kind kind) {
  if (builder->depth == COURSE_FILE_DEPTH_MAX) {
    fail(builder, event,
         arena_format(builder->arena, "maps and lists are nested deeper than %d levels", COURSE_FILE_DEPTH_MAX));
    return;
  }
  struct node *node = node_new(builder, event, kind);
  node->is_flow = kind == NODE_MAP && event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
  attach(builder, node);
  builder->stack[builder->depth++] = (struct frame){.node = node};
}

static struct node *node_new(struct builder *builder, const yaml_event_t *event, enum node_kind kind) {
  if (++builder->nodes > COURSE_FILE_NODES_MAX && !builder->is_broken)
    fail(builder, event, arena_format(builder->arena, "the file holds more than %d values", COURSE_FILE_NODES_MAX));
  struct node *node = arena_alloc(builder->arena, sizeof *node);
  node->kind = kind;
  node->line = (int)event->start_mark.line + 1;
  node->column = (int)event->start_mark.column + 1;
  return node;
}

static void attach(struct builder *builder, struct node *node) {
  if (builder->depth == 0) {
    builder->root = node;
    return;
  }
  struct frame *frame = &builder->stack[builder->depth - 1];
  assert(frame->node != NULL);
  if (frame->node->kind == NODE_LIST) {
    append(builder, frame->node, NULL, node);
  } else if (frame->key == NULL) {
    attach_key(builder, frame, node);
  } else {
    if (!frame->is_dropped)
      append(builder, frame->node, frame->key, node);
    frame->key = NULL;
  }
}

static void attach_key(struct builder *builder, struct frame *frame, struct node *key) {
  frame->key = key;
  frame->is_dropped = true;
  if (key->kind == NODE_REFUSED)
    return;
  if (key->kind != NODE_SCALAR) {
    finding_error(builder->findings, key->line, key->column, "a key is a word, not %s", node_kind_words(key));
    return;
  }
  if (key->is_plain && text_equal(key->text, "<<")) {
    finding_error(builder->findings, key->line, key->column, "merge keys (<<) are not used in %s files",
                  builder->findings->kind);
    return;
  }
  for (size_t i = 0; i < frame->node->count; i++) {
    const struct node *other = frame->node->keys[i];
    if (strcmp(other->text, key->text) != 0)
      continue;
    finding_error(builder->findings, key->line, key->column, "the key '%.64s' is already in line %d", key->text,
                  other->line);
    return;
  }
  frame->is_dropped = false;
}

static void append(struct builder *builder, struct node *parent, struct node *key, struct node *value) {
  if (parent->count == parent->capacity) {
    size_t capacity = parent->capacity == 0 ? 8 : parent->capacity * 2;
    parent->values = arena_grow(builder->arena, parent->values, parent->count, capacity, sizeof *parent->values);
    if (key != NULL)
      parent->keys = arena_grow(builder->arena, parent->keys, parent->count, capacity, sizeof *parent->keys);
    parent->capacity = capacity;
  }
  if (key != NULL)
    parent->keys[parent->count] = key;
  parent->values[parent->count++] = value;
}

static void refuse_properties(struct builder *builder, const yaml_event_t *event, const yaml_char_t *anchor,
                              const yaml_char_t *tag) {
  const char *kind = builder->findings->kind;
  int line = (int)event->start_mark.line + 1;
  int column = (int)event->start_mark.column + 1;
  if (anchor != NULL)
    finding_error(builder->findings, line, column, "anchors (&name) are not used in %s files", kind);
  if (tag != NULL)
    finding_error(builder->findings, line, column, "tags (!name) are not used in %s files", kind);
}

static void fail(struct builder *builder, const yaml_event_t *event, const char *message) {
  finding_error(builder->findings, (int)event->start_mark.line + 1, (int)event->start_mark.column + 1, "%s", message);
  builder->is_broken = true;
  builder->is_done = true;
}
