// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/preference_unsubscribe.h"

#include <string.h>

#include "common/base/html.h"
#include "server/accounts/person.h"
#include "server/accounts/preference.h"
#include "server/http/static_files.h"

// The path says all, whatever the body does ("List-Unsubscribe=One-Click", or a mail program's own words), but for the
// one that only a button of our own page sends.
const struct shape unsubscribe_shape = {"Unsubscribe", MEDIA_FORM, 4096, 0, NULL, 0};
const struct answer unsubscribe_answer = {"UnsubscribePage", "text/html", false, NULL, 0};

static const char on_again[] = "mails=on";

static enum err read_link(struct request *request, struct notice_link *out);
static enum err write_page(struct request *request, const struct notice_link *link, bool is_back);
static void write_question(struct text *out, const struct notice_link *on, const struct notice_link *off);
static void write_done(struct text *out, const struct notice_link *off);
static void write_kinds(struct text *out, const char *before, const struct notice_link *link);

enum err unsubscribe_get(struct request *request) {
  struct notice_link link;
  enum err err = read_link(request, &link);
  return err == ERR_OK ? write_page(request, &link, false) : err;
}

enum err unsubscribe_post(struct request *request) {
  struct notice_link link;
  size_t size = sizeof on_again - 1;
  bool is_on = request->body_size == size && memcmp(request->body, on_again, size) == 0;
  enum err err = read_link(request, &link);
  for (size_t i = 0; err == ERR_OK && i < link.count; i++)
    err = preference_choose(&request->act, link.person, link.kinds[i], is_on);
  return err == ERR_OK ? write_page(request, &link, is_on) : err;
}

static enum err read_link(struct request *request, struct notice_link *out) {
  struct person reader;
  enum err err = notice_unsubscribe_read(request->act.db, request->arena, request_text(request, "secret"), out);
  if (err == ERR_OK)
    err = person_get(request->act.db, request->arena, out->person, &reader);
  if (err == ERR_OK && reader.email == NULL)
    err = ERR_NOT_FOUND; // erased since
  if (err != ERR_NOT_FOUND)
    return err;
  return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                       "This link is not whole, or does not hold any more; nothing was changed. Open it from the mail "
                       "again. If it stands there in two lines, copy all of it.");
}

// A page whose button posts: with no-referrer a browser would send "Origin: null", which is refused beside a cookie.
static enum err write_page(struct request *request, const struct notice_link *link, bool is_back) {
  struct notice_link on = {0}, off = {0};
  for (size_t i = 0; i < link->count; i++) {
    bool is_on = false;
    enum err err = notice_is_on(request->act.db, link->person, link->kinds[i], &is_on);
    if (err != ERR_OK)
      return err;
    struct notice_link *list = is_on ? &on : &off;
    list->kinds = arena_more(request->arena, list->kinds, list->count, sizeof(const struct notice_kind *));
    list->kinds[list->count++] = link->kinds[i];
  }
  const char *title = is_back ? "These mails are on again" : on.count > 0 ? "Stop these mails?" : "These mails are off";
  struct text words;
  text_init(&words, request->arena);
  text_add_format(&words, "<h1>%s</h1>\n", title);
  if (on.count > 0)
    write_question(&words, &on, &off);
  else
    write_done(&words, &off);
  static_file_page(request, "/unsubscribe", title, text_get(&words), "same-origin");
  return ERR_OK;
}

static void write_question(struct text *out, const struct notice_link *on, const struct notice_link *off) {
  write_kinds(out, "They tell:", on);
  if (off->count > 0)
    write_kinds(out, "Off already:", off);
  text_add(out, "<form method=\"post\"><button type=\"submit\">Stop these mails</button></form>\n"
                "<p class=\"faint\">All other mails go on coming. Tandem keeps what these would have told, and this "
                "page turns them on again.</p>\n");
}

static void write_done(struct text *out, const struct notice_link *off) {
  write_kinds(out, "No mail leaves any more that tells:", off);
  text_add_format(out,
                  "<p>All other mails go on coming, and Tandem keeps what these would have told. To get them again, "
                  "press the button, now or whenever you open this link.</p>\n"
                  "<form method=\"post\"><button type=\"submit\" class=\"quiet\" name=\"%.*s\" value=\"%s\">"
                  "Turn them on again</button></form>\n",
                  (int)strcspn(on_again, "="), on_again, strchr(on_again, '=') + 1);
}

static void write_kinds(struct text *out, const char *before, const struct notice_link *link) {
  text_add_format(out, "<p>%s</p>\n<ul>\n", before);
  for (size_t i = 0; i < link->count; i++) {
    text_add(out, "<li>");
    html_add(out, link->kinds[i]->title);
    text_add(out, "</li>\n");
  }
  text_add(out, "</ul>\n");
}
