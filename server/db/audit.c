// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/db/audit.h"

#include <assert.h>
#include <string.h>

#include "common/base/secret.h"

enum { SALT_BYTES = 16, INTEGER_BYTES = 8, VERIFY_PAGE = 1000 };

struct head {
  int64_t seq;
  uint8_t hash[DIGEST_BYTES];
};

// What the chain's hash covers.
struct entry {
  int64_t course;
  int64_t seq;
  int64_t at;
  int64_t actor; // 0: the system
  const char *cause;
  const char *kind;
  const char *subject;
  const void *digest;
  size_t digest_size;
};

static enum err head_read(struct db *db, int64_t course, struct head *out);
static enum err write_details(struct db *db, const struct entry *entry, const struct db_value *salt, const char *before,
                              const char *after);
static void digest_details(const void *salt, size_t salt_size, const char *before, const char *after,
                           uint8_t out[static DIGEST_BYTES]);
static void chain(const uint8_t previous[static DIGEST_BYTES], const struct entry *entry,
                  uint8_t out[static DIGEST_BYTES]);
static struct digest_part part_of(const char *text);
static void put_integer(int64_t value, uint8_t out[static INTEGER_BYTES]);
static enum err verify_course(struct db *db, struct arena *arena, struct audit_verdict *verdict);
static enum err verify_page(struct db *db, struct audit_verdict *verdict, struct head *reached, bool *is_last);
static bool row_fits(struct db_rows *row, int64_t course, struct head *reached);
static bool details_fit(struct db_rows *row);
static enum err first_beyond(struct db *db, int64_t course, int64_t *out);

enum err audit_write(const struct act *act, int64_t course, const char *kind, const char *subject, const char *before,
                     const char *after) {
  assert((act->actor == 0) == (act->cause != NULL));
  struct head head;
  enum err err = head_read(act->db, course, &head);
  if (err != ERR_OK)
    return err;

  // Nothing to hide, nothing to erase: no salt and no row of details.
  bool has_details = before != NULL || after != NULL;
  uint8_t salt[SALT_BYTES];
  uint8_t digest[DIGEST_BYTES];
  secret_random(salt, sizeof salt);
  digest_details(salt, has_details ? sizeof salt : 0, before, after, digest);
  struct entry entry = {.course = course,
                        .seq = head.seq + 1,
                        .at = act->now,
                        .actor = act->actor,
                        .cause = act->cause,
                        .kind = kind,
                        .subject = subject,
                        .digest = digest,
                        .digest_size = sizeof digest};
  uint8_t hash[DIGEST_BYTES];
  chain(head.hash, &entry, hash);

  err = db_exec(act->db,
                "insert into audit (course_id, seq, at, actor_id, cause, kind, subject, digest, hash) "
                "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                db_int(course), db_int(entry.seq), db_int(entry.at), db_int_or_null(entry.actor), db_text(entry.cause),
                db_text(kind), db_text(subject), db_blob(digest, sizeof digest), db_blob(hash, sizeof hash));
  struct db_value salt_value = db_blob(salt, sizeof salt);
  if (err == ERR_OK && has_details)
    err = write_details(act->db, &entry, &salt_value, before, after);
  if (err != ERR_OK)
    return err;
  return db_exec(act->db,
                 "insert into audit_heads (course_id, seq, hash) values ($1, $2, $3) "
                 "on conflict (course_id) do update set seq = excluded.seq, hash = excluded.hash",
                 db_int(course), db_int(entry.seq), db_blob(hash, sizeof hash));
}

enum err audit_counter(struct db *db, int64_t course, int64_t *out) {
  enum err err = db_get_int(db, out, "select seq from audit_heads where course_id = $1", db_int(course));
  if (err != ERR_NOT_FOUND)
    return err;
  *out = 0;
  return ERR_OK;
}

// Sequence numbers have no gaps.
enum err audit_goes_on(struct db *db, int64_t course, const char *kind, const char *subject, bool *out) {
  int64_t found = 0;
  enum err err = db_get_int(db, &found,
                            "select exists (select 1 from audit a join audit n on n.course_id = a.course_id and "
                            "n.seq = a.seq + 1 and n.at = a.at where a.course_id = $1 and a.seq = (select max(seq) "
                            "from audit where course_id = $1 and kind = $2 and subject = $3))",
                            db_int(course), db_text(kind), db_text(subject));
  if (err == ERR_OK)
    *out = found != 0;
  return err;
}

// The chain only grows, so it is read in pages and needs no transaction of its own: no page goes beyond the head read
// first.
enum err audit_verify(struct db *db, struct arena *arena, struct audit_verdict **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db, "select course_id from audit_heads union select course_id from audit "
                                              "union select course_id from audit_details order by 1");
  struct audit_verdict *verdicts = NULL;
  size_t verdict_count = 0;
  while (db_next(&rows)) {
    verdicts = arena_grow(arena, verdicts, verdict_count, verdict_count + 1, sizeof *verdicts);
    verdicts[verdict_count++] = (struct audit_verdict){.course = db_column_int(&rows, 0)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  for (size_t i = 0; i < verdict_count; i++) {
    enum err err = verify_course(db, arena, &verdicts[i]);
    if (err != ERR_OK)
      return err;
  }
  *out = verdicts;
  *count = verdict_count;
  return ERR_OK;
}

enum err audit_list(struct db *db, struct arena *arena, int64_t course, int64_t below, int64_t limit,
                    struct audit_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select a.seq, a.at, a.actor_id, coalesce(p.preferred_name, p.name), a.cause, a.kind, a.subject, "
               "d.before, d.after from audit a left join people p on p.id = a.actor_id "
               "left join audit_details d on d.course_id = a.course_id and d.seq = a.seq "
               "where a.course_id = $1 and a.seq < $2 order by a.seq desc limit $3",
               db_int(course), db_int(below), db_int(limit));
  struct audit_row *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct audit_row){.seq = db_column_int(&rows, 0),
                                      .at = db_column_int(&rows, 1),
                                      .actor = db_column_int(&rows, 2),
                                      .actor_name = db_column_text(&rows, 3, arena),
                                      .cause = db_column_text(&rows, 4, arena),
                                      .kind = db_column_text(&rows, 5, arena),
                                      .subject = db_column_text(&rows, 6, arena),
                                      .before = db_column_text(&rows, 7, arena),
                                      .after = db_column_text(&rows, 8, arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

// A chain begins at seq 0 with a hash of zeros.
enum err audit_after(struct db *db, struct arena *arena, int64_t course, int64_t seq, int64_t limit,
                     struct audit_event **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select seq, at, kind, subject from audit where course_id = $1 and seq > $2 order by seq limit $3",
               db_int(course), db_int(seq), db_int(limit));
  struct audit_event *list = arena_array(arena, (size_t)limit, sizeof *list);
  size_t size = 0;
  while (db_next(&rows))
    list[size++] = (struct audit_event){.seq = db_column_int(&rows, 0),
                                        .at = db_column_int(&rows, 1),
                                        .kind = db_column_text(&rows, 2, arena),
                                        .subject = db_column_text(&rows, 3, arena)};
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err audit_recent(struct db *db, int64_t course, const struct audit_event *like, int64_t since, int nth,
                      int64_t *at) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select at, kind, subject from audit where course_id = $1 order by seq desc", db_int(course));
  *at = 0;
  while (nth > 0 && db_next(&rows) && db_column_int(&rows, 0) >= since) {
    if (strcmp(db_column_peek(&rows, 1), like->kind) != 0 || strcmp(db_column_peek(&rows, 2), like->subject) != 0)
      continue;
    if (--nth == 0)
      *at = db_column_int(&rows, 0);
  }
  return rows.err;
}

static enum err head_read(struct db *db, int64_t course, struct head *out) {
  struct db_rows rows DB_SCOPE = db_query(db, "select seq, hash from audit_heads where course_id = $1", db_int(course));
  *out = (struct head){0};
  if (!db_next(&rows))
    return rows.err;
  size_t size = 0;
  const void *hash = db_column_blob(&rows, 1, &size);
  out->seq = db_column_int(&rows, 0);
  // Of another length it can fit nothing; the zeros then show as a head that does not fit.
  if (size == DIGEST_BYTES)
    memcpy(out->hash, hash, DIGEST_BYTES);
  return ERR_OK;
}

static enum err write_details(struct db *db, const struct entry *entry, const struct db_value *salt, const char *before,
                              const char *after) {
  return db_exec(db, "insert into audit_details (course_id, seq, salt, before, after) values ($1, $2, $3, $4, $5)",
                 db_int(entry->course), db_int(entry->seq), *salt, db_text(before), db_text(after));
}

// The salt keeps a digest whose details were erased from being guessed back.
static void digest_details(const void *salt, size_t salt_size, const char *before, const char *after,
                           uint8_t out[static DIGEST_BYTES]) {
  uint8_t presence[2] = {before != NULL, after != NULL}; // "" is not the same as none
  struct digest_part parts[] = {{salt, salt_size}, {presence, sizeof presence}, part_of(before), part_of(after)};
  digest_parts(parts, sizeof parts / sizeof parts[0], out);
}

static void chain(const uint8_t previous[static DIGEST_BYTES], const struct entry *entry,
                  uint8_t out[static DIGEST_BYTES]) {
  uint8_t course[INTEGER_BYTES];
  uint8_t seq[INTEGER_BYTES];
  uint8_t at[INTEGER_BYTES];
  uint8_t actor[INTEGER_BYTES];
  put_integer(entry->course, course);
  put_integer(entry->seq, seq);
  put_integer(entry->at, at);
  put_integer(entry->actor, actor);
  struct digest_part parts[] = {
      {previous, DIGEST_BYTES}, {course, sizeof course}, {seq, sizeof seq},
      {at, sizeof at},          {actor, sizeof actor},   part_of(entry->cause),
      part_of(entry->kind),     part_of(entry->subject), {entry->digest, entry->digest_size},
  };
  digest_parts(parts, sizeof parts / sizeof parts[0], out);
}

static struct digest_part part_of(const char *text) {
  return text == NULL ? (struct digest_part){"", 0} : (struct digest_part){text, strlen(text)};
}

static void put_integer(int64_t value, uint8_t out[static INTEGER_BYTES]) {
  uint64_t bits = (uint64_t)value;
  for (size_t i = 0; i < INTEGER_BYTES; i++)
    out[i] = (uint8_t)(bits >> (8 * i));
}

static enum err verify_course(struct db *db, struct arena *arena, struct audit_verdict *verdict) {
  struct head head;
  enum err err = head_read(db, verdict->course, &head);
  if (err != ERR_OK)
    return err;
  verdict->seq = head.seq;
  verdict->head_hex = digest_hex(arena, head.hash, sizeof head.hash);

  struct head reached = {0};
  bool is_last = false;
  while (err == ERR_OK && !is_last && verdict->broken_at == 0)
    err = verify_page(db, verdict, &reached, &is_last);
  if (err != ERR_OK || verdict->broken_at != 0)
    return err;
  if (reached.seq != head.seq)
    verdict->broken_at = reached.seq + 1; // the head speaks of rows that are gone
  else if (memcmp(reached.hash, head.hash, DIGEST_BYTES) != 0)
    verdict->broken_at = head.seq == 0 ? 1 : head.seq;
  else
    err = first_beyond(db, verdict->course, &verdict->broken_at);
  return err;
}

static enum err verify_page(struct db *db, struct audit_verdict *verdict, struct head *reached, bool *is_last) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select a.seq, a.at, a.actor_id, a.cause, a.kind, a.subject, a.digest, a.hash, d.salt, d.before, d.after "
      "from audit a left join audit_details d on d.course_id = a.course_id and d.seq = a.seq "
      "where a.course_id = $1 and a.seq > $2 and a.seq <= $3 order by a.seq limit $4",
      db_int(verdict->course), db_int(reached->seq), db_int(verdict->seq), db_int(VERIFY_PAGE));
  int64_t size = 0;
  for (; db_next(&rows); size++) {
    if (row_fits(&rows, verdict->course, reached))
      continue;
    verdict->broken_at = reached->seq + 1;
    return ERR_OK;
  }
  *is_last = size < VERIFY_PAGE;
  return rows.err;
}

static bool row_fits(struct db_rows *row, int64_t course, struct head *reached) {
  struct entry entry = {.course = course,
                        .seq = db_column_int(row, 0),
                        .at = db_column_int(row, 1),
                        .actor = db_column_int(row, 2),
                        .cause = db_column_peek(row, 3),
                        .kind = db_column_peek(row, 4),
                        .subject = db_column_peek(row, 5)};
  entry.digest = db_column_blob(row, 6, &entry.digest_size);
  if (entry.seq != reached->seq + 1)
    return false;
  uint8_t hash[DIGEST_BYTES];
  chain(reached->hash, &entry, hash);
  size_t size = 0;
  const void *stored = db_column_blob(row, 7, &size);
  if (size != DIGEST_BYTES || memcmp(stored, hash, DIGEST_BYTES) != 0 || !details_fit(row))
    return false;
  reached->seq = entry.seq;
  memcpy(reached->hash, hash, DIGEST_BYTES);
  return true;
}

// Erased details prove nothing and contradict nothing.
static bool details_fit(struct db_rows *row) {
  if (db_column_is_null(row, 8))
    return true;
  size_t salt_size = 0;
  const void *salt = db_column_blob(row, 8, &salt_size);
  uint8_t digest[DIGEST_BYTES];
  digest_details(salt, salt_size, db_column_peek(row, 9), db_column_peek(row, 10), digest);
  size_t size = 0;
  const void *stored = db_column_blob(row, 6, &size);
  return size == DIGEST_BYTES && memcmp(stored, digest, DIGEST_BYTES) == 0;
}

// Rows that the head does not know of, or details of rows that never were: the next write would run into them. 0 when
// there are none.
static enum err first_beyond(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out,
                    "select coalesce(min(case when seq < 1 then 1 else seq end), 0) from ("
                    "select seq from audit where course_id = $1 union all "
                    "select seq from audit_details where course_id = $1) as found "
                    "where seq < 1 or seq > coalesce((select seq from audit_heads where course_id = $1), 0)",
                    db_int(course));
}
