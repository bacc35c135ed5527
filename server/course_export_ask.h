// SPDX-License-Identifier: AGPL-3.0-or-later
// What an export reads: the answers of Tandem's own interface to the operator, one after the other in one snapshot, so
// that an export says what its readers have seen and each feature decides itself what that is.
#pragma once

#include <jansson.h>

#include "server/http/request.h"

struct export_source {
  struct request *request; // the export's own: its snapshot, its instant, what it asks through
  const char *base;        // "/api/v1/courses/cs8803-smr-2023fa"
};

// The answer, which lives as long as `arena`, to GET base + path; *out is NULL when there is no such thing (404, or a
// milestone that lacks it: 409). `path` is a format.
CHECKED enum err export_ask(const struct export_source *source, struct arena *arena, json_t **out, const char *path,
                            ...) __attribute__((format(printf, 4, 5)));
// The whole list of this name, page by page, until `next` is null. `path` ends in the query's last parameter.
CHECKED enum err export_ask_all(const struct export_source *source, struct arena *arena, const char *list, json_t **out,
                                const char *path, ...) __attribute__((format(printf, 5, 6)));
// The body as it is.
CHECKED enum err export_ask_text(const struct export_source *source, struct arena *arena, const char *path,
                                 const char **out);

// Members as cells: "" for null and what is not there; numbers and flags in words.
const char *export_cell(struct arena *arena, const json_t *object, const char *member);
int64_t export_number(const json_t *object, const char *member); // 0 for null
