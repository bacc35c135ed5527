// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/base/text.h"
#include "server/http/shape.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct skill {
  const char *skill;
  int64_t level;
};

struct card {
  const char *name;
  const char *about;
  const char *password;
  int64_t size;
  bool is_seeking;
  bool has_seeking;
  int64_t due;
  int track;
  struct text_list topics;
  struct item_list skills;
};

static const char *const tracks[] = {"project", "labs", NULL};

static const struct field skill_fields[] = {
    {"skill", SHAPE_TEXT, REQUIRED, 10, offsetof(struct skill, skill), NO_PRESENT, NULL, NULL, "which"},
    {"level", SHAPE_INTEGER, REQUIRED, 4, offsetof(struct skill, level), NO_PRESENT, NULL, NULL, "how much"},
};
static const struct shape skill_shape = {"Skill",      MEDIA_JSON,         100, sizeof(struct skill),
                                         skill_fields, COUNT(skill_fields)};

static const struct field card_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, 10, offsetof(struct card, name), NO_PRESENT, NULL, NULL, "a name"},
    {"about", SHAPE_LINES, OPTIONAL, 20, offsetof(struct card, about), NO_PRESENT, NULL, NULL, "words"},
    {"password", SHAPE_SECRET, OPTIONAL, 12, offsetof(struct card, password), NO_PRESENT, NULL, NULL, "a secret"},
    {"size", SHAPE_INTEGER, OPTIONAL, 5, offsetof(struct card, size), NO_PRESENT, NULL, NULL, "a number"},
    {"seeking", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct card, is_seeking), offsetof(struct card, has_seeking), NULL,
     NULL, "a flag"},
    {"due", SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct card, due), NO_PRESENT, NULL, NULL, "an instant"},
    {"track", SHAPE_CHOICE, OPTIONAL, 0, offsetof(struct card, track), NO_PRESENT, tracks, NULL, "a choice"},
    {"topics", SHAPE_TEXT_LIST, OPTIONAL, 3, offsetof(struct card, topics), NO_PRESENT, NULL, NULL, "topics"},
    {"skills", SHAPE_LIST, OPTIONAL, 2, offsetof(struct card, skills), NO_PRESENT, NULL, &skill_shape, "skills"},
};
static const struct shape card_shape = {"Card", MEDIA_JSON, 1000, sizeof(struct card), card_fields, COUNT(card_fields)};

static const struct field query_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, 10, offsetof(struct card, name), NO_PRESENT, NULL, NULL, "a name"},
    {"size", SHAPE_INTEGER, OPTIONAL, 5, offsetof(struct card, size), NO_PRESENT, NULL, NULL, "a number"},
    {"seeking", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct card, is_seeking), offsetof(struct card, has_seeking), NULL,
     NULL, "a flag"},
    {"due", SHAPE_INSTANT, OPTIONAL, 0, offsetof(struct card, due), NO_PRESENT, NULL, NULL, "an instant"},
    {"track", SHAPE_CHOICE, OPTIONAL, 0, offsetof(struct card, track), NO_PRESENT, tracks, NULL, "a choice"},
};
static const struct shape query_shape = {"Query",      MEDIA_JSON,         0, sizeof(struct card),
                                         query_fields, COUNT(query_fields)};

// Bodies that are JSON, but not a card: one error each.
struct field_case {
  const char *body;
  const char *field;
  const char *message; // a part of it
  const char *why;
};

static const struct field_case field_cases[] = {
    {"{}", "name", "is required", "a required field is missing"},
    {"{\"name\":\"\"}", "name", "must not be empty", "a required text is empty"},
    {"{\"name\":\" \\u00a0 \"}", "name", "must not be empty", "nothing is left of white space"},
    {"{\"name\":null}", "name", "must be text", "null for a required text"},
    {"{\"name\":7}", "name", "must be text", "a number for a text"},
    {"{\"name\":\"12345678901\"}", "name", "at most 10 characters; it has 11", "too long"},
    {"{\"name\":\"a\\nb\"}", "name", "one line", "a line break in one line"},
    {"{\"name\":\"a\\u0007\"}", "name", "control", "a control character"},
    {"{\"name\":\"a\",\"about\":\"\\u0007\"}", "about", "control", "a control character between lines"},
    {"{\"name\":\"a\\u200bb\"}", "name",
     "nobody can see, U+200B ZERO WIDTH SPACE: the 2nd, behind \"a\"; delete it there", "what nobody sees"},
    {"{\"name\":\"a\",\"about\":\"a\\u202eb\"}", "about", "direction of writing, U+202E", "lines turned around"},
    {"{\"name\":\"a\",\"topics\":[\"a\\u2066b\"]}", "topics[0]", "direction of writing, U+2066", "turned in a list"},
    {"{\"name\":\"a\",\"about\":null}", "about", "may be left out", "null for an optional text"},
    {"{\"name\":\"a\",\"password\":\"1234567890123\"}", "password", "at most 12 characters", "a long secret"},
    {"{\"name\":\"a\",\"size\":\"3\"}", "size", "must be a whole number", "text for a number"},
    {"{\"name\":\"a\",\"size\":3.0}", "size", "must be a whole number", "a real for a number"},
    {"{\"name\":\"a\",\"size\":1e2}", "size", "must be a whole number", "an exponent"},
    {"{\"name\":\"a\",\"size\":-1}", "size", "from 0 to 5", "below"},
    {"{\"name\":\"a\",\"size\":6}", "size", "from 0 to 5", "above"},
    {"{\"name\":\"a\",\"seeking\":1}", "seeking", "true or false", "a number for a flag"},
    {"{\"name\":\"a\",\"seeking\":\"true\"}", "seeking", "true or false", "text for a flag"},
    {"{\"name\":\"a\",\"due\":\"2023-09-11\"}", "due", "2023-09-11T23:59:00Z", "a day for an instant"},
    {"{\"name\":\"a\",\"due\":1694476740}", "due", "must be an instant", "seconds for an instant"},
    {"{\"name\":\"a\",\"track\":\"lab\"}", "track", "project, labs", "a wrong choice"},
    {"{\"name\":\"a\",\"track\":\"projct\"}", "track", "did you mean \"project\"", "a mistyped choice"},
    {"{\"name\":\"a\",\"topics\":\"ml\"}", "topics", "must be a list", "text for a list"},
    {"{\"name\":\"a\",\"topics\":[\"a\",\"b\",\"c\",\"d\"]}", "topics", "at most 3 items; it has 4", "a long list"},
    {"{\"name\":\"a\",\"topics\":[\"a\",5]}", "topics[1]", "must be text", "a number in a list of texts"},
    {"{\"name\":\"a\",\"topics\":[\"  \"]}", "topics[0]", "must not be empty", "an empty text in a list"},
    {"{\"name\":\"a\",\"skills\":[{\"skill\":\"x\",\"level\":1},5]}", "skills[1]", "must be an object",
     "a number for an object"},
    {"{\"name\":\"a\",\"skills\":[{\"skill\":\"x\",\"level\":9}]}", "skills[0].level", "from 0 to 4",
     "a fault within an item"},
    {"{\"name\":\"a\",\"skills\":[{\"skill\":\"x\",\"level\":1},{\"skill\":\"y\"}]}", "skills[1].level", "is required",
     "missing within"},
    {"{\"name\":\"a\",\"skills\":[{\"skill\":\"x\",\"level\":1,\"levels\":1}]}", "skills[0].levels",
     "did you mean \"level\"", "unknown within"},
    {"{\"name\":\"a\",\"nmae\":\"b\"}", "nmae", "did you mean \"name\"", "a mistyped name"},
    {"{\"name\":\"a\",\"zzz\":1}", "zzz", "is not known", "an unknown name"},
    {"{\"name\":\"a\",\"\":1}", "", "is not known", "an empty name"},
    {"{\"name\":\"a\",\"Name\":\"b\"}", "Name", "is not known", "names have one spelling"},
};

static void each_wrong_field_is_told_by_its_path(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(field_cases); i++) {
    const struct field_case *row = &field_cases[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    enum err err = shape_bind_json(&card_shape, row->body, strlen(row->body), arena, &problem, &out);
    if (err != ERR_INVALID || problem.code != PROBLEM_INVALID_FIELDS || problem.error_count != 1)
      fail_msg("%s: %s, %s, %zu errors", row->why, err_name(err), problem_code_text(problem.code), problem.error_count);
    if (strcmp(problem.errors[0].field, row->field) != 0 || strstr(problem.errors[0].message, row->message) == NULL)
      fail_msg("%s: \"%s\" %s", row->why, problem.errors[0].field, problem.errors[0].message);
    assert_null(out);
  }
}

struct syntax_case {
  const char *body;
  size_t size; // 0: up to NUL
  const char *detail;
  const char *why;
};

static const struct syntax_case syntax_cases[] = {
    {"", 0, "The body is empty. Send a JSON object with: name.", "no body"},
    {" \n ", 0, "The body is empty", "white space"},
    {"[]", 0, "Send a JSON object", "an array"},
    {"\"name\"", 0, "Send a JSON object", "a text"},
    {"null", 0, "Send a JSON object", "null"},
    {"{\"name\":\"a\"", 0, "Line 1, column 11: the body ends too early", "a missing brace"},
    {"{\"name\":\"a\n\"}", 0, "Line 1", "a raw line break in a text"},
    {"{\"name\":\"a\"} x", 0, "something follows", "junk after the object"},
    {"{\"name\":\"a\",}", 0, "not JSON", "a comma too many"},
    {"{'name':'a'}", 0, "not JSON", "single quotes"},
    {"{\"name\":\"a\",\"name\":\"b\"}", 0, "a name appears twice", "a duplicate name"},
    {"{\"name\":\"a\",\"n\\u0061me\":\"b\"}", 0, "a name appears twice", "a duplicate name in disguise"},
    {"{\"name\":\"a\\u0000b\"}", 0, "\\u0000", "an escaped NUL"},
    {"{\"na\\u0000me\":\"a\"}", 0, "\\u0000", "an escaped NUL in a name"},
    {"{\"name\":\"a\"}\0", 13, "UTF-8", "a NUL byte"},
    {"{\"name\":\"\xff\"}", 0, "UTF-8", "a byte that UTF-8 does not have"},
    {"{\"name\":\"\xc0\xaf\"}", 0, "UTF-8", "an overlong form"},
    {"{\"name\":\"\xed\xa0\x80\"}", 0, "UTF-8", "a surrogate in UTF-8"},
    {"{\"name\":\"\\ud800\"}", 0, "not JSON", "half a surrogate pair"},
    {"{\"name\":\"a\",\"size\":99999999999999999999}", 0, "a number is too large", "a number over 64 bits"},
    {"{\"name\":\"a\",\"size\":NaN}", 0, "not JSON", "NaN"},
    {"{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", 0, "16 levels", "17 levels"},
    {"[[[[[[[[[[[[[[[[[", 0, "16 levels", "17 levels that never end"},
};

static void a_body_that_is_not_json_is_told_where(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(syntax_cases); i++) {
    const struct syntax_case *row = &syntax_cases[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    size_t size = row->size > 0 ? row->size : strlen(row->body);
    // Behind the body there is nothing: a read beyond it is a report of ASan.
    const char *body = arena_copy(arena, row->body, size);
    enum err err = shape_bind_json(&card_shape, body, size, arena, &problem, &out);
    if (err != ERR_INVALID || problem.code != PROBLEM_INVALID_JSON || strstr(problem.detail, row->detail) == NULL)
      fail_msg("%s: %s, %s, %s", row->why, err_name(err), problem_code_text(problem.code), problem.detail);
    assert_null(out);
  }
}

static const struct card *bind_card(struct arena *arena, const char *body) {
  struct problem problem;
  problem_init(&problem, arena);
  void *out = NULL;
  enum err err = shape_bind_json(&card_shape, body, strlen(body), arena, &problem, &out);
  if (err != ERR_OK)
    fail_msg("%s: %s %s", body, problem.detail, problem.error_count > 0 ? problem.errors[0].message : "");
  return out;
}

static void a_whole_body_arrives_in_the_struct(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct card *card = bind_card(
      arena,
      "{\"skills\":[{\"skill\":\"ML\",\"level\":4},{\"level\":0,\"skill\":\"Systems\"}],\"topics\":[\" a \",\"b  c\"],"
      "\"track\":\"labs\",\"due\":\"2023-09-11T23:59:00-04:00\",\"seeking\":false,\"size\":5,\"password\":\" p\\t \","
      "\"about\":\"one\\r\\ntwo\\tthree\",\"name\":\"  A   B \"}");
  assert_string_equal(card->name, "A B");
  assert_string_equal(card->about, "one\ntwo\tthree");
  assert_string_equal(card->password, " p\t ");
  assert_int_equal(card->size, 5);
  assert_false(card->is_seeking);
  assert_true(card->has_seeking);
  assert_int_equal(card->due, 1694491140);
  assert_int_equal(card->track, 1);
  assert_int_equal(card->topics.count, 2);
  assert_string_equal(card->topics.items[0], "a");
  assert_string_equal(card->topics.items[1], "b c");
  assert_int_equal(card->skills.count, 2);
  const struct skill *skills = card->skills.items;
  assert_string_equal(skills[0].skill, "ML");
  assert_int_equal(skills[0].level, 4);
  assert_string_equal(skills[1].skill, "Systems");
  assert_int_equal(skills[1].level, 0);
}

static void what_is_not_sent_is_zero(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct card *card = bind_card(arena, "{\"name\":\"a\"}");
  assert_null(card->about);
  assert_false(card->has_seeking);
  assert_int_equal(card->topics.count, 0);
  assert_null(card->skills.items);
}

static void lengths_are_counted_in_code_points_after_squeezing(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct card *card = bind_card(arena, "{\"name\":\"   \\u00e4\\u00f6\\ud83d\\ude004567890   \"}");
  assert_int_equal(utf8_length(card->name), 10);
}

static void sixteen_levels_are_read(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  void *out = NULL;
  const char *body = "{\"name\":\"[[[[[[[[[[[[[[[[[\\\"[\",\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}";
  assert_int_equal(shape_bind_json(&card_shape, body, strlen(body), arena, &problem, &out), ERR_INVALID);
  assert_int_equal(problem.code, PROBLEM_INVALID_FIELDS); // read, and then found wanting
}

static void all_faults_are_told_at_once(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  void *out = NULL;
  const char *body = "{\"size\":9,\"track\":\"x\",\"skills\":[{\"level\":9}],\"zzz\":1}";
  assert_int_equal(shape_bind_json(&card_shape, body, strlen(body), arena, &problem, &out), ERR_INVALID);
  const char *fields[] = {"name", "size", "track", "skills[0].skill", "skills[0].level", "zzz"};
  assert_int_equal(problem.error_count, COUNT(fields));
  for (size_t i = 0; i < COUNT(fields); i++)
    assert_string_equal(problem.errors[i].field, fields[i]);
}

static void thousands_of_unknown_names_make_a_short_answer(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct text body;
  text_init(&body, arena);
  text_add(&body, "{\"name\":\"a\"");
  for (int i = 0; i < 4000; i++)
    text_add_format(&body, ",\"x%d\":1", i);
  text_add(&body, ",\"");
  for (int i = 0; i < 20000; i++)
    text_add(&body, "\xc3\xa4");
  text_add(&body, "\":1}");
  void *out = NULL;
  assert_int_equal(shape_bind_json(&card_shape, body.bytes, body.size, arena, &problem, &out), ERR_INVALID);
  assert_true(problem.error_count <= 50);
  for (size_t i = 0; i < problem.error_count; i++)
    assert_true(strlen(problem.errors[i].field) < 80 &&
                utf8_is_valid(problem.errors[i].field, strlen(problem.errors[i].field)));
}

static void a_secret_is_in_no_message(void **state) {
  (void)state;
  const char *const bodies[] = {"{\"name\":\"a\",\"password\":\"hunter2hunter2\"}",
                                "{\"password\":\"hunter2\" \"name\"", "{\"password\":\"hunter2\\u0000\"}",
                                "{\"password\":{\"hunter2\":1},\"name\":\"a\"}"};
  for (size_t i = 0; i < COUNT(bodies); i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    assert_int_equal(shape_bind_json(&card_shape, bodies[i], strlen(bodies[i]), arena, &problem, &out), ERR_INVALID);
    assert_null(strstr(problem.detail == NULL ? "" : problem.detail, "hunter"));
    for (size_t j = 0; j < problem.error_count; j++)
      assert_null(strstr(problem.errors[j].message, "hunter"));
  }
}

struct query_case {
  const char *query;
  const char *field; // NULL: it is taken
  const char *message;
  const char *why;
};

static const struct query_case query_cases[] = {
    {"name=a", NULL, "", "one parameter"},
    {"name=a&", NULL, "", "an empty pair"},
    {"name=a&size=5&seeking=true&due=2023-09-11T23:59:00Z&track=labs", NULL, "", "every type"},
    {NULL, "name", "is required", "no query"},
    {"", "name", "is required", "an empty query"},
    {"name=", "name", "must not be empty", "an empty value"},
    {"name", "name", "must not be empty", "no value"},
    {"name=a&name=b", "name", "is given twice", "twice"},
    {"name=a&n%61me=b", "name", "is given twice", "twice in disguise"},
    {"name=%zz", "name", "percent-encoded", "a broken escape"},
    {"name=%e4", "name", "percent-encoded", "an escape that is not UTF-8"},
    {"name=a%00", "name", "percent-encoded", "an escaped NUL"},
    {"name=a%0A", "name", "one line", "an escaped line break"},
    {"%ff=1&name=a", "", "name is not percent-encoded", "a broken name"},
    {"name=a&size=x", "size", "whole number", "not a number"},
    {"name=a&size=%2b1", "size", "whole number", "a plus"},
    {"name=a&size=6", "size", "from 0 to 5", "above"},
    {"name=a&seeking=1", "seeking", "true or false", "a number for a flag"},
    {"name=a&track=lab", "track", "project, labs", "a wrong choice"},
    {"name=a&sise=3", "sise", "did you mean \"size\"", "a mistyped name"},
};

static void a_query_is_bound_or_told_by_its_parameter(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(query_cases); i++) {
    const struct query_case *row = &query_cases[i];
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    enum err err = shape_bind_query(&query_shape, row->query, arena, &problem, &out);
    if (row->field == NULL) {
      if (err != ERR_OK)
        fail_msg("%s: %s", row->why, problem.errors[0].message);
      continue;
    }
    if (err != ERR_INVALID || problem.error_count != 1 || strcmp(problem.errors[0].field, row->field) != 0 ||
        strstr(problem.errors[0].message, row->message) == NULL)
      fail_msg("%s: %s, %zu errors, %s", row->why, err_name(err), problem.error_count,
               problem.error_count > 0 ? problem.errors[0].message : "");
  }
}

static void a_query_is_decoded(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  void *out = NULL;
  assert_int_equal(shape_bind_query(&query_shape, "size=3&seeking=false&name=a+%c3%a4%3d%26", arena, &problem, &out),
                   ERR_OK);
  const struct card *card = out;
  assert_string_equal(card->name, "a ä=&");
  assert_int_equal(card->size, 3);
  assert_true(card->has_seeking);
  assert_int_equal(shape_bind_query(NULL, "", arena, &problem, &out), ERR_OK);
  assert_int_equal(shape_bind_query(NULL, "x=1", arena, &problem, &out), ERR_INVALID);
}

struct members {
  struct integer_list people;
  int64_t team;
  bool has_team;
};

static const struct field members_fields[] = {
    {"people", SHAPE_INTEGER_LIST, OPTIONAL, 3, offsetof(struct members, people), NO_PRESENT, NULL, NULL, "ids"},
    {"team", SHAPE_NATURAL, NULLABLE, 9, offsetof(struct members, team), offsetof(struct members, has_team), NULL, NULL,
     "a team, or none"},
};
static const struct shape members_shape = {"Members",      MEDIA_JSON,           1000, sizeof(struct members),
                                           members_fields, COUNT(members_fields)};

static void lists_of_ids_and_fields_that_may_be_null_are_bound_or_told(void **state) {
  static const struct {
    const char *body;
    const char *field; // NULL: sound
    const char *message;
    size_t count;
    int64_t team;
    bool has_team;
    const char *why;
  } cases[] = {
      {"{\"team\":null}", NULL, "", 0, 0, false, "null is one of its values"},
      {"{\"team\":7,\"people\":[3,1,2]}", NULL, "", 3, 7, true, "a list in the order given"},
      {"{\"people\":[1]}", "team", "is required", 0, 0, false, "but it must be given"},
      {"{\"team\":\"7\"}", "team", "must be a whole number", 0, 0, false, "text"},
      {"{\"team\":10}", "team", "from 1 to 9, or null", 0, 0, false, "above"},
      {"{\"team\":0}", "team", "from 1 to 9, or null", 0, 0, false, "null is not written as 0"},
      {"{\"team\":-1}", "team", "from 1 to 9, or null", 0, 0, false, "below"},
      {"{\"team\":1,\"people\":7}", "people", "must be a list of whole numbers", 0, 0, false, "no list"},
      {"{\"team\":1,\"people\":null}", "people", "may be left out", 0, 0, false, "null for a list"},
      {"{\"team\":1,\"people\":[1,2,3,4]}", "people", "at most 3 items; it has 4", 0, 0, false, "too long"},
      {"{\"team\":1,\"people\":[1,\"2\"]}", "people[1]", "from 1 on", 0, 0, false, "text in it"},
      {"{\"team\":1,\"people\":[1,2,0]}", "people[2]", "from 1 on", 0, 0, false, "no id"},
      {"{\"team\":1,\"people\":[-1]}", "people[0]", "from 1 on", 0, 0, false, "below"},
      {"{\"team\":1,\"people\":[1.0]}", "people[0]", "from 1 on", 0, 0, false, "a real"},
      {"{\"team\":1,\"people\":[null]}", "people[0]", "from 1 on", 0, 0, false, "null in it"},
  };
  (void)state;
  assert_true(shape_check(&members_shape, false, "test"));
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    enum err err = shape_bind_json(&members_shape, cases[i].body, strlen(cases[i].body), arena, &problem, &out);
    if ((err == ERR_OK) != (cases[i].field == NULL))
      fail_msg("%s: %s", cases[i].why, err_name(err));
    if (err != ERR_OK) {
      assert_string_equal(problem.errors[0].field, cases[i].field);
      assert_non_null(strstr(problem.errors[0].message, cases[i].message));
      continue;
    }
    const struct members *members = out;
    assert_int_equal(members->people.count, cases[i].count);
    assert_int_equal(members->team, cases[i].team);
    assert_int_equal(members->has_team, cases[i].has_team);
    if (cases[i].count == 3)
      assert_true(members->people.items[0] == 3 && members->people.items[2] == 2);
  }
}

struct saving {
  struct raw_value value;
  bool has_value;
};

static const struct field saving_fields[] = {
    {"value", SHAPE_RAW, REQUIRED, 6, offsetof(struct saving, value), offsetof(struct saving, has_value), NULL, NULL,
     "anything"},
};
static const struct shape saving_shape = {"Saving",      MEDIA_JSON,          1000, sizeof(struct saving),
                                          saving_fields, COUNT(saving_fields)};

// As JSON again, without spaces.
static void write_raw(struct text *out, const struct raw_value *value) {
  switch (value->kind) {
  case RAW_NONE:
    text_add(out, "nothing");
    return;
  case RAW_NULL:
    text_add(out, "null");
    return;
  case RAW_TEXT:
    text_add_format(out, "\"%s\"", value->text);
    return;
  case RAW_INTEGER:
    text_add_format(out, "%lld", (long long)value->integer);
    return;
  case RAW_FLAG:
    text_add(out, value->flag ? "true" : "false");
    return;
  case RAW_LIST:
  case RAW_OBJECT:
    break;
  }
  text_add_char(out, value->kind == RAW_LIST ? '[' : '{');
  for (size_t i = 0; i < value->count; i++) {
    text_add(out, i == 0 ? "" : ",");
    if (value->kind == RAW_OBJECT)
      text_add_format(out, "\"%s\":", value->names[i]);
    write_raw(out, &value->items[i]);
  }
  text_add_char(out, value->kind == RAW_LIST ? ']' : '}');
}

static void a_raw_value_is_taken_whole_whatever_its_form_up_to_its_cap(void **state) {
  static const struct {
    const char *value; // of the body; NULL: none
    const char *field; // NULL: sound
    const char *message;
    const char *why;
  } cases[] = {
      {"\"a text\"", NULL, "", "text"},
      {"\"\"", NULL, "", "an empty text"},
      {"null", NULL, "", "null is a value"},
      {"-7", NULL, "", "a number"},
      {"true", NULL, "", "a flag"},
      {"[]", NULL, "", "an empty list"},
      {"{}", NULL, "", "an empty object"},
      {"[1,\"b\",null,false,[]]", NULL, "", "a list of six values, itself among them"},
      {"{\"17\":\"my part\",\"x\":{\"y\":[]}}", NULL, "", "objects"},
      {"[1,2,3,4,5,6]", "value", "at most 6 values", "one more"},
      {"{\"a\":[1,2,3],\"b\":{}}", NULL, "", "six in all"},
      {"{\"a\":[1,2,3],\"b\":[1]}", "value", "at most 6 values", "seven in all"},
      {"1.5", "value", "whole numbers", "a real"},
      {"[1,[2.5]]", "value", "whole numbers", "a real deep in it"},
      {NULL, "value", "is required", "not given"},
  };
  (void)state;
  assert_true(shape_check(&saving_shape, false, "test"));
  assert_false(shape_check(&saving_shape, true, "a query holds no raw value"));
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    void *out = NULL;
    const char *body = cases[i].value == NULL ? "{}" : arena_format(arena, "{\"value\":%s}", cases[i].value);
    enum err err = shape_bind_json(&saving_shape, body, strlen(body), arena, &problem, &out);
    if ((err == ERR_OK) != (cases[i].field == NULL))
      fail_msg("%s: %s", cases[i].why, err_name(err));
    if (err != ERR_OK) {
      assert_string_equal(problem.errors[0].field, cases[i].field);
      assert_non_null(strstr(problem.errors[0].message, cases[i].message));
      continue;
    }
    const struct saving *saving = out;
    struct text again;
    text_init(&again, arena);
    write_raw(&again, &saving->value);
    assert_true(saving->has_value);
    assert_string_equal(text_get(&again), cases[i].value);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_wrong_field_is_told_by_its_path),
      cmocka_unit_test(a_body_that_is_not_json_is_told_where),
      cmocka_unit_test(a_whole_body_arrives_in_the_struct),
      cmocka_unit_test(what_is_not_sent_is_zero),
      cmocka_unit_test(lengths_are_counted_in_code_points_after_squeezing),
      cmocka_unit_test(sixteen_levels_are_read),
      cmocka_unit_test(all_faults_are_told_at_once),
      cmocka_unit_test(thousands_of_unknown_names_make_a_short_answer),
      cmocka_unit_test(a_secret_is_in_no_message),
      cmocka_unit_test(a_query_is_bound_or_told_by_its_parameter),
      cmocka_unit_test(a_query_is_decoded),
      cmocka_unit_test(lists_of_ids_and_fields_that_may_be_null_are_bound_or_told),
      cmocka_unit_test(a_raw_value_is_taken_whole_whatever_its_form_up_to_its_cap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
