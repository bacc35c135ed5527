// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers that stay open (text/event-stream): how many there may be and whose, the streams of each loop by course, when
// news is fetched for them, heartbeats, and who reads too slowly. Knows neither what the news is nor whom it is for:
// http->tell does. The connection (connection.h) writes and closes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct connection;
struct lane;
struct request;
struct text;

enum {
  STREAMS_A_PERSON_MAX = 16,
  STREAM_UNSENT_BYTES_MAX = 64 * 1024, // that the client has not taken; beyond it, it is dropped
  STREAM_UNSENT_SECONDS_MAX = 30,      // without taking any of it
  STREAM_IGNORED_BYTES_MAX = 4096,     // that the client may send, for nothing
  STREAM_BEAT_SECONDS_MIN = 15,        // a comment line when nothing else was sent for so long,
  STREAM_BEAT_SECONDS_MAX = 25,        // spread up to here
};

// --- places, counted over all loops

struct stream_hall;
struct stream_hall *stream_hall_new(size_t stream_max);
void stream_hall_free(struct stream_hall *hall); // NULL is allowed
size_t stream_hall_count(struct stream_hall *hall);

// --- one stream

struct stream_group;

struct stream {
  int64_t course;  // by the row's handler; 0: it does not stay open
  int64_t told;    // by the handler, then by http->tell: the course's change counter up to which it knows
  int64_t person;  // this and the rest of whose it is are the request's
  int64_t session; // 0: none
  int64_t token;   // 0: none
  bool is_operator;

  // this module's
  struct stream_hall *hall;
  struct stream_group *group; // NULL: in no set
  size_t index;               // there
  uint64_t turn;              // the set's, when it was told last
  struct connection *connection;
  uint32_t dice;
  int64_t beat_at_ms;
  int64_t taken_at_ms; // when the client took something last, or there was nothing to take
  size_t unsent_bytes;
  size_t ignored_bytes;
};

// Gives the request a stream with a place, unless its row's answer is to end at once (HEAD, a command without a
// server). Refuses with too_many_streams of one person, busy when all places are taken.
CHECKED enum err stream_open(struct request *request);
// Gives the place back; out of its set.
void stream_free(struct stream *stream); // NULL is allowed
// "retry: N" as every stream begins and ends with: 1 to 5 s, spread, so that not all come back at once.
void stream_add_retry(struct text *out);

// --- the streams of one loop; on its thread only

struct stream_set;

struct stream_group { // of one course; empty ones stay
  struct stream_set *set;
  int64_t course;
  int64_t told; // no stream of it has been told less; of an empty one nothing
  struct stream **streams;
  size_t count;
  size_t capacity;
  struct stream_group *next;
};

CHECKED enum err stream_set_new(struct lane *lane, struct stream_set **out);
void stream_set_free(struct stream_set *set); // after its last stream; NULL is allowed
struct stream_group *stream_set_groups(struct stream_set *set);
// The reply's head is sent: news comes from here on. What was committed since the handler's snapshot is fetched soon.
void stream_join(struct stream *stream, struct stream_set *set, struct connection *connection);
// Something was committed: http->tell is called soon, for a few streams at a time with requests served in between, and
// then at most so often that the loop has three quarters of its time for them.
void stream_set_news(struct stream_set *set);
// Each half second: whether sessions must be looked at although no course has changed.
void stream_set_look(struct stream_set *set, int64_t now_ms);

// For http->tell, of every stream that it comes to. False: not now, leave it as it is.
bool stream_take_turn(struct stream *stream);
// For http->tell; either may close the stream's connection, which takes it, and no other, out of its group: its last
// one takes its place, so go through a group from the end.
void stream_send(struct stream *stream, const char *bytes, size_t size);
void stream_end(struct stream *stream); // in good order, with "retry: N"

// --- for the connection

// False: the client has not taken anything for too long. Sends a heartbeat when one is due (False also when that
// fails).
bool stream_look(struct stream *stream, int64_t now_ms, size_t unsent_bytes);
// False: too many bytes came from a client that has nothing to say.
bool stream_ignore(struct stream *stream, size_t size);
