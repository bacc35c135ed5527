// SPDX-License-Identifier: AGPL-3.0-or-later
// Checks the raw header block of a request (to CRLFCRLF) before llhttp sees it, because llhttp lets through what
// facts.md lists under "HTTP, as an attacker sends it". Pure: bytes in, verdict out.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { GATE_HEADER_BYTES_MAX = 16 * 1024, GATE_HEADERS_MAX = 64, GATE_TARGET_BYTES_MAX = 4 * 1024 };

enum gate_verdict {
  GATE_MORE, // the block is not complete yet
  GATE_PASS,
  GATE_BAD,          // 400 and close
  GATE_TOO_LARGE,    // 431 and close
  GATE_URI_TOO_LONG, // 414 and close
  GATE_EXPECTATION,  // 417 and close
  GATE_VERSION,      // 505 and close
  GATE_METHOD,       // 501 and close: a method that this server has nowhere
};

struct gate_result {
  enum gate_verdict verdict;
  size_t block_bytes; // up to and including CRLFCRLF, when complete
  size_t target_at;   // of the target in origin form ("/path?query"), a scheme and authority that are ours left out;
  size_t target_size; // 0: an absolute target without a path, which means "/"
  size_t field_count;
  bool is_http_10;
  bool expects_continue;
  bool is_chunked;
  bool has_length;
  size_t length;
  const char *why; // a literal, for the problem's words
};

// A few decisions where the RFCs leave a choice: an empty line before the request line is refused; so is a target with
// a fragment, an empty Host, a doubled Content-Type, Origin or Expect, and any coding but `chunked` (400). A length
// over 2^40 is 400, not 413. CONNECT, TRACE, OPTIONS and whatever else no route can have is 501. Upgrade is not looked
// at: this server never switches.
//
// `seen` is how much of the buffer an earlier call has searched already (0 at first); it is moved, so that slow senders
// cost linear time.
struct gate_result gate_check(const char *bytes, size_t size, size_t *seen);
