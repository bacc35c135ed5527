// SPDX-License-Identifier: AGPL-3.0-or-later
#include <inttypes.h>
#include <string.h>

#include "server/milestones/date_move_words.h"
#include "server/milestones/syllabus_comparison.h"

static void compare_field(struct syllabus_comparison *comparison, const struct proposal_field *was,
                          const struct proposal_field *is);
static const struct proposal_field *find_field(const struct proposal_rules *rules, const char *id);
static void compare_rubrics(struct syllabus_comparison *comparison, const struct proposal_rules *was,
                            const struct proposal_rules *is);
static const char *rubric_words(struct arena *arena, const struct proposal_rules *rules);
static const char *types_words(struct arena *arena, const char *const *types, size_t count);
static void add_milestone(struct syllabus_comparison *comparison, const struct milestone *is);
static void remove_milestone(struct syllabus_comparison *comparison, const struct milestone *was);
static void compare_milestone(struct syllabus_comparison *comparison, const struct milestone *was,
                              const struct milestone *is);
static void compare_hand_ins(struct syllabus_comparison *comparison, struct syllabus_place place,
                             const struct milestone *was, const struct milestone *is);
static const char *hand_ins_words(struct arena *arena, const struct milestone *milestone);
static void add_hand_in(struct text *words, const struct hand_in *way);
static enum syllabus_audience audience_of(const struct course *file, const struct milestone *milestone);
static const char *hundredths_words(struct arena *arena, int64_t hundredths);
static const char *components_words(struct arena *arena, const struct course *file);
static const char *letters_words(struct arena *arena, const struct course *file);
static const char *drops_words(struct arena *arena, const struct course *file);
static const char *audit_words(struct arena *arena, const struct course *file);

void syllabus_compare_proposals(struct syllabus_comparison *comparison) {
  const struct proposal_rules *was = &comparison->was->file->proposals, *is = &comparison->is->file->proposals;
  struct syllabus_place place = {"proposals", NULL, SYLLABUS_PROPOSING};
  if (was->is_present != is->is_present) {
    syllabus_add(comparison, place, is->is_present ? "There are proposals now." : "There are no proposals any more.");
    return;
  }
  if (was->staff_decide != is->staff_decide)
    syllabus_add(comparison, (struct syllabus_place){"proposals", "decide", SYLLABUS_NOBODY},
                 is->staff_decide ? "Staff decide on proposals, not the instructor alone."
                                  : "The instructor decides on proposals; staff recommend.");
  syllabus_add_span(comparison, place, "The time to answer requested changes", was->revise_within, is->revise_within);
  compare_rubrics(comparison, was, is);
  for (size_t i = 0; i < is->field_count; i++) {
    const struct proposal_field *before = find_field(was, is->fields[i].id);
    place.subject = is->fields[i].id;
    if (before == NULL)
      syllabus_add(comparison, place, "The proposal's field \"%s\" is new%s.", is->fields[i].title,
                   is->fields[i].is_required ? " and required" : "");
    else
      compare_field(comparison, before, &is->fields[i]);
  }
  for (size_t i = 0; i < was->field_count; i++) {
    place.subject = was->fields[i].id;
    if (find_field(is, was->fields[i].id) == NULL)
      syllabus_add(comparison, place, "The proposal's field \"%s\" is gone.", was->fields[i].title);
  }
}

void syllabus_compare_milestones(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  comparison->moves = arena_array(comparison->act->arena, is->milestone_count, sizeof *comparison->moves);
  for (size_t i = 0; i < is->milestone_count; i++) {
    const struct milestone *before = syllabus_milestone(was, is->milestones[i].id);
    if (before == NULL)
      add_milestone(comparison, &is->milestones[i]);
    else if (syllabus_is_same_work(was, before, is, &is->milestones[i]))
      compare_milestone(comparison, before, &is->milestones[i]);
    else {
      remove_milestone(comparison, before);
      add_milestone(comparison, &is->milestones[i]);
    }
  }
  for (size_t i = 0; i < was->milestone_count; i++)
    if (syllabus_milestone(is, was->milestones[i].id) == NULL)
      remove_milestone(comparison, &was->milestones[i]);
}

void syllabus_compare_grading(struct syllabus_comparison *comparison) {
  const struct course *was = comparison->was->file, *is = comparison->is->file;
  struct arena *arena = comparison->act->arena;
  struct syllabus_place place = {"grading", "components", SYLLABUS_EVERYBODY};
  syllabus_add_text(comparison, place, "What the grade is made of", components_words(arena, was),
                    components_words(arena, is));
  place.subject = "letters";
  syllabus_add_text(comparison, place, "The table of letter grades", letters_words(arena, was),
                    letters_words(arena, is));
  place.subject = "drop_lowest";
  syllabus_add_text(comparison, place, "What is dropped as the lowest", drops_words(arena, was),
                    drops_words(arena, is));
  place.subject = "audit";
  place.audience = SYLLABUS_NOBODY; // who audits hears it from the instructor, who approves them
  syllabus_add_text(comparison, place, "What auditing asks for", audit_words(arena, was), audit_words(arena, is));
}

static void compare_field(struct syllabus_comparison *comparison, const struct proposal_field *was,
                          const struct proposal_field *is) {
  struct arena *arena = comparison->act->arena;
  const struct syllabus_place place = {"proposals", is->id, SYLLABUS_PROPOSING};
  syllabus_add_text(comparison, (struct syllabus_place){"proposals", is->id, SYLLABUS_NOBODY},
                    arena_format(arena, "The title of the proposal's field %s", is->id), was->title, is->title);
  if (was->is_required != is->is_required)
    syllabus_add(comparison, place, "The proposal's field \"%s\" is %s.", is->title,
                 is->is_required ? "required now" : "not required any more");
  if (was->kind != is->kind)
    syllabus_add(comparison, place, "The proposal's field \"%s\" takes another kind of content.", is->title);
  else
    syllabus_add_number(comparison, place,
                        arena_format(arena, "The most that the proposal's field \"%s\" takes", is->title), was->max,
                        is->max);
  syllabus_add_text(comparison, place, arena_format(arena, "What the proposal's field \"%s\" takes", is->title),
                    types_words(arena, was->types, was->type_count), types_words(arena, is->types, is->type_count));
}

static const struct proposal_field *find_field(const struct proposal_rules *rules, const char *id) {
  for (size_t i = 0; i < rules->field_count; i++)
    if (strcmp(rules->fields[i].id, id) == 0)
      return &rules->fields[i];
  return NULL;
}

static void compare_rubrics(struct syllabus_comparison *comparison, const struct proposal_rules *was,
                            const struct proposal_rules *is) {
  struct arena *arena = comparison->act->arena;
  const char *before = rubric_words(arena, was), *after = rubric_words(arena, is);
  syllabus_add_text(comparison, (struct syllabus_place){"proposals", "rubric", SYLLABUS_PROPOSING},
                    "What proposals are judged by", before, after);
  for (size_t i = 0; i < is->rubric_count && was->rubric_count == is->rubric_count; i++) {
    const struct rubric_item *item = &is->rubric[i];
    const struct syllabus_place place = {"proposals", item->id, SYLLABUS_NOBODY};
    if (strcmp(was->rubric[i].id, item->id) != 0)
      syllabus_add(comparison, place, "The rubric's item \"%s\" is %s instead of %s: points given stay with that.",
                   item->title, item->id, was->rubric[i].id);
    else if (!text_equal(was->rubric[i].means, item->means))
      syllabus_add(comparison, place, "What earns points for \"%s\" is put in other words.", item->title);
  }
}

// Points that were given stay, whatever becomes of their item.
static const char *rubric_words(struct arena *arena, const struct proposal_rules *rules) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < rules->rubric_count; i++)
    text_add_format(&words, "%s%s %d", i == 0 ? "" : ", ", rules->rubric[i].title, rules->rubric[i].points);
  return rules->rubric_count == 0 ? NULL : text_get(&words);
}

static const char *types_words(struct arena *arena, const char *const *types, size_t count) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < count; i++)
    text_add_format(&words, "%s%s", i == 0 ? "" : ", ", types[i]);
  return count == 0 ? NULL : text_get(&words);
}

// One whose closing lies behind is told to nobody, and nobody is late for it who hands nothing in.
static void add_milestone(struct syllabus_comparison *comparison, const struct milestone *is) {
  const struct course_view *course = comparison->is;
  const struct act *act = comparison->act;
  struct syllabus_place place = {"milestones", is->id,
                                 is->closes < act->now ? SYLLABUS_NOBODY : audience_of(course->file, is)};
  syllabus_add(comparison, place, "%s is new in %s, with %s points: it opens %s and is due %s.", is->title,
               course->file->tracks[is->track].title, hundredths_words(act->arena, is->weight_hundredths),
               course_instant_words(course, act->arena, is->opens), course_instant_words(course, act->arena, is->due));
  if (date_move_is_near(act, is->due))
    syllabus_add_why(comparison, "%s: the due of what is new falls within 48 hours from now", is->title);
  else if (is->due < act->now && is->closes >= act->now)
    syllabus_add_why(comparison, "%s: what is new was due already", is->title);
}

static void remove_milestone(struct syllabus_comparison *comparison, const struct milestone *was) {
  const struct course_view *course = comparison->was;
  const struct act *act = comparison->act;
  struct syllabus_place place = {"milestones", was->id,
                                 was->closes < act->now ? SYLLABUS_NOBODY : audience_of(course->file, was)};
  syllabus_add(comparison, place, "%s, due %s in %s, is gone.", was->title,
               course_instant_words(course, act->arena, was->due), course->file->tracks[was->track].title);
  bool is_under_way = was->opens <= act->now || date_move_is_near(act, was->opens);
  if (is_under_way && was->closes >= act->now)
    syllabus_add_why(comparison, "%s %s, and is gone", was->title,
                     was->opens <= act->now ? "had opened" : "opens within 48 hours from now");
}

static void compare_milestone(struct syllabus_comparison *comparison, const struct milestone *was,
                              const struct milestone *is) {
  struct arena *arena = comparison->act->arena;
  const struct course *file = comparison->is->file;
  struct syllabus_place place = {"milestones", is->id, SYLLABUS_NOBODY};
  syllabus_add_text(comparison, place, arena_format(arena, "The title of the milestone %s", is->id), was->title,
                    is->title);
  place.audience = audience_of(file, is);
  if (was->weight_hundredths != is->weight_hundredths)
    syllabus_add(comparison, place, "%s weighs %s points instead of %s.", is->title,
                 hundredths_words(arena, is->weight_hundredths), hundredths_words(arena, was->weight_hundredths));
  bool is_own_policy = was->late != &comparison->was->file->late || is->late != &file->late;
  bool is_other_policy = !syllabus_same_policy(was->late, is->late);
  if (is_own_policy && is_other_policy)
    syllabus_add(comparison, place, "Lateness costs %s for %s instead of %s.", syllabus_policy_words(arena, is->late),
                 is->title, syllabus_policy_words(arena, was->late));
  syllabus_add_span(comparison, place, arena_format(arena, "The length of a slot of %s", is->title), was->slot_length,
                    is->slot_length);
  compare_hand_ins(comparison, place, was, is);
  syllabus_add_reminders(comparison, place, is->title, &was->remind, &is->remind);
  if (was->opens != is->opens || was->due != is->due || was->closes != is->closes || is_other_policy)
    comparison->moves[comparison->move_count++] = (struct milestone_move){was, is};
}

static void compare_hand_ins(struct syllabus_comparison *comparison, struct syllabus_place place,
                             const struct milestone *was, const struct milestone *is) {
  struct arena *arena = comparison->act->arena;
  const char *before = hand_ins_words(arena, was), *after = hand_ins_words(arena, is);
  if (strcmp(before, after) == 0)
    return;
  if (is->closes < comparison->act->now)
    place.audience = SYLLABUS_NOBODY;
  syllabus_add(comparison, place, "For %s is handed in: %s; before: %s. What is handed in already stays.", is->title,
               after, before);
}

static const char *hand_ins_words(struct arena *arena, const struct milestone *milestone) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < milestone->hand_in_count; i++) {
    text_add(&words, i == 0 ? "" : " or ");
    add_hand_in(&words, &milestone->hand_ins[i]);
  }
  return milestone->hand_in_count == 0 ? "nothing" : text_get(&words);
}

static void add_hand_in(struct text *words, const struct hand_in *way) {
  static const char *const need_words[] = {[NEED_NONE] = "", [NEED_OPTIONAL] = " (optional)", [NEED_REQUIRED] = ""};
  const char *comma = "";
  for (size_t i = 0; i < way->file_count; i++)
    text_add_format(words, "%s%s", i == 0 ? "files " : "/", way->files[i]);
  if (way->file_count > 0) {
    bool is_mega = way->max_size_bytes % (1 << 20) == 0;
    text_add_format(words, " of at most %" PRId64 " %s", way->max_size_bytes >> (is_mega ? 20 : 10),
                    is_mega ? "MB" : "KB");
    comma = ", ";
  }
  if (way->link != NEED_NONE) {
    text_add_format(words, "%sa link%s%s%s", comma, way->link_use == NULL ? "" : " to a ",
                    way->link_use == NULL ? "" : way->link_use, need_words[way->link]);
    comma = ", ";
  }
  if (way->code != NEED_NONE) {
    text_add_format(words, "%sthe code%s", comma, need_words[way->code]);
    comma = ", ";
  }
  if (way->reproduce != NULL) {
    text_add_format(words, "%show to reproduce it", comma);
    comma = ", ";
  }
  if (way->slot != NULL) {
    text_add_format(words, "%sa slot (%s)", comma, way->slot);
    comma = ", ";
  }
  if (way->statement != NULL)
    text_add_format(words, "%sthe statement %s", comma, way->statement);
}

static enum syllabus_audience audience_of(const struct course *file, const struct milestone *milestone) {
  return file->tracks[milestone->track].capacity == 0 ? SYLLABUS_TEAM_TRACK : SYLLABUS_LAB_TRACK;
}

static const char *hundredths_words(struct arena *arena, int64_t hundredths) {
  if (hundredths % 100 == 0)
    return arena_format(arena, "%" PRId64, hundredths / 100);
  return hundredths % 10 == 0 ? arena_format(arena, "%" PRId64 ".%" PRId64, hundredths / 100, hundredths % 100 / 10)
                              : arena_format(arena, "%" PRId64 ".%02" PRId64, hundredths / 100, hundredths % 100);
}

static const char *components_words(struct arena *arena, const struct course *file) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < file->component_count; i++) {
    const struct component *component = &file->components[i];
    text_add_format(&words, "%s%s %s", i == 0 ? "" : ", ", component->title,
                    hundredths_words(arena, component->weight_hundredths));
    for (size_t j = 0; j < component->track_count; j++)
      text_add_format(&words, "%s%s%s", j == 0 ? " (one of " : ", ", file->tracks[component->tracks[j]].id,
                      j + 1 == component->track_count ? ")" : "");
  }
  return text_get(&words);
}

static const char *letters_words(struct arena *arena, const struct course *file) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < file->letter_count; i++)
    text_add_format(&words, "%s%s from %s", i == 0 ? "" : ", ", file->letters[i].name,
                    hundredths_words(arena, file->letters[i].from_hundredths));
  return file->letter_count == 0 ? NULL : text_get(&words);
}

static const char *drops_words(struct arena *arena, const struct course *file) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < file->drop_count; i++)
    text_add_format(&words, "%s%d %% of %s", i == 0 ? "" : ", ", file->drops[i].percent, file->drops[i].component);
  return file->drop_count == 0 ? NULL : text_get(&words);
}

static const char *audit_words(struct arena *arena, const struct course *file) {
  struct text words;
  text_init(&words, arena);
  text_add(&words, file->audit.requires_approval ? "approval" : "no approval");
  for (size_t i = 0; i < file->audit.one_of_count; i++)
    for (size_t j = 0; j < file->audit.one_of[i].count; j++)
      text_add_format(&words, "%s%s",
                      j > 0    ? " + "
                      : i == 0 ? "; "
                               : " or ",
                      file->milestones[file->audit.one_of[i].milestones[j]].id);
  return text_get(&words);
}
