// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem rehearse: the term of a course file in time order, or what a running course will tell whom.
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/course/course_file.h"
#include "server/commands/command.h"
#include "server/commands/input_file.h"
#include "server/commands/rehearse_forecast.h"
#include "server/commands/rehearse_print.h"

struct rehearse_arguments {
  struct forecast_wish wish; // is_json for both
  bool is_ics;
};

static int parse(int argc, char **argv, struct rehearse_arguments *out);
static int check(const struct rehearse_arguments *arguments);
static int rehearse_file(const char *path, const struct rehearse_arguments *arguments);
static int read_course(struct arena *arena, const char *path, const struct course **out);
static void print_findings(const char *path, const struct findings *findings, bool is_sound);

int command_rehearse(int argc, char **argv) {
  struct rehearse_arguments arguments = {0};
  int code = parse(argc, argv, &arguments);
  if (code != EXIT_DONE || (code = check(&arguments)) != EXIT_DONE)
    return code;
  code = arguments.wish.from != NULL ? rehearse_forecast(&arguments.wish)
                                     : rehearse_file(arguments.wish.course, &arguments);
  return command_finish(code);
}

static int parse(int argc, char **argv, struct rehearse_arguments *out) {
  static const struct option names[] = {{"json", no_argument, NULL, 'j'},       {"ics", no_argument, NULL, 'i'},
                                        {"data", required_argument, NULL, 'd'}, {"from", required_argument, NULL, 'f'},
                                        {"to", required_argument, NULL, 't'},   {NULL, 0, NULL, 0}};
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'j')
      out->wish.is_json = true;
    else if (c == 'i')
      out->is_ics = true;
    else if (c == 'd')
      out->wish.data_dir = optarg;
    else if (c == 'f')
      out->wish.from = optarg;
    else if (c == 't')
      out->wish.to = optarg;
    else
      return EXIT_USAGE;
  }
  if (argc - optind > 1)
    return command_misuse("rehearse", "one course at a time");
  out->wish.course = optind < argc ? argv[optind] : NULL;
  return EXIT_DONE;
}

// Without an instant it is a file, with both a running course.
static int check(const struct rehearse_arguments *arguments) {
  const struct forecast_wish *wish = &arguments->wish;
  if ((wish->from == NULL) != (wish->to == NULL))
    return command_misuse("rehearse", "%s is missing: an instant such as 2023-09-01T00:00:00Z",
                          wish->from == NULL ? "--from" : "--to");
  if (wish->from == NULL && wish->data_dir != NULL)
    return command_misuse("rehearse", "--data forecasts a running course: say --from INSTANT and --to INSTANT");
  if (wish->from == NULL && wish->course == NULL)
    return command_misuse("rehearse", "which course file?");
  if (arguments->is_ics && (wish->is_json || wish->from != NULL))
    return command_misuse("rehearse", "--ics goes with a course file, and without --json");
  return EXIT_DONE;
}

static int rehearse_file(const char *path, const struct rehearse_arguments *arguments) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct rehearsed rehearsed = {0};
  int code = read_course(arena, path, &rehearsed.course);
  if (code != EXIT_DONE)
    return code;
  if (calendar_open(arena, rehearsed.course->zone, &rehearsed.calendar) != ERR_OK)
    return EXIT_SYSTEM; // the reader took the zone, so that this is ICU's fault, and logged
  rehearse(arena, rehearsed.calendar, rehearsed.course, &rehearsed.term);
  if (arguments->is_ics) {
    (void)fputs(rehearse_ics(arena, &rehearsed), stdout);
  } else if (arguments->wish.is_json) {
    struct json json;
    json_init(&json, arena);
    rehearse_json(&json, &rehearsed);
    (void)printf("%s\n", json_get(&json));
  } else {
    struct text table;
    text_init(&table, arena);
    rehearse_table(&table, &rehearsed);
    (void)fputs(text_get(&table), stdout);
  }
  return EXIT_DONE;
}

static int read_course(struct arena *arena, const char *path, const struct course **out) {
  const char *bytes, *reason = NULL;
  size_t size;
  struct findings findings = {0};
  enum err err = input_file_read(arena, path, COURSE_FILE_BYTES_MAX, &bytes, &size, &reason);
  if (reason != NULL)
    (void)fprintf(stderr, "%s: error: it cannot be read: %s\n", path, reason);
  if (err == ERR_OK)
    err = course_file_read(arena, bytes, size, &findings, out);
  print_findings(path, &findings, err == ERR_OK);
  return err == ERR_OK ? EXIT_DONE : err == ERR_UNAVAILABLE ? EXIT_SYSTEM : EXIT_INPUT;
}

// Of a sound file only how many warnings there are: `check` says where, and the term's own stand beside the term.
static void print_findings(const char *path, const struct findings *findings, bool is_sound) {
  size_t warnings = findings->count - findings->error_count;
  if (is_sound && warnings > 0)
    (void)fprintf(stderr, "%s: %zu warning%s on the file itself: see 'tandem check'\n", path, warnings,
                  warnings == 1 ? "" : "s");
  for (size_t i = 0; !is_sound && i < findings->count; i++) {
    const struct finding *finding = &findings->list[i];
    const char *severity = finding->is_warning ? "warning" : "error";
    if (finding->line == 0)
      (void)fprintf(stderr, "%s: %s: %s\n", path, severity, finding->message);
    else
      (void)fprintf(stderr, "%s:%d:%d: %s: %s\n", path, finding->line, finding->column, severity, finding->message);
  }
}
