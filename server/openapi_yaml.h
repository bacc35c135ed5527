// SPDX-License-Identifier: AGPL-3.0-or-later
// A writer of block-style YAML into a text buffer: maps and lists of maps, texts quoted where YAML would read something
// else. Reading YAML is libyaml's work (common/course).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"

struct yaml {
  struct text *out;
  int depth;
  bool is_item; // the next key stands behind "- "
};

void yaml_open(struct yaml *yaml, const char *key); // key: and what follows inside it, until yaml_close
void yaml_close(struct yaml *yaml);
void yaml_item(struct yaml *yaml); // an element that is a map, until yaml_close
void yaml_text(struct yaml *yaml, const char *key, const char *value);
void yaml_int(struct yaml *yaml, const char *key, int64_t value);
void yaml_flag(struct yaml *yaml, const char *key, bool value);
void yaml_empty(struct yaml *yaml, const char *key, const char *brackets); // key: {} or key: []
void yaml_text_item(struct yaml *yaml, const char *value);                 // an element that is a text
// key: [a, b, c], with null at the end if wanted.
void yaml_texts(struct yaml *yaml, const char *key, const char *const *values, size_t count, bool with_null);
