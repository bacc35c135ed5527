// SPDX-License-Identifier: AGPL-3.0-or-later
// The application put together: the store, the services that features share, the route tables, the clock. `serve` adds
// threads and sockets; a command without a server and every test use it as it is, through http_perform.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "server/accounts/services.h"
#include "server/domain_time.h"
#include "server/http/http.h"

struct app;

struct app_options {
  const char *data_dir;      // holds tandem.db, lock, control.sock; NULL: a store in memory
  const char *vfs;           // NULL: the default; tests/faults names its shim
  const struct clock *clock; // a test's; NULL: the store's own domain time
  int64_t now;               // serve --now: where domain time starts; 0: where the store says
  const char *public_url;
  const char *mail_domain;
  const struct peer_rules *peers; // which proxies are believed (server/http/peer.h); NULL: none; borrowed
  bool allows_private_webhooks;
  const char *webhook_ca_file; // NULL: what the machine trusts; borrowed
  bool is_mail_sent;           // by a transport that reaches people
  bool has_cheap_passwords;
  size_t stream_max; // open event streams (server/http/stream.h); 0: 10000
};

// Opens the store read-write, brings its schema up to date, starts domain time, and checks the route tables. Does not
// take the lock. Says on stderr what is wrong; ERR_INVALID when the options are at fault (an instant before the last
// one seen).
CHECKED enum err app_open(const struct app_options *options, struct app **out);
void app_close(struct app *app); // NULL is allowed
void app_close_cleanup(struct app **app);
#define APP_SCOPE __attribute__((cleanup(app_close_cleanup)))

const struct http *app_http(const struct app *app);
const struct services *app_services(const struct app *app);
struct vault *app_vault(const struct app *app); // NULL for a store in memory
const struct domain_time *app_time(const struct app *app);
// The read-write connection, for http_perform on the caller's thread; NULL while serving.
struct db *app_db(const struct app *app);
const char *app_db_path(const struct app *app);
// What `serve` adds once its threads are to start: closes the app's own connection, because from here on the writer
// alone writes.
void app_start_serving(struct app *app, struct work *work, const struct readiness *readiness);

// The lock of a data folder: one server, or one command, at a time. ERR_CONFLICT when somebody holds it; closing *fd
// lets it go. Creates the folder (0700) when it is missing.
CHECKED enum err app_lock(const char *data_dir, int *fd);
