// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem routes [--openapi|--privacy]: the whole HTTP surface, printed from the route tables.
#include <stdio.h>
#include <string.h>

#include "common/base/arena.h"
#include "server/audiences.h"
#include "server/commands/command.h"
#include "server/http/router.h"
#include "server/openapi.h"
#include "server/routes.h"
#include "tandem_version.h"

static void print_rows(struct arena *arena);
static void print_row(struct arena *arena, const struct route *route);

int command_routes(int argc, char **argv) {
  if (argc > 2)
    return command_misuse("routes", "'%s' is one word too many", argv[2]);
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  if (argc == 1)
    print_rows(arena);
  else if (strcmp(argv[1], "--openapi") == 0)
    openapi_write(&text, route_tables, route_table_count, TANDEM_VERSION);
  else if (strcmp(argv[1], "--privacy") == 0)
    audiences_write(&text, route_tables, route_table_count);
  else
    return command_misuse("routes", "'%s' is not known; there are --openapi and --privacy", argv[1]);
  (void)fputs(text_get(&text), stdout);
  return command_finish(EXIT_DONE);
}

static void print_rows(struct arena *arena) {
  for (size_t i = 0; i < route_table_count; i++) {
    (void)printf("%s%s\n", i == 0 ? "" : "\n", route_tables[i]->feature);
    for (size_t j = 0; j < route_tables[i]->count; j++)
      print_row(arena, &route_tables[i]->rows[j]);
  }
}

static void print_row(struct arena *arena, const struct route *route) {
  (void)printf("  %-6s %-72s %-10s %-5s  %s\n", method_text(route->method), route_full_path(arena, route),
               access_text(route->access), route_kind_text(route->kind), route->summary);
}
