// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP side of the house: what a request needs from the application, and the two steps in which a connection hands
// it over. Knows no feature: who somebody is and what they may do comes through function pointers.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/clock.h"
#include "server/http/readiness.h"
#include "server/http/request.h"
#include "server/http/route.h"
#include "server/work/work.h"

struct router;      // server/http/router.h
struct peer_rules;  // server/http/peer.h
struct stream_hall; // server/http/stream.h
struct stream_set;  // server/http/stream.h
struct vault;       // server/http/vault.h

struct http {
  const struct route_table *tables;
  size_t table_count;
  const struct router *router;       // router_new(tables); NULL: built anew for each request, good enough for a command
  const struct readiness *readiness; // what /readyz and /metrics tell of others, or NULL
  struct work *work;                 // NULL: synchronous only (http_perform)
  const struct clock *clock;
  const struct peer_rules *peers; // which proxies are believed (peer.h); NULL: none
  struct vault *vault;            // where uploads go; NULL: nowhere, they are refused
  struct stream_hall *hall;       // places for event streams (stream.h); NULL: their rows answer once and end
  const char *public_url;         // "https://tandem.example.edu", or NULL: Origin is compared with Host
  void *services;                 // what features share (server/services.h); not looked into here
  // Fills request->who from cookie, bearer token or control socket; nobody is ERR_OK with person 0. Runs in a
  // transaction: first in a read on the loop, and for writes once more in the writer's savepoint (is_writing), where it
  // may touch the session.
  enum err (*authenticate)(struct request *request, bool is_writing);
  // Checks route->access against who, finds request->course and fills request->tag. Same transaction.
  enum err (*admit)(struct request *request);
  // On a loop, no transaction open: gives these streams what they have not been told (stream.h). `is_check`: also ends
  // those whose sessions have ended, although nothing is new. NULL: there is never any news.
  enum err (*tell)(const struct http *http, struct stream_set *set, struct db *db, bool is_check);
};

// Checks the tables: every access set, every kind with its handlers, no two rows for one method and path, shapes that
// fit their structs, a success with its answer, one answer a name. Each fault is logged; ERR_INTERNAL when there was
// one.
CHECKED enum err http_check(const struct http *http);

// When the header block is complete: finds the route, checks method, media type and declared length. True: read a body
// of at most *cap bytes, then http_run. False: the reply is complete (404, 405, 413, 415, …); send it and close if a
// body was announced.
bool http_begin(struct request *request, size_t *cap, bool has_body, bool has_length, size_t length);
// Next, when a body of a ROUTE_UPLOAD row was announced and before the client is told to go on: who asks, whether they
// may, the row's prepare, and a file for the body. True: give the body's bytes to request->upload (upload_take), then
// http_run. False: as above. `db` is the loop's read connection.
bool http_admit(struct request *request, struct db *db, bool has_length, size_t length);
// When the body is complete (body and body_size set, job.home too); act.now is taken from the clock here.
// `request->finish` will be called on the home loop, perhaps before this returns. `db` is the loop's read connection.
void http_run(struct request *request, struct db *db);
// http_begin and http_run at once on the caller's thread with one read-write connection: commands without a server, and
// tests. The reply is complete on return; finish is not called.
void http_perform(struct request *request, struct db *db);
// A read, answered in the snapshot that the caller holds on `db` and at the caller's act.now, with the access checks of
// any other: for what puts many answers together (server/course_export.h). The reply is complete on return.
void http_read_within(struct request *request, struct db *db);
// Turns a refusal into the reply: application/problem+json (RFC 9457). For connections (400, 408, 431, 503 …) and the
// router.
void http_refuse(struct request *request, enum err err);
void http_refuse_status(struct request *request, int status, enum problem_code code, const char *detail);
