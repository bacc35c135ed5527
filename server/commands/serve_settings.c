// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_settings.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_reader.h"
#include "server/commands/command.h"
#include "server/commands/input_file.h"

struct settings_reader {
  struct course_reader tree; // its messages and quotes; it reads no course here
  const char *folder;        // with a '/' at its end, or ""
  const int *given;
  struct serve_options *options;
  struct serve_options unused; // takes what the command line overrules
};

static void read_bytes(struct settings_reader *reader, const char *bytes, size_t size);
static void read_map(struct settings_reader *reader, const struct node *map, const char *prefix);
static bool is_section(const char *key);
static void read_setting(struct settings_reader *reader, size_t at, const struct node *node);
static void read_value(struct settings_reader *reader, size_t at, const struct node *node);
static void unknown_key(struct settings_reader *reader, const struct node *key, const char *prefix);
static void init(struct settings_reader *reader, struct arena *arena, const char *path, struct finding_list *list);

int serve_settings_read(struct arena *arena, const char *path, const int *given, struct serve_options *options) {
  const char *bytes, *reason;
  size_t size;
  enum err err = input_file_read(arena, path, SETTINGS_FILE_BYTES_MAX, &bytes, &size, &reason);
  if (err != ERR_OK) {
    fprintf(stderr, "%s: error: it cannot be read: %s\n", path, reason);
    return err == ERR_UNAVAILABLE ? EXIT_SYSTEM : EXIT_INPUT;
  }
  struct finding_list list;
  struct settings_reader reader;
  init(&reader, arena, path, &list);
  reader.given = given;
  reader.options = options;
  read_bytes(&reader, bytes, size);
  struct findings findings;
  finding_list_finish(&list, &findings);
  for (size_t i = 0; i < findings.count; i++)
    fprintf(stderr, "%s:%d:%d: %s: %s\n", path, findings.list[i].line, findings.list[i].column,
            findings.list[i].is_warning ? "warning" : "error", findings.list[i].message);
  return findings.error_count == 0 ? EXIT_DONE : EXIT_INPUT;
}

enum err serve_settings_check(struct arena *arena, const char *path, const char *bytes, size_t size,
                              struct findings *findings) {
  struct finding_list list;
  struct settings_reader reader;
  struct serve_options options;
  serve_options_init(&options);
  init(&reader, arena, path, &list);
  reader.options = &options;
  read_bytes(&reader, bytes, size);
  const char *wrong = list.errors == 0 ? serve_options_finish(&options) : NULL;
  if (wrong != NULL)
    finding_error(&list, 0, 0, "%s", wrong);
  finding_list_finish(&list, findings);
  return findings->error_count == 0 ? ERR_OK : ERR_INVALID;
}

static void init(struct settings_reader *reader, struct arena *arena, const char *path, struct finding_list *list) {
  const char *slash = strrchr(path, '/');
  finding_list_init(list, arena);
  list->kind = "settings";
  *reader =
      (struct settings_reader){.tree = {.arena = arena, .findings = list},
                               .folder = slash == NULL ? "" : arena_format(arena, "%.*s/", (int)(slash - path), path)};
}

static void read_bytes(struct settings_reader *reader, const char *bytes, size_t size) {
  if (size > SETTINGS_FILE_BYTES_MAX) {
    finding_error(reader->tree.findings, 1, 1, "the file is larger than %d KiB", SETTINGS_FILE_BYTES_MAX / 1024);
    return;
  }
  const struct node *root = yaml_tree_read(reader->tree.arena, bytes, size, reader->tree.findings);
  if (root == NULL || root->kind == NODE_REFUSED)
    return;
  if (root->kind == NODE_MAP)
    read_map(reader, root, "");
  else if (!node_is_null(root))
    reader_error(&reader->tree, root, "a settings file is a map such as 'listen: 127.0.0.1:8803', not %s",
                 node_kind_words(root));
}

static void read_map(struct settings_reader *reader, const struct node *map, const char *prefix) {
  size_t count;
  const struct setting *table = serve_setting_table(&count);
  for (size_t i = 0; i < map->count; i++) {
    const char *key = arena_format(reader->tree.arena, "%s%s", prefix, map->keys[i]->text);
    const struct node *value = map->values[i];
    size_t at = 0;
    while (at < count && (!text_equal(table[at].key, key) || strchr(map->keys[i]->text, '.') != NULL))
      at++;
    if (at < count)
      read_setting(reader, at, value);
    else if (strchr(map->keys[i]->text, '.') != NULL || !is_section(key))
      unknown_key(reader, map->keys[i], prefix);
    else if (value->kind == NODE_MAP)
      read_map(reader, value, arena_format(reader->tree.arena, "%s.", key));
    else if (value->kind != NODE_REFUSED && !node_is_null(value))
      reader_error(&reader->tree, value, "'%s' must be a map, not %s", key, node_kind_words(value));
  }
}

// "mail" and "mail.smtp": the beginning of somebody's key.
static bool is_section(const char *key) {
  size_t count, length = strlen(key);
  const struct setting *table = serve_setting_table(&count);
  for (size_t i = 0; i < count; i++)
    if (table[i].key != NULL && strncmp(table[i].key, key, length) == 0 && table[i].key[length] == '.')
      return true;
  return false;
}

static void read_setting(struct settings_reader *reader, size_t at, const struct node *node) {
  size_t count;
  const struct setting *setting = &serve_setting_table(&count)[at];
  if (node->kind == NODE_REFUSED)
    return;
  if (setting->list_max == 0) {
    read_value(reader, at, node);
    return;
  }
  if (node->kind != NODE_LIST) {
    reader_error(&reader->tree, node, "'%s' must be a list, not %s", setting->key, node_kind_words(node));
    return;
  }
  if (node->count > (size_t)setting->list_max) {
    reader_error(&reader->tree, node, "'%s' has %zu elements; at most %d are taken", setting->key, node->count,
                 setting->list_max);
    return;
  }
  for (size_t i = 0; i < node->count; i++)
    read_value(reader, at, node->values[i]);
}

static void read_value(struct settings_reader *reader, size_t at, const struct node *node) {
  size_t count;
  const struct setting *setting = &serve_setting_table(&count)[at];
  bool is_overruled = reader->given != NULL && reader->given[at] > 0;
  bool is_scalar = node->kind == NODE_SCALAR && !node_is_null(node);
  bool has_kind = is_scalar && (node->is_plain || (setting->kind != SETTING_NUMBER && setting->kind != SETTING_FLAG));
  const char *value = node->text;
  if (has_kind && setting->kind == SETTING_PATH && value[0] != '\0' && value[0] != '/')
    value = arena_format(reader->tree.arena, "%s%s", reader->folder, value);
  if (has_kind && serve_setting_take(setting, is_overruled ? &reader->unused : reader->options, value))
    return;
  const char *found = !is_scalar                             ? node_kind_words(node)
                      : serve_setting_is_private(node->text) ? "a value with '@' in it"
                                                             : reader_quote(&reader->tree, node->text);
  if (node->kind != NODE_REFUSED)
    reader_error(&reader->tree, node, "'%s' takes %s, not %s", setting->key, setting->form, found);
}

static void unknown_key(struct settings_reader *reader, const struct node *key, const char *prefix) {
  size_t count, known_count = 0, length = strlen(prefix);
  const struct setting *table = serve_setting_table(&count);
  const char **known = arena_array(reader->tree.arena, count, sizeof *known);
  struct text all;
  text_init(&all, reader->tree.arena);
  for (size_t i = 0; i < count; i++) {
    if (table[i].key == NULL || strncmp(table[i].key, prefix, length) != 0)
      continue;
    const char *rest = table[i].key + length;
    const char *word = arena_format(reader->tree.arena, "%.*s", (int)strcspn(rest, "."), rest);
    if (known_count > 0 && strcmp(known[known_count - 1], word) == 0)
      continue;
    text_add_format(&all, "%s%s", known_count == 0 ? "" : ", ", word);
    known[known_count++] = word;
  }
  const char *quoted = reader_quote(&reader->tree, key->text);
  const char *suggestion = reader_suggestion(&reader->tree, key->text, known, known_count);
  if (suggestion[0] != '\0')
    reader_error(&reader->tree, key, "unknown key %s%s", quoted, suggestion);
  else
    reader_error(&reader->tree, key, "unknown key %s; known here: %s", quoted, text_get(&all));
}
