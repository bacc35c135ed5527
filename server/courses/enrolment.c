// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/enrolment.h"

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/accounts/services.h"
#include "server/courses/enrolment_store.h"
#include "server/courses/placement.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"

const char *const role_names[] = {"none", "student", "staff", "instructor", NULL};
const char *const credit_names[] = {"credit", "audit", "pass-fail", NULL};

static bool is_changed(const struct enrolment *before, const struct enrolment_terms *terms);
static enum err keep_an_instructor(const struct act *act, int64_t course, const struct enrolment *before,
                                   enum role role);
static enum err keep_placed_a_student(const struct act *act, const struct enrolment *before, enum role role);
static enum err take_place_back(const struct act *act, const struct services *services,
                                const struct course_view *course, int64_t person);
static const char *subject_of(const struct act *act, int64_t person);
static const char *flags_json(const struct act *act, bool is_audit_approved, bool is_confidential);
static const char *terms_json(const struct act *act, enum role role, enum credit credit, const char *section,
                              bool is_active);

enum err enrolment_get(const struct act *act, int64_t course, int64_t person, struct enrolment *out) {
  return enrolment_store_get(act->db, act->arena, course, person, out);
}

enum err enrolment_find_student(const struct act *act, int64_t course, const char *address, int64_t team,
                                int64_t *person) {
  const char *clean, *key;
  if (!address_check(act->arena, address, &clean, &key))
    return ERR_NOT_FOUND;
  return enrolment_store_find_student(act->db, course, key, team, person);
}

enum err enrolment_list(const struct act *act, int64_t course, bool with_dropped, struct enrolment **out,
                        size_t *count) {
  return enrolment_store_list(act->db, act->arena, course, with_dropped, out, count);
}

enum err enrolment_staff(const struct act *act, int64_t course, int64_t **people, size_t *count) {
  return enrolment_store_staff(act->db, act->arena, course, people, count);
}

enum err enrolment_put(const struct act *act, const struct services *services, const struct course_view *course,
                       int64_t person, const struct enrolment_terms *terms, bool *changed) {
  struct enrolment before = {0};
  enum err err = enrolment_store_get(act->db, act->arena, course->id, person, &before);
  bool is_new = err == ERR_NOT_FOUND;
  if (err != ERR_OK && !is_new)
    return err;
  if (!is_new && !is_changed(&before, terms)) {
    *changed = false;
    return ERR_OK;
  }
  if (!is_new && ((err = keep_an_instructor(act, course->id, &before, terms->role)) != ERR_OK ||
                  (err = keep_placed_a_student(act, &before, terms->role)) != ERR_OK))
    return err;
  // The instant decides, not whether the clock's duty has run yet.
  if (!before.is_active && before.hold_until != 0 && act->now > before.hold_until &&
      (err = enrolment_release(act, services, course, person)) != ERR_OK)
    return err;
  if ((err = enrolment_store_upsert(act, course->id, person, terms)) != ERR_OK)
    return err;
  const char *was = is_new ? NULL : terms_json(act, before.role, before.credit, before.section, before.is_active);
  err = audit_write(act, course->id,
                    is_new             ? "person enrolled"
                    : before.is_active ? "enrolment changed"
                                       : "person came back",
                    subject_of(act, person), was, terms_json(act, terms->role, terms->credit, terms->section, true));
  *changed = err == ERR_OK;
  return err != ERR_OK || is_new || before.is_active ? err : take_place_back(act, services, course, person);
}

enum err enrolment_set_flags(const struct act *act, int64_t course, int64_t person, bool is_audit_approved,
                             bool is_confidential) {
  struct enrolment before;
  enum err err = enrolment_store_get(act->db, act->arena, course, person, &before);
  if (err != ERR_OK || (before.is_audit_approved == is_audit_approved && before.is_confidential == is_confidential))
    return err;
  if ((err = enrolment_store_set_flags(act, course, person, is_audit_approved, is_confidential)) != ERR_OK)
    return err;
  return audit_write(act, course, "enrolment flags changed", subject_of(act, person),
                     flags_json(act, before.is_audit_approved, before.is_confidential),
                     flags_json(act, is_audit_approved, is_confidential));
}

enum err enrolment_drop(const struct act *act, const struct services *services, const struct course_view *course,
                        int64_t person) {
  struct enrolment before;
  enum err err = enrolment_store_get(act->db, act->arena, course->id, person, &before);
  if (err != ERR_OK)
    return err;
  if (!before.is_active)
    return ERR_OK;
  if ((err = keep_an_instructor(act, course->id, &before, ROLE_NONE)) != ERR_OK)
    return err;
  bool is_placed = before.team != 0 || before.is_seated;
  int64_t hold_until = is_placed ? act->now + HOLD_SECONDS : 0;
  if ((err = enrolment_store_drop(act, course->id, person, hold_until)) != ERR_OK)
    return err;
  if (is_placed && (err = agenda_set(act->db, AGENDA_HOLD_ENDS, course->id, person, hold_until)) != ERR_OK)
    return err;
  err = audit_write(act, course->id, "person dropped", subject_of(act, person),
                    terms_json(act, before.role, before.credit, before.section, true),
                    terms_json(act, before.role, before.credit, before.section, false));
  return err != ERR_OK ? err : services->departed(act, course, person, false);
}

enum err enrolment_release(const struct act *act, const struct services *services, const struct course_view *course,
                           int64_t person) {
  struct enrolment before;
  enum err err = enrolment_store_get(act->db, act->arena, course->id, person, &before);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && (before.is_active || before.hold_until == 0)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "Nothing is held for this person.");
  if (err != ERR_OK || (err = agenda_clear(act->db, AGENDA_HOLD_ENDS, course->id, person)) != ERR_OK ||
      (err = enrolment_store_end_hold(act, course->id, person)) != ERR_OK ||
      (err = services->departed(act, course, person, true)) != ERR_OK)
    return err;
  return audit_write(act, course->id, "hold released", subject_of(act, person), NULL, NULL);
}

static bool is_changed(const struct enrolment *before, const struct enrolment_terms *terms) {
  return !before->is_active || before->role != terms->role || before->credit != terms->credit ||
         (terms->sis_id != NULL && !text_equal(terms->sis_id, before->sis_id)) ||
         (terms->section != NULL && !text_equal(terms->section, before->section));
}

static enum err keep_an_instructor(const struct act *act, int64_t course, const struct enrolment *before,
                                   enum role role) {
  if (!before->is_active || before->role != ROLE_INSTRUCTOR || role == ROLE_INSTRUCTOR)
    return ERR_OK;
  int64_t instructors = 0;
  enum err err = enrolment_store_count_instructors(act->db, course, &instructors);
  if (err == ERR_OK && instructors <= 1)
    return problem_raise(act->problem, PROBLEM_LAST_INSTRUCTOR,
                         "%s is the only instructor. Make somebody else an instructor first.", before->name);
  return err;
}

static enum err keep_placed_a_student(const struct act *act, const struct enrolment *before, enum role role) {
  if (role == ROLE_STUDENT)
    return ERR_OK;
  if (before->is_seated)
    return problem_raise(act->problem, PROBLEM_IN_LAB, "%s has a lab seat. Free the seat before changing the role.",
                         before->name);
  if (before->team != 0)
    return problem_raise(act->problem, PROBLEM_IN_TEAM,
                         "%s is in the team %s. Take them out of it before changing the role.", before->name,
                         before->team_name);
  return ERR_OK;
}

static enum err take_place_back(const struct act *act, const struct services *services,
                                const struct course_view *course, int64_t person) {
  enum err err = agenda_clear(act->db, AGENDA_HOLD_ENDS, course->id, person);
  return err != ERR_OK ? err : services->departed(act, course, person, false);
}

static const char *flags_json(const struct act *act, bool is_audit_approved, bool is_confidential) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_flag(&json, "audit_approved", is_audit_approved);
  json_flag(&json, "confidential", is_confidential);
  json_end(&json);
  return text_get(&json.text);
}

static const char *subject_of(const struct act *act, int64_t person) {
  return arena_format(act->arena, "person %lld", (long long)person);
}

static const char *terms_json(const struct act *act, enum role role, enum credit credit, const char *section,
                              bool is_active) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "role", role_names[role]);
  json_text(&json, "credit", credit_names[credit]);
  json_text(&json, "section", section);
  json_flag(&json, "active", is_active);
  json_end(&json);
  return text_get(&json.text);
}
