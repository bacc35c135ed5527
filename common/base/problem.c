// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/problem.h"

#include <assert.h>

enum { FIELD_ERRORS_MAX = 50 };

struct problem_row {
  const char *code;
  enum err err;
  const char *title;
};

static const struct problem_row rows[PROBLEM_COUNT] = {
#define X(name, code, err, title) [PROBLEM_##name] = {code, err, title},
    PROBLEM_TABLE(X)
#undef X
};

static const struct problem_row *row(enum problem_code code);

void problem_init(struct problem *problem, struct arena *arena) { *problem = (struct problem){.arena = arena}; }

void problem_clear(struct problem *problem) { problem_init(problem, problem->arena); }

enum err problem_raise(struct problem *problem, enum problem_code code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  problem->detail = arena_format_v(problem->arena, format, args);
  va_end(args);
  problem->code = code;
  return problem_err(code);
}

enum err problem_field(struct problem *problem, const char *field, const char *format, ...) {
  if (problem->code == PROBLEM_NONE)
    problem->code = PROBLEM_INVALID_FIELDS;
  if (problem->error_count >= FIELD_ERRORS_MAX)
    return ERR_INVALID;
  if (!problem->errors)
    problem->errors = arena_array(problem->arena, FIELD_ERRORS_MAX, sizeof *problem->errors);
  va_list args;
  va_start(args, format);
  problem->errors[problem->error_count++] = (struct field_error){
      .field = arena_text(problem->arena, field),
      .message = arena_format_v(problem->arena, format, args),
  };
  va_end(args);
  return ERR_INVALID;
}

const char *problem_code_text(enum problem_code code) { return row(code)->code; }

const char *problem_title(enum problem_code code) { return row(code)->title; }

enum err problem_err(enum problem_code code) { return row(code)->err; }

static const struct problem_row *row(enum problem_code code) {
  assert(code < PROBLEM_COUNT);
  return &rows[code];
}
