// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_orphans.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"
#include "server/milestones/syllabus_diff.h"
#include "server/milestones/syllabus_store.h"

enum { NAMES_MAX = 8 };

struct inspection {
  const struct act *act;
  const struct course_view *course;
  const struct course *was, *is;
  struct syllabus_counts counts;
  size_t faults;
};

static void fault(struct inspection *inspection, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void check_head(struct inspection *inspection);
static enum err check_cards(struct inspection *inspection);
static enum err check_levels(struct inspection *inspection);
static void check_tracks(struct inspection *inspection);
static void check_track(struct inspection *inspection, const struct track *was);
static bool has_team_track(const struct course *file);
static enum err check_fields(struct inspection *inspection);
static enum err check_field(struct inspection *inspection, const struct proposal_field *was);
static const char *stored_kind(const struct proposal_field *field);
static enum err check_milestones(struct inspection *inspection);
static enum err check_milestone(struct inspection *inspection, const struct milestone *was, bool is_there);
static const char *attached_words(struct arena *arena, const struct attached *rows, size_t count);
static const char *names_words(struct arena *arena, const char *const *names, size_t count);

enum err syllabus_check_orphans(const struct act *act, const struct course_view *was, const struct course_view *is) {
  struct inspection inspection = {.act = act, .course = was, .was = was->file, .is = is->file};
  enum err err = syllabus_store_counts(act, was->id, &inspection.counts);
  if (err != ERR_OK)
    return err;
  check_head(&inspection);
  check_tracks(&inspection);
  if ((err = check_cards(&inspection)) != ERR_OK || (err = check_fields(&inspection)) != ERR_OK ||
      (err = check_milestones(&inspection)) != ERR_OK || inspection.faults == 0)
    return err;
  return problem_raise(act->problem, PROBLEM_WOULD_ORPHAN,
                       "Nothing is changed: the file would cut off what is stored in the course, at %zu place%s. Put "
                       "back what is named, or first see to what stands on it.",
                       inspection.faults, inspection.faults == 1 ? "" : "s");
}

static void fault(struct inspection *inspection, const char *place, const char *format, ...) {
  va_list values;
  va_start(values, format);
  const char *words = arena_format_v(inspection->act->arena, format, values);
  va_end(values);
  inspection->faults++;
  (void)problem_field(inspection->act->problem, place, "%s", words);
}

static void check_head(struct inspection *inspection) {
  if (strcmp(inspection->course->slug, inspection->is->id) != 0)
    fault(inspection, "course.id",
          "is %s, which is another course: the id of this one, %s, is in everybody's links and stays for good",
          inspection->is->id, inspection->course->slug);
  if (strcmp(inspection->was->zone, inspection->is->zone) != 0 && inspection->counts.submissions > 0)
    fault(inspection, "course.timezone",
          "is %s instead of %s, which would move every date, and %" PRId64
          " submission%s handed in: from the first one on the zone stays",
          inspection->is->zone, inspection->was->zone, inspection->counts.submissions,
          inspection->counts.submissions == 1 ? " is" : "s are");
}

static void check_tracks(struct inspection *inspection) {
  for (size_t i = 0; i < inspection->was->track_count; i++)
    check_track(inspection, &inspection->was->tracks[i]);
  if (has_team_track(inspection->was) && !has_team_track(inspection->is) && inspection->counts.teams > 0)
    fault(inspection, "tracks", "has no track for teams any more, and there %s %" PRId64 " team%s",
          inspection->counts.teams == 1 ? "is" : "are", inspection->counts.teams,
          inspection->counts.teams == 1 ? "" : "s");
}

// Placements say "in a team" or "in a seat", so that only the track of seats can lose its people.
static void check_track(struct inspection *inspection, const struct track *was) {
  struct arena *arena = inspection->act->arena;
  const struct syllabus_counts *counts = &inspection->counts;
  int index = course_track(inspection->is, was->id);
  const struct track *is = index == NO_INDEX ? NULL : &inspection->is->tracks[index];
  int64_t taken = counts->seated + counts->offers;
  if (was->capacity == 0)
    return;
  if ((is == NULL || is->capacity == 0) && taken + counts->waiting > 0)
    fault(inspection, arena_format(arena, "tracks.%s", was->id),
          "is %s, and %" PRId64 " seated, %" PRId64 " offered a seat and %" PRId64
          " waiting for one would stand nowhere",
          is == NULL ? "gone" : "without seats", counts->seated, counts->offers, counts->waiting);
  else if (is != NULL && is->capacity > 0 && is->capacity < taken)
    fault(inspection, arena_format(arena, "tracks.%s.capacity", was->id),
          "is %d, and %" PRId64 " are seated and %" PRId64 " offered a seat: it may be %" PRId64 " or more",
          is->capacity, counts->seated, counts->offers, taken);
}

static bool has_team_track(const struct course *file) {
  bool has = false;
  for (size_t i = 0; i < file->track_count; i++)
    has = has || file->tracks[i].capacity == 0;
  return has;
}

static enum err check_cards(struct inspection *inspection) {
  enum err err = ERR_OK;
  for (int i = 0; err == ERR_OK && i < inspection->was->skill_count; i++) {
    const char *id = inspection->was->skills[i].id;
    int64_t people = 0;
    if (course_skill(inspection->is, id) != NO_INDEX)
      continue;
    err = syllabus_store_skill(inspection->act, inspection->course->id, id, &people);
    if (err == ERR_OK && people > 0)
      fault(inspection, arena_format(inspection->act->arena, "skills.kinds.%s", id),
            "is gone, and the info cards of %" PRId64 " student%s state it", people, people == 1 ? "" : "s");
  }
  return err == ERR_OK ? check_levels(inspection) : err;
}

// Cards keep a level by its place in the list.
static enum err check_levels(struct inspection *inspection) {
  const struct course *was = inspection->was, *is = inspection->is;
  int64_t people[LEVEL_MAX + 1];
  enum err err = syllabus_store_levels(inspection->act, inspection->course->id, people);
  for (int i = 0; err == ERR_OK && i < was->level_count; i++) {
    bool is_there = i < is->level_count && strcmp(was->levels[i].id, is->levels[i].id) == 0;
    if (!is_there && people[i] > 0)
      fault(inspection, arena_format(inspection->act->arena, "skills.levels.%s", was->levels[i].id),
            "is not level %d any more, and the info cards of %" PRId64
            " student%s state it: levels keep their ids and places; new ones come last",
            i, people[i], people[i] == 1 ? "" : "s");
  }
  return err;
}

static enum err check_fields(struct inspection *inspection) {
  const struct proposal_rules *was = &inspection->was->proposals;
  enum err err = ERR_OK;
  if (was->is_present && !inspection->is->proposals.is_present && inspection->counts.proposals > 0)
    fault(inspection, "proposals", "is gone, and %" PRId64 " team%s a proposal", inspection->counts.proposals,
          inspection->counts.proposals == 1 ? " has" : "s have");
  else
    for (size_t i = 0; err == ERR_OK && i < was->field_count; i++)
      err = check_field(inspection, &was->fields[i]);
  return err;
}

static enum err check_field(struct inspection *inspection, const struct proposal_field *was) {
  const struct proposal_rules *rules = &inspection->is->proposals;
  const struct proposal_field *is = NULL;
  for (size_t i = 0; i < rules->field_count; i++)
    if (strcmp(rules->fields[i].id, was->id) == 0)
      is = &rules->fields[i];
  bool is_per_member = is != NULL && is->kind == FIELD_PER_MEMBER;
  if (is != NULL && strcmp(stored_kind(was), stored_kind(is)) == 0 && (was->kind == FIELD_PER_MEMBER) == is_per_member)
    return ERR_OK;
  const struct stored_field field = {was->id, is == NULL ? NULL : stored_kind(is), is_per_member};
  const char **names = NULL;
  size_t count = 0;
  enum err err = syllabus_store_field(inspection->act, inspection->course->id, &field, &names, &count);
  if (err == ERR_OK && count > 0)
    fault(inspection, arena_format(inspection->act->arena, "proposals.fields.%s", was->id),
          "is %s, and the proposal%s of %zu team%s (%s) say%s something in it", is == NULL ? "gone" : "of another kind",
          count == 1 ? "" : "s", count, count == 1 ? "" : "s", names_words(inspection->act->arena, names, count),
          count == 1 ? "s" : "");
  return err;
}

// As server/proposals keeps it.
static const char *stored_kind(const struct proposal_field *field) {
  switch (field->kind) {
  case FIELD_TOPICS:
    return "topics";
  case FIELD_FILE:
    return "file";
  case FIELD_LINE:
  case FIELD_MARKDOWN:
  case FIELD_PER_MEMBER:
  case FIELD_STATEMENT:
    break;
  }
  return "text";
}

static enum err check_milestones(struct inspection *inspection) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < inspection->was->milestone_count; i++) {
    const struct milestone *was = &inspection->was->milestones[i];
    const struct milestone *is = syllabus_milestone(inspection->is, was->id);
    if (is == NULL || !syllabus_is_same_work(inspection->was, was, inspection->is, is))
      err = check_milestone(inspection, was, is != NULL);
  }
  return err;
}

static enum err check_milestone(struct inspection *inspection, const struct milestone *was, bool is_there) {
  struct arena *arena = inspection->act->arena;
  const char *place = arena_format(arena, "milestones.%s", was->id);
  const char *what = is_there ? "is of another kind or track" : "is gone";
  struct attached *rows = NULL;
  size_t count = 0;
  enum err err = syllabus_store_attached(inspection->act, inspection->course->id, was->id, &rows, &count);
  if (err == ERR_OK && count > 0)
    fault(inspection, place, "%s, and %s", what, attached_words(arena, rows, count));
  else if (err == ERR_OK && was->kind == MILESTONE_PROPOSAL && inspection->counts.proposals > 0)
    fault(inspection, place, "%s, and %" PRId64 " team%s begun a proposal", what, inspection->counts.proposals,
          inspection->counts.proposals == 1 ? " has" : "s have");
  return err;
}

// "3 submissions and 1 extension stand on it, of Descenders, Schedulers and 2 more".
static const char *attached_words(struct arena *arena, const struct attached *rows, size_t count) {
  static const char *const nouns[ATTACHED_KINDS] = {"submission",      "slot",      "booking",
                                                    "check-in record", "extension", "excusal"};
  size_t counts[ATTACHED_KINDS] = {0};
  const char **names = arena_array(arena, count, sizeof *names);
  size_t name_count = 0;
  for (size_t i = 0; i < count; i++) {
    counts[rows[i].kind]++;
    bool is_named = name_count > 0 && text_equal(names[name_count - 1], rows[i].holder);
    if (rows[i].holder != NULL && !is_named)
      names[name_count++] = rows[i].holder;
  }
  struct text words;
  text_init(&words, arena);
  for (size_t kind = 0; kind < ATTACHED_KINDS; kind++)
    if (counts[kind] > 0)
      text_add_format(&words, "%s%zu %s%s", words.size == 0 ? "" : ", ", counts[kind], nouns[kind],
                      counts[kind] == 1 ? "" : "s");
  text_add_format(&words, " stand%s on it", count == 1 ? "s" : "");
  if (name_count > 0)
    text_add_format(&words, ", of %s", names_words(arena, names, name_count));
  return text_get(&words);
}

static const char *names_words(struct arena *arena, const char *const *names, size_t count) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < count && i < NAMES_MAX; i++)
    text_add_format(&words, "%s%s", i == 0 ? "" : ", ", names[i]);
  if (count > NAMES_MAX)
    text_add_format(&words, " and %zu more", count - NAMES_MAX);
  return text_get(&words);
}
