// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_view.h"

#include <string.h>

#include "server/milestones/extension.h"
#include "server/milestones/penalty_store.h"

struct milestone_views {
  const struct course_view *course;
  int64_t now;
  const struct terms *shared; // by index in the course file
  const struct terms *own;    // of a student, else NULL
  const struct milestone_facts *facts;
  const struct penalty_current *costs;
  size_t cost_count;
  const struct milestone_counts *counts; // for staff, else NULL
};

static void write_ways(struct json *json, const struct milestone *milestone);
static void write_way(struct json *json, const struct hand_in *way);
static void write_you(struct json *json, const struct milestone_views *views, size_t index);
static void write_price(struct json *json, const struct terms *terms, int64_t now);
static void write_counts(struct json *json, const struct milestone_counts *counts);
static const struct penalty_current *cost_of(const struct milestone_views *views, const char *milestone);

static const char *const needs[] = {
    [NEED_NONE] = "none", [NEED_OPTIONAL] = "optional", [NEED_REQUIRED] = "required", NULL};

// clang-format off
static const struct answer_field way_fields[] = {
  {"files",          ANSWER_TEXT_LIST, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,  NULL, "Types of files that are taken; empty: none are"},
  {"max_size_bytes", ANSWER_INTEGER,   ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL,  NULL, "Of a file"},
  {"link",           ANSWER_CHOICE,    ANSWER_ALWAYS,    AUDIENCE_CALLER, needs, NULL, "Whether a link belongs to it"},
  {"link_use",       ANSWER_TEXT,      ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL,  NULL, "What the link leads to: \"video\""},
  {"code",           ANSWER_CHOICE,    ANSWER_ALWAYS,    AUDIENCE_CALLER, needs, NULL, "Whether a link to the code belongs to it"},
  {"reproduce",      ANSWER_FLAG,      ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL,  NULL, "Whether to say how to reproduce the results"},
  {"statement",      ANSWER_TEXT,      ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL,  NULL, "The statement to make: \"ai-use\""},
  {"slot",           ANSWER_TEXT,      ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL,  NULL, "A booked slot is enough: \"demo\""},
};
static const struct answer way_answer = {"HandInWay", NULL, false, way_fields, sizeof way_fields / sizeof *way_fields};
static const struct answer_field you_fields[] = {
  {"state",            ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_SELF, milestone_state_names, NULL, "Where you stand"},
  {"due",              ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_SELF, NULL, NULL, "Yours, all extensions counted"},
  {"closes",           ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_SELF, NULL, NULL, "Yours: after it work costs all points"},
  {"extended",         ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_SELF, NULL, NULL, "Whether you have more time than the course file says"},
  {"costs_now",        ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Points of 100 of what the work earns possible that handing in now costs you; while it is open"},
  {"costs_more_after", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "The last second at this price"},
  {"submission",       ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "The version that counts, once there is one"},
  {"version",          ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Its number among the versions, from 1"},
  {"handed_in_at",     ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "When it arrived"},
  {"cost",             ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Points that its lateness costs you"},
  {"waived",           ANSWER_FLAG,    ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Whether staff waived the cost"},
};
static const struct answer you_answer = {"MilestoneYou", NULL, false, you_fields, sizeof you_fields / sizeof *you_fields};
static const struct answer_field counts_fields[] = {
  {"all",           ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Registered teams, or seated students"},
  {"handed_in",     ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Those who have handed in"},
  {"not_handed_in", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Those who have not and are not excused"},
  {"late",          ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Of those handed in: late by what holds for the whole team"},
  {"excused",       ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Excused as a whole"},
};
static const struct answer counts_answer = {"MilestoneCounts", NULL, false, counts_fields, sizeof counts_fields / sizeof *counts_fields};
static const struct answer_field preview_fields[] = {
  {"yours",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Points that handing in now costs you"},
  {"most",   ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The most that it costs anyone of the team"},
  {"counts", ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether it would become the version that counts; else the costs are those of choosing it"},
  {"words",  ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The same as a sentence"},
};
static const struct answer preview_answer = {"CostPreview", NULL, false, preview_fields, sizeof preview_fields / sizeof *preview_fields};
static const struct answer_field milestone_fields[] = {
  {"id",                  ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Its id in the course file"},
  {"title",               ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Its title"},
  {"track",               ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "The id of its track"},
  {"kind",                ANSWER_CHOICE,  ANSWER_ALWAYS,    AUDIENCE_CALLER, milestone_kind_names, NULL, "What sort it is"},
  {"weight_hundredths",   ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Of the grade, in hundredths of a point: 250 is 2.5"},
  {"opens",               ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "From when on work is taken"},
  {"due",                 ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "For all alike: of a team, with its extensions; of staff, with everybody's"},
  {"closes",              ANSWER_INSTANT, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "Until when late work is taken, for all alike"},
  {"points_per_day",      ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "What each begun day of lateness costs, of 100"},
  {"grace_seconds",       ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL, "After the due, at no cost"},
  {"slot_length_seconds", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "Where there are slots to book"},
  {"hand_in",             ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &way_answer, "What is handed in, one of these ways; empty: nothing by this, or the proposal"},
  {"you",                 ANSWER_OBJECT,  ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL, &you_answer, "Of a student who asks"},
  {"preview",             ANSWER_OBJECT,  ANSWER_SOMETIMES, AUDIENCE_SELF,   NULL, &preview_answer, "What handing in now would cost and whether it would count, while that is possible; of one milestone only"},
  {"counts",              ANSWER_OBJECT,  ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, &counts_answer, "Who has handed in"},
};
const struct answer milestone_answer = {"Milestone", NULL, false, milestone_fields, sizeof milestone_fields / sizeof *milestone_fields};
// clang-format on

enum err milestone_views_load(const struct act *act, const struct course_view *course,
                              const struct milestone_views **out) {
  struct milestone_views *views = arena_alloc(act->arena, sizeof *views);
  *views = (struct milestone_views){.course = course, .now = act->now};
  struct penalty_current *costs = NULL;
  bool is_student = course->role == ROLE_STUDENT;
  enum err err = extension_shared_all(act, course, &(struct holder){.team = course->team}, &views->shared);
  if (err == ERR_OK && is_student)
    err = extension_terms_all(act, course, act->actor, &views->own);
  if (err == ERR_OK && is_student)
    err = milestone_facts_all(act, course, act->actor, &views->facts);
  if (err == ERR_OK && is_student)
    err = penalty_store_current(act, course->id, NULL, act->actor, &costs, &views->cost_count);
  if (err == ERR_OK && !is_student)
    err = milestone_counts_all(act, course, &views->counts);
  views->costs = costs;
  if (err == ERR_OK)
    *out = views;
  return err;
}

void milestone_view_write(struct json *json, const struct milestone_views *views, const struct milestone *milestone) {
  const struct course *file = views->course->file;
  size_t index = (size_t)(milestone - file->milestones);
  const struct terms *shared = &views->shared[index];
  json_text(json, "id", milestone->id);
  json_text(json, "title", milestone->title);
  json_text(json, "track", file->tracks[milestone->track].id);
  json_text(json, "kind", milestone_kind_names[milestone->kind]);
  json_int(json, "weight_hundredths", milestone->weight_hundredths);
  json_instant(json, "opens", shared->opens);
  json_instant(json, "due", shared->due);
  json_instant(json, "closes", shared->closes);
  json_int(json, "points_per_day", milestone->late->points_per_day);
  json_int(json, "grace_seconds", milestone->late->grace_seconds);
  if (milestone->slot_length.seconds != 0)
    json_int(json, "slot_length_seconds", milestone->slot_length.seconds);
  write_ways(json, milestone);
  if (views->own != NULL)
    write_you(json, views, index);
  if (views->counts != NULL)
    write_counts(json, &views->counts[index]);
}

static void write_ways(struct json *json, const struct milestone *milestone) {
  json_array_in(json, "hand_in");
  for (size_t i = 0; i < milestone->hand_in_count; i++)
    write_way(json, &milestone->hand_ins[i]);
  json_end(json);
}

static void write_way(struct json *json, const struct hand_in *way) {
  json_begin_object(json);
  json_array_in(json, "files");
  for (size_t i = 0; i < way->file_count; i++)
    json_text(json, NULL, way->files[i]);
  json_end(json);
  if (way->file_count > 0)
    json_int(json, "max_size_bytes", way->max_size_bytes);
  json_text(json, "link", needs[way->link]);
  if (way->link_use != NULL)
    json_text(json, "link_use", way->link_use);
  json_text(json, "code", needs[way->code]);
  json_flag(json, "reproduce", way->reproduce != NULL);
  if (way->statement != NULL)
    json_text(json, "statement", way->statement);
  if (way->slot != NULL)
    json_text(json, "slot", way->slot);
  json_end(json);
}

static void write_you(struct json *json, const struct milestone_views *views, size_t index) {
  const struct milestone *milestone = &views->course->file->milestones[index];
  const struct terms *own = &views->own[index];
  const struct milestone_facts *facts = &views->facts[index];
  const struct penalty_current *cost = cost_of(views, milestone->id);
  json_object_in(json, "you");
  json_text(json, "state", milestone_state_names[milestone_state_of(milestone, own, facts, views->now)]);
  json_instant(json, "due", own->due);
  json_instant(json, "closes", own->closes);
  json_flag(json, "extended", own->due > milestone->due);
  if (milestone_takes_work(milestone) && !facts->is_excused)
    write_price(json, own, views->now);
  if (facts->submission != 0) {
    json_int(json, "submission", facts->submission);
    json_int(json, "version", facts->version);
    json_instant(json, "handed_in_at", facts->submitted_at);
  }
  if (cost != NULL && cost->submission != 0) {
    json_int(json, "cost", cost->points);
    json_flag(json, "waived", cost->is_waived);
  }
  json_end(json);
}

static void write_price(struct json *json, const struct terms *terms, int64_t now) {
  enum timing timing = terms_timing(terms, now);
  if (timing == TIMING_NOT_OPEN || timing == TIMING_CLOSED)
    return;
  json_int(json, "costs_now", terms_points(terms, now));
  json_instant(json, "costs_more_after", terms_next_turn(terms, now));
}

static void write_counts(struct json *json, const struct milestone_counts *counts) {
  json_object_in(json, "counts");
  json_int(json, "all", counts->holders);
  json_int(json, "handed_in", counts->handed_in);
  json_int(json, "not_handed_in", counts->holders - counts->handed_in - counts->excused);
  json_int(json, "late", counts->late);
  json_int(json, "excused", counts->excused);
  json_end(json);
}

static const struct penalty_current *cost_of(const struct milestone_views *views, const char *milestone) {
  for (size_t i = 0; i < views->cost_count; i++)
    if (strcmp(views->costs[i].milestone, milestone) == 0)
      return &views->costs[i];
  return NULL;
}
