// SPDX-License-Identifier: AGPL-3.0-or-later
// TLS of our own: a certificate with its key, checked when it is read and replaced while connections go on. The only
// user of OpenSSL. Knows bufferevents, but neither requests nor listeners. Runs on real time. Private keys and what
// OpenSSL says of their contents never reach a log line.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

enum { TLS_SOON_SECONDS = 14 * 24 * 3600 }; // a certificate that ends within this is told in /readyz

struct bufferevent;
struct event_base;
struct tls;

// Reads both PEM files (the chain in the certificate's, leaf first). ERR_INVALID, with one line logged that names the
// file, when one is missing or unreadable, they do not belong together, or the certificate is not valid now.
CHECKED enum err tls_new(const char *certificate_path, const char *key_path, struct tls **out);
// Reads both files anew, from any thread. Connections that exist go on with what they have. When the new pair is not
// sound the old one stays, one line says so, and tls_reload_failed until a later one succeeds.
CHECKED enum err tls_reload(struct tls *tls);
bool tls_reload_failed(struct tls *tls);
int64_t tls_ends_at(struct tls *tls); // when the certificate in use ends, in Unix seconds
// After every connection made from it is closed. NULL is allowed.
void tls_free(struct tls *tls);

// A server's bufferevent, its handshake still to come (BEV_EVENT_CONNECTED tells its end). Takes the descriptor over;
// NULL when there is no memory, the descriptor is closed then. TLS 1.2 and up, ALPN http/1.1, no renegotiation.
struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd);
// Moves what OpenSSL has decrypted already to the input, unless that holds `bytes_max`; whether there was any. libevent
// does not come back for it once a full input has stopped it from reading: no socket becomes ready by it.
bool tls_take_pending(struct bufferevent *bev, size_t bytes_max);
// Says that nothing more will be sent (close_notify), so that the client can tell the end from a cut. Does nothing
// before the handshake is done and after tls_broken.
void tls_say_end(struct bufferevent *bev);
// After BEV_EVENT_ERROR: nothing may be sent any more, and what OpenSSL noted about it on this thread is forgotten.
void tls_broken(struct bufferevent *bev);
