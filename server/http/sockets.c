// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/sockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/log.h"

enum { BACKLOG = 1024, HOST_BYTES = 256 };

static bool split(const char *host_port, char host[static HOST_BYTES], const char **port);
static int listen_on(const struct addrinfo *address);
static int listen_at_path(const struct sockaddr_un *address);
static bool is_socket(const char *path);
static uint16_t port_of(int fd);
static void close_quietly(int fd);

enum err socket_listen_network(const char *host_port, int *out_fd, uint16_t *out_port) {
  char host[HOST_BYTES];
  const char *port;
  if (!split(host_port, host, &port)) {
    log_line(LOG_ERROR, "http", "%s is not HOST:PORT", host_port);
    return ERR_INVALID;
  }
  struct addrinfo wanted = {
      .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  int code = getaddrinfo(host[0] == '\0' ? NULL : host, port, &wanted, &found);
  if (code != 0) {
    log_line(LOG_ERROR, "http", "%s: %s", host_port, gai_strerror(code));
    return ERR_INVALID;
  }
  int fd = -1;
  for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
    fd = listen_on(at);
  if (fd < 0)
    log_line(LOG_ERROR, "http", "cannot listen on %s: %m", host_port);
  freeaddrinfo(found);
  if (fd < 0)
    return ERR_UNAVAILABLE;
  *out_fd = fd;
  *out_port = port_of(fd);
  return ERR_OK;
}

enum err socket_listen_control(const char *path, int *out_fd) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    log_line(LOG_ERROR, "http", "%s: the path of a socket may have at most %zu bytes", path,
             sizeof address.sun_path - 1);
    return ERR_INVALID;
  }
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  if (is_socket(path))
    unlink(path);
  int fd = listen_at_path(&address);
  if (fd < 0) {
    log_line(LOG_ERROR, "http", "cannot listen on %s: %m", path);
    return ERR_UNAVAILABLE;
  }
  *out_fd = fd;
  return ERR_OK;
}

bool socket_peer_is_operator(int fd) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    log_line(LOG_ERROR, "http", "control socket: %m");
    return false;
  }
  if (peer.uid == geteuid() || peer.uid == 0)
    return true;
  log_line(LOG_WARN, "http", "control socket: user %u is refused", (unsigned)peer.uid);
  return false;
}

static bool split(const char *host_port, char host[static HOST_BYTES], const char **port) {
  const char *colon = strrchr(host_port, ':');
  if (colon == NULL || colon[1] == '\0')
    return false;
  size_t size = (size_t)(colon - host_port);
  const char *start = host_port;
  bool is_bracketed = size >= 2 && start[0] == '[' && start[size - 1] == ']';
  if (is_bracketed) {
    start++;
    size -= 2;
  } else if (memchr(start, ':', size) != NULL) {
    return false; // "::1" without brackets: where the port begins is a guess
  }
  if (size >= HOST_BYTES)
    return false;
  memcpy(host, start, size);
  host[size] = '\0';
  *port = colon + 1;
  return true;
}

static int listen_on(const struct addrinfo *address) {
  int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
    return fd;
  close_quietly(fd);
  return -1;
}

static int listen_at_path(const struct sockaddr_un *address) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  // Linux gives the file the socket's mode at bind; a chmod afterwards would leave it open for a moment.
  if (fchmod(fd, S_IRUSR | S_IWUSR) == 0 && bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
      listen(fd, BACKLOG) == 0)
    return fd;
  close_quietly(fd);
  return -1;
}

static bool is_socket(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static uint16_t port_of(int fd) {
  struct sockaddr_storage address = {0};
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
    return 0;
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
  memcpy(&ipv4, &address, sizeof ipv4);
  memcpy(&ipv6, &address, sizeof ipv6);
  return ntohs(address.ss_family == AF_INET6 ? ipv6.sin6_port : ipv4.sin_port);
}

static void close_quietly(int fd) {
  int why = errno;
  close(fd);
  errno = why;
}
