// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_file_types.h"

#include <string.h>

#include "common/base/text.h"

enum { TYPE_CHARACTERS_MAX = 16 };

static bool type_is_valid(const char *text);

const char *const *course_read_file_types(struct course_reader *reader, const struct node *list, size_t *count) {
  size_t most = reader_count(list, FILE_TYPES_MAX);
  const char **types = arena_array(reader->arena, most, sizeof *types);
  *count = 0;
  for (size_t i = 0; i < most; i++) {
    const struct node *node = list->values[i];
    if (node->kind == NODE_REFUSED)
      continue;
    if (node->kind != NODE_SCALAR || !type_is_valid(node->text)) {
      reader_error(reader, node, "a type of file is written like pdf or tar.gz, not %s",
                   node->kind == NODE_SCALAR ? reader_quote(reader, node->text) : node_kind_words(node));
      continue;
    }
    bool is_repeated = false;
    for (size_t k = 0; k < *count; k++)
      is_repeated = is_repeated || text_equal(types[k], node->text);
    if (is_repeated)
      reader_error(reader, node, "the type '%s' is stated twice", node->text);
    else
      types[(*count)++] = node->text;
  }
  return types;
}

void course_read_file_size(struct course_reader *reader, const struct node *node, const char *key, int64_t *out) {
  const struct key_row row = {key, VALUE_SIZE, false, 0, 1, INT64_C(1) << 30, NULL};
  *out = INT64_C(20) << 20;
  if (node != NULL)
    (void)reader_value(reader, &row, node, out);
}

static bool type_is_valid(const char *text) {
  size_t length = strlen(text);
  return length >= 1 && length <= TYPE_CHARACTERS_MAX && text[0] != '.' && text[length - 1] != '.' &&
         strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.") == length;
}
