// SPDX-License-Identifier: AGPL-3.0-or-later
// How long a connection may stay in each phase: TLS handshake and header 10 s; body and reply 30 s plus their bytes at
// 8 KiB/s; idle 60 s. Pure: monotonic milliseconds in, an instant out. Bytes count when they have moved, not when they
// are announced, so that a sender of one byte every two seconds gains nothing by a large Content-Length.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum phase {
  PHASE_HANDSHAKE, // of TLS, since the connection was accepted
  PHASE_IDLE,      // between requests; since the last reply left
  PHASE_HEAD,      // since the first byte of the request
  PHASE_BODY,      // since the header was complete
  PHASE_RUN,       // the request is the server's; no deadline
  PHASE_REPLY,     // since the reply was there to send
  PHASE_STREAM,    // the reply stays open (stream.h); no deadline of its own
  PHASE_LINGER,    // sent, our side closed; what the client still sends is thrown away
  PHASE_COUNT
};

struct deadline {
  int64_t since_ms;
  size_t moved_bytes; // of body or reply, so far
};

// INT64_MAX in PHASE_RUN and PHASE_STREAM.
int64_t deadline_at_ms(enum phase phase, struct deadline deadline);
