// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/audiences.h"

#include "server/http/answer.h"
#include "server/http/router.h"

enum { AUDIENCES = AUDIENCE_OPERATOR + 1 };

// Of one answer: the paths of its fields, by who sees them.
struct seen {
  struct arena *arena;
  struct text fields[AUDIENCES];
};

static void write_answer(struct text *out, const struct answer *answer, const struct route_table *const *tables,
                         size_t count);
static enum access widest_access(const struct answer *answer, const struct route_table *const *tables, size_t count);
static void write_requests(struct text *out, const struct answer *answer, const struct route_table *const *tables,
                           size_t count);
static void add_fields(struct seen *seen, const struct answer *answer, const char *prefix, enum audience narrowest);
static const char *reader_words(enum audience audience, enum access access);
static const char *access_words(enum access access);

void audiences_write(struct text *out, const struct route_table *const *tables, size_t table_count) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct answer_list answers = {0};
  for (size_t i = 0; i < table_count; i++) {
    text_add_format(out, "%s### %s\n\n", i == 0 ? "" : "\n", tables[i]->feature);
    text_add(out, "| Answer | To | Seen by | Fields |\n|---|---|---|---|\n");
    for (size_t j = 0; j < tables[i]->count; j++) {
      const struct answer *answer = tables[i]->rows[j].answer;
      bool is_known = answer == NULL;
      for (size_t k = 0; k < answers.count; k++)
        is_known = is_known || answers.items[k] == answer;
      if (is_known)
        continue;
      answers.items = arena_grow(arena, answers.items, answers.count, answers.count + 1, sizeof(const struct answer *));
      answers.items[answers.count++] = answer;
      write_answer(out, answer, tables, table_count);
    }
  }
}

static void write_answer(struct text *out, const struct answer *answer, const struct route_table *const *tables,
                         size_t count) {
  struct arena *arena SCOPED_ARENA = arena_new();
  enum access access = widest_access(answer, tables, count);
  struct seen seen = {.arena = arena};
  for (int i = 0; i < AUDIENCES; i++)
    text_init(&seen.fields[i], arena);
  add_fields(&seen, answer, "", AUDIENCE_CALLER);
  if (answer->count == 0)
    text_add_format(&seen.fields[AUDIENCE_CALLER], "%s as a whole", answer->media);
  const char *before = NULL; // who sees the row above; what the same people see stands in it too
  for (int i = AUDIENCE_CALLER; i < AUDIENCES; i++) {
    if (seen.fields[i].size == 0)
      continue;
    const char *words = reader_words((enum audience)i, access);
    if (text_equal(words, before)) {
      text_add_format(out, ", %s", text_get(&seen.fields[i]));
      continue;
    }
    text_add_format(out, "%s| %s | ", before == NULL ? "" : " |\n", before == NULL ? answer->name : "");
    if (before == NULL)
      write_requests(out, answer, tables, count);
    text_add_format(out, " | %s | %s", words, text_get(&seen.fields[i]));
    before = words;
  }
  text_add(out, " |\n");
}

// The rows stand in the enumeration from anybody to the operator.
static enum access widest_access(const struct answer *answer, const struct route_table *const *tables, size_t count) {
  enum access widest = ACCESS_OPERATOR;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < tables[i]->count; j++)
      if (tables[i]->rows[j].answer == answer && tables[i]->rows[j].access < widest)
        widest = tables[i]->rows[j].access;
  return widest;
}

static void write_requests(struct text *out, const struct answer *answer, const struct route_table *const *tables,
                           size_t count) {
  bool is_first = true;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < tables[i]->count; j++) {
      const struct route *route = &tables[i]->rows[j];
      if (route->answer != answer)
        continue;
      const char *path = text_starts(route->path, "//") ? route->path + 1 : route->path;
      text_add_format(out, "%s`%s %s`", is_first ? "" : ", ", method_text(route->method), path);
      is_first = false;
    }
}

// A field inside another is seen by nobody who does not see that one.
static void add_fields(struct seen *seen, const struct answer *answer, const char *prefix, enum audience narrowest) {
  for (size_t i = 0; i < answer->count; i++) {
    const struct answer_field *field = &answer->fields[i];
    enum audience audience = field->audience > narrowest ? field->audience : narrowest;
    if (field->of != NULL) {
      const char *inner =
          arena_format(seen->arena, "%s%s%s.", prefix, field->name, field->type == ANSWER_LIST ? "[]" : "");
      add_fields(seen, field->of, inner, audience);
      continue;
    }
    struct text *fields = &seen->fields[audience];
    text_add_format(fields, "%s`%s%s`", fields->size == 0 ? "" : ", ", prefix, field->name);
  }
}

static const char *reader_words(enum audience audience, enum access access) {
  bool is_of_staff = access == ACCESS_STAFF || access == ACCESS_INSTRUCTOR || access == ACCESS_OPERATOR;
  bool is_of_oneself = access <= ACCESS_ACCOUNT || access == ACCESS_STUDENT;
  if (audience <= AUDIENCE_TEAM && is_of_staff)
    return access_words(access);
  if (audience == AUDIENCE_SELF && is_of_oneself)
    return "oneself";
  switch (audience) {
  case AUDIENCE_CALLER:
    return access_words(access);
  case AUDIENCE_SELF:
    return "oneself, staff";
  case AUDIENCE_TEAM:
    return "the team, staff";
  case AUDIENCE_STAFF:
    return "staff";
  case AUDIENCE_INSTRUCTOR:
    return "instructors";
  case AUDIENCE_OPERATOR:
  case AUDIENCE_UNSET:
    break;
  }
  return "the operator";
}

static const char *access_words(enum access access) {
  switch (access) {
  case ACCESS_PUBLIC:
    return "anybody";
  case ACCESS_LOOPBACK:
    return "programs on the same machine";
  case ACCESS_SIGNED_IN:
  case ACCESS_ACCOUNT:
    return "whoever is signed in, of themselves";
  case ACCESS_COURSE:
    return "everybody in the course";
  case ACCESS_STUDENT:
    return "the student who asks";
  case ACCESS_TEAM:
    return "the team, staff";
  case ACCESS_STAFF:
    return "staff";
  case ACCESS_INSTRUCTOR:
    return "instructors";
  case ACCESS_OPERATOR:
  case ACCESS_UNSET:
    break;
  }
  return "the operator";
}
