// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/support/app_fixture.h"

#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/accounts/session.h"
#include "server/courses/course_store.h"
#include "server/duties.h"
#include "server/http/router.h"
#include "tests/support/answer_check.h"

static struct fixture *open_fixture(const char *data_dir, const char *text, size_t size, const char *now);
static char *read_file(const char *path, size_t *size);
static struct act begin(struct fixture *fixture, struct problem *problem);
static void commit(struct fixture *fixture, enum err err, const struct problem *problem);
static const struct course_view *view_of(struct fixture *fixture, const struct act *act);
static void check_answer(struct fixture *fixture, int64_t person, const struct local_call *call);
static struct answer_reader reader_of(struct fixture *fixture, int64_t person, const char *course);
static void expect_none(struct fixture *fixture, const char *what, const char *sql_name, int64_t found);

struct fixture *fixture_new(const char *course_file, const char *now) {
  return fixture_new_in(NULL, course_file, now);
}

struct fixture *fixture_new_in(const char *data_dir, const char *course_file, const char *now) {
  size_t size = 0;
  char *text = read_file(course_file, &size);
  struct fixture *fixture = open_fixture(data_dir, text, size, now);
  free(text);
  return fixture;
}

struct fixture *fixture_new_text(const char *course_text, const char *now) {
  return open_fixture(NULL, course_text, strlen(course_text), now);
}

void fixture_free(struct fixture *fixture) {
  json_decref(fixture->json);
  app_close(fixture->app);
  arena_free(fixture->arena);
  free(fixture);
}

void fixture_at(struct fixture *fixture, const char *now) {
  int64_t at = 0;
  assert_true(instant_parse(now, &at));
  clock_set(&fixture->clock, at);
}

void fixture_at_seconds(struct fixture *fixture, int64_t now) { clock_set(&fixture->clock, now); }

void fixture_at_anew(struct fixture *fixture, int64_t now) {
  struct problem problem;
  fixture_at_seconds(fixture, now);
  const struct act act = begin(fixture, &problem);
  enum err err = ERR_OK;
  for (int64_t person = 1; person < FIXTURE_PEOPLE_MAX && fixture->tokens[person][0] != '\0' && err == ERR_OK;
       person++) {
    struct session_opened session = {0};
    err = session_open(&act, person, NULL, &session);
    memcpy(fixture->tokens[person], session.token, sizeof session.token);
  }
  commit(fixture, err, &problem);
}

size_t fixture_run_duties(struct fixture *fixture) {
  size_t ran = 0;
  assert_int_equal(duties_run_due(fixture->app, &ran), ERR_OK);
  return ran;
}

int64_t fixture_student(struct fixture *fixture, const char *name) {
  return fixture_person(fixture, name, ROLE_STUDENT);
}

int64_t fixture_person(struct fixture *fixture, const char *name, enum role role) {
  struct problem problem;
  struct act act = begin(fixture, &problem);
  char *address = arena_format(fixture->arena, "%s@example.edu", name);
  for (char *c = address; *c != '\0'; c++)
    *c = *c == ' ' ? '.' : (char)tolower((unsigned char)*c);
  int64_t person = 0;
  bool changed = false;
  struct session_opened session = {0};
  enum err err = person_create(&act, name, address, &person);
  struct enrolment_terms terms = {.role = role, .credit = CREDIT_CREDIT};
  if (err == ERR_OK)
    err = enrolment_put(&act, app_services(fixture->app), view_of(fixture, &act), person, &terms, &changed);
  if (err == ERR_OK)
    err = session_open(&act, person, NULL, &session);
  commit(fixture, err, &problem);
  assert_in_range(person, 1, FIXTURE_PEOPLE_MAX - 1);
  memcpy(fixture->tokens[person], session.token, sizeof session.token);
  return person;
}

void fixture_auditor(struct fixture *fixture, int64_t person, bool is_approved) {
  fixture_call(fixture, -1, METHOD_PUT,
               is_approved ? "{\"credit\":\"audit\",\"audit_approved\":true}" : "{\"credit\":\"audit\"}",
               SAMPLE "/roster/%lld", (long long)person);
  fixture_expect(fixture, 200);
}

void fixture_confidential(struct fixture *fixture, int64_t person) {
  fixture_call(fixture, -1, METHOD_PUT, "{\"confidential\":true}", SAMPLE "/roster/%lld", (long long)person);
  fixture_expect(fixture, 200);
}

void fixture_drop(struct fixture *fixture, int64_t person) {
  struct problem problem;
  struct act act = begin(fixture, &problem);
  commit(fixture, enrolment_drop(&act, app_services(fixture->app), view_of(fixture, &act), person), &problem);
}

void fixture_card(struct fixture *fixture, int64_t person, const char *ml, const char *systems, bool is_seeking) {
  const char *body =
      arena_format(fixture->arena,
                   "{\"skills\":[{\"skill\":\"ml\",\"level\":\"%s\",\"evidence\":\"What I did with it\"},"
                   "{\"skill\":\"systems\",\"level\":\"%s\",\"evidence\":\"What I did with it\"}],"
                   "\"topics\":[],\"availability\":\"evenings\",\"about\":\"\",\"seeking\":%s}",
                   ml, systems, is_seeking ? "true" : "false");
  fixture_call(fixture, person, METHOD_PUT, body, SAMPLE "/info-card");
  assert_in_range(fixture->answer.status, 200, 204);
}

int fixture_call(struct fixture *fixture, int64_t person, enum method method, const char *body, const char *target,
                 ...) {
  va_list args;
  va_start(args, target);
  const char *full = arena_format_v(fixture->arena, target, args);
  va_end(args);
  return fixture_send(fixture, person, &(struct local_call){.method = method, .target = full, .body = body});
}

int fixture_send(struct fixture *fixture, int64_t person, const struct local_call *call) {
  struct local_call sent = *call;
  sent.is_operator = person == -1;
  if (person > 0)
    sent.token = fixture->tokens[person];
  local_call(fixture->app, fixture->arena, &sent, &fixture->answer);
  json_decref(fixture->json);
  fixture->json = fixture->answer.size > 0 ? json_loadb(fixture->answer.body, fixture->answer.size, 0, NULL) : NULL;
  check_answer(fixture, person, &sent);
  return fixture->answer.status;
}

const char *fixture_code(const struct fixture *fixture) {
  const char *code = fixture_text(fixture, "code");
  return code == NULL ? "" : code;
}

json_t *fixture_json(const struct fixture *fixture, const char *path) {
  json_t *at = fixture->json;
  char part[64];
  for (const char *rest = path; at != NULL && *rest != '\0';) {
    size_t size = strcspn(rest, ".");
    assert_in_range(size, 1, sizeof part - 1);
    memcpy(part, rest, size);
    part[size] = '\0';
    at = json_is_array(at) ? json_array_get(at, (size_t)strtoull(part, NULL, 10)) : json_object_get(at, part);
    rest += size + (rest[size] == '.');
  }
  return at;
}

const char *fixture_text(const struct fixture *fixture, const char *path) {
  return json_string_value(fixture_json(fixture, path));
}

int64_t fixture_int(const struct fixture *fixture, const char *path) {
  json_t *value = fixture_json(fixture, path);
  return json_is_integer(value) ? json_integer_value(value) : -1;
}

size_t fixture_messages(struct fixture *fixture, int64_t person, const char *kind) {
  int64_t count = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &count,
                              "select count(*) from outbox where person_id = $1 and ($2 = '' or kind = $2)",
                              db_int(person), db_text(kind)),
                   ERR_OK);
  return (size_t)count;
}

const char *fixture_last_words(struct fixture *fixture, int64_t person) {
  struct db_rows rows DB_SCOPE = db_query(
      app_db(fixture->app), "select words from outbox where person_id = $1 order by id desc limit 1", db_int(person));
  return db_next(&rows) ? db_column_text(&rows, 0, fixture->arena) : "";
}

const char *fixture_dump(struct fixture *fixture) { return db_dump(app_db(fixture->app), fixture->arena); }

void fixture_check(struct fixture *fixture) {
  struct db *db = app_db(fixture->app);
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {
      .db = db, .arena = fixture->arena, .now = clock_now(&fixture->clock), .cause = "test", .problem = &problem};
  const struct course *file = view_of(fixture, &act)->file;
  const struct track *lab = course_lab_track(file);
  int64_t found = 0;
  assert_int_equal(
      db_get_int(
          db, &found,
          "select (select count(*) from placements where course_id = $1 and until_at is null and team_id is null) "
          "+ (select count(*) from lab_queue where course_id = $1 and state = 'offered')",
          db_int(fixture->course)),
      ERR_OK);
  if (lab != NULL && found > lab->capacity)
    fail_msg("%lld seats and offers of %d", (long long)found, lab->capacity);
  assert_int_equal(db_get_int(db, &found,
                              "select count(*) from (select 1 from placements where until_at is null "
                              "group by course_id, person_id having count(*) > 1)"),
                   ERR_OK);
  expect_none(fixture, "people are placed twice", "placements", found);
  assert_int_equal(db_get_int(db, &found,
                              "select count(*) from teams t where coalesce(t.size_max, $1) < "
                              "(select count(*) from placements p where p.team_id = t.id and p.until_at is null)",
                              db_int(file->teams.size_max)),
                   ERR_OK);
  expect_none(fixture, "teams are over their size", "placements", found);
  assert_int_equal(
      db_get_int(
          db, &found,
          "select count(*) from teams t where t.state <> 'dissolved' and exists (select 1 from placements p "
          "join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id "
          "where p.team_id = t.id and p.until_at is null and e.state = 'active') and not exists "
          "(select 1 from placements p where p.team_id = t.id and p.person_id = t.contact_id and p.until_at is null)"),
      ERR_OK);
  expect_none(fixture, "teams have a contact who is no member", "teams", found);
  assert_int_equal(db_get_int(db, &found,
                              "select count(*) from lab_queue q join placements p on p.course_id = q.course_id and "
                              "p.person_id = q.person_id and p.until_at is null and p.team_id is null "
                              "where q.state in ('waiting', 'offered')"),
                   ERR_OK);
  expect_none(fixture, "seated people still wait", "lab_queue", found);
  // Nobody waits beside a free seat, up to decide-by.
  if (lab != NULL && act.now <= lab->decide_by) {
    assert_int_equal(
        db_get_int(
            db, &found,
            "select case when (select count(*) from lab_queue where course_id = $1 and state = 'waiting') > 0 and "
            "(select count(*) from placements where course_id = $1 and until_at is null and team_id is null) "
            "+ (select count(*) from lab_queue where course_id = $1 and state = 'offered') < $2 then 1 else 0 end",
            db_int(fixture->course), db_int(lab->capacity)),
        ERR_OK);
    expect_none(fixture, "somebody waits beside a free seat", "lab_queue", found);
  }
}

void fixture_expect_at(struct fixture *fixture, int status, const char *file, int line) {
  if (fixture->answer.status == status)
    return;
  print_error("%s:%d: expected %d, got %d: %s\n", file, line, status, fixture->answer.status, fixture->answer.body);
  _assert_int_equal((uintmax_t)fixture->answer.status, (uintmax_t)status, file, line);
}

void fixture_refused_at(struct fixture *fixture, int status, const char *code, const char *file, int line) {
  fixture_expect_at(fixture, status, file, line);
  if (strcmp(fixture_code(fixture), code) != 0)
    print_error("%s:%d: %s\n", file, line, fixture->answer.body);
  _assert_string_equal(fixture_code(fixture), code, file, line);
  const char *detail = fixture_text(fixture, "detail");
  _assert_true(detail != NULL && strlen(detail) > 10, "the refusal says what to do", file, line);
}

static struct fixture *open_fixture(const char *data_dir, const char *text, size_t size, const char *now) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  int64_t at = 0;
  assert_true(instant_parse(now, &at));
  fixture->clock = clock_fixed(at);
  fixture->arena = arena_new();
  struct app_options options = {.data_dir = data_dir, .clock = &fixture->clock, .has_cheap_passwords = true};
  assert_int_equal(app_open(&options, &fixture->app), ERR_OK);
  local_call(fixture->app, fixture->arena,
             &(struct local_call){.method = METHOD_POST,
                                  .target = "/api/v1/courses",
                                  .content_type = "application/yaml",
                                  .body = text,
                                  .size = size,
                                  .is_operator = true},
             &fixture->answer);
  fixture_expect(fixture, 201);
  assert_int_equal(db_get_int(app_db(fixture->app), &fixture->course, "select max(id) from courses"), ERR_OK);
  return fixture;
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("%s cannot be read", path);
  char *text = calloc(1, 512 * 1024);
  assert_non_null(text);
  *size = fread(text, 1, 512 * 1024 - 1, file);
  fclose(file);
  return text;
}

static struct act begin(struct fixture *fixture, struct problem *problem) {
  problem_init(problem, fixture->arena);
  assert_int_equal(db_begin_write(app_db(fixture->app)), ERR_OK);
  return (struct act){.db = app_db(fixture->app),
                      .arena = fixture->arena,
                      .now = clock_now(&fixture->clock),
                      .cause = "test",
                      .problem = problem};
}

static void commit(struct fixture *fixture, enum err err, const struct problem *problem) {
  if (err != ERR_OK)
    fail_msg("%s: %s", err_name(err), problem->detail != NULL ? problem->detail : "");
  assert_int_equal(db_commit(app_db(fixture->app)), ERR_OK);
}

static const struct course_view *view_of(struct fixture *fixture, const struct act *act) {
  const struct course_view *view = NULL;
  assert_int_equal(course_open(act, app_services(fixture->app)->library, fixture->course, &view), ERR_OK);
  return view;
}

static void check_answer(struct fixture *fixture, int64_t person, const struct local_call *call) {
  char allow[ROUTER_METHODS_TEXT_BYTES];
  struct request *request = request_new(app_http(fixture->app), arena_new());
  request->method = call->method;
  request->path = arena_text_n(request->arena, call->target, strcspn(call->target, "?"));
  bool is_found = router_match(request, allow) == ERR_OK;
  bool is_of_course = is_found && strstr(request->route->path, "{course}") != NULL;
  struct answer_reader reader = reader_of(fixture, person, is_of_course ? request_text(request, "course") : "");
  const struct answered answered = {.route = is_found ? request->route : NULL,
                                    .params = request->params,
                                    .param_count = request->param_count,
                                    .status = fixture->answer.status,
                                    .content_type = fixture->answer.content_type,
                                    .body = fixture->json};
  const char *fault = answer_fault(fixture->arena, &answered, &reader);
  if (fault != NULL)
    fail_msg("%s %s by %lld: %s\n%d %s", method_text(call->method), call->target, (long long)person, fault,
             fixture->answer.status, fixture->answer.body);
  request_free(request);
}

static struct answer_reader reader_of(struct fixture *fixture, int64_t person, const char *course) {
  struct answer_reader reader = {.is_operator = person == -1, .person = person > 0 ? person : 0};
  struct db_rows rows DB_SCOPE =
      db_query(app_db(fixture->app),
               "select e.role, p.team_id from courses c join enrolments e on e.course_id = c.id and e.person_id = $1 "
               "and e.state = 'active' left join placements p on p.course_id = c.id and p.person_id = $1 "
               "and p.until_at is null where c.slug = $2",
               db_int(person), db_text(course));
  if (!db_next(&rows))
    return reader;
  for (int role = ROLE_STUDENT; role_names[role] != NULL; role++)
    if (text_equal(role_names[role], db_column_peek(&rows, 0)))
      reader.role = (enum role)role;
  reader.team = db_column_int(&rows, 1);
  return reader;
}

static void expect_none(struct fixture *fixture, const char *what, const char *sql_name, int64_t found) {
  if (found != 0)
    fail_msg("%lld %s (%s)\n%s", (long long)found, what, sql_name, fixture_dump(fixture));
}
