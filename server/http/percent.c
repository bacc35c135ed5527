// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/percent.h"

#include "common/base/text.h"

static int hex_value(char c);

const char *percent_decode(struct arena *arena, const char *raw, size_t size, bool plus_is_space) {
  char *decoded = arena_text_n(arena, raw, size);
  size_t length = 0;
  for (size_t i = 0; i < size; i++) {
    char c = raw[i] == '+' && plus_is_space ? ' ' : raw[i];
    if (raw[i] == '%') {
      int high = i + 2 < size ? hex_value(raw[i + 1]) : -1;
      int low = high >= 0 ? hex_value(raw[i + 2]) : -1;
      if (low < 0)
        return NULL;
      c = (char)(high * 16 + low);
      i += 2;
    }
    decoded[length++] = c;
  }
  decoded[length] = '\0';
  return utf8_is_valid(decoded, length) ? decoded : NULL;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
