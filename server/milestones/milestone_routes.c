// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_routes.h"

#include "server/http/request.h"
#include "server/milestones/milestone_view.h"
#include "server/milestones/penalty.h"
#include "server/milestones/submission.h"

static route_handler list_milestones, show_milestone;
static enum err write_preview(struct request *request, struct json *json, const struct milestone *milestone,
                              const struct holder *holder);
static const char *preview_words(struct arena *arena, const struct cost_preview *preview, bool would_count);

// clang-format off
static const struct answer_field milestones_fields[] = {
  {"milestones", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &milestone_answer, "In the course file's order; to students those of their track, or of both before they have chosen"},
};
static const struct answer milestones_answer = {"Milestones", NULL, false, milestones_fields, sizeof milestones_fields / sizeof *milestones_fields};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/milestones",             ACCESS_COURSE, ROUTE_READ, NULL, list_milestones, NULL, NULL, 200, &milestones_answer, "The milestones, with your state in each; to staff with who has handed in"},
  {METHOD_GET, "/courses/{course}/milestones/{milestone}", ACCESS_COURSE, ROUTE_READ, NULL, show_milestone,  NULL, NULL, 200, &milestone_answer,  "One milestone, with what handing in now would cost"},
};
// clang-format on

const struct route_table milestone_routes = {"milestones", rows, sizeof rows / sizeof rows[0]};

static enum err list_milestones(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct milestone_views *views = NULL;
  enum err err = milestone_views_load(&request->act, course, &views);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // a person's own due and daily cost turn at instants that no course's tag knows
  struct json *json = reply_object(request);
  json_array_in(json, "milestones");
  for (size_t i = 0; i < course->file->milestone_count; i++) {
    if (!milestone_may_concern(course, &course->file->milestones[i]))
      continue;
    json_begin_object(json);
    milestone_view_write(json, views, &course->file->milestones[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

static enum err show_milestone(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct milestone *milestone = NULL;
  const struct milestone_views *views = NULL;
  struct holder holder = {0};
  enum err err = milestone_find(&request->act, course, request_text(request, "milestone"), &milestone);
  bool is_placed = course->role == ROLE_STUDENT && (course->team != 0 || course->is_seated);
  if (err == ERR_OK && is_placed)
    err = milestone_holder(&request->act, course, milestone, request->who.person, &holder);
  if (err == ERR_OK)
    err = milestone_views_load(&request->act, course, &views);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // as above
  struct json *json = reply_object(request);
  milestone_view_write(json, views, milestone);
  return is_placed ? write_preview(request, json, milestone, &holder) : ERR_OK;
}

// While work is taken at all, by the shared terms or by the reader's own, and none is accepted.
static enum err write_preview(struct request *request, struct json *json, const struct milestone *milestone,
                              const struct holder *holder) {
  const struct act *act = &request->act;
  struct cost_preview preview;
  struct submission_outlook outlook;
  struct terms own, shared;
  const struct course_view *course = request_course(request);
  enum err err = extension_terms(act, course, milestone, act->actor, &own);
  if (err == ERR_OK)
    err = extension_shared_terms(act, course, milestone, holder, &shared);
  if (err != ERR_OK || !milestone_takes_work(milestone) || act->now < own.opens ||
      (act->now > own.closes && act->now > shared.closes))
    return err;
  if ((err = submission_look_out(act, course, milestone, holder, &outlook)) != ERR_OK || !outlook.is_taken ||
      (err = penalty_preview(act, course, milestone, holder, &preview)) != ERR_OK)
    return err;
  json_object_in(json, "preview");
  json_int(json, "yours", preview.yours);
  json_int(json, "most", preview.most);
  json_flag(json, "counts", outlook.would_count);
  json_text(json, "words", preview_words(request->arena, &preview, outlook.would_count));
  json_end(json);
  return ERR_OK;
}

static const char *preview_words(struct arena *arena, const struct cost_preview *preview, bool would_count) {
  if (!would_count && preview->yours == 0)
    return "What was handed in before goes on counting, and a version handed in now would not, unless it is chosen.";
  if (!would_count)
    return arena_format(arena,
                        "What was handed in before goes on counting, and a version handed in now would not. Were it "
                        "chosen, it would cost you %d points of 100, and be no dearer than \u2212%d for anyone.",
                        preview->yours, preview->most);
  if (preview->most == 0)
    return "Handing in now costs nobody anything.";
  const char *yours = preview->yours == 0 ? "nothing" : arena_format(arena, "%d points of 100", preview->yours);
  return arena_format(arena, "Handing in now costs you %s; it is no dearer than \u2212%d for anyone.", yours,
                      preview->most);
}
