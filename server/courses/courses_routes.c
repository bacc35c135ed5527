// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/courses_routes.h"

#include <stdint.h>
#include <stdio.h>

#include "server/courses/course_create.h"
#include "server/courses/course_state.h"
#include "server/courses/course_store.h"
#include "server/courses/course_view.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/http/answer.h"
#include "server/http/headers.h"
#include "server/http/reply.h"
#include "server/http/request.h"
#include "server/http/shape.h"

enum { AUDIT_PAGE_DEFAULT = 50, AUDIT_PAGE_MAX = 200 };
enum { COURSES_PAGE_DEFAULT = 100, COURSES_PAGE_MAX = 500, COURSE_ID_CHARACTERS_MAX = 200 };

struct audit_page {
  int64_t below;
  int64_t limit;
};

static route_handler list_courses, create_course, show_course, show_syllabus, show_audit, verify_audit;
static void write_windows(struct json *json, const struct course *file);
static void write_skills(struct json *json, const struct course *file);
static void write_tracks(struct json *json, const struct course *file);
static void write_caller(struct json *json, const struct course_view *course);
static void write_coverage_rule(struct json *json, const struct course *file);

static const struct field audit_fields[] = {
    {"below", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct audit_page, below), NO_PRESENT, NULL, NULL,
     "Rows with a smaller number than this; the answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, AUDIT_PAGE_MAX, offsetof(struct audit_page, limit), NO_PRESENT, NULL, NULL,
     "How many rows, 50 unless told."},
};
static const struct shape audit_query = {"AuditPage", MEDIA_JSON, 0, sizeof(struct audit_page), audit_fields, 2};
static const struct field courses_fields[] = {
    {"after", SHAPE_TEXT, OPTIONAL, COURSE_ID_CHARACTERS_MAX, offsetof(struct course_page, after), NO_PRESENT, NULL,
     NULL, "The answer's `next` of the page before."},
    {"limit", SHAPE_NATURAL, OPTIONAL, COURSES_PAGE_MAX, offsetof(struct course_page, limit), NO_PRESENT, NULL, NULL,
     "How many courses, 100 unless told."},
};
static const struct shape courses_query = {"CoursesPage", MEDIA_JSON, 0, sizeof(struct course_page), courses_fields, 2};
static const struct shape course_body = {"CourseFile", MEDIA_YAML, 256 * 1024, 0, NULL, 0};

static const char *const gap_words[] = {"warn", "block", NULL};

// clang-format off
static const struct answer_field course_listed_answer_fields[] = {
  {"course", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The course's id in paths"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its title"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, course_state_names, NULL, "draft: its staff's alone; archived: only read"},
  {"role", ANSWER_CHOICE, ANSWER_NULLABLE, AUDIENCE_SELF, &role_names[1], NULL, "What you are in it; null for the operator"},
};
static const struct answer course_listed_answer = {"CourseListed", NULL, false, course_listed_answer_fields, sizeof course_listed_answer_fields / sizeof *course_listed_answer_fields};
static const struct answer_field courses_answer_fields[] = {
  {"courses", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_listed_answer, "By id"},
  {"next", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "`after` of the next page; null on the last one"},
};
static const struct answer courses_answer = {"Courses", NULL, false, courses_answer_fields, sizeof courses_answer_fields / sizeof *courses_answer_fields};
static const struct answer_field course_made_answer_fields[] = {
  {"course", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The course's id in paths"},
};
static const struct answer course_made_answer = {"CourseMade", NULL, false, course_made_answer_fields, sizeof course_made_answer_fields / sizeof *course_made_answer_fields};
static const struct answer_field course_caller_answer_fields[] = {
  {"role", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, &role_names[1], NULL, "What you are in the course"},
  {"credit", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, credit_names, NULL, "How you take it"},
  {"audit_approved", ANSWER_FLAG, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Of an auditor: whether the instructor approved"},
  {"team", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The team you are in"},
  {"seated", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether you have a lab seat"},
};
static const struct answer course_caller_answer = {"CourseCaller", NULL, false, course_caller_answer_fields, sizeof course_caller_answer_fields / sizeof *course_caller_answer_fields};
static const struct answer_field course_skill_answer_fields[] = {
  {"id", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As cards and requirements name it"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "In words"},
};
static const struct answer course_skill_answer = {"Skill", NULL, false, course_skill_answer_fields, sizeof course_skill_answer_fields / sizeof *course_skill_answer_fields};
static const struct answer_field course_level_answer_fields[] = {
  {"id", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As cards and requirements name it; lowest first"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "In words"},
  {"means", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "What somebody at this level has done"},
};
static const struct answer course_level_answer = {"Level", NULL, false, course_level_answer_fields, sizeof course_level_answer_fields / sizeof *course_level_answer_fields};
static const struct answer_field course_topic_answer_fields[] = {
  {"id", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As cards name it"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "In words"},
};
static const struct answer course_topic_answer = {"Topic", NULL, false, course_topic_answer_fields, sizeof course_topic_answer_fields / sizeof *course_topic_answer_fields};
static const struct answer_field course_card_rule_answer_fields[] = {
  {"due", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL, NULL, "Until when to fill the card in"},
};
static const struct answer course_card_rule_answer = {"InfoCardRule", NULL, false, course_card_rule_answer_fields, sizeof course_card_rule_answer_fields / sizeof *course_card_rule_answer_fields};
static const struct answer_field course_requirement_answer_fields[] = {
  {"skill", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "A skill's id"},
  {"level", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The level's id that is needed at least"},
  {"members", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How many members need it"},
};
static const struct answer course_requirement_answer = {"SkillRequirement", NULL, false, course_requirement_answer_fields, sizeof course_requirement_answer_fields / sizeof *course_requirement_answer_fields};
static const struct answer_field course_coverage_answer_fields[] = {
  {"gap", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, gap_words, NULL, "warn: the team states how it closes the gap; block: it cannot register"},
  {"distinct_members", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Whether one member counts for one requirement only"},
  {"require", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_requirement_answer, "What a team needs"},
};
static const struct answer course_coverage_answer = {"CoverageRule", NULL, false, course_coverage_answer_fields, sizeof course_coverage_answer_fields / sizeof *course_coverage_answer_fields};
static const struct answer_field course_teams_answer_fields[] = {
  {"size_min", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Members at least"},
  {"size_max", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Members at most"},
  {"opens", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When teams can be founded"},
  {"closes", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Until when they register"},
  {"coverage", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_coverage_answer, "Which skills they need"},
};
static const struct answer course_teams_answer = {"TeamRule", NULL, false, course_teams_answer_fields, sizeof course_teams_answer_fields / sizeof *course_teams_answer_fields};
static const struct answer_field course_track_answer_fields[] = {
  {"id", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its id in the course file"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its title"},
  {"capacity", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "Seats, of a track that has them"},
  {"opens", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "When seats can be asked for"},
  {"decide_by", ANSWER_INSTANT, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "When the waiting list ends"},
};
static const struct answer course_track_answer = {"Track", NULL, false, course_track_answer_fields, sizeof course_track_answer_fields / sizeof *course_track_answer_fields};
static const struct answer_field course_answer_fields[] = {
  {"course", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its id in paths"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its title"},
  {"state", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, course_state_names, NULL, "draft: its staff's alone; archived: only read"},
  {"timezone", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Of its dates, by the zone database"},
  {"syllabus_version", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Counts the changes of the course file"},
  {"starts_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When the term begins"},
  {"ends_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it ends"},
  {"you", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &course_caller_answer, "What you are in it"},
  {"mail", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "That mail is not being sent, while that is so"},
  {"skills", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_skill_answer, "What members may be good at"},
  {"levels", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_level_answer, "How good, lowest first"},
  {"topics", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_topic_answer, "What projects may be about"},
  {"info_card", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_card_rule_answer, "Rules of info cards"},
  {"teams", ANSWER_OBJECT, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, &course_teams_answer, "Rules of teams, in a course that has them"},
  {"tracks", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &course_track_answer, "What students choose between"},
};
static const struct answer course_answer = {"Course", NULL, false, course_answer_fields, sizeof course_answer_fields / sizeof *course_answer_fields};
static const struct answer syllabus_answer = {"CourseFileText", "application/yaml", false, NULL, 0};
static const struct answer_field audit_row_answer_fields[] = {
  {"seq", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The row's number in the course"},
  {"at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "When"},
  {"actor", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "Who, by name; null for the system"},
  {"cause", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "What made the system do it"},
  {"kind", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What was done"},
  {"subject", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "To what"},
  {"before", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "As JSON; null when there is none, or it is erased"},
  {"after", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "As JSON; null when there is none, or it is erased"},
};
static const struct answer audit_row_answer = {"AuditRow", NULL, false, audit_row_answer_fields, sizeof audit_row_answer_fields / sizeof *audit_row_answer_fields};
static const struct answer_field audit_page_answer_fields[] = {
  {"rows", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &audit_row_answer, "Newest first"},
  {"next", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_STAFF, NULL, NULL, "`below` of the next page; left out on the last one"},
};
static const struct answer audit_page_answer = {"AuditPage", NULL, false, audit_page_answer_fields, sizeof audit_page_answer_fields / sizeof *audit_page_answer_fields};
static const struct answer_field audit_chain_answer_fields[] = {
  {"course", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The course's number; 0 is the installation"},
  {"seq", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Of the last row"},
  {"head", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Its hash"},
  {"sound", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Whether the chain holds"},
  {"broken_at", ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_OPERATOR, NULL, NULL, "The first row that does not"},
};
static const struct answer audit_chain_answer = {"AuditChain", NULL, false, audit_chain_answer_fields, sizeof audit_chain_answer_fields / sizeof *audit_chain_answer_fields};
static const struct answer_field audit_verdict_answer_fields[] = {
  {"chains", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &audit_chain_answer, "One a course, and the installation's"},
  {"sound", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "Whether all of them hold"},
};
static const struct answer audit_verdict_answer = {"AuditVerdict", NULL, false, audit_verdict_answer_fields, sizeof audit_verdict_answer_fields / sizeof *audit_verdict_answer_fields};
// clang-format on

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,  "/courses",                   ACCESS_SIGNED_IN, ROUTE_READ,  NULL, list_courses,  &courses_query, NULL,         200, &courses_answer,       "The courses you are in"},
  {METHOD_POST, "/courses",                   ACCESS_OPERATOR,  ROUTE_WRITE, NULL, create_course, NULL,         &course_body, 201, &course_made_answer,   "A new course from its file"},
  {METHOD_GET,  "/courses/{course}",          ACCESS_COURSE,    ROUTE_READ,  NULL, show_course,   NULL,         NULL,         200, &course_answer,        "A course: its rules, its dates, and what you are in it"},
  {METHOD_GET,  "/courses/{course}/syllabus", ACCESS_COURSE,    ROUTE_READ,  NULL, show_syllabus, NULL,         NULL,         200, &syllabus_answer,      "The course file as applied"},
  {METHOD_GET,  "/courses/{course}/audit",    ACCESS_STAFF,     ROUTE_READ,  NULL, show_audit,    &audit_query, NULL,         200, &audit_page_answer,    "Who changed what, newest first"},
  {METHOD_GET,  "/audit/verification",        ACCESS_OPERATOR,  ROUTE_WORK,  verify_audit, NULL,  NULL,         NULL,         200, &audit_verdict_answer, "Recompute every chain of the audit"},
};
// clang-format on

const struct route_table courses_routes = {"courses", rows, sizeof rows / sizeof rows[0]};

static enum err list_courses(struct request *request) {
  const struct course_page *asked = request->query_input;
  int64_t limit = asked->limit == 0 ? COURSES_PAGE_DEFAULT : asked->limit;
  // One more than shown: whether there is a next page.
  const struct course_page page = {.after = asked->after, .limit = limit + 1};
  struct course_row *list = NULL;
  size_t count = 0;
  enum err err = course_store_list(request->act.db, request->arena, request->who.person, &page, &list, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = count > (size_t)limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "courses");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_text(json, "course", list[i].slug);
    json_text(json, "title", list[i].title);
    json_text(json, "state", list[i].state);
    json_text(json, "role", list[i].role);
    json_end(json);
  }
  json_end(json);
  json_text(json, "next", has_more ? list[count - 1].slug : NULL);
  return ERR_OK;
}

static enum err create_course(struct request *request) {
  const char *slug = NULL;
  enum err err = course_create(&request->act, request->body, request->body_size, &slug);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/courses/%s", slug);
  json_text(json, "course", slug);
  return ERR_OK;
}

static enum err show_course(struct request *request) {
  const struct course_view *course = request_course(request);
  const struct course *file = course->file;
  struct json *json = reply_object(request);
  json_text(json, "course", course->slug);
  json_text(json, "title", file->title);
  json_text(json, "state", course_state_names[course->state]);
  json_text(json, "timezone", file->zone);
  json_int(json, "syllabus_version", course->version);
  json_instant(json, "starts_at", file->starts_at);
  json_instant(json, "ends_at", file->ends_at);
  write_caller(json, course);
  if (course_is_staff(course) && !request_services(request)->is_mail_sent)
    json_text(json, "mail", MAIL_NOT_SENT);
  write_skills(json, file);
  json_array_in(json, "topics");
  for (size_t i = 0; i < file->topic_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->topics[i].id);
    json_text(json, "title", file->topics[i].title);
    json_end(json);
  }
  json_end(json);
  write_windows(json, file);
  write_tracks(json, file);
  return ERR_OK;
}

static void write_caller(struct json *json, const struct course_view *course) {
  json_object_in(json, "you");
  json_text(json, "role", role_names[course->role]);
  json_text(json, "credit", credit_names[course->credit]);
  if (course->credit == CREDIT_AUDIT)
    json_flag(json, "audit_approved", course->is_audit_approved);
  json_int_or_null(json, "team", course->team);
  json_flag(json, "seated", course->is_seated);
  json_end(json);
}

static void write_skills(struct json *json, const struct course *file) {
  json_array_in(json, "skills");
  for (int i = 0; i < file->skill_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->skills[i].id);
    json_text(json, "title", file->skills[i].title);
    json_end(json);
  }
  json_end(json);
  json_array_in(json, "levels");
  for (int i = 0; i < file->level_count; i++) {
    json_begin_object(json);
    json_text(json, "id", file->levels[i].id);
    json_text(json, "title", file->levels[i].title);
    json_text(json, "means", file->levels[i].means);
    json_end(json);
  }
  json_end(json);
}

static void write_windows(struct json *json, const struct course *file) {
  json_object_in(json, "info_card");
  json_instant_or_null(json, "due", file->info_card.due);
  json_end(json);
  if (!file->teams.has_teams)
    return;
  json_object_in(json, "teams");
  json_int(json, "size_min", file->teams.size_min);
  json_int(json, "size_max", file->teams.size_max);
  json_instant(json, "opens", file->teams.opens);
  json_instant(json, "closes", file->teams.closes);
  write_coverage_rule(json, file);
  json_end(json);
}

static void write_coverage_rule(struct json *json, const struct course *file) {
  const struct coverage_rule *rule = &file->teams.coverage;
  json_object_in(json, "coverage");
  json_text(json, "gap", rule->gap == GAP_BLOCK ? "block" : "warn");
  json_flag(json, "distinct_members", rule->is_distinct);
  json_array_in(json, "require");
  for (size_t i = 0; i < rule->require_count; i++) {
    json_begin_object(json);
    json_text(json, "skill", file->skills[rule->require[i].skill].id);
    json_text(json, "level", file->levels[rule->require[i].level].id);
    json_int(json, "members", rule->require[i].members);
    json_end(json);
  }
  json_end(json);
  json_end(json);
}

static void write_tracks(struct json *json, const struct course *file) {
  json_array_in(json, "tracks");
  for (size_t i = 0; i < file->track_count; i++) {
    const struct track *track = &file->tracks[i];
    json_begin_object(json);
    json_text(json, "id", track->id);
    json_text(json, "title", track->title);
    if (track->capacity > 0) {
      json_int(json, "capacity", track->capacity);
      json_instant_or_null(json, "opens", track->opens);
      json_instant_or_null(json, "decide_by", track->decide_by);
    }
    json_end(json);
  }
  json_end(json);
}

static enum err show_syllabus(struct request *request) {
  const struct course_view *course = request_course(request);
  const char *syllabus = NULL;
  enum err err = course_store_syllabus(request->act.db, request->arena, course->id, course->version, &syllabus);
  if (err != ERR_OK)
    return err;
  // The same bytes for everybody: a strong tag, which PUT takes as If-Match.
  snprintf(request->tag, sizeof request->tag, "\"%lld\"", (long long)course->version);
  if (header_lists_tag(request_list(request, "if-none-match"), request->tag))
    reply_not_modified(request);
  else
    text_add(reply_text(request, "application/yaml"), syllabus);
  return ERR_OK;
}

static enum err show_audit(struct request *request) {
  const struct audit_page *page = request->query_input;
  int64_t limit = page == NULL || page->limit == 0 ? AUDIT_PAGE_DEFAULT : page->limit;
  int64_t below = page == NULL || page->below == 0 ? INT64_MAX : page->below;
  struct audit_row *list = NULL;
  size_t count = 0;
  enum err err = audit_list(request->act.db, request->arena, request_course(request)->id, below, limit, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "rows");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "seq", list[i].seq);
    json_instant(json, "at", list[i].at);
    json_text(json, "actor", list[i].actor_name);
    json_text(json, "cause", list[i].cause);
    json_text(json, "kind", list[i].kind);
    json_text(json, "subject", list[i].subject);
    json_text(json, "before", list[i].before);
    json_text(json, "after", list[i].after);
    json_end(json);
  }
  json_end(json);
  if (count == (size_t)limit && list[count - 1].seq > 1)
    json_int(json, "next", list[count - 1].seq);
  return ERR_OK;
}

// On a worker: it reads every row of the audit.
static enum err verify_audit(struct request *request) {
  struct audit_verdict *list = NULL;
  size_t count = 0;
  bool is_sound = true;
  enum err err = audit_verify(request->act.db, request->arena, &list, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "chains");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "course", list[i].course);
    json_int(json, "seq", list[i].seq);
    json_text(json, "head", list[i].head_hex);
    json_flag(json, "sound", list[i].broken_at == 0);
    if (list[i].broken_at != 0)
      json_int(json, "broken_at", list[i].broken_at);
    json_end(json);
    is_sound = is_sound && list[i].broken_at == 0;
  }
  json_end(json);
  json_flag(json, "sound", is_sound);
  return ERR_OK;
}
