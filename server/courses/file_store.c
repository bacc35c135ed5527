// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/file_store.h"

#include "server/courses/file_content.h"

enum { SCHEMA_WITH_FILES = 7 };

// The columns that read_row expects, in its order.
#define FILE_ROWS                                                                                                      \
  "select f.id, f.course_id, f.owner_id, f.team_id, f.name, f.media, f.sha256, f.bytes, f.uploaded_at, f.expires_at, " \
  "f.attached_at from files f "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);
static void read_content(struct db_rows *rows, struct arena *arena, void *row);

enum err file_store_get(const struct act *act, int64_t course, int64_t id, struct file *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, FILE_ROWS "where f.id = $1 and f.course_id = $2", db_int(id), db_int(course));
  return db_one(&rows, act->arena, read_row, out);
}

enum err file_store_waiting(const struct act *act, int64_t course, int64_t owner, int64_t below, int64_t limit,
                            struct file **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      FILE_ROWS
      "where f.course_id = $1 and f.owner_id = $2 and f.attached_at is null and f.id < $3 order by f.id desc limit $4",
      db_int(course), db_int(owner), db_int(below), db_int(limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err file_store_usage(const struct act *act, int64_t course, int64_t owner, int64_t *count, int64_t *bytes) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select count(*), coalesce(sum(f.bytes), 0) from files f "
                                          "where f.course_id = $1 and f.owner_id = $2 and f.attached_at is null",
                                          db_int(course), db_int(owner));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *count = db_column_int(&rows, 0);
  *bytes = db_column_int(&rows, 1);
  return ERR_OK;
}

enum err file_store_insert(const struct act *act, struct file *file) {
  enum err err =
      db_exec(act->db,
              "insert into files (course_id, owner_id, name, media, sha256, bytes, uploaded_at, expires_at) "
              "values ($1, $2, $3, $4, $5, $6, $7, $8)",
              db_int(file->course), db_int(file->owner), db_text(file->name), db_text(file->media),
              db_text(file->sha256), db_int(file->bytes), db_int(file->uploaded_at), db_int(file->expires_at));
  if (err == ERR_OK)
    file->id = db_last_id(act->db);
  return err;
}

enum err file_store_delete(const struct act *act, int64_t id) {
  return db_exec(act->db, "delete from files where id = $1", db_int(id));
}

enum err file_store_attach(const struct act *act, int64_t id, int64_t team, int64_t attached_at, int64_t expires_at) {
  return db_exec(act->db, "update files set team_id = $2, attached_at = $3, expires_at = $4 where id = $1", db_int(id),
                 db_int_or_null(team), db_int_or_null(attached_at), db_int_or_null(expires_at));
}

enum err file_content_rows(struct db *db, const char *sha256, int64_t *rows) {
  return db_get_int(db, rows, "select count(*) from files where sha256 = $1", db_text(sha256));
}

enum err file_content_list(struct db *db, struct arena *arena, struct file_content **out, size_t *count) {
  *out = NULL;
  *count = 0;
  if (db_schema_version(db) < SCHEMA_WITH_FILES)
    return ERR_OK;
  struct db_rows rows DB_SCOPE = db_query(db, "select sha256, max(bytes) from files group by sha256 order by sha256");
  return db_list(&rows, arena, read_content, out, count);
}

static void read_content(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct file_content *)row = (struct file_content){db_column_text(rows, 0, arena), db_column_int(rows, 1)};
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct file *)row = (struct file){.id = db_column_int(rows, 0),
                                      .course = db_column_int(rows, 1),
                                      .owner = db_column_int(rows, 2),
                                      .team = db_column_int(rows, 3),
                                      .name = db_column_text(rows, 4, arena),
                                      .media = db_column_text(rows, 5, arena),
                                      .sha256 = db_column_text(rows, 6, arena),
                                      .bytes = db_column_int(rows, 7),
                                      .uploaded_at = db_column_int(rows, 8),
                                      .expires_at = db_column_int(rows, 9),
                                      .attached_at = db_column_int(rows, 10)};
}
