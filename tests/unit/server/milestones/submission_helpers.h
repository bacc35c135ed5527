// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of handing in share, on the sample course in a folder of its own (uploads need one): a
// registered team of two, a seated student, staff. Its due dates are in New York.
#pragma once

#include "tests/unit/server/teams/team_helpers.h"

#include <fcntl.h>

#include "server/backup_folder.h"

#define PDF "%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
// Of the final report, in UTC: opens 20 November 9:00, due 12 December 23:59, 5 minutes of grace, 10 points a day.
#define REPORT_OPENS INT64_C(1700488800)
#define REPORT_DUE INT64_C(1702443540)
#define REPORT_CLOSES (REPORT_DUE + 9 * INT64_C(86400))
#define GRACE INT64_C(300)
#define MILESTONES SAMPLE "/milestones/"

struct term {
  char folder[64];
  struct fixture *fixture;
  int64_t ann, bob, cyd; // a team; alone in a lab seat
  int64_t team;
  int64_t staff, instructor;
};

static inline void term_at(struct term *term, int64_t now) { fixture_at_anew(term->fixture, now); }

static inline int term_setup(void **state) {
  struct term *term = calloc(1, sizeof *term);
  assert_non_null(term);
  snprintf(term->folder, sizeof term->folder, "/tmp/tandem-test-submission-XXXXXX");
  assert_non_null(mkdtemp(term->folder));
  struct fixture *fixture = term->fixture = fixture_new_in(term->folder, SAMPLE_COURSE, INSIDE);
  term->instructor = fixture_person(fixture, "Ines Ray", ROLE_INSTRUCTOR);
  term->staff = fixture_person(fixture, "Tia Ray", ROLE_STAFF);
  term->ann = fixture_student(fixture, "Ann Ng");
  term->bob = fixture_student(fixture, "Bob Oh");
  term->cyd = fixture_student(fixture, "Cyd Poe");
  term->team = covered_team(fixture, term->ann, term->bob, "Descenders");
  take_seat(fixture, term->cyd);
  assert_in_range(register_team(fixture, term->ann, term->team, "{}"), 200, 204);
  term_at(term, REPORT_OPENS);
  *state = term;
  return 0;
}

static inline int term_teardown(void **state) {
  struct term *term = *state;
  fixture_free(term->fixture);
  assert_int_equal(ERR_OK, backup_folder_remove(AT_FDCWD, term->folder));
  free(term);
  return 0;
}

static inline int64_t upload(struct term *term, int64_t by, const char *name) {
  const char *content = strstr(name, ".pdf") != NULL ? PDF : "A few words that somebody has written down.\n";
  fixture_call(term->fixture, by, METHOD_POST, content, SAMPLE "/files?name=%s", name);
  fixture_expect(term->fixture, 201);
  return fixture_int(term->fixture, "id");
}

static inline int hand_in(struct term *term, int64_t by, const char *milestone, const char *body) {
  return fixture_call(term->fixture, by, METHOD_POST, body, MILESTONES "%s/submissions", milestone);
}

static inline int ask_cost(struct term *term, int64_t by, const char *milestone, const char *body) {
  return fixture_call(term->fixture, by, METHOD_POST, body, MILESTONES "%s/submissions?dry_run=true", milestone);
}

// All that the final report asks for.
static inline const char *report_body(struct term *term, int64_t by) {
  return arena_format(term->fixture->arena,
                      "{\"files\":[%lld],\"code\":\"https://example.edu/code\",\"reproduce\":\"make all\","
                      "\"statement\":\"none\"}",
                      (long long)upload(term, by, "report.pdf"));
}

// Hands the final report in at that instant; the new submission's number.
static inline int64_t report_at(struct term *term, int64_t by, int64_t at) {
  term_at(term, at);
  const char *body = report_body(term, by);
  hand_in(term, by, "final-report", body);
  fixture_expect(term->fixture, 200);
  return fixture_int(term->fixture, "submission.id");
}

static inline int show(struct term *term, int64_t by, int64_t submission) {
  return fixture_call(term->fixture, by, METHOD_GET, NULL, MILESTONES "final-report/submissions/%lld",
                      (long long)submission);
}

// The number of the version of the final report that counts, as its team sees it; 0: none.
static inline int64_t counting(struct term *term) {
  fixture_call(term->fixture, term->ann, METHOD_GET, NULL, MILESTONES "final-report/submissions");
  fixture_expect(term->fixture, 200);
  size_t index;
  json_t *one;
  int64_t version = 0;
  json_array_foreach(fixture_json(term->fixture, "submissions"), index, one) {
    if (json_is_true(json_object_get(one, "counts"))) {
      assert_int_equal(0, version);
      version = json_integer_value(json_object_get(one, "version"));
    }
  }
  return version;
}

static inline bool has_error(struct fixture *fixture, const char *field) {
  size_t index;
  json_t *one;
  json_array_foreach(fixture_json(fixture, "errors"), index, one) {
    if (strcmp(json_string_value(json_object_get(one, "field")), field) == 0)
      return true;
  }
  return false;
}

static inline int64_t count_rows(struct fixture *fixture, const char *sql) {
  int64_t rows = -1;
  assert_int_equal(db_get_int_values(app_db(fixture->app), &rows, sql, NULL, 0), ERR_OK);
  return rows;
}
