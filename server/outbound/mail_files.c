// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/fd.h"
#include "common/base/log.h"

enum { AT_ONCE = 8 }; // two syncs each, on the main loop

struct mail_files {
  struct transport transport; // first
  struct arena *arena;
  const char *folder;
  int fd; // of the folder
};

static void send_mail(struct transport *transport, const struct transport_mail *mail, delivery_done *done,
                      void *context);
static void release(struct transport *transport);
static bool write_file(const struct mail_files *files, const struct transport_mail *mail);

enum err mail_files_new(const char *data_dir, struct transport **out) {
  struct arena *arena = arena_new();
  struct mail_files *files = arena_alloc(arena, sizeof *files);
  const char *folder = arena_format(arena, "%s/mail", data_dir);
  *files = (struct mail_files){.arena = arena, .folder = folder, .fd = -1};
  if (mkdir(folder, 0700) == 0 || errno == EEXIST)
    files->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (files->fd < 0) {
    log_line(LOG_ERROR, "mail", "%s: %m", folder);
    arena_free(arena);
    return ERR_UNAVAILABLE;
  }
  files->transport = (struct transport){
      .at_once = AT_ONCE,
      .note = "Mail is not being sent: each message becomes a file in the data folder, under mail.",
      .send = send_mail,
      .release = release,
  };
  *out = &files->transport;
  return ERR_OK;
}

static void send_mail(struct transport *transport, const struct transport_mail *mail, delivery_done *done,
                      void *context) {
  const struct mail_files *files = (struct mail_files *)transport;
  bool is_written = write_file(files, mail);
  done(context, is_written ? DELIVERY_SENT : DELIVERY_LATER, is_written ? NULL : "its file could not be written");
}

static void release(struct transport *transport) {
  struct mail_files *files = (struct mail_files *)transport;
  close(files->fd);
  arena_free(files->arena);
}

// A row that is tried again after a crash writes the same name: there is never a second file.
static bool write_file(const struct mail_files *files, const struct transport_mail *mail) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *name = arena_format(arena, "%09" PRId64 ".eml", mail->id);
  const char *unfinished = arena_format(arena, ".%s.tmp", name);
  int fd = openat(files->fd, unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool is_written = fd >= 0 && fd_write_all(fd, mail->bytes, mail->size) && fsync(fd) == 0;
  int why = errno;
  if (fd >= 0 && close(fd) != 0)
    is_written = false;
  if (is_written && renameat(files->fd, unfinished, files->fd, name) == 0 && fsync(files->fd) == 0)
    return true;
  errno = is_written ? errno : why;
  log_line(LOG_ERROR, "mail", "%s/%s: %m", files->folder, name);
  unlinkat(files->fd, unfinished, 0);
  return false;
}
