// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/html.h"

static void add_one(struct text *out, char c);

void html_add(struct text *out, const char *words) {
  for (const char *c = words; *c != '\0'; c++)
    add_one(out, *c);
}

void html_add_lines(struct text *out, const char *words) {
  for (const char *c = words; *c != '\0'; c++)
    if (*c == '\n' && c[1] != '\0')
      text_add(out, "<br>\n");
    else
      add_one(out, *c);
}

static void add_one(struct text *out, char c) {
  if (c == '&')
    text_add(out, "&amp;");
  else if (c == '<')
    text_add(out, "&lt;");
  else if (c == '>')
    text_add(out, "&gt;");
  else if (c == '"')
    text_add(out, "&quot;");
  else if (c == '\'')
    text_add(out, "&#39;");
  else
    text_add_char(out, c);
}
