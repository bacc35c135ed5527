// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/headers.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
  const char *start;
  size_t size;
};

struct media_row {
  enum media media;
  const char *type;
};

// The first row of a media is the one that messages name.
static const struct media_row media_rows[] = {
    {MEDIA_JSON, "application/json"},    {MEDIA_CSV, "text/csv"},   {MEDIA_YAML, "application/yaml"},
    {MEDIA_YAML, "application/x-yaml"},  {MEDIA_YAML, "text/yaml"}, {MEDIA_FORM, "application/x-www-form-urlencoded"},
    {MEDIA_FORM, "multipart/form-data"},
};
enum { MEDIA_ROWS = sizeof media_rows / sizeof media_rows[0], WEIGHT_MAX = 1000 };

static struct span next_item(const char **rest, char separator);
static struct span trimmed(const char *start, size_t size);
static bool span_is(struct span span, const char *text);
static bool charset_is_utf8(const char *parameters);
static int best_weight(const char *list, struct span wanted,
                       int (*specificity_of)(struct span range, struct span wanted));
static int specificity(struct span range, struct span type);
static int coding_specificity(struct span range, struct span coding);
static int weight_of(const char *parameters);
static int thousandths(const char *digits);
static bool split_origin(const char *url, struct span *scheme, struct span *authority);
static bool same_authority(struct span scheme, struct span a, struct span b);
static struct span without_default_port(struct span scheme, struct span authority);

bool header_is_media(const char *content_type, enum media media) {
  if (content_type == NULL)
    return false;
  const char *rest = content_type;
  struct span type = next_item(&rest, ';');
  for (size_t i = 0; i < MEDIA_ROWS; i++)
    if (media_rows[i].media == media && span_is(type, media_rows[i].type))
      return charset_is_utf8(rest);
  return false;
}

const char *media_text(enum media media) {
  for (size_t i = 0; i < MEDIA_ROWS; i++)
    if (media_rows[i].media == media)
      return media_rows[i].type;
  return "?";
}

bool header_accepts(const char *accept, const char *type) { return header_weight(accept, type) > 0; }

int header_weight(const char *accept, const char *type) {
  if (accept == NULL || accept[strspn(accept, " \t,")] == '\0')
    return WEIGHT_MAX;
  return best_weight(accept, trimmed(type, strcspn(type, ";")), specificity);
}

int header_coding_weight(const char *accept_encoding, const char *coding) {
  if (accept_encoding == NULL)
    return 0;
  return best_weight(accept_encoding, (struct span){coding, strlen(coding)}, coding_specificity);
}

bool header_lists_tag(const char *if_none_match, const char *tag) {
  if (if_none_match == NULL)
    return false;
  if (strncmp(tag, "W/", 2) == 0)
    tag += 2;
  const char *rest = if_none_match;
  while (*rest != '\0') {
    struct span item = next_item(&rest, ',');
    if (item.size > 2 && strncmp(item.start, "W/", 2) == 0)
      item = (struct span){item.start + 2, item.size - 2};
    if (item.size == strlen(tag) && memcmp(item.start, tag, item.size) == 0)
      return true;
  }
  return false;
}

bool header_origin_is_ours(const char *origin, const char *host, const char *public_url) {
  struct span scheme, authority, public_scheme, public_authority;
  if (origin == NULL || !split_origin(origin, &scheme, &authority))
    return false;
  // The public host under another scheme is somebody on the wire, not us.
  if (public_url != NULL && split_origin(public_url, &public_scheme, &public_authority) &&
      same_authority(scheme, authority, without_default_port(public_scheme, public_authority)))
    return scheme.size == public_scheme.size && strncasecmp(scheme.start, public_scheme.start, scheme.size) == 0;
  return host != NULL && same_authority(scheme, authority, (struct span){host, strlen(host)});
}

// Up to the separator outside quotes, trimmed; *rest moves behind it.
static struct span next_item(const char **rest, char separator) {
  const char *start = *rest;
  const char *end = start;
  bool is_quoted = false;
  for (; *end != '\0' && (is_quoted || *end != separator); end++) {
    if (*end == '"')
      is_quoted = !is_quoted;
    else if (is_quoted && *end == '\\' && end[1] != '\0')
      end++;
  }
  *rest = *end == '\0' ? end : end + 1;
  return trimmed(start, (size_t)(end - start));
}

static struct span trimmed(const char *start, size_t size) {
  while (size > 0 && (start[0] == ' ' || start[0] == '\t')) {
    start++;
    size--;
  }
  while (size > 0 && (start[size - 1] == ' ' || start[size - 1] == '\t'))
    size--;
  return (struct span){start, size};
}

static bool span_is(struct span span, const char *text) {
  return span.size == strlen(text) && strncasecmp(span.start, text, span.size) == 0;
}

static bool charset_is_utf8(const char *parameters) {
  while (*parameters != '\0') {
    struct span item = next_item(&parameters, ';');
    if (item.size < 8 || strncasecmp(item.start, "charset=", 8) != 0)
      continue;
    struct span value = {item.start + 8, item.size - 8};
    if (!span_is(value, "utf-8") && !span_is(value, "\"utf-8\""))
      return false;
  }
  return true;
}

// Of the range that says most precisely what is wanted; of two that are alike, the kinder one's.
static int best_weight(const char *list, struct span wanted,
                       int (*specificity_of)(struct span range, struct span wanted)) {
  int best = 0;
  int weight = 0;
  while (*list != '\0') {
    struct span item = next_item(&list, ',');
    struct span range = trimmed(item.start, strcspn(item.start, ";,"));
    int precision = specificity_of(range, wanted);
    if (precision < best || precision == 0)
      continue;
    int this_weight = weight_of(range.start + range.size);
    weight = precision > best || this_weight > weight ? this_weight : weight;
    best = precision;
  }
  return weight;
}

// 3: the type itself, 2: its main type, 1: anything, 0: another.
static int specificity(struct span range, struct span type) {
  if (range.size == type.size && strncasecmp(range.start, type.start, type.size) == 0)
    return 3;
  if (span_is(type, "application/json") && span_is(range, "application/problem+json"))
    return 3;
  if (span_is(range, "*/*"))
    return 1;
  const char *slash = memchr(type.start, '/', type.size);
  size_t main_size = slash == NULL ? 0 : (size_t)(slash - type.start) + 1;
  bool is_main = main_size > 0 && range.size == main_size + 1 && range.start[main_size] == '*' &&
                 strncasecmp(range.start, type.start, main_size) == 0;
  return is_main ? 2 : 0;
}

static int coding_specificity(struct span range, struct span coding) {
  if (range.size == coding.size && strncasecmp(range.start, coding.start, coding.size) == 0)
    return 2;
  return span_is(range, "*") ? 1 : 0;
}

// The q among the parameters of one range; what cannot be read is as if it were not there.
static int weight_of(const char *parameters) {
  struct span range = next_item(&parameters, ',');
  const char *end = range.start + range.size;
  for (const char *at = range.start; at < end; at++) {
    if (*at != ';')
      continue;
    at += 1 + strspn(at + 1, " \t");
    if (strncasecmp(at, "q=", 2) == 0)
      return thousandths(at + 2);
    at--;
  }
  return WEIGHT_MAX;
}

// "0", "0.75", "1.000"; WEIGHT_MAX for anything else.
static int thousandths(const char *digits) {
  size_t size = strcspn(digits, ",; \t");
  if (size == 0 || digits[0] != '0' || (size > 1 && digits[1] != '.'))
    return WEIGHT_MAX;
  int weight = 0;
  int unit = WEIGHT_MAX;
  for (size_t i = 2; i < size && digits[i] >= '0' && digits[i] <= '9'; i++) {
    unit /= 10;
    weight += (digits[i] - '0') * unit;
  }
  return weight;
}

static bool split_origin(const char *url, struct span *scheme, struct span *authority) {
  const char *colon = strstr(url, "://");
  if (colon == NULL)
    return false;
  *scheme = (struct span){url, (size_t)(colon - url)};
  *authority = (struct span){colon + 3, strcspn(colon + 3, "/")};
  return authority->size > 0 && (span_is(*scheme, "http") || span_is(*scheme, "https"));
}

static bool same_authority(struct span scheme, struct span a, struct span b) {
  a = without_default_port(scheme, a);
  b = without_default_port(scheme, b);
  return a.size == b.size && strncasecmp(a.start, b.start, a.size) == 0;
}

static struct span without_default_port(struct span scheme, struct span authority) {
  const char *port = span_is(scheme, "https") ? ":443" : ":80";
  size_t size = strlen(port);
  if (authority.size > size && strncmp(authority.start + authority.size - size, port, size) == 0)
    authority.size -= size;
  return authority;
}
