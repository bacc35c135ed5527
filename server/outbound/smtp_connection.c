// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/smtp_connection.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/outbound/curl_trust.h"

enum { CONNECT_SECONDS = 30 };

// How far a transaction is: the same reply code means something else before it and in it.
enum { PHASE_CONNECTION, PHASE_TRANSACTION, PHASE_DATA, PHASE_BODY, PHASE_TAKEN };

static CURLcode converse(struct smtp_connection *connection);
static enum delivery judge(const struct smtp_connection *connection, CURLcode code);
static void write_reason(const struct smtp_connection *connection, CURLcode code, char *out, size_t size);
static bool set_options(struct smtp_connection *connection);
static bool set_security(const struct smtp_connection *connection);
static bool set_callbacks(struct smtp_connection *connection);
static size_t read_body(char *bytes, size_t size, size_t count, void *context);
static size_t ignore_body(char *bytes, size_t size, size_t count, void *context);
static int on_line(CURL *easy, curl_infotype type, char *bytes, size_t size, void *context);
static void on_reply(struct smtp_connection *connection, const char *line, size_t size);
static bool has_code(const char *line);
static bool address_is_loopback(const struct sockaddr *address);
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static int close_socket(void *context, curl_socket_t fd);
static int on_progress(void *context, curl_off_t expected, curl_off_t got, curl_off_t to_send, curl_off_t sent);

void smtp_connection_init(struct smtp_connection *connection, const struct smtp_settings *settings,
                          long timeout_seconds, const atomic_bool *is_ending) {
  *connection =
      (struct smtp_connection){.settings = settings, .timeout_seconds = timeout_seconds, .is_ending = is_ending};
  pthread_mutex_init(&connection->lock, NULL);
}

void smtp_connection_done(struct smtp_connection *connection) {
  smtp_connection_close(connection);
  pthread_mutex_destroy(&connection->lock);
}

enum delivery smtp_connection_send(struct smtp_connection *connection, const struct transport_mail *mail, char *reason,
                                   size_t size) {
  connection->mail = mail;
  connection->read_bytes = 0;
  connection->phase = PHASE_CONNECTION;
  connection->is_quitting = connection->is_peer_refused = false;
  connection->code = 0;
  connection->reply[0] = connection->words[0] = '\0';
  CURLcode code = converse(connection);
  enum delivery delivery = judge(connection, code);
  if (delivery != DELIVERY_SENT)
    write_reason(connection, code, reason, size);
  if (code != CURLE_OK)
    smtp_connection_close(connection); // libcurl ends it too, but the handle still counts what was said to it
  connection->mail = NULL;
  return delivery;
}

// With QUIT. libcurl would wait minutes for an answer to it; with the end of the stream before its eyes it does not,
// and the server has its QUIT all the same.
void smtp_connection_close(struct smtp_connection *connection) {
  smtp_connection_interrupt(connection);
  curl_easy_cleanup(connection->easy);
  connection->easy = NULL;
}

void smtp_connection_interrupt(struct smtp_connection *connection) {
  pthread_mutex_lock(&connection->lock);
  for (size_t i = 0; i < connection->socket_count; i++)
    shutdown(connection->sockets[i], SHUT_RD);
  pthread_mutex_unlock(&connection->lock);
}

static CURLcode converse(struct smtp_connection *connection) {
  const struct transport_mail *mail = connection->mail;
  if (connection->easy == NULL) {
    connection->easy = curl_easy_init();
    if (connection->easy == NULL || !set_options(connection)) {
      smtp_connection_close(connection); // with half of its options it might speak without TLS
      return CURLE_FAILED_INIT;
    }
  }
  struct curl_slist *recipients = curl_slist_append(NULL, mail->to);
  CURLcode code = CURLE_OUT_OF_MEMORY;
  if (recipients != NULL && curl_easy_setopt(connection->easy, CURLOPT_MAIL_FROM, mail->from) == CURLE_OK &&
      curl_easy_setopt(connection->easy, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
      curl_easy_setopt(connection->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->size) == CURLE_OK)
    code = curl_easy_perform(connection->easy);
  curl_easy_setopt(connection->easy, CURLOPT_MAIL_RCPT, NULL);
  curl_slist_free_all(recipients);
  return code;
}

// By the server's word, not by libcurl's: what fails before the transaction (greeting, TLS, authentication) is no fault
// of the mail, and without a word after the last dot nobody knows (facts.md, SMTP).
static enum delivery judge(const struct smtp_connection *connection, CURLcode code) {
  if (code == CURLE_OK || connection->phase == PHASE_TAKEN)
    return DELIVERY_SENT;
  bool is_for_good =
      connection->code >= 500 && connection->code != 530; // 530: it wants TLS or authentication first (RFC 4954 6)
  return connection->phase != PHASE_CONNECTION && is_for_good ? DELIVERY_REFUSED : DELIVERY_LATER;
}

static void write_reason(const struct smtp_connection *connection, CURLcode code, char *out, size_t size) {
  const char *words = connection->words[0] != '\0' ? connection->words : curl_easy_strerror(code);
  if (!utf8_is_valid(words, strlen(words)) || text_has_control(words, false))
    words = curl_easy_strerror(code);
  const char *what = "the mail server could not be spoken to: ";
  if (connection->is_peer_refused) {
    what = "this store ever ran on --now, and the mail server's address is not this machine";
    words = "";
  } else if (connection->code >= 400) {
    what = "the mail server answered: ";
    words = connection->reply;
  } else if (connection->phase == PHASE_BODY)
    what = "the mail server did not say whether it took the mail: ";
  snprintf(out, size, "%s%s", what, words); // both are shorter than it
}

static bool set_options(struct smtp_connection *connection) {
  long timeout = connection->timeout_seconds;
  CURL *easy = connection->easy;
  return curl_easy_setopt(easy, CURLOPT_URL, connection->settings->url) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && // whatever all_proxy says
         curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK && // wait for no resolver
         curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, timeout < CONNECT_SECONDS ? timeout : CONNECT_SECONDS) ==
             CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_TIMEOUT, timeout) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, connection->words) == CURLE_OK && set_security(connection) &&
         set_callbacks(connection);
}

static bool set_security(const struct smtp_connection *connection) {
  const struct smtp_settings *settings = connection->settings;
  static const long levels[] = {[SMTP_STARTTLS_REQUIRED] = CURLUSESSL_ALL,
                                [SMTP_STARTTLS_OFFERED] = CURLUSESSL_TRY,
                                [SMTP_STARTTLS_NONE] = CURLUSESSL_NONE};
  CURL *easy = connection->easy;
  bool is_tls = strncasecmp(settings->url, "smtps:", 6) == 0;
  // Whoever is between could take the offer away: a certificate would protect nothing there.
  long has_to_verify = is_tls || settings->starttls == SMTP_STARTTLS_REQUIRED;
  if (curl_easy_setopt(easy, CURLOPT_USE_SSL, is_tls ? CURLUSESSL_ALL : levels[settings->starttls]) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, has_to_verify) != CURLE_OK ||
      curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, has_to_verify ? 2L : 0L) != CURLE_OK)
    return false;
  if (settings->ca_file != NULL && !curl_trust_only(easy, settings->ca_file))
    return false;
  return settings->username == NULL || (curl_easy_setopt(easy, CURLOPT_USERNAME, settings->username) == CURLE_OK &&
                                        curl_easy_setopt(easy, CURLOPT_PASSWORD, settings->password) == CURLE_OK);
}

static bool set_callbacks(struct smtp_connection *connection) {
  CURL *easy = connection->easy;
  return curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_READDATA, connection) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) == CURLE_OK && // to hear the lines; none is logged
         curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_line) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_DEBUGDATA, connection) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, connection) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, connection) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_XFERINFODATA, connection) == CURLE_OK;
}

static size_t read_body(char *bytes, size_t size, size_t count, void *context) {
  struct smtp_connection *connection = context;
  size_t left = connection->mail->size - connection->read_bytes;
  size_t taken = left < size * count ? left : size * count;
  memcpy(bytes, connection->mail->bytes + connection->read_bytes, taken);
  connection->read_bytes += taken;
  return taken;
}

// NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature
static size_t ignore_body(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  (void)context;
  return size * count;
}

// The conversation, a command or a line of an answer at a time.
// NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature
static int on_line(CURL *easy, curl_infotype type, char *bytes, size_t size, void *context) {
  (void)easy;
  struct smtp_connection *connection = context;
  if (type == CURLINFO_HEADER_IN && !connection->is_quitting)
    on_reply(connection, bytes, size);
  if (type != CURLINFO_HEADER_OUT)
    return 0;
  if (size > 5 && memcmp(bytes, "MAIL ", 5) == 0)
    connection->phase = PHASE_TRANSACTION;
  else if (size == 6 && memcmp(bytes, "DATA\r\n", 6) == 0)
    connection->phase = PHASE_DATA;
  else if (size == 6 && memcmp(bytes, "QUIT\r\n", 6) == 0) {
    smtp_connection_interrupt(connection); // see smtp_connection_close
    connection->is_quitting = true;        // and what had come before that is read all the same
  }
  return 0;
}

// RFC 5321 4.2: the last line of an answer has a space, or nothing, after its code.
static void on_reply(struct smtp_connection *connection, const char *line, size_t size) {
  while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
    size--;
  if (size < 3 || (size > 3 && line[3] != ' ') || !has_code(line))
    return;
  connection->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
  if (connection->phase == PHASE_DATA && connection->code == 354)
    connection->phase = PHASE_BODY;
  else if (connection->phase == PHASE_BODY && connection->code >= 200 && connection->code < 300)
    connection->phase = PHASE_TAKEN;
  size = size < SMTP_REPLY_BYTES ? size : SMTP_REPLY_BYTES - 1;
  for (size_t i = 0; i < size; i++)
    connection->reply[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '?';
  connection->reply[size] = '\0';
}

// RFC 5321 4.2.1. A line of anything else is no answer: libcurl passes it over as well.
static bool has_code(const char *line) {
  return line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '9' && line[2] >= '0' && line[2] <= '9';
}

static bool address_is_loopback(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in v4;
    memcpy(&v4, address, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  if (address->sa_family != AF_INET6)
    return false;
  struct sockaddr_in6 v6;
  memcpy(&v6, address, sizeof v6);
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
         (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127);
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  struct smtp_connection *connection = context;
  if (connection->settings->is_loopback_only && !address_is_loopback(&address->addr)) {
    connection->is_peer_refused = true;
    return CURL_SOCKET_BAD;
  }
  connection->is_quitting = false; // that was another connection, which libcurl found too old
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0)
    return CURL_SOCKET_BAD;
  pthread_mutex_lock(&connection->lock);
  bool has_room = connection->socket_count < SMTP_SOCKETS_MAX && !atomic_load(connection->is_ending);
  if (has_room)
    connection->sockets[connection->socket_count++] = fd;
  pthread_mutex_unlock(&connection->lock);
  if (has_room)
    return fd;
  close(fd);
  return CURL_SOCKET_BAD;
}

static int close_socket(void *context, curl_socket_t fd) {
  struct smtp_connection *connection = context;
  pthread_mutex_lock(&connection->lock);
  for (size_t i = 0; i < connection->socket_count; i++)
    if (connection->sockets[i] == fd)
      connection->sockets[i--] = connection->sockets[--connection->socket_count];
  int code = close(fd); // under the lock: nobody shuts down a number that is somebody else's by now
  pthread_mutex_unlock(&connection->lock);
  return code;
}

static int on_progress(void *context, curl_off_t expected, curl_off_t got, curl_off_t to_send, curl_off_t sent) {
  (void)expected;
  (void)got;
  (void)to_send;
  (void)sent;
  const struct smtp_connection *connection = context;
  return atomic_load(connection->is_ending) ? 1 : 0;
}
