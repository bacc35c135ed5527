// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_check.h"

#include "common/base/text.h"
#include "common/course/course_times.h"
#include "common/course/course_values.h"

struct subject { // what reminders are about
  const struct node *map;
  int64_t opens;  // 0: with the term
  int64_t due;    // 0: not known, nothing is judged
  int64_t closes; // 0: at its due
};

static void check_instant(struct course_reader *reader, const struct node *map, const char *key, int64_t *at,
                          bool is_due);
static void check_exam_slot(struct course_reader *reader);
static void check_info_card(struct course_reader *reader);
static void check_teams(struct course_reader *reader);
static void check_seats(struct course_reader *reader, struct track *tracks);
static void check_team_tracks(struct course_reader *reader);
static void check_milestone(struct course_reader *reader, const struct node *map, struct milestone *milestone);
static void check_closes(struct course_reader *reader, const struct node *map, struct milestone *milestone);
static void check_against_teams(struct course_reader *reader, const struct node *map,
                                const struct milestone *milestone);
static void check_what_is_handed_in(struct course_reader *reader, const struct node *map,
                                    const struct milestone *milestone);
static void check_proposals(struct course_reader *reader, const struct milestone *milestones);
static void check_proposal(struct course_reader *reader, const struct node *map, const struct milestone *milestone,
                           const struct milestone *milestones);
static void check_reminders(struct course_reader *reader, const struct subject *subject,
                            const struct reminders *reminders);
static void check_offsets(struct course_reader *reader, const struct subject *subject, const struct node *list,
                          const struct span *offsets, bool is_students);
static bool is_kind(const struct node *milestone, const char *kind);
static const char *words(struct course_reader *reader, int64_t at);

void course_check(struct course_reader *reader, struct track *tracks, struct milestone *milestones) {
  check_exam_slot(reader);
  check_teams(reader);
  check_info_card(reader);
  check_seats(reader, tracks);
  check_team_tracks(reader);
  const struct node *list = node_list(reader->root, "milestones");
  for (size_t i = 0; i < reader->course->milestone_count; i++)
    if (list->values[i]->kind == NODE_MAP)
      check_milestone(reader, list->values[i], &milestones[i]);
  check_proposals(reader, milestones);
}

// An instant outside the term is forgotten (0), so that nothing further is judged by it.
static void check_instant(struct course_reader *reader, const struct node *map, const char *key, int64_t *at,
                          bool is_due) {
  const struct course *course = reader->course;
  if (*at == 0 || course->starts_at == 0)
    return;
  const struct node *node = node_get(map, key);
  if (*at < course->starts_at || *at > course->ends_at) {
    reader_error(reader, node, "'%s' is outside the term, which goes from %04d-%02d-%02d to %04d-%02d-%02d", key,
                 course->starts.year, course->starts.month, course->starts.day, course->ends.year, course->ends.month,
                 course->ends.day);
    *at = 0;
    return;
  }
  struct wall wall;
  int second;
  calendar_wall(reader->calendar, *at, &wall, &second);
  for (size_t i = 0; is_due && i < course->holiday_count; i++)
    if (day_equal(course->holidays[i], (struct day){wall.year, wall.month, wall.day}))
      reader_warning(reader, node, "'%s' falls on a holiday", key);
}

static void check_exam_slot(struct course_reader *reader) {
  const struct node *map = node_map(node_map(reader->root, "course"), "exam_slot");
  check_instant(reader, map, "starts", &reader->course->exam_slot.starts, false);
  check_instant(reader, map, "ends", &reader->course->exam_slot.ends, false);
}

static void check_info_card(struct course_reader *reader) {
  struct course *course = reader->course;
  const struct node *map = node_map(reader->root, "info_card");
  check_instant(reader, map, "due", &course->info_card.due, true);
  int64_t due = course->info_card.due;
  check_reminders(reader, &(struct subject){map, 0, due, 0}, &course->info_card.remind);
  if (due != 0 && course->teams.closes != 0 && due > course->teams.closes)
    reader_warning(reader, node_get(map, "due"),
                   "teams register by %s, before the cards that show their skills are due",
                   words(reader, course->teams.closes));
  if (map != NULL && node_get(reader->root, "skills") == NULL)
    reader_warning(reader, map, "without the section 'skills' an info card asks for no levels");
}

static void check_teams(struct course_reader *reader) {
  struct team_rules *teams = &reader->course->teams;
  const struct node *map = node_map(reader->root, "teams");
  const struct node *registration = node_map(map, "registration");
  check_instant(reader, registration, "opens", &teams->opens, false);
  check_instant(reader, registration, "closes", &teams->closes, true);
  if (teams->opens != 0 && teams->closes != 0 && teams->closes <= teams->opens) {
    reader_error(reader, node_get(registration, "closes"), "registration closes before it opens");
    teams->closes = 0;
  }
  check_reminders(reader, &(struct subject){registration, teams->opens, teams->closes, 0}, &teams->remind);
  if (teams->coverage.require_count > 0 && node_get(reader->root, "info_card") == NULL)
    reader_warning(reader, node_get(map, "coverage"),
                   "coverage is judged by the students' info cards; without 'info_card' nobody is asked for one");
}

static void check_seats(struct course_reader *reader, struct track *tracks) {
  const struct course *course = reader->course;
  for (size_t i = 0; i < course->track_count; i++) {
    struct track *track = &tracks[i];
    const struct node *map = node_list(reader->root, "tracks")->values[i];
    check_instant(reader, map, "opens", &track->opens, false);
    check_instant(reader, map, "decide_by", &track->decide_by, true);
    if (track->decide_by == 0 || track->decide_by <= track->opens)
      continue;
    check_reminders(reader, &(struct subject){map, track->opens, track->decide_by, 0}, &track->remind);
    int64_t two_days_on = calendar_add(reader->calendar, track->decide_by, (struct span){2, 0});
    if (track->capacity > 0 && course->teams.closes != 0 && two_days_on > course->teams.closes)
      reader_warning(reader, node_get(map, "decide_by"),
                     "whoever gets no seat has less than 2 days to find a team: registration closes %s",
                     words(reader, course->teams.closes));
  }
}

// A track without a capacity is done in teams, so there have to be teams, and the other way round.
static void check_team_tracks(struct course_reader *reader) {
  const struct node *tracks = node_list(reader->root, "tracks");
  const struct node *teams = node_get(reader->root, "teams");
  size_t in_teams = 0;
  for (size_t i = 0; i < reader->course->track_count; i++) {
    if (tracks->values[i]->kind != NODE_MAP || node_get(tracks->values[i], "capacity") != NULL)
      continue;
    in_teams++;
    if (teams == NULL)
      reader_error(reader, tracks->values[i],
                   "a track without a 'capacity' is done in teams, and the section 'teams' is missing");
  }
  if (teams != NULL && tracks != NULL && in_teams == 0 && reader->tracks.is_whole)
    reader_warning(reader, teams, "no track is done in teams: each one has a capacity");
}

static void check_milestone(struct course_reader *reader, const struct node *map, struct milestone *milestone) {
  check_instant(reader, map, "opens", &milestone->opens, false);
  check_instant(reader, map, "due", &milestone->due, true);
  check_what_is_handed_in(reader, map, milestone);
  if (milestone->opens == 0 || milestone->due == 0)
    return;
  if (milestone->due <= milestone->opens) {
    reader_error(reader, node_get(map, "due"), "it is due before it opens");
    return;
  }
  check_closes(reader, map, milestone);
  check_against_teams(reader, map, milestone);
  check_reminders(reader, &(struct subject){map, milestone->opens, milestone->due, milestone->closes},
                  &milestone->remind);
}

static void check_closes(struct course_reader *reader, const struct node *map, struct milestone *milestone) {
  const struct course *course = reader->course;
  const struct node *node = node_get(map, "closes");
  int64_t stated = milestone->closes;
  milestone->closes = course_times_closes(reader->calendar, milestone->late, milestone->due, stated, course->ends_at);
  if (stated == 0)
    return;
  int64_t earns_until = course_times_earns_until(milestone->late, milestone->due, course->ends_at);
  if (stated < milestone->due)
    reader_error(reader, node, "it closes before it is due");
  else if (stated < milestone->closes)
    reader_warning(reader, node, "it closes within the grace: work is taken until %s",
                   words(reader, milestone->closes));
  else if (stated > earns_until && milestone->late->points_per_day > 0 &&
           stated > milestone->due + milestone->late->grace_seconds)
    reader_warning(reader, node, "work handed in after %s earns nothing any more", words(reader, earns_until));
  else if (course->ends_at != 0 && stated > course->ends_at)
    reader_warning(reader, node, "it closes after the end of the term");
}

static void check_against_teams(struct course_reader *reader, const struct node *map,
                                const struct milestone *milestone) {
  const struct course *course = reader->course;
  if (milestone->track == NO_INDEX || course->tracks[milestone->track].capacity > 0 || course->teams.closes == 0)
    return;
  if (milestone->due < course->teams.closes)
    reader_warning(reader, node_get(map, "due"), "it is due before team registration closes (%s)",
                   words(reader, course->teams.closes));
}

static void check_what_is_handed_in(struct course_reader *reader, const struct node *map,
                                    const struct milestone *milestone) {
  bool is_work = is_kind(map, "report") || is_kind(map, "artifact") || is_kind(map, "lab");
  if (is_work && milestone->hand_in_count == 0 && node_get(map, "hand_in") == NULL && node_get(map, "one_of") == NULL)
    reader_warning(reader, map, "nothing can be handed in here: it states neither 'hand_in' nor 'one_of'");
}

static void check_proposals(struct course_reader *reader, const struct milestone *milestones) {
  const struct node *list = node_list(reader->root, "milestones");
  const struct node *proposals = node_get(reader->root, "proposals");
  size_t count = 0;
  for (size_t i = 0; i < reader->course->milestone_count; i++) {
    if (!is_kind(list->values[i], "proposal"))
      continue;
    count++;
    check_proposal(reader, list->values[i], &milestones[i], milestones);
  }
  if (proposals != NULL && list != NULL && count == 0 && reader->milestones.is_whole)
    reader_warning(reader, proposals, "no milestone of kind proposal says when a proposal is due");
}

static void check_proposal(struct course_reader *reader, const struct node *map, const struct milestone *milestone,
                           const struct milestone *milestones) {
  const struct node *list = node_list(reader->root, "milestones");
  if (node_get(reader->root, "proposals") == NULL)
    reader_error(reader, node_get(map, "kind"), "a milestone of kind proposal needs the section 'proposals'");
  if (milestone->track == NO_INDEX)
    return;
  if (reader->course->tracks[milestone->track].capacity > 0)
    reader_error(reader, node_get(map, "kind"), "proposals are written by teams, and the track '%s' has seats",
                 reader->course->tracks[milestone->track].id);
  for (const struct milestone *other = milestones; other < milestone; other++) {
    const struct node *other_map = list->values[other - milestones];
    if (other->track != milestone->track || !is_kind(other_map, "proposal"))
      continue;
    reader_error(reader, node_get(map, "kind"), "the track already has a milestone of kind proposal in line %d",
                 other_map->line);
    return;
  }
}

static void check_reminders(struct course_reader *reader, const struct subject *subject,
                            const struct reminders *reminders) {
  const struct node *remind = node_map(subject->map, "remind");
  if (remind == NULL || subject->due == 0)
    return;
  if (reminders->student_count > 0)
    check_offsets(reader, subject, node_list(remind, "students"), reminders->students, true);
  if (reminders->staff_count > 0)
    check_offsets(reader, subject, node_list(remind, "staff"), reminders->staff, false);
}

static void check_offsets(struct course_reader *reader, const struct subject *subject, const struct node *list,
                          const struct span *offsets, bool is_students) {
  int64_t opens = subject->opens != 0 ? subject->opens : reader->course->starts_at;
  int64_t closes = subject->closes != 0 ? subject->closes : subject->due;
  for (size_t i = 0; i < reader_count(list, REMINDERS_MAX); i++) {
    if (span_seconds(offsets[i]) == 0) // could not be read
      continue;
    int64_t at = calendar_add(reader->calendar, subject->due, offsets[i]);
    if (opens != 0 && at < opens)
      reader_error(reader, list->values[i], "the reminder %s falls on %s, before it opens on %s",
                   span_words(reader->arena, offsets[i], true), words(reader, at), words(reader, opens));
    else if (is_students && at > closes)
      reader_warning(reader, list->values[i], "the reminder %s reaches students when it is closed (%s)",
                     span_words(reader->arena, offsets[i], true), words(reader, closes));
  }
}

static bool is_kind(const struct node *milestone, const char *kind) {
  const struct node *node = node_get(milestone, "kind");
  return node != NULL && text_equal(node->text, kind);
}

static const char *words(struct course_reader *reader, int64_t at) {
  return calendar_words(reader->calendar, reader->arena, at);
}
