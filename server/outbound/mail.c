// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/base/secret.h"
#include "common/base/text.h"

enum {
  WORD_BYTES_MAX = 39, // of text in an encoded word: 52 characters of base64, 73 with what is around them and "Subject:
                       // " (RFC 2047 2)
  PLAIN_LINE_MAX = 76, // RFC 2045 6.7
  BODY_LINE_MAX = 990, // RFC 5322 2.1.1, less than 998
  MESSAGE_ID_BYTES = 8, // of a digest
};

static bool is_plain(const char *text);
static void add_date(struct text *out, int64_t at);
static void add_name(struct text *out, const char *name);
static void add_encoded(struct text *out, const char *text);
static void add_base64(struct text *out, const char *bytes, size_t size);
static void add_message_id(struct text *out, const struct mail *mail);
static const char *body_of(struct arena *arena, const struct mail *mail);
static bool body_is_plain(const char *body);
static void add_plain_body(struct text *out, const char *body);
static void add_quoted_body(struct text *out, const char *body);

bool mail_header_is_clean(const char *text) {
  return utf8_is_valid(text, strlen(text)) && !text_has_control(text, false);
}

enum err mail_compose(struct arena *arena, const struct mail *mail, const char **bytes, size_t *size) {
  const char *const headers[] = {mail->from_address, mail->to_name, mail->to_address, mail->subject};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    if (!mail_header_is_clean(headers[i]))
      return ERR_INVALID;
  const char *body = body_of(arena, mail);
  struct text out;
  text_init(&out, arena);
  add_date(&out, mail->date);
  text_add_format(&out, "From: Tandem <%s>\r\nTo: ", mail->from_address);
  add_name(&out, mail->to_name);
  text_add_format(&out, "\r\n <%s>\r\nSubject: ", mail->to_address);
  if (is_plain(mail->subject) && strlen(mail->subject) + sizeof "Subject: " <= PLAIN_LINE_MAX)
    text_add(&out, mail->subject);
  else
    add_encoded(&out, mail->subject);
  text_add(&out, "\r\n");
  add_message_id(&out, mail);
  bool has_plain_body = body_is_plain(body);
  text_add_format(&out,
                  "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: %s\r\n\r\n",
                  has_plain_body ? "7bit" : "quoted-printable");
  if (has_plain_body)
    add_plain_body(&out, body);
  else
    add_quoted_body(&out, body);
  *bytes = text_get(&out);
  *size = out.size;
  return ERR_OK;
}

// Printable ASCII that no reader takes for an encoded word.
static bool is_plain(const char *text) {
  for (const char *c = text; *c != '\0'; c++)
    if (*c < ' ' || *c > '~')
      return false;
  return strstr(text, "=?") == NULL;
}

// RFC 5322 3.3: English names whatever the locale.
static void add_date(struct text *out, int64_t at) {
  static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  time_t time = (time_t)at;
  struct tm tm = {0};
  gmtime_r(&time, &tm);
  text_add_format(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
                  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_name(struct text *out, const char *name) {
  if (!is_plain(name) || strlen(name) + sizeof "To: \"\"" > PLAIN_LINE_MAX) {
    add_encoded(out, name);
    return;
  }
  text_add_char(out, '"');
  for (const char *c = name; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      text_add_char(out, '\\');
    text_add_char(out, *c);
  }
  text_add_char(out, '"');
}

// Encoded words, a line each; none ends inside a character.
static void add_encoded(struct text *out, const char *text) {
  bool is_first = true;
  while (*text != '\0' || is_first) {
    size_t size = strnlen(text, WORD_BYTES_MAX);
    while (text[size] != '\0' && ((unsigned char)text[size] & 0xC0) == 0x80)
      size--;
    text_add(out, is_first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
    add_base64(out, text, size);
    text_add(out, "?=");
    text += size;
    is_first = false;
  }
}

static void add_base64(struct text *out, const char *bytes, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < size; i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; j++)
      group = group << 8 | (i + j < size ? (unsigned char)bytes[i + j] : 0U);
    for (size_t j = 0; j < 4; j++)
      text_add_char(out, i + j <= size ? digits[group >> (18 - 6 * j) & 63] : '=');
  }
}

// A digest of what does not change between two tries, so that stores which share a domain do not collide.
static void add_message_id(struct text *out, const struct mail *mail) {
  const struct digest_part parts[] = {{&mail->id, sizeof mail->id},
                                      {mail->to_address, strlen(mail->to_address)},
                                      {mail->subject, strlen(mail->subject)},
                                      {mail->words, strlen(mail->words)}};
  uint8_t digest[DIGEST_BYTES];
  digest_parts(parts, sizeof parts / sizeof *parts, digest);
  const char *at = strrchr(mail->from_address, '@');
  text_add_format(out, "Message-ID: <%" PRId64 ".%s@%s>\r\n", mail->id,
                  digest_hex(out->arena, digest, MESSAGE_ID_BYTES), at == NULL ? "localhost" : at + 1);
}

static const char *body_of(struct arena *arena, const struct mail *mail) {
  if (mail->link == NULL)
    return mail->words;
  size_t size = strlen(mail->words);
  const char *gap = size > 0 && mail->words[size - 1] == '\n' ? "\n" : "\n\n";
  if (mail->public_url != NULL)
    return arena_format(arena, "%s%s%s%s\n", mail->words, gap, mail->public_url, mail->link);
  return arena_format(arena, "%s%sOn the Tandem server: %s\n", mail->words, gap, mail->link);
}

static bool body_is_plain(const char *body) {
  size_t line = 0;
  for (const char *c = body; *c != '\0'; c++) {
    line = *c == '\n' ? 0 : line + 1;
    if (line > BODY_LINE_MAX || *c < 0 || (*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7F)
      return false;
  }
  return true;
}

static void add_plain_body(struct text *out, const char *body) {
  for (const char *c = body; *c != '\0'; c++) {
    if (*c == '\n')
      text_add_char(out, '\r');
    text_add_char(out, *c);
  }
  if (out->size < 2 || out->bytes[out->size - 1] != '\n')
    text_add(out, "\r\n");
}

// RFC 2045 6.7. White space at the end of a line is encoded, or a relay might take it away.
static void add_quoted_body(struct text *out, const char *body) {
  size_t column = 0;
  for (const char *c = body; *c != '\0'; c++) {
    if (*c == '\n') {
      text_add(out, "\r\n");
      column = 0;
      continue;
    }
    bool is_last = c[1] == '\n' || c[1] == '\0';
    bool is_literal = (*c > ' ' && *c <= '~' && *c != '=') || ((*c == ' ' || *c == '\t') && !is_last);
    size_t width = is_literal ? 1 : 3;
    if (column + width > PLAIN_LINE_MAX - 1) {
      text_add(out, "=\r\n");
      column = 0;
    }
    if (is_literal)
      text_add_char(out, *c);
    else
      text_add_format(out, "=%02X", (unsigned)(unsigned char)*c);
    column += width;
  }
  if (column > 0)
    text_add(out, "\r\n");
}
