// SPDX-License-Identifier: AGPL-3.0-or-later
// The approval of an auditor, as a repair: with a reason, kept and told.
#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/courses/repair_log.h"
#include "server/teams/repair.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_notice.h"

static enum err check_auditor(const struct act *act, const struct course_view *course, int64_t person,
                              struct enrolment *out);
static enum err tell(const struct act *act, const struct course_view *course, int64_t person, bool is_approved,
                     const char *reason);

enum err repair_approve_audit(const struct act *act, const struct course_view *course, int64_t person, bool is_approved,
                              const char *reason) {
  struct enrolment enrolment;
  int64_t repair = 0;
  struct repair_entry entry = {
      .kind = is_approved ? "audit approved" : "audit approval taken back", .reason = reason, .person = person};
  enum err err = repair_check_reason(act, reason);
  if (err != ERR_OK || (err = check_auditor(act, course, person, &enrolment)) != ERR_OK ||
      enrolment.is_audit_approved == is_approved)
    return err;
  if ((err = enrolment_set_flags(act, course->id, person, is_approved, enrolment.is_confidential)) != ERR_OK ||
      (err = repair_log_put(act, course->id, &entry, &repair)) != ERR_OK)
    return err;
  return tell(act, course, person, is_approved, reason);
}

static enum err check_auditor(const struct act *act, const struct course_view *course, int64_t person,
                              struct enrolment *out) {
  enum err err = enrolment_get(act, course->id, person, out);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && (!out->is_active || out->role != ROLE_STUDENT)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "Person %lld is no student of this course.",
                         (long long)person);
  if (err == ERR_OK && out->credit != CREDIT_AUDIT)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s does not audit the course, so there is nothing to approve. How somebody takes the course "
                         "is changed with PUT /courses/%s/roster/%lld.",
                         out->name, course->slug, (long long)person);
  return err;
}

static enum err tell(const struct act *act, const struct course_view *course, int64_t person, bool is_approved,
                     const char *reason) {
  const char *who = NULL, *ask = NULL;
  enum err err = repair_actor_words(act, &who);
  if (err == ERR_OK)
    err = repair_ask_words(act, course, &ask);
  if (err != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "audit approval",
      .subject = is_approved ? "You may audit the course" : "The approval of your audit was taken back",
      .words = arena_format(act->arena, "%s %s They write: %s%s", who,
                            is_approved ? "approved that you audit the course. You can register a team or take a lab "
                                          "seat from now on."
                                        : "took back the approval of your audit. Until it is given again you cannot "
                                          "register a team or take a lab seat; where you are you stay.",
                            text_quotation(act->arena, reason), ask)};
  return team_tell_person(act, course, 0, person, &notice);
}
