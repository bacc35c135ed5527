// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_store.h"

#include "server/outbound/notice_choice.h"
#include "server/outbound/retry.h"

enum { URGENT_SECONDS = 86400 }; // due so much earlier than it was made

// A row of the outbox with what is known of its reader. The columns of read_waiting.
#define WAITING_SELECT                                                                                                 \
  "select o.id, o.person_id, o.kind, o.is_alone, o.not_after, "                                                        \
  "o.address is not null or (p.id is not null and a.address is not null), "                                            \
  "coalesce(p.is_disabled, 0) from outbox o left join people p on p.id = o.person_id "                                 \
  "left join addresses a on a.person_id = p.id and a.is_primary = 1 "

// Mails of a course ($1; 0: of all) below a number. A mail that takes along what is of another course shows this
// course's part of it.
#define LIST_SELECT                                                                                                    \
  "select m.id, coalesce(p.id, 0), coalesce(p.preferred_name, p.name, ''), "                                           \
  "coalesce((select o.subject from outbox o where o.mail_id = m.id and ($1 = 0 or o.course_id = $1) "                  \
  "order by o.id limit 1), ''), (select count(*) from outbox o where o.mail_id = m.id and "                            \
  "($1 = 0 or o.course_id = $1)), m.state, m.attempts, m.next_attempt, m.created_at, m.settled_at, m.reason "          \
  "from mails m left join people p on p.id = m.person_id where m.id < $2 and ($1 = 0 or exists (select 1 from "        \
  "outbox o where o.mail_id = m.id and o.course_id = $1)) "

static enum err read_waiting(struct db_rows *rows, struct arena *arena, int64_t limit, struct mail_waiting **out,
                             size_t *count);
static enum err list_due(struct db *db, struct arena *arena, int64_t real, int64_t limit, int64_t **out, size_t *count);
static enum err bring_forward(struct db *db, int64_t real);
static enum err load(struct db *db, struct arena *arena, int64_t id, struct mail_due *out, bool *is_disabled);
static enum err load_messages(struct db *db, struct arena *arena, int64_t now, struct mail_due *mail, bool *is_expired);
static void add_kind(struct arena *arena, const struct notice_kind *kind, struct mail_due *mail);
static enum err add_unsubscribe(struct db *db, struct arena *arena, struct mail_due *mail);
static enum err lease_one(struct db *db, struct arena *arena, int64_t id, const struct mail_times *times,
                          struct mail_due *out, bool *is_taken);
static enum err settle_messages(struct db *db, int64_t mail, enum outbox_outcome outcome, int64_t now);

enum err mail_store_waiting(struct db *db, struct arena *arena, int64_t now, int64_t limit, struct mail_waiting **out,
                            size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          WAITING_SELECT "where o.mail_id is null and o.sent_at is null and "
                                                         "o.deliver_at <= $1 order by o.deliver_at, o.id limit $2",
                                          db_int(now), db_int(limit));
  return read_waiting(&rows, arena, limit, out, count);
}

enum err mail_store_of_person(struct db *db, struct arena *arena, int64_t person, int64_t limit,
                              struct mail_waiting **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               WAITING_SELECT "where o.person_id = $1 and o.mail_id is null and o.sent_at is null and "
                              "o.deliver_at is not null and o.is_alone = 0 order by o.id limit $2",
               db_int(person), db_int(limit));
  return read_waiting(&rows, arena, limit, out, count);
}

enum err mail_store_newest(struct db *db, int64_t person, int64_t *at) {
  return db_get_int(db, at, "select coalesce(max(created_at), 0) from mails where person_id = $1 and is_alone = 0",
                    db_int(person));
}

enum err mail_store_postpone(struct db *db, int64_t person, int64_t at) {
  return db_exec(db,
                 "update outbox set deliver_at = $2 where person_id = $1 and mail_id is null and sent_at is null and "
                 "is_alone = 0 and deliver_at < $2",
                 db_int(person), db_int(at));
}

enum err mail_store_insert(struct db *db, int64_t person, bool is_alone, bool is_urgent, const struct mail_times *times,
                           int64_t *id) {
  int64_t first = is_urgent ? times->real - URGENT_SECONDS : times->real;
  enum err err = db_exec(db,
                         "insert into mails (person_id, is_alone, state, created_at, made_at, next_attempt) "
                         "values ($1, $2, 'waiting', $3, $4, $5)",
                         db_int(person), db_int(is_alone), db_int(times->now), db_int(times->real), db_int(first));
  if (err == ERR_OK)
    *id = db_last_id(db);
  return err;
}

enum err mail_store_assign(struct db *db, int64_t mail, int64_t message) {
  return db_exec(db, "update outbox set mail_id = $1 where id = $2 and mail_id is null and sent_at is null",
                 db_int(mail), db_int(message));
}

enum err mail_store_drop(struct db *db, int64_t message, enum outbox_outcome outcome, int64_t now) {
  return db_exec(db,
                 "update outbox set sent_at = $2, outcome = $3, "
                 "words = case when is_secret = 1 then '' else words end, "
                 "link = case when is_secret = 1 then null else link end where id = $1 and sent_at is null",
                 db_int(message), db_int(now), db_text(outbox_outcome_name(outcome)));
}

enum err mail_store_prune(struct db *db) {
  // The last row stays, so that its number is not given away again.
  return db_exec(db, "delete from outbox where person_id = 0 and address is null and sent_at is not null "
                     "and id < (select max(id) from outbox)");
}

enum err mail_store_lease(struct db *db, struct arena *arena, const struct mail_times *times, int64_t lease_until,
                          int64_t limit, struct mail_due **out, size_t *count) {
  int64_t *ids = NULL;
  size_t found = 0;
  size_t taken = 0;
  enum err err = bring_forward(db, times->real);
  if (err == ERR_OK)
    err = list_due(db, arena, times->real, limit, &ids, &found);
  struct mail_due *list = arena_array(arena, found + 1, sizeof *list);
  for (size_t i = 0; err == ERR_OK && i < found; i++) {
    bool is_taken = false;
    if ((err = lease_one(db, arena, ids[i], times, &list[taken], &is_taken)) != ERR_OK || !is_taken)
      continue;
    err = db_exec(db, "update mails set state = 'sending', attempts = attempts + 1, lease_until = $2 where id = $1",
                  db_int(ids[i]), db_int(lease_until));
    list[taken++].attempts++;
  }
  if (err != ERR_OK)
    return err;
  *out = list;
  *count = taken;
  return ERR_OK;
}

enum err mail_store_end_leases(struct db *db) {
  return db_exec(db, "update mails set state = 'waiting', attempts = attempts - 1, lease_until = null "
                     "where state = 'sending'");
}

enum err mail_store_sent(struct db *db, int64_t id, int64_t now) {
  enum err err = db_exec(db,
                         "update mails set state = 'sent', settled_at = $2, lease_until = null, reason = null "
                         "where id = $1 and state in ('waiting', 'sending')",
                         db_int(id), db_int(now));
  return err == ERR_OK ? settle_messages(db, id, OUTBOX_SENT, now) : err;
}

enum err mail_store_failed(struct db *db, int64_t id, enum outbox_outcome outcome, const char *reason, int64_t now) {
  enum err err = db_exec(db,
                         "update mails set state = 'failed', settled_at = $2, lease_until = null, reason = $3 "
                         "where id = $1 and state in ('waiting', 'sending')",
                         db_int(id), db_int(now), db_text(reason));
  return err == ERR_OK ? settle_messages(db, id, outcome, now) : err;
}

enum err mail_store_later(struct db *db, int64_t id, const char *reason, uint32_t random,
                          const struct mail_times *times) {
  int64_t made_at = 0;
  int64_t attempts = 0;
  enum err err = db_get_int(db, &made_at, "select made_at from mails where id = $1", db_int(id));
  if (err == ERR_OK)
    err = db_get_int(db, &attempts, "select attempts from mails where id = $1", db_int(id));
  if (err == ERR_OK && times->real - made_at >= RETRY_GIVE_UP_SECONDS && attempts >= RETRY_GIVE_UP_ATTEMPTS) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *words =
        arena_format(arena, "given up after %d days; at last: %s", RETRY_GIVE_UP_SECONDS / 86400, reason);
    return mail_store_failed(db, id, OUTBOX_GIVEN_UP, words, times->now);
  }
  if (err != ERR_OK)
    return err;
  return db_exec(db,
                 "update mails set state = 'waiting', lease_until = null, reason = $2, next_attempt = $3 "
                 "where id = $1 and state in ('waiting', 'sending')",
                 db_int(id), db_text(reason), db_int(times->real + retry_delay(attempts, random)));
}

enum err mail_store_is_due(struct db *db, const struct mail_times *times, bool *has_rows, bool *has_mails) {
  int64_t rows = 0;
  int64_t mails = 0;
  enum err err = db_get_int(db, &rows,
                            "select exists (select 1 from outbox where mail_id is null and sent_at is null "
                            "and deliver_at <= $1)",
                            db_int(times->now));
  if (err == ERR_OK)
    err = db_get_int(db, &mails,
                     "select exists (select 1 from mails where state in ('waiting', 'sending') and is_alone in (0, 1) "
                     "and next_attempt <= $1 and (state = 'waiting' or lease_until < $1)) "
                     "or exists (select 1 from mails where state in ('waiting', 'sending') and is_alone in (0, 1) "
                     "and next_attempt > $2)",
                     db_int(times->real), db_int(times->real + RETRY_LONGEST_SECONDS));
  *has_rows = rows != 0;
  *has_mails = mails != 0;
  return err;
}

enum err mail_store_figures(struct db *db, struct mail_figures *out) {
  struct mail_figures figures = {0};
  enum err err = db_get_int(db, &figures.waiting, "select count(*) from mails where state in ('waiting', 'sending')");
  if (err == ERR_OK)
    err = db_get_int(db, &figures.sent, "select count(*) from mails where state = 'sent'");
  if (err == ERR_OK)
    err = db_get_int(db, &figures.failed, "select count(*) from mails where state = 'failed'");
  if (err == ERR_OK)
    err = db_get_int(db, &figures.oldest_made_at,
                     "select coalesce(min(made_at), 0) from mails where state in ('waiting', 'sending')");
  if (err == ERR_OK)
    *out = figures;
  return err;
}

enum err mail_store_list(struct db *db, struct arena *arena, const struct mail_query *query, struct mail_row **out,
                         size_t *count) {
  // Two statements, so that the few that failed are found by the index and not among all that were sent.
  struct db_rows rows DB_SCOPE =
      query->state == NULL
          ? db_query(db, LIST_SELECT "order by m.id desc limit $3", db_int(query->course), db_int(query->below),
                     db_int(query->limit))
          : db_query(db, LIST_SELECT "and m.state = $4 order by m.id desc limit $3", db_int(query->course),
                     db_int(query->below), db_int(query->limit), db_text(query->state));
  struct mail_row *list = arena_array(arena, (size_t)query->limit, sizeof *list);
  size_t size = 0;
  while (db_next(&rows)) {
    list[size++] = (struct mail_row){.id = db_column_int(&rows, 0),
                                     .person = db_column_int(&rows, 1),
                                     .name = db_column_text(&rows, 2, arena),
                                     .subject = db_column_text(&rows, 3, arena),
                                     .messages = db_column_int(&rows, 4),
                                     .state = db_column_text(&rows, 5, arena),
                                     .attempts = db_column_int(&rows, 6),
                                     .next_attempt = db_column_int(&rows, 7),
                                     .created_at = db_column_int(&rows, 8),
                                     .settled_at = db_column_int(&rows, 9),
                                     .reason = db_column_text(&rows, 10, arena)};
    if (list[size - 1].settled_at != 0)
      list[size - 1].next_attempt = 0;
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err mail_store_failures(struct db *db, int64_t course, int64_t *count) {
  return db_get_int(db, count,
                    "select count(*) from mails m where m.state = 'failed' and ($1 = 0 or exists (select 1 from outbox "
                    "o where o.mail_id = m.id and o.course_id = $1))",
                    db_int(course));
}

enum err mail_store_unreached(struct db *db, int64_t course, int64_t since, int64_t *people) {
  return db_get_int(db, people,
                    "select count(distinct m.person_id) from mails m where m.state = 'failed' and m.person_id <> 0 and "
                    "m.settled_at > $2 and exists (select 1 from outbox o where o.mail_id = m.id and "
                    "o.course_id = $1) and not exists (select 1 from mails n where n.person_id = m.person_id and "
                    "n.id > m.id and n.state = 'sent')",
                    db_int(course), db_int(since));
}

static enum err read_waiting(struct db_rows *rows, struct arena *arena, int64_t limit, struct mail_waiting **out,
                             size_t *count) {
  struct mail_waiting *list = arena_array(arena, (size_t)limit, sizeof *list);
  size_t size = 0;
  while (db_next(rows))
    list[size++] = (struct mail_waiting){.id = db_column_int(rows, 0),
                                         .person = db_column_int(rows, 1),
                                         .kind = db_column_text(rows, 2, arena),
                                         .is_alone = db_column_int(rows, 3) != 0,
                                         .not_after = db_column_int(rows, 4),
                                         .has_address = db_column_int(rows, 5) != 0,
                                         .is_disabled = db_column_int(rows, 6) != 0};
  if (rows->err != ERR_OK)
    return rows->err;
  *out = list;
  *count = size;
  return ERR_OK;
}

// Those that somebody waits for first: a sign-in link does not stand behind a course's reminders.
static enum err list_due(struct db *db, struct arena *arena, int64_t real, int64_t limit, int64_t **out,
                         size_t *count) {
  int64_t *list = arena_array(arena, (size_t)limit + 1, sizeof *list);
  size_t size = 0;
  for (int is_alone = 1; is_alone >= 0; is_alone--) {
    struct db_rows rows DB_SCOPE =
        db_query(db,
                 "select id from mails where state in ('waiting', 'sending') and is_alone = $3 and next_attempt <= $1 "
                 "and (state = 'waiting' or lease_until < $1) order by next_attempt, id limit $2",
                 db_int(real), db_int(limit - (int64_t)size), db_int(is_alone));
    while (db_next(&rows))
      list[size++] = db_column_int(&rows, 0);
    if (rows.err != ERR_OK)
      return rows.err;
  }
  *out = list;
  *count = size;
  return ERR_OK;
}

// No try is put off so far: the machine's clock was ahead, and has been set right.
static enum err bring_forward(struct db *db, int64_t real) {
  return db_exec(db,
                 "update mails set next_attempt = $1 where state in ('waiting', 'sending') and is_alone in (0, 1) and "
                 "next_attempt > $2",
                 db_int(real), db_int(real + RETRY_LONGEST_SECONDS));
}

static enum err lease_one(struct db *db, struct arena *arena, int64_t id, const struct mail_times *times,
                          struct mail_due *out, bool *is_taken) {
  bool is_disabled = false;
  bool is_expired = false;
  enum err err = load(db, arena, id, out, &is_disabled);
  if (err == ERR_OK)
    err = load_messages(db, arena, times->now, out, &is_expired);
  if (err != ERR_OK)
    return err;
  *is_taken = false;
  if (out->count == 0)
    return mail_store_failed(db, id, OUTBOX_NO_ADDRESS, "what it said was erased before it left", times->now);
  if (out->address == NULL)
    return mail_store_failed(db, id, OUTBOX_NO_ADDRESS, "its reader has no address", times->now);
  if (is_disabled)
    return mail_store_failed(db, id, OUTBOX_DISABLED, "its reader's account is disabled", times->now);
  if (is_expired)
    return mail_store_failed(db, id, OUTBOX_EXPIRED, "its time was over before it could be sent", times->now);
  *is_taken = true;
  return ERR_OK;
}

static enum err load(struct db *db, struct arena *arena, int64_t id, struct mail_due *out, bool *is_disabled) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select m.id, m.person_id, m.is_alone, m.made_at, m.attempts, coalesce(p.preferred_name, p.name, "
               "o.address), coalesce(a.address, o.address), coalesce(p.is_disabled, 0) from mails m "
               "left join people p on p.id = m.person_id left join addresses a on a.person_id = p.id and "
               "a.is_primary = 1 left join outbox o on o.mail_id = m.id and o.address is not null where m.id = $1",
               db_int(id));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct mail_due){.id = db_column_int(&rows, 0),
                           .person = db_column_int(&rows, 1),
                           .is_alone = db_column_int(&rows, 2) != 0,
                           .made_at = db_column_int(&rows, 3),
                           .attempts = db_column_int(&rows, 4),
                           .name = db_column_text(&rows, 5, arena),
                           .address = db_column_text(&rows, 6, arena)};
  *is_disabled = db_column_int(&rows, 7) != 0;
  return ERR_OK;
}

// *is_expired: none of them is of use any more.
static enum err load_messages(struct db *db, struct arena *arena, int64_t now, struct mail_due *mail,
                              bool *is_expired) {
  struct mail_message *list = NULL;
  size_t size = 0;
  *is_expired = true;
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select o.subject, o.words, o.link, o.not_after, o.kind, c.slug from outbox o "
               "left join courses c on c.id = o.course_id where o.mail_id = $1 and o.sent_at is null order by o.id",
               db_int(mail->id));
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct mail_message){.subject = db_column_text(&rows, 0, arena),
                                         .words = db_column_text(&rows, 1, arena),
                                         .link = db_column_text(&rows, 2, arena),
                                         .course = db_column_text(&rows, 5, arena)};
    if (db_column_int(&rows, 3) == 0 || now < db_column_int(&rows, 3))
      *is_expired = false;
    add_kind(arena, notice_kind_find(db_column_text(&rows, 4, arena)), mail);
  }
  mail->messages = list;
  mail->count = size;
  return rows.err != ERR_OK ? rows.err : add_unsubscribe(db, arena, mail);
}

static void add_kind(struct arena *arena, const struct notice_kind *kind, struct mail_due *mail) {
  for (size_t i = 0; i < mail->kind_count; i++)
    if (mail->kinds[i] == kind)
      return;
  if (kind == NULL) // of an older version
    return;
  mail->kinds = arena_more(arena, mail->kinds, mail->kind_count, sizeof(const struct notice_kind *));
  mail->kinds[mail->kind_count++] = kind;
}

static enum err add_unsubscribe(struct db *db, struct arena *arena, struct mail_due *mail) {
  const struct notice_link link = {mail->person, mail->kinds, mail->kind_count};
  enum err err = notice_unsubscribe_path(db, arena, &link, &mail->unsubscribe);
  return err == ERR_NOT_FOUND ? ERR_OK : err; // nothing of it may be off
}

static enum err settle_messages(struct db *db, int64_t mail, enum outbox_outcome outcome, int64_t now) {
  return db_exec(db,
                 "update outbox set sent_at = $2, outcome = $3, "
                 "words = case when is_secret = 1 then '' else words end, "
                 "link = case when is_secret = 1 then null else link end where mail_id = $1 and sent_at is null",
                 db_int(mail), db_int(now), db_text(outbox_outcome_name(outcome)));
}
