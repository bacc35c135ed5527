// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem routes: the whole HTTP surface, printed from the route tables.
#include <stdio.h>

#include "common/base/arena.h"
#include "server/commands/command.h"
#include "server/http/router.h"
#include "server/routes.h"

static void print_row(struct arena *arena, const struct route *route);

int command_routes(int argc, char **argv) {
  if (argc > 1)
    return command_misuse("routes", "'%s' is one word too many", argv[1]);
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < route_table_count; i++) {
    (void)printf("%s%s\n", i == 0 ? "" : "\n", route_tables[i]->feature);
    for (size_t j = 0; j < route_tables[i]->count; j++)
      print_row(arena, &route_tables[i]->rows[j]);
  }
  return command_finish(EXIT_DONE);
}

static void print_row(struct arena *arena, const struct route *route) {
  (void)printf("  %-6s %-72s %-10s %-5s  %s\n", method_text(route->method), route_full_path(arena, route),
               access_text(route->access), route_kind_text(route->kind), route->summary);
}
