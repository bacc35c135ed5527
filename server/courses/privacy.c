// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/privacy.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "server/accounts/person.h"
#include "server/courses/privacy_store.h"
#include "server/courses/privacy_words.h"
#include "server/db/audit.h"

struct mention { // a row in which somebody else named the person
  int64_t key[2];
  const char *texts[PRIVACY_TEXTS];
};

struct erasure {
  int64_t person;
  struct privacy_words words;
  const char *instead; // of the words
};

static enum err export_table(const struct act *act, const struct privacy_table *table, int64_t person,
                             struct json *json);
static void write_column(struct db_rows *rows, int column, struct json *json);
static bool ends_with(const char *text, const char *end);
static enum err find_blockers(const struct act *act, const struct services *services, int64_t person,
                              struct privacy_report *out);
static enum err block(const struct act *act, const struct services *services, const struct privacy_enrolment *enrolment,
                      const char **words);
static enum err erase(const struct act *act, int64_t person, struct privacy_report *out);
static enum err collect_words(const struct act *act, int64_t person, struct privacy_words *words);
static void add_name(struct privacy_words *words, const char *name);
static void add_former(struct privacy_words *words, const char *details);
static enum err add_others(const struct act *act, int64_t person, struct privacy_words *words);
static size_t keep_with(const struct privacy_words *words, enum privacy_word_kind kind, const char **names,
                        size_t count);
static bool has_odd_quotes(const char *name);
static enum err erase_mentions(const struct act *act, const struct privacy_text *text, const struct erasure *erasure,
                               struct privacy_report *out);
static enum err find_mentions(const struct act *act, const struct privacy_text *text, const struct erasure *erasure,
                              struct mention **out, size_t *count);
static void note_erased(const struct act *act, struct privacy_report *out, const char *table, int64_t rows);

enum err privacy_export(const struct act *act, int64_t person, struct json *json) {
  for (size_t i = 0; i < privacy_table_count; i++) {
    if (privacy_tables[i].export_sql == NULL)
      continue;
    enum err err = export_table(act, &privacy_tables[i], person, json);
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

void privacy_write_stays(struct json *json) {
  json_array_in(json, "stays");
  for (size_t i = 0; i < privacy_table_count; i++) {
    if (privacy_tables[i].stays == NULL)
      continue;
    json_begin_object(json);
    json_text(json, "table", privacy_tables[i].name);
    json_text(json, "what", privacy_tables[i].stays);
    json_end(json);
  }
  json_end(json);
}

enum err privacy_erase(const struct act *act, const struct services *services, int64_t person, bool is_dry_run,
                       struct privacy_report *out) {
  struct person known;
  enum err err = person_get(act->db, act->arena, person, &known);
  if (err != ERR_OK)
    return err;
  *out = (struct privacy_report){.name = arena_format(act->arena, "Erased person %" PRId64, person)};
  if ((err = find_blockers(act, services, person, out)) != ERR_OK)
    return err;
  if (!is_dry_run && out->blocker_count > 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s", out->blockers[0]);
  if (!is_dry_run) {
    db_empty_log_soon(act->db);
    return erase(act, person, out);
  }
  // What it would do is found out by doing it.
  if ((err = db_savepoint(act->db)) != ERR_OK)
    return err;
  err = erase(act, person, out);
  enum err back = db_in_transaction(act->db) ? db_savepoint_rollback(act->db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static enum err export_table(const struct act *act, const struct privacy_table *table, int64_t person,
                             struct json *json) {
  struct db_rows rows DB_SCOPE = db_query_values(act->db, table->export_sql, DB_VALUES_(db_int(person)));
  json_array_in(json, table->name);
  while (db_next(&rows)) {
    json_begin_object(json);
    for (int column = 0; column < db_column_count(&rows); column++)
      write_column(&rows, column, json);
    json_end(json);
  }
  json_end(json);
  return rows.err;
}

// By the schema's habits: an instant is called "…_at", "…_until" or "at", a flag "is_…" or "has_…".
static void write_column(struct db_rows *rows, int column, struct json *json) {
  const char *name = db_column_name(rows, column);
  switch (db_column_kind(rows, column)) {
  case DB_INT:
    if (ends_with(name, "_at") || ends_with(name, "_until") || strcmp(name, "at") == 0)
      json_instant(json, name, db_column_int(rows, column));
    else if (text_starts(name, "is_") || text_starts(name, "has_"))
      json_flag(json, name, db_column_int(rows, column) != 0);
    else
      json_int(json, name, db_column_int(rows, column));
    return;
  case DB_TEXT:
    json_text(json, name, db_column_peek(rows, column));
    return;
  case DB_NULL:
  case DB_BLOB: // no row of the table exports one
    json_none(json, name);
  }
}

static bool ends_with(const char *text, const char *end) {
  size_t size = strlen(text);
  size_t end_size = strlen(end);
  return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

static enum err find_blockers(const struct act *act, const struct services *services, int64_t person,
                              struct privacy_report *out) {
  struct privacy_enrolment *list = NULL;
  size_t count = 0;
  enum err err = privacy_store_enrolments(act, person, &list, &count);
  out->blockers = arena_array(act->arena, count, sizeof *out->blockers);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const char *words = NULL;
    err = block(act, services, &list[i], &words);
    if (words != NULL)
      out->blockers[out->blocker_count++] = words;
  }
  return err;
}

// A team would lose a member in the middle of its work, or a course its instructor, without anybody being told.
static enum err block(const struct act *act, const struct services *services, const struct privacy_enrolment *enrolment,
                      const char **words) {
  if (!enrolment->is_active) {
    *words = arena_format(act->arena,
                          "A place in %s is held for them after a drop. Wait until the hold has ended, or release it.",
                          enrolment->slug);
    return ERR_OK;
  }
  if (enrolment->is_instructor && enrolment->instructors <= 1) {
    *words = arena_format(act->arena, "They are the only instructor of %s. Make somebody else an instructor first.",
                          enrolment->slug);
    return ERR_OK;
  }
  const struct course_view *course = NULL;
  enum err err = course_open(act, services->library, enrolment->course, &course);
  if (err == ERR_OK && act->now <= course->file->ends_at)
    *words = arena_format(act->arena, "They take part in %s, whose term ends on %s. Drop them from the roster first.",
                          enrolment->slug, course_instant_words(course, act->arena, course->file->ends_at));
  return err;
}

static enum err erase(const struct act *act, int64_t person, struct privacy_report *out) {
  struct erasure erasure = {.person = person, .instead = out->name};
  privacy_words_init(&erasure.words, act->arena);
  enum err err = collect_words(act, person, &erasure.words);
  for (size_t i = 0; err == ERR_OK && i < privacy_table_count; i++) {
    if (privacy_tables[i].erase_sql == NULL)
      continue;
    err = db_exec_values(act->db, privacy_tables[i].erase_sql, DB_VALUES_(db_int(person)));
    note_erased(act, out, privacy_tables[i].name, db_changes(act->db));
  }
  for (size_t i = 0; err == ERR_OK && i < privacy_text_count; i++)
    err = erase_mentions(act, &privacy_texts[i], &erasure, out);
  if (err == ERR_OK && (err = privacy_store_rename(act, person, out->name)) == ERR_OK)
    note_erased(act, out, "people", 1);
  if (err == ERR_OK)
    err = audit_write(act, AUDIT_INSTALLATION, "person erased", arena_format(act->arena, "person %" PRId64, person),
                      NULL, NULL);
  return err;
}

static enum err collect_words(const struct act *act, int64_t person, struct privacy_words *words) {
  const char **list = NULL, *name = NULL, *preferred = NULL;
  size_t count = 0;
  enum err err = privacy_store_names(act, person, &name, &preferred);
  if (err != ERR_OK)
    return err;
  add_name(words, name);
  privacy_words_add(words, preferred == NULL ? "" : preferred, PRIVACY_WORD_SHORT);
  err = privacy_store_addresses(act, person, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    privacy_words_add(words, list[i], PRIVACY_WORD_FULL);
  if (err == ERR_OK)
    err = privacy_store_quoted(act, person, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    privacy_words_add(words, list[i], PRIVACY_WORD_QUOTED);
  if (err == ERR_OK)
    err = privacy_store_former(act, person, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    add_former(words, list[i]);
  privacy_words_ready(words);
  return err == ERR_OK ? add_others(act, person, words) : err;
}

// The registrar's; of a single word it may be one of the language, as a preferred one may.
static void add_name(struct privacy_words *words, const char *name) {
  privacy_words_add(words, name, strchr(name, ' ') == NULL ? PRIVACY_WORD_SHORT : PRIVACY_WORD_FULL);
}

static void add_former(struct privacy_words *words, const char *details) {
  json_t *root = json_loads(details, 0, NULL);
  const char *name = json_string_value(json_object_get(root, "name"));
  const char *preferred = json_string_value(json_object_get(root, "preferred_name"));
  const char *email = json_string_value(json_object_get(root, "email"));
  if (name != NULL)
    add_name(words, name);
  privacy_words_add(words, preferred == NULL ? "" : preferred, PRIVACY_WORD_SHORT);
  privacy_words_add(words, email == NULL ? "" : email, PRIVACY_WORD_FULL);
  json_decref(root);
}

// Will Smith stays who he is when a Will goes, and Maria Garcia Lopez when a Maria Garcia does.
static enum err add_others(const struct act *act, int64_t person, struct privacy_words *words) {
  const char **others = NULL, **namesakes = NULL;
  size_t other_count = 0, namesake_count = 0;
  enum err err = privacy_store_others(act, person, &others, &other_count);
  if (err == ERR_OK)
    err = privacy_store_namesakes(act, person, &namesakes, &namesake_count);
  if (err != ERR_OK)
    return err;
  // Looked through before any is added: what is added has them in it.
  other_count = keep_with(words, PRIVACY_WORD_SHORT, others, other_count);
  namesake_count = keep_with(words, PRIVACY_WORD_FULL, namesakes, namesake_count);
  for (size_t i = 0; i < other_count; i++)
    privacy_words_add(words, others[i], PRIVACY_WORD_OTHERS);
  for (size_t i = 0; i < namesake_count; i++)
    privacy_words_add(words, namesakes[i], PRIVACY_WORD_OTHERS);
  privacy_words_ready(words);
  return ERR_OK;
}

static size_t keep_with(const struct privacy_words *words, enum privacy_word_kind kind, const char **names,
                        size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (privacy_words_has(words, names[i], kind) || has_odd_quotes(names[i]))
      names[kept++] = names[i];
  return kept;
}

// Read as others are, such a name would turn round what is quoted and what is not.
static bool has_odd_quotes(const char *name) {
  bool is_odd = false;
  for (const char *at = name; (at = strchr(at, '"')) != NULL; at++)
    is_odd = !is_odd;
  return is_odd;
}

static enum err erase_mentions(const struct act *act, const struct privacy_text *text, const struct erasure *erasure,
                               struct privacy_report *out) {
  struct mention *list = NULL;
  size_t count = 0;
  enum err err = find_mentions(act, text, erasure, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = db_exec_values(act->db, text->change_sql,
                         DB_VALUES_(db_int(list[i].key[0]), db_int(list[i].key[1]), db_text(list[i].texts[0]),
                                    db_text(list[i].texts[1]), db_text(list[i].texts[2])));
  note_erased(act, out, text->name, (int64_t)count);
  return err;
}

static enum err find_mentions(const struct act *act, const struct privacy_text *text, const struct erasure *erasure,
                              struct mention **out, size_t *count) {
  bool is_of_anybody = strstr(text->select_sql, "$1") == NULL;
  struct db_rows rows DB_SCOPE = is_of_anybody
                                     ? db_query_values(act->db, text->select_sql, DB_VALUES_())
                                     : db_query_values(act->db, text->select_sql, DB_VALUES_(db_int(erasure->person)));
  struct mention *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    struct mention mention = {.key = {db_column_int(&rows, 0), db_column_int(&rows, 1)}};
    bool is_found = false;
    for (int i = 0; i < PRIVACY_TEXTS; i++) {
      mention.texts[i] =
          privacy_words_replace(&erasure->words, db_column_peek(&rows, i + 2), erasure->instead, text->kind);
      is_found = is_found || mention.texts[i] != NULL;
    }
    if (!is_found)
      continue;
    for (int i = 0; i < PRIVACY_TEXTS; i++)
      if (mention.texts[i] == NULL)
        mention.texts[i] = db_column_text(&rows, i + 2, act->arena);
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = mention;
  }
  *out = list;
  *count = size;
  return rows.err;
}

static void note_erased(const struct act *act, struct privacy_report *out, const char *table, int64_t rows) {
  if (rows == 0)
    return;
  for (size_t i = 0; i < out->erased_count; i++)
    if (strcmp(out->erased[i].table, table) == 0) {
      out->erased[i].rows += rows;
      return;
    }
  out->erased = arena_grow(act->arena, out->erased, out->erased_count, out->erased_count + 1, sizeof *out->erased);
  out->erased[out->erased_count++] = (struct privacy_count){table, rows};
}
