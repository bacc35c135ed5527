// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_body.h"

#include <string.h>

#include "common/base/text.h"

static const char choice_words[] = "Which mails you get, and when, is yours to choose: sign in at ";
static const char unsubscribe_words[] = "No more mail of this kind: ";

static void add_message_text(struct text *out, const struct mail *mail, const struct mail_message *message);
static void add_message_html(struct text *out, const struct mail *mail, const struct mail_message *message);
static void add_end_text(struct text *out, const struct mail *mail);
static void add_end_html(struct text *out, const struct mail *mail);
static void add_link(struct text *out, const struct mail *mail, const char *path);
static void add_escaped(struct text *out, const char *words, bool has_lines);

const char *mail_body_text(struct arena *arena, const struct mail *mail) {
  struct text out;
  text_init(&out, arena);
  for (size_t i = 0; i < mail->count; i++) {
    if (mail->count > 1)
      text_add_format(&out, "%s%zu. %s\n\n", i == 0 ? "" : "\n", i + 1, mail->messages[i].subject);
    add_message_text(&out, mail, &mail->messages[i]);
  }
  add_end_text(&out, mail);
  return text_get(&out);
}

const char *mail_body_html(struct arena *arena, const struct mail *mail) {
  struct text out;
  text_init(&out, arena);
  text_add(&out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
  add_escaped(&out, mail_subject(arena, mail), false);
  text_add(&out, "</title></head><body>\n");
  for (size_t i = 0; i < mail->count; i++)
    add_message_html(&out, mail, &mail->messages[i]);
  add_end_html(&out, mail);
  text_add(&out, "</body></html>\n");
  return text_get(&out);
}

static void add_message_text(struct text *out, const struct mail *mail, const struct mail_message *message) {
  text_add(out, message->words);
  size_t size = strlen(message->words);
  if (size == 0 || message->words[size - 1] != '\n')
    text_add_char(out, '\n');
  if (message->link == NULL)
    return;
  if (mail->public_url != NULL)
    text_add_format(out, "\n%s%s\n", mail->public_url, message->link);
  else
    text_add_format(out, "\nOn the Tandem server: %s\n", message->link);
}

static void add_message_html(struct text *out, const struct mail *mail, const struct mail_message *message) {
  text_add(out, "<h2>");
  add_escaped(out, message->subject, false);
  text_add(out, "</h2>\n<p>");
  add_escaped(out, message->words, true);
  text_add(out, "</p>\n");
  if (message->link == NULL)
    return;
  text_add(out, "<p>");
  if (mail->public_url == NULL)
    text_add(out, "On the Tandem server: ");
  add_link(out, mail, message->link);
  text_add(out, "</p>\n");
}

static void add_end_text(struct text *out, const struct mail *mail) {
  if (mail->why == NULL)
    return;
  const char *url = mail->public_url == NULL ? "" : mail->public_url;
  text_add_format(out, "\n-- \n%s\n", mail->why); // the mark before a signature (RFC 3676 4.3)
  if (mail->has_choice)
    text_add_format(out, "%s%s%s\n", choice_words, url, mail->public_url == NULL ? "the Tandem server" : "/");
  if (mail->unsubscribe != NULL && mail->public_url != NULL)
    text_add_format(out, "%s%s%s\n", unsubscribe_words, url, mail->unsubscribe);
}

static void add_end_html(struct text *out, const struct mail *mail) {
  if (mail->why == NULL)
    return;
  text_add(out, "<hr>\n<p><small>");
  add_escaped(out, mail->why, true);
  if (mail->has_choice) {
    text_add_format(out, "<br>\n%s", choice_words);
    if (mail->public_url == NULL)
      text_add(out, "the Tandem server");
    else
      add_link(out, mail, "/");
  }
  if (mail->unsubscribe != NULL && mail->public_url != NULL) {
    text_add_format(out, "<br>\n%s", unsubscribe_words);
    add_link(out, mail, mail->unsubscribe);
  }
  text_add(out, "</small></p>\n");
}

// Only the path, when nobody knows what stands before it.
static void add_link(struct text *out, const struct mail *mail, const char *path) {
  if (mail->public_url == NULL) {
    add_escaped(out, path, false);
    return;
  }
  const char *url = arena_format(out->arena, "%s%s", mail->public_url, path);
  text_add(out, "<a href=\"");
  add_escaped(out, url, false);
  text_add(out, "\">");
  add_escaped(out, url, false);
  text_add(out, "</a>");
}

static void add_escaped(struct text *out, const char *words, bool has_lines) {
  for (const char *c = words; *c != '\0'; c++) {
    if (*c == '&')
      text_add(out, "&amp;");
    else if (*c == '<')
      text_add(out, "&lt;");
    else if (*c == '>')
      text_add(out, "&gt;");
    else if (*c == '"')
      text_add(out, "&quot;");
    else if (*c == '\'')
      text_add(out, "&#39;");
    else if (*c == '\n' && has_lines && c[1] != '\0')
      text_add(out, "<br>\n");
    else
      text_add_char(out, *c);
  }
}
