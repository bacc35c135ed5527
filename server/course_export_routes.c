// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_export_routes.h"

#include "server/course_export.h"
#include "server/http/answer.h"
#include "server/http/http.h"
#include "server/http/shape.h"

enum { FOLDER_CHARACTERS_MAX = 1000, BODY_BYTES_MAX = 8192 };

struct export_body {
  const char *folder;
};

static route_handler export_course;

// SHAPE_LINES, because SHAPE_TEXT would make one space of two.
static const struct field export_fields[] = {
    {"folder", SHAPE_LINES, REQUIRED, FOLDER_CHARACTERS_MAX, offsetof(struct export_body, folder), NO_PRESENT, NULL,
     NULL, "The folder to make on the server, from / on; it must be missing or empty."},
};
static const struct shape export_shape = {"CourseExportNew",          MEDIA_JSON,    BODY_BYTES_MAX,
                                          sizeof(struct export_body), export_fields, 1};

// clang-format off
static const struct answer_field export_answer_fields[] = {
  {"path",        ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The folder that was made; index.html in it leads to the rest"},
  {"teams",       ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "How many teams are in it"},
  {"submissions", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "How many versions of what was handed in"},
  {"files",       ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "How many files were written"},
  {"bytes",       ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Their size"},
};
static const struct answer export_answer = {"CourseExport", NULL, false, export_answer_fields, sizeof export_answer_fields / sizeof *export_answer_fields};

static const struct route rows[] = {
  {METHOD_POST, "/courses/{course}/exports", ACCESS_OPERATOR, ROUTE_WORK, export_course, NULL, NULL, &export_shape, 201, &export_answer, "Write a course as a folder with an index page, for staff to keep"},
};
// clang-format on

const struct route_table course_export_routes = {"course exports", rows, sizeof rows / sizeof *rows};

// On a worker; nothing is written to the store.
static enum err export_course(struct request *request) {
  const struct export_body *body = request->input;
  const struct readiness *readiness = request->http->readiness;
  struct course_exported made;
  enum err err = course_export(request, body->folder, readiness == NULL ? NULL : readiness->is_draining, &made);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_text(json, "path", made.path);
  json_int(json, "teams", (int64_t)made.teams);
  json_int(json, "submissions", (int64_t)made.submissions);
  json_int(json, "files", (int64_t)made.files);
  json_int(json, "bytes", made.bytes);
  reply_status(request, 201);
  return ERR_OK;
}
