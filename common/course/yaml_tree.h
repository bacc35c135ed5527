// SPDX-License-Identifier: AGPL-3.0-or-later
// YAML text as a tree of nodes that know their line and column: the only code that speaks to libyaml.
// Only the plain part of YAML is taken: no anchors, aliases, tags, merge keys, second documents or repeated keys.
// It does not know what a course is.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/course/finding_list.h"

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST, NODE_REFUSED }; // refused: already reported, says nothing more

struct node {
  enum node_kind kind;
  int line;     // from 1
  int column;   // from 1, in code points
  int end_line; // of a scalar: behind it, and behind the blank lines after one in a block
  int end_column;
  bool is_plain;    // a scalar without quotes
  bool is_block;    // a scalar behind | or >
  bool is_flow;     // a map in braces
  const char *text; // of a scalar: valid UTF-8 without NUL
  size_t count;     // pairs of a map, items of a list
  size_t capacity;
  struct node **keys;   // of a map: scalars
  struct node **values; // of a map or list
};

// NULL when the text is no YAML at all or breaks a limit; lesser refusals are reported and the rest of the tree is
// still there.
const struct node *yaml_tree_read(struct arena *arena, const char *bytes, size_t size, struct finding_list *findings);
// The value of a key, or NULL; a NULL map or a node that is no map has no keys.
const struct node *node_get(const struct node *map, const char *key);
// As node_get, but only if the value is a map, a list.
const struct node *node_map(const struct node *map, const char *key);
const struct node *node_list(const struct node *map, const char *key);
// What stands in the file for "nothing": an empty value, ~ or null.
bool node_is_null(const struct node *node);
const char *node_kind_words(const struct node *node); // "a list"
const char *yaml_tree_library_version(void);
