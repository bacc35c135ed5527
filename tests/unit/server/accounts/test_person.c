// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/audit.h"
#include "tests/unit/server/accounts/fixture.h"

static void what_is_an_address(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *address;
    const char *key; // NULL: refused
    const char *why;
  } cases[] = {
      {"ada@example.edu", "ada@example.edu", "plain"},
      {"  Ada.Lovelace+smr@CS.Example.EDU ", "ada.lovelace+smr@cs.example.edu", "squeezed and folded"},
      {"o'neil@example.edu", "o'neil@example.edu", "an apostrophe is an ordinary character there"},
      {"j\xC3\x96rg@example.edu", "j\xC3\xB6rg@example.edu", "beyond ASCII"},
      {"ada", NULL, "no @"},
      {"@example.edu", NULL, "nothing before @"},
      {"ada@", NULL, "nothing after @"},
      {"ada@example", NULL, "no second label"},
      {"ada@.edu", NULL, "an empty label"},
      {"ada@example.edu.", NULL, "an empty last label"},
      {"ada@-example.edu", NULL, "a label that begins with a hyphen"},
      {"ada@192.0.2.1", NULL, "numbers are no domain"},
      {"ada@[192.0.2.1]", NULL, "an address literal"},
      {"ada@b@example.edu", NULL, "two @"},
      {"a da@example.edu", NULL, "a space"},
      {"ada@example.edu\r\nRCPT TO:<x@example.org>", NULL, "a line end injects a command"},
      {"Ada <ada@example.edu>", NULL, "a name around it"},
      {"ada@example.edu,bob@example.edu", NULL, "two of them"},
      {"ada..l@example.edu", NULL, "two dots"},
      {".ada@example.edu", NULL, "a leading dot"},
      {"ada@ex\xEF\xBC\xA0mple.edu", NULL, "a full-width @ folds to a second one"},
      {"ada\xFF@example.edu", NULL, "not UTF-8"},
      {"", NULL, "empty"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *clean, *key = NULL;
    bool is_address = address_check(f->arena, cases[i].address, &clean, &key);
    if (is_address != (cases[i].key != NULL) || !text_equal(key, cases[i].key))
      fail_msg("%s: %s", cases[i].why, key ? key : "refused");
  }
}

static void an_address_over_254_octets_or_64_before_the_at_is_refused(void **state) {
  struct fixture *f = *state;
  static const struct {
    int local;
    int labels; // of 60 characters and a dot
    bool is_address;
  } cases[] = {{64, 1, true}, {65, 1, false}, {8, 4, true}, {9, 4, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text address;
    text_init(&address, f->arena);
    for (int j = 0; j < cases[i].local; j++)
      text_add_char(&address, 'a');
    text_add_char(&address, '@');
    for (int j = 0; j < cases[i].labels; j++)
      text_add(&address, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.");
    text_add(&address, "e");
    const char *clean, *key;
    assert_int_equal(cases[i].is_address, address_check(f->arena, text_get(&address), &clean, &key));
  }
}

static void a_person_is_found_by_any_address_in_any_case(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_address(&act, f->ada, "Countess@Example.org"));
  struct person person;
  assert_int_equal(ERR_OK, person_find(f->db, f->arena, "ADA@EXAMPLE.EDU", &person));
  assert_int_equal(f->ada, person.id);
  assert_string_equal("Countess@Example.org", person.email);
  assert_int_equal(ERR_OK, person_find(f->db, f->arena, " countess@example.ORG", &person));
  assert_int_equal(f->ada, person.id);
  assert_int_equal(ERR_NOT_FOUND, person_find(f->db, f->arena, "nobody@example.org", &person));
  assert_int_equal(ERR_OK, person_set_address(&act, f->ada, "ada@example.edu"));
  assert_int_equal(ERR_OK, person_get(f->db, f->arena, f->ada, &person));
  assert_string_equal("ada@example.edu", person.email);
}

static void an_address_belongs_to_one_person(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  const char *before = dump(f);
  struct act act = fixture_act(f);
  int64_t id;
  assert_int_equal(ERR_CONFLICT, person_create(&act, "Another Ada", "ADA@example.edu", &id));
  assert_int_equal(PROBLEM_NAME_TAKEN, f->problem.code);
  assert_int_equal(ERR_CONFLICT, person_set_address(&act, grace, "Ada@Example.edu"));
  assert_string_equal(before, dump(f));
}

static void faults_of_a_new_person_are_told_at_once_and_change_nothing(void **state) {
  struct fixture *f = *state;
  const char *before = dump(f);
  struct act act = fixture_act(f);
  int64_t id;
  assert_int_equal(ERR_INVALID, person_create(&act, " ", "no address", &id));
  assert_int_equal(2, f->problem.error_count);
  assert_string_equal("name", f->problem.errors[0].field);
  assert_string_equal("email", f->problem.errors[1].field);
  static const struct {
    const char *name;
    const char *why;
  } cases[] = {{"Ada\nLovelace", "two lines"},
               {"Ada\x01", "a control character"},
               {"Ad\xFF", "not UTF-8"},
               {"Ada\u200B", "unseen"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (person_create(&act, cases[i].name, "x@example.edu", &id) != ERR_INVALID)
      fail_msg("%s", cases[i].why);
  assert_string_equal(before, dump(f));
}

static void the_preferred_name_is_what_everybody_sees_until_it_is_removed(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  struct person person;
  assert_int_equal(ERR_OK, person_rename(&act, f->ada, NULL, "  Countess   of Lovelace "));
  assert_int_equal(ERR_OK, person_get(f->db, f->arena, f->ada, &person));
  assert_string_equal("Countess of Lovelace", person.name);
  assert_string_equal("Ada Lovelace", person.full_name);
  assert_int_equal(ERR_OK, person_rename(&act, f->ada, "Ada King", NULL));
  assert_int_equal(ERR_OK, person_get(f->db, f->arena, f->ada, &person));
  assert_string_equal("Countess of Lovelace", person.preferred_name);
  assert_string_equal("Ada King", person.full_name);
  assert_int_equal(ERR_OK, person_rename(&act, f->ada, NULL, ""));
  assert_int_equal(ERR_OK, person_get(f->db, f->arena, f->ada, &person));
  assert_string_equal("Ada King", person.name);
  assert_null(person.preferred_name);
}

static void a_change_is_audited_and_no_change_is_not(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  int64_t before, after;
  assert_int_equal(ERR_OK, audit_counter(f->db, AUDIT_INSTALLATION, &before));
  assert_int_equal(ERR_OK, person_rename(&act, f->ada, "Ada Lovelace", ""));
  assert_int_equal(ERR_OK, person_set_address(&act, f->ada, "ada@example.edu"));
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, false));
  assert_int_equal(ERR_OK, audit_counter(f->db, AUDIT_INSTALLATION, &after));
  assert_int_equal(before, after);
  assert_int_equal(ERR_OK, person_rename(&act, f->ada, NULL, "Ada"));
  assert_int_equal(ERR_OK, person_set_address(&act, f->ada, "Ada@example.edu"));
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  struct audit_row *rows;
  size_t count;
  assert_int_equal(ERR_OK, audit_list(f->db, f->arena, AUDIT_INSTALLATION, INT64_MAX, 3, &rows, &count));
  assert_int_equal(before + 3, rows[0].seq);
  assert_string_equal("account disabled", rows[0].kind);
  assert_string_equal("address changed", rows[1].kind);
  assert_string_equal("{\"email\":\"Ada@example.edu\"}", rows[1].after);
  assert_string_equal("person renamed", rows[2].kind);
  assert_string_equal("{\"name\":\"Ada Lovelace\",\"preferred_name\":null}", rows[2].before);
}

static void nobody_with_that_number_is_not_found(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  assert_int_equal(ERR_NOT_FOUND, person_rename(&act, 999, "X", NULL));
  assert_int_equal(ERR_NOT_FOUND, person_set_address(&act, 999, "x@example.edu"));
  assert_int_equal(ERR_NOT_FOUND, person_set_disabled(&act, 999, true));
  assert_int_equal(PROBLEM_NOT_FOUND, f->problem.code);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_fixture(what_is_an_address),
      with_fixture(an_address_over_254_octets_or_64_before_the_at_is_refused),
      with_fixture(a_person_is_found_by_any_address_in_any_case),
      with_fixture(an_address_belongs_to_one_person),
      with_fixture(faults_of_a_new_person_are_told_at_once_and_change_nothing),
      with_fixture(the_preferred_name_is_what_everybody_sees_until_it_is_removed),
      with_fixture(a_change_is_audited_and_no_change_is_not),
      with_fixture(nobody_with_that_number_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
