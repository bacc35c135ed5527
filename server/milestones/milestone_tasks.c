// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_tasks.h"

#include "server/milestones/extension.h"
#include "server/milestones/outage.h"
#include "server/teams/team.h"

static const char *cost_words(const struct act *act, const struct course_view *course, const struct terms *terms);

enum err milestone_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || (course->team == 0 && !course->is_seated))
    return ERR_OK;
  struct team team = {.state = TEAM_REGISTERED};
  const struct terms *terms = NULL;
  const struct milestone_facts *facts = NULL;
  enum err err = course->team == 0 ? ERR_OK : team_get(act, course->id, course->team, &team);
  if (err != ERR_OK || team.state != TEAM_REGISTERED)
    return err; // one that is not registered cannot hand in: its task is to register
  if ((err = extension_terms_all(act, course, act->actor, &terms)) != ERR_OK ||
      (err = milestone_facts_all(act, course, act->actor, &facts)) != ERR_OK)
    return err;
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    // A proposal has tasks of its own: whether it is saved, what it lacks (server/proposals/proposal_tasks.h).
    if (milestone->kind == MILESTONE_PROPOSAL || !milestone_may_concern(course, milestone) ||
        !milestone_takes_work(milestone) || !milestone_is_to_hand_in(&terms[i], &facts[i], act->now))
      continue;
    task_add(list, &(struct task){
                       .kind = "hand in",
                       .subject = course->team,
                       .title = arena_format(act->arena, "Hand in: %s", milestone->title),
                       .words = cost_words(act, course, &terms[i]),
                       .due = terms[i].due,
                       .link = arena_format(act->arena, "/courses/%s/milestones/%s", course->slug, milestone->id)});
  }
  return ERR_OK;
}

// Who held a presentation or missed it, owes its slides all the same: only those can be late (rules.md).
bool milestone_is_to_hand_in(const struct terms *terms, const struct milestone_facts *facts, int64_t now) {
  enum timing timing = terms_timing(terms, now);
  return facts->submission == 0 && !facts->is_excused && (timing == TIMING_ON_TIME || timing == TIMING_LATE);
}

enum err milestone_tasks_outages(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  struct outage *outages = NULL;
  size_t count = 0;
  enum err err = outage_list(act, course, &outages, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    if (outages[i].granted_at == 0 && outages[i].not_in > 0 && act->now <= outages[i].until + OUTAGE_TASK_SECONDS)
      task_add(list, &(struct task){.kind = "outage across a deadline",
                                    .subject = outages[i].id,
                                    .title = "The server was not there at a deadline: give the time back",
                                    .words = outage_words(act, course, &outages[i]),
                                    .link = arena_format(act->arena, "/courses/%s/outages", course->slug)});
  return err;
}

static const char *cost_words(const struct act *act, const struct course_view *course, const struct terms *terms) {
  int64_t turn = terms_next_turn(terms, act->now);
  int now = terms_points(terms, act->now), then = terms_points(terms, turn + 1);
  const char *turn_words = course_instant_words(course, act->arena, turn);
  const char *closes = course_instant_words(course, act->arena, terms->closes);
  if (now == 0 && act->now <= terms->due)
    return arena_format(act->arena,
                        "It is due %s. Lateness costs %d points of 100 for each day begun; after %s nothing is earned.",
                        course_instant_words(course, act->arena, terms->due), terms->late->points_per_day, closes);
  if (now == 0 && then > 0)
    return arena_format(act->arena, "It was due %s. Until %s it costs nothing, then %d points of 100.",
                        course_instant_words(course, act->arena, terms->due), turn_words, then);
  if (now == POINTS_ALL)
    return arena_format(act->arena, "It is so late that it earns nothing any more; it is taken until %s.", closes);
  return arena_format(act->arena,
                      "It is late: until %s it costs %d points of 100, then %d. After %s nothing is earned.",
                      turn_words, now, then, closes);
}
