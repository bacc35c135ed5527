// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/milestones/check_in_notice.h"
#include "server/milestones/check_in_store.h"
#include "server/milestones/slot.h"
#include "server/teams/team.h"

const char *const check_in_state_names[] = {[CHECK_IN_NONE] = "none",
                                            [CHECK_IN_HELD] = "held",
                                            [CHECK_IN_MISSED] = "missed",
                                            [CHECK_IN_EXCUSED] = "excused",
                                            NULL};
const char *const check_in_risk_names[] = {"on track", "at risk", "stuck", NULL};

static enum err find_holder(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            struct holder *out);
static enum err check_record(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct check_in_record *record);
static enum err check_member(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct check_in_record *record, size_t index);
static enum err put_row(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                        const struct check_in_record *record);
static enum err put_result(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct check_in_member *member);
static enum err put_follow_ups(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, const struct check_in_record *record);

enum err check_in_results_all(const struct act *act, const struct course_view *course, int64_t person,
                              const enum check_in_state **out) {
  enum check_in_state *states = arena_array(act->arena, course->file->milestone_count, sizeof *states);
  struct check_in_result_of *list = NULL;
  size_t count = 0;
  enum err err = check_in_store_results(act, course->id, person, &list, &count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < course->file->milestone_count; i++)
    for (size_t k = 0; k < count; k++)
      if (strcmp(list[k].milestone, course->file->milestones[i].id) == 0)
        states[i] = list[k].state;
  *out = states;
  return ERR_OK;
}

enum err check_in_update_get(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             struct check_in_update *out, const char **note) {
  struct holder holder = {0};
  enum err err = find_holder(act, course, milestone, &holder);
  if (err == ERR_OK)
    err = check_in_store_update(act, course->id, milestone->id, &holder, out);
  return err == ERR_OK ? check_in_store_note(act, course->id, milestone->id, holder.team, note) : err;
}

enum err check_in_update_put(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct check_in_words *words) {
  struct check_in_update update;
  const char *note = NULL;
  enum err err = check_in_update_get(act, course, milestone, &update, &note);
  if (err == ERR_OK)
    err = slot_check_holder(act, course, &update.holder);
  if (err != ERR_OK)
    return err;
  if (act->now < milestone->opens)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN, "%s opens on %s.", milestone->title,
                         course_instant_words(course, act->arena, milestone->opens));
  bool is_new_note = words->note_to_staff != NULL && strcmp(words->note_to_staff, note) != 0;
  bool is_new = strcmp(words->done, update.done) != 0 || strcmp(words->next, update.next) != 0 ||
                strcmp(words->blocked, update.blocked) != 0;
  update.done = words->done;
  update.next = words->next;
  update.blocked = words->blocked;
  if (is_new) {
    err = check_in_store_put_update(act, course->id, milestone->id, &update);
    if (err == ERR_OK)
      err = check_in_audit(act, course, milestone, "update written", &update.holder, update.version + 1);
  }
  if (err == ERR_OK && is_new_note) {
    err = check_in_store_put_note(act, course->id, milestone->id, update.holder.team, words->note_to_staff);
    if (err == ERR_OK)
      err = check_in_audit(act, course, milestone, "note to staff written", &(struct holder){.person = act->actor}, 0);
  }
  return err;
}

enum err check_in_version(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          const struct holder *holder, int64_t *out) {
  struct check_in_row row;
  enum err err = check_in_store_get(act, course->id, milestone->id, holder, &row);
  if (err == ERR_OK)
    *out = row.version;
  return err;
}

enum err check_in_record(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         const struct check_in_record *record) {
  enum err err = check_record(act, course, milestone, record);
  if (err == ERR_OK)
    err = put_row(act, course, milestone, record);
  for (size_t i = 0; err == ERR_OK && i < record->member_count; i++)
    err = put_result(act, course, milestone, &record->members[i]);
  return err == ERR_OK ? put_follow_ups(act, course, milestone, record) : err;
}

enum err check_in_close_follow_up(const struct act *act, const struct course_view *course, int64_t follow_up) {
  bool is_known = false;
  enum err err = check_in_store_close_follow_up(act, course->id, NULL, follow_up, &is_known);
  if (err != ERR_OK)
    return err;
  if (!is_known)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no such follow-up in this course.");
  return audit_write(act, course->id, "follow-up closed", arena_format(act->arena, "follow-up %" PRId64, follow_up),
                     NULL, NULL);
}

enum err check_in_mentor(const struct act *act, const struct course_view *course, int64_t team,
                         struct team_mentor *out) {
  struct team known;
  enum err err = team_get(act, course->id, team, &known);
  return err == ERR_OK ? check_in_store_mentor(act, course->id, team, out) : err;
}

enum err check_in_set_mentor(const struct act *act, const struct course_view *course, int64_t team, int64_t person) {
  struct team_mentor was = {0};
  enum err err = check_in_mentor(act, course, team, &was);
  if (err == ERR_OK && person != 0)
    err = slot_check_staff(act, course, person, "person");
  if (err != ERR_OK || (person != 0 && person == was.person))
    return err;
  bool is_changed = false; // one who is no longer of the staff is not shown, and is taken away all the same
  if ((err = check_in_store_set_mentor(act, course->id, team, person, &is_changed)) != ERR_OK || !is_changed)
    return err;
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int(&json, "mentor", person);
  json_end(&json);
  err = audit_write(act, course->id, person == 0 ? "mentor removed" : "mentor set",
                    arena_format(act->arena, "team %" PRId64, team), NULL, json_get(&json));
  return err == ERR_OK && person != 0 ? check_in_tell_mentor(act, course, team, person) : err;
}

// Whose update the caller's is.
static enum err find_holder(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            struct holder *out) {
  if (milestone->kind != MILESTONE_CHECK_IN)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "An update is written before a check-in, and %s is none.",
                         milestone->title);
  return milestone_holder(act, course, milestone, act->actor, out);
}

static enum err check_record(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct check_in_record *record) {
  if (!slot_is_for(milestone))
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s is handed in, not held.", milestone->title);
  enum err err = slot_check_whose(act, course, milestone, &record->holder);
  for (size_t i = 0; err == ERR_OK && i < record->member_count; i++)
    err = check_member(act, course, milestone, record, i);
  return err;
}

static enum err check_member(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct check_in_record *record, size_t index) {
  const struct check_in_member *member = &record->members[index];
  bool is_member = member->person == record->holder.person;
  enum err err = ERR_OK;
  if (record->holder.team != 0)
    err = check_in_store_is_member(act, course->id, record->holder.team, member->person, milestone->due, &is_member);
  if (err != ERR_OK)
    return err;
  if (!is_member)
    return problem_field(act->problem, arena_format(act->arena, "members[%zu].person", index),
                         "is nobody of this team, neither now nor when it was due");
  if (act->now < milestone->opens && (member->state == CHECK_IN_HELD || member->state == CHECK_IN_MISSED))
    return problem_raise(act->problem, PROBLEM_NOT_OPEN, "%s opens on %s: before, only an excuse is recorded.",
                         milestone->title, course_instant_words(course, act->arena, milestone->opens));
  return ERR_OK;
}

static enum err put_row(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                        const struct check_in_record *record) {
  struct check_in_row row;
  enum err err = check_in_store_get(act, course->id, milestone->id, &record->holder, &row);
  if (err != ERR_OK)
    return err;
  row.notes = record->notes == NULL ? row.notes : record->notes;
  row.risk = record->risk == CHECK_IN_NO_RISK_SAID ? row.risk : record->risk;
  err = check_in_store_put(act, course->id, milestone->id, &record->holder, &row);
  return err == ERR_OK ? check_in_audit(act, course, milestone, "check-in recorded", &record->holder, row.version + 1)
                       : err;
}

static enum err put_result(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct check_in_member *member) {
  enum check_in_state was = CHECK_IN_NONE;
  enum err err = check_in_store_result(act, course->id, milestone->id, member->person, &was);
  if (err != ERR_OK || was == member->state)
    return err;
  if ((err = check_in_store_put_result(act, course->id, milestone->id, member->person, member->state)) != ERR_OK ||
      (err = check_in_audit_result(act, course, milestone, member->person, was, member->state)) != ERR_OK)
    return err;
  // That it was held as planned is news to nobody.
  if (member->state == CHECK_IN_HELD && was == CHECK_IN_NONE)
    return ERR_OK;
  return check_in_tell_result(act, course, milestone, member->person, member->state);
}

static enum err put_follow_ups(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, const struct check_in_record *record) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < record->close_count; i++) {
    bool is_known = false;
    err = check_in_store_close_follow_up(act, course->id, &record->holder, record->closes[i], &is_known);
    if (err == ERR_OK && !is_known)
      err = problem_field(act->problem, arena_format(act->arena, "closes[%zu]", i),
                          "is no follow-up of this team or student");
  }
  for (size_t i = 0; err == ERR_OK && i < record->follow_up_count; i++)
    err = check_in_store_open_follow_up(act, course->id, milestone->id, &record->holder, record->follow_ups[i]);
  return err;
}
