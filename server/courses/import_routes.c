// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/import_routes.h"

#include "server/accounts/person.h"
#include "server/courses/roster_csv.h"
#include "server/courses/roster_import.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

struct import_query {
  bool is_dry_run;
  int64_t allow_drops;
  const char *domain;
};

// What prepare leaves for handle.
struct import {
  struct roster_file file;
  struct roster_plan plan; // of a dry run
};

static route_handler read_roster, import_roster;
static enum err choose_domain(struct request *request, const char **out);
static void write_plan(struct request *request, const struct roster_plan *plan, bool is_dry_run);
static void write_counts(struct json *json, const struct roster_plan *plan);
static void write_people(struct json *json, const struct roster_plan *plan, const char *name, enum roster_fate fate);
static void write_person(struct json *json, const struct roster_person *person);
static void write_new(struct json *json, const struct roster_person *person);
static void write_changes(struct json *json, const struct roster_person *person);
static void write_drops(struct json *json, const struct roster_plan *plan);
static void write_notes(struct json *json, const struct roster_plan *plan);
static void write_id(struct json *json, int64_t person);

static const struct field import_fields[] = {
    {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct import_query, is_dry_run), NO_PRESENT, NULL, NULL,
     "Only say what the file would do."},
    {"allow_drops", SHAPE_INTEGER, OPTIONAL, 1000000, offsetof(struct import_query, allow_drops), NO_PRESENT, NULL,
     NULL, "How many students may be dropped, when it is more than 10 or more than 10 % of them."},
    {"domain", SHAPE_TEXT, OPTIONAL, PERSON_ADDRESS_MAX, offsetof(struct import_query, domain), NO_PRESENT, NULL, NULL,
     "Completes a Canvas login without @; the server's mail domain when left out."},
};
static const struct shape import_query = {"RosterImport",
                                          MEDIA_JSON,
                                          0,
                                          sizeof(struct import_query),
                                          import_fields,
                                          sizeof import_fields / sizeof *import_fields};
static const struct shape import_body = {"Roster", MEDIA_CSV, ROSTER_CSV_BYTES_MAX, 0, NULL, 0};

static const char *const form_words[] = {"canvas", "plain", NULL};

// clang-format off
static const struct answer_field import_counts_answer_fields[] = {
  {"unchanged", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "People who stay as they are"},
  {"added", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "People who are new to the course"},
  {"changed", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "People of whom something changes"},
  {"came_back", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "People who had dropped"},
  {"dropped", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Students whom the file lacks"},
  {"kept", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "What the file might seem to ask for and does not get"},
  {"skipped", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Lines that are about nobody"},
};
static const struct answer import_counts_answer = {"RosterCounts", NULL, false, import_counts_answer_fields, sizeof import_counts_answer_fields / sizeof *import_counts_answer_fields};
static const struct answer_field import_change_answer_fields[] = {
  {"field", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "name, email, login, sis_id, section, role or credit"},
  {"from", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "What it was"},
  {"to", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "What it becomes"},
};
static const struct answer import_change_answer = {"RosterChange", NULL, false, import_change_answer_fields, sizeof import_change_answer_fields / sizeof *import_change_answer_fields};
static const struct answer_field import_person_answer_fields[] = {
  {"line", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Where in the file"},
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "The person's number; null for somebody without an account"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "As everybody sees it"},
  {"email", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "The address in the file"},
  {"role", ANSWER_CHOICE, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, &role_names[1], NULL, "Of somebody new: what they become"},
  {"credit", ANSWER_CHOICE, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, credit_names, NULL, "Of somebody new: how they take the course"},
  {"sis_id", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of somebody new: the student information system's id"},
  {"section", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of somebody new: the section or sections"},
  {"place", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "Of somebody who came back: what they find again"},
  {"changes", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_change_answer, "What changes"},
};
static const struct answer import_person_answer = {"RosterPerson", NULL, false, import_person_answer_fields, sizeof import_person_answer_fields / sizeof *import_person_answer_fields};
static const struct answer_field import_drop_answer_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "As everybody sees it"},
  {"email", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "The primary address"},
  {"consequence", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "For their team or seat, in words"},
};
static const struct answer import_drop_answer = {"RosterDrop", NULL, false, import_drop_answer_fields, sizeof import_drop_answer_fields / sizeof *import_drop_answer_fields};
static const struct answer_field import_kept_answer_fields[] = {
  {"line", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "Where in the file; null for somebody whom it lacks"},
  {"person", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_INSTRUCTOR, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "As everybody sees it"},
  {"reason", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Why, in words"},
};
static const struct answer import_kept_answer = {"RosterKept", NULL, false, import_kept_answer_fields, sizeof import_kept_answer_fields / sizeof *import_kept_answer_fields};
static const struct answer_field import_skip_answer_fields[] = {
  {"line", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Where in the file"},
  {"reason", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Why, in words"},
};
static const struct answer import_skip_answer = {"RosterSkip", NULL, false, import_skip_answer_fields, sizeof import_skip_answer_fields / sizeof *import_skip_answer_fields};
static const struct answer_field import_answer_fields[] = {
  {"dry_run", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Whether nothing was done"},
  {"mail", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_INSTRUCTOR, NULL, NULL, "That mail is not being sent, while that is so"},
  {"form", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, form_words, NULL, "Which kind of file it is"},
  {"active_students_before", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "Students before the import"},
  {"drops_to_allow", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, NULL, "What `allow_drops` must be at least; 0: nothing to ask"},
  {"counts", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_counts_answer, "How many"},
  {"added", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_person_answer, "In the file's order"},
  {"changed", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_person_answer, "In the file's order"},
  {"came_back", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_person_answer, "In the file's order"},
  {"dropped", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_drop_answer, "By name"},
  {"kept", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_kept_answer, "What is left as it is, and why"},
  {"skipped", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_INSTRUCTOR, NULL, &import_skip_answer, "Lines that were not taken"},
};
static const struct answer import_answer = {"RosterImported", NULL, false, import_answer_fields, sizeof import_answer_fields / sizeof *import_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_POST, "/courses/{course}/roster", ACCESS_INSTRUCTOR, ROUTE_WORK, read_roster, import_roster, &import_query, &import_body, 200, &import_answer, "Bring the course in line with a roster: a plain CSV or Canvas's gradebook export"},
};
// clang-format on

const struct route_table import_routes = {"roster import", rows, sizeof rows / sizeof rows[0]};

// On a worker. A dry run is planned here too, on a connection that cannot write.
static enum err read_roster(struct request *request) {
  const struct import_query *query = request->query_input;
  const char *domain = NULL;
  enum err err = choose_domain(request, &domain);
  if (err != ERR_OK)
    return err;
  struct import *import = arena_alloc(request->arena, sizeof *import);
  err = roster_file_read(request->arena, request->body, request->body_size, domain, &request->problem, &import->file);
  if (err == ERR_OK && query->is_dry_run)
    err = roster_plan_make(&request->act, request_course(request), &import->file, &import->plan);
  if (err == ERR_OK)
    request->prepared = import;
  return err;
}

// Planned in the writer's own transaction: since the file was read anything may have changed.
static enum err import_roster(struct request *request) {
  const struct import_query *query = request->query_input;
  const struct import *import = request->prepared;
  if (query->is_dry_run) {
    write_plan(request, &import->plan, true);
    return ERR_OK;
  }
  const struct act *act = &request->act;
  const struct course_view *course = request_course(request);
  struct roster_plan plan;
  enum err err = roster_plan_make(act, course, &import->file, &plan);
  if (err == ERR_OK)
    err = roster_plan_consent(act, &plan, query->allow_drops);
  if (err == ERR_OK)
    err = roster_plan_apply(act, request_services(request), course, &plan);
  if (err == ERR_OK)
    write_plan(request, &plan, false);
  return err;
}

static enum err choose_domain(struct request *request, const char **out) {
  const struct import_query *query = request->query_input;
  const char *domain = query->domain;
  if (domain == NULL || domain[0] == '\0') {
    *out = request_services(request)->mail_domain;
    return ERR_OK;
  }
  domain += domain[0] == '@';
  const char *clean, *key;
  if (!address_check(request->arena, arena_format(request->arena, "a@%s", domain), &clean, &key))
    return problem_field(&request->problem, "domain", "is no domain; one looks like example.edu");
  *out = domain;
  return ERR_OK;
}

static void write_plan(struct request *request, const struct roster_plan *plan, bool is_dry_run) {
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", is_dry_run);
  if (!request_services(request)->is_mail_sent)
    json_text(json, "mail", MAIL_NOT_SENT);
  json_text(json, "form", plan->file->is_canvas ? "canvas" : "plain");
  json_int(json, "active_students_before", plan->active_students);
  json_int(json, "drops_to_allow", plan->drops_to_allow);
  write_counts(json, plan);
  write_people(json, plan, "added", ROSTER_ADDED);
  write_people(json, plan, "changed", ROSTER_CHANGED);
  write_people(json, plan, "came_back", ROSTER_BACK);
  write_drops(json, plan);
  write_notes(json, plan);
}

static void write_counts(struct json *json, const struct roster_plan *plan) {
  json_object_in(json, "counts");
  json_int(json, "unchanged", (int64_t)plan->counts[ROSTER_UNCHANGED]);
  json_int(json, "added", (int64_t)plan->counts[ROSTER_ADDED]);
  json_int(json, "changed", (int64_t)plan->counts[ROSTER_CHANGED]);
  json_int(json, "came_back", (int64_t)plan->counts[ROSTER_BACK]);
  json_int(json, "dropped", (int64_t)plan->drop_count);
  json_int(json, "kept", (int64_t)plan->kept_count);
  json_int(json, "skipped", (int64_t)plan->file->skip_count);
  json_end(json);
}

static void write_people(struct json *json, const struct roster_plan *plan, const char *name, enum roster_fate fate) {
  json_array_in(json, name);
  for (size_t i = 0; i < plan->person_count; i++)
    if (plan->people[i].fate == fate)
      write_person(json, &plan->people[i]);
  json_end(json);
}

static void write_person(struct json *json, const struct roster_person *person) {
  json_begin_object(json);
  json_int(json, "line", person->entry->line);
  write_id(json, person->person);
  json_text(json, "name", person->name);
  json_text(json, "email", person->entry->email);
  if (person->fate == ROSTER_ADDED)
    write_new(json, person);
  if (person->fate == ROSTER_BACK)
    json_text(json, "place", person->place);
  write_changes(json, person);
  json_end(json);
}

static void write_new(struct json *json, const struct roster_person *person) {
  json_text(json, "role", role_names[person->terms.role]);
  json_text(json, "credit", credit_names[person->terms.credit]);
  json_text(json, "sis_id", person->terms.sis_id);
  json_text(json, "section", person->terms.section);
}

static void write_changes(struct json *json, const struct roster_person *person) {
  json_array_in(json, "changes");
  for (size_t i = 0; i < person->change_count; i++) {
    json_begin_object(json);
    json_text(json, "field", person->changes[i].field);
    json_text(json, "from", person->changes[i].from);
    json_text(json, "to", person->changes[i].to);
    json_end(json);
  }
  json_end(json);
}

static void write_drops(struct json *json, const struct roster_plan *plan) {
  json_array_in(json, "dropped");
  for (size_t i = 0; i < plan->drop_count; i++) {
    json_begin_object(json);
    write_id(json, plan->drops[i].person);
    json_text(json, "name", plan->drops[i].name);
    json_text(json, "email", plan->drops[i].email);
    json_text(json, "consequence", plan->drops[i].consequence);
    json_end(json);
  }
  json_end(json);
}

static void write_notes(struct json *json, const struct roster_plan *plan) {
  json_array_in(json, "kept");
  for (size_t i = 0; i < plan->kept_count; i++) {
    json_begin_object(json);
    json_int_or_null(json, "line", plan->kept[i].line);
    write_id(json, plan->kept[i].person);
    json_text(json, "name", plan->kept[i].name);
    json_text(json, "reason", plan->kept[i].reason);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "skipped");
  for (size_t i = 0; i < plan->file->skip_count; i++) {
    json_begin_object(json);
    json_int(json, "line", plan->file->skips[i].line);
    json_text(json, "reason", plan->file->skips[i].reason);
    json_end(json);
  }
  json_end(json);
}

// Null for somebody who has no account yet.
static void write_id(struct json *json, int64_t person) { json_int_or_null(json, "person", person); }
