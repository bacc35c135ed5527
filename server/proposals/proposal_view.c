// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_view.h"

#include "common/base/text.h"
#include "server/proposals/proposal_submit.h"
#include "server/proposals/proposal_value.h"
#include "server/proposals/proposal_version.h"
#include "server/proposals/review.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

// clang-format off
static const struct answer_field part_fields[] = {
  {"person",    ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Whose part it is"},
  {"name",      ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Their name"},
  {"is_member", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "false: who wrote it, or of whom it was written, is not in the team any more"},
  {"can_save",  ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Whether you may write it now: your own; as the contact everybody's"},
  {"text",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What they do; \"\" while nothing is said"},
  {"version",   ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Counts the saves of this part: for If-Match; 0: never saved"},
  {"by",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Who saved it last"},
  {"by_name",   ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Their name"},
  {"at",        ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "When"},
};
static const struct answer part_answer = {"ProposalPart", NULL, false, part_fields, sizeof part_fields / sizeof *part_fields};
static const struct answer_field file_fields[] = {
  {"id",      ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The file's number"},
  {"name",    ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Its name"},
  {"is_gone", ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "It waited for a week without being submitted, and has lapsed"},
};
static const struct answer file_answer = {"ProposalFile", NULL, false, file_fields, 3};
static const struct answer_field field_fields[] = {
  {"field",    ANSWER_TEXT,      ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, NULL, "The field's id in the course file"},
  {"title",    ANSWER_TEXT,      ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, NULL, "Its title"},
  {"kind",     ANSWER_CHOICE,    ANSWER_ALWAYS,    AUDIENCE_TEAM, proposal_field_kind_names, NULL, "What it holds"},
  {"required", ANSWER_FLAG,      ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, NULL, "Whether the proposal lacks something without it"},
  {"max",      ANSWER_INTEGER,   ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, NULL, "Characters, topics, characters of each part, or bytes of a file"},
  {"types",    ANSWER_TEXT_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Of a file: which it may be"},
  {"text",     ANSWER_TEXT,      ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Of a line, Markdown or statement: as it was saved"},
  {"topics",   ANSWER_TEXT_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Of topics: their ids"},
  {"no_longer_offered", ANSWER_TEXT_LIST, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL, "Of topics: those of them that the course file has dropped since; they may stay"},
  {"parts",    ANSWER_LIST,      ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &part_answer, "Of a field per member: everybody's"},
  {"file",     ANSWER_OBJECT,    ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, &file_answer, "Of a file: which; null: none"},
  {"version",  ANSWER_INTEGER,   ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, NULL, "Counts its saves: for If-Match, but for a field per member; 0: never saved"},
  {"by",       ANSWER_INTEGER,   ANSWER_NULLABLE,  AUDIENCE_TEAM, NULL, NULL, "Who saved it last"},
  {"by_name",  ANSWER_TEXT,      ANSWER_NULLABLE,  AUDIENCE_TEAM, NULL, NULL, "Their name"},
  {"at",       ANSWER_INSTANT,   ANSWER_NULLABLE,  AUDIENCE_TEAM, NULL, NULL, "When"},
};
const struct answer proposal_field_answer = {"ProposalField", NULL, false, field_fields, sizeof field_fields / sizeof *field_fields};
static const struct answer_field lack_fields[] = {
  {"field",   ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "The field's id"},
  {"message", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "What is missing, or wrong, in it"},
};
const struct answer proposal_lack_answer = {"ProposalLack", NULL, false, lack_fields, 2};
static const struct answer_field open_fields[] = {
  {"change", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The requested change's number"},
  {"field",  ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The field that it is about; null: the proposal as a whole"},
  {"text",   ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What is asked for"},
};
const struct answer proposal_open_answer = {"ProposalOpenChange", NULL, false, open_fields, 3};
static const struct answer_field proposal_fields[] = {
  {"team",            ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The team's number"},
  {"proposal",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The proposal's number; null: nothing was saved yet"},
  {"round",           ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "1; 2 and on: a proposal anew"},
  {"previous",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The number of the proposal that this one is anew of"},
  {"state",           ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, proposal_state_names, NULL, "Where it stands; to students a decision shows once they are told of it"},
  {"version",         ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The newest of its versions; 0: none"},
  {"submitted_at",    ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "When it was last submitted"},
  {"decided_at",      ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "When it was decided"},
  {"revise_until",    ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Of changes requested: submitted again until then it is never late"},
  {"propose_anew_by", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Of not approved: a proposal anew submitted until then is never late"},
  {"can_save",        ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Whether you may save fields now"},
  {"can_begin_anew",  ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Whether you may propose anew now"},
  {"milestone",       ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The id of the milestone that it is handed in for"},
  {"fields",          ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &proposal_field_answer, "In the course file's order"},
  {"missing",         ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &proposal_lack_answer, "What it lacks before it can be submitted"},
  {"open_changes",    ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &proposal_open_answer, "Requested changes that are not answered: each is, before it is submitted again"},
};
const struct answer proposal_answer = {"Proposal", NULL, false, proposal_fields, sizeof proposal_fields / sizeof *proposal_fields};
// clang-format on

// What writing fields needs.
struct page {
  const struct act *act;
  const struct course_view *course;
  const struct team *team;
  const struct team_members *members;
  const struct proposal_entry *entries;
  size_t count;
  bool can_save;
  struct json *json;
};

static enum err load(const struct act *act, const struct course_view *course, int64_t team, struct proposal *out);
static enum err number_for_reader(const struct act *act, const struct course_view *course, struct proposal *proposal);
static void write_head(struct json *json, const struct course_view *course, const struct proposal *proposal);
static void write_field(const struct page *page, const struct proposal_field *field);
static void write_value(const struct page *page, const struct proposal_field *field,
                        const struct proposal_entry *entry);
static void write_parts(const struct page *page, const struct proposal_field *field);
static void write_part(const struct page *page, const struct proposal_field *field, int64_t person, const char *name,
                       bool is_member);
static void write_saved(struct json *json, const struct proposal_entry *entry);
static const struct proposal_entry *find_entry(const struct page *page, const char *field, int64_t person);
static struct proposal_entry sum_of_parts(const struct page *page, const char *field);
static bool is_active_member(const struct page *page, int64_t person);

enum err proposal_view_write(const struct act *act, const struct course_view *course, int64_t id, struct json *json) {
  struct team team = {0};
  struct team_members members = {0};
  struct proposal proposal = {0};
  struct proposal_entry *entries = NULL;
  size_t count = 0, lack_count = 0, open_count = 0;
  const struct proposal_lack *lacks = NULL;
  const struct change_item *open = NULL;
  enum err err = team_load(act, course, id, &team, &members);
  if (err == ERR_OK)
    err = load(act, course, id, &proposal);
  if (err == ERR_OK && proposal.id != 0 && (err = proposal_store_entries(act, proposal.id, &entries, &count)) == ERR_OK)
    err = change_items_open(act, course, &proposal, &open, &open_count);
  if (err == ERR_OK)
    err = proposal_lacks(act, course, &proposal, &lacks, &lack_count);
  if (err != ERR_OK)
    return err;
  struct page page = {act, course, &team, &members, entries, count, false, json};
  bool is_author = team.state != TEAM_DISSOLVED && is_active_member(&page, act->actor);
  page.can_save = is_author && proposal_next(proposal.state, PROPOSAL_SAVE) != PROPOSAL_STATES;
  write_head(json, course, &proposal);
  json_flag(json, "can_save", page.can_save);
  json_flag(json, "can_begin_anew", is_author && proposal.state == PROPOSAL_NOT_APPROVED);
  const struct milestone *milestone = proposal_milestone(course);
  json_text(json, "milestone", milestone == NULL ? NULL : milestone->id);
  json_array_in(json, "fields");
  for (size_t i = 0; i < course->file->proposals.field_count; i++) {
    json_begin_object(json);
    write_field(&page, &course->file->proposals.fields[i]);
    json_end(json);
  }
  json_end(json);
  proposal_view_write_lacks(json, lacks, lack_count);
  proposal_view_write_open(json, open, open_count);
  return ERR_OK;
}

enum err proposal_view_write_field(const struct act *act, const struct course_view *course,
                                   const struct proposal *proposal, const struct proposal_field *field,
                                   struct json *json) {
  struct team team;
  struct team_members members;
  struct proposal_entry *entries = NULL;
  size_t count = 0;
  enum err err = team_load(act, course, proposal->team, &team, &members);
  if (err == ERR_OK)
    err = proposal_store_entries(act, proposal->id, &entries, &count);
  if (err != ERR_OK)
    return err;
  struct page page = {act, course, &team, &members, entries, count, true, json};
  write_field(&page, field);
  return ERR_OK;
}

void proposal_view_write_lacks(struct json *json, const struct proposal_lack *lacks, size_t count) {
  json_array_in(json, "missing");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_text(json, "field", lacks[i].field);
    json_text(json, "message", lacks[i].words);
    json_end(json);
  }
  json_end(json);
}

void proposal_view_write_open(struct json *json, const struct change_item *items, size_t count) {
  json_array_in(json, "open_changes");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "change", items[i].id);
    json_text(json, "field", items[i].field);
    json_text(json, "text", items[i].text);
    json_end(json);
  }
  json_end(json);
}

// One that nobody has begun is an empty draft.
static enum err load(const struct act *act, const struct course_view *course, int64_t team, struct proposal *out) {
  if (!course->file->proposals.is_present)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course asks for no proposals.");
  enum err err = proposal_of_team(act, course, team, out);
  if (err == ERR_NOT_FOUND) {
    *out = (struct proposal){.course = course->id, .team = team, .round = 1};
    return ERR_OK;
  }
  if (err == ERR_OK)
    err = review_mask(act, course, out);
  return err == ERR_OK ? number_for_reader(act, course, out) : err;
}

// The team is not told of versions that a decision left which it does not know of, or which was taken back.
static enum err number_for_reader(const struct act *act, const struct course_view *course, struct proposal *proposal) {
  struct proposal_version *newest = NULL;
  size_t count = 0;
  enum err err = proposal_version_list(act, course, proposal->team, INT64_MAX, 1, &newest, &count);
  if (err == ERR_OK)
    proposal->version = count == 0 ? 0 : newest[0].version;
  return err;
}

static void write_head(struct json *json, const struct course_view *course, const struct proposal *proposal) {
  (void)course;
  json_int(json, "team", proposal->team);
  json_int_or_null(json, "proposal", proposal->id);
  json_int(json, "round", proposal->round);
  json_int_or_null(json, "previous", proposal->previous);
  json_text(json, "state", proposal_state_names[proposal->state]);
  json_int(json, "version", proposal->version);
  json_instant_or_null(json, "submitted_at", proposal->submitted_at);
  json_instant_or_null(json, "decided_at", proposal->decided_at);
  json_instant_or_null(json, "revise_until", proposal->revise_until);
  json_instant_or_null(json, "propose_anew_by", proposal->propose_anew_by);
}

static void write_field(const struct page *page, const struct proposal_field *field) {
  struct json *json = page->json;
  json_text(json, "field", field->id);
  json_text(json, "title", field->title);
  json_text(json, "kind", proposal_field_kind_names[field->kind]);
  json_flag(json, "required", field->is_required);
  json_int(json, "max", field->max);
  if (field->kind == FIELD_PER_MEMBER) {
    struct proposal_entry sum = sum_of_parts(page, field->id);
    write_parts(page, field);
    write_saved(json, &sum);
    return;
  }
  const struct proposal_entry *entry = find_entry(page, field->id, 0);
  const struct proposal_entry none = {.value = ""};
  write_value(page, field, entry == NULL ? &none : entry);
  write_saved(json, entry == NULL ? &none : entry);
}

static void write_value(const struct page *page, const struct proposal_field *field,
                        const struct proposal_entry *entry) {
  struct json *json = page->json;
  if (field->kind != FIELD_FILE && field->kind != FIELD_TOPICS) {
    json_text(json, "text", proposal_value_words(page->act->arena, entry));
    return;
  }
  if (field->kind == FIELD_TOPICS) {
    struct text_list topics = {0};
    if (text_equal(entry->kind, "topics"))
      proposal_value_topics(page->act->arena, entry->value, &topics);
    json_array_in(json, "topics");
    for (size_t i = 0; i < topics.count; i++)
      json_text(json, NULL, topics.items[i]);
    json_end(json);
    json_array_in(json, "no_longer_offered");
    for (size_t i = 0; i < topics.count; i++)
      if (course_topic(page->course->file, topics.items[i]) == NO_INDEX)
        json_text(json, NULL, topics.items[i]);
    json_end(json);
    return;
  }
  json_array_in(json, "types");
  for (size_t i = 0; i < field->type_count; i++)
    json_text(json, NULL, field->types[i]);
  json_end(json);
  if (entry->file == 0) {
    json_none(json, "file");
    return;
  }
  json_object_in(json, "file");
  json_int(json, "id", entry->file);
  json_text(json, "name", entry->value);
  json_flag(json, "is_gone", entry->is_file_gone);
  json_end(json);
}

// Members in their order, then those who have left and said something.
static void write_parts(const struct page *page, const struct proposal_field *field) {
  json_array_in(page->json, "parts");
  for (size_t i = 0; i < page->members->count; i++)
    if (page->members->list[i].is_active)
      write_part(page, field, page->members->list[i].person, page->members->list[i].name, true);
  for (size_t i = 0; i < page->count; i++) {
    const struct proposal_entry *entry = &page->entries[i];
    if (entry->person != 0 && text_equal(entry->field, field->id) && !is_active_member(page, entry->person) &&
        !proposal_value_is_blank(entry))
      write_part(page, field, entry->person, entry->person_name, false);
  }
  json_end(page->json);
}

static void write_part(const struct page *page, const struct proposal_field *field, int64_t person, const char *name,
                       bool is_member) {
  struct json *json = page->json;
  const struct proposal_entry *entry = find_entry(page, field->id, person);
  const struct proposal_entry none = {.value = ""};
  bool is_own = person == page->act->actor || page->team->contact == page->act->actor;
  json_begin_object(json);
  json_int(json, "person", person);
  json_text(json, "name", name);
  json_flag(json, "is_member", is_member);
  json_flag(json, "can_save", page->can_save && is_member && is_own);
  json_text(json, "text", entry == NULL ? "" : proposal_value_words(page->act->arena, entry));
  write_saved(json, entry == NULL ? &none : entry);
  json_end(json);
}

static void write_saved(struct json *json, const struct proposal_entry *entry) {
  json_int(json, "version", entry->version);
  json_int_or_null(json, "by", entry->by);
  json_text(json, "by_name", entry->by_name);
  json_instant_or_null(json, "at", entry->at);
}

static const struct proposal_entry *find_entry(const struct page *page, const char *field, int64_t person) {
  for (size_t i = 0; i < page->count; i++)
    if (page->entries[i].person == person && text_equal(page->entries[i].field, field))
      return &page->entries[i];
  return NULL;
}

static struct proposal_entry sum_of_parts(const struct page *page, const char *field) {
  struct proposal_entry sum = {0};
  for (size_t i = 0; i < page->count; i++) {
    const struct proposal_entry *entry = &page->entries[i];
    if (entry->person == 0 || !text_equal(entry->field, field))
      continue;
    int64_t version = sum.version + entry->version;
    if (entry->at >= sum.at)
      sum = *entry;
    sum.version = version;
  }
  return sum;
}

static bool is_active_member(const struct page *page, int64_t person) {
  const struct team_member *member = team_member_find(page->members, person);
  return member != NULL && member->is_active;
}
