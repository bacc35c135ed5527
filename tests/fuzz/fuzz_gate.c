// SPDX-License-Identifier: AGPL-3.0-or-later
// Bytes as a client may send them, through the gate, llhttp and the router: whatever pieces they arrive in, the
// verdict, the request and the end of its body are the same. Input: a line of pieces, then the request.
#include "tests/fuzz/fuzz.h"

#include "common/base/text.h"
#include "server/http/gate.h"
#include "server/http/headers.h"
#include "server/http/http.h"
#include "server/http/incoming.h"
#include "server/http/percent.h"
#include "server/http/router.h"
#include "server/routes.h"

enum { BODY_CAP_BYTES = 20 * 1000, TABLES_MAX = 64 };

struct seen { // what came of the bytes
  struct gate_result gate;
  bool is_taken;
  enum incoming_verdict verdict;
  size_t body_used;
};

static struct http http;
static struct arena *house; // of the router

static void close_house(void);
static struct request *read_request(struct fuzz_input bytes, const struct fuzz_input *pieces, struct seen *out);
static enum incoming_verdict read_body(struct incoming *incoming, struct fuzz_input rest,
                                       const struct fuzz_input *pieces, size_t *used);
static void compare(const struct seen *whole, const struct seen *split, const struct request *a,
                    const struct request *b);
static void check_gate(const struct gate_result *gate, struct fuzz_input bytes);
static void check_head(const struct request *request, const struct gate_result *gate);
static void check_route(struct request *request);
static void check_headers(const struct request *request);
static bool is_one_line(const char *text);

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  static struct route_table tables[TABLES_MAX];
  require(route_table_count <= TABLES_MAX);
  for (size_t i = 0; i < route_table_count; i++)
    tables[i] = *route_tables[i];
  house = arena_new();
  http = (struct http){.tables = tables, .table_count = route_table_count};
  http.router = router_new(house, tables, route_table_count);
  return atexit(close_house);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = fuzz_input_of(data, size);
  const struct fuzz_input pieces = fuzz_line(&input);
  if (input.left == 0)
    return 0;
  const struct fuzz_input in_one = {NULL, 0};
  struct seen whole, split;
  struct request *a = read_request(input, &in_one, &whole);
  struct request *b = read_request(input, &pieces, &split);
  compare(&whole, &split, a, b);
  check_gate(&whole.gate, input);
  if (whole.is_taken) {
    check_head(a, &whole.gate);
    check_headers(a);
    check_route(a);
  }
  request_free(a);
  request_free(b);
  return 0;
}

static void close_house(void) { arena_free(house); }

static struct request *read_request(struct fuzz_input bytes, const struct fuzz_input *pieces, struct seen *out) {
  *out = (struct seen){0};
  size_t seen = 0, size = 0;
  for (size_t turn = 0; out->gate.verdict == GATE_MORE && size < bytes.left; turn++) {
    size += fuzz_piece(pieces, turn, bytes.left - size);
    out->gate = gate_check(bytes.at, size, &seen);
    require(seen <= size);
  }
  struct request *request = request_new(&http, arena_new());
  if (out->gate.verdict != GATE_PASS)
    return request;
  struct incoming incoming;
  out->is_taken = incoming_take_head(&incoming, request, bytes.at, &out->gate);
  if (!out->is_taken || !(out->gate.is_chunked || out->gate.length > 0))
    return request;
  struct fuzz_input rest = bytes;
  (void)fuzz_take(&rest, out->gate.block_bytes);
  incoming_expect_body(&incoming, BODY_CAP_BYTES, out->gate.length);
  out->verdict = read_body(&incoming, rest, pieces, &out->body_used);
  return request;
}

static enum incoming_verdict read_body(struct incoming *incoming, struct fuzz_input rest,
                                       const struct fuzz_input *pieces, size_t *used) {
  enum incoming_verdict verdict = INCOMING_MORE;
  for (size_t turn = 0; verdict == INCOMING_MORE && rest.left > 0; turn++) {
    struct fuzz_input piece = fuzz_take(&rest, fuzz_piece(pieces, turn, rest.left));
    size_t taken = 0;
    verdict = incoming_take_body(incoming, piece.at, piece.left, &taken);
    require(verdict == INCOMING_MORE ? taken == piece.left : taken <= piece.left);
    *used += taken;
  }
  return verdict;
}

static void compare(const struct seen *whole, const struct seen *split, const struct request *a,
                    const struct request *b) {
  require(whole->gate.verdict == split->gate.verdict);
  require(text_equal(whole->gate.why, split->gate.why));
  require(whole->gate.block_bytes == split->gate.block_bytes && whole->gate.length == split->gate.length);
  require(whole->is_taken == split->is_taken);
  require(whole->verdict == split->verdict);
  require(a->body_size == b->body_size && a->header_count == b->header_count);
  if (whole->verdict != INCOMING_DONE)
    return;
  require(whole->body_used == split->body_used);
  require(memcmp(a->body, b->body, a->body_size) == 0);
  require(a->body_size <= BODY_CAP_BYTES && a->body[a->body_size] == '\0');
  require(whole->gate.is_chunked || a->body_size == whole->gate.length);
}

static void check_gate(const struct gate_result *gate, struct fuzz_input bytes) {
  if (gate->verdict == GATE_MORE) {
    require(bytes.left < GATE_HEADER_BYTES_MAX);
    return;
  }
  require((gate->verdict == GATE_PASS) == (gate->why == NULL));
  if (gate->verdict != GATE_PASS)
    return;
  require(gate->block_bytes <= bytes.left && gate->block_bytes <= GATE_HEADER_BYTES_MAX);
  require(memcmp(bytes.at + gate->block_bytes - 4, "\r\n\r\n", 4) == 0);
  require(memmem(bytes.at, gate->block_bytes - 1, "\r\n\r\n", 4) == NULL); // no earlier one
  require(memchr(bytes.at, '\0', gate->block_bytes) == NULL);
  require(gate->target_at + gate->target_size < gate->block_bytes);
  require(gate->field_count <= GATE_HEADERS_MAX);
  require(!gate->is_chunked || (!gate->has_length && !gate->is_http_10));
}

static void check_head(const struct request *request, const struct gate_result *gate) {
  require(request->path != NULL && request->path[0] == '/' && is_one_line(request->path));
  require(strpbrk(request->path, " ?#") == NULL);
  size_t query_size = request->query == NULL ? 0 : strlen(request->query) + 1;
  require(gate->target_size == 0 || strlen(request->path) + query_size == gate->target_size);
  require(request->header_count == gate->field_count);
  size_t hosts = 0;
  for (size_t i = 0; i < request->header_count; i++) {
    const struct header *header = &request->headers[i];
    require(header->name[0] != '\0' && is_one_line(header->name) && strpbrk(header->name, " :\"(),/") == NULL);
    require(is_one_line(header->value));
    size_t size = strlen(header->value);
    require(size == 0 || (strchr(" \t", header->value[0]) == NULL && strchr(" \t", header->value[size - 1]) == NULL));
    hosts += strcmp(header->name, "host") == 0;
  }
  require(hosts == 1 || (hosts == 0 && gate->is_http_10));
}

static void check_route(struct request *request) {
  char allow[ROUTER_METHODS_TEXT_BYTES] = "";
  const char *path = arena_text(request->arena, request->path);
  enum err err = router_match(request, allow);
  require(strcmp(path, request->path) == 0);
  require((err == ERR_OK) == (request->route != NULL));
  require((err == ERR_METHOD) == (allow[0] != '\0'));
  require(err == ERR_OK || err == ERR_METHOD || err == ERR_NOT_FOUND);
  if (err != ERR_OK)
    return;
  require(request->route->method == request->method);
  for (size_t i = 0; i < request->param_count; i++) {
    const struct param *param = &request->params[i];
    bool is_text = route_param_is_text(param->name, strlen(param->name));
    require(is_text || param->id > 0);
    require(utf8_is_valid(param->text, strlen(param->text)) && strchr(param->text, '/') == NULL);
    require(!text_has_control(param->text, false));
  }
}

static void check_headers(const struct request *request) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *path = percent_decode(arena, request->path, strlen(request->path), false);
  require(path == NULL || (strlen(path) <= strlen(request->path) && utf8_is_valid(path, strlen(path))));
  const char *host = request_header(request, "host");
  for (size_t i = 0; i < request->header_count; i++) {
    const char *value = request->headers[i].value;
    bool is_media[] = {header_is_media(value, MEDIA_JSON), header_is_media(value, MEDIA_CSV),
                       header_is_media(value, MEDIA_YAML)};
    require(is_media[0] + is_media[1] + is_media[2] <= 1);
    // Who takes a problem report takes JSON, unless it is refused by name.
    require(!header_accepts(value, "application/problem+json") || header_accepts(value, "application/json") ||
            strcasestr(value, "application/json") != NULL);
    (void)header_accepts(value, "text/csv; charset=utf-8");
    require(!header_lists_tag(value, "W/\"c1-5\"") || strstr(value, "\"c1-5\"") != NULL);
    require(!header_origin_is_ours(value, NULL, NULL));
    bool is_ours = header_origin_is_ours(value, host, "https://tandem.example.edu");
    require(!is_ours || strstr(value, "://") != NULL);
  }
}

static bool is_one_line(const char *text) { return strpbrk(text, "\r\n") == NULL; }
