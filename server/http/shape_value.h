// SPDX-License-Identifier: AGPL-3.0-or-later
// One value of a body or a query string: what a field's row demands of it, the words when it does not hold, and its
// place in the struct. Shared by the JSON and the query binder; knows neither syntax.
#pragma once

#include "server/http/shape.h"

enum { SHAPE_ITEM_TEXT_MAX = 200 }; // code points of an item of SHAPE_TEXT_LIST

// Where in the body: formatted only when there is something to say.
struct shape_path {
  const struct shape_path *parent; // NULL: the root
  const char *name;                // a member, or NULL: an element
  size_t index;
};

struct shape_place {
  const struct field *field;
  void *base; // the struct
  const struct shape_path *path;
  struct arena *arena;
  struct problem *problem;
};

// Each of them stores and says ERR_OK, or adds the field's error and says ERR_INVALID. A choice's text is matched as it
// is.
CHECKED enum err shape_put_text(const struct shape_place *place, const char *text); // TEXT, LINES, SECRET
CHECKED enum err shape_put_integer(const struct shape_place *place, int64_t value);
CHECKED enum err shape_put_flag(const struct shape_place *place, bool value);
CHECKED enum err shape_put_instant(const struct shape_place *place, const char *text);
CHECKED enum err shape_put_choice(const struct shape_place *place, const char *text);
// For lists: the storage of the field.
void *shape_storage(const struct shape_place *place);
void shape_mark_present(const struct shape_place *place);
// The checked text of one item of a list, or NULL after adding its error.
const char *shape_item_text(const struct shape_place *place, const char *text);

enum err shape_wrong_type(const struct shape_place *place); // "must be true or false"
enum err shape_missing(const struct shape_place *place);
enum err shape_error(const struct shape_place *place, const char *message);
// A name that the shape does not have; NULL shape: none is taken at all.
enum err shape_unknown(const struct shape *shape, const struct shape_path *path, struct arena *arena,
                       struct problem *problem);
CHECKED const struct field *shape_find(const struct shape *shape, const char *name);
