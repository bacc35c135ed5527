// SPDX-License-Identifier: AGPL-3.0-or-later
// If-Match (RFC 9110 13.1.1) for things that carry a version: whoever edits says which version they saw, and learns
// when it is not the current one any more. The version stands in the thing's JSON ("version": 7); its strong entity tag
// is that number in quotes. Knows nothing of what the thing is.
#pragma once

#include "server/http/request.h"

// In the handler of a change, in its transaction, before anything is changed. `version` is the current one, 0 when the
// thing does not exist yet. ERR_OK without the header. ERR_PRECONDITION (412 version_conflict, with the current version
// in words and as ETag) when the header does not name it; a weak tag never does. ERR_INVALID when it is malformed.
CHECKED enum err request_if_match(struct request *request, int64_t version);
// The same for what is replaced as a whole, where a change made without having seen the last one would undo it: without
// the header ERR_PRECONDITION too (412 if_match_needed), the current version as ETag.
CHECKED enum err request_need_match(struct request *request, int64_t version);
