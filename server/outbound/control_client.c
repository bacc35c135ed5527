// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/control_client.h"

#include <curl/curl.h>

#include "common/base/log.h"
#include "common/base/text.h"

enum { CONNECT_SECONDS = 5, TOTAL_SECONDS = 600 }; // an import of a large roster waits its turn on the server

struct collected {
  struct text text;
  bool is_too_large;
};

#define SCOPED_CURL __attribute__((cleanup(curl_release)))
#define SCOPED_LIST __attribute__((cleanup(list_release)))

static enum err perform(CURL *curl, const char *socket_path, struct arena *arena, struct control_response *out);
static bool set_request(CURL *curl, struct arena *arena, const char *socket_path,
                        const struct control_message *message);
static bool set_body(CURL *curl, struct curl_slist *headers, const struct control_message *message);
static struct curl_slist *make_headers(struct arena *arena, const struct control_message *message);
static size_t collect(char *bytes, size_t size, size_t count, void *context);
static void curl_release(CURL **curl);
static void list_release(struct curl_slist **list);

enum err control_client_call(const char *socket_path, struct arena *arena, const struct control_message *message,
                             struct control_response *out) {
  CURL *curl SCOPED_CURL = curl_easy_init();
  struct curl_slist *headers SCOPED_LIST = make_headers(arena, message);
  if (!curl || !headers || !set_request(curl, arena, socket_path, message) || !set_body(curl, headers, message)) {
    log_line(LOG_ERROR, "control", "libcurl cannot make a request");
    return ERR_INTERNAL;
  }
  return perform(curl, socket_path, arena, out);
}

static enum err perform(CURL *curl, const char *socket_path, struct arena *arena, struct control_response *out) {
  struct collected collected = {0};
  text_init(&collected.text, arena);
  char words[CURL_ERROR_SIZE] = "";
  if (curl_easy_setopt(curl, CURLOPT_WRITEDATA, &collected) != CURLE_OK ||
      curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words) != CURLE_OK)
    return ERR_INTERNAL;
  CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_COULDNT_CONNECT)
    return ERR_NOT_FOUND;
  if (collected.is_too_large) {
    log_line(LOG_ERROR, "control", "%s: the answer is over %d bytes", socket_path, CONTROL_ANSWER_BYTES_MAX);
    return ERR_TOO_LARGE;
  }
  if (code != CURLE_OK) {
    log_line(LOG_ERROR, "control", "%s: %s", socket_path, words[0] ? words : curl_easy_strerror(code));
    return ERR_UNAVAILABLE;
  }
  long status = 0;
  const char *content_type = NULL;
  if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
      curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type) != CURLE_OK)
    return ERR_INTERNAL;
  *out = (struct control_response){
      .status = (int)status,
      .content_type = arena_text(arena, content_type),
      .body = text_get(&collected.text),
      .size = collected.text.size,
  };
  return ERR_OK;
}

static bool set_request(CURL *curl, struct arena *arena, const char *socket_path,
                        const struct control_message *message) {
  const char *url = arena_format(arena, "http://localhost%s", message->target);
  return curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK && // whatever http_proxy says
         curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TOTAL_SECONDS) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, message->method) == CURLE_OK &&
         curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect) == CURLE_OK;
}

static bool set_body(CURL *curl, struct curl_slist *headers, const struct control_message *message) {
  if (curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK)
    return false;
  return !message->content_type ||
         (curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->size) == CURLE_OK &&
          curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message->body) == CURLE_OK);
}

static struct curl_slist *make_headers(struct arena *arena, const struct control_message *message) {
  const char *const lines[] = {
      "Expect:", // the socket is local: nothing is won by asking first
      message->content_type ? arena_format(arena, "Content-Type: %s", message->content_type) : NULL,
      message->if_match ? arena_format(arena, "If-Match: %s", message->if_match) : NULL,
  };
  struct curl_slist *headers = NULL;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct curl_slist *longer = lines[i] ? curl_slist_append(headers, lines[i]) : headers;
    if (!longer) {
      curl_slist_free_all(headers);
      return NULL;
    }
    headers = longer;
  }
  return headers;
}

static size_t collect(char *bytes, size_t size, size_t count, void *context) {
  struct collected *collected = context;
  size_t added = size * count; // libcurl: size is always 1
  if (collected->text.size + added > CONTROL_ANSWER_BYTES_MAX) {
    collected->is_too_large = true;
    return 0;
  }
  text_add_n(&collected->text, bytes, added);
  return added;
}

static void curl_release(CURL **curl) { curl_easy_cleanup(*curl); }

static void list_release(struct curl_slist **list) { curl_slist_free_all(*list); }
