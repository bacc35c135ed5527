// SPDX-License-Identifier: AGPL-3.0-or-later
// What the value of a header field means for us: media types, Accept, entity tags, Origin. Pure functions of text; RFC
// 9110.
#pragma once

#include <stdbool.h>

#include "server/http/shape.h"

// Whether a Content-Type names the media; a charset may only be utf-8. NULL is false.
bool header_is_media(const char *content_type, enum media media);
const char *media_text(enum media media); // "application/json": for messages
// Whether an Accept field lets an answer of the type through (RFC 9110 12.5.1; the most specific range decides). Who
// accepts application/problem+json accepts application/json. NULL is true.
bool header_accepts(const char *accept, const char *type);
// How much an Accept field wants the type, in thousandths; 0: not at all. NULL wants everything alike.
int header_weight(const char *accept, const char *type);
// The same of Accept-Encoding and a coding such as gzip (RFC 9110 12.5.3). NULL is 0: nobody asked for it.
int header_coding_weight(const char *accept_encoding, const char *coding);
// Whether If-None-Match lists the tag, compared weakly. "*" never matches: whether there is something is not known
// before the handler.
bool header_lists_tag(const char *if_none_match, const char *tag);
// Whether an Origin is ours: the public URL's (scheme included) or the Host's. Any of the three may be NULL.
bool header_origin_is_ours(const char *origin, const char *host, const char *public_url);
