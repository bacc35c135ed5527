// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_state.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "server/db/agenda.h"
#include "server/routes.h"
#include "tests/support/app_fixture.h"

#define OPEN "2023-09-05T14:00:00Z" // teams and lab seats can be had

enum { OPERATOR = -1 };
enum actor { STUDENT, OUTSIDER, STAFF, INSTRUCTOR, THE_OPERATOR, ACTORS };
static const char *const actor_names[] = {"student", "outsider", "staff", "instructor", "operator"};

struct scene {
  struct fixture *f;
  int64_t people[ACTORS];
};

static void set(struct fixture *f, const char *state, int status) {
  fixture_call(f, OPERATOR, METHOD_PATCH, arena_format(f->arena, "{\"state\":\"%s\"}", state), SAMPLE);
  fixture_expect(f, status);
}

// Through draft, because a course with students does not become one.
static struct scene scene_in(enum course_state state) {
  struct scene scene = {.f = fixture_new(SAMPLE_COURSE, OPEN)};
  set(scene.f, "draft", 200);
  scene.people[STUDENT] = fixture_student(scene.f, "Sue");
  scene.people[OUTSIDER] = fixture_student(scene.f, "Otto");
  fixture_drop(scene.f, scene.people[OUTSIDER]);
  scene.people[STAFF] = fixture_person(scene.f, "Stan", ROLE_STAFF);
  scene.people[INSTRUCTOR] = fixture_person(scene.f, "Ines", ROLE_INSTRUCTOR);
  scene.people[THE_OPERATOR] = OPERATOR;
  set(scene.f, course_state_names[state], 200);
  return scene;
}

struct asked {
  const char *what;
  enum method method;
  const char *target;
  const char *body;
  enum actor who;
  int status[3]; // by state: draft, running, archived
};

#define CARD                                                                                                           \
  "{\"skills\":[{\"skill\":\"ml\",\"level\":\"course\",\"evidence\":\"A course\"},{\"skill\":\"systems\","             \
  "\"level\":\"course\",\"evidence\":\"A "                                                                             \
  "course\"}],\"topics\":[],\"availability\":\"\",\"about\":\"\",\"seeking\":false}"
#define SLOT "{\"starts\":\"2023-10-04T14:00:00Z\",\"place\":\"Room 1\",\"staff\":4}" // Stan
#define RUNNING "{\"state\":\"running\"}"
#define COPY "{\"course\":\"copy\",\"starts\":\"2024-08-19\"}"

// clang-format off
static const struct asked table[] = {
  {"a read",         METHOD_GET,   SAMPLE,              NULL, STUDENT,      {404, 200, 200}},
  {"a read",         METHOD_GET,   SAMPLE,              NULL, OUTSIDER,     {404, 403, 403}},
  {"a read",         METHOD_GET,   SAMPLE,              NULL, STAFF,        {200, 200, 200}},
  {"a read",         METHOD_GET,   SAMPLE,              NULL, INSTRUCTOR,   {200, 200, 200}},
  {"a read",         METHOD_GET,   SAMPLE,              NULL, THE_OPERATOR, {200, 200, 200}},
  {"a staff's read", METHOD_GET,   SAMPLE "/roster",    NULL, STUDENT,      {404, 403, 403}},
  {"a staff's read", METHOD_GET,   SAMPLE "/roster",    NULL, STAFF,        {200, 200, 200}},
  {"own change",     METHOD_PUT,   SAMPLE "/info-card", CARD, STUDENT,      {404, 200, 409}},
  {"own change",     METHOD_PUT,   SAMPLE "/info-card", CARD, OUTSIDER,     {404, 403, 403}},
  {"own change",     METHOD_PUT,   SAMPLE "/info-card", CARD, STAFF,        {403, 403, 403}},
  {"a team",         METHOD_POST,  SAMPLE "/teams",     "{\"name\":\"Six\"}", STUDENT, {404, 201, 409}},
  {"a seat",         METHOD_PUT,   SAMPLE "/labs/seat", "{}", STUDENT,      {404, 200, 409}},
  {"an upload",      METHOD_POST,  SAMPLE "/files?name=a.pdf", "%PDF-1.4", STUDENT, {404, 503, 409}},
  {"an upload",      METHOD_POST,  SAMPLE "/files?name=a.pdf", "%PDF-1.4", OUTSIDER, {404, 403, 403}},
  {"staff's change", METHOD_POST,  SAMPLE "/milestones/check-in-1/slots", SLOT, STUDENT,      {404, 403, 403}},
  {"staff's change", METHOD_POST,  SAMPLE "/milestones/check-in-1/slots", SLOT, STAFF,        {201, 201, 409}},
  {"staff's change", METHOD_POST,  SAMPLE "/milestones/check-in-1/slots", SLOT, INSTRUCTOR,   {201, 201, 409}},
  {"staff's change", METHOD_POST,  SAMPLE "/milestones/check-in-1/slots", SLOT, THE_OPERATOR, {201, 201, 409}},
  {"work",           METHOD_POST,  SAMPLE "/roster?dry_run=true", "email,name\n", THE_OPERATOR, {422, 422, 409}},
  {"the state",      METHOD_PATCH, SAMPLE,              RUNNING, STUDENT,      {404, 403, 403}},
  {"the state",      METHOD_PATCH, SAMPLE,              RUNNING, OUTSIDER,     {404, 403, 403}},
  {"the state",      METHOD_PATCH, SAMPLE,              RUNNING, STAFF,        {403, 403, 403}},
  {"the state",      METHOD_PATCH, SAMPLE,              RUNNING, INSTRUCTOR,   {200, 200, 200}},
  {"the state",      METHOD_PATCH, SAMPLE,              RUNNING, THE_OPERATOR, {200, 200, 200}},
  {"a copy",         METHOD_POST,  SAMPLE "/copies",    COPY, STUDENT,      {404, 403, 403}},
  {"a copy",         METHOD_POST,  SAMPLE "/copies",    COPY, STAFF,        {403, 403, 403}},
  {"a copy",         METHOD_POST,  SAMPLE "/copies",    COPY, INSTRUCTOR,   {200, 200, 200}},
};
// clang-format on

static void what_a_state_lets_everybody_do_is_one_table(void **state) {
  (void)state;
  for (int was = COURSE_DRAFT; was <= COURSE_ARCHIVED; was++) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
      const struct asked *row = &table[i];
      struct scene scene = scene_in((enum course_state)was);
      struct local_call call = {.method = row->method, .target = row->target, .body = row->body};
      if (strcmp(row->what, "work") == 0)
        call.content_type = "text/csv";
      int status = fixture_send(scene.f, scene.people[row->who], &call);
      if (status != row->status[was])
        fail_msg("%s of a course that is %s, by %s: %d, not %d: %s", row->what, course_state_names[was],
                 actor_names[row->who], status, row->status[was], scene.f->answer.body);
      if (status == 409)
        assert_string_equal("course_archived", fixture_code(scene.f));
      fixture_free(scene.f);
    }
  }
}

// "{milestone}" is one, every other parameter the number 1, which nothing needs to have.
static const char *target_of(struct arena *arena, const struct route *row) {
  struct text path;
  text_init(&path, arena);
  text_add(&path, "/api/v1");
  for (const char *at = row->path; *at != '\0'; at++) {
    if (*at != '{') {
      text_add_char(&path, *at);
      continue;
    }
    text_add(&path, text_starts(at, "{course}")      ? "cs8803-smr-2023fa"
                    : text_starts(at, "{milestone}") ? "midpoint"
                                                     : "1");
    at = strchr(at, '}');
  }
  return text_get(&path);
}

// What becomes of the webhooks of an archived course: test_webhook_archived.c.
static bool is_kept(const struct route *row) {
  bool is_webhook = strcmp(row->path, "/courses/{course}/webhooks/{webhook}") == 0;
  return is_webhook || (row->method == METHOD_PATCH && strcmp(row->path, "/courses/{course}") == 0) ||
         strcmp(row->path, "/courses/{course}/copies") == 0 || strcmp(row->path, "/courses/{course}/exports") == 0;
}

static void every_row_that_changes_an_archived_course_is_refused_and_every_row_of_a_draft_to_students(void **state) {
  (void)state;
  struct scene archived = scene_in(COURSE_ARCHIVED), draft = scene_in(COURSE_DRAFT);
  const char *before = fixture_dump(archived.f);
  size_t refused = 0, hidden = 0;
  for (size_t i = 0; i < route_table_count; i++) {
    for (size_t k = 0; k < route_tables[i]->count; k++) {
      const struct route *row = &route_tables[i]->rows[k];
      if (!text_starts(row->path, "/courses/{course}"))
        continue;
      const char *target = target_of(archived.f->arena, row);
      int64_t student = draft.people[STUDENT];
      if (row->access != ACCESS_OPERATOR && row->access != ACCESS_PUBLIC) {
        if (fixture_call(draft.f, student, row->method, NULL, "%s", target) != 404)
          fail_msg("a draft: %s: %d", target, draft.f->answer.status);
        hidden++;
      }
      if (row->method == METHOD_GET || is_kept(row))
        continue;
      int64_t who = row->access == ACCESS_STUDENT    ? archived.people[STUDENT]
                    : row->access == ACCESS_OPERATOR ? OPERATOR
                                                     : archived.people[INSTRUCTOR];
      fixture_call(archived.f, who, row->method, NULL, "%s", target);
      if (archived.f->answer.status != 409 || strcmp("course_archived", fixture_code(archived.f)) != 0)
        fail_msg("archived: %s: %d %s", target, archived.f->answer.status, archived.f->answer.body);
      refused++;
    }
  }
  assert_in_range(refused, 70, 500);
  assert_in_range(hidden, 100, 500);
  assert_string_equal(before, fixture_dump(archived.f));
  fixture_free(archived.f);
  fixture_free(draft.f);
}

static void what_staff_prepare_in_a_draft_is_told_to_no_student(void **state) {
  (void)state;
  struct scene scene = scene_in(COURSE_DRAFT);
  struct fixture *f = scene.f;
  for (int round = 0; round < 2; round++) {
    const char *body =
        arena_format(f->arena, "{\"scope\":\"person\",\"person\":%lld,\"days\":%d,\"reason\":\"As asked\"}",
                     (long long)scene.people[STUDENT], round + 1);
    fixture_call(f, scene.people[INSTRUCTOR], METHOD_POST, body, SAMPLE "/extensions");
    fixture_expect(f, 200);
    assert_int_equal(round, fixture_messages(f, scene.people[STUDENT], "extension"));
    set(f, "running", 200);
  }
  fixture_free(f);
}

static void a_draft_is_to_students_as_a_course_that_there_is_not(void **state) {
  (void)state;
  struct scene scene = scene_in(COURSE_DRAFT);
  struct fixture *f = scene.f;
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, "/api/v1/courses/no-such-course/milestones");
  fixture_expect(f, 404);
  const char *unknown = arena_text(f->arena, f->answer.body);
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, SAMPLE "/milestones");
  fixture_expect(f, 404);
  assert_string_equal(unknown, f->answer.body);
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, "/api/v1/courses");
  assert_int_equal(0, json_array_size(fixture_json(f, "courses")));
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, "/api/v1/me");
  assert_int_equal(0, json_array_size(fixture_json(f, "enrolments")));
  fixture_call(f, scene.people[STAFF], METHOD_GET, NULL, "/api/v1/courses");
  assert_string_equal("draft", fixture_text(f, "courses.0.state"));
  fixture_call(f, scene.people[STAFF], METHOD_GET, NULL, "/api/v1/me");
  assert_int_equal(1, json_array_size(fixture_json(f, "enrolments")));
  set(f, "running", 200);
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, "/api/v1/courses");
  assert_string_equal("running", fixture_text(f, "courses.0.state"));
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, "/api/v1/me");
  assert_int_equal(1, json_array_size(fixture_json(f, "enrolments")));
  fixture_free(f);
}

struct step {
  enum course_state from, to;
  bool has_students;
  int status;
};

static void which_state_follows_which_is_one_table(void **state) {
  (void)state;
  static const struct step steps[] = {
      {COURSE_DRAFT, COURSE_DRAFT, false, 200},       {COURSE_DRAFT, COURSE_RUNNING, false, 200},
      {COURSE_DRAFT, COURSE_ARCHIVED, false, 200},    {COURSE_RUNNING, COURSE_DRAFT, false, 200},
      {COURSE_RUNNING, COURSE_RUNNING, false, 200},   {COURSE_RUNNING, COURSE_ARCHIVED, false, 200},
      {COURSE_ARCHIVED, COURSE_DRAFT, false, 409},    {COURSE_ARCHIVED, COURSE_RUNNING, false, 200},
      {COURSE_ARCHIVED, COURSE_ARCHIVED, false, 200}, {COURSE_DRAFT, COURSE_RUNNING, true, 200},
      {COURSE_DRAFT, COURSE_ARCHIVED, true, 200},     {COURSE_RUNNING, COURSE_DRAFT, true, 409},
      {COURSE_RUNNING, COURSE_ARCHIVED, true, 200},   {COURSE_ARCHIVED, COURSE_DRAFT, true, 409},
      {COURSE_ARCHIVED, COURSE_RUNNING, true, 200},
  };
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    const struct step *step = &steps[i];
    struct fixture *f = fixture_new(SAMPLE_COURSE, OPEN);
    set(f, "draft", 200);
    int64_t ines = fixture_person(f, "Ines", ROLE_INSTRUCTOR);
    int64_t sue = fixture_student(f, "Sue");
    if (!step->has_students)
      fixture_drop(f, sue);
    set(f, course_state_names[step->from], 200);
    fixture_call(f, ines, METHOD_PATCH, arena_format(f->arena, "{\"state\":\"%s\"}", course_state_names[step->to]),
                 SAMPLE);
    fixture_expect(f, step->status);
    fixture_call(f, ines, METHOD_GET, NULL, SAMPLE);
    assert_string_equal(course_state_names[step->status == 200 ? step->to : step->from], fixture_text(f, "state"));
    fixture_call(f, ines, METHOD_GET, NULL, SAMPLE "/audit?limit=1");
    bool is_noted =
        strcmp("course state changed", fixture_text(f, "rows.0.kind")) == 0 && fixture_text(f, "rows.0.actor") != NULL;
    assert_int_equal(step->status == 200 && step->from != step->to, is_noted);
    fixture_free(f);
  }
}

static int64_t waiting(struct fixture *f) {
  int64_t count = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(f->app), &count, "select count(*) from agenda where course_id = $1",
                                      db_int(f->course)));
  return count;
}

static void the_clock_does_nothing_in_a_course_that_is_not_running(void **state) {
  (void)state;
  for (int which = 0; which < 2; which++) {
    struct scene scene = scene_in(COURSE_RUNNING);
    struct fixture *f = scene.f;
    fixture_card(f, scene.people[STUDENT], "course", "course", false);
    fixture_call(f, scene.people[STUDENT], METHOD_POST, "{\"name\":\"Six\"}", SAMPLE "/teams");
    fixture_expect(f, 201);
    if (which == 0) {
      fixture_drop(f, scene.people[STUDENT]); // holds the place
      set(f, "draft", 200);
    } else {
      set(f, "archived", 200);
    }
    int64_t before = waiting(f);
    assert_in_range(before, 2, 10); // registration closes, lab decided
    size_t told = fixture_messages(f, scene.people[INSTRUCTOR], "") + fixture_messages(f, scene.people[STUDENT], "");
    fixture_at(f, "2023-12-20T12:00:00Z");
    assert_int_equal(0, fixture_run_duties(f));
    assert_int_equal(before, waiting(f));
    assert_int_equal(told, fixture_messages(f, scene.people[INSTRUCTOR], "") +
                               fixture_messages(f, scene.people[STUDENT], ""));
    set(f, "running", 200);
    assert_in_range(fixture_run_duties(f), before, 20);
    assert_int_equal(0, waiting(f));
    set(f, "archived", 200);
    set(f, "running", 200);
    assert_int_equal(0, waiting(f)); // what has come and gone does not come again
    fixture_free(f);
  }
}

// Between the look at the agenda and the writer's turn a course may have been archived.
static void an_item_is_not_taken_from_a_course_that_stopped_running(void **state) {
  (void)state;
  struct fixture *f = fixture_new(SAMPLE_COURSE, OPEN);
  struct agenda_item *items = NULL;
  size_t count = 0;
  int64_t far = INT64_MAX / 2;
  assert_int_equal(ERR_OK, agenda_due(app_db(f->app), f->arena, far, 64, &items, &count));
  assert_int_equal(2, count);
  set(f, "archived", 200);
  bool taken = true;
  assert_int_equal(ERR_OK, agenda_take(app_db(f->app), &items[0], &taken));
  assert_false(taken);
  set(f, "running", 200);
  assert_int_equal(ERR_OK, agenda_take(app_db(f->app), &items[0], &taken));
  assert_true(taken);
  fixture_free(f);
}

static void going_to_running_puts_instants_to_come_on_the_agenda(void **state) {
  (void)state;
  struct fixture *f = fixture_new(SAMPLE_COURSE, OPEN);
  set(f, "draft", 200);
  assert_int_equal(ERR_OK, agenda_clear(app_db(f->app), AGENDA_REGISTRATION_CLOSES, f->course, 0));
  set(f, "running", 200);
  int64_t at = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(f->app), &at, "select at from agenda where kind = 'registration closes'"));
  assert_int_equal(1694491140, at); // 2023-09-11 23:59 EDT
  fixture_free(f);
}

static void nobody_has_a_task_in_an_archived_course(void **state) {
  (void)state;
  struct scene scene = scene_in(COURSE_RUNNING);
  struct fixture *f = scene.f;
  fixture_call(f, scene.people[STUDENT], METHOD_GET, NULL, SAMPLE "/tasks");
  assert_in_range(json_array_size(fixture_json(f, "tasks")), 1, 10);
  set(f, "archived", 200);
  for (int who = STUDENT; who < ACTORS; who++) {
    if (who == OUTSIDER)
      continue;
    fixture_call(f, scene.people[who], METHOD_GET, NULL, SAMPLE "/tasks");
    fixture_expect(f, 200);
    assert_int_equal(0, json_array_size(fixture_json(f, "tasks")));
  }
  fixture_free(f);
}

static void archiving_ends_what_is_open_and_tells_nobody(void **state) {
  (void)state;
  struct fixture *f = fixture_new(SAMPLE_COURSE, OPEN);
  int64_t founder = fixture_student(f, "Fay"), guest = fixture_student(f, "Guy");
  int64_t seated[20];
  for (size_t i = 0; i < 20; i++) {
    seated[i] = fixture_student(f, arena_format(f->arena, "Seat %zu", i));
    fixture_call(f, seated[i], METHOD_PUT, "{}", SAMPLE "/labs/seat");
    fixture_expect(f, 200);
  }
  int64_t first = fixture_student(f, "Ona"), second = fixture_student(f, "Wen");
  fixture_call(f, first, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_call(f, second, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_call(f, seated[0], METHOD_DELETE, NULL, SAMPLE "/labs/seat"); // offered to the first in line
  fixture_card(f, founder, "course", "course", false);
  fixture_call(f, founder, METHOD_POST, "{\"name\":\"Six\"}", SAMPLE "/teams");
  fixture_expect(f, 201);
  fixture_call(f, founder, METHOD_POST, "{\"email\":\"guy@example.edu\"}", SAMPLE "/teams/%lld/invitations",
               (long long)fixture_int(f, "id"));
  fixture_expect(f, 201);
  int64_t told = 0, open = 0;
  struct db *db = app_db(f->app);
  assert_int_equal(ERR_OK, db_get_int(db, &told, "select count(*) from outbox"));
  set(f, "archived", 200);
  assert_int_equal(ERR_OK, db_get_int(db, &open,
                                      "select (select count(*) from invitations where state = 'open') + "
                                      "(select count(*) from lab_queue where state in ('waiting', 'offered'))"));
  assert_int_equal(0, open);
  fixture_at(f, "2023-09-10T14:00:00Z");
  set(f, "running", 200);
  fixture_run_duties(f); // what was set for them finds nothing to do
  assert_int_equal(ERR_OK, db_get_int(db, &open, "select count(*) from outbox"));
  assert_int_equal(told, open);
  fixture_call(f, guest, METHOD_GET, NULL, SAMPLE "/invitations");
  assert_int_equal(0, json_array_size(fixture_json(f, "invitations")));
  fixture_check(f);
  fixture_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_state_lets_everybody_do_is_one_table),
      cmocka_unit_test(every_row_that_changes_an_archived_course_is_refused_and_every_row_of_a_draft_to_students),
      cmocka_unit_test(what_staff_prepare_in_a_draft_is_told_to_no_student),
      cmocka_unit_test(a_draft_is_to_students_as_a_course_that_there_is_not),
      cmocka_unit_test(which_state_follows_which_is_one_table),
      cmocka_unit_test(the_clock_does_nothing_in_a_course_that_is_not_running),
      cmocka_unit_test(an_item_is_not_taken_from_a_course_that_stopped_running),
      cmocka_unit_test(going_to_running_puts_instants_to_come_on_the_agenda),
      cmocka_unit_test(nobody_has_a_task_in_an_archived_course),
      cmocka_unit_test(archiving_ends_what_is_open_and_tells_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
