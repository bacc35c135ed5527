// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/plan_words.h"

#include <string.h>

#include "common/base/text.h"

enum { NAMED_MAX = 20 };

// Whose work it is, as staff read it: a team, or a student with a seat.
struct worker {
  const char *name;
  const char *risk;       // NULL: none
  int64_t extended_until; // the latest due of those who are not done; 0: nobody has more time
  bool is_done, is_own;
};
struct workers {
  struct worker *list;
  size_t count, done;
};

static struct reminder_message to_student(const struct plan *plan, const struct reminder *reminder);
static struct reminder_message to_staff(const struct plan *plan, const struct reminder *reminder);
static struct reminder_message of_proposal(const struct plan *plan, const struct reminder *reminder);
static struct reminder_message of_offer(const struct plan *plan, const struct reminder *reminder);
static struct reminder_message of_invitation(const struct plan *plan, const struct reminder *reminder);
static struct reminder_message of_slot(const struct plan *plan, const struct reminder *reminder);
static const char *appointment_words(const struct plan *plan, const struct reminder *reminder);
static const char *missing_words(const struct plan *plan, const struct reminder *reminder);
static int64_t offered_until(const struct plan *plan, const struct reminder *reminder);
static bool is_in_the_line(const struct plan *plan, const struct reminder *reminder);
static const char *place_words(const struct plan *plan, const struct reminder *reminder);
static unsigned to_do(const struct plan *plan, const struct reminder *reminder);
static const char *milestone_missing_words(const struct plan *plan, unsigned lacks);
static const char *booking_words(unsigned lacks);
static const char *subject_link(const struct plan *plan, const struct reminder *reminder);
static const char *people_words(const struct plan *plan, const struct reminder *reminder);
static const char *forming_words(const struct plan *plan);
static const char *seat_words(const struct plan *plan);
static const char *work_words(const struct plan *plan, const struct reminder *reminder);
static struct workers workers_of(const struct plan *plan, const struct reminder *reminder);
static void add_worker(struct worker *worker, const struct plan *plan, const struct reminder *reminder, size_t person);
static void add_names(struct text *words, const struct plan *plan, const struct workers *workers, bool is_at_risk);
static const char *worker_words(const struct plan *plan, const struct worker *worker, bool is_at_risk);
static const char *instant_words(const struct plan *plan, int64_t at);
static const char *course_link(const struct plan *plan, const char *rest);
static size_t milestone_of(const struct plan *plan, const struct reminder *reminder);

struct reminder_message plan_words(const struct plan *plan, const struct reminder *reminder) {
  static struct reminder_message (*const of_topic[])(const struct plan *, const struct reminder *) = {
      [PLAN_REVISION] = of_proposal, [PLAN_NEW_PROPOSAL] = of_proposal,
      [PLAN_OFFER] = of_offer,       [PLAN_INVITATION] = of_invitation,
      [PLAN_SLOT] = of_slot,
  };
  struct reminder_message message = reminder->topic != PLAN_SUBJECT ? of_topic[reminder->topic](plan, reminder)
                                    : reminder->is_to_staff         ? to_staff(plan, reminder)
                                                                    : to_student(plan, reminder);
  message.kind = !reminder->is_to_staff ? "reminder" : reminder->is_urgent ? "urgent for staff" : "staff reminder";
  return message;
}

static struct reminder_message to_student(const struct plan *plan, const struct reminder *reminder) {
  const struct act *act = plan->act;
  struct terms terms = {.due = reminder->due, .closes = reminder->useful_until};
  struct reminder_reader reader = {.terms = &terms, .has_team = plan->roll.people[reminder->thing].team != 0};
  bool has_handed_in = false;
  if (reminder->subject->milestone != NULL) {
    size_t milestone = milestone_of(plan, reminder);
    unsigned lacks = to_do(plan, reminder);
    terms = plan->roll.people[reminder->thing].terms[milestone];
    reader.has_slot = (lacks & ROLL_NO_BOOKING) == 0 || (lacks & ROLL_NONE_FREE) != 0;
    reader.has_draft = (lacks & ROLL_DRAFT) != 0;
    has_handed_in = milestone_takes_work(reminder->subject->milestone) && (lacks & ROLL_NOT_HANDED_IN) == 0;
  }
  struct reminder_words words = reminder_to_student(act->arena, plan->calendar, reminder->subject, &reader, act->now);
  if (has_handed_in)
    words.words = appointment_words(plan, reminder);
  const char *missing = missing_words(plan, reminder);
  bool is_said = is_in_the_line(plan, reminder);
  return (struct reminder_message){
      .subject = words.subject,
      .words =
          is_said ? missing : arena_format(act->arena, "%s%s%s", missing, missing[0] != '\0' ? " " : "", words.words),
      .link = subject_link(plan, reminder)};
}

static struct reminder_message to_staff(const struct plan *plan, const struct reminder *reminder) {
  const struct act *act = plan->act;
  struct reminder_words words = reminder_to_staff(act->arena, plan->calendar, reminder->subject, act->now);
  const char *who =
      reminder->subject->topic == REMINDER_MILESTONE ? work_words(plan, reminder) : people_words(plan, reminder);
  const char *link = course_link(plan, "/unplaced");
  if (reminder->subject->topic == REMINDER_INFO_CARD)
    link = course_link(plan, "/roster");
  if (reminder->subject->topic == REMINDER_LAB_CHOICE)
    link = course_link(plan, "/labs/seats");
  if (reminder->subject->milestone != NULL)
    link = course_link(plan, arena_format(act->arena, "/milestones/%s", reminder->subject->milestone->id));
  return (struct reminder_message){
      .subject = words.subject, .words = arena_format(act->arena, "%s\n\n%s", words.words, who), .link = link};
}

static struct reminder_message of_proposal(const struct plan *plan, const struct reminder *reminder) {
  struct arena *arena = plan->act->arena;
  const struct roll_team_row *team = &plan->roll.teams[reminder->thing];
  const char *due = instant_words(plan, reminder->due);
  bool is_revision = reminder->topic == PLAN_REVISION;
  const char *words =
      is_revision
          ? arena_format(arena,
                         "Changes to your team's proposal are requested. Answer each of them and submit it again "
                         "by %s: until then a revision is never late. What you save is NOT submitted.",
                         due)
          : arena_format(arena,
                         "Your team's proposal was not approved. Propose anew by %s: until then it is never "
                         "late. %s",
                         due,
                         team->proposal_state == PROPOSAL_DRAFT ? "The new one is saved, NOT submitted."
                                                                : "Nothing is saved yet.");
  return (struct reminder_message){
      .subject = arena_format(arena, is_revision ? "Revise your team's proposal: due %s" : "Propose anew: due %s", due),
      .words = words,
      .link = course_link(plan, arena_format(arena, "/teams/%lld/proposal", (long long)team->team))};
}

static struct reminder_message of_offer(const struct plan *plan, const struct reminder *reminder) {
  const char *until = instant_words(plan, reminder->due);
  return (struct reminder_message){
      .subject = arena_format(plan->act->arena, "The offer of a lab seat ends %s", until),
      .words = arena_format(plan->act->arena,
                            "A lab seat is offered to you and you have not answered. Take it by %s; after that it goes "
                            "to the next in line. If you do not want it, withdraw, so that others need not wait.",
                            until),
      .link = course_link(plan, "/labs")};
}

static struct reminder_message of_invitation(const struct plan *plan, const struct reminder *reminder) {
  const char *until = instant_words(plan, reminder->due);
  return (struct reminder_message){
      .subject = arena_format(plan->act->arena, "An invitation to a team waits for your answer until %s", until),
      .words = arena_format(plan->act->arena,
                            "%s invites you to their team and you have not answered. The invitation lapses %s. Accept "
                            "or decline it: either way they know where they stand.",
                            plan->roll.invitations[reminder->thing].team_name, until),
      .link = course_link(plan, "/teams")};
}

static struct reminder_message of_slot(const struct plan *plan, const struct reminder *reminder) {
  struct arena *arena = plan->act->arena;
  const struct roll *roll = &plan->roll;
  const struct roll_booking *first = &roll->bookings[reminder->thing];
  size_t milestone = milestone_index(roll->course, first->milestone);
  const char *title = milestone < roll->course->file->milestone_count ? roll->course->file->milestones[milestone].title
                                                                      : first->milestone;
  const char *begins = instant_words(plan, reminder->due);
  const char *subject = arena_format(arena, "Your slot begins %s", begins);
  if (!reminder->is_to_staff)
    return (struct reminder_message){
        .subject = subject,
        .words = arena_format(arena, "%s: the slot that is booked for you begins %s. Where: %s", title, begins,
                              first->place),
        .link = course_link(plan, arena_format(arena, "/milestones/%s/slots", first->milestone))};
  struct text who;
  text_init(&who, arena);
  for (size_t i = reminder->thing; i < roll->booking_count && roll->bookings[i].slot == first->slot; i++) {
    const struct roll_team_row *team = roll_team(roll, roll->bookings[i].team);
    size_t person = roll_person(roll, roll->bookings[i].person);
    const char *name = team != NULL ? team->name : person < roll->count ? roll->people[person].name : NULL;
    if (name != NULL)
      text_add_format(&who, "%s%s", who.size == 0 ? "" : ", ", name);
  }
  return (struct reminder_message){
      .subject = subject,
      .words = arena_format(arena, "%s: you hold the slot that begins %s. Where: %s. With: %s.", title, begins,
                            first->place, text_get(&who)),
      .link = course_link(plan, arena_format(arena, "/milestones/%s/board", first->milestone))};
}

// Who lacks the appointment alone is not told again to hand in.
static const char *appointment_words(const struct plan *plan, const struct reminder *reminder) {
  bool is_over = plan->act->now > reminder->due;
  const char *words = check_in_is_by_slot(reminder->subject->milestone)
                          ? (is_over ? "It was to be held by" : "It is to be held by")
                          : (is_over ? "It was due" : "It is due");
  return arena_format(plan->act->arena, "%s %s.", words, instant_words(plan, reminder->due));
}

static const char *missing_words(const struct plan *plan, const struct reminder *reminder) {
  const struct roll *roll = &plan->roll;
  size_t person = reminder->thing;
  switch (reminder->subject->topic) {
  case REMINDER_INFO_CARD:
    return "";
  case REMINDER_REGISTRATION:
    return (roll_lacks_registration(roll, person) & ROLL_UNREGISTERED) != 0 ? "Your team is not registered yet."
                                                                            : place_words(plan, reminder);
  case REMINDER_LAB_CHOICE:
    return place_words(plan, reminder);
  case REMINDER_MILESTONE:
    break;
  }
  return milestone_missing_words(plan, to_do(plan, reminder));
}

// Until when a seat is offered to them; 0: none is.
static int64_t offered_until(const struct plan *plan, const struct reminder *reminder) {
  const struct roll *roll = &plan->roll;
  for (size_t i = 0; i < roll->offer_count; i++)
    if (roll->offers[i].person == reminder->person && roll->offers[i].expires_at >= plan->act->now)
      return roll->offers[i].expires_at;
  return 0;
}

// Who has asked for a seat need not be told to ask for one.
static bool is_in_the_line(const struct plan *plan, const struct reminder *reminder) {
  return reminder->subject->topic == REMINDER_LAB_CHOICE && plan->act->now <= reminder->due &&
         ((roll_lacks_lab(&plan->roll, reminder->thing) & ROLL_WAITING) != 0 || offered_until(plan, reminder) != 0);
}

// Of somebody who is in no team and has no seat.
static const char *place_words(const struct plan *plan, const struct reminder *reminder) {
  struct arena *arena = plan->act->arena;
  if (course_lab_track(plan->roll.course->file) == NULL)
    return "You are in no team.";
  int64_t offered = offered_until(plan, reminder);
  if (offered != 0)
    return arena_format(arena,
                        "You are in no team; a lab seat is offered to you until %s. Take it, or withdraw, so that "
                        "others need not wait.",
                        instant_words(plan, offered));
  if ((roll_lacks_lab(&plan->roll, reminder->thing) & ROLL_WAITING) == 0)
    return "You are in no team and have no lab seat.";
  return is_in_the_line(plan, reminder)
             ? arena_format(
                   arena,
                   "You are in no team and wait in line for a lab seat. The line ends %s: who still waits then "
                   "gets no seat, so look for a team as well.",
                   instant_words(plan, reminder->due))
             : "You are in no team; you wait in line for a lab seat, which may not become free.";
}

// As it is when it is said; of what was to do at its instant only, as it was then.
static unsigned to_do(const struct plan *plan, const struct reminder *reminder) {
  size_t milestone = milestone_of(plan, reminder);
  int64_t now = plan->act->now;
  unsigned lacks = roll_to_do(&plan->roll, reminder->thing, milestone, reminder->at > now ? reminder->at : now);
  return lacks != 0 ? lacks : roll_to_do(&plan->roll, reminder->thing, milestone, reminder->at);
}

static const char *milestone_missing_words(const struct plan *plan, unsigned lacks) {
  struct text words;
  text_init(&words, plan->act->arena);
  if ((lacks & ROLL_DRAFT) != 0)
    text_add(&words, "Your team's proposal is saved, NOT submitted.");
  else if ((lacks & ROLL_NOT_HANDED_IN) != 0)
    text_add(&words, "Nothing is handed in yet.");
  if ((lacks & ROLL_UNREGISTERED) != 0)
    text_add(&words, " Only a registered team submits, and yours is not registered.");
  if ((lacks & ROLL_NO_BOOKING) != 0)
    text_add_format(&words, "%s%s", words.size == 0 ? "" : " ", booking_words(lacks));
  if ((lacks & ROLL_NO_UPDATE) != 0)
    text_add(&words, words.size == 0 ? "The update is not written yet." : " The update is not written yet.");
  return text_get(&words);
}

static const char *booking_words(unsigned lacks) {
  bool is_free = (lacks & ROLL_NONE_FREE) == 0;
  if ((lacks & ROLL_SLOTLESS) != 0)
    return is_free ? "What is handed in is shown in a slot, and yours was cancelled: book another one."
                   : "What is handed in is shown in a slot, and yours was cancelled: none is free now, so ask the "
                     "course's staff for another one.";
  return is_free ? "No slot is booked yet."
                 : "No slot is booked yet, and none is free: ask the course's staff for another one.";
}

static const char *subject_link(const struct plan *plan, const struct reminder *reminder) {
  struct arena *arena = plan->act->arena;
  const struct milestone *milestone = reminder->subject->milestone;
  if (milestone == NULL)
    return course_link(plan, reminder->subject->topic == REMINDER_INFO_CARD      ? "/info-card"
                             : reminder->subject->topic == REMINDER_REGISTRATION ? "/teams"
                                                                                 : "/labs");
  int64_t team = plan->roll.people[reminder->thing].team;
  return milestone->kind == MILESTONE_PROPOSAL && team != 0
             ? course_link(plan, arena_format(arena, "/teams/%lld/proposal", (long long)team))
             : course_link(plan, arena_format(arena, "/milestones/%s", milestone->id));
}

// Who has no card, no team, no seat; which teams are not registered, and which seats are free.
static const char *people_words(const struct plan *plan, const struct reminder *reminder) {
  const struct roll *roll = &plan->roll;
  enum reminder_topic topic = reminder->subject->topic;
  const char *teams = topic == REMINDER_REGISTRATION ? forming_words(plan) : "";
  const char *seats = topic == REMINDER_INFO_CARD ? "" : seat_words(plan);
  struct text names;
  text_init(&names, plan->act->arena);
  size_t count = 0;
  for (size_t i = 0; i < roll->count; i++) {
    unsigned lacks = topic == REMINDER_INFO_CARD      ? roll_lacks_card(roll, i)
                     : topic == REMINDER_REGISTRATION ? roll_lacks_registration(roll, i)
                                                      : roll_lacks_lab(roll, i);
    if (lacks != 0 && count++ < NAMED_MAX)
      text_add_format(&names, "%s%s", names.size == 0 ? "" : ", ", roll->people[i].name);
  }
  const char *what = topic == REMINDER_INFO_CARD ? "Without an info card"
                     : topic == REMINDER_REGISTRATION
                         ? (course_lab_track(roll->course->file) != NULL ? "Without a registered team or a lab seat"
                                                                         : "Without a registered team")
                         : "With neither a team nor a lab seat";
  if (count == 0)
    return arena_format(plan->act->arena, "%s: nobody of %zu.%s%s", what, roll->count, teams, seats);
  if (count > NAMED_MAX)
    text_add_format(&names, " and %zu more", count - NAMED_MAX);
  return arena_format(plan->act->arena, "%s: %zu of %zu. %s.%s%s", what, count, roll->count, text_get(&names), teams,
                      seats);
}

// "Blue Team (1 of at least 2 members)"
static const char *forming_words(const struct plan *plan) {
  const struct roll *roll = &plan->roll;
  struct text words;
  text_init(&words, plan->act->arena);
  size_t count = 0;
  for (size_t t = 0; t < roll->team_count; t++) {
    if (roll->teams[t].state == TEAM_REGISTERED || count++ >= NAMED_MAX)
      continue;
    size_t members = 0;
    for (size_t i = 0; i < roll->count; i++)
      members += roll->people[i].team == roll->teams[t].team;
    int least = roll->course->file->teams.size_min;
    text_add_format(&words, "%s%s", count == 1 ? "\nTeams that are not registered: " : ", ", roll->teams[t].name);
    if (members < (size_t)least)
      text_add_format(&words, " (%zu of at least %d members)", members, least);
  }
  if (count > NAMED_MAX)
    text_add_format(&words, " and %zu more", count - NAMED_MAX);
  return count == 0 ? "" : arena_format(plan->act->arena, "%s.", text_get(&words));
}

static const char *seat_words(const struct plan *plan) {
  const struct roll *roll = &plan->roll;
  const struct track *lab = course_lab_track(roll->course->file);
  if (lab == NULL)
    return "";
  size_t taken = (size_t)roll->seats_taken, waiting = 0, capacity = (size_t)lab->capacity;
  for (size_t i = 0; i < roll->count; i++)
    waiting += roll->standings[i].is_waiting;
  const char *line = waiting == 0 ? "" : arena_format(plan->act->arena, ", %zu in the line", waiting);
  return arena_format(plan->act->arena, "\nFree seats in %s: %zu of %zu%s.", lab->title,
                      taken < capacity ? capacity - taken : 0, capacity, line);
}

static const char *work_words(const struct plan *plan, const struct reminder *reminder) {
  struct workers workers = workers_of(plan, reminder);
  const struct milestone *milestone = reminder->subject->milestone;
  bool is_of_teams = milestone_is_of_teams(plan->roll.course, milestone);
  struct text words;
  text_init(&words, plan->act->arena);
  text_add_format(&words, "%s: %zu of %zu %s.", milestone_takes_work(milestone) ? "Handed in" : "Ready", workers.done,
                  workers.count, is_of_teams ? "teams" : "students");
  if (workers.done < workers.count) {
    text_add(&words, " Not yet: ");
    add_names(&words, plan, &workers, false);
  }
  bool has_risk = false;
  for (size_t i = 0; i < workers.count; i++)
    has_risk = has_risk || workers.list[i].risk != NULL;
  if (has_risk) {
    text_add(&words, " At risk: ");
    add_names(&words, plan, &workers, true);
  }
  return text_get(&words);
}

static struct workers workers_of(const struct plan *plan, const struct reminder *reminder) {
  const struct roll *roll = &plan->roll;
  struct workers workers = {
      .list = arena_array(plan->act->arena, roll->team_count + roll->count + 1, sizeof *workers.list)};
  size_t *of_team = arena_array(plan->act->arena, roll->team_count + 1, sizeof *of_team); // 0: not listed yet
  for (size_t i = 0; i < roll->count; i++) {
    const struct roll_team_row *team = roll_team(roll, roll->people[i].team);
    if (!roll_is_theirs(roll, i, milestone_of(plan, reminder)))
      continue;
    size_t listed = team != NULL ? of_team[team - roll->teams] : 0;
    if (listed == 0) {
      workers.list[workers.count++] =
          (struct worker){.name = team != NULL ? team->name : roll->people[i].name,
                          .risk = team != NULL ? team->risk : NULL,
                          .is_done = true,
                          .is_own = team != NULL && roll_is_of(roll, reminder->person, team->team)};
      listed = workers.count;
      if (team != NULL)
        of_team[team - roll->teams] = listed;
    }
    add_worker(&workers.list[listed - 1], plan, reminder, i);
  }
  for (size_t i = 0; i < workers.count; i++)
    workers.done += workers.list[i].is_done;
  return workers;
}

// One who is not done is enough for the team not to be.
static void add_worker(struct worker *worker, const struct plan *plan, const struct reminder *reminder, size_t person) {
  size_t milestone = milestone_of(plan, reminder);
  if (roll_lacks_milestone(&plan->roll, person, milestone) == 0)
    return;
  int64_t due = plan->roll.people[person].terms[milestone].due;
  worker->is_done = false;
  if (due > reminder->due && due > worker->extended_until)
    worker->extended_until = due;
}

// Their own first.
static void add_names(struct text *words, const struct plan *plan, const struct workers *workers, bool is_at_risk) {
  size_t count = 0;
  for (int own = 1; own >= 0; own--)
    for (size_t i = 0; i < workers->count; i++) {
      const struct worker *worker = &workers->list[i];
      if (worker->is_own != (own == 1) || (is_at_risk ? worker->risk == NULL : worker->is_done))
        continue;
      if (count++ >= NAMED_MAX)
        continue;
      text_add_format(words, "%s%s%s", count == 1 ? "" : ", ", worker->name, worker_words(plan, worker, is_at_risk));
    }
  if (count > NAMED_MAX)
    text_add_format(words, " and %zu more", count - NAMED_MAX);
  text_add(words, ".");
}

// " (yours; extended until Fri …)"
static const char *worker_words(const struct plan *plan, const struct worker *worker, bool is_at_risk) {
  const char *more = is_at_risk && strcmp(worker->risk, "at risk") != 0 ? worker->risk : NULL; // else said already
  if (!is_at_risk && worker->extended_until != 0)
    more = arena_format(plan->act->arena, "extended until %s", instant_words(plan, worker->extended_until));
  if (!worker->is_own && more == NULL)
    return "";
  return arena_format(plan->act->arena, " (%s%s%s)", worker->is_own ? "yours" : "",
                      worker->is_own && more != NULL ? "; " : "", more != NULL ? more : "");
}

static const char *instant_words(const struct plan *plan, int64_t at) {
  return calendar_words(plan->calendar, plan->act->arena, at);
}

static const char *course_link(const struct plan *plan, const char *rest) {
  return arena_format(plan->act->arena, "/courses/%s%s", plan->roll.course->slug, rest);
}

static size_t milestone_of(const struct plan *plan, const struct reminder *reminder) {
  return (size_t)(reminder->subject->milestone - plan->roll.course->file->milestones);
}
