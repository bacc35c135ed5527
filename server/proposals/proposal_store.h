// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of proposals and of what they say now. What was said before is proposal_version_store.h. Knows no rule.
#pragma once

#include "server/proposals/proposal.h"

// One stored value: a field's, or of a field per member one member's part.
struct proposal_entry {
  const char *field;
  int64_t person;          // of a field per member: whose part; else 0
  const char *person_name; // theirs, or NULL
  const char *kind;        // "text", "topics", "file" (proposal_value.h)
  const char *value;       // topics: ids, a line each; file: its name
  int64_t file;            // 0: none
  int64_t version;         // counts its saves; 0 in a version's entries
  int64_t by;
  const char *by_name; // NULL: nobody who is known
  int64_t at;
  bool is_file_gone; // an uploaded file that was not handed in within its week
};

// ERR_NOT_FOUND without words.
CHECKED enum err proposal_store_get(const struct act *act, int64_t course, int64_t id, struct proposal *out);
CHECKED enum err proposal_store_newest(const struct act *act, int64_t course, int64_t team, struct proposal *out);
CHECKED enum err proposal_store_insert(const struct act *act, int64_t course, struct proposal *proposal); // sets the id
CHECKED enum err proposal_store_update(const struct act *act, const struct proposal *proposal); // the whole row
// By field and person.
CHECKED enum err proposal_store_entries(const struct act *act, int64_t proposal, struct proposal_entry **out,
                                        size_t *count);
// One of them; version 0 when it was never saved (also ERR_OK).
CHECKED enum err proposal_store_entry(const struct act *act, int64_t proposal, const char *field, int64_t person,
                                      struct proposal_entry *out);
// Writes field, person, kind, value, version, by and at.
CHECKED enum err proposal_store_names(const struct act *act, int64_t team, int64_t file, bool *out);
CHECKED enum err proposal_store_put(const struct act *act, int64_t proposal, const struct proposal_entry *entry);
// A new round says at first what the one before said; the saves count on from 1.
CHECKED enum err proposal_store_prefill(const struct act *act, int64_t from, int64_t to);
