// SPDX-License-Identifier: AGPL-3.0-or-later
// The row that a request is for. The whole HTTP surface is tables of these (server/routes.c lists them); OpenAPI is
// printed from them.
#pragma once

#include <stddef.h>

#include "common/base/err.h"

struct answer;
struct request;
struct shape;

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

enum access {
  ACCESS_UNSET = 0, // refused at start-up
  ACCESS_PUBLIC,    // anybody
  ACCESS_LOOPBACK,  // a loopback peer or the control socket
  ACCESS_SIGNED_IN, // a session, or an API token with the scope
  ACCESS_ACCOUNT,   // a session: rows of the account itself, never by an API token
  ACCESS_COURSE,    // an active enrolment in {course}, any role
  ACCESS_STUDENT, // enrolled as a student (an auditor who is not approved included: the rule says what they may not do)
  ACCESS_TEAM,    // an active member of {team}, or staff
  ACCESS_STAFF,   // staff or instructor of {course}
  ACCESS_INSTRUCTOR, // instructor of {course}
  ACCESS_OPERATOR,   // the control socket
};                   // the operator passes every row but ACCESS_STUDENT

enum route_kind {
  ROUTE_READ,   // at once on the loop, in one read transaction
  ROUTE_WRITE,  // on the writer, in a savepoint
  ROUTE_WORK,   // prepare on a worker, then handle on the writer (handle may be NULL: nothing to write)
  ROUTE_UPLOAD, // prepare admits on the loop when the header is complete, the body goes to a file, then handle on the
                // writer (upload.h)
  ROUTE_STREAM, // as a read, whose answer then stays open and grows (stream.h)
};

typedef enum err route_handler(struct request *request);

struct route {
  enum method method;
  const char *path; // below /api/v1; "{course}", "{milestone}" and "{secret}" are text, others a positive integer
  enum access access;
  enum route_kind kind;
  route_handler *prepare; // ROUTE_WORK and ROUTE_UPLOAD, else NULL
  route_handler *handle;
  const struct shape *query;   // NULL: no parameters
  const struct shape *body;    // NULL: no body
  int success;                 // the status of its success: 200, 201, 202 or 204
  const struct answer *answer; // of the success (answer.h); NULL: no body
  const char *summary;         // one line for the reference
};

struct route_table {
  const char *feature; // "teams"
  const struct route *rows;
  size_t count;
};
