// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_state_routes.h"

#include "common/course/course_values.h"
#include "server/courses/course_copy.h"
#include "server/courses/course_state.h"
#include "server/courses/enrolment.h"
#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"

enum { BODY_BYTES_MAX = 16 * 1024, DATE_CHARACTERS_MAX = 20, HOLIDAYS_GIVEN_MAX = 100 };

struct state_body {
  int state;
};
struct copy_body {
  const char *course;
  const char *starts;
  struct text_list holidays;
  bool has_holidays;
};
struct copy_query {
  bool is_dry_run;
};
// What prepare leaves for the writer.
struct copy_work {
  int64_t version; // of the course file that was copied
  struct course_copied copy;
};

static route_handler set_state, plan_copy, make_copy;
static enum err read_wish(struct request *request, struct course_shift_wish *out);
static void write_copy(struct request *request, const struct copy_work *work);

// clang-format off
static const struct field state_fields[] = {
  {"state", SHAPE_CHOICE, REQUIRED, 0, offsetof(struct state_body, state), NO_PRESENT, course_state_names, NULL, "draft: its staff's alone; running; archived: only read"},
};
static const struct shape state_shape = {"CourseChange", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct state_body), state_fields, 1};
static const struct field copy_fields[] = {
  {"course",   SHAPE_TEXT,      REQUIRED, ID_CHARACTERS_MAX,   offsetof(struct copy_body, course),   NO_PRESENT,                               NULL, NULL, "The copy's id in paths"},
  {"starts",   SHAPE_TEXT,      REQUIRED, DATE_CHARACTERS_MAX, offsetof(struct copy_body, starts),   NO_PRESENT,                               NULL, NULL, "The first day of its term, such as 2024-08-19: whole weeks from that of the course"},
  {"holidays", SHAPE_TEXT_LIST, OPTIONAL, HOLIDAYS_GIVEN_MAX,  offsetof(struct copy_body, holidays), offsetof(struct copy_body, has_holidays), NULL, NULL, "Its holidays, as dates; not given: those of the course move like everything else, and each is named to be looked at"},
};
static const struct shape copy_shape = {"CourseCopyNew", MEDIA_JSON, BODY_BYTES_MAX, sizeof(struct copy_body), copy_fields, sizeof copy_fields / sizeof *copy_fields};
static const struct field copy_query_fields[] = {
  {"dry_run", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct copy_query, is_dry_run), NO_PRESENT, NULL, NULL, "Only say what it would make"},
};
static const struct shape copy_query_shape = {"CourseCopyChoice", MEDIA_JSON, 0, sizeof(struct copy_query), copy_query_fields, 1};

static const struct answer_field state_answer_fields[] = {
  {"course", ANSWER_TEXT,   ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The course's id in paths"},
  {"state",  ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_STAFF, course_state_names, NULL, "What it is now"},
};
static const struct answer state_answer = {"CourseState", NULL, false, state_answer_fields, sizeof state_answer_fields / sizeof *state_answer_fields};
static const struct answer_field note_answer_fields[] = {
  {"kind",  ANSWER_CHOICE,  ANSWER_ALWAYS, AUDIENCE_STAFF, course_shift_kind_names, NULL, "Why it is worth a look"},
  {"line",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Of the new course file; 0: of the file as a whole"},
  {"words", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What it is"},
};
static const struct answer note_answer = {"CourseCopyNote", NULL, false, note_answer_fields, sizeof note_answer_fields / sizeof *note_answer_fields};
static const struct answer_field copy_answer_fields[] = {
  {"dry_run",  ANSWER_FLAG,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "true: nothing was made"},
  {"course",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The copy's id in paths"},
  {"state",    ANSWER_CHOICE,  ANSWER_ALWAYS, AUDIENCE_STAFF, course_state_names, NULL, "draft: students do not see it yet"},
  {"weeks",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "By how many weeks its dates are moved"},
  {"staff",    ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "How many of the course's staff come along"},
  {"notes",    ANSWER_LIST,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, &note_answer, "What to look at, by line"},
  {"syllabus", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The new course file"},
};
static const struct answer copy_answer = {"CourseCopy", NULL, false, copy_answer_fields, sizeof copy_answer_fields / sizeof *copy_answer_fields};

static const struct route rows[] = {
  {METHOD_PATCH, "/courses/{course}",        ACCESS_INSTRUCTOR, ROUTE_WRITE, NULL,      set_state, NULL,              &state_shape, 200, &state_answer, "Make a course a draft, running or archived"},
  {METHOD_POST,  "/courses/{course}/copies", ACCESS_INSTRUCTOR, ROUTE_WORK,  plan_copy, make_copy, &copy_query_shape, &copy_shape,  200, &copy_answer,  "A draft of the course for another term, with the same staff"},
};
// clang-format on

const struct route_table course_state_routes = {"course states", rows, sizeof rows / sizeof rows[0]};

static enum err set_state(struct request *request) {
  const struct state_body *body = request->input;
  const struct course_view *course = request_course(request);
  enum course_state state = (enum course_state)body->state;
  enum err err = course_state_set(&request->act, request_services(request), course, state);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_text(json, "course", course->slug);
  json_text(json, "state", course_state_names[state]);
  return ERR_OK;
}

// On a worker: it reads the file three times.
static enum err plan_copy(struct request *request) {
  const struct course_view *course = request_course(request);
  struct copy_work *work = arena_alloc(request->arena, sizeof *work);
  struct course_shift_wish wish;
  enum err err = read_wish(request, &wish);
  work->version = course->version;
  if (err == ERR_OK)
    err = course_copy_plan(&request->act, course, &wish, &work->copy);
  request->prepared = work;
  return err;
}

static enum err make_copy(struct request *request) {
  const struct copy_query *query = request->query_input;
  const struct course_view *course = request_course(request);
  const struct copy_work *work = request->prepared;
  if (course->version != work->version)
    return problem_raise(&request->problem, PROBLEM_VERSION_CONFLICT,
                         "The course file was changed meanwhile. Nothing was copied; send it again.");
  enum err err =
      query->is_dry_run ? ERR_OK : course_copy(&request->act, request_services(request), course, &work->copy);
  if (err == ERR_OK)
    write_copy(request, work);
  return err;
}

static enum err read_wish(struct request *request, struct course_shift_wish *out) {
  const struct copy_body *body = request->input;
  struct day *days = arena_array(request->arena, body->holidays.count, sizeof *days);
  struct course_shift_wish wish = {.id = body->course, .has_holidays = body->has_holidays, .holidays = days};
  enum err err = ERR_OK;
  if (!value_date(body->starts, &wish.starts))
    err = problem_field(&request->problem, "starts", "must be a date that exists, such as 2024-08-19");
  for (size_t i = 0; i < body->holidays.count; i++)
    if (!value_date(body->holidays.items[i], &days[wish.holiday_count++]))
      err = problem_field(&request->problem, arena_format(request->arena, "holidays[%zu]", i),
                          "must be a date that exists, such as 2024-11-28");
  *out = wish;
  return err;
}

static void write_copy(struct request *request, const struct copy_work *work) {
  const struct copy_query *query = request->query_input;
  const struct course_shift *shift = &work->copy.shift;
  struct json *json = reply_object(request);
  json_flag(json, "dry_run", query->is_dry_run);
  json_text(json, "course", shift->course->id);
  json_text(json, "state", course_state_names[COURSE_DRAFT]);
  json_int(json, "weeks", shift->weeks);
  json_int(json, "staff", (int64_t)work->copy.staff);
  json_array_in(json, "notes");
  for (size_t i = 0; i < shift->note_count; i++) {
    json_begin_object(json);
    json_text(json, "kind", course_shift_kind_names[shift->notes[i].kind]);
    json_int(json, "line", shift->notes[i].line);
    json_text(json, "words", shift->notes[i].words);
    json_end(json);
  }
  json_end(json);
  json_text(json, "syllabus", shift->text);
}
