// SPDX-License-Identifier: AGPL-3.0-or-later
// A course as its file states it, after reading and checking: plain, immutable data that lives in one arena and may be
// shared between threads. Who reads the file: course_file.h. What follows from it: calendar.h, coverage.h, lateness.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEVEL_MAX = 4, SKILL_MAX = 8, TEAM_SIZE_MAX = 50, NO_INDEX = -1 };

// A civil date or a length of time as written: days are civil (the zone's rule), seconds are exact. "-3d" is {-3, 0},
// "72h" is {0, 259200}.
struct span {
  int32_t days;
  int64_t seconds;
};

struct reminders {
  const struct span *students; // offsets from the due instant; negative is before
  size_t student_count;
  const struct span *staff;
  size_t staff_count;
};

struct level {
  const char *id;
  const char *title;
  const char *means; // what students read when they choose
};

struct named { // a skill kind, a topic
  const char *id;
  const char *title;
};

struct requirement { // at least `members` active members at `level` or above in `skill`
  int skill;         // index into skills
  int level;         // 0 to LEVEL_MAX
  int members;
};

enum gap_rule { GAP_WARN, GAP_BLOCK };

struct coverage_rule {
  const struct requirement *require;
  size_t require_count;
  bool is_distinct; // one person may not stand for two skills
  enum gap_rule gap;
};

struct team_rules {
  bool has_teams; // false when the file has no `teams`
  int size_min;
  int size_max;
  int64_t opens; // instants
  int64_t closes;
  struct reminders remind;
  struct span invitations_expire;
  struct coverage_rule coverage;
};

struct late_policy {
  int points_per_day; // of 100
  int64_t grace_seconds;
  bool has_closes_after;
  struct span closes_after;
};

struct track {
  const char *id;
  const char *title;
  int capacity;      // 0: no cap, done in teams; > 0: seats taken alone
  int64_t opens;     // 0 when not stated
  int64_t decide_by; // 0 when not stated
  struct span offer_expires;
  struct reminders remind;
};

enum field_kind { FIELD_LINE, FIELD_MARKDOWN, FIELD_TOPICS, FIELD_PER_MEMBER, FIELD_STATEMENT, FIELD_FILE };

struct proposal_field {
  const char *id;
  const char *title;
  enum field_kind kind;
  bool is_required;
  int64_t max;              // characters, topics, or bytes of a file
  const char *const *types; // of a file
  size_t type_count;
};

struct rubric_item { // what proposals are judged by
  const char *id;
  const char *title;
  int points;        // at most
  const char *means; // what earns them; NULL when not stated
};
enum { RUBRIC_MAX = 20, RUBRIC_POINTS_MAX = 100 };

struct proposal_rules {
  bool is_present;
  bool staff_decide; // else the instructor does
  struct span revise_within;
  const struct proposal_field *fields;
  size_t field_count;
  const struct rubric_item *rubric; // none: NULL and 0
  size_t rubric_count;
};

enum milestone_kind {
  MILESTONE_PROPOSAL,
  MILESTONE_CHECK_IN,
  MILESTONE_PRESENTATION,
  MILESTONE_REPORT,
  MILESTONE_ARTIFACT,
  MILESTONE_LAB,
};

enum need { NEED_NONE, NEED_OPTIONAL, NEED_REQUIRED };

// One way to hand something in; a milestone takes any one of its list.
struct hand_in {
  const char *const *files; // accepted types: pdf, zip, …
  size_t file_count;
  int64_t max_size_bytes;
  enum need link;
  const char *link_use; // "video" when the file says `link: video`
  enum need code;
  const char *reproduce; // "text" when how to reproduce is asked for
  const char *statement; // id of a statement field: "ai-use"
  const char *slot;      // "demo" when a slot is enough
};

struct milestone {
  const char *id;
  const char *title;
  int track; // index into tracks
  enum milestone_kind kind;
  int64_t weight_hundredths; // 2.5 is 250
  int64_t opens;
  int64_t due;
  int64_t closes;                 // computed by the rule of rules.md, Time and lateness
  const struct late_policy *late; // its own or the course's
  struct reminders remind;
  struct span slot_length; // zero when there are no slots
  const struct hand_in *hand_ins;
  size_t hand_in_count;
};

struct component {
  const char *id;
  const char *title;
  int64_t weight_hundredths;
  const int *tracks; // `one_of`: indices into tracks
  size_t track_count;
};

struct letter {
  const char *name;
  int64_t from_hundredths;
};

struct drop_lowest {
  const char *component;
  int percent;
};

struct id_set {          // one way for an auditor to take part fully
  const int *milestones; // indices into milestones
  size_t count;
};

struct day { // a civil day
  int year, month, day;
};

struct course {
  const char *id;
  const char *title;
  const char *zone; // IANA name, canonical as written
  struct day starts, ends;
  int64_t starts_at, ends_at; // first second of the first day, last second of the last
  const struct day *holidays;
  size_t holiday_count;
  struct {
    int64_t starts, ends; // 0 when not stated
    const char *use;
  } exam_slot;

  struct level levels[LEVEL_MAX + 1];
  int level_count;
  struct named skills[SKILL_MAX];
  int skill_count;
  struct {
    bool is_present;
    bool any_of[SKILL_MAX];
    int level;
  } expected;

  const struct named *topics;
  size_t topic_count;

  struct {
    int64_t due; // 0 when the file has no info card
    struct reminders remind;
  } info_card;
  struct team_rules teams;
  struct late_policy late;
  const struct track *tracks;
  size_t track_count;
  struct proposal_rules proposals;
  const struct milestone *milestones; // in the file's order
  size_t milestone_count;

  const struct component *components;
  size_t component_count;
  const struct drop_lowest *drops;
  size_t drop_count;
  const struct letter *letters; // from the best down
  size_t letter_count;
  struct {
    bool requires_approval;
    const struct id_set *one_of;
    size_t one_of_count;
  } audit;

  // Every instant at which the clock alone changes what somebody may do or see (openings, dues, closings), ascending:
  // for ETags.
  const int64_t *turning_points;
  size_t turning_point_count;
};

// The index of an id, or NO_INDEX.
int course_skill(const struct course *course, const char *id);
int course_level(const struct course *course, const char *id);
int course_topic(const struct course *course, const char *id);
int course_track(const struct course *course, const char *id);
// The track whose places are capped seats, or NULL; the reader allows one.
const struct track *course_lab_track(const struct course *course);
// How many turning points are at or before `at`.
size_t course_turns_passed(const struct course *course, int64_t at);
