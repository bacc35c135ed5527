// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_tasks.h"

#include "server/courses/course_task_store.h"
#include "server/courses/petition_store.h"

// When students choose between teams and seats.
struct choice {
  bool is_there; // the course has one or the other
  int64_t opens;
  int64_t closes; // the later of both ends
};

static struct choice choice_of(const struct course_view *course);
static bool can_answer(const struct act *act, const struct course_view *course, const struct petition *petition);
static void add_person(const struct act *act, const struct course_view *course, const struct task_person *person,
                       struct task_list *list);
static enum err add_unplaced(const struct act *act, const struct course_view *course, struct task_list *list);
static const char *request_link(const struct act *act, const struct course_view *course, int64_t id);
static bool has_labs(const struct course_view *course);
static const char *place_words(const struct act *act, const struct course_view *course, const struct choice *choice);

enum err course_tasks_place(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct choice choice = choice_of(course);
  bool is_barred = course_bars_auditor(course, course->credit, course->is_audit_approved);
  if (course->role != ROLE_STUDENT || course->team != 0 || course->is_seated || is_barred || !choice.is_there ||
      act->now < choice.opens || act->now > course->file->ends_at)
    return ERR_OK;
  task_add(list, &(struct task){.kind = "find a place",
                                .title = has_labs(course) ? "Find a team or a lab seat" : "Find a team",
                                .words = place_words(act, course, &choice),
                                .due = choice.closes,
                                .link = arena_format(act->arena, "/courses/%s/%s", course->slug,
                                                     course->file->teams.has_teams ? "teams" : "labs")});
  return ERR_OK;
}

enum err course_tasks_consent(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT)
    return ERR_OK;
  struct petition *open = NULL;
  size_t count = 0;
  enum err err = petition_store_partner(act, course->id, &open, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list,
             &(struct task){.kind = "consent to a request",
                            .subject = open[i].id,
                            .title = arena_format(act->arena, "Say whether you agree: %s", open[i].kind),
                            .words = arena_format(act->arena, "%s asked for it on %s. %s", open[i].person_name,
                                                  course_instant_words(course, act->arena, open[i].asked_at),
                                                  open[i].needs_consent ? "It is not granted without your consent."
                                                                        : "The staff decide and see what you say."),
                            .link = request_link(act, course, open[i].id)});
  return err;
}

enum err course_tasks_requests(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  struct petition *open = NULL;
  size_t count = 0;
  enum err err =
      petition_store_open(act, course->id, &(struct petition_page){"open", 0, TASKS_OF_A_KIND_MAX}, &open, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if (!can_answer(act, course, &open[i]))
      continue;
    task_add(list,
             &(struct task){.kind = "answer a request",
                            .subject = open[i].id,
                            .title = arena_format(act->arena, "Answer a request: %s", open[i].kind),
                            .words = arena_format(act->arena, "%s asked for it on %s and waits.", open[i].person_name,
                                                  course_instant_words(course, act->arena, open[i].asked_at)),
                            .link = request_link(act, course, open[i].id)});
  }
  return err;
}

enum err course_tasks_people(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  bool is_approving = course->role == ROLE_INSTRUCTOR && course->file->audit.requires_approval;
  struct task_person *people = NULL;
  size_t count = 0;
  enum err err = course_task_store_people(act, course->id, is_approving, &people, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < count; i++)
    add_person(act, course, &people[i], list);
  return add_unplaced(act, course, list);
}

static struct choice choice_of(const struct course_view *course) {
  const struct team_rules *teams = &course->file->teams;
  const struct track *lab = course_lab_track(course->file);
  struct choice choice = {0};
  if (teams->has_teams)
    choice = (struct choice){true, teams->opens, teams->closes};
  if (lab == NULL || lab->decide_by == 0)
    return choice;
  if (!choice.is_there || lab->opens < choice.opens)
    choice.opens = lab->opens;
  if (lab->decide_by > choice.closes)
    choice.closes = lab->decide_by;
  choice.is_there = true;
  return choice;
}

// Whether answering it is this person's to do now: a request that waits for consent waits for somebody else.
static bool can_answer(const struct act *act, const struct course_view *course, const struct petition *petition) {
  if (petition->person == act->actor || (petition->is_instructors && course->role != ROLE_INSTRUCTOR))
    return false;
  return !petition->needs_consent || petition->consent == CONSENT_AGREED;
}

static void add_person(const struct act *act, const struct course_view *course, const struct task_person *person,
                       struct task_list *list) {
  struct task task = {.subject = person->person, .link = arena_format(act->arena, "/courses/%s/roster", course->slug)};
  if (person->hold_until != 0) {
    task.kind = "hold ends";
    task.title = "A place is held after a drop";
    task.words = arena_format(act->arena,
                              "%s dropped the course. Until then a return finds the place; after it the place is free. "
                              "It can be released at once.",
                              person->name);
    task.due = person->hold_until;
  } else {
    task.kind = "approve an auditor";
    task.title = "An auditor waits for approval";
    task.words = arena_format(act->arena,
                              "%s audits the course and can neither register a team nor take a lab seat before you "
                              "approve it.",
                              person->name);
  }
  task_add(list, &task);
}

// Once the choice is over; before it, finding a place is the students' own.
static enum err add_unplaced(const struct act *act, const struct course_view *course, struct task_list *list) {
  struct choice choice = choice_of(course);
  if (!choice.is_there || act->now <= choice.closes || act->now > course->file->ends_at)
    return ERR_OK;
  int64_t count = 0;
  enum err err = course_task_store_unplaced(act, course->id, course->file->audit.requires_approval, &count);
  if (err != ERR_OK || count == 0)
    return err;
  const char *lack = has_labs(course) ? "neither a team nor a lab seat" : "no team";
  task_add(list, &(struct task){.kind = "people without a place",
                                .title = arena_format(act->arena, "%lld %s %s", (long long)count,
                                                      count == 1 ? "student has" : "students have", lack),
                                .words = has_labs(course) ? "The time to choose is over. Place them in teams or seats; "
                                                            "nothing happens by itself."
                                                          : "The time to choose is over. Place them in teams; nothing "
                                                            "happens by itself.",
                                .link = arena_format(act->arena, "/courses/%s/unplaced", course->slug)});
  return ERR_OK;
}

static bool has_labs(const struct course_view *course) {
  const struct track *lab = course_lab_track(course->file);
  return lab != NULL && lab->decide_by != 0;
}

// What is still open to somebody without a place: the line for lab seats may end before team registration, or after it.
static const char *place_words(const struct act *act, const struct course_view *course, const struct choice *choice) {
  struct arena *arena = act->arena;
  const char *lacks = has_labs(course) ? "You are in no team and have no lab seat" : "You are in no team";
  if (act->now > choice->closes)
    return arena_format(arena, "%s, and the time to choose is over. Send the staff a request: \"late join\"%s.", lacks,
                        has_labs(course) ? " or \"lab seat\"" : "");
  const char *join = "Found a team or join one; nobody is put into one by the server.";
  if (!has_labs(course))
    return arena_format(arena, "%s. %s", lacks, join);
  int64_t decide_by = course_lab_track(course->file)->decide_by;
  const char *by = course_instant_words(course, arena, decide_by);
  bool is_joining = course->file->teams.has_teams && act->now <= course->file->teams.closes;
  if (act->now > decide_by)
    return arena_format(arena, "%s. %s Lab seats were to be asked for by %s; now only the staff give one.", lacks, join,
                        by);
  return arena_format(arena, "%s. %s%s for a lab seat by %s.", lacks, is_joining ? join : "",
                      is_joining ? " Or ask" : "Ask", by);
}

static const char *request_link(const struct act *act, const struct course_view *course, int64_t id) {
  return arena_format(act->arena, "/courses/%s/requests/%lld", course->slug, (long long)id);
}
