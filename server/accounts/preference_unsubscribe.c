// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/preference_unsubscribe.h"

#include <assert.h>
#include <string.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/accounts/preference.h"
#include "server/http/static_files.h"

// Whatever the body says ("List-Unsubscribe=One-Click", or a mail program's own words), the path says all.
const struct shape unsubscribe_shape = {"Unsubscribe", MEDIA_FORM, 4096, 0, NULL, 0};
const struct answer unsubscribe_answer = {"UnsubscribePage", "text/html", false, NULL, 0};

static const char template_path[] = "/unsubscribe"; // server/web/unsubscribe.html
static const char begin_mark[] = "<!-- words -->", end_mark[] = "<!-- /words -->";

static enum err read_token(struct request *request, int64_t *person, const struct notice_kind **kind);
static void write_page(struct request *request, const char *words);

enum err unsubscribe_get(struct request *request) {
  const struct notice_kind *kind = NULL;
  int64_t person = 0;
  bool is_on = false;
  enum err err = read_token(request, &person, &kind);
  if (err == ERR_OK)
    err = notice_is_on(request->act.db, person, kind, &is_on);
  if (err != ERR_OK)
    return err;
  const char *title = kind->title; // of our own table: nothing in it needs escaping
  if (is_on)
    write_page(request, arena_format(request->arena,
                                     "<h1>Stop these mails?</h1>\n<p>They tell: “%s”. You can go on reading such "
                                     "messages in Tandem, and turn the mails on again on your account's page.</p>\n"
                                     "<form method=\"post\"><button type=\"submit\">Stop these mails</button></form>",
                                     title));
  else
    write_page(request, arena_format(request->arena,
                                     "<h1>These mails are off</h1>\n<p>No mail leaves that tells: “%s”.</p>", title));
  return ERR_OK;
}

enum err unsubscribe_post(struct request *request) {
  const struct notice_kind *kind = NULL;
  int64_t person = 0;
  enum err err = read_token(request, &person, &kind);
  if (err == ERR_OK)
    err = preference_choose(&request->act, person, kind, false);
  if (err != ERR_OK)
    return err;
  write_page(request, arena_format(request->arena,
                                   "<h1>These mails are off</h1>\n<p>No mail leaves any more that tells: “%s”. Such "
                                   "messages can be read in Tandem, and your account's page turns the mails on "
                                   "again.</p>",
                                   kind->title));
  return ERR_OK;
}

static enum err read_token(struct request *request, int64_t *person, const struct notice_kind **kind) {
  struct person reader;
  enum err err =
      notice_unsubscribe_read(request->act.db, request->arena, request_text(request, "secret"), person, kind);
  if (err == ERR_OK)
    err = person_get(request->act.db, request->arena, *person, &reader);
  if (err == ERR_OK && reader.email == NULL)
    err = ERR_NOT_FOUND; // erased since
  if (err != ERR_NOT_FOUND)
    return err;
  return problem_raise(
      &request->problem, PROBLEM_NOT_FOUND,
      "This link is not whole. Open it from the mail again, or turn mails off on your account's page.");
}

// A page whose button posts: with no-referrer a browser would send "Origin: null", which is refused beside a cookie.
static void write_page(struct request *request, const char *words) {
  const struct static_file *file = static_file_find(template_path);
  assert(file != NULL);
  const char *bytes = (const char *)file->bytes;
  const char *begin = memmem(bytes, file->size, begin_mark, sizeof begin_mark - 1);
  const char *end = memmem(bytes, file->size, end_mark, sizeof end_mark - 1);
  assert(begin != NULL && end != NULL && begin < end);
  struct text *page = reply_text(request, "text/html; charset=utf-8");
  text_add_n(page, bytes, (size_t)(begin - bytes));
  text_add(page, words);
  text_add_n(page, end, (size_t)(bytes + file->size - end));
  static_file_protect(request, "same-origin");
}
