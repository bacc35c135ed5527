// SPDX-License-Identifier: AGPL-3.0-or-later
// The transport against a mail server of the test, which says what its script says at each step of the conversation.
#include "server/outbound/smtp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/work/timer.h"

enum { PEERS_MAX = 16, HEARD_BYTES = 64 * 1024, MAILS_MAX = 8 };

#define HOLD "hold"   // says nothing
#define CLOSE "close" // hangs up

// What is said at each step; NULL: yes.
struct script {
  const char *greeting, *ehlo, *mail, *rcpt, *data, *body;
  bool closes_after_body;
};

struct peer {
  int fd;
  bool is_in_body;
  size_t size;
  char line[4096];
};

struct fixture {
  struct loop *loop;
  struct transport *transport;
  struct smtp_settings settings;
  char url[64];
  int listener;
  pthread_t server;
  const struct script *_Atomic script;
  atomic_bool is_over;
  atomic_int connections;
  atomic_int quits;
  pthread_mutex_t lock;
  char heard[HEARD_BYTES]; // every line of every client
  // what came of the mails
  int wanted;
  int count;
  enum delivery delivery[MAILS_MAX];
  char reason[MAILS_MAX][600];
};

struct ticket {
  struct fixture *fixture;
  int number;
};

static bool answer(const struct peer *peer, const char *words, const char *usual) {
  const char *said = words == NULL ? usual : words;
  if (strcmp(said, HOLD) == 0)
    return true;
  if (strcmp(said, CLOSE) == 0)
    return false;
  const struct iovec parts[] = {{(void *)(uintptr_t)said, strlen(said)}, {(void *)(uintptr_t) "\r\n", 2}};
  return writev(peer->fd, parts, 2) == (ssize_t)strlen(said) + 2;
}

// False: hang up.
static bool take_line(struct fixture *f, struct peer *peer, const char *line) {
  pthread_mutex_lock(&f->lock);
  size_t used = strlen(f->heard);
  snprintf(f->heard + used, sizeof f->heard - used, "%s\n", line);
  pthread_mutex_unlock(&f->lock);
  if (peer->is_in_body) {
    if (strcmp(line, ".") != 0)
      return true;
    peer->is_in_body = false;
    return answer(peer, f->script->body, "250 taken") && !f->script->closes_after_body;
  }
  if (strncmp(line, "EHLO", 4) == 0)
    return answer(peer, f->script->ehlo, "250 hello");
  if (strncmp(line, "MAIL", 4) == 0)
    return answer(peer, f->script->mail, "250 yes");
  if (strncmp(line, "RCPT", 4) == 0)
    return answer(peer, f->script->rcpt, "250 yes");
  if (strncmp(line, "DATA", 4) == 0) {
    peer->is_in_body = f->script->data == NULL;
    return answer(peer, f->script->data, "354 go on");
  }
  if (strcmp(line, "QUIT") == 0)
    atomic_fetch_add(&f->quits, 1); // and is not answered
  return true;
}

static bool take_bytes(struct fixture *f, struct peer *peer) {
  ssize_t got = read(peer->fd, peer->line + peer->size, sizeof peer->line - 1 - peer->size);
  if (got <= 0)
    return false;
  peer->size += (size_t)got;
  peer->line[peer->size] = '\0';
  for (char *end; (end = strstr(peer->line, "\r\n")) != NULL;) {
    *end = '\0';
    if (!take_line(f, peer, peer->line))
      return false;
    peer->size -= (size_t)(end + 2 - peer->line);
    memmove(peer->line, end + 2, peer->size + 1);
  }
  return true;
}

static void *serve(void *context) {
  struct fixture *f = context;
  static struct peer peers[PEERS_MAX];
  struct pollfd polled[PEERS_MAX + 1] = {{.fd = f->listener, .events = POLLIN}};
  nfds_t count = 0;
  for (;;) {
    bool is_last = atomic_load(&f->is_over); // what was sent before it is still heard
    if (poll(polled, count + 1, is_last ? 0 : 10) <= 0) {
      if (is_last)
        break;
      continue;
    }
    for (nfds_t i = 0; i < count; i++)
      if (polled[i + 1].revents != 0 && !take_bytes(f, &peers[i])) {
        close(peers[i].fd);
        peers[i] = peers[--count];
        polled[i + 1] = polled[count + 1];
        i--;
      }
    if (polled[0].revents == 0 || count == PEERS_MAX || is_last)
      continue;
    peers[count] = (struct peer){.fd = accept(f->listener, NULL, NULL)};
    polled[count + 1] = (struct pollfd){.fd = peers[count].fd, .events = POLLIN};
    atomic_fetch_add(&f->connections, 1);
    if (answer(&peers[count], f->script->greeting, "220 here"))
      count++;
    else
      close(peers[count].fd);
  }
  for (nfds_t i = 0; i < count; i++)
    close(peers[i].fd);
  return NULL;
}

static int setup(void **state) {
  static const struct script yes = {0};
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  pthread_mutex_init(&f->lock, NULL);
  assert_int_equal(ERR_OK, loop_new(NULL, &f->loop));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(0, bind(f->listener, (const struct sockaddr *)&address, sizeof address));
  assert_int_equal(0, listen(f->listener, 16));
  assert_int_equal(0, getsockname(f->listener, (struct sockaddr *)&address, &size));
  snprintf(f->url, sizeof f->url, "smtp://127.0.0.1:%d", ntohs(address.sin_port));
  f->settings = (struct smtp_settings){.url = f->url, .starttls = SMTP_STARTTLS_NONE, .timeout_seconds = 20};
  f->script = &yes;
  *state = f;
  return 0;
}

static void begin(struct fixture *f, const struct script *script) {
  if (script != NULL)
    f->script = script;
  assert_int_equal(0, pthread_create(&f->server, NULL, serve, f));
  assert_int_equal(ERR_OK, smtp_new(f->loop, &f->settings, &f->transport));
}

static void end(struct fixture *f) {
  transport_free(f->transport);
  f->transport = NULL;
  atomic_store(&f->is_over, true);
  pthread_join(f->server, NULL);
}

static int teardown(void **state) {
  struct fixture *f = *state;
  loop_free(f->loop);
  close(f->listener);
  free(f);
  log_set_capture(NULL, NULL);
  return 0;
}

static void on_done(void *context, enum delivery delivery, const char *reason) {
  struct ticket *ticket = context;
  struct fixture *f = ticket->fixture;
  f->delivery[ticket->number] = delivery;
  snprintf(f->reason[ticket->number], sizeof f->reason[0], "%s", reason == NULL ? "" : reason);
  if (++f->count == f->wanted)
    loop_stop(f->loop);
}

static void send_one(struct fixture *f, struct ticket *ticket, const char *to) {
  static const char bytes[] = "Subject: x\r\n\r\nline\r\n.dot\r\n";
  const struct transport_mail mail = {
      .id = 1, .from = "tandem@example.edu", .to = to, .bytes = bytes, .size = sizeof bytes - 1};
  f->transport->send(f->transport, &mail, on_done, ticket);
}

// One mail from begin to end; the fixture is then over.
static void converse(struct fixture *f, const struct script *script) {
  struct ticket ticket = {f, 0};
  begin(f, script);
  f->wanted = 1;
  send_one(f, &ticket, "ada@example.edu");
  loop_run(f->loop);
  end(f);
}

static void a_mail_is_one_transaction_with_one_recipient(void **state) {
  struct fixture *f = *state;
  converse(f, NULL);
  assert_int_equal(DELIVERY_SENT, f->delivery[0]);
  assert_non_null(strstr(f->heard, "MAIL FROM:<tandem@example.edu>"));
  assert_non_null(strstr(f->heard, "RCPT TO:<ada@example.edu>\nDATA\nSubject: x\n\nline\n..dot\n.\nQUIT\n"));
}

static void the_servers_word_decides(void **state) {
  static const struct {
    struct script script;
    enum delivery delivery;
    const char *reason; // a part of it
    const char *why;
  } cases[] = {
      {{.rcpt = "451 4.7.1 greylisted"}, DELIVERY_LATER, "451 4.7.1 greylisted", "greylisting"},
      {{.rcpt = "550 5.1.1 no such user"}, DELIVERY_REFUSED, "550 5.1.1 no such user", "nobody there"},
      {{.rcpt = "550-first\r\n550 second"}, DELIVERY_REFUSED, "550 second", "an answer of two lines"},
      {{.mail = "550 we do not know you"}, DELIVERY_REFUSED, "550 we do not know you", "the sender is refused"},
      {{.mail = "452 full"}, DELIVERY_LATER, "452 full", "no room there"},
      {{.mail = "530 5.7.0 Authentication required"}, DELIVERY_LATER, "530", "a fault of the settings"},
      {{.mail = "421 going down"}, DELIVERY_LATER, "421", "its server goes down"},
      {{.greeting = "554 not you"}, DELIVERY_LATER, "554 not you", "a fault before the transaction"},
      {{.greeting = CLOSE}, DELIVERY_LATER, "could not be spoken to", "it hangs up at once"},
      {{.ehlo = CLOSE}, DELIVERY_LATER, "could not be spoken to", "it hangs up after EHLO"},
      {{.mail = CLOSE}, DELIVERY_LATER, "could not be spoken to", "it hangs up at MAIL"},
      {{.rcpt = CLOSE}, DELIVERY_LATER, "could not be spoken to", "the last code was 250, of MAIL"},
      {{.data = CLOSE}, DELIVERY_LATER, "could not be spoken to", "the last code was 250, of RCPT"},
      {{.data = "554 5.5.1 no"}, DELIVERY_REFUSED, "554", "no DATA"},
      {{.data = "451 later"}, DELIVERY_LATER, "451", "no DATA for now"},
      {{.body = CLOSE}, DELIVERY_LATER, "did not say whether it took the mail", "nobody knows"},
      {{.body = "451 4.3.0 try again"}, DELIVERY_LATER, "451 4.3.0", "not taken for now"},
      {{.body = "552 too large"}, DELIVERY_REFUSED, "552 too large", "not taken"},
      {{.body = "250 taken", .closes_after_body = true}, DELIVERY_SENT, "", "taken, then it hangs up"},
      {{.body = "The end", .closes_after_body = true}, DELIVERY_LATER, "did not say", "no answer, whatever it says"},
      {{.rcpt = "550 \x01\xff odd"}, DELIVERY_REFUSED, "550 ?? odd", "what is no text is not shown"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    converse(f, &cases[i].script);
    if (f->delivery[0] != cases[i].delivery || strstr(f->reason[0], cases[i].reason) == NULL)
      fail_msg("%s: %d, %s", cases[i].why, (int)f->delivery[0], f->reason[0]);
  }
}

static void a_server_that_says_nothing_is_left_after_the_time(void **state) {
  static const struct {
    struct script script;
    const char *why;
  } cases[] = {
      {{.greeting = HOLD}, "no greeting"},
      {{.data = HOLD}, "no word to DATA: the last code was 250"},
      {{.rcpt = "zzz"}, "a line that is no answer, then no word"},
      {{.body = HOLD}, "no word after the last dot"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    f->settings.timeout_seconds = 1;
    converse(f, &cases[i].script);
    if (f->delivery[0] != DELIVERY_LATER)
      fail_msg("%s: %s", cases[i].why, f->reason[0]);
  }
}

static void nobody_there_is_tried_again(void **state) {
  struct fixture *f = *state;
  close(f->listener);
  f->listener = -1;
  converse(f, NULL);
  assert_int_equal(DELIVERY_LATER, f->delivery[0]);
  assert_non_null(strstr(f->reason[0], "could not be spoken to"));
}

// The script never answers QUIT: should libcurl wait for it, each of these would take two minutes.
static void the_end_is_said_in_order_and_waits_for_no_answer(void **state) {
  static const struct script refusing = {.rcpt = "550 no"};
  struct fixture *f = *state;
  struct ticket tickets[] = {{f, 0}, {f, 1}};
  begin(f, &refusing);
  f->wanted = 2;
  send_one(f, &tickets[0], "ada@example.edu");
  send_one(f, &tickets[1], "ben@example.edu");
  loop_run(f->loop);
  end(f);
  assert_int_equal(2, atomic_load(&f->quits));
}

static void connections_are_kept_and_no_more_than_told(void **state) {
  struct fixture *f = *state;
  struct ticket tickets[MAILS_MAX];
  f->settings.connections = 2;
  begin(f, NULL);
  assert_int_equal(2, f->transport->at_once);
  f->wanted = MAILS_MAX;
  for (int i = 0; i < MAILS_MAX; i++) {
    tickets[i] = (struct ticket){f, i};
    send_one(f, &tickets[i], "ada@example.edu");
  }
  loop_run(f->loop);
  for (int i = 0; i < MAILS_MAX; i++)
    assert_int_equal(DELIVERY_SENT, f->delivery[i]);
  int connections = atomic_load(&f->connections);
  assert_in_range(connections, 1, 2); // one may have taken all before the other is up
  assert_int_equal(0, atomic_load(&f->quits));
  end(f);
  assert_int_equal(connections, atomic_load(&f->quits));
}

// libcurl takes 300 KiB of an answer; what it has counted then does not stand against the mails that follow.
static void a_server_that_does_not_stop_talking_harms_one_mail(void **state) {
  struct fixture *f = *state;
  static char words[1000 * 1000] = "250-";
  memset(words + 4, 'x', sizeof words - 5);
  for (size_t i = 900; i + 6 < sizeof words; i += 900)
    memcpy(words + i, "\r\n250-", 6);
  static const struct script usual = {0}, endless = {.body = words};
  struct ticket tickets[] = {{f, 0}, {f, 1}};
  f->settings.connections = 1;
  begin(f, &endless);
  for (int i = 0; i < 2; i++) {
    f->wanted = i + 1;
    send_one(f, &tickets[i], "ada@example.edu");
    loop_run(f->loop);
    f->script = &usual; // the connection that it is read for has ended
  }
  end(f);
  assert_int_equal(DELIVERY_LATER, f->delivery[0]);
  if (f->delivery[1] != DELIVERY_SENT)
    fail_msg("%s", f->reason[1]);
}

static void releasing_it_tells_nobody(void **state) {
  static const struct script silent = {.greeting = HOLD};
  struct fixture *f = *state;
  struct ticket tickets[6];
  begin(f, &silent);
  for (int i = 0; i < 6; i++) { // more than there are connections
    tickets[i] = (struct ticket){f, i};
    send_one(f, &tickets[i], "ada@example.edu");
  }
  end(f);
  assert_int_equal(0, f->count);
}

static void no_address_becomes_a_command(void **state) {
  static const struct {
    const char *to;
    const char *why;
  } cases[] = {
      {"ada@x.edu\r\nRCPT TO:<eve@x.org>", "CR and LF"},
      {"ada@x.edu\nDATA", "a bare LF"},
      {"ada@x.edu\rDATA", "a bare CR"},
      {"ada@x.edu>\r\nDATA\r\n.\r\nMAIL FROM:<", "a whole mail"},
      {"ada@x.edu> SIZE=1 <", "brackets and a parameter"},
      {"ada@x.edu SMTPUTF8", "a blank and a parameter"},
      {"\"ada\r\n\"@x.edu", "inside quotes"},
      {"\"ada\"@x.edu", "quotes"},
      {"ada@x.edu,eve@x.org", "two recipients"},
      {"ada@x.edu@y.edu", "a route"},
      {"<@y.edu:ada@x.edu>", "a source route"},
      {"ada\t@x.edu", "a tabulator"},
      {"ada@x.edu\x7f", "DEL"},
      {"ada\xc2\x85@x.edu", "a line end beyond ASCII (NEL)"},
      {"ada\xff@x.edu", "no UTF-8"},
      {"ada", "no domain"},
      {"@x.edu", "nobody"},
      {"ada@", "nowhere"},
      {"", "nothing"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
       "aaa"
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
       "aaa"
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.edu",
       "300 characters"},
  };
  struct fixture *f = *state;
  struct ticket ticket = {f, 0};
  begin(f, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    f->count = 0;
    f->delivery[0] = DELIVERY_SENT;
    send_one(f, &ticket, cases[i].to);
    if (f->count != 1 || f->delivery[0] != DELIVERY_REFUSED)
      fail_msg("%s", cases[i].why);
  }
  end(f);
  assert_int_equal(0, atomic_load(&f->connections));
}

static void settings_that_would_harm_are_refused_with_words(void **state) {
  static const struct {
    struct smtp_settings settings;
    const char *words; // a part of them; NULL: they are fine
    const char *why;
  } cases[] = {
      {{.url = "smtp://mail.example.edu"}, NULL, "a name"},
      {{.url = "smtp://mail.example.edu:587"}, NULL, "and a port"},
      {{.url = "smtps://mail.example.edu"}, NULL, "TLS from the first byte"},
      {{.url = "smtp://[2001:db8::1]:25"}, NULL, "an IPv6 address"},
      {{.url = "http://mail.example.edu"}, "smtp://HOST", "another protocol"},
      {{.url = "file:///etc/passwd"}, "smtp://HOST", "a file"},
      {{.url = "mail.example.edu"}, "smtp://HOST", "no protocol"},
      {{.url = "smtp://u:p@mail.example.edu"}, "smtp://HOST", "a password in the URL"},
      {{.url = "smtp://mail.example.edu?x"}, "smtp://HOST", "a query"},
      {{.url = ""}, "smtp://HOST", "nothing"},
      {{.url = "smtp://localhost", .is_loopback_only = true}, NULL, "this machine by name"},
      {{.url = "smtp://127.1.2.3:2525", .is_loopback_only = true}, NULL, "this machine by number"},
      {{.url = "smtp://[::1]", .is_loopback_only = true}, NULL, "this machine by IPv6"},
      {{.url = "smtp://mail.example.edu", .is_loopback_only = true}, "--now", "a store that ran on --now"},
      {{.url = "smtp://localhost.example.edu", .is_loopback_only = true}, "--now", "a name that only begins so"},
      {{.url = "smtp://127.0.0.1.example.edu", .is_loopback_only = true}, "--now", "a name that looks like a number"},
      {{.url = "smtp://0.0.0.0", .is_loopback_only = true}, "--now", "any address"},
      {{.url = "smtp://[::ffff:192.0.2.1]", .is_loopback_only = true}, "--now", "an address in another"},
      {{.url = "smtp://m.example.edu", .username = "t", .password = "p"}, NULL, "TLS is required"},
      {{.url = "smtp://m.example.edu", .starttls = SMTP_STARTTLS_OFFERED, .username = "t", .password = "p"},
       "over TLS only",
       "whoever is between takes the offer away"},
      {{.url = "smtp://m.example.edu", .starttls = SMTP_STARTTLS_NONE, .username = "t", .password = "p"},
       "over TLS only",
       "a password in clear text"},
      {{.url = "smtps://m.example.edu", .starttls = SMTP_STARTTLS_NONE, .username = "t", .password = "p"}, NULL, "TLS"},
      {{.url = "smtp://127.0.0.1", .starttls = SMTP_STARTTLS_NONE, .username = "t", .password = "p"}, NULL, "here"},
      {{.url = "smtp://m.example.edu", .username = "t"}, "a name and a password", "no password"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *words = smtp_refusal(&cases[i].settings);
    if ((words == NULL) != (cases[i].words == NULL) || (words != NULL && strstr(words, cases[i].words) == NULL))
      fail_msg("%s: %s", cases[i].why, words == NULL ? "nothing said" : words);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_mail_is_one_transaction_with_one_recipient),
      TEST(the_servers_word_decides),
      TEST(a_server_that_says_nothing_is_left_after_the_time),
      TEST(nobody_there_is_tried_again),
      TEST(the_end_is_said_in_order_and_waits_for_no_answer),
      TEST(connections_are_kept_and_no_more_than_told),
      TEST(a_server_that_does_not_stop_talking_harms_one_mail),
      TEST(releasing_it_tells_nobody),
      TEST(no_address_becomes_a_command),
      TEST(settings_that_would_harm_are_refused_with_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
