// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/outbox.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/problem.h"
#include "common/base/text.h"
#include "server/outbound/mail.h"
#include "server/outbound/notice_choice.h"

enum { SUBJECT_CHARACTERS_MAX = 200, DAY_SECONDS = 86400 };

static const char *const outcome_names[OUTBOX_OUTCOMES] = {
    [OUTBOX_WAITING] = NULL,
    [OUTBOX_SENT] = "sent",
    [OUTBOX_NO_ADDRESS] = "no address",
    [OUTBOX_DISABLED] = "disabled",
    [OUTBOX_EXPIRED] = "expired",
    [OUTBOX_REFUSED] = "refused",
    [OUTBOX_TURNED_OFF] = "turned off",
    [OUTBOX_GIVEN_UP] = "given up",
};

struct waiting {
  int64_t id;
  const struct notice_kind *kind; // NULL: of an older version
  int64_t at;
  int64_t deliver_at;
};

static enum err list_waiting(const struct act *act, int64_t person, struct waiting **out, size_t *count);
static enum err check(const struct act *act, const struct message *message);
static enum err is_of_draft(const struct act *act, const struct message *message, bool *out);

enum err outbox_put(const struct act *act, const struct message *message) {
  const struct notice_kind *kind = notice_kind_find(message->kind);
  if (kind == NULL) {
    log_line(LOG_ERROR, "outbox", "nobody knows the kind \"%s\": it needs a row in notice_kind.c", message->kind);
    return ERR_INTERNAL;
  }
  struct notice_plan plan;
  bool is_hidden = false;
  enum err err = check(act, message);
  if (err == ERR_OK && message->course != 0 && message->person != 0)
    err = is_of_draft(act, message, &is_hidden);
  if (err != ERR_OK || is_hidden || (err = notice_plan(act, message->person, kind, message->can_wait, &plan)) != ERR_OK)
    return err;
  // Neither its hour nor anybody's night may outlast what it tells.
  bool is_pressing = message->act_by > act->now && message->act_by - plan.deliver_at < DAY_SECONDS;
  if (kind->pace == NOTICE_HOUR && is_pressing)
    plan.deliver_at = act->now;
  return db_exec(
      act->db,
      "insert into outbox (course_id, person_id, kind, subject, words, link, at, is_secret, not_after, "
      "deliver_at, is_alone, sent_at, outcome, address) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
      "$12, $13, $14)",
      db_int(message->course), db_int(message->person), db_text(message->kind), db_text(message->subject),
      db_text(message->words), db_text(message->link), db_int(act->now), db_int(message->is_secret),
      db_int_or_null(message->not_after), db_int_or_null(plan.deliver_at),
      db_int(kind->pace == NOTICE_ALONE || message->address != NULL), db_int_or_null(plan.is_off ? act->now : 0),
      db_text(outcome_names[plan.is_off ? OUTBOX_TURNED_OFF : OUTBOX_WAITING]), db_text(message->address));
}

enum err outbox_replan(const struct act *act, int64_t person) {
  struct waiting *list = NULL;
  size_t count = 0;
  enum err err = list_waiting(act, person, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    int64_t deliver_at = list[i].deliver_at;
    if (list[i].kind == NULL || list[i].kind->pace == NOTICE_ALONE)
      continue;
    err = notice_replan(act, person, list[i].kind, list[i].at, &deliver_at);
    if (err == ERR_OK && deliver_at != list[i].deliver_at)
      err = db_exec(act->db, "update outbox set deliver_at = $2 where id = $1", db_int(list[i].id), db_int(deliver_at));
  }
  return err;
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
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
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

const char *outbox_outcome_name(enum outbox_outcome outcome) { return outcome_names[outcome]; }

static enum err list_waiting(const struct act *act, int64_t person, struct waiting **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select id, kind, at, deliver_at from outbox where person_id = $1 and "
                                          "mail_id is null and sent_at is null and deliver_at is not null order by id",
                                          db_int(person));
  struct waiting *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct waiting){.id = db_column_int(&rows, 0),
                                    .kind = notice_kind_find(db_column_peek(&rows, 1)),
                                    .at = db_column_int(&rows, 2),
                                    .deliver_at = db_column_int(&rows, 3)};
  }
  *out = list;
  *count = size;
  return rows.err;
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
  if (message->address != NULL && (message->person != 0 || !mail_header_is_clean(message->address)))
    return problem_field(act->problem, "address", "a message goes to a person, or to an address in one clean line");
  if (message->link != NULL && (message->link[0] != '/' || !mail_header_is_clean(message->link)))
    return problem_field(act->problem, "link", "a message's link is a path that begins with /");
  return ERR_OK;
}

// To its students a draft is not there: whatever staff prepare in it is not told to them.
static enum err is_of_draft(const struct act *act, const struct message *message, bool *out) {
  int64_t found = 0;
  enum err err = db_get_int(act->db, &found,
                            "select count(*) from courses c join enrolments e on e.course_id = c.id "
                            "and e.person_id = $2 where c.id = $1 and c.state = 'draft' and e.role = 'student'",
                            db_int(message->course), db_int(message->person));
  *out = found > 0;
  return err;
}
