// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_notice.h"

#include "common/base/text.h"
#include "server/milestones/date_move_words.h"
#include "server/milestones/syllabus_store.h"
#include "server/outbound/outbox.h"

// To one person.
struct notice {
  int64_t person;
  struct text words;
  int64_t act_by; // the nearest of their dates that moved; 0: none did
};

static void add_differences(const struct syllabus_plan *plan, const struct syllabus_person *person, struct text *words);
static bool is_concerned(enum syllabus_audience audience, const struct syllabus_person *person);
static void add_moves(const struct act *act, const struct course_view *course, const struct syllabus_plan *plan,
                      size_t *next, struct notice *notice);
static void add_gap(const struct syllabus_plan *plan, int64_t team, struct text *words);
static void add_requests(const struct syllabus_plan *plan, int64_t person, struct text *words);
static enum err send(const struct act *act, const struct course_view *course, const struct notice *notice);

enum err syllabus_tell(const struct act *act, const struct course_view *course, struct syllabus_plan *plan) {
  struct syllabus_person *people = NULL;
  size_t count = 0;
  if (course->state == COURSE_DRAFT)
    return ERR_OK; // students do not find it yet
  enum err err = syllabus_store_people(act, course->id, &people, &count);
  size_t *next = arena_array(act->arena, plan->diff.move_count, sizeof *next); // of each move's changes, by person
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct notice notice = {.person = people[i].person};
    text_init(&notice.words, act->arena);
    add_differences(plan, &people[i], &notice.words);
    add_moves(act, course, plan, next, &notice);
    if (people[i].team != 0)
      add_gap(plan, people[i].team, &notice.words);
    add_requests(plan, people[i].person, &notice.words);
    if (notice.words.size == 0)
      continue;
    plan->told++;
    err = send(act, course, &notice);
  }
  return err;
}

static void add_differences(const struct syllabus_plan *plan, const struct syllabus_person *person,
                            struct text *words) {
  for (size_t i = 0; i < plan->diff.count; i++)
    if (is_concerned(plan->diff.list[i].audience, person))
      text_add_format(words, "\n- %s", plan->diff.list[i].words);
}

static bool is_concerned(enum syllabus_audience audience, const struct syllabus_person *person) {
  bool is_placed = person->team != 0 || person->is_seated;
  switch (audience) {
  case SYLLABUS_NOBODY:
    return false;
  case SYLLABUS_EVERYBODY:
    return true;
  case SYLLABUS_CARDLESS:
    return !person->has_card;
  case SYLLABUS_UNREGISTERED:
    return !person->is_registered && !person->is_seated;
  case SYLLABUS_TEAM_TRACK:
    return !person->is_seated;
  case SYLLABUS_LAB_TRACK:
    return person->team == 0;
  case SYLLABUS_LAB_LINE:
    return person->is_waiting || (!is_placed && !person->has_offer); // an offer is a message of its own
  case SYLLABUS_PROPOSING:
    return person->team != 0 && !person->is_approved;
  }
  return false;
}

// The changes of a move are by person, as those who are told.
static void add_moves(const struct act *act, const struct course_view *course, const struct syllabus_plan *plan,
                      size_t *next, struct notice *notice) {
  for (size_t i = 0; i < plan->diff.move_count; i++) {
    const struct extension_done *done = &plan->moves[i].done;
    while (next[i] < done->change_count && done->changes[next[i]].person < notice->person)
      next[i]++;
    const struct extension_change *change = &done->changes[next[i]];
    if (next[i] == done->change_count || change->person != notice->person ||
        !date_move_is_news(act, &plan->moves[i], change))
      continue;
    text_add(&notice->words, "\n- ");
    date_move_add_change(act, course, change, &notice->words);
    int64_t act_by = change->is.due > act->now ? change->is.due : change->is.closes;
    notice->act_by = notice->act_by == 0 || act_by < notice->act_by ? act_by : notice->act_by;
  }
}

static void add_gap(const struct syllabus_plan *plan, int64_t team, struct text *words) {
  for (size_t i = 0; i < plan->gap_count; i++)
    if (plan->gaps[i].team == team)
      text_add_format(words,
                      "\n- Your team does not cover all skills by the new rule: %s. It stays registered; staff "
                      "see it.",
                      plan->gaps[i].words);
}

static void add_requests(const struct syllabus_plan *plan, int64_t person, struct text *words) {
  for (size_t i = 0; i < plan->request_count; i++)
    if (plan->requests[i].person == person)
      text_add_format(words, "\n- %s", plan->requests[i].words);
}

static enum err send(const struct act *act, const struct course_view *course, const struct notice *notice) {
  return outbox_put(act, &(struct message){.course = course->id,
                                           .person = notice->person,
                                           .kind = "course changed",
                                           .subject = "The course's staff changed the course",
                                           .words = arena_format(act->arena, "%s: what changes for you:\n%s",
                                                                 course->file->title, text_get(&notice->words)),
                                           .act_by = notice->act_by,
                                           .link = arena_format(act->arena, "/courses/%s", course->slug)});
}
