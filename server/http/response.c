// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/response.h"

#include <string.h>
#include <strings.h>

#include "common/base/log.h"
#include "server/http/http.h"
#include "server/http/reply.h"

struct status_row {
  int status;
  const char *line;
};

static const struct status_row statuses[] = {
    {200, "HTTP/1.1 200 OK\r\n"},
    {201, "HTTP/1.1 201 Created\r\n"},
    {202, "HTTP/1.1 202 Accepted\r\n"},
    {204, "HTTP/1.1 204 No Content\r\n"},
    {206, "HTTP/1.1 206 Partial Content\r\n"},
    {303, "HTTP/1.1 303 See Other\r\n"},
    {304, "HTTP/1.1 304 Not Modified\r\n"},
    {400, "HTTP/1.1 400 Bad Request\r\n"},
    {401, "HTTP/1.1 401 Unauthorized\r\n"},
    {403, "HTTP/1.1 403 Forbidden\r\n"},
    {404, "HTTP/1.1 404 Not Found\r\n"},
    {405, "HTTP/1.1 405 Method Not Allowed\r\n"},
    {406, "HTTP/1.1 406 Not Acceptable\r\n"},
    {408, "HTTP/1.1 408 Request Timeout\r\n"},
    {409, "HTTP/1.1 409 Conflict\r\n"},
    {410, "HTTP/1.1 410 Gone\r\n"},
    {412, "HTTP/1.1 412 Precondition Failed\r\n"},
    {413, "HTTP/1.1 413 Content Too Large\r\n"},
    {414, "HTTP/1.1 414 URI Too Long\r\n"},
    {415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
    {416, "HTTP/1.1 416 Range Not Satisfiable\r\n"},
    {417, "HTTP/1.1 417 Expectation Failed\r\n"},
    {422, "HTTP/1.1 422 Unprocessable Content\r\n"},
    {428, "HTTP/1.1 428 Precondition Required\r\n"},
    {429, "HTTP/1.1 429 Too Many Requests\r\n"},
    {431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    {500, "HTTP/1.1 500 Internal Server Error\r\n"},
    {501, "HTTP/1.1 501 Not Implemented\r\n"},
    {503, "HTTP/1.1 503 Service Unavailable\r\n"},
    {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
};

static void add_status(struct text *out, int status);
static void add_field(struct text *out, const char *name, const char *value);
static void add_number(struct text *out, size_t number);
static bool status_has_body(int status);
static bool is_stream(const struct request *request);
static bool is_to_stay_secure(const struct request *request);

void response_date(time_t at, char out[static RESPONSE_DATE_BYTES]) {
  static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  struct tm utc = {0};
  gmtime_r(&at, &utc);
  char text[RESPONSE_DATE_BYTES] = "---, 00 --- 0000 00:00:00 GMT";
  memcpy(text, days[utc.tm_wday], 3);
  memcpy(text + 8, months[utc.tm_mon], 3);
  const struct {
    int at;
    int value;
  } pairs[] = {{5, utc.tm_mday},        {12, (utc.tm_year + 1900) / 100},
               {14, utc.tm_year % 100}, {17, utc.tm_hour},
               {20, utc.tm_min},        {23, utc.tm_sec}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    text[pairs[i].at] = (char)('0' + pairs[i].value / 10 % 10);
    text[pairs[i].at + 1] = (char)('0' + pairs[i].value % 10);
  }
  memcpy(out, text, RESPONSE_DATE_BYTES);
}

void response_head(struct text *out, const struct request *request, const struct response_facts *facts) {
  const struct reply *reply = &request->reply;
  char now[21];
  instant_format(facts->now, now);
  add_status(out, reply->status);
  add_field(out, "Date: ", facts->date);
  if (status_has_body(reply->status)) {
    if (reply->content_type != NULL)
      add_field(out, "Content-Type: ", reply->content_type);
    if (!is_stream(request)) {
      text_add_n(out, "Content-Length: ", 16);
      add_number(out, reply->has_file ? (size_t)reply->file_size : reply->json.text.size);
    }
  }
  for (size_t i = 0; i < reply->header_count; i++) {
    text_add(out, reply->headers[i].name);
    add_field(out, ": ", reply->headers[i].value);
  }
  if (!reply_has_header(request, "Cache-Control"))
    add_field(out, "Cache-Control: ", "no-store");
  add_field(out, "X-Content-Type-Options: ", "nosniff");
  add_field(out, "X-Tandem-Now: ", now);
  if (is_to_stay_secure(request))
    add_field(out, "Strict-Transport-Security: ", "max-age=31536000");
  if (facts->closes)
    add_field(out, "Connection: ", "close");
  text_add_n(out, "\r\n", 2);
}

bool response_has_body(const struct request *request) {
  const struct reply *reply = &request->reply;
  bool is_empty = reply->has_file ? reply->file_size == 0 : reply->json.text.size == 0;
  return !request->is_head && status_has_body(reply->status) && !is_empty;
}

// Its length is known at its end only, which is the end of the connection.
static bool is_stream(const struct request *request) {
  return request->route != NULL && request->route->kind == ROUTE_STREAM && request->reply.status == 200;
}

// RFC 6797 7.2: never over plain HTTP. And only where the operator says that https is the public way in: a browser that
// has heard it once will not come back by http for a year.
static bool is_to_stay_secure(const struct request *request) {
  const char *url = request->http->public_url;
  return request->is_https && url != NULL && strncasecmp(url, "https://", 8) == 0;
}

static void add_status(struct text *out, int status) {
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    if (statuses[i].status == status) {
      text_add(out, statuses[i].line);
      return;
    }
  }
  log_line(LOG_WARN, "http", "status %d has no row in response.c", status);
  text_add_format(out, "HTTP/1.1 %03d Unnamed\r\n", status);
}

static void add_field(struct text *out, const char *name, const char *value) {
  text_add(out, name);
  text_add(out, value);
  text_add_n(out, "\r\n", 2);
}

static void add_number(struct text *out, size_t number) {
  char digits[24];
  size_t at = sizeof digits;
  do
    digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  text_add_n(out, digits + at, sizeof digits - at);
  text_add_n(out, "\r\n", 2);
}

// RFC 9110 8.6: neither has content, and only a 304 could state a length.
static bool status_has_body(int status) { return status != 204 && status != 304; }
