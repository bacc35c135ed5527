// SPDX-License-Identifier: AGPL-3.0-or-later
// One line a failure, on stderr: "2023-09-11T23:59:00Z error db: commit: disk full". Never a secret, never a body.
#pragma once

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO };

// Control characters in the formatted words are written as \xNN, so that input cannot forge a line.
void log_line(enum log_level level, const char *where, const char *format, ...) __attribute__((format(printf, 3, 4)));
// Lines above the level are dropped; INFO at first. Tests set ERROR, or a capture function (NULL restores stderr).
void log_set_level(enum log_level level);
void log_set_capture(void (*capture)(enum log_level level, const char *line, void *context), void *context);
