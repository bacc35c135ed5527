// SPDX-License-Identifier: AGPL-3.0-or-later
// Students, staff and the clock act at random on teams, seats, requests and drops. Whatever they do, and in whatever
// order, the invariants of rules.md hold, nothing is answered 5xx, and a dry run changes nothing. SEED=n and SEEDS=n
// walk other ways.
#include "tests/unit/server/courses/petition_helpers.h"
#include "tests/unit/server/teams/repair_helpers.h"

#include "server/db/audit.h"

enum { PEOPLE = 14, STEPS = 300, SEEDS = 4, NIGHT_SECONDS = 50000 };

struct walk {
  struct fixture *fixture;
  uint64_t random;
  unsigned long seed;
  int step;
  int64_t now;
  int64_t instructor;
  int64_t people[PEOPLE];
  int64_t one, other, staff; // of this step, by chance
  int64_t team, another;     // likewise; `team` is the first one's own if they have one
  const char *dry;           // "" or "?dry_run=true"
};

typedef void act_function(struct walk *walk);

static const struct {
  const char *why; // when any is found
  const char *sql;
} rules[] = {
    {"a dissolved team has members",
     "select count(*) from placements p join teams t on t.id = p.team_id where t.state = 'dissolved' and "
     "p.until_at is null"},
    {"somebody gone has a place that is not held",
     "select count(*) from placements p join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id "
     "where p.until_at is null and e.state <> 'active' and e.hold_until is null"},
    {"a hold that nothing ends",
     "select count(*) from enrolments e where e.hold_until is not null and not exists (select 1 from agenda a where "
     "a.kind = 'hold ends' and a.subject_id = e.person_id and a.at = e.hold_until)"},
    {"somebody gone stands in line",
     "select count(*) from lab_queue q join enrolments e on e.course_id = q.course_id and e.person_id = q.person_id "
     "where q.state in ('waiting', 'offered') and e.state <> 'active'"},
    {"an offer that nothing ends",
     "select count(*) from lab_queue q where q.state = 'offered' and not exists (select 1 from agenda a where "
     "a.kind = 'offer expires' and a.subject_id = q.id and a.at = q.offer_expires_at)"},
    {"an invitation to a team that takes nobody",
     "select count(*) from invitations i join teams t on t.id = i.team_id where i.state = 'open' and t.state in "
     "('registered', 'dissolved')"},
    {"an invitation that never lapses",
     "select count(*) from invitations i where i.state = 'open' and not exists (select 1 from agenda a where "
     "a.kind = 'invitation lapses' and a.subject_id = i.id)"},
    {"somebody in a registered team looks for one",
     "select count(*) from info_cards c join placements p on p.person_id = c.person_id and p.until_at is null "
     "join teams t on t.id = p.team_id where c.is_seeking = 1 and t.state = 'registered'"},
    {"a question to somebody who is no member",
     "select count(*) from member_questions m where not exists (select 1 from placements p where "
     "p.team_id = m.team_id and p.person_id = m.person_id and p.until_at is null)"},
    {"a contact who is gone while a member is there",
     "select count(*) from teams t join enrolments e on e.person_id = t.contact_id where t.state <> 'dissolved' and "
     "e.state <> 'active' and exists (select 1 from placements p join enrolments x on x.person_id = p.person_id "
     "where p.team_id = t.id and p.until_at is null and x.state = 'active')"},
    {"a gap in a team that is not registered",
     "select count(*) from teams where gap_since is not null and state <> 'registered'"},
};

static unsigned chance(struct walk *walk, unsigned of) {
  walk->random = walk->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(walk->random >> 33) % of;
}

static int64_t number(struct walk *walk, const char *sql) {
  int64_t found = 0;
  assert_int_equal(ERR_OK, db_get_int_values(app_db(walk->fixture->app), &found, sql, NULL, 0));
  return found;
}

// One of the ids up to the greatest; 1 when there is none.
static int64_t any_of(struct walk *walk, const char *sql) {
  int64_t most = number(walk, sql);
  return most == 0 ? 1 : 1 + chance(walk, (unsigned)most);
}

static int64_t value_of(struct walk *walk, const char *sql, int64_t id) {
  int64_t found = 0;
  assert_int_equal(ERR_OK, db_get_int_values(app_db(walk->fixture->app), &found, sql, DB_VALUES_(db_int(id))));
  return found;
}

static void call(struct walk *walk, int64_t by, enum method method, const char *body, const char *path) {
  fixture_call(walk->fixture, by, method, body, "%s%s", SAMPLE, path);
}

#define SAY(...) arena_format(walk->fixture->arena, __VA_ARGS__)
#define ID(id) (long long)(id)

static void found(struct walk *walk) {
  call(walk, walk->one, METHOD_POST, SAY("{\"name\":\"T%d\"}", walk->step), "/teams");
}
static void ask_in(struct walk *walk) {
  call(walk, walk->one, METHOD_POST, SAY("{\"person\":%lld}", ID(walk->other)),
       SAY("/teams/%lld/invitations", ID(walk->team)));
}
static void accept_one(struct walk *walk) {
  int64_t id = any_of(walk, "select coalesce(max(id), 0) from invitations");
  int64_t person = value_of(walk, "select coalesce((select person_id from invitations where id = $1), 0)", id);
  accept(walk->fixture, person == 0 ? walk->one : person, id);
  accept_request(walk->fixture, walk->other, id);
}
static void ask_to_come(struct walk *walk) {
  call(walk, walk->one, METHOD_POST, "{\"message\":\"May I?\"}", SAY("/teams/%lld/join-requests", ID(walk->team)));
}
static void go(struct walk *walk) { remove_member(walk->fixture, walk->one, walk->team, walk->one); }
static void send_away(struct walk *walk) { remove_member(walk->fixture, walk->one, walk->team, walk->other); }
static void enrol_team(struct walk *walk) { register_team(walk->fixture, walk->one, walk->team, PLAN); }
static void dissolve(struct walk *walk) {
  call(walk, walk->one, METHOD_DELETE, NULL, SAY("/teams/%lld", ID(walk->team)));
}
static void question(struct walk *walk) {
  call(walk, walk->one, METHOD_POST, NULL, SAY("/teams/%lld/members/%lld/question", ID(walk->team), ID(walk->other)));
}
static void sit(struct walk *walk) {
  call(walk, walk->one, METHOD_PUT, chance(walk, 2) ? "{\"leave_team\":true}" : "{}", "/labs/seat");
}
static void stand_up(struct walk *walk) { call(walk, walk->one, METHOD_DELETE, NULL, "/labs/seat"); }

static void place(struct walk *walk) {
  call(walk, walk->staff, METHOD_PUT, SAY("{\"team\":%lld," WHY "}", ID(walk->another)),
       SAY("/placements/%lld%s", ID(walk->one), walk->dry));
}
static void displace(struct walk *walk) {
  call(walk, walk->staff, METHOD_PUT, "{\"team\":null," WHY "}", SAY("/placements/%lld%s", ID(walk->one), walk->dry));
}
static void undo_join(struct walk *walk) {
  call(walk, walk->staff, METHOD_POST, "{" WHY "}", SAY("/placements/%lld/undo%s", ID(walk->one), walk->dry));
}
static void exchange(struct walk *walk) {
  call(walk, walk->staff, METHOD_POST, SAY("{\"first\":%lld,\"second\":%lld," WHY "}", ID(walk->one), ID(walk->other)),
       SAY("/placement-swaps%s", walk->dry));
}
static void merge_teams(struct walk *walk) {
  call(walk, walk->staff, METHOD_POST, SAY("{\"into\":%lld," WHY "}", ID(walk->another)),
       SAY("/teams/%lld/merger%s", ID(walk->team), walk->dry));
}
static void split_team(struct walk *walk) {
  call(walk, walk->staff, METHOD_POST, SAY("{\"name\":\"S%d\",\"people\":[%lld]," WHY "}", walk->step, ID(walk->one)),
       SAY("/teams/%lld/split%s", ID(walk->team), walk->dry));
}
static void found_by_staff(struct walk *walk) {
  call(walk, walk->staff, METHOD_POST,
       SAY("{\"name\":\"F%d\",\"people\":[%lld,%lld]," WHY "}", walk->step, ID(walk->one), ID(walk->other)),
       SAY("/staff-teams%s", walk->dry));
}
static void resize(struct walk *walk) {
  static const char *const sizes[] = {"null", "3", "5"};
  call(walk, walk->staff, METHOD_PUT, SAY("{\"size_max\":%s," WHY "}", sizes[chance(walk, 3)]),
       SAY("/teams/%lld/size%s", ID(walk->team), walk->dry));
}
static void give_seat(struct walk *walk) {
  call(walk, walk->staff, METHOD_PUT, SAY("{\"leave_team\":%s," WHY "}", chance(walk, 2) ? "true" : "false"),
       SAY("/labs/seats/%lld%s", ID(walk->one), walk->dry));
}
static void take_seat_back(struct walk *walk) {
  call(walk, walk->staff, METHOD_DELETE, "{" WHY "}", SAY("/labs/seats/%lld%s", ID(walk->one), walk->dry));
}

static void drop(struct walk *walk) {
  if (value_of(walk, "select count(*) from enrolments where state = 'active' and person_id = $1", walk->one) > 0)
    fixture_drop(walk->fixture, walk->one);
}
static void come_back(struct walk *walk) {
  call(walk, walk->instructor, METHOD_PUT, "{\"role\":\"student\"}", SAY("/roster/%lld", ID(walk->one)));
}
static void release(struct walk *walk) {
  call(walk, walk->staff, METHOD_DELETE, NULL, SAY("/roster/%lld/hold", ID(walk->one)));
}

static void request(struct walk *walk) {
  const char *const bodies[] = {
      "\"team size\",\"size\":5",
      "\"coverage\"",
      "\"leave\"",
      "\"lab seat\"",
      SAY("\"late join\",\"team\":%lld", ID(walk->another)),
      SAY("\"swap\",\"person\":%lld", ID(walk->other)),
  };
  ask_staff(walk->fixture, walk->one, SAY("{\"message\":\"Please\",\"kind\":%s}", bodies[chance(walk, 6)]));
}
static void agree(struct walk *walk) {
  int64_t id = any_of(walk, "select coalesce(max(id), 0) from petitions");
  int64_t partner = value_of(walk, "select coalesce((select partner_id from petitions where id = $1), 0)", id);
  if (partner != 0)
    say(walk->fixture, partner, id, chance(walk, 5) != 0);
}
static void grant(struct walk *walk) {
  int64_t id = number(walk, "select coalesce((select min(id) from petitions where state = 'open' and (consent is not "
                            "null or needs_consent = 0)), 1)");
  answer_it(walk->fixture, walk->staff, id, GRANT);
}

static void wait(struct walk *walk) {
  walk->now += chance(walk, NIGHT_SECONDS);
  fixture_at_seconds(walk->fixture, walk->now);
  fixture_run_duties(walk->fixture);
}

static const struct {
  act_function *act;
  bool is_repair; // takes ?dry_run
} acts[] = {
    {found, false},      {found, false},         {ask_in, false},    {ask_in, false},        {accept_one, false},
    {accept_one, false}, {ask_to_come, false},   {go, false},        {send_away, false},     {enrol_team, false},
    {dissolve, false},   {question, false},      {sit, false},       {sit, false},           {sit, false},
    {stand_up, false},   {place, true},          {displace, true},   {undo_join, true},      {undo_join, true},
    {exchange, true},    {merge_teams, true},    {split_team, true}, {found_by_staff, true}, {resize, true},
    {give_seat, true},   {take_seat_back, true}, {drop, false},      {come_back, false},     {come_back, false},
    {release, false},    {request, false},       {request, false},   {agree, false},         {grant, false},
    {wait, false},       {wait, false},          {wait, false},
};
enum { ACTS = sizeof acts / sizeof acts[0] };

// All but when a session was last seen.
static const char *dump(struct walk *walk) {
  struct text kept;
  text_init(&kept, walk->fixture->arena);
  for (const char *line = fixture_dump(walk->fixture); *line != '\0';) {
    size_t size = strcspn(line, "\n");
    if (strncmp(line, "sessions|", 9) != 0)
      text_add_n(&kept, line, size);
    line += size + (line[size] != '\0');
  }
  return text_get(&kept);
}

static void draw(struct walk *walk, bool is_repair) {
  walk->one = walk->people[chance(walk, PEOPLE)];
  walk->other = walk->people[chance(walk, PEOPLE)];
  walk->another = walk->team = any_of(walk, "select coalesce(max(id), 0) from teams");
  int64_t own = team_of(walk->fixture, walk->one);
  if (own > 0 && chance(walk, 2) != 0)
    walk->team = own;
  walk->dry = is_repair && chance(walk, 6) == 0 ? "?dry_run=true" : "";
}

static void check(struct walk *walk, unsigned act) {
  const struct fixture *fixture = walk->fixture;
  if (fixture->answer.status >= 500)
    fail_msg("seed %lu step %d act %u: %d %s", walk->seed, walk->step, act, fixture->answer.status,
             fixture->answer.body);
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (number(walk, rules[i].sql) != 0)
      fail_msg("seed %lu step %d act %u: %s", walk->seed, walk->step, act, rules[i].why);
  fixture_check(walk->fixture);
}

static void step(struct walk *walk) {
  unsigned act = chance(walk, ACTS);
  draw(walk, acts[act].is_repair);
  const char *before = walk->dry[0] != '\0' ? dump(walk) : NULL;
  acts[act].act(walk);
  check(walk, act);
  if (before != NULL && strcmp(before, dump(walk)) != 0)
    fail_msg("seed %lu step %d act %u: a dry run has changed the store", walk->seed, walk->step, act);
}

static void walk_from(unsigned long seed) {
  struct walk walk = {.random = seed * 7919 + 17, .seed = seed, .now = OPENS_AT + 4 * 3600};
  struct fixture *fixture = walk.fixture = sample_with("capacity: 20", "capacity: 3", "2023-08-28T17:00:00Z");
  walk.instructor = walk.staff = fixture_person(fixture, "Pat Doe", ROLE_INSTRUCTOR);
  for (size_t i = 0; i < PEOPLE; i++) {
    walk.people[i] = fixture_student(fixture, arena_format(fixture->arena, "Student %zu", i));
    fixture_card(fixture, walk.people[i], i % 2 ? "project" : "none", i % 3 ? "project" : "none", i % 4 == 0);
  }
  for (walk.step = 0; walk.step < STEPS; walk.step++)
    step(&walk);
  struct audit_verdict *verdicts = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, audit_verify(app_db(fixture->app), fixture->arena, &verdicts, &count));
  for (size_t i = 0; i < count; i++)
    assert_int_equal(0, verdicts[i].broken_at);
  fixture_free(fixture);
}

static void whatever_people_do_the_invariants_hold(void **state) {
  (void)state;
  const char *first = getenv("SEED"), *seeds = getenv("SEEDS");
  unsigned long from = first == NULL ? 1 : strtoul(first, NULL, 10);
  unsigned long count = seeds == NULL ? SEEDS : strtoul(seeds, NULL, 10);
  for (unsigned long seed = from; seed < from + count; seed++)
    walk_from(seed);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_people_do_the_invariants_hold)};
  return cmocka_run_group_tests_name("random_acts", tests, NULL, NULL);
}
