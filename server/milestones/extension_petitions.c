// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_petitions.h"

#include "server/courses/placement.h"
#include "server/milestones/extension.h"

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish);
static enum err find(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                     const struct milestone **out);
static enum err terms_that_hold(const struct act *act, const struct course_view *course,
                                const struct milestone *milestone, const struct petition *petition, struct terms *out);
static enum err grant(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct petition *petition, const char *answer);
static enum err check_still(const struct act *act, const struct course_view *course, const struct petition *petition);

const struct petition_kind extension_petition = {
    .name = "extension",
    .needs = PETITION_NEEDS_MILESTONE | PETITION_NEEDS_UNTIL | PETITION_TAKES_TEAM,
    .summary = "The milestone is due at that instant: for the asker alone, or for the team.",
    .may_ask = may_ask,
    .grant = grant,
};

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish) {
  const struct milestone *milestone = NULL;
  struct holder holder;
  struct terms terms;
  if (wish->team != 0 && wish->team != course->team)
    return problem_raise(act->problem, PROBLEM_NOT_YOUR_TEAM, "Only the members of a team may ask for its extension.");
  const struct petition asking = {.person = act->actor, .wish = *wish};
  enum err err = find(act, course, wish, &milestone);
  if (err != ERR_OK || (err = milestone_holder(act, course, milestone, act->actor, &holder)) != ERR_OK ||
      (err = terms_that_hold(act, course, milestone, &asking, &terms)) != ERR_OK)
    return err;
  if (wish->until <= terms.due)
    return problem_field(act->problem, "until", "is no later than what holds already: %s",
                         course_instant_words(course, act->arena, terms.due));
  if (wish->until > course->file->ends_at)
    return problem_field(act->problem, "until", "is after the end of the term: %s",
                         course_instant_words(course, act->arena, course->file->ends_at));
  return ERR_OK;
}

// The milestone is a field of this request, not its address.
static enum err find(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                     const struct milestone **out) {
  enum err err = milestone_find(act, course, wish->milestone, out);
  if (err != ERR_NOT_FOUND)
    return err;
  problem_clear(act->problem);
  return problem_field(act->problem, "milestone", "is none of the course (GET /courses/%s/milestones lists them)",
                       course->slug);
}

static enum err terms_that_hold(const struct act *act, const struct course_view *course,
                                const struct milestone *milestone, const struct petition *petition, struct terms *out) {
  const struct holder team = {.team = petition->wish.team};
  return team.team == 0 ? extension_terms(act, course, milestone, petition->person, out)
                        : extension_shared_terms(act, course, milestone, &team, out);
}

static enum err grant(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct petition *petition, const char *answer) {
  (void)services;
  enum err err = check_still(act, course, petition);
  if (err != ERR_OK)
    return err;
  bool is_of_team = petition->wish.team != 0;
  const struct extension_wish wish = {.milestone = petition->wish.milestone,
                                      .scope = is_of_team ? EXTENSION_TEAM : EXTENSION_PERSON,
                                      .person = is_of_team ? 0 : petition->person,
                                      .team = petition->wish.team,
                                      .due = petition->wish.until,
                                      .reason = answer};
  size_t count = 0;
  return extension_grant(act, course, &wish, &count);
}

// What was so at asking may have changed since; staff then read what, instead of a fault in a field that they never
// gave.
static enum err check_still(const struct act *act, const struct course_view *course, const struct petition *petition) {
  const struct milestone *milestone = NULL;
  struct placement placement;
  struct holder holder;
  struct terms terms;
  enum err err = milestone_find(act, course, petition->wish.milestone, &milestone);
  if (err == ERR_NOT_FOUND) {
    problem_clear(act->problem);
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The course no longer has the milestone \"%s\". Decline the request.",
                         petition->wish.milestone);
  }
  if (err != ERR_OK || (err = placement_of(act->db, course->id, petition->person, &placement)) != ERR_OK)
    return err;
  if (petition->wish.team != 0 && placement.team != petition->wish.team)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is no longer a member of %s. Decline the request; a member can ask anew.",
                         petition->person_name, petition->team_name);
  err = milestone_holder(act, course, milestone, petition->person, &holder);
  if (err != ERR_OK && act->problem->code == PROBLEM_NOT_YOUR_TRACK) {
    problem_clear(act->problem);
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s no longer has to do %s. Decline the request.",
                         petition->person_name, milestone->title);
  }
  if (err != ERR_OK || (err = terms_that_hold(act, course, milestone, petition, &terms)) != ERR_OK)
    return err;
  if (petition->wish.until > terms.due)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "%s is not due before %s for them, without this request. Decline it, and say so.",
                       milestone->title, course_instant_words(course, act->arena, terms.due));
}
