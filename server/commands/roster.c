// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/command.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/commands/control.h"
#include "server/commands/input_file.h"

enum { CSV_BYTES_MAX = 4 * 1024 * 1024, NOTES_MAX = 40 };

struct roster_arguments {
  const char *course;
  const char *file;
  const char *data_dir;
  const char *allow_drops;
  const char *addresses;
  const char *domain;
  bool is_dry_run;
  bool is_json;
};

struct text_option {
  const char *name;
  const char *takes;
  size_t offset; // of a const char * in struct roster_arguments
};

static const struct text_option text_options[] = {
    {"--data", "a folder", offsetof(struct roster_arguments, data_dir)},
    {"--allow-drops", "a number", offsetof(struct roster_arguments, allow_drops)},
    {"--addresses", "a file sis_id,email", offsetof(struct roster_arguments, addresses)},
    {"--domain", "a domain such as example.edu", offsetof(struct roster_arguments, domain)},
};
enum { TEXT_OPTIONS = sizeof text_options / sizeof *text_options };
static const char *const option_names[] = {"--data", "--allow-drops", "--addresses", "--domain", "--dry-run", "--json"};

static int parse(int argc, char **argv, struct roster_arguments *out);
static int take_option(int argc, char **argv, int *at, struct roster_arguments *out);
static int take_text(const struct text_option *option, const char *value, struct roster_arguments *out);
static int check(const struct roster_arguments *arguments);
static int read_files(struct arena *arena, const struct roster_arguments *arguments, struct text *body);
static int read_file(struct arena *arena, const char *path, struct text *body);
static const char *target_of(struct arena *arena, const struct roster_arguments *arguments);
static int print_plan(const struct roster_arguments *arguments, const struct control_answer *answer);
static void print_people(const json_t *plan, const char *list, const char *title);
static void print_changes(const json_t *person);
static void print_note(const json_t *note, const char *words);
static void print_list(const json_t *plan, const char *list, const char *title, const char *words);
static void print_advice(const json_t *plan, const struct roster_arguments *arguments);
static json_int_t number(const json_t *object, const char *name);
static const char *words_of(const json_t *object, const char *name, const char *otherwise);

int command_roster(int argc, char **argv) {
  struct roster_arguments arguments = {0};
  if (argc < 2 || strcmp(argv[1], "import") != 0)
    return command_misuse("roster", argc < 2 ? "what shall be done: import?" : "'%s' is not import", argv[1]);
  int code = parse(argc, argv, &arguments);
  if (code != EXIT_DONE)
    return code;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text body;
  text_init(&body, arena);
  if ((code = read_files(arena, &arguments, &body)) != EXIT_DONE)
    return code;
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(control_data_dir(arguments.data_dir), &control) != ERR_OK)
    return EXIT_SYSTEM;
  const struct control_call call = {
      .method = METHOD_POST,
      .target = target_of(arena, &arguments),
      .content_type = "text/csv",
      .body = text_get(&body),
      .size = body.size,
  };
  struct control_answer answer;
  code = (int)control_ask(control, arena, &call, &answer);
  return command_finish(code == EXIT_DONE ? print_plan(&arguments, &answer) : code);
}

static int parse(int argc, char **argv, struct roster_arguments *out) {
  bool is_words_only = false;
  for (int i = 2; i < argc; i++) {
    bool is_option = !is_words_only && argv[i][0] == '-' && argv[i][1] != '\0';
    int code = EXIT_DONE;
    if (is_option && strcmp(argv[i], "--") == 0)
      is_words_only = true;
    else if (is_option)
      code = take_option(argc, argv, &i, out);
    else if (out->course == NULL)
      out->course = argv[i];
    else if (out->file == NULL)
      out->file = argv[i];
    else
      code = command_misuse("roster", "'%s' is one word too many", argv[i]);
    if (code != EXIT_DONE)
      return code;
  }
  return check(out);
}

// "--data DIR" or "--data=DIR"; moves *at over the value.
static int take_option(int argc, char **argv, int *at, struct roster_arguments *out) {
  const char *word = argv[*at];
  if (strcmp(word, "--dry-run") == 0 || strcmp(word, "--json") == 0) {
    *(word[2] == 'd' ? &out->is_dry_run : &out->is_json) = true;
    return EXIT_DONE;
  }
  size_t size = strcspn(word, "=");
  for (size_t i = 0; i < TEXT_OPTIONS; i++) {
    const struct text_option *option = &text_options[i];
    if (strlen(option->name) != size || strncmp(option->name, word, size) != 0)
      continue;
    if (word[size] == '=')
      return take_text(option, word + size + 1, out);
    return take_text(option, *at + 1 < argc ? argv[++*at] : "", out);
  }
  return command_unknown_option("roster", word, option_names, sizeof option_names / sizeof *option_names);
}

static int take_text(const struct text_option *option, const char *value, struct roster_arguments *out) {
  if (value[0] == '\0')
    return command_misuse("roster", "%s takes %s", option->name, option->takes);
  *(const char **)(void *)((char *)out + option->offset) = value;
  return EXIT_DONE;
}

static int check(const struct roster_arguments *arguments) {
  int64_t drops = 0;
  if (arguments->course == NULL || arguments->file == NULL)
    return command_misuse("roster", "import takes a course's id and a CSV file");
  if (arguments->allow_drops != NULL && (!int64_parse(arguments->allow_drops, &drops) || drops < 0))
    return command_misuse("roster", "--allow-drops takes a number, not '%s'", arguments->allow_drops);
  if (arguments->addresses != NULL && strcmp(arguments->file, "-") == 0 && strcmp(arguments->addresses, "-") == 0)
    return command_misuse("roster", "only one of the two files can be stdin");
  return EXIT_DONE;
}

static int read_files(struct arena *arena, const struct roster_arguments *arguments, struct text *body) {
  int code = read_file(arena, arguments->file, body);
  if (code != EXIT_DONE || arguments->addresses == NULL)
    return code;
  // The form feed line that parts the two files (server/courses/roster_csv.h).
  text_add(body, body->size > 0 && body->bytes[body->size - 1] == '\n' ? "\f\n" : "\n\f\n");
  return read_file(arena, arguments->addresses, body);
}

static int read_file(struct arena *arena, const char *path, struct text *body) {
  const char *bytes, *reason;
  size_t size;
  enum err err = input_file_read(arena, path, CSV_BYTES_MAX, &bytes, &size, &reason);
  if (err != ERR_OK) {
    (void)fprintf(stderr, "tandem roster: %s: it cannot be read: %s\n", path, reason);
    return err == ERR_INVALID ? EXIT_INPUT : EXIT_SYSTEM;
  }
  if (size == 0 || body->size + size > CSV_BYTES_MAX) {
    (void)fprintf(stderr, "tandem roster: %s: %s\n", path, size == 0 ? "it is empty" : "the CSV is larger than 4 MiB");
    return EXIT_INPUT;
  }
  text_add_n(body, bytes, size);
  return EXIT_DONE;
}

static const char *target_of(struct arena *arena, const struct roster_arguments *arguments) {
  struct text target;
  text_init(&target, arena);
  text_add_format(&target, "/api/v1/courses/%s/roster?dry_run=%s", control_escape(arena, arguments->course),
                  arguments->is_dry_run ? "true" : "false");
  if (arguments->allow_drops != NULL)
    text_add_format(&target, "&allow_drops=%s", arguments->allow_drops);
  if (arguments->domain != NULL)
    text_add_format(&target, "&domain=%s", control_escape(arena, arguments->domain));
  return text_get(&target);
}

static int print_plan(const struct roster_arguments *arguments, const struct control_answer *answer) {
  if (arguments->is_json) {
    (void)printf("%s\n", answer->body);
    return EXIT_DONE;
  }
  json_auto_t *plan = json_loadb(answer->body, answer->size, 0, NULL);
  if (plan == NULL) {
    (void)fprintf(stderr, "tandem: the answer cannot be read\n");
    return EXIT_SYSTEM;
  }
  const json_t *counts = json_object_get(plan, "counts");
  (void)printf("%s%lld added, %lld changed, %lld back, %lld dropped, %lld unchanged, %lld skipped\n",
               arguments->is_dry_run ? "A dry run, nothing is changed: " : "", number(counts, "added"),
               number(counts, "changed"), number(counts, "came_back"), number(counts, "dropped"),
               number(counts, "unchanged"), number(counts, "skipped"));
  print_people(plan, "added", "Added");
  print_people(plan, "changed", "Changed");
  print_people(plan, "came_back", "Back");
  print_list(plan, "dropped", "Dropped", "consequence");
  print_list(plan, "kept", "Left as they are", "reason");
  print_list(plan, "skipped", "Skipped", "reason");
  print_advice(plan, arguments);
  return EXIT_DONE;
}

static void print_people(const json_t *plan, const char *list, const char *title) {
  const json_t *people = json_object_get(plan, list);
  if (json_array_size(people) > 0)
    (void)printf("\n%s\n", title);
  for (size_t i = 0; i < json_array_size(people); i++) {
    const json_t *person = json_array_get(people, i);
    (void)printf("  %s <%s>", words_of(person, "name", "-"), words_of(person, "email", "-"));
    if (json_object_get(person, "role") != NULL)
      (void)printf(", %s, %s", words_of(person, "role", "-"), words_of(person, "credit", "-"));
    if (json_is_string(json_object_get(person, "section")))
      (void)printf(", %s", words_of(person, "section", "-"));
    if (json_object_get(person, "place") != NULL)
      (void)printf(": %s", words_of(person, "place", "-"));
    print_changes(person);
    (void)printf("\n");
  }
}

static void print_changes(const json_t *person) {
  const json_t *changes = json_object_get(person, "changes");
  for (size_t i = 0; i < json_array_size(changes); i++) {
    const json_t *change = json_array_get(changes, i);
    (void)printf("%s %s %s -> %s", i == 0 ? ":" : ";", words_of(change, "field", "-"),
                 words_of(change, "from", "(none)"), words_of(change, "to", "(none)"));
  }
}

static void print_list(const json_t *plan, const char *list, const char *title, const char *words) {
  const json_t *notes = json_object_get(plan, list);
  if (json_array_size(notes) > 0)
    (void)printf("\n%s\n", title);
  // A drop is never left out; of what does not happen, a screenful is enough.
  size_t count = json_array_size(notes), shown = strcmp(list, "dropped") == 0 || count < NOTES_MAX ? count : NOTES_MAX;
  for (size_t i = 0; i < shown; i++)
    print_note(json_array_get(notes, i), words);
  if (shown < count)
    (void)printf("  … and %zu more; --json lists all\n", count - shown);
}

static void print_note(const json_t *note, const char *words) {
  (void)printf("  ");
  if (json_is_integer(json_object_get(note, "line")))
    (void)printf("line %lld: ", number(note, "line"));
  const char *name = words_of(note, "name", NULL);
  const char *email = words_of(note, "email", NULL);
  if (name != NULL)
    (void)printf("%s ", name);
  if (email != NULL)
    (void)printf("<%s> ", email);
  (void)printf("%s\n", words_of(note, words, "-"));
}

static void print_advice(const json_t *plan, const struct roster_arguments *arguments) {
  json_int_t needed = number(plan, "drops_to_allow");
  int64_t allowed = 0;
  if (arguments->allow_drops != NULL && !int64_parse(arguments->allow_drops, &allowed))
    allowed = 0;
  if (arguments->is_dry_run && needed > allowed)
    (void)printf("\nIf these drops are right, import with --allow-drops %lld.\n", needed);
}

static json_int_t number(const json_t *object, const char *name) {
  return json_integer_value(json_object_get(object, name));
}

static const char *words_of(const json_t *object, const char *name, const char *otherwise) {
  const char *words = json_string_value(json_object_get(object, name));
  return words == NULL ? otherwise : words;
}
