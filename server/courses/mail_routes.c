// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/mail_routes.h"

#include <inttypes.h>

#include "server/courses/course_view.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/outbound/mail_store.h"

enum { MAILS_DEFAULT = 50, MAILS_MAX = 200 };

struct mail_page {
  int state; // of state_names
  bool has_state;
  int64_t below;
  int64_t limit;
};

static route_handler list_all, list_of_course;
static enum err answer_with(struct request *request, int64_t course);
static void write_mail(struct json *json, const struct mail_row *mail);

static const char *const state_names[] = {"waiting", "sending", "sent", "failed", NULL};

// clang-format off
static const struct field mail_fields[] = {
  {"state", SHAPE_CHOICE,  OPTIONAL, 0,         offsetof(struct mail_page, state), offsetof(struct mail_page, has_state), state_names, NULL, "Only mails in this state."},
  {"below", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct mail_page, below), NO_PRESENT, NULL, NULL, "Mails with a smaller number than this; the answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, MAILS_MAX, offsetof(struct mail_page, limit), NO_PRESENT, NULL, NULL, "How many mails, 50 unless told."},
};
static const struct shape mail_shape = {"MailPage", MEDIA_JSON, 0, sizeof(struct mail_page), mail_fields, sizeof mail_fields / sizeof *mail_fields};

static const struct answer_field mail_answer_fields[] = {
  {"mail",         ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "Its number: as in its Message-ID, and in the log"},
  {"person",       ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,        NULL, "To whom; null: erased since"},
  {"name",         ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "As everybody sees them"},
  {"subject",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "Of its first message (of the course)"},
  {"messages",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "How many it holds"},
  {"state",        ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_STAFF, state_names, NULL, "waiting: for its first or next try; failed: for good"},
  {"attempts",     ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "How often it was tried"},
  {"next_attempt", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,        NULL, "When it is tried again, by the machine's own clock; null: never"},
  {"reason",       ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,        NULL, "Why the last try failed, in the mail server's words; null: it did not"},
  {"created_at",   ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,        NULL, "When it was made"},
  {"settled_at",   ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,        NULL, "When it was sent or had failed"},
};
static const struct answer mail_answer = {"Mail", NULL, false, mail_answer_fields, sizeof mail_answer_fields / sizeof *mail_answer_fields};
static const struct answer_field mails_answer_fields[] = {
  {"failed", ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL,         "How many failed for good, on all pages"},
  {"next",   ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL,         "`below` of the next page; null on the last one"},
  {"mails",  ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, &mail_answer, "Newest first"},
};
static const struct answer mails_answer = {"Mails", NULL, false, mails_answer_fields, sizeof mails_answer_fields / sizeof *mails_answer_fields};

static const struct route rows[] = {
  {METHOD_GET, "/mails",                 ACCESS_OPERATOR, ROUTE_READ, NULL, list_all,       &mail_shape, NULL, 200, &mails_answer, "What became of mail: to whom, in which state, why it failed"},
  {METHOD_GET, "/courses/{course}/mail", ACCESS_STAFF,    ROUTE_READ, NULL, list_of_course, &mail_shape, NULL, 200, &mails_answer, "What became of the mail about this course"},
};
// clang-format on

const struct route_table mail_routes = {"mail", rows, sizeof rows / sizeof rows[0]};

void mail_add_metrics(struct request *request, struct text *metrics) {
  struct mail_figures figures;
  if (mail_store_figures(request->act.db, &figures) != ERR_OK)
    return; // logged
  text_add(metrics, "# HELP tandem_mails Mails by what became of them.\n# TYPE tandem_mails gauge\n");
  text_add_format(metrics,
                  "tandem_mails{state=\"waiting\"} %" PRId64 "\ntandem_mails{state=\"sent\"} %" PRId64
                  "\ntandem_mails{state=\"failed\"} %" PRId64 "\n",
                  figures.waiting, figures.sent, figures.failed);
  text_add(metrics, "# HELP tandem_mail_oldest_waiting_timestamp_seconds When the oldest mail that waits was made; 0: "
                    "none waits.\n# TYPE tandem_mail_oldest_waiting_timestamp_seconds gauge\n");
  text_add_format(metrics, "tandem_mail_oldest_waiting_timestamp_seconds %" PRId64 "\n", figures.oldest_made_at);
}

static enum err list_all(struct request *request) { return answer_with(request, 0); }

static enum err list_of_course(struct request *request) { return answer_with(request, request_course(request)->id); }

static enum err answer_with(struct request *request, int64_t course) {
  const struct mail_page *page = request->query_input;
  int64_t limit = page->limit > 0 ? page->limit : MAILS_DEFAULT;
  const struct mail_query query = {.course = course,
                                   .state = page->has_state ? state_names[page->state] : NULL,
                                   .below = page->below > 0 ? page->below : INT64_MAX,
                                   .limit = limit + 1}; // whether there is a next page
  struct mail_row *mails = NULL;
  size_t count = 0;
  int64_t failed = 0;
  enum err err = mail_store_list(request->act.db, request->arena, &query, &mails, &count);
  if (err != ERR_OK || (err = mail_store_failures(request->act.db, course, &failed)) != ERR_OK)
    return err;
  bool has_more = (int64_t)count > limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_int(json, "failed", failed);
  json_int_or_null(json, "next", has_more ? mails[count - 1].id : 0);
  json_array_in(json, "mails");
  for (size_t i = 0; i < count; i++)
    write_mail(json, &mails[i]);
  json_end(json);
  return ERR_OK;
}

static void write_mail(struct json *json, const struct mail_row *mail) {
  json_begin_object(json);
  json_int(json, "mail", mail->id);
  json_int_or_null(json, "person", mail->person);
  json_text(json, "name", mail->name);
  json_text(json, "subject", mail->subject);
  json_int(json, "messages", mail->messages);
  json_text(json, "state", mail->state);
  json_int(json, "attempts", mail->attempts);
  json_instant_or_null(json, "next_attempt", mail->next_attempt);
  json_text(json, "reason", mail->reason);
  json_instant(json, "created_at", mail->created_at);
  json_instant_or_null(json, "settled_at", mail->settled_at);
  json_end(json);
}
