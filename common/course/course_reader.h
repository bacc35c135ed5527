// SPDX-License-Identifier: AGPL-3.0-or-later
// What the section readers (course_read_*.c) share: the table of keys by which a map is read into a struct, lists of
// ids and references to them, and messages at a node. It does not know which sections there are.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/calendar.h"
#include "common/course/course.h"
#include "common/course/finding_list.h"
#include "common/course/yaml_tree.h"

enum {
  WEIGHT_UNREAD = -1,
  REMINDERS_MAX = 10,
  REFERENCES_MAX = 100,
  TOPICS_MAX = 100,
  TRACKS_MAX = 8,
  MILESTONES_MAX = 100
};

// No target: the key is known and its kind checked, its section reads it.
#define NO_TARGET SIZE_MAX

// For the limits of lengths in the tables.
#define HOURS(count) (INT64_C(3600) * (count))
#define DAYS(count) (INT64_C(86400) * (count))

enum value_kind {
  VALUE_ID,      // const char *
  VALUE_WORD,    // const char *: an id of something stated elsewhere
  VALUE_LINE,    // const char *: text, min to max characters
  VALUE_DATE,    // struct day
  VALUE_WALL,    // int64_t: an instant
  VALUE_LENGTH,  // struct span without a sign, min to max seconds
  VALUE_EXACT,   // int64_t seconds: as LENGTH, but no days
  VALUE_INTEGER, // int, min to max
  VALUE_FLAG,    // bool
  VALUE_CHOICE,  // int: the index of the word in choices
  VALUE_WEIGHT,  // int64_t hundredths, 0 to 100; WEIGHT_UNREAD when missing or wrong
  VALUE_SIZE,    // int64_t bytes, min to max
  VALUE_MAP,
  VALUE_LIST, // min to max items
  VALUE_ANY,  // its section checks it
};

struct key_row {
  const char *key;
  enum value_kind kind;
  bool is_required;
  size_t offset;
  int64_t min;
  int64_t max;
  const char *const *choices; // ends with NULL
};

// How the elements of a list are read; with ids, an element's first member is `const char *id`.
struct list_shape {
  const struct key_row *rows;
  size_t row_count;
  size_t element_bytes;
  size_t max;
};

struct id_list {
  const char **ids; // NULL where an element's id could not be read
  const struct node **nodes;
  size_t count;
  bool is_whole; // false: an id that is not in it may be one that failed, so nothing is said about it
};

struct course_reader {
  struct arena *arena;
  struct finding_list *findings;
  const struct node *root;
  struct course *course;
  struct calendar *calendar; // UTC when the file's zone is unknown, so that times are still checked
  bool is_zone_known;
  struct id_list levels;
  struct id_list skills;
  struct id_list topics;
  struct id_list tracks;
  struct id_list statements; // proposal fields of kind statement
  struct id_list milestones;
  struct id_list components;
};

void reader_error(struct course_reader *reader, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reader_warning(struct course_reader *reader, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// What stands in the file, fit for a message: shortened, without control characters, in quotes.
const char *reader_quote(struct course_reader *reader, const char *text);
// ", did you mean 'x'?" or "".
const char *reader_suggestion(struct course_reader *reader, const char *word, const char *const *known, size_t count);

// Reads the map's keys into `target` by the rows; reports unknown and missing keys and wrong values. NULL map: nothing.
void reader_map(struct course_reader *reader, const struct node *map, const struct key_row *rows, size_t row_count,
                void *target);
// Reads a list of maps; every element has its place in the result even when it could not be read. NULL list: none.
void *reader_list(struct course_reader *reader, const struct node *list, const struct list_shape *shape,
                  struct id_list *ids, size_t *count);
// One scalar by one row: for lists and for maps whose keys are the file's own. False when it was wrong (and reported).
bool reader_value(struct course_reader *reader, const struct key_row *row, const struct node *node, void *target);
// How many elements of a list are read: 0 for NULL.
size_t reader_count(const struct node *list, size_t max);

void id_list_init(struct course_reader *reader, struct id_list *ids, size_t capacity);
// Reports a second use of the same id.
void id_list_add(struct course_reader *reader, struct id_list *ids, const char *id, const struct node *node);
int id_list_index(const struct id_list *ids, const char *id);
// The index of the id that stands at the node, or NO_INDEX; says that there is no such `what` when that is certain.
int reader_reference(struct course_reader *reader, const struct node *node, const struct id_list *ids,
                     const char *what);
// A list of references; each at most once. The count is that of the ones found.
const int *reader_references(struct course_reader *reader, const struct node *list, const struct id_list *ids,
                             const char *what, size_t *count);

// `remind: { students: [-3d], staff: [+1h] }` of a section's map.
void reader_reminders(struct course_reader *reader, const struct node *map, struct reminders *out);
