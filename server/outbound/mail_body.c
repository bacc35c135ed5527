// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_body.h"

#include <string.h>

#include "common/base/html.h"

static const char choice_words[] = "Which mails you get, and when, is yours to choose: sign in at ";
static const char *const unsubscribe_words[] = {"No more mail of this kind: ", "No more mail of these kinds: "};
static const char staying_words[] = "What else this mail tells cannot be turned off and goes on coming:";

static void add_message_text(struct text *out, const struct mail *mail, const struct mail_message *message);
static void add_message_html(struct text *out, const struct mail *mail, const struct mail_message *message);
static void add_end_text(struct text *out, const struct mail *mail);
static void add_end_html(struct text *out, const struct mail *mail);
static void add_link(struct text *out, const struct mail *mail, const char *path);
static bool has_unsubscribe(const struct mail *mail);
static size_t count_kinds(const struct mail *mail, bool may_be_off);
static void add_kinds_text(struct text *out, const struct mail *mail, bool may_be_off);
static void add_kinds_html(struct text *out, const struct mail *mail, bool may_be_off);

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
  html_add(&out, mail_subject(arena, mail));
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
  html_add(out, message->subject);
  text_add(out, "</h2>\n<p>");
  html_add_lines(out, message->words);
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
  if (!has_unsubscribe(mail))
    return;
  text_add_format(out, "\n%s%s%s\n", unsubscribe_words[count_kinds(mail, true) > 1], url, mail->unsubscribe);
  add_kinds_text(out, mail, true);
  if (count_kinds(mail, false) == 0)
    return;
  text_add_format(out, "%s\n", staying_words);
  add_kinds_text(out, mail, false);
}

static void add_end_html(struct text *out, const struct mail *mail) {
  if (mail->why == NULL)
    return;
  text_add(out, "<hr>\n<p><small>");
  html_add_lines(out, mail->why);
  if (mail->has_choice) {
    text_add_format(out, "<br>\n%s", choice_words);
    if (mail->public_url == NULL)
      text_add(out, "the Tandem server");
    else
      add_link(out, mail, "/");
  }
  text_add(out, "</small></p>\n");
  if (!has_unsubscribe(mail))
    return;
  text_add_format(out, "<p><small>%s", unsubscribe_words[count_kinds(mail, true) > 1]);
  add_link(out, mail, mail->unsubscribe);
  text_add(out, "</small></p>\n");
  add_kinds_html(out, mail, true);
  if (count_kinds(mail, false) == 0)
    return;
  text_add_format(out, "<p><small>%s</small></p>\n", staying_words);
  add_kinds_html(out, mail, false);
}

static bool has_unsubscribe(const struct mail *mail) { return mail->unsubscribe != NULL && mail->public_url != NULL; }

static size_t count_kinds(const struct mail *mail, bool may_be_off) {
  size_t count = 0;
  for (size_t i = 0; i < mail->kind_count; i++)
    count += mail->kinds[i]->may_be_off == may_be_off;
  return count;
}

static void add_kinds_text(struct text *out, const struct mail *mail, bool may_be_off) {
  for (size_t i = 0; i < mail->kind_count; i++)
    if (mail->kinds[i]->may_be_off == may_be_off)
      text_add_format(out, "- %s\n", mail->kinds[i]->title);
}

static void add_kinds_html(struct text *out, const struct mail *mail, bool may_be_off) {
  text_add(out, "<ul>\n");
  for (size_t i = 0; i < mail->kind_count; i++) {
    if (mail->kinds[i]->may_be_off != may_be_off)
      continue;
    text_add(out, "<li><small>");
    html_add(out, mail->kinds[i]->title);
    text_add(out, "</small></li>\n");
  }
  text_add(out, "</ul>\n");
}

// Only the path, when nobody knows what stands before it.
static void add_link(struct text *out, const struct mail *mail, const char *path) {
  if (mail->public_url == NULL) {
    html_add(out, path);
    return;
  }
  const char *url = arena_format(out->arena, "%s%s", mail->public_url, path);
  text_add(out, "<a href=\"");
  html_add(out, url);
  text_add(out, "\">");
  html_add(out, url);
  text_add(out, "</a>");
}
