// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/backup_folders.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "common/base/text.h"
#include "server/backup.h"
#include "server/db/epoch.h"

static enum err make(struct folders *folders, const char *directory, struct problem *problem, struct backup *out) {
  problem_init(problem, folders->arena);
  const struct backup_wish wish = {.store = arena_format(folders->arena, "%s/tandem.db", folders->data),
                                   .data_dir = folders->data,
                                   .directory = directory,
                                   .at = 1700000000};
  return backup_make(&wish, folders->arena, problem, out);
}

static struct backup made(struct folders *folders) {
  struct problem problem;
  struct backup backup;
  enum err err = make(folders, folders->backups, &problem, &backup);
  if (err != ERR_OK)
    fail_msg("%s", problem.detail);
  return backup;
}

static enum err restore(struct folders *folders, const struct backup *backup, const char *to, struct problem *problem) {
  struct backup restored;
  problem_init(problem, folders->arena);
  return backup_restore(backup->path, to, folders->arena, problem, &restored);
}

static const char *in(const struct folders *folders, const char *name) {
  return arena_format(folders->arena, "%s/%s", folders->root, name);
}

// Writes `byte` over the one behind the first `mark` in the file.
static void spoil(const char *path, const char *mark, char byte) {
  static char bytes[1 << 20];
  int fd = open(path, O_RDWR | O_CLOEXEC);
  ssize_t size = read(fd, bytes, sizeof bytes);
  assert_true(fd >= 0 && size > 0);
  const char *at = memmem(bytes, (size_t)size, mark, strlen(mark));
  assert_non_null(at);
  assert_int_equal(1, pwrite(fd, &byte, 1, at - bytes + (ssize_t)strlen(mark)));
  close(fd);
}

// The epoch is a restored store's own.
static const char *dump_without_epoch(struct fixture *fixture) {
  struct text kept;
  text_init(&kept, fixture->arena);
  for (const char *line = fixture_dump(fixture); *line != '\0'; line += strcspn(line, "\n") + 1)
    if (!text_starts(line, "settings|'epoch'|"))
      text_add_n(&kept, line, strcspn(line, "\n") + 1);
  return text_get(&kept);
}

static void a_backup_restores_to_the_same_store(void **state) {
  struct folders *folders = *state;
  const char *before = dump_without_epoch(folders->fixture);
  struct backup backup = made(folders);
  assert_string_equal(arena_format(folders->arena, "%s/tandem-20231114T221320Z", folders->backups), backup.path);
  assert_true(backup.is_sound);
  assert_int_equal(2, backup.chain_count);
  fixture_student(folders->fixture, "Too Late");

  struct problem problem;
  const char *elsewhere = in(folders, "elsewhere");
  assert_int_equal(ERR_OK, restore(folders, &backup, elsewhere, &problem));
  struct fixture other = {.arena = folders->arena};
  assert_int_equal(ERR_OK, app_open(&(struct app_options){.data_dir = elsewhere}, &other.app));
  assert_string_equal(before, dump_without_epoch(&other));
  app_close(other.app);
  struct stat status;
  assert_int_equal(0, stat(arena_format(folders->arena, "%s/tandem.db", elsewhere), &status));
  assert_int_equal(0600, status.st_mode & 0777);
}

static const char *epoch_in(struct folders *folders, const char *data_dir) {
  struct app *app = NULL;
  assert_int_equal(ERR_OK, app_open(&(struct app_options){.data_dir = data_dir}, &app));
  const char *epoch = arena_text(folders->arena, app_services(app)->epoch);
  app_close(app);
  assert_int_equal(EPOCH_CHARACTERS, strlen(epoch));
  return epoch;
}

static void each_restore_begins_an_epoch_that_restarts_keep(void **state) {
  struct folders *folders = *state;
  struct backup backup = made(folders);
  struct problem problem;
  assert_int_equal(ERR_OK, restore(folders, &backup, in(folders, "one"), &problem));
  assert_int_equal(ERR_OK, restore(folders, &backup, in(folders, "other"), &problem));
  assert_int_equal(2, entries_in(in(folders, "one"))); // the store, without a log, and the lock
  const char *before = app_services(folders->fixture->app)->epoch;
  const char *one = epoch_in(folders, in(folders, "one"));
  const char *other = epoch_in(folders, in(folders, "other"));
  assert_string_not_equal(before, one);
  assert_string_not_equal(before, other);
  assert_string_not_equal(one, other);
  assert_string_equal(one, epoch_in(folders, in(folders, "one")));
}

// As every store was before there were epochs.
static void a_store_without_an_epoch_gets_one_when_it_is_opened(void **state) {
  struct folders *folders = *state;
  struct db *db = app_db(folders->fixture->app);
  const char *epoch = NULL;
  assert_int_equal(ERR_OK, db_exec(db, "delete from settings where name = 'epoch'"));
  assert_int_equal(ERR_NOT_FOUND, epoch_get(db, folders->arena, &epoch));
  struct backup backup = made(folders);
  struct problem problem;
  assert_int_equal(ERR_OK, restore(folders, &backup, in(folders, "old"), &problem));
  assert_string_not_equal("", epoch_in(folders, in(folders, "old")));
  assert_int_equal(ERR_OK, epoch_begin(db, folders->arena, &epoch));
  const char *again = NULL;
  assert_int_equal(ERR_OK, epoch_begin(db, folders->arena, &again));
  assert_string_equal(epoch, again);
}

static void restoring_over_anything_is_refused_and_leaves_it_alone(void **state) {
  struct folders *folders = *state;
  struct backup backup = made(folders);
  struct problem problem;
  const char *before = fixture_dump(folders->fixture);
  size_t count = entries_in(folders->data);
  assert_int_equal(ERR_CONFLICT, restore(folders, &backup, folders->data, &problem));
  assert_int_equal(count, entries_in(folders->data));
  assert_string_equal(before, fixture_dump(folders->fixture));

  const char *taken = in(folders, "taken");
  assert_int_equal(0, mkdir(taken, 0700));
  int lock = -1;
  assert_int_equal(ERR_OK, app_lock(taken, &lock)); // a server that has just been started
  assert_int_equal(ERR_CONFLICT, restore(folders, &backup, taken, &problem));
  assert_int_equal(1, entries_in(taken));
  close(lock);

  const char *file = in(folders, "file");
  close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  assert_int_equal(ERR_UNAVAILABLE, restore(folders, &backup, file, &problem));
  assert_int_equal(ERR_UNAVAILABLE, restore(folders, &backup, in(folders, "no/such/parent"), &problem));
}

static void a_folder_that_is_empty_is_fit_to_restore_into(void **state) {
  struct folders *folders = *state;
  struct backup backup = made(folders);
  struct problem problem;
  const char *empty = in(folders, "empty");
  assert_int_equal(0, mkdir(empty, 0700));
  assert_int_equal(ERR_OK, restore(folders, &backup, empty, &problem));
  assert_int_equal(2, entries_in(empty)); // the store and the lock
}

static void a_restore_that_fails_takes_away_what_it_made(void **state) {
  struct folders *folders = *state;
  struct backup backup = made(folders);
  struct problem problem;
  const char *empty = in(folders, "empty");
  assert_int_equal(0, mkdir(empty, 0700));
  struct rlimit limit;
  assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
  const struct rlimit tight = {.rlim_cur = 4096, .rlim_max = limit.rlim_max};
  void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight)); // as a full disk would do
  enum err into_empty = restore(folders, &backup, empty, &problem);
  enum err into_new = restore(folders, &backup, in(folders, "new"), &problem);
  assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
  signal(SIGXFSZ, before);
  assert_int_equal(ERR_UNAVAILABLE, into_empty);
  assert_int_equal(ERR_UNAVAILABLE, into_new);
  assert_int_equal(0, entries_in(empty));
  assert_int_not_equal(0, access(in(folders, "new"), F_OK));
}

struct fault {
  const char *why;
  const char *file;
  const char *mark;
  char byte;
  const char *words;
};

static void a_spoilt_backup_is_refused_before_anything_is_made(void **state) {
  static const struct fault cases[] = {
      {"a bit of the store flipped", "tandem.db", "person created", 'x', "is not the file that the manifest names"},
      {"the manifest is no JSON", "manifest.json", "\"format\"", '!', "damaged"},
      {"another size", "manifest.json", "\"bytes\":", '9', "is not the file"},
      {"a later format", "manifest.json", "\"format\":", '3', "Run a newer tandem"},
      {"the manifest's digits changed", "manifest.json", "\"sha256\":\"", 'g', "damaged"},
  };
  struct folders *folders = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct backup backup = made(folders);
    spoil(arena_format(folders->arena, "%s/%s", backup.path, cases[i].file), cases[i].mark, cases[i].byte);
    struct problem problem;
    const char *to = in(folders, "nowhere");
    enum err err = restore(folders, &backup, to, &problem);
    if (err != ERR_INVALID || strstr(problem.detail, cases[i].words) == NULL)
      fail_msg("%s: %s: %s", cases[i].why, err_name(err), problem.detail);
    assert_int_not_equal(0, access(to, F_OK));
  }
  struct problem problem;
  struct backup none = {.path = folders->root};
  assert_int_equal(ERR_INVALID, restore(folders, &none, in(folders, "nowhere"), &problem));
}

// Replaces the manifest by one that names the store as it is now, so that only the store's own contents speak.
static void tell_truth_of_file(struct folders *folders, const struct backup *backup, const char *head) {
  const char *path = arena_format(folders->arena, "%s/manifest.json", backup->path);
  FILE *file = fopen(path, "re");
  char bytes[4096];
  assert_non_null(file);
  size_t size = fread(bytes, 1, sizeof bytes - 1, file);
  bytes[size] = '\0';
  fclose(file);
  char *at = strstr(bytes, backup->chains[1].head);
  assert_non_null(at);
  memcpy(at, head, strlen(head));
  file = fopen(path, "we");
  assert_non_null(file);
  assert_int_equal(size, fwrite(bytes, 1, size, file));
  fclose(file);
}

static void a_chain_that_ends_elsewhere_than_noted_is_refused(void **state) {
  struct folders *folders = *state;
  struct backup backup = made(folders);
  tell_truth_of_file(folders, &backup, "0123456789abcdef");
  struct problem problem;
  assert_int_equal(ERR_INVALID, restore(folders, &backup, in(folders, "nowhere"), &problem));
  assert_non_null(strstr(problem.detail, "does not end where the manifest says"));
}

static void a_broken_audit_is_backed_up_and_told(void **state) {
  struct folders *folders = *state;
  struct db *db = app_db(folders->fixture->app);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_exec(db, "update audit set kind = 'forged' where course_id = 0 and seq = 1"));
  assert_int_equal(ERR_OK, db_commit(db));
  struct backup backup = made(folders);
  assert_false(backup.is_sound);
  assert_false(backup.chains[0].is_sound);
  assert_true(backup.chains[1].is_sound);
  struct problem problem;
  assert_int_equal(ERR_OK, restore(folders, &backup, in(folders, "as-it-was"), &problem));
}

struct place {
  const char *why;
  const char *directory;
  const char *words;
};

static void a_backup_goes_only_where_it_is_safe(void **state) {
  struct folders *folders = *state;
  const char *open_folder = in(folders, "open");
  assert_true(mkdir(open_folder, 0700) == 0 && chmod(open_folder, 0777) == 0);
  const char *link = in(folders, "link");
  assert_int_equal(0, symlink(folders->data, link));
  const struct place cases[] = {
      {"a folder that is not there", in(folders, "missing"), "cannot be opened"},
      {"everybody may write", open_folder, "everybody may write"},
      {"relative", "backups", "begins with /"},
      {"the data folder", folders->data, "is in the data folder"},
      {"a link to the data folder", link, "is in the data folder"},
      {"a file", in(folders, "data/tandem.db"), "cannot be opened"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct problem problem;
    struct backup backup;
    enum err err = make(folders, cases[i].directory, &problem, &backup);
    if (err != ERR_INVALID || strstr(problem.errors[0].message, cases[i].words) == NULL)
      fail_msg("%s: %s", cases[i].why, err_name(err));
  }
  assert_int_equal(0, entries_in(open_folder));
}

static void two_of_one_second_stand_beside_each_other(void **state) {
  struct folders *folders = *state;
  struct backup first = made(folders);
  struct backup second = made(folders);
  assert_string_equal(arena_format(folders->arena, "%s-2", first.path), second.path);
  assert_int_equal(2, entries_in(folders->backups));
}

static void a_backup_that_fails_leaves_nothing(void **state) {
  struct folders *folders = *state;
  be_quiet();
  struct problem problem;
  struct backup backup;
  problem_init(&problem, folders->arena);
  const struct backup_wish wish = {
      .store = in(folders, "no-store"), .data_dir = folders->data, .directory = folders->backups, .at = 1700000000};
  assert_int_equal(ERR_UNAVAILABLE, backup_make(&wish, folders->arena, &problem, &backup));
  assert_int_equal(PROBLEM_BACKUP_FAILED, problem.code);
  assert_int_equal(0, entries_in(folders->backups));
}

static void what_a_crash_left_is_swept_a_day_later(void **state) {
  struct folders *folders = *state;
  const char *left = arena_format(folders->arena, "%s/.unfinished-77", folders->backups);
  assert_int_equal(0, mkdir(left, 0700));
  close(open(arena_format(folders->arena, "%s/tandem.db", left), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  int fd = open(folders->backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status;
  assert_int_equal(0, stat(left, &status));
  backup_folder_sweep(fd, status.st_mtime + BACKUP_STALE_SECONDS);
  assert_int_equal(1, entries_in(folders->backups));
  backup_folder_sweep(fd, status.st_mtime + BACKUP_STALE_SECONDS + 1);
  assert_int_equal(0, entries_in(folders->backups));
  close(fd);
}

struct name_case {
  const char *name;
  bool is_backup;
  bool is_daily;
  const char *why;
};

static void names_tell_backups_from_other_things(void **state) {
  static const struct name_case cases[] = {
      {"tandem-20231114T221320Z", true, false, "by hand"},
      {"tandem-daily-20231114T221320Z", true, true, "daily"},
      {"tandem-daily-20231114T221320Z-2", true, true, "a second one"},
      {"tandem-daily-20231314T221320Z", false, false, "there is no 13th month"},
      {"tandem-daily-20231114T221320Z-old", false, false, "renamed by somebody who wants to keep it"},
      {"tandem-daily-20231114", false, false, "cut short"},
      {".unfinished-tandem-daily-20231114T221320Z", false, false, "half removed"},
      {"notes.txt", false, false, "something else"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool is_daily = false;
    int64_t at = 0;
    if (backup_folder_parse(cases[i].name, &is_daily, &at) != cases[i].is_backup || is_daily != cases[i].is_daily)
      fail_msg("%s", cases[i].why);
    if (cases[i].is_backup)
      assert_int_equal(1700000000, at);
  }
}

static void only_the_oldest_daily_ones_are_pruned(void **state) {
  struct folders *folders = *state;
  static const char *const names[] = {"tandem-daily-20231101T033000Z",         "tandem-daily-20231102T033000Z",
                                      "tandem-daily-20231103T033000Z",         "tandem-20200101T000000Z",
                                      "tandem-daily-20200101T000000Z-keep-me", "daily"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *path = arena_format(folders->arena, "%s/%s", folders->backups, names[i]);
    assert_int_equal(0, mkdir(path, 0700));
    assert_int_equal(0, symlink(folders->data, arena_format(folders->arena, "%s/link", path)));
  }
  size_t count = entries_in(folders->data);
  size_t removed = 0;
  assert_int_equal(ERR_OK, backup_folder_prune(folders->backups, 2, &removed));
  assert_int_equal(1, removed);
  assert_int_equal(5, entries_in(folders->backups));
  assert_int_not_equal(0, access(arena_format(folders->arena, "%s/%s", folders->backups, names[0]), F_OK));
  assert_int_equal(count, entries_in(folders->data)); // what a link leads to is not followed
  int64_t newest = 0;
  assert_int_equal(ERR_OK, backup_folder_newest(folders->backups, &newest));
  char instant[21];
  instant_format(newest, instant);
  assert_string_equal("2023-11-03T03:30:00Z", instant);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folders_setup, folders_teardown)
      TEST(a_backup_restores_to_the_same_store),
      TEST(each_restore_begins_an_epoch_that_restarts_keep),
      TEST(a_store_without_an_epoch_gets_one_when_it_is_opened),
      TEST(restoring_over_anything_is_refused_and_leaves_it_alone),
      TEST(a_folder_that_is_empty_is_fit_to_restore_into),
      TEST(a_restore_that_fails_takes_away_what_it_made),
      TEST(a_spoilt_backup_is_refused_before_anything_is_made),
      TEST(a_chain_that_ends_elsewhere_than_noted_is_refused),
      TEST(a_broken_audit_is_backed_up_and_told),
      TEST(a_backup_goes_only_where_it_is_safe),
      TEST(two_of_one_second_stand_beside_each_other),
      TEST(a_backup_that_fails_leaves_nothing),
      TEST(what_a_crash_left_is_swept_a_day_later),
      cmocka_unit_test(names_tell_backups_from_other_things),
      TEST(only_the_oldest_daily_ones_are_pruned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
