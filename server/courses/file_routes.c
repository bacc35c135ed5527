// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/file_routes.h"

#include <inttypes.h>

#include "common/base/log.h"
#include "server/courses/file.h"
#include "server/http/download.h"
#include "server/http/http.h"
#include "server/http/shape.h"
#include "server/http/upload.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100 };

struct file_query {
  const char *name;
};

struct file_page {
  int64_t below;
  int64_t limit;
};

static route_handler admit_file, add_file, list_files, get_file, delete_file;

// clang-format off
static const struct field name_fields[] = {
  {"name", SHAPE_TEXT, REQUIRED, FILE_NAME_CHARACTERS_MAX, offsetof(struct file_query, name), NO_PRESENT, NULL, NULL, "The file's name, such as report.pdf: its ending says what it is."},
};
static const struct shape file_name_query = {"FileName", MEDIA_JSON, 0, sizeof(struct file_query), name_fields, 1};
static const struct field page_fields[] = {
  {"below", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct file_page, below), NO_PRESENT, NULL, NULL, "Files with a smaller number than this; the answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX, offsetof(struct file_page, limit), NO_PRESENT, NULL, NULL, "How many files, 20 unless told."},
};
static const struct shape page_query = {"FilePage", MEDIA_JSON, 0, sizeof(struct file_page), page_fields, 2};

static const struct answer_field file_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its number, by which it is handed in"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As it is downloaded"},
  {"bytes", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its size"},
  {"media", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its type, by the name's ending; the content was compared with it"},
  {"sha256", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Of its content: what sha256sum prints"},
  {"uploaded_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When its last byte came"},
  {"expires_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When it goes, unless it is handed in; null: it was"},
};
const struct answer file_answer = {"File", NULL, false, file_fields, sizeof file_fields / sizeof *file_fields};
static const struct answer_field files_fields[] = {
  {"files", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &file_answer, "Newest first"},
  {"next", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "`below` of the next page; left out when there is none"},
};
static const struct answer files_answer = {"Files", NULL, false, files_fields, sizeof files_fields / sizeof *files_fields};
// One of the types of file_kind.c; all of them are named by this.
static const struct answer content_answer = {"FileContent", "*/*", false, NULL, 0};

static const struct route rows[] = {
  {METHOD_POST,   "/courses/{course}/files",        ACCESS_COURSE, ROUTE_UPLOAD, admit_file, add_file,    &file_name_query, NULL, 201, &file_answer,    "Uploads a file, which waits 7 days to be handed in: the body is its bytes"},
  {METHOD_GET,    "/courses/{course}/files",        ACCESS_COURSE, ROUTE_READ,   NULL,       list_files,  &page_query,      NULL, 200, &files_answer,   "Your files that wait to be handed in"},
  {METHOD_GET,    "/courses/{course}/files/{file}", ACCESS_COURSE, ROUTE_READ,   NULL,       get_file,    NULL,             NULL, 200, &content_answer, "A file's content"},
  {METHOD_DELETE, "/courses/{course}/files/{file}", ACCESS_COURSE, ROUTE_WRITE,  NULL,       delete_file, NULL,             NULL, 204, NULL,            "Deletes a file of yours that waits"},
};
// clang-format on

const struct route_table file_routes = {"files", rows, sizeof rows / sizeof rows[0]};

void file_write(struct json *json, const struct file *file) {
  json_int(json, "id", file->id);
  json_text(json, "name", file->name);
  json_int(json, "bytes", file->bytes);
  json_text(json, "media", file->media);
  json_text(json, "sha256", file->sha256);
  json_instant(json, "uploaded_at", file->uploaded_at);
  json_instant_or_null(json, "expires_at", file->expires_at);
}

// On the loop, before a byte of the body is read.
static enum err admit_file(struct request *request) {
  const struct file_query *query = request->query_input;
  const struct act *act = &request->act;
  const struct course_view *course = request_course(request);
  struct upload *upload = request->upload;
  const char *name = NULL;
  if (act->actor == 0)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only people of the course upload files.");
  upload->cap_bytes = (size_t)file_bytes_max(course);
  enum err err = file_check_name(act, query->name, &name);
  // A repeat is answered as the first time, also when that file was the last one there was room for: the writer tells
  // it from a new one, and asks for room then.
  if (err != ERR_OK || request_header(request, "idempotency-key") != NULL)
    return err;
  // What cannot be taken for its size is refused for that, not for the room that is left.
  bool is_known = upload->has_length && upload->length <= upload->cap_bytes;
  return file_check_room(act, course, is_known ? (int64_t)upload->length : 0);
}

static enum err add_file(struct request *request) {
  const struct file_query *query = request->query_input;
  const struct act *act = &request->act;
  const struct upload *upload = request->upload;
  const struct course_view *course = request_course(request);
  const struct file_body body = {upload->sha256, (int64_t)upload->bytes, &upload->type};
  const char *name = NULL;
  struct file file;
  if (act->actor == 0) // a course's person no more since the header came
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only people of the course upload files.");
  enum err err = file_check_name(act, query->name, &name);
  if (err == ERR_OK)
    err = file_add(act, course, name, &body, &file);
  if (err == ERR_OK)
    err = upload_keep(request); // before the commit; the savepoint goes when it cannot be kept
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s/files/%" PRId64, course->slug, file.id);
  file_write(json, &file);
  return ERR_OK;
}

static enum err list_files(struct request *request) {
  const struct file_page *page = request->query_input;
  int64_t limit = page == NULL || page->limit == 0 ? PAGE_DEFAULT : page->limit;
  int64_t below = page == NULL || page->below == 0 ? INT64_MAX : page->below;
  struct file *list = NULL;
  size_t count = 0;
  enum err err = file_list(&request->act, request_course(request)->id, below, limit + 1, &list, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = count > (size_t)limit;
  size_t shown = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "files");
  for (size_t i = 0; i < shown; i++) {
    json_begin_object(json);
    file_write(json, &list[i]);
    json_end(json);
  }
  json_end(json);
  if (has_more)
    json_int(json, "next", list[shown - 1].id);
  return ERR_OK;
}

static enum err get_file(struct request *request) {
  struct file file;
  struct download download = {.fd = -1};
  enum err err = file_get(&request->act, request_course(request), request_id(request, "file"),
                          request_services(request)->file_is_shared, &file);
  if (err != ERR_OK)
    return err;
  const struct vault *vault = request->http->vault;
  err = vault == NULL ? ERR_NOT_FOUND : vault_read(vault, file.sha256, &download.fd, &download.size_bytes);
  if (err == ERR_NOT_FOUND) {
    log_line(LOG_ERROR, "files", "file %" PRId64 " has no content: %s is missing", file.id, file.sha256);
    return ERR_INTERNAL;
  }
  if (err != ERR_OK)
    return err;
  download.sha256 = file.sha256;
  download.media = file.media;
  download.name = file.name;
  return download_reply(request, &download);
}

static enum err delete_file(struct request *request) {
  enum err err = file_delete(&request->act, request_course(request), request_id(request, "file"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}
