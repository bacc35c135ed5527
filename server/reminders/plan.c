// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/plan.h"

#include <stdlib.h>
#include <string.h>

#include "server/milestones/extension_effect.h"

// The list while it is gathered.
struct sink {
  const struct plan *plan;
  int64_t from, to, next;
  struct reminder *items;
  size_t count;
};

// Instants of one subject's offsets for one due: most people share it, and civil days cost a calendar.
struct instants {
  int64_t due;
  int64_t *at;
};
struct instant_cache {
  const struct plan *plan;
  const struct span *offsets;
  size_t count;
  struct instants *rows;
  size_t row_count;
};

static void add_students(struct sink *sink, const struct reminder_subject *subject);
static void add_student(struct sink *sink, struct instant_cache *cache, const struct reminder_subject *subject,
                        size_t person);
static void add_staff(struct sink *sink, const struct reminder_subject *subject);
static void add_proposals(struct sink *sink, const struct reminder_subject *subject);
static void add_members(struct sink *sink, struct instant_cache *cache, struct reminder *reminder);
static void add_offers(struct sink *sink);
static void add_invitations(struct sink *sink);
static void add_slots(struct sink *sink);
static void add_slot(struct sink *sink, size_t first, size_t end);
static bool emit(struct sink *sink, const struct reminder *reminder);
static const int64_t *instants_of(struct instant_cache *cache, int64_t due);
static bool is_repeated(const struct span *offsets, size_t index);
static unsigned lacks(const struct roll *roll, const struct reminder_subject *subject, size_t person);
static bool concerns_anybody(const struct roll *roll, const struct reminder_subject *subject);
static bool is_urgent_for(const struct roll *roll, const struct reminder_subject *subject, int64_t staff);
static int by_instant(const void *a, const void *b);

enum err plan_load(const struct act *act, const struct course_view *course, struct plan *out) {
  struct plan plan = {.act = act};
  enum err err = roll_load(act, course, &plan.roll);
  if (err != ERR_OK)
    return err;
  plan.calendar = extension_calendar(act, course);
  reminder_subjects(act->arena, course->file, &plan.subjects, &plan.subject_count);
  *out = plan;
  return ERR_OK;
}

void plan_between(const struct plan *plan, int64_t from, int64_t to, struct plan_list *out) {
  struct sink sink = {.plan = plan, .from = from, .to = to, .next = INT64_MAX};
  for (size_t i = 0; i < plan->subject_count; i++) {
    const struct reminder_subject *subject = &plan->subjects[i];
    add_students(&sink, subject);
    add_staff(&sink, subject);
    if (subject->topic == REMINDER_MILESTONE && subject->milestone->kind == MILESTONE_PROPOSAL)
      add_proposals(&sink, subject);
  }
  add_offers(&sink);
  add_invitations(&sink);
  add_slots(&sink);
  if (sink.count > 1)
    qsort(sink.items, sink.count, sizeof *sink.items, by_instant);
  *out = (struct plan_list){sink.items, sink.count, sink.next};
}

static void add_students(struct sink *sink, const struct reminder_subject *subject) {
  struct instant_cache cache = {
      .plan = sink->plan, .offsets = subject->remind->students, .count = subject->remind->student_count};
  for (size_t i = 0; cache.count > 0 && i < sink->plan->roll.count; i++)
    add_student(sink, &cache, subject, i);
}

static void add_student(struct sink *sink, struct instant_cache *cache, const struct reminder_subject *subject,
                        size_t person) {
  const struct roll *roll = &sink->plan->roll;
  int64_t due = subject->due, until = subject->due;
  size_t milestone = 0;
  if (subject->topic == REMINDER_INFO_CARD)
    until = roll->course->file->ends_at; // a card is taken until then
  if (subject->milestone != NULL) {
    milestone = (size_t)(subject->milestone - roll->course->file->milestones);
    const struct terms *terms = &roll->people[person].terms[milestone];
    due = terms->due;
    until = milestone_takes_work(subject->milestone) ? terms->closes : due;
  }
  const int64_t *at = instants_of(cache, due);
  bool is_known = false;
  for (size_t i = 0; i < cache->count; i++) {
    if (at[i] <= sink->from || is_repeated(cache->offsets, i))
      continue;
    if (!is_known && lacks(roll, subject, person) == 0)
      return;
    is_known = true;
    if (subject->milestone != NULL && roll_to_do(roll, person, milestone, at[i]) == 0)
      continue;
    bool is_past =
        subject->milestone != NULL && at[i] < roll->now && roll_to_do(roll, person, milestone, roll->now) == 0;
    emit(sink, &(struct reminder){.at = at[i],
                                  .person = roll->people[person].person,
                                  .key = subject->key,
                                  .title = subject->title,
                                  .offset = cache->offsets[i],
                                  .due = due,
                                  .useful_until = is_past && until > due ? due : until,
                                  .subject = subject,
                                  .thing = person});
  }
}

static void add_staff(struct sink *sink, const struct reminder_subject *subject) {
  const struct roll *roll = &sink->plan->roll;
  struct instant_cache cache = {
      .plan = sink->plan, .offsets = subject->remind->staff, .count = subject->remind->staff_count};
  const int64_t *at = cache.count > 0 ? instants_of(&cache, subject->due) : NULL;
  int64_t closes = subject->milestone != NULL ? subject->milestone->closes : subject->due;
  for (size_t i = 0; i < cache.count; i++) {
    if (at[i] <= sink->from || is_repeated(cache.offsets, i) || !concerns_anybody(roll, subject))
      continue;
    bool is_soon = at[i] <= subject->due && subject->due - at[i] <= PLAN_DAY_SECONDS;
    int64_t until = at[i] + PLAN_STAFF_USEFUL_SECONDS;
    for (size_t k = 0; k < roll->staff_count; k++)
      if (!emit(sink, &(struct reminder){.at = at[i],
                                         .person = roll->staff[k].person,
                                         .key = subject->key,
                                         .title = subject->title,
                                         .offset = cache.offsets[i],
                                         .due = subject->due,
                                         .useful_until = until > closes ? until : closes,
                                         .is_to_staff = true,
                                         .is_urgent = is_soon && at[i] <= sink->to &&
                                                      is_urgent_for(roll, subject, roll->staff[k].person),
                                         .subject = subject,
                                         .thing = k}))
        break; // later than asked for, as for all of them
  }
}

static void add_proposals(struct sink *sink, const struct reminder_subject *subject) {
  const struct roll *roll = &sink->plan->roll;
  struct instant_cache cache = {
      .plan = sink->plan, .offsets = subject->remind->students, .count = subject->remind->student_count};
  for (size_t t = 0; cache.count > 0 && t < roll->team_count; t++) {
    const struct roll_team_row *team = &roll->teams[t];
    bool is_revision = team->proposal_state == PROPOSAL_CHANGES_REQUESTED;
    bool is_anew = team->proposal_state == PROPOSAL_NOT_APPROVED || team->proposal_state == PROPOSAL_DRAFT;
    int64_t due = is_revision ? team->revise_until : is_anew ? team->anew_by : 0;
    if (team->proposal == 0 || due == 0 || team->is_decision_untold)
      continue;
    struct reminder reminder = {.key = arena_format(sink->plan->act->arena,
                                                    is_revision ? "revision %lld" : "new proposal %lld",
                                                    (long long)(is_revision ? team->proposal : team->anew_of)),
                                .title = is_revision ? "Revision of the proposal" : "A new proposal",
                                .due = due,
                                .useful_until = due,
                                .topic = is_revision ? PLAN_REVISION : PLAN_NEW_PROPOSAL,
                                .subject = subject,
                                .thing = t};
    add_members(sink, &cache, &reminder);
  }
}

// What told the team of the deadline is as good as a reminder of before it.
static void add_members(struct sink *sink, struct instant_cache *cache, struct reminder *reminder) {
  const struct roll *roll = &sink->plan->roll;
  const struct roll_team_row *team = &roll->teams[reminder->thing];
  const int64_t *at = instants_of(cache, reminder->due);
  for (size_t p = 0; p < roll->count; p++)
    for (size_t i = 0; roll->people[p].team == team->team && i < cache->count; i++) {
      reminder->person = roll->people[p].person;
      reminder->at = at[i];
      reminder->offset = cache->offsets[i];
      if (!is_repeated(cache->offsets, i) && at[i] > team->told_at)
        emit(sink, reminder);
    }
}

static void add_offers(struct sink *sink) {
  const struct roll *roll = &sink->plan->roll;
  for (size_t i = 0; i < roll->offer_count; i++) {
    const struct roll_offer *offer = &roll->offers[i];
    int64_t length = offer->expires_at - offer->offered_at;
    int64_t before = length > PLAN_OFFER_SECONDS ? PLAN_OFFER_SECONDS : length / 2;
    emit(sink, &(struct reminder){.at = offer->expires_at - before,
                                  .person = offer->person,
                                  .key = arena_format(sink->plan->act->arena, "lab offer %lld", (long long)offer->id),
                                  .title = "Offer of a lab seat",
                                  .offset = {.seconds = -before},
                                  .due = offer->expires_at,
                                  .useful_until = offer->expires_at,
                                  .topic = PLAN_OFFER,
                                  .thing = i});
  }
}

static void add_invitations(struct sink *sink) {
  const struct roll *roll = &sink->plan->roll;
  for (size_t i = 0; i < roll->invitation_count; i++) {
    const struct roll_invitation *invitation = &roll->invitations[i];
    int64_t at = invitation->expires_at - PLAN_DAY_SECONDS;
    if (at <= invitation->created_at)
      continue; // the invitation itself is as good
    emit(sink,
         &(struct reminder){.at = at,
                            .person = invitation->person,
                            .key = arena_format(sink->plan->act->arena, "invitation %lld", (long long)invitation->id),
                            .title = "Invitation to a team",
                            .offset = {.seconds = -PLAN_DAY_SECONDS},
                            .due = invitation->expires_at,
                            .useful_until = invitation->expires_at,
                            .topic = PLAN_INVITATION,
                            .thing = i});
  }
}

static void add_slots(struct sink *sink) {
  const struct roll *roll = &sink->plan->roll;
  for (size_t i = 0, end = 0; i < roll->booking_count; i = end) {
    for (end = i; end < roll->booking_count && roll->bookings[end].slot == roll->bookings[i].slot;)
      end++;
    if (roll->bookings[i].starts_at - PLAN_DAY_SECONDS > sink->from)
      add_slot(sink, i, end);
  }
}

// Who booked it in time to be reminded, and who holds it; bookings from `first` to before `end` are the slot's.
static void add_slot(struct sink *sink, size_t first, size_t end) {
  const struct roll *roll = &sink->plan->roll;
  const struct roll_booking *bookings = roll->bookings;
  struct reminder reminder = {.at = bookings[first].starts_at - PLAN_DAY_SECONDS,
                              .key = arena_format(sink->plan->act->arena, "slot %lld", (long long)bookings[first].slot),
                              .title = "Booked slot",
                              .offset = {.seconds = -PLAN_DAY_SECONDS},
                              .due = bookings[first].starts_at,
                              .useful_until = bookings[first].starts_at,
                              .topic = PLAN_SLOT,
                              .thing = first};
  size_t milestone = milestone_index(roll->course, bookings[first].milestone);
  bool is_held = false;
  for (size_t i = first; i < end; i++) {
    if (bookings[i].booked_at >= reminder.at)
      continue;
    is_held = true;
    for (size_t p = 0; p < roll->count; p++) {
      const struct milestone_person *who = &roll->people[p];
      if (bookings[i].team != 0 ? who->team != bookings[i].team : who->person != bookings[i].person)
        continue;
      if (milestone < roll->course->file->milestone_count && who->facts[milestone].is_excused)
        continue; // they need not come
      reminder.person = who->person;
      emit(sink, &reminder);
    }
  }
  if (!is_held || roll_staff_member(roll, bookings[first].staff) == NULL)
    return;
  reminder.person = bookings[first].staff;
  reminder.is_to_staff = reminder.is_urgent = true;
  emit(sink, &reminder);
}

// False when it is later than asked for.
static bool emit(struct sink *sink, const struct reminder *reminder) {
  if (reminder->at <= sink->from)
    return true;
  if (reminder->at > sink->to) {
    sink->next = reminder->at < sink->next ? reminder->at : sink->next;
    return false;
  }
  sink->items = arena_more(sink->plan->act->arena, sink->items, sink->count, sizeof *sink->items);
  sink->items[sink->count++] = *reminder;
  return true;
}

static const int64_t *instants_of(struct instant_cache *cache, int64_t due) {
  for (size_t i = 0; i < cache->row_count; i++)
    if (cache->rows[i].due == due)
      return cache->rows[i].at;
  struct arena *arena = cache->plan->act->arena;
  cache->rows = arena_grow(arena, cache->rows, cache->row_count, cache->row_count + 1, sizeof *cache->rows);
  struct instants *row = &cache->rows[cache->row_count++];
  *row = (struct instants){due, arena_array(arena, cache->count, sizeof *row->at)};
  for (size_t i = 0; i < cache->count; i++)
    row->at[i] = reminder_instant(cache->plan->calendar, due, cache->offsets[i]);
  return row->at;
}

static bool is_repeated(const struct span *offsets, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (offsets[i].days == offsets[index].days && offsets[i].seconds == offsets[index].seconds)
      return true;
  return false;
}

static unsigned lacks(const struct roll *roll, const struct reminder_subject *subject, size_t person) {
  switch (subject->topic) {
  case REMINDER_INFO_CARD:
    return roll_lacks_card(roll, person);
  case REMINDER_REGISTRATION:
    return roll_lacks_registration(roll, person);
  case REMINDER_LAB_CHOICE:
    return roll_lacks_lab(roll, person);
  case REMINDER_MILESTONE:
    break;
  }
  return roll_lacks_milestone(roll, person, (size_t)(subject->milestone - roll->course->file->milestones));
}

// Staff need not hear of a track that nobody does.
static bool concerns_anybody(const struct roll *roll, const struct reminder_subject *subject) {
  if (subject->topic != REMINDER_MILESTONE)
    return roll->count > 0;
  size_t milestone = (size_t)(subject->milestone - roll->course->file->milestones);
  for (size_t i = 0; i < roll->count; i++)
    if (roll_is_theirs(roll, i, milestone))
      return true;
  return false;
}

// Somebody who is not done is of a team that they mentor or review, or has booked a slot of theirs.
static bool is_urgent_for(const struct roll *roll, const struct reminder_subject *subject, int64_t staff) {
  if (subject->topic != REMINDER_MILESTONE)
    return false;
  size_t milestone = (size_t)(subject->milestone - roll->course->file->milestones);
  for (size_t i = 0; i < roll->count; i++) {
    const struct milestone_person *who = &roll->people[i];
    if (who->team != 0 && roll_is_of(roll, staff, who->team) && roll_lacks_milestone(roll, i, milestone) != 0)
      return true;
  }
  for (size_t i = 0; i < roll->booking_count; i++) {
    const struct roll_booking *booking = &roll->bookings[i];
    if (booking->staff != staff || strcmp(booking->milestone, subject->milestone->id) != 0)
      continue;
    for (size_t p = 0; p < roll->count; p++)
      if ((booking->team != 0 ? roll->people[p].team == booking->team : roll->people[p].person == booking->person) &&
          roll_lacks_milestone(roll, p, milestone) != 0)
        return true;
  }
  return false;
}

static int by_instant(const void *a, const void *b) {
  const struct reminder *left = a, *right = b;
  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  if (left->person != right->person)
    return left->person < right->person ? -1 : 1;
  int keys = strcmp(left->key, right->key);
  if (keys != 0)
    return keys;
  if (left->due != right->due)
    return left->due < right->due ? -1 : 1;
  if (left->offset.days != right->offset.days)
    return left->offset.days < right->offset.days ? -1 : 1;
  return left->offset.seconds < right->offset.seconds ? -1 : left->offset.seconds > right->offset.seconds;
}
