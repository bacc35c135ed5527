// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/calendar_feed_store.h"

#include <assert.h>
#include <string.h>

static void read_feed(struct db_rows *rows, struct arena *arena, void *row);
static void read_stale(struct db_rows *rows, struct arena *arena, void *row);
static void read_revision(struct db_rows *rows, struct arena *arena, void *row);
static void read_printed(struct db_rows *rows, struct arena *arena, void *row);

enum err calendar_feed_store_get(const struct act *act, int64_t person, int64_t course, struct calendar_feed *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select id, person_id, course_id, created_at, renewed_at from "
                                          "calendar_feeds where person_id = $1 and course_id = $2",
                                          db_int(person), db_int(course));
  return db_one(&rows, act->arena, read_feed, out);
}

enum err calendar_feed_store_find(const struct act *act, const uint8_t digest[static DIGEST_BYTES],
                                  struct calendar_feed *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select f.id, f.person_id, f.course_id, f.created_at, f.renewed_at, p.is_disabled = 0 "
               "and exists (select 1 from enrolments e where e.person_id = f.person_id and e.state = 'active' "
               "and (f.course_id = 0 or (e.course_id = f.course_id and e.role <> 'student'))) "
               "from calendar_feeds f join people p on p.id = f.person_id where f.secret_hash = $1",
               db_blob(digest, DIGEST_BYTES));
  enum err err = db_one(&rows, act->arena, read_feed, out);
  if (err == ERR_OK)
    out->is_readable = db_column_int(&rows, 5) != 0;
  return err;
}

enum err calendar_feed_store_insert(const struct act *act, const struct calendar_feed *feed,
                                    const uint8_t digest[static DIGEST_BYTES]) {
  return db_exec(act->db,
                 "insert into calendar_feeds (id, person_id, course_id, secret_hash, created_at, renewed_at) "
                 "values ($1, $2, $3, $4, $5, $5)",
                 db_int(feed->id), db_int(feed->person), db_int(feed->course), db_blob(digest, DIGEST_BYTES),
                 db_int(act->now));
}

enum err calendar_feed_store_renew(const struct act *act, int64_t id, const uint8_t digest[static DIGEST_BYTES]) {
  return db_exec(act->db, "update calendar_feeds set secret_hash = $2, renewed_at = $3 where id = $1", db_int(id),
                 db_blob(digest, DIGEST_BYTES), db_int(act->now));
}

enum err calendar_feed_store_delete(const struct act *act, int64_t id) {
  enum err err = db_exec(act->db, "delete from calendar_items where feed_id = $1", db_int(id));
  return err == ERR_OK ? db_exec(act->db, "delete from calendar_feeds where id = $1", db_int(id)) : err;
}

// A change counter never falls and an enrolment's row stays after a drop, so that the sum rises with every change. In a
// course that changes all the time every feed is stale always: the one that was written longest ago goes first, and
// none twice a minute.
enum err calendar_feed_store_stale(const struct act *act, int64_t limit, struct calendar_stale **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select t.id, t.person_id, t.course_id, t.created_at, t.renewed_at, t.seq from "
               "(select f.id, f.person_id, f.course_id, f.created_at, f.renewed_at, f.synced_seq, f.synced_at, "
               "(select coalesce(sum(h.seq), 0) from enrolments e join audit_heads h on h.course_id = e.course_id "
               "where e.person_id = f.person_id and (f.course_id = 0 or e.course_id = f.course_id)) as seq "
               "from calendar_feeds f) t where t.seq <> t.synced_seq and t.synced_at <= $2 "
               "order by t.synced_at, t.id limit $1",
               db_int(limit), db_int(act->now - CALENDAR_SYNC_SECONDS));
  return db_list(&rows, act->arena, read_stale, out, count);
}

enum err calendar_feed_store_set_synced(const struct act *act, int64_t id, int64_t seq) {
  return db_exec(act->db, "update calendar_feeds set synced_seq = $2, synced_at = $3 where id = $1", db_int(id),
                 db_int(seq), db_int(act->now));
}

enum err calendar_feed_store_count(const struct act *act, int64_t *out) {
  return db_get_int(act->db, out, "select count(*) from calendar_feeds");
}

enum err calendar_feed_store_courses(const struct act *act, const struct calendar_feed *feed, int64_t **out,
                                     size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select course_id from enrolments where person_id = $1 and ($2 = 0 or course_id = $2) "
               "order by course_id",
               db_int(feed->person), db_int(feed->course));
  return db_ids(&rows, act->arena, out, count);
}

enum err calendar_item_store_list(const struct act *act, int64_t feed, int64_t course, struct calendar_revision **out,
                                  size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select item, digest, sequence, cancelled_at from calendar_items "
                                          "where feed_id = $1 and course_id = $2 order by item",
                                          db_int(feed), db_int(course));
  return db_list(&rows, act->arena, read_revision, out, count);
}

enum err calendar_item_store_put(const struct act *act, int64_t feed, int64_t course, const struct calendar_item *item,
                                 const struct calendar_revision *revision) {
  return db_exec(
      act->db,
      "insert into calendar_items (feed_id, course_id, item, digest, sequence, revised_at, starts_at, ends_at, "
      "summary, description, location, link, category) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
      "on conflict (feed_id, course_id, item) do update set digest = excluded.digest, sequence = excluded.sequence, "
      "revised_at = excluded.revised_at, cancelled_at = null, starts_at = excluded.starts_at, "
      "ends_at = excluded.ends_at, summary = excluded.summary, description = excluded.description, "
      "location = excluded.location, link = excluded.link, category = excluded.category",
      db_int(feed), db_int(course), db_text(item->key), db_blob(revision->digest, DIGEST_BYTES),
      db_int(revision->sequence), db_int(act->now), db_int(item->starts), db_int_or_null(item->ends),
      db_text(item->summary), db_text(item->description), db_text(item->location), db_text(item->link),
      db_text(item->category));
}

enum err calendar_item_store_cancel(const struct act *act, int64_t feed, int64_t course, const char *item) {
  return db_exec(act->db,
                 "update calendar_items set cancelled_at = $4, revised_at = $4, sequence = sequence + 1 "
                 "where feed_id = $1 and course_id = $2 and item = $3",
                 db_int(feed), db_int(course), db_text(item), db_int(act->now));
}

enum err calendar_item_store_offer(const struct act *act, int64_t course, int64_t *until) {
  return db_get_int(act->db, until,
                    "select coalesce(max(offer_expires_at), 0) from lab_queue "
                    "where course_id = $1 and person_id = $2 and state = 'offered'",
                    db_int(course), db_int(act->actor));
}

enum err calendar_item_store_printed(const struct act *act, const struct calendar_feed *feed, int64_t cancelled_since,
                                     struct calendar_printed **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select i.item, i.summary, i.description, i.location, i.link, i.category, i.starts_at, i.ends_at, "
               "i.course_id, i.sequence, i.revised_at, i.cancelled_at is not null from calendar_items i "
               "join enrolments e on e.course_id = i.course_id and e.person_id = $2 and e.state = 'active' "
               "where i.feed_id = $1 and (i.cancelled_at is null or i.cancelled_at > $3) "
               "order by i.starts_at, i.course_id, i.item",
               db_int(feed->id), db_int(feed->person), db_int(cancelled_since));
  return db_list(&rows, act->arena, read_printed, out, count);
}

static void read_feed(struct db_rows *rows, struct arena *arena, void *row) {
  (void)arena;
  *(struct calendar_feed *)row = (struct calendar_feed){.id = db_column_int(rows, 0),
                                                        .person = db_column_int(rows, 1),
                                                        .course = db_column_int(rows, 2),
                                                        .created_at = db_column_int(rows, 3),
                                                        .renewed_at = db_column_int(rows, 4)};
}

static void read_stale(struct db_rows *rows, struct arena *arena, void *row) {
  struct calendar_stale *stale = row;
  read_feed(rows, arena, &stale->feed);
  stale->seq = db_column_int(rows, 5);
}

static void read_revision(struct db_rows *rows, struct arena *arena, void *row) {
  struct calendar_revision *revision = row;
  revision->item = db_column_text(rows, 0, arena);
  size_t size = 0;
  const void *digest = db_column_blob(rows, 1, &size);
  assert(size == DIGEST_BYTES);
  memcpy(revision->digest, digest, DIGEST_BYTES);
  revision->sequence = db_column_int(rows, 2);
  revision->cancelled_at = db_column_int(rows, 3);
}

static void read_printed(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct calendar_printed *)row = (struct calendar_printed){.item = {.key = db_column_text(rows, 0, arena),
                                                                       .summary = db_column_text(rows, 1, arena),
                                                                       .description = db_column_text(rows, 2, arena),
                                                                       .location = db_column_text(rows, 3, arena),
                                                                       .link = db_column_text(rows, 4, arena),
                                                                       .category = db_column_text(rows, 5, arena),
                                                                       .starts = db_column_int(rows, 6),
                                                                       .ends = db_column_int(rows, 7)},
                                                              .course = db_column_int(rows, 8),
                                                              .sequence = db_column_int(rows, 9),
                                                              .revised_at = db_column_int(rows, 10),
                                                              .is_cancelled = db_column_int(rows, 11) != 0};
}
