// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_parts.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/base/text.h"
#include "server/courses/file_kind.h"

struct lack_list {
  struct arena *arena;
  struct submission_lack *items;
  size_t count;
};

// How far what was handed in is from one way.
struct distance {
  size_t lacks;
  size_t given; // parts that the way asks for and that are there
};

static void add(struct lack_list *list, const char *field, const char *words);
static void refuse_files(struct lack_list *list, const struct milestone *milestone,
                         const struct submission_parts *parts);
static void refuse_texts(struct lack_list *list, const struct milestone *milestone,
                         const struct submission_content *content);
static void refuse_address(struct lack_list *list, const char *field, const char *address);
static struct distance ask_for(struct lack_list *list, const struct course *course, const struct hand_in *way,
                               const struct submission_parts *parts);
static bool ask(struct lack_list *list, struct distance *distance, const char *field, bool is_given);
static bool is_nearer(const struct distance *one, const struct distance *other);
static bool takes_type(struct arena *arena, const struct hand_in *way, const struct file *file);
static bool takes_file(struct arena *arena, const struct hand_in *way, const struct file *file);
static const char *why_not(struct arena *arena, const struct milestone *milestone, const struct file *file);
static const char *types_of(struct arena *arena, const struct milestone *milestone);
static const char *type_list(struct arena *arena, const struct hand_in *way);
static const char *size_words(struct arena *arena, int64_t bytes);
static const char *link_words(struct arena *arena, const struct hand_in *way);
static const char *statement_words(struct arena *arena, const struct course *course, const struct hand_in *way);
static void say(struct text *text, size_t *said, const char *words);

void submission_lacks(struct arena *arena, const struct course *course, const struct milestone *milestone,
                      const struct submission_parts *parts, const struct submission_lack **out, size_t *count) {
  struct lack_list list = {.arena = arena};
  refuse_files(&list, milestone, parts);
  refuse_texts(&list, milestone, parts->content);
  struct lack_list nearest = {.arena = arena};
  struct distance best = {.lacks = SIZE_MAX};
  for (size_t i = 0; i < milestone->hand_in_count; i++) {
    struct lack_list lacks = {.arena = arena};
    struct distance distance = ask_for(&lacks, course, &milestone->hand_ins[i], parts);
    if (is_nearer(&distance, &best)) {
      best = distance;
      nearest = lacks;
    }
  }
  for (size_t i = 0; i < nearest.count; i++)
    add(&list, nearest.items[i].field, nearest.items[i].words);
  *out = list.items;
  *count = list.count;
}

const char *submission_ways_words(struct arena *arena, const struct milestone *milestone) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < milestone->hand_in_count; i++) {
    const struct hand_in *way = &milestone->hand_ins[i];
    size_t said = 0;
    if (i > 0)
      text_add(&text, "; or ");
    if (way->file_count > 0)
      say(&text, &said, arena_format(arena, "a file (%s)", type_list(arena, way)));
    if (way->link == NEED_REQUIRED)
      say(&text, &said, link_words(arena, way));
    if (way->code == NEED_REQUIRED)
      say(&text, &said, "a link to the code");
    if (way->reproduce != NULL)
      say(&text, &said, "how to reproduce the results");
    if (way->slot != NULL)
      say(&text, &said, arena_format(arena, "a booked slot (%s)", way->slot));
    if (way->statement != NULL)
      say(&text, &said, "the statement on the use of generative AI");
  }
  return text_get(&text);
}

static void say(struct text *text, size_t *said, const char *words) {
  text_add_format(text, "%s%s", *said == 0 ? "" : " and ", words);
  ++*said;
}

static void add(struct lack_list *list, const char *field, const char *words) {
  list->items = arena_grow(list->arena, list->items, list->count, list->count + 1, sizeof *list->items);
  list->items[list->count++] = (struct submission_lack){field, words};
}

static void refuse_files(struct lack_list *list, const struct milestone *milestone,
                         const struct submission_parts *parts) {
  struct arena *arena = list->arena;
  for (size_t i = 0; i < parts->content->file_count; i++) {
    const struct file *file = &parts->files[i];
    bool is_taken = false, is_twice = false;
    for (size_t j = 0; j < milestone->hand_in_count; j++)
      is_taken = is_taken || takes_file(arena, &milestone->hand_ins[j], file);
    for (size_t j = 0; j < i; j++)
      is_twice = is_twice || parts->files[j].id == file->id;
    const char *field = arena_format(arena, "files[%zu]", i);
    if (is_twice)
      add(list, field, arena_format(arena, "%s is in the list twice", file->name));
    else if (!is_taken)
      add(list, field, why_not(arena, milestone, file));
  }
}

// What nobody asked for would be read by nobody.
static void refuse_texts(struct lack_list *list, const struct milestone *milestone,
                         const struct submission_content *content) {
  bool takes_link = false, takes_code = false, takes_reproduce = false, takes_statement = false;
  for (size_t i = 0; i < milestone->hand_in_count; i++) {
    const struct hand_in *way = &milestone->hand_ins[i];
    takes_link = takes_link || way->link != NEED_NONE;
    takes_code = takes_code || way->code != NEED_NONE;
    takes_reproduce = takes_reproduce || way->reproduce != NULL;
    takes_statement = takes_statement || way->statement != NULL;
  }
  if (content->link != NULL && !takes_link)
    add(list, "link", "no link is asked for here");
  else
    refuse_address(list, "link", content->link);
  if (content->code != NULL && !takes_code)
    add(list, "code", "no link to code is asked for here");
  else
    refuse_address(list, "code", content->code);
  if (content->reproduce != NULL && !takes_reproduce)
    add(list, "reproduce", "how to reproduce is not asked for here");
  if (content->statement != NULL && !takes_statement)
    add(list, "statement", "no statement is asked for here");
}

static void refuse_address(struct lack_list *list, const char *field, const char *address) {
  static const char *const schemes[] = {"https://", "http://"};
  if (address == NULL)
    return;
  for (size_t i = 0; i < 2; i++) {
    size_t size = strlen(schemes[i]);
    if (strncasecmp(address, schemes[i], size) == 0 && strcspn(address + size, "/?#") > 0 &&
        strpbrk(address, " \"<>\\^`{|}") == NULL)
      return;
  }
  add(list, field, "must be an address that begins with https:// or http://");
}

static struct distance ask_for(struct lack_list *list, const struct course *course, const struct hand_in *way,
                               const struct submission_parts *parts) {
  const struct submission_content *content = parts->content;
  struct arena *arena = list->arena;
  struct distance distance = {0};
  bool has_file = false;
  for (size_t i = 0; i < content->file_count; i++)
    has_file = has_file || takes_file(arena, way, &parts->files[i]);
  if (way->file_count > 0 && !ask(list, &distance, "files", has_file))
    list->items[list->count - 1].words = arena_format(arena, "upload a file (%s) of at most %s and name it here",
                                                      type_list(arena, way), size_words(arena, way->max_size_bytes));
  if (way->link == NEED_REQUIRED && !ask(list, &distance, "link", content->link != NULL))
    list->items[list->count - 1].words = arena_format(arena, "give %s", link_words(arena, way));
  if (way->code == NEED_REQUIRED && !ask(list, &distance, "code", content->code != NULL))
    list->items[list->count - 1].words = "give a link to the code";
  if (way->reproduce != NULL && !ask(list, &distance, "reproduce", content->reproduce != NULL))
    list->items[list->count - 1].words = "say how to reproduce the results with the code";
  if (way->slot != NULL && !ask(list, &distance, "slot", parts->has_slot))
    list->items[list->count - 1].words = arena_format(arena, "book a slot (%s) first", way->slot);
  if (way->statement != NULL && !ask(list, &distance, "statement", content->statement != NULL))
    list->items[list->count - 1].words = statement_words(arena, course, way);
  return distance;
}

static bool ask(struct lack_list *list, struct distance *distance, const char *field, bool is_given) {
  distance->given += is_given;
  distance->lacks += !is_given;
  if (!is_given)
    add(list, field, "");
  return is_given;
}

static bool is_nearer(const struct distance *one, const struct distance *other) {
  return one->lacks != other->lacks ? one->lacks < other->lacks : one->given > other->given;
}

// By the upload's ending, with which its content was compared; a type that has several endings is one type.
static bool takes_type(struct arena *arena, const struct hand_in *way, const struct file *file) {
  const struct file_kind *kind = file_kind_of(file->name);
  for (size_t i = 0; kind != NULL && i < way->file_count; i++) {
    const struct file_kind *wanted = file_kind_of(arena_format(arena, "x.%s", way->files[i]));
    if (wanted == kind ||
        (wanted != NULL && !wanted->is_text && !kind->is_text && text_equal(wanted->media, kind->media)))
      return true;
  }
  return false;
}

static bool takes_file(struct arena *arena, const struct hand_in *way, const struct file *file) {
  return file->bytes <= way->max_size_bytes && takes_type(arena, way, file);
}

static const char *why_not(struct arena *arena, const struct milestone *milestone, const struct file *file) {
  int64_t most = 0;
  for (size_t i = 0; i < milestone->hand_in_count; i++) {
    const struct hand_in *way = &milestone->hand_ins[i];
    if (takes_type(arena, way, file) && way->max_size_bytes > most)
      most = way->max_size_bytes;
  }
  if (most > 0)
    return arena_format(arena, "%s has %" PRId64 " bytes; at most %s are taken here", file->name, file->bytes,
                        size_words(arena, most));
  const char *types = types_of(arena, milestone);
  if (types[0] == '\0')
    return arena_format(arena, "%s: no file is asked for here", file->name);
  return arena_format(arena, "%s is not of a type that is taken here: %s", file->name, types);
}

// Of all ways, each once.
static const char *types_of(struct arena *arena, const struct milestone *milestone) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < milestone->hand_in_count; i++)
    for (size_t j = 0; j < milestone->hand_ins[i].file_count; j++) {
      const char *type = milestone->hand_ins[i].files[j];
      bool is_known = false;
      for (size_t k = 0; k < i; k++)
        for (size_t l = 0; l < milestone->hand_ins[k].file_count; l++)
          is_known = is_known || text_equal(milestone->hand_ins[k].files[l], type);
      if (!is_known)
        text_add_format(&text, "%s%s", text.size == 0 ? "" : ", ", type);
    }
  return text_get(&text);
}

static const char *type_list(struct arena *arena, const struct hand_in *way) {
  struct text text;
  text_init(&text, arena);
  for (size_t i = 0; i < way->file_count; i++)
    text_add_format(&text, "%s%s", i == 0 ? "" : ", ", way->files[i]);
  return text_get(&text);
}

static const char *size_words(struct arena *arena, int64_t bytes) {
  static const struct {
    int64_t bytes;
    const char *name;
  } units[] = {{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "KB"}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (bytes >= units[i].bytes && bytes % units[i].bytes == 0)
      return arena_format(arena, "%" PRId64 " %s", bytes / units[i].bytes, units[i].name);
  return arena_format(arena, "%" PRId64 " bytes", bytes);
}

static const char *link_words(struct arena *arena, const struct hand_in *way) {
  return way->link_use == NULL ? "a link" : arena_format(arena, "a link (%s)", way->link_use);
}

static const char *statement_words(struct arena *arena, const struct course *course, const struct hand_in *way) {
  const char *title = way->statement;
  for (size_t i = 0; i < course->proposals.field_count; i++)
    if (text_equal(course->proposals.fields[i].id, way->statement))
      title = course->proposals.fields[i].title;
  return arena_format(arena, "%s: say what was used and for what; \"none\" is said, not assumed", title);
}
