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

static struct mail a_mail(void) {
  return (struct mail){
      .id = 12,
      .date = 1693922400,
      .from_address = "tandem@example.edu",
      .to_name = "Ada Lovelace",
      .to_address = "ada@example.edu",
      .subject = "You are invited",
      .words = "Join us.\nSoon.",
      .link = "/courses/smr",
      .public_url = "https://tandem.example.edu",
  };
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

// A header's value as sent, folds included.
static const char *header(struct arena *arena, const char *bytes, const char *name) {
  const char *start = strstr(bytes, arena_format(arena, "\r\n%s: ", name));
  assert_non_null(start);
  start += strlen(name) + 4;
  const char *end = strstr(start, "\r\n");
  while (end[2] == ' ')
    end = strstr(end + 1, "\r\n");
  return arena_text_n(arena, start, (size_t)(end - start));
}

static void a_plain_message_is_as_rfc_5322_wants_it(void **state) {
  struct arena *arena = *state;
  struct mail mail = a_mail();
  const char *bytes = compose(arena, &mail);
  const char *id = header(arena, bytes, "Message-ID");
  assert_string_equal(bytes, arena_format(arena,
                                          "Date: Tue, 05 Sep 2023 14:00:00 +0000\r\n"
                                          "From: Tandem <tandem@example.edu>\r\n"
                                          "To: \"Ada Lovelace\"\r\n <ada@example.edu>\r\n"
                                          "Subject: You are invited\r\n"
                                          "Message-ID: %s\r\n"
                                          "Auto-Submitted: auto-generated\r\n"
                                          "MIME-Version: 1.0\r\n"
                                          "Content-Type: text/plain; charset=utf-8\r\n"
                                          "Content-Transfer-Encoding: 7bit\r\n\r\n"
                                          "Join us.\r\nSoon.\r\n\r\nhttps://tandem.example.edu/courses/smr\r\n",
                                          id));
  assert_int_equal(0, strncmp(id, "<12.", 4));
  assert_non_null(strstr(id, "@example.edu>"));
}

static void the_message_id_is_the_same_at_every_try_and_another_for_another_message(void **state) {
  struct arena *arena = *state;
  struct mail mail = a_mail();
  const char *id = header(arena, compose(arena, &mail), "Message-ID");
  mail.date += 3600;
  assert_string_equal(id, header(arena, compose(arena, &mail), "Message-ID"));
  mail.words = "Other words";
  assert_string_not_equal(id, header(arena, compose(arena, &mail), "Message-ID"));
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
    struct mail mail = a_mail();
    mail.subject = cases[i].subject;
    const char *sent = header(arena, compose(arena, &mail), "Subject");
    if (strcmp(sent, cases[i].sent) != 0)
      fail_msg("%s: %s", cases[i].why, sent);
  }
}

static void names_are_quoted_or_encoded(void **state) {
  struct arena *arena = *state;
  struct mail mail = a_mail();
  mail.to_name = "Ada \"Countess\" \\ Lovelace, <eve@example.org>";
  assert_string_equal("\"Ada \\\"Countess\\\" \\\\ Lovelace, <eve@example.org>\"\r\n <ada@example.edu>",
                      header(arena, compose(arena, &mail), "To"));
  mail.to_name = "Zo\xc3\xab";
  assert_string_equal("=?utf-8?B?Wm/Dqw==?=\r\n <ada@example.edu>", header(arena, compose(arena, &mail), "To"));
}

static void control_characters_are_refused_in_every_header(void **state) {
  struct arena *arena = *state;
  static const char *const wrong[] = {
      "a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\tb", "a\x7f", "a\x01", "\xff", "a\xc2\x85 b", "a\xc2\x9b"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    for (int at = 0; at < 4; at++) {
      struct mail mail = a_mail();
      const char **const fields[] = {&mail.from_address, &mail.to_name, &mail.to_address, &mail.subject};
      *fields[at] = wrong[i];
      const char *bytes = NULL;
      size_t size = 0;
      if (mail_compose(arena, &mail, &bytes, &size) != ERR_INVALID)
        fail_msg("case %zu in field %d", i, at);
    }
  }
}

static void a_body_beyond_ascii_is_quoted_printable(void **state) {
  struct arena *arena = *state;
  struct mail mail = a_mail();
  mail.link = NULL;
  mail.words = "Zo\xc3\xab = 1 \nend\t\n";
  const char *bytes = compose(arena, &mail);
  assert_string_equal("quoted-printable", header(arena, bytes, "Content-Transfer-Encoding"));
  assert_string_equal("Zo=C3=AB =3D 1=20\r\nend=09\r\n", strstr(bytes, "\r\n\r\n") + 4);
  char words[300];
  memset(words, 'x', sizeof words - 1);
  words[sizeof words - 1] = '\0';
  memcpy(words + 74, "\xc3\xab", 2);
  mail.words = words;
  for (const char *line = strstr(compose(arena, &mail), "\r\n\r\n") + 4; *line != '\0';) {
    size_t size = strcspn(line, "\r");
    assert_in_range(size, 1, 76);
    line += size + 2;
  }
}

static void without_a_public_url_the_path_stands_alone(void **state) {
  struct arena *arena = *state;
  struct mail mail = a_mail();
  mail.public_url = NULL;
  assert_non_null(strstr(compose(arena, &mail), "\r\n\r\nOn the Tandem server: /courses/smr\r\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_plain_message_is_as_rfc_5322_wants_it),
      TEST(the_message_id_is_the_same_at_every_try_and_another_for_another_message),
      TEST(headers_are_encoded_when_they_must_be),
      TEST(names_are_quoted_or_encoded),
      TEST(control_characters_are_refused_in_every_header),
      TEST(a_body_beyond_ascii_is_quoted_printable),
      TEST(without_a_public_url_the_path_stands_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
