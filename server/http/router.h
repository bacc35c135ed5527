// SPDX-License-Identifier: AGPL-3.0-or-later
// From method and path to a row, by a tree of path segments that is built once from the tables. /healthz, /readyz and
// /metrics are rows like any other whose path begins with "//" (not below /api/v1). Knows no handler and no access.
#pragma once

#include "common/base/arena.h"
#include "server/http/http.h"

enum { ROUTER_METHODS_TEXT_BYTES = 48 };

struct router;

// Lives in the arena; read-only afterwards, so every thread may use it. Rows that http_check refuses are not found, or
// found in another's place.
const struct router *router_new(struct arena *arena, const struct route_table *tables, size_t table_count);

// Fills route and params. A literal segment goes before a parameter. ERR_NOT_FOUND: no such path. ERR_METHOD: `allow`
// lists the methods of the path ("GET, HEAD, PATCH").
CHECKED enum err router_match(struct request *request, char allow[static ROUTER_METHODS_TEXT_BYTES]);

// For `tandem routes`, the reference and log lines.
const char *method_text(enum method method);                           // "GET"
const char *access_text(enum access access);                           // "staff"
const char *route_kind_text(enum route_kind kind);                     // "read"
char *route_full_path(struct arena *arena, const struct route *route); // "/api/v1/courses/{course}", "/healthz"
bool route_param_is_text(const char *name, size_t size);               // {course}, {milestone}, {secret}; others: an id
