// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/content_type.h"

#include <magic.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"

static void magic_release(const magic_t *magic) {
  if (*magic != NULL)
    magic_close(*magic);
}
#define SCOPED_MAGIC __attribute__((cleanup(magic_release)))

// A handle is one thread's at a time and loading it maps a file (under 0.1 ms), so each call has its own. Nothing is
// unpacked: what an archive holds must not be run through a decompressor here.
enum err content_type_of(int fd, struct arena *arena, struct content_type *out) {
  magic_t magic SCOPED_MAGIC = magic_open(MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS | MAGIC_ERROR);
  bool is_loaded = magic != NULL && magic_load(magic, NULL) == 0 && lseek(fd, 0, SEEK_SET) == 0;
  const char *words = is_loaded ? magic_descriptor(magic, fd) : NULL;
  if (words == NULL && is_loaded && magic_errno(magic) == 0) // it gives up: of no known type
    words = "application/octet-stream; charset=binary";
  if (words == NULL) {
    const char *why = magic == NULL ? NULL : magic_error(magic);
    log_line(LOG_ERROR, "libmagic", "%s", why == NULL ? "cannot start" : why);
    return ERR_UNAVAILABLE;
  }
  // "text/plain; charset=utf-8"
  const char *charset = strstr(words, "charset=");
  out->media = arena_text_n(arena, words, strcspn(words, "; "));
  out->is_text =
      charset != NULL && strcmp(charset, "charset=binary") != 0 && strncmp(charset, "charset=unknown", 15) != 0;
  return ERR_OK;
}
