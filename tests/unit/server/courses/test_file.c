// SPDX-License-Identifier: AGPL-3.0-or-later
// Uploaded files: how long they wait, who reads them, what handing in makes of them, and what the sweep may remove.
#include "tests/unit/server/teams/team_helpers.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/backup_folder.h"
#include "server/courses/file.h"
#include "server/file_sweep.h"
#include "server/http/vault.h"

#define UPLOADED_AT INT64_C(1693922400) // INSIDE
#define WORDS "A few words that somebody has written down.\n"

struct class {
  char folder[64];
  struct fixture *fixture;
  int64_t ann, bob, cyd, staff;
  int64_t team; // Ann's and Bob's
};

static void drop_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static int setup(void **state) {
  struct class *class = calloc(1, sizeof *class);
  assert_non_null(class);
  snprintf(class->folder, sizeof class->folder, "/tmp/tandem-test-file-XXXXXX");
  assert_non_null(mkdtemp(class->folder));
  struct fixture *fixture = class->fixture = fixture_new_in(class->folder, SAMPLE_COURSE, INSIDE);
  class->ann = fixture_student(fixture, "Ann Ng");
  class->bob = fixture_student(fixture, "Bob Oh");
  class->cyd = fixture_student(fixture, "Cyd Poe");
  class->staff = fixture_person(fixture, "Tia Ray", ROLE_STAFF);
  class->team = found_team(fixture, class->ann, "Descenders");
  int64_t request = ask_to_join(fixture, class->bob, class->team);
  accept_request(fixture, class->ann, request);
  *state = class;
  return 0;
}

static int teardown(void **state) {
  struct class *class = *state;
  log_set_capture(NULL, NULL);
  fixture_free(class->fixture);
  assert_int_equal(ERR_OK, backup_folder_remove(AT_FDCWD, class->folder));
  free(class);
  return 0;
}

static int64_t upload(struct class *class, int64_t by, const char *words) {
  fixture_call(class->fixture, by, METHOD_POST, words, SAMPLE "/files?name=notes.txt");
  fixture_expect(class->fixture, 201);
  return fixture_int(class->fixture, "id");
}

static void a_name_is_kept_without_what_nobody_sees(void **state) {
  struct class *class = *state;
  fixture_call(class->fixture, class->ann, METHOD_POST, WORDS, SAMPLE "/files?name=no%%E2%%80%%8Btes.t%%C2%%ADxt");
  fixture_expect(class->fixture, 201);
  assert_string_equal(fixture_text(class->fixture, "name"), "notes.txt");
  fixture_call(class->fixture, class->ann, METHOD_POST, WORDS, SAMPLE "/files?name=%%E2%%80%%AEnotes.txt");
  fixture_expect(class->fixture, 422);
}

static int status_of(struct class *class, int64_t by, int64_t file) {
  return fixture_call(class->fixture, by, METHOD_GET, NULL, SAMPLE "/files/%lld", (long long)file);
}

static size_t sweep(struct class *class) {
  size_t removed = 0;
  assert_int_equal(ERR_OK, file_sweep_now(class->fixture->app, &removed));
  return removed;
}

// As whoever takes a submission does: in its transaction.
static enum err attach(struct class *class, int64_t by, int64_t file, int64_t team) {
  struct fixture *fixture = class->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct db *db = app_db(fixture->app);
  struct act act = {
      .db = db, .arena = fixture->arena, .now = clock_now(&fixture->clock), .actor = by, .problem = &problem};
  struct file out;
  assert_int_equal(ERR_OK, db_begin_write(db));
  enum err err = file_attach(&act, fixture->course, file, team, &out);
  if (err == ERR_OK)
    assert_int_equal(team, out.team);
  assert_int_equal(ERR_OK, db_commit(db));
  return err;
}

static int64_t count_rows(struct class *class) {
  int64_t rows = -1;
  assert_int_equal(ERR_OK, db_get_int(app_db(class->fixture->app), &rows, "select count(*) from files"));
  return rows;
}

static void a_file_waits_seven_days_to_the_second_and_its_content_goes_with_the_sweep(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t file = upload(class, class->ann, WORDS);
  assert_string_equal("2023-09-12T14:00:00Z", fixture_text(fixture, "expires_at"));
  assert_int_equal(0, sweep(class));
  fixture_at_seconds(fixture, UPLOADED_AT + FILE_WAIT_SECONDS + 1);
  fixture_run_duties(fixture);
  assert_int_equal(200, status_of(class, class->ann, file));
  assert_string_equal(WORDS, fixture->answer.body);
  fixture_at_seconds(fixture, UPLOADED_AT + FILE_WAIT_SECONDS + 2);
  fixture_run_duties(fixture);
  assert_int_equal(404, status_of(class, class->ann, file));
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/audit?limit=1");
  assert_string_equal("file expired", fixture_text(fixture, "rows.0.kind"));
  assert_string_equal("file expires", fixture_text(fixture, "rows.0.cause"));
  assert_null(fixture_text(fixture, "rows.0.before"));
  assert_int_equal(1, sweep(class));
  assert_int_equal(0, sweep(class));
}

static void one_that_was_handed_in_stays_and_is_read_by_the_team(void **state) {
  struct class *class = *state;
  int64_t file = upload(class, class->ann, WORDS);
  assert_int_equal(404, status_of(class, class->bob, file)); // a team mate's draft is nobody's business
  assert_int_equal(ERR_OK, attach(class, class->ann, file, class->team));
  fixture_at_seconds(class->fixture, UPLOADED_AT + 10 * 86400);
  fixture_run_duties(class->fixture);
  assert_int_equal(0, sweep(class));
  assert_int_equal(200, status_of(class, class->ann, file));
  assert_int_equal(200, status_of(class, class->bob, file));
  assert_int_equal(200, status_of(class, class->staff, file));
  assert_int_equal(404, status_of(class, class->cyd, file));
  fixture_call(class->fixture, class->ann, METHOD_GET, NULL, SAMPLE "/files");
  assert_int_equal(0, json_array_size(fixture_json(class->fixture, "files")));
  fixture_call(class->fixture, class->ann, METHOD_DELETE, NULL, SAMPLE "/files/%lld", (long long)file);
  fixture_refused(class->fixture, 409, "file_attached");
}

static void only_the_owner_or_a_team_mate_hands_a_file_in_and_only_once(void **state) {
  struct class *class = *state;
  struct {
    int64_t owner;
    int64_t by;
    int64_t team;
    enum err err;
    const char *why;
  } cases[] = {
      {class->ann, class->ann, 0, ERR_OK, "her own, for herself"},
      {class->ann, class->ann, class->team, ERR_OK, "her own, for the team"},
      {class->ann, class->bob, class->team, ERR_OK, "a team mate's, for the team"},
      {class->ann, class->bob, 0, ERR_NOT_FOUND, "a team mate's, for himself"},
      {class->cyd, class->ann, class->team, ERR_NOT_FOUND, "a stranger's"},
      {class->staff, class->ann, class->team, ERR_NOT_FOUND, "of staff, who are in no team"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t file = upload(class, cases[i].owner, WORDS);
    enum err err = attach(class, cases[i].by, file, cases[i].team);
    if (err != cases[i].err)
      fail_msg("%s: %s", cases[i].why, err_name(err));
    if (err != ERR_OK)
      continue;
    // Another version of the same work takes it again; other work does not.
    assert_int_equal(ERR_OK, attach(class, cases[i].by, file, cases[i].team));
    int64_t other = cases[i].team == 0 ? class->team : 0;
    assert_int_not_equal(ERR_OK, attach(class, cases[i].owner, file, other));
  }
  assert_int_equal(ERR_NOT_FOUND, attach(class, class->ann, 999, class->team));
}

static void what_is_refused_leaves_neither_row_nor_file(void **state) {
  struct class *class = *state;
  static const struct {
    const char *query;
    const char *body;
    int status;
    const char *code;
  } cases[] = {
      {"?name=report.pdf", WORDS, 422, "wrong_content"},
      {"?name=report.exe", WORDS, 422, "invalid_fields"},
      {"?name=fdp.%D8%9C.txt", WORDS, 422, "invalid_fields"},
      {"?name=a%2Fb.txt", WORDS, 422, "invalid_fields"},
      {"?name=a%5Cb.txt", WORDS, 422, "invalid_fields"},
      {"?name=txt.%E2%80%AEfdp.txt", WORDS, 422, "invalid_fields"},
      {"?name=a%0Ab.txt", WORDS, 422, "invalid_fields"},
      {"?name=", WORDS, 422, "invalid_fields"},
      {"", WORDS, 422, "invalid_fields"},
      {"?name=a.txt", NULL, 400, "bad_request"},
  };
  const char *before = fixture_dump(class->fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_call(class->fixture, class->ann, METHOD_POST, cases[i].body, SAMPLE "/files%s", cases[i].query);
    fixture_refused(class->fixture, cases[i].status, cases[i].code);
  }
  fixture_call(class->fixture, -1, METHOD_POST, WORDS, SAMPLE "/files?name=a.txt");
  fixture_refused(class->fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(class->fixture));
  assert_int_equal(0, sweep(class));
}

static void a_name_is_stored_composed(void **state) {
  struct class *class = *state;
  fixture_call(class->fixture, class->ann, METHOD_POST, WORDS, SAMPLE "/files?name=%%20u%%CC%%88ber%%20%%20uns.txt");
  fixture_expect(class->fixture, 201);
  assert_string_equal("\xC3\xBC"
                      "ber uns.txt",
                      fixture_text(class->fixture, "name"));
}

static void a_content_is_removed_only_when_neither_the_store_nor_the_batch_names_it(void **state) {
  struct class *class = *state;
  upload(class, class->ann, WORDS);
  const char *hash = arena_text(class->fixture->arena, fixture_text(class->fixture, "sha256"));
  struct db *writing = app_db(class->fixture->app), *committed = NULL;
  const char *path = app_db_path(class->fixture->app);
  assert_int_equal(ERR_OK, db_open(path, &(struct db_options){.mode = DB_READ_ONLY}, &committed));
  bool may = true;
  // Deleted in a batch that may yet be rolled back.
  assert_int_equal(ERR_OK, db_begin_write(writing));
  assert_int_equal(ERR_OK, db_exec(writing, "delete from files"));
  assert_int_equal(ERR_OK, file_sweep_may_remove(committed, writing, hash, &may));
  assert_false(may);
  db_rollback(writing);
  assert_int_equal(1, count_rows(class));
  // Deleted for good; then named again in a batch that is not committed yet.
  assert_int_equal(ERR_OK, db_exec(writing, "delete from files"));
  assert_int_equal(ERR_OK, file_sweep_may_remove(committed, writing, hash, &may));
  assert_true(may);
  assert_int_equal(ERR_OK, db_begin_write(writing));
  assert_int_equal(
      ERR_OK, db_exec(writing,
                      "insert into files (course_id, owner_id, name, media, sha256, bytes, uploaded_at, expires_at) "
                      "values ($1, $2, 'a', 'b', $3, 1, 1, 2)",
                      db_int(class->fixture->course), db_int(class->ann), db_text(hash)));
  assert_int_equal(ERR_OK, file_sweep_may_remove(committed, writing, hash, &may));
  assert_false(may);
  db_rollback(writing);
  db_close(committed);
}

static void the_sweep_takes_what_no_row_names_and_leaves_the_rest(void **state) {
  struct class *class = *state;
  struct vault *vault = app_vault(class->fixture->app);
  struct vault_temporary temporary;
  upload(class, class->ann, WORDS);
  upload(class, class->bob, WORDS "And more.\n");
  // As after a batch that was rolled back: the content is in its place, and no row came.
  static const char orphan[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  assert_int_equal(ERR_OK, vault_begin(vault, class->ann, 4, &temporary));
  assert_int_equal(4, write(temporary.fd, "lost", 4));
  assert_int_equal(ERR_OK, vault_keep(vault, &temporary, orphan, 4));
  vault_end(vault, &temporary);
  assert_int_equal(1, sweep(class));
  const char **list = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, vault_list(vault, class->fixture->arena, &list, &count));
  assert_int_equal(2, count);
}

static void a_row_without_its_content_is_told_and_answered_500(void **state) {
  struct class *class = *state;
  int64_t file = upload(class, class->ann, WORDS);
  assert_int_equal(ERR_OK, vault_remove(app_vault(class->fixture->app), fixture_text(class->fixture, "sha256")));
  log_set_capture(drop_line, NULL);
  assert_int_equal(500, status_of(class, class->ann, file));
}

static void a_person_gets_the_list_of_their_files_and_erasing_removes_those_that_wait(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t handed_in = upload(class, class->ann, WORDS);
  assert_int_equal(ERR_OK, attach(class, class->ann, handed_in, class->team));
  fixture_call(fixture, class->ann, METHOD_POST, WORDS "About Ann Ng.\n", SAMPLE "/files?name=Ann%%20Ng%%201.txt");
  fixture_expect(fixture, 201);
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/people/%lld/data", (long long)class->ann);
  assert_string_equal("notes.txt", fixture_text(fixture, "data.files.0.name"));
  assert_string_equal("Ann Ng 1.txt", fixture_text(fixture, "data.files.1.name"));
  fixture_at(fixture, "2024-06-01T12:00:00Z"); // the term is over
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)class->ann);
  fixture_expect(fixture, 200);
  assert_int_equal(1, count_rows(class));
  assert_int_equal(1, sweep(class));
  fixture_run_duties(fixture); // the expiry of a row that is gone
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/files/%lld", (long long)handed_in);
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/audit/verification");
  assert_true(json_is_true(fixture_json(fixture, "sound")));
}

static void the_largest_file_that_the_course_takes_has_room_beside_its_former_version(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("max_size: 20MB", "max_size: 300MB", INSIDE);
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app), .arena = fixture->arena, .actor = 1, .problem = &problem};
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  int64_t largest = file_bytes_max(course);
  assert_true(largest > FILES_WAITING_BYTES_MAX);
  assert_int_equal(ERR_OK, file_check_room(&act, course, 2 * largest));
  assert_int_equal(ERR_CONFLICT, file_check_room(&act, course, 2 * largest + 1));
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_file_waits_seven_days_to_the_second_and_its_content_goes_with_the_sweep, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(one_that_was_handed_in_stays_and_is_read_by_the_team, setup, teardown),
      cmocka_unit_test_setup_teardown(only_the_owner_or_a_team_mate_hands_a_file_in_and_only_once, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_refused_leaves_neither_row_nor_file, setup, teardown),
      cmocka_unit_test_setup_teardown(a_name_is_kept_without_what_nobody_sees, setup, teardown),
      cmocka_unit_test_setup_teardown(a_name_is_stored_composed, setup, teardown),
      cmocka_unit_test_setup_teardown(a_content_is_removed_only_when_neither_the_store_nor_the_batch_names_it, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(the_sweep_takes_what_no_row_names_and_leaves_the_rest, setup, teardown),
      cmocka_unit_test_setup_teardown(a_person_gets_the_list_of_their_files_and_erasing_removes_those_that_wait, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(a_row_without_its_content_is_told_and_answered_500, setup, teardown),
      cmocka_unit_test(the_largest_file_that_the_course_takes_has_room_beside_its_former_version),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
