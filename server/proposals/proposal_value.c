// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_value.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/courses/file.h"
#include "server/courses/file_kind.h"
#include "server/teams/team_notice.h"

const char *const proposal_field_kind_names[] = {[FIELD_LINE] = "line",
                                                 [FIELD_MARKDOWN] = "markdown",
                                                 [FIELD_TOPICS] = "topics",
                                                 [FIELD_PER_MEMBER] = "per-member",
                                                 [FIELD_STATEMENT] = "statement",
                                                 [FIELD_FILE] = "file",
                                                 NULL};

// How the kinds of the course file are stored, so that changing a line to Markdown keeps what was written.
static const char *const stored_kinds[] = {
    [FIELD_LINE] = "text",       [FIELD_MARKDOWN] = "text",  [FIELD_TOPICS] = "topics",
    [FIELD_PER_MEMBER] = "text", [FIELD_STATEMENT] = "text", [FIELD_FILE] = "file"};

#define UNKNOWN_TOPIC "must be ids of topics of the course file"

static enum err refuse(const struct act *act, const char *words);
static enum err read_text(const struct act *act, const struct proposal_field *field, const struct raw_value *value,
                          struct proposal_entry *out);
static enum err read_topics(const struct act *act, const struct proposal_field *field, const struct raw_value *value,
                            struct proposal_entry *out);
static enum err read_part(const struct act *act, const struct course_view *course, const struct proposal_field *field,
                          const struct team *team, const struct team_members *members, const struct raw_value *value,
                          struct proposal_entry *out);
static enum err check_author(const struct act *act, const struct team *team, const struct team_members *members,
                             const struct team_member *author);
static enum err read_file(const struct act *act, const struct course_view *course, const struct proposal_field *field,
                          const struct raw_value *value, struct proposal_entry *out);
static const char *lines_of(struct arena *arena, const char *text);
static const char *types_of(struct arena *arena, const struct proposal_field *field);

const struct proposal_field *proposal_field_find(const struct course_view *course, const char *id) {
  const struct proposal_rules *rules = &course->file->proposals;
  for (size_t i = 0; i < rules->field_count; i++)
    if (text_equal(rules->fields[i].id, id))
      return &rules->fields[i];
  return NULL;
}

enum err proposal_value_read(const struct act *act, const struct course_view *course,
                             const struct proposal_field *field, const struct team *team,
                             const struct team_members *members, const struct raw_value *value,
                             struct proposal_entry *out) {
  *out = (struct proposal_entry){.field = field->id, .kind = stored_kinds[field->kind], .value = ""};
  switch (field->kind) {
  case FIELD_LINE:
  case FIELD_MARKDOWN:
  case FIELD_STATEMENT:
    return read_text(act, field, value, out);
  case FIELD_TOPICS:
    return read_topics(act, field, value, out);
  case FIELD_PER_MEMBER:
    return read_part(act, course, field, team, members, value, out);
  case FIELD_FILE:
    break;
  }
  return read_file(act, course, field, value, out);
}

bool proposal_value_is_blank(const struct proposal_entry *entry) {
  for (const char *c = entry->value; c != NULL && *c != '\0';) {
    uint32_t point = 0;
    size_t size = utf8_decode(c, strlen(c), &point);
    if (size == 0 || (strchr(" \t\n", (int)point) == NULL && point != 0xA0) || point > 0xFF)
      return false;
    c += size;
  }
  return true;
}

const char *proposal_value_fault(const struct act *act, const struct proposal_field *field,
                                 const struct proposal_entry *entry) {
  if (!text_equal(entry->kind, stored_kinds[field->kind]))
    return "was saved when the course asked for something else here: save it anew";
  if (field->kind == FIELD_FILE)
    return entry->is_file_gone ? "waited for a week and has lapsed: upload it again" : NULL;
  if (field->kind != FIELD_TOPICS) {
    size_t length = utf8_length(entry->value);
    return length > (size_t)field->max
               ? arena_format(act->arena, "has %zu characters; it may have %" PRId64, length, field->max)
               : NULL;
  }
  struct text_list topics;
  proposal_value_topics(act->arena, entry->value, &topics);
  if (topics.count > (size_t)field->max)
    return arena_format(act->arena, "names %zu topics; it may name %" PRId64, topics.count, field->max);
  return NULL;
}

enum err proposal_value_check_topics(const struct act *act, const struct course_view *course,
                                     const struct proposal_entry *wanted, const struct proposal_entry *current) {
  struct text_list topics, chosen = {0};
  proposal_value_topics(act->arena, wanted->value, &topics);
  if (text_equal(current->kind, wanted->kind))
    proposal_value_topics(act->arena, current->value, &chosen);
  for (size_t i = 0; i < topics.count; i++) {
    bool is_known = course_topic(course->file, topics.items[i]) != NO_INDEX;
    for (size_t k = 0; k < chosen.count; k++)
      is_known = is_known || text_equal(chosen.items[k], topics.items[i]);
    if (!is_known)
      return refuse(act, UNKNOWN_TOPIC);
  }
  return ERR_OK;
}

const char *proposal_value_words(struct arena *arena, const struct proposal_entry *entry) {
  if (!text_equal(entry->kind, "topics"))
    return entry->value == NULL ? "" : entry->value;
  struct text_list topics;
  struct text words;
  text_init(&words, arena);
  proposal_value_topics(arena, entry->value, &topics);
  for (size_t i = 0; i < topics.count; i++)
    text_add_format(&words, "%s%s", i == 0 ? "" : ", ", topics.items[i]);
  return text_get(&words);
}

void proposal_value_topics(struct arena *arena, const char *value, struct text_list *out) {
  *out = (struct text_list){0};
  for (const char *at = value; at != NULL && *at != '\0';) {
    size_t size = strcspn(at, "\n");
    out->items = arena_grow(arena, out->items, out->count, out->count + 1, sizeof *out->items);
    out->items[out->count++] = arena_text_n(arena, at, size);
    at += size + (at[size] == '\n');
  }
}

static enum err refuse(const struct act *act, const char *words) {
  return problem_field(act->problem, "value", "%s", words);
}

static enum err read_text(const struct act *act, const struct proposal_field *field, const struct raw_value *value,
                          struct proposal_entry *out) {
  if (value->kind != RAW_TEXT)
    return refuse(act, "must be text; \"\" takes away what is there");
  bool is_line = field->kind == FIELD_LINE;
  const char *text = is_line ? value->text : lines_of(act->arena, value->text);
  if (text_has_control(text, !is_line))
    return refuse(act, is_line ? "must be one line without control characters"
                               : "must not hold control characters other than line breaks and tabs");
  const char *unseen = text_unseen_refusal(act->arena, text, is_line ? TEXT_NAME : TEXT_LINES);
  if (unseen != NULL)
    return refuse(act, unseen);
  if (is_line)
    text = text_squeeze(act->arena, text);
  size_t length = utf8_length(text);
  if (length > (size_t)field->max)
    return refuse(act,
                  arena_format(act->arena, "must have at most %" PRId64 " characters; it has %zu", field->max, length));
  out->value = text;
  return ERR_OK;
}

// Which topics there are is asked later (proposal_value_check_topics): what the field says now may stay.
static enum err read_topics(const struct act *act, const struct proposal_field *field, const struct raw_value *value,
                            struct proposal_entry *out) {
  if (value->kind != RAW_LIST)
    return refuse(act, "must be a list of ids of the course's topics; [] takes away what is there");
  if (value->count > (size_t)field->max)
    return refuse(
        act, arena_format(act->arena, "must have at most %" PRId64 " topics; it has %zu", field->max, value->count));
  struct text ids;
  text_init(&ids, act->arena);
  for (size_t i = 0; i < value->count; i++) {
    const struct raw_value *id = &value->items[i];
    if (id->kind != RAW_TEXT || id->text[0] == '\0' || strchr(id->text, '\n') != NULL)
      return refuse(act, UNKNOWN_TOPIC);
    for (size_t j = 0; j < i; j++)
      if (text_equal(value->items[j].text, id->text))
        return refuse(act, "must name each topic once");
    text_add_format(&ids, "%s%s", i == 0 ? "" : "\n", id->text);
  }
  out->value = text_get(&ids);
  return ERR_OK;
}

static enum err read_part(const struct act *act, const struct course_view *course, const struct proposal_field *field,
                          const struct team *team, const struct team_members *members, const struct raw_value *value,
                          struct proposal_entry *out) {
  (void)course;
  int64_t person = 0;
  if (value->kind != RAW_OBJECT || value->count != 1 || !int64_parse(value->names[0], &person))
    return refuse(act, "must be {\"PERSON\": \"text\"}: one member's number and part");
  const struct team_member *author = team_member_find(members, person);
  if (author == NULL || !author->is_active)
    return refuse(act, "must name a member of the team by number");
  enum err err = check_author(act, team, members, author);
  if (err != ERR_OK)
    return err;
  out->person = person;
  return read_text(act, field, &value->items[0], out);
}

// One's part is one's own word; but a silent member's must not keep the team from submitting.
static enum err check_author(const struct act *act, const struct team *team, const struct team_members *members,
                             const struct team_member *author) {
  if (author->person == act->actor || team->contact == act->actor)
    return ERR_OK;
  const struct team_member *contact = team_member_find(members, team->contact);
  return problem_raise(act->problem, PROBLEM_NOT_CONTACT,
                       "What %s does is theirs to say. Write your own part; only the team's contact%s%s may write "
                       "another's.",
                       author->name, contact == NULL ? "" : ", ",
                       contact == NULL ? "" : arena_format(act->arena, "%s,", contact->name));
}

static enum err read_file(const struct act *act, const struct course_view *course, const struct proposal_field *field,
                          const struct raw_value *value, struct proposal_entry *out) {
  if (value->kind == RAW_NULL)
    return ERR_OK;
  if (value->kind != RAW_INTEGER || value->integer <= 0)
    return refuse(act, "must be the number of a file that you uploaded (POST …/files), or null for none");
  struct file file;
  enum err err = file_get(act, course, value->integer, NULL, &file);
  if (err == ERR_NOT_FOUND) {
    problem_clear(act->problem);
    return refuse(act, "must be the number of a file that you uploaded and that still waits");
  }
  if (err != ERR_OK)
    return err;
  const struct file_kind *kind = file_kind_of(file.name);
  bool is_taken = false;
  for (size_t i = 0; i < field->type_count; i++)
    is_taken = is_taken || (kind != NULL && text_equal(kind->ending, field->types[i]));
  if (!is_taken)
    return refuse(act,
                  arena_format(act->arena, "must be of type %s; %s is not", types_of(act->arena, field), file.name));
  if (file.bytes > field->max)
    return refuse(act, arena_format(act->arena, "must have at most %" PRId64 " bytes; %s has %" PRId64, field->max,
                                    file.name, file.bytes));
  out->value = file.name;
  out->file = file.id;
  return ERR_OK;
}

// CR LF and CR become LF, so that a difference is one of words.
static const char *lines_of(struct arena *arena, const char *text) {
  struct text lines;
  text_init(&lines, arena);
  for (const char *at = text; *at != '\0';) {
    size_t size = strcspn(at, "\r");
    text_add_n(&lines, at, size);
    at += size;
    if (*at == '\r') {
      text_add_char(&lines, '\n');
      at += at[1] == '\n' ? 2 : 1;
    }
  }
  return text_get(&lines);
}

static const char *types_of(struct arena *arena, const struct proposal_field *field) {
  struct text types;
  text_init(&types, arena);
  for (size_t i = 0; i < field->type_count; i++)
    text_add_format(&types, "%s%s", i == 0 ? "" : " or ", field->types[i]);
  return text_get(&types);
}
