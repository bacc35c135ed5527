// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/rehearse_forecast.h"

#include <jansson.h>
#include <stdio.h>

#include "common/base/text.h"
#include "common/course/calendar.h"
#include "server/commands/control.h"

struct forecast_print {
  struct arena *arena;
  struct calendar *calendar; // of the course
};

static enum command_exit ask(struct control *control, struct arena *arena, const char *target, json_t **out);
static enum command_exit find_course(struct control *control, struct arena *arena, const char **slug);
static enum command_exit open_zone(struct control *control, struct arena *arena, const char *slug,
                                   struct calendar **out);
static void print_messages(struct forecast_print *print, const json_t *messages);
static void print_message(struct forecast_print *print, const json_t *message);
static const char *instant_words(struct forecast_print *print, const json_t *object, const char *name);
static const char *string_of(const json_t *object, const char *name);

int rehearse_forecast(const struct forecast_wish *wish) {
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(control_data_dir(wish->data_dir), &control) != ERR_OK)
    return EXIT_SYSTEM;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *slug = wish->course;
  enum command_exit code = slug == NULL ? find_course(control, arena, &slug) : EXIT_DONE;
  if (code != EXIT_DONE)
    return (int)code;
  const char *target = arena_format(arena, "/api/v1/courses/%s/forecast?from=%s&to=%s", control_escape(arena, slug),
                                    control_escape(arena, wish->from), control_escape(arena, wish->to));
  struct control_answer answer;
  code = control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code != EXIT_DONE)
    return (int)code;
  if (wish->is_json) {
    (void)printf("%s\n", answer.body);
    return EXIT_DONE;
  }
  struct forecast_print print = {.arena = arena};
  if ((code = open_zone(control, arena, slug, &print.calendar)) != EXIT_DONE)
    return (int)code;
  json_auto_t *forecast = json_loadb(answer.body, answer.size, 0, NULL);
  print_messages(&print, json_object_get(forecast, "messages"));
  return EXIT_DONE;
}

static enum command_exit ask(struct control *control, struct arena *arena, const char *target, json_t **out) {
  struct control_answer answer;
  enum command_exit code =
      control_ask(control, arena, &(struct control_call){.method = METHOD_GET, .target = target}, &answer);
  if (code == EXIT_DONE)
    *out = json_loadb(answer.body, answer.size, 0, NULL);
  return code;
}

static enum command_exit find_course(struct control *control, struct arena *arena, const char **slug) {
  json_auto_t *answer = NULL;
  enum command_exit code = ask(control, arena, "/api/v1/courses", &answer);
  if (code != EXIT_DONE)
    return code;
  const json_t *courses = json_object_get(answer, "courses");
  if (json_array_size(courses) == 1) {
    *slug = arena_text(arena, string_of(json_array_get(courses, 0), "course"));
    return EXIT_DONE;
  }
  (void)fprintf(stderr, "tandem: say which course; there are %zu:\n", json_array_size(courses));
  for (size_t i = 0; i < json_array_size(courses); i++)
    (void)fprintf(stderr, "  %s\n", string_of(json_array_get(courses, i), "course"));
  return EXIT_INPUT;
}

static enum command_exit open_zone(struct control *control, struct arena *arena, const char *slug,
                                   struct calendar **out) {
  json_auto_t *course = NULL;
  enum command_exit code =
      ask(control, arena, arena_format(arena, "/api/v1/courses/%s", control_escape(arena, slug)), &course);
  if (code != EXIT_DONE)
    return code;
  if (calendar_open(arena, string_of(course, "timezone"), out) == ERR_OK)
    return EXIT_DONE;
  (void)fprintf(stderr, "tandem: the course's time zone is not known here\n");
  return EXIT_SYSTEM;
}

// In the server's order: by instant, then person.
static void print_messages(struct forecast_print *print, const json_t *messages) {
  size_t count = json_array_size(messages);
  for (size_t i = 0; i < count; i++)
    print_message(print, json_array_get(messages, i));
  (void)printf("%zu mail%s\n", count, count == 1 ? "" : "s");
}

static void print_message(struct forecast_print *print, const json_t *message) {
  const char *email = string_of(message, "email");
  (void)printf("%s  to %s <%s>, %s\n", instant_words(print, message, "at"), string_of(message, "person"),
               email[0] == '\0' ? "no address" : email, string_of(message, "role"));
  const json_t *lines = json_object_get(message, "lines");
  for (size_t i = 0; i < json_array_size(lines); i++) {
    const json_t *line = json_array_get(lines, i);
    (void)printf("    %s: %s, due %s\n", string_of(line, "title"), string_of(line, "offset"),
                 instant_words(print, line, "due"));
  }
}

static const char *instant_words(struct forecast_print *print, const json_t *object, const char *name) {
  int64_t at = 0;
  return instant_parse(string_of(object, name), &at) ? calendar_words(print->calendar, print->arena, at) : "-";
}

static const char *string_of(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text == NULL ? "" : text;
}
