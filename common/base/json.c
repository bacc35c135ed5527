// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/json.h"

#include <assert.h>
#include <string.h>

enum {
  ESCAPE_BYTES_MAX = 6,  // \u001f
  NAME_FRAME_BYTES = 4,  // a comma, two quotes, a colon
  NUMBER_BYTES_MAX = 24, // -9223372036854775808 and a decimal point
};

// What becomes of a byte in a string: 0 as it is, 'u' \u00XX, 'h' not ASCII, else the letter after the backslash (RFC
// 8259, 7). NUL counts as one to escape, so that a run ends at the text's end.
static const char escapes[256] = {
    [0x00 ... 0x07] = 'u', ['\b'] = 'b',          ['\t'] = 't', ['\n'] = 'n',  [0x0B] = 'u',          ['\f'] = 'f',
    ['\r'] = 'r',          [0x0E ... 0x1F] = 'u', ['"'] = '"',  ['\\'] = '\\', [0x80 ... 0xFF] = 'h',
};

static void open_scope(struct json *json, const char *name, char opener, char closer);
static void begin_value(struct json *json, const char *name);
static bool add_plain_name(struct text *text, bool is_first, const char *name);
static void add_quoted(struct text *text, const char *value);
static size_t high_run(const char *value);
static char *put_escape(char *end, unsigned char byte);
static char *put_high(char *end, const char *run, size_t size);
static void add_unsigned(struct text *text, bool is_negative, uint64_t value);
static char *put_unsigned(char *end, uint64_t value);
static uint64_t magnitude(int64_t value);

void json_init(struct json *json, struct arena *arena) {
  json->depth = 0;
  text_init(&json->text, arena);
}

void json_begin_object(struct json *json) { open_scope(json, NULL, '{', '}'); }

void json_begin_array(struct json *json) { open_scope(json, NULL, '[', ']'); }

void json_object_in(struct json *json, const char *name) { open_scope(json, name, '{', '}'); }

void json_array_in(struct json *json, const char *name) { open_scope(json, name, '[', ']'); }

void json_end(struct json *json) {
  assert(json->depth > 0);
  json->depth--;
  text_add_char(&json->text, json->closer[json->depth]);
}

void json_text(struct json *json, const char *name, const char *value) {
  begin_value(json, name);
  if (value)
    add_quoted(&json->text, value);
  else
    text_add_n(&json->text, "null", 4);
}

void json_int(struct json *json, const char *name, int64_t value) {
  begin_value(json, name);
  add_unsigned(&json->text, value < 0, magnitude(value));
}

void json_int_or_null(struct json *json, const char *name, int64_t value) {
  if (value == 0)
    json_none(json, name);
  else
    json_int(json, name, value);
}

void json_flag(struct json *json, const char *name, bool value) {
  begin_value(json, name);
  if (value)
    text_add_n(&json->text, "true", 4);
  else
    text_add_n(&json->text, "false", 5);
}

void json_none(struct json *json, const char *name) {
  begin_value(json, name);
  text_add_n(&json->text, "null", 4);
}

void json_instant(struct json *json, const char *name, int64_t at) {
  begin_value(json, name);
  char quoted[23];
  quoted[0] = '"';
  instant_format(at, quoted + 1);
  quoted[21] = '"';
  text_add_n(&json->text, quoted, 22);
}

void json_instant_or_null(struct json *json, const char *name, int64_t at) {
  if (at == 0)
    json_none(json, name);
  else
    json_instant(json, name, at);
}

void json_decimal(struct json *json, const char *name, int64_t hundredths) {
  begin_value(json, name);
  uint64_t value = magnitude(hundredths);
  unsigned rest = (unsigned)(value % 100);
  add_unsigned(&json->text, hundredths < 0, value / 100);
  if (rest == 0)
    return;
  char digits[] = {'.', (char)('0' + rest / 10), (char)('0' + rest % 10)};
  text_add_n(&json->text, digits, rest % 10 == 0 ? 2 : 3);
}

const char *json_get(const struct json *json) {
  assert(json->depth == 0);
  return text_get(&json->text);
}

static void open_scope(struct json *json, const char *name, char opener, char closer) {
  assert(json->depth < JSON_DEPTH_MAX);
  begin_value(json, name);
  text_add_char(&json->text, opener);
  json->is_first[json->depth] = true;
  json->closer[json->depth] = closer;
  json->depth++;
}

static void begin_value(struct json *json, const char *name) {
  if (json->depth == 0) {
    assert(!name && json->text.size == 0); // one root
    return;
  }
  int scope = json->depth - 1;
  assert((json->closer[scope] == '}') == (name != NULL));
  bool is_first = json->is_first[scope];
  json->is_first[scope] = false;
  if (name && add_plain_name(&json->text, is_first, name))
    return;
  if (!is_first)
    text_add_char(&json->text, ',');
  if (name) {
    add_quoted(&json->text, name);
    text_add_char(&json->text, ':');
  }
}

// Names are nearly always words of ours: in one go, unless something in it needs an escape.
static bool add_plain_name(struct text *text, bool is_first, const char *name) {
  char *end = text_reserve(text, strlen(name) + NAME_FRAME_BYTES);
  if (!is_first)
    *end++ = ',';
  *end++ = '"';
  while (escapes[(unsigned char)*name] == 0)
    *end++ = *name++;
  if (*name != '\0')
    return false; // what was put down is not counted in the text's size
  *end++ = '"';
  *end++ = ':';
  *end = '\0';
  text->size = (size_t)(end - text->bytes);
  return true;
}

static void add_quoted(struct text *text, const char *value) {
  size_t left = strlen(value);
  char *end = text_reserve(text, left + 2); // kept: room for what is left as it is, and for both quotes
  *end++ = '"';
  while (left > 0) {
    const char *run = value;
    while (escapes[(unsigned char)*value] == 0) // ends at the NUL at the latest
      *end++ = *value++; // most texts are a few bytes long: cheaper than a look first and a memcpy then
    left -= (size_t)(value - run);
    if (left == 0)
      break;
    bool is_high = escapes[(unsigned char)*value] == 'h';
    size_t taken = is_high ? high_run(value) : 1;
    bool grows = !is_high || !utf8_is_valid(value, taken);
    text->size = (size_t)(end - text->bytes);
    if (grows)
      end = text_reserve(text, ESCAPE_BYTES_MAX * taken + (left - taken) + 2);
    if (!is_high)
      end = put_escape(end, (unsigned char)*value);
    else if (grows)
      end = put_high(end, value, taken);
    else
      end = (char *)memcpy(end, value, taken) + taken;
    value += taken;
    left -= taken;
  }
  *end++ = '"';
  *end = '\0';
  text->size = (size_t)(end - text->bytes);
}

static size_t high_run(const char *value) {
  size_t size = 0;
  while (escapes[(unsigned char)value[size]] == 'h')
    size++;
  return size;
}

static char *put_escape(char *end, unsigned char byte) {
  static const char hex[] = "0123456789abcdef";
  *end++ = '\\';
  *end++ = escapes[byte];
  if (escapes[byte] != 'u')
    return end;
  *end++ = '0';
  *end++ = '0';
  *end++ = hex[byte >> 4];
  *end++ = hex[byte & 15];
  return end;
}

// Bytes over 0x7F that are not all UTF-8: what is not becomes U+FFFD, so that the reader's decoder cannot swallow a
// quote.
static char *put_high(char *end, const char *run, size_t size) {
  for (size_t at = 0, length; at < size; at += length) {
    length = 2;
    while (length <= 4 && !(length <= size - at && utf8_is_valid(run + at, length)))
      length++;
    bool is_valid = length <= 4;
    length = is_valid ? length : 1;
    size_t put = is_valid ? length : 3;
    memcpy(end, is_valid ? run + at : "\xEF\xBF\xBD", put);
    end += put;
  }
  return end;
}

static void add_unsigned(struct text *text, bool is_negative, uint64_t value) {
  char *end = text_reserve(text, NUMBER_BYTES_MAX);
  if (is_negative)
    *end++ = '-';
  end = put_unsigned(end, value);
  *end = '\0';
  text->size = (size_t)(end - text->bytes);
}

static char *put_unsigned(char *end, uint64_t value) {
  char digits[NUMBER_BYTES_MAX];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  memcpy(end, digits + at, sizeof digits - at);
  return end + (sizeof digits - at);
}

static uint64_t magnitude(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }
