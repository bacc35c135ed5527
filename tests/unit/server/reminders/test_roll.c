// SPDX-License-Identifier: AGPL-3.0-or-later
// Reminders and tasks cannot disagree: what the roll has of a milestone for somebody is what their list of tasks has.
#include "tests/unit/server/reminders/reminder_helpers.h"

#define FILES "hand_in: { files: [pdf], max_size: 20MB, link: optional, statement: ai-use }"
#define CHECK_IN_OPENS INT64_C(1696251600) // 2023-10-02T13:00:00Z
#define CHECK_IN_DUE INT64_C(1696626000)   // 2023-10-06T21:00:00Z
#define MIDPOINT_OPENS INT64_C(1697461200) // 2023-10-16T13:00:00Z
#define MIDPOINT_DUE INT64_C(1698240600)   // 2023-10-25T13:30:00Z
#define POSTER_OPENS INT64_C(1701093600)   // 2023-11-27T14:00:00Z
#define POSTER_DUE INT64_C(1702311600)     // 2023-12-11T16:20:00Z
#define LAB_OPENS INT64_C(1694523600)      // 2023-09-12T13:00:00Z
#define LAB_DUE INT64_C(1696046340)        // 2023-09-30T03:59:00Z
#define LAB_CLOSES (LAB_DUE + 9 * DAY)
#define MIDPOINT_CLOSES (MIDPOINT_DUE + 9 * DAY)
#define TERM_ENDS INT64_C(1702616399) // 2023-12-15T04:59:59Z

struct scene {
  struct crew crew;
  struct fixture *fixture;
  int64_t dan, eve, other; // another registered team
};

static const struct {
  unsigned lack;
  const char *kind; // of the task
} kinds[] = {{ROLL_DRAFT, "submit the proposal"},
             {ROLL_NOT_HANDED_IN, "hand in"},
             {ROLL_NOT_HANDED_IN, "write the proposal"},
             {ROLL_NO_BOOKING, "book a slot"},
             {ROLL_NO_UPDATE, "write the update"}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct scene start_with(const char *was, const char *is) {
  struct scene scene = {.crew = {.class = class_of(sample_with(was, is, "2023-08-28T17:00:00Z"))}};
  struct fixture *fixture = scene.fixture = scene.crew.class.fixture;
  scene.crew.fay = fixture_student(fixture, "Fay Invented");
  take_seat(fixture, scene.crew.fay);
  scene.dan = fixture_student(fixture, "Dan Invented");
  scene.eve = fixture_student(fixture, "Eve Invented");
  scene.other = covered_team(fixture, scene.dan, scene.eve, "Schedulers");
  register_team(fixture, scene.dan, scene.other, "{}");
  fixture_expect(fixture, 200);
  return scene;
}

static struct scene start(void) { return start_with(FILES, "hand_in: { link: required }"); }

static void register_first(struct scene *scene) {
  register_team(scene->fixture, scene->crew.class.ann, scene->crew.class.team, "{}");
  fixture_expect(scene->fixture, 200);
}

static void call(struct scene *scene, int64_t person, enum method method, const char *body, const char *target) {
  fixture_call(scene->fixture, person, method, body, SAMPLE "/%s", target);
  if (scene->fixture->answer.status < 200 || scene->fixture->answer.status > 204)
    fail_msg("%s: %d %s", target, scene->fixture->answer.status, scene->fixture->answer.body);
}

static int64_t offered(struct scene *scene, const char *milestone, int64_t at) {
  struct fixture *fixture = scene->fixture;
  char instant[21];
  instant_format(at, instant);
  call(scene, scene->crew.class.staff, METHOD_POST,
       arena_format(fixture->arena, "{\"starts\":\"%s\",\"place\":\"Klaus 1116\"}", instant),
       arena_format(fixture->arena, "milestones/%s/slots", milestone));
  return fixture_int(fixture, "ids.0");
}

static void booked(struct scene *scene, int64_t person, int64_t slot) {
  call(scene, person, METHOD_PUT, NULL, arena_format(scene->fixture->arena, "slots/%lld/booking", (long long)slot));
}

static void cancelled(struct scene *scene, int64_t slot) {
  call(scene, scene->crew.class.staff, METHOD_POST, "{\"reason\":\"I am ill.\"}",
       arena_format(scene->fixture->arena, "slots/%lld/cancellation", (long long)slot));
}

static void recorded(struct scene *scene, const char *milestone, int64_t person, const char *as) {
  struct fixture *fixture = scene->fixture;
  call(scene, scene->crew.class.staff, METHOD_POST,
       arena_format(fixture->arena, "{\"team\":%lld,\"members\":[{\"person\":%lld,\"state\":\"%s\"}]}",
                    (long long)scene->crew.class.team, (long long)person, as),
       arena_format(fixture->arena, "milestones/%s/check-ins", milestone));
}

static void extended(struct scene *scene, const char *milestone, const char *who, int64_t due) {
  struct fixture *fixture = scene->fixture;
  char instant[21];
  instant_format(due, instant);
  call(scene, scene->crew.class.staff, METHOD_POST,
       arena_format(fixture->arena, "{%s,\"due\":\"%s\",\"reason\":\"A reason to be told\"}", who, instant),
       arena_format(fixture->arena, "milestones/%s/extensions", milestone));
}

// "book a slot, write the update": of the milestone in the list of tasks that was asked for last.
static const char *in_tasks(struct fixture *fixture, const struct milestone *milestone) {
  struct text text;
  text_init(&text, fixture->arena);
  const char *link = arena_format(fixture->arena, "/courses/cs8803-smr-2023fa/milestones/%s", milestone->id);
  size_t length = strlen(link), count = json_array_size(fixture_json(fixture, "tasks"));
  for (size_t k = 0; k < KINDS; k++)
    for (size_t i = 0; i < count; i++) {
      const char *kind = fixture_text(fixture, arena_format(fixture->arena, "tasks.%zu.kind", i));
      const char *to = fixture_text(fixture, arena_format(fixture->arena, "tasks.%zu.link", i));
      bool is_of_proposal = strstr(kinds[k].kind, "the proposal") != NULL;
      bool is_here = is_of_proposal ? milestone->kind == MILESTONE_PROPOSAL
                                    : strncmp(to, link, length) == 0 && (to[length] == '\0' || to[length] == '/');
      if (is_here && strcmp(kind, kinds[k].kind) == 0)
        text_add_format(&text, "%s%s", text.size == 0 ? "" : ", ", kind);
    }
  return text_get(&text);
}

static const char *in_roll(struct fixture *fixture, const struct milestone *milestone, unsigned to_do) {
  struct text text;
  text_init(&text, fixture->arena);
  bool is_proposal = milestone->kind == MILESTONE_PROPOSAL;
  for (size_t k = 0; k < KINDS; k++) {
    bool is_of_proposal = strstr(kinds[k].kind, "the proposal") != NULL;
    bool is_said = (to_do & kinds[k].lack) != 0;
    if (kinds[k].lack == ROLL_NOT_HANDED_IN)
      is_said = is_said && is_of_proposal == is_proposal && (to_do & ROLL_DRAFT) == 0;
    if (is_said)
      text_add_format(&text, "%s%s", text.size == 0 ? "" : ", ", kinds[k].kind);
  }
  if ((to_do != 0) != (text.size != 0))
    fail_msg("%s: %u says nothing", milestone->id, to_do);
  return text_get(&text);
}

// Moves the clock, and holds both against each other for everybody and every milestone.
static void at(struct scene *scene, int64_t now, const char *why) {
  struct fixture *fixture = scene->fixture;
  const int64_t people[] = {
      scene->crew.class.ann, scene->crew.class.bob, scene->crew.class.cyd, scene->crew.fay, scene->dan, scene->eve};
  struct problem problem;
  struct roll roll;
  fixture_at_anew(fixture, now);
  struct act act = system_act(fixture, &problem);
  const struct course_view *course = view_of(fixture, &act);
  assert_int_equal(ERR_OK, roll_load(&act, course, &roll));
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
    size_t person = roll_person(&roll, people[i]);
    fixture_call(fixture, people[i], METHOD_GET, NULL, SAMPLE "/tasks");
    fixture_expect(fixture, 200);
    for (size_t k = 0; k < course->file->milestone_count; k++) {
      const struct milestone *milestone = &course->file->milestones[k];
      const char *tasks = in_tasks(fixture, milestone);
      const char *said = in_roll(fixture, milestone, roll_to_do(&roll, person, k, now));
      if (strcmp(tasks, said) != 0)
        fail_msg("%s: person %zu, %s: tasks \"%s\", reminders \"%s\"", why, i, milestone->id, tasks, said);
    }
  }
}

// And what it is, so that both are right.
static void expect(struct scene *scene, int64_t person, const char *milestone, const char *what) {
  const struct milestone of = {.id = milestone,
                               .kind = strcmp(milestone, "proposal") == 0 ? MILESTONE_PROPOSAL : MILESTONE_REPORT};
  fixture_call(scene->fixture, person, METHOD_GET, NULL, SAMPLE "/tasks");
  assert_string_equal(what, in_tasks(scene->fixture, &of));
}

static void what_is_handed_in_is_in_both_from_its_opening_to_its_close(void **state) {
  (void)state;
  struct scene scene = start();
  struct class *class = &scene.crew.class;
  at(&scene, PROPOSAL_OPENS - 2, "before it opens");
  expect(&scene, class->ann, "proposal", "");
  fill_in(class);
  at(&scene, PROPOSAL_OPENS - 1, "a draft of a team that is not registered, before it opens");
  expect(&scene, class->bob, "proposal", "submit the proposal");
  expect(&scene, scene.dan, "proposal", "");
  at(&scene, PROPOSAL_OPENS, "it opens");
  expect(&scene, scene.dan, "proposal", "write the proposal");
  register_first(&scene);
  at(&scene, PROPOSAL_OPENS + 1, "registered");
  expect(&scene, class->ann, "proposal", "submit the proposal");
  at(&scene, LAB_OPENS - 1, "before a lab");
  expect(&scene, scene.crew.fay, "lab-1", "");
  at(&scene, LAB_OPENS, "a lab opens");
  expect(&scene, scene.crew.fay, "lab-1", "hand in");
  at(&scene, PROPOSAL_DUE + 1, "the proposal is late");
  at(&scene, LAB_DUE + GRACE_SECONDS + 1, "the lab is late");
  extended(&scene, "lab-1",
           arena_format(scene.fixture->arena, "\"scope\":\"person\",\"person\":%lld", (long long)scene.crew.fay),
           LAB_DUE + DAY);
  at(&scene, PROPOSAL_CLOSES + 1, "the proposal is closed: staff can be asked");
  expect(&scene, class->ann, "proposal", "submit the proposal");
  expect(&scene, scene.dan, "proposal", "write the proposal");
  at(&scene, LAB_CLOSES + 1, "the lab would be closed");
  expect(&scene, scene.crew.fay, "lab-1", "hand in");
  at(&scene, LAB_CLOSES + DAY, "the last second of the lab");
  at(&scene, LAB_CLOSES + DAY + 1, "the lab is closed");
  expect(&scene, scene.crew.fay, "lab-1", "");
  end_class(class);
}

static void a_check_in_is_in_both_while_something_can_be_done_or_asked_for(void **state) {
  (void)state;
  struct scene scene = start();
  struct class *class = &scene.crew.class;
  register_first(&scene);
  at(&scene, CHECK_IN_OPENS - DAY, "before it opens");
  int64_t slot = offered(&scene, "check-in-1", CHECK_IN_DUE - DAY);
  at(&scene, CHECK_IN_OPENS - 1, "slots, before it opens");
  expect(&scene, class->ann, "check-in-1", "book a slot");
  at(&scene, CHECK_IN_OPENS, "it opens");
  expect(&scene, class->ann, "check-in-1", "book a slot, write the update");
  booked(&scene, class->ann, slot);
  at(&scene, CHECK_IN_OPENS + 1, "booked");
  expect(&scene, class->bob, "check-in-1", "write the update");
  expect(&scene, scene.dan, "check-in-1", "book a slot, write the update"); // staff can be asked for one more
  call(&scene, class->bob, METHOD_PUT, "{\"done\":\"All\",\"next\":\"More\"}", "milestones/check-in-1/update");
  at(&scene, CHECK_IN_OPENS + 2, "written");
  expect(&scene, class->ann, "check-in-1", "");
  cancelled(&scene, slot);
  at(&scene, CHECK_IN_OPENS + 3, "cancelled, and nothing else is offered");
  expect(&scene, class->ann, "check-in-1", "");
  offered(&scene, "check-in-1", CHECK_IN_DUE - HOUR);
  at(&scene, CHECK_IN_OPENS + 4, "cancelled, and another is offered");
  expect(&scene, class->ann, "check-in-1", "book a slot");
  extended(&scene, "check-in-1",
           arena_format(scene.fixture->arena, "\"scope\":\"person\",\"person\":%lld", (long long)class->ann),
           CHECK_IN_DUE + 2 * DAY);
  at(&scene, CHECK_IN_DUE, "due, and the slot has begun");
  expect(&scene, class->bob, "check-in-1", "book a slot");
  at(&scene, CHECK_IN_DUE + 1, "after the due, none is free; of one it is later");
  expect(&scene, class->bob, "check-in-1", "");
  expect(&scene, class->ann, "check-in-1", "book a slot");
  expect(&scene, scene.dan, "check-in-1", "write the update");
  at(&scene, CHECK_IN_DUE + 2 * DAY, "the last second of the extension");
  expect(&scene, class->ann, "check-in-1", "book a slot");
  at(&scene, CHECK_IN_DUE + 2 * DAY + 1, "after the extension");
  expect(&scene, class->ann, "check-in-1", "");
  offered(&scene, "check-in-1", CHECK_IN_DUE + 9 * DAY);
  at(&scene, CHECK_IN_DUE + 3 * DAY, "after the due, one is free");
  expect(&scene, class->bob, "check-in-1", "book a slot");
  recorded(&scene, "check-in-1", class->ann, "excused");
  recorded(&scene, "check-in-1", class->bob, "missed");
  at(&scene, CHECK_IN_DUE + 3 * DAY + 1, "excused, and missed");
  expect(&scene, class->ann, "check-in-1", "");
  expect(&scene, class->bob, "check-in-1", "");
  expect(&scene, scene.eve, "check-in-1", "book a slot, write the update");
  at(&scene, TERM_ENDS, "the term's last second");
  expect(&scene, scene.eve, "check-in-1", "write the update");
  at(&scene, TERM_ENDS + 1, "the term is over");
  expect(&scene, scene.eve, "check-in-1", "");
  end_class(class);
}

static void a_presentation_is_in_both_until_it_is_handed_in_and_held(void **state) {
  (void)state;
  struct scene scene = start();
  struct class *class = &scene.crew.class;
  register_first(&scene);
  at(&scene, MIDPOINT_OPENS - 1, "before it opens");
  at(&scene, MIDPOINT_OPENS, "it opens, and no slots are offered");
  expect(&scene, class->ann, "midpoint", "hand in");
  int64_t slot = offered(&scene, "midpoint", MIDPOINT_DUE - DAY);
  at(&scene, MIDPOINT_OPENS + 1, "slots");
  expect(&scene, class->ann, "midpoint", "hand in, book a slot");
  call(&scene, class->ann, METHOD_POST, "{\"link\":\"https://example.edu/slides\"}", "milestones/midpoint/submissions");
  int64_t slides = number(scene.fixture, "select max(id) from submissions where id > $1", 0);
  at(&scene, MIDPOINT_OPENS + 2, "the slides are handed in");
  expect(&scene, class->ann, "midpoint", "book a slot");
  call(&scene, class->staff, METHOD_PUT, NULL,
       arena_format(scene.fixture->arena, "milestones/midpoint/submissions/%lld/acceptance", (long long)slides));
  at(&scene, MIDPOINT_OPENS + 3, "the slides are accepted");
  expect(&scene, class->bob, "midpoint", "book a slot");
  booked(&scene, class->ann, slot);
  at(&scene, MIDPOINT_OPENS + 4, "booked");
  expect(&scene, class->bob, "midpoint", "");
  at(&scene, MIDPOINT_DUE, "the others' due");
  expect(&scene, scene.dan, "midpoint", "hand in, book a slot");
  at(&scene, MIDPOINT_DUE + GRACE_SECONDS + 1, "the others are late, and no slot is free");
  expect(&scene, scene.dan, "midpoint", "hand in");
  recorded(&scene, "midpoint", class->ann, "held");
  at(&scene, MIDPOINT_DUE + DAY, "held");
  at(&scene, MIDPOINT_CLOSES + DAY, "closed"); // an hour later since the clocks went back
  expect(&scene, scene.dan, "midpoint", "");
  end_class(class);
}

static void a_demo_is_in_both_while_its_slot_is_cancelled(void **state) {
  (void)state;
  struct scene scene = start();
  struct class *class = &scene.crew.class;
  register_first(&scene);
  at(&scene, POSTER_OPENS - 1, "before it opens");
  int64_t slot = offered(&scene, "poster", POSTER_DUE);
  at(&scene, POSTER_OPENS, "it opens: a slot is one of several ways");
  expect(&scene, class->ann, "poster", "hand in");
  booked(&scene, class->ann, slot);
  call(&scene, class->ann, METHOD_POST, "{\"statement\":\"none\"}", "milestones/poster/submissions");
  int64_t demo = number(scene.fixture, "select max(id) from submissions where id > $1", 0);
  at(&scene, POSTER_OPENS + 1, "handed in");
  expect(&scene, class->bob, "poster", "");
  cancelled(&scene, slot);
  at(&scene, POSTER_OPENS + 2, "staff cancelled its slot, and no other is offered");
  expect(&scene, class->bob, "poster", "book a slot");
  slot = offered(&scene, "poster", POSTER_DUE);
  at(&scene, POSTER_OPENS + 3, "another is offered");
  expect(&scene, class->bob, "poster", "book a slot");
  booked(&scene, class->bob, slot);
  at(&scene, POSTER_OPENS + 4, "booked anew");
  expect(&scene, class->bob, "poster", "");
  cancelled(&scene, slot);
  at(&scene, POSTER_DUE + 1, "cancelled, after the due, and none is free");
  expect(&scene, class->ann, "poster", "book a slot");
  expect(&scene, scene.eve, "poster", "hand in");
  const char *acceptance =
      arena_format(scene.fixture->arena, "milestones/poster/submissions/%lld/acceptance", (long long)demo);
  call(&scene, class->staff, METHOD_PUT, NULL, acceptance);
  at(&scene, POSTER_DUE + 2, "accepted as it is");
  expect(&scene, class->ann, "poster", "");
  call(&scene, class->staff, METHOD_DELETE, NULL, acceptance);
  recorded(&scene, "poster", class->ann, "excused");
  at(&scene, POSTER_DUE + 3, "excused");
  expect(&scene, class->ann, "poster", "");
  expect(&scene, class->bob, "poster", "book a slot");
  at(&scene, TERM_ENDS + 1, "the term is over");
  expect(&scene, class->bob, "poster", "");
  end_class(class);
}

// A check-in of the labs: no team, their own grants.
#define ALONE                                                                                                          \
  "kind: lab\n    weight: 10\n    opens: 2023-09-12 09:00\n    due: 2023-09-29 23:59\n"                                \
  "    hand_in: { files: [pdf, zip], max_size: 20MB, link: optional, statement: ai-use }"
#define A_CHECK_IN                                                                                                     \
  "kind: check-in\n    weight: 10\n    opens: 2023-09-12 09:00\n    due: 2023-09-29 23:59\n    slots: { length: 15m }"

static void who_works_alone_has_the_same_in_both(void **state) {
  (void)state;
  struct scene scene = start_with(ALONE, A_CHECK_IN);
  struct fixture *fixture = scene.fixture;
  int64_t fay = scene.crew.fay;
  register_first(&scene);
  at(&scene, LAB_OPENS, "it opens");
  expect(&scene, fay, "lab-1", "write the update");
  int64_t slot = offered(&scene, "lab-1", LAB_DUE - HOUR);
  extended(&scene, "lab-1", arena_format(fixture->arena, "\"scope\":\"person\",\"person\":%lld", (long long)fay),
           LAB_DUE + DAY);
  at(&scene, LAB_OPENS + 1, "slots");
  expect(&scene, fay, "lab-1", "book a slot, write the update");
  expect(&scene, scene.crew.class.ann, "lab-1", "");
  booked(&scene, fay, slot);
  at(&scene, LAB_OPENS + 2, "booked");
  expect(&scene, fay, "lab-1", "write the update");
  cancelled(&scene, slot);
  offered(&scene, "lab-1", LAB_DUE - HOUR);
  at(&scene, LAB_DUE + DAY, "due");
  expect(&scene, fay, "lab-1", "book a slot, write the update");
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app),
                           "insert into check_in_updates (course_id, milestone, person_id, done, next, blocked, "
                           "version, by_id, at, first_at) values ($1, 'lab-1', $2, 'All', 'More', '', 1, $2, "
                           "$3, $3)",
                           db_int(fixture->course), db_int(fay), db_int(LAB_DUE + DAY)));
  call(&scene, scene.crew.class.staff, METHOD_GET, NULL, "milestones/lab-1/board");
  assert_true(json_is_true(fixture_json(fixture, "holders.0.update.is_in_time")));
  at(&scene, LAB_DUE + DAY + 1, "after the due");
  expect(&scene, fay, "lab-1", "");
  end_class(&scene.crew.class);
}

// Staff cancelled it: the team hears what to do, and staff do not read that it is done.
static void whose_demo_lost_its_slot_is_reminded_to_book_and_staff_read_that_it_is_not_there(void **state) {
  (void)state;
  for (int is_another = 0; is_another < 2; is_another++) {
    struct scene scene = start();
    struct class *class = &scene.crew.class;
    struct fixture *fixture = scene.fixture;
    register_first(&scene);
    clock_to(fixture, POSTER_DUE - 3 * DAY);
    plan_now(fixture);
    int64_t slot = offered(&scene, "poster", POSTER_DUE);
    booked(&scene, class->ann, slot);
    call(&scene, class->ann, METHOD_POST, "{\"statement\":\"none\"}", "milestones/poster/submissions");
    cancelled(&scene, slot);
    if (is_another == 1)
      offered(&scene, "poster", POSTER_DUE);
    int64_t before = reminded(fixture, class->bob, "milestone poster");
    plan_at(fixture, POSTER_DUE - DAY);
    assert_int_equal(before + 1, reminded(fixture, class->bob, "milestone poster"));
    const char *words = fixture_last_words(fixture, class->bob);
    assert_non_null(strstr(words, is_another == 1 ? "yours was cancelled: book another one. It is due Mon 11 Dec 2023"
                                                  : "none is free now, so ask the course's staff for another one."));
    assert_null(strstr(words, "Hand it in"));
    plan_at(fixture, POSTER_DUE + HOUR);
    int64_t told = number(fixture,
                          "select count(*) from outbox where person_id = $1 and subject like 'Poster%' "
                          "and words like '%Handed in: 0 of 2 teams. Not yet: Descenders, Schedulers%'",
                          class->instructor);
    assert_true(told > 0);
    end_class(class);
  }
}

// Slides that are late are taken for days; a slot that nobody can have any more is not said to be missing then.
static void after_downtime_nobody_is_told_of_a_slot_that_is_not_to_be_had_any_more(void **state) {
  (void)state;
  for (int is_free = 0; is_free < 2; is_free++) {
    struct scene scene = start();
    struct class *class = &scene.crew.class;
    struct fixture *fixture = scene.fixture;
    register_first(&scene);
    clock_to(fixture, MIDPOINT_DUE - 2 * DAY);
    plan_now(fixture);
    offered(&scene, "midpoint", is_free == 1 ? MIDPOINT_DUE + 3 * DAY : MIDPOINT_DUE - HOUR);
    call(&scene, class->ann, METHOD_POST, "{\"link\":\"https://example.edu/slides\"}",
         "milestones/midpoint/submissions");
    int64_t before = reminded(fixture, class->bob, "milestone midpoint");
    plan_at(fixture, MIDPOINT_DUE + HOUR); // nobody was there a day before
    assert_int_equal(before + is_free, reminded(fixture, class->bob, "milestone midpoint"));
    assert_int_equal(1 - is_free, in_ledger(fixture, class->bob, "milestone midpoint", "skipped"));
    if (is_free == 1)
      assert_non_null(strstr(fixture_last_words(fixture, class->bob),
                             "No slot is booked yet. It was to be held by Wed 25 Oct 2023 09:30 EDT."));
    end_class(class);
  }
}

// An offset after the due: what nothing can be done about is not said, and is not announced as coming either.
static void after_its_due_a_slot_is_reminded_of_only_while_one_is_free(void **state) {
  (void)state;
  for (int is_free = 0; is_free < 2; is_free++) {
    struct scene scene = start_with(FILES "\n    remind: { students: [-7d, -1d]",
                                    "hand_in: { link: required }\n    remind: { students: [+1h]");
    struct class *class = &scene.crew.class;
    struct fixture *fixture = scene.fixture;
    register_first(&scene);
    clock_to(fixture, MIDPOINT_DUE - DAY);
    plan_now(fixture);
    offered(&scene, "midpoint", is_free == 1 ? MIDPOINT_DUE + 3 * DAY : MIDPOINT_DUE - HOUR);
    call(&scene, class->ann, METHOD_POST, "{\"link\":\"https://example.edu/slides\"}",
         "milestones/midpoint/submissions");
    clock_to(fixture, MIDPOINT_DUE + 1);
    call(&scene, class->bob, METHOD_GET, NULL, "reminders?from=2023-10-25T00:00:00Z&to=2023-10-26T00:00:00Z");
    assert_int_equal(is_free, json_array_size(fixture_json(fixture, "reminders")));
    plan_at(fixture, MIDPOINT_DUE + HOUR);
    assert_int_equal(is_free, reminded(fixture, class->bob, "milestone midpoint"));
    assert_int_equal(0, in_ledger(fixture, class->bob, "milestone midpoint", "skipped"));
    assert_int_equal(1, reminded(fixture, scene.dan, "milestone midpoint")); // owes the slides
    end_class(class);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_handed_in_is_in_both_from_its_opening_to_its_close),
      cmocka_unit_test(a_check_in_is_in_both_while_something_can_be_done_or_asked_for),
      cmocka_unit_test(a_presentation_is_in_both_until_it_is_handed_in_and_held),
      cmocka_unit_test(a_demo_is_in_both_while_its_slot_is_cancelled),
      cmocka_unit_test(who_works_alone_has_the_same_in_both),
      cmocka_unit_test(whose_demo_lost_its_slot_is_reminded_to_book_and_staff_read_that_it_is_not_there),
      cmocka_unit_test(after_its_due_a_slot_is_reminded_of_only_while_one_is_free),
      cmocka_unit_test(after_downtime_nobody_is_told_of_a_slot_that_is_not_to_be_had_any_more),
  };
  return cmocka_run_group_tests_name("roll", tests, NULL, NULL);
}
