// SPDX-License-Identifier: AGPL-3.0-or-later
// The application for tests: a store in memory with the real migrations, the real routes and access checks, a clock
// that the test sets, and the messages that people got. Requests go through local_call; nothing here knows a rule.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/secret.h"
#include "server/app.h"
#include "server/courses/enrolment.h"
#include "server/local_call.h"

#define SAMPLE_COURSE "config/cs8803-smr.yaml"
#define SAMPLE "/api/v1/courses/cs8803-smr-2023fa"

enum { FIXTURE_PEOPLE_MAX = 512 };

struct fixture {
  struct app *app;
  struct clock clock;
  struct arena *arena;                               // until the fixture ends
  int64_t course;                                    // id of the course made last
  char tokens[FIXTURE_PEOPLE_MAX][TOKEN_TEXT_BYTES]; // by person id; "" when there is none
  struct local_answer answer;                        // of the last call
  json_t *json;                                      // the last answer parsed, or NULL; owned here
};

// The clock stands at `now` ("2023-09-05T14:00:00Z" is inside the sample's windows). The course file is created by the
// operator.
struct fixture *fixture_new(const char *course_file, const char *now);
// As above, with the file's text, for courses that a test makes up.
struct fixture *fixture_new_text(const char *course_text, const char *now);
void fixture_free(struct fixture *fixture);
// The fixture in a file, so that other processes or threads can open it too. DIR must exist.
struct fixture *fixture_new_in(const char *data_dir, const char *course_file, const char *now);

void fixture_at(struct fixture *fixture, const char *now); // sets the clock
void fixture_at_seconds(struct fixture *fixture, int64_t now);
void fixture_at_anew(struct fixture *fixture, int64_t now); // everybody is signed in anew: a session lasts a month
// Runs what the agenda has for now (2 s after its instant); returns how many.
size_t fixture_run_duties(struct fixture *fixture);

// A person with this name and NAME@example.edu (spaces to dots, lower case), enrolled and signed in; returns the id.
int64_t fixture_person(struct fixture *fixture, const char *name, enum role role);
int64_t fixture_student(struct fixture *fixture, const char *name);
// Changes the enrolment's credit and approval.
void fixture_auditor(struct fixture *fixture, int64_t person, bool is_approved);
void fixture_confidential(struct fixture *fixture, int64_t person);
void fixture_drop(struct fixture *fixture, int64_t person);
// PUTs an info card with two levels ("none" … "research"), by ids of the sample course.
void fixture_card(struct fixture *fixture, int64_t person, const char *ml, const char *systems, bool is_seeking);

// A request by a person (0: nobody; -1: the operator); returns the status. `body` is JSON or NULL. The target is a
// format.
int fixture_call(struct fixture *fixture, int64_t person, enum method method, const char *body, const char *target, ...)
    __attribute__((format(printf, 5, 6)));
// Any other call, as above: the answer becomes the fixture's, held against its row (answer_check.h).
int fixture_send(struct fixture *fixture, int64_t person, const struct local_call *call);
// The `code` of the last answer, or "".
const char *fixture_code(const struct fixture *fixture);
// Members of the last answer by a path such as "you.state" or "members.0.name": text, or NULL; integer, or -1; whether
// it is there.
const char *fixture_text(const struct fixture *fixture, const char *path);
int64_t fixture_int(const struct fixture *fixture, const char *path);
json_t *fixture_json(const struct fixture *fixture, const char *path);
// How many messages of this kind the person has got ("" for any); and the newest one's words, "" if none.
size_t fixture_messages(struct fixture *fixture, int64_t person, const char *kind);
const char *fixture_last_words(struct fixture *fixture, int64_t person);
const char *fixture_dump(struct fixture *fixture);
// Fails the test when an invariant of rules.md does not hold: seats + offers over capacity, a person placed twice, a
// member of a team that is full beyond its size, a contact who is no member, an open entry in the line for somebody
// seated.
void fixture_check(struct fixture *fixture);

// assert_int_equal(status) with the answer's body in the message when it differs.
#define fixture_expect(fixture, status) fixture_expect_at((fixture), (status), __FILE__, __LINE__)
void fixture_expect_at(struct fixture *fixture, int status, const char *file, int line);
#define fixture_refused(fixture, status, code) fixture_refused_at((fixture), (status), (code), __FILE__, __LINE__)
void fixture_refused_at(struct fixture *fixture, int status, const char *code, const char *file, int line);
