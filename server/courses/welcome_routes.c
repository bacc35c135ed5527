// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/welcome_routes.h"

#include "server/accounts/services.h"
#include "server/courses/enrolment.h"
#include "server/courses/welcome.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

struct welcome_query {
  bool is_dry_run;
};

static route_handler send_welcome;
static void write_people(struct json *json, const struct welcome_person *people, size_t count);

static const struct field welcome_fields[] = {
    {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct welcome_query, is_dry_run), NO_PRESENT, NULL, NULL,
     "Only say what would be sent, to whom."},
};
static const struct shape welcome_query = {"Welcome", MEDIA_JSON, 0, sizeof(struct welcome_query), welcome_fields, 1};

// clang-format off
static const struct answer_field welcome_person_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "As everybody sees it"},
  {"email", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "The address that the mail goes to"},
  {"role", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, &role_names[1], NULL, "What they are in the course"},
};
static const struct answer welcome_person_answer = {"WelcomePerson", NULL, false, welcome_person_answer_fields, sizeof welcome_person_answer_fields / sizeof *welcome_person_answer_fields};
static const struct answer_field welcome_answer_fields[] = {
  {"dry_run", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Whether nothing was sent"},
  {"subject", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of the mail"},
  {"words", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of the mail, with NAME and ADDRESS for what differs"},
  {"recipients", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "How many people it goes to"},
  {"already_welcomed", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "How many got it earlier"},
  {"people", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &welcome_person_answer, "Whom it goes to"},
  {"mail", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "That mail is not being sent, while that is so"},
};
static const struct answer welcome_answer = {"WelcomeSent", NULL, false, welcome_answer_fields, sizeof welcome_answer_fields / sizeof *welcome_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_POST, "/courses/{course}/welcome", ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL, send_welcome, &welcome_query, NULL, 200, &welcome_answer, "Mail everybody who was not welcomed yet how to sign in: once a person"},
};
// clang-format on

const struct route_table welcome_routes = {"welcome", rows, sizeof rows / sizeof rows[0]};

static enum err send_welcome(struct request *request) {
  const struct welcome_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  const struct act *act = &request->act;
  bool is_dry_run = query != NULL && query->is_dry_run;
  struct welcome_person *people = NULL;
  size_t count = 0;
  int64_t already = 0;
  enum err err = welcome_plan(act, course, &people, &count, &already);
  if (err == ERR_OK && !is_dry_run)
    err = welcome_send(act, course, people, count);
  if (err != ERR_OK)
    return err;
  struct welcome_mail sample = welcome_write(act, course, NULL);
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", is_dry_run);
  json_text(json, "subject", sample.subject);
  json_text(json, "words", sample.words);
  json_int(json, "recipients", (int64_t)count);
  json_int(json, "already_welcomed", already);
  write_people(json, people, count);
  if (!request_services(request)->is_mail_sent)
    json_text(json, "mail", MAIL_NOT_SENT);
  return ERR_OK;
}

static void write_people(struct json *json, const struct welcome_person *people, size_t count) {
  json_array_in(json, "people");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "person", people[i].person);
    json_text(json, "name", people[i].name);
    json_text(json, "email", people[i].email);
    json_text(json, "role", people[i].role);
    json_end(json);
  }
  json_end(json);
}
