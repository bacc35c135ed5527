// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of another course file share: the stored text, edits of it, and PUT with and without If-Match.
#pragma once

#include "tests/unit/server/milestones/milestone_helpers.h"

// Comments stand behind the dates of each of the six milestones.
static const struct dates commented = {"America/New_York", "2023-10-16 09:00 # the first week",
                                       "2023-10-25 09:30   # after the lecture", ""};

// The stored text; its entity tag is the answer's.
static inline const char *stored_file(struct fixture *fixture, int64_t by) {
  fixture_call(fixture, by, METHOD_GET, NULL, SAMPLE "/syllabus");
  fixture_expect(fixture, 200);
  return arena_text(fixture->arena, fixture->answer.body);
}

// `was` becomes `is`, the first time after `from` ("" is the beginning).
static inline const char *edited_after(struct fixture *fixture, const char *text, const char *from, const char *was,
                                       const char *is) {
  const char *start = strstr(text, from);
  assert_non_null(start);
  const char *at = strstr(start, was);
  if (at == NULL)
    fail_msg("no \"%s\" after \"%s\"", was, from);
  return arena_format(fixture->arena, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was));
}

static inline const char *edited(struct fixture *fixture, const char *text, const char *was, const char *is) {
  return edited_after(fixture, text, "", was, is);
}

// In the milestone of this id.
static inline const char *edited_in(struct fixture *fixture, const char *text, const char *milestone, const char *was,
                                    const char *is) {
  return edited_after(fixture, text, arena_format(fixture->arena, "- id: %s\n", milestone), was, is);
}

static inline int put_file(struct fixture *fixture, int64_t by, const char *query, const char *text,
                           const char *if_match) {
  const struct header header = {"if-match", if_match};
  return fixture_send(fixture, by,
                      &(struct local_call){.method = METHOD_PUT,
                                           .target = arena_format(fixture->arena, SAMPLE "/syllabus%s", query),
                                           .content_type = "application/yaml",
                                           .body = text,
                                           .headers = &header,
                                           .header_count = if_match == NULL ? 0 : 1});
}

// On what is stored now.
static inline void apply_file(struct fixture *fixture, int64_t by, const char *text, bool is_confirmed) {
  put_file(fixture, by, is_confirmed ? "?confirm=true" : "", text, "*");
  fixture_expect(fixture, 200);
}

static inline bool needs_confirmation(struct fixture *fixture, int64_t by, const char *text) {
  put_file(fixture, by, "?dry_run=true", text, NULL);
  fixture_expect(fixture, 200);
  return json_is_true(fixture_json(fixture, "needs_confirmation"));
}

static inline size_t times(const char *text, const char *word) {
  size_t count = 0;
  for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
    count++;
  return count;
}

// Of `list` in the last answer.
static inline size_t size_of(struct fixture *fixture, const char *list) {
  return json_array_size(fixture_json(fixture, list));
}

static inline bool says(struct fixture *fixture, const char *words) {
  return strstr(fixture_text(fixture, "words"), words) != NULL;
}

static inline int64_t agenda_at(struct fixture *fixture, const char *kind) {
  int64_t at = 0;
  enum err err =
      db_get_int_values(app_db(fixture->app), &at, "select at from agenda where kind = $1 and subject_id = 0",
                        (struct db_value[]){db_text(kind)}, 1);
  return err == ERR_NOT_FOUND ? 0 : at;
}
