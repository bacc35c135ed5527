// SPDX-License-Identifier: AGPL-3.0-or-later
// Conditional requests through the whole application: every read of a course by its weak ETag, edits by the version
// that the editor saw.
#include "server/http/router.h"
#include "tests/unit/server/teams/team_helpers.h"

static struct local_answer send_with(struct fixture *f, int64_t person, enum method method, const char *target,
                                     const char *body, const char *name, const char *value) {
  const struct header headers[] = {{name, value}};
  const struct local_call call = {.method = method,
                                  .target = target,
                                  .body = body,
                                  .token = f->tokens[person],
                                  .headers = headers,
                                  .header_count = value == NULL ? 0 : 1};
  struct local_answer answer;
  local_call(f->app, f->arena, &call, &answer);
  return answer;
}

static bool has_code(const struct local_answer *answer, const char *code) {
  char wanted[80];
  snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
  return strstr(answer->body, wanted) != NULL;
}

// The path with the class's own numbers; NULL for what the class does not have.
static const char *target_of(struct fixture *f, const char *path, int64_t team, int64_t invitation, int64_t student) {
  static const char prefix[] = "/courses/{course}";
  if (strncmp(path, prefix, sizeof prefix - 1) != 0)
    return NULL;
  const char *rest = path + sizeof prefix - 1;
  const struct {
    const char *param;
    int64_t id;
  } params[] = {{"{team}", team}, {"{invitation}", invitation}, {"{person}", student}};
  for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
    const char *at = strstr(rest, params[i].param);
    if (at != NULL)
      rest = arena_format(f->arena, "%.*s%lld%s", (int)(at - rest), rest, (long long)params[i].id,
                          at + strlen(params[i].param));
  }
  return strchr(rest, '{') != NULL ? NULL : arena_format(f->arena, SAMPLE "%s", rest);
}

static void assert_says_how_to_cache(const struct local_answer *answer) {
  assert_string_equal(local_answer_header(answer, "Vary"), "Cookie, Authorization");
  assert_string_equal(local_answer_header(answer, "Cache-Control"), "private, no-cache");
}

// False for what this small class has not, or what needs a parameter.
static bool check_read(struct fixture *f, const char *target, int64_t reader, int64_t other) {
  struct local_answer first = send_with(f, reader, METHOD_GET, target, NULL, "accept", NULL);
  if (first.status == 404 || first.status == 422)
    return false;
  const char *tag = local_answer_header(&first, "ETag");
  // They turn at instants of their own, which no tag of a course knows.
  static const char *const by_the_clock[] = {"/tasks", "/milestones", "/slots", "/review", "/substitute", "/reminders"};
  bool is_by_the_clock = false;
  for (size_t i = 0; i < sizeof by_the_clock / sizeof *by_the_clock; i++)
    is_by_the_clock = is_by_the_clock || strstr(target, by_the_clock[i]) != NULL;
  if (is_by_the_clock) {
    assert_null(tag);
    assert_string_equal(local_answer_header(&first, "Cache-Control"), "no-store");
    return true;
  }
  bool is_file = strstr(target, "/syllabus") != NULL; // the same bytes for everybody, which PUT replaces
  if (first.status != 200 || tag == NULL || strncmp(tag, is_file ? "\"" : "W/\"", is_file ? 1 : 3) != 0)
    fail_msg("GET %s: %d, ETag %s", target, first.status, tag);
  assert_says_how_to_cache(&first);
  struct local_answer second = send_with(f, reader, METHOD_GET, target, NULL, "if-none-match", tag);
  if (second.status != 304 || second.size != 0)
    fail_msg("GET %s again: %d", target, second.status);
  assert_string_equal(local_answer_header(&second, "ETag"), tag);
  assert_says_how_to_cache(&second);
  if ((send_with(f, other, METHOD_GET, target, NULL, "if-none-match", tag).status == 304) != is_file)
    fail_msg("GET %s: another person's tag is good for them", target);
  return true;
}

static void every_read_of_a_course_is_conditional(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada"), ben = fixture_student(f, "Ben");
  int64_t pat = fixture_person(f, "Pat", ROLE_INSTRUCTOR);
  fixture_card(f, ada, "course", "course", true);
  int64_t team = found_team(f, ada, "One");
  int64_t invitation = invite(f, ada, team, ben);
  const struct http *http = app_http(f->app);
  size_t seen = 0;
  for (size_t i = 0; i < http->table_count; i++)
    for (size_t j = 0; j < http->tables[i].count; j++) {
      const struct route *route = &http->tables[i].rows[j];
      const char *target = target_of(f, route->path, team, invitation, ada);
      if (route->method != METHOD_GET || route->kind != ROUTE_READ || route->access == ACCESS_OPERATOR ||
          target == NULL)
        continue;
      if (strstr(target, "/export") != NULL)
        target = arena_format(f->arena, "%s?format=plain", target);
      bool is_student = route->access == ACCESS_STUDENT || route->access == ACCESS_TEAM;
      seen += check_read(f, target, is_student ? ada : pat, is_student ? pat : ada);
    }
  assert_true(seen >= 10);
  fixture_free(f);
}

static void a_change_ends_every_tag_of_the_course(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada"), ben = fixture_student(f, "Ben");
  struct local_answer first = send_with(f, ben, METHOD_GET, SAMPLE "/teams", NULL, "accept", NULL);
  const char *tag = local_answer_header(&first, "ETag");
  assert_int_equal(send_with(f, ben, METHOD_GET, SAMPLE "/teams", NULL, "if-none-match", tag).status, 304);
  found_team(f, ada, "One");
  assert_int_equal(send_with(f, ben, METHOD_GET, SAMPLE "/teams", NULL, "if-none-match", tag).status, 200);
  fixture_free(f);
}

static void a_team_is_edited_at_the_version_that_was_seen(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada");
  int64_t team = found_team(f, ada, "One");
  const char *target = arena_format(f->arena, SAMPLE "/teams/%lld", (long long)team);
  fixture_call(f, ada, METHOD_GET, NULL, "%s", target);
  int64_t version = fixture_int(f, "version");
  const char *tag = arena_format(f->arena, "\"%lld\"", (long long)version);
  assert_int_equal(send_with(f, ada, METHOD_PATCH, target, "{\"name\":\"Two\"}", "if-match", tag).status, 200);
  const char *dump = fixture_dump(f);
  struct local_answer late = send_with(f, ada, METHOD_PATCH, target, "{\"name\":\"Three\"}", "if-match", tag);
  assert_int_equal(late.status, 412);
  assert_true(has_code(&late, "version_conflict"));
  assert_string_equal(local_answer_header(&late, "ETag"), arena_format(f->arena, "\"%lld\"", (long long)version + 1));
  assert_int_equal(send_with(f, ada, METHOD_DELETE, target, NULL, "if-match", tag).status, 412);
  assert_int_equal(send_with(f, ada, METHOD_PATCH, target, "{\"name\":\"Three\"}", "if-match", "oops").status, 400);
  assert_string_equal(fixture_dump(f), dump);
  assert_int_equal(send_with(f, ada, METHOD_PATCH, target, "{\"name\":\"Three\"}", "if-match", "*").status, 200);
  assert_int_equal(send_with(f, ada, METHOD_PATCH, target, "{\"name\":\"Four\"}", "if-match", NULL).status, 200);
  assert_int_equal(send_with(f, ada, METHOD_PATCH, SAMPLE "/teams/999", "{}", "if-match", "*").status, 403);
  fixture_free(f);
}

static void a_card_is_edited_at_the_version_that_was_seen(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada");
  const char *target = SAMPLE "/info-card", *body = "{\"skills\":[],\"about\":\"Mine\"}";
  assert_int_equal(send_with(f, ada, METHOD_PUT, target, body, "if-match", "*").status, 412); // there is none yet
  assert_int_equal(send_with(f, ada, METHOD_PUT, target, body, "if-match", "\"0\"").status, 412);
  assert_int_equal(send_with(f, ada, METHOD_PUT, target, body, "if-match", NULL).status, 200);
  fixture_call(f, ada, METHOD_GET, NULL, SAMPLE "/info-card");
  const char *tag = arena_format(f->arena, "\"%lld\"", (long long)fixture_int(f, "version"));
  body = "{\"skills\":[],\"about\":\"Newer\"}";
  assert_int_equal(send_with(f, ada, METHOD_PUT, target, body, "if-match", tag).status, 200);
  assert_int_equal(send_with(f, ada, METHOD_PUT, target, body, "if-match", tag).status, 412);
  fixture_free(f);
}

static void an_enrolment_is_edited_at_the_version_that_was_seen(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada"), pat = fixture_person(f, "Pat", ROLE_INSTRUCTOR);
  fixture_call(f, pat, METHOD_GET, NULL, SAMPLE "/roster");
  const char *tag = arena_format(f->arena, "\"%lld\"", (long long)fixture_int(f, "people.0.version"));
  assert_int_equal(fixture_int(f, "people.0.person"), ada);
  const char *target = arena_format(f->arena, SAMPLE "/roster/%lld", (long long)ada);
  const char *audit = "{\"credit\":\"audit\"}", *credit = "{\"credit\":\"credit\"}";
  assert_int_equal(send_with(f, pat, METHOD_PUT, target, audit, "if-match", tag).status, 200);
  assert_int_equal(send_with(f, pat, METHOD_PUT, target, credit, "if-match", tag).status, 412);
  fixture_free(f);
}

// Else a repeat would be refused for the change that it is the repeat of.
static void a_repeat_with_its_key_does_not_meet_its_own_new_version(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada");
  int64_t team = found_team(f, ada, "One");
  const char *target = arena_format(f->arena, SAMPLE "/teams/%lld", (long long)team);
  const struct header headers[] = {{"if-match", "\"1\""}, {"idempotency-key", "k"}};
  const struct local_call call = {.method = METHOD_PATCH,
                                  .target = target,
                                  .body = "{\"name\":\"Two\"}",
                                  .token = f->tokens[ada],
                                  .headers = headers,
                                  .header_count = 2};
  struct local_answer first, second;
  local_call(f->app, f->arena, &call, &first);
  local_call(f->app, f->arena, &call, &second);
  assert_int_equal(first.status, 200);
  assert_int_equal(second.status, 200);
  assert_string_equal(second.body, first.body);
  fixture_free(f);
}

static void an_invitation_is_there_for_those_whom_it_concerns(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada"), ben = fixture_student(f, "Ben"), eve = fixture_student(f, "Eve");
  int64_t pat = fixture_person(f, "Pat", ROLE_STAFF);
  int64_t team = found_team(f, ada, "One");
  fixture_call(f, ada, METHOD_POST, arena_format(f->arena, "{\"person\":%lld}", (long long)ben),
               SAMPLE "/teams/%lld/invitations", (long long)team);
  fixture_expect(f, 201);
  const char *location = local_answer_header(&f->answer, "Location");
  int64_t invitation = fixture_int(f, "id");
  const int64_t readers[] = {ada, ben, pat};
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    fixture_call(f, readers[i], METHOD_GET, NULL, "%s", location);
    fixture_expect(f, 200);
    assert_string_equal(fixture_text(f, "state"), "open");
  }
  fixture_call(f, eve, METHOD_GET, NULL, "%s", location);
  fixture_refused(f, 404, "not_found");
  fixture_call(f, ben, METHOD_GET, NULL, SAMPLE "/join-requests/%lld", (long long)invitation);
  fixture_refused(f, 404, "not_found");
  int64_t request = ask_to_join(f, eve, team);
  fixture_call(f, eve, METHOD_GET, NULL, SAMPLE "/join-requests/%lld", (long long)request);
  fixture_expect(f, 200);
  fixture_call(f, ben, METHOD_GET, NULL, SAMPLE "/join-requests/%lld", (long long)request);
  fixture_refused(f, 404, "not_found");
  fixture_free(f);
}

static void a_member_of_a_registered_team_is_not_invited(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  int64_t ada = fixture_student(f, "Ada"), ben = fixture_student(f, "Ben"), cy = fixture_student(f, "Cy");
  int64_t one = found_team(f, ada, "One"), two = found_team(f, cy, "Two");
  accept_request(f, ada, ask_to_join(f, ben, one));
  invite(f, cy, two, ben); // from a forming team one may still come
  fixture_call(f, cy, METHOD_DELETE, NULL, SAMPLE "/invitations/%lld", (long long)fixture_int(f, "id"));
  fixture_expect(f, 204);
  fixture_call(f, ada, METHOD_POST, PLAN, SAMPLE "/teams/%lld/registration", (long long)one);
  fixture_expect(f, 200);
  const char *dump = fixture_dump(f);
  fixture_call(f, cy, METHOD_POST, arena_format(f->arena, "{\"person\":%lld}", (long long)ben),
               SAMPLE "/teams/%lld/invitations", (long long)two);
  fixture_refused(f, 409, "team_registered");
  assert_string_equal(fixture_dump(f), dump);
  fixture_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_read_of_a_course_is_conditional),
      cmocka_unit_test(a_change_ends_every_tag_of_the_course),
      cmocka_unit_test(a_team_is_edited_at_the_version_that_was_seen),
      cmocka_unit_test(a_card_is_edited_at_the_version_that_was_seen),
      cmocka_unit_test(an_enrolment_is_edited_at_the_version_that_was_seen),
      cmocka_unit_test(a_repeat_with_its_key_does_not_meet_its_own_new_version),
      cmocka_unit_test(an_invitation_is_there_for_those_whom_it_concerns),
      cmocka_unit_test(a_member_of_a_registered_team_is_not_invited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
