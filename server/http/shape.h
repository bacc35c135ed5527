// SPDX-License-Identifier: AGPL-3.0-or-later
// What a body or a query string may hold, as rows, bound to a plain struct before the handler runs; unknown fields are
// refused.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/problem.h"

enum field_type {
  SHAPE_TEXT,         // const char *; one line: no control characters; squeezed
  SHAPE_LINES,        // const char *; \n and \t allowed
  SHAPE_SECRET,       // const char *; taken as it is, never echoed or logged
  SHAPE_INTEGER,      // int64_t; 0 ≤ n ≤ max
  SHAPE_NATURAL,      // int64_t; 1 ≤ n ≤ max: 0 is what it is when it was left out, or null
  SHAPE_FLAG,         // bool
  SHAPE_INSTANT,      // int64_t; RFC 3339
  SHAPE_CHOICE,       // int: the index into choices
  SHAPE_TEXT_LIST,    // struct text_list
  SHAPE_INTEGER_LIST, // struct integer_list; each 1 ≤ n: ids
  SHAPE_LIST,         // struct item_list of structs of `item`
  SHAPE_RAW,          // struct raw_value; any JSON, for a value whose form depends on what it is for; may be null
};

struct text_list {
  const char **items;
  size_t count;
};

struct integer_list {
  int64_t *items;
  size_t count;
};

struct item_list {
  void *items; // array of the item's struct
  size_t count;
};

enum raw_kind { RAW_NONE, RAW_NULL, RAW_TEXT, RAW_INTEGER, RAW_FLAG, RAW_LIST, RAW_OBJECT };

// RAW_NONE: not given. Texts are valid UTF-8 and otherwise as they came.
struct raw_value {
  enum raw_kind kind;
  const char *text;
  int64_t integer;
  bool flag;
  const struct raw_value *items; // of a list, or the members of an object
  const char *const *names;      // of the members
  size_t count;
};

enum presence {
  OPTIONAL,
  REQUIRED,
  NULLABLE, // must be given, and may be null: the value stays zero (SHAPE_NATURAL in a body)
};

struct field {
  const char *name; // in JSON or the query string
  enum field_type type;
  enum presence presence;     // a required text must not be empty
  int64_t max;                // code points of a text, value of an integer, items of a list, values in a raw one
  size_t offset;              // of the value
  size_t present_offset;      // of a bool that says whether it was given, or NO_PRESENT
  const char *const *choices; // SHAPE_CHOICE, ended by NULL
  const struct shape *item;   // SHAPE_LIST
  const char *summary;
};

#define NO_PRESENT ((size_t)-1)

// CSV, YAML and form bodies stay raw: request->body, request->body_size. A form may be empty, and of either encoding:
// for rows whose path says all, and that mail programs post to (RFC 8058 3.2).
enum media { MEDIA_JSON, MEDIA_CSV, MEDIA_YAML, MEDIA_FORM };

struct shape {
  const char *name; // "TeamNew": the schema's name in OpenAPI
  enum media media;
  size_t max_bytes; // of the body: the cap
  size_t size;      // of the struct
  const struct field *fields;
  size_t count;
};

// SHAPE_JSON_BYTES_MAX is enough for a form; a document is a text as long as the course file allows.
enum {
  SHAPE_JSON_BYTES_MAX = 64 * 1024,
  SHAPE_DOCUMENT_BYTES_MAX = 512 * 1024,
  SHAPE_CSV_BYTES_MAX = 4 * 1024 * 1024,
};

// Binds a JSON object; the struct is zeroed first and lives in the arena. Every fault of the body is told at once, by
// its path
// ("skills[2].level"). Duplicate names, depth over 16, numbers that are not whole, and bad UTF-8 are refused.
CHECKED enum err shape_bind_json(const struct shape *shape, const char *body, size_t size, struct arena *arena,
                                 struct problem *problem, void **out);
// Binds "a=1&b=x" (percent-decoded); only TEXT, INTEGER, NATURAL, FLAG, INSTANT, CHOICE.
CHECKED enum err shape_bind_query(const struct shape *shape, const char *query, struct arena *arena,
                                  struct problem *problem, void **out);
// Whether the rows make sense: names once, every value inside the struct, aligned and not upon another, choices and
// items where the type wants them. Each fault is logged, after `where`.
CHECKED bool shape_check(const struct shape *shape, bool is_query, const char *where);
