// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"

struct reading {
  const char *why;
  const char *text;
  const char *domain;
  const char *rows; // "line name <email> sis section role credit", "-" for what is not said; "line skipped"
};

struct refusal {
  const char *why;
  const char *text;
  const char *place;
  const char *words;
};

#define CANVAS "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (101),Final Score\n"
#define POINTS "    Points Possible,,,,,10,(read only)\n"

static const struct reading readings[] = {
    {"the two columns that are needed", "name,email\nAda Lovelace,ada@x.edu\n", NULL,
     "2 Ada Lovelace <ada@x.edu> - - - -\n"},
    {"any order of columns, any case of their names",
     "Credit,EMAIL,Section,Role,Sis_Id,Name\naudit,a@x.edu,A1,Student,7,Ada\n", NULL,
     "2 Ada <a@x.edu> 7 A1 student audit\n"},
    {"empty cells say nothing", "name,email,sis_id,role,credit,section\nAda,a@x.edu,,,,\n", NULL,
     "2 Ada <a@x.edu> - - - -\n"},
    {"every word of role and credit",
     "name,email,role,credit\nA,a@x.edu,student,credit\nB,b@x.edu,staff,audit\nC,c@x.edu,instructor,pass-fail\n", NULL,
     "2 A <a@x.edu> - - student credit\n3 B <b@x.edu> - - staff audit\n4 C <c@x.edu> - - instructor pass-fail\n"},
    {"white space is squeezed, line breaks in a name too", "name,email\n\"  Ada \n King\", a@x.edu \n", NULL,
     "2 Ada King <a@x.edu> - - - -\n"},
    {"what looks like a formula is a name", "name,email\n\"=HYPERLINK(\"\"x\"\")\",a@x.edu\n-Dash,b@x.edu\n", NULL,
     "2 =HYPERLINK(\"x\") <a@x.edu> - - - -\n3 -Dash <b@x.edu> - - - -\n"},
    {"a plain file's names are not turned", "name,email\n\"Doe, Jane\",a@x.edu\n", NULL,
     "2 Doe, Jane <a@x.edu> - - - -\n"},
    {"a row without an address is skipped", "name,email\nAda,\nBob,b@x.edu\n", NULL,
     "3 Bob <b@x.edu> - - - -\n2 skipped\n"},
    {"columns that a spreadsheet left empty", "name,email,,\nAda,a@x.edu,,\n", NULL, "2 Ada <a@x.edu> - - - -\n"},
    {"an address from the second file goes first",
     "name,email,sis_id\nAda,old@x.edu,7\n\f\nemail,sis_id\nnew@x.edu,7\n", NULL, "2 Ada <new@x.edu> 7 - - -\n"},
    {"Canvas: names turned, assignments left, special rows skipped",
     "Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,\"Lab 1, name,email (101)\",Current "
     "Score\n"
     ",,,,,,,Manual Posting,\n"
     "    Points Possible,,,,,,,10,(read only)\n"
     "\"Lovelace, Ada\",11,903,ada@x.edu,,x.edu,A,EX,99\n"
     "\"King, Martin Luther, Jr.\",12,904,mlk@x.edu,,x.edu,A and B,N/A,\n"
     "Plato,13,905,plato@x.edu,,x.edu,\"A, B, and C\",\"1,5\",\n"
     "\"Student, Test\",14,,0123456789abcdef,,x.edu,A,,\n",
     NULL,
     "4 Ada Lovelace <ada@x.edu> 903 A - -\n5 Martin Luther King Jr. <mlk@x.edu> 904 A and B - -\n"
     "6 Plato <plato@x.edu> 905 A, B, and C - -\n7 skipped\n"},
    {"Canvas with quoted points row and semicolons",
     "Student;ID;SIS User ID;SIS Login ID;Section;Lab\n\"    Points Possible\";;;;;10,0\nLovelace, "
     "Ada;1;2;a@x.edu;A;9,5\n",
     NULL, "3 Ada Lovelace <a@x.edu> 2 A - -\n"},
    {"a login without @ takes the domain", CANVAS POINTS "\"Lovelace, Ada\",1,2,alove3,A,,\n", "x.edu",
     "3 Ada Lovelace <alove3@x.edu> 2 A - -\n"},
    {"a login with @ does not", CANVAS POINTS "\"Lovelace, Ada\",1,2,a@y.edu,A,,\n", "x.edu",
     "3 Ada Lovelace <a@y.edu> 2 A - -\n"},
    {"without a domain such a row is skipped", CANVAS POINTS "\"Lovelace, Ada\",1,2,alove3,A,,\nB,3,4,b@x.edu,A,,\n",
     NULL, "4 B <b@x.edu> 4 A - -\n3 skipped\n"},
    {"or the second file knows it",
     CANVAS POINTS "\"Lovelace, Ada\",1,2,alove3,A,,\nB,3,4,b4,A,,\n\f\nsis_id,email\n2,ada@x.edu\n99,x@x.edu\n", NULL,
     "3 Ada Lovelace <ada@x.edu> 2 A - -\n4 skipped\n"},
    {"a test student who is not last is a student", CANVAS "\"Student, Test\",1,,t@x.edu,A,,\nB,3,4,b@x.edu,A,,\n",
     NULL, "2 Test Student <t@x.edu> - A - -\n3 B <b@x.edu> 4 A - -\n"},
    {"one with a SIS id is somebody by that name", CANVAS "\"Student, Test\",1,9,t@x.edu,A,,\n", NULL,
     "2 Test Student <t@x.edu> 9 A - -\n"},
};

static const struct refusal refusals[] = {
    {"an empty file", "\n", "line 1", "no header"},
    {"no header", "Ada Lovelace,ada@x.edu\n", "line 1", "is no header"},
    {"a misspelt column", "name,emial\n", "line 1", "did you mean email?"},
    {"an unknown column", "name,email,favourite\n", "line 1", "the columns are name, email, sis_id"},
    {"a column twice", "name,email,Name\nA,a@x.edu,B\n", "line 1", "twice"},
    {"no email", "name,sis_id\nA,1\n", "line 1", "lacks the column email"},
    {"no name", "email,role\na@x.edu,\n", "line 1", "lacks the column name"},
    {"nobody", "name,email\n", "", "nobody"},
    {"Canvas without sections", "Student,ID,SIS Login ID\nA,1,a@x.edu\n", "line 1", "no column Section"},
    {"Canvas without logins and SIS ids", "Student,ID,Section\nA,1,S\n", "line 1", "neither SIS Login ID"},
    {"a comma that wants quotes", "name,email\nDoe, Jane,a@x.edu\n", "line 2", "in quotes"},
    {"a short row", "name,email,role\nAda,a@x.edu\n", "line 2", "has 2 cells, but the header has 3"},
    {"a cell under no name", "name,email,\nAda,a@x.edu,x\n", "line 2", "no name in the header"},
    {"no name in a row", "name,email\n,a@x.edu\n", "line 2", "has no name"},
    {"not an address", "name,email\nAda,ada at x\n", "line 2", "ada at x is not an e-mail address"},
    {"a misspelt role", "name,email,role\nAda,a@x.edu,studnet\n", "line 2", "did you mean student?"},
    {"an unknown role", "name,email,role\nAda,a@x.edu,TA\n", "line 2", "write student, staff or instructor"},
    {"\"none\" is the absence of a role", "name,email,role\nAda,a@x.edu,none\n", "line 2", "\"none\" is no role"},
    {"a misspelt credit", "name,email,credit\nAda,a@x.edu,pass/fail\n", "line 2", "did you mean pass-fail?"},
    {"a control character",
     "name,email\nA\x01"
     "da,a@x.edu\n",
     "line 2", "its name holds a control character"},
    {"an escape sequence is not repeated", "name,email\nAda,\x1b[2Ja@x.edu\n", "line 2",
     "its address holds a control character"},
    {"an address twice names both lines", "name,email\nAda,a@x.edu\nBob,b@x.edu\nAda L,A@X.edu\n", "line 4",
     "A@X.edu stands on line 2"},
    {"a SIS id twice names both lines", "name,email,sis_id\nAda,a@x.edu,7\nBob,b@x.edu,7\n", "line 3",
     "the SIS id 7 stands on line 2"},
    {"a domain that makes no address", CANVAS "A,1,2,a b,S,,\n", "line 2", "a b@x.edu is not an e-mail address"},
    {"an unknown column in the second file", "name,email\nA,a@x.edu\n\f\nsis_id,mail\n1,a@x.edu\n", "addresses line 1",
     "did you mean email?"},
    {"a bad address in the second file", "name,email\nA,a@x.edu\n\f\nsis_id,email\n1,x\n", "addresses line 2",
     "is not an address"},
    {"a SIS id twice in the second file", "name,email\nA,a@x.edu\n\f\nsis_id,email\n1,a@x.edu\n\n1,b@x.edu\n",
     "addresses line 4", "line 2 has"},
    {"an empty second file", "name,email\nA,a@x.edu\n\f\n\n", "addresses line 1", "no header"},
};

static enum err read_text(struct arena *arena, const char *text, const char *domain, struct problem *problem,
                          struct roster_file *out);
static const char *render(struct arena *arena, const struct roster_file *file);

static void every_form_of_roster_gives_its_people(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
    const struct reading *reading = &readings[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    struct roster_file file;
    if (read_text(arena, reading->text, reading->domain, &problem, &file) != ERR_OK)
      fail_msg("%s: %s: %s", reading->why, problem.errors[0].field, problem.errors[0].message);
    const char *rows = render(arena, &file);
    if (strcmp(rows, reading->rows) != 0)
      fail_msg("%s: got\n%s\nwanted\n%s", reading->why, rows, reading->rows);
  }
}

static void faults_are_told_by_their_line(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refusal *refusal = &refusals[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    struct roster_file file;
    if (read_text(arena, refusal->text, "x.edu", &problem, &file) != ERR_INVALID)
      fail_msg("%s: was taken", refusal->why);
    assert_int_equal(problem.code, PROBLEM_INVALID_CSV);
    bool is_told = false;
    for (size_t j = 0; j < problem.error_count; j++)
      is_told = is_told || (strcmp(problem.errors[j].field, refusal->place) == 0 &&
                            strstr(problem.errors[j].message, refusal->words) != NULL);
    if (!is_told)
      fail_msg("%s: got %s: %s", refusal->why, problem.errors[0].field, problem.errors[0].message);
  }
}

static void all_faults_are_told_at_once(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  struct roster_file file;
  assert_int_equal(
      read_text(arena, "name,email,role,credit\nA,a,x,y\nB,b@x.edu,,\n,c@x.edu,,\n", NULL, &problem, &file),
      ERR_INVALID);
  assert_int_equal(problem.error_count, 3);
  assert_string_equal(problem.errors[0].field, "line 2"); // role
  assert_string_equal(problem.errors[1].field, "line 2"); // credit
  assert_string_equal(problem.errors[2].field, "line 4");
}

static void a_sentence_of_sections_is_covered_when_each_of_them_is(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  struct roster_file file;
  assert_int_equal(read_text(arena, "name,email,section\nA,a@x.edu,\"A, B, and C\"\nB,b@x.edu,E and F\nC,c@x.edu,\n",
                             NULL, &problem, &file),
                   ERR_OK);
  static const struct {
    const char *stored;
    bool is_covered;
    const char *why;
  } cases[] = {
      {"A", true, "one of three"},          {"B and C", true, "two of three"},
      {"A, B, and F", true, "over rows"},   {"A and D", false, "they may still be in D"},
      {"D", false, "another section"},      {NULL, false, "nobody knows"},
      {"", false, "nothing is no section"}, {"and", false, "no joint"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (roster_file_covers(&file, arena, cases[i].stored) != cases[i].is_covered)
      fail_msg("%s: %s", cases[i].stored == NULL ? "(none)" : cases[i].stored, cases[i].why);
}

static void a_file_without_sections_covers_none(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  struct roster_file file;
  assert_int_equal(read_text(arena, "name,email\nA,a@x.edu\n", NULL, &problem, &file), ERR_OK);
  assert_false(file.has_sections);
  assert_false(roster_file_covers(&file, arena, "A"));
}

static enum err read_text(struct arena *arena, const char *text, const char *domain, struct problem *problem,
                          struct roster_file *out) {
  problem_init(problem, arena);
  return roster_file_read(arena, text, strlen(text), domain, problem, out);
}

static const char *render(struct arena *arena, const struct roster_file *file) {
  struct text out;
  text_init(&out, arena);
  for (size_t i = 0; i < file->entry_count; i++) {
    const struct roster_entry *entry = &file->entries[i];
    text_add_format(&out, "%d %s <%s> %s %s %s %s\n", entry->line, entry->name, entry->email,
                    entry->sis_id == NULL ? "-" : entry->sis_id, entry->section == NULL ? "-" : entry->section,
                    entry->has_role ? role_names[entry->role] : "-",
                    entry->has_credit ? credit_names[entry->credit] : "-");
  }
  for (size_t i = 0; i < file->skip_count; i++)
    text_add_format(&out, "%d skipped\n", file->skips[i].line);
  return text_get(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_roster_gives_its_people),
      cmocka_unit_test(faults_are_told_by_their_line),
      cmocka_unit_test(all_faults_are_told_at_once),
      cmocka_unit_test(a_sentence_of_sections_is_covered_when_each_of_them_is),
      cmocka_unit_test(a_file_without_sections_covers_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
