// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/answer.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/text.h"

static const char *fault_of_field(const struct answer *answer, size_t index);
static bool is_nested(const struct answer_field *field);

void answer_collect(struct arena *arena, const struct answer *answer, struct answer_list *list) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i] == answer)
      return;
  list->items = arena_grow(arena, list->items, list->count, list->count + 1, sizeof(const struct answer *));
  list->items[list->count++] = answer;
  for (size_t i = 0; i < answer->count; i++)
    if (answer->fields[i].of != NULL)
      answer_collect(arena, answer->fields[i].of, list);
}

bool answer_check(const struct answer *answer, const char *where) {
  bool is_sound = true;
  if (answer->name == NULL || answer->name[0] == '\0') {
    log_line(LOG_ERROR, "http", "%s: an answer without a name", where);
    return false;
  }
  bool has_fields = answer->count > 0;
  if (has_fields != (answer->media == NULL)) {
    log_line(LOG_ERROR, "http", "%s: answer %s: either fields or another media type", where, answer->name);
    is_sound = false;
  }
  for (size_t i = 0; i < answer->count; i++) {
    const char *fault = fault_of_field(answer, i);
    if (fault == NULL)
      continue;
    const char *name = answer->fields[i].name;
    log_line(LOG_ERROR, "http", "%s: answer %s: %s: %s", where, answer->name, name == NULL ? "(no name)" : name, fault);
    is_sound = false;
  }
  return is_sound;
}

bool answer_names_person(const struct answer *answer, const struct answer_field *field) {
  if (field->type != ANSWER_INTEGER)
    return false;
  return strcmp(field->name, "person") == 0 || (strcmp(field->name, "id") == 0 && strcmp(answer->name, "Account") == 0);
}

bool answer_names_team(const struct answer *answer, const struct answer_field *field) {
  if (field->type != ANSWER_INTEGER)
    return false;
  return strcmp(field->name, "team") == 0 || (strcmp(field->name, "id") == 0 && text_starts(answer->name, "Team"));
}

static const char *fault_of_field(const struct answer *answer, size_t index) {
  const struct answer_field *field = &answer->fields[index];
  if (field->name == NULL || field->name[0] == '\0')
    return "no name";
  for (size_t i = 0; i < index; i++)
    if (text_equal(answer->fields[i].name, field->name))
      return "stands twice";
  if (field->type > ANSWER_INTEGER_LIST)
    return "no such type";
  if (field->presence > ANSWER_SOMETIMES)
    return "no such presence";
  if (field->audience <= AUDIENCE_UNSET || field->audience > AUDIENCE_OPERATOR)
    return "the audience is not set";
  if ((field->type == ANSWER_CHOICE) != (field->choices != NULL && field->choices[0] != NULL))
    return "choices belong to a choice, and to nothing else";
  if (is_nested(field) != (field->of != NULL))
    return "`of` belongs to an object or a list, and to nothing else";
  if (field->of != NULL && field->of->media != NULL)
    return "is of a table that is no JSON";
  return field->summary == NULL || field->summary[0] == '\0' ? "no summary" : NULL;
}

static bool is_nested(const struct answer_field *field) {
  return field->type == ANSWER_OBJECT || field->type == ANSWER_LIST;
}
