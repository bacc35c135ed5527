// SPDX-License-Identifier: AGPL-3.0-or-later
// One connection to a mail server, and the conversation on it: one mail at a time, blocking, on a thread of its own.
// Knows no queue and no loop.
#pragma once

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "server/outbound/smtp.h"

enum {
  SMTP_SOCKETS_MAX = 8, // while a connection is being made: an address each
  SMTP_REPLY_BYTES = 400,
  SMTP_REASON_BYTES = 600,
};

struct smtp_connection {
  const struct smtp_settings *settings; // borrowed
  long timeout_seconds;
  const atomic_bool *is_ending; // set: what is under way is broken off
  CURL *easy;                   // NULL: not connected
  pthread_mutex_t lock;         // of what follows
  int sockets[SMTP_SOCKETS_MAX];
  size_t socket_count;
  // of the mail under way
  const struct transport_mail *mail;
  size_t read_bytes;
  int phase;
  bool is_quitting; // what is answered from now on is no word about the mail
  bool is_peer_refused;
  int code;
  char reply[SMTP_REPLY_BYTES];
  char words[CURL_ERROR_SIZE];
};

// `settings` and `is_ending` are borrowed until smtp_connection_done, which closes it.
void smtp_connection_init(struct smtp_connection *connection, const struct smtp_settings *settings,
                          long timeout_seconds, const atomic_bool *is_ending);
void smtp_connection_done(struct smtp_connection *connection);
// Connects if it is not connected. Why it was not sent goes to `reason`, which takes SMTP_REASON_BYTES.
enum delivery smtp_connection_send(struct smtp_connection *connection, const struct transport_mail *mail, char *reason,
                                   size_t size);
// With QUIT; waits for no answer.
void smtp_connection_close(struct smtp_connection *connection);
// From any thread: whatever it reads ends at once. What is idle can still say QUIT.
void smtp_connection_interrupt(struct smtp_connection *connection);
