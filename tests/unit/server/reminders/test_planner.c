// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/reminders/reminder_helpers.h"

#include "common/course/reminder.h"
#include "server/outbound/notice_choice.h"
#include "server/reminders/course_reminders.h"

static int64_t offset_rows(struct fixture *fixture, int64_t person, const char *subject, struct span offset) {
  int64_t count = -1;
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &count,
                                      "select count(*) from reminders where person_id = $1 and subject = $2 "
                                      "and offset_days = $3 and offset_seconds = $4 and state = 'sent' "
                                      "and outbox_id is not null",
                                      db_int(person), db_text(subject), db_int(offset.days), db_int(offset.seconds)));
  return count;
}

// Whether the subject's reminders are for this one of the crew, who does nothing all term.
static bool is_concerned(const struct crew *crew, int64_t person, const struct reminder_subject *subject) {
  switch (subject->topic) {
  case REMINDER_INFO_CARD:
    return person == crew->class.cyd || person == crew->fay;
  case REMINDER_REGISTRATION:
  case REMINDER_LAB_CHOICE:
    return person == crew->class.cyd;
  case REMINDER_MILESTONE:
    break;
  }
  return strcmp(subject->milestone->id, "proposal") != 0 && strncmp(subject->milestone->id, "lab-", 4) == 0
             ? person == crew->fay
             : person == crew->class.ann || person == crew->class.bob;
}

struct moment {
  const struct reminder_subject *subject;
  struct span offset;
  int64_t at;
  bool is_to_staff;
};

static int by_at(const void *a, const void *b) {
  const struct moment *left = a, *right = b;
  return left->at < right->at ? -1 : left->at > right->at;
}

static size_t moments_of(struct fixture *fixture, struct moment **out) {
  struct problem problem;
  struct act act = system_act(fixture, &problem);
  const struct course *file = view_of(fixture, &act)->file;
  const struct reminder_subject *subjects = NULL;
  struct calendar *calendar = NULL;
  size_t subject_count = 0, count = 0;
  reminder_subjects(fixture->arena, file, &subjects, &subject_count);
  assert_int_equal(ERR_OK, calendar_open(fixture->arena, file->zone, &calendar));
  struct moment *list = arena_array(fixture->arena, subject_count * 8, sizeof *list);
  for (size_t i = 0; i < subject_count; i++) {
    const struct reminders *remind = subjects[i].remind;
    for (size_t k = 0; k < remind->student_count + remind->staff_count; k++) {
      bool is_to_staff = k >= remind->student_count;
      struct span offset = is_to_staff ? remind->staff[k - remind->student_count] : remind->students[k];
      list[count++] =
          (struct moment){&subjects[i], offset, calendar_add(calendar, subjects[i].due, offset), is_to_staff};
    }
  }
  qsort(list, count, sizeof *list, by_at);
  *out = list;
  return count;
}

static void expect_rows(const struct crew *crew, const struct moment *moment, int64_t rows, const char *when) {
  const int64_t people[] = {crew->class.ann, crew->class.bob,   crew->class.cyd,
                            crew->fay,       crew->class.staff, crew->class.instructor};
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
    bool is_staff = i >= 4;
    if (is_staff != moment->is_to_staff)
      continue; // both may have the same offset
    bool is_reader = moment->is_to_staff ? is_staff : !is_staff && is_concerned(crew, people[i], moment->subject);
    int64_t found = offset_rows(crew->class.fixture, people[i], moment->subject->key, moment->offset);
    if (found != (is_reader ? rows : 0))
      fail_msg("%s, %s, %d d %lld s, person %zu: %lld", when, moment->subject->key, moment->offset.days,
               (long long)moment->offset.seconds, i, (long long)found);
  }
}

static void each_offset_of_each_subject_is_said_at_its_second_once_and_only_to_those_concerned(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct moment *moments = NULL;
  size_t count = moments_of(crew.class.fixture, &moments), seen = 0;
  assert_true(count > 30);
  static const char *const when[] = {"a second before", "at the second", "a second after"};
  for (size_t i = 0, end = 0; i < count; i = end) {
    for (end = i; end < count && moments[end].at == moments[i].at;)
      end++;
    if (moments[i].at <= BEGINS)
      continue; // before the course was there: nothing from then is said
    seen += end - i;
    for (int64_t second = -1; second <= 1; second++) {
      plan_at(crew.class.fixture, moments[i].at + second);
      for (size_t k = i; k < end; k++)
        expect_rows(&crew, &moments[k], second >= 0, when[second + 1]);
    }
  }
  assert_true(seen + 3 > count);
  assert_int_equal(0,
                   number(crew.class.fixture, "select count(*) from reminders where state = 'skipped' and id > $1", 0));
  end_class(&crew.class);
}

static void nothing_from_before_the_course_or_an_upgrade_is_said(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, BEGINS + 60);
  assert_int_equal(0, reminded(fixture, crew.class.cyd, ""));
  // As the migration leaves an older store.
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update reminder_plans set planned_until = 0"));
  clock_to(fixture, PROPOSAL_DUE - HOUR);
  plan_now(fixture);
  plan_now(fixture);
  assert_int_equal(0, number(fixture, "select count(*) from reminders where id > $1", 0));
  plan_at(fixture, PROPOSAL_DUE + HOUR);
  assert_int_equal(1, reminded(fixture, crew.class.staff, "milestone proposal"));
  end_class(&crew.class);
}

static void what_was_said_is_not_said_again_over_runs_and_restarts(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, CARD_DUE - 3 * DAY);
  plan_at(fixture, CARD_DUE - 6 * HOUR);
  assert_int_equal(2, reminded(fixture, crew.class.cyd, "info card"));
  int64_t messages = number(fixture, "select count(*) from outbox where id > $1", 0);
  plan_now(fixture);
  catch_up(fixture);
  // Even a planned_until that were lost says nothing twice: the ledger's key stands before it.
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app), "update reminder_plans set planned_until = $1", db_int(BEGINS)));
  plan_now(fixture);
  assert_int_equal(2, reminded(fixture, crew.class.cyd, "info card"));
  assert_int_equal(messages, number(fixture, "select count(*) from outbox where id > $1", 0));
  end_class(&crew.class);
}

static void after_downtime_what_is_still_useful_is_said_once_and_the_rest_recorded(void **state) {
  (void)state;
  static const struct {
    int64_t until, sent, skipped;
    const char *why;
  } cases[] = {
      {PROPOSAL_DUE - HOUR, 1, 2, "three were missed: the latest of them says it all"},
      {PROPOSAL_DUE + DAY, 1, 2, "late work is still taken"},
      {PROPOSAL_CLOSES, 1, 2, "the last second at which it is"},
      {PROPOSAL_CLOSES + 1, 0, 3, "nothing is taken any more"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct crew crew = crew_new();
    struct fixture *fixture = crew.class.fixture;
    plan_at(fixture, PROPOSAL_DUE - 7 * DAY - HOUR);
    clock_to(fixture, cases[i].until);
    catch_up(fixture);
    if (reminded(fixture, crew.class.ann, "milestone proposal") != cases[i].sent ||
        in_ledger(fixture, crew.class.ann, "milestone proposal", "skipped") != cases[i].skipped)
      fail_msg("%s", cases[i].why);
    assert_int_equal(cases[i].sent, fixture_messages(fixture, crew.class.ann, "reminder"));
    plan_at(fixture, cases[i].until + DAY);
    assert_int_equal(cases[i].sent, fixture_messages(fixture, crew.class.ann, "reminder"));
    end_class(&crew.class);
  }
}

static const char *words_to(struct fixture *fixture, int64_t person) {
  struct text text;
  text_init(&text, fixture->arena);
  struct db_rows rows DB_SCOPE = db_query(app_db(fixture->app),
                                          "select kind, subject, words, coalesce(link, ''), at from outbox "
                                          "where person_id = $1 and kind = 'reminder' order by id",
                                          db_int(person));
  while (db_next(&rows))
    text_add_format(&text, "%s|%s|%s|%s|%lld\n", db_column_peek(&rows, 0), db_column_text(&rows, 1, fixture->arena),
                    db_column_text(&rows, 2, fixture->arena), db_column_text(&rows, 3, fixture->arena),
                    (long long)db_column_int(&rows, 4));
  return text_get(&text);
}

static void an_extension_moves_one_persons_reminders_and_no_mate_can_tell(void **state) {
  (void)state;
  const char *mates[2] = {NULL, NULL};
  struct crew crews[2] = {crew_new(), crew_new()};
  for (int with = 0; with < 2; with++) {
    struct crew *crew = &crews[with];
    struct fixture *fixture = crew->class.fixture;
    clock_to(fixture, PROPOSAL_DUE - 3 * DAY); // after 7 days before, which both had
    plan_now(fixture);
    if (with == 1)
      extend(crew, crew->class.ann);
    for (int64_t hour = -72; hour <= 7 * 24; hour++) {
      clock_to(fixture, PROPOSAL_DUE + hour * HOUR);
      plan_now(fixture);
      if (with == 1 && hour == 0) // two days and three hours before her own due they have not come yet
        assert_int_equal(1, reminded(fixture, crew->class.ann, "milestone proposal"));
    }
    // 7 days before her new due had passed: only what was not sent yet moves.
    assert_int_equal(3, reminded(fixture, crew->class.ann, "milestone proposal"));
    assert_int_equal(
        with == 1 ? 2 : 0,
        number(fixture, "select count(*) from reminders where due = 1695700740 and person_id = $1", crew->class.ann));
    mates[with] = words_to(fixture, crew->class.bob);
  }
  assert_true(strlen(mates[0]) > 100);
  assert_string_equal(mates[0], mates[1]);
  assert_non_null(strstr(words_to(crews[1].class.fixture, crews[1].class.ann), "25 Sep 2023 23:59"));
  end_class(&crews[0].class);
  end_class(&crews[1].class);
}

static void a_student_reads_what_is_missing_what_it_costs_and_where_to_click(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, CLOSES_AT - 7 * DAY);
  plan_at(fixture, PROPOSAL_DUE - 7 * DAY);
  const char *words = words_to(fixture, crew.class.ann);
  assert_non_null(strstr(words, "Research project proposal: due Fri 22 Sep 2023 23:59 EDT"));
  assert_non_null(strstr(words, "Nothing is handed in yet."));
  assert_non_null(strstr(words, "10 points of 100"));
  assert_non_null(strstr(words, arena_format(fixture->arena, "|/courses/cs8803-smr-2023fa/teams/%lld/proposal|",
                                             (long long)crew.class.team)));
  assert_non_null(strstr(words_to(fixture, crew.class.cyd), "You are in no team and have no lab seat."));
  end_class(&crew.class);
}

static void handing_in_cancels_what_was_to_come_for_the_whole_team(void **state) {
  (void)state;
  struct crew crew = crew_new();
  plan_at(crew.class.fixture, PROPOSAL_DUE - 7 * DAY);
  assert_int_equal(1, reminded(crew.class.fixture, crew.class.bob, "milestone proposal"));
  assert_non_null(strstr(words_to(crew.class.fixture, crew.class.bob), "Nothing is handed in yet."));
  fill_in(&crew.class);
  plan_at(crew.class.fixture, PROPOSAL_DUE - 2 * DAY);
  assert_non_null(strstr(words_to(crew.class.fixture, crew.class.bob), "saved, NOT submitted"));
  submit_proposal(&crew.class, crew.class.ann, "");
  fixture_expect(crew.class.fixture, 200);
  plan_at(crew.class.fixture, PROPOSAL_DUE + DAY);
  assert_int_equal(2, reminded(crew.class.fixture, crew.class.bob, "milestone proposal"));
  assert_int_equal(2, reminded(crew.class.fixture, crew.class.ann, "milestone proposal"));
  assert_int_equal(0, in_ledger(crew.class.fixture, crew.class.ann, "", "skipped"));
  end_class(&crew.class);
}

static void moving_a_deadline_moves_the_reminders_not_yet_sent(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, PROPOSAL_DUE - 7 * DAY);
  fixture_call(fixture, crew.class.instructor, METHOD_PATCH,
               "{\"due\":\"2023-09-26T03:59:00Z\",\"reason\":\"The lecture moved\"}", SAMPLE "/milestones/proposal");
  fixture_expect(fixture, 200);
  assert_int_equal(2 * 2 + 2 * 2, fixture_int(fixture, "reminders.moved")); // two offsets of the team, two of staff
  assert_int_equal(2, fixture_int(fixture, "reminders.new"));
  assert_int_equal(0, fixture_int(fixture, "reminders.cancelled"));
  fixture_call(fixture, crew.class.instructor, METHOD_PATCH,
               "{\"due\":\"2023-09-17T15:00:00Z\",\"reason\":\"The lecture moved\",\"confirm\":true}",
               SAMPLE "/milestones/proposal?dry_run=true");
  fixture_expect(fixture, 200);
  assert_int_equal(2 + 2 * 2, fixture_int(fixture, "reminders.moved")); // 3 hours before is to come,
  assert_int_equal(2 * 2, fixture_int(fixture, "reminders.cancelled")); // 7 and 2 days before are not
  plan_at(fixture, PROPOSAL_DUE + 3 * DAY - 7 * DAY);                   // of another due it is another reminder
  plan_at(fixture, PROPOSAL_DUE + 3 * DAY - 2 * DAY - 1);
  assert_int_equal(2, reminded(fixture, crew.class.ann, "milestone proposal"));
  plan_at(fixture, PROPOSAL_DUE + 3 * DAY - 2 * DAY);
  assert_int_equal(3, reminded(fixture, crew.class.ann, "milestone proposal"));
  plan_at(fixture, PROPOSAL_DUE + 3 * DAY);
  assert_int_equal(4, reminded(fixture, crew.class.ann, "milestone proposal"));
  end_class(&crew.class);
}

static void a_revision_is_reminded_of_by_its_own_deadline_once_the_team_knows(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  clock_to(fixture, PROPOSAL_DUE);
  plan_now(fixture);
  judged(&class, class.instructor, CHANGES); // to be revised within 7 days
  told(&class);
  int64_t until = number(fixture, "select revise_until from proposals where team_id = $1", class.team);
  plan_at(fixture, until - 2 * DAY - 1);
  assert_int_equal(0, number(fixture, "select count(*) from reminders where subject like 'revision %' and id > $1", 0));
  plan_at(fixture, until - 2 * DAY);
  assert_int_equal(2, number(fixture, "select count(*) from reminders where subject like 'revision %' and id > $1", 0));
  assert_non_null(strstr(fixture_last_words(fixture, class.bob), "NOT submitted"));
  class_at(&class, until - DAY);
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  plan_at(fixture, until + DAY);
  assert_int_equal(2, number(fixture, "select count(*) from reminders where subject like 'revision %' and id > $1", 0));
  end_class(&class);
}

static void an_invitation_is_reminded_of_a_day_before_it_lapses_unless_it_was_answered(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE)); // for 72 hours
  struct fixture *fixture = class.fixture;
  int64_t dee = fixture_student(fixture, "Dee Invented");
  int64_t now = clock_now(&fixture->clock);
  int64_t open = invite(fixture, class.ann, class.team, class.cyd);
  int64_t answered = invite(fixture, class.ann, class.team, dee);
  const char *subject = arena_format(fixture->arena, "invitation %lld", (long long)open);
  accept(fixture, dee, answered);
  fixture_expect(fixture, 200);
  plan_at(fixture, now + 48 * HOUR - 1);
  assert_int_equal(0, reminded(fixture, class.cyd, subject));
  plan_at(fixture, now + 48 * HOUR);
  assert_int_equal(1, reminded(fixture, class.cyd, subject));
  plan_at(fixture, now + 48 * HOUR + 1);
  assert_int_equal(1, reminded(fixture, class.cyd, subject));
  assert_int_equal(0, reminded(fixture, dee, arena_format(fixture->arena, "invitation %lld", (long long)answered)));
  end_class(&class);
}

static void what_itself_came_less_than_its_offset_ago_is_not_said_twice(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  plan_at(fixture, CLOSES_AT - 30 * HOUR);
  clock_to(fixture, CLOSES_AT - 24 * HOUR + 1); // lapses with the window, in less than a day
  invite(fixture, class.ann, class.team, class.cyd);
  plan_at(fixture, CLOSES_AT - 24 * HOUR + 20);
  assert_int_equal(0, number(fixture,
                             "select count(*) from reminders where subject like 'invitation %' and person_id = $1",
                             class.cyd));
  end_class(&class);
}

static void an_open_offer_is_reminded_of_six_hours_before_it_expires(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("capacity: 20", "capacity: 1", INSIDE);
  int64_t fay = fixture_student(fixture, "Fay Invented"), gus = fixture_student(fixture, "Gus Invented");
  take_seat(fixture, fay);
  fixture_call(fixture, gus, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_call(fixture, fay, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  int64_t expires =
      number(fixture, "select offer_expires_at from lab_queue where state = 'offered' and person_id = $1", gus);
  assert_true(expires > 0);
  plan_at(fixture, expires - 6 * HOUR - 1);
  assert_int_equal(
      0, number(fixture, "select count(*) from reminders where subject like 'lab offer %' and person_id = $1", gus));
  plan_at(fixture, expires - 6 * HOUR);
  assert_int_equal(
      1, number(fixture, "select count(*) from reminders where subject like 'lab offer %' and person_id = $1", gus));
  fixture_free(fixture);
}

// Seven days before the due is a minute to midnight; what is done in the night is not said to be missing in the
// morning.
static void what_quiet_hours_hold_is_taken_back_when_it_is_done_meanwhile(void **state) {
  (void)state;
  for (int is_done = 0; is_done < 2; is_done++) {
    struct crew crew = crew_new();
    struct fixture *fixture = crew.class.fixture;
    const struct quiet_hours night = {.starts = 22 * 60, .ends = 7 * 60, .zone = "America/New_York"};
    assert_int_equal(ERR_OK, notice_set_quiet_hours(app_db(fixture->app), crew.class.bob, &night));
    plan_at(fixture, PROPOSAL_DUE - 7 * DAY);
    static const char held[] = "select count(*) from outbox where person_id = $1 and kind = 'reminder' and mail_id is "
                               "null and deliver_at = 1694862000"; // 2023-09-16T11:00:00Z
    assert_int_equal(1, number(fixture, held, crew.class.bob));
    if (is_done == 1) {
      fill_in(&crew.class);
      submit_proposal(&crew.class, crew.class.ann, "");
      fixture_expect(fixture, 200);
    }
    clock_to(fixture, PROPOSAL_DUE - 7 * DAY + 240);
    struct problem problem;
    struct act act = system_act(fixture, &problem);
    struct course_outlook outlook = {0};
    assert_int_equal(ERR_OK, db_begin_read(act.db));
    assert_int_equal(ERR_OK, course_reminders_look(&act, app_services(fixture->app), fixture->course, &outlook));
    db_rollback(act.db);
    assert_int_equal(is_done, outlook.has_due); // a worker finds it, so that the writer comes
    plan_now(fixture);
    assert_int_equal(is_done == 0, number(fixture, held, crew.class.bob));
    assert_int_equal(is_done == 0, reminded(fixture, crew.class.bob, "milestone proposal"));
    assert_int_equal(is_done, in_ledger(fixture, crew.class.bob, "milestone proposal", "skipped"));
    assert_int_equal(1, reminded(fixture, crew.class.ann, "milestone proposal")); // hers had left
    end_class(&crew.class);
  }
}

// Nobody is told to ask for what they asked for, or to look for what is offered to them.
static void who_has_asked_for_a_seat_reads_how_that_stands(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("capacity: 20", "capacity: 1", INSIDE);
  int64_t fay = fixture_student(fixture, "Fay Invented"), gus = fixture_student(fixture, "Gus Invented");
  int64_t hal = fixture_student(fixture, "Hal Invented"), zoe = fixture_student(fixture, "Zoe Invented");
  take_seat(fixture, fay);
  fixture_call(fixture, gus, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_call(fixture, hal, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  clock_to(fixture, LABS_DECIDED - 7 * HOUR);
  plan_now(fixture);
  fixture_call(fixture, fay, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  plan_at(fixture, LABS_DECIDED - 6 * HOUR);
  const char *offered = words_to(fixture, gus), *waiting = words_to(fixture, hal), *idle = words_to(fixture, zoe);
  assert_non_null(strstr(offered, "a lab seat is offered to you until "));
  assert_non_null(strstr(waiting, "wait in line for a lab seat. The line ends Wed 6 Sep 2023 23:59 EDT"));
  assert_non_null(strstr(idle, "If you want a seat, ask for it by"));
  assert_null(strstr(offered, "If you want a seat"));
  assert_null(strstr(waiting, "If you want a seat"));
  fixture_free(fixture);
}

#define CHECK_IN SAMPLE "/milestones/check-in-1"
#define SLOT_STARTS INT64_C(1696429800) // 2023-10-04T14:30:00Z

// It is the team's all the same, and whoever is excused need not come.
static void who_is_excused_is_not_reminded_of_the_teams_slot(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  clock_to(fixture, SLOT_STARTS - 2 * DAY + 6 * HOUR);
  plan_now(fixture);
  fixture_call(fixture, crew.class.staff, METHOD_POST, "{\"starts\":\"2023-10-04T14:30:00Z\",\"place\":\"Klaus 1116\"}",
               CHECK_IN "/slots");
  fixture_expect(fixture, 201);
  int64_t slot = fixture_int(fixture, "ids.0");
  fixture_call(fixture, crew.class.ann, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
  fixture_expect(fixture, 200);
  fixture_call(
      fixture, crew.class.staff, METHOD_POST,
      arena_format(fixture->arena, "{\"person\":%lld,\"reason\":\"Ill that week\"}", (long long)crew.class.bob),
      CHECK_IN "/excusals");
  assert_in_range(fixture->answer.status, 200, 204);
  plan_at(fixture, SLOT_STARTS - DAY);
  const char *subject = arena_format(fixture->arena, "slot %lld", (long long)slot);
  assert_int_equal(1, reminded(fixture, crew.class.ann, subject));
  assert_int_equal(0, reminded(fixture, crew.class.bob, subject));
  end_class(&crew.class);
}

// A day before it begins, to those who booked and who holds it; a check-in is done when it is booked and written.
static void who_held_a_presentation_is_reminded_of_its_slides_and_of_nothing_else(void **state) {
  (void)state;
  static const int64_t due = INT64_C(1698240600); // of the midpoint presentation, 2023-10-25T13:30:00Z
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, due - 2 * DAY);
  fixture_call(fixture, crew.class.staff, METHOD_POST,
               arena_format(fixture->arena,
                            "{\"team\":%lld,\"members\":[{\"person\":%lld,\"state\":\"held\"},{\"person\":%lld,"
                            "\"state\":\"excused\"}]}",
                            (long long)crew.class.team, (long long)crew.class.ann, (long long)crew.class.bob),
               SAMPLE "/milestones/midpoint/check-ins");
  fixture_expect(fixture, 201);
  int64_t ann = reminded(fixture, crew.class.ann, "milestone midpoint"),
          bob = reminded(fixture, crew.class.bob, "milestone midpoint");
  plan_at(fixture, due - DAY);
  assert_int_equal(ann + 1, reminded(fixture, crew.class.ann, "milestone midpoint"));
  assert_int_equal(bob, reminded(fixture, crew.class.bob, "milestone midpoint"));
  assert_non_null(strstr(fixture_last_words(fixture, crew.class.ann), "Nothing is handed in yet."));
  assert_null(strstr(fixture_last_words(fixture, crew.class.ann), "No slot is booked yet."));
  fixture_free(fixture);
}

static void a_booked_slot_is_reminded_of_a_day_before_it_begins(void **state) {
  (void)state;
  for (int is_given_up = 0; is_given_up < 2; is_given_up++) {
    struct crew crew = crew_new();
    struct fixture *fixture = crew.class.fixture;
    clock_to(fixture, SLOT_STARTS - 2 * DAY + 6 * HOUR); // the check-in has opened
    plan_now(fixture);
    fixture_call(fixture, crew.class.staff, METHOD_POST,
                 "{\"starts\":\"2023-10-04T14:30:00Z\",\"place\":\"Klaus 1116\"}", CHECK_IN "/slots");
    fixture_expect(fixture, 201);
    int64_t slot = fixture_int(fixture, "ids.0");
    const char *subject = arena_format(fixture->arena, "slot %lld", (long long)slot);
    fixture_call(fixture, crew.class.ann, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
    fixture_expect(fixture, 200);
    if (is_given_up == 1)
      fixture_call(fixture, crew.class.ann, METHOD_DELETE, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
    else
      fixture_call(fixture, crew.class.bob, METHOD_PUT, "{\"done\":\"All\",\"next\":\"More\"}", CHECK_IN "/update");
    assert_in_range(fixture->answer.status, 200, 204);
    const int64_t readers[] = {crew.class.ann, crew.class.bob, crew.class.staff};
    for (int64_t second = -1; second <= 1; second++) {
      plan_at(fixture, SLOT_STARTS - DAY + second);
      for (size_t i = 0; i < 3; i++)
        assert_int_equal(second >= 0 && is_given_up == 0, reminded(fixture, readers[i], subject));
      assert_int_equal(0, reminded(fixture, crew.class.instructor, subject));
    }
    if (is_given_up == 0) {
      assert_non_null(strstr(fixture_last_words(fixture, crew.class.staff), "With: Descenders."));
      assert_non_null(strstr(fixture_last_words(fixture, crew.class.ann), "Klaus 1116"));
    }
    plan_at(fixture, INT64_C(1696453200)); // two days before the check-in is due
    assert_int_equal(is_given_up, reminded(fixture, crew.class.ann, "milestone check-in-1"));
    if (is_given_up == 1) { // the one that there was has begun
      assert_non_null(strstr(fixture_last_words(fixture, crew.class.ann),
                             "No slot is booked yet, and none is free: ask the course's staff for another one. The "
                             "update is not written yet. It is to be held by Fri 6 Oct 2023 17:00 EDT."));
      assert_null(strstr(fixture_last_words(fixture, crew.class.ann), "See that a slot is booked"));
    }
    end_class(&crew.class);
  }
}

static void what_falls_within_one_hour_leaves_together(void **state) {
  (void)state;
  // The proposal's due moved behind the first check-in's, which is at 17:00: both are said two days before.
  static const struct {
    const char *due;
    bool is_together;
  } cases[] = {{"17:30", true}, {"18:00", true}, {"18:01", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct fixture *fixture = sample_with(
        "due: 2023-09-22 23:59\n    remind:\n      students: [-7d, -2d, -3h]",
        arena_format(arena, "due: 2023-10-06 %s\n    remind:\n      students: [-2d]", cases[i].due), INSIDE);
    struct class class = class_of(fixture);
    register_team(fixture, class.ann, class.team, "{}");
    fixture_expect(fixture, 200);
    int64_t check_in = INT64_C(1696453200); // 2023-10-04T21:00:00Z: two days before the first check-in
    plan_at(fixture, check_in - 1);
    assert_int_equal(0, fixture_messages(fixture, class.ann, "reminder"));
    plan_at(fixture, check_in);
    assert_int_equal(cases[i].is_together ? 2 : 1, fixture_messages(fixture, class.ann, "reminder"));
    assert_int_equal(cases[i].is_together, reminded(fixture, class.ann, "milestone proposal"));
    plan_at(fixture, check_in + HOUR + 60);
    assert_int_equal(2, fixture_messages(fixture, class.ann, "reminder"));
    assert_int_equal(
        cases[i].is_together ? 1 : 2,
        number(fixture, "select count(distinct at) from outbox where kind = 'reminder' and person_id = $1", class.ann));
    end_class(&class);
  }
}

static void a_draft_or_archived_course_reminds_nobody(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update courses set state = 'archived'"));
  plan_at(fixture, PROPOSAL_DUE);
  assert_int_equal(0, number(fixture, "select count(*) from reminders where id > $1", 0));
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update courses set state = 'running'"));
  plan_at(fixture, PROPOSAL_DUE + 10);
  assert_int_equal(0, number(fixture, "select count(*) from reminders where id > $1", 0));
  end_class(&crew.class);
}

// A catch-up goes from duty to duty: what is of no use any more at its end is not said on the way either.
static void a_catch_up_says_nothing_that_is_of_no_use_any_more(void **state) {
  (void)state;
  struct fixture *fixture = sample_at("2023-08-28T17:00:00Z");
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  plan_now(fixture);
  clock_to(fixture, CLOSES_AT + 10 * DAY);
  catch_up(fixture);
  assert_int_equal(1, reminded(fixture, zoe, "info card"));
  assert_int_equal(1, in_ledger(fixture, zoe, "info card", "skipped")); // the later one says it all
  assert_int_equal(0, reminded(fixture, zoe, "lab choice"));
  assert_int_equal(0, reminded(fixture, zoe, "team registration"));
  assert_int_equal(2, in_ledger(fixture, zoe, "lab choice", "skipped"));
  assert_int_equal(3, in_ledger(fixture, zoe, "team registration", "skipped"));
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_offset_of_each_subject_is_said_at_its_second_once_and_only_to_those_concerned),
      cmocka_unit_test(nothing_from_before_the_course_or_an_upgrade_is_said),
      cmocka_unit_test(what_was_said_is_not_said_again_over_runs_and_restarts),
      cmocka_unit_test(after_downtime_what_is_still_useful_is_said_once_and_the_rest_recorded),
      cmocka_unit_test(an_extension_moves_one_persons_reminders_and_no_mate_can_tell),
      cmocka_unit_test(a_student_reads_what_is_missing_what_it_costs_and_where_to_click),
      cmocka_unit_test(handing_in_cancels_what_was_to_come_for_the_whole_team),
      cmocka_unit_test(moving_a_deadline_moves_the_reminders_not_yet_sent),
      cmocka_unit_test(a_revision_is_reminded_of_by_its_own_deadline_once_the_team_knows),
      cmocka_unit_test(an_invitation_is_reminded_of_a_day_before_it_lapses_unless_it_was_answered),
      cmocka_unit_test(what_itself_came_less_than_its_offset_ago_is_not_said_twice),
      cmocka_unit_test(an_open_offer_is_reminded_of_six_hours_before_it_expires),
      cmocka_unit_test(what_quiet_hours_hold_is_taken_back_when_it_is_done_meanwhile),
      cmocka_unit_test(who_has_asked_for_a_seat_reads_how_that_stands),
      cmocka_unit_test(who_is_excused_is_not_reminded_of_the_teams_slot),
      cmocka_unit_test(who_held_a_presentation_is_reminded_of_its_slides_and_of_nothing_else),
      cmocka_unit_test(a_booked_slot_is_reminded_of_a_day_before_it_begins),
      cmocka_unit_test(what_falls_within_one_hour_leaves_together),
      cmocka_unit_test(a_draft_or_archived_course_reminds_nobody),
      cmocka_unit_test(a_catch_up_says_nothing_that_is_of_no_use_any_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
