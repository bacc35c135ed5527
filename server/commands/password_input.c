// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/password_input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/secret.h"
#include "common/base/text.h"

static enum err read_piped(struct arena *arena, const char **out);
static enum err read_typed(struct arena *arena, const char *prompt, const char **out);
static enum err read_line(struct arena *arena, const char **out);
static enum err refuse(const char *words);

enum err password_input_read(struct arena *arena, const char *prompt, const char **out) {
  const char *secret;
  enum err err = isatty(STDIN_FILENO) ? read_typed(arena, prompt, &secret) : read_piped(arena, &secret);
  if (err != ERR_OK)
    return err;
  if (secret[0] == '\0')
    return refuse("the password is empty");
  if (!utf8_is_valid(secret, strlen(secret)) || text_has_control(secret, false))
    return refuse("the password is not text in UTF-8");
  *out = secret;
  return ERR_OK;
}

static enum err read_piped(struct arena *arena, const char **out) {
  enum err err = read_line(arena, out);
  if (err != ERR_OK)
    return err;
  char more;
  ssize_t size = read(STDIN_FILENO, &more, 1);
  return size > 0 ? refuse("stdin has more than the one line with the password") : ERR_OK;
}

static enum err read_typed(struct arena *arena, const char *prompt, const char **out) {
  struct termios shown;
  if (tcgetattr(STDIN_FILENO, &shown) != 0) {
    (void)fprintf(stderr, "tandem: the terminal cannot be asked: %m\n");
    return ERR_UNAVAILABLE;
  }
  struct termios hidden = shown;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0) {
    (void)fprintf(stderr, "tandem: the terminal goes on to show what is typed: %m\n");
    return ERR_UNAVAILABLE;
  }
  const char *first, *second;
  (void)fprintf(stderr, "%s: ", prompt);
  enum err err = read_line(arena, &first);
  if (err == ERR_OK && first[0] != '\0') {
    (void)fprintf(stderr, "\nThe same again: ");
    err = read_line(arena, &second);
  } else
    second = "";
  (void)fprintf(stderr, "\n");
  (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  if (err != ERR_OK)
    return err;
  if (!text_equal(first, second) && first[0] != '\0')
    return refuse("the two are not the same");
  *out = first;
  return ERR_OK;
}

// Byte by byte and without stdio, so that no copy of the secret stays behind in a buffer.
static enum err read_line(struct arena *arena, const char **out) {
  char line[PASSWORD_INPUT_BYTES_MAX + 1];
  size_t size = 0;
  for (;;) {
    ssize_t got = read(STDIN_FILENO, &line[size], 1);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      (void)fprintf(stderr, "tandem: stdin cannot be read: %m\n");
      return ERR_UNAVAILABLE;
    }
    if (got == 0 || line[size] == '\n')
      break;
    if (line[size] == '\0')
      return refuse("the password is not text in UTF-8");
    if (++size > PASSWORD_INPUT_BYTES_MAX)
      return refuse("the password is far too long");
  }
  if (size > 0 && line[size - 1] == '\r')
    size--;
  *out = arena_text_n(arena, line, size);
  secret_wipe(line, sizeof line);
  return ERR_OK;
}

static enum err refuse(const char *words) {
  (void)fprintf(stderr, "tandem: %s\n", words);
  return ERR_INVALID;
}
