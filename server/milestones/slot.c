// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/slot.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/courses/enrolment.h"
#include "server/milestones/slot_notice.h"
#include "server/milestones/slot_store.h"
#include "server/milestones/submission.h"
#include "server/teams/team.h"

enum { FREE_NAMED_MAX = 5 };

// Of one booking: the slot, whose, and what they had before.
struct choice {
  const struct milestone *milestone;
  struct slot slot;
  struct holder holder;
  struct slot_booking old; // id 0: none
  struct slot old_slot;
  bool is_free; // whatever the time: staff cancelled the last one
};

static enum err check_wish(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           struct slot_wish *wish);
static enum err check_place(const struct act *act, const char *place);
static enum err offer_one(const struct act *act, const struct course_view *course, struct slot *slot);
static enum err load(const struct act *act, const struct course_view *course, int64_t id, struct slot *out);
static enum err refuse_cancelled(const struct act *act, const struct slot *slot);
static enum err load_own_choice(const struct act *act, const struct course_view *course, int64_t id,
                                struct choice *out);
static enum err load_choice(const struct act *act, const struct course_view *course, struct choice *choice);
static enum err check_time(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err refuse_begun(const struct act *act, const struct course_view *course, const struct slot *slot);
static enum err refuse_late(const struct act *act, const struct course_view *course, const struct slot *slot,
                            const char *what);
static enum err book(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err refuse_needed(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err take(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err tell_taken(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err tell_given_up(const struct act *act, const struct course_view *course, const struct choice *choice);
static enum err free_words(const struct act *act, const struct course_view *course, const char *milestone,
                           const char **out);

bool slot_is_for(const struct milestone *milestone) {
  bool is_for = milestone->kind == MILESTONE_CHECK_IN || milestone->kind == MILESTONE_PRESENTATION ||
                milestone->slot_length.days != 0 || milestone->slot_length.seconds != 0;
  for (size_t i = 0; i < milestone->hand_in_count; i++)
    is_for = is_for || milestone->hand_ins[i].slot != NULL;
  return is_for;
}

enum err slot_offer(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                    const struct slot_wish *wish, const int64_t **ids, size_t *count) {
  struct slot_wish asked = *wish;
  enum err err = check_wish(act, course, milestone, &asked);
  if (err != ERR_OK)
    return err;
  int64_t *list = arena_array(act->arena, (size_t)asked.count, sizeof *list);
  for (int64_t i = 0; err == ERR_OK && i < asked.count; i++) {
    struct slot slot = {.milestone = milestone->id,
                        .staff = asked.staff,
                        .place = asked.place,
                        .starts = asked.starts + i * (asked.length_seconds + asked.gap_seconds),
                        .length_seconds = asked.length_seconds,
                        .capacity = asked.capacity};
    err = offer_one(act, course, &slot);
    list[i] = slot.id;
  }
  if (err != ERR_OK)
    return err;
  *ids = list;
  *count = (size_t)asked.count;
  return ERR_OK;
}

enum err slot_book(const struct act *act, const struct course_view *course, int64_t id) {
  struct choice choice;
  enum err err = load_own_choice(act, course, id, &choice);
  if (err != ERR_OK || (choice.old.id != 0 && choice.old.slot == id))
    return err; // theirs already
  if ((err = refuse_cancelled(act, &choice.slot)) != ERR_OK || (err = check_time(act, course, &choice)) != ERR_OK)
    return err;
  return book(act, course, &choice);
}

enum err slot_book_for(const struct act *act, const struct course_view *course, int64_t id,
                       const struct holder *holder) {
  struct choice choice = {.holder = *holder};
  enum err err = load(act, course, id, &choice.slot);
  if (err == ERR_OK)
    err = milestone_find(act, course, choice.slot.milestone, &choice.milestone);
  if (err == ERR_OK)
    err = slot_check_whose(act, course, choice.milestone, holder);
  if (err == ERR_OK)
    err = load_choice(act, course, &choice);
  if (err != ERR_OK || (choice.old.id != 0 && choice.old.slot == id))
    return err; // theirs already
  if ((err = refuse_cancelled(act, &choice.slot)) != ERR_OK)
    return err;
  if (choice.slot.starts <= act->now)
    return refuse_begun(act, course, &choice.slot);
  return book(act, course, &choice);
}

enum err slot_give_up(const struct act *act, const struct course_view *course, int64_t id) {
  struct choice choice;
  enum err err = load_own_choice(act, course, id, &choice);
  if (err != ERR_OK)
    return err;
  if (choice.old.id == 0 || choice.old.slot != id)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "You have not booked this slot.");
  if (choice.slot.starts - act->now < SLOT_MOVE_UNTIL_SECONDS)
    return refuse_late(act, course, &choice.slot, "given up");
  if ((err = refuse_needed(act, course, &choice)) != ERR_OK ||
      (err = slot_store_end(act, choice.old.id, SLOT_END_GIVEN_UP)) != ERR_OK ||
      (err = slot_audit(act, course, "slot given up", &choice.slot, &choice.holder)) != ERR_OK)
    return err;
  return tell_given_up(act, course, &choice);
}

enum err slot_cancel(const struct act *act, const struct course_view *course, int64_t id, const char *reason) {
  struct slot slot;
  struct slot_booking *bookings = NULL;
  size_t count = 0;
  const char *free = NULL;
  enum err err = load(act, course, id, &slot);
  if (err != ERR_OK || (err = refuse_cancelled(act, &slot)) != ERR_OK)
    return err;
  if ((err = slot_store_bookings(act, course->id, slot.milestone, id, &bookings, &count)) != ERR_OK ||
      (err = slot_store_lapse(act, id)) != ERR_OK || (err = slot_store_cancel(act, id, reason)) != ERR_OK ||
      (err = slot_audit(act, course, "slot cancelled", &slot, NULL)) != ERR_OK ||
      (err = free_words(act, course, slot.milestone, &free)) != ERR_OK)
    return err;
  const char *quoted = text_quotation(act->arena, reason);
  struct slot_notice notice = {.kind = "slot cancelled",
                               .subject = "Your slot was cancelled",
                               .words = arena_format(act->arena,
                                                     "Your slot (%s) was cancelled by the course's staff. They write: "
                                                     "%s\n%s",
                                                     slot_words(act, course, &slot), quoted, free)};
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    err = slot_store_end(act, bookings[i].id, SLOT_END_CANCELLED);
    if (err == ERR_OK)
      err = slot_tell_holder(act, course, &slot, &bookings[i].holder, &notice);
  }
  notice.subject = "A slot that you hold was cancelled";
  const char *who = count == 0   ? "Nobody had booked it."
                    : count == 1 ? "Who had booked it was told."
                                 : arena_format(act->arena, "%zu had booked it, and were told.", count);
  notice.words =
      arena_format(act->arena, "The slot (%s) was cancelled: %s\n%s", slot_words(act, course, &slot), quoted, who);
  return err == ERR_OK ? slot_tell_staff(act, course, &slot, &notice) : err;
}

enum err slot_set_place(const struct act *act, const struct course_view *course, int64_t id, const char *place) {
  struct slot slot;
  struct slot_booking *bookings = NULL;
  size_t count = 0;
  enum err err = load(act, course, id, &slot);
  if (err != ERR_OK || (err = refuse_cancelled(act, &slot)) != ERR_OK || (err = check_place(act, place)) != ERR_OK ||
      strcmp(place, slot.place) == 0)
    return err;
  if ((err = slot_store_set_place(act, id, place)) != ERR_OK ||
      (err = slot_audit(act, course, "slot place changed", &slot, NULL)) != ERR_OK ||
      (err = slot_store_bookings(act, course->id, slot.milestone, id, &bookings, &count)) != ERR_OK)
    return err;
  const char *was = slot.place;
  slot.place = place;
  const struct slot_notice notice = {.kind = "slot place changed",
                                     .subject = "Your slot has another place",
                                     .words = arena_format(act->arena, "The slot is now: %s. Before, the place was %s.",
                                                           slot_words(act, course, &slot), was)};
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = slot_tell_holder(act, course, &slot, &bookings[i].holder, &notice);
  return err == ERR_OK ? slot_tell_staff(act, course, &slot, &notice) : err;
}

enum err slot_of(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                 const struct holder *holder, struct slot *out) {
  struct slot_booking booking;
  enum err err = slot_store_booking(act, course->id, milestone->id, holder, &booking);
  if (err == ERR_OK && booking.id != 0)
    return slot_store_get(act, course->id, booking.slot, out);
  *out = (struct slot){0};
  return err;
}

enum err slot_check_holder(const struct act *act, const struct course_view *course, const struct holder *holder) {
  struct team team;
  if (holder->team == 0)
    return ERR_OK;
  enum err err = team_get(act, course->id, holder->team, &team);
  if (err != ERR_OK || team.state == TEAM_REGISTERED)
    return err;
  return problem_raise(act->problem, PROBLEM_TEAM_NOT_REGISTERED,
                       "%s is not registered, and only registered teams have appointments. Register it, or ask the "
                       "course's staff when registration is over.",
                       team.name);
}

enum err slot_check_whose(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          const struct holder *holder) {
  bool is_of_teams = course->file->tracks[milestone->track].capacity == 0;
  if ((holder->team == 0) == (holder->person == 0) || is_of_teams != (holder->team != 0))
    return problem_field(act->problem, is_of_teams ? "team" : "person", "%s is of %s: give %s, and nothing else",
                         milestone->title, is_of_teams ? "teams" : "students alone",
                         is_of_teams ? "the team" : "the person");
  if (is_of_teams)
    return slot_check_holder(act, course, holder);
  struct holder known;
  return milestone_holder(act, course, milestone, holder->person, &known);
}

enum err slot_check_staff(const struct act *act, const struct course_view *course, int64_t person, const char *field) {
  struct enrolment enrolment = {0};
  enum err err = person == 0 ? ERR_NOT_FOUND : enrolment_get(act, course->id, person, &enrolment);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND || !enrolment.is_active ||
      (enrolment.role != ROLE_STAFF && enrolment.role != ROLE_INSTRUCTOR))
    return problem_field(act->problem, field, "must be the number of somebody of the course's staff");
  return ERR_OK;
}

enum err slot_booked(const struct act *act, const struct course_view *course, const struct holder *holder,
                     const struct slot **out, size_t *count) {
  struct slot *slots = NULL;
  enum err err = slot_store_booked(act, course->id, holder, &slots, count);
  *out = slots;
  return err;
}

enum err slot_held(const struct act *act, const struct course_view *course, const struct slot **out, size_t *count) {
  struct slot *slots = NULL;
  enum err err = slot_store_held(act, course->id, &slots, count);
  *out = slots;
  return err;
}

static enum err check_wish(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           struct slot_wish *wish) {
  if (!slot_is_for(milestone))
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is handed in, not held at an appointment: the course file gives it no slots.",
                         milestone->title);
  wish->staff = wish->staff == 0 ? act->actor : wish->staff;
  wish->count = wish->count == 0 ? 1 : wish->count;
  wish->capacity = wish->capacity == 0 ? 1 : wish->capacity;
  if (wish->length_seconds == 0)
    wish->length_seconds = milestone->slot_length.days * INT64_C(86400) + milestone->slot_length.seconds;
  if (wish->length_seconds == 0)
    return problem_field(act->problem, "length_seconds", "the course file gives no length: say how many seconds");
  if (wish->starts <= act->now)
    return problem_raise(act->problem, PROBLEM_SLOT_PAST, "The slot would begin on %s, which is past.",
                         course_instant_words(course, act->arena, wish->starts));
  enum err err = check_place(act, wish->place);
  return err == ERR_OK ? slot_check_staff(act, course, wish->staff, "staff") : err;
}

// What looks like a link is one that a browser may follow.
static enum err check_place(const struct act *act, const char *place) {
  if (strstr(place, "://") == NULL || text_starts(place, "http://") || text_starts(place, "https://"))
    return ERR_OK;
  return problem_field(act->problem, "place", "must be a room, or a link that begins with https:// or http://");
}

static enum err offer_one(const struct act *act, const struct course_view *course, struct slot *slot) {
  int64_t starts = 0;
  enum err err = slot_store_overlap(act, slot->staff, slot->starts, slot->starts + slot->length_seconds, &starts);
  if (err != ERR_OK)
    return err;
  if (starts != 0)
    return problem_raise(act->problem, PROBLEM_SLOT_OVERLAP,
                         "The slot on %s would overlap one of the same person that begins on %s. None was offered: "
                         "choose other times, or cancel that one.",
                         course_instant_words(course, act->arena, slot->starts),
                         course_instant_words(course, act->arena, starts));
  err = slot_store_insert(act, course->id, slot);
  return err == ERR_OK ? slot_audit(act, course, "slot offered", slot, NULL) : err;
}

static enum err load(const struct act *act, const struct course_view *course, int64_t id, struct slot *out) {
  enum err err = slot_store_get(act, course->id, id, out);
  return err == ERR_NOT_FOUND ? problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no such slot in this course.")
                              : err;
}

static enum err refuse_cancelled(const struct act *act, const struct slot *slot) {
  return slot->cancelled_at == 0
             ? ERR_OK
             : problem_raise(act->problem, PROBLEM_CONFLICT, "The slot was cancelled. Choose another one.");
}

static enum err load_own_choice(const struct act *act, const struct course_view *course, int64_t id,
                                struct choice *out) {
  struct choice choice = {0};
  enum err err = load(act, course, id, &choice.slot);
  if (err == ERR_OK)
    err = milestone_find(act, course, choice.slot.milestone, &choice.milestone);
  if (err == ERR_OK)
    err = milestone_holder(act, course, choice.milestone, act->actor, &choice.holder);
  if (err == ERR_OK)
    err = slot_check_holder(act, course, &choice.holder);
  if (err == ERR_OK)
    err = load_choice(act, course, &choice);
  if (err == ERR_OK)
    *out = choice;
  return err;
}

// What the holder has already, or may.
static enum err load_choice(const struct act *act, const struct course_view *course, struct choice *choice) {
  const char *milestone = choice->milestone->id;
  enum err err = slot_store_booking(act, course->id, milestone, &choice->holder, &choice->old);
  if (err == ERR_OK && choice->old.id != 0)
    return slot_store_get(act, course->id, choice->old.slot, &choice->old_slot);
  return err == ERR_OK ? slot_store_is_free_choice(act, course->id, milestone, &choice->holder, &choice->is_free) : err;
}

// 24 h to the second is early enough.
static enum err check_time(const struct act *act, const struct course_view *course, const struct choice *choice) {
  if (choice->slot.starts <= act->now)
    return refuse_begun(act, course, &choice->slot);
  if (choice->old.id != 0 && choice->old_slot.starts - act->now < SLOT_MOVE_UNTIL_SECONDS)
    return refuse_late(act, course, &choice->old_slot, "moved");
  if (!choice->is_free && choice->slot.starts - act->now < SLOT_MOVE_UNTIL_SECONDS)
    return refuse_late(act, course, &choice->slot, "booked");
  return ERR_OK;
}

static enum err refuse_begun(const struct act *act, const struct course_view *course, const struct slot *slot) {
  return problem_raise(act->problem, PROBLEM_SLOT_PAST, "The slot began on %s. Choose a later one.",
                       course_instant_words(course, act->arena, slot->starts));
}

static enum err refuse_late(const struct act *act, const struct course_view *course, const struct slot *slot,
                            const char *what) {
  return problem_raise(act->problem, PROBLEM_TOO_LATE_TO_MOVE,
                       "A slot is %s until 24 hours before it begins; that one begins on %s. Ask %s, who holds it, if "
                       "something is in the way.",
                       what, course_instant_words(course, act->arena, slot->starts), slot->staff_name);
}

static enum err book(const struct act *act, const struct course_view *course, const struct choice *choice) {
  if (choice->slot.taken >= choice->slot.capacity)
    return problem_raise(act->problem, PROBLEM_SLOT_FULL,
                         "All places of this slot are taken. Choose another one, or ask the course's staff when none "
                         "is free.");
  bool is_move = choice->old.id != 0;
  enum err err = take(act, course, choice);
  if (err == ERR_OK)
    err = slot_audit(act, course, is_move ? "slot moved" : "slot booked", &choice->slot, &choice->holder);
  return err == ERR_OK ? tell_taken(act, course, choice) : err;
}

// A demo that was handed in is nothing without its slot.
static enum err refuse_needed(const struct act *act, const struct course_view *course, const struct choice *choice) {
  bool is_needed = false;
  enum err err = submission_needs_slot(act, course, choice->milestone, &choice->holder, &is_needed);
  if (err != ERR_OK || !is_needed)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "What is handed in for %s is what you show in this slot. Book another slot to move, or hand in "
                       "something else first.",
                       choice->milestone->title);
}

static enum err take(const struct act *act, const struct course_view *course, const struct choice *choice) {
  enum err err = slot_store_lapse(act, choice->slot.id);
  if (err == ERR_OK && choice->old.id != 0)
    err = slot_store_end(act, choice->old.id, SLOT_END_MOVED);
  return err == ERR_OK ? slot_store_book(act, course->id, &choice->slot, &choice->holder) : err;
}

static enum err tell_taken(const struct act *act, const struct course_view *course, const struct choice *choice) {
  const char *actor = NULL, *holder = NULL, *was = "";
  const char *until = choice->slot.starts - act->now < SLOT_MOVE_UNTIL_SECONDS
                          ? "It begins within 24 hours: only the course's staff can move it now."
                          : "It can be moved until 24 hours before.";
  bool is_move = choice->old.id != 0;
  enum err err = person_actor_name(act, &actor);
  if (err == ERR_OK)
    err = slot_holder_name(act, course, &choice->holder, &holder);
  if (err != ERR_OK)
    return err;
  if (is_move)
    was = arena_format(act->arena, " Before, it was: %s.", slot_words(act, course, &choice->old_slot));
  struct slot_notice notice = {.kind = is_move ? "slot moved" : "slot booked",
                               .subject = is_move ? "Your slot was moved" : "A slot was booked",
                               .words = arena_format(act->arena, "%s booked this slot: %s.%s %s", actor,
                                                     slot_words(act, course, &choice->slot), was, until),
                               .is_soon = is_move && slot_is_soon(act, &choice->old_slot)};
  if ((err = slot_tell_holder(act, course, &choice->slot, &choice->holder, &notice)) != ERR_OK)
    return err;
  notice.is_soon = notice.is_soon && choice->old_slot.staff == choice->slot.staff;
  notice.subject = "A slot that you hold was booked";
  notice.words = arena_format(act->arena, "%s booked: %s.%s", holder, slot_words(act, course, &choice->slot), was);
  err = slot_tell_staff(act, course, &choice->slot, &notice);
  if (err != ERR_OK || !is_move || choice->old_slot.staff == choice->slot.staff)
    return err;
  notice.subject = "A slot that you hold is free again";
  notice.words = arena_format(act->arena, "%s moved from: %s. Now it is: %s.", holder,
                              slot_words(act, course, &choice->old_slot), slot_words(act, course, &choice->slot));
  return slot_tell_staff(act, course, &choice->old_slot, &notice);
}

static enum err tell_given_up(const struct act *act, const struct course_view *course, const struct choice *choice) {
  const char *actor = NULL, *holder = NULL;
  enum err err = person_actor_name(act, &actor);
  if (err == ERR_OK)
    err = slot_holder_name(act, course, &choice->holder, &holder);
  if (err != ERR_OK)
    return err;
  struct slot_notice notice = {.kind = "slot given up",
                               .subject = "Your slot was given up",
                               .words = arena_format(act->arena, "%s gave up this slot: %s. Choose another one.", actor,
                                                     slot_words(act, course, &choice->slot))};
  if ((err = slot_tell_holder(act, course, &choice->slot, &choice->holder, &notice)) != ERR_OK)
    return err;
  notice.subject = "A slot that you hold is free again";
  notice.words = arena_format(act->arena, "%s gave up: %s.", holder, slot_words(act, course, &choice->slot));
  return slot_tell_staff(act, course, &choice->slot, &notice);
}

// What is left to somebody whose slot was cancelled.
static enum err free_words(const struct act *act, const struct course_view *course, const char *milestone,
                           const char **out) {
  const struct slot_page page = {.milestone = milestone, .limit = FREE_NAMED_MAX + 1, .is_free_only = true};
  struct slot *slots = NULL;
  size_t count = 0;
  enum err err = slot_store_list(act, course->id, &page, &slots, &count);
  if (err != ERR_OK)
    return err;
  struct text text;
  text_init(&text, act->arena);
  text_add(&text, count == 0 ? "None is free now: the staff have to offer one." : "Choose another one. Free are: ");
  for (size_t i = 0; i < count && i < FREE_NAMED_MAX; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : "; ", slot_words(act, course, &slots[i]));
  if (count > 0)
    text_add_format(&text, "%s You may take any, whatever the time.", count > FREE_NAMED_MAX ? "; and others." : ".");
  *out = text_get(&text);
  return ERR_OK;
}
