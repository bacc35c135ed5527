// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/outbound/mail_body.h"

enum {
  WORD_BYTES_MAX = 39, // of text in an encoded word: 52 characters of base64, 73 with what is around them and "Subject:
                       // " (RFC 2047 2)
  PLAIN_LINE_MAX = 76, // RFC 2045 6.7
  BODY_LINE_MAX = 990, // RFC 5322 2.1.1, less than 998
  MESSAGE_ID_BYTES = 8, // of a digest
};

struct parts {
  const char *text;
  const char *html;
  const char *boundary;
};

static bool headers_are_clean(const struct mail *mail);
static bool is_plain(const char *text);
static void add_headers(struct text *out, const struct mail *mail, const struct parts *parts);
static void add_unsubscribe(struct text *out, const struct mail *mail);
static void add_date(struct text *out, int64_t at);
static void add_name(struct text *out, const char *name);
static void add_encoded(struct text *out, const char *text);
static void add_base64(struct text *out, const char *bytes, size_t size);
static void add_part(struct text *out, const struct parts *parts, const char *type, const char *body);
static bool body_is_plain(const char *body);
static void add_plain_body(struct text *out, const char *body);
static void add_quoted_body(struct text *out, const char *body);

bool mail_header_is_clean(const char *text) {
  return utf8_is_valid(text, strlen(text)) && !text_has_control(text, false);
}

bool mail_address_is_clean(const char *address) {
  size_t size = strlen(address);
  const char *at = strchr(address, '@');
  return mail_header_is_clean(address) && size <= MAIL_ADDRESS_BYTES_MAX && at != NULL && at != address &&
         at[1] != '\0' && strchr(at + 1, '@') == NULL && address[strcspn(address, " <>\"\\()[],;:")] == '\0';
}

enum err mail_compose(struct arena *arena, const struct mail *mail, const char **bytes, size_t *size) {
  if (!headers_are_clean(mail))
    return ERR_INVALID;
  struct parts parts = {.text = mail_body_text(arena, mail), .html = mail_body_html(arena, mail)};
  // What does not change between two tries, so that stores which share a domain do not collide.
  const struct digest_part digested[] = {
      {&mail->id, sizeof mail->id}, {mail->to_address, strlen(mail->to_address)}, {parts.html, strlen(parts.html)}};
  uint8_t digest[DIGEST_BYTES];
  digest_parts(digested, sizeof digested / sizeof *digested, digest);
  parts.boundary = digest_hex(arena, digest, MESSAGE_ID_BYTES);
  struct text out;
  text_init(&out, arena);
  add_headers(&out, mail, &parts);
  text_add(&out, "\r\n");
  add_part(&out, &parts, "text/plain", parts.text);
  add_part(&out, &parts, "text/html", parts.html);
  text_add_format(&out, "--=_%s--\r\n", parts.boundary);
  *bytes = text_get(&out);
  *size = out.size;
  return ERR_OK;
}

const char *mail_subject(struct arena *arena, const struct mail *mail) {
  if (mail->count == 1)
    return mail->messages[0].subject;
  const char *course = mail->messages[0].course;
  for (size_t i = 1; i < mail->count; i++)
    if (!text_equal(course, mail->messages[i].course))
      course = NULL;
  struct text out;
  text_init(&out, arena);
  text_add_format(&out, "%zu things%s%s:", mail->count, course == NULL ? "" : " in ", course == NULL ? "" : course);
  size_t left = MAIL_SUBJECT_CHARACTERS_MAX - utf8_length(text_get(&out)) - 3; // "; …"
  for (size_t i = 0; i < mail->count; i++) {
    const char *subject = mail->messages[i].subject;
    size_t length = utf8_length(subject) + 2;
    if (length > left) {
      text_add(&out, i == 0 ? " \xe2\x80\xa6" : "; \xe2\x80\xa6");
      break;
    }
    text_add_format(&out, "%s%s", i == 0 ? " " : "; ", subject);
    left -= length;
  }
  return text_get(&out);
}

static bool headers_are_clean(const struct mail *mail) {
  for (size_t i = 0; i < mail->count; i++)
    if (!mail_header_is_clean(mail->messages[i].subject) ||
        (mail->messages[i].course != NULL && !mail_header_is_clean(mail->messages[i].course)))
      return false;
  const char *unsubscribe = mail->unsubscribe == NULL ? "" : mail->unsubscribe;
  const char *public_url = mail->public_url == NULL ? "" : mail->public_url;
  return mail_address_is_clean(mail->from_address) && mail_address_is_clean(mail->to_address) &&
         mail_header_is_clean(mail->to_name) && is_plain(unsubscribe) && is_plain(public_url) &&
         unsubscribe[strcspn(unsubscribe, " <>")] == '\0' && public_url[strcspn(public_url, " <>")] == '\0';
}

static void add_headers(struct text *out, const struct mail *mail, const struct parts *parts) {
  const char *subject = mail_subject(out->arena, mail);
  const char *domain = strchr(mail->from_address, '@') + 1;
  add_date(out, mail->date);
  text_add_format(out, "From: Tandem <%s>\r\nTo: ", mail->from_address);
  if (mail->to_name[0] != '\0') {
    add_name(out, mail->to_name);
    text_add(out, "\r\n ");
  }
  text_add_format(out, "<%s>\r\nSubject: ", mail->to_address);
  if (is_plain(subject) && strlen(subject) + sizeof "Subject: " <= PLAIN_LINE_MAX)
    text_add(out, subject);
  else
    add_encoded(out, subject);
  text_add_format(out, "\r\nMessage-ID: <%" PRId64 ".%s@%s>\r\n", mail->id, parts->boundary, domain);
  text_add(out, "Auto-Submitted: auto-generated\r\n"); // RFC 3834
  add_unsubscribe(out, mail);
  text_add_format(out, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_%s\"\r\n",
                  parts->boundary);
}

// RFC 8058 3.1: one click needs https.
static void add_unsubscribe(struct text *out, const struct mail *mail) {
  if (mail->unsubscribe == NULL || mail->public_url == NULL)
    return;
  text_add_format(out, "List-Unsubscribe:\r\n <%s%s>\r\n", mail->public_url, mail->unsubscribe);
  if (text_starts(mail->public_url, "https://"))
    text_add(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
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

// The boundary is a digest of what stands in the parts: nobody can write it into one.
static void add_part(struct text *out, const struct parts *parts, const char *type, const char *body) {
  bool is_literal = body_is_plain(body);
  text_add_format(out, "--=_%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
                  parts->boundary, type, is_literal ? "7bit" : "quoted-printable");
  if (is_literal)
    add_plain_body(out, body);
  else
    add_quoted_body(out, body);
  text_add(out, "\r\n"); // belongs to the boundary that follows (RFC 2046 5.1.1)
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
