// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_version.h"

#include "common/base/text.h"
#include "server/proposals/proposal_submit.h"
#include "server/proposals/proposal_version_store.h"
#include "server/proposals/review.h"

static enum err newest(const struct act *act, const struct proposal *proposal, struct proposal_version *out);
static const struct proposal_entry *find(const struct proposal_entry *entries, size_t count,
                                         const struct proposal_entry *like);
static enum err limit_to_reader(const struct act *act, const struct course_view *course, int64_t team,
                                struct version_page *page);
static bool takes_in(const struct act *act, const struct proposal *proposal, const struct proposal_version *version);
static enum err begin(const struct act *act, struct proposal *proposal, enum proposal_version_kind kind, int64_t at,
                      const struct proposal_handed_in *handed_in);

enum err proposal_version_save(const struct act *act, const struct course_view *course, struct proposal *proposal,
                               const struct proposal_entry *entry) {
  struct proposal_version last = {0};
  bool is_alike = true;
  enum err err = newest(act, proposal, &last);
  bool is_taken_in = takes_in(act, proposal, &last);
  bool is_out_of_order = last.proposal == proposal->id && last.at > act->now;
  if (err == ERR_OK && (is_taken_in || is_out_of_order))
    err = proposal_judged_alike(act, course, proposal, (const int64_t[]){last.at, act->now}, &is_alike);
  // A version says all that was saved until its last save, so it is not dated before what it has from the one before:
  // but where that is judged otherwise, and not in it (version_store_entries).
  int64_t at = is_out_of_order && is_alike ? last.at : act->now;
  if (err == ERR_OK)
    err = is_taken_in && is_alike ? version_store_touch(act, proposal->team, last.version, at)
                                  : begin(act, proposal, VERSION_SAVED, at, NULL);
  return err == ERR_OK ? version_store_put(act, proposal->id, proposal->version, entry) : err;
}

enum err proposal_version_seal(const struct act *act, struct proposal *proposal, enum proposal_version_kind kind,
                               const struct proposal_handed_in *handed_in) {
  enum err err = begin(act, proposal, kind, act->now, handed_in);
  return err == ERR_OK && kind == VERSION_BEGUN_ANEW ? version_store_put_all(act, proposal->id, proposal->version)
                                                     : err;
}

enum err proposal_version_restore(const struct act *act, const struct proposal *proposal,
                                  const struct proposal_version *version) {
  struct proposal_entry *now = NULL, *then = NULL;
  size_t now_count = 0, then_count = 0;
  enum err err = proposal_store_entries(act, proposal->id, &now, &now_count);
  if (err == ERR_OK)
    err = proposal_version_entries(act, version, &then, &then_count);
  for (size_t i = 0; err == ERR_OK && i < now_count; i++) {
    struct proposal_entry entry = now[i];
    const struct proposal_entry *was = find(then, then_count, &entry);
    if (was != NULL && text_equal(was->value, entry.value) && was->file == entry.file)
      continue;
    entry.kind = was != NULL ? was->kind : entry.kind;
    entry.value = was != NULL ? was->value : "";
    entry.file = was != NULL ? was->file : 0;
    entry.version++;
    entry.by = act->actor;
    entry.at = act->now;
    if ((err = proposal_store_put(act, proposal->id, &entry)) == ERR_OK)
      err = version_store_put(act, proposal->id, proposal->version, &entry);
  }
  return err;
}

enum err proposal_version_take_back(const struct act *act, const struct proposal *proposal) {
  return version_store_take_back(act, proposal->team, proposal->version);
}

enum err proposal_version_list(const struct act *act, const struct course_view *course, int64_t team, int64_t below,
                               int64_t limit, struct proposal_version **out, size_t *count) {
  struct version_page page = {.below = below, .limit = limit};
  enum err err = limit_to_reader(act, course, team, &page);
  return err == ERR_OK ? version_store_list(act, course->id, team, &page, out, count) : err;
}

enum err proposal_version_get(const struct act *act, const struct course_view *course, int64_t team, int64_t version,
                              struct proposal_version *out) {
  struct version_page page = {.limit = 1};
  struct proposal_version *list = NULL;
  size_t count = 0;
  enum err err = limit_to_reader(act, course, team, &page);
  page.below = version < INT64_MAX ? version + 1 : version;
  if (err == ERR_OK)
    err = version_store_list(act, course->id, team, &page, &list, &count);
  if (err != ERR_OK)
    return err;
  if (count == 0 || list[0].version != version)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "The team's proposal has no version of this number.");
  *out = list[0];
  return ERR_OK;
}

enum err proposal_version_entries(const struct act *act, const struct proposal_version *version,
                                  struct proposal_entry **out, size_t *count) {
  return version_store_entries(act, version, out, count);
}

// Version 0 when the proposal has none yet.
static enum err newest(const struct act *act, const struct proposal *proposal, struct proposal_version *out) {
  struct version_page page = {.below = proposal->version + 1, .limit = 1, .with_taken_back = true};
  struct proposal_version *list = NULL;
  size_t count = 0;
  enum err err = version_store_list(act, proposal->course, proposal->team, &page, &list, &count);
  if (err == ERR_OK)
    *out = count == 1 ? list[0] : (struct proposal_version){0};
  return err;
}

// While a decision is not told, its version is the newest: nobody saves in between.
static enum err limit_to_reader(const struct act *act, const struct course_view *course, int64_t team,
                                struct version_page *page) {
  struct proposal proposal, seen;
  page->with_taken_back = course->role != ROLE_STUDENT;
  if (page->with_taken_back)
    return ERR_OK;
  enum err err = proposal_of_team(act, course, team, &proposal);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  seen = proposal;
  if ((err = review_mask(act, course, &seen)) == ERR_OK && seen.state != proposal.state)
    page->without = proposal.version;
  return err;
}

// A save that arrived earlier but is written later is within the ten minutes, too.
static bool takes_in(const struct act *act, const struct proposal *proposal, const struct proposal_version *version) {
  return version->version == proposal->version && version->proposal == proposal->id && version->kind == VERSION_SAVED &&
         version->by == act->actor && act->now - version->started_at <= PROPOSAL_FOLD_SECONDS;
}

static enum err begin(const struct act *act, struct proposal *proposal, enum proposal_version_kind kind, int64_t at,
                      const struct proposal_handed_in *handed_in) {
  struct proposal_version next = {.version = proposal->version + 1,
                                  .proposal = proposal->id,
                                  .kind = kind,
                                  .state = proposal->state,
                                  .by = act->actor,
                                  .started_at = at,
                                  .at = at,
                                  .submission = handed_in == NULL ? 0 : handed_in->submission,
                                  .counted = handed_in == NULL ? 0 : handed_in->counted,
                                  .reason = handed_in == NULL ? NULL : handed_in->reason};
  enum err err = version_store_insert(act, proposal->team, &next);
  if (err == ERR_OK)
    proposal->version = next.version;
  return err;
}

static const struct proposal_entry *find(const struct proposal_entry *entries, size_t count,
                                         const struct proposal_entry *like) {
  for (size_t i = 0; i < count; i++)
    if (entries[i].person == like->person && text_equal(entries[i].field, like->field))
      return &entries[i];
  return NULL;
}
