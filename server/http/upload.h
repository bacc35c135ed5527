// SPDX-License-Identifier: AGPL-3.0-or-later
// The body of a ROUTE_UPLOAD row: streamed into a temporary file with its hash, never in memory, on its way from the
// connection (upload_take) to a worker (upload_finish) to the handler on the writer (upload_keep). Belongs to its
// request, with which the temporary goes. The row's `prepare` runs on the loop when the header is complete, in a read
// transaction, before the client is told to go on: it sets cap_bytes. Knows nothing of what files are for.
#pragma once

#include "common/base/secret.h"
#include "server/http/content_type.h"
#include "server/http/request.h"
#include "server/http/vault.h"

struct upload {
  bool has_length; // declared; not of a chunked body
  size_t length;
  size_t cap_bytes;  // prepare sets it
  size_t bytes;      // that have come
  bool is_own_limit; // refused for how many of the client's own are under way
  // once it is finished
  uint8_t digest[SHA256_BYTES];
  char sha256[VAULT_DIGITS + 1]; // the same in hexadecimal
  struct content_type type;
  // its own
  struct vault *vault;
  struct vault_temporary temporary;
  struct sha256 hash;
};

// Before the row's prepare: request->upload, without a file yet.
void upload_expect(struct request *request, bool has_length, size_t length);
// After it: too_large over the cap, busy, store_unavailable.
CHECKED enum err upload_open(struct request *request);
// Bytes of the body. ERR_TOO_LARGE over the cap; ERR_UNAVAILABLE when they cannot be written: that was logged.
CHECKED enum err upload_take(struct upload *upload, const char *bytes, size_t size);
// On a worker: syncs it and looks at its content.
CHECKED enum err upload_finish(struct request *request);
// In the row's handler, before the row that names it is written: puts the content where vault_read finds it. Whether
// the transaction is kept or not, nothing has to be undone: what no row names is swept away.
CHECKED enum err upload_keep(const struct request *request);
