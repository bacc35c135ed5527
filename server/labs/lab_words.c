// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_words.h"

#include "common/base/text.h"
#include "server/outbound/outbox.h"
#include "server/teams/repair_moves.h"

enum { DAY_SECONDS = 86400 };

static enum err tell(const struct act *act, const struct course_view *course, int64_t person, const char *subject,
                     const char *words);
static enum err tell_until(const struct act *act, const struct course_view *course, int64_t person, const char *subject,
                           const char *words, int64_t not_after);

enum err lab_tell_offer(const struct act *act, const struct course_view *course, int64_t person, int64_t expires_at) {
  const char *until = course_instant_words(course, act->arena, expires_at);
  return tell_until(
      act, course, person, arena_format(act->arena, "A lab seat is yours if you take it by %s", until),
      arena_format(
          act->arena,
          "A lab seat in %s has become free and you are first in line. Take it by %s; after that it goes to the next "
          "in line. If you do not want it any more, withdraw, so that somebody else gets it sooner.",
          course->file->title, until),
      expires_at); // a mail that could not leave in time does not offer what is another's by then
}

enum err lab_tell_expired(const struct act *act, const struct course_view *course, int64_t person) {
  return tell(
      act, course, person, "Your lab offer has ended",
      arena_format(
          act->arena,
          "The lab seat in %s that was offered to you went to the next in line, because you did not take it in time. "
          "You can withdraw and ask again, at the end of the line, or look for a team.",
          course->file->title));
}

enum err lab_tell_taken_out(const struct act *act, const struct course_view *course, int64_t person, const char *lost,
                            const char *reason) {
  const char *who = NULL, *ask = NULL;
  enum err err = repair_actor_words(act, &who);
  if (err == ERR_OK)
    err = repair_ask_words(act, course, &ask);
  if (err != ERR_OK)
    return err;
  return tell(act, course, person, "The staff have taken you out of the line for the labs",
              arena_format(act->arena, "%s took back %s in %s. They write: %s%s", who, lost, course->file->title,
                           text_quotation(act->arena, reason), ask));
}

enum err lab_tell_list_ended(const struct act *act, const struct course_view *course, int64_t person) {
  int64_t closes = course->file->teams.closes, days = (closes - act->now + DAY_SECONDS - 1) / DAY_SECONDS;
  const char *rest =
      !course->file->teams.has_teams || closes <= act->now
          ? "Team registration is over too: write to the staff, who will find you a place."
          : arena_format(
                act->arena,
                "Team registration closes on %s, %lld day%s from now: look for a team, or join one that is looking.",
                course_instant_words(course, act->arena, closes), (long long)days, days == 1 ? "" : "s");
  return tell(act, course, person, "The waiting list for the labs has ended",
              arena_format(act->arena, "No lab seat became free for you in %s before the day of decision. %s",
                           course->file->title, rest));
}

static enum err tell(const struct act *act, const struct course_view *course, int64_t person, const char *subject,
                     const char *words) {
  return tell_until(act, course, person, subject, words, 0);
}

static enum err tell_until(const struct act *act, const struct course_view *course, int64_t person, const char *subject,
                           const char *words, int64_t not_after) {
  return outbox_put(act, &(struct message){.course = course->id,
                                           .person = person,
                                           .kind = "lab seat",
                                           .subject = subject,
                                           .words = words,
                                           .link = arena_format(act->arena, "/courses/%s/labs", course->slug),
                                           .not_after = not_after});
}
