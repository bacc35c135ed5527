// SPDX-License-Identifier: AGPL-3.0-or-later
// Shapes (what a body or query may hold) and answers as JSON Schemas of an OpenAPI document.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"
#include "server/http/shape.h"
#include "server/openapi_yaml.h"

struct shape_list {
  const struct shape **items;
  size_t count;
};

// Adds the shape of a JSON body and the items it has lists of, each once.
void openapi_collect_shape(struct arena *arena, const struct shape *shape, struct shape_list *list);
void openapi_shape(struct yaml *yaml, const struct shape *shape);    // NAME: of components/schemas
void openapi_field(struct yaml *yaml, const struct field *field);    // the keys of a schema, in an open map
void openapi_answer(struct yaml *yaml, const struct answer *answer); // NAME: of components/schemas
void openapi_reference(struct yaml *yaml, const char *name);         // $ref: to components/schemas
