// SPDX-License-Identifier: AGPL-3.0-or-later
// What the targets of tests/fuzz share: libFuzzer's two entries, readers of the input, and `require`, which is there in
// every build (an assert is not in the optimized one). A target keeps nothing from one input to the next, so that a
// file alone repeats what was found.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Fails the input, with the property that does not hold.
#define require(condition)                                                                                             \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                                   \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

struct fuzz_input {
  const char *at;
  size_t left;
};

static inline void fuzz_ignore_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static inline struct fuzz_input fuzz_input_of(const uint8_t *data, size_t size) {
  return (struct fuzz_input){(const char *)data, size};
}

// At most `size` bytes.
static inline struct fuzz_input fuzz_take(struct fuzz_input *input, size_t size) {
  struct fuzz_input part = {input->at, size < input->left ? size : input->left};
  if (part.left > 0) // NULL + 0 is what libFuzzer's empty input would make
    input->at += part.left;
  input->left -= part.left;
  return part;
}

// 0 at the end.
static inline uint8_t fuzz_byte(struct fuzz_input *input) {
  struct fuzz_input part = fuzz_take(input, 1);
  return part.left == 0 ? 0 : (uint8_t)part.at[0];
}

// One of `count`, by a character, so that a person can write a corpus file: '0' is the first.
static inline size_t fuzz_choice(struct fuzz_input *input, size_t count) {
  return (size_t)(uint8_t)(fuzz_byte(input) - '0') % count;
}

// Up to the separator, which is dropped; all when there is none.
static inline struct fuzz_input fuzz_part(struct fuzz_input *input, char separator) {
  const char *end = input->left == 0 ? NULL : memchr(input->at, separator, input->left);
  struct fuzz_input part = fuzz_take(input, end == NULL ? input->left : (size_t)(end - input->at));
  (void)fuzz_take(input, 1);
  return part;
}

static inline struct fuzz_input fuzz_line(struct fuzz_input *input) { return fuzz_part(input, '\n'); }

// How long the next piece is, by the next of `pieces` (a line of characters, gone through in turn): '!' is 1 byte,
// '"' 2, and so on; from '@' on larger steps. No pieces: everything in one.
static inline size_t fuzz_piece(const struct fuzz_input *pieces, size_t turn, size_t left) {
  if (pieces->left == 0)
    return left;
  uint8_t step = (uint8_t)(pieces->at[turn % pieces->left] - ' ');
  size_t size = step == 0 ? 1 : step < 32 ? step : (size_t)(step - 31) * 40;
  return size < left ? size : left;
}
