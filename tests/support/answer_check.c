// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/support/answer_check.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/problem.h"
#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/problem_reply.h"
#include "server/openapi.h"

// One object of the answer, and whom it is about.
struct place {
  struct arena *arena;
  const struct answer_reader *reader;
  const char *path;
  int64_t person; // 0: the reader
  int64_t team;   // 0: the reader's
};

static const char *fault_of_success(struct arena *arena, const struct answered *answered,
                                    const struct answer_reader *reader);
static const char *fault_of_refusal(struct arena *arena, const struct answered *answered);
static const char *fault_of_problem(struct arena *arena, const struct answered *answered);
static const char *fault_of_errors(struct arena *arena, const json_t *errors);
static bool is_promised(const struct answered *answered);
static int64_t param_id(const struct answered *answered, const char *name);
static const char *fault_of_object(struct place place, const struct answer *answer, const json_t *object);
static const char *fault_of_field(const struct place *place, const struct answer_field *field, const json_t *value);
static const char *fault_of_value(const struct place *place, const struct answer_field *field, const json_t *value);
static const char *fault_of_items(const struct place *place, const struct answer_field *field, const json_t *list);
static bool is_choice(const struct answer_field *field, const json_t *value);
static bool is_instant(const json_t *value);
static bool may_see(const struct place *place, enum audience audience);
static const char *fault_at(const struct place *place, const struct answer_field *field, const char *words);

const char *answer_fault(struct arena *arena, const struct answered *answered, const struct answer_reader *reader) {
  if (answered->status == 304)
    return answered->content_type == NULL ? NULL : "a 304 with a body";
  if (answered->status >= 400)
    return fault_of_refusal(arena, answered);
  return answered->route == NULL ? "a success without a row" : fault_of_success(arena, answered, reader);
}

static const char *fault_of_success(struct arena *arena, const struct answered *answered,
                                    const struct answer_reader *reader) {
  const struct route *route = answered->route;
  const struct answer *answer = route->answer;
  if (answered->status != route->success)
    return arena_format(arena, "status %d; the row says %d", answered->status, route->success);
  if (answer == NULL)
    return answered->content_type == NULL ? NULL : "a body; the row has no answer";
  const char *media = answer->media == NULL ? "application/json" : answer->media;
  bool is_any = strcmp(media, "*/*") == 0;
  if (answered->content_type == NULL || (!is_any && !text_starts(answered->content_type, media)))
    return arena_format(arena, "content type %s; answer %s is %s",
                        answered->content_type == NULL ? "(none)" : answered->content_type, answer->name, media);
  if (answer->media != NULL)
    return NULL;
  struct answer_reader signed_in = *reader;
  if (route->access == ACCESS_PUBLIC && answer->is_secret) { // nobody asked, and is somebody by the answer
    signed_in.person = json_integer_value(json_object_get(json_object_get(answered->body, "person"), "id"));
    reader = &signed_in;
  }
  struct place place = {.arena = arena,
                        .reader = reader,
                        .path = "",
                        .person = param_id(answered, "person"),
                        .team = param_id(answered, "team")};
  return fault_of_object(place, answer, answered->body);
}

static const char *fault_of_refusal(struct arena *arena, const struct answered *answered) {
  if (!is_promised(answered))
    return arena_format(arena, "refused with %d, which openapi_refusals does not tell of this row", answered->status);
  if (!text_equal(answered->content_type, "application/problem+json"))
    return "a refusal that is no application/problem+json";
  return fault_of_problem(arena, answered);
}

static const char *fault_of_problem(struct arena *arena, const struct answered *answered) {
  const char *type = NULL, *title = NULL, *code = NULL, *detail = NULL;
  int status = 0;
  json_t *errors = NULL, *current = NULL;
  json_error_t error;
  // The cast is what jansson wants; nothing is changed.
  if (json_unpack_ex((json_t *)(uintptr_t)answered->body, &error, JSON_STRICT, "{s:s, s:s, s:i, s:s, s:s, s?o, s?o}",
                     "type", &type, "title", &title, "status", &status, "code", &code, "detail", &detail, "errors",
                     &errors, "current", &current) != 0)
    return arena_format(arena, "the problem document: %s", error.text);
  if (current != NULL &&
      (status != 412 || json_object_size(current) != 6 || !json_is_string(json_object_get(current, "yours")) ||
       !json_is_string(json_object_get(current, "value")) || !json_is_integer(json_object_get(current, "version"))))
    return "current: not both texts and a version, of a 412";
  int row = PROBLEM_NONE + 1;
  while (row < PROBLEM_COUNT && !text_equal(problem_code_text((enum problem_code)row), code))
    row++;
  if (row == PROBLEM_COUNT)
    return arena_format(arena, "code: \"%s\" is no row of the problem table", code);
  if (status != answered->status || !text_equal(title, problem_title((enum problem_code)row)) ||
      !text_equal(type, arena_format(arena, "urn:tandem:problem:%s", code)))
    return arena_format(arena, "type, title or status do not belong to the code %s", code);
  if (detail[0] == '\0')
    return "detail: empty";
  return errors == NULL ? NULL : fault_of_errors(arena, errors);
}

static const char *fault_of_errors(struct arena *arena, const json_t *errors) {
  size_t index;
  const json_t *one;
  if (!json_is_array(errors) || json_array_size(errors) == 0)
    return "errors: not a list of some";
  json_array_foreach(errors, index, one) {
    if (json_object_size(one) != 2 || !json_is_string(json_object_get(one, "field")) ||
        !json_is_string(json_object_get(one, "message")))
      return arena_format(arena, "errors[%zu]: not a field and a message", index);
  }
  return NULL;
}

// What has no row was refused by the router, or for a header that only a named proxy may send.
static bool is_promised(const struct answered *answered) {
  int statuses[OPENAPI_REFUSALS_MAX];
  if (answered->route == NULL)
    return answered->status == 403 || answered->status == 404 || answered->status == 405;
  size_t count = openapi_refusals(answered->route, statuses);
  for (size_t i = 0; i < count; i++)
    if (statuses[i] == answered->status)
      return true;
  return false;
}

static int64_t param_id(const struct answered *answered, const char *name) {
  for (size_t i = 0; i < answered->param_count; i++)
    if (strcmp(answered->params[i].name, name) == 0)
      return answered->params[i].id;
  return 0;
}

static const char *fault_of_object(struct place place, const struct answer *answer, const json_t *object) {
  size_t known = 0;
  if (!json_is_object(object))
    return arena_format(place.arena, "%s: no object", place.path);
  for (size_t i = 0; i < answer->count; i++) {
    const json_t *value = json_object_get(object, answer->fields[i].name);
    if (json_is_integer(value) && answer_names_person(answer, &answer->fields[i]))
      place.person = json_integer_value(value);
    if (json_is_integer(value) && answer_names_team(answer, &answer->fields[i]))
      place.team = json_integer_value(value);
  }
  for (size_t i = 0; i < answer->count; i++) {
    const json_t *value = json_object_get(object, answer->fields[i].name);
    const char *fault = fault_of_field(&place, &answer->fields[i], value);
    if (fault != NULL)
      return fault;
    known += value != NULL;
  }
  if (known == json_object_size(object))
    return NULL;
  const char *name;
  const json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, name, value) {
    bool is_known = false;
    for (size_t i = 0; i < answer->count; i++)
      is_known = is_known || strcmp(answer->fields[i].name, name) == 0;
    if (!is_known)
      return arena_format(place.arena, "%s%s: not in the table of answer %s", place.path, name, answer->name);
  }
  return NULL;
}

static const char *fault_of_field(const struct place *place, const struct answer_field *field, const json_t *value) {
  if (value == NULL)
    return field->presence == ANSWER_SOMETIMES ? NULL : fault_at(place, field, "is missing");
  if (!may_see(place, field->audience))
    return fault_at(place, field, "is shown to somebody outside its audience");
  if (json_is_null(value))
    return field->presence == ANSWER_ALWAYS ? fault_at(place, field, "is null") : NULL;
  return fault_of_value(place, field, value);
}

static const char *fault_of_value(const struct place *place, const struct answer_field *field, const json_t *value) {
  switch (field->type) {
  case ANSWER_TEXT:
    return json_is_string(value) ? NULL : fault_at(place, field, "is no text");
  case ANSWER_INSTANT:
    return is_instant(value) ? NULL : fault_at(place, field, "is no instant in UTC");
  case ANSWER_INTEGER:
    return json_is_integer(value) ? NULL : fault_at(place, field, "is no integer");
  case ANSWER_FLAG:
    return json_is_boolean(value) ? NULL : fault_at(place, field, "is no flag");
  case ANSWER_CHOICE:
    return is_choice(field, value) ? NULL : fault_at(place, field, "is none of its choices");
  case ANSWER_OBJECT: {
    struct place inner = *place;
    inner.path = arena_format(place->arena, "%s%s.", place->path, field->name);
    return fault_of_object(inner, field->of, value);
  }
  case ANSWER_LIST:
  case ANSWER_TEXT_LIST:
  case ANSWER_INTEGER_LIST:
    break;
  }
  return json_is_array(value) ? fault_of_items(place, field, value) : fault_at(place, field, "is no list");
}

static const char *fault_of_items(const struct place *place, const struct answer_field *field, const json_t *list) {
  size_t index;
  const json_t *item;
  json_array_foreach(list, index, item) {
    if (field->type == ANSWER_LIST) {
      struct place inner = *place;
      inner.path = arena_format(place->arena, "%s%s[%zu].", place->path, field->name, index);
      const char *fault = fault_of_object(inner, field->of, item);
      if (fault != NULL)
        return fault;
    } else if (field->type == ANSWER_TEXT_LIST ? !json_is_string(item) : !json_is_integer(item))
      return fault_at(place, field, "has an item of another type");
  }
  return NULL;
}

static bool is_choice(const struct answer_field *field, const json_t *value) {
  for (size_t i = 0; field->choices[i] != NULL; i++)
    if (text_equal(field->choices[i], json_string_value(value)))
      return true;
  return false;
}

// As json_instant writes it, and in no other of RFC 3339's ways.
static bool is_instant(const json_t *value) {
  int64_t at;
  char again[21];
  const char *text = json_string_value(value);
  if (text == NULL || !instant_parse(text, &at))
    return false;
  instant_format(at, again);
  return strcmp(text, again) == 0;
}

static bool may_see(const struct place *place, enum audience audience) {
  const struct answer_reader *reader = place->reader;
  bool is_staff = reader->role == ROLE_STAFF || reader->role == ROLE_INSTRUCTOR;
  if (reader->is_operator)
    return true;
  switch (audience) {
  case AUDIENCE_CALLER:
    return true;
  case AUDIENCE_SELF:
    return is_staff || place->person == 0 || place->person == reader->person;
  case AUDIENCE_TEAM:
    return is_staff || (reader->team != 0 && (place->team == 0 || place->team == reader->team));
  case AUDIENCE_STAFF:
    return is_staff;
  case AUDIENCE_INSTRUCTOR:
    return reader->role == ROLE_INSTRUCTOR;
  case AUDIENCE_OPERATOR:
  case AUDIENCE_UNSET:
    break;
  }
  return false;
}

static const char *fault_at(const struct place *place, const struct answer_field *field, const char *words) {
  return arena_format(place->arena, "%s%s: %s", place->path, field->name, words);
}
