// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/decision_notice.h"

#include "common/base/text.h"
#include "server/milestones/submission.h"
#include "server/outbound/outbox.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/proposal_value.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

struct outcome {
  const char *subject;
  const char *words;
};

static const struct outcome outcomes[] = {
    [VERDICT_APPROVE] = {"Your proposal is approved", "Your team's proposal is approved."},
    [VERDICT_CONDITIONS] = {"Your proposal is approved, with conditions",
                            "Your team's proposal is approved, with conditions."},
    [VERDICT_CHANGES] = {"Changes to your proposal are requested", "Your team's proposal needs changes."},
    [VERDICT_DECLINE] = {"Your proposal is not approved", "Your team's proposal is not approved."},
};
static const struct outcome reopened = {"Your proposal is open again", "Staff have opened your team's proposal again."};

static enum err add_changes(const struct act *act, const struct course_view *course, const struct decision *decision,
                            struct text *words);
static void add_dates(const struct act *act, const struct course_view *course, const struct decision *decision,
                      struct text *words);

enum err decision_tell_team(const struct act *act, const struct course_view *course, const struct decision *decision) {
  struct team team;
  struct team_members members;
  const struct outcome *outcome = decision->kind == DECISION_REOPENED ? &reopened : &outcomes[decision->verdict];
  struct text words;
  text_init(&words, act->arena);
  text_add(&words, outcome->words);
  enum err err = add_changes(act, course, decision, &words);
  add_dates(act, course, decision, &words);
  if (decision->comment[0] != '\0')
    text_add_format(&words, "\n\n%s", decision->comment);
  if (err == ERR_OK)
    err = team_load(act, course, decision->team, &team, &members);
  struct message message = {.course = course->id,
                            .kind = decision->kind == DECISION_REOPENED ? "proposal reopened" : "proposal decided",
                            .subject = outcome->subject,
                            .words = text_get(&words),
                            .link = proposal_link(act, course, decision->team)};
  for (size_t i = 0; err == ERR_OK && i < members.count; i++) {
    message.person = members.list[i].person;
    if (members.list[i].is_active)
      err = outbox_put(act, &message);
  }
  return err;
}

enum err decision_accept_work(const struct act *act, const struct course_view *course, int64_t team, bool is_accepted) {
  const struct holder holder = {.team = team};
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    struct submission counting = {0};
    if (milestone->kind != MILESTONE_PROPOSAL)
      continue;
    err = submission_counting(act, course, milestone, &holder, &counting);
    if (err == ERR_OK && counting.id != 0)
      err = submission_mark_accepted(act, course, counting.id, is_accepted);
  }
  return err;
}

static enum err add_changes(const struct act *act, const struct course_view *course, const struct decision *decision,
                            struct text *words) {
  struct change_new *changes = NULL;
  size_t count = 0;
  enum err err = change_store_of(act, decision->id, &changes, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const struct proposal_field *field = changes[i].field ? proposal_field_find(course, changes[i].field) : NULL;
    text_add_format(words, "\n%zu. %s%s%s", i + 1, field ? field->title : "", field ? ": " : "", changes[i].text);
  }
  if (err == ERR_OK && count > 0)
    text_add_format(words, "\nAnswer %s before you submit the proposal again.", count == 1 ? "it" : "each of them");
  return err;
}

static void add_dates(const struct act *act, const struct course_view *course, const struct decision *decision,
                      struct text *words) {
  if (decision->revise_until != 0)
    text_add_format(words, " What you submit by %s is not late.",
                    course_instant_words(course, act->arena, decision->revise_until));
  if (decision->verdict == VERDICT_DECLINE && decision->propose_anew_by != 0)
    text_add_format(words, " Propose anew by %s.", course_instant_words(course, act->arena, decision->propose_anew_by));
}
