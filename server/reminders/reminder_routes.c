// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/reminder_routes.h"

#include <stdlib.h>
#include <string.h>

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/reminders/forecast.h"
#include "server/reminders/ledger_store.h"

struct span_wish {
  int64_t from, to; // 0: not given
};

// Reminders that are alike but for their person.
struct group {
  const struct reminder *first;
  const char *subject;
  int64_t people;
};

static route_handler list_reminders, list_forecast;
static enum err load(struct request *request, struct plan *plan, struct span_wish *span);
static int64_t planned_until(const struct plan *plan, const struct ledger_course *course);
static void write_coming(struct json *json, const struct plan *plan, const struct reminder *reminder);
static void write_told(struct json *json, const struct plan *plan, const struct ledger_row *row);
static void write_groups(struct json *json, const struct plan *plan, const struct plan_list *list);
static size_t group_all(const struct plan *plan, const struct plan_list *list, struct group **out);
static bool is_alike(const struct group *group, const struct reminder *reminder, const char *subject);
static const char *kind_of(const struct plan *plan, const struct reminder *reminder);
static const char *title_of(const struct plan *plan, const char *key);
static void write_mail(struct json *json, const struct plan *plan, const struct forecast_mail *mail);

static const char *const states[] = {"coming", "sent", "skipped", NULL};
static const char *const audiences[] = {"students", "staff", NULL};
static const char *const roles[] = {"student", "staff", "instructor", NULL};

// clang-format off
static const struct field span_fields[] = {
  {"from", SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct span_wish, from), NO_PRESENT, NULL, NULL, "Those that fall due after it; else from the beginning of the term, the forecast from now"},
  {"to",   SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct span_wish, to),   NO_PRESENT, NULL, NULL, "Those that fall due up to it; else to the end of the term"},
};
static const struct shape span_shape = {"ReminderSpan", MEDIA_JSON, 0, sizeof(struct span_wish), span_fields, sizeof span_fields / sizeof *span_fields};

static const struct answer_field reminder_fields[] = {
  {"subject", ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "What it is about: \"milestone proposal\", \"info card\", \"invitation 12\""},
  {"title",   ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "The same in words"},
  {"offset",  ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "How far from the due: \"3 days before\""},
  {"due",     ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "As it holds, or held then, for you"},
  {"at",      ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,   NULL, "When it falls due"},
  {"state",   ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_CALLER, states, NULL, "coming: as things stand now; it is cancelled by doing what it is about"},
  {"why",     ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,   NULL, "Why it was skipped"},
};
static const struct answer reminder_answer = {"Reminder", NULL, false, reminder_fields, sizeof reminder_fields / sizeof *reminder_fields};
static const struct answer_field group_fields[] = {
  {"subject",  ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "What they are about, without a number of its own"},
  {"title",    ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "The same in words"},
  {"to",       ANSWER_CHOICE,  ANSWER_ALWAYS, AUDIENCE_STAFF, audiences, NULL, "To whom"},
  {"offset",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "How far from the due"},
  {"due",      ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "As it holds for them"},
  {"extended", ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "They have more time than the course file states"},
  {"at",       ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "When they fall due"},
  {"people",   ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL,      NULL, "How many"},
};
static const struct answer group_answer = {"ReminderGroup", NULL, false, group_fields, sizeof group_fields / sizeof *group_fields};
static const struct answer_field list_fields[] = {
  {"reminders", ANSWER_LIST, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &reminder_answer, "Your own, by instant"},
  {"coming",    ANSWER_LIST, ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, &group_answer,    "Of everybody, as things stand now, by instant"},
};
static const struct answer list_answer = {"Reminders", NULL, false, list_fields, sizeof list_fields / sizeof *list_fields};

static const struct answer_field line_fields[] = {
  {"subject_key", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "What it is about: the ledger's key"},
  {"title",       ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The same in words"},
  {"offset",      ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "How far from the due"},
  {"due",         ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "As it holds for the person"},
};
static const struct answer line_answer = {"ForecastLine", NULL, false, line_fields, sizeof line_fields / sizeof *line_fields};
static const struct answer_field mail_fields[] = {
  {"at",     ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_OPERATOR, NULL,  NULL,         "When it leaves; other mail of the same hour may hold it"},
  {"person", ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_OPERATOR, NULL,  NULL,         "To whom, by name"},
  {"email",  ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_OPERATOR, NULL,  NULL,         "Their address"},
  {"role",   ANSWER_CHOICE,  ANSWER_ALWAYS,   AUDIENCE_OPERATOR, roles, NULL,         "What they are in the course"},
  {"lines",  ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_OPERATOR, NULL,  &line_answer, "The reminders in it"},
};
static const struct answer mail_answer = {"ForecastMail", NULL, false, mail_fields, sizeof mail_fields / sizeof *mail_fields};
static const struct answer_field forecast_fields[] = {
  {"messages", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &mail_answer, "By instant, then person"},
};
static const struct answer forecast_answer = {"Forecast", NULL, false, forecast_fields, sizeof forecast_fields / sizeof *forecast_fields};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/reminders", ACCESS_COURSE,   ROUTE_READ, NULL, list_reminders, &span_shape, NULL, 200, &list_answer,     "What you were and will be reminded of; for staff also what everybody will be"},
  {METHOD_GET, "/courses/{course}/forecast",  ACCESS_OPERATOR, ROUTE_READ, NULL, list_forecast,  &span_shape, NULL, 200, &forecast_answer, "Which mails of reminders would leave, as things stand"},
};
// clang-format on

const struct route_table reminder_routes = {"reminders", rows, sizeof rows / sizeof rows[0]};

static enum err list_reminders(struct request *request) {
  const struct course_view *course = request_course(request);
  struct plan plan;
  struct span_wish span;
  struct ledger_course *known = NULL;
  struct ledger_row *told = NULL;
  struct plan_list list = {0};
  size_t courses = 0, told_count = 0;
  enum err err = load(request, &plan, &span);
  if (err == ERR_OK)
    err = ledger_store_courses(request->act.db, request->arena, course->id, &known, &courses);
  struct ledger_span mine = {.person = request->who.person, .from = span.from, .to = span.to};
  if (err == ERR_OK && mine.person != 0)
    err = ledger_store_list(&request->act, course->id, &mine, &told, &told_count);
  if (err != ERR_OK)
    return err;
  int64_t planned = planned_until(&plan, known);
  if (known->is_live)
    plan_between(&plan, planned > span.from ? planned : span.from, span.to, &list);
  request->tag[0] = '\0'; // reminders fall due by instants of their own, which no course's tag knows
  struct json *json = reply_object(request);
  json_array_in(json, "reminders");
  for (size_t i = 0; i < told_count; i++)
    write_told(json, &plan, &told[i]);
  for (size_t i = 0; i < list.count; i++) {
    bool is_told = false; // along with others of its hour
    for (size_t k = 0; k < told_count && list.items[i].person == mine.person; k++)
      is_told = is_told || (told[k].at == list.items[i].at && strcmp(told[k].subject, list.items[i].key) == 0);
    if (list.items[i].person == mine.person && mine.person != 0 && !is_told)
      write_coming(json, &plan, &list.items[i]);
  }
  json_end(json);
  if (course_is_staff(course))
    write_groups(json, &plan, &list);
  return ERR_OK;
}

static enum err list_forecast(struct request *request) {
  struct plan plan;
  struct span_wish span;
  const struct forecast_mail *mails = NULL;
  size_t count = 0;
  enum err err = load(request, &plan, &span);
  if (err == ERR_OK)
    err = forecast(&plan, span.from, span.to, &mails, &count);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0';
  struct json *json = reply_object(request);
  json_array_in(json, "messages");
  for (size_t i = 0; i < count; i++)
    write_mail(json, &plan, &mails[i]);
  json_end(json);
  return ERR_OK;
}

// After the end of the term the last offsets may still fall due.
static enum err load(struct request *request, struct plan *plan, struct span_wish *span) {
  const struct course_view *course = request_course(request);
  enum err err = ERR_OK;
  *span = *(const struct span_wish *)request->query_input;
  if (span->to == 0)
    span->to = course->file->ends_at + PLAN_STAFF_USEFUL_SECONDS;
  else if (span->to < span->from)
    err = problem_field(request->act.problem, "to", "lies before from");
  return err == ERR_OK ? plan_load(&request->act, course, plan) : err;
}

static int64_t planned_until(const struct plan *plan, const struct ledger_course *course) {
  return course->planned_until == 0 ? plan->act->now : course->planned_until;
}

static void write_coming(struct json *json, const struct plan *plan, const struct reminder *reminder) {
  json_begin_object(json);
  json_text(json, "subject", reminder->key);
  json_text(json, "title", reminder->title);
  json_text(json, "offset", reminder_offset_words(plan->act->arena, reminder->offset));
  json_instant(json, "due", reminder->due);
  json_instant(json, "at", reminder->at);
  json_text(json, "state", "coming");
  json_none(json, "why");
  json_end(json);
}

static void write_told(struct json *json, const struct plan *plan, const struct ledger_row *row) {
  json_begin_object(json);
  json_text(json, "subject", row->subject);
  json_text(json, "title", title_of(plan, row->subject));
  json_text(json, "offset", reminder_offset_words(plan->act->arena, row->offset));
  json_instant(json, "due", row->due);
  json_instant(json, "at", row->at);
  json_text(json, "state", row->why == NULL ? "sent" : "skipped");
  json_text(json, "why", row->why);
  json_end(json);
}

static void write_groups(struct json *json, const struct plan *plan, const struct plan_list *list) {
  struct group *groups = NULL;
  size_t count = group_all(plan, list, &groups);
  json_array_in(json, "coming");
  for (size_t i = 0; i < count; i++) {
    const struct reminder *first = groups[i].first;
    json_begin_object(json);
    json_text(json, "subject", groups[i].subject);
    json_text(json, "title", first->title);
    json_text(json, "to", first->is_to_staff ? "staff" : "students");
    json_text(json, "offset", reminder_offset_words(plan->act->arena, first->offset));
    json_instant(json, "due", first->due);
    json_flag(json, "extended", first->topic == PLAN_SUBJECT && first->due > first->subject->due);
    json_instant(json, "at", first->at);
    json_int(json, "people", groups[i].people);
    json_end(json);
  }
  json_end(json);
}

// Those of one instant stand together in the list.
static size_t group_all(const struct plan *plan, const struct plan_list *list, struct group **out) {
  struct group *groups = arena_array(plan->act->arena, list->count, sizeof *groups);
  size_t count = 0, of_instant = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct reminder *reminder = &list->items[i];
    if (i > 0 && list->items[i - 1].at != reminder->at)
      of_instant = count;
    const char *subject = kind_of(plan, reminder);
    size_t k = of_instant;
    while (k < count && !is_alike(&groups[k], reminder, subject))
      k++;
    if (k == count)
      groups[count++] = (struct group){reminder, subject, 0};
    groups[k].people++;
  }
  *out = groups;
  return count;
}

static bool is_alike(const struct group *group, const struct reminder *reminder, const char *subject) {
  const struct reminder *first = group->first;
  return first->due == reminder->due && first->is_to_staff == reminder->is_to_staff &&
         first->offset.days == reminder->offset.days && first->offset.seconds == reminder->offset.seconds &&
         strcmp(group->subject, subject) == 0;
}

static const char *kind_of(const struct plan *plan, const struct reminder *reminder) {
  if (reminder->topic == PLAN_SUBJECT)
    return reminder->key;
  const char *space = strrchr(reminder->key, ' ');
  return arena_text_n(plan->act->arena, reminder->key, (size_t)(space - reminder->key));
}

// Of a subject in the ledger, which the course file may not have any more.
static const char *title_of(const struct plan *plan, const char *key) {
  static const struct {
    const char *start, *title;
  } own[] = {{"revision ", "Revision of the proposal"},
             {"new proposal ", "A new proposal"},
             {"lab offer ", "Offer of a lab seat"},
             {"invitation ", "Invitation to a team"},
             {"slot ", "Booked slot"}};
  for (size_t i = 0; i < plan->subject_count; i++)
    if (strcmp(plan->subjects[i].key, key) == 0)
      return plan->subjects[i].title;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strncmp(key, own[i].start, strlen(own[i].start)) == 0)
      return own[i].title;
  return key;
}

static void write_mail(struct json *json, const struct plan *plan, const struct forecast_mail *mail) {
  size_t index = roll_person(&plan->roll, mail->person);
  const struct roll_staff *staff = roll_staff_member(&plan->roll, mail->person);
  bool is_student = index < plan->roll.count;
  json_begin_object(json);
  json_instant(json, "at", mail->at);
  json_text(json, "person", is_student ? plan->roll.people[index].name : staff != NULL ? staff->name : "");
  json_text(json, "email", is_student ? plan->roll.people[index].address : staff != NULL ? staff->address : NULL);
  json_text(json, "role",
            is_student                                        ? "student"
            : staff != NULL && staff->role == ROLE_INSTRUCTOR ? "instructor"
                                                              : "staff");
  json_array_in(json, "lines");
  for (size_t i = 0; i < mail->count; i++) {
    json_begin_object(json);
    json_text(json, "subject_key", mail->lines[i]->key);
    json_text(json, "title", mail->lines[i]->title);
    json_text(json, "offset", reminder_offset_words(plan->act->arena, mail->lines[i]->offset));
    json_instant(json, "due", mail->lines[i]->due);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}
