// SPDX-License-Identifier: AGPL-3.0-or-later
// streams COUNT ROUNDS PORT PATH TOKENS ACTS PID
// Opens COUNT event streams of PATH on 127.0.0.1:PORT, one a token of TOKENS (a list as tests/bench/load.c takes it),
// then sends ROUNDS requests of ACTS one after the other, each of which everybody hears of, and prints how much memory
// the server (PID) has a stream, and how long after the request was sent the first, the median and the last stream had
// the event. One thread; every wait has an end.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  LINE_BYTES_MAX = 8 * 1024,
  WAIT_MS = 30000,
  EVENTS_A_WAIT = 1024,
  READ_BYTES = 64 * 1024,
  ROUNDS_MAX = 1000,
  PAUSE_NS = 700000000,
  WARM_UPS = 5
};

struct stream {
  int fd;
  size_t blocks; // that held data
  bool has_data; // the block at hand
  bool is_line;  // the next byte begins a line
};

struct bench {
  size_t count;
  size_t rounds;
  uint16_t port;
  const char *path;
  const char *tokens;
  const char *acts;
  const char *pid;
  struct stream *streams;
  int epoll;
};

struct spans {
  double first_ms, median_ms, last_ms;
};

static void open_all(struct bench *bench);
static double await_blocks(struct bench *bench, size_t blocks, int64_t since_ns, double *arrived_ms);
static size_t take(struct stream *stream, size_t blocks);
static void feed(struct stream *stream, const char *bytes, size_t size);
static struct spans run_round(struct bench *bench, FILE *acts, size_t round);
static void act(struct bench *bench, FILE *acts);
static int dial(uint16_t port);
static void say(int fd, const char *bytes, size_t size);
static long resident_kib(const char *pid);
static int compare(const void *a, const void *b);
static double median(double *values, size_t count);
static int64_t now_ns(void);
static _Noreturn void die(const char *what);

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: streams COUNT ROUNDS PORT PATH TOKENS ACTS PID\n");
    return 2;
  }
  struct bench bench = {.count = strtoul(argv[1], NULL, 10),
                        .rounds = strtoul(argv[2], NULL, 10),
                        .port = (uint16_t)strtoul(argv[3], NULL, 10),
                        .path = argv[4],
                        .tokens = argv[5],
                        .acts = argv[6],
                        .pid = argv[7]};
  if (bench.count == 0 || bench.rounds == 0 || bench.rounds > ROUNDS_MAX)
    die("numbers");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  FILE *acts = fopen(bench.acts, "re");
  if (acts == NULL)
    die(bench.acts);
  // What changes cost the server, with or without streams, is to be there before.
  for (size_t i = 0; i < WARM_UPS; i++) {
    act(&bench, acts);
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
  }
  long before = resident_kib(bench.pid);
  int64_t begun = now_ns();
  open_all(&bench);
  double opened_ms = (double)(now_ns() - begun) / 1e6;
  long after = resident_kib(bench.pid);
  double firsts[ROUNDS_MAX], medians[ROUNDS_MAX], lasts[ROUNDS_MAX];
  for (size_t i = 0; i < bench.rounds; i++) {
    struct spans spans = run_round(&bench, acts, i);
    firsts[i] = spans.first_ms;
    medians[i] = spans.median_ms;
    lasts[i] = spans.last_ms;
  }
  fclose(acts);
  double first_ms = median(firsts, bench.rounds);
  double median_ms = median(medians, bench.rounds);
  double last_ms = median(lasts, bench.rounds); // which sorts them
  printf("streams=%zu open_ms=%.0f kib_before=%ld kib_after=%ld kib_a_stream=%.2f kib_told=%ld first_ms=%.1f "
         "median_ms=%.1f last_ms=%.1f worst_ms=%.1f\n",
         bench.count, opened_ms, before, after, (double)(after - before) / (double)bench.count, resident_kib(bench.pid),
         first_ms, median_ms, last_ms, lasts[bench.rounds - 1]);
  return 0;
}

static void open_all(struct bench *bench) {
  bench->streams = calloc(bench->count, sizeof *bench->streams);
  bench->epoll = epoll_create1(EPOLL_CLOEXEC);
  FILE *list = fopen(bench->tokens, "re");
  if (bench->streams == NULL || bench->epoll < 0 || list == NULL)
    die(bench->tokens);
  char line[LINE_BYTES_MAX], token[256], request[LINE_BYTES_MAX];
  for (size_t i = 0; i < bench->count; i++) {
    if (fgets(line, sizeof line, list) == NULL || sscanf(line, "%*s %*s %255s", token) != 1)
      die("too few tokens in the list");
    struct stream *stream = &bench->streams[i];
    *stream = (struct stream){.fd = dial(bench->port), .is_line = true};
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", bench->path, token);
    say(stream->fd, request, (size_t)size);
    fcntl(stream->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    if (epoll_ctl(bench->epoll, EPOLL_CTL_ADD, stream->fd, &event) != 0)
      die("epoll_ctl");
  }
  fclose(list);
  await_blocks(bench, 1, now_ns(), NULL);
}

// Until each stream has had so many; when each had, in milliseconds. The last of them.
static double await_blocks(struct bench *bench, size_t blocks, int64_t since_ns, double *arrived_ms) {
  size_t done = 0;
  for (size_t i = 0; i < bench->count; i++)
    done += bench->streams[i].blocks >= blocks;
  double last_ms = 0;
  struct epoll_event events[EVENTS_A_WAIT];
  while (done < bench->count) {
    int count = epoll_wait(bench->epoll, events, EVENTS_A_WAIT, WAIT_MS);
    if (count <= 0 || now_ns() - since_ns > (int64_t)WAIT_MS * 1000000) {
      fprintf(stderr, "streams: %zu of %zu have it\n", done, bench->count);
      die("the rest did not get it in time");
    }
    for (int i = 0; i < count; i++) {
      if (take(events[i].data.ptr, blocks) == 0)
        continue;
      last_ms = (double)(now_ns() - since_ns) / 1e6;
      if (arrived_ms != NULL)
        arrived_ms[done] = last_ms;
      done++;
    }
  }
  return last_ms;
}

// 1 when the stream has just come to so many blocks.
static size_t take(struct stream *stream, size_t blocks) {
  char bytes[READ_BYTES];
  size_t before = stream->blocks;
  ssize_t size = recv(stream->fd, bytes, sizeof bytes, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR))
    return 0;
  if (size <= 0)
    die("the server ended a stream");
  feed(stream, bytes, (size_t)size);
  return before < blocks && stream->blocks >= blocks;
}

// The reply's head has no line that begins with a small d.
static void feed(struct stream *stream, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '\r')
      continue;
    if (bytes[i] == '\n' && stream->is_line) {
      stream->blocks += stream->has_data;
      stream->has_data = false;
    } else if (stream->is_line && bytes[i] == 'd') {
      stream->has_data = true;
    }
    stream->is_line = bytes[i] == '\n';
  }
}

static struct spans run_round(struct bench *bench, FILE *acts, size_t round) {
  double *arrived_ms = calloc(bench->count, sizeof *arrived_ms);
  if (arrived_ms == NULL)
    die("memory");
  // After news the server gives its loops back to requests for a while; each round finds them at rest.
  nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
  int64_t since = now_ns();
  act(bench, acts);
  double last_ms = await_blocks(bench, round + 2, since, arrived_ms);
  struct spans spans = {arrived_ms[0], arrived_ms[bench->count / 2], last_ms};
  free(arrived_ms);
  return spans;
}

static void act(struct bench *bench, FILE *acts) {
  char line[LINE_BYTES_MAX], request[LINE_BYTES_MAX * 2], method[16], path[512], token[256];
  int at = 0;
  if (fgets(line, sizeof line, acts) == NULL || sscanf(line, "%15s %511s %255s %n", method, path, token, &at) < 3)
    die("too few acts in the list");
  const char *body = line + at;
  size_t body_size = strcspn(body, "\n");
  int size = snprintf(request, sizeof request,
                      "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                      method, path, token, body_size, (int)body_size, body);
  int fd = dial(bench->port);
  say(fd, request, (size_t)size);
  char answer[16] = "";
  if (recv(fd, answer, sizeof answer - 1, MSG_WAITALL) < 13 || strncmp(answer, "HTTP/1.1 2", 10) != 0)
    die("an act was refused");
  close(fd);
}

static int dial(uint16_t port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval patience = {.tv_sec = WAIT_MS / 1000};
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

static void say(int fd, const char *bytes, size_t size) {
  if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
    die("send");
}

static long resident_kib(const char *pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%s/status", pid);
  FILE *file = fopen(path, "re");
  long kib = -1;
  while (file != NULL && kib < 0 && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "VmRSS:", 6) == 0)
      kib = strtol(line + 6, NULL, 10);
  if (file == NULL || kib < 0)
    die(path);
  fclose(file);
  return kib;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return left < right ? -1 : left > right;
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static _Noreturn void die(const char *what) {
  fprintf(stderr, "streams: %s (%s)\n", what, errno == 0 ? "no error of the system" : strerrorname_np(errno));
  exit(3);
}
