// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/text.h"

enum { WORDS_BYTES = 1024, LINE_BYTES = 4 * WORDS_BYTES + 128 }; // an escaped byte takes four

struct line {
  char bytes[LINE_BYTES];
  size_t size;
};

// The one process-wide setting of the program. The lock also keeps a capture's context alive while it is being called.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): a log belongs to the process
static enum log_level level_now = LOG_INFO;
static pthread_mutex_t capture_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*capture_now)(enum log_level level, const char *line, void *context);
static void *capture_context;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

static const char *const level_names[] = {[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info"};

static void line_add(struct line *line, const char *text);
static void line_add_escaped(struct line *line, const char *text);
static bool is_control(const unsigned char *bytes);
static bool was_captured(enum log_level level, const char *line);
static void write_line(struct line *line);

void log_line(enum log_level level, const char *where, const char *format, ...) {
  if (level > __atomic_load_n(&level_now, __ATOMIC_RELAXED))
    return;
  int saved_errno = errno;
  char words[WORDS_BYTES];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(words, sizeof words, format, args);
  va_end(args);
  if (length < 0)
    words[0] = '\0';
  else if ((size_t)length >= sizeof words)
    memcpy(words + sizeof words - 4, "...", 4);

  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char stamp[21];
  instant_format((int64_t)now.tv_sec, stamp);
  struct line line = {.size = 0};
  line_add(&line, stamp);
  line_add(&line, " ");
  line_add(&line, level_names[level]);
  line_add(&line, " ");
  line_add_escaped(&line, where);
  line_add(&line, ": ");
  line_add_escaped(&line, words);
  line.bytes[line.size] = '\0';
  if (!was_captured(level, line.bytes))
    write_line(&line);
  errno = saved_errno;
}

void log_set_level(enum log_level level) { __atomic_store_n(&level_now, level, __ATOMIC_RELAXED); }

void log_set_capture(void (*capture)(enum log_level level, const char *line, void *context), void *context) {
  pthread_mutex_lock(&capture_lock);
  capture_now = capture;
  capture_context = context;
  pthread_mutex_unlock(&capture_lock);
}

static void line_add(struct line *line, const char *text) {
  size_t size = strlen(text);
  size_t room = sizeof line->bytes - 2 - line->size; // the newline and a NUL
  if (size > room)
    size = room;
  memcpy(line->bytes + line->size, text, size);
  line->size += size;
}

static void line_add_escaped(struct line *line, const char *text) {
  static const char hex[] = "0123456789abcdef";
  int escapes_left = 0; // C1 controls are two bytes of UTF-8: both are escaped
  for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
    if (escapes_left == 0 && is_control(byte))
      escapes_left = *byte == 0xC2 ? 2 : 1;
    char plain[] = {(char)*byte, '\0'};
    char escaped[] = {'\\', 'x', hex[*byte >> 4], hex[*byte & 15], '\0'};
    line_add(line, escapes_left > 0 ? escaped : plain);
    if (escapes_left > 0)
      escapes_left--;
  }
}

static bool is_control(const unsigned char *bytes) {
  return bytes[0] < 0x20 || bytes[0] == 0x7F || (bytes[0] == 0xC2 && bytes[1] >= 0x80 && bytes[1] <= 0x9F);
}

static bool was_captured(enum log_level level, const char *line) {
  pthread_mutex_lock(&capture_lock);
  bool is_captured = capture_now != NULL;
  if (is_captured)
    capture_now(level, line, capture_context);
  pthread_mutex_unlock(&capture_lock);
  return is_captured;
}

// One write a line, so that lines of several threads do not mix. When stderr is gone there is nobody to tell.
static void write_line(struct line *line) {
  line->bytes[line->size++] = '\n';
  ssize_t written;
  do
    written = write(STDERR_FILENO, line->bytes, line->size);
  while (written < 0 && errno == EINTR);
}
