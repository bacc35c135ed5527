// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/review_helpers.h"

#include "server/reminders/calendar_feed.h"

static const char *make(struct class *class, int64_t person) {
  fixture_call(class->fixture, person, METHOD_POST, NULL, "/api/v1/me/calendar");
  fixture_expect(class->fixture, 201);
  return arena_text(class->fixture->arena, fixture_text(class->fixture, "url"));
}

static bool has(struct class *class, const char *url, const char *words) {
  fixture_call(class->fixture, 0, METHOD_GET, NULL, "%s", url);
  fixture_expect(class->fixture, 200);
  return strstr(class->fixture->answer.body, words) != NULL;
}

static void sync(struct class *class) {
  fixture_at_seconds(class->fixture, clock_now(&class->fixture->clock) + CALENDAR_SYNC_SECONDS + 10);
  fixture_run_duties(class->fixture);
}

static void a_revision_is_due_in_the_teams_calendars_once_they_are_told(void **state) {
  (void)state;
  struct class class = submitted_class();
  const char *ann = make(&class, class.ann), *bob = make(&class, class.bob), *cyd = make(&class, class.cyd);
  judged(&class, class.instructor, CHANGES);
  sync(&class);
  assert_false(has(&class, ann, "Revised proposal")); // it can be taken back still
  told(&class);
  sync(&class);
  assert_true(has(&class, ann, "SUMMARY:Revised proposal: due ("));
  assert_true(has(&class, ann, "DTSTART:20230921T140000Z")); // seven days from the decision
  assert_true(has(&class, bob, "SUMMARY:Revised proposal: due ("));
  assert_false(has(&class, cyd, "Revised proposal"));
  answer_all(&class);
  submit_proposal(&class, class.bob, "");
  fixture_expect(class.fixture, 200);
  sync(&class);
  assert_true(has(&class, ann, "STATUS:CANCELLED"));
  fixture_free(class.fixture);
}

static void a_new_proposal_is_due_when_the_staff_have_said_so(void **state) {
  (void)state;
  struct class class = submitted_class();
  const char *ann = make(&class, class.ann);
  judged(&class, class.instructor,
         "{\"verdict\":\"decline\",\"comment\":\"No.\",\"propose_anew_by\":\"2023-09-29T03:59:00Z\"}");
  told(&class);
  sync(&class);
  assert_true(has(&class, ann, "SUMMARY:New proposal: due ("));
  assert_true(has(&class, ann, "DTSTART:20230929T035900Z"));
  begin_anew(&class, class.ann); // a draft is not yet a proposal: it is due all the same
  fixture_expect(class.fixture, 201);
  sync(&class);
  assert_true(has(&class, ann, "SUMMARY:New proposal: due ("));
  assert_false(has(&class, ann, "STATUS:CANCELLED"));
  fixture_free(class.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_revision_is_due_in_the_teams_calendars_once_they_are_told),
      cmocka_unit_test(a_new_proposal_is_due_when_the_staff_have_said_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
