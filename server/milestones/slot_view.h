// SPDX-License-Identifier: AGPL-3.0-or-later
// A slot as JSON: what students see of it, and who has booked it to staff. Used by the list and the board.
#pragma once

#include "common/base/json.h"
#include "server/http/answer.h"
#include "server/milestones/slot_store.h"

extern const struct answer slot_answer;       // "Slot"
extern const struct answer slot_brief_answer; // "SlotBrief": without who booked it and whether one may

// What the reader is to the slot.
struct slot_reader {
  const struct holder *holder; // of the reader, or NULL
  int64_t booked;              // the slot that they have booked; 0: none
  int64_t booked_starts;
  bool is_free_choice;
  bool is_staff;
};
// Into the open object. The bookings are those of the whole page, by any slot.
void slot_write(struct json *json, const struct slot *slot, const struct slot_reader *reader,
                const struct slot_booking *bookings, size_t booking_count, int64_t now);
void slot_write_brief(struct json *json, const struct slot *slot);
