// SPDX-License-Identifier: AGPL-3.0-or-later
// Webhooks: addresses that a course's instructors name to be told that something happened, never to whom: no name, no
// grade, no lateness, no text that somebody wrote (docs/webhooks.md). What is told is read from the audit once it is
// committed (webhook_delivery.h), so no feature knows of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/courses/course_view.h"
#include "server/db/act.h"
#include "server/http/shape.h"
#include "server/outbound/http_client.h"

enum { WEBHOOKS_MAX = 10, WEBHOOK_TOPICS_MAX = 16 };

extern const char *const webhook_topics[]; // "teams", …, NULL

struct webhook {
  int64_t id;
  int64_t course;
  const char *url;
  const char *topics; // with a blank between
  const char *secret;
  bool is_paused;
  const char *pause_reason; // NULL: by an instructor, or not paused
  int64_t failing_since;    // real time; 0 since the last success
  int64_t seen_seq;         // of the course's audit
  int64_t created_at;
  const char *slug; // of the course
  bool is_archived; // the course
  int64_t waiting;  // deliveries that have not arrived yet
};

struct webhook_change {
  const char *url;                // NULL: as it was
  const struct text_list *topics; // NULL: as they were
  bool has_paused;
  bool is_paused;
};

// All audited, of the address only its host. too_many_webhooks; a field error when the address or a topic is none.
CHECKED enum err webhook_create(const struct act *act, const struct http_client_rules *rules,
                                const struct course_view *course, const struct webhook_change *wanted,
                                struct webhook *out);
// not_found. Pausing drops what waits; what happens meanwhile is not told later. In an archived course course_archived
// for anything but pausing.
CHECKED enum err webhook_change(const struct act *act, const struct http_client_rules *rules,
                                const struct course_view *course, int64_t id, const struct webhook_change *change);
CHECKED enum err webhook_remove(const struct act *act, const struct course_view *course, int64_t id);
// Writes a delivery of topic "ping". conflict while it is paused.
CHECKED enum err webhook_ping(const struct act *act, const struct course_view *course, int64_t id, int64_t *delivery);
CHECKED enum err webhook_get(const struct act *act, const struct course_view *course, int64_t id, struct webhook *out);

bool webhook_has_topic(const struct webhook *webhook, const char *topic);

// By the server itself, with a reason that its instructors are told, once; those of an archived course are not.
CHECKED enum err webhook_pause(const struct act *act, const struct webhook *webhook, const char *reason);
