// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/webhook_store.h"

#define WEBHOOK_ROWS                                                                                                   \
  "select w.id, w.course_id, w.url, w.topics, w.secret, w.is_paused, w.pause_reason, w.failing_since, w.seen_seq, "    \
  "w.created_at, (select c.slug from courses c where c.id = w.course_id), (select count(*) from webhook_deliveries d " \
  "where d.webhook_id = w.id and d.state in ('waiting', 'sending')), (select c.state = 'archived' from courses c "     \
  "where c.id = w.course_id) from webhooks w "
#define DELIVERY_ROWS                                                                                                  \
  "select id, webhook_id, topic, body, state, attempts, created_at, first_attempt, next_attempt, status, reason, "     \
  "settled_at from webhook_deliveries "

static void read_webhook(struct db_rows *rows, struct arena *arena, void *row);
static void read_delivery(struct db_rows *rows, struct arena *arena, void *row);

enum err webhook_store_get(struct db *db, struct arena *arena, int64_t id, struct webhook *out) {
  struct db_rows rows DB_SCOPE = db_query(db, WEBHOOK_ROWS "where w.id = $1", db_int(id));
  return db_one(&rows, arena, read_webhook, out);
}

enum err webhook_store_list(struct db *db, struct arena *arena, int64_t course, struct webhook **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db, WEBHOOK_ROWS "where w.course_id = $1 order by w.id", db_int(course));
  return db_list(&rows, arena, read_webhook, out, count);
}

enum err webhook_store_count(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out, "select count(*) from webhooks where course_id = $1", db_int(course));
}

enum err webhook_store_insert(const struct act *act, struct webhook *webhook) {
  enum err err =
      db_exec(act->db,
              "insert into webhooks (course_id, url, topics, secret, seen_seq, created_by, created_at) "
              "values ($1, $2, $3, $4, $5, $6, $7)",
              db_int(webhook->course), db_text(webhook->url), db_text(webhook->topics), db_text(webhook->secret),
              db_int(webhook->seen_seq), db_int(act->actor), db_int(webhook->created_at));
  if (err == ERR_OK)
    webhook->id = db_last_id(act->db);
  return err;
}

enum err webhook_store_save(struct db *db, const struct webhook *webhook) {
  return db_exec(db,
                 "update webhooks set url = $2, topics = $3, is_paused = $4, pause_reason = $5, failing_since = $6, "
                 "seen_seq = $7 where id = $1",
                 db_int(webhook->id), db_text(webhook->url), db_text(webhook->topics), db_int(webhook->is_paused),
                 db_text(webhook->pause_reason), db_int_or_null(webhook->failing_since), db_int(webhook->seen_seq));
}

enum err webhook_store_delete(struct db *db, int64_t id) {
  enum err err = db_exec(db, "delete from webhook_deliveries where webhook_id = $1", db_int(id));
  return err != ERR_OK ? err : db_exec(db, "delete from webhooks where id = $1", db_int(id));
}

enum err webhook_store_behind(struct db *db, struct arena *arena, struct webhook **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db, WEBHOOK_ROWS "join audit_heads h on h.course_id = w.course_id where w.is_paused = 0 and "
                                "h.seq > w.seen_seq order by w.id");
  return db_list(&rows, arena, read_webhook, out, count);
}

enum err webhook_store_seen(struct db *db, int64_t id, int64_t seq) {
  return db_exec(db, "update webhooks set seen_seq = $2 where id = $1", db_int(id), db_int(seq));
}

enum err webhook_store_has_news(struct db *db, bool *out) {
  int64_t found = 0;
  enum err err = db_get_int(db, &found,
                            "select exists (select 1 from webhooks w join audit_heads h on h.course_id = w.course_id "
                            "where w.is_paused = 0 and h.seq > w.seen_seq)");
  *out = found != 0;
  return err;
}

// The body holds the number, so it comes second.
enum err webhook_store_deliver(const struct act *act, int64_t webhook, const char *topic, int64_t *id) {
  enum err err = db_exec(act->db,
                         "insert into webhook_deliveries (webhook_id, topic, body, state, created_at, next_attempt) "
                         "values ($1, $2, '', 'waiting', $3, 0)",
                         db_int(webhook), db_text(topic), db_int(act->now));
  if (err == ERR_OK)
    *id = db_last_id(act->db);
  return err;
}

enum err webhook_store_set_body(struct db *db, int64_t delivery, const char *body) {
  return db_exec(db, "update webhook_deliveries set body = $2 where id = $1", db_int(delivery), db_text(body));
}

enum err webhook_store_deliveries(struct db *db, struct arena *arena, int64_t webhook, int64_t limit,
                                  struct webhook_delivery **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db, DELIVERY_ROWS "where webhook_id = $1 order by id desc limit $2", db_int(webhook), db_int(limit));
  return db_list(&rows, arena, read_delivery, out, count);
}

enum err webhook_store_delivery(struct db *db, struct arena *arena, int64_t id, struct webhook_delivery *out) {
  struct db_rows rows DB_SCOPE = db_query(db, DELIVERY_ROWS "where id = $1", db_int(id));
  return db_one(&rows, arena, read_delivery, out);
}

enum err webhook_store_settle(struct db *db, const struct webhook_delivery *delivery) {
  return db_exec(db,
                 "update webhook_deliveries set state = $2, next_attempt = $3, status = $4, reason = $5, "
                 "settled_at = $6, lease_until = null where id = $1",
                 db_int(delivery->id), db_text(delivery->state), db_int(delivery->next_attempt),
                 db_int_or_null(delivery->status), db_text(delivery->reason), db_int_or_null(delivery->settled_at));
}

enum err webhook_store_drop(struct db *db, int64_t webhook, const char *reason, int64_t real_now) {
  return db_exec(db,
                 "update webhook_deliveries set state = 'dropped', reason = $2, settled_at = $3, lease_until = null "
                 "where webhook_id = $1 and state = 'waiting'",
                 db_int(webhook), db_text(reason), db_int(real_now));
}

enum err webhook_store_hurry(struct db *db, int64_t webhook) {
  return db_exec(db, "update webhook_deliveries set next_attempt = 0 where webhook_id = $1 and state = 'waiting'",
                 db_int(webhook));
}

enum err webhook_store_prune(struct db *db, int64_t webhook, int64_t kept) {
  return db_exec(db,
                 "delete from webhook_deliveries where webhook_id = $1 and state not in ('waiting', 'sending') and "
                 "id <= (select id from webhook_deliveries where webhook_id = $1 order by id desc limit 1 offset $2)",
                 db_int(webhook), db_int(kept));
}

#define IS_DUE                                                                                                         \
  "((d.state = 'waiting' and d.next_attempt <= $1) or (d.state = 'sending' and (d.lease_until is null or "             \
  "d.lease_until <= $1)))"

enum err webhook_store_has_due(struct db *db, int64_t real_now, bool *out) {
  int64_t found = 0;
  enum err err =
      db_get_int(db, &found,
                 "select exists (select 1 from webhook_deliveries d join webhooks w on w.id = d.webhook_id where "
                 "w.is_paused = 0 and d.state in ('waiting', 'sending') and " IS_DUE ")",
                 db_int(real_now));
  *out = found != 0;
  return err;
}

enum err webhook_store_due(struct db *db, struct arena *arena, int64_t real_now, struct webhook_due **out,
                           size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select w.id, w.failing_since is not null, (select count(*) from webhook_deliveries s where "
               "s.webhook_id = w.id and s.state = 'sending' and s.lease_until > $1) from webhooks w "
               "join webhook_deliveries d on d.webhook_id = w.id where w.is_paused = 0 and d.state in ('waiting', "
               "'sending') and " IS_DUE " group by w.id order by min(d.next_attempt), w.id",
               db_int(real_now));
  struct webhook_due *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct webhook_due){.webhook = db_column_int(&rows, 0),
                                        .is_failing = db_column_int(&rows, 1) != 0,
                                        .sending = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err webhook_store_lease(struct db *db, struct arena *arena, int64_t webhook, int64_t real_now, int64_t limit,
                             struct webhook_parcel *out, size_t *count) {
  size_t first = *count;
  {
    struct db_rows rows DB_SCOPE =
        db_query(db,
                 "select d.id, w.url, w.secret, d.body from webhook_deliveries d join webhooks w on w.id = "
                 "d.webhook_id where w.id = $2 and d.state in ('waiting', 'sending') and " IS_DUE
                 " order by d.next_attempt, d.id limit $3",
                 db_int(real_now), db_int(webhook), db_int(limit));
    while (db_next(&rows))
      out[(*count)++] = (struct webhook_parcel){.delivery = db_column_int(&rows, 0),
                                                .url = db_column_text(&rows, 1, arena),
                                                .secret = db_column_text(&rows, 2, arena),
                                                .body = db_column_text(&rows, 3, arena)};
    if (rows.err != ERR_OK)
      return rows.err;
  }
  enum err err = ERR_OK;
  for (size_t i = first; err == ERR_OK && i < *count; i++)
    err = db_exec(db,
                  "update webhook_deliveries set state = 'sending', attempts = attempts + 1, lease_until = $2, "
                  "first_attempt = coalesce(first_attempt, $3) where id = $1",
                  db_int(out[i].delivery), db_int(real_now + WEBHOOK_LEASE_SECONDS), db_int(real_now));
  return err;
}

enum err webhook_store_forget_leases(struct db *db) {
  return db_exec(db,
                 "update webhook_deliveries set attempts = attempts - 1, lease_until = null where state = 'sending' "
                 "and lease_until is not null");
}

static void read_webhook(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct webhook *)row = (struct webhook){.id = db_column_int(rows, 0),
                                            .course = db_column_int(rows, 1),
                                            .url = db_column_text(rows, 2, arena),
                                            .topics = db_column_text(rows, 3, arena),
                                            .secret = db_column_text(rows, 4, arena),
                                            .is_paused = db_column_int(rows, 5) != 0,
                                            .pause_reason = db_column_text(rows, 6, arena),
                                            .failing_since = db_column_int(rows, 7),
                                            .seen_seq = db_column_int(rows, 8),
                                            .created_at = db_column_int(rows, 9),
                                            .slug = db_column_text(rows, 10, arena),
                                            .waiting = db_column_int(rows, 11),
                                            .is_archived = db_column_int(rows, 12) != 0};
}

static void read_delivery(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct webhook_delivery *)row = (struct webhook_delivery){.id = db_column_int(rows, 0),
                                                              .webhook = db_column_int(rows, 1),
                                                              .topic = db_column_text(rows, 2, arena),
                                                              .body = db_column_text(rows, 3, arena),
                                                              .state = db_column_text(rows, 4, arena),
                                                              .attempts = db_column_int(rows, 5),
                                                              .created_at = db_column_int(rows, 6),
                                                              .first_attempt = db_column_int(rows, 7),
                                                              .next_attempt = db_column_int(rows, 8),
                                                              .status = db_column_int(rows, 9),
                                                              .reason = db_column_text(rows, 10, arena),
                                                              .settled_at = db_column_int(rows, 11)};
}
