// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem check: is a course file, or a settings file, sound? Findings as FILE:LINE:COLUMN, like a compiler's, on
// stderr.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/course/course_file.h"
#include "common/course/course_values.h"
#include "server/commands/command.h"
#include "server/commands/input_file.h"
#include "server/commands/serve_settings.h"

struct checked {
  const char *path;
  struct findings findings;
  bool is_settings;
  bool is_sound;
  const struct course *course; // NULL when the file has errors, or is no course
  const char *unread;          // why the file could not be read, or NULL
  int code;
};

static void check_file(struct arena *arena, const char *path, struct checked *out);
static void print_words(struct arena *arena, const struct checked *checked);
static void print_json(struct arena *arena, const struct checked *list, int count);
static void write_json(struct arena *arena, struct json *json, const struct checked *checked);
static const char *weights_words(struct arena *arena, const struct course *course);
static void add_track(struct text *words, struct arena *arena, const struct course *course, int track);

int command_check(int argc, char **argv) {
  static const char *const options[] = {"--json", "--settings"};
  bool is_json = false, is_file_only = false;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct checked *list = arena_array(arena, (size_t)argc, sizeof *list);
  int count = 0;
  for (int i = 1; i < argc; i++) {
    bool is_option = !is_file_only && argv[i][0] == '-' && argv[i][1] != '\0';
    if (!is_option)
      list[count++].path = argv[i];
    else if (strcmp(argv[i], "--settings") == 0 && i + 1 < argc)
      list[count++] = (struct checked){.path = argv[++i], .is_settings = true};
    else if (strcmp(argv[i], "--") == 0)
      is_file_only = true;
    else if (strcmp(argv[i], "--json") == 0)
      is_json = true;
    else if (strcmp(argv[i], "--settings") == 0)
      return command_misuse("check", "which settings file?");
    else
      return command_unknown_option("check", argv[i], options, 2);
  }
  if (count == 0)
    return command_misuse("check", "which course file?");
  int code = EXIT_DONE;
  for (int i = 0; i < count; i++) {
    check_file(arena, list[i].path, &list[i]);
    if (list[i].code > code)
      code = list[i].code;
    if (!is_json)
      print_words(arena, &list[i]);
  }
  if (is_json)
    print_json(arena, list, count);
  return command_finish(code);
}

static void check_file(struct arena *arena, const char *path, struct checked *out) {
  const char *bytes;
  size_t size;
  enum err err = input_file_read(arena, path, COURSE_FILE_BYTES_MAX, &bytes, &size, &out->unread);
  if (err == ERR_OK)
    err = out->is_settings ? serve_settings_check(arena, path, bytes, size, &out->findings)
                           : course_file_read(arena, bytes, size, &out->findings, &out->course);
  out->is_sound = err == ERR_OK;
  out->code = err == ERR_OK ? EXIT_DONE : err == ERR_UNAVAILABLE ? EXIT_SYSTEM : EXIT_INPUT;
}

static void print_words(struct arena *arena, const struct checked *checked) {
  if (checked->unread != NULL)
    (void)fprintf(stderr, "%s: error: it cannot be read: %s\n", checked->path, checked->unread);
  size_t warnings = checked->findings.count - checked->findings.error_count;
  for (size_t i = 0; i < checked->findings.count; i++) {
    const struct finding *finding = &checked->findings.list[i];
    const char *severity = finding->is_warning ? "warning" : "error";
    if (finding->line == 0)
      (void)fprintf(stderr, "%s: %s: %s\n", checked->path, severity, finding->message);
    else
      (void)fprintf(stderr, "%s:%d:%d: %s: %s\n", checked->path, finding->line, finding->column, severity,
                    finding->message);
  }
  if (!checked->is_sound)
    return;
  (void)printf("%s: sound: %s", checked->path,
               checked->is_settings ? "settings of the server" : weights_words(arena, checked->course));
  if (warnings > 0)
    (void)printf(" (%zu warning%s)", warnings, warnings == 1 ? "" : "s");
  (void)printf("\n");
}

static void print_json(struct arena *arena, const struct checked *list, int count) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_array_in(&json, "files");
  for (int i = 0; i < count; i++)
    write_json(arena, &json, &list[i]);
  json_end(&json);
  json_end(&json);
  (void)printf("%s\n", json_get(&json));
}

static void write_json(struct arena *arena, struct json *json, const struct checked *checked) {
  json_begin_object(json);
  json_text(json, "file", checked->path);
  json_flag(json, "sound", checked->is_sound);
  json_text(json, "unread", checked->unread);
  json_text(json, "course", checked->course == NULL ? NULL : checked->course->id);
  json_text(json, "weights", checked->course == NULL ? NULL : weights_words(arena, checked->course));
  json_array_in(json, "findings");
  for (size_t i = 0; i < checked->findings.count; i++) {
    const struct finding *finding = &checked->findings.list[i];
    json_begin_object(json);
    json_text(json, "severity", finding->is_warning ? "warning" : "error");
    json_int(json, "line", finding->line);
    json_int(json, "column", finding->column);
    json_text(json, "message", finding->message);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}

// "weights 10 + 10 + 25 + 55 = 100; project, 7 milestones: 5 + … = 55; labs, 4 milestones: 10 + 15 + 15 + 15 = 55"
static const char *weights_words(struct arena *arena, const struct course *course) {
  struct text words;
  text_init(&words, arena);
  int64_t sum = 0;
  for (size_t i = 0; i < course->component_count; i++) {
    sum += course->components[i].weight_hundredths;
    text_add_format(&words, "%s%s", i == 0 ? "weights " : " + ",
                    hundredths_words(arena, course->components[i].weight_hundredths));
  }
  if (course->component_count > 1)
    text_add_format(&words, " = %s", hundredths_words(arena, sum));
  for (size_t track = 0; track < course->track_count; track++)
    add_track(&words, arena, course, (int)track);
  return text_get(&words);
}

static void add_track(struct text *words, struct arena *arena, const struct course *course, int track) {
  struct text terms;
  text_init(&terms, arena);
  int64_t sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < course->milestone_count; i++) {
    if (course->milestones[i].track != track)
      continue;
    int64_t weight = course->milestones[i].weight_hundredths;
    sum += weight;
    text_add_format(&terms, "%s%s", count++ == 0 ? ": " : " + ", hundredths_words(arena, weight));
  }
  text_add_format(words, "; %s, %zu milestone%s%s", course->tracks[track].id, count, count == 1 ? "" : "s",
                  text_get(&terms));
  if (count > 1)
    text_add_format(words, " = %s", hundredths_words(arena, sum));
}
