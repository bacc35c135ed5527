// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/course_reminders.h"

#include <string.h>

#include "server/db/agenda.h"
#include "server/outbound/outbox.h"
#include "server/reminders/fold.h"
#include "server/reminders/plan_words.h"
#include "server/reminders/planner.h"

// A run that comes so late is a catch-up: its mail leaves now, not at the instant that it was for.
// How far a course is handled is kept with the heartbeat unless the course changed meanwhile; of one that never rests
// the writer keeps it, so that a restart has little to look through again.
enum { CATCH_UP_SECONDS = 60, LAG_SECONDS = 300 };

struct sending {
  const struct act *act;
  const struct plan *plan;
  int64_t course;
  int64_t until;
};

static enum err find_course(const struct act *act, int64_t course, struct ledger_course *out);
static enum err begin(const struct act *act, const struct ledger_course *course);
static enum err set_daily_mail(const struct act *act, const struct course_view *course);
static enum err is_daily_mail_set(const struct act *act, const struct course_view *course, bool *out);
static enum err send_all(const struct act *act, const struct course_view *course, const struct ledger_course *known,
                         int64_t until, int64_t *next);
static enum err send_person(const struct sending *sending, const struct fold_person *person);
static size_t useful_ones(const struct sending *sending, const struct fold_person *person, const struct reminder **out);
static size_t add_until_now(const struct sending *sending, const struct fold_person *person,
                            const struct reminder **out, size_t count);
static size_t add_ahead(const struct sending *sending, const struct fold_person *person, const struct reminder **out,
                        size_t count);
static bool is_missed(const struct sending *sending, const struct reminder *reminder);
static const char *missed_words(const struct sending *sending, const struct reminder *reminder);
static enum err send_one(const struct sending *sending, const struct reminder *reminder);
static enum err skip_one(const struct sending *sending, const struct reminder *reminder, const char *why);
static enum err stale_ones(const struct plan *plan, int64_t course, struct ledger_row **out, size_t *count);
static enum err withdraw_stale(const struct plan *plan, int64_t course);
static struct ledger_row row_of(const struct reminder *reminder);

enum err course_reminders_look(const struct act *act, const struct services *services, int64_t course,
                               struct course_outlook *out) {
  struct ledger_course known;
  const struct course_view *view = NULL;
  struct plan plan;
  enum err err = find_course(act, course, &known);
  if (err != ERR_OK)
    return err;
  struct course_outlook outlook = {.is_sound = true,
                                   .has_due = known.planned_until == 0,
                                   .until = act->now - PLANNER_DELAY_SECONDS,
                                   .next = INT64_MAX,
                                   .counter = known.counter};
  if (known.is_live && !outlook.has_due) {
    if ((err = course_open(act, services->library, course, &view)) != ERR_OK ||
        (err = plan_load(act, view, &plan)) != ERR_OK)
      return err;
    struct plan_list list;
    struct ledger_row *stale = NULL;
    size_t stale_count = 0;
    bool is_set = false;
    plan_between(&plan, known.planned_until, outlook.until, &list);
    if ((err = stale_ones(&plan, course, &stale, &stale_count)) != ERR_OK ||
        (err = is_daily_mail_set(act, view, &is_set)) != ERR_OK)
      return err;
    outlook.has_due = list.count > 0 || stale_count > 0 || !is_set || outlook.until - known.planned_until > LAG_SECONDS;
    outlook.next = list.next;
  }
  *out = outlook;
  return ERR_OK;
}

enum err course_reminders_send(const struct act *act, const struct services *services, int64_t course, int64_t until,
                               struct course_outlook *outlook) {
  struct ledger_course known;
  const struct course_view *view = NULL;
  enum err err = find_course(act, course, &known);
  if (err != ERR_OK)
    return err;
  outlook->counter = known.counter;
  if (known.planned_until == 0)
    return begin(act, &known);
  if (until <= known.planned_until)
    return ERR_OK;
  if (!known.is_live)
    return ledger_store_plan(act, course, until);
  if ((err = course_open(act, services->library, course, &view)) != ERR_OK ||
      (err = set_daily_mail(act, view)) != ERR_OK)
    return err;
  return send_all(act, view, &known, until, &outlook->next);
}

enum err course_reminders_keep(struct db *db, const struct course_handled *handled) {
  return ledger_store_keep(db, handled->course, handled->until, handled->counter);
}

static enum err find_course(const struct act *act, int64_t course, struct ledger_course *out) {
  struct ledger_course *list = NULL;
  size_t count = 0;
  enum err err = ledger_store_courses(act->db, act->arena, course, &list, &count);
  if (err == ERR_OK && count == 0)
    return ERR_NOT_FOUND;
  if (err == ERR_OK)
    *out = list[0];
  return err;
}

// A store from before there were reminders: nothing of the past is said.
static enum err begin(const struct act *act, const struct ledger_course *course) {
  return ledger_store_plan(act, course->course, act->now - PLANNER_DELAY_SECONDS);
}

// Again with each run: the course's zone may have been changed.
static enum err set_daily_mail(const struct act *act, const struct course_view *course) {
  struct calendar *calendar = NULL;
  enum err err = calendar_open(act->arena, course->file->zone, &calendar);
  return err == ERR_OK ? agenda_set_unless_due(act->db, AGENDA_DAILY_MAIL, course->id, 0,
                                               fold_daily_mail(calendar, act->now), act->now)
                       : err;
}

static enum err is_daily_mail_set(const struct act *act, const struct course_view *course, bool *out) {
  struct calendar *calendar = NULL;
  int64_t at = 0;
  enum err err = calendar_open(act->arena, course->file->zone, &calendar);
  if (err == ERR_OK)
    err = agenda_get(act->db, AGENDA_DAILY_MAIL, course->id, 0, &at);
  // One that has come is its duty's.
  *out = err == ERR_OK && at != 0 && (at <= act->now || at == fold_daily_mail(calendar, act->now));
  return err;
}

static enum err send_all(const struct act *act, const struct course_view *course, const struct ledger_course *known,
                         int64_t until, int64_t *next) {
  struct plan plan;
  struct plan_list list, ahead;
  struct ledger_row *rows = NULL;
  size_t row_count = 0, count = 0;
  enum err err = plan_load(act, course, &plan);
  if (err == ERR_OK)
    err = withdraw_stale(&plan, course->id);
  if (err != ERR_OK)
    return err;
  plan_between(&plan, known->planned_until, until, &list);
  *next = list.next;
  if (list.count == 0)
    return ledger_store_plan(act, course->id, until);
  // Together with those of the coming hour; who has none due now gets none of them.
  plan_between(&plan, known->planned_until, act->now + FOLD_SECONDS, &ahead);
  struct ledger_span span = {.from = known->planned_until, .to = act->now + FOLD_SECONDS};
  if ((err = ledger_store_list(act, course->id, &span, &rows, &row_count)) != ERR_OK)
    return err;
  struct fold_person *people = NULL;
  fold_people(act->arena, &ahead, &(struct fold_told){rows, row_count}, &people, &count);
  struct sending sending = {act, &plan, course->id, until};
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = send_person(&sending, &people[i]);
  return err == ERR_OK ? ledger_store_plan(act, course->id, until) : err;
}

static enum err send_person(const struct sending *sending, const struct fold_person *person) {
  const struct reminder **list = arena_array(sending->act->arena, person->count, sizeof *list);
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < person->count && person->items[i]->at <= sending->until; i++)
    if (is_missed(sending, person->items[i]))
      err = skip_one(sending, person->items[i], missed_words(sending, person->items[i]));
  size_t count = useful_ones(sending, person, list);
  if (err != ERR_OK || count == 0)
    return err;
  // A catch-up goes from duty to duty: what fell due after this one's end is judged when those before it have run.
  bool is_on_the_way = sending->act->now - sending->until > CATCH_UP_SECONDS;
  size_t known = is_on_the_way ? add_until_now(sending, person, list, count) : 0;
  if (!is_on_the_way)
    known = count = add_ahead(sending, person, list, count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = fold_is_said_later(list, i, known)
              ? skip_one(sending, list[i], "a later one of the same subject left with the same mail")
              : send_one(sending, list[i]);
  return err;
}

static size_t useful_ones(const struct sending *sending, const struct fold_person *person,
                          const struct reminder **out) {
  size_t count = 0;
  for (size_t i = 0; i < person->count && person->items[i]->at <= sending->until; i++)
    if (!is_missed(sending, person->items[i]))
      out[count++] = person->items[i];
  return count;
}

static size_t add_until_now(const struct sending *sending, const struct fold_person *person,
                            const struct reminder **out, size_t count) {
  for (size_t i = 0; i < person->count; i++)
    if (person->items[i]->at > sending->until && person->items[i]->at <= sending->act->now)
      out[count++] = person->items[i];
  return count;
}

// What waits for the daily mail takes nothing along and goes along with nothing.
static size_t add_ahead(const struct sending *sending, const struct fold_person *person, const struct reminder **out,
                        size_t count) {
  const struct reminder *first = NULL;
  for (size_t i = 0; first == NULL && i < count; i++)
    first = out[i]->is_to_staff && !out[i]->is_urgent ? NULL : out[i];
  if (first == NULL)
    return count;
  int64_t now = sending->act->now;
  int64_t leaves = now - first->at <= CATCH_UP_SECONDS ? first->at : now;
  for (size_t i = 0; i < person->count; i++) {
    const struct reminder *item = person->items[i];
    if (item->at > sending->until && item->at <= leaves + FOLD_SECONDS && (!item->is_to_staff || item->is_urgent))
      out[count++] = item;
  }
  return count;
}

static bool is_missed(const struct sending *sending, const struct reminder *reminder) {
  return sending->act->now > reminder->useful_until &&
         sending->act->now - reminder->at > CATCH_UP_SECONDS; // at its own instant it is always said
}

static const char *missed_words(const struct sending *sending, const struct reminder *reminder) {
  return arena_format(sending->act->arena, "the server was not there at its instant, and it was of use until %s only",
                      calendar_words(sending->plan->calendar, sending->act->arena, reminder->useful_until));
}

static enum err send_one(const struct sending *sending, const struct reminder *reminder) {
  const struct act *act = sending->act;
  struct ledger_row row = row_of(reminder);
  bool is_new = false;
  enum err err = ledger_store_put(act, sending->course, &row, &is_new);
  if (err != ERR_OK || !is_new)
    return err;
  struct reminder_message words = plan_words(sending->plan, reminder);
  err = outbox_put(act, &(struct message){.course = sending->course,
                                          .person = reminder->person,
                                          .kind = words.kind,
                                          .subject = words.subject,
                                          .words = words.words,
                                          .link = words.link,
                                          .can_wait = reminder->due - act->now > PLAN_DAY_SECONDS});
  if (err != ERR_OK)
    return err;
  row.outbox = db_last_id(act->db);
  return ledger_store_set_outbox(act, sending->course, &row);
}

static enum err skip_one(const struct sending *sending, const struct reminder *reminder, const char *why) {
  struct ledger_row row = row_of(reminder);
  row.why = why;
  bool is_new = false;
  return ledger_store_put(sending->act, sending->course, &row, &is_new);
}

// Held by quiet hours, and meanwhile done or due at another time: "not handed in yet" would not be true any more.
static enum err stale_ones(const struct plan *plan, int64_t course, struct ledger_row **out, size_t *count) {
  struct plan_list list;
  struct ledger_row *rows = NULL;
  size_t held = 0, stale = 0;
  enum err err = ledger_store_held(plan->act, course, &rows, &held);
  if (err == ERR_OK && held > 0) {
    plan_between(plan, rows[0].at - 1, rows[held - 1].at, &list);
    for (size_t i = 0; i < held; i++)
      if (fold_find(&list, &rows[i]) == NULL)
        rows[stale++] = rows[i];
  }
  *out = rows;
  *count = stale;
  return err;
}

static enum err withdraw_stale(const struct plan *plan, int64_t course) {
  struct ledger_row *rows = NULL;
  size_t count = 0;
  enum err err = stale_ones(plan, course, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = ledger_store_withdraw(plan->act, course, &rows[i], "it was done, or moved, before quiet hours had ended");
  return err;
}

static struct ledger_row row_of(const struct reminder *reminder) {
  return (struct ledger_row){.person = reminder->person,
                             .subject = reminder->key,
                             .offset = reminder->offset,
                             .due = reminder->due,
                             .at = reminder->at};
}
