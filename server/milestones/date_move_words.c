// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move_words.h"

#include <string.h>

#include "common/base/text.h"
#include "server/milestones/milestone_notice.h"
#include "server/outbound/outbox.h"

enum { NAMES_MAX = 20, DATES = 3 };

struct date {
  const char *noun, *verb;
  int64_t was, is;
};

static void dates_of(const struct date_plan *plan, struct date out[static DATES]);
static void add_why(struct text *out, const char *noun, const char *clause);
static void add_holders(const struct date_plan *plan, struct text *out);
static void add_open(const struct date_plan *plan, struct text *out);
static void add_reminders(const struct act *act, const struct course_view *course, const struct date_plan *plan,
                          struct text *out);
static const char *reminders_words(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone);
static const char *subject_words(const struct act *act, const struct course_view *course,
                                 const struct extension_change *change);
static const char *message_words(const struct act *act, const struct course_view *course,
                                 const struct extension_change *change, const char *reason);

static const char *const effect_words[] = {[DATE_BECOMES_LATE] = "becomes late",
                                           [DATE_DEARER] = "becomes dearer",
                                           [DATE_CHEAPER] = "becomes cheaper",
                                           [DATE_NO_LONGER_LATE] = "is no longer late"};
static const char *const timing_words[] = {
    [TIMING_NOT_OPEN] = "not open", [TIMING_ON_TIME] = "open", [TIMING_LATE] = "late", [TIMING_CLOSED] = "closed"};

const char *date_move_why_confirm(const struct act *act, const struct date_plan *plan) {
  struct text why;
  text_init(&why, act->arena);
  struct date dates[DATES];
  dates_of(plan, dates);
  for (size_t i = 0; i < DATES; i++)
    date_move_add_why(act, dates[i].noun, dates[i].was, dates[i].is, &why);
  if (plan->was->opens <= act->now && plan->is->opens > act->now)
    add_why(&why, "the opening", "had passed, so that it closes again until then");
  const char *words = text_get(&why);
  return words[0] == '\0' ? NULL : words;
}

void date_move_add_why(const struct act *act, const char *noun, int64_t was, int64_t is, struct text *why) {
  if (was == is)
    return;
  if (is < was)
    add_why(why, noun, "moves earlier");
  if (date_move_is_near(act, is))
    add_why(why, noun, "falls within 48 hours from now");
  else if (date_move_is_near(act, was))
    add_why(why, noun, "was within 48 hours from now");
}

bool date_move_is_near(const struct act *act, int64_t at) {
  return at >= act->now && at - act->now <= DATE_MOVE_NEAR_SECONDS;
}

const char *date_move_words(const struct act *act, const struct course_view *course, const struct date_plan *plan) {
  struct text words;
  text_init(&words, act->arena);
  struct date dates[DATES];
  dates_of(plan, dates);
  bool is_moved = false;
  for (size_t i = 0; i < DATES; i++) {
    if (dates[i].was == dates[i].is)
      continue;
    text_add_format(&words, "%s %s %s instead of %s",
                    is_moved ? "; it" : arena_format(act->arena, "%s: it", plan->is->title), dates[i].verb,
                    course_instant_words(course, act->arena, dates[i].is),
                    course_instant_words(course, act->arena, dates[i].was));
    is_moved = true;
  }
  if (!is_moved)
    text_add_format(&words, "No date of %s changes", plan->is->title);
  text_add(&words, ".");
  add_holders(plan, &words);
  add_open(plan, &words);
  add_reminders(act, course, plan, &words);
  size_t told = 0;
  for (size_t i = 0; i < plan->done.change_count; i++)
    told += date_move_is_news(act, plan, &plan->done.changes[i]) ? 1 : 0;
  text_add_format(&words, " It concerns %zu student%s, of whom %zu %s told.", plan->done.change_count,
                  plan->done.change_count == 1 ? "" : "s", told, told == 1 ? "is" : "are");
  return text_get(&words);
}

bool date_move_is_news(const struct act *act, const struct date_plan *plan, const struct extension_change *change) {
  int64_t last = change->was.closes > change->is.closes ? change->was.closes : change->is.closes;
  return !plan->is_silent && (act->now <= last || change->points_was != change->points_is);
}

enum err date_move_tell(const struct act *act, const struct course_view *course, const struct date_plan *plan,
                        const char *reason) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < plan->done.change_count; i++) { // of one milestone: a change a person
    const struct extension_change *change = &plan->done.changes[i];
    if (!date_move_is_news(act, plan, change))
      continue;
    err = outbox_put(act, &(struct message){.course = course->id,
                                            .person = change->person,
                                            .kind = "dates moved",
                                            .subject = subject_words(act, course, change),
                                            .words = message_words(act, course, change, reason),
                                            .act_by = change->is.due > act->now ? change->is.due : change->is.closes,
                                            .link = arena_format(act->arena, "/courses/%s/milestones/%s", course->slug,
                                                                 change->milestone->id)});
  }
  return err;
}

void date_move_add_change(const struct act *act, const struct course_view *course,
                          const struct extension_change *change, struct text *words) {
  text_add(words, change->milestone->title);
  if (change->was.opens != change->is.opens)
    text_add_format(words, " now opens %s (before: %s);", course_instant_words(course, act->arena, change->is.opens),
                    course_instant_words(course, act->arena, change->was.opens));
  text_add_format(words, " is %sdue %s", change->was.due == change->is.due ? "still " : "now ",
                  course_instant_words(course, act->arena, change->is.due));
  if (change->was.due != change->is.due)
    text_add_format(words, " (before: %s)", course_instant_words(course, act->arena, change->was.due));
  if (milestone_takes_work(change->milestone))
    text_add_format(words, "; late work is taken until %s",
                    course_instant_words(course, act->arena, change->is.closes));
  text_add(words, ".");
  if (change->points_was != change->points_is)
    text_add_format(words, " What you handed in costs %d point%s for lateness instead of %d.", change->points_is,
                    change->points_is == 1 ? "" : "s", change->points_was);
}

static void dates_of(const struct date_plan *plan, struct date out[static DATES]) {
  out[0] = (struct date){"the opening", "opens", plan->was->opens, plan->is->opens};
  out[1] = (struct date){"the due", "is due", plan->was->due, plan->is->due};
  out[2] = (struct date){"the closing", "closes", plan->was->closes, plan->is->closes};
}

static void add_why(struct text *out, const char *noun, const char *clause) {
  text_add_format(out, "%s%s %s", text_get(out)[0] == '\0' ? "" : ", ", noun, clause);
}

static void add_holders(const struct date_plan *plan, struct text *out) {
  for (int effect = DATE_BECOMES_LATE; effect <= DATE_NO_LONGER_LATE; effect++) {
    size_t count = 0;
    for (size_t i = 0; i < plan->holder_count; i++) {
      const struct date_holder *holder = &plan->holders[i];
      if ((int)holder->effect != effect || ++count > NAMES_MAX)
        continue;
      if (count == 1)
        text_add_format(out, " What was handed in %s for ", effect_words[effect]);
      text_add_format(out, "%s%s (%d points instead of %d)", count == 1 ? "" : ", ", holder->name, holder->points_is,
                      holder->points_was);
    }
    if (count > NAMES_MAX)
      text_add_format(out, " and %zu more", count - NAMES_MAX);
    if (count > 0)
      text_add(out, ".");
  }
}

static void add_open(const struct date_plan *plan, struct text *out) {
  for (size_t i = 0; i < plan->open_count && i < NAMES_MAX; i++)
    text_add_format(out, "%s%s (%s instead of %s)",
                    i == 0 ? " Nothing is handed in, and the state changes, for " : ", ", plan->open[i].name,
                    timing_words[plan->open[i].is], timing_words[plan->open[i].was]);
  if (plan->open_count > NAMES_MAX)
    text_add_format(out, " and %zu more", plan->open_count - NAMES_MAX);
  if (plan->open_count > 0)
    text_add(out, ".");
}

// By the file's due: who has more time hears theirs later (rules.md, Reminders and tasks).
static void add_reminders(const struct act *act, const struct course_view *course, const struct date_plan *plan,
                          struct text *out) {
  const char *was = reminders_words(act, course, plan->was), *is = reminders_words(act, course, plan->is);
  if (strcmp(was, is) != 0)
    text_add_format(out, " Who is not done is reminded %s instead of %s.", is, was);
}

// Of those still to come.
static const char *reminders_words(const struct act *act, const struct course_view *course,
                                   const struct milestone *milestone) {
  struct text words;
  text_init(&words, act->arena);
  for (size_t i = 0; i < milestone->remind.student_count; i++) {
    int64_t at = course_add(course, milestone->due, milestone->remind.students[i]);
    if (at > act->now)
      text_add_format(&words, "%s%s", words.size == 0 ? "" : ", ", course_instant_words(course, act->arena, at));
  }
  return words.size == 0 ? "no more" : text_get(&words);
}

// What a phone shows is enough to know what moved, and to when.
static const char *subject_words(const struct act *act, const struct course_view *course,
                                 const struct extension_change *change) {
  const struct milestone *milestone = change->milestone;
  const char *title = milestone_title_words(course, milestone->id);
  return change->was.due == change->is.due ? arena_format(act->arena, "%s: its dates have changed", title)
                                           : arena_format(act->arena, "%s: now due %s", title,
                                                          course_instant_words(course, act->arena, change->is.due));
}

static const char *message_words(const struct act *act, const struct course_view *course,
                                 const struct extension_change *change, const char *reason) {
  struct text words;
  text_init(&words, act->arena);
  text_add_format(&words, "%s: ", course->file->title);
  date_move_add_change(act, course, change, &words);
  text_add_format(&words, " The staff write: %s", text_quotation(act->arena, reason));
  return text_get(&words);
}
