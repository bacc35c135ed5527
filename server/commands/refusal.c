// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/refusal.h"

#include <jansson.h>
#include <stdio.h>

static const char *member(const json_t *object, const char *name);

void refusal_print(int status, const char *body, size_t size) {
  json_auto_t *problem = json_loadb(body, size, 0, NULL);
  const char *words = member(problem, "detail");
  if (!words)
    words = member(problem, "title");
  if (words)
    (void)fprintf(stderr, "tandem: %s\n", words);
  else
    (void)fprintf(stderr, "tandem: refused with status %d\n", status);
  const json_t *errors = json_object_get(problem, "errors");
  for (size_t i = 0; i < json_array_size(errors); i++) {
    const json_t *error = json_array_get(errors, i);
    const char *field = member(error, "field");
    const char *message = member(error, "message");
    if (field && field[0] != '\0')
      (void)fprintf(stderr, "  %s: %s\n", field, message ? message : "");
    else if (message)
      (void)fprintf(stderr, "  %s\n", message);
  }
}

static const char *member(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}
