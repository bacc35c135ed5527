// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_values.h"

#include <stdlib.h>
#include <string.h>

static bool digits(const char **cursor, int least, int most, int64_t *out);
static bool skip(const char **cursor, const char *literal);
static bool date_part(const char **cursor, struct day *out);

bool value_id_is_valid(const char *text) {
  size_t length = strlen(text);
  return length >= 1 && length <= ID_CHARACTERS_MAX && text[0] != '-' &&
         strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

bool value_date(const char *text, struct day *out) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  struct day day;
  if (!date_part(&text, &day) || *text != '\0')
    return false;
  bool is_leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;
  if (day.year < 1970 || day.month < 1 || day.month > 12 || day.day < 1 ||
      day.day > lengths[day.month - 1] + (day.month == 2 && is_leap))
    return false;
  *out = day;
  return true;
}

bool value_wall(const char *text, struct wall *out) {
  struct day day;
  int64_t hour, minute;
  if (!date_part(&text, &day) || !skip(&text, " ") || !digits(&text, 2, 2, &hour) || !skip(&text, ":") ||
      !digits(&text, 2, 2, &minute) || *text != '\0')
    return false;
  *out = (struct wall){day.year, day.month, day.day, (int)hour, (int)minute};
  return true;
}

bool value_span(const char *text, struct span *out, bool *has_sign) {
  bool is_negative = *text == '-';
  bool is_signed = is_negative || *text == '+';
  if (is_signed)
    text++;
  int64_t number;
  if (!digits(&text, 1, 6, &number) || *text == '\0' || text[1] != '\0')
    return false;
  if (is_negative)
    number = -number;
  struct span span = {0};
  if (*text == 'd')
    span.days = (int32_t)number;
  else if (*text == 'h')
    span.seconds = number * 3600;
  else if (*text == 'm')
    span.seconds = number * 60;
  else
    return false;
  if (llabs(span_seconds(span)) > SPAN_DAYS_MAX * 86400LL)
    return false;
  *out = span;
  *has_sign = is_signed;
  return true;
}

bool value_hundredths(const char *text, int64_t *out) {
  int64_t whole, fraction = 0;
  if (!digits(&text, 1, 7, &whole))
    return false;
  if (skip(&text, ".")) {
    const char *start = text;
    if (!digits(&text, 1, 2, &fraction))
      return false;
    if (text - start == 1)
      fraction *= 10;
  }
  if (*text != '\0')
    return false;
  *out = whole * 100 + fraction;
  return true;
}

bool value_percent(const char *text, int *out) {
  int64_t number;
  if (!digits(&text, 1, 3, &number) || strcmp(text, "%") != 0)
    return false;
  *out = (int)number;
  return true;
}

bool value_size(const char *text, int64_t *out) {
  int64_t number;
  if (!digits(&text, 1, 6, &number))
    return false;
  int shift = strcmp(text, "KB") == 0 ? 10 : strcmp(text, "MB") == 0 ? 20 : strcmp(text, "GB") == 0 ? 30 : 0;
  if (shift == 0)
    return false;
  *out = number << shift;
  return true;
}

int64_t span_seconds(struct span span) { return span.days * 86400LL + span.seconds; }

const char *hundredths_words(struct arena *arena, int64_t hundredths) {
  if (hundredths % 100 == 0)
    return arena_format(arena, "%lld", (long long)hundredths / 100);
  if (hundredths % 10 == 0)
    return arena_format(arena, "%lld.%lld", (long long)hundredths / 100, (long long)hundredths % 100 / 10);
  return arena_format(arena, "%lld.%02lld", (long long)hundredths / 100, (long long)hundredths % 100);
}

const char *span_words(struct arena *arena, struct span span, bool has_sign) {
  const char *sign = span.days < 0 || span.seconds < 0 ? "-" : has_sign ? "+" : "";
  long long seconds = llabs(span.seconds);
  if (span.days != 0)
    return arena_format(arena, "%s%dd", sign, abs(span.days));
  if (seconds % 3600 == 0)
    return arena_format(arena, "%s%lldh", sign, seconds / 3600);
  return arena_format(arena, "%s%lldm", sign, seconds / 60);
}

bool day_equal(struct day a, struct day b) { return day_compare(a, b) == 0; }

int day_compare(struct day a, struct day b) {
  int left = a.year * 10000 + a.month * 100 + a.day;
  int right = b.year * 10000 + b.month * 100 + b.day;
  return left < right ? -1 : left > right;
}

static bool digits(const char **cursor, int least, int most, int64_t *out) {
  int64_t value = 0;
  int count = 0;
  for (; count < most && (*cursor)[count] >= '0' && (*cursor)[count] <= '9'; count++)
    value = value * 10 + ((*cursor)[count] - '0');
  if (count < least)
    return false;
  *cursor += count;
  *out = value;
  return true;
}

static bool skip(const char **cursor, const char *literal) {
  size_t length = strlen(literal);
  if (strncmp(*cursor, literal, length) != 0)
    return false;
  *cursor += length;
  return true;
}

static bool date_part(const char **cursor, struct day *out) {
  int64_t year, month, day;
  if (!digits(cursor, 4, 4, &year) || !skip(cursor, "-") || !digits(cursor, 2, 2, &month) || !skip(cursor, "-") ||
      !digits(cursor, 2, 2, &day))
    return false;
  *out = (struct day){(int)year, (int)month, (int)day};
  return true;
}
