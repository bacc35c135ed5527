// SPDX-License-Identifier: AGPL-3.0-or-later
// evhttp_constant THREADS BODY_BYTES
// The yardstick of reads: libevent's own HTTP server, a loop a thread as in Tandem, every answer the same bytes. Prints
// its port; ends at SIGTERM, or by itself after five minutes.
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS_MAX = 16, BODY_BYTES_MAX = 32 * 1024, LIFE_SECONDS = 300, BACKLOG = 128 };

struct answer {
  const char *body;
  size_t size;
};

struct server {
  int fd;
  const struct answer *answer;
};

static int listen_on(uint16_t *port);
static void *serve(void *context);
static void answer(struct evhttp_request *request, void *context);
static _Noreturn void die(const char *what);

int main(int argc, char **argv) {
  unsigned long threads = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
  size_t size = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
  if (threads < 1 || threads > THREADS_MAX || size < 1 || size > BODY_BYTES_MAX) {
    fprintf(stderr, "usage: evhttp_constant THREADS BODY_BYTES\n");
    return 2;
  }
  static char body[BODY_BYTES_MAX];
  memset(body, 'x', size);
  struct answer constant = {body, size};
  struct server servers[THREADS_MAX];
  uint16_t port = 0;
  for (unsigned long i = 0; i < threads; i++)
    servers[i] = (struct server){listen_on(&port), &constant};
  printf("port=%u\n", port);
  fflush(stdout);
  alarm(LIFE_SECONDS);
  for (unsigned long i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, &servers[i]) != 0)
      die("pthread_create");
  }
  for (;;)
    pause();
}

// Each thread has a socket of its own on the same port; the kernel spreads the connections.
static int listen_on(uint16_t *port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  static const int on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) != 0)
    die("listen");
  *port = ntohs(address.sin_port);
  return fd;
}

static void *serve(void *context) {
  struct server *server = context;
  struct event_base *base = event_base_new();
  struct evhttp *http = base == NULL ? NULL : evhttp_new(base);
  if (http == NULL || evhttp_accept_socket(http, server->fd) != 0)
    die("evhttp");
  evhttp_set_gencb(http, answer, (void *)(uintptr_t)server->answer);
  event_base_dispatch(base);
  return NULL;
}

static void answer(struct evhttp_request *request, void *context) {
  const struct answer *constant = context;
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "application/json");
  evbuffer_add_reference(evhttp_request_get_output_buffer(request), constant->body, constant->size, NULL, NULL);
  evhttp_send_reply(request, 200, "OK", NULL);
}

static void die(const char *what) {
  fprintf(stderr, "evhttp_constant: %s (%m)\n", what);
  exit(3);
}
