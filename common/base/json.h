// SPDX-License-Identifier: AGPL-3.0-or-later
// A streaming JSON writer into a text buffer: no tree, no allocation of its own. Reading JSON is jansson's work
// (server/http/shape.c). Names that jansson has too (json_object, json_array, json_null) are avoided: both are linked
// into one program. Misuse (a value without a name in an object, an unclosed scope) is a programming mistake and
// asserts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"

enum { JSON_DEPTH_MAX = 32 };

struct json {
  struct text text;
  int depth;
  bool is_first[JSON_DEPTH_MAX]; // whether the scope is still empty
  char closer[JSON_DEPTH_MAX];   // '}' or ']'
};

void json_init(struct json *json, struct arena *arena);
void json_begin_object(struct json *json); // as root or array element
void json_begin_array(struct json *json);
void json_object_in(struct json *json, const char *name); // as a member: "name": {
void json_array_in(struct json *json, const char *name);
void json_end(struct json *json); // closes the innermost scope
void json_text(struct json *json, const char *name,
               const char *value); // NULL value writes null; name NULL = array element
void json_int(struct json *json, const char *name, int64_t value);
void json_flag(struct json *json, const char *name, bool value);
void json_int_or_null(struct json *json, const char *name, int64_t value); // 0 writes null
void json_none(struct json *json, const char *name);
void json_instant(struct json *json, const char *name, int64_t at);         // "2023-09-11T23:59:00Z"
void json_instant_or_null(struct json *json, const char *name, int64_t at); // 0 writes null
void json_decimal(struct json *json, const char *name, int64_t hundredths); // 250 writes 2.5
// The whole document; asserts that every scope is closed. Lives as long as the arena.
const char *json_get(const struct json *json);
