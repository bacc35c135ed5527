// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/upload.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/log.h"
#include "server/http/http.h"

static enum err refuse_begin(struct request *request, enum err err);
static void release(void *subject);
static enum err refuse_store(struct problem *problem);

void upload_expect(struct request *request, bool has_length, size_t length) {
  struct upload *upload = arena_alloc(request->arena, sizeof *upload);
  *upload = (struct upload){
      .has_length = has_length, .length = length, .vault = request->http->vault, .temporary = {.fd = -1}};
  request->upload = upload;
}

enum err upload_open(struct request *request) {
  struct upload *upload = request->upload;
  assert(upload->cap_bytes > 0);
  if (upload->has_length && upload->length > upload->cap_bytes)
    return problem_raise(&request->problem, PROBLEM_TOO_LARGE,
                         "A file may have at most %zu bytes here; this one has %zu.", upload->cap_bytes,
                         upload->length);
  if (upload->vault == NULL)
    return problem_raise(&request->problem, PROBLEM_STORE_UNAVAILABLE, "This store is in memory and keeps no files.");
  size_t size_bytes = upload->has_length ? upload->length : upload->cap_bytes;
  enum err err = vault_begin(upload->vault, request->who.person, size_bytes, &upload->temporary);
  if (err != ERR_OK)
    return refuse_begin(request, err);
  arena_defer(request->arena, release, upload);
  sha256_begin(&upload->hash);
  return ERR_OK;
}

enum err upload_take(struct upload *upload, const char *bytes, size_t size) {
  if (size > upload->cap_bytes - upload->bytes)
    return ERR_TOO_LARGE;
  sha256_add(&upload->hash, bytes, size);
  upload->bytes += size;
  if (fd_write_all(upload->temporary.fd, bytes, size))
    return ERR_OK;
  log_line(LOG_ERROR, "files", "an upload cannot be written: %m");
  return ERR_UNAVAILABLE;
}

enum err upload_finish(struct request *request) {
  struct upload *upload = request->upload;
  sha256_end(&upload->hash, upload->digest);
  for (size_t i = 0; i < sizeof upload->digest; i++)
    snprintf(upload->sha256 + 2 * i, 3, "%02x", upload->digest[i]);
  // Nothing was promised for it yet: unlike one of the store, a failed sync here ends only this upload.
  if (fsync(upload->temporary.fd) != 0) {
    log_line(LOG_ERROR, "files", "an upload cannot be synced: %m");
    return refuse_store(&request->problem);
  }
  if (content_type_of(upload->temporary.fd, request->arena, &upload->type) != ERR_OK)
    return problem_raise(&request->problem, PROBLEM_STORE_UNAVAILABLE,
                         "What the file is could not be found out; the server's log says why. Nothing was kept.");
  return ERR_OK;
}

enum err upload_keep(const struct request *request) {
  const struct upload *upload = request->upload;
  if (vault_keep(upload->vault, &upload->temporary, upload->sha256, upload->bytes) == ERR_OK)
    return ERR_OK;
  return refuse_store(request->act.problem);
}

static enum err refuse_begin(struct request *request, enum err err) {
  struct problem *problem = &request->problem;
  request->upload->is_own_limit = err == ERR_THROTTLED;
  if (err == ERR_THROTTLED)
    return problem_raise(problem, PROBLEM_BUSY, "%d of your uploads are under way already. Wait until one is done.",
                         VAULT_TEMPORARIES_OF_ONE_MAX);
  if (err == ERR_CONFLICT)
    return problem_raise(problem, PROBLEM_BUSY, "Too many uploads are under way. Try again in a moment.");
  return refuse_store(problem);
}

static void release(void *subject) {
  struct upload *upload = subject;
  vault_end(upload->vault, &upload->temporary);
}

static enum err refuse_store(struct problem *problem) {
  return problem_raise(problem, PROBLEM_STORE_UNAVAILABLE,
                       "The server's disk cannot take the file now. Nothing was kept; try again later, and tell the "
                       "course's staff if it stays so.");
}
