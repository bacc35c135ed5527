// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/audit_petition.h"

#include "server/courses/enrolment.h"

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish);
static enum err approve(const struct act *act, const struct services *services, const struct course_view *course,
                        const struct petition *petition, const char *answer);

// Instructors decide, as they do with PUT /roster/{person}.
const struct petition_kind audit_petition = {
    .name = "audit",
    .is_instructors = true,
    .summary = "The audit is approved: the auditor may register a team or take a lab seat.",
    .may_ask = may_ask,
    .grant = approve,
};

static enum err may_ask(const struct act *act, const struct course_view *course, const struct petition_wish *wish) {
  (void)wish;
  if (course->credit != CREDIT_AUDIT)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "You do not audit the course. To take it as an auditor, change that with the registrar first; "
                         "the roster brings it here.");
  if (!course->file->audit.requires_approval)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Auditing this course needs no approval. There is nothing to "
                         "ask for.");
  if (course->is_audit_approved)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Your audit is approved already. There is nothing to ask for.");
  return ERR_OK;
}

static enum err approve(const struct act *act, const struct services *services, const struct course_view *course,
                        const struct petition *petition, const char *answer) {
  (void)services, (void)answer;
  struct enrolment auditor;
  enum err err = enrolment_get(act, course->id, petition->person, &auditor);
  if (err != ERR_OK)
    return err;
  if (auditor.credit != CREDIT_AUDIT)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s does not audit the course any more. Decline the request.",
                         auditor.name);
  return enrolment_set_flags(act, course->id, petition->person, true, auditor.is_confidential);
}
