// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_notice.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

enum { TITLE_CHARACTERS_MAX = 120 }; // of a subject; what is longer goes by its id

static const char *title_words(const struct course_view *course, const char *milestone);

const char *submission_link(const struct act *act, const struct course_view *course,
                            const struct submission *submission) {
  return arena_format(act->arena, "/courses/%s/milestones/%s/submissions/%" PRId64, course->slug, submission->milestone,
                      submission->id);
}

enum err submission_tell(const struct act *act, const struct course_view *course, const struct submission *submission,
                         const struct submission_notice *notice) {
  const int64_t *people = NULL;
  size_t count = 0;
  enum err err = milestone_people(act, course, &submission->holder, act->now, &people, &count);
  struct message message = {
      .course = course->id,
      .kind = notice->kind,
      .subject = arena_format(act->arena, "%s: %s", notice->subject, title_words(course, submission->milestone)),
      .words = notice->words,
      .link = submission_link(act, course, submission)};
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    message.person = people[i];
    if (people[i] != act->actor)
      err = outbox_put(act, &message);
  }
  return err;
}

enum err submission_audit(const struct act *act, const struct course_view *course, const struct submission *submission,
                          const char *kind) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "milestone", submission->milestone);
  if (submission->holder.team != 0)
    json_int(&json, "team", submission->holder.team);
  else
    json_int(&json, "person", submission->holder.person);
  json_int(&json, "version", submission->version);
  json_instant(&json, "at", submission->at);
  if (submission->judged_at != submission->at)
    json_instant(&json, "judged_at", submission->judged_at);
  json_flag(&json, "is_on_time", submission->is_on_time);
  json_flag(&json, "counts", submission->counts);
  json_array_in(&json, "files");
  for (size_t i = 0; i < submission->content.file_count; i++)
    json_int(&json, NULL, submission->content.files[i]);
  json_end(&json);
  json_end(&json);
  return audit_write(act, course->id, kind, arena_format(act->arena, "submission %" PRId64, submission->id), NULL,
                     json_get(&json));
}

enum err submission_actor_words(const struct act *act, const char **out) {
  struct person person;
  *out = "The operator";
  if (act->actor == 0)
    return ERR_OK;
  enum err err = person_get(act->db, act->arena, act->actor, &person);
  if (err == ERR_OK)
    *out = person.name;
  return err;
}

static const char *title_words(const struct course_view *course, const char *milestone) {
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    const struct milestone *known = &course->file->milestones[i];
    if (text_equal(known->id, milestone) && utf8_length(known->title) <= TITLE_CHARACTERS_MAX)
      return known->title;
  }
  return milestone;
}
