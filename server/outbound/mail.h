// SPDX-License-Identifier: AGPL-3.0-or-later
// One mail as it travels: RFC 5322 with MIME, as plain text and as simple HTML; of one message or of several. Pure;
// knows neither store nor transport.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "server/outbound/notice_kind.h"

enum { MAIL_SUBJECT_CHARACTERS_MAX = 200, MAIL_ADDRESS_BYTES_MAX = 254 };

struct mail_message {
  const char *course; // its slug; NULL: none
  const char *subject;
  const char *words;
  const char *link; // a path, or NULL
};

struct mail {
  int64_t id;               // of the table mails: with what it says it makes the Message-ID, the same at every try
  int64_t date;             // real time; that of its making
  const char *from_address; // "tandem@example.edu"
  const char *to_name;      // "": none
  const char *to_address;
  const struct mail_message *messages; // at least one
  size_t count;
  const char *public_url; // what paths begin with; NULL: not known, the path stands alone
  // the path that turns off those of its kinds that may be; NULL: none may. Nothing is made of it without a public URL
  const char *unsubscribe;
  const struct notice_kind *const *kinds; // of its messages, each once; what the path turns off is told by them
  size_t kind_count;
  const char *why; // "You get this because …", towards the end; NULL: none
  bool has_choice; // which mails there are is the reader's to choose: it says where
};

// The one check of every header field, here and wherever one is taken in: valid UTF-8 in one line without control
// characters. libcurl would send a line end as it is, and with it a command (facts.md, SMTP).
bool mail_header_is_clean(const char *text);
// The one check of every address that mail goes to or comes from, in headers and in the conversation with a server:
// clean, LOCAL@DOMAIN without white space, quotes, brackets or commas, of at most MAIL_ADDRESS_BYTES_MAX bytes.
bool mail_address_is_clean(const char *address);
// The whole mail, lines ended by CRLF. ERR_INVALID when a header is not clean.
CHECKED enum err mail_compose(struct arena *arena, const struct mail *mail, const char **bytes, size_t *size);
// "3 things in smr: Invitation to Blue Team; …"; of one message its own. At most MAIL_SUBJECT_CHARACTERS_MAX.
const char *mail_subject(struct arena *arena, const struct mail *mail);
