// SPDX-License-Identifier: AGPL-3.0-or-later
// seed DATA_DIR LIST_DIR COURSE_FILE INSTANT JOIN_TEAMS
// Fills a new store through the application's own functions and writes the request lists that tests/bench/load.c sends:
// reads of full teams, reads of teams with a gap, joins (three parts for one connection, three for many), lab seats.
// With no JOIN_TEAMS it is a class of 270, for reads alone.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/accounts/session.h"
#include "server/app.h"
#include "server/courses/enrolment.h"
#include "server/local_call.h"
#include "server/teams/card.h"
#include "server/teams/invitation.h"
#include "server/teams/invitation_answer.h"
#include "server/teams/team_edit.h"

enum {
  FULL_TEAMS = 50, // read by all of their members
  GAP_TEAMS = 10,
  SEEKERS = 30, // whom a read of a team with a gap counts
  SEAT_STUDENTS = 3000,
  INVITED_A_TEAM = 3, // with the contact: the sample course's largest team
  JOIN_PARTS = 3,
  SHARE_FOR_MANY = 4, // of five joins, so many are for the run with many connections
  COMMIT_EVERY = 500, // students a transaction
};

struct student {
  int64_t id;
  char token[TOKEN_TEXT_BYTES];
};

struct seeding {
  struct app *app;
  struct clock clock;
  struct arena *arena; // until the end
  struct arena *work;  // of one step
  const char *lists;
  struct course_view course;
  int64_t students;
};

struct join {
  int64_t invitation;
  struct student student;
};

static void make_course(struct seeding *seeding, const char *file);
static void make_read_teams(struct seeding *seeding, const char *list, size_t count, bool is_covered);
static void make_seekers(struct seeding *seeding);
static void make_joins(struct seeding *seeding, size_t teams);
static void write_joins(struct seeding *seeding, const struct join *joins, size_t from, size_t to, const char *name,
                        int part);
static void make_seats(struct seeding *seeding);
static struct act act_of(struct seeding *seeding, int64_t actor, struct problem *problem);
static struct student make_student(struct seeding *seeding);
static void put_card(struct seeding *seeding, int64_t student, const char *ml, const char *systems, bool is_seeking);
static int64_t found_team(struct seeding *seeding, int64_t contact, const char *word, size_t number);
static int64_t invite(struct seeding *seeding, int64_t team, int64_t contact, int64_t student);
static void begin(struct seeding *seeding);
static void commit(struct seeding *seeding);
static void must(enum err err, const struct problem *problem, const char *what);
static FILE *open_list(struct seeding *seeding, const char *name);
static void close_list(FILE *list);
static void shuffle(struct join *joins, size_t count);

int main(int argc, char **argv) {
  int64_t now = 0, teams = 0;
  if (argc != 6 || !instant_parse(argv[4], &now) || !int64_parse(argv[5], &teams) || teams < 0 || teams > 100000) {
    fprintf(stderr, "usage: seed DATA_DIR LIST_DIR COURSE_FILE INSTANT JOIN_TEAMS\n");
    return 2;
  }
  struct seeding seeding = {.clock = clock_fixed(now), .arena = arena_new(), .work = arena_new(), .lists = argv[2]};
  struct app_options options = {.data_dir = argv[1], .clock = &seeding.clock, .has_cheap_passwords = true};
  must(app_open(&options, &seeding.app), NULL, "opening the store");
  make_course(&seeding, argv[3]);
  begin(&seeding);
  make_read_teams(&seeding, "reads", FULL_TEAMS, true);
  make_read_teams(&seeding, "reads-gap", GAP_TEAMS, false);
  make_seekers(&seeding);
  if (teams > 0) {
    make_joins(&seeding, (size_t)teams);
    make_seats(&seeding);
  }
  // What the seeding told people is not to be delivered while something else is measured.
  must(db_exec(app_db(seeding.app), "update outbox set sent_at = at, outcome = 'sent'"), NULL, "settling messages");
  commit(&seeding);
  must(db_checkpoint(app_db(seeding.app), true), NULL, "checkpoint");
  printf("students=%lld teams=%lld joins=%lld\n", (long long)seeding.students,
         (long long)(teams + FULL_TEAMS + GAP_TEAMS), (long long)(teams * INVITED_A_TEAM));
  app_close(seeding.app);
  arena_free(seeding.work);
  arena_free(seeding.arena);
  return 0;
}

static void make_course(struct seeding *seeding, const char *file) {
  char text[256 * 1024];
  FILE *stream = fopen(file, "rb");
  size_t size = stream == NULL ? 0 : fread(text, 1, sizeof text, stream);
  if (stream == NULL || size == 0 || size == sizeof text) {
    fprintf(stderr, "seed: %s cannot be read\n", file);
    exit(3);
  }
  fclose(stream);
  struct local_answer answer;
  local_call(seeding->app, seeding->arena,
             &(struct local_call){.method = METHOD_POST,
                                  .target = "/api/v1/courses",
                                  .content_type = "application/yaml",
                                  .body = text,
                                  .size = size,
                                  .is_operator = true},
             &answer);
  if (answer.status != 201) {
    fprintf(stderr, "seed: the course was refused: %s\n", answer.body);
    exit(3);
  }
  struct problem problem;
  struct act act = act_of(seeding, 0, &problem);
  act.arena = seeding->arena;
  const struct course_view *view = NULL;
  must(course_open(&act, app_services(seeding->app)->library, 1, &view), &problem, "opening the course");
  seeding->course = *view;
  seeding->course.role = ROLE_STUDENT;
}

// Four members who have filled in their cards: with all skills, or with nobody for Systems.
static void make_read_teams(struct seeding *seeding, const char *list, size_t count, bool is_covered) {
  FILE *reads = open_list(seeding, list);
  for (size_t i = 0; i < count; i++) {
    struct student members[INVITED_A_TEAM + 1];
    for (size_t j = 0; j <= INVITED_A_TEAM; j++) {
      members[j] = make_student(seeding);
      put_card(seeding, members[j].id, j == 0 ? "project" : "course", is_covered && j == 1 ? "project" : "novice",
               false);
    }
    int64_t team = found_team(seeding, members[0].id, is_covered ? "Covered" : "Gap", i);
    for (size_t j = 1; j <= INVITED_A_TEAM; j++) {
      int64_t invitation = invite(seeding, team, members[0].id, members[j].id);
      struct problem problem;
      struct act act = act_of(seeding, members[j].id, &problem);
      must(invitation_accept(&act, &seeding->course, invitation, &team), &problem, "accepting");
    }
    for (size_t j = 0; j <= INVITED_A_TEAM; j++)
      fprintf(reads, "GET /api/v1/courses/%s/teams/%lld %s\n", seeding->course.slug, (long long)team, members[j].token);
  }
  close_list(reads);
}

static void make_seekers(struct seeding *seeding) {
  for (size_t i = 0; i < SEEKERS; i++)
    put_card(seeding, make_student(seeding).id, i % 2 == 0 ? "project" : "novice", i % 3 == 0 ? "project" : "course",
             true);
}

static void make_joins(struct seeding *seeding, size_t teams) {
  size_t count = teams * INVITED_A_TEAM;
  struct join *joins = calloc(count, sizeof *joins);
  if (joins == NULL)
    abort();
  for (size_t i = 0; i < teams; i++) {
    int64_t contact = make_student(seeding).id;
    int64_t team = found_team(seeding, contact, "Joined", i);
    for (size_t j = 0; j < INVITED_A_TEAM; j++) {
      struct student student = make_student(seeding);
      joins[i * INVITED_A_TEAM + j] = (struct join){invite(seeding, team, contact, student.id), student};
    }
  }
  shuffle(joins, count); // so that the joins of a team lie far apart, as they would in a class
  size_t for_many = count * SHARE_FOR_MANY / (SHARE_FOR_MANY + 1);
  for (int part = 0; part < JOIN_PARTS; part++) {
    size_t at = (size_t)part, rest = count - for_many;
    write_joins(seeding, joins, for_many * at / JOIN_PARTS, for_many * (at + 1) / JOIN_PARTS, "joins-many", part + 1);
    write_joins(seeding, joins, for_many + rest * at / JOIN_PARTS, for_many + rest * (at + 1) / JOIN_PARTS, "joins-one",
                part + 1);
  }
  free(joins);
}

static void write_joins(struct seeding *seeding, const struct join *joins, size_t from, size_t to, const char *name,
                        int part) {
  FILE *list = open_list(seeding, arena_format(seeding->arena, "%s.%d", name, part));
  for (size_t i = from; i < to; i++)
    fprintf(list, "POST /api/v1/courses/%s/invitations/%lld/acceptance %s\n", seeding->course.slug,
            (long long)joins[i].invitation, joins[i].student.token);
  close_list(list);
}

static void make_seats(struct seeding *seeding) {
  FILE *list = open_list(seeding, "seats");
  for (size_t i = 0; i < SEAT_STUDENTS; i++)
    fprintf(list, "PUT /api/v1/courses/%s/labs/seat %s {\"leave_team\":false}\n", seeding->course.slug,
            make_student(seeding).token);
  close_list(list);
}

static struct act act_of(struct seeding *seeding, int64_t actor, struct problem *problem) {
  problem_init(problem, seeding->work);
  return (struct act){.db = app_db(seeding->app),
                      .arena = seeding->work,
                      .now = clock_now(&seeding->clock),
                      .actor = actor,
                      .cause = actor == 0 ? "bench" : NULL,
                      .problem = problem};
}

static struct student make_student(struct seeding *seeding) {
  if (++seeding->students % COMMIT_EVERY == 0) {
    commit(seeding);
    begin(seeding);
  }
  arena_reset(seeding->work);
  struct problem problem;
  struct act act = act_of(seeding, 0, &problem);
  const char *name = arena_format(seeding->work, "Student Number %lld", (long long)seeding->students);
  const char *address = arena_format(seeding->work, "student%lld@example.edu", (long long)seeding->students);
  struct enrolment_terms terms = {.role = ROLE_STUDENT, .credit = CREDIT_CREDIT};
  struct student student = {0};
  struct session_opened session = {0};
  bool changed = false;
  must(person_create(&act, name, address, &student.id), &problem, "creating a person");
  must(enrolment_put(&act, app_services(seeding->app), &seeding->course, student.id, &terms, &changed), &problem,
       "enrolling");
  must(session_open(&act, student.id, NULL, &session), &problem, "opening a session");
  memcpy(student.token, session.token, sizeof student.token);
  return student;
}

static void put_card(struct seeding *seeding, int64_t student, const char *ml, const char *systems, bool is_seeking) {
  struct card_skill_input skills[] = {{"ml", ml, "What I did with it in a course"},
                                      {"systems", systems, "What I built with others"}};
  struct card_input input = {.skills = {skills, sizeof skills / sizeof *skills},
                             .availability = "Tuesday and Thursday evenings",
                             .about = "I like to measure things.",
                             .is_seeking = is_seeking};
  struct problem problem;
  struct act act = act_of(seeding, student, &problem);
  must(card_put(&act, &seeding->course, &input), &problem, "filling in a card");
}

static int64_t found_team(struct seeding *seeding, int64_t contact, const char *word, size_t number) {
  struct problem problem;
  struct act act = act_of(seeding, contact, &problem);
  int64_t team = 0;
  must(team_found(&act, &seeding->course, arena_format(seeding->work, "Team %s %zu", word, number),
                  "People who like to measure", &team),
       &problem, "founding a team");
  return team;
}

static int64_t invite(struct seeding *seeding, int64_t team, int64_t contact, int64_t student) {
  struct problem problem;
  struct act act = act_of(seeding, contact, &problem);
  int64_t invitation = 0;
  must(invitation_make(&act, &seeding->course, team, NULL, student, "", &invitation), &problem, "inviting");
  return invitation;
}

static void begin(struct seeding *seeding) { must(db_begin_write(app_db(seeding->app)), NULL, "begin"); }

static void commit(struct seeding *seeding) { must(db_commit(app_db(seeding->app)), NULL, "commit"); }

static void must(enum err err, const struct problem *problem, const char *what) {
  if (err == ERR_OK)
    return;
  fprintf(stderr, "seed: %s: %s: %s\n", what, err_name(err),
          problem != NULL && problem->detail != NULL ? problem->detail : "");
  exit(3);
}

static FILE *open_list(struct seeding *seeding, const char *name) {
  const char *path = arena_format(seeding->arena, "%s/%s.txt", seeding->lists, name);
  FILE *list = fopen(path, "w");
  if (list == NULL) {
    fprintf(stderr, "seed: %s: %m\n", path);
    exit(3);
  }
  return list;
}

static void close_list(FILE *list) {
  if (fclose(list) != 0) {
    fprintf(stderr, "seed: a list cannot be written: %m\n");
    exit(3);
  }
}

// The same order every time: xorshift64 from a fixed state.
static void shuffle(struct join *joins, size_t count) {
  uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = count - 1; i > 0; i--) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    size_t j = (size_t)(state % (i + 1));
    struct join swapped = joins[i];
    joins[i] = joins[j];
    joins[j] = swapped;
  }
}
