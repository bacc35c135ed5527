// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_comparison.h"

#include <inttypes.h>

#include "server/milestones/date_move_words.h"

static void append(struct syllabus_comparison *comparison, struct syllabus_place place, const char *words);
static const char *span_words(struct arena *arena, struct span span);
static bool same_spans(const struct span *a, size_t a_count, const struct span *b, size_t b_count);

void syllabus_add(struct syllabus_comparison *comparison, struct syllabus_place place, const char *format, ...) {
  va_list values;
  va_start(values, format);
  append(comparison, place, arena_format_v(comparison->act->arena, format, values));
  va_end(values);
}

void syllabus_add_text(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                       const char *was, const char *is) {
  if (text_equal(was, is))
    return;
  if (was == NULL)
    syllabus_add(comparison, place, "%s is \"%s\"; before there was none.", noun, is);
  else if (is == NULL)
    syllabus_add(comparison, place, "%s, \"%s\", is gone.", noun, was);
  else
    syllabus_add(comparison, place, "%s is \"%s\" instead of \"%s\".", noun, is, was);
}

void syllabus_add_number(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                         int64_t was, int64_t is) {
  if (was != is)
    syllabus_add(comparison, place, "%s is %" PRId64 " instead of %" PRId64 ".", noun, is, was);
}

void syllabus_add_date(struct syllabus_comparison *comparison, struct syllabus_place place,
                       const struct syllabus_dated *dated, int64_t was, int64_t is) {
  const struct act *act = comparison->act;
  if (was == is)
    return;
  if ((was > is ? was : is) < act->now)
    place.audience = SYLLABUS_NOBODY;
  const char *before = was == 0 ? NULL : course_instant_words(comparison->was, act->arena, was);
  const char *after = is == 0 ? NULL : course_instant_words(comparison->is, act->arena, is);
  if (before == NULL)
    syllabus_add(comparison, place, "%s %s %s; before that was not stated.", dated->noun, dated->verb, after);
  else if (after == NULL)
    syllabus_add(comparison, place, "That %s %s %s is not stated any more.", dated->noun, dated->verb, before);
  else
    syllabus_add(comparison, place, "%s %s %s instead of %s.", dated->noun, dated->verb, after, before);
  struct text why;
  text_init(&why, act->arena);
  if (is != 0)
    date_move_add_why(act, dated->why, was, is, &why);
  if (dated->is_opening && was != 0 && was <= act->now && is > act->now)
    text_add_format(&why, "%s%s had passed, so that it closes again until then", text_get(&why)[0] == '\0' ? "" : ", ",
                    dated->why);
  if (text_get(&why)[0] != '\0')
    syllabus_add_why(comparison, "%s", text_get(&why));
}

void syllabus_add_span(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                       struct span was, struct span is) {
  if (was.days == is.days && was.seconds == is.seconds)
    return;
  struct arena *arena = comparison->act->arena;
  syllabus_add(comparison, place, "%s is %s instead of %s.", noun, span_words(arena, is), span_words(arena, was));
}

void syllabus_add_reminders(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                            const struct reminders *was, const struct reminders *is) {
  if (same_spans(was->students, was->student_count, is->students, is->student_count) &&
      same_spans(was->staff, was->staff_count, is->staff, is->staff_count))
    return;
  place.audience = SYLLABUS_NOBODY;
  syllabus_add(comparison, place, "The reminders of %s are others.", noun);
}

void syllabus_add_why(struct syllabus_comparison *comparison, const char *format, ...) {
  if (comparison->why.size > 0)
    text_add(&comparison->why, "; ");
  va_list values;
  va_start(values, format);
  text_add(&comparison->why, arena_format_v(comparison->act->arena, format, values));
  va_end(values);
}

bool syllabus_same_policy(const struct late_policy *a, const struct late_policy *b) {
  return a->points_per_day == b->points_per_day && a->grace_seconds == b->grace_seconds &&
         a->has_closes_after == b->has_closes_after && a->closes_after.days == b->closes_after.days &&
         a->closes_after.seconds == b->closes_after.seconds;
}

const char *syllabus_policy_words(struct arena *arena, const struct late_policy *policy) {
  const char *grace =
      policy->grace_seconds == 0
          ? "no grace"
          : arena_format(arena, "%s of grace", span_words(arena, (struct span){0, policy->grace_seconds}));
  const char *closes =
      policy->has_closes_after ? arena_format(arena, ", closed after %s", span_words(arena, policy->closes_after)) : "";
  return arena_format(arena, "%d point%s a day, %s%s", policy->points_per_day, policy->points_per_day == 1 ? "" : "s",
                      grace, closes);
}

static void append(struct syllabus_comparison *comparison, struct syllabus_place place, const char *words) {
  if (comparison->count == comparison->room) {
    comparison->room = comparison->room == 0 ? 16 : comparison->room * 2;
    comparison->list = arena_grow(comparison->act->arena, comparison->list, comparison->count, comparison->room,
                                  sizeof *comparison->list);
  }
  comparison->list[comparison->count++] = (struct syllabus_difference){
      .section = place.section, .subject = place.subject, .audience = place.audience, .words = words};
}

static const char *span_words(struct arena *arena, struct span span) {
  struct text words;
  text_init(&words, arena);
  int64_t minutes = span.seconds / 60, hours = minutes / 60;
  if (span.days != 0)
    text_add_format(&words, "%d day%s", (int)span.days, span.days == 1 ? "" : "s");
  if (hours != 0)
    text_add_format(&words, "%s%" PRId64 " hour%s", words.size == 0 ? "" : " ", hours, hours == 1 ? "" : "s");
  if (minutes % 60 != 0)
    text_add_format(&words, "%s%" PRId64 " minute%s", words.size == 0 ? "" : " ", minutes % 60,
                    minutes % 60 == 1 ? "" : "s");
  return words.size == 0 ? "nothing" : text_get(&words);
}

static bool same_spans(const struct span *a, size_t a_count, const struct span *b, size_t b_count) {
  bool is_same = a_count == b_count;
  for (size_t i = 0; is_same && i < a_count; i++)
    is_same = a[i].days == b[i].days && a[i].seconds == b[i].seconds;
  return is_same;
}
