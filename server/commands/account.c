// SPDX-License-Identifier: AGPL-3.0-or-later
// tandem account: the first accounts of an installation, and what only the operator may do to one.
#include "server/commands/command.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/commands/control.h"
#include "server/commands/password_input.h"

enum { WORDS_MAX = 3, LIST_PAGE = 100 };

struct account_arguments {
  struct arena *arena;
  const char *data_dir;
  bool is_json;
  const char *words[WORDS_MAX + 1];
  int word_count;
};

struct verb {
  const char *name;
  const char *words; // for the refusal of a wrong number of them
  int fewest;
  int most;
  int (*run)(const struct account_arguments *arguments,
             struct control *control); // NULL: set-password, which opens the store itself
};

static int create(const struct account_arguments *arguments, struct control *control);
static int set_password(const struct account_arguments *arguments);
static int list(const struct account_arguments *arguments, struct control *control);
static int disable(const struct account_arguments *arguments, struct control *control);
static int enable(const struct account_arguments *arguments, struct control *control);
static int enrol(const struct account_arguments *arguments, struct control *control);
static int set_login(const struct account_arguments *arguments, struct control *control);
static int sign_in_link(const struct account_arguments *arguments, struct control *control);

static const struct verb verbs[] = {
    {"create", "NAME EMAIL", 2, 2, create},
    {"set-password", "EMAIL, with the password on stdin", 1, 1, NULL},
    {"list", "[--json] [WORDS]", 0, 1, list},
    {"disable", "EMAIL", 1, 1, disable},
    {"enable", "EMAIL", 1, 1, enable},
    {"enrol", "EMAIL COURSE ROLE", 3, 3, enrol},
    {"set-login", "EMAIL LOGIN", 2, 2, set_login},
    {"sign-in-link", "EMAIL", 1, 1, sign_in_link},
};

static const struct verb *find_verb(const char *name);
static int parse(int argc, char **argv, struct account_arguments *out);
static int set_disabled(const struct account_arguments *arguments, struct control *control, bool is_disabled);
static int find_person(struct arena *arena, struct control *control, const char *email, int64_t *id);
static int ask(struct arena *arena, struct control *control, enum method method, const char *target, json_t *body,
               json_t **answer);
static int send(struct arena *arena, struct control *control, const struct control_call *call, json_t **answer);
static void print_account(const json_t *account);
static const char *member_text(const json_t *object, const char *name);

int command_account(int argc, char **argv) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct account_arguments arguments = {.arena = arena};
  if (argc < 2)
    return command_misuse("account",
                          "what shall be done: create, set-password, set-login, sign-in-link, list, disable, enable or "
                          "enrol?");
  const struct verb *verb = find_verb(argv[1]);
  if (!verb)
    return command_misuse(
        "account", "'%s' is none of create, set-password, set-login, sign-in-link, list, disable, enable and enrol",
        argv[1]);
  int usage = parse(argc - 2, argv + 2, &arguments);
  if (usage != EXIT_DONE)
    return usage;
  if (arguments.word_count < verb->fewest || arguments.word_count > verb->most)
    return command_misuse("account", "%s takes %s", verb->name, verb->words);
  if (arguments.is_json && verb->run != list)
    return command_misuse("account", "%s has no --json", verb->name);
  if (!verb->run)
    return command_finish(set_password(&arguments));
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(arguments.data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  return command_finish(verb->run(&arguments, control));
}

static const struct verb *find_verb(const char *name) {
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
    if (strcmp(verbs[i].name, name) == 0)
      return &verbs[i];
  return NULL;
}

static int parse(int argc, char **argv, struct account_arguments *out) {
  static const char *const options[] = {"--data", "--json"};
  const char *data_dir = NULL;
  bool has_words_only = false;
  for (int i = 0; i < argc; i++) {
    bool is_option = !has_words_only && argv[i][0] == '-' && argv[i][1] != '\0';
    if (is_option && strcmp(argv[i], "--") == 0)
      has_words_only = true;
    else if (is_option && strcmp(argv[i], "--json") == 0)
      out->is_json = true;
    else if (is_option && strncmp(argv[i], "--data=", 7) == 0)
      data_dir = argv[i] + 7;
    else if (is_option && strcmp(argv[i], "--data") == 0 && i + 1 < argc)
      data_dir = argv[++i];
    else if (is_option && strcmp(argv[i], "--data") == 0)
      return command_misuse("account", "--data takes a folder");
    else if (is_option)
      return command_unknown_option("account", argv[i], options, 2);
    else if (out->word_count <= WORDS_MAX)
      out->words[out->word_count++] = argv[i];
  }
  out->data_dir = control_data_dir(data_dir);
  return EXIT_DONE;
}

static int create(const struct account_arguments *arguments, struct control *control) {
  json_auto_t *body = json_pack("{s:s, s:s}", "name", arguments->words[0], "email", arguments->words[1]);
  json_auto_t *answer = NULL;
  int code = ask(arguments->arena, control, METHOD_POST, "/api/v1/accounts", body, &answer);
  if (code != EXIT_DONE)
    return code;
  (void)printf("Account %" JSON_INTEGER_FORMAT ": %s <%s>, without a password\n",
               json_integer_value(json_object_get(answer, "id")), member_text(answer, "name"),
               member_text(answer, "email"));
  return EXIT_DONE;
}

// The secret is read before the store is opened: nobody else waits while it is typed.
static int set_password(const struct account_arguments *arguments) {
  struct arena *arena = arguments->arena;
  const char *secret;
  enum err err = password_input_read(arena, "New password", &secret);
  if (err != ERR_OK)
    return err == ERR_INVALID ? EXIT_INPUT : EXIT_SYSTEM;
  struct control *control CONTROL_SCOPE = NULL;
  if (control_open(arguments->data_dir, &control) != ERR_OK)
    return EXIT_SYSTEM;
  int64_t person;
  int code = find_person(arena, control, arguments->words[0], &person);
  if (code != EXIT_DONE)
    return code;
  json_auto_t *body = json_pack("{s:s}", "password", secret);
  json_auto_t *answer = NULL;
  code = ask(arena, control, METHOD_PUT, arena_format(arena, "/api/v1/accounts/%" PRId64 "/password", person), body,
             &answer);
  if (code == EXIT_DONE)
    (void)printf("The password is set; sessions that were open have ended\n");
  return code;
}

static int list(const struct account_arguments *arguments, struct control *control) {
  struct arena *arena = arguments->arena;
  json_auto_t *all = json_pack("[]");
  const char *words =
      arguments->word_count > 0 ? arena_format(arena, "&q=%s", control_escape(arena, arguments->words[0])) : "";
  for (json_int_t after = 0, next = 1; next > 0; after = next) {
    json_auto_t *page = NULL;
    const char *target =
        arena_format(arena, "/api/v1/accounts?limit=%d&after=%" JSON_INTEGER_FORMAT "%s", LIST_PAGE, after, words);
    int code = ask(arena, control, METHOD_GET, target, NULL, &page);
    if (code != EXIT_DONE)
      return code;
    if (json_array_extend(all, json_object_get(page, "accounts")) != 0)
      return EXIT_SYSTEM;
    next = json_integer_value(json_object_get(page, "next"));
  }
  if (arguments->is_json) {
    json_auto_t *document = json_pack("{s:O}", "accounts", all);
    char *text = json_dumps(document, JSON_INDENT(2));
    (void)printf("%s\n", text ? text : "");
    free(text);
    return text ? EXIT_DONE : EXIT_SYSTEM;
  }
  for (size_t i = 0; i < json_array_size(all); i++)
    print_account(json_array_get(all, i));
  return EXIT_DONE;
}

static int disable(const struct account_arguments *arguments, struct control *control) {
  return set_disabled(arguments, control, true);
}

static int enable(const struct account_arguments *arguments, struct control *control) {
  return set_disabled(arguments, control, false);
}

static int enrol(const struct account_arguments *arguments, struct control *control) {
  struct arena *arena = arguments->arena;
  int64_t person;
  int code = find_person(arena, control, arguments->words[0], &person);
  if (code != EXIT_DONE)
    return code;
  json_auto_t *body = json_pack("{s:s}", "role", arguments->words[2]);
  json_auto_t *answer = NULL;
  const char *target =
      arena_format(arena, "/api/v1/courses/%s/roster/%" PRId64, control_escape(arena, arguments->words[1]), person);
  code = ask(arena, control, METHOD_PUT, target, body, &answer);
  if (code == EXIT_DONE)
    (void)printf("%s is in %s as %s\n", arguments->words[0], arguments->words[1], arguments->words[2]);
  return code;
}

static int set_login(const struct account_arguments *arguments, struct control *control) {
  struct arena *arena = arguments->arena;
  int64_t person;
  int code = find_person(arena, control, arguments->words[0], &person);
  if (code != EXIT_DONE)
    return code;
  json_auto_t *body = json_pack("{s:s}", "login", arguments->words[1]);
  json_auto_t *answer = NULL;
  code = ask(arena, control, METHOD_PATCH, arena_format(arena, "/api/v1/accounts/%" PRId64, person), body, &answer);
  if (code == EXIT_DONE)
    (void)printf(arguments->words[1][0] == '\0' ? "%s has no login any more\n" : "%s signs in as %s\n",
                 arguments->words[0], arguments->words[1]);
  return code;
}

static int sign_in_link(const struct account_arguments *arguments, struct control *control) {
  struct arena *arena = arguments->arena;
  int64_t person;
  int code = find_person(arena, control, arguments->words[0], &person);
  if (code != EXIT_DONE)
    return code;
  json_auto_t *answer = NULL;
  const struct control_call call = {
      .method = METHOD_POST,
      .target = arena_format(arena, "/api/v1/accounts/%" PRId64 "/sign-in-link", person),
  };
  code = send(arena, control, &call, &answer);
  if (code == EXIT_DONE)
    (void)printf("Link: %s\nCode: %s\nEither works once, until %s.\n", member_text(answer, "link"),
                 member_text(answer, "code"), member_text(answer, "expires_at"));
  return code;
}

static int set_disabled(const struct account_arguments *arguments, struct control *control, bool is_disabled) {
  int64_t person;
  int code = find_person(arguments->arena, control, arguments->words[0], &person);
  if (code != EXIT_DONE)
    return code;
  json_auto_t *body = json_pack("{s:b}", "disabled", is_disabled);
  json_auto_t *answer = NULL;
  code = ask(arguments->arena, control, METHOD_PATCH,
             arena_format(arguments->arena, "/api/v1/accounts/%" PRId64, person), body, &answer);
  if (code == EXIT_DONE)
    (void)printf(is_disabled ? "%s cannot sign in any more; sessions that were open have ended\n"
                             : "%s can sign in again\n",
                 arguments->words[0]);
  return code;
}

static int find_person(struct arena *arena, struct control *control, const char *email, int64_t *id) {
  json_auto_t *answer = NULL;
  int code = ask(arena, control, METHOD_GET,
                 arena_format(arena, "/api/v1/accounts?email=%s", control_escape(arena, email)), NULL, &answer);
  if (code != EXIT_DONE)
    return code;
  const json_t *account = json_array_get(json_object_get(answer, "accounts"), 0);
  if (!account) {
    (void)fprintf(stderr, "tandem: nobody has the address %s; 'tandem account create NAME EMAIL' makes an account\n",
                  email);
    return EXIT_INPUT;
  }
  *id = json_integer_value(json_object_get(account, "id"));
  return EXIT_DONE;
}

// `body` may be NULL. *answer is NULL when the answer has no body.
static int ask(struct arena *arena, struct control *control, enum method method, const char *target, json_t *body,
               json_t **answer) {
  struct control_call call = {.method = method, .target = target};
  char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
  if (method != METHOD_GET && !text) { // an argument that is not UTF-8
    (void)fprintf(stderr, "tandem: the arguments must be text in UTF-8\n");
    return EXIT_INPUT;
  }
  if (text) {
    call.content_type = "application/json";
    call.body = arena_text(arena, text);
    call.size = strlen(text);
  }
  free(text);
  return send(arena, control, &call, answer);
}

static int send(struct arena *arena, struct control *control, const struct control_call *call, json_t **answer) {
  struct control_answer received;
  int code = (int)control_ask(control, arena, call, &received);
  if (code != EXIT_DONE || received.size == 0)
    return code;
  *answer = json_loadb(received.body, received.size, 0, NULL);
  if (*answer)
    return EXIT_DONE;
  (void)fprintf(stderr, "tandem: the answer cannot be read\n");
  return EXIT_SYSTEM;
}

static void print_account(const json_t *account) {
  bool is_disabled = json_is_true(json_object_get(account, "disabled"));
  bool has_password = json_is_true(json_object_get(account, "has_password"));
  (void)printf("%6" JSON_INTEGER_FORMAT "  %-36s  %s%s%s\n", json_integer_value(json_object_get(account, "id")),
               member_text(account, "email"), member_text(account, "name"), has_password ? "" : "  (no password)",
               is_disabled ? "  (disabled)" : "");
}

static const char *member_text(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  return text ? text : "-";
}
