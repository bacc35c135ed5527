// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/export_routes.h"

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/teams/export.h"

struct export_query {
  int format;
  bool is_registered_only;
};

static route_handler export_handle;

static const struct field export_fields[] = {
    {"format", SHAPE_CHOICE, REQUIRED, 0, offsetof(struct export_query, format), NO_PRESENT, export_format_names, NULL,
     "canvas: its group import; moodle: its group import, which has no members; plain: a member a row."},
    {"registered", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct export_query, is_registered_only), NO_PRESENT, NULL, NULL,
     "Only teams that are registered."},
};
static const struct shape export_query_shape = {"TeamsExport", MEDIA_JSON, 0, sizeof(struct export_query),
                                                export_fields, 2};

static const struct answer export_answer = {"TeamsFile", "text/csv", false, NULL, 0};

// clang-format off
static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/teams/export", ACCESS_STAFF, ROUTE_READ, NULL, export_handle, &export_query_shape, NULL, 200, &export_answer, "Teams and their members as a CSV file for another system"},
};
// clang-format on

const struct route_table export_routes = {"team export", rows, sizeof rows / sizeof *rows};

static enum err export_handle(struct request *request) {
  const struct export_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  enum export_format format = (enum export_format)query->format;
  struct text *out = reply_text(request, "text/csv; charset=utf-8");
  enum err err = export_teams(&request->act, course, format, query->is_registered_only, out);
  if (err == ERR_OK)
    reply_header(request, "Content-Disposition",
                 arena_format(request->arena, "attachment; filename=\"%s-teams-%s.csv\"", course->slug,
                              export_format_names[format]));
  return err;
}
