// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_board.h"

#include "server/milestones/check_in_board_store.h"
#include "server/milestones/extension_effect.h"
#include "server/milestones/extension_store.h"
#include "server/milestones/slot_store.h"
#include "server/milestones/slot_view.h"

// Everything of the milestone, each list by holder in no order.
struct board {
  const struct milestone *milestone;
  struct board_member *members;
  struct check_in_update *updates;
  struct board_note *notes;
  struct board_record *records;
  struct board_follow_up *follow_ups;
  struct slot *slots;
  struct slot_booking *bookings;
  struct extension_grant *grants;
  struct extension *picked; // room for as many
  struct calendar *calendar;
  size_t member_count, update_count, note_count, record_count, follow_up_count, slot_count, booking_count, grant_count;
};

static enum err load(const struct act *act, const struct course_view *course, struct board *board);
static void write_holder(struct json *json, const struct board *board, const struct board_holder *holder);
static int64_t write_slot(struct json *json, const struct board *board, const struct holder *holder);
static int64_t shared_due(const struct board *board, const struct holder *holder);
static void write_members(struct json *json, const struct board *board, const struct holder *holder);
static void write_notes(struct json *json, const struct board *board, const struct holder *holder);
static void write_record(struct json *json, const struct board *board, const struct holder *holder);
static void write_follow_ups(struct json *json, const struct board *board, const struct holder *holder);
static bool is_same(const struct holder *a, const struct holder *b);

static const char *const result_names[] = {"held", "missed", "excused", NULL};

// clang-format off
static const struct answer_field update_fields[] = {
  {"done",       ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What was done"},
  {"next",       ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What comes next"},
  {"blocked",    ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "What is in the way"},
  {"version",    ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Counts its changes; 0: not written yet"},
  {"by_name",    ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "Who changed it last"},
  {"at",         ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "When it was changed last"},
  {"first_at",   ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_TEAM, NULL, NULL, "When it came first"},
  {"is_in_time", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_TEAM, NULL, NULL, "Whether it came before the check-in: its slot, or without one the due that the team has alike; it costs nothing"},
};
const struct answer check_in_update_answer = {"CheckInUpdate", NULL, false, update_fields, sizeof update_fields / sizeof *update_fields};
static const struct answer_field mentor_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "The mentor's number"},
  {"name",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Their name"},
};
static const struct answer mentor_answer = {"BoardMentor", NULL, false, mentor_fields, 2};
static const struct answer_field member_fields[] = {
  {"person",    ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,         NULL, "The member's number"},
  {"name",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,         NULL, "Their name"},
  {"is_active", ANSWER_FLAG,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,         NULL, "false: dropped the course, the place is held"},
  {"state",     ANSWER_CHOICE,  ANSWER_NULLABLE, AUDIENCE_STAFF, result_names, NULL, "What is recorded of them; null: nothing"},
};
static const struct answer member_answer = {"BoardMember", NULL, false, member_fields, sizeof member_fields / sizeof *member_fields};
static const struct answer_field note_fields[] = {
  {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Who wrote it"},
  {"name",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Their name"},
  {"note",   ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Between the writer and staff"},
  {"at",     ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "When it was written"},
};
static const struct answer note_answer = {"BoardNote", NULL, false, note_fields, sizeof note_fields / sizeof *note_fields};
static const struct answer_field follow_up_fields[] = {
  {"id",        ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "Its number, by which it is closed"},
  {"milestone", ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "At which milestone it was noted"},
  {"words",     ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "What to come back to"},
  {"opened_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_STAFF, NULL, NULL, "When it was noted"},
};
static const struct answer follow_up_answer = {"BoardFollowUp", NULL, false, follow_up_fields, sizeof follow_up_fields / sizeof *follow_up_fields};
static const struct answer_field holder_fields[] = {
  {"team",           ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                NULL,                    "The team; null: a seated student"},
  {"person",         ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                NULL,                    "The seated student; null: a team"},
  {"name",           ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                NULL,                    "The team's or student's name"},
  {"mentor",         ANSWER_OBJECT,  ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                &mentor_answer,          "Of the team"},
  {"slot",           ANSWER_OBJECT,  ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                &slot_brief_answer,      "Which they have booked"},
  {"update",         ANSWER_OBJECT,  ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                &check_in_update_answer, "What they wrote before it"},
  {"members",        ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                &member_answer,          "Of today, longest-standing first"},
  {"notes_to_staff", ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                &note_answer,            "Private words of single members"},
  {"notes",          ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                NULL,                    "Of staff"},
  {"risk",           ANSWER_CHOICE,  ANSWER_NULLABLE, AUDIENCE_STAFF, check_in_risk_names, NULL,                    "How staff see them; null: not said"},
  {"version",        ANSWER_INTEGER, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                NULL,                    "Counts what staff recorded; 0: nothing yet"},
  {"recorded_by",    ANSWER_TEXT,    ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                NULL,                    "Who recorded last"},
  {"recorded_at",    ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL,                NULL,                    "When"},
  {"follow_ups",     ANSWER_LIST,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL,                &follow_up_answer,       "Open ones, of this and earlier check-ins"},
};
const struct answer board_holder_answer = {"BoardHolder", NULL, false, holder_fields, sizeof holder_fields / sizeof *holder_fields};
// clang-format on

enum err check_in_board_write(const struct act *act, const struct course_view *course,
                              const struct milestone *milestone, const struct board_page *page, struct json *json,
                              int64_t *next) {
  struct board board = {.milestone = milestone};
  struct board_page wanted = *page;
  struct board_holder *holders = NULL;
  size_t count = 0;
  bool is_of_teams = course->file->tracks[milestone->track].capacity == 0;
  wanted.limit = page->limit + 1;
  enum err err = check_in_board_store_holders(act, course->id, is_of_teams, &wanted, &holders, &count);
  if (err == ERR_OK)
    err = load(act, course, &board);
  if (err != ERR_OK)
    return err;
  size_t shown = count > (size_t)page->limit ? (size_t)page->limit : count;
  for (size_t i = 0; i < shown; i++) {
    json_begin_object(json);
    write_holder(json, &board, &holders[i]);
    json_end(json);
  }
  *next = shown < count ? holders[shown - 1].holder.team + holders[shown - 1].holder.person : 0;
  return ERR_OK;
}

enum err check_in_board_write_one(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, const struct board_page *page, struct json *json) {
  struct board board = {.milestone = milestone};
  struct board_holder *holders = NULL;
  size_t count = 0;
  enum err err = check_in_board_store_holders(act, course->id, page->only.team != 0, page, &holders, &count);
  if (err == ERR_OK)
    err = load(act, course, &board);
  if (err == ERR_OK && count == 1)
    write_holder(json, &board, &holders[0]);
  return err == ERR_OK && count != 1 ? ERR_INTERNAL : err;
}

void check_in_update_write(struct json *json, const struct check_in_update *update, int64_t until) {
  json_text(json, "done", update->done);
  json_text(json, "next", update->next);
  json_text(json, "blocked", update->blocked);
  json_int(json, "version", update->version);
  json_text(json, "by_name", update->by_name);
  json_instant_or_null(json, "at", update->at);
  json_instant_or_null(json, "first_at", update->first_at);
  json_flag(json, "is_in_time", update->version > 0 && update->first_at <= until);
}

static enum err load(const struct act *act, const struct course_view *course, struct board *board) {
  const char *milestone = board->milestone->id;
  const struct slot_page all = {.milestone = milestone, .limit = INT64_MAX};
  enum err err = check_in_board_store_members(act, course->id, milestone, &board->members, &board->member_count);
  if (err == ERR_OK)
    err = check_in_board_store_updates(act, course->id, milestone, &board->updates, &board->update_count);
  if (err == ERR_OK)
    err = check_in_board_store_notes(act, course->id, milestone, &board->notes, &board->note_count);
  if (err == ERR_OK)
    err = check_in_board_store_records(act, course->id, milestone, &board->records, &board->record_count);
  if (err == ERR_OK)
    err = check_in_board_store_follow_ups(act, course->id, &board->follow_ups, &board->follow_up_count);
  if (err == ERR_OK)
    err = slot_store_list(act, course->id, &all, &board->slots, &board->slot_count);
  if (err == ERR_OK)
    err = slot_store_bookings(act, course->id, milestone, 0, &board->bookings, &board->booking_count);
  if (err == ERR_OK)
    err = extension_store_live(act, course->id, milestone, &board->grants, &board->grant_count);
  if (err != ERR_OK)
    return err;
  board->picked = arena_array(act->arena, board->grant_count + 1, sizeof *board->picked);
  board->calendar = board->grant_count > 0 ? extension_calendar(act, course) : NULL;
  return ERR_OK;
}

static void write_holder(struct json *json, const struct board *board, const struct board_holder *holder) {
  json_int_or_null(json, "team", holder->holder.team);
  json_int_or_null(json, "person", holder->holder.person);
  json_text(json, "name", holder->name);
  if (holder->mentor == 0)
    json_none(json, "mentor");
  else {
    json_object_in(json, "mentor");
    json_int(json, "person", holder->mentor);
    json_text(json, "name", holder->mentor_name);
    json_end(json);
  }
  int64_t until = write_slot(json, board, &holder->holder);
  const struct check_in_update *update = NULL;
  for (size_t i = 0; i < board->update_count; i++)
    update = is_same(&board->updates[i].holder, &holder->holder) ? &board->updates[i] : update;
  if (update == NULL)
    json_none(json, "update");
  else {
    json_object_in(json, "update");
    check_in_update_write(json, update, until);
    json_end(json);
  }
  write_members(json, board, &holder->holder);
  write_notes(json, board, &holder->holder);
  write_record(json, board, &holder->holder);
  write_follow_ups(json, board, &holder->holder);
}

// When the check-in begins.
static int64_t write_slot(struct json *json, const struct board *board, const struct holder *holder) {
  int64_t id = 0;
  for (size_t i = 0; i < board->booking_count; i++)
    id = is_same(&board->bookings[i].holder, holder) ? board->bookings[i].slot : id;
  for (size_t i = 0; id != 0 && i < board->slot_count; i++) {
    if (board->slots[i].id != id)
      continue;
    json_object_in(json, "slot");
    slot_write_brief(json, &board->slots[i]);
    json_end(json);
    return board->slots[i].starts;
  }
  json_none(json, "slot");
  return shared_due(board, holder);
}

// As extension_shared_terms: nobody's personal grant in a team, or their mates could tell it from `is_in_time`.
static int64_t shared_due(const struct board *board, const struct holder *holder) {
  size_t count = 0;
  for (size_t i = 0; i < board->grant_count; i++) {
    const struct extension_grant *grant = &board->grants[i];
    bool is_theirs =
        grant->person != 0 ? grant->person == holder->person : grant->team == 0 || grant->team == holder->team;
    if (is_theirs)
      board->picked[count++] = grant->grant;
  }
  return terms_of(board->calendar, board->milestone, board->picked, count).due;
}

static void write_members(struct json *json, const struct board *board, const struct holder *holder) {
  json_array_in(json, "members");
  for (size_t i = 0; i < board->member_count; i++) {
    const struct board_member *member = &board->members[i];
    if (!is_same(&member->holder, holder))
      continue;
    json_begin_object(json);
    json_int(json, "person", member->person);
    json_text(json, "name", member->name);
    json_flag(json, "is_active", member->is_active);
    json_text(json, "state", member->state);
    json_end(json);
  }
  json_end(json);
}

static void write_notes(struct json *json, const struct board *board, const struct holder *holder) {
  json_array_in(json, "notes_to_staff");
  for (size_t i = 0; i < board->note_count; i++) {
    const struct board_note *note = &board->notes[i];
    if (!is_same(&note->holder, holder))
      continue;
    json_begin_object(json);
    json_int(json, "person", note->person);
    json_text(json, "name", note->name);
    json_text(json, "note", note->note);
    json_instant(json, "at", note->at);
    json_end(json);
  }
  json_end(json);
}

static void write_record(struct json *json, const struct board *board, const struct holder *holder) {
  static const struct board_record none = {.notes = ""};
  const struct board_record *record = &none;
  for (size_t i = 0; i < board->record_count; i++)
    record = is_same(&board->records[i].holder, holder) ? &board->records[i] : record;
  json_text(json, "notes", record->notes);
  json_text(json, "risk", record->risk);
  json_int(json, "version", record->version);
  json_text(json, "recorded_by", record->by_name);
  json_instant_or_null(json, "recorded_at", record->at);
}

static void write_follow_ups(struct json *json, const struct board *board, const struct holder *holder) {
  json_array_in(json, "follow_ups");
  for (size_t i = 0; i < board->follow_up_count; i++) {
    const struct board_follow_up *follow_up = &board->follow_ups[i];
    if (!is_same(&follow_up->holder, holder))
      continue;
    json_begin_object(json);
    json_int(json, "id", follow_up->id);
    json_text(json, "milestone", follow_up->milestone);
    json_text(json, "words", follow_up->words);
    json_instant(json, "opened_at", follow_up->opened_at);
    json_end(json);
  }
  json_end(json);
}

static bool is_same(const struct holder *a, const struct holder *b) {
  return a->team == b->team && a->person == b->person;
}
