// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/outbox.h"

#include <string.h>

#include "common/base/problem.h"
#include "common/base/text.h"
#include "server/outbound/mail.h"

enum { SUBJECT_CHARACTERS_MAX = 200 };

static const char *const outcome_names[OUTBOX_OUTCOMES] = {
    [OUTBOX_WAITING] = NULL,        [OUTBOX_SENT] = "sent",       [OUTBOX_NO_ADDRESS] = "no address",
    [OUTBOX_DISABLED] = "disabled", [OUTBOX_EXPIRED] = "expired", [OUTBOX_REFUSED] = "refused",
};

static enum err check(const struct act *act, const struct message *message);

enum err outbox_put(const struct act *act, const struct message *message) {
  enum err err = check(act, message);
  if (err != ERR_OK)
    return err;
  return db_exec(act->db,
                 "insert into outbox (course_id, person_id, kind, subject, words, link, at, is_secret, not_after) "
                 "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 db_int(message->course), db_int(message->person), db_text(message->kind), db_text(message->subject),
                 db_text(message->words), db_text(message->link), db_int(act->now), db_int(message->is_secret),
                 db_int_or_null(message->not_after));
}

enum err outbox_list(struct db *db, struct arena *arena, int64_t person, int64_t below, int64_t limit,
                     struct message_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select o.id, c.slug, o.kind, o.subject, o.words, o.link, o.at from outbox o "
               "left join courses c on c.id = o.course_id "
               "where o.person_id = $1 and o.id < $2 and o.is_secret = 0 order by o.id desc limit $3",
               db_int(person), db_int(below), db_int(limit));
  struct message_row *list = NULL;
  size_t size = 0;
  size_t capacity = 0;
  while (db_next(&rows)) {
    if (size == capacity) {
      capacity = capacity == 0 ? 16 : capacity * 2;
      list = arena_grow(arena, list, size, capacity, sizeof *list);
    }
    list[size++] = (struct message_row){.id = db_column_int(&rows, 0),
                                        .course = db_column_text(&rows, 1, arena),
                                        .kind = db_column_text(&rows, 2, arena),
                                        .subject = db_column_text(&rows, 3, arena),
                                        .words = db_column_text(&rows, 4, arena),
                                        .link = db_column_text(&rows, 5, arena),
                                        .at = db_column_int(&rows, 6)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err outbox_waiting(struct db *db, struct arena *arena, int64_t limit, struct outbox_waiting **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select o.id, o.person_id, o.subject, o.words, o.link, o.not_after, coalesce(p.preferred_name, p.name), "
               "a.address, p.is_disabled from outbox o left join people p on p.id = o.person_id "
               "left join addresses a on a.person_id = p.id and a.is_primary = 1 "
               "where o.sent_at is null order by o.id limit $1",
               db_int(limit));
  struct outbox_waiting *list = arena_array(arena, (size_t)limit, sizeof *list);
  size_t size = 0;
  while (db_next(&rows))
    list[size++] = (struct outbox_waiting){.id = db_column_int(&rows, 0),
                                           .person = db_column_int(&rows, 1),
                                           .subject = db_column_text(&rows, 2, arena),
                                           .words = db_column_text(&rows, 3, arena),
                                           .link = db_column_text(&rows, 4, arena),
                                           .not_after = db_column_int(&rows, 5),
                                           .name = db_column_text(&rows, 6, arena),
                                           .address = db_column_text(&rows, 7, arena),
                                           .is_disabled = db_column_int(&rows, 8) != 0};
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err outbox_settle(struct db *db, int64_t id, enum outbox_outcome outcome, int64_t now) {
  return db_exec(db,
                 "update outbox set sent_at = $2, outcome = $3, "
                 "words = case when is_secret = 1 then '' else words end, "
                 "link = case when is_secret = 1 then null else link end where id = $1 and sent_at is null",
                 db_int(id), db_int(now), db_text(outcome_names[outcome]));
}

enum err outbox_prune(struct db *db) {
  // The last row stays: its number must not be given away again, because it names a file.
  return db_exec(db, "delete from outbox where person_id = 0 and sent_at is not null "
                     "and id < (select max(id) from outbox)");
}

// A line end in a subject becomes a header of the mail (facts.md, SMTP), and names that students chose stand in
// subjects.
static enum err check(const struct act *act, const struct message *message) {
  if (!mail_header_is_clean(message->subject))
    return problem_field(act->problem, "subject", "a message's subject is one line without control characters");
  if (utf8_length(message->subject) > SUBJECT_CHARACTERS_MAX)
    return problem_field(act->problem, "subject", "a message's subject has at most %d characters",
                         SUBJECT_CHARACTERS_MAX);
  if (!utf8_is_valid(message->words, strlen(message->words)) || text_has_control(message->words, true))
    return problem_field(act->problem, "words", "a message is plain text without control characters");
  if (message->link != NULL && (message->link[0] != '/' || !mail_header_is_clean(message->link)))
    return problem_field(act->problem, "link", "a message's link is a path that begins with /");
  return ERR_OK;
}
