// SPDX-License-Identifier: AGPL-3.0-or-later
// load [--connections C] [--seconds S] [--warm-up S] [--once] [--cookie] PORT LIST
// Sends the requests of LIST (a line each: METHOD PATH TOKEN [BODY], "-" for no token) to 127.0.0.1:PORT over C
// connections that stay open, one request at a time on each, over and over or once, and prints what came of it. One
// thread; never longer than S seconds and a stall of 10.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  CONNECTIONS_MAX = 256,
  REPLY_BYTES_MAX = 64 * 1024,
  LINE_BYTES_MAX = 8 * 1024,
  SAMPLES_MAX = 8 * 1024 * 1024,
  STALL_MS = 10000,
  STATUS_MAX = 600,
};

struct wire {
  char *bytes;
  size_t size;
};

struct connection {
  int fd;
  bool is_waiting; // for a reply
  const struct wire *request;
  int64_t since_ns;
  size_t got;
  size_t head_bytes; // 0: not whole yet
  size_t body_bytes; // announced
  int status;
  char reply[REPLY_BYTES_MAX + 1]; // ended by the zero that nothing overwrites
};

struct load {
  size_t connection_count;
  double seconds;
  double warm_up;
  bool is_once;
  bool is_by_cookie;
  uint16_t port;

  struct wire *requests;
  size_t request_count;
  size_t next;
  int epoll;
  struct connection *connections;
  size_t in_flight;
  int64_t begin_ns; // of what is measured
  int64_t end_ns;
  int64_t last_ns; // of the last reply
  uint64_t *samples;
  size_t sample_count;
  uint64_t statuses[STATUS_MAX];
  uint64_t body_bytes;
  bool is_bad_shown;
};

static bool parse(int argc, char **argv, struct load *load, const char **list);
static void read_list(struct load *load, const char *path);
static struct wire wire_of(const struct load *load, char *line);
static void open_connections(struct load *load);
static void run(struct load *load);
static void send_next(struct load *load, struct connection *connection);
static void send_all(const struct connection *connection);
static void receive(struct load *load, struct connection *connection);
static bool take_head(struct connection *connection);
static void finish(struct load *load, struct connection *connection);
static void report(struct load *load);
static double percentile_us(const struct load *load, double share);
static int compare(const void *a, const void *b);
static int64_t now_ns(void);
static _Noreturn void die(const char *what);

int main(int argc, char **argv) {
  struct load load = {.connection_count = 32, .seconds = 3};
  const char *list = NULL;
  if (!parse(argc, argv, &load, &list)) {
    fprintf(stderr, "usage: load [--connections C] [--seconds S] [--warm-up S] [--once] [--cookie] PORT LIST\n");
    return 2;
  }
  load.connections = calloc(load.connection_count, sizeof *load.connections);
  load.samples = calloc(SAMPLES_MAX, sizeof *load.samples); // touched only as far as it is filled
  if (load.connections == NULL || load.samples == NULL)
    abort();
  read_list(&load, list);
  open_connections(&load);
  run(&load);
  report(&load);
  uint64_t good = 0;
  for (size_t i = 200; i < 300; i++)
    good += load.statuses[i];
  return good == load.sample_count && good > 0 ? 0 : 1;
}

static bool parse(int argc, char **argv, struct load *load, const char **list) {
  static const struct option names[] = {
      {"connections", required_argument, NULL, 'c'},
      {"seconds", required_argument, NULL, 's'},
      {"warm-up", required_argument, NULL, 'w'},
      {"once", no_argument, NULL, 'o'},
      {"cookie", no_argument, NULL, 'k'},
      {NULL, 0, NULL, 0},
  };
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 'c')
      load->connection_count = strtoul(optarg, NULL, 10);
    else if (c == 's')
      load->seconds = strtod(optarg, NULL);
    else if (c == 'w')
      load->warm_up = strtod(optarg, NULL);
    else if (c == 'o')
      load->is_once = true;
    else if (c == 'k')
      load->is_by_cookie = true;
    else
      return false;
  }
  if (argc - optind != 2)
    return false;
  load->port = (uint16_t)strtoul(argv[optind], NULL, 10);
  *list = argv[optind + 1];
  return load->port != 0 && load->connection_count >= 1 && load->connection_count <= CONNECTIONS_MAX &&
         load->seconds > 0 && load->seconds <= 120 && load->warm_up >= 0 && load->warm_up < load->seconds;
}

static void read_list(struct load *load, const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL)
    die(path);
  char line[LINE_BYTES_MAX];
  size_t room = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (load->request_count == room) {
      room = room == 0 ? 1024 : room * 2;
      load->requests = reallocarray(load->requests, room, sizeof *load->requests);
      if (load->requests == NULL)
        abort();
    }
    load->requests[load->request_count++] = wire_of(load, line);
  }
  fclose(file);
  if (load->request_count == 0)
    die("the list is empty");
}

// With what a browser, or a program, sends at the least.
static struct wire wire_of(const struct load *load, char *line) {
  char *rest = line;
  line[strcspn(line, "\n")] = '\0';
  const char *method = strsep(&rest, " ");
  const char *path = strsep(&rest, " ");
  const char *token = strsep(&rest, " ");
  const char *body = rest == NULL ? "" : rest;
  if (path == NULL || token == NULL)
    die("a line of the list is not METHOD PATH TOKEN [BODY]");
  char identity[256] = "";
  if (strcmp(token, "-") != 0)
    snprintf(identity, sizeof identity,
             load->is_by_cookie ? "Cookie: tandem_session=%s\r\nSec-Fetch-Site: same-origin\r\n"
                                : "Authorization: Bearer %s\r\n",
             token);
  char type[96] = "";
  if (body[0] != '\0')
    snprintf(type, sizeof type, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
  else if (strcmp(method, "GET") != 0)
    snprintf(type, sizeof type, "Content-Length: 0\r\n");
  struct wire wire = {0};
  int size = asprintf(&wire.bytes, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: application/json\r\n%s%s\r\n%s",
                      method, path, load->port, identity, type, body);
  if (size < 0)
    abort();
  wire.size = (size_t)size;
  return wire;
}

static void open_connections(struct load *load) {
  load->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (load->epoll < 0)
    die("epoll");
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(load->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  static const int on = 1;
  for (size_t i = 0; i < load->connection_count; i++) {
    struct connection *connection = &load->connections[i];
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
      die("connect");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
      die("epoll");
  }
}

static void run(struct load *load) {
  int64_t start = now_ns();
  load->begin_ns = start + (int64_t)(load->warm_up * 1e9);
  load->end_ns = start + (int64_t)(load->seconds * 1e9);
  load->last_ns = load->begin_ns;
  for (size_t i = 0; i < load->connection_count; i++)
    send_next(load, &load->connections[i]);
  struct epoll_event events[CONNECTIONS_MAX];
  while (load->in_flight > 0) {
    int count = epoll_wait(load->epoll, events, CONNECTIONS_MAX, STALL_MS);
    if (count == 0)
      die("no reply for 10 s");
    if (count < 0 && errno != EINTR)
      die("epoll_wait");
    for (int i = 0; i < count; i++)
      receive(load, events[i].data.ptr);
  }
}

static void send_next(struct load *load, struct connection *connection) {
  int64_t now = now_ns();
  bool is_over = now >= load->end_ns || (load->is_once && load->next == load->request_count) ||
                 load->sample_count + load->connection_count >= SAMPLES_MAX;
  if (is_over)
    return;
  connection->request = &load->requests[load->next % load->request_count];
  load->next++;
  connection->got = connection->head_bytes = connection->body_bytes = 0;
  connection->since_ns = now;
  connection->is_waiting = true;
  load->in_flight++;
  send_all(connection);
}

// A request is far smaller than a socket's buffer, so room for it is waited for without another event.
static void send_all(const struct connection *connection) {
  const struct wire *request = connection->request;
  for (size_t sent = 0; sent < request->size;) {
    ssize_t count = send(connection->fd, request->bytes + sent, request->size - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR && errno != EAGAIN)
      die("send");
    sent += count > 0 ? (size_t)count : 0;
  }
}

static void receive(struct load *load, struct connection *connection) {
  ssize_t count = recv(connection->fd, connection->reply + connection->got, REPLY_BYTES_MAX - connection->got, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count < 0)
    die("recv");
  if (count == 0 || !connection->is_waiting)
    die("the server closed a connection");
  connection->got += (size_t)count;
  if (connection->head_bytes == 0 && !take_head(connection)) {
    if (connection->got == REPLY_BYTES_MAX)
      die("a reply is larger than 64 KiB");
    return;
  }
  if (connection->got < connection->head_bytes + connection->body_bytes)
    return;
  finish(load, connection);
  send_next(load, connection);
}

static bool take_head(struct connection *connection) {
  const char *end = memmem(connection->reply, connection->got, "\r\n\r\n", 4);
  if (end == NULL)
    return false;
  connection->head_bytes = (size_t)(end - connection->reply) + 4;
  if (connection->head_bytes < 16 || strncmp(connection->reply, "HTTP/1.1 ", 9) != 0)
    die("a reply is no HTTP/1.1");
  connection->status = (int)strtol(connection->reply + 9, NULL, 10);
  for (const char *line = connection->reply; line < end; line = strchr(line, '\n') + 1)
    if (strncasecmp(line, "Content-Length:", 15) == 0)
      connection->body_bytes = strtoul(line + 15, NULL, 10);
  if (connection->head_bytes + connection->body_bytes > REPLY_BYTES_MAX)
    die("a reply is larger than 64 KiB");
  return true;
}

static void finish(struct load *load, struct connection *connection) {
  int64_t now = now_ns();
  connection->is_waiting = false;
  load->in_flight--;
  if (now < load->begin_ns)
    return;
  load->samples[load->sample_count++] = (uint64_t)(now - connection->since_ns);
  load->last_ns = now;
  load->body_bytes += connection->body_bytes;
  if (connection->status >= 0 && connection->status < STATUS_MAX)
    load->statuses[connection->status]++;
  if ((connection->status < 200 || connection->status > 299) && !load->is_bad_shown) {
    fprintf(stderr, "load: %.*s\n", (int)connection->got, connection->reply);
    load->is_bad_shown = true;
  }
}

// NAME=VALUE pairs on one line, for scripts/bench.
static void report(struct load *load) {
  double seconds = (double)(load->last_ns - load->begin_ns) / 1e9;
  size_t count = load->sample_count;
  qsort(load->samples, count, sizeof *load->samples, compare);
  printf("requests=%zu seconds=%.3f rate=%.0f p50_us=%.0f p90_us=%.0f p99_us=%.0f max_us=%.0f body_bytes=%.0f", count,
         seconds, seconds > 0 ? (double)count / seconds : 0, percentile_us(load, 0.5), percentile_us(load, 0.9),
         percentile_us(load, 0.99), percentile_us(load, 1), count > 0 ? (double)load->body_bytes / (double)count : 0);
  for (int status = 0; status < STATUS_MAX; status++)
    if (load->statuses[status] > 0)
      printf(" status_%d=%llu", status, (unsigned long long)load->statuses[status]);
  printf("\n");
}

static double percentile_us(const struct load *load, double share) {
  if (load->sample_count == 0)
    return 0;
  size_t at = (size_t)((double)(load->sample_count - 1) * share + 0.5);
  return (double)load->samples[at] / 1000;
}

static int compare(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "load: %s (%m)\n", what);
  exit(3);
}
