// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/openapi_yaml.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

static void begin_line(struct yaml *yaml);
static void add_key(struct yaml *yaml, const char *key);
static void add_scalar(struct yaml *yaml, const char *value);
static bool is_plain(const char *value);
static void add_quoted(struct text *out, const char *value);

void yaml_open(struct yaml *yaml, const char *key) {
  add_key(yaml, key);
  text_add_char(yaml->out, '\n');
  yaml->depth++;
}

void yaml_close(struct yaml *yaml) {
  assert(yaml->depth > 0 && !yaml->is_item);
  yaml->depth--;
}

void yaml_item(struct yaml *yaml) {
  assert(!yaml->is_item);
  yaml->depth++;
  yaml->is_item = true;
}

void yaml_text(struct yaml *yaml, const char *key, const char *value) {
  add_key(yaml, key);
  text_add_char(yaml->out, ' ');
  add_scalar(yaml, value);
  text_add_char(yaml->out, '\n');
}

void yaml_int(struct yaml *yaml, const char *key, int64_t value) {
  add_key(yaml, key);
  text_add_format(yaml->out, " %" PRId64 "\n", value);
}

void yaml_flag(struct yaml *yaml, const char *key, bool value) {
  add_key(yaml, key);
  text_add(yaml->out, value ? " true\n" : " false\n");
}

void yaml_empty(struct yaml *yaml, const char *key, const char *brackets) {
  add_key(yaml, key);
  text_add_format(yaml->out, " %s\n", brackets);
}

void yaml_text_item(struct yaml *yaml, const char *value) {
  yaml_item(yaml);
  begin_line(yaml);
  add_scalar(yaml, value);
  text_add_char(yaml->out, '\n');
  yaml_close(yaml);
}

void yaml_texts(struct yaml *yaml, const char *key, const char *const *values, size_t count, bool with_null) {
  add_key(yaml, key);
  text_add(yaml->out, " [");
  for (size_t i = 0; i < count; i++) {
    text_add(yaml->out, i == 0 ? "" : ", ");
    add_scalar(yaml, values[i]);
  }
  if (with_null)
    text_add(yaml->out, count == 0 ? "null" : ", null");
  text_add(yaml->out, "]\n");
}

static void begin_line(struct yaml *yaml) {
  for (int i = yaml->is_item ? 1 : 0; i < yaml->depth; i++)
    text_add(yaml->out, "  ");
  if (yaml->is_item)
    text_add(yaml->out, "- ");
  yaml->is_item = false;
}

static void add_key(struct yaml *yaml, const char *key) {
  begin_line(yaml);
  add_scalar(yaml, key);
  text_add_char(yaml->out, ':');
}

static void add_scalar(struct yaml *yaml, const char *value) {
  if (is_plain(value))
    text_add(yaml->out, value);
  else
    add_quoted(yaml->out, value);
}

// Letters first and nothing that YAML 1.1 or 1.2 gives a meaning.
static bool is_plain(const char *value) {
  static const char *const taken[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$/";
  static const char inner[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/.";
  if (value[0] == '\0' || strchr(letters, value[0]) == NULL || value[1 + strspn(value + 1, inner)] != '\0')
    return false;
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (strcasecmp(taken[i], value) == 0)
      return false;
  return true;
}

static void add_quoted(struct text *out, const char *value) {
  text_add_char(out, '"');
  for (const char *c = value; *c != '\0'; c++) {
    unsigned char byte = (unsigned char)*c;
    if (byte == '"' || byte == '\\')
      text_add_format(out, "\\%c", *c);
    else if (byte == '\n')
      text_add(out, "\\n");
    else if (byte < 0x20 || byte == 0x7f)
      text_add_format(out, "\\x%02X", byte);
    else
      text_add_char(out, *c);
  }
  text_add_char(out, '"');
}
