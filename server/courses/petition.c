// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/petition.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/courses/petition_store.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

enum { DAY_SECONDS = 86400 };
#define GRANTED_WITHOUT_WORDS "It was asked for, and granted."
#define MILESTONE_REMOVED "The milestone was removed from the course."

struct ending {
  enum petition_state state;
  const char *words;         // NULL: none
  bool is_by_staff;          // the words; else they are our own
  struct petition_told told; // of what was granted: what the act said to the asker
};

static enum err refuse_kind(const struct act *act, const struct services *services);
static enum err take_wish(const struct act *act, const struct course_view *course, const struct petition_kind *kind,
                          const struct petition_wish *given, struct petition_wish *out);
static enum err check_caps(const struct act *act, const struct course_view *course);
static enum err put(const struct act *act, const struct course_view *course, struct petition *petition);
static enum err check_decider(const struct act *act, const struct course_view *course, const struct petition *petition);
static enum err check_open(const struct act *act, const struct course_view *course, const struct petition *petition);
static enum err grant(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct petition *petition, struct ending *ending);
static enum err check_asker(const struct act *act, const struct course_view *course, const struct petition *petition);
static enum err finish(const struct act *act, const struct course_view *course, const struct petition *petition,
                       const struct ending *ending);
static enum err tell_asked(const struct act *act, const struct course_view *course, const struct petition *petition);
static enum err tell_partner(const struct act *act, const struct course_view *course, const struct petition *petition);
static enum err tell_answered(const struct act *act, const struct course_view *course, const struct petition *petition,
                              const struct ending *ending);
static enum err tell_partner_end(const struct act *act, const struct course_view *course,
                                 const struct petition *petition, enum petition_state state);
static enum err audit(const struct act *act, const struct course_view *course, const struct petition *petition,
                      const char *kind);
static const char *subject_of(const struct act *act, const struct petition *petition);
static const char *link_to(const struct act *act, const struct course_view *course, int64_t id);
static const char *about(const struct act *act, const struct course_view *course, const struct petition *petition);
static const char *milestone_title(const struct course_view *course, const char *id);

enum err petition_ask(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct petition_new *wanted, int64_t *id) {
  const struct petition_kind *kind = petition_kind_find(services, wanted->kind);
  if (kind == NULL)
    return refuse_kind(act, services);
  struct petition petition = {.kind = kind->name,
                              .person = act->actor,
                              .message = wanted->message,
                              .is_instructors = kind->is_instructors,
                              .needs_consent = kind->needs_consent};
  enum err err = take_wish(act, course, kind, &wanted->wish, &petition.wish);
  if (err != ERR_OK || (err = kind->may_ask == NULL ? ERR_OK : kind->may_ask(act, course, &petition.wish)) != ERR_OK ||
      (err = check_caps(act, course)) != ERR_OK)
    return err;
  if (kind->partner != NULL && (err = kind->partner(act, course, &petition.wish, &petition.partner)) != ERR_OK)
    return err;
  if ((err = put(act, course, &petition)) != ERR_OK)
    return err;
  *id = petition.id;
  if ((err = petition_store_get(act, course->id, petition.id, &petition)) != ERR_OK || // with the names
      (err = audit(act, course, &petition, "request made")) != ERR_OK ||
      (err = tell_asked(act, course, &petition)) != ERR_OK)
    return err;
  return petition.partner == 0 ? ERR_OK : tell_partner(act, course, &petition);
}

enum err petition_answer(const struct act *act, const struct services *services, const struct course_view *course,
                         int64_t id, bool is_granted, const char *words) {
  struct petition petition = {0};
  enum err err = petition_show(act, course, id, &petition);
  if (err != ERR_OK || (err = check_decider(act, course, &petition)) != ERR_OK ||
      (err = check_open(act, course, &petition)) != ERR_OK)
    return err;
  const char *said = words == NULL || text_squeeze(act->arena, words)[0] == '\0' ? NULL : words;
  if (!is_granted && said == NULL)
    return problem_field(act->problem, "words", "is needed to decline: say why, and what they can do instead");
  struct ending ending = {
      .state = is_granted ? PETITION_GRANTED : PETITION_DECLINED, .words = said, .is_by_staff = true};
  if (is_granted && (err = grant(act, services, course, &petition, &ending)) != ERR_OK)
    return err;
  return finish(act, course, &petition, &ending);
}

enum err petition_say(const struct act *act, const struct course_view *course, int64_t id, bool agrees) {
  struct petition petition = {0};
  enum err err = petition_show(act, course, id, &petition);
  if (err != ERR_OK)
    return err;
  if (petition.partner != act->actor || act->actor == 0)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only the person who was asked to agree can say so.");
  if ((err = check_open(act, course, &petition)) != ERR_OK)
    return err;
  enum petition_consent consent = agrees ? CONSENT_AGREED : CONSENT_REFUSED;
  if (petition.consent == consent)
    return ERR_OK;
  if ((err = petition_store_consent(act, id, consent)) != ERR_OK ||
      (err = audit(act, course, &petition, agrees ? "request agreed to" : "request objected to")) != ERR_OK)
    return err;
  if (agrees || !petition.needs_consent)
    return ERR_OK;
  petition.partner = 0; // they know
  return finish(act, course, &petition,
                &(struct ending){.state = PETITION_DECLINED, .words = "The other person does not agree."});
}

enum err petition_has_gone_on(const struct act *act, const struct course_view *course, const struct petition *petition,
                              bool *out) {
  return audit_goes_on(act->db, course->id, "request agreed to", subject_of(act, petition), out);
}

enum err petition_withdraw(const struct act *act, const struct course_view *course, int64_t id) {
  struct petition petition = {0};
  enum err err = petition_show(act, course, id, &petition);
  if (err != ERR_OK)
    return err;
  if (petition.person != act->actor)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only who has asked can take the request back.");
  err = check_open(act, course, &petition);
  return err != ERR_OK ? err : finish(act, course, &petition, &(struct ending){.state = PETITION_WITHDRAWN});
}

enum err petition_end_of_milestone(const struct act *act, const struct course_view *course, const char *milestone,
                                   struct petition_ended **out, size_t *count) {
  struct petition *list = NULL;
  size_t size = 0;
  enum err err = petition_store_of_milestone(act, course->id, milestone, &list, &size);
  struct petition_ended *ended = arena_array(act->arena, size, sizeof *ended);
  for (size_t i = 0; err == ERR_OK && i < size; i++) {
    ended[i] = (struct petition_ended){
        list[i].person, list[i].person_name,
        arena_format(act->arena, "Your request for %s was declined. " MILESTONE_REMOVED, about(act, course, &list[i]))};
    err = petition_store_end(act, list[i].id, PETITION_DECLINED, MILESTONE_REMOVED);
    if (err == ERR_OK)
      err = audit(act, course, &list[i], "request declined");
  }
  *out = ended;
  *count = size;
  return err;
}

enum err petition_show(const struct act *act, const struct course_view *course, int64_t id, struct petition *out) {
  struct petition found;
  enum err err = petition_store_get(act, course->id, id, &found);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  bool is_theirs = err == ERR_OK && act->actor != 0 && (found.person == act->actor || found.partner == act->actor);
  if (err == ERR_NOT_FOUND || (!is_theirs && !course_is_staff(course)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no request with this number for you to see.");
  *out = found;
  return ERR_OK;
}

const struct petition_kind *petition_kind_find(const struct services *services, const char *name) {
  for (size_t i = 0; i < services->petition_kinds->count; i++)
    if (text_equal(services->petition_kinds->rows[i]->name, name))
      return services->petition_kinds->rows[i];
  return NULL;
}

static enum err refuse_kind(const struct act *act, const struct services *services) {
  struct text known;
  text_init(&known, act->arena);
  for (size_t i = 0; i < services->petition_kinds->count; i++)
    text_add_format(&known, "%s%s", i == 0 ? "" : ", ", services->petition_kinds->rows[i]->name);
  return problem_field(act->problem, "kind", "is nothing that can be asked for; known: %s", text_get(&known));
}

// What the kind needs, and nothing that it has no use for: such a request was meant otherwise.
static enum err take_wish(const struct act *act, const struct course_view *course, const struct petition_kind *kind,
                          const struct petition_wish *given, struct petition_wish *out) {
  int64_t team = given->team != 0 ? given->team : course->team;
  const struct {
    const char *field;
    unsigned needs, takes;
    bool is_given, is_there;
  } parts[] = {
      {"team", PETITION_NEEDS_TEAM, PETITION_NEEDS_TEAM | PETITION_TAKES_TEAM, given->team != 0, team != 0},
      {"person", PETITION_NEEDS_PERSON, PETITION_NEEDS_PERSON, given->person != 0, given->person != 0},
      {"size", PETITION_NEEDS_SIZE, PETITION_NEEDS_SIZE, given->size != 0, given->size != 0},
      {"milestone", PETITION_NEEDS_MILESTONE, PETITION_NEEDS_MILESTONE, given->milestone != NULL,
       given->milestone != NULL},
      {"until", PETITION_NEEDS_UNTIL, PETITION_NEEDS_UNTIL, given->until != 0, given->until != 0},
  };
  enum err err = ERR_OK;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if ((kind->needs & parts[i].needs) != 0 && !parts[i].is_there)
      err = problem_field(act->problem, parts[i].field, "is needed to ask for \"%s\"", kind->name);
    if ((kind->needs & parts[i].takes) == 0 && parts[i].is_given)
      err = problem_field(act->problem, parts[i].field, "has no meaning when asking for \"%s\": leave it out",
                          kind->name);
  }
  if (err != ERR_OK)
    return err;
  *out = *given;
  if ((kind->needs & PETITION_NEEDS_TEAM) != 0)
    out->team = team;
  return ERR_OK;
}

static enum err check_caps(const struct act *act, const struct course_view *course) {
  int64_t open = 0, made = 0;
  enum err err = petition_store_count(act, course->id, act->actor, act->now - DAY_SECONDS, &open, &made);
  if (err != ERR_OK)
    return err;
  if (open >= PETITIONS_OPEN_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "You have %d open requests. Wait for an answer, or take one back, before you ask for more.",
                         PETITIONS_OPEN_MAX);
  if (made >= PETITIONS_DAY_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "You have made %d requests within 24 hours. Write to the course's staff instead.",
                         PETITIONS_DAY_MAX);
  return ERR_OK;
}

static enum err put(const struct act *act, const struct course_view *course, struct petition *petition) {
  enum err err = petition_store_insert(act, course->id, petition);
  if (err == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_REQUEST_EXISTS,
                         "You have asked for this already and wait for the answer. To ask in other words, first take "
                         "that request back (GET /courses/%s/requests lists it).",
                         course->slug);
  return err;
}

static enum err check_decider(const struct act *act, const struct course_view *course,
                              const struct petition *petition) {
  if (!course_is_staff(course))
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only the course's staff answer requests.");
  if (petition->person == act->actor && act->actor != 0)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                         "This request is your own: somebody else of the staff has to answer it.");
  if (petition->is_instructors && course->role != ROLE_INSTRUCTOR)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                         "Requests for \"%s\" are answered by an instructor of the course.", petition->kind);
  return ERR_OK;
}

static enum err check_open(const struct act *act, const struct course_view *course, const struct petition *petition) {
  if (petition->state == PETITION_OPEN)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "This request was %s on %s.",
                       petition_state_names[petition->state],
                       course_instant_words(course, act->arena, petition->answered_at));
}

// What the act tells the asker is told with the answer: of one thing they hear once.
static enum err grant(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct petition *petition, struct ending *ending) {
  const struct petition_kind *kind = petition_kind_find(services, petition->kind);
  if (kind == NULL)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "Nobody knows any more how to grant \"%s\". Decline it.",
                         petition->kind);
  if (petition->needs_consent && petition->consent != CONSENT_AGREED)
    return problem_raise(act->problem, PROBLEM_CONSENT_NEEDED,
                         "%s has not agreed yet. Wait for their answer, ask them, or decline the request.",
                         petition->other_name ? petition->other_name : "The other person");
  int64_t mark = 0;
  enum err err = check_asker(act, course, petition);
  if (err == ERR_OK)
    err = petition_store_outbox_mark(act, &mark);
  if (err == ERR_OK)
    err = kind->grant(act, services, course, petition, ending->words ? ending->words : GRANTED_WITHOUT_WORDS);
  return err == ERR_OK ? petition_store_take_told(act, course->id, petition->person, mark, &ending->told) : err;
}

static enum err check_asker(const struct act *act, const struct course_view *course, const struct petition *petition) {
  struct enrolment asker;
  enum err err = enrolment_get(act, course->id, petition->person, &asker);
  if (err == ERR_OK && (!asker.is_active || asker.role != ROLE_STUDENT))
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is no longer a student of the course, so there is nothing to grant. Decline the request.",
                         asker.name);
  return err;
}

static enum err finish(const struct act *act, const struct course_view *course, const struct petition *petition,
                       const struct ending *ending) {
  static const char *const kinds[] = {[PETITION_GRANTED] = "request granted",
                                      [PETITION_DECLINED] = "request declined",
                                      [PETITION_WITHDRAWN] = "request withdrawn"};
  enum petition_state state = ending->state;
  enum err err = petition_store_end(act, petition->id, state, ending->words);
  if (err != ERR_OK || (err = audit(act, course, petition, kinds[state])) != ERR_OK)
    return err;
  if (state != PETITION_WITHDRAWN && (err = tell_answered(act, course, petition, ending)) != ERR_OK)
    return err;
  // Of what was granted the act itself tells everybody whom it affects.
  return petition->partner == 0 || state == PETITION_GRANTED ? ERR_OK : tell_partner_end(act, course, petition, state);
}

static enum err tell_asked(const struct act *act, const struct course_view *course, const struct petition *petition) {
  int64_t *people = NULL;
  size_t count = 0;
  enum err err = petition_store_deciders(act, course->id, petition->is_instructors, &people, &count);
  const char *words = arena_format(act->arena, "%s asks for %s.%s", petition->person_name, about(act, course, petition),
                                   petition->needs_consent ? " The other person is asked whether they agree." : "");
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = outbox_put(act, &(struct message){.course = course->id,
                                            .person = people[i],
                                            .kind = "request",
                                            .subject = arena_format(act->arena, "A request: %s", petition->kind),
                                            .words = words,
                                            .link = link_to(act, course, petition->id)});
  return err;
}

static enum err tell_partner(const struct act *act, const struct course_view *course, const struct petition *petition) {
  const char *rest =
      petition->needs_consent
          ? "Say whether you agree: without your consent it is not granted, and the staff decide after it."
          : "The staff decide; say whether you agree or object, and they will see it.";
  return outbox_put(
      act, &(struct message){.course = course->id,
                             .person = petition->partner,
                             .kind = "request consent",
                             .subject = arena_format(act->arena, "Do you agree? A request: %s", petition->kind),
                             .words = arena_format(act->arena, "%s asks the course's staff for %s. %s",
                                                   petition->person_name, about(act, course, petition), rest),
                             .link = link_to(act, course, petition->id)});
}

static enum err tell_answered(const struct act *act, const struct course_view *course, const struct petition *petition,
                              const struct ending *ending) {
  const char *verdict = petition_state_names[ending->state], *words = ending->words, *told = ending->told.words;
  if (words != NULL && ending->is_by_staff)
    words = arena_format(act->arena, "They write: %s", text_quotation(act->arena, words));
  if (words != NULL && told != NULL && strstr(told, text_quotation(act->arena, ending->words)) != NULL)
    words = NULL; // the act gives them as its reason
  struct petition shown = *petition;
  if (petition->is_other_confidential)
    shown.other_name = "somebody";
  enum err err = outbox_put(
      act, &(struct message){.course = course->id,
                             .person = petition->person,
                             .kind = "request answered",
                             .subject = arena_format(act->arena, "Your request was %s: %s", verdict, petition->kind),
                             .words = arena_format(act->arena, "Your request for %s was %s.%s%s%s%s",
                                                   about(act, course, &shown), verdict, words ? " " : "",
                                                   words ? words : "", told ? "\n\n" : "", told ? told : ""),
                             .link = link_to(act, course, petition->id)});
  return err == ERR_OK && ending->told.deliver_at != 0 ? petition_store_hasten(act, ending->told.deliver_at) : err;
}

static enum err tell_partner_end(const struct act *act, const struct course_view *course,
                                 const struct petition *petition, enum petition_state state) {
  return outbox_put(
      act, &(struct message){
               .course = course->id,
               .person = petition->partner,
               .kind = "request answered",
               .subject = arena_format(act->arena, "A request was %s: %s", petition_state_names[state], petition->kind),
               .words = arena_format(act->arena, "The request of %s for %s was %s. Nothing changes.",
                                     petition->person_name, about(act, course, petition), petition_state_names[state]),
               .link = link_to(act, course, petition->id)});
}

// No words: the message and the answer may tell what is nobody else's.
static enum err audit(const struct act *act, const struct course_view *course, const struct petition *petition,
                      const char *kind) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "kind", petition->kind);
  json_int(&json, "person", petition->person);
  if (petition->wish.team != 0)
    json_int(&json, "team", petition->wish.team);
  if (petition->wish.person != 0)
    json_int(&json, "other", petition->wish.person);
  if (petition->wish.size != 0)
    json_int(&json, "size", petition->wish.size);
  if (petition->wish.milestone != NULL)
    json_text(&json, "milestone", petition->wish.milestone);
  if (petition->wish.until != 0)
    json_instant(&json, "until", petition->wish.until);
  json_end(&json);
  return audit_write(act, course->id, kind, subject_of(act, petition), NULL, json_get(&json));
}

static const char *subject_of(const struct act *act, const struct petition *petition) {
  return arena_format(act->arena, "request %lld", (long long)petition->id);
}

static const char *link_to(const struct act *act, const struct course_view *course, int64_t id) {
  return arena_format(act->arena, "/courses/%s/requests/%lld", course->slug, (long long)id);
}

// "leave" (Gradient Descenders); "swap" with Ada Lovelace; "extension" (The report, until …, for Gradient Descenders).
static const char *about(const struct act *act, const struct course_view *course, const struct petition *petition) {
  if (petition->other_name != NULL)
    return arena_format(act->arena, "\"%s\" with %s", petition->kind, petition->other_name);
  if (petition->wish.milestone != NULL)
    return arena_format(
        act->arena, "\"%s\" (%s, until %s%s%s)", petition->kind, milestone_title(course, petition->wish.milestone),
        course_instant_words(course, act->arena, petition->wish.until), petition->team_name != NULL ? ", for " : "",
        petition->team_name != NULL ? petition->team_name : "");
  const char *size =
      petition->wish.size == 0 ? "" : arena_format(act->arena, ": %lld members", (long long)petition->wish.size);
  if (petition->team_name != NULL)
    return arena_format(act->arena, "\"%s\" (%s%s)", petition->kind, petition->team_name, size);
  return arena_format(act->arena, "\"%s\"", petition->kind);
}

// Its id when the course file has it no more.
static const char *milestone_title(const struct course_view *course, const char *id) {
  for (size_t i = 0; i < course->file->milestone_count; i++)
    if (text_equal(course->file->milestones[i].id, id))
      return course->file->milestones[i].title;
  return id;
}
