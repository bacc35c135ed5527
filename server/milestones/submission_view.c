// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_view.h"

#include "server/milestones/submission_store.h"

// What belongs to the submissions of a page, by submission.
struct belongings {
  struct submission_file *files;
  size_t file_count;
  struct submission_member *members;
  size_t member_count;
};

static enum err load(const struct act *act, const struct submission *list, size_t count, struct belongings *out);
static void write_one(struct json *json, const struct submission *submission, const struct belongings *belongings);
static void write_holder(struct json *json, const struct submission *submission);
static void write_files(struct json *json, int64_t submission, const struct belongings *belongings);
static void write_members(struct json *json, int64_t submission, const struct belongings *belongings);

static const char *const choosers[] = {"team", "staff", NULL};

// clang-format off
static const struct answer_field file_fields[] = {
  {"id",     ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its number: GET …/files/{file} gives the content"},
  {"name",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As it is downloaded"},
  {"bytes",  ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its size"},
  {"media",  ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its type"},
  {"sha256", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Of its content: what sha256sum prints"},
};
static const struct answer file_answer = {"SubmissionFile", NULL, false, file_fields, sizeof file_fields / sizeof *file_fields};
static const struct answer_field member_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The person's number"},
  {"name",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it"},
};
static const struct answer member_answer = {"SubmissionMember", NULL, false, member_fields, sizeof member_fields / sizeof *member_fields};
// The rows let in the team, the student whose own it is, and staff: submission_is_readable.
static const struct answer_field submission_fields[] = {
  {"id",            ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "The submission's number"},
  {"milestone",     ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "The milestone's id in the course file"},
  {"team",          ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "Whose work it is: a team's"},
  {"person",        ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "Or a student's own, in a lab"},
  {"holder",        ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "The team's or the student's name"},
  {"version",       ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "1, 2, … of what they handed in for this milestone"},
  {"by",            ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "Who handed it in; null: the operator"},
  {"by_name",       ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "Their name"},
  {"at",            ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "The second in which its last byte arrived"},
  {"is_on_time",    ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "By what held for all of them alike, without anybody's own extension"},
  {"counts",        ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     NULL,           "Whether it is the version that counts"},
  {"chosen_by",     ANSWER_CHOICE,  ANSWER_NULLABLE, AUDIENCE_CALLER, choosers, NULL,           "Who made it count by hand; null: the rule did"},
  {"choice_reason", ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "Why staff did"},
  {"withdrawn_at",  ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "When it was withdrawn"},
  {"accepted_at",   ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "When staff accepted the work"},
  {"files",         ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     &file_answer,   "As they were handed in"},
  {"link",          ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "A link, to a video for instance"},
  {"code",          ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "A link to the code"},
  {"reproduce",     ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "How to reproduce the results"},
  {"statement",     ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_CALLER, NULL,     NULL,           "On the use of generative AI"},
  {"members",       ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL,     &member_answer, "Whose work it was at that instant, by name"},
};
const struct answer submission_answer = {"Submission", NULL, false, submission_fields, sizeof submission_fields / sizeof *submission_fields};
// clang-format on

bool submission_is_readable(const struct act *act, const struct course_view *course,
                            const struct submission *submission) {
  const struct holder *holder = &submission->holder;
  if (course_is_staff(course))
    return true;
  return holder->team != 0 ? holder->team == course->team : holder->person == act->actor;
}

enum err submission_write_list(const struct act *act, const struct submission *list, size_t count, struct json *json) {
  struct belongings belongings = {0};
  enum err err = count == 0 ? ERR_OK : load(act, list, count, &belongings);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    json_begin_object(json);
    write_one(json, &list[i], &belongings);
    json_end(json);
  }
  return err;
}

enum err submission_write(const struct act *act, const struct submission *submission, struct json *json) {
  struct belongings belongings = {0};
  enum err err = load(act, submission, 1, &belongings);
  if (err == ERR_OK)
    write_one(json, submission, &belongings);
  return err;
}

// A page is in the order of its ids, one way or the other, and of one holder unless it has only what counts.
static enum err load(const struct act *act, const struct submission *list, size_t count, struct belongings *out) {
  int64_t one = list[0].id, other = list[count - 1].id;
  struct submission_span span = {.milestone = list[0].milestone,
                                 .holder = list[0].holder,
                                 .first = one < other ? one : other,
                                 .last = one < other ? other : one};
  for (size_t i = 1; i < count; i++)
    if (list[i].holder.team != span.holder.team || list[i].holder.person != span.holder.person) {
      span.holder = (struct holder){0};
      break;
    }
  enum err err = submission_store_files(act, &span, &out->files, &out->file_count);
  return err == ERR_OK ? submission_store_members(act, &span, &out->members, &out->member_count) : err;
}

static void write_one(struct json *json, const struct submission *submission, const struct belongings *belongings) {
  json_int(json, "id", submission->id);
  json_text(json, "milestone", submission->milestone);
  write_holder(json, submission);
  json_int(json, "version", submission->version);
  json_int_or_null(json, "by", submission->by);
  json_text(json, "by_name", submission->by_name);
  json_instant(json, "at", submission->at);
  json_flag(json, "is_on_time", submission->is_on_time);
  json_flag(json, "counts", submission->counts);
  json_text(json, "chosen_by", submission->chosen_at == 0 ? NULL : choosers[submission->is_staff_choice]);
  json_text(json, "choice_reason", submission->choice_reason);
  json_instant_or_null(json, "withdrawn_at", submission->withdrawn_at);
  json_instant_or_null(json, "accepted_at", submission->accepted_at);
  write_files(json, submission->id, belongings);
  json_text(json, "link", submission->content.link);
  json_text(json, "code", submission->content.code);
  json_text(json, "reproduce", submission->content.reproduce);
  json_text(json, "statement", submission->content.statement);
  write_members(json, submission->id, belongings);
}

static void write_holder(struct json *json, const struct submission *submission) {
  json_int_or_null(json, "team", submission->holder.team);
  json_int_or_null(json, "person", submission->holder.person);
  json_text(json, "holder", submission->holder_name);
}

static void write_files(struct json *json, int64_t submission, const struct belongings *belongings) {
  json_array_in(json, "files");
  for (size_t i = 0; i < belongings->file_count; i++) {
    const struct file *file = &belongings->files[i].file;
    if (belongings->files[i].submission != submission)
      continue;
    json_begin_object(json);
    json_int(json, "id", file->id);
    json_text(json, "name", file->name);
    json_int(json, "bytes", file->bytes);
    json_text(json, "media", file->media);
    json_text(json, "sha256", file->sha256);
    json_end(json);
  }
  json_end(json);
}

static void write_members(struct json *json, int64_t submission, const struct belongings *belongings) {
  json_array_in(json, "members");
  for (size_t i = 0; i < belongings->member_count; i++) {
    if (belongings->members[i].submission != submission)
      continue;
    json_begin_object(json);
    json_int(json, "person", belongings->members[i].person);
    json_text(json, "name", belongings->members[i].name);
    json_end(json);
  }
  json_end(json);
}
