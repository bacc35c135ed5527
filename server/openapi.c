// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/openapi.h"

#include <string.h>

#include "server/http/headers.h"
#include "server/http/idempotency.h"
#include "server/http/router.h"
#include "server/openapi_components.h"
#include "server/openapi_schema.h"

static const char about[] =
    "Printed from the server's own tables by `tandem routes --openapi`. Instants are UTC, RFC 3339. Collections page "
    "by "
    "`next`. A refusal is a problem document (RFC 9457) whose `code` is stable. With the session's cookie a change "
    "needs "
    "an Origin that is the server's own. `x-access` says whom a request is for, `x-audience` who of them sees a field "
    "(docs/privacy.md), `x-max-bytes` the cap of a body.";

static bool is_refused_with(const struct route *route, int status);
static void write_head(struct yaml *yaml, const struct route_table *const *tables, size_t count, const char *version);
static void write_paths(struct yaml *yaml, const struct route_table *const *tables, size_t count);
static bool is_first_of_path(const struct route_table *const *tables, size_t table, size_t row);
static void write_path(struct yaml *yaml, const struct route_table *const *tables, size_t count, const char *path);
static void write_operation(struct yaml *yaml, const char *feature, const struct route *route);
static const char *operation_name(struct arena *arena, const struct route *route);
static void write_security(struct yaml *yaml, const struct route *route);
static void write_parameters(struct yaml *yaml, const struct route *route);
static void write_last_event(struct yaml *yaml);
static void write_parameter_reference(struct yaml *yaml, const char *reference);
static void write_path_parameters(struct yaml *yaml, const char *path);
static void write_body(struct yaml *yaml, const struct shape *body);
static void write_upload(struct yaml *yaml);
static void write_responses(struct yaml *yaml, const struct route *route);
static void write_success(struct yaml *yaml, const struct route *route);
static void write_answer_media(struct yaml *yaml, const struct answer *answer);
static void write_text_schema(struct yaml *yaml, const char *media);
static bool is_change(const struct route *route);
static bool is_outside(const char *path);

void openapi_write(struct text *out, const struct route_table *const *tables, size_t table_count, const char *version) {
  struct yaml yaml = {.out = out};
  text_add(out, "# SPDX-License-Identifier: AGPL-3.0-or-later\n"
                "# Printed by scripts/api (tandem routes --openapi); changes belong into the tables.\n");
  write_head(&yaml, tables, table_count, version);
  write_paths(&yaml, tables, table_count);
  openapi_components(&yaml, tables, table_count);
}

size_t openapi_refusals(const struct route *route, int out[static OPENAPI_REFUSALS_MAX]) {
  size_t count = 0;
  for (size_t i = 0; i < openapi_refusal_count; i++)
    if (is_refused_with(route, openapi_refusal_rows[i].status))
      out[count++] = openapi_refusal_rows[i].status;
  return count;
}

bool openapi_takes_key(const struct route *route) {
  bool is_of_a_person = route->access >= ACCESS_SIGNED_IN && route->access < ACCESS_OPERATOR;
  return is_of_a_person && idempotency_is_kept(route);
}

bool openapi_takes_version(const struct route *route) {
  bool is_edit = route->method == METHOD_PUT || route->method == METHOD_PATCH;
  for (size_t i = 0; is_edit && route->answer != NULL && i < route->answer->count; i++)
    if (strcmp(route->answer->fields[i].name, "version") == 0)
      return true;
  return false;
}

static bool is_refused_with(const struct route *route, int status) {
  bool is_visitors_change = route->access == ACCESS_PUBLIC && is_change(route);
  switch (status) {
  case 401:
    return route->access >= ACCESS_SIGNED_IN || is_visitors_change;
  case 404:
    return strchr(route->path, '{') != NULL || route->access == ACCESS_LOOPBACK || is_visitors_change;
  case 409:
    return is_change(route);
  case 412:
    return is_change(route) && route->access >= ACCESS_SIGNED_IN;
  case 413:
  case 415:
    return route->body != NULL || route->kind == ROUTE_UPLOAD;
  case 429:
    if (route->kind == ROUTE_STREAM)
      return true;
    return is_change(route) && (is_visitors_change || route->kind == ROUTE_WORK || openapi_takes_key(route));
  default:
    return true;
  }
}

static void write_head(struct yaml *yaml, const struct route_table *const *tables, size_t count, const char *version) {
  yaml_text(yaml, "openapi", "3.1.0");
  yaml_open(yaml, "info");
  yaml_text(yaml, "title", "Tandem");
  yaml_text(yaml, "version", version);
  yaml_text(yaml, "description", about);
  yaml_open(yaml, "license");
  yaml_text(yaml, "name", "AGPL-3.0-or-later");
  yaml_text(yaml, "identifier", "AGPL-3.0-or-later");
  yaml_close(yaml);
  yaml_close(yaml);
  yaml_text(yaml, "jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema");
  yaml_open(yaml, "servers");
  yaml_item(yaml);
  yaml_text(yaml, "url", "/api/v1");
  yaml_close(yaml);
  yaml_close(yaml);
  yaml_open(yaml, "tags");
  for (size_t i = 0; i < count; i++) {
    yaml_item(yaml);
    yaml_text(yaml, "name", tables[i]->feature);
    yaml_close(yaml);
  }
  yaml_close(yaml);
}

static void write_paths(struct yaml *yaml, const struct route_table *const *tables, size_t count) {
  yaml_open(yaml, "paths");
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < tables[i]->count; j++)
      if (is_first_of_path(tables, i, j))
        write_path(yaml, tables, count, tables[i]->rows[j].path);
  yaml_close(yaml);
}

static bool is_first_of_path(const struct route_table *const *tables, size_t table, size_t row) {
  for (size_t i = 0; i <= table; i++)
    for (size_t j = 0; j < (i == table ? row : tables[i]->count); j++)
      if (strcmp(tables[i]->rows[j].path, tables[table]->rows[row].path) == 0)
        return false;
  return true;
}

static void write_path(struct yaml *yaml, const struct route_table *const *tables, size_t count, const char *path) {
  yaml_open(yaml, is_outside(path) ? path + 1 : path);
  if (is_outside(path)) {
    yaml_open(yaml, "servers");
    yaml_item(yaml);
    yaml_text(yaml, "url", "/");
    yaml_close(yaml);
    yaml_close(yaml);
  }
  if (strchr(path, '{') != NULL)
    write_path_parameters(yaml, path);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < tables[i]->count; j++)
      if (strcmp(tables[i]->rows[j].path, path) == 0)
        write_operation(yaml, tables[i]->feature, &tables[i]->rows[j]);
  yaml_close(yaml);
}

static void write_operation(struct yaml *yaml, const char *feature, const struct route *route) {
  static const char *const methods[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
  struct arena *arena SCOPED_ARENA = arena_new();
  yaml_open(yaml, methods[route->method]);
  yaml_text(yaml, "operationId", operation_name(arena, route));
  yaml_texts(yaml, "tags", &feature, 1, false);
  yaml_text(yaml, "summary", route->summary);
  if (route->access == ACCESS_OPERATOR)
    yaml_text(yaml, "description", "Only over the control socket in the data folder.");
  yaml_text(yaml, "x-access", access_text(route->access));
  write_security(yaml, route);
  write_parameters(yaml, route);
  if (route->body != NULL)
    write_body(yaml, route->body);
  if (route->kind == ROUTE_UPLOAD)
    write_upload(yaml);
  write_responses(yaml, route);
  yaml_close(yaml);
}

// "get_course_teams_by_team": the method, then the path's segments.
static const char *operation_name(struct arena *arena, const struct route *route) {
  static const char course[] = "/courses/{course}";
  static const char *const methods[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
  struct text name;
  text_init(&name, arena);
  text_add(&name, methods[route->method]);
  const char *rest = is_outside(route->path) ? route->path + 1 : route->path;
  if (text_starts(rest, course)) {
    text_add(&name, "_course");
    rest += sizeof course - 1;
  }
  for (; *rest != '\0'; rest++) {
    if (*rest == '/')
      text_add(&name, rest[1] == '{' ? "_by_" : "_");
    else if (*rest != '{' && *rest != '}')
      text_add_char(&name, *rest == '-' || *rest == '.' ? '_' : *rest);
  }
  return text_get(&name);
}

// The roles behind a bearer are the scopes that an API token needs; `session`: only a session's own token will do.
static void write_security(struct yaml *yaml, const struct route *route) {
  const char *scopes[2] = {route->method == METHOD_GET ? "read" : "write", "staff"};
  size_t count = route->access == ACCESS_STAFF || route->access == ACCESS_INSTRUCTOR ? 2 : 1;
  if (route->access < ACCESS_SIGNED_IN || route->access == ACCESS_OPERATOR) {
    yaml_empty(yaml, "security", "[]");
    return;
  }
  if (route->access == ACCESS_ACCOUNT)
    scopes[0] = "session";
  yaml_open(yaml, "security");
  yaml_item(yaml);
  yaml_empty(yaml, "cookie", "[]");
  yaml_close(yaml);
  yaml_item(yaml);
  yaml_texts(yaml, "bearer", scopes, count, false);
  yaml_close(yaml);
  yaml_close(yaml);
}

static void write_parameters(struct yaml *yaml, const struct route *route) {
  bool takes_key = openapi_takes_key(route);
  bool takes_version = openapi_takes_version(route);
  bool is_stream = route->kind == ROUTE_STREAM;
  if (route->query == NULL && !takes_key && !takes_version && !is_stream)
    return;
  yaml_open(yaml, "parameters");
  for (size_t i = 0; route->query != NULL && i < route->query->count; i++) {
    const struct field *field = &route->query->fields[i];
    yaml_item(yaml);
    yaml_text(yaml, "name", field->name);
    yaml_text(yaml, "in", "query");
    yaml_flag(yaml, "required", field->presence == REQUIRED);
    yaml_text(yaml, "description", field->summary);
    yaml_open(yaml, "schema");
    openapi_field(yaml, field);
    yaml_close(yaml);
    yaml_close(yaml);
  }
  if (is_stream)
    write_last_event(yaml);
  if (takes_key)
    write_parameter_reference(yaml, "#/components/parameters/IdempotencyKey");
  if (takes_version)
    write_parameter_reference(yaml, "#/components/parameters/IfMatch");
  yaml_close(yaml);
}

static void write_last_event(struct yaml *yaml) {
  yaml_item(yaml);
  yaml_text(yaml, "name", "Last-Event-ID");
  yaml_text(yaml, "in", "header");
  yaml_flag(yaml, "required", false);
  yaml_text(yaml, "description", "The id of the last event that you have: what came after it comes first.");
  yaml_open(yaml, "schema");
  yaml_text(yaml, "type", "string");
  yaml_close(yaml);
  yaml_close(yaml);
}

static void write_parameter_reference(struct yaml *yaml, const char *reference) {
  yaml_item(yaml);
  yaml_text(yaml, "$ref", reference);
  yaml_close(yaml);
}

static void write_path_parameters(struct yaml *yaml, const char *path) {
  struct arena *arena SCOPED_ARENA = arena_new();
  yaml_open(yaml, "parameters");
  for (const char *at = strchr(path, '{'); at != NULL; at = strchr(at, '{')) {
    size_t size = strcspn(++at, "}");
    yaml_item(yaml);
    yaml_text(yaml, "name", arena_text_n(arena, at, size));
    yaml_text(yaml, "in", "path");
    yaml_flag(yaml, "required", true);
    yaml_open(yaml, "schema");
    if (route_param_is_text(at, size))
      yaml_text(yaml, "type", "string");
    else {
      yaml_text(yaml, "type", "integer");
      yaml_text(yaml, "format", "int64");
      yaml_int(yaml, "minimum", 1);
    }
    yaml_close(yaml);
    yaml_close(yaml);
  }
  yaml_close(yaml);
}

static void write_body(struct yaml *yaml, const struct shape *body) {
  bool is_required = body->media != MEDIA_JSON && body->media != MEDIA_FORM;
  for (size_t i = 0; i < body->count; i++)
    is_required = is_required || body->fields[i].presence != OPTIONAL;
  yaml_open(yaml, "requestBody");
  yaml_flag(yaml, "required", is_required);
  yaml_int(yaml, "x-max-bytes", (int64_t)body->max_bytes);
  yaml_open(yaml, "content");
  yaml_open(yaml, media_text(body->media));
  if (body->media == MEDIA_JSON) {
    yaml_open(yaml, "schema");
    openapi_reference(yaml, body->name);
    yaml_close(yaml);
  } else
    write_text_schema(yaml, media_text(body->media));
  yaml_close(yaml);
  yaml_close(yaml);
  yaml_close(yaml);
}

// Its cap is what `prepare` says, by course and person.
static void write_upload(struct yaml *yaml) {
  yaml_open(yaml, "requestBody");
  yaml_flag(yaml, "required", true);
  yaml_open(yaml, "content");
  yaml_open(yaml, "*/*");
  yaml_empty(yaml, "schema", "{}");
  for (int i = 0; i < 3; i++)
    yaml_close(yaml);
}

static void write_responses(struct yaml *yaml, const struct route *route) {
  struct arena *arena SCOPED_ARENA = arena_new();
  yaml_open(yaml, "responses");
  write_success(yaml, route);
  for (size_t i = 0; i < openapi_refusal_count; i++) {
    if (!is_refused_with(route, openapi_refusal_rows[i].status))
      continue;
    yaml_open(yaml, arena_format(arena, "%d", openapi_refusal_rows[i].status));
    yaml_text(yaml, "$ref", arena_format(arena, "#/components/responses/%s", openapi_refusal_rows[i].name));
    yaml_close(yaml);
  }
  yaml_open(yaml, "default");
  yaml_text(yaml, "$ref", "#/components/responses/Connection");
  yaml_close(yaml);
  yaml_close(yaml);
}

static void write_success(struct yaml *yaml, const struct route *route) {
  struct arena *arena SCOPED_ARENA = arena_new();
  bool is_of_course = route->access >= ACCESS_COURSE && route->access <= ACCESS_INSTRUCTOR;
  bool is_tagged = route->method == METHOD_GET && route->kind != ROUTE_STREAM && is_of_course;
  yaml_open(yaml, arena_format(arena, "%d", route->success));
  yaml_text(yaml, "description",
            route->kind == ROUTE_STREAM ? "Events as they happen, until the connection ends."
            : route->success == 204     ? "Done."
            : route->success == 201     ? "Made."
                                        : "The answer.");
  yaml_open(yaml, "headers");
  if (route->success == 201) {
    yaml_open(yaml, "Location");
    yaml_text(yaml, "$ref", "#/components/headers/Location");
    yaml_close(yaml);
  }
  if (is_tagged) {
    yaml_open(yaml, "ETag");
    yaml_text(yaml, "$ref", "#/components/headers/ETag");
    yaml_close(yaml);
  }
  yaml_open(yaml, "X-Tandem-Now");
  yaml_text(yaml, "$ref", "#/components/headers/X-Tandem-Now");
  yaml_close(yaml);
  yaml_close(yaml);
  if (route->answer != NULL)
    write_answer_media(yaml, route->answer);
  yaml_close(yaml);
  if (!is_tagged)
    return;
  yaml_open(yaml, "304");
  yaml_text(yaml, "description", "What If-None-Match names is still the answer.");
  yaml_close(yaml);
}

static void write_answer_media(struct yaml *yaml, const struct answer *answer) {
  const char *media = answer->media == NULL ? "application/json" : answer->media;
  yaml_open(yaml, "content");
  yaml_open(yaml, media);
  if (answer->media == NULL) {
    yaml_open(yaml, "schema");
    openapi_reference(yaml, answer->name);
    yaml_close(yaml);
  } else
    write_text_schema(yaml, media);
  yaml_close(yaml);
  yaml_close(yaml);
}

static void write_text_schema(struct yaml *yaml, const char *media) {
  yaml_open(yaml, "schema");
  if (strcmp(media, "application/json") == 0)
    yaml_text(yaml, "type", "object");
  else if (text_starts(media, "text/") || strcmp(media, "application/yaml") == 0)
    yaml_text(yaml, "type", "string");
  else
    yaml_text(yaml, "contentMediaType", media); // bytes have no type (OpenAPI 3.1, Considerations for File Uploads)
  yaml_close(yaml);
}

static bool is_change(const struct route *route) { return route->method != METHOD_GET; }

static bool is_outside(const char *path) { return text_starts(path, "//"); }
