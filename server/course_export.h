// SPDX-License-Identifier: AGPL-3.0-or-later
// A course as a folder that needs no Tandem to be read: an index page, tables as CSV, answers as JSON, proposals as
// Markdown, and the files that were handed in, for staff to keep. Read in one snapshot; the files are copied after it,
// so that neither the writer nor the log of the store waits for the disk. Left out are what the reason of an
// accommodation is, and what a member wrote to staff alone.
#pragma once

#include <stdatomic.h>

#include "server/http/request.h"

struct course_exported {
  const char *path;
  size_t teams;
  size_t submissions; // versions
  size_t files;       // all that were written
  int64_t bytes;
};

// In a read's or a worker's transaction on request->act.db, which it ends, of the request's course, by the operator.
// Field errors of "folder", export_failed, shutting_down; then nothing is left of it.
CHECKED enum err course_export(struct request *request, const char *folder, const atomic_bool *is_cancelled,
                               struct course_exported *out);
