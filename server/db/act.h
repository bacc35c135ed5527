// SPDX-License-Identifier: AGPL-3.0-or-later
// Who does something, when, in which transaction: what every domain function gets, whether a request, a timer or a
// command causes it.
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/problem.h"
#include "server/db/db.h"

struct act {
  struct db *db;
  struct arena *arena;     // ends with the request or the timer's run
  int64_t now;             // the domain instant at which the request's last byte arrived, or the timer's own
  int64_t actor;           // a person's id, or 0: the system
  const char *cause;       // of the system: "operator", "registration closed", "offer expired"; NULL when a person acts
  struct problem *problem; // where a refusal puts its words
};
