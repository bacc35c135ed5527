// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/slot_view.h"

static bool is_bookable(const struct slot *slot, const struct slot_reader *reader, int64_t now);
static void write_bookings(struct json *json, const struct slot *slot, const struct slot_booking *bookings,
                           size_t count);

// clang-format off
#define BRIEF_FIELDS \
  {"id",             ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its number"}, \
  {"starts",         ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "When it begins"}, \
  {"length_seconds", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "How long it takes"}, \
  {"place",          ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "A room, or an http(s) link"}, \
  {"staff",          ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Who of the staff holds it"}, \
  {"staff_name",     ANSWER_TEXT,    ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Their name"}
static const struct answer_field brief_fields[] = {BRIEF_FIELDS};
const struct answer slot_brief_answer = {"SlotBrief", NULL, false, brief_fields, sizeof brief_fields / sizeof *brief_fields};
static const struct answer_field booking_fields[] = {
  {"team",      ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The team that booked; null: a student"},
  {"person",    ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_STAFF, NULL, NULL, "The student who booked; null: a team"},
  {"name",      ANSWER_TEXT,    ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "The team's or student's name"},
  {"booked_at", ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_STAFF, NULL, NULL, "When"},
};
static const struct answer booking_answer = {"SlotBooking", NULL, false, booking_fields, sizeof booking_fields / sizeof *booking_fields};
static const struct answer_field slot_fields[] = {
  BRIEF_FIELDS,
  {"milestone",    ANSWER_TEXT,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL,            "The milestone's id"},
  {"capacity",     ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL,            "How many teams or students at the same time"},
  {"taken",        ANSWER_INTEGER, ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL,            "How many have booked it"},
  {"is_yours",     ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL,            "Whether you, or your team, have booked it"},
  {"is_bookable",  ANSWER_FLAG,    ANSWER_ALWAYS,    AUDIENCE_CALLER, NULL, NULL,            "Whether you could book it, or move there, now"},
  {"movable_until", ANSWER_INSTANT, ANSWER_ALWAYS,   AUDIENCE_CALLER, NULL, NULL,            "Until then it is booked, moved and given up"},
  {"cancelled_at", ANSWER_INSTANT, ANSWER_NULLABLE,  AUDIENCE_CALLER, NULL, NULL,            "When staff cancelled it"},
  {"bookings",     ANSWER_LIST,    ANSWER_SOMETIMES, AUDIENCE_STAFF,  NULL, &booking_answer, "Who has booked it"},
};
const struct answer slot_answer = {"Slot", NULL, false, slot_fields, sizeof slot_fields / sizeof *slot_fields};
// clang-format on

void slot_write(struct json *json, const struct slot *slot, const struct slot_reader *reader,
                const struct slot_booking *bookings, size_t booking_count, int64_t now) {
  slot_write_brief(json, slot);
  json_text(json, "milestone", slot->milestone);
  json_int(json, "capacity", slot->capacity);
  json_int(json, "taken", slot->taken);
  json_flag(json, "is_yours", reader->booked == slot->id);
  json_flag(json, "is_bookable", is_bookable(slot, reader, now));
  json_instant(json, "movable_until", slot->starts - SLOT_MOVE_UNTIL_SECONDS);
  json_instant_or_null(json, "cancelled_at", slot->cancelled_at);
  if (reader->is_staff)
    write_bookings(json, slot, bookings, booking_count);
}

void slot_write_brief(struct json *json, const struct slot *slot) {
  json_int(json, "id", slot->id);
  json_instant(json, "starts", slot->starts);
  json_int(json, "length_seconds", slot->length_seconds);
  json_text(json, "place", slot->place);
  json_int(json, "staff", slot->staff);
  json_text(json, "staff_name", slot->staff_name);
}

// As slot_book decides.
static bool is_bookable(const struct slot *slot, const struct slot_reader *reader, int64_t now) {
  if (reader->holder == NULL || reader->booked == slot->id || slot->cancelled_at != 0 || slot->starts <= now ||
      slot->taken >= slot->capacity)
    return false;
  if (reader->booked != 0 && reader->booked_starts - now < SLOT_MOVE_UNTIL_SECONDS)
    return false;
  return reader->is_free_choice || slot->starts - now >= SLOT_MOVE_UNTIL_SECONDS;
}

static void write_bookings(struct json *json, const struct slot *slot, const struct slot_booking *bookings,
                           size_t count) {
  json_array_in(json, "bookings");
  for (size_t i = 0; i < count; i++) {
    if (bookings[i].slot != slot->id)
      continue;
    json_begin_object(json);
    json_int_or_null(json, "team", bookings[i].holder.team);
    json_int_or_null(json, "person", bookings[i].holder.person);
    json_text(json, "name", bookings[i].name);
    json_instant(json, "booked_at", bookings[i].booked_at);
    json_end(json);
  }
  json_end(json);
}
