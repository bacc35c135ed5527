// SPDX-License-Identifier: AGPL-3.0-or-later
// Which files are taken: by the ending of the name, and what the content may then be to libmagic. Pure.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "server/http/content_type.h"

struct file_kind {
  const char *ending; // "pdf", without its dot
  const char *media;  // what it is downloaded as
  bool is_text;
  const char *const *accepted; // content, ended by NULL; of text: besides text/*
};

// By the name's ending, whatever its case; the longest one ("tar.gz"). NULL: none, or nothing stands before it.
const struct file_kind *file_kind_of(const char *name);
bool file_kind_takes(const struct file_kind *kind, const struct content_type *content);
// "pdf, png, …": for the words of a refusal.
const char *file_kind_list(struct arena *arena);
