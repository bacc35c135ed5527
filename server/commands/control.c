// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/app.h"
#include "server/commands/refusal.h"
#include "server/http/router.h"
#include "server/local_call.h"
#include "server/outbound/control_client.h"

enum { OPEN_TRIES = 30, OPEN_PAUSE_MILLISECONDS = 100 };

struct control {
  struct arena *arena;
  const char *data_dir;
  const char *socket_path; // NULL: this process holds the lock
  int lock;
  struct app *app;
};

static enum err open_here(struct control *control);
static bool is_listening(const char *socket_path);
static void call_here(const struct control *control, struct arena *arena, const struct control_call *call,
                      struct control_answer *out);
static enum err call_server(const struct control *control, struct arena *arena, const struct control_call *call,
                            struct control_answer *out);
static void control_close(struct control *control);

const char *control_data_dir(const char *given) {
  if (given)
    return given;
  const char *set = getenv("TANDEM_DATA");
  return set && set[0] != '\0' ? set : "/var/lib/tandem";
}

enum err control_open(const char *data_dir, struct control **out) {
  struct arena *arena = arena_new();
  struct control *control = arena_alloc(arena, sizeof *control);
  *control = (struct control){.arena = arena, .data_dir = arena_text(arena, data_dir), .lock = -1};
  const char *socket_path = arena_format(arena, "%s/control.sock", data_dir);
  enum err err = ERR_CONFLICT;
  for (int tries = 0; tries < OPEN_TRIES && err == ERR_CONFLICT; tries++) {
    if (tries > 0) {
      const struct timespec pause = {.tv_nsec = OPEN_PAUSE_MILLISECONDS * 1000000L};
      nanosleep(&pause, NULL);
    }
    err = app_lock(data_dir, &control->lock);
    // Held without a socket: another command is at work, or a server starts or ends.
    if (err == ERR_CONFLICT && is_listening(socket_path)) {
      control->socket_path = socket_path;
      err = ERR_OK;
    }
  }
  if (err == ERR_OK && !control->socket_path)
    err = open_here(control);
  else if (err != ERR_OK)
    fprintf(
        stderr, "tandem: %s\n",
        err == ERR_CONFLICT
            ? arena_format(arena, "another process holds %s and does not answer; try again when it has ended", data_dir)
            : arena_format(arena, "the data folder %s cannot be used", data_dir));
  if (err != ERR_OK) {
    control_close(control);
    return err;
  }
  *out = control;
  return ERR_OK;
}

void control_close_cleanup(struct control **control) { control_close(*control); }

enum err control_call(struct control *control, struct arena *arena, const struct control_call *call,
                      struct control_answer *out) {
  if (control->socket_path)
    return call_server(control, arena, call, out);
  call_here(control, arena, call, out);
  return ERR_OK;
}

enum command_exit control_ask(struct control *control, struct arena *arena, const struct control_call *call,
                              struct control_answer *out) {
  struct control_answer answer;
  if (control_call(control, arena, call, &answer) != ERR_OK)
    return EXIT_SYSTEM;
  if (answer.status < 300) {
    *out = answer;
    return EXIT_DONE;
  }
  refusal_print(answer.status, answer.body, answer.size);
  return answer.status >= 500 ? EXIT_SYSTEM : EXIT_INPUT;
}

const char *control_escape(struct arena *arena, const char *text) {
  static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"; // RFC 3986 2.3
  struct text out;
  text_init(&out, arena);
  for (; *text; text++) {
    if (strchr(unreserved, *text))
      text_add_char(&out, *text);
    else
      text_add_format(&out, "%%%02X", (unsigned)(unsigned char)*text);
  }
  return text_get(&out);
}

static enum err open_here(struct control *control) {
  const char *store = arena_format(control->arena, "%s/tandem.db", control->data_dir);
  if (access(store, F_OK) != 0)
    (void)fprintf(stderr, "tandem: there is no store in %s yet; making a new one\n", control->data_dir);
  enum err err = app_open(&(struct app_options){.data_dir = control->data_dir}, &control->app);
  if (err != ERR_OK)
    (void)fprintf(stderr, "tandem: the store in %s cannot be opened\n", control->data_dir);
  return err;
}

static bool is_listening(const char *socket_path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t size = strlen(socket_path);
  if (size >= sizeof address.sun_path)
    return false;
  memcpy(address.sun_path, socket_path, size + 1);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  bool is_open = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
  close(fd);
  return is_open;
}

static void call_here(const struct control *control, struct arena *arena, const struct control_call *call,
                      struct control_answer *out) {
  struct local_answer answer;
  const struct header if_match = {"if-match", call->if_match};
  const struct local_call local = {
      .method = call->method,
      .target = call->target,
      .content_type = call->content_type,
      .body = call->content_type ? call->body : NULL,
      .size = call->size,
      .is_operator = true,
      .headers = &if_match,
      .header_count = call->if_match ? 1 : 0,
  };
  local_call(control->app, arena, &local, &answer);
  *out = (struct control_answer){
      .status = answer.status, .content_type = answer.content_type, .body = answer.body, .size = answer.size};
}

static enum err call_server(const struct control *control, struct arena *arena, const struct control_call *call,
                            struct control_answer *out) {
  const struct control_message message = {
      .method = method_text(call->method),
      .target = call->target,
      .content_type = call->content_type,
      .body = call->body,
      .size = call->size,
      .if_match = call->if_match,
  };
  struct control_response response;
  enum err err = control_client_call(control->socket_path, arena, &message, &response);
  if (err != ERR_OK) {
    (void)fprintf(stderr, "tandem: the server of %s did not answer; whether the change was made is not known\n",
                  control->data_dir);
    return err;
  }
  *out = (struct control_answer){
      .status = response.status, .content_type = response.content_type, .body = response.body, .size = response.size};
  return ERR_OK;
}

static void control_close(struct control *control) {
  if (!control)
    return;
  app_close(control->app);
  if (control->lock >= 0)
    close(control->lock);
  arena_free(control->arena);
}
