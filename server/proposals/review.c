// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/review.h"

#include "server/outbound/outbox.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/reviewer.h"
#include "server/proposals/reviewer_store.h"
#include "server/teams/team.h"

enum err review_mask(const struct act *act, const struct course_view *course, struct proposal *proposal) {
  if (course->role != ROLE_STUDENT || proposal->decided_at == 0)
    return ERR_OK;
  struct decision untold;
  enum err err = decision_store_untold(act, proposal->id, &untold);
  if (err != ERR_OK || untold.id == 0)
    return err;
  proposal->state = proposal->decided_from;
  proposal->decided_at = 0;
  proposal->revise_until = 0;
  proposal->propose_anew_by = 0;
  return ERR_OK;
}

enum err review_submitted(const struct act *act, const struct course_view *course, const struct proposal *proposal) {
  int64_t *people = NULL;
  size_t count = 0;
  struct team team;
  enum err err = team_get(act, course->id, proposal->team, &team);
  if (err == ERR_OK)
    err = reviewer_people(act, course, proposal->team, &people, &count);
  bool is_again = proposal->state == PROPOSAL_RESUBMITTED;
  struct message message = {
      .course = course->id,
      .kind = is_again ? "proposal resubmitted" : "proposal waits",
      .subject =
          arena_format(act->arena, is_again ? "A revised proposal of %s waits" : "The proposal of %s waits", team.name),
      .words = arena_format(act->arena,
                            is_again ? "%s has answered the requested changes and submitted its proposal again."
                                     : "%s has submitted its proposal.",
                            team.name),
      .link = proposal_link(act, course, proposal->team)};
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    message.person = people[i];
    if (people[i] != act->actor)
      err = outbox_put(act, &message);
  }
  return err;
}

enum err review_check_judge(const struct act *act, const struct course_view *course, int64_t team) {
  if (!course_is_staff(course))
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only the course's staff judge proposals.");
  bool is_barred = false;
  enum err err = reviewer_store_has_conflict(act, team, act->actor, &is_barred);
  if (err == ERR_OK && is_barred)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                         "You have marked this team as one that you may not judge. Leave it to somebody else of the "
                         "staff, or change your list (PUT /courses/%s/conflicts).",
                         course->slug);
  return err;
}

enum err review_may_decide(const struct act *act, const struct course_view *course, bool *out) {
  *out = course->role == ROLE_INSTRUCTOR || (course_is_staff(course) && course->file->proposals.staff_decide);
  if (*out || !course_is_staff(course))
    return ERR_OK;
  return reviewer_store_stands_in_for_instructor(act, course->id, out);
}

enum err review_load(const struct act *act, const struct course_view *course, int64_t team, struct proposal *out) {
  struct team known;
  enum err err = team_get(act, course->id, team, &known);
  if (err != ERR_OK)
    return err;
  err = proposal_of_team(act, course, team, out);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "%s has not begun a proposal yet.", known.name);
  return err == ERR_OK ? review_mask(act, course, out) : err;
}

int64_t review_due(const struct course_view *course, int64_t since) {
  return course_add(course, since, (struct span){.days = REVIEW_PATIENCE_DAYS});
}
