// SPDX-License-Identifier: AGPL-3.0-or-later
// What a request says about who sends it: cookie, bearer, codes of mails, proxies, the institution's header, keys of
// repeated changes. Nobody is signed in without a token that is there, and nobody but a proxy is believed. Input: the
// peer's address, then "name: value" lines; in a value $S stands for a session's token, $A for an API token, $L for a
// mailed link's and $C for its code. "code", "range", "header" and "instant" are asked of their own readers.
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <strings.h>

#include "common/base/text.h"
#include "server/accounts/api_token.h"
#include "server/accounts/institution.h"
#include "server/accounts/login.h"
#include "server/accounts/person.h"
#include "server/accounts/session.h"
#include "server/accounts/sign_in_link.h"
#include "server/app.h"
#include "server/http/idempotency.h"
#include "server/http/peer.h"
#include "server/http/router.h"

enum { HEADERS_MAX = 32, VALUE_BYTES_MAX = 2000, NOW = 1694000000, MAIL_ACCOUNT_BYTES = 16 };

struct known { // one person and the ways in
  int64_t person;
  struct session_opened session;
  char token[API_TOKEN_TEXT_BYTES];
  struct sign_in_link link;
};

static struct app *app;
static struct clock clock;
static struct known ada;
static const char account[] = "ada@example.edu";

static void close_app(void);
static void make_ada(void);
static struct request *read_request(struct fuzz_input *input);
static struct header read_header(struct arena *arena, struct fuzz_input line);
static const char *expanded(struct arena *arena, struct fuzz_input value);
static void ask_me(struct request *request, const char *peer);
static void check_peer(const struct request *request, const char *before);
static void check_identity(const struct request *request);
static bool is_shown(const struct request *request, const char *header, const char *token);
static void check_words(const struct request *request);
static void sign_in_by_institution(struct request *request);
static void repeat_change(struct request *request);
static void read_values(const struct request *request);
static void check_code(struct arena *arena, const char *code);
static void check_range(const char *text);
static void check_instant(const char *text);

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  log_set_capture(fuzz_ignore_line, NULL);
  static struct peer_rules rules = {.sign_in_header = "x-remote-user"};
  require(peer_range_parse("10.0.0.0/8", &rules.proxies[0]) && peer_range_parse("2001:db8::/33", &rules.proxies[1]));
  rules.proxy_count = 2;
  clock = clock_fixed(NOW);
  const struct app_options options = {.clock = &clock,
                                      .now = NOW,
                                      .public_url = "https://tandem.example.edu",
                                      .mail_domain = "example.edu",
                                      .peers = &rules,
                                      .has_cheap_passwords = true};
  require(app_open(&options, &app) == ERR_OK);
  make_ada();
  return atexit(close_app);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = fuzz_input_of(data, size);
  struct request *request = read_request(&input);
  const char *peer = request->peer;
  ask_me(request, peer);
  check_words(request);
  repeat_change(request);
  sign_in_by_institution(request);
  read_values(request);
  request_free(request);
  return 0;
}

static void close_app(void) { app_close(app); }

static void make_ada(void) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct db *db = app_db(app);
  struct act act = {.db = db, .arena = arena, .now = NOW, .cause = "operator", .problem = &problem};
  struct api_token token = {.name = "ci", .scopes = SCOPE_READ | SCOPE_WRITE, .expires_at = NOW + 86400};
  require(db_begin_write(db) == ERR_OK);
  require(person_create(&act, "Ada Lovelace", account, &ada.person) == ERR_OK);
  require(login_set(&act, ada.person, "alovelace3") == ERR_OK);
  require(session_open(&act, ada.person, NULL, &ada.session) == ERR_OK);
  token.person = ada.person;
  require(api_token_make(&act, &token, ada.token) == ERR_OK);
  sign_in_link_make(&ada.link);
  memcpy(ada.link.code, "AB23CD45", sizeof ada.link.code); // one that a corpus file can hold as well
  require(sign_in_link_keep(&act, account, ada.person, &ada.link) == ERR_OK);
  require(db_commit(db) == ERR_OK);
}

static struct request *read_request(struct fuzz_input *input) {
  struct request *request = request_new(app_http(app), arena_new());
  struct arena *arena = request->arena;
  struct fuzz_input peer = fuzz_line(input);
  char address[64] = "";
  if (peer.left > 0)
    memcpy(address, peer.at, peer.left < sizeof address - 1 ? peer.left : sizeof address - 1);
  request->peer = arena_text(arena, address);
  request->is_loopback = strcmp(address, "127.0.0.1") == 0;
  request->method = METHOD_GET;
  request->path = "/api/v1/me";
  struct header *headers = arena_array(arena, HEADERS_MAX, sizeof *headers);
  while (input->left > 0 && request->header_count < HEADERS_MAX) {
    struct header header = read_header(arena, fuzz_line(input));
    if (header.name != NULL)
      headers[request->header_count++] = header;
  }
  request->headers = headers;
  return request;
}

// As the gate and llhttp leave a field: a token in lower case; no control character, no white space at either end.
static struct header read_header(struct arena *arena, struct fuzz_input line) {
  struct fuzz_input name = fuzz_part(&line, ':');
  while (line.left > 0 && (line.at[0] == ' ' || line.at[0] == '\t'))
    (void)fuzz_take(&line, 1);
  while (line.left > 0 && (line.at[line.left - 1] == ' ' || line.at[line.left - 1] == '\t'))
    line.left--;
  for (size_t i = 0; i < line.left; i++)
    if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7F)
      return (struct header){NULL, NULL};
  if (name.left == 0 || name.left > 60 || line.left > VALUE_BYTES_MAX)
    return (struct header){NULL, NULL};
  char *lower = arena_text_n(arena, name.at, name.left);
  for (char *c = lower; *c != '\0'; c++)
    *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
  return (struct header){lower, expanded(arena, line)};
}

static const char *expanded(struct arena *arena, struct fuzz_input value) {
  const struct {
    const char *mark;
    const char *text;
  } rows[] = {{"$S", ada.session.token}, {"$A", ada.token}, {"$L", ada.link.token}, {"$C", ada.link.code}};
  struct text out;
  text_init(&out, arena);
  while (value.left > 0) {
    size_t used = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
      if (value.left < 2 || memcmp(value.at, rows[i].mark, 2) != 0)
        continue;
      text_add(&out, rows[i].text);
      used = 2;
    }
    struct fuzz_input part = fuzz_take(&value, used);
    if (used == 1)
      text_add_n(&out, part.at, 1);
  }
  return text_get(&out);
}

static void ask_me(struct request *request, const char *peer) {
  http_perform(request, app_db(app));
  int status = request->reply.status;
  require(status == 200 || status == 400 || status == 401 || status == 403 || status == 406);
  require((status == 200) == (request->who.person != 0 && request->problem.code == PROBLEM_NONE));
  const struct text *body = &request->reply.json.text;
  json_t *json = json_loadb(text_get(body), body->size, 0, NULL);
  require(json != NULL && utf8_is_valid(text_get(body), body->size));
  json_decref(json);
  check_peer(request, peer);
  check_identity(request);
}

// Only a named proxy names another peer, and what it names is an address.
static void check_peer(const struct request *request, const char *before) {
  struct peer_range own, now;
  const struct peer_rules *rules = request->http->peers;
  bool is_address = peer_range_parse(before, &own) && own.bits == 128;
  bool is_proxy = false;
  for (size_t i = 0; is_address && i < rules->proxy_count; i++) {
    size_t whole = rules->proxies[i].bits / 8;
    is_proxy = is_proxy || memcmp(rules->proxies[i].address, own.address, whole) == 0;
  }
  require(!request->is_from_proxy || is_proxy); // whole bytes only, so not the other way round
  require(request->is_from_proxy || strcmp(before, request->peer) == 0);
  require(strcmp(before, request->peer) == 0 || (peer_range_parse(request->peer, &now) && now.bits == 128));
  require(!request->is_loopback || request_header(request, "x-forwarded-for") == NULL);
  const char *name = peer_sign_in_name(request);
  require(name == NULL || (request->is_from_proxy && name[0] != '\0'));
}

static void check_identity(const struct request *request) {
  const struct identity *who = &request->who;
  require(!who->is_operator && (who->person == 0 || who->person == ada.person));
  if (who->person == 0)
    return;
  bool is_by_session = who->session == ada.session.id;
  require(is_by_session != (who->token != 0) && (who->session == 0) == (who->token != 0));
  if (who->is_by_cookie)
    require(is_by_session && is_shown(request, "cookie", ada.session.token) && request_bearer(request) == NULL);
  else
    require(is_shown(request, "authorization", is_by_session ? ada.session.token : ada.token));
}

static bool is_shown(const struct request *request, const char *header, const char *token) {
  const char *value = request_header(request, header);
  return value != NULL && strstr(value, token) != NULL;
}

static void check_words(const struct request *request) {
  static const char *const names[] = {SESSION_COOKIE, "a", ""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *cookie = request_cookie(request, names[i]);
    if (cookie != NULL)
      require(strchr(cookie, ';') == NULL && strstr(request_header(request, "cookie"), cookie) != NULL);
  }
  const char *bearer = request_bearer(request);
  if (bearer == NULL)
    return;
  const char *value = request_header(request, "authorization");
  require(strncasecmp(value, "bearer ", 7) == 0 && bearer[0] != '\0' && strpbrk(bearer, " \t,;\"") == NULL);
  require(strlen(value) >= strlen(bearer) && strcmp(value + strlen(value) - strlen(bearer), bearer) == 0);
}

// In a transaction that is given up, so that the next input meets the same store.
static void sign_in_by_institution(struct request *request) {
  struct db *db = app_db(app);
  reply_reset(request);
  problem_clear(&request->problem);
  require(db_begin_write(db) == ERR_OK);
  request->act.db = db;
  request->who = (struct identity){0};
  enum err err = institution_sign_in(request);
  const char *name = peer_sign_in_name(request);
  require(err != ERR_OK || (name != NULL && strcasestr(name, "alovelace3") != NULL));
  require(err == ERR_OK || request->problem.code == PROBLEM_NOT_SIGNED_IN ||
          request->problem.code == PROBLEM_UNKNOWN_LOGIN);
  require(db_in_transaction(db));
  db_rollback(db);
  request->act.db = NULL;
}

static void repeat_change(struct request *request) {
  struct db *db = app_db(app);
  char allow[ROUTER_METHODS_TEXT_BYTES];
  request->method = METHOD_PATCH;
  request->idempotency = NULL;
  require(router_match(request, allow) == ERR_OK);
  problem_clear(&request->problem);
  require(db_begin_read(db) == ERR_OK);
  request->act.db = db;
  request->who.person = ada.person;
  enum err err = idempotency_find(request);
  const char *key = request_header(request, "idempotency-key");
  require(err == ERR_OK || (err == ERR_INVALID && key != NULL));
  require(!request->reply.is_replay); // nothing was kept
  if (key != NULL && err == ERR_OK)
    require(key[0] != '\0' && strlen(key) <= 2 * IDEMPOTENCY_KEY_MAX + 2 && strpbrk(key, "\t\r\n") == NULL);
  db_rollback(db);
  request->act.db = NULL;
}

static void read_values(const struct request *request) {
  for (size_t i = 0; i < request->header_count; i++) {
    const struct header *header = &request->headers[i];
    if (strcmp(header->name, "code") == 0)
      check_code(request->arena, header->value);
    else if (strcmp(header->name, "range") == 0)
      check_range(header->value);
    else if (strcmp(header->name, "instant") == 0)
      check_instant(header->value);
    else if (strcmp(header->name, "header") == 0) {
      char name[32];
      bool is_name = peer_header_parse(header->value, name, sizeof name);
      require(!is_name || (strcasecmp(name, header->value) == 0 && strcmp(name, "cookie") != 0));
    }
  }
}

// The digits and letters decide, and nothing else.
static void check_code(struct arena *arena, const char *code) {
  struct db *db = app_db(app);
  struct sign_in_link_found found = {0};
  require(db_begin_read(db) == ERR_OK);
  enum err err = sign_in_link_find_code(db, account, code, NOW, &found);
  enum err other = sign_in_link_find_code(db, "bob@example.edu", code, NOW, &found);
  enum err late = sign_in_link_find_code(db, account, code, NOW + LINK_SECONDS, &found);
  enum err token = sign_in_link_find(db, code, NOW, &found);
  db_rollback(db);
  struct text plain;
  text_init(&plain, arena);
  for (const char *at = code; *at != '\0'; at++)
    if (*at != '-' && *at != ' ')
      text_add_char(&plain, *at);
  require((err == ERR_OK) == (strcasecmp(text_get(&plain), ada.link.code) == 0));
  require(other == ERR_NOT_FOUND && late == ERR_NOT_FOUND);
  require((token == ERR_OK) == (strcmp(code, ada.link.token) == 0));
}

static void check_range(const char *text) {
  struct peer_range range;
  if (!peer_range_parse(text, &range))
    return;
  require(range.bits <= 128);
  char address[INET6_ADDRSTRLEN], again[INET6_ADDRSTRLEN + 8];
  require(inet_ntop(AF_INET6, range.address, address, sizeof address) != NULL);
  (void)snprintf(again, sizeof again, "%s/%u", address, range.bits);
  struct peer_range same;
  require(peer_range_parse(again, &same));
  require(same.bits == range.bits && memcmp(same.address, range.address, sizeof same.address) == 0);
}

static void check_instant(const char *text) {
  int64_t at = 0, again = 0;
  if (!instant_parse(text, &at))
    return;
  char words[21];
  instant_format(at, words);
  require(instant_parse(words, &again) && again == at);
}
