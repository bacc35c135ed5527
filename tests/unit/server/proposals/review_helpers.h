// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of judging proposals share: a submitted proposal, decisions, and what the team gets to see.
#pragma once

#include "tests/unit/server/courses/petition_helpers.h"
#include "tests/unit/server/proposals/proposal_helpers.h"

#define SUBMITTED_AT INT64_C(1694700000) // 2023-09-14T14:00:00Z
#define APPROVE "{\"verdict\":\"approve\"}"
#define CONDITIONS "{\"verdict\":\"approve with conditions\",\"comment\":\"Drop the second metric.\"}"
#define CHANGES                                                                                                        \
  "{\"verdict\":\"request changes\",\"comment\":\"Nearly there.\",\"changes\":[{\"field\":\"hypothesis\",\"text\":"    \
  "\"Name a threshold.\"},{\"text\":\"Say who runs it.\"}]}"
#define DECLINE_PROPOSAL "{\"verdict\":\"decline\",\"comment\":\"It cannot be refuted.\"}"
#define RECOMMEND "{\"verdict\":\"recommend approve\",\"comment\":\"A fine plan.\"}"
#define AS_RECOMMENDED "{\"verdict\":\"as recommended\"}"

static inline struct class judged_class(struct fixture *fixture) {
  struct class class = class_of(fixture);
  register_team(class.fixture, class.ann, class.team, "{}");
  fixture_expect(class.fixture, 200);
  fill_in(&class);
  fixture_at_seconds(fixture, SUBMITTED_AT);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  return class;
}

static inline struct class submitted_class(void) { return judged_class(sample_at(INSIDE)); }

// Another registered team of the class with a submitted proposal; its contact is returned.
static inline int64_t another_submitted(struct class *class, const char *name, int64_t at) {
  struct class other = *class;
  int64_t now = clock_now(&class->fixture->clock);
  fixture_at(class->fixture, INSIDE);
  other.ann = fixture_student(class->fixture, arena_format(class->fixture->arena, "Ana %s", name));
  other.bob = fixture_student(class->fixture, arena_format(class->fixture->arena, "Ben %s", name));
  other.team = covered_team(class->fixture, other.ann, other.bob, name);
  register_team(class->fixture, other.ann, other.team, "{}");
  fixture_expect(class->fixture, 200);
  fill_in(&other);
  fixture_at_seconds(class->fixture, at);
  submit_proposal(&other, other.ann, "");
  fixture_expect(class->fixture, 200);
  fixture_at_seconds(class->fixture, now);
  return other.team;
}

static inline int judge(struct class *class, int64_t person, const char *body) {
  return fixture_call(class->fixture, person, METHOD_POST, body, SAMPLE "/teams/%lld/proposal/decisions",
                      (long long)class->team);
}

static inline int64_t judged(struct class *class, int64_t person, const char *body) {
  judge(class, person, body);
  fixture_expect(class->fixture, 201);
  return fixture_int(class->fixture, "id");
}

static inline int take_back(struct class *class, int64_t person, int64_t decision) {
  return fixture_call(class->fixture, person, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/proposal/decisions/%lld",
                      (long long)class->team, (long long)decision);
}

static inline int reopen(struct class *class, int64_t person, const char *body) {
  return fixture_call(class->fixture, person, METHOD_POST, body, SAMPLE "/teams/%lld/proposal/reopenings",
                      (long long)class->team);
}
#define REASON "{\"reason\":\"A mistake of ours.\"}"

// GET …/proposal/WHAT.
static inline int show_of(struct class *class, int64_t person, const char *what) {
  return fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal%s", (long long)class->team,
                      what);
}

// Lets the ten minutes pass, so that the team is told.
static inline void told(struct class *class) {
  fixture_at_seconds(class->fixture, clock_now(&class->fixture->clock) + PROPOSAL_TAKE_BACK_SECONDS + 2);
  fixture_run_duties(class->fixture);
}

static inline const char *stands(struct class *class, int64_t reader) {
  show_proposal(class, reader);
  fixture_expect(class->fixture, 200);
  return fixture_text(class->fixture, "state");
}

static inline int answer_change(struct class *class, int64_t person, int64_t change) {
  return fixture_call(class->fixture, person, METHOD_PUT, "{\"text\":\"We did.\"}",
                      SAMPLE "/teams/%lld/proposal/changes/%lld/answer", (long long)class->team, (long long)change);
}

// Answers all that is requested.
static inline void answer_all(struct class *class) {
  show_of(class, class->ann, "/changes");
  int64_t ids[8];
  size_t count = json_array_size(fixture_json(class->fixture, "changes"));
  assert_in_range(count, 0, 8);
  for (size_t i = 0; i < count; i++)
    ids[i] = fixture_int(class->fixture, arena_format(class->fixture->arena, "changes.%zu.id", i));
  for (size_t i = 0; i < count; i++) {
    answer_change(class, class->bob, ids[i]);
    fixture_expect(class->fixture, 200);
  }
}

// Everything that a member of the team can read of it, in one text.
static inline const char *seen_by(struct class *class, int64_t person) {
  static const char *const parts[] = {"", "/decisions", "/changes", "/comments", "/versions"};
  struct fixture *fixture = class->fixture;
  const char *all = "";
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    show_of(class, person, parts[i]);
    fixture_expect(fixture, 200);
    all = arena_format(fixture->arena, "%s\n%s", all, fixture->answer.body);
  }
  const char *const others[] = {SAMPLE "/tasks", SAMPLE "/milestones", "/api/v1/me/messages",
                                arena_format(fixture->arena, SAMPLE "/teams/%lld", (long long)class->team)};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    fixture_call(fixture, person, METHOD_GET, NULL, "%s", others[i]);
    fixture_expect(fixture, 200);
    all = arena_format(fixture->arena, "%s\n%s", all, fixture->answer.body);
  }
  return all;
}
