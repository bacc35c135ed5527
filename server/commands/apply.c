// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem apply COURSE.yaml: what the file would change in the stored course, for whom; then, once that is meant, the
// change.
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/course/course_file.h"
#include "server/commands/command.h"
#include "server/commands/control.h"
#include "server/commands/input_file.h"
#include "server/commands/refusal.h"

enum { STATUS_NOT_FOUND = 404, ANSWER_BYTES = 16 };

struct application {
  const char *path;
  const char *data_dir;
  bool is_dry_run, is_yes, is_json;
  const char *bytes;
  size_t size;
  const struct course *course;
};

static int read_course(struct arena *arena, struct application *application);
static int apply(struct arena *arena, const struct application *application);
static struct control_call put_call(struct arena *arena, const struct application *application, const char *query);
static int create(struct control *control, struct arena *arena, const struct application *application);
static int change(struct control *control, struct arena *arena, const struct application *application,
                  const struct control_answer *planned);
static void print_plan(const struct application *application, const json_t *plan);
static void print_list(const json_t *list, const char *section);
static int confirm(const struct application *application, const char *why);
static const char *text_of(const json_t *object, const char *name);

int command_apply(int argc, char **argv) {
  static const struct option names[] = {{"data", required_argument, NULL, 'd'},
                                        {"dry-run", no_argument, NULL, 'n'},
                                        {"yes", no_argument, NULL, 'y'},
                                        {"json", no_argument, NULL, 'j'},
                                        {NULL, 0, NULL, 0}};
  struct application application = {0};
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'd')
      application.data_dir = optarg;
    else if (c == 'n')
      application.is_dry_run = true;
    else if (c == 'y')
      application.is_yes = true;
    else if (c == 'j')
      application.is_json = true;
    else
      return EXIT_USAGE;
  }
  if (optind != argc - 1)
    return command_misuse("apply", "it takes one course file");
  application.path = argv[optind];
  struct arena *arena SCOPED_ARENA = arena_new();
  int code = read_course(arena, &application);
  return command_finish(code == EXIT_DONE ? apply(arena, &application) : code);
}

// Errors are told here as `tandem check` tells them, with the file's name.
static int read_course(struct arena *arena, struct application *application) {
  const char *reason = NULL;
  enum err err = input_file_read(arena, application->path, COURSE_FILE_BYTES_MAX, &application->bytes,
                                 &application->size, &reason);
  if (err != ERR_OK) {
    (void)fprintf(stderr, "tandem apply: %s: it cannot be read: %s\n", application->path, reason);
    return err == ERR_INVALID ? EXIT_INPUT : EXIT_SYSTEM;
  }
  struct findings findings = {0};
  err = course_file_read(arena, application->bytes, application->size, &findings, &application->course);
  for (size_t i = 0; i < findings.count; i++)
    (void)fprintf(stderr, "%s:%d:%d: %s: %s\n", application->path, findings.list[i].line, findings.list[i].column,
                  findings.list[i].is_warning ? "warning" : "error", findings.list[i].message);
  return err == ERR_OK ? EXIT_DONE : EXIT_INPUT;
}

static int apply(struct arena *arena, const struct application *application) {
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(control_data_dir(application->data_dir), &control) != ERR_OK)
    return EXIT_SYSTEM;
  const struct control_call call = put_call(arena, application, "dry_run=true");
  struct control_answer answer;
  if (control_call(control, arena, &call, &answer) != ERR_OK)
    return EXIT_SYSTEM;
  if (answer.status == STATUS_NOT_FOUND)
    return create(control, arena, application);
  if (answer.status < 300)
    return change(control, arena, application, &answer);
  refusal_print(answer.status, answer.body, answer.size);
  return answer.status >= 500 ? EXIT_SYSTEM : EXIT_INPUT;
}

static struct control_call put_call(struct arena *arena, const struct application *application, const char *query) {
  return (struct control_call){.method = METHOD_PUT,
                               .target = arena_format(arena, "/api/v1/courses/%s/syllabus?%s",
                                                      control_escape(arena, application->course->id), query),
                               .content_type = "application/yaml",
                               .body = application->bytes,
                               .size = application->size};
}

// A slip in `course: id:` would make a second course, so that a new one is asked for too.
static int create(struct control *control, struct arena *arena, const struct application *application) {
  (void)fprintf(application->is_json ? stderr : stdout,
                "There is no course %s yet: it would be new, with %zu milestones.\n", application->course->id,
                application->course->milestone_count);
  if (application->is_dry_run)
    return EXIT_DONE;
  (void)fflush(stdout);
  int code = confirm(application, "it makes a new course");
  if (code != EXIT_DONE)
    return code;
  struct control_answer answer;
  code = (int)control_ask(control, arena,
                          &(struct control_call){.method = METHOD_POST,
                                                 .target = "/api/v1/courses",
                                                 .content_type = "application/yaml",
                                                 .body = application->bytes,
                                                 .size = application->size},
                          &answer);
  if (code == EXIT_DONE)
    (void)printf("%s\n", application->is_json ? answer.body : "The course is made.");
  return code;
}

static int change(struct control *control, struct arena *arena, const struct application *application,
                  const struct control_answer *planned) {
  json_auto_t *plan = json_loadb(planned->body, planned->size, 0, NULL);
  if (plan == NULL) {
    (void)fprintf(stderr, "tandem apply: the answer cannot be read\n");
    return EXIT_SYSTEM;
  }
  bool is_changed = json_is_true(json_object_get(plan, "changed"));
  if (!application->is_json)
    print_plan(application, plan);
  if (application->is_dry_run || !is_changed) {
    if (application->is_json)
      (void)printf("%s\n", planned->body);
    return EXIT_DONE;
  }
  bool is_asked = json_is_true(json_object_get(plan, "needs_confirmation"));
  (void)fflush(stdout); // who follows a pipe reads the plan before the change
  int code = is_asked ? confirm(application, text_of(plan, "why")) : EXIT_DONE;
  if (code != EXIT_DONE)
    return code;
  struct control_call call = put_call(arena, application, is_asked ? "confirm=true" : "confirm=false");
  // What was shown is what is applied: a change in between is refused.
  call.if_match =
      arena_format(arena, "\"%" JSON_INTEGER_FORMAT "\"", json_integer_value(json_object_get(plan, "version")));
  struct control_answer answer;
  code = (int)control_ask(control, arena, &call, &answer);
  if (code == EXIT_DONE)
    (void)printf("%s\n", application->is_json ? answer.body : "Applied.");
  return code;
}

static void print_plan(const struct application *application, const json_t *plan) {
  const json_t *changes = json_object_get(plan, "changes"), *moves = json_object_get(plan, "moves");
  if (!json_is_true(json_object_get(plan, "changed"))) {
    (void)printf("%s is the stored file of %s: nothing to change.\n", application->path, application->course->id);
    return;
  }
  (void)printf("%s%s, version %" JSON_INTEGER_FORMAT ":\n",
               application->is_dry_run ? "A dry run, nothing is changed: " : "", application->course->id,
               json_integer_value(json_object_get(plan, "version")));
  if (json_array_size(changes) + json_array_size(moves) == 0)
    (void)printf("  %s\n", text_of(plan, "words"));
  print_list(changes, "section");
  print_list(moves, "milestone");
  for (size_t i = 0; i < json_array_size(json_object_get(plan, "notes")); i++)
    (void)printf("  %s\n", json_string_value(json_array_get(json_object_get(plan, "notes"), i)));
  json_int_t told = json_integer_value(json_object_get(plan, "told"));
  (void)printf("  %" JSON_INTEGER_FORMAT " student%s told, each once.\n", told, told == 1 ? " is" : "s are");
  if (application->is_dry_run && json_is_true(json_object_get(plan, "needs_confirmation")))
    (void)printf("To apply it, --yes is needed: %s.\n", text_of(plan, "why"));
}

static void print_list(const json_t *list, const char *section) {
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *item = json_array_get(list, i);
    const char *subject = text_of(item, "subject");
    (void)printf("  %s%s%s: %s\n", text_of(item, section), subject[0] == '\0' ? "" : " ", subject,
                 text_of(item, "words"));
  }
}

static int confirm(const struct application *application, const char *why) {
  if (application->is_yes)
    return EXIT_DONE;
  if (isatty(STDIN_FILENO) == 1) {
    char answer[ANSWER_BYTES] = "";
    (void)fprintf(stderr, "Sure? %s. [y/N] ", why);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
      return EXIT_DONE;
    (void)fprintf(stderr, "Nothing is changed.\n");
    return EXIT_INPUT;
  }
  (void)fprintf(stderr, "tandem apply: nothing is changed: %s. If this is meant, apply it with --yes\n", why);
  return EXIT_INPUT;
}

static const char *text_of(const json_t *object, const char *name) {
  const char *words = json_string_value(json_object_get(object, name));
  return words == NULL ? "" : words;
}
