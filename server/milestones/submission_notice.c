// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_notice.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "server/db/audit.h"
#include "server/milestones/milestone_notice.h"

static const char *submission_link(const struct act *act, const struct course_view *course,
                                   const struct submission *submission);

enum err submission_tell(const struct act *act, const struct course_view *course, const struct submission *submission,
                         const struct submission_notice *notice) {
  const char *title = milestone_title_words(course, submission->milestone);
  const struct message message = {.course = course->id,
                                  .kind = notice->kind,
                                  .subject = arena_format(act->arena, "%s: %s", notice->subject, title),
                                  .words = notice->words,
                                  .link = submission_link(act, course, submission)};
  return milestone_tell(act, course, &submission->holder, &message);
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

// "/courses/cs8803/milestones/report/submissions/12".
static const char *submission_link(const struct act *act, const struct course_view *course,
                                   const struct submission *submission) {
  return arena_format(act->arena, "/courses/%s/milestones/%s/submissions/%" PRId64, course->slug, submission->milestone,
                      submission->id);
}
