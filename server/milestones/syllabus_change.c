// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_change.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/course_change.h"
#include "server/db/audit.h"
#include "server/labs/lab_line.h"
#include "server/milestones/date_move_words.h"
#include "server/milestones/syllabus_notice.h"
#include "server/milestones/syllabus_orphans.h"
#include "server/milestones/syllabus_store.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_window.h"

enum { NOTES_MAX = 8, NAMES_MAX = 8 };

struct changing {
  const struct act *act;
  const struct course_view *course; // as it is
  struct course_view changed;       // as it becomes
  const struct syllabus_wish *wish;
  struct syllabus_plan *plan;
};

static enum err read_file(struct changing *changing, bool *is_same);
static enum err move_dates(struct changing *changing);
static enum err follow_rules(struct changing *changing);
static void note(struct changing *changing, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum err note_sizes(struct changing *changing);
static enum err recompute_coverage(struct changing *changing);
static enum err offer_seats(struct changing *changing);
static void note_windows(struct changing *changing);
static enum err end_requests(struct changing *changing);
static void note_requests(struct changing *changing);
static const char *why_confirm(const struct changing *changing);
static const char *words_of(const struct changing *changing);
static enum err store(struct changing *changing, struct course_library *library);
static const char *changes_json(const struct changing *changing, int64_t version);

enum err syllabus_change(const struct act *act, struct course_library *library, const struct course_view *course,
                         const struct syllabus_wish *wish, struct syllabus_plan *out) {
  *out = (struct syllabus_plan){.version = course->version,
                                .notes = arena_array(act->arena, NOTES_MAX, sizeof *out->notes)};
  struct changing changing = {.act = act, .course = course, .changed = *course, .wish = wish, .plan = out};
  bool is_same = false;
  enum err err = read_file(&changing, &is_same);
  if (err != ERR_OK || is_same)
    return err;
  if ((err = syllabus_check_orphans(act, course, &changing.changed)) != ERR_OK)
    return err;
  syllabus_compare(act, course, &changing.changed, &out->diff);
  if ((err = move_dates(&changing)) != ERR_OK || (err = follow_rules(&changing)) != ERR_OK ||
      (err = syllabus_tell(act, &changing.changed, out)) != ERR_OK)
    return err;
  out->why_confirm = why_confirm(&changing);
  out->words = words_of(&changing);
  if (wish->is_dry_run)
    return ERR_OK;
  if (out->why_confirm != NULL && !wish->is_confirmed)
    return problem_raise(act->problem, PROBLEM_CONFIRMATION_NEEDED,
                         "%s Nothing is changed yet: %s. Send it again with ?confirm=true if this is meant.",
                         out->words, out->why_confirm);
  return store(&changing, library);
}

// The course as it becomes lives in the act's arena: what is not committed does not get into the library.
static enum err read_file(struct changing *changing, bool *is_same) {
  const struct act *act = changing->act;
  const struct syllabus_wish *wish = changing->wish;
  struct syllabus_plan *plan = changing->plan;
  const char *text = NULL;
  if (course_file_read(act->arena, wish->text, wish->size, &plan->warnings, &changing->changed.file) != ERR_OK)
    return course_change_refuse(act, &plan->warnings);
  enum err err = course_change_text(act, changing->course->id, changing->course->version, &text);
  if (err != ERR_OK)
    return err;
  *is_same = strlen(text) == wish->size && memcmp(text, wish->text, wish->size) == 0;
  plan->is_changed = !*is_same;
  if (*is_same)
    plan->words = "This is the stored file: nothing changes.";
  return ERR_OK;
}

static enum err move_dates(struct changing *changing) {
  const struct act *act = changing->act;
  struct syllabus_plan *plan = changing->plan;
  const struct date_shift shift = {changing->course, &changing->changed};
  enum err err = ERR_OK;
  plan->moves = arena_array(act->arena, plan->diff.move_count, sizeof *plan->moves);
  for (size_t i = 0; err == ERR_OK && i < plan->diff.move_count; i++) {
    struct date_plan *move = &plan->moves[i];
    *move = (struct date_plan){.was = plan->diff.moves[i].was, .is = plan->diff.moves[i].is};
    if ((err = date_move_find_effects(act, &shift, move)) != ERR_OK)
      return err;
    move->why_confirm = date_move_why_confirm(act, move);
    move->words = date_move_words(act, &changing->changed, move);
  }
  return err;
}

static enum err follow_rules(struct changing *changing) {
  const struct act *act = changing->act;
  const struct team_rules *was = &changing->course->file->teams, *is = &changing->changed.file->teams;
  enum err err = course_change_agenda(act, changing->course->id, changing->course->file, changing->changed.file);
  if (err == ERR_OK && was->has_teams && was->closes != is->closes)
    err = team_window_moved(act, &changing->changed, was->closes);
  if (err == ERR_OK)
    err = note_sizes(changing);
  if (err == ERR_OK)
    err = recompute_coverage(changing);
  if (err == ERR_OK)
    err = offer_seats(changing);
  if (err == ERR_OK)
    note_windows(changing);
  return err == ERR_OK ? end_requests(changing) : err;
}

static void note(struct changing *changing, const char *format, ...) {
  va_list values;
  va_start(values, format);
  changing->plan->notes[changing->plan->note_count++] = arena_format_v(changing->act->arena, format, values);
  va_end(values);
}

static enum err note_sizes(struct changing *changing) {
  const struct team_rules *was = &changing->course->file->teams, *is = &changing->changed.file->teams;
  int64_t larger = 0;
  if (!is->has_teams || !was->has_teams || is->size_max >= was->size_max)
    return ERR_OK;
  enum err err = syllabus_store_larger(changing->act, changing->course->id, is->size_max, &larger);
  if (err == ERR_OK && larger > 0)
    note(changing, "%" PRId64 " team%s more than %d members: who is in one stays.", larger,
         larger == 1 ? " has" : "s have", is->size_max);
  return err;
}

// Whether or not the rule is another one: which skill is which may have changed too.
static enum err recompute_coverage(struct changing *changing) {
  const struct act *act = changing->act;
  struct syllabus_plan *plan = changing->plan;
  int64_t *teams = NULL;
  size_t count = 0;
  if (!changing->changed.file->teams.has_teams)
    return ERR_OK;
  enum err err = syllabus_store_registered(act, changing->course->id, &teams, &count);
  plan->gaps = arena_array(act->arena, count, sizeof *plan->gaps);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const char *opened = NULL;
    err = team_coverage_repaired(act, &changing->changed, teams[i], &opened);
    if (err == ERR_OK && opened != NULL)
      plan->gaps[plan->gap_count++] = (struct syllabus_gap){teams[i], opened};
  }
  if (plan->gap_count > 0)
    note(changing, "%zu registered team%s not cover the skills any more: each stays registered, and has a dated task.",
         plan->gap_count, plan->gap_count == 1 ? " does" : "s do");
  return err;
}

static enum err offer_seats(struct changing *changing) {
  const struct act *act = changing->act;
  int64_t course = changing->course->id;
  struct syllabus_counts before, after;
  if (course_lab_track(changing->changed.file) == NULL)
    return ERR_OK;
  enum err err = syllabus_store_counts(act, course, &before);
  if (err == ERR_OK)
    err = lab_line_offer(act, &changing->changed);
  if (err == ERR_OK)
    err = syllabus_store_counts(act, course, &after);
  if (err == ERR_OK && after.offers > before.offers)
    note(changing, "%" PRId64 " seat%s offered to the first in line.", after.offers - before.offers,
         after.offers - before.offers == 1 ? " is" : "s are");
  return err;
}

static void note_windows(struct changing *changing) {
  const struct team_rules *was = &changing->course->file->teams, *is = &changing->changed.file->teams;
  const struct track *lab_was = course_lab_track(changing->course->file),
                     *lab_is = course_lab_track(changing->changed.file);
  int64_t now = changing->act->now;
  if (was->has_teams && is->has_teams && was->closes < now && is->closes >= now)
    note(changing, "Team registration is open again: teams that are registered stay so, the others form again.");
  if (lab_was != NULL && lab_is != NULL && lab_was->decide_by != 0 && lab_was->decide_by < now &&
      lab_is->decide_by >= now)
    note(changing, "Lab seats can be asked for again: the line that had ended begins anew.");
}

// Nobody could grant them any more.
static enum err end_requests(struct changing *changing) {
  const struct act *act = changing->act;
  const struct course *was = changing->course->file;
  struct syllabus_plan *plan = changing->plan;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < was->milestone_count; i++) {
    struct petition_ended *ended = NULL;
    size_t count = 0;
    if (syllabus_milestone(changing->changed.file, was->milestones[i].id) != NULL)
      continue;
    err = petition_end_of_milestone(act, changing->course, was->milestones[i].id, &ended, &count);
    for (size_t k = 0; err == ERR_OK && k < count; k++) {
      plan->requests = arena_more(act->arena, plan->requests, plan->request_count, sizeof *plan->requests);
      plan->requests[plan->request_count++] = ended[k];
    }
  }
  if (err == ERR_OK && plan->request_count > 0)
    note_requests(changing);
  return err;
}

static void note_requests(struct changing *changing) {
  const struct syllabus_plan *plan = changing->plan;
  struct text names;
  text_init(&names, changing->act->arena);
  for (size_t i = 0; i < plan->request_count && i < NAMES_MAX; i++)
    text_add_format(&names, "%s%s", i == 0 ? "" : ", ", plan->requests[i].person_name);
  if (plan->request_count > NAMES_MAX)
    text_add_format(&names, " and %zu more", plan->request_count - NAMES_MAX);
  note(changing, "%zu open request%s for more time on what is removed %s declined: of %s.", plan->request_count,
       plan->request_count == 1 ? "" : "s", plan->request_count == 1 ? "is" : "are", text_get(&names));
}

static const char *why_confirm(const struct changing *changing) {
  const struct syllabus_plan *plan = changing->plan;
  struct text why;
  text_init(&why, changing->act->arena);
  if (plan->diff.why_confirm != NULL)
    text_add(&why, plan->diff.why_confirm);
  for (size_t i = 0; i < plan->diff.move_count; i++) {
    const struct date_plan *move = &plan->moves[i];
    bool is_dearer = false;
    for (size_t j = 0; j < move->cost_count; j++)
      is_dearer = is_dearer || move->costs[j].points_is > move->costs[j].points_was;
    const char *words = move->why_confirm != NULL ? move->why_confirm
                        : is_dearer               ? "what is handed in costs more"
                                                  : NULL;
    if (words != NULL)
      text_add_format(&why, "%s%s: %s", why.size == 0 ? "" : "; ", move->is->title, words);
  }
  return why.size == 0 ? NULL : text_get(&why);
}

static const char *words_of(const struct changing *changing) {
  const struct syllabus_plan *plan = changing->plan;
  struct text words;
  text_init(&words, changing->act->arena);
  for (size_t i = 0; i < plan->diff.count; i++)
    text_add_format(&words, "%s%s", words.size == 0 ? "" : " ", plan->diff.list[i].words);
  for (size_t i = 0; i < plan->diff.move_count; i++)
    text_add_format(&words, "%s%s", words.size == 0 ? "" : " ", plan->moves[i].words);
  for (size_t i = 0; i < plan->note_count; i++)
    text_add_format(&words, " %s", plan->notes[i]);
  if (words.size == 0)
    return "Only the text is another: what it says stays.";
  text_add_format(&words, " %" PRId64 " student%s told.", plan->told, plan->told == 1 ? " is" : "s are");
  return text_get(&words);
}

static enum err store(struct changing *changing, struct course_library *library) {
  const struct act *act = changing->act;
  struct syllabus_plan *plan = changing->plan;
  int64_t course = changing->course->id;
  enum err err =
      course_change_store(act, library, course, changing->wish->text, changing->changed.file, &plan->version);
  return err != ERR_OK
             ? err
             : audit_write(act, course, "course file changed",
                           arena_format(act->arena, "course %s", changing->course->slug),
                           arena_format(act->arena, "{\"syllabus_version\":%" PRId64 "}", changing->course->version),
                           changes_json(changing, plan->version));
}

// Of the file alone: what it does to people is in the ledger's own rows.
static const char *changes_json(const struct changing *changing, int64_t version) {
  const struct syllabus_plan *plan = changing->plan;
  struct json json;
  json_init(&json, changing->act->arena);
  json_begin_object(&json);
  json_int(&json, "syllabus_version", version);
  json_array_in(&json, "changes");
  for (size_t i = 0; i < plan->diff.count; i++)
    json_text(&json, NULL, plan->diff.list[i].words);
  json_end(&json);
  json_array_in(&json, "milestones");
  for (size_t i = 0; i < plan->diff.move_count; i++) {
    const struct milestone *is = plan->diff.moves[i].is;
    json_begin_object(&json);
    json_text(&json, "milestone", is->id);
    json_instant(&json, "opens", is->opens);
    json_instant(&json, "due", is->due);
    json_instant(&json, "closes", is->closes);
    json_end(&json);
  }
  json_end(&json);
  json_end(&json);
  return json_get(&json);
}
