// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/roll.h"

#include "server/milestones/milestone_tasks.h"

enum { IS_BOOKED = 1, IS_WRITTEN = 2, IS_SLOTLESS = 4, IS_CANCELLED = 8, OF_A_DRAFT = ROLL_DRAFT | ROLL_UNREGISTERED };

static enum err load_things(const struct act *act, struct roll *roll);
static enum err load_flags(const struct act *act, struct roll *roll);
static void set_flag(const struct roll *roll, int64_t team, int64_t person, const char *milestone, unsigned char flag);
static size_t team_index(const struct roll *roll, int64_t team);
static bool is_barred(const struct roll *roll, size_t person);
static struct check_in_standing standing_of(const struct roll *roll, size_t person, size_t milestone);
static bool is_to_hand_in(const struct roll *roll, size_t person, size_t milestone, bool has_draft, int64_t at);

enum err roll_load(const struct act *act, const struct course_view *course, struct roll *out) {
  struct roll roll = {.course = course, .now = act->now};
  struct roll_standing *standings = NULL;
  size_t standing_count = 0;
  enum err err = milestone_everyone(act, course, &roll.people, &roll.count);
  if (err == ERR_OK)
    err = roll_store_standings(act, course->id, &standings, &standing_count);
  roll.standings = standings;
  if (err == ERR_OK && standing_count != roll.count)
    err = ERR_INTERNAL; // both are the active students in one snapshot
  if (err == ERR_OK)
    err = load_things(act, &roll);
  if (err == ERR_OK)
    err = load_flags(act, &roll);
  if (err == ERR_OK)
    *out = roll;
  return err;
}

size_t roll_person(const struct roll *roll, int64_t person) {
  size_t low = 0, high = roll->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (roll->people[middle].person < person)
      low = middle + 1;
    else
      high = middle;
  }
  return low < roll->count && roll->people[low].person == person ? low : roll->count;
}

const struct roll_team_row *roll_team(const struct roll *roll, int64_t team) {
  size_t index = team_index(roll, team);
  return index < roll->team_count ? &roll->teams[index] : NULL;
}

const struct roll_staff *roll_staff_member(const struct roll *roll, int64_t person) {
  for (size_t i = 0; i < roll->staff_count; i++)
    if (roll->staff[i].person == person)
      return &roll->staff[i];
  return NULL;
}

unsigned roll_lacks_card(const struct roll *roll, size_t person) {
  return roll->standings[person].has_card ? 0 : ROLL_LACKS;
}

unsigned roll_lacks_registration(const struct roll *roll, size_t person) {
  const struct milestone_person *who = &roll->people[person];
  if (is_barred(roll, person))
    return 0;
  if (!who->is_placed)
    return ROLL_LACKS | ROLL_NO_PLACE | (roll->standings[person].is_waiting ? ROLL_WAITING : 0u);
  const struct roll_team_row *team = who->team != 0 ? roll_team(roll, who->team) : NULL;
  return team != NULL && team->state != TEAM_REGISTERED ? ROLL_LACKS | ROLL_UNREGISTERED : 0;
}

unsigned roll_lacks_lab(const struct roll *roll, size_t person) {
  if (roll->people[person].is_placed || is_barred(roll, person))
    return 0;
  return ROLL_LACKS | ROLL_NO_PLACE | (roll->standings[person].is_waiting ? ROLL_WAITING : 0u);
}

bool roll_is_theirs(const struct roll *roll, size_t person, size_t milestone) {
  const struct milestone_person *who = &roll->people[person];
  const struct milestone *what = &roll->course->file->milestones[milestone];
  if (!who->is_placed || milestone_is_of_teams(roll->course, what) != (who->team != 0))
    return false;
  if (who->team == 0)
    return true;
  const struct roll_team_row *team = roll_team(roll, who->team);
  return team != NULL && (team->state == TEAM_REGISTERED || what->kind == MILESTONE_PROPOSAL);
}

unsigned roll_lacks_milestone(const struct roll *roll, size_t person, size_t milestone) {
  const struct milestone *what = &roll->course->file->milestones[milestone];
  const struct milestone_person *who = &roll->people[person];
  const struct milestone_facts *facts = &who->facts[milestone];
  if (!roll_is_theirs(roll, person, milestone) || facts->is_excused)
    return 0;
  const struct roll_team_row *team = who->team != 0 ? roll_team(roll, who->team) : NULL;
  unsigned lacks = 0;
  if (milestone_takes_work(what) && facts->submission == 0)
    lacks |= ROLL_NOT_HANDED_IN;
  if (what->kind == MILESTONE_PROPOSAL && lacks != 0 && team != NULL) {
    lacks |= team->proposal != 0 && team->proposal_state == PROPOSAL_DRAFT ? ROLL_DRAFT : 0u;
    lacks |= team->state != TEAM_REGISTERED ? ROLL_UNREGISTERED : 0u;
  }
  const struct check_in_standing standing = standing_of(roll, person, milestone);
  unsigned held = check_in_lacks(what, facts, &standing);
  if ((held & CHECK_IN_LACKS_SLOT) != 0) {
    lacks |= ROLL_NO_BOOKING;
    lacks |= check_in_choice(&standing) == 0 ? ROLL_NONE_FREE : 0u;
    lacks |= standing.is_slotless ? ROLL_SLOTLESS : 0u;
  }
  if ((held & CHECK_IN_LACKS_UPDATE) != 0)
    lacks |= ROLL_NO_UPDATE;
  return lacks == 0 ? 0 : lacks | ROLL_LACKS;
}

unsigned roll_to_do(const struct roll *roll, size_t person, size_t milestone, int64_t at) {
  unsigned lacks = roll_lacks_milestone(roll, person, milestone), to_do = 0;
  if (lacks == 0)
    return 0;
  const struct check_in_standing standing = standing_of(roll, person, milestone);
  unsigned held = ((lacks & ROLL_NO_BOOKING) != 0 ? CHECK_IN_LACKS_SLOT : 0u) |
                  ((lacks & ROLL_NO_UPDATE) != 0 ? CHECK_IN_LACKS_UPDATE : 0u);
  held = check_in_to_do(roll->course, &roll->people[person].terms[milestone], &standing, held, at);
  if ((lacks & ROLL_NOT_HANDED_IN) != 0 && is_to_hand_in(roll, person, milestone, (lacks & ROLL_DRAFT) != 0, at))
    to_do |= lacks & (ROLL_NOT_HANDED_IN | OF_A_DRAFT);
  if ((held & CHECK_IN_LACKS_SLOT) != 0)
    to_do |= lacks & (ROLL_NO_BOOKING | ROLL_NONE_FREE | ROLL_SLOTLESS);
  if ((held & CHECK_IN_LACKS_UPDATE) != 0)
    to_do |= ROLL_NO_UPDATE;
  return to_do == 0 ? 0 : to_do | ROLL_LACKS;
}

bool roll_is_of(const struct roll *roll, int64_t staff, int64_t team) {
  const struct roll_team_row *row = roll_team(roll, team);
  if (row == NULL || row->mentor == staff)
    return row != NULL;
  for (size_t i = 0; i < roll->reviewer_count; i++)
    if (roll->reviewers[i].team == team && roll->reviewers[i].person == staff)
      return true;
  return false;
}

static enum err load_things(const struct act *act, struct roll *roll) {
  struct roll_team_row *teams = NULL;
  struct roll_staff *staff = NULL;
  struct roll_offer *offers = NULL;
  struct roll_invitation *invitations = NULL;
  struct roll_booking *bookings = NULL;
  struct roll_tie *reviewers = NULL;
  int64_t course = roll->course->id;
  enum err err = roll_store_teams(act, course, &teams, &roll->team_count);
  if (err == ERR_OK)
    err = roll_store_staff(act, course, &staff, &roll->staff_count);
  if (err == ERR_OK)
    err = roll_store_offers(act, course, &offers, &roll->offer_count);
  if (err == ERR_OK)
    err = roll_store_seats_taken(act, course, &roll->seats_taken);
  if (err == ERR_OK)
    err = roll_store_invitations(act, course, &invitations, &roll->invitation_count);
  if (err == ERR_OK)
    err = roll_store_bookings(act, course, &bookings, &roll->booking_count);
  if (err == ERR_OK)
    err = roll_store_reviewers(act, course, &reviewers, &roll->reviewer_count);
  roll->teams = teams;
  roll->staff = staff;
  roll->offers = offers;
  roll->invitations = invitations;
  roll->bookings = bookings;
  roll->reviewers = reviewers;
  return err;
}

static enum err load_flags(const struct act *act, struct roll *roll) {
  size_t width = roll->course->file->milestone_count;
  roll->team_flags = arena_array(act->arena, roll->team_count * width + 1, 1);
  roll->person_flags = arena_array(act->arena, roll->count * width + 1, 1);
  struct roll_update *updates = NULL;
  const struct check_in_holding *slotless = NULL, *cancelled = NULL;
  size_t update_count = 0, slotless_count = 0, cancelled_count = 0;
  enum err err = roll_store_updates(act, roll->course->id, &updates, &update_count);
  if (err == ERR_OK)
    err = check_in_offers(act, roll->course, &roll->offers_of);
  if (err == ERR_OK)
    err = check_in_slotless_all(act, roll->course, &(struct holder){0}, &slotless, &slotless_count);
  if (err == ERR_OK)
    err = check_in_cancelled_all(act, roll->course, &(struct holder){0}, &cancelled, &cancelled_count);
  for (size_t i = 0; err == ERR_OK && i < update_count; i++)
    set_flag(roll, updates[i].team, updates[i].person, updates[i].milestone, IS_WRITTEN);
  for (size_t i = 0; err == ERR_OK && i < slotless_count; i++)
    set_flag(roll, slotless[i].holder.team, slotless[i].holder.person, slotless[i].milestone, IS_SLOTLESS);
  for (size_t i = 0; err == ERR_OK && i < cancelled_count; i++)
    set_flag(roll, cancelled[i].holder.team, cancelled[i].holder.person, cancelled[i].milestone, IS_CANCELLED);
  for (size_t i = 0; err == ERR_OK && i < roll->booking_count; i++)
    set_flag(roll, roll->bookings[i].team, roll->bookings[i].person, roll->bookings[i].milestone, IS_BOOKED);
  return err;
}

static void set_flag(const struct roll *roll, int64_t team, int64_t person, const char *milestone, unsigned char flag) {
  size_t width = roll->course->file->milestone_count;
  size_t at = milestone_index(roll->course, milestone);
  if (at == width)
    return;
  size_t index = team != 0 ? team_index(roll, team) : roll_person(roll, person);
  if (team != 0 && index < roll->team_count)
    roll->team_flags[index * width + at] |= flag;
  else if (team == 0 && index < roll->count)
    roll->person_flags[index * width + at] |= flag;
}

static size_t team_index(const struct roll *roll, int64_t team) {
  size_t low = 0, high = roll->team_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (roll->teams[middle].team < team)
      low = middle + 1;
    else
      high = middle;
  }
  return low < roll->team_count && roll->teams[low].team == team ? low : roll->team_count;
}

static bool is_barred(const struct roll *roll, size_t person) {
  const struct roll_standing *standing = &roll->standings[person];
  return course_bars_auditor(roll->course, standing->credit, standing->is_audit_approved);
}

static struct check_in_standing standing_of(const struct roll *roll, size_t person, size_t milestone) {
  const struct milestone_person *who = &roll->people[person];
  size_t width = roll->course->file->milestone_count;
  const struct roll_team_row *team = who->team != 0 ? roll_team(roll, who->team) : NULL;
  unsigned flags = team != NULL ? roll->team_flags[(size_t)(team - roll->teams) * width + milestone]
                                : roll->person_flags[person * width + milestone];
  return (struct check_in_standing){.offer = roll->offers_of[milestone],
                                    .is_booked = (flags & IS_BOOKED) != 0,
                                    .is_cancelled = (flags & IS_CANCELLED) != 0,
                                    .is_slotless = (flags & IS_SLOTLESS) != 0,
                                    .is_written = (flags & IS_WRITTEN) != 0};
}

// A proposal's task is there before it opens once there is a draft, and after it closes: staff can give more time.
static bool is_to_hand_in(const struct roll *roll, size_t person, size_t milestone, bool has_draft, int64_t at) {
  const struct milestone_person *who = &roll->people[person];
  if (roll->course->file->milestones[milestone].kind == MILESTONE_PROPOSAL)
    return (has_draft || at >= who->terms[milestone].opens) && at <= roll->course->file->ends_at;
  return milestone_is_to_hand_in(&who->terms[milestone], &who->facts[milestone], at);
}
