// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "server/outbound/mail.h"
#include "server/outbound/notice_kind.h"

#define PAGE "docs/notices.md"
#define MARK "<!-- Printed from server/outbound/notice_kind.c; test_notice_kind compares it. -->\n\n"

static const char *const to_words[] = {[NOTICE_EVERYBODY] = "everybody",
                                       [NOTICE_STUDENTS] = "students",
                                       [NOTICE_STAFF] = "staff",
                                       [NOTICE_OPERATOR] = "operator"};
static const char *const pace_words[] = {
    [NOTICE_ALONE] = "now, alone", [NOTICE_NOW] = "now", [NOTICE_HOUR] = "within an hour", [NOTICE_DAY] = "daily mail"};

static void each_kind_has_a_name_of_its_own_and_words_fit_for_mail(void **state) {
  (void)state;
  size_t count = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  assert_true(count > 60);
  for (size_t i = 0; i < count; i++) {
    const struct notice_kind *kind = &kinds[i];
    assert_ptr_equal(kind, notice_kind_find(kind->name)); // the first of its name
    // A link to turn it off writes spaces as '_' and ends the name with '.'.
    if (strpbrk(kind->name, "._/%?#") != NULL || !mail_header_is_clean(kind->example) || kind->title[0] == '\0')
      fail_msg("\"%s\" cannot be told", kind->name);
    if (strpbrk(kind->title, "<>&\"") != NULL)
      fail_msg("the title of \"%s\" stands on a page as it is", kind->name);
    if (kind->is_off_at_first && !kind->may_be_off)
      fail_msg("\"%s\" is off and may not be", kind->name);
    if (kind->pace == NOTICE_ALONE && kind->may_be_off)
      fail_msg("\"%s\" is what its reader asked for, or what guards the account", kind->name);
  }
  assert_null(notice_kind_find("gossip"));
  assert_null(notice_kind_find(""));
}

static void what_staff_are_told_waits_for_the_daily_mail_unless_it_is_urgent(void **state) {
  (void)state;
  size_t count = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  static const char *const at_once[] = {"daily tasks", "urgent for staff", "own slot soon", "outage"};
  for (size_t i = 0; i < count; i++) {
    bool is_urgent = false;
    for (size_t j = 0; j < sizeof at_once / sizeof *at_once; j++)
      is_urgent = is_urgent || strcmp(kinds[i].name, at_once[j]) == 0;
    if (kinds[i].audience == NOTICE_STAFF && kinds[i].pace != (is_urgent ? NOTICE_NOW : NOTICE_DAY))
      fail_msg("\"%s\" leaves at another pace", kinds[i].name);
    if (kinds[i].audience != NOTICE_STAFF && kinds[i].pace == NOTICE_DAY)
      fail_msg("\"%s\": only staff have a daily mail", kinds[i].name);
  }
}

static void the_documentation_lists_them_as_they_are(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text table;
  text_init(&table, arena);
  text_add(&table, MARK "| Kind | To | Leaves | May be off | What it tells | A subject |\n"
                        "| --- | --- | --- | --- | --- | --- |\n");
  size_t count = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  for (size_t i = 0; i < count; i++)
    text_add_format(&table, "| %s | %s | %s | %s | %s | %s |\n", kinds[i].name, to_words[kinds[i].audience],
                    pace_words[kinds[i].pace], kinds[i].may_be_off ? "yes" : "no", kinds[i].title, kinds[i].example);
  char *page = arena_alloc(arena, 256 * 1024);
  FILE *file = fopen(PAGE, "r");
  assert_non_null(file);
  page[fread(page, 1, 256 * 1024 - 1, file)] = '\0';
  fclose(file);
  if (strstr(page, text_get(&table)) != NULL)
    return;
  fprintf(stderr, "%s\n", text_get(&table)); // longer than cmocka's own messages
  fail_msg("%s is to hold what is printed above", PAGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_has_a_name_of_its_own_and_words_fit_for_mail),
      cmocka_unit_test(what_staff_are_told_waits_for_the_daily_mail_unless_it_is_urgent),
      cmocka_unit_test(the_documentation_lists_them_as_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
