// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "common/course/reminder.h"

enum { HOUR = 3600 };

static const struct late_policy ten_a_day = {.points_per_day = 10, .grace_seconds = 300};
static const struct late_policy never_late = {.points_per_day = 10, .grace_seconds = 0};
static const struct late_policy free_of_cost = {.points_per_day = 0, .grace_seconds = 0};

static struct calendar *open_zone(struct arena *arena, const char *zone) {
  struct calendar *calendar = NULL;
  assert_int_equal(calendar_open(arena, zone, &calendar), ERR_OK);
  return calendar;
}

static int64_t instant(const char *text) {
  int64_t at = 0;
  assert_true(instant_parse(text, &at));
  return at;
}

static void civil_days_keep_the_wall_clock_and_hours_are_exact(void **state) {
  (void)state;
  static const struct {
    const char *zone, *due;
    struct span offset;
    const char *at, *why;
  } cases[] = {
      {"America/New_York", "2023-09-23T03:59:00Z", {-3, 0}, "2023-09-20T03:59:00Z", "no change between"},
      {"America/New_York", "2023-11-07T04:59:00Z", {-3, 0}, "2023-11-04T03:59:00Z", "73 h: the clock went back"},
      {"America/New_York", "2023-11-07T04:59:00Z", {0, -72 * HOUR}, "2023-11-04T04:59:00Z", "72 h are 72 h"},
      {"America/New_York", "2023-03-14T03:59:00Z", {-3, 0}, "2023-03-11T04:59:00Z", "71 h: the clock went forward"},
      {"America/New_York",
       "2023-03-13T06:30:00Z",
       {-1, 0},
       "2023-03-12T07:00:00Z",
       "02:30 is skipped: the first after"},
      {"America/New_York", "2023-11-06T06:30:00Z", {-1, 0}, "2023-11-05T06:30:00Z", "01:30 comes twice: the later"},
      {"Asia/Kolkata", "2024-02-01T18:29:00Z", {-1, 0}, "2024-01-31T18:29:00Z", "+05:30, no change"},
      {"Australia/Lord_Howe", "2024-04-07T12:59:00Z", {-1, 0}, "2024-04-06T12:29:00Z", "half an hour back: 24 h 30"},
      {"Australia/Lord_Howe", "2024-10-06T12:59:00Z", {-1, 0}, "2024-10-05T13:29:00Z", "half an hour on: 23 h 30"},
      {"Europe/Berlin", "2024-07-12T21:59:00Z", {1, 0}, "2024-07-13T21:59:00Z", "after"},
      {"Europe/Berlin", "2024-07-12T21:59:00Z", {0, 0}, "2024-07-12T21:59:00Z", "at its due"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    char stamp[21];
    instant_format(reminder_instant(open_zone(arena, cases[i].zone), instant(cases[i].due), cases[i].offset), stamp);
    if (strcmp(stamp, cases[i].at) != 0)
      fail_msg("%s: %s, not %s", cases[i].why, stamp, cases[i].at);
  }
}

static void offsets_are_said_in_words(void **state) {
  (void)state;
  static const struct {
    struct span offset;
    const char *words;
  } cases[] = {
      {{-3, 0}, "3 days before"},
      {{-1, 0}, "1 day before"},
      {{1, 0}, "1 day after"},
      {{0, -6 * HOUR}, "6 hours before"},
      {{0, HOUR}, "1 hour after"},
      {{0, -30 * 60}, "30 minutes before"},
      {{0, 60}, "1 minute after"},
      {{0, -90 * 60}, "90 minutes before"},
      {{0, 0}, "when it is due"},
      {{-1, -2 * HOUR}, "1 day and 2 hours before"},
      {{-1, 2 * HOUR}, "1 day less 2 hours before"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(reminder_offset_words(arena, cases[i].offset), cases[i].words);
}

static void subjects_come_by_their_dues_with_keys_that_stay(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct track tracks[] = {{.id = "project", .title = "Project"},
                                 {.id = "labs", .title = "Four labs", .capacity = 20, .decide_by = 300}};
  const struct milestone milestones[] = {{.id = "late", .title = "Late", .due = 900},
                                         {.id = "first", .title = "First", .due = 300},
                                         {.id = "second", .title = "Second", .due = 300}};
  const struct course course = {.info_card = {.due = 500},
                                .teams = {.has_teams = true, .closes = 400},
                                .tracks = tracks,
                                .track_count = 2,
                                .milestones = milestones,
                                .milestone_count = 3};
  static const char *const keys[] = {"lab choice",        "milestone first", "milestone second",
                                     "team registration", "info card",       "milestone late"};
  const struct reminder_subject *list = NULL;
  size_t count = 0;
  reminder_subjects(arena, &course, &list, &count);
  assert_int_equal(count, 6);
  for (size_t i = 0; i < count; i++)
    assert_string_equal(list[i].key, keys[i]);
  assert_ptr_equal(list[1].milestone, &milestones[1]);
  assert_null(list[0].milestone);
  assert_ptr_equal(list[0].remind, &tracks[1].remind);
  assert_string_equal(list[0].title, "Choice of a seat in Four labs");
}

static void a_course_without_dates_has_no_subjects(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct reminder_subject *list = NULL;
  size_t count = 7;
  reminder_subjects(arena, &(struct course){0}, &list, &count);
  assert_int_equal(count, 0);
}

static void what_is_said_to_a_student_follows_the_instant(void **state) {
  (void)state;
  static const struct {
    enum milestone_kind kind;
    bool takes_files;
    const struct late_policy *late;
    const char *due, *closes, *now, *subject, *words;
  } cases[] = {
      {MILESTONE_PROPOSAL, false, &ten_a_day, "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", "2023-09-20T03:59:00Z",
       "Proposal: due Fri 22 Sep 2023 23:59 EDT",
       "Submit the proposal: a draft that is only saved is not submitted. It is due Fri 22 Sep 2023 23:59 EDT. Each "
       "day "
       "begun after that costs 10 points of 100; after Mon 2 Oct 2023 23:59 EDT nothing is taken."},
      {MILESTONE_REPORT, true, &ten_a_day, "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", "2023-09-23T04:01:00Z",
       "Proposal: was due Fri 22 Sep 2023 23:59 EDT",
       "Hand it in: what is only saved is not submitted. It was due Fri 22 Sep 2023 23:59 EDT. Until Sat 23 Sep 2023 "
       "00:04 EDT it costs nothing, then 10; after Mon 2 Oct 2023 23:59 EDT nothing is taken."},
      {MILESTONE_REPORT, true, &ten_a_day, "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", "2023-09-24T04:59:00Z",
       "Proposal: was due Fri 22 Sep 2023 23:59 EDT",
       "Hand it in: what is only saved is not submitted. It was due Fri 22 Sep 2023 23:59 EDT. Until Sun 24 Sep 2023 "
       "23:59 EDT it costs 20 points of 100, then 30; after Mon 2 Oct 2023 23:59 EDT nothing is taken."},
      {MILESTONE_LAB, true, &ten_a_day, "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", "2023-10-03T04:00:00Z",
       "Proposal: was due Fri 22 Sep 2023 23:59 EDT",
       "It was due Fri 22 Sep 2023 23:59 EDT and is taken no more since Mon 2 Oct 2023 23:59 EDT. Ask the staff if you "
       "have a reason."},
      {MILESTONE_LAB, true, &never_late, "2023-09-23T03:59:00Z", "2023-09-23T03:59:00Z", "2023-09-22T03:59:00Z",
       "Proposal: due Fri 22 Sep 2023 23:59 EDT",
       "Hand it in: what is only saved is not submitted. It is due Fri 22 Sep 2023 23:59 EDT. Nothing is taken late."},
      {MILESTONE_LAB, true, &free_of_cost, "2023-09-23T03:59:00Z", "2023-09-25T03:59:00Z", "2023-09-24T02:59:00Z",
       "Proposal: was due Fri 22 Sep 2023 23:59 EDT",
       "Hand it in: what is only saved is not submitted. It was due Fri 22 Sep 2023 23:59 EDT. It costs nothing; after "
       "Sun 24 Sep 2023 23:59 EDT nothing is taken."},
      {MILESTONE_CHECK_IN, false, &ten_a_day, "2023-11-05T06:30:00Z", "2023-11-05T06:35:00Z", "2023-11-04T06:30:00Z",
       "Proposal: due Sun 5 Nov 2023 01:30 EST",
       "It is to be held by Sun 5 Nov 2023 01:30 EST. See that a slot is booked for it."},
      {MILESTONE_PRESENTATION, false, &ten_a_day, "2023-11-05T05:30:00Z", "2023-11-05T05:35:00Z",
       "2023-11-05T06:30:00Z", "Proposal: was due Sun 5 Nov 2023 01:30 EDT",
       "It was to be held by Sun 5 Nov 2023 01:30 EDT. The staff say whether it was held, missed or excused."},
  };
  const struct hand_in pdf = {0};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const struct milestone milestone = {.title = "Proposal",
                                        .kind = cases[i].kind,
                                        .late = cases[i].late,
                                        .slot_length = {0, cases[i].takes_files ? 0 : 900},
                                        .hand_ins = &pdf,
                                        .hand_in_count = cases[i].takes_files ? 1 : 0};
    const struct reminder_subject subject = {REMINDER_MILESTONE, &milestone, "milestone proposal", "Proposal", 0, NULL};
    const struct terms terms = {0, instant(cases[i].due), instant(cases[i].closes), cases[i].late};
    struct calendar *calendar = open_zone(arena, "America/New_York");
    const struct reminder_reader reader = {.terms = &terms};
    struct reminder_words said = reminder_to_student(arena, calendar, &subject, &reader, instant(cases[i].now));
    assert_string_equal(said.subject, cases[i].subject);
    assert_string_equal(said.words, cases[i].words);
  }
}

static void nobody_is_told_to_get_what_they_have_or_need_not(void **state) {
  (void)state;
  static const struct {
    const char *why;
    enum milestone_kind kind;
    struct reminder_reader reader;
    const char *held, *not_held; // NULL: neither is looked for
  } cases[] = {
      {"who has not booked", MILESTONE_CHECK_IN, {0}, "See that a slot is booked", NULL},
      {"who has", MILESTONE_CHECK_IN, {.has_slot = true}, "It is to be held by", "slot"},
      {"slides go with a presentation", MILESTONE_PRESENTATION, {0}, "See that a slot is booked", NULL},
      {"the slot of an artifact is one of several ways", MILESTONE_ARTIFACT, {0}, "Hand it in", "slot"},
      {"a proposal has no slot", MILESTONE_PROPOSAL, {0}, "a draft that is only saved is not submitted", "slot"},
      {"who hears that it is not submitted",
       MILESTONE_PROPOSAL,
       {.has_draft = true},
       "Submit it. It is due",
       "only saved"},
  };
  const struct hand_in pdf = {0};
  const struct terms terms = {0, 2000, 9000, &ten_a_day};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const struct milestone milestone = {.kind = cases[i].kind,
                                        .late = &ten_a_day,
                                        .slot_length = {0, 900},
                                        .hand_ins = &pdf,
                                        .hand_in_count = cases[i].kind != MILESTONE_CHECK_IN};
    const struct reminder_subject subject = {REMINDER_MILESTONE, &milestone, "", "T", 2000, NULL};
    struct reminder_reader reader = cases[i].reader;
    reader.terms = &terms;
    const char *words = reminder_to_student(arena, open_zone(arena, "UTC"), &subject, &reader, 1000).words;
    if (strstr(words, cases[i].held) == NULL || (cases[i].not_held != NULL && strstr(words, cases[i].not_held) != NULL))
      fail_msg("%s: %s", cases[i].why, words);
  }
}

static void who_has_a_team_is_told_to_register_it_and_who_has_none_to_find_one(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct reminder_subject subject = {REMINDER_REGISTRATION, NULL, "", "T", 1000, NULL};
  struct reminder_reader reader = {.terms = &(struct terms){.due = 1000}};
  const char *alone = reminder_to_student(arena, open_zone(arena, "UTC"), &subject, &reader, 0).words;
  reader.has_team = true;
  const char *member = reminder_to_student(arena, open_zone(arena, "UTC"), &subject, &reader, 0).words;
  assert_non_null(strstr(alone, "found one, or join one"));
  assert_null(strstr(alone, "register it"));
  assert_non_null(strstr(member, "Complete it and register it by"));
  assert_null(strstr(member, "join one"));
}

static void every_topic_says_what_to_do_before_and_what_is_left_after(void **state) {
  (void)state;
  static const struct {
    enum reminder_topic topic;
    bool is_staff;
    const char *before, *after; // what the words hold
    const char *subject_before, *subject_after;
  } cases[] = {
      {REMINDER_INFO_CARD, false, "Fill in your info card by", "is not filled in", "T: due", "T: was due"},
      {REMINDER_REGISTRATION, false, "Be in a registered team by", "late join", "T: closes", "T: closed"},
      {REMINDER_LAB_CHOICE, false, "ask for it by", "only the staff can seat", "T: closes", "T: closed"},
      {REMINDER_INFO_CARD, true, "Students fill in", "still be filled in", "T: due", "T: was due"},
      {REMINDER_REGISTRATION, true, "registration closes", "place who is left", "T: closes", "T: closed"},
      {REMINDER_LAB_CHOICE, true, "only the staff give seats", "waiting list has ended", "T: closes", "T: closed"},
      {REMINDER_MILESTONE, true, "It is due", "It was due", "T: due", "T: was due"},
  };
  const struct hand_in pdf = {0};
  const struct milestone milestone = {.kind = MILESTONE_REPORT,
                                      .due = 1700000000,
                                      .closes = 1700900000,
                                      .late = &ten_a_day,
                                      .hand_ins = &pdf,
                                      .hand_in_count = 1};
  const struct terms terms = {.due = 1700000000};
  const struct reminder_reader reader = {.terms = &terms};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct calendar *calendar = open_zone(arena, "Asia/Kolkata");
    const struct reminder_subject subject = {cases[i].topic, &milestone, "", "T", terms.due, NULL};
    for (int after = 0; after <= 1; after++) { // at its due, and a second later
      int64_t now = terms.due + after;
      struct reminder_words said = cases[i].is_staff ? reminder_to_staff(arena, calendar, &subject, now)
                                                     : reminder_to_student(arena, calendar, &subject, &reader, now);
      assert_non_null(strstr(said.words, after ? cases[i].after : cases[i].before));
      assert_non_null(strstr(said.words, "Wed 15 Nov 2023 03:43")); // 22:13:20Z, half an hour off
      assert_true(text_starts(said.subject, after ? cases[i].subject_after : cases[i].subject_before));
    }
  }
}

static void staff_hear_when_nothing_more_is_taken(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "UTC");
  const struct hand_in pdf = {0};
  struct milestone milestone = {
      .kind = MILESTONE_LAB, .due = 1000, .closes = 2000, .late = &ten_a_day, .hand_ins = &pdf, .hand_in_count = 1};
  const struct reminder_subject subject = {REMINDER_MILESTONE, &milestone, "", "T", 1000, NULL};
  assert_non_null(strstr(reminder_to_staff(arena, calendar, &subject, 1500).words, "late work is taken until"));
  assert_non_null(strstr(reminder_to_staff(arena, calendar, &subject, 2001).words, "is taken no more since"));
  milestone.closes = 1300;
  assert_non_null(strstr(reminder_to_staff(arena, calendar, &subject, 900).words, "nothing is taken late"));
  milestone.hand_in_count = 0;
  milestone.kind = MILESTONE_CHECK_IN;
  assert_non_null(strstr(reminder_to_staff(arena, calendar, &subject, 1001).words, "note what was held"));
}

static void a_long_title_is_cut_and_the_instant_stays(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text title;
  text_init(&title, arena);
  for (int i = 0; i < 300; i++)
    text_add(&title, "\xC3\xA9");
  const struct reminder_subject subject = {REMINDER_INFO_CARD, NULL, "", text_get(&title), 1000, NULL};
  const struct reminder_reader reader = {.terms = &(struct terms){.due = 1000}};
  const char *line = reminder_to_student(arena, open_zone(arena, "UTC"), &subject, &reader, 0).subject;
  assert_int_equal(utf8_length(line), 200);
  assert_true(utf8_is_valid(line, strlen(line)));
  assert_non_null(strstr(line, "\xC3\xA9\xE2\x80\xA6: due Thu 1 Jan 1970 00:16"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(civil_days_keep_the_wall_clock_and_hours_are_exact),
      cmocka_unit_test(offsets_are_said_in_words),
      cmocka_unit_test(nobody_is_told_to_get_what_they_have_or_need_not),
      cmocka_unit_test(who_has_a_team_is_told_to_register_it_and_who_has_none_to_find_one),
      cmocka_unit_test(subjects_come_by_their_dues_with_keys_that_stay),
      cmocka_unit_test(a_course_without_dates_has_no_subjects),
      cmocka_unit_test(what_is_said_to_a_student_follows_the_instant),
      cmocka_unit_test(every_topic_says_what_to_do_before_and_what_is_left_after),
      cmocka_unit_test(staff_hear_when_nothing_more_is_taken),
      cmocka_unit_test(a_long_title_is_cut_and_the_instant_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
