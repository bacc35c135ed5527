// SPDX-License-Identifier: AGPL-3.0-or-later
// The part of the OpenAPI document that its paths refer to: schemas, refusals, headers, how one signs in.
#pragma once

#include "server/http/route.h"
#include "server/openapi_yaml.h"

struct openapi_refusal {
  int status;
  const char *name; // of components/responses
  const char *words;
  bool has_retry_after;
};
extern const struct openapi_refusal openapi_refusal_rows[]; // by rising status
extern const size_t openapi_refusal_count;

void openapi_components(struct yaml *yaml, const struct route_table *const *tables, size_t count);
