// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_scalars.h"

#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "common/course/course_values.h"

enum outcome { READ_WELL, READ_WRONG, READ_TOLD }; // told: reported with words of its own

struct scalar_kind {
  enum outcome (*read)(struct course_reader *reader, const struct key_row *row, const struct node *node, void *out);
  const char *(*expected)(struct course_reader *reader, const struct key_row *row);
};

static enum outcome read_id(struct course_reader *reader, const struct key_row *row, const struct node *node,
                            void *out);
static enum outcome read_word(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static enum outcome read_line(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static enum outcome read_date(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static enum outcome read_wall(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static enum outcome read_length(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out);
static enum outcome read_exact(struct course_reader *reader, const struct key_row *row, const struct node *node,
                               void *out);
static enum outcome read_integer(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                 void *out);
static enum outcome read_flag(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static enum outcome read_choice(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out);
static enum outcome read_weight(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out);
static enum outcome read_size(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out);
static const char *expected_id(struct course_reader *reader, const struct key_row *row);
static const char *expected_line(struct course_reader *reader, const struct key_row *row);
static const char *expected_date(struct course_reader *reader, const struct key_row *row);
static const char *expected_wall(struct course_reader *reader, const struct key_row *row);
static const char *expected_length(struct course_reader *reader, const struct key_row *row);
static const char *expected_exact(struct course_reader *reader, const struct key_row *row);
static const char *expected_integer(struct course_reader *reader, const struct key_row *row);
static const char *expected_flag(struct course_reader *reader, const struct key_row *row);
static const char *expected_choice(struct course_reader *reader, const struct key_row *row);
static const char *expected_weight(struct course_reader *reader, const struct key_row *row);
static const char *expected_size(struct course_reader *reader, const struct key_row *row);
static const char *length_words(struct course_reader *reader, int64_t seconds);
static size_t choice_count(const struct key_row *row);

static const struct scalar_kind kinds[] = {
    [VALUE_ID] = {read_id, expected_id},
    [VALUE_WORD] = {read_word, expected_id},
    [VALUE_LINE] = {read_line, expected_line},
    [VALUE_DATE] = {read_date, expected_date},
    [VALUE_WALL] = {read_wall, expected_wall},
    [VALUE_LENGTH] = {read_length, expected_length},
    [VALUE_EXACT] = {read_exact, expected_exact},
    [VALUE_INTEGER] = {read_integer, expected_integer},
    [VALUE_FLAG] = {read_flag, expected_flag},
    [VALUE_CHOICE] = {read_choice, expected_choice},
    [VALUE_WEIGHT] = {read_weight, expected_weight},
    [VALUE_SIZE] = {read_size, expected_size},
};

bool scalar_read(struct course_reader *reader, const struct key_row *row, const struct node *node, void *out) {
  const struct scalar_kind *kind = &kinds[row->kind];
  if (node->kind != NODE_SCALAR || node_is_null(node)) {
    reader_error(reader, node, "'%s' must be %s, not %s", row->key, kind->expected(reader, row), node_kind_words(node));
    return false;
  }
  enum outcome outcome = kind->read(reader, row, node, out);
  if (outcome == READ_WRONG)
    reader_error(reader, node, "'%s' must be %s, not %s", row->key, kind->expected(reader, row),
                 reader_quote(reader, node->text));
  return outcome == READ_WELL;
}

bool scalar_read_offset(struct course_reader *reader, const struct node *node, struct span *out) {
  if (node->kind == NODE_REFUSED)
    return false;
  struct span span;
  bool has_sign;
  if (node->kind == NODE_SCALAR && value_span(node->text, &span, &has_sign) && has_sign && span_seconds(span) != 0) {
    *out = span;
    return true;
  }
  reader_error(
      reader, node, "a reminder is an offset such as -3d or +1h (d, h or m, at most %d days), not %s", SPAN_DAYS_MAX,
      node->kind == NODE_SCALAR && !node_is_null(node) ? reader_quote(reader, node->text) : node_kind_words(node));
  return false;
}

static enum outcome read_id(struct course_reader *reader, const struct key_row *row, const struct node *node,
                            void *out) {
  (void)reader, (void)row;
  if (!value_id_is_valid(node->text))
    return READ_WRONG;
  if (out != NULL)
    *(const char **)out = node->text;
  return READ_WELL;
}

// Whether there is such a thing is said by reader_reference: one finding about an id is enough.
static enum outcome read_word(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  (void)reader, (void)row;
  if (out != NULL)
    *(const char **)out = node->text;
  return READ_WELL;
}

static enum outcome read_line(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  size_t length = utf8_length(node->text);
  if (length < (size_t)row->min || length > (size_t)row->max || text_has_control(node->text, false))
    return READ_WRONG;
  if (strspn(node->text, " ") == strlen(node->text))
    return READ_WRONG;
  const char *unseen = text_unseen_refusal(reader->arena, node->text, TEXT_NAME);
  if (unseen != NULL) // no error: the courses that have one already go on
    reader_warning(reader, node, "'%s' %s", row->key, unseen);
  if (out != NULL)
    *(const char **)out = node->text;
  return READ_WELL;
}

static enum outcome read_date(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  (void)reader, (void)row;
  struct day day;
  if (!value_date(node->text, &day))
    return READ_WRONG;
  if (out != NULL)
    *(struct day *)out = day;
  return READ_WELL;
}

static enum outcome read_wall(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  (void)row;
  struct wall wall;
  int64_t at;
  enum wall_trap trap;
  if (!value_wall(node->text, &wall) || !calendar_instant(reader->calendar, wall, &at, &trap))
    return READ_WRONG;
  if (reader->is_zone_known && trap != WALL_PLAIN)
    reader_warning(reader, node, "'%s' %s in %s; it is taken as %s", node->text,
                   trap == WALL_SKIPPED ? "is skipped by the clock change" : "comes twice, by the clock change,",
                   reader->course->zone, calendar_words(reader->calendar, reader->arena, at));
  if (out != NULL)
    *(int64_t *)out = at;
  return READ_WELL;
}

static enum outcome read_length(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out) {
  (void)reader;
  struct span span;
  bool has_sign;
  if (!value_span(node->text, &span, &has_sign) || has_sign || span_seconds(span) < row->min ||
      span_seconds(span) > row->max)
    return READ_WRONG;
  if (out != NULL)
    *(struct span *)out = span;
  return READ_WELL;
}

static enum outcome read_exact(struct course_reader *reader, const struct key_row *row, const struct node *node,
                               void *out) {
  struct span span = {0};
  enum outcome outcome = read_length(reader, row, node, &span);
  if (outcome != READ_WELL || span.days != 0)
    return READ_WRONG;
  if (out != NULL)
    *(int64_t *)out = span.seconds;
  return READ_WELL;
}

static enum outcome read_integer(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                 void *out) {
  (void)reader;
  int64_t number;
  if (!node->is_plain || !int64_parse(node->text, &number) || number < row->min || number > row->max)
    return READ_WRONG;
  if (out != NULL)
    *(int *)out = (int)number;
  return READ_WELL;
}

static enum outcome read_flag(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  (void)reader, (void)row;
  bool is_true = text_equal(node->text, "true");
  if (!node->is_plain || (!is_true && !text_equal(node->text, "false")))
    return READ_WRONG;
  if (out != NULL)
    *(bool *)out = is_true;
  return READ_WELL;
}

static enum outcome read_choice(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out) {
  size_t count = choice_count(row);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(row->choices[i], node->text) != 0)
      continue;
    if (out != NULL)
      *(int *)out = (int)i;
    return READ_WELL;
  }
  reader_error(reader, node, "'%s' must be %s, not %s%s", row->key, expected_choice(reader, row),
               reader_quote(reader, node->text), reader_suggestion(reader, node->text, row->choices, count));
  return READ_TOLD;
}

static enum outcome read_weight(struct course_reader *reader, const struct key_row *row, const struct node *node,
                                void *out) {
  (void)reader, (void)row;
  int64_t hundredths;
  if (!node->is_plain || !value_hundredths(node->text, &hundredths) || hundredths > 10000)
    return READ_WRONG;
  if (out != NULL)
    *(int64_t *)out = hundredths;
  return READ_WELL;
}

static enum outcome read_size(struct course_reader *reader, const struct key_row *row, const struct node *node,
                              void *out) {
  (void)reader;
  int64_t bytes;
  if (!value_size(node->text, &bytes) || bytes < row->min || bytes > row->max)
    return READ_WRONG;
  if (out != NULL)
    *(int64_t *)out = bytes;
  return READ_WELL;
}

static const char *expected_id(struct course_reader *reader, const struct key_row *row) {
  (void)reader, (void)row;
  return "an id of small letters, digits and inner '-' (at most 64 characters)";
}

static const char *expected_line(struct course_reader *reader, const struct key_row *row) {
  return arena_format(reader->arena, "a text on one line, at most %lld characters", (long long)row->max);
}

static const char *expected_date(struct course_reader *reader, const struct key_row *row) {
  (void)reader, (void)row;
  return "a date that exists, such as 2023-09-11";
}

static const char *expected_wall(struct course_reader *reader, const struct key_row *row) {
  (void)reader, (void)row;
  return "a wall time that exists, such as 2023-09-11 23:59";
}

static const char *expected_length(struct course_reader *reader, const struct key_row *row) {
  return arena_format(reader->arena, "a length of time such as 72h or 7d, from %s to %s",
                      length_words(reader, row->min), length_words(reader, row->max));
}

static const char *expected_exact(struct course_reader *reader, const struct key_row *row) {
  return arena_format(reader->arena, "an exact length of time such as 15m or 1h, from %s to %s",
                      length_words(reader, row->min), length_words(reader, row->max));
}

static const char *expected_integer(struct course_reader *reader, const struct key_row *row) {
  return arena_format(reader->arena, "a whole number from %lld to %lld", (long long)row->min, (long long)row->max);
}

static const char *expected_flag(struct course_reader *reader, const struct key_row *row) {
  (void)reader, (void)row;
  return "true or false";
}

static const char *expected_choice(struct course_reader *reader, const struct key_row *row) {
  struct text words;
  text_init(&words, reader->arena);
  size_t count = choice_count(row);
  for (size_t i = 0; i < count; i++)
    text_add_format(&words, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", row->choices[i]);
  return text_get(&words);
}

static const char *expected_weight(struct course_reader *reader, const struct key_row *row) {
  (void)reader, (void)row;
  return "a number from 0 to 100 with at most two decimals";
}

static const char *expected_size(struct course_reader *reader, const struct key_row *row) {
  return arena_format(reader->arena, "a size such as 20MB (KB, MB or GB), at most %lldMB", (long long)(row->max >> 20));
}

static const char *length_words(struct course_reader *reader, int64_t seconds) {
  bool is_days = seconds != 0 && seconds % 86400 == 0;
  struct span span = {is_days ? (int32_t)(seconds / 86400) : 0, is_days ? 0 : seconds};
  return seconds == 0 ? "0m" : span_words(reader->arena, span, false);
}

static size_t choice_count(const struct key_row *row) {
  size_t count = 0;
  while (row->choices[count] != NULL)
    count++;
  return count;
}
