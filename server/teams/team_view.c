// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_view.h"

#include "server/teams/invitation.h"
#include "server/teams/seeker_tally.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_progress.h"
#include "server/teams/team_rules.h"

// clang-format off
static const struct answer_field member_level_answer_fields[] = {
  {"skill", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "A skill's id"},
  {"level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The level's id, as the member says"},
  {"counted_level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The one that counts: a raise after registration counts once staff confirm it"},
};
static const struct answer member_level_answer = {"MemberLevel", NULL, false, member_level_answer_fields, sizeof member_level_answer_fields / sizeof *member_level_answer_fields};
static const struct answer_field member_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it; a confidential member appears to the team and staff only"},
  {"is_contact", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether the team speaks through them"},
  {"email", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "The primary address"},
  {"since", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "When they joined"},
  {"skills", ANSWER_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &member_level_answer, "Their levels"},
  {"is_active", ANSWER_FLAG, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "false: dropped, the place is held"},
};
static const struct answer member_answer = {"TeamMember", NULL, false, member_answer_fields, sizeof member_answer_fields / sizeof *member_answer_fields};
static const struct answer_field requirement_answer_fields[] = {
  {"skill", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "A skill's id"},
  {"level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The level's id that is needed at least"},
  {"members", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How many members need it"},
  {"have", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How many have it"},
  {"is_met", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether that is enough"},
  {"seekers", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "How many who look for a team have it; while something is missing"},
};
static const struct answer requirement_answer = {"RequirementState", NULL, false, requirement_answer_fields, sizeof requirement_answer_fields / sizeof *requirement_answer_fields};
static const struct answer_field coverage_answer_fields[] = {
  {"is_covered", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether every requirement is met"},
  {"is_waived", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether staff waived it for this team"},
  {"words", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "What is missing and who could help; null when nothing is"},
  {"requirements", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &requirement_answer, "In the course file's order"},
  {"gap_plan", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "How the team will close the gap"},
  {"gap_since", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Since when something is missing"},
  {"gap_due", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Until when to repair it"},
  {"waiver_reason", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "Why staff waived it"},
};
static const struct answer coverage_answer = {"Coverage", NULL, false, coverage_answer_fields, sizeof coverage_answer_fields / sizeof *coverage_answer_fields};
static const struct answer_field open_invitation_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Its number"},
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Who is invited, or asks"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "As everybody sees it"},
  {"message", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "A few words to the other side"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "When it was made"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "When it lapses"},
};
static const struct answer open_invitation_answer = {"OpenInvitation", NULL, false, open_invitation_answer_fields, sizeof open_invitation_answer_fields / sizeof *open_invitation_answer_fields};
static const struct answer_field team_proposal_answer_fields[] = {
  {"state", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Where it stands; to students a decision shows once they are told of it"},
  {"round", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "1; 2 and on: a proposal anew"},
};
static const struct answer team_proposal_answer = {"TeamProposal", NULL, false, team_proposal_answer_fields, sizeof team_proposal_answer_fields / sizeof *team_proposal_answer_fields};
static const struct answer_field team_handed_in_answer_fields[] = {
  {"milestone", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Its id in the course file"},
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The version that counts"},
  {"at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "When it arrived"},
  {"is_on_time", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "By the terms that all of the team share"},
  {"is_accepted", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Whether staff accepted it"},
};
static const struct answer team_handed_in_answer = {"TeamHandedIn", NULL, false, team_handed_in_answer_fields, sizeof team_handed_in_answer_fields / sizeof *team_handed_in_answer_fields};
static const struct answer_field team_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The team's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Unique in the course"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, team_state_names, NULL, "Where it stands"},
  {"looking_for", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whom it looks for"},
  {"contact", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "Through whom it speaks; null when they appear to the team and staff only"},
  {"size_min", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Members at least"},
  {"size_max", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Members at most"},
  {"places_left", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How many can still join"},
  {"registered_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "When it was registered"},
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Counts its changes"},
  {"is_yours", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether you are a member"},
  {"members", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &member_answer, "In the order of joining"},
  {"coverage", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &coverage_answer, "Of the skills that the course asks for"},
  {"invitations", ANSWER_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &open_invitation_answer, "Open ones; to the team without those of people who were marked confidential since"},
  {"join_requests", ANSWER_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &open_invitation_answer, "Open ones"},
  {"proposal", ANSWER_OBJECT, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &team_proposal_answer, "Null until the first save"},
  {"handed_in", ANSWER_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &team_handed_in_answer, "What counts, a row a milestone"},
};
const struct answer team_answer = {"Team", NULL, false, team_answer_fields, sizeof team_answer_fields / sizeof *team_answer_fields};
// clang-format on

struct viewer {
  int64_t person;
  bool is_staff;
  bool is_mate;
};

struct coverage_shown {
  const struct team *team;
  struct coverage coverage;
  const int *seekers; // by requirement; NULL when it is covered
};

static void write_team(struct json *json, const struct course_view *course, const struct team *team,
                       const struct team_members *members, struct viewer viewer);
static void write_member(struct json *json, const struct course *file, const struct team *team,
                         const struct team_member *member, struct viewer viewer);
static void write_levels(struct json *json, const struct course *file, const struct team_member *member);
static enum err count_seekers(const struct act *act, const struct services *services, const struct course_view *course,
                              const struct coverage *coverage, const int **out);
static void write_coverage(struct json *json, const struct act *act, const struct course *file,
                           const struct coverage_shown *shown, struct viewer viewer);
static void write_requirement(struct json *json, const struct course *file, const struct requirement_state *state,
                              const int *seekers);
static enum err write_open(const struct act *act, int64_t team, bool is_for_staff, struct json *json);
static void write_invitation(struct json *json, const struct invitation *invitation);
static void write_progress(struct json *json, const struct team_progress *progress);

enum err team_view_write(const struct act *act, const struct services *services, const struct course_view *course,
                         int64_t id, struct json *json) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  const struct team_member *self = team_member_find(&members, act->actor);
  struct viewer viewer = {
      .person = act->actor, .is_staff = course_is_staff(course), .is_mate = self != NULL && self->is_active};
  struct coverage_shown shown = {.team = &team};
  team_coverage_judge(act, course, &members, 0, &shown.coverage);
  if ((err = count_seekers(act, services, course, &shown.coverage, &shown.seekers)) != ERR_OK)
    return err;
  write_team(json, course, &team, &members, viewer);
  write_coverage(json, act, course->file, &shown, viewer);
  if (!viewer.is_mate && !viewer.is_staff)
    return ERR_OK;
  struct team_progress progress;
  if ((err = write_open(act, id, viewer.is_staff, json)) == ERR_OK)
    err = services->team_progress(act, course, id, &progress);
  if (err == ERR_OK)
    write_progress(json, &progress);
  return err;
}

static void write_team(struct json *json, const struct course_view *course, const struct team *team,
                       const struct team_members *members, struct viewer viewer) {
  const struct team_rules *rules = &course->file->teams;
  const struct team_member *contact = team_member_find(members, team->contact);
  bool is_contact_shown = contact != NULL && (!contact->is_confidential || viewer.is_staff || viewer.is_mate);
  int size_max = team_size_max(course, team);
  int left = size_max - (int)members->count;
  json_int(json, "id", team->id);
  json_text(json, "name", team->name);
  json_text(json, "state", team_state_names[team->state]);
  json_text(json, "looking_for", team->looking_for);
  if (is_contact_shown)
    json_int(json, "contact", team->contact);
  else
    json_none(json, "contact");
  json_int(json, "size_min", rules->size_min);
  json_int(json, "size_max", size_max);
  json_int(json, "places_left", team->state == TEAM_FORMING && left > 0 ? left : 0);
  json_instant_or_null(json, "registered_at", team->registered_at);
  json_int(json, "version", team->version);
  json_flag(json, "is_yours", viewer.is_mate);
  json_array_in(json, "members");
  for (size_t i = 0; i < members->count; i++)
    if (!members->list[i].is_confidential || viewer.is_staff || viewer.is_mate)
      write_member(json, course->file, team, &members->list[i], viewer);
  json_end(json);
}

static void write_member(struct json *json, const struct course *file, const struct team *team,
                         const struct team_member *member, struct viewer viewer) {
  json_begin_object(json);
  json_int(json, "person", member->person);
  json_text(json, "name", member->name);
  json_flag(json, "is_contact", member->person == team->contact);
  if (viewer.is_mate || viewer.is_staff) {
    json_text(json, "email", member->email);
    json_instant(json, "since", member->from);
    write_levels(json, file, member);
  }
  if (viewer.is_staff)
    json_flag(json, "is_active", member->is_active); // a drop is for staff and the person
  json_end(json);
}

static void write_levels(struct json *json, const struct course *file, const struct team_member *member) {
  json_array_in(json, "skills");
  for (int i = 0; i < file->skill_count; i++) {
    json_begin_object(json);
    json_text(json, "skill", file->skills[i].id);
    json_text(json, "level", file->levels[member->levels[i]].id);
    json_text(json, "counted_level", file->levels[member->counted[i]].id);
    json_end(json);
  }
  json_end(json);
}

static enum err count_seekers(const struct act *act, const struct services *services, const struct course_view *course,
                              const struct coverage *coverage, const int **out) {
  if (coverage->is_covered)
    return ERR_OK;
  int counts[SKILL_MAX][LEVEL_MAX + 1];
  enum err err = seeker_tally_counts(services->seekers, act, course, counts);
  if (err == ERR_OK)
    *out = team_coverage_seekers(act, coverage, counts);
  return err;
}

static void write_coverage(struct json *json, const struct act *act, const struct course *file,
                           const struct coverage_shown *shown, struct viewer viewer) {
  const struct team *team = shown->team;
  const struct coverage *coverage = &shown->coverage;
  json_object_in(json, "coverage");
  json_flag(json, "is_covered", coverage->is_covered);
  json_flag(json, "is_waived", team->is_waived);
  json_text(json, "words", coverage_words(act->arena, file, coverage, shown->seekers));
  json_array_in(json, "requirements");
  for (size_t i = 0; i < coverage->count; i++)
    write_requirement(json, file, &coverage->states[i], shown->seekers ? &shown->seekers[i] : NULL);
  json_end(json);
  if (viewer.is_mate || viewer.is_staff) {
    json_text(json, "gap_plan", team->gap_plan);
    json_instant_or_null(json, "gap_since", team->gap_since);
    json_instant_or_null(json, "gap_due", team->gap_due);
  }
  if (viewer.is_staff)
    json_text(json, "waiver_reason", team->waiver_reason);
  json_end(json);
}

static void write_requirement(struct json *json, const struct course *file, const struct requirement_state *state,
                              const int *seekers) {
  json_begin_object(json);
  json_text(json, "skill", file->skills[state->requirement->skill].id);
  json_text(json, "level", file->levels[state->requirement->level].id);
  json_int(json, "members", state->requirement->members);
  json_int(json, "have", state->have);
  json_flag(json, "is_met", state->is_met);
  if (seekers != NULL)
    json_int(json, "seekers", *seekers);
  json_end(json);
}

static enum err write_open(const struct act *act, int64_t team, bool is_for_staff, struct json *json) {
  struct invitation *list = NULL;
  size_t count = 0;
  enum err err = invitation_store_of_team(act, team, &list, &count);
  if (err != ERR_OK)
    return err;
  json_array_in(json, "invitations");
  for (size_t i = 0; i < count; i++)
    if (!list[i].is_request && (is_for_staff || invitation_is_shown(&list[i])))
      write_invitation(json, &list[i]);
  json_end(json);
  json_array_in(json, "join_requests");
  for (size_t i = 0; i < count; i++)
    if (list[i].is_request)
      write_invitation(json, &list[i]);
  json_end(json);
  return ERR_OK;
}

static void write_invitation(struct json *json, const struct invitation *invitation) {
  json_begin_object(json);
  json_int(json, "id", invitation->id);
  json_int(json, "person", invitation->person);
  json_text(json, "name", invitation->person_name);
  json_text(json, "message", invitation->message);
  json_instant(json, "created_at", invitation->created_at);
  json_instant(json, "expires_at", invitation->expires_at);
  json_end(json);
}

static void write_progress(struct json *json, const struct team_progress *progress) {
  if (progress->proposal_state == NULL) {
    json_none(json, "proposal");
  } else {
    json_object_in(json, "proposal");
    json_text(json, "state", progress->proposal_state);
    json_int(json, "round", progress->proposal_round);
    json_end(json);
  }
  json_array_in(json, "handed_in");
  for (size_t i = 0; i < progress->handed_in_count; i++) {
    const struct team_handed_in *one = &progress->handed_in[i];
    json_begin_object(json);
    json_text(json, "milestone", one->milestone);
    json_int(json, "version", one->version);
    json_instant(json, "at", one->at);
    json_flag(json, "is_on_time", one->is_on_time);
    json_flag(json, "is_accepted", one->is_accepted);
    json_end(json);
  }
  json_end(json);
}
