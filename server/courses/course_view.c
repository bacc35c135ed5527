// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_view.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/course/calendar.h"
#include "server/courses/course_library.h"
#include "server/courses/course_state.h"
#include "server/courses/course_store.h"
#include "server/courses/enrolment.h"

static bool names_course(const struct request *request);
static enum err admit_to_course(struct request *request, const char *slug);
static struct course_view view_of(const struct course_standing *standing, const char *slug);
static enum err check_role(struct request *request, const struct course_view *course);
static void tag_answer(struct request *request, const struct course_view *course,
                       const struct course_standing *standing);
static struct calendar *calendar_of(const struct course_view *course, struct arena *arena);
static enum err course_not_found(struct problem *problem);

const struct course_view *request_course(const struct request *request) {
  assert(request->course != NULL);
  return request->course;
}

bool course_is_staff(const struct course_view *course) {
  return course->role == ROLE_STAFF || course->role == ROLE_INSTRUCTOR;
}

bool course_bars_auditor(const struct course_view *course, enum credit credit, bool is_audit_approved) {
  return credit == CREDIT_AUDIT && course->file->audit.requires_approval && !is_audit_approved;
}

enum err course_open(const struct act *act, struct course_library *library, int64_t id,
                     const struct course_view **out) {
  struct course_row row;
  enum err err = course_store_get(act->db, act->arena, id, &row);
  if (err != ERR_OK)
    return err;
  struct course_view *view = arena_alloc(act->arena, sizeof *view);
  *view = (struct course_view){
      .id = row.id, .slug = row.slug, .version = row.version, .state = course_state_from(row.state)};
  err = course_library_get(library, act->db, act->arena, row.id, row.version, &view->file);
  if (err == ERR_OK)
    *out = view;
  return err;
}

enum err course_open_as(const struct act *act, struct course_library *library, int64_t id, int64_t person,
                        const struct course_view **out) {
  struct course_row row;
  struct course_standing standing;
  enum err err = course_store_get(act->db, act->arena, id, &row);
  if (err == ERR_OK)
    err = course_store_standing(act->db, row.slug, person, &standing);
  if (err != ERR_OK)
    return err;
  struct course_view *view = arena_alloc(act->arena, sizeof *view);
  *view = view_of(&standing, row.slug);
  err = course_library_get(library, act->db, act->arena, view->id, view->version, &view->file);
  if (err == ERR_OK)
    *out = view;
  return err;
}

const char *course_instant_words(const struct course_view *course, struct arena *arena, int64_t at) {
  return calendar_words(calendar_of(course, arena), arena, at);
}

int64_t course_add(const struct course_view *course, int64_t at, struct span span) {
  if (span.days == 0)
    return at + span.seconds;
  struct arena *arena SCOPED_ARENA = arena_new();
  return calendar_add(calendar_of(course, arena), at, span);
}

enum err course_admit(struct request *request) {
  struct problem *problem = &request->problem;
  switch (request->route->access) {
  case ACCESS_PUBLIC:
    return ERR_OK;
  case ACCESS_LOOPBACK:
    return request->is_loopback ? ERR_OK
                                : problem_raise(problem, PROBLEM_NOT_FOUND, "There is nothing at this address.");
  case ACCESS_OPERATOR:
    if (!request->who.is_operator)
      return problem_raise(problem, PROBLEM_NOT_ALLOWED,
                           "This is for the operator, with the `tandem` command on the server itself.");
    return names_course(request) ? admit_to_course(request, request_text(request, "course")) : ERR_OK;
  case ACCESS_SIGNED_IN:
  case ACCESS_ACCOUNT:
  case ACCESS_COURSE:
  case ACCESS_STUDENT:
  case ACCESS_TEAM:
  case ACCESS_STAFF:
  case ACCESS_INSTRUCTOR:
    break;
  case ACCESS_UNSET:
    return ERR_INTERNAL;
  }
  if (request->who.person == 0 && !request->who.is_operator)
    return problem_raise(problem, PROBLEM_NOT_SIGNED_IN,
                         "Sign in with POST /api/v1/session, then send the cookie or the token.");
  if (request->route->access == ACCESS_SIGNED_IN || request->route->access == ACCESS_ACCOUNT)
    return ERR_OK;
  return admit_to_course(request, request_text(request, "course"));
}

static bool names_course(const struct request *request) {
  for (size_t i = 0; i < request->param_count; i++)
    if (strcmp(request->params[i].name, "course") == 0)
      return true;
  return false;
}

static enum err admit_to_course(struct request *request, const char *slug) {
  struct course_standing standing;
  enum err err = course_store_standing(request->act.db, slug, request->who.person, &standing);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? course_not_found(&request->problem) : err;
  struct course_view *view = arena_alloc(request->arena, sizeof *view);
  *view = view_of(&standing, slug);
  if (request->who.is_operator)
    view->role = ROLE_INSTRUCTOR;
  if (course_state_hides(view))
    return course_not_found(&request->problem);
  err = check_role(request, view);
  if (err == ERR_OK)
    err = course_state_admit(request, view);
  if (err != ERR_OK)
    return err;
  const struct services *services = request_services(request);
  err = course_library_get(services->library, request->act.db, request->arena, view->id, view->version, &view->file);
  if (err != ERR_OK)
    return err;
  request->course = view;
  tag_answer(request, view, &standing);
  return ERR_OK;
}

static struct course_view view_of(const struct course_standing *standing, const char *slug) {
  return (struct course_view){
      .id = standing->id,
      .slug = slug,
      .version = standing->version,
      .changes = standing->counter + standing->installation_counter,
      .state = standing->state,
      .role = standing->is_enrolled ? standing->role : ROLE_NONE,
      .credit = standing->credit,
      .is_audit_approved = standing->is_audit_approved,
      .team = standing->is_placed ? standing->team : 0,
      .is_seated = standing->is_placed && standing->team == 0,
  };
}

static enum err check_role(struct request *request, const struct course_view *course) {
  struct problem *problem = &request->problem;
  enum access access = request->route->access;
  if (course->role == ROLE_NONE)
    return problem_raise(problem, PROBLEM_NOT_ENROLLED,
                         "You are not enrolled in this course. If you registered lately, ask the course's staff to "
                         "import the roster again.");
  if (request->who.lacks_staff && course_is_staff(course))
    return problem_raise(problem, PROBLEM_TOKEN_SCOPE,
                         "In this course you are staff: what staff may see and do needs a token with the scope staff.");
  if (access == ACCESS_STUDENT && (course->role != ROLE_STUDENT || request->who.is_operator))
    return problem_raise(problem, PROBLEM_NOT_ALLOWED, "Only students of the course do this for themselves.");
  if (access == ACCESS_TEAM && !course_is_staff(course) && course->team != request_id(request, "team"))
    return problem_raise(problem, PROBLEM_NOT_YOUR_TEAM,
                         "Only the members of this team and the course's staff may do this.");
  if (access == ACCESS_STAFF && !course_is_staff(course))
    return problem_raise(problem, PROBLEM_NOT_ALLOWED, "Only the course's staff may do this.");
  if (access == ACCESS_INSTRUCTOR && course->role != ROLE_INSTRUCTOR)
    return problem_raise(problem, PROBLEM_NOT_ALLOWED, "Only an instructor of the course may do this.");
  return ERR_OK;
}

// design.md, The store, Change counter: counter, person, enrolment version, what the clock has changed, build.
// Accounts' own counter stands in because names that everybody sees are changed there; the epoch because a store that
// was restored counts to the same numbers again.
static void tag_answer(struct request *request, const struct course_view *course,
                       const struct course_standing *standing) {
  const struct services *services = request_services(request);
  snprintf(request->tag, sizeof request->tag, "W/\"%s-%llx-%llx-%llx-%llx-%zx-%llx-%d\"", services->epoch,
           (unsigned long long)standing->counter, (unsigned long long)standing->installation_counter,
           (unsigned long long)request->who.person, (unsigned long long)standing->enrolment_version,
           course_turns_passed(course->file, request->act.now), (unsigned long long)course->version,
           services->is_mail_sent);
}

static struct calendar *calendar_of(const struct course_view *course, struct arena *arena) {
  struct calendar *calendar = NULL;
  enum err err = calendar_open(arena, course->file->zone, &calendar);
  assert(err == ERR_OK); // the reader accepted the zone
  (void)err;
  return calendar;
}

// As of a course that there is not.
static enum err course_not_found(struct problem *problem) {
  return problem_raise(problem, PROBLEM_NOT_FOUND,
                       "There is no course with this id. GET /api/v1/courses lists the ones you are in.");
}
