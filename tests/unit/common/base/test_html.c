// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/html.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

static void words_stay_words_whatever_stands_in_them(void **state) {
  (void)state;
  static const struct {
    const char *words;
    const char *text;
    const char *lines;
    const char *why;
  } cases[] = {
      {"", "", "", "nothing"},
      {"a b", "a b", "a b", "plain words"},
      {"<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;",
       "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;", "an element"},
      {"\" onclick=\"x", "&quot; onclick=&quot;x", "&quot; onclick=&quot;x", "the end of an attribute's value"},
      {"&lt; &amp;", "&amp;lt; &amp;amp;", "&amp;lt; &amp;amp;", "what looks escaped already"},
      {"Zo\xc3\xab", "Zo\xc3\xab", "Zo\xc3\xab", "letters beyond ASCII"},
      {"one\ntwo\n\nthree\n", "one\ntwo\n\nthree\n", "one<br>\ntwo<br>\n<br>\nthree\n", "lines, the last ended"},
  };
  struct arena *arena = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text text, lines;
    text_init(&text, arena);
    text_init(&lines, arena);
    html_add(&text, cases[i].words);
    html_add_lines(&lines, cases[i].words);
    if (!text_equal(text_get(&text), cases[i].text) || !text_equal(text_get(&lines), cases[i].lines))
      fail_msg("%s: %s, %s", cases[i].why, text_get(&text), text_get(&lines));
  }
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_stay_words_whatever_stands_in_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
