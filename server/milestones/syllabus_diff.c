// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_diff.h"

#include <string.h>

#include "server/milestones/syllabus_comparison.h"

static void compare_head(struct syllabus_comparison *comparison);
static void compare_skills(struct syllabus_comparison *comparison);
static void compare_named(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                          const struct named *was, size_t was_count, const struct named *is, size_t is_count);
static void compare_levels(struct syllabus_comparison *comparison);
static void compare_card(struct syllabus_comparison *comparison);
static void compare_teams(struct syllabus_comparison *comparison);
static const char *coverage_rule_words(struct arena *arena, const struct course *file, bool by_id);
static void compare_tracks(struct syllabus_comparison *comparison);
static void compare_track(struct syllabus_comparison *comparison, const struct track *was, const struct track *is);
static const char *days_words(struct arena *arena, const struct day *days, size_t count);

void syllabus_compare(const struct act *act, const struct course_view *was, const struct course_view *is,
                      struct syllabus_diff *out) {
  struct syllabus_comparison comparison = {.act = act, .was = was, .is = is};
  text_init(&comparison.why, act->arena);
  compare_head(&comparison);
  compare_skills(&comparison);
  compare_named(&comparison, (struct syllabus_place){"topics", NULL, SYLLABUS_NOBODY}, "The topic", was->file->topics,
                was->file->topic_count, is->file->topics, is->file->topic_count);
  compare_card(&comparison);
  compare_teams(&comparison);
  if (!syllabus_same_policy(&was->file->late, &is->file->late))
    syllabus_add(&comparison, (struct syllabus_place){"late_policy", NULL, SYLLABUS_EVERYBODY},
                 "Lateness costs %s instead of %s, where a milestone does not state its own.",
                 syllabus_policy_words(act->arena, &is->file->late),
                 syllabus_policy_words(act->arena, &was->file->late));
  compare_tracks(&comparison);
  syllabus_compare_proposals(&comparison);
  syllabus_compare_milestones(&comparison);
  syllabus_compare_grading(&comparison);
  *out = (struct syllabus_diff){.list = comparison.list,
                                .count = comparison.count,
                                .moves = comparison.moves,
                                .move_count = comparison.move_count,
                                .why_confirm = comparison.why.size == 0 ? NULL : text_get(&comparison.why)};
}

const struct milestone *syllabus_milestone(const struct course *file, const char *id) {
  for (size_t i = 0; i < file->milestone_count; i++)
    if (strcmp(file->milestones[i].id, id) == 0)
      return &file->milestones[i];
  return NULL;
}

bool syllabus_is_same_work(const struct course *was_file, const struct milestone *was, const struct course *is_file,
                           const struct milestone *is) {
  const struct track *before = &was_file->tracks[was->track], *after = &is_file->tracks[is->track];
  return was->kind == is->kind && strcmp(before->id, after->id) == 0 &&
         (before->capacity == 0) == (after->capacity == 0);
}

static void compare_head(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  struct arena *arena = comparison->act->arena;
  const struct syllabus_place place = {"course", NULL, SYLLABUS_NOBODY};
  syllabus_add_text(comparison, place, "The course's title", was->title, is->title);
  if (strcmp(was->zone, is->zone) != 0)
    syllabus_add(comparison, (struct syllabus_place){"course", "timezone", SYLLABUS_EVERYBODY},
                 "Dates are in the time zone %s instead of %s.", is->zone, was->zone);
  const struct day term_was[] = {was->starts, was->ends}, term_is[] = {is->starts, is->ends};
  syllabus_add_text(comparison, place, "The term, first and last day,", days_words(arena, term_was, 2),
                    days_words(arena, term_is, 2));
  syllabus_add_text(comparison, place, "The list of holidays", days_words(arena, was->holidays, was->holiday_count),
                    days_words(arena, is->holidays, is->holiday_count));
  const struct syllabus_place slot = {"course", "exam_slot", SYLLABUS_EVERYBODY};
  syllabus_add_date(comparison, slot, &(struct syllabus_dated){"The exam slot", "begins", "the exam slot", false},
                    was->exam_slot.starts, is->exam_slot.starts);
  syllabus_add_date(comparison, slot, &(struct syllabus_dated){"The exam slot", "ends", "the exam slot's end", false},
                    was->exam_slot.ends, is->exam_slot.ends);
  syllabus_add_text(comparison, slot, "The use of the exam slot", was->exam_slot.use, is->exam_slot.use);
}

static void compare_skills(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  compare_named(comparison, (struct syllabus_place){"skills", NULL, SYLLABUS_NOBODY}, "The skill", was->skills,
                (size_t)was->skill_count, is->skills, (size_t)is->skill_count);
  compare_levels(comparison);
  bool is_other =
      was->expected.is_present != is->expected.is_present ||
      (is->expected.is_present && !text_equal(was->levels[was->expected.level].id, is->levels[is->expected.level].id));
  for (int i = 0; i < is->skill_count && is->expected.is_present; i++) {
    int before = course_skill(was, is->skills[i].id);
    is_other = is_other || (before != NO_INDEX && was->expected.any_of[before]) != is->expected.any_of[i];
  }
  if (is_other)
    syllabus_add(comparison, (struct syllabus_place){"skills", "expected", SYLLABUS_NOBODY},
                 "The background that is expected is another one.");
}

static void compare_named(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                          const struct named *was, size_t was_count, const struct named *is, size_t is_count) {
  for (size_t i = 0; i < is_count; i++) {
    size_t j = 0;
    while (j < was_count && strcmp(was[j].id, is[i].id) != 0)
      j++;
    place.subject = is[i].id;
    if (j == was_count)
      syllabus_add(comparison, place, "%s \"%s\" is new.", noun, is[i].title);
    else
      syllabus_add_text(comparison, place, arena_format(comparison->act->arena, "%s %s", noun, is[i].id), was[j].title,
                        is[i].title);
  }
  for (size_t i = 0; i < was_count; i++) {
    size_t j = 0;
    while (j < is_count && strcmp(was[i].id, is[j].id) != 0)
      j++;
    place.subject = was[i].id;
    if (j == is_count)
      syllabus_add(comparison, place, "%s \"%s\" is gone.", noun, was[i].title);
  }
}

static void compare_levels(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  for (int i = 0; i < is->level_count; i++) {
    const struct level *before = &was->levels[i], *after = &is->levels[i];
    const struct syllabus_place place = {"skills", after->id, SYLLABUS_NOBODY};
    if (i >= was->level_count)
      syllabus_add(comparison, place, "Level %d, \"%s\", is new.", i, after->title);
    else if (strcmp(before->id, after->id) != 0 || strcmp(before->title, after->title) != 0)
      syllabus_add(comparison, place, "Level %d is %s, \"%s\", instead of %s, \"%s\".", i, after->id, after->title,
                   before->id, before->title);
    else if (strcmp(before->means, after->means) != 0)
      syllabus_add(comparison, place, "What level %d, \"%s\", means is put in other words.", i, after->title);
  }
  for (int i = is->level_count; i < was->level_count; i++)
    syllabus_add(comparison, (struct syllabus_place){"skills", was->levels[i].id, SYLLABUS_NOBODY},
                 "Level %d, \"%s\", is gone.", i, was->levels[i].title);
}

static void compare_card(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  const struct syllabus_place place = {"info_card", NULL, SYLLABUS_CARDLESS};
  syllabus_add_date(comparison, place,
                    &(struct syllabus_dated){"The info card", "is due", "the due of the info card", false},
                    was->info_card.due, is->info_card.due);
  syllabus_add_reminders(comparison, place, "the info card", &was->info_card.remind, &is->info_card.remind);
}

static void compare_teams(struct syllabus_comparison *comparison) {
  const struct team_rules *was = &comparison->was->file->teams, *is = &comparison->is->file->teams;
  struct arena *arena = comparison->act->arena;
  struct syllabus_place place = {"teams", NULL, SYLLABUS_UNREGISTERED};
  if (was->has_teams != is->has_teams) {
    syllabus_add(comparison, place, is->has_teams ? "There are teams now." : "There are no teams any more.");
    return;
  }
  if (!is->has_teams)
    return;
  if (was->size_min != is->size_min || was->size_max != is->size_max)
    syllabus_add(comparison, place, "A team has %d to %d members instead of %d to %d.", is->size_min, is->size_max,
                 was->size_min, was->size_max);
  place.subject = "registration";
  syllabus_add_date(comparison, place,
                    &(struct syllabus_dated){"Team registration", "opens", "the opening of team registration", true},
                    was->opens, is->opens);
  syllabus_add_date(comparison, place,
                    &(struct syllabus_dated){"Team registration", "closes", "the close of team registration", false},
                    was->closes, is->closes);
  syllabus_add_reminders(comparison, place, "team registration", &was->remind, &is->remind);
  place.subject = "invitations";
  syllabus_add_span(comparison, place, "The time to answer an invitation", was->invitations_expire,
                    is->invitations_expire);
  place.subject = "coverage";
  place.audience = SYLLABUS_TEAM_TRACK;
  // A skill that only has another title is the same one.
  const struct course *before = comparison->was->file, *after = comparison->is->file;
  if (strcmp(coverage_rule_words(arena, before, true), coverage_rule_words(arena, after, true)) != 0)
    syllabus_add_text(comparison, place, "The rule of which skills a team needs",
                      coverage_rule_words(arena, before, false), coverage_rule_words(arena, after, false));
}

static const char *coverage_rule_words(struct arena *arena, const struct course *file, bool by_id) {
  const struct coverage_rule *rule = &file->teams.coverage;
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < rule->require_count; i++) {
    const struct named *skill = &file->skills[rule->require[i].skill];
    const struct level *level = &file->levels[rule->require[i].level];
    text_add_format(&words, "%s%d at %s level %s or above", i == 0 ? "" : ", ", rule->require[i].members,
                    by_id ? skill->id : skill->title, by_id ? level->id : level->title);
  }
  if (rule->require_count == 0)
    return "none";
  if (rule->is_distinct)
    text_add(&words, ", each another member");
  text_add(&words, rule->gap == GAP_BLOCK ? ", or it cannot register" : ", or it says how it closes the gap");
  return text_get(&words);
}

static void compare_tracks(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  for (size_t i = 0; i < is->track_count; i++) {
    int before = course_track(was, is->tracks[i].id);
    if (before == NO_INDEX)
      syllabus_add(comparison, (struct syllabus_place){"tracks", is->tracks[i].id, SYLLABUS_EVERYBODY},
                   "The track \"%s\" is new.", is->tracks[i].title);
    else
      compare_track(comparison, &was->tracks[before], &is->tracks[i]);
  }
  for (size_t i = 0; i < was->track_count; i++)
    if (course_track(is, was->tracks[i].id) == NO_INDEX)
      syllabus_add(comparison, (struct syllabus_place){"tracks", was->tracks[i].id, SYLLABUS_EVERYBODY},
                   "The track \"%s\" is gone.", was->tracks[i].title);
}

static void compare_track(struct syllabus_comparison *comparison, const struct track *was, const struct track *is) {
  struct arena *arena = comparison->act->arena;
  struct syllabus_place place = {"tracks", is->id, SYLLABUS_NOBODY};
  syllabus_add_text(comparison, place, arena_format(arena, "The title of the track %s", is->id), was->title, is->title);
  place.audience = SYLLABUS_LAB_LINE;
  syllabus_add_number(comparison, place, arena_format(arena, "The number of seats in %s", is->title), was->capacity,
                      is->capacity);
  const char *seats = arena_format(arena, "The choice of a seat in %s", is->title);
  syllabus_add_date(comparison, place, &(struct syllabus_dated){seats, "opens", "the opening of the lab seats", true},
                    was->opens, is->opens);
  syllabus_add_date(comparison, place,
                    &(struct syllabus_dated){seats, "ends", "the end of the line for lab seats", false}, was->decide_by,
                    is->decide_by);
  syllabus_add_span(comparison, place, arena_format(arena, "The time to take an offered seat in %s", is->title),
                    was->offer_expires, is->offer_expires);
  syllabus_add_reminders(comparison, place, is->title, &was->remind, &is->remind);
}

static const char *days_words(struct arena *arena, const struct day *days, size_t count) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < count; i++)
    text_add_format(&words, "%s%04d-%02d-%02d", i == 0 ? "" : ", ", days[i].year, days[i].month, days[i].day);
  return count == 0 ? NULL : text_get(&words);
}
