// SPDX-License-Identifier: AGPL-3.0-or-later
// What a route answers, as rows: which fields, of what type, whether always there, and who may see each. OpenAPI and
// docs/privacy.md are printed from these, and every answer of the test suite is compared with them. Knows no route and
// writes no answer.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"

enum answer_type {
  ANSWER_TEXT,         // a string
  ANSWER_INSTANT,      // a string, RFC 3339 in UTC
  ANSWER_INTEGER,      // 64 bits, signed
  ANSWER_FLAG,         // true or false
  ANSWER_CHOICE,       // a string of `choices`
  ANSWER_OBJECT,       // of `of`
  ANSWER_LIST,         // array of objects of `of`
  ANSWER_TEXT_LIST,    // array of strings
  ANSWER_INTEGER_LIST, // array of integers
};

enum answer_presence {
  ANSWER_ALWAYS,
  ANSWER_NULLABLE,  // always there, null when there is none
  ANSWER_SOMETIMES, // left out when the reader may not see it, or when there is none; may be null too
};

// Whom a field may be shown to, of those whom the row lets in: "self" and "team" are relations of the reader to the
// nearest enclosing person or team of the answer (rules.md, Who sees what). An object is about the person in its
// integer "person" (the "id" of an Account) and about the team in its integer "team" (the "id" of a table whose name
// begins with Team); the answer as a whole about {person} and {team} of the path, or else about the reader.
enum audience {
  AUDIENCE_UNSET = 0,  // refused at start-up
  AUDIENCE_CALLER,     // whoever may ask the row at all
  AUDIENCE_SELF,       // the person it is about, and staff
  AUDIENCE_TEAM,       // the team it is about, and staff
  AUDIENCE_STAFF,      // staff and instructors of the course
  AUDIENCE_INSTRUCTOR, // instructors of the course
  AUDIENCE_OPERATOR,
};

struct answer;

struct answer_field {
  const char *name;
  enum answer_type type;
  enum answer_presence presence;
  enum audience audience;
  const char *const *choices; // ANSWER_CHOICE, ended by NULL
  const struct answer *of;    // ANSWER_OBJECT, ANSWER_LIST
  const char *summary;
};

struct answer {
  const char *name;  // "Team": the schema's name in OpenAPI, one table a name
  const char *media; // of the body of a route; NULL: application/json. With another one there are no fields.
  bool is_secret;    // holds a secret: never stored for an idempotency key
  const struct answer_field *fields;
  size_t count;
};

struct answer_list {
  const struct answer **items;
  size_t count;
};

// Adds the table and all that it consists of, itself first, each once.
void answer_collect(struct arena *arena, const struct answer *answer, struct answer_list *list);
// Whether the rows of this one table make sense: names once, audience and summary set, choices and `of` where the type
// wants them, no fields beside another media type. Each fault is logged, after `where`.
CHECKED bool answer_check(const struct answer *answer, const char *where);
// Whether the object of this table is about the person, or the team, in this field.
bool answer_names_person(const struct answer *answer, const struct answer_field *field);
bool answer_names_team(const struct answer *answer, const struct answer_field *field);
