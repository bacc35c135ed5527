// SPDX-License-Identifier: AGPL-3.0-or-later
// A request on its way in: the only user of llhttp. Takes a header block that the gate has passed and the bytes of the
// body, and fills the request's fields. Knows no socket; what it refuses, the connection answers.
#pragma once

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/http/gate.h"
#include "server/http/request.h"

struct incoming_body;
struct upload;

enum incoming_verdict {
  INCOMING_MORE,
  INCOMING_DONE,
  INCOMING_BAD,       // 400 and close
  INCOMING_TOO_LARGE, // 413 and close
  INCOMING_LOST,      // 503 and close: an upload cannot be written
};

struct incoming {
  llhttp_t parser;
  struct request *request;
  struct incoming_head *head;
  struct incoming_body *body; // of a body that is kept in memory
  struct upload *upload;      // of one that goes to a file
  size_t cap_bytes;
  size_t body_bytes; // so far
  size_t fed_bytes;  // of the body, framing included
  const char *fed;   // what is being taken and not yet counted
  bool is_head_done;
  bool is_done;
  bool is_too_large;
  bool is_lost;
  bool keeps_alive; // the client does not want the connection closed after this request
};

// The block goes into the request: method, path, query, headers. False: llhttp disagrees with the gate (400).
bool incoming_take_head(struct incoming *incoming, struct request *request, const char *block,
                        const struct gate_result *gate);
// Before the first byte of a body; `length` is what was declared, 0 if nothing was.
void incoming_expect_body(struct incoming *incoming, size_t cap_bytes, size_t length);
// The same of a body that goes to a file.
void incoming_expect_upload(struct incoming *incoming, struct upload *upload);
// Takes bytes of the body; *used says how many belonged to it. At INCOMING_DONE request->body is set, unless it went
// to a file; the rest of the bytes is the next request's.
enum incoming_verdict incoming_take_body(struct incoming *incoming, const char *bytes, size_t size, size_t *used);
