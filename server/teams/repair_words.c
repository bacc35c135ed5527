// SPDX-License-Identifier: AGPL-3.0-or-later
// What a repair says to whom: one message a person, with who did what, why, what follows, and whom to ask. Where
// somebody went is not said to those whom they leave.
#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/outbound/outbox.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

struct words { // what all messages of one repair share
  const char *who;
  const char *ask;
};

static enum err tell_mover(const struct repair *repair, const struct repair_move *move, const struct words *words);
static enum err tell_mates(const struct repair *repair, const struct repair_touched *touched,
                           const struct words *words);
static const char *mover_action(const struct repair *repair, const struct repair_move *move);
static const char *mates_action(const struct repair *repair, const struct repair_touched *touched);
static const char *team_facts(const struct repair *repair, const struct repair_touched *touched);
static const struct repair_touched *touched_by(const struct repair *repair, int64_t team);
static size_t add_names(const struct repair *repair, int64_t team, bool is_joining, struct text *text);
static bool is_mover(const struct repair *repair, int64_t person);
static const char *reason_words(const struct repair *repair);

enum err repair_tell(const struct repair *repair) {
  struct words words = {0};
  enum err err = repair_actor_words(repair->act, &words.who);
  if (err == ERR_OK)
    err = repair_ask_words(repair->act, repair->course, &words.ask);
  for (size_t i = 0; err == ERR_OK && i < repair->count; i++)
    if (repair->moves[i].who.is_active)
      err = tell_mover(repair, &repair->moves[i], &words);
  for (size_t i = 0; err == ERR_OK && i < repair->touched_count; i++)
    err = tell_mates(repair, &repair->touched[i], &words);
  return err;
}

enum err repair_actor_words(const struct act *act, const char **words) {
  struct person actor;
  *words = "The course's staff";
  enum err err = act->actor != 0 ? person_get(act->db, act->arena, act->actor, &actor) : ERR_NOT_FOUND;
  if (err == ERR_OK)
    *words = arena_format(act->arena, "%s, of the course's staff,", actor.name);
  return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err repair_ask_words(const struct act *act, const struct course_view *course, const char **words) {
  const char *staff = NULL;
  enum err err = team_staff_words(act, course, &staff);
  if (err == ERR_OK)
    *words = arena_format(act->arena, " If you think that this is a mistake, ask %s.", staff);
  return err;
}

static enum err tell_mover(const struct repair *repair, const struct repair_move *move, const struct words *words) {
  struct arena *arena = repair->act->arena;
  const struct repair_touched *into = move->to == REPAIR_TO_TEAM ? touched_by(repair, move->team) : NULL;
  const char *subject = "Your place in the course has changed";
  const char *next = "";
  if (into != NULL) {
    subject = arena_format(arena, "You are now in %s", into->team.name);
    next = team_facts(repair, into);
  } else if (move->to == REPAIR_TO_SEAT) {
    subject = "You have a lab seat";
  } else if (move->origin.team != 0) {
    subject = arena_format(arena, "You are no longer in %s", touched_by(repair, move->origin.team)->team.name);
    next = " You are in no team now: look for another one, found one, or ask the staff to place you.";
  } else {
    subject = "You no longer have a lab seat";
    next = " You have neither a seat nor a team now: look for a team, or ask the staff to place you.";
  }
  const char *link = move->to == REPAIR_TO_SEAT || (into == NULL && move->origin.team == 0)
                         ? arena_format(arena, "/courses/%s/labs", repair->course->slug)
                         : team_link(repair->act, repair->course, into != NULL ? into->team.id : 0);
  struct message message = {.course = repair->course->id,
                            .person = move->person,
                            .kind = "moved by staff",
                            .subject = subject,
                            .words = arena_format(arena, "%s %s.%s%s%s", words->who, mover_action(repair, move),
                                                  reason_words(repair), next, words->ask),
                            .link = link};
  return outbox_put(repair->act, &message);
}

static enum err tell_mates(const struct repair *repair, const struct repair_touched *touched,
                           const struct words *words) {
  const struct act *act = repair->act;
  struct notice notice = {.kind = "team changed by staff",
                          .subject = arena_format(act->arena, "Who is in %s has changed", touched->team.name),
                          .words = arena_format(act->arena, "%s %s.%s%s%s", words->who, mates_action(repair, touched),
                                                reason_words(repair), team_facts(repair, touched), words->ask)};
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < touched->after.count; i++) {
    const struct team_member *member = &touched->after.list[i];
    if (member->is_active && !is_mover(repair, member->person))
      err = team_tell_person(act, repair->course, touched->team.id, member->person, &notice);
  }
  return err;
}

static const char *mover_action(const struct repair *repair, const struct repair_move *move) {
  struct arena *arena = repair->act->arena;
  const struct repair_touched *from = move->origin.team != 0 ? touched_by(repair, move->origin.team) : NULL;
  const struct repair_touched *into = move->to == REPAIR_TO_TEAM ? touched_by(repair, move->team) : NULL;
  const char *old = from != NULL ? from->team.name : "your lab seat";
  if (move->origin.id == 0)
    return into != NULL ? arena_format(arena, "put you into %s", into->team.name) : "gave you a lab seat";
  if (into != NULL)
    return arena_format(arena, "moved you from %s to %s", old, into->team.name);
  if (move->to == REPAIR_TO_SEAT)
    return arena_format(arena, "moved you from %s to a lab seat", old);
  return from != NULL ? arena_format(arena, "took you out of %s", old) : "took your lab seat back";
}

static const char *mates_action(const struct repair *repair, const struct repair_touched *touched) {
  struct text text;
  text_init(&text, repair->act->arena);
  const char *name = touched->team.name;
  if (touched->joining > 0) {
    text_add(&text, "put ");
    add_names(repair, touched->team.id, true, &text);
    text_add_format(&text, " into %s", name);
  }
  if (touched->leaving > 0) {
    text_add(&text, touched->joining > 0 ? " and took " : "took ");
    add_names(repair, touched->team.id, false, &text);
    text_add_format(&text, " out of %s", touched->joining > 0 ? "it" : name);
  }
  return text_get(&text);
}

static const char *team_facts(const struct repair *repair, const struct repair_touched *touched) {
  const struct team_members *members = &touched->after;
  int missing = repair->course->file->teams.size_min - (int)members->active;
  struct text text;
  text_init(&text, repair->act->arena);
  if (touched->contact != NULL)
    text_add_format(&text, " %s is now the contact of %s.", touched->contact, touched->team.name);
  text_add_format(&text, " %s has %zu of at most %d members now", touched->team.name, members->count,
                  team_size_max(repair->course, &touched->team));
  if (missing > 0)
    text_add_format(&text, " and needs %d more to have the least number", missing);
  text_add_char(&text, '.');
  if (touched->gap != NULL)
    text_add_format(&text, " It no longer covers all skills that the course asks for: %s. It stays registered.",
                    touched->gap);
  return text_get(&text);
}

static const struct repair_touched *touched_by(const struct repair *repair, int64_t team) {
  const struct repair_touched *touched = repair->touched;
  while (touched->team.id != team) // repair_touch has put every team of a move there
    touched++;
  return touched;
}

// "Ada, Ben and Cyd".
static size_t add_names(const struct repair *repair, int64_t team, bool is_joining, struct text *text) {
  size_t total = 0, written = 0;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < repair->count; i++) {
      const struct repair_move *move = &repair->moves[i];
      if (is_joining ? move->to != REPAIR_TO_TEAM || move->team != team : move->origin.team != team)
        continue;
      if (pass == 0) {
        total++;
        continue;
      }
      text_add_format(text, "%s%s", written == 0 ? "" : written + 1 == total ? " and " : ", ", move->who.name);
      written++;
    }
  return written;
}

static bool is_mover(const struct repair *repair, int64_t person) {
  for (size_t i = 0; i < repair->count; i++)
    if (repair->moves[i].person == person)
      return true;
  return false;
}

static const char *reason_words(const struct repair *repair) {
  return arena_format(repair->act->arena, " They write: %s", text_quotation(repair->act->arena, repair->reason));
}
