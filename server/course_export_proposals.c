// SPDX-License-Identifier: AGPL-3.0-or-later
// A team's proposals: each version that is kept as Markdown, what was decided and asked for, what was said about them.
#include "common/base/csv.h"
#include "server/course_export_private.h"

enum { COLUMNS_MAX = 16 };

static enum err put_version(struct export *export, struct arena *arena, struct export_holder *holder,
                            const json_t *listed, json_t *kept);
static enum err put_fields(struct export *export, struct arena *arena, const struct export_holder *holder,
                           const json_t *version, struct text *out);
static enum err put_decisions(struct export *export, struct arena *arena, struct export_holder *holder, json_t *kept);
static enum err put_comments(struct export *export, struct arena *arena, struct export_holder *holder, json_t *kept);
static void add_fact(struct text *out, struct arena *arena, const json_t *object, const char *member,
                     const char *words);
static enum err put_page(struct export *export, struct export_holder *holder, const char *path, const struct text *page,
                         const char *words);
static void add_row(struct text *out, struct arena *arena, const struct export_holder *holder, const json_t *object,
                    const char *const *members, size_t count);

static const char *const version_members[] = {"version",    "round", "kind",    "state",      "by_name",
                                              "started_at", "at",    "counted", "submission", "reason"};
static const char *const decision_members[] = {"id",     "round",   "kind",          "verdict",      "by_name",
                                               "at",     "told_at", "taken_back_at", "revise_until", "propose_anew_by",
                                               "comment"};
enum {
  VERSION_MEMBERS = sizeof version_members / sizeof *version_members,
  DECISION_MEMBERS = sizeof decision_members / sizeof *decision_members,
};

void export_begin_proposals(struct export *export) {
  static const char *const versions[] = {"team",    "name",       "version", "round",   "kind",       "state",
                                         "by_name", "started_at", "at",      "counted", "submission", "reason"};
  static const char *const decisions[] = {
      "team",    "name",          "id",           "round",           "kind",   "verdict", "by_name", "at",
      "told_at", "taken_back_at", "revise_until", "propose_anew_by", "comment"};
  csv_add_row(&export->version_rows, CSV_QUOTED, versions, sizeof versions / sizeof *versions);
  csv_add_row(&export->decision_rows, CSV_QUOTED, decisions, sizeof decisions / sizeof *decisions);
}

enum err export_proposal(struct export *export, struct arena *arena, struct export_holder *holder) {
  json_t *versions = NULL;
  enum err err = export_ask_all(&export->source, arena, "versions", &versions, "/teams/%lld/proposal/versions",
                                (long long)holder->id);
  if (err != ERR_OK || json_array_size(versions) == 0)
    return err;
  json_t *kept = json_pack("{s:I, s:s, s:[]}", "team", (json_int_t)holder->id, "name", holder->name, "versions");
  if (kept == NULL || json_array_append_new(export->proposals, kept) != 0)
    abort();
  for (size_t i = json_array_size(versions); err == ERR_OK && i-- > 0;) // the oldest first
    err = put_version(export, arena, holder, json_array_get(versions, i), json_object_get(kept, "versions"));
  if (err == ERR_OK)
    err = put_decisions(export, arena, holder, kept);
  return err == ERR_OK ? put_comments(export, arena, holder, kept) : err;
}

static enum err put_version(struct export *export, struct arena *arena, struct export_holder *holder,
                            const json_t *listed, json_t *kept) {
  json_t *version = NULL;
  int64_t number = export_number(listed, "version");
  enum err err = export_ask(&export->source, arena, &version, "/teams/%lld/proposal/versions/%lld",
                            (long long)holder->id, (long long)number);
  if (err != ERR_OK || version == NULL)
    return err == ERR_OK ? ERR_INTERNAL : err;
  if (json_array_append(kept, version) != 0)
    abort();
  add_row(&export->version_rows, arena, holder, version, version_members, VERSION_MEMBERS);
  struct text page;
  text_init(&page, arena);
  text_add_format(&page, "# Proposal of %s, version %lld\n\n", holder->name, (long long)number);
  add_fact(&page, arena, version, "kind", "What it is");
  add_fact(&page, arena, version, "state", "State of the proposal");
  add_fact(&page, arena, version, "round", "Round");
  add_fact(&page, arena, version, "by_name", "By");
  add_fact(&page, arena, version, "at", "At");
  add_fact(&page, arena, version, "counted", "Counts the saved version");
  add_fact(&page, arena, version, "reason", "Because");
  if ((err = put_fields(export, arena, holder, version, &page)) != ERR_OK)
    return err;
  return put_page(export, holder, arena_format(arena, "%s/proposal/version-%lld.md", holder->folder, (long long)number),
                  &page,
                  arena_format(arena, "Proposal, version %lld: %s %s", (long long)number,
                               export_cell(arena, version, "kind"), export_cell(arena, version, "at")));
}

static enum err put_fields(struct export *export, struct arena *arena, const struct export_holder *holder,
                           const json_t *version, struct text *out) {
  size_t i;
  json_t *field;
  enum err err = ERR_OK;
  json_array_foreach(json_object_get(version, "fields"), i, field) {
    const char *title = export_cell(arena, field, "title"), *name = export_cell(arena, field, "name");
    text_add_format(out, "\n## %s%s%s\n\n%s\n", title[0] == '\0' ? export_cell(arena, field, "field") : title,
                    name[0] == '\0' ? "" : ": ", name, export_cell(arena, field, "text"));
    int64_t file = export_number(field, "file");
    const char *path = NULL;
    if (file == 0)
      continue;
    err = export_take_file(export, arena_format(arena, "%s/proposal/files", holder->folder), (size_t)file, file, &path);
    if (err != ERR_OK)
      return err;
    text_add_format(out, "\n%s\n", path == NULL ? "(not handed in, and gone)" : path);
  }
  return err;
}

static enum err put_decisions(struct export *export, struct arena *arena, struct export_holder *holder, json_t *kept) {
  json_t *decisions = NULL, *changes = NULL;
  enum err err =
      export_ask(&export->source, arena, &decisions, "/teams/%lld/proposal/decisions", (long long)holder->id);
  if (err == ERR_OK)
    err = export_ask(&export->source, arena, &changes, "/teams/%lld/proposal/changes", (long long)holder->id);
  const json_t *list = json_object_get(decisions, "decisions"), *items = json_object_get(changes, "changes");
  if (err != ERR_OK || json_array_size(list) == 0)
    return err;
  if (json_object_update(kept, decisions) != 0 || (changes != NULL && json_object_update(kept, changes) != 0))
    abort();
  struct text page;
  size_t i;
  json_t *one;
  text_init(&page, arena);
  text_add_format(&page, "# Decisions on proposals of %s\n", holder->name);
  json_array_foreach(list, i, one) {
    add_row(&export->decision_rows, arena, holder, one, decision_members, DECISION_MEMBERS);
    text_add_format(&page, "\n## %s %s: %s\n\n", export_cell(arena, one, "kind"), export_cell(arena, one, "id"),
                    export_cell(arena, one, "verdict"));
    add_fact(&page, arena, one, "by_name", "By");
    add_fact(&page, arena, one, "at", "At");
    add_fact(&page, arena, one, "told_at", "Told to the team");
    add_fact(&page, arena, one, "taken_back_at", "Taken back");
    add_fact(&page, arena, one, "revise_until", "To be revised by");
    add_fact(&page, arena, one, "propose_anew_by", "To be proposed anew by");
    text_add_format(&page, "\n%s\n", export_cell(arena, one, "comment"));
  }
  json_array_foreach(items, i, one) {
    text_add_format(&page, "\n## Change %s asked for with %s\n\n%s\n", export_cell(arena, one, "id"),
                    export_cell(arena, one, "decision"), export_cell(arena, one, "text"));
    add_fact(&page, arena, one, "field", "Field");
    add_fact(&page, arena, one, "state", "State");
    add_fact(&page, arena, one, "answered_by_name", "Answered by");
    text_add_format(&page, "\n%s\n", export_cell(arena, one, "answer"));
  }
  return put_page(export, holder, arena_format(arena, "%s/proposal/decisions.md", holder->folder), &page, "Decisions");
}

static enum err put_comments(struct export *export, struct arena *arena, struct export_holder *holder, json_t *kept) {
  json_t *comments = NULL, *one;
  enum err err = export_ask(&export->source, arena, &comments, "/teams/%lld/proposal/comments", (long long)holder->id);
  const json_t *list = json_object_get(comments, "comments");
  if (err != ERR_OK || json_array_size(list) == 0)
    return err;
  if (json_object_update(kept, comments) != 0)
    abort();
  struct text page;
  size_t i;
  text_init(&page, arena);
  text_add_format(&page, "# What was said about proposals of %s\n", holder->name);
  json_array_foreach(list, i, one) {
    const char *thread = export_cell(arena, one, "thread"), *field = export_cell(arena, one, "field");
    text_add_format(&page, "\n## %s%s, %s%s%s%s%s\n\n%s\n", export_cell(arena, one, "by_name"),
                    json_is_true(json_object_get(one, "staff")) ? " (staff)" : "", export_cell(arena, one, "at"),
                    field[0] == '\0' ? "" : ", on ", field, thread[0] == '\0' ? "" : ", in thread ", thread,
                    export_cell(arena, one, "text"));
    if (json_is_true(json_object_get(one, "note")))
      text_add(&page, "\n(A note among staff.)\n");
  }
  return put_page(export, holder, arena_format(arena, "%s/proposal/comments.md", holder->folder), &page, "Comments");
}

static void add_fact(struct text *out, struct arena *arena, const json_t *object, const char *member,
                     const char *words) {
  const char *cell = export_cell(arena, object, member);
  if (cell[0] != '\0')
    text_add_format(out, "- %s: %s\n", words, cell);
}

static enum err put_page(struct export *export, struct export_holder *holder, const char *path, const struct text *page,
                         const char *words) {
  text_add(&holder->work, "<li>");
  export_index_link(&holder->work, path, words);
  text_add(&holder->work, "</li>");
  return export_folder_write(&export->folder, path, text_get(page), page->size);
}

static void add_row(struct text *out, struct arena *arena, const struct export_holder *holder, const json_t *object,
                    const char *const *members, size_t count) {
  const char *cells[COLUMNS_MAX] = {arena_format(arena, "%lld", (long long)holder->id), holder->name};
  for (size_t i = 0; i < count; i++)
    cells[i + 2] = export_cell(arena, object, members[i]);
  csv_add_row(out, CSV_QUOTED, cells, count + 2);
}
