// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/outbound/curl_loop.h"
#include "server/outbound/curl_trust.h"
#include "server/outbound/public_address.h"
#include "tandem_version.h"

struct exchange {
  struct http_client *client;
  struct exchange *next;
  CURL *easy;
  struct curl_slist *headers;
  http_client_done *done;
  void *context;
  size_t header_bytes;
  size_t body_bytes;
  bool is_plain;   // http://
  bool is_closed;  // an address was refused
  bool has_answer; // the final status and all headers
  char error[CURL_ERROR_SIZE];
};

struct http_client {
  struct http_client_rules rules;
  struct curl_loop *transfers;
  struct exchange *first;
};

static const char *url_refusal(const struct http_client_rules *rules, CURLU *url);
static const char *host_refusal(const struct http_client_rules *rules, const char *host, bool is_plain);
static bool is_open(const struct http_client_rules *rules, const struct sockaddr *address, bool is_plain);
static bool set_options(struct exchange *exchange, const struct http_post *post);
static bool set_rules(struct exchange *exchange);
static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static size_t on_header(const char *bytes, size_t size, size_t count, void *context);
static size_t on_body(const char *bytes, size_t size, size_t count, void *context);
static void on_done(void *context, CURL *easy, CURLcode code);
static const char *reason_of(const struct exchange *exchange, CURLcode code);
static void exchange_free(struct exchange *exchange);

const char *http_client_refusal(const struct http_client_rules *rules, const char *url) {
  if (strlen(url) > HTTP_CLIENT_URL_BYTES || text_has_control(url, false) || strchr(url, ' ') != NULL)
    return "an address of at most 500 characters, without blanks";
  CURLU *parts = curl_url();
  if (parts == NULL)
    abort();
  // libcurl would take "https:///a" for "https://a".
  const char *host = strstr(url, "://");
  bool has_form =
      host != NULL && host[3] != '/' && curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  const char *refusal = has_form ? url_refusal(rules, parts) : "an address such as https://example.edu/hook";
  curl_url_cleanup(parts);
  return refusal;
}

enum err http_client_new(struct loop *main_loop, const struct http_client_rules *rules, struct http_client **out) {
  struct http_client *client = calloc(1, sizeof *client);
  if (client == NULL)
    abort();
  client->rules = *rules;
  enum err err = curl_loop_new(main_loop, HTTP_CLIENT_CONNECTIONS, &client->transfers);
  if (err != ERR_OK) {
    free(client);
    return err;
  }
  *out = client;
  return ERR_OK;
}

void http_client_free(struct http_client *client) {
  if (client == NULL)
    return;
  while (client->first != NULL) {
    curl_loop_remove(client->transfers, client->first->easy);
    exchange_free(client->first);
  }
  curl_loop_free(client->transfers);
  free(client);
}

bool http_client_post(struct http_client *client, const struct http_post *post, http_client_done *done, void *context) {
  struct exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL)
    abort();
  *exchange = (struct exchange){.client = client,
                                .next = client->first,
                                .easy = curl_easy_init(),
                                .done = done,
                                .context = context,
                                .is_plain = strncasecmp(post->url, "http:", 5) == 0};
  client->first = exchange;
  if (exchange->easy != NULL && set_options(exchange, post) && set_rules(exchange) &&
      curl_loop_add(client->transfers, exchange->easy, on_done, exchange))
    return true;
  exchange_free(exchange);
  return false;
}

static const char *url_refusal(const struct http_client_rules *rules, CURLU *url) {
  char *scheme = NULL, *host = NULL, *part = NULL;
  const char *refusal = NULL;
  if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
      curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
    refusal = "an address such as https://example.edu/hook";
  else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
    refusal = "an https address: others do not keep what is sent from being read or changed on its way";
  else if (curl_url_get(url, CURLUPART_USER, &part, 0) == CURLUE_OK ||
           curl_url_get(url, CURLUPART_PASSWORD, &part, 0) == CURLUE_OK)
    refusal = "an address without a name or password in it: the signature says who sends";
  else if (curl_url_get(url, CURLUPART_FRAGMENT, &part, 0) == CURLUE_OK)
    refusal = "an address without '#': what follows it is never sent";
  else
    refusal = host_refusal(rules, host, strcmp(scheme, "http") == 0);
  curl_free(scheme);
  curl_free(host);
  curl_free(part);
  return refusal;
}

static const char *host_refusal(const struct http_client_rules *rules, const char *host, bool is_plain) {
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  char inner[INET6_ADDRSTRLEN] = "";
  size_t size = strlen(host);
  if (host[0] == '[' && size > 2 && size - 2 < sizeof inner)
    memcpy(inner, host + 1, size - 2);
  if (is_plain && !rules->allows_private)
    return "an https address: plain http is for this machine and private networks, which this server does not allow";
  const struct sockaddr *address = NULL;
  if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
    address = (const struct sockaddr *)&v4;
  else if (inet_pton(AF_INET6, inner, &v6.sin6_addr) == 1)
    address = (const struct sockaddr *)&v6;
  if (address == NULL || is_open(rules, address, is_plain))
    return NULL;
  return is_plain && address_is_public(address) ? "an https address: plain http is for private networks only"
                                                : "an address in the open Internet: this server sends nothing to "
                                                  "loopback, private or reserved addresses";
}

static bool is_open(const struct http_client_rules *rules, const struct sockaddr *address, bool is_plain) {
  bool is_public = address_is_public(address);
  if (rules->is_loopback_only && !address_is_loopback(address))
    return false;
  return is_public ? !is_plain : rules->allows_private;
}

static bool set_options(struct exchange *exchange, const struct http_post *post) {
  CURL *easy = exchange->easy;
  struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
  for (size_t i = 0; list != NULL && post->headers[i] != NULL; i++) {
    struct curl_slist *longer = curl_slist_append(list, post->headers[i]);
    if (longer == NULL)
      curl_slist_free_all(list);
    list = longer;
  }
  struct curl_slist *full = list == NULL ? NULL : curl_slist_append(list, "Expect:"); // no waiting for "100 Continue"
  if (full == NULL)
    abort();
  exchange->headers = full;
  return curl_easy_setopt(easy, CURLOPT_URL, post->url) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->size) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, post->body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_USERAGENT, "Tandem/" TANDEM_VERSION) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK;
}

static bool set_rules(struct exchange *exchange) {
  CURL *easy = exchange->easy;
  const char *ca_file = exchange->client->rules.ca_file;
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && // also not one of the environment
         curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
         // Else libcurl waits on the loop for a name server that does not answer, also after the time is up.
         curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CLIENT_CONNECT_SECONDS) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)HTTP_CLIENT_SECONDS) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
         // A connection of another exchange was judged for that one, not for http or https of this.
         curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
         (ca_file == NULL || curl_trust_only(easy, ca_file));
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  struct exchange *exchange = context;
  if (purpose != CURLSOCKTYPE_IPCXN || !is_open(&exchange->client->rules, &address->addr, exchange->is_plain)) {
    exchange->is_closed = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_header(const char *bytes, size_t size, size_t count, void *context) {
  struct exchange *exchange = context;
  exchange->header_bytes += size * count;
  bool is_end = size * count <= 2 && (bytes[0] == '\r' || bytes[0] == '\n');
  long status = 0;
  if (is_end && curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200)
    exchange->has_answer = true;
  return exchange->header_bytes > HTTP_CLIENT_HEADER_BYTES ? 0 : size * count;
}

// More than is read ends the transfer; the status stands already.
static size_t on_body(const char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  struct exchange *exchange = context;
  exchange->body_bytes += size * count;
  return exchange->body_bytes > HTTP_CLIENT_ANSWER_BYTES ? 0 : size * count;
}

static void on_done(void *context, CURL *easy, CURLcode code) {
  struct exchange *exchange = context;
  long status = 0;
  struct http_result result = {0};
  bool is_cut = code == CURLE_WRITE_ERROR && exchange->has_answer; // by on_body
  if ((code == CURLE_OK || is_cut) && curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
    result.status = (int)status;
  if (result.status == 0)
    result.reason = reason_of(exchange, code);
  http_client_done *done = exchange->done;
  void *whose = exchange->context;
  // The words may be the exchange's own: it goes after the call.
  done(whose, &result);
  exchange_free(exchange);
}

static const char *reason_of(const struct exchange *exchange, CURLcode code) {
  if (exchange->is_closed && code == CURLE_COULDNT_CONNECT)
    return "the name leads to an address to which this server sends nothing";
  if (code == CURLE_OPERATION_TIMEDOUT)
    return "no whole answer within the time";
  if (code == CURLE_COULDNT_RESOLVE_HOST)
    return "the name is not known";
  if (code == CURLE_WRITE_ERROR)
    return "an answer with headers of more than 16 KiB";
  return curl_easy_strerror(code);
}

static void exchange_free(struct exchange *exchange) {
  struct exchange **at = &exchange->client->first;
  while (*at != exchange)
    at = &(*at)->next;
  *at = exchange->next;
  if (exchange->easy != NULL)
    curl_easy_cleanup(exchange->easy);
  curl_slist_free_all(exchange->headers);
  free(exchange);
}
