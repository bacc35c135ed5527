// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/gate.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct span {
  const char *start;
  size_t size;
};

// Fields that mean something here, or that must not come twice because two readers could believe different ones.
enum field {
  FIELD_HOST,
  FIELD_LENGTH,
  FIELD_CODING,
  FIELD_AUTHORIZATION,
  FIELD_COOKIE,
  FIELD_EXPECT,
  FIELD_TYPE,
  FIELD_ORIGIN,
  FIELD_COUNT
};

struct field_row {
  struct span name;
  const char *when_doubled;
};

#define NAME(text)                                                                                                     \
  { (text), sizeof(text) - 1 }
static const struct field_row fields[FIELD_COUNT] = {
    [FIELD_HOST] = {NAME("host"), "There are two Host fields."},
    [FIELD_LENGTH] = {NAME("content-length"), "There are two Content-Length fields."},
    [FIELD_CODING] = {NAME("transfer-encoding"), "There are two Transfer-Encoding fields."},
    [FIELD_AUTHORIZATION] = {NAME("authorization"), "There are two Authorization fields."},
    [FIELD_COOKIE] = {NAME("cookie"), "There are two Cookie fields."},
    [FIELD_EXPECT] = {NAME("expect"), "There are two Expect fields."},
    [FIELD_TYPE] = {NAME("content-type"), "There are two Content-Type fields."},
    [FIELD_ORIGIN] = {NAME("origin"), "There are two Origin fields."},
};

static const struct span methods[] = {NAME("GET"), NAME("HEAD"),  NAME("POST"),
                                      NAME("PUT"), NAME("PATCH"), NAME("DELETE")};

// RFC 9110 5.6.2
static const bool is_token[256] = {
    ['!'] = true,         ['#' ... '\''] = true, ['*'] = true,         ['+'] = true, ['-'] = true, ['.'] = true,
    ['0' ... '9'] = true, ['A' ... 'Z'] = true,  ['^' ... 'z'] = true, ['|'] = true, ['~'] = true,
};
// Of an authority without user information, and no comma: two hosts joined by a proxy are not one.
static const bool is_host[256] = {
    ['%'] = true, ['-'] = true, ['.'] = true,         ['0' ... ':'] = true, ['A' ... '['] = true,
    [']'] = true, ['_'] = true, ['a' ... 'z'] = true, ['~'] = true,
};

static const size_t length_max = (size_t)1 << 40;
// A request line whose target is as long as allowed: with a method and a version it still ends within this.
enum { REQUEST_LINE_BYTES_MAX = GATE_TARGET_BYTES_MAX + 64 };

struct block {
  struct gate_result result;
  struct span method;
  struct span authority;           // of an absolute target
  struct span values[FIELD_COUNT]; // start NULL: absent
};

static bool find_end(const char *bytes, size_t size, size_t *seen, struct gate_result *result);
static struct gate_result refused(enum gate_verdict verdict, const char *why);
static bool refuse(struct block *block, enum gate_verdict verdict, const char *why);
static bool check_request_line(struct block *block, const char *bytes, struct span line);
static bool check_version(struct block *block, struct span version);
static bool check_target(struct block *block, const char *bytes, struct span target);
static bool split_absolute(struct block *block, struct span *target);
static bool check_field(struct block *block, struct span line);
static bool keep_field(struct block *block, struct span name, struct span value);
static bool check_host(struct block *block);
static bool check_framing(struct block *block);
static bool check_length(struct block *block, struct span value);
static bool check_rest(struct block *block);
static bool all_of(struct span span, const bool table[256]);
static bool span_is(struct span span, struct span word);
static struct span trimmed(struct span span);

struct gate_result gate_check(const char *bytes, size_t size, size_t *seen) {
  if (size == 0)
    return (struct gate_result){.verdict = GATE_MORE};
  // An empty line, or the first byte of a TLS hello: no reason to wait for more.
  if (!is_token[(unsigned char)bytes[0]])
    return refused(GATE_BAD, "A request begins with its method.");
  struct block block = {.result.verdict = GATE_PASS};
  if (!find_end(bytes, size, seen, &block.result))
    return block.result;
  size_t end = block.result.block_bytes - 2; // the last CRLF is the empty line
  bool is_first = true;
  for (size_t at = 0; at < end; is_first = false) {
    const char *lf = memchr(bytes + at, '\n', end - at);
    struct span line = {bytes + at, (size_t)(lf - (bytes + at)) - 1};
    at += line.size + 2;
    if (is_first ? !check_request_line(&block, bytes, line) : !check_field(&block, line))
      return block.result;
  }
  if (check_host(&block) && check_framing(&block))
    (void)check_rest(&block);
  return block.result;
}

// False when there is no whole block yet, or none that can be one; the result then says which.
static bool find_end(const char *bytes, size_t size, size_t *seen, struct gate_result *result) {
  size_t limit = size < GATE_HEADER_BYTES_MAX ? size : GATE_HEADER_BYTES_MAX;
  size_t before = *seen;
  // Asked first, so that the answer does not hang on how the bytes were cut, and only on the way over the mark, so that
  // slow senders cost linear time.
  if (before < REQUEST_LINE_BYTES_MAX && limit >= REQUEST_LINE_BYTES_MAX &&
      memchr(bytes, '\n', REQUEST_LINE_BYTES_MAX) == NULL) {
    *seen = limit;
    *result = refused(GATE_URI_TOO_LONG, "The target is longer than 4 KiB.");
    return false;
  }
  const char *lf;
  for (size_t at = before; at < limit && (lf = memchr(bytes + at, '\n', limit - at)) != NULL; at = *seen) {
    size_t index = (size_t)(lf - bytes);
    *seen = index + 1;
    if (bytes[index - 1] != '\r') { // index > 0: the first byte is a token's
      *result = refused(GATE_BAD, "A line ends in a bare LF.");
      return false;
    }
    if (index >= 3 && bytes[index - 2] == '\n') {
      result->block_bytes = index + 1;
      return true;
    }
  }
  *seen = limit;
  *result = limit == GATE_HEADER_BYTES_MAX ? refused(GATE_TOO_LARGE, "The header is larger than 16 KiB.")
                                           : (struct gate_result){.verdict = GATE_MORE};
  return false;
}

static struct gate_result refused(enum gate_verdict verdict, const char *why) {
  return (struct gate_result){.verdict = verdict, .why = why};
}

static bool refuse(struct block *block, enum gate_verdict verdict, const char *why) {
  block->result = refused(verdict, why);
  return false;
}

static bool check_request_line(struct block *block, const char *bytes, struct span line) {
  const char *first = memchr(line.start, ' ', line.size);
  const char *last = memrchr(line.start, ' ', line.size);
  if (first == NULL || first == last)
    return refuse(block, GATE_BAD, "The first line is not METHOD, space, target, space, version.");
  block->method = (struct span){line.start, (size_t)(first - line.start)};
  struct span target = {first + 1, (size_t)(last - first) - 1};
  struct span version = {last + 1, (size_t)(line.start + line.size - last) - 1};
  if (!all_of(block->method, is_token))
    return refuse(block, GATE_BAD, "The method is not a token.");
  return check_version(block, version) && check_target(block, bytes, target);
}

static bool check_version(struct block *block, struct span version) {
  bool is_http = version.size == 8 && memcmp(version.start, "HTTP/", 5) == 0 && version.start[6] == '.' &&
                 version.start[5] >= '0' && version.start[5] <= '9' && version.start[7] >= '0' &&
                 version.start[7] <= '9';
  if (!is_http)
    return refuse(block, GATE_BAD, "The first line does not end in an HTTP version.");
  if (version.start[5] != '1' || version.start[7] > '1')
    return refuse(block, GATE_VERSION, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  block->result.is_http_10 = version.start[7] == '0';
  return true;
}

static bool check_target(struct block *block, const char *bytes, struct span target) {
  if (target.size > GATE_TARGET_BYTES_MAX)
    return refuse(block, GATE_URI_TOO_LONG, "The target is longer than 4 KiB.");
  for (size_t i = 0; i < target.size; i++) {
    unsigned char c = (unsigned char)target.start[i];
    if (c <= ' ' || c >= 0x7F || c == '#')
      return refuse(block, GATE_BAD, "The target holds a space, a fragment, or a byte that must be percent-encoded.");
  }
  if (target.size > 0 && target.start[0] != '/' && !split_absolute(block, &target))
    return refuse(block, GATE_BAD, "The target is neither a path nor an address of this host.");
  if (target.size == 0 ? block->authority.start == NULL : target.start[0] != '/')
    return refuse(block, GATE_BAD, "The target is not a path.");
  if (target.size > 1 && target.start[1] == '/')
    return refuse(block, GATE_BAD, "The path begins with two slashes.");
  block->result.target_at = (size_t)(target.start - bytes);
  block->result.target_size = target.size;
  return true;
}

// "http://host/path" leaves "/path"; that the authority is ours is asked once Host is known.
static bool split_absolute(struct block *block, struct span *target) {
  static const struct span schemes[] = {NAME("http://"), NAME("https://")};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    size_t size = schemes[i].size;
    if (target->size <= size || strncasecmp(target->start, schemes[i].start, size) != 0)
      continue;
    struct span rest = {target->start + size, target->size - size};
    const char *slash = memchr(rest.start, '/', rest.size);
    size_t authority_size = slash == NULL ? rest.size : (size_t)(slash - rest.start);
    block->authority = (struct span){rest.start, authority_size};
    *target = (struct span){rest.start + authority_size, rest.size - authority_size};
    return authority_size > 0;
  }
  return false;
}

static bool check_field(struct block *block, struct span line) {
  if (++block->result.field_count > GATE_HEADERS_MAX)
    return refuse(block, GATE_TOO_LARGE, "There are more than 64 header fields.");
  if (line.start[0] == ' ' || line.start[0] == '\t')
    return refuse(block, GATE_BAD, "A header field is folded over two lines.");
  const char *colon = memchr(line.start, ':', line.size);
  if (colon == NULL)
    return refuse(block, GATE_BAD, "A header line has no colon.");
  struct span name = {line.start, (size_t)(colon - line.start)};
  struct span value = {colon + 1, line.size - name.size - 1};
  if (name.size == 0 || !all_of(name, is_token))
    return refuse(block, GATE_BAD, "The name of a header field is not a token.");
  for (size_t i = 0; i < value.size; i++) {
    unsigned char c = (unsigned char)value.start[i];
    if ((c < ' ' && c != '\t') || c == 0x7F)
      return refuse(block, GATE_BAD, "A header field holds a control character.");
  }
  return keep_field(block, name, trimmed(value));
}

static bool keep_field(struct block *block, struct span name, struct span value) {
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (!span_is(name, fields[i].name))
      continue;
    if (block->values[i].start != NULL)
      return refuse(block, GATE_BAD, fields[i].when_doubled);
    block->values[i] = value;
    break;
  }
  return true;
}

static bool check_host(struct block *block) {
  struct span host = block->values[FIELD_HOST];
  if (host.start == NULL && !block->result.is_http_10)
    return refuse(block, GATE_BAD, "There is no Host field.");
  if (host.start != NULL && (host.size == 0 || !all_of(host, is_host)))
    return refuse(block, GATE_BAD, "Host does not name a host.");
  if (block->authority.start != NULL && (host.start == NULL || !span_is(block->authority, host)))
    return refuse(block, GATE_BAD, "The target names another host than Host.");
  return true;
}

static bool check_framing(struct block *block) {
  static const struct span chunked = NAME("chunked");
  struct span coding = block->values[FIELD_CODING];
  struct span length = block->values[FIELD_LENGTH];
  if (coding.start != NULL && length.start != NULL)
    return refuse(block, GATE_BAD, "There are both Content-Length and Transfer-Encoding.");
  if (coding.start != NULL && (block->result.is_http_10 || !span_is(coding, chunked)))
    return refuse(block, GATE_BAD, "Transfer-Encoding may only be chunked, and only in HTTP/1.1.");
  block->result.is_chunked = coding.start != NULL;
  return length.start == NULL || check_length(block, length);
}

static bool check_length(struct block *block, struct span value) {
  size_t length = 0;
  for (size_t i = 0; i < value.size; i++) {
    if (value.start[i] < '0' || value.start[i] > '9')
      return refuse(block, GATE_BAD, "Content-Length is not a number.");
    length = length * 10 + (size_t)(value.start[i] - '0');
    if (length > length_max) // far below where the next digit could overflow
      return refuse(block, GATE_BAD, "Content-Length is beyond any body.");
  }
  if (value.size == 0)
    return refuse(block, GATE_BAD, "Content-Length is not a number.");
  block->result.has_length = true;
  block->result.length = length;
  return true;
}

// What is well formed, but not for this server.
static bool check_rest(struct block *block) {
  static const struct span expected = NAME("100-continue");
  bool is_known = false;
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    is_known = is_known || (block->method.size == methods[i].size &&
                            memcmp(block->method.start, methods[i].start, methods[i].size) == 0);
  if (!is_known)
    return refuse(block, GATE_METHOD, "No resource of this server has that method.");
  struct span expect = block->values[FIELD_EXPECT];
  if (expect.start != NULL && !span_is(expect, expected))
    return refuse(block, GATE_EXPECTATION, "The only expectation met here is 100-continue.");
  block->result.expects_continue = expect.start != NULL && !block->result.is_http_10; // RFC 9110 10.1.1
  return true;
}

static bool all_of(struct span span, const bool table[256]) {
  for (size_t i = 0; i < span.size; i++)
    if (!table[(unsigned char)span.start[i]])
      return false;
  return true;
}

static bool span_is(struct span span, struct span word) {
  return span.size == word.size && strncasecmp(span.start, word.start, word.size) == 0;
}

static struct span trimmed(struct span span) {
  while (span.size > 0 && (span.start[0] == ' ' || span.start[0] == '\t')) {
    span.start++;
    span.size--;
  }
  while (span.size > 0 && (span.start[span.size - 1] == ' ' || span.start[span.size - 1] == '\t'))
    span.size--;
  return span;
}
