// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/slot_routes.h"

#include "server/http/answer.h"
#include "server/http/request.h"
#include "server/http/shape.h"
#include "server/milestones/slot_notice.h"
#include "server/milestones/slot_store.h"
#include "server/milestones/slot_view.h"
#include "server/teams/team.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200 };

struct offer_body {
  int64_t starts;
  int64_t length_seconds;
  int64_t count;
  int64_t gap_seconds;
  int64_t capacity;
  const char *place;
  int64_t staff;
};

struct page_query {
  int64_t after;
  int64_t limit;
};

struct cancel_body {
  const char *reason;
};

struct holder_body {
  int64_t team;
  int64_t person;
};

struct place_body {
  const char *place;
};

static route_handler offer, list, book, book_for, give_up, cancel, set_place;
static enum err find_reader(struct request *request, const struct milestone *milestone, struct holder *holder,
                            struct slot_reader *out);
static enum err reply_slot(struct request *request, int64_t id);

// clang-format off
static const struct field offer_fields[] = {
  {"starts",         SHAPE_INSTANT, REQUIRED, 0,                         offsetof(struct offer_body, starts),         NO_PRESENT, NULL, NULL, "When it begins, or the first of a series does."},
  {"length_seconds", SHAPE_NATURAL, OPTIONAL, SLOT_LENGTH_SECONDS_MAX,   offsetof(struct offer_body, length_seconds), NO_PRESENT, NULL, NULL, "How long it takes; the course file's length unless told."},
  {"count",          SHAPE_NATURAL, OPTIONAL, SLOTS_AT_ONCE_MAX,         offsetof(struct offer_body, count),          NO_PRESENT, NULL, NULL, "How many, one after the other; 1 unless told."},
  {"gap_seconds",    SHAPE_INTEGER, OPTIONAL, SLOT_GAP_SECONDS_MAX,      offsetof(struct offer_body, gap_seconds),    NO_PRESENT, NULL, NULL, "Between them; none unless told."},
  {"capacity",       SHAPE_NATURAL, OPTIONAL, SLOT_CAPACITY_MAX,         offsetof(struct offer_body, capacity),       NO_PRESENT, NULL, NULL, "How many teams or students at the same time; 1 unless told."},
  {"place",          SHAPE_TEXT,    REQUIRED, SLOT_PLACE_CHARACTERS_MAX, offsetof(struct offer_body, place),          NO_PRESENT, NULL, NULL, "A room, or an http(s) link."},
  {"staff",          SHAPE_NATURAL, OPTIONAL, INT64_MAX,                 offsetof(struct offer_body, staff),          NO_PRESENT, NULL, NULL, "Who of the staff holds it; you unless told."},
};
static const struct shape offer_shape = {"SlotNew", MEDIA_JSON, 4 * 1024, sizeof(struct offer_body), offer_fields, sizeof offer_fields / sizeof *offer_fields};
static const struct field page_fields[] = {
  {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct page_query, after), NO_PRESENT, NULL, NULL, "The answer's `next` of the page before."},
  {"limit", SHAPE_NATURAL, OPTIONAL, PAGE_MAX,  offsetof(struct page_query, limit), NO_PRESENT, NULL, NULL, "How many, 50 unless told."},
};
static const struct shape page_shape = {"SlotsPage", MEDIA_JSON, 0, sizeof(struct page_query), page_fields, 2};
static const struct field cancel_fields[] = {
  {"reason", SHAPE_LINES, REQUIRED, SLOT_REASON_CHARACTERS_MAX, offsetof(struct cancel_body, reason), NO_PRESENT, NULL, NULL, "Why; told to those who have booked it."},
};
static const struct shape cancel_shape = {"SlotCancellation", MEDIA_JSON, 8 * 1024, sizeof(struct cancel_body), cancel_fields, 1};
static const struct field holder_fields[] = {
  {"team",   SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct holder_body, team),   NO_PRESENT, NULL, NULL, "The team, where the track is done in teams."},
  {"person", SHAPE_NATURAL, OPTIONAL, INT64_MAX, offsetof(struct holder_body, person), NO_PRESENT, NULL, NULL, "The student, where it is done alone."},
};
static const struct shape holder_shape = {"SlotBookingFor", MEDIA_JSON, 4 * 1024, sizeof(struct holder_body), holder_fields, 2};
static const struct field place_fields[] = {
  {"place", SHAPE_TEXT, REQUIRED, SLOT_PLACE_CHARACTERS_MAX, offsetof(struct place_body, place), NO_PRESENT, NULL, NULL, "A room, or an http(s) link."},
};
static const struct shape place_shape = {"SlotPlace", MEDIA_JSON, 4 * 1024, sizeof(struct place_body), place_fields, 1};

static const struct answer_field offered_fields[] = {
  {"ids", ANSWER_INTEGER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The numbers of the slots, by their beginning"},
};
static const struct answer offered_answer = {"SlotsOffered", NULL, false, offered_fields, 1};
static const struct answer_field slots_fields[] = {
  {"slots", ANSWER_LIST,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, &slot_answer, "By their beginning. To students: those with room that have not begun, and their own; to staff: all"},
  {"next",  ANSWER_INTEGER, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL,         "`after` of the next page; left out on the last one"},
};
static const struct answer slots_answer = {"Slots", NULL, false, slots_fields, 2};

#define SLOTS "/courses/{course}/milestones/{milestone}/slots"
#define SLOT "/courses/{course}/slots/{slot}"
static const struct route rows[] = {
  {METHOD_POST,   SLOTS,                ACCESS_STAFF,   ROUTE_WRITE, NULL, offer,     NULL,        &offer_shape,  201, &offered_answer, "Offer a slot, or a series of them"},
  {METHOD_GET,    SLOTS,                ACCESS_COURSE,  ROUTE_READ,  NULL, list,      &page_shape, NULL,          200, &slots_answer,   "Free slots and your own; to staff all, with who has booked"},
  {METHOD_PATCH,  SLOT,                 ACCESS_STAFF,   ROUTE_WRITE, NULL, set_place, NULL,        &place_shape,  200, &slot_answer,    "Hold a slot somewhere else; those who booked are told"},
  {METHOD_POST,   SLOT "/cancellation", ACCESS_STAFF,   ROUTE_WRITE, NULL, cancel,    NULL,        &cancel_shape, 201, &slot_answer,    "Cancel a slot; those who booked are told, and choose another whatever the time"},
  {METHOD_POST,   SLOT "/bookings",     ACCESS_STAFF,   ROUTE_WRITE, NULL, book_for,  NULL,        &holder_shape, 201, &slot_answer,    "Book it for a team or student, or move them there, until it begins"},
  {METHOD_PUT,    SLOT "/booking",      ACCESS_STUDENT, ROUTE_WRITE, NULL, book,      NULL,        NULL,          200, &slot_answer,    "Book a slot for your team or yourself, or move there, until 24 h before"},
  {METHOD_DELETE, SLOT "/booking",      ACCESS_STUDENT, ROUTE_WRITE, NULL, give_up,   NULL,        NULL,          204, NULL,            "Give the slot up, until 24 h before"},
};
// clang-format on

const struct route_table slot_routes = {"slots", rows, sizeof rows / sizeof rows[0]};

static enum err offer(struct request *request) {
  const struct offer_body *body = request->input;
  const struct course_view *course = request_course(request);
  const struct slot_wish wish = {.starts = body->starts,
                                 .length_seconds = body->length_seconds,
                                 .count = body->count,
                                 .gap_seconds = body->gap_seconds,
                                 .capacity = body->capacity,
                                 .place = body->place,
                                 .staff = body->staff};
  const struct milestone *milestone = NULL;
  const int64_t *ids = NULL;
  size_t count = 0;
  enum err err = milestone_find(&request->act, course, request_text(request, "milestone"), &milestone);
  if (err == ERR_OK)
    err = slot_offer(&request->act, course, milestone, &wish, &ids, &count);
  if (err != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "%s", slot_link(&request->act, course, milestone->id));
  json_array_in(json, "ids");
  for (size_t i = 0; i < count; i++)
    json_int(json, NULL, ids[i]);
  json_end(json);
  return ERR_OK;
}

static enum err list(struct request *request) {
  static const struct page_query first = {0};
  const struct page_query *query = request->query_input != NULL ? request->query_input : &first;
  const struct course_view *course = request_course(request);
  const struct act *act = &request->act;
  const struct milestone *milestone = NULL;
  struct holder holder = {0};
  struct slot_reader reader;
  enum err err = milestone_find(act, course, request_text(request, "milestone"), &milestone);
  if (err == ERR_OK)
    err = find_reader(request, milestone, &holder, &reader);
  if (err != ERR_OK)
    return err;
  int64_t limit = query->limit == 0 ? PAGE_DEFAULT : query->limit;
  const struct slot_page page = {.milestone = milestone->id,
                                 .after = query->after,
                                 .limit = limit + 1,
                                 .is_free_only = !reader.is_staff,
                                 .holder = holder};
  struct slot *slots = NULL;
  struct slot_booking *bookings = NULL;
  size_t count = 0, booking_count = 0;
  if ((err = slot_store_list(act, course->id, &page, &slots, &count)) == ERR_OK && reader.is_staff)
    err = slot_store_bookings(act, course->id, milestone->id, 0, &bookings, &booking_count);
  if (err != ERR_OK)
    return err;
  request->tag[0] = '\0'; // slots begin, and can be moved no more, by instants of their own, which no tag knows
  size_t shown = count > (size_t)limit ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_array_in(json, "slots");
  for (size_t i = 0; i < shown; i++) {
    json_begin_object(json);
    slot_write(json, &slots[i], &reader, bookings, booking_count, act->now);
    json_end(json);
  }
  json_end(json);
  if (shown < count)
    json_int(json, "next", slots[shown - 1].id);
  return ERR_OK;
}

static enum err book(struct request *request) {
  int64_t id = request_id(request, "slot");
  enum err err = slot_book(&request->act, request_course(request), id);
  return err == ERR_OK ? reply_slot(request, id) : err;
}

static enum err book_for(struct request *request) {
  const struct holder_body *body = request->input;
  int64_t id = request_id(request, "slot");
  const struct holder holder = {.team = body->team, .person = body->person};
  enum err err = slot_book_for(&request->act, request_course(request), id, &holder);
  if (err == ERR_OK)
    err = reply_slot(request, id);
  if (err == ERR_OK)
    reply_status(request, 201);
  return err;
}

static enum err give_up(struct request *request) {
  enum err err = slot_give_up(&request->act, request_course(request), request_id(request, "slot"));
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err cancel(struct request *request) {
  const struct cancel_body *body = request->input;
  int64_t id = request_id(request, "slot");
  enum err err = slot_cancel(&request->act, request_course(request), id, body->reason);
  if (err == ERR_OK)
    err = reply_slot(request, id);
  if (err == ERR_OK)
    reply_status(request, 201);
  return err;
}

static enum err set_place(struct request *request) {
  const struct place_body *body = request->input;
  int64_t id = request_id(request, "slot");
  enum err err = slot_set_place(&request->act, request_course(request), id, body->place);
  return err == ERR_OK ? reply_slot(request, id) : err;
}

// Who reads has a holder only where they could book: in a registered team of the track, or in a seat.
static enum err find_reader(struct request *request, const struct milestone *milestone, struct holder *holder,
                            struct slot_reader *out) {
  const struct course_view *course = request_course(request);
  const struct act *act = &request->act;
  bool is_of_teams = course->file->tracks[milestone->track].capacity == 0;
  struct slot_booking booking = {0};
  struct slot slot = {0};
  struct team team;
  enum err err = ERR_OK;
  *out = (struct slot_reader){.is_staff = course_is_staff(course)};
  if (out->is_staff)
    return ERR_OK;
  if (is_of_teams && course->team != 0) {
    if ((err = team_get(act, course->id, course->team, &team)) != ERR_OK)
      return err;
    if (team.state == TEAM_REGISTERED)
      *holder = (struct holder){.team = course->team};
  } else if (!is_of_teams && course->is_seated)
    *holder = (struct holder){.person = act->actor};
  if (holder->team == 0 && holder->person == 0)
    return ERR_OK;
  out->holder = holder;
  err = slot_store_booking(act, course->id, milestone->id, holder, &booking);
  if (err != ERR_OK)
    return err;
  if (booking.id == 0)
    return slot_store_is_free_choice(act, course->id, milestone->id, holder, &out->is_free_choice);
  if ((err = slot_store_get(act, course->id, booking.slot, &slot)) != ERR_OK)
    return err;
  out->booked = slot.id;
  out->booked_starts = slot.starts;
  return ERR_OK;
}

static enum err reply_slot(struct request *request, int64_t id) {
  const struct course_view *course = request_course(request);
  const struct act *act = &request->act;
  const struct milestone *milestone = NULL;
  struct slot slot;
  struct holder holder = {0};
  struct slot_reader reader;
  struct slot_booking *bookings = NULL;
  size_t count = 0;
  enum err err = slot_store_get(act, course->id, id, &slot);
  reader = (struct slot_reader){.is_staff = course_is_staff(course)};
  if (err == ERR_OK && !reader.is_staff)
    err = milestone_find(act, course, slot.milestone, &milestone);
  if (err == ERR_OK && !reader.is_staff)
    err = find_reader(request, milestone, &holder, &reader);
  if (err == ERR_OK && reader.is_staff)
    err = slot_store_bookings(act, course->id, slot.milestone, id, &bookings, &count);
  if (err == ERR_OK)
    slot_write(reply_object(request), &slot, &reader, bookings, count, act->now);
  return err;
}
