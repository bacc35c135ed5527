// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/secret.h"
#include "common/base/text.h"

static int setup(void **state) {
  assert_int_equal(ERR_OK, secret_init());
  *state = arena_new();
  return 0;
}

static int teardown(void **state) {
  arena_free(*state);
  return 0;
}

// Of one message, which the test may change.
struct letter {
  struct mail_message messages[3];
  struct mail mail;
};

static void write_letter(struct letter *out) {
  *out = (struct letter){
      .messages = {{.course = "smr", .subject = "You are invited", .words = "Join us.\nSoon.", .link = "/courses/smr"},
                   {.course = "smr", .subject = "A date moved", .words = "To Friday.\n"},
                   {.course = "smr", .subject = "Your team is registered", .words = "Well done."}},
      .mail = {.id = 12,
               .date = 1693922400,
               .from_address = "tandem@example.edu",
               .to_name = "Ada Lovelace",
               .to_address = "ada@example.edu",
               .count = 1,
               .public_url = "https://tandem.example.edu",
               .why = "You get this because you are in smr on Tandem.",
               .has_choice = true},
  };
  out->mail.messages = out->messages;
}

static const char *compose(struct arena *arena, const struct mail *mail) {
  const char *bytes = NULL;
  size_t size = 0;
  assert_int_equal(ERR_OK, mail_compose(arena, mail, &bytes, &size));
  assert_int_equal(size, strlen(bytes));
  // RFC 5322 2.1.1: no line is longer than 998, and every line end is CRLF.
  for (const char *line = bytes; *line != '\0';) {
    const char *end = strchr(line, '\n');
    assert_non_null(end);
    assert_true(end > line && end[-1] == '\r');
    assert_true(end - line <= 999);
    line = end + 1;
  }
  return bytes;
}

// A header's value as sent, folds included; NULL: there is none.
static const char *find_header(struct arena *arena, const char *bytes, const char *name) {
  const char *body = strstr(bytes, "\r\n\r\n");
  const char *start = strstr(bytes, arena_format(arena, "\r\n%s:", name));
  if (start == NULL || start > body)
    return NULL;
  start += strlen(name) + 3;
  const char *end = strstr(start, "\r\n");
  while (end[2] == ' ')
    end = strstr(end + 1, "\r\n");
  return arena_text_n(arena, start, (size_t)(end - start));
}

static const char *header(struct arena *arena, const char *bytes, const char *name) {
  const char *value = find_header(arena, bytes, name);
  assert_non_null(value);
  return value + (*value == ' ');
}

// A part's headers and body, as sent.
static const char *part(struct arena *arena, const char *bytes, size_t number) {
  const char *type = header(arena, bytes, "Content-Type");
  const char *boundary = strstr(type, "boundary=\"") + strlen("boundary=\"");
  const char *mark = arena_format(arena, "--%.*s", (int)strcspn(boundary, "\""), boundary);
  const char *start = bytes;
  for (size_t i = 0; i <= number; i++) {
    start = strstr(start, mark);
    assert_non_null(start);
    start += strlen(mark) + 2;
  }
  const char *end = strstr(start, mark);
  assert_non_null(end);
  return arena_text_n(arena, start, (size_t)(end - 2 - start));
}

static void a_plain_message_is_as_rfc_5322_and_2046_want_it(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  const char *bytes = compose(arena, &letter.mail);
  const char *id = header(arena, bytes, "Message-ID");
  const char *digest = arena_format(arena, "%.16s", id + 4);
  assert_string_equal(
      bytes,
      arena_format(arena,
                   "Date: Tue, 05 Sep 2023 14:00:00 +0000\r\n"
                   "From: Tandem <tandem@example.edu>\r\n"
                   "To: \"Ada Lovelace\"\r\n <ada@example.edu>\r\n"
                   "Subject: You are invited\r\n"
                   "Message-ID: <12.%s@example.edu>\r\n"
                   "Auto-Submitted: auto-generated\r\n"
                   "MIME-Version: 1.0\r\n"
                   "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n"
                   "--=_%s\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: 7bit\r\n\r\n"
                   "Join us.\r\nSoon.\r\n\r\nhttps://tandem.example.edu/courses/smr\r\n\r\n-- \r\n"
                   "You get this because you are in smr on Tandem.\r\n"
                   "Which mails you get, and when, is yours to choose: sign in at https://tandem.example.edu/\r\n"
                   "\r\n--=_%s\r\n"
                   "Content-Type: text/html; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: 7bit\r\n\r\n"
                   "<!doctype html>\r\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<title>You are invited</title></head><body>\r\n"
                   "<h2>You are invited</h2>\r\n<p>Join us.<br>\r\nSoon.</p>\r\n"
                   "<p><a href=\"https://tandem.example.edu/courses/smr\">https://tandem.example.edu/courses/smr</a>"
                   "</p>\r\n"
                   "<hr>\r\n<p><small>You get this because you are in smr on Tandem.<br>\r\n"
                   "Which mails you get, and when, is yours to choose: sign in at "
                   "<a href=\"https://tandem.example.edu/\">https://tandem.example.edu/</a></small></p>\r\n"
                   "</body></html>\r\n"
                   "\r\n--=_%s--\r\n",
                   digest, digest, digest, digest, digest));
}

static void the_message_id_is_the_same_at_every_try_and_another_for_another_mail(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  const char *bytes = compose(arena, &letter.mail);
  assert_string_equal(bytes, compose(arena, &letter.mail));
  const char *id = header(arena, bytes, "Message-ID");
  letter.messages[0].words = "Other words";
  assert_string_not_equal(id, header(arena, compose(arena, &letter.mail), "Message-ID"));
  write_letter(&letter);
  letter.mail.id++;
  assert_string_not_equal(id, header(arena, compose(arena, &letter.mail), "Message-ID"));
}

static void headers_are_encoded_when_they_must_be(void **state) {
  struct arena *arena = *state;
  static const struct {
    const char *subject;
    const char *sent;
    const char *why;
  } cases[] = {
      {"Zo\xc3\xab", "=?utf-8?B?Wm/Dqw==?=", "a letter beyond ASCII"},
      {"Z\xc3\xab", "=?utf-8?B?WsOr?=", "no padding"},
      {"=?utf-8?B?WsOr?=", "=?utf-8?B?PT91dGYtOD9CP1dzT3I/PQ==?=", "what looks encoded already"},
      {"plain = ? text", "plain = ? text", "what only nearly does"},
      {"\"quoted\" <a@b>, ;:", "\"quoted\" <a@b>, ;:", "quotes mean nothing in a subject"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
       "=?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh?=\r\n "
       "=?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=",
       "too long for one line"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xf0\x9f\x98\x80",
       "=?utf-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n =?utf-8?B?8J+YgA==?=",
       "no character is cut"},
      {"", "", "nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct letter letter;
    write_letter(&letter);
    letter.messages[0].subject = cases[i].subject;
    const char *sent = header(arena, compose(arena, &letter.mail), "Subject");
    if (strcmp(sent, cases[i].sent) != 0)
      fail_msg("%s: %s", cases[i].why, sent);
  }
}

static void names_are_quoted_or_encoded(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  letter.mail.to_name = "Ada \"Countess\" \\ Lovelace, <eve@example.org>";
  assert_string_equal("\"Ada \\\"Countess\\\" \\\\ Lovelace, <eve@example.org>\"\r\n <ada@example.edu>",
                      header(arena, compose(arena, &letter.mail), "To"));
  letter.mail.to_name = "Zo\xc3\xab";
  assert_string_equal("=?utf-8?B?Wm/Dqw==?=\r\n <ada@example.edu>", header(arena, compose(arena, &letter.mail), "To"));
  char name[301];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  letter.mail.to_name = letter.messages[0].subject = name;
  const char *bytes = compose(arena, &letter.mail);
  for (const char *line = bytes; line < strstr(bytes, "\r\n\r\n"); line = strstr(line, "\r\n") + 2)
    assert_in_range(strcspn(line, "\r"), 1, 78);
}

static void nothing_becomes_a_header_of_its_own(void **state) {
  struct arena *arena = *state;
  static const char *const wrong[] = {
      "a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\tb", "a\x7f", "a\x01", "\xff", "a\xc2\x85 b", "a\xc2\x9b"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    for (int at = 0; at < 7; at++) {
      struct letter letter;
      write_letter(&letter);
      letter.mail.count = 3;
      const char **const fields[] = {
          &letter.mail.from_address,   &letter.mail.to_name,       &letter.mail.to_address, &letter.messages[0].subject,
          &letter.messages[2].subject, &letter.messages[0].course, &letter.mail.unsubscribe};
      *fields[at] = wrong[i];
      const char *bytes = NULL;
      size_t size = 0;
      if (mail_compose(arena, &letter.mail, &bytes, &size) != ERR_INVALID)
        fail_msg("case %zu in field %d", i, at);
    }
  }
}

static void addresses_are_plain_ones(void **state) {
  static const struct {
    const char *address;
    bool is_clean;
    const char *why;
  } cases[] = {
      {"ada@example.edu", true, "the usual"},
      {"ada.l+smr_1'x@mail.example.edu", true, "what stands in local parts"},
      {"zo\xc3\xab@example.edu", true, "a letter beyond ASCII"},
      {"a@b", true, "the shortest"},
      {"", false, "nothing"},
      {"ada", false, "no domain"},
      {"@b", false, "no local part"},
      {"a@", false, "an empty domain"},
      {"a@b@c", false, "two"},
      {"a b@c", false, "a blank"},
      {"\"a\"@c", false, "quotes"},
      {"<a@c>", false, "brackets"},
      {"a@c,b@c", false, "a list"},
      {"a@c\r\nDATA", false, "a line end"},
      {"a@c\n", false, "a line feed at the end"},
      {"a\\@c", false, "a backslash"},
      {"a@c\xc2\x85", false, "a control character beyond ASCII"},
      {"a@\xff", false, "no UTF-8"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (mail_address_is_clean(cases[i].address) != cases[i].is_clean)
      fail_msg("%s", cases[i].why);
  char address[300];
  memset(address, 'a', sizeof address);
  address[2] = '@';
  address[254] = '\0';
  assert_true(mail_address_is_clean(address));
  address[254] = 'a';
  address[255] = '\0';
  assert_false(mail_address_is_clean(address));
}

static void a_body_beyond_ascii_is_quoted_printable(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  letter.mail.why = NULL;
  letter.messages[0].link = NULL;
  letter.messages[0].words = "Zo\xc3\xab = 1 \nend\t\n";
  assert_string_equal("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                      "Zo=C3=AB =3D 1=20\r\nend=09\r\n",
                      part(arena, compose(arena, &letter.mail), 0));
  char words[2000];
  memset(words, 'x', sizeof words - 1);
  words[sizeof words - 1] = '\0';
  letter.messages[0].words = words;
  for (int i = 0; i < 2; i++) { // too long a line; and with a letter where a line would end
    memcpy(words + 74, i == 0 ? "xx" : "\xc3\xab", 2);
    for (const char *line = strstr(part(arena, compose(arena, &letter.mail), 0), "\r\n\r\n") + 4; *line != '\0';) {
      size_t size = strcspn(line, "\r");
      assert_in_range(size, 1, 76);
      line += size + 2;
    }
  }
}

static void html_holds_no_mark_up_but_ours(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  letter.messages[0] = (struct mail_message){.subject = "<b>\"&'</title><script>alert(1)</script>",
                                             .words = "<img src=//evil.example/x>\n&lt; \"'",
                                             .link = "/x?a=1&b=\"><script>"};
  const char *html = part(arena, compose(arena, &letter.mail), 1);
  assert_null(strstr(html, "<script"));
  assert_null(strstr(html, "<img"));
  assert_null(strstr(html, "<b>"));
  assert_non_null(strstr(html, "&lt;img src=//evil.example/x&gt;<br>\r\n&amp;lt; &quot;&#39;</p>"));
  assert_non_null(strstr(html, "href=\"https://tandem.example.edu/x?a=1&amp;b=&quot;&gt;&lt;script&gt;\""));
  // Every link leads to the server itself.
  for (const char *at = html; (at = strstr(at, "href=\"")) != NULL; at++)
    assert_int_equal(0, strncmp(at, "href=\"https://tandem.example.edu/", 33));
}

static void without_a_public_url_the_path_stands_alone(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  letter.mail.public_url = NULL;
  letter.mail.unsubscribe = "/unsubscribe/x";
  const char *bytes = compose(arena, &letter.mail);
  assert_non_null(strstr(part(arena, bytes, 0), "\r\n\r\nOn the Tandem server: /courses/smr\r\n"));
  assert_null(strstr(bytes, "href"));
  assert_null(find_header(arena, bytes, "List-Unsubscribe"));
}

static void one_click_ends_a_kind_that_may_be_off_over_https_only(void **state) {
  struct arena *arena = *state;
  static const struct {
    const char *public_url;
    const char *path;
    const char *link;
    const char *post;
    const char *why;
  } cases[] = {
      {"https://t.edu", "/unsubscribe/17.x", "\r\n <https://t.edu/unsubscribe/17.x>", "List-Unsubscribe=One-Click",
       "RFC 8058"},
      {"http://t.edu", "/unsubscribe/17.x", "\r\n <http://t.edu/unsubscribe/17.x>", NULL, "a link, no click"},
      {"https://t.edu", NULL, NULL, NULL, "a kind that may not be off"},
      {NULL, "/unsubscribe/17.x", NULL, NULL, "nobody knows where"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct letter letter;
    write_letter(&letter);
    letter.mail.public_url = cases[i].public_url;
    letter.mail.unsubscribe = cases[i].path;
    const char *bytes = compose(arena, &letter.mail);
    const char *link = find_header(arena, bytes, "List-Unsubscribe");
    const char *post = find_header(arena, bytes, "List-Unsubscribe-Post");
    if (!text_equal(link, cases[i].link) || !text_equal(post == NULL ? NULL : post + 1, cases[i].post))
      fail_msg("%s: %s, %s", cases[i].why, link, post);
    if ((link != NULL) != (strstr(part(arena, bytes, 0), "No more mail of this kind: ") != NULL))
      fail_msg("%s: in the words", cases[i].why);
  }
}

static void the_words_say_what_the_link_turns_off_and_what_it_cannot(void **state) {
  struct arena *arena = *state;
#define LINK "https://tandem.example.edu/unsubscribe/17.x"
#define ASK "<p><small>No more mail of "
#define HREF "<a href=\"" LINK "\">" LINK "</a></small></p>\r\n<ul>\r\n"
#define STAYS "What else this mail tells cannot be turned off and goes on coming:"
  static const struct {
    const char *kinds[4];
    size_t count;
    const char *text;
    const char *html;
  } cases[] = {
      {{"member left"},
       1,
       "No more mail of this kind: " LINK "\r\n- Somebody left your team\r\n",
       ASK "this kind: " HREF "<li><small>Somebody left your team</small></li>\r\n</ul>\r\n</body>"},
      {{"member left", "proposal comments"},
       2,
       "No more mail of these kinds: " LINK "\r\n- Somebody left your team\r\n- New comments on your team's "
       "proposal\r\n",
       ASK "these kinds: " HREF "<li><small>Somebody left your team</small></li>\r\n<li><small>New comments on your "
           "team&#39;s proposal</small></li>\r\n</ul>\r\n</body>"},
      {{"extension", "member left", "lab seat"},
       3,
       "No more mail of this kind: " LINK "\r\n- Somebody left your team\r\n" STAYS "\r\n- You have more time\r\n"
       "- A lab seat: offered, expired, the list ended\r\n",
       ASK "this kind: " HREF "<li><small>Somebody left your team</small></li>\r\n</ul>\r\n<p><small>" STAYS
           "</small></p>\r\n<ul>\r\n<li><small>You have more time</small></li>\r\n<li><small>A lab seat: offered, "
           "expired, the list ended</small></li>\r\n</ul>\r\n</body>"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct notice_kind *kinds[4];
    for (size_t j = 0; j < cases[i].count; j++)
      kinds[j] = notice_kind_find(cases[i].kinds[j]);
    struct letter letter;
    write_letter(&letter);
    letter.mail.unsubscribe = "/unsubscribe/17.x";
    letter.mail.kinds = kinds;
    letter.mail.kind_count = cases[i].count;
    const char *bytes = compose(arena, &letter.mail);
    assert_string_equal(bytes, compose(arena, &letter.mail));
    const char *end = strstr(part(arena, bytes, 0), cases[i].text);
    if (end == NULL || strlen(end) != strlen(cases[i].text))
      fail_msg("%s", part(arena, bytes, 0));
    if (strstr(part(arena, bytes, 1), cases[i].html) == NULL)
      fail_msg("%s", part(arena, bytes, 1));
  }
}

static void several_messages_are_one_mail_in_their_order(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  write_letter(&letter);
  letter.mail.count = 3;
  assert_string_equal("3 things in smr: You are invited; A date moved; Your team is registered",
                      mail_subject(arena, &letter.mail));
  const char *text = part(arena, compose(arena, &letter.mail), 0);
  assert_non_null(strstr(text, "\r\n\r\n1. You are invited\r\n\r\nJoin us.\r\nSoon.\r\n\r\n"
                               "https://tandem.example.edu/courses/smr\r\n\r\n"
                               "2. A date moved\r\n\r\nTo Friday.\r\n\r\n"
                               "3. Your team is registered\r\n\r\nWell done.\r\n\r\n-- \r\n"));
  letter.messages[1].course = "other";
  assert_string_equal("3 things: You are invited; A date moved; Your team is registered",
                      mail_subject(arena, &letter.mail));
  letter.messages[1].course = NULL;
  assert_string_equal("3 things: You are invited; A date moved; Your team is registered",
                      mail_subject(arena, &letter.mail));
}

static void a_subject_of_several_ends_in_time(void **state) {
  struct arena *arena = *state;
  struct letter letter;
  for (size_t length = 0; length <= 200; length++) {
    write_letter(&letter);
    letter.mail.count = 3;
    struct text long_one;
    text_init(&long_one, arena);
    for (size_t i = 0; i < length; i++)
      text_add(&long_one, "\xc3\xab");
    letter.messages[1].subject = text_get(&long_one);
    const char *subject = mail_subject(arena, &letter.mail);
    assert_in_range(utf8_length(subject), 1, MAIL_SUBJECT_CHARACTERS_MAX);
    bool is_whole = strstr(subject, "registered") != NULL;
    assert_int_equal(!is_whole, strstr(subject, "; \xe2\x80\xa6") != NULL);
    if (length < 100)
      assert_true(is_whole);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_plain_message_is_as_rfc_5322_and_2046_want_it),
      TEST(the_message_id_is_the_same_at_every_try_and_another_for_another_mail),
      TEST(headers_are_encoded_when_they_must_be),
      TEST(names_are_quoted_or_encoded),
      TEST(nothing_becomes_a_header_of_its_own),
      TEST(addresses_are_plain_ones),
      TEST(a_body_beyond_ascii_is_quoted_printable),
      TEST(html_holds_no_mark_up_but_ours),
      TEST(without_a_public_url_the_path_stands_alone),
      TEST(one_click_ends_a_kind_that_may_be_off_over_https_only),
      TEST(the_words_say_what_the_link_turns_off_and_what_it_cannot),
      TEST(several_messages_are_one_mail_in_their_order),
      TEST(a_subject_of_several_ends_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
