// SPDX-License-Identifier: AGPL-3.0-or-later
// start_time TIMES PORT PROGRAM ARGUMENT…
// Starts the program so many times and prints the milliseconds from fork to the first 200 of /healthz on 127.0.0.1:PORT
// (median, least, most). Each is ended by SIGTERM and waited for.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMES_MAX = 100, GIVE_UP_MS = 10000, STOP_SECONDS = 25 };

static double start_once(char **command, uint16_t port);
static bool is_healthy(uint16_t port);
static void stop(pid_t pid);
static int compare(const void *a, const void *b);
static double now_ms(void);
static _Noreturn void die(const char *what);

int main(int argc, char **argv) {
  unsigned long times = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
  uint16_t port = argc > 3 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0;
  if (times < 1 || times > TIMES_MAX || port == 0) {
    fprintf(stderr, "usage: start_time TIMES PORT PROGRAM ARGUMENT…\n");
    return 2;
  }
  if (is_healthy(port))
    die("another program answers on this port");
  double took[TIMES_MAX];
  for (unsigned long i = 0; i < times; i++)
    took[i] = start_once(argv + 3, port);
  qsort(took, times, sizeof *took, compare);
  double median = (took[(times - 1) / 2] + took[times / 2]) / 2;
  printf("median_ms=%.1f least_ms=%.1f most_ms=%.1f\n", median, took[0], took[times - 1]);
  return 0;
}

static double start_once(char **command, uint16_t port) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  double begun = now_ms();
  int code = posix_spawn(&pid, command[0], &actions, NULL, command, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0)
    die(command[0]);
  while (!is_healthy(port)) {
    if (now_ms() - begun > GIVE_UP_MS || waitpid(pid, NULL, WNOHANG) != 0) {
      kill(pid, SIGKILL);
      die("the program did not answer");
    }
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  double took = now_ms() - begun;
  stop(pid);
  return took;
}

static bool is_healthy(uint16_t port) {
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    die("socket");
  char reply[64];
  bool is_good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                 send(fd, request, sizeof request - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof request - 1) &&
                 recv(fd, reply, sizeof reply, 0) > 12 && memcmp(reply, "HTTP/1.1 200", 12) == 0;
  close(fd);
  return is_good;
}

static void stop(pid_t pid) {
  kill(pid, SIGTERM);
  double begun = now_ms();
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (now_ms() - begun > STOP_SECONDS * 1000) {
      kill(pid, SIGKILL);
      die("the program did not stop");
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    die("the program stopped with an error");
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static void die(const char *what) {
  fprintf(stderr, "start_time: %s (%m)\n", what);
  exit(3);
}
