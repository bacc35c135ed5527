// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_words.h"

#include "common/base/text.h"
#include "server/milestones/milestone_notice.h"
#include "server/outbound/outbox.h"

static const char *subject_of(const struct act *act, const struct course_view *course,
                              const struct extension_change *first, size_t count, bool is_given);
static bool is_news(const struct act *act, const struct extension_change *change);
static void add_words(const struct act *act, const struct course_view *course, const struct extension_change *change,
                      struct text *out);
static enum err put(const struct act *act, const struct course_view *course, const struct extension_change *change,
                    const char *subject, bool is_given, const char *words);

enum err extension_tell(const struct act *act, const struct course_view *course, const struct extension_done *done,
                        const char *reason) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < done->change_count;) {
    const struct extension_change *first = NULL;
    size_t count = 0;
    struct text words;
    text_init(&words, act->arena);
    int64_t person = done->changes[i].person;
    for (; i < done->change_count && done->changes[i].person == person; i++) {
      if (!is_news(act, &done->changes[i]))
        continue;
      if (first == NULL)
        first = &done->changes[i];
      add_words(act, course, &done->changes[i], &words);
      count++;
    }
    if (first == NULL)
      continue;
    if (reason != NULL)
      text_add_format(&words, "The staff write: %s", text_quotation(act->arena, reason));
    const char *subject = subject_of(act, course, first, count, reason != NULL);
    err = put(act, course, first, subject, reason != NULL, text_get(&words));
  }
  return err;
}

// Of what is over and costs the same nobody is told.
static bool is_news(const struct act *act, const struct extension_change *change) {
  int64_t last = change->was.closes > change->is.closes ? change->was.closes : change->is.closes;
  return act->now <= last || change->points_was != change->points_is;
}

static void add_words(const struct act *act, const struct course_view *course, const struct extension_change *change,
                      struct text *out) {
  text_add_format(out, "%s is now due %s (before: %s)", change->milestone->title,
                  course_instant_words(course, act->arena, change->is.due),
                  course_instant_words(course, act->arena, change->was.due));
  if (milestone_takes_work(change->milestone))
    text_add_format(out, "; late work is taken until %s", course_instant_words(course, act->arena, change->is.closes));
  text_add(out, ".");
  if (change->points_was != change->points_is)
    text_add_format(out, " What you handed in costs %d points for lateness instead of %d.", change->points_is,
                    change->points_was);
  text_add(out, "\n");
}

static const char *subject_of(const struct act *act, const struct course_view *course,
                              const struct extension_change *first, size_t count, bool is_given) {
  if (!is_given)
    return "An extension was taken back";
  return count > 1 ? "You have more time"
                   : arena_format(act->arena, "More time: %s is now due %s",
                                  milestone_title_words(course, first->milestone->id),
                                  course_instant_words(course, act->arena, first->is.due));
}

static enum err put(const struct act *act, const struct course_view *course, const struct extension_change *change,
                    const char *subject, bool is_given, const char *words) {
  const char *head = is_given ? "" : "The course's staff took back an extension.\n";
  return outbox_put(act,
                    &(struct message){.course = course->id,
                                      .person = change->person,
                                      .kind = is_given ? "extension" : "extension withdrawn",
                                      .subject = subject,
                                      .words = arena_format(act->arena, "%s: %s%s", course->file->title, head, words),
                                      .act_by = change->is.due > act->now ? change->is.due : change->is.closes,
                                      .link = arena_format(act->arena, "/courses/%s/milestones/%s", course->slug,
                                                           change->milestone->id)});
}
