// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_places.h"

#include <sys/resource.h>

#include "common/base/log.h"

enum {
  CONNECTIONS_MAX = 12000,
  CONNECTIONS_MIN = 128,
  OTHER_FILES = 512, // the store, uploads and downloads, mail
  REQUESTS_PART = 8, // one place in so many is not for streams
};

struct serve_places serve_places_find(void) {
  struct rlimit files = {0};
  size_t connections = CONNECTIONS_MAX;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
      log_line(LOG_WARN, "serve", "the limit on open files stays: %m");
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < CONNECTIONS_MAX + OTHER_FILES)
      connections = files.rlim_cur < OTHER_FILES + CONNECTIONS_MIN ? CONNECTIONS_MIN : files.rlim_cur - OTHER_FILES;
  }
  return (struct serve_places){connections, connections - connections / REQUESTS_PART};
}
