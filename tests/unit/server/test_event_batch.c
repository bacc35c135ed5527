// SPDX-License-Identifier: AGPL-3.0-or-later
// Who hears of what: acts of every kind by a class, and what each reader's stream says of them. A stream without a
// socket answers once: hello, what is new since ?after=, the end.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/audit.h"
#include "server/event_batch.h"
#include "tests/unit/server/milestones/milestone_helpers.h"
#include "tests/unit/server/milestones/slot_helpers.h"

#define EVENTS SAMPLE "/events"

static int64_t counter_of(struct house *house) {
  int64_t counter = -1;
  assert_int_equal(ERR_OK, audit_counter(app_db(house->fixture->app), house->fixture->course, &counter));
  return counter;
}

static const char *epoch_of(const struct fixture *fixture) { return app_services(fixture->app)->epoch; }

// The topics and subjects of the changes in a stream's bytes, as "team team 1, labs": each one once in a row.
static const char *changes_in(struct arena *arena, const char *body) {
  struct text all;
  text_init(&all, arena);
  const char *last = "";
  for (const char *at = body; (at = strstr(at, "event: change\ndata: ")) != NULL;) {
    at += strlen("event: change\ndata: ");
    json_t *data = json_loadb(at, strcspn(at, "\n"), 0, NULL);
    assert_non_null(data);
    assert_int_equal(4, json_object_size(data)); // topic, subject, id, counter: never content
    const char *subject = json_string_value(json_object_get(data, "subject"));
    json_t *id = json_object_get(data, "id");
    const char *words = arena_format(arena, "%s%s%s", json_string_value(json_object_get(data, "topic")),
                                     subject == NULL ? "" : " ", subject == NULL ? "" : subject);
    if (json_is_integer(id))
      words = arena_format(arena, "%s %lld", words, (long long)json_integer_value(id));
    else if (json_is_string(id))
      words = arena_format(arena, "%s %s", words, json_string_value(id));
    json_decref(data);
    if (strcmp(words, last) != 0)
      text_add_format(&all, "%s%s", all.size > 0 ? ", " : "", words);
    last = words;
  }
  return text_get(&all);
}

static const char *heard(struct house *house, int64_t reader, int64_t after) {
  struct fixture *fixture = house->fixture;
  fixture_call(fixture, reader, METHOD_GET, NULL, EVENTS "?after=%s.%lld", epoch_of(fixture), (long long)after);
  fixture_expect(fixture, 200);
  return changes_in(fixture->arena, fixture->answer.body);
}

struct world {
  struct house house;
  int64_t after;
};

static void hears(struct world *world, int64_t reader, const char *expected, const char *why) {
  const char *got = heard(&world->house, reader, world->after);
  if (strcmp(got, expected) != 0)
    fail_msg("%s: heard \"%s\" instead of \"%s\"", why, got, expected);
}

static struct world world_new(void) {
  struct world world = {.house = house_new(&autumn)};
  house_at(&world.house, OPENS + 100);
  world.after = counter_of(&world.house);
  return world;
}

static void now(struct world *world) { world->after = counter_of(&world->house); }

// --- the acts

static void rename_team(struct world *world) {
  fixture_call(world->house.fixture, world->house.instructor, METHOD_PATCH, "{\"name\":\"Climbers\"}",
               SAMPLE "/teams/%lld", (long long)world->house.team);
  fixture_expect(world->house.fixture, 200);
}

static void extend_ann(struct world *world) {
  struct house *house = &world->house;
  grant(house, house->staff, "report", until(house, "person", house->ann, DUE_AT + DAY));
  fixture_expect(house->fixture, 200);
}

static void extend_team(struct world *world) {
  struct house *house = &world->house;
  grant(house, house->staff, "report", until(house, "team", house->team, DUE_AT + DAY));
  fixture_expect(house->fixture, 200);
}

static void extend_everybody(struct world *world) {
  struct house *house = &world->house;
  grant(house, house->staff, "report", until(house, "everyone", 0, DUE_AT + DAY));
  fixture_expect(house->fixture, 200);
}

static void accommodate_ann(struct world *world) {
  struct house *house = &world->house;
  fixture_call(house->fixture, house->instructor, METHOD_POST,
               arena_format(house->fixture->arena,
                            "{\"scope\":\"person\",\"person\":%lld,\"days\":2,\"category\":\"medical\",\"note\":"
                            "\"none of theirs\",\"accommodation\":true," BECAUSE "}",
                            (long long)house->ann),
               SAMPLE "/extensions");
  fixture_expect(house->fixture, 200);
}

static void hand_in_report(struct world *world) {
  submit(&world->house, world->house.ann, "report");
  fixture_expect(world->house.fixture, 200);
}

static void write_a_note(struct world *world) {
  static const char *const bodies[] = {"{\"done\":\"All\",\"next\":\"The rest\"}",
                                       "{\"done\":\"All\",\"next\":\"The rest\",\"note_to_staff\":\"Bob sleeps.\"}"};
  for (int i = 0; i < 2; i++) { // of which the first is the team's
    now(world);
    fixture_call(world->house.fixture, world->house.ann, METHOD_PUT, bodies[i], MILESTONES "/check-in/update");
    fixture_expect(world->house.fixture, 200);
  }
}

static void record_risk(struct world *world) {
  struct house *house = &world->house;
  record(house, house->staff, "check-in", house->team,
         arena_format(house->fixture->arena,
                      ",\"members\":[{\"person\":%lld,\"state\":\"held\"},{\"person\":%lld,\"state\":\"missed\"},"
                      "{\"person\":%lld,\"state\":\"held\"}],\"notes\":\"Quarrelling.\",\"risk\":\"at risk\"",
                      (long long)house->ann, (long long)house->bob, (long long)house->cyd));
  fixture_expect(house->fixture, 201);
}

static void mentor(struct world *world) {
  struct house *house = &world->house;
  fixture_call(house->fixture, house->staff, METHOD_PUT,
               arena_format(house->fixture->arena, "{\"person\":%lld}", (long long)house->staff),
               SAMPLE "/teams/%lld/mentor", (long long)house->team);
  fixture_expect(house->fixture, 200);
}

static void drop_cyd(struct world *world) { fixture_drop(world->house.fixture, world->house.cyd); }

static void seat_gus(struct world *world) {
  struct house *house = &world->house;
  fixture_call(house->fixture, house->staff, METHOD_PUT, "{" BECAUSE "}", SAMPLE "/labs/seats/%lld",
               (long long)house->gus);
  fixture_expect(house->fixture, 200);
}

static void place_gus(struct world *world) {
  struct house *house = &world->house;
  move_into(house, house->gus, house->team);
}

static void book_slot(struct world *world) {
  struct house *house = &world->house;
  int64_t slot = offered(house, house->staff, OPENS + 3 * DAY, "");
  now(world);
  booked(house, house->ann, slot);
}

static void edit_card(struct world *world) {
  fixture_card(world->house.fixture, world->house.gus, "project", "none", false);
}

static void each_act_is_heard_by_those_who_may_read_it(void **state) {
  (void)state;
  static const struct {
    void (*act)(struct world *world);
    const char *ann, *bob, *dan, *fay, *gus, *staff; // a member, a mate, another team, a lab seat, nowhere
    const char *why;
  } cases[] = {
      {rename_team, "team team 1", "team team 1", "team team 1", "team team 1", "team team 1", "team team 1",
       "a team's name is everybody's"},
      {extend_ann, "extension person 3", "", "", "", "", "extension person 3",
       "a personal extension is nothing to mates"},
      {accommodate_ann, "extension person 3", "", "", "", "", "extension person 3", "nor is an accommodation"},
      {extend_team, "extension team 1", "extension team 1", "", "", "", "extension team 1", "a team's is the team's"},
      {extend_everybody, "extension milestone report", "extension milestone report", "extension milestone report",
       "extension milestone report", "extension milestone report", "extension milestone report", "everybody's"},
      {hand_in_report, "submission submission 1", "submission submission 1", "", "", "", "submission submission 1",
       "the team and staff"},
      {write_a_note, "note person 3", "", "", "", "", "note person 3", "a note to staff is no business of mates"},
      {record_risk, "check-in person 3", "check-in person 4", "", "", "",
       "check-in team 1, check-in person 3, check-in person 4, check-in person 5",
       "of what staff record each hears what became of themselves"},
      {mentor, "mentor team 1", "mentor team 1", "", "", "", "mentor team 1", "who mentors them"},
      {drop_cyd, "", "", "", "", "", "roster person 5", "a drop is their own and staff's"},
      {seat_gus, "labs", "labs", "labs", "labs", "placement person 9", "placement person 9",
       "free seats are everybody's"},
      {place_gus, "team team 1", "team team 1", "team team 1", "team team 1", "placement person 9",
       "placement person 9", "the team that gets somebody"},
      {book_slot, "slot slot 1", "slot slot 1", "slots", "slots", "slots", "slot slot 1", "who booked is not told"},
      {edit_card, "", "", "", "", "card person 9", "card person 9", "a card has more in it than others see"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct world world = world_new();
    const struct house *house = &world.house;
    assert_int_equal(3, house->ann);
    assert_int_equal(9, house->gus);
    assert_int_equal(1, house->team);
    cases[i].act(&world);
    assert_true(counter_of(&world.house) > world.after);
    hears(&world, house->ann, cases[i].ann, cases[i].why);
    hears(&world, house->bob, cases[i].bob, cases[i].why);
    hears(&world, house->dan, cases[i].dan, cases[i].why);
    hears(&world, house->fay, cases[i].fay, cases[i].why);
    hears(&world, house->gus, cases[i].gus, cases[i].why);
    hears(&world, house->staff, cases[i].staff, cases[i].why);
    hears(&world, house->instructor, cases[i].staff, cases[i].why);
    hears(&world, -1, cases[i].staff, cases[i].why); // the operator
    house_free(&world.house);
  }
}

// The bytes without any counter: what "hello", the place and each event would be if nothing hidden had moved it.
static const char *without_counters(struct arena *arena, const char *body) {
  struct text out;
  text_init(&out, arena);
  for (const char *line = body; *line != '\0'; line += strcspn(line, "\n") + 1) {
    size_t size = strcspn(line, "\n");
    if (text_starts(line, "id: ") || text_starts(line, "retry: "))
      continue;
    const char *counter = memmem(line, size, "\"counter\":", 10);
    text_add_n(&out, line, counter == NULL ? size : (size_t)(counter - line));
    text_add_char(&out, '\n');
  }
  return text_get(&out);
}

static void a_grant_to_one_member_leaves_a_mates_stream_as_it_would_be_without(void **state) {
  (void)state;
  const char *bytes[2];
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int has_grant = 0; has_grant < 2; has_grant++) {
    struct world world = world_new();
    struct house *house = &world.house;
    rename_team(&world);
    if (has_grant == 1) {
      extend_ann(&world);
      int64_t before = counter_of(house);
      accommodate_ann(&world);
      assert_string_equal("", heard(house, house->bob, before)); // at the grant nothing at all reaches the mate
    }
    hand_in_report(&world);
    fixture_call(house->fixture, house->bob, METHOD_GET, NULL, EVENTS "?after=%s.%lld", epoch_of(house->fixture),
                 (long long)world.after);
    fixture_expect(house->fixture, 200);
    bytes[has_grant] = without_counters(arena, house->fixture->answer.body);
    house_free(house);
  }
  assert_non_null(strstr(bytes[0], "submission"));
  assert_string_equal(bytes[0], bytes[1]);
}

static void a_team_with_somebody_confidential_is_told_to_itself_and_staff(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  fixture_confidential(house->fixture, house->cyd);
  hears(&world, house->cyd, "roster person 5", "the person");
  hears(&world, house->ann, "", "not the mates");
  now(&world);
  rename_team(&world);
  hears(&world, house->ann, "team team 1", "the team");
  hears(&world, house->staff, "team team 1", "staff");
  hears(&world, house->dan, "", "nobody else");
  hears(&world, house->gus, "", "nobody else");
  now(&world);
  move_into(house, house->gus, house->team);
  hears(&world, house->dan, "", "nor who joins it");
  hears(&world, house->bob, "team team 1", "the team hears of its new member");
  house_free(house);
}

static void a_stream_begins_with_hello_and_where_to_go_on(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  struct fixture *fixture = house->fixture;
  fixture_call(fixture, house->ann, METHOD_GET, NULL, EVENTS);
  fixture_expect(fixture, 200);
  const char *expected = arena_format(fixture->arena, "\nid: %s.%lld\nevent: hello\ndata: {\"counter\":%lld}\n\n",
                                      epoch_of(fixture), (long long)world.after, (long long)world.after);
  assert_int_equal(0, strncmp(fixture->answer.body, "retry: ", 7));
  assert_string_equal(expected, strchr(fixture->answer.body, '\n'));
  // With something to catch up on, hello must not move the place before that has come.
  rename_team(&world);
  fixture_call(fixture, house->ann, METHOD_GET, NULL, EVENTS "?after=%s.%lld", epoch_of(fixture),
               (long long)world.after);
  fixture_expect(fixture, 200);
  const char *body = fixture->answer.body;
  const char *hello = strstr(body, "event: hello");
  const char *change = strstr(body, "event: change");
  assert_non_null(hello);
  assert_non_null(change);
  assert_true(hello < change);
  assert_true(strstr(body, "id: ") > hello);
  const char *place =
      arena_format(fixture->arena, "\n\nid: %s.%lld\n\n", epoch_of(fixture), (long long)counter_of(house));
  assert_string_equal(place, body + strlen(body) - strlen(place));
  house_free(house);
}

static int follow_from(struct house *house, const char *last_id, const char *query) {
  const struct header header = {"last-event-id", last_id};
  const struct local_call call = {.method = METHOD_GET,
                                  .target = arena_format(house->fixture->arena, EVENTS "%s", query),
                                  .token = house->fixture->tokens[house->ann],
                                  .headers = &header,
                                  .header_count = last_id != NULL};
  return fixture_send(house->fixture, house->ann, &call);
}

// "@N": N behind or ahead of the counter; "#N": the same, of another epoch; "@.WORDS": such a counter; "=WORDS": as it
// stands.
static const char *id_of(struct house *house, const char *words) {
  struct arena *arena = house->fixture->arena;
  const char *epoch = words != NULL && words[0] == '#' ? "000000000000" : epoch_of(house->fixture);
  if (words == NULL || words[0] == '\0')
    return words;
  if (words[0] == '=')
    return words + 1;
  if (words[1] == '.')
    return arena_format(arena, "%s%s", epoch, words + 1);
  return arena_format(arena, "%s.%lld", epoch, (long long)(counter_of(house) + strtol(words + 1, NULL, 10)));
}

static void where_a_reader_goes_on_from(void **state) {
  (void)state;
  static const struct {
    const char *last_id, *query;
    bool has_reload, has_change;
    const char *why;
  } cases[] = {
      {NULL, "", false, false, "a new reader"},
      {"", "", false, false, "an empty id is none"},
      {"@", "", false, false, "who knows everything"},
      {"@-1", "", false, true, "the last change"},
      {"@-256", "", false, true, "as far back as it goes"},
      {"@-257", "", true, false, "further"},
      {"@1", "", true, false, "ahead of a store that was restored"},
      {"@9223372036854770000", "", true, false, "far ahead"},
      {"#-1", "", true, false, "of another epoch, although that counter has come again"},
      {"=12", "", true, false, "without an epoch"},
      {"=", "", false, false, "an empty id is none"},
      {"=000000000000.", "", true, false, "without a counter"},
      {"@.-3", "", true, false, "no id of ours"},
      {"@.0x10", "", true, false, "no id of ours"},
      {"@.12\t", "", true, false, "no id of ours"},
      {"@.99999999999999999999", "", true, false, "no number that fits"},
      {NULL, "?after=#-1", true, false, "of another epoch, as a parameter"},
      {NULL, "?after=soon", true, false, "no id of ours, as a parameter"},
      {NULL, "?after=@", false, false, "the same as a parameter"},
      {NULL, "?after=@-1", false, true, "the same as a parameter"},
      {"@", "?after=@-1", false, false, "the header goes before it"},
  };
  struct world world = world_new();
  struct house *house = &world.house;
  // More rows than a reader can catch up on.
  for (int i = 0; i < EVENT_ROWS_MAX + 5; i++) {
    fixture_call(house->fixture, house->instructor, METHOD_PATCH,
                 arena_format(house->fixture->arena, "{\"name\":\"Team %d\"}", i), SAMPLE "/teams/%lld",
                 (long long)house->team);
    fixture_expect(house->fixture, 200);
  }
  int64_t counter = counter_of(house);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena = house->fixture->arena;
    const char *last_id = id_of(house, cases[i].last_id);
    const char *query = cases[i].query;
    if (strpbrk(query, "@#") != NULL)
      query = arena_format(arena, "?after=%s", id_of(house, strpbrk(query, "@#")));
    assert_int_equal(200, follow_from(house, last_id, query));
    const char *body = house->fixture->answer.body;
    if ((strstr(body, "event: reload") != NULL) != cases[i].has_reload ||
        (strstr(body, "event: change") != NULL) != cases[i].has_change)
      fail_msg("%s: %s", cases[i].why, body);
    const char *reload = strstr(body, "event: reload");
    if (reload != NULL)
      assert_int_equal(counter, strtoll(strstr(reload, "\"counter\":") + 10, NULL, 10));
  }
  assert_int_equal(422, follow_from(house, NULL, "?before=3"));
  house_free(house);
}

static void every_event_is_caught_up_on_once_and_in_its_order(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  rename_team(&world);
  hand_in_report(&world);
  extend_team(&world);
  int64_t counter = counter_of(house);
  struct arena *arena = house->fixture->arena;
  const char *all = heard(house, house->ann, world.after);
  assert_string_equal("team team 1, submission submission 1, extension team 1", all);
  for (int64_t after = world.after; after <= counter; after++) {
    struct text parts;
    text_init(&parts, arena);
    fixture_call(house->fixture, house->ann, METHOD_GET, NULL, EVENTS "?after=%s.%lld", epoch_of(house->fixture),
                 (long long)after);
    int64_t last = after;
    for (const char *at = house->fixture->answer.body; (at = strstr(at, "event: change")) != NULL; at++) {
      int64_t of = strtoll(strstr(at, "\"counter\":") + 10, NULL, 10);
      assert_true(of > last); // none again, none out of order
      last = of;
    }
    assert_true(last <= counter);
  }
  house_free(house);
}

static void of_one_batch_each_reader_gets_what_is_new_to_them(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  struct arena *arena = house->fixture->arena;
  rename_team(&world);
  hand_in_report(&world);
  struct event_batch batch;
  struct db *db = app_db(house->fixture->app);
  int64_t to = counter_of(house);
  const struct event_span span = {
      .epoch = epoch_of(house->fixture), .course = house->fixture->course, .from = world.after, .to = to};
  assert_int_equal(ERR_OK, event_batch_load(db, arena, &span, &batch));
  static const struct {
    int64_t behind;
    const char *expected;
  } cases[] = {{2, "team team 1, submission submission 1"}, {1, "submission submission 1"}, {0, ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text words;
    text_init(&words, arena);
    const struct event_reader reader = {.role = ROLE_STUDENT, .person = house->ann, .team = house->team};
    event_batch_write(&batch, &reader, to - cases[i].behind, &words);
    assert_string_equal(cases[i].expected, changes_in(arena, text_get(&words)));
  }
  house_free(house);
}

static void no_subject_can_break_out_of_its_line(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  struct fixture *fixture = house->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {
      .db = app_db(fixture->app), .arena = fixture->arena, .now = 1, .cause = "test", .problem = &problem};
  static const char *const subjects[] = {"milestone a\n\ndata: {\"topic\":\"forged\"}\n\n",
                                         "milestone \r\nid: 9",
                                         "milestone \"},{\"topic\":\"forged",
                                         "team 1\nevent: forged",
                                         "milestone ",
                                         "nothing known",
                                         "",
                                         "team",
                                         "team 0x1",
                                         "person -1"};
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
    assert_int_equal(ERR_OK, audit_write(&act, fixture->course, "milestone dates moved", subjects[i], NULL, NULL));
  assert_int_equal(ERR_OK, db_commit(act.db));
  fixture_call(fixture, house->ann, METHOD_GET, NULL, EVENTS "?after=%s.%lld", epoch_of(fixture),
               (long long)world.after);
  fixture_expect(fixture, 200);
  size_t changes = 0, ids = 0, others = 0;
  for (const char *line = fixture->answer.body; *line != '\0'; line += strcspn(line, "\n") + 1) {
    changes += text_starts(line, "event: change\n");
    ids += text_starts(line, "id: ");
    others += line[0] != '\n' && !text_starts(line, "event: change\n") && !text_starts(line, "id: ") &&
              !text_starts(line, "data: {\"");
  }
  assert_int_equal(sizeof subjects / sizeof *subjects, changes);
  assert_int_equal(changes + 1, ids);
  assert_int_equal(2, others); // retry, hello
  assert_null(strchr(fixture->answer.body, '\r'));
  house_free(house);
}

static void what_is_not_in_the_table_is_for_staff(void **state) {
  (void)state;
  struct world world = world_new();
  struct house *house = &world.house;
  struct fixture *fixture = house->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {
      .db = app_db(fixture->app), .arena = fixture->arena, .now = 1, .cause = "test", .problem = &problem};
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, audit_write(&act, fixture->course, "a kind of tomorrow",
                                       arena_format(act.arena, "person %lld", (long long)house->ann), NULL, NULL));
  assert_int_equal(ERR_OK, db_commit(act.db));
  hears(&world, house->ann, "", "not even who it is about");
  hears(&world, house->staff, "course person 3", "staff");
  house_free(house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_act_is_heard_by_those_who_may_read_it),
      cmocka_unit_test(a_grant_to_one_member_leaves_a_mates_stream_as_it_would_be_without),
      cmocka_unit_test(a_team_with_somebody_confidential_is_told_to_itself_and_staff),
      cmocka_unit_test(a_stream_begins_with_hello_and_where_to_go_on),
      cmocka_unit_test(where_a_reader_goes_on_from),
      cmocka_unit_test(every_event_is_caught_up_on_once_and_in_its_order),
      cmocka_unit_test(of_one_batch_each_reader_gets_what_is_new_to_them),
      cmocka_unit_test(no_subject_can_break_out_of_its_line),
      cmocka_unit_test(what_is_not_in_the_table_is_for_staff),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
