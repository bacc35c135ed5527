// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem course: what a course as a whole is (draft, running, archived), a copy of it for another term, and all of it
// as a folder.
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "server/commands/command.h"
#include "server/commands/control.h"

struct course_arguments {
  const char *data_dir;
  const char *starts;
  const char *holidays;
  bool is_dry_run;
  bool is_json;
  const char *course;
  const char *other; // state, id of the copy, or folder
};

static int set_state(const struct course_arguments *arguments);
static int copy(const struct course_arguments *arguments);
static int export_course(const struct course_arguments *arguments);
static int run_word(const char *word, const struct course_arguments *arguments);
static const char *copy_body(struct arena *arena, const struct course_arguments *arguments);
static void print_copy(const struct course_arguments *arguments, const char *body);
static const char *absolute(struct arena *arena, const char *path);
static int ask(const struct course_arguments *arguments, struct arena *arena, const struct control_call *call,
               struct control_answer *answer);
static const char *text_of(const json_t *root, const char *member);
static long long number_of(const json_t *root, const char *member);

int command_course(int argc, char **argv) {
  static const struct option names[] = {
      {"data", required_argument, NULL, 'd'},     {"starts", required_argument, NULL, 's'},
      {"holidays", required_argument, NULL, 'h'}, {"dry-run", no_argument, NULL, 'n'},
      {"json", no_argument, NULL, 'j'},           {NULL, 0, NULL, 0}};
  struct course_arguments arguments = {0};
  const char *data = NULL;
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'd')
      data = optarg;
    else if (c == 's')
      arguments.starts = optarg;
    else if (c == 'h')
      arguments.holidays = optarg;
    else if (c == 'n')
      arguments.is_dry_run = true;
    else if (c == 'j')
      arguments.is_json = true;
    else
      return EXIT_USAGE;
  }
  if (optind != argc - 3)
    return command_misuse("course", "it takes three words: 'state COURSE STATE', 'copy OLD NEW', 'export COURSE DIR'");
  arguments.data_dir = control_data_dir(data);
  arguments.course = argv[optind + 1];
  arguments.other = argv[optind + 2];
  return command_finish(run_word(argv[optind], &arguments));
}

static int run_word(const char *word, const struct course_arguments *arguments) {
  bool is_copy = strcmp(word, "copy") == 0;
  if (is_copy && arguments->starts == NULL)
    return command_misuse("course", "--starts is missing: the first day of the copy's term, such as 2024-08-19");
  if (!is_copy && (arguments->starts != NULL || arguments->holidays != NULL || arguments->is_dry_run))
    return command_misuse("course", "--starts, --holidays and --dry-run belong to 'course copy'");
  if (is_copy)
    return copy(arguments);
  if (strcmp(word, "state") == 0)
    return set_state(arguments);
  if (strcmp(word, "export") == 0)
    return export_course(arguments);
  return command_misuse("course", "'%s' is none of state, copy, export", word);
}

static int set_state(const struct course_arguments *arguments) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct json body;
  json_init(&body, arena);
  json_begin_object(&body);
  json_text(&body, "state", arguments->other);
  json_end(&body);
  const struct control_call call = {
      .method = METHOD_PATCH,
      .target = arena_format(arena, "/api/v1/courses/%s", control_escape(arena, arguments->course)),
      .content_type = "application/json",
      .body = json_get(&body),
      .size = strlen(json_get(&body))};
  struct control_answer answer;
  int code = ask(arguments, arena, &call, &answer);
  if (code != EXIT_DONE)
    return code;
  if (arguments->is_json)
    printf("%s\n", answer.body);
  else
    printf("%s is %s\n", arguments->course, arguments->other);
  return EXIT_DONE;
}

static int copy(const struct course_arguments *arguments) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *body = copy_body(arena, arguments);
  const struct control_call call = {.method = METHOD_POST,
                                    .target = arena_format(arena, "/api/v1/courses/%s/copies%s",
                                                           control_escape(arena, arguments->course),
                                                           arguments->is_dry_run ? "?dry_run=true" : ""),
                                    .content_type = "application/json",
                                    .body = body,
                                    .size = strlen(body)};
  struct control_answer answer;
  int code = ask(arguments, arena, &call, &answer);
  if (code != EXIT_DONE)
    return code;
  if (arguments->is_json)
    printf("%s\n", answer.body);
  else
    print_copy(arguments, answer.body);
  return EXIT_DONE;
}

// --holidays 2024-09-02,2024-11-28; nothing after it: none.
static const char *copy_body(struct arena *arena, const struct course_arguments *arguments) {
  struct json body;
  json_init(&body, arena);
  json_begin_object(&body);
  json_text(&body, "course", arguments->other);
  json_text(&body, "starts", arguments->starts);
  if (arguments->holidays != NULL) {
    json_array_in(&body, "holidays");
    for (const char *at = arguments->holidays; *at != '\0';) {
      size_t size = strcspn(at, ",");
      json_text(&body, NULL, arena_text_n(arena, at, size));
      at += at[size] == ',' ? size + 1 : size;
    }
    json_end(&body);
  }
  json_end(&body);
  return json_get(&body);
}

static void print_copy(const struct course_arguments *arguments, const char *body) {
  json_t *root = json_loads(body, 0, NULL), *note;
  long long weeks = number_of(root, "weeks"), staff = number_of(root, "staff");
  printf("%s%s: a draft of %s, %lld week%s %s, with %lld of its staff\n", text_of(root, "course"),
         arguments->is_dry_run ? " would be" : "", arguments->course, llabs(weeks), llabs(weeks) == 1 ? "" : "s",
         weeks < 0 ? "earlier" : "later", staff);
  size_t i;
  json_array_foreach(json_object_get(root, "notes"), i, note) {
    printf("line %lld: %s: %s\n", number_of(note, "line"), text_of(note, "kind"), text_of(note, "words"));
  }
  if (!arguments->is_dry_run)
    printf("Students see it after `tandem course state %s running`.\n", arguments->other);
  json_decref(root);
}

static int export_course(const struct course_arguments *arguments) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *folder = absolute(arena, arguments->other);
  if (folder == NULL) {
    fprintf(stderr, "tandem: %s: %m\n", arguments->other);
    return EXIT_INPUT;
  }
  struct json body;
  json_init(&body, arena);
  json_begin_object(&body);
  json_text(&body, "folder", folder);
  json_end(&body);
  const struct control_call call = {
      .method = METHOD_POST,
      .target = arena_format(arena, "/api/v1/courses/%s/exports", control_escape(arena, arguments->course)),
      .content_type = "application/json",
      .body = json_get(&body),
      .size = strlen(json_get(&body))};
  struct control_answer answer;
  int code = ask(arguments, arena, &call, &answer);
  if (code != EXIT_DONE)
    return code;
  if (arguments->is_json) {
    printf("%s\n", answer.body);
    return EXIT_DONE;
  }
  json_t *root = json_loads(answer.body, 0, NULL);
  printf("%s/index.html: %lld teams, %lld versions of what was handed in, %lld files, %lld bytes\n",
         text_of(root, "path"), number_of(root, "teams"), number_of(root, "submissions"), number_of(root, "files"),
         number_of(root, "bytes"));
  json_decref(root);
  return EXIT_DONE;
}

// The server has another working folder. The last part need not exist; NULL with errno when what it is in does not.
static const char *absolute(struct arena *arena, const char *path) {
  char *copy = arena_text(arena, path);
  size_t size = strlen(copy);
  while (size > 1 && copy[size - 1] == '/')
    copy[--size] = '\0';
  char *slash = strrchr(copy, '/');
  const char *name = slash == NULL ? copy : slash + 1;
  const char *parent = slash == NULL ? "." : slash == copy ? "/" : arena_text_n(arena, copy, (size_t)(slash - copy));
  char *real = realpath(parent, NULL);
  const char *found = real == NULL ? NULL : arena_format(arena, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
  free(real);
  return found;
}

static int ask(const struct course_arguments *arguments, struct arena *arena, const struct control_call *call,
               struct control_answer *answer) {
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(arguments->data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  return (int)control_ask(control, arena, call, answer);
}

static const char *text_of(const json_t *root, const char *member) {
  const char *text = json_string_value(json_object_get(root, member));
  return text == NULL ? "" : text;
}

static long long number_of(const json_t *root, const char *member) {
  return (long long)json_integer_value(json_object_get(root, member));
}
