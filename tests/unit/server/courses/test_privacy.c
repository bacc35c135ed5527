// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/courses/privacy_store.h"
#include "server/db/audit.h"

#define AFTER_TERM "2024-06-01T12:00:00Z"
#define NAME "Zebulon Quagmire"
#define DATA "/api/v1/people/%lld/data"

// In files, so that what is left on disk can be looked for.
struct class {
  char folder[64];
  struct fixture *fixture;
  int64_t staff, zeb, ann;
  int64_t team;
};

static void say(struct fixture *fixture, int64_t by, enum method method, const char *body, const char *target,
                int64_t id) {
  fixture_call(fixture, by, method, body, SAMPLE "%s%lld", target, (long long)id);
  assert_true(fixture->answer.status < 300);
}

// Zebulon asks to join Ann's team and is taken in; others name him in what they write.
static struct class new_class(void) {
  struct class class = {.folder = "/tmp/tandem-test-privacy-XXXXXX"};
  assert_non_null(mkdtemp(class.folder));
  struct fixture *fixture = class.fixture = fixture_new_in(class.folder, SAMPLE_COURSE, INSIDE);
  class.staff = fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  class.zeb = fixture_student(fixture, NAME);
  class.ann = fixture_student(fixture, "Ann Ng");
  fixture_card(fixture, class.zeb, "research", "course", true);
  class.team = found_team(fixture, class.ann, "Descenders");
  int64_t request = ask_to_join(fixture, class.zeb, class.team);
  accept_request(fixture, class.ann, request);
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_PATCH, "{\"preferred_name\":\"Zebbo Quag\"}", "/api/v1/accounts/%lld",
               (long long)class.zeb);
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_PATCH, "{\"email\":\"zq77@example.edu\",\"login\":\"zq77\"}",
               "/api/v1/accounts/%lld", (long long)class.zeb);
  fixture_expect(fixture, 200);
  say(fixture, class.ann, METHOD_PATCH,
      "{\"looking_for\":\"Somebody like Zebulon Quagmire (zq77@example.edu), and Zebulon Quagmirez\"}", "/teams/",
      class.team);
  return class;
}

static void end_class(struct class *class) {
  fixture_free(class->fixture);
  DIR *entries = opendir(class->folder);
  assert_non_null(entries);
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
    unlinkat(dirfd(entries), entry->d_name, 0);
  closedir(entries);
  assert_int_equal(0, rmdir(class->folder));
}

static bool is_on_disk(const struct class *class, const char *words) {
  static const char *const files[] = {"tandem.db", "tandem.db-wal"};
  bool is_found = false;
  for (size_t i = 0; i < 2; i++) {
    char path[96];
    snprintf(path, sizeof path, "%s/%s", class->folder, files[i]);
    struct stat status;
    if (stat(path, &status) != 0 || status.st_size == 0)
      continue;
    size_t size = (size_t)status.st_size;
    char *bytes = malloc(size);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(bytes != NULL && fd >= 0 && read(fd, bytes, size) == status.st_size);
    is_found = is_found || memmem(bytes, size, words, strlen(words)) != NULL;
    close(fd);
    free(bytes);
  }
  return is_found;
}

static void expect_sound(struct fixture *fixture) {
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/audit/verification");
  fixture_expect(fixture, 200);
  assert_true(json_is_true(fixture_json(fixture, "sound")));
}

static void every_table_of_the_schema_says_what_it_holds_on_a_person(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  struct db *db = app_db(fixture->app);
  struct db_rows rows DB_SCOPE = db_query(
      db, "select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_' order by name");
  size_t count = 0;
  while (db_next(&rows)) {
    bool is_known = false;
    for (size_t i = 0; i < privacy_table_count; i++)
      is_known = is_known || text_equal(privacy_tables[i].name, db_column_peek(&rows, 0));
    if (!is_known)
      fail_msg("the table %s has no row in server/courses/privacy_store.c", db_column_peek(&rows, 0));
    count++;
  }
  assert_int_equal(ERR_OK, rows.err);
  assert_int_equal(privacy_table_count, count);
  db_rows_end(&rows);
  fixture_free(fixture);
}

static void one_gets_all_that_is_held_on_oneself_and_nothing_of_others(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  fixture_call(fixture, class.zeb, METHOD_GET, NULL, "/api/v1/me/data");
  fixture_expect(fixture, 200);
  assert_string_equal("Zebbo Quag", fixture_text(fixture, "data.people.0.preferred_name"));
  assert_string_equal("zq77@example.edu", fixture_text(fixture, "data.addresses.0.address"));
  assert_string_equal("zebulon.quagmire@example.edu", fixture_text(fixture, "data.addresses.1.address"));
  assert_string_equal("zq77", fixture_text(fixture, "data.logins.0.login"));
  assert_string_equal("cs8803-smr-2023fa", fixture_text(fixture, "data.enrolments.0.course"));
  assert_string_equal("2023-09-05T14:00:00Z", fixture_text(fixture, "data.enrolments.0.created_at"));
  assert_true(json_is_false(fixture_json(fixture, "data.enrolments.0.is_confidential")));
  assert_int_equal(4, fixture_int(fixture, "data.card_skills.0.level"));
  assert_string_equal("Descenders", fixture_text(fixture, "data.placements.0.team"));
  assert_string_equal("May I?", fixture_text(fixture, "data.invitations.0.message"));
  assert_true(json_array_size(fixture_json(fixture, "data.outbox")) > 0);
  assert_true(json_array_size(fixture_json(fixture, "data.audit")) > 3);
  assert_null(strstr(fixture->answer.body, "Ann"));
  assert_null(strstr(fixture->answer.body, "hash\":\""));
  assert_string_equal(
      arena_format(fixture->arena, "attachment; filename=\"tandem-person-%lld.json\"", (long long)class.zeb),
      local_answer_header(&fixture->answer, "Content-Disposition"));
  const char *mine = arena_text(fixture->arena, fixture->answer.body);
  fixture_call(fixture, -1, METHOD_GET, NULL, DATA, (long long)class.zeb);
  fixture_expect(fixture, 200);
  assert_string_equal(mine, fixture->answer.body);
  fixture_call(fixture, class.ann, METHOD_GET, NULL, DATA, (long long)class.zeb);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, -1, METHOD_GET, NULL, DATA, 4711LL);
  fixture_refused(fixture, 404, "not_found");
  end_class(&class);
}

static void what_others_asked_and_answered_is_not_given_out(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  fixture_call(fixture, class.ann, METHOD_GET, NULL, "/api/v1/me/data");
  fixture_expect(fixture, 200);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "data.invitations")));
  assert_int_equal(0, json_array_size(fixture_json(fixture, "data.card_skills")));
  end_class(&class);
}

static void who_takes_part_is_not_erased(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_refused(fixture, 409, "conflict");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "whose term ends on"));
  assert_string_equal(before, fixture_dump(fixture));
  fixture_drop(fixture, class.zeb);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_refused(fixture, 409, "conflict");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "is held for them"));
  fixture_at(fixture, AFTER_TERM);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.staff);
  fixture_refused(fixture, 409, "conflict");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "only instructor"));
  fixture_call(fixture, class.staff, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_refused(fixture, 403, "not_allowed");
  end_class(&class);
}

static void a_dry_run_says_what_would_go_and_changes_nothing(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA "?dry_run=true", (long long)class.zeb);
  fixture_expect(fixture, 200);
  assert_int_equal(1, json_array_size(fixture_json(fixture, "blockers")));
  assert_string_equal("addresses", fixture_text(fixture, "erased.0.table"));
  assert_int_equal(2, fixture_int(fixture, "erased.0.rows"));
  assert_true(json_array_size(fixture_json(fixture, "stays")) > 3);
  assert_string_equal(before, fixture_dump(fixture));
  end_class(&class);
}

static void an_erased_person_leaves_a_number_a_sound_chain_and_no_trace(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  static const char *const traces[] = {
      "Quagmire\"", "Zebulon Quagmire ", "Zebulon Quagmire<", "Zebbo", "zq77", "zebulon.quagmire", "May I?"};
  assert_true(is_on_disk(&class, "Zebulon Quagmire ") && is_on_disk(&class, "Zebbo") && is_on_disk(&class, "zq77"));
  fixture_run_duties(fixture);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_expect(fixture, 200);
  expect_sound(fixture);
  const char *dump = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
    if (strstr(dump, traces[i]) != NULL)
      fail_msg("the store still says %s: %.300s", traces[i], strstr(dump, traces[i]) - 100);
  // Somebody whose name is longer by a letter is somebody else.
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)class.team);
  fixture_expect(fixture, 200);
  const char *erased = arena_format(fixture->arena, "Erased person %lld", (long long)class.zeb);
  assert_string_equal(arena_format(fixture->arena, "Somebody like %s (%s), and Zebulon Quagmirez", erased, erased),
                      fixture_text(fixture, "looking_for"));
  assert_string_equal(erased, fixture_text(fixture, "members.1.name"));
  assert_null(fixture_text(fixture, "members.1.email"));
  fixture_call(fixture, class.zeb, METHOD_GET, NULL, "/api/v1/me");
  fixture_refused(fixture, 401, "not_signed_in");
  // Once more is nothing more.
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_expect(fixture, 200);
  expect_sound(fixture);
  fixture_check(fixture);

  app_close(fixture->app);
  for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
    if (is_on_disk(&class, traces[i]))
      fail_msg("the files still hold %s", traces[i]);
  assert_true(is_on_disk(&class, "Ann Ng") && is_on_disk(&class, "Quagmirez"));
  assert_int_equal(ERR_OK, app_open(&(struct app_options){.data_dir = class.folder}, &fixture->app));
  end_class(&class);
}

static void expect_message(struct fixture *fixture, int64_t person, const char *words, bool is_there) {
  fixture_call(fixture, person, METHOD_GET, NULL, "/api/v1/me/messages");
  fixture_expect(fixture, 200);
  if ((strstr(fixture->answer.body, words) != NULL) != is_there)
    fail_msg("%s %s in %s", words, is_there ? "is not" : "is", fixture->answer.body);
}

// Words that name nobody where people write, and somebody where Tandem does.
static void a_preferred_name_of_ordinary_words_changes_what_tandem_wrote_of_the_person_only(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t william = fixture_student(fixture, "William Unwin"), ann = fixture_student(fixture, "Ann Ng"),
          smith = fixture_student(fixture, "Will Smith"), cy = fixture_student(fixture, "Cy Poe");
  static const char *const names[] = {"May Day", "Will"};
  for (size_t i = 0; i < 2; i++) {
    fixture_call(fixture, william, METHOD_PATCH, arena_format(fixture->arena, "{\"preferred_name\":\"%s\"}", names[i]),
                 "/api/v1/me");
    fixture_expect(fixture, 200);
  }
  fixture_call(fixture, ann, METHOD_POST,
               "{\"name\":\"Will Power\",\"looking_for\":\"Will you join on May Day? Ask William Unwin.\"}",
               SAMPLE "/teams");
  fixture_expect(fixture, 201);
  int64_t team = fixture_int(fixture, "id");
  accept_request(fixture, ann, ask_to_join(fixture, william, team));
  fixture_expect(fixture, 200);
  fixture_call(fixture, smith, METHOD_POST, "{\"message\":\"Will you have me?  \\n\"}",
               SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_expect(fixture, 201);
  fixture_call(fixture, cy, METHOD_POST, "{\"name\":\"Others\"}", SAMPLE "/teams");
  fixture_run_duties(fixture);
  expect_message(fixture, ann, "Will asks to join", true);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)william);
  fixture_expect(fixture, 200);
  expect_sound(fixture);
  const char *dump = fixture_dump(fixture);
  const char *erased = arena_format(fixture->arena, "Erased person %lld", (long long)william);
  static const char *const stays[] = {"Will Power", "Will you join on May Day?", "Will you have me?",
                                      "Will Smith asks to join", "Will Power: somebody asks"};
  for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
    if (strstr(dump, stays[i]) == NULL)
      fail_msg("%s is gone", stays[i]);
  static const char *const goes[] = {"William Unwin", "\"May Day\"", "\"Will\"", "Will asks", "Will is"};
  for (size_t i = 0; i < sizeof goes / sizeof *goes; i++)
    if (strstr(dump, goes[i]) != NULL)
      fail_msg("the store still says %s: %.300s", goes[i], strstr(dump, goes[i]) - 100);
  assert_non_null(strstr(dump, arena_format(fixture->arena, "May Day? Ask %s.", erased)));
  assert_non_null(strstr(dump, arena_format(fixture->arena, "%s asks to join", erased)));
  fixture_check(fixture);
  fixture_free(fixture);
}

static void an_answer_names_nobody_any_more_and_keeps_what_its_writer_said(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t william = fixture_student(fixture, "William Unwin"), ann = fixture_student(fixture, "Ann Ng");
  fixture_call(fixture, william, METHOD_PATCH, "{\"preferred_name\":\"Will\"}", "/api/v1/me");
  fixture_expect(fixture, 200);
  ask_to_join(fixture, william, found_team(fixture, ann, "Descenders"));
  assert_int_equal(
      ERR_OK,
      db_exec(app_db(fixture->app), "update outbox set kind = 'request answered', words = $1 where person_id = $2",
              db_text("Your request for \"swap\" with Will was granted. They write: \"A 5\u201D plug. Will do.\""),
              db_int(ann)));
  fixture_call(fixture, ann, METHOD_POST, NULL, "/api/v1/me/calendar");
  fixture_expect(fixture, 201);
  assert_int_equal(
      ERR_OK,
      db_exec(app_db(fixture->app),
              "insert into calendar_items (feed_id, course_id, item, digest, sequence, revised_at, starts_at, summary, "
              "description, location, category) select f.id, $1, 'slot of check-in-1', zeroblob(32), 0, 0, 0, "
              "'Check-in 1', "
              "$2, $3, 'slot' from calendar_feeds f",
              db_int(fixture->course), db_text("With Will, William Unwin"),
              db_text("Office of William Unwin, Will Hall")));
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)william);
  fixture_expect(fixture, 200);
  const char *erased = arena_format(fixture->arena, "Erased person %lld", (long long)william);
  assert_non_null(strstr(fixture_dump(fixture), arena_format(fixture->arena, "With %s, %s", erased, erased)));
  assert_non_null(strstr(fixture_dump(fixture), arena_format(fixture->arena, "Office of %s, Will Hall", erased)));
  assert_non_null(
      strstr(fixture_dump(fixture),
             arena_format(fixture->arena,
                          "\"swap\" with Erased person %lld was granted. They write: \"A 5\u201D plug. Will do.\"",
                          (long long)william)));
  fixture_free(fixture);
}

// What stands under a hash goes, wherever it is: somebody of another course may have written the name.
static void the_audits_details_of_every_course_are_looked_through(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t zeb = fixture_student(fixture, NAME), ann = fixture_student(fixture, "Ann Ng");
  int64_t team = found_team(fixture, ann, "Descenders");
  fixture_call(fixture, ann, METHOD_PATCH, "{\"looking_for\":\"Somebody like " NAME ", \\\"Will\\\" as I know.\"}",
               SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 200);
  fixture_call(fixture, ann, METHOD_PATCH, "{\"looking_for\":\"\"}", SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture_dump(fixture), "Somebody like"));
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  // As if the course were none of theirs.
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "delete from enrolments where person_id = $1", db_int(zeb)));
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)zeb);
  fixture_expect(fixture, 200);
  assert_null(strstr(fixture_dump(fixture), "Somebody like"));
  fixture_free(fixture);
}

static void what_one_wrote_to_others_goes_however_it_ended(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t zeb = fixture_student(fixture, NAME), ann = fixture_student(fixture, "Ann Ng");
  int64_t team = found_team(fixture, ann, "Descenders");
  fixture_call(fixture, zeb, METHOD_POST, "{\"message\":\"Zq me \\n\\n\"}", SAMPLE "/teams/%lld/join-requests",
               (long long)team);
  fixture_expect(fixture, 201);
  int64_t other = found_team(fixture, fixture_student(fixture, "Cy Poe"), "Others");
  fixture_call(fixture, zeb, METHOD_POST, "{\"message\":\"Yq \\\"me\\\"\"}", SAMPLE "/teams/%lld/join-requests",
               (long long)other);
  fixture_expect(fixture, 201);
  assert_non_null(strstr(fixture_dump(fixture), "Yq \u201Dme\u201D"));
  // As it was quoted before, too.
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update outbox set words = words || $1 where person_id = $2",
                                   db_text(" Before: \"Zq me\"."), db_int(ann)));
  assert_non_null(strstr(fixture_dump(fixture), "Before: \"Zq me"));
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)zeb);
  fixture_expect(fixture, 200);
  assert_null(strstr(fixture_dump(fixture), "Zq me"));
  assert_null(strstr(fixture_dump(fixture), "Yq "));
  fixture_free(fixture);
}

// How many details the audit of the installation has about somebody.
static int64_t details_about(struct fixture *fixture, int64_t person) {
  int64_t count = 0;
  assert_int_equal(ERR_OK,
                   db_get_int(app_db(fixture->app), &count,
                              "select count(*) from audit_details d join audit a on a.course_id = d.course_id and "
                              "a.seq = d.seq where a.course_id = 0 and a.subject = 'person ' || $1",
                              db_int(person)));
  return count;
}

static void invite_with(struct fixture *fixture, int64_t by, int64_t team, int64_t person, const char *message) {
  fixture_call(fixture, by, METHOD_POST,
               arena_format(fixture->arena, "{\"person\":%lld,\"message\":\"%s\"}", (long long)person, message),
               SAMPLE "/teams/%lld/invitations", (long long)team);
  fixture_expect(fixture, 201);
}

// An invitation names nobody; who wrote it is known by when it was made.
static void an_invitations_words_go_with_who_wrote_them_and_nobody_elses(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t will = fixture_student(fixture, "Will"), smith = fixture_student(fixture, "Will Smith"),
          ann = fixture_student(fixture, "Ann Ng"), dee = fixture_student(fixture, "Dee Poe");
  int64_t team = found_team(fixture, will, "Ascenders"), other = found_team(fixture, ann, "7\\\" Vinyl");
  invite_with(fixture, will, team, dee, "Come Zq, with me.");
  fixture_at_seconds(fixture, clock_now(&fixture->clock) + 1);
  invite_with(fixture, ann, other, dee, "Come Zq, with me.");
  fixture_call(fixture, smith, METHOD_POST, "{\"message\":\"Will you have me?\"}", SAMPLE "/teams/%lld/join-requests",
               (long long)other);
  fixture_expect(fixture, 201);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)will);
  fixture_expect(fixture, 200);
  const char *dump = fixture_dump(fixture);
  assert_non_null(
      strstr(dump, arena_format(fixture->arena, "to join Ascenders. They write: Erased person %lld", (long long)will)));
  assert_non_null(strstr(dump, "to join 7\" Vinyl. They write: \"Come Zq, with me.\""));
  assert_non_null(strstr(dump, "Will Smith asks to join 7\" Vinyl. They write: \"Will you have me?\""));
  fixture_free(fixture);
}

// By which they are found when that person goes.
static void former_names_of_others_stay_known(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t suresh = fixture_student(fixture, "Suresh"), other = fixture_student(fixture, "Suresh Kumar");
  static const char *const names[] = {"Suresh", "Suresh Kumar"};
  for (size_t i = 0; i < 2; i++) {
    fixture_call(fixture, -1, METHOD_PATCH, arena_format(fixture->arena, "{\"name\":\"%s\"}", names[i]),
                 "/api/v1/accounts/%lld", (long long)other);
    fixture_expect(fixture, 200);
  }
  int64_t known = details_about(fixture, other);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)suresh);
  fixture_expect(fixture, 200);
  assert_int_equal(known, details_about(fixture, other));
  assert_int_equal(0, details_about(fixture, suresh));
  fixture_free(fixture);
}

// What the names of others are found by later is not theirs; what they announced is the course's, signed by nobody.
static void an_instructor_who_goes_leaves_what_is_known_of_others(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t max = fixture_person(fixture, "Maximilian Moritz", ROLE_INSTRUCTOR), ann = fixture_student(fixture, "Ann Ng");
  fixture_call(fixture, max, METHOD_PATCH, "{\"preferred_name\":\"May\"}", "/api/v1/me");
  fixture_expect(fixture, 200);
  fixture_send(fixture, max,
               &(struct local_call){.method = METHOD_POST,
                                    .target = SAMPLE "/roster?domain=example.edu&allow_drops=1000",
                                    .content_type = "text/csv",
                                    .body = "name,email\nBenno Ball,benno@example.edu\nAnn Ng,ann.ng@example.edu\n"});
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/accounts?email=benno@example.edu");
  int64_t benno = fixture_int(fixture, "accounts.0.id");
  fixture_call(fixture, max, METHOD_POST,
               "{\"audience\":\"everybody\",\"subject\":\"May is near\",\"words\":\"May is near.\","
               "\"also_to\":\"Maximilian.Moritz@Example.edu\"}",
               SAMPLE "/announcements");
  fixture_expect(fixture, 201);
  assert_non_null(strstr(fixture_last_words(fixture, ann), "May is near.\n\nMay, "));
  assert_int_equal(1, fixture_messages(fixture, 0, "announcement"));
  assert_int_equal(1, details_about(fixture, benno));
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app),
                           "insert into mails (person_id, is_alone, state, created_at, made_at, next_attempt, reason) "
                           "values (0, 1, 'failed', 0, 0, 0, '550 <maximilian.moritz@example.edu>: no such user')"));
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)max);
  fixture_expect(fixture, 200);
  assert_int_equal(1, details_about(fixture, benno));
  assert_int_equal(0, fixture_messages(fixture, 0, "announcement"));
  assert_non_null(strstr(fixture_dump(fixture),
                         arena_format(fixture->arena, "May is near.\\x0a\\x0aErased person %lld, ", (long long)max)));
  static const char *const goes[] = {"aximilian", "May,"};
  for (size_t i = 0; i < sizeof goes / sizeof *goes; i++)
    if (strstr(fixture_dump(fixture), goes[i]) != NULL)
      fail_msg("the store still says %.200s", strstr(fixture_dump(fixture), goes[i]));
  expect_sound(fixture);
  fixture_free(fixture);
}

static void what_others_and_teams_were_called_stays_too(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  fixture_person(fixture, "Ines Staff", ROLE_INSTRUCTOR);
  int64_t will = fixture_student(fixture, "William Unwin"), smith = fixture_student(fixture, "William Unwin Smith"),
          ann = fixture_student(fixture, "Ann Ng");
  fixture_call(fixture, will, METHOD_PATCH, "{\"preferred_name\":\"Will\"}", "/api/v1/me");
  fixture_expect(fixture, 200);
  fixture_call(fixture, smith, METHOD_PATCH, "{\"preferred_name\":\"Will Smith\"}", "/api/v1/me");
  int64_t team = found_team(fixture, ann, "Will Power");
  say(fixture, ann, METHOD_PATCH, "{\"looking_for\":\"Like William Unwin Smith.\"}", "/teams/", team);
  ask_to_join(fixture, smith, team);
  say(fixture, ann, METHOD_PATCH, "{\"name\":\"Powers\"}", "/teams/", team);
  fixture_call(fixture, smith, METHOD_PATCH, "{\"preferred_name\":\"W\"}", "/api/v1/me");
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_PATCH, "{\"name\":\"W. Smith\"}", "/api/v1/accounts/%lld", (long long)smith);
  fixture_expect(fixture, 200);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)will);
  fixture_expect(fixture, 200);
  const char *dump = fixture_dump(fixture);
  assert_non_null(strstr(dump, "Like William Unwin Smith."));
  assert_non_null(strstr(dump, "Will Smith asks to join Will Power."));
  assert_non_null(strstr(dump, "Will Power: somebody asks to join"));
  fixture_free(fixture);
}

static void whose_name_goes_on_stays_who_they_are_in_any_course(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  int64_t elsewhere = fixture_student(fixture, NAME " Lopez");
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app), "delete from enrolments where person_id = $1", db_int(elsewhere)));
  say(fixture, class.ann, METHOD_PATCH, "{\"looking_for\":\"We ask " NAME " Lopez or " NAME ".\"}", "/teams/",
      class.team);
  fixture_at(fixture, AFTER_TERM);
  fixture_run_duties(fixture);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, DATA, (long long)class.zeb);
  fixture_expect(fixture, 200);
  assert_non_null(
      strstr(fixture_dump(fixture),
             arena_format(fixture->arena, "We ask " NAME " Lopez or Erased person %lld.", (long long)class.zeb)));
  end_class(&class);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_table_of_the_schema_says_what_it_holds_on_a_person),
      cmocka_unit_test(one_gets_all_that_is_held_on_oneself_and_nothing_of_others),
      cmocka_unit_test(what_others_asked_and_answered_is_not_given_out),
      cmocka_unit_test(who_takes_part_is_not_erased),
      cmocka_unit_test(a_dry_run_says_what_would_go_and_changes_nothing),
      cmocka_unit_test(an_erased_person_leaves_a_number_a_sound_chain_and_no_trace),
      cmocka_unit_test(a_preferred_name_of_ordinary_words_changes_what_tandem_wrote_of_the_person_only),
      cmocka_unit_test(an_answer_names_nobody_any_more_and_keeps_what_its_writer_said),
      cmocka_unit_test(the_audits_details_of_every_course_are_looked_through),
      cmocka_unit_test(what_one_wrote_to_others_goes_however_it_ended),
      cmocka_unit_test(an_invitations_words_go_with_who_wrote_them_and_nobody_elses),
      cmocka_unit_test(former_names_of_others_stay_known),
      cmocka_unit_test(an_instructor_who_goes_leaves_what_is_known_of_others),
      cmocka_unit_test(what_others_and_teams_were_called_stays_too),
      cmocka_unit_test(whose_name_goes_on_stays_who_they_are_in_any_course),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
