// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_version_view.h"

#include <string.h>

#include "common/base/diff.h"
#include "common/base/text.h"
#include "server/proposals/proposal_value.h"

static const char *const stored_kinds[] = {"text", "topics", "file", NULL};
static const char *const run_kinds[] = {[DIFF_SAME] = "same", [DIFF_REMOVED] = "removed", [DIFF_ADDED] = "added", NULL};

// clang-format off
#define VERSION_FIELDS \
  {"version",    ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Its number, through all rounds of the team"}, \
  {"round",      ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Of which round it is"}, \
  {"kind",       ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, proposal_version_kind_names, NULL, "Why it is kept; taken back: a decision that was, to staff only"}, \
  {"state",      ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, proposal_state_names, NULL, "Of the proposal, once it was written"}, \
  {"by",         ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Who wrote it"}, \
  {"by_name",    ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Their name"}, \
  {"started_at", ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Its first save"}, \
  {"at",         ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Its last one"}, \
  {"submission", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "What was handed in with it"}, \
  {"counted",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Of a submission by staff: the saved version that they counted"}, \
  {"reason",     ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "And why"}
static const struct answer_field row_fields[] = {VERSION_FIELDS};
static const struct answer row_answer = {"ProposalVersion", NULL, false, row_fields, sizeof row_fields / sizeof *row_fields};
static const struct answer_field list_fields[] = {
  {"versions", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_TEAM, NULL, &row_answer, "Newest first"},
  {"next",     ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_TEAM, NULL, NULL,        "`after` of the next page; left out on the last one"},
};
const struct answer proposal_versions_answer = {"ProposalVersions", NULL, false, list_fields, 2};
#define OF_FIELD \
  {"field",  ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "The field's id"}, \
  {"title",  ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Its title; null: the course has no such field any more"}, \
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Of a field per member: whose part"}, \
  {"name",   ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Their name"}
static const struct answer_field value_fields[] = {
  OF_FIELD,
  {"kind", ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_TEAM, stored_kinds, NULL, "What it held"},
  {"text", ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "As it was saved; topics by their ids, a file by its name"},
  {"file", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "The file's number"},
};
static const struct answer value_answer = {"ProposalVersionField", NULL, false, value_fields, sizeof value_fields / sizeof *value_fields};
static const struct answer_field whole_fields[] = {
  VERSION_FIELDS,
  {"fields", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &value_answer, "All that it said, in the course file's order"},
};
const struct answer proposal_version_answer = {"ProposalVersionWhole", NULL, false, whole_fields, sizeof whole_fields / sizeof *whole_fields};
static const struct answer_field run_fields[] = {
  {"kind", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_TEAM, run_kinds, NULL, "same and removed runs are the text before, same and added ones the text after"},
  {"text", ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL, "Some words"},
};
static const struct answer run_answer = {"ProposalRun", NULL, false, run_fields, 2};
static const struct answer_field change_fields[] = {
  OF_FIELD,
  {"before", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL,        "What it said; null: nothing yet"},
  {"after",  ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL,        "What it says"},
  {"runs",   ANSWER_LIST, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, &run_answer, "The difference, word by word"},
};
static const struct answer change_answer = {"ProposalFieldChange", NULL, false, change_fields, sizeof change_fields / sizeof *change_fields};
static const struct answer_field changes_fields[] = {
  {"version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL,           "What is compared"},
  {"since",   ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, NULL,           "With what"},
  {"fields",  ANSWER_LIST,    ANSWER_ALWAYS, AUDIENCE_TEAM, NULL, &change_answer, "Those that differ, in the course file's order"},
};
const struct answer proposal_changes_answer = {"ProposalChanges", NULL, false, changes_fields, 3};
// clang-format on

// One field, or part, of two versions; NULL: not there.
struct pair {
  const struct proposal_entry *before;
  const struct proposal_entry *after;
};

static void write_row(struct json *json, const struct proposal_version *version);
static struct pair *pair_up(struct arena *arena, const struct proposal_entry *before, size_t before_count,
                            const struct proposal_entry *after, size_t after_count, size_t *count);
static int order_of(const struct proposal_entry *a, const struct proposal_entry *b);
static const struct proposal_entry *either(const struct pair *pair);
static bool is_of(const struct course_view *course, const struct pair *pair, size_t field);
static void write_of_field(struct json *json, const struct course_view *course, const struct proposal_entry *entry);
static void write_change(const struct act *act, const struct course_view *course, const struct pair *pair,
                         struct json *json);

void proposal_view_write_versions(struct json *json, const struct proposal_version *list, size_t count) {
  json_array_in(json, "versions");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_row(json, &list[i]);
    json_end(json);
  }
  json_end(json);
}

enum err proposal_view_write_version(const struct act *act, const struct course_view *course,
                                     const struct proposal_version *version, struct json *json) {
  struct proposal_entry *entries = NULL;
  size_t count = 0, pair_count = 0;
  enum err err = proposal_version_entries(act, version, &entries, &count);
  if (err != ERR_OK)
    return err;
  struct pair *pairs = pair_up(act->arena, NULL, 0, entries, count, &pair_count);
  write_row(json, version);
  json_array_in(json, "fields");
  for (size_t i = 0; i <= course->file->proposals.field_count; i++)
    for (size_t j = 0; j < pair_count; j++) {
      if (!is_of(course, &pairs[j], i))
        continue;
      const struct proposal_entry *entry = pairs[j].after;
      json_begin_object(json);
      write_of_field(json, course, entry);
      json_text(json, "kind", entry->kind);
      json_text(json, "text", proposal_value_words(act->arena, entry));
      json_int_or_null(json, "file", entry->file);
      json_end(json);
    }
  json_end(json);
  return ERR_OK;
}

enum err proposal_view_write_changes(const struct act *act, const struct course_view *course,
                                     const struct proposal_version *since, const struct proposal_version *version,
                                     struct json *json) {
  struct proposal_entry *before = NULL, *after = NULL;
  size_t before_count = 0, after_count = 0, count = 0;
  enum err err = proposal_version_entries(act, since, &before, &before_count);
  if (err == ERR_OK)
    err = proposal_version_entries(act, version, &after, &after_count);
  if (err != ERR_OK)
    return err;
  struct pair *pairs = pair_up(act->arena, before, before_count, after, after_count, &count);
  json_int(json, "version", version->version);
  json_int(json, "since", since->version);
  json_array_in(json, "fields");
  for (size_t i = 0; i <= course->file->proposals.field_count; i++)
    for (size_t j = 0; j < count; j++)
      if (is_of(course, &pairs[j], i))
        write_change(act, course, &pairs[j], json);
  json_end(json);
  return ERR_OK;
}

static void write_row(struct json *json, const struct proposal_version *version) {
  json_int(json, "version", version->version);
  json_int(json, "round", version->round);
  json_text(json, "kind", proposal_version_kind_names[version->kind]);
  json_text(json, "state", proposal_state_names[version->state]);
  json_int_or_null(json, "by", version->by);
  json_text(json, "by_name", version->by_name);
  json_instant(json, "started_at", version->started_at);
  json_instant(json, "at", version->at);
  json_int_or_null(json, "submission", version->submission);
  json_int_or_null(json, "counted", version->counted);
  json_text(json, "reason", version->reason);
}

// Both lists are ordered by field and person.
static struct pair *pair_up(struct arena *arena, const struct proposal_entry *before, size_t before_count,
                            const struct proposal_entry *after, size_t after_count, size_t *count) {
  struct pair *pairs = arena_array(arena, before_count + after_count, sizeof *pairs);
  size_t i = 0, j = 0;
  *count = 0;
  while (i < before_count || j < after_count) {
    int order = i == before_count ? 1 : j == after_count ? -1 : order_of(&before[i], &after[j]);
    pairs[*count] = (struct pair){order <= 0 ? &before[i] : NULL, order >= 0 ? &after[j] : NULL};
    *count += 1;
    i += order <= 0;
    j += order >= 0;
  }
  return pairs;
}

static int order_of(const struct proposal_entry *a, const struct proposal_entry *b) {
  int order = strcmp(a->field, b->field);
  return order != 0 ? order : a->person < b->person ? -1 : a->person > b->person;
}

static const struct proposal_entry *either(const struct pair *pair) {
  return pair->after != NULL ? pair->after : pair->before;
}

// Whether it is of this field of the course file; behind the last one stand those that it has not any more.
static bool is_of(const struct course_view *course, const struct pair *pair, size_t field) {
  const struct proposal_rules *rules = &course->file->proposals;
  if (field == rules->field_count)
    return proposal_field_find(course, either(pair)->field) == NULL;
  return text_equal(rules->fields[field].id, either(pair)->field);
}

static void write_of_field(struct json *json, const struct course_view *course, const struct proposal_entry *entry) {
  const struct proposal_field *field = proposal_field_find(course, entry->field);
  json_text(json, "field", entry->field);
  json_text(json, "title", field == NULL ? NULL : field->title);
  json_int_or_null(json, "person", entry->person);
  json_text(json, "name", entry->person_name);
}

static void write_change(const struct act *act, const struct course_view *course, const struct pair *pair,
                         struct json *json) {
  const char *before = pair->before == NULL ? NULL : proposal_value_words(act->arena, pair->before);
  const char *after = pair->after == NULL ? NULL : proposal_value_words(act->arena, pair->after);
  bool is_file_same = pair->before == NULL || pair->after == NULL || pair->before->file == pair->after->file;
  if (text_equal(before == NULL ? "" : before, after == NULL ? "" : after) && is_file_same)
    return;
  struct diff diff = diff_words(act->arena, before == NULL ? "" : before, after == NULL ? "" : after);
  json_begin_object(json);
  write_of_field(json, course, either(pair));
  json_text(json, "before", before);
  json_text(json, "after", after);
  json_array_in(json, "runs");
  for (size_t i = 0; i < diff.count; i++) {
    json_begin_object(json);
    json_text(json, "kind", run_kinds[diff.runs[i].kind]);
    json_text(json, "text", diff.runs[i].text);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}
