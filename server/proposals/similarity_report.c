// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/similarity_report.h"

#include <stdlib.h>
#include <string.h>

enum { RARE_DOCUMENTS = 16 }; // runs of words that so many have are looked at before the others

struct document {
  const struct similarity_text *text;
  struct fingerprint *prints;
  size_t print_count;
  size_t group; // texts that answer the same question of the same course
};

struct entry { // that a document has the run
  uint64_t hash;
  uint32_t document;
};

struct index {
  struct arena *arena;
  int64_t course;
  struct document *documents; // by group, then holder
  size_t document_count;
  size_t *holders;       // by group: who has a text of it
  struct entry *entries; // by hash, then document, each once
  size_t entry_count;
};

struct pairs {
  uint64_t *items; // the lower document in the upper half
  size_t count;
  bool is_cut;
};

struct candidate {
  uint32_t a, b;
  size_t shared;   // runs
  size_t estimate; // of the share, in thousandths
};

static void take_documents(struct index *index, const struct similarity_text *texts, size_t count);
static void take_prints(struct arena *arena, struct document *document, struct arena *scratch);
static void number_groups(struct index *index);
static void sort_entries(struct index *index);
static size_t run_end(const struct index *index, size_t from);
static bool is_common(const struct index *index, size_t from, size_t end);
static void drop_common(struct index *index);
static void drop_prints(struct document *document, const uint64_t *common, size_t common_count);
static bool has_hash(const uint64_t *sorted, size_t count, uint64_t hash);
static struct pairs find_pairs(const struct index *index);
static void add_pairs(const struct index *index, struct pairs *pairs, size_t from, size_t end);
static size_t count_candidates(const struct index *index, struct pairs *pairs, struct candidate **out);
static size_t affordable(const struct index *index, const struct candidate *candidates, size_t count);
static void add_match(const struct index *index, const struct candidate *candidate, int least,
                      struct similarity_report *report);
static bool is_same_holder(const struct similarity_text *a, const struct similarity_text *b);
static int compare_documents(const void *a, const void *b);
static int compare_question(const struct similarity_text *a, const struct similarity_text *b);
static int compare_text(const char *a, const char *b);
static int compare_int(int64_t a, int64_t b);
static int compare_entries(const void *a, const void *b);
static int compare_numbers(const void *a, const void *b);
static int compare_candidates(const void *a, const void *b);
static int compare_matches(const void *a, const void *b);

struct similarity_report similarity_report_make(struct arena *arena, int64_t course,
                                                const struct similarity_text *texts, size_t count, int least_percent) {
  struct similarity_report report = {0};
  struct index index = {.arena = arena, .course = course};
  take_documents(&index, texts, count);
  number_groups(&index);
  sort_entries(&index);
  drop_common(&index);
  struct pairs pairs = find_pairs(&index);
  struct candidate *candidates = NULL;
  size_t candidate_count = count_candidates(&index, &pairs, &candidates);
  size_t compared = affordable(&index, candidates, candidate_count);
  report.is_cut = pairs.is_cut || compared < candidate_count;
  report.matches = arena_array(arena, compared, sizeof *report.matches);
  for (size_t i = 0; i < compared; i++)
    add_match(&index, &candidates[i], least_percent, &report);
  if (report.count > 1)
    qsort(report.matches, report.count, sizeof *report.matches, compare_matches);
  if (report.count > SIMILARITY_MATCHES_MAX) {
    report.count = SIMILARITY_MATCHES_MAX;
    report.is_cut = true;
  }
  return report;
}

static void take_documents(struct index *index, const struct similarity_text *texts, size_t count) {
  struct arena *scratch SCOPED_ARENA = arena_new();
  index->documents = arena_array(index->arena, count, sizeof *index->documents);
  for (size_t i = 0; i < count; i++) {
    struct document *document = &index->documents[index->document_count];
    *document = (struct document){.text = &texts[i]};
    take_prints(index->arena, document, scratch);
    arena_reset(scratch);
    if (document->print_count > 0) // a text of fewer words than a run says nothing
      index->document_count++;
  }
  if (index->document_count > 1)
    qsort(index->documents, index->document_count, sizeof *index->documents, compare_documents);
}

// Taking them apart needs many times what is left in the end.
static void take_prints(struct arena *arena, struct document *document, struct arena *scratch) {
  struct fingerprint *prints = NULL;
  document->print_count = similarity_fingerprints(scratch, document->text->text, document->text->bytes, &prints);
  if (document->print_count > 0)
    document->prints = arena_copy(arena, prints, document->print_count * sizeof *prints);
}

static void number_groups(struct index *index) {
  index->holders = arena_array(index->arena, index->document_count + 1, sizeof *index->holders);
  for (size_t i = 0; i < index->document_count; i++) {
    struct document *document = &index->documents[i];
    const struct document *before = i == 0 ? NULL : document - 1;
    bool is_new = before == NULL || compare_question(before->text, document->text) != 0;
    document->group = before == NULL ? 0 : before->group + (is_new ? 1 : 0);
    if (is_new || !is_same_holder(before->text, document->text))
      index->holders[document->group]++;
  }
}

static void sort_entries(struct index *index) {
  size_t room = 0, count = 0;
  for (size_t i = 0; i < index->document_count; i++)
    room += index->documents[i].print_count;
  index->entries = arena_array(index->arena, room, sizeof *index->entries);
  index->entry_count = 0;
  for (size_t i = 0; i < index->document_count; i++)
    for (size_t j = 0; j < index->documents[i].print_count; j++)
      index->entries[count++] = (struct entry){index->documents[i].prints[j].hash, (uint32_t)i};
  if (count > 1)
    qsort(index->entries, count, sizeof *index->entries, compare_entries);
  for (size_t i = 0; i < count; i++)
    if (index->entry_count == 0 || compare_entries(&index->entries[i], &index->entries[index->entry_count - 1]) != 0)
      index->entries[index->entry_count++] = index->entries[i];
}

static size_t run_end(const struct index *index, size_t from) {
  size_t end = from + 1;
  while (end < index->entry_count && index->entries[end].hash == index->entries[from].hash)
    end++;
  return end;
}

// Documents stand by group and holder, so those of either are neighbours.
static bool is_common(const struct index *index, size_t from, size_t end) {
  size_t holders = 0;
  const struct document *before = NULL;
  for (size_t i = from; i < end; i++) {
    const struct document *document = &index->documents[index->entries[i].document];
    if (before == NULL || before->group != document->group)
      holders = 1;
    else if (!is_same_holder(before->text, document->text))
      holders++;
    if (holders >= SIMILARITY_COMMON_LEAST && holders * 2 > index->holders[document->group])
      return true;
    before = document;
  }
  return false;
}

static void drop_common(struct index *index) {
  uint64_t *common = arena_array(index->arena, index->entry_count / SIMILARITY_COMMON_LEAST + 1, sizeof *common);
  size_t common_count = 0;
  for (size_t from = 0, end; from < index->entry_count; from = end) {
    end = run_end(index, from);
    if (is_common(index, from, end))
      common[common_count++] = index->entries[from].hash;
  }
  if (common_count == 0)
    return;
  for (size_t i = 0; i < index->document_count; i++)
    drop_prints(&index->documents[i], common, common_count);
  sort_entries(index);
}

// Also the runs that overlap a common one: at the edges of common words winnowing chooses by what follows, so that not
// every text that has them has the same fingerprint there.
static void drop_prints(struct document *document, const uint64_t *common, size_t common_count) {
  struct arena *scratch SCOPED_ARENA = arena_new();
  bool *is_dropped = arena_array(scratch, document->print_count, sizeof *is_dropped);
  struct fingerprint *prints = document->prints;
  uint32_t until = 0, since = UINT32_MAX;
  for (size_t i = 0; i < document->print_count; i++) {
    if (has_hash(common, common_count, prints[i].hash))
      until = prints[i].end;
    is_dropped[i] = prints[i].start < until;
  }
  for (size_t i = document->print_count; i-- > 0;) {
    if (has_hash(common, common_count, prints[i].hash))
      since = prints[i].start;
    is_dropped[i] = is_dropped[i] || prints[i].end > since;
  }
  size_t kept = 0;
  for (size_t i = 0; i < document->print_count; i++)
    if (!is_dropped[i])
      prints[kept++] = prints[i];
  document->print_count = kept;
}

static bool has_hash(const uint64_t *sorted, size_t count, uint64_t hash) {
  return bsearch(&hash, sorted, count, sizeof *sorted, compare_numbers) != NULL;
}

// One item for each run that two documents share.
static struct pairs find_pairs(const struct index *index) {
  struct pairs pairs = {.items = NULL};
  for (int round = 0; round < 2; round++)
    for (size_t from = 0, end; from < index->entry_count; from = end) {
      end = run_end(index, from);
      if ((end - from > RARE_DOCUMENTS) == (round == 1))
        add_pairs(index, &pairs, from, end);
    }
  if (pairs.count > 1)
    qsort(pairs.items, pairs.count, sizeof *pairs.items, compare_numbers);
  return pairs;
}

static void add_pairs(const struct index *index, struct pairs *pairs, size_t from, size_t end) {
  for (size_t i = from; i < end; i++)
    for (size_t j = i + 1; j < end; j++) {
      const struct similarity_text *a = index->documents[index->entries[i].document].text;
      const struct similarity_text *b = index->documents[index->entries[j].document].text;
      if ((a->course != index->course && b->course != index->course) || is_same_holder(a, b))
        continue;
      if (pairs->count == SIMILARITY_OCCURRENCES_MAX) {
        pairs->is_cut = true;
        return;
      }
      if ((pairs->count & (pairs->count - 1)) == 0) // a power of two: full
        pairs->items = arena_grow(index->arena, pairs->items, pairs->count, pairs->count == 0 ? 1 : pairs->count * 2,
                                  sizeof *pairs->items);
      pairs->items[pairs->count++] = (uint64_t)index->entries[i].document << 32 | index->entries[j].document;
    }
}

static size_t count_candidates(const struct index *index, struct pairs *pairs, struct candidate **out) {
  size_t count = 0;
  struct candidate *list = arena_array(index->arena, pairs->count, sizeof *list);
  for (size_t from = 0, end; from < pairs->count; from = end) {
    end = from + 1;
    while (end < pairs->count && pairs->items[end] == pairs->items[from])
      end++;
    uint32_t a = (uint32_t)(pairs->items[from] >> 32), b = (uint32_t)pairs->items[from];
    size_t a_count = index->documents[a].print_count, b_count = index->documents[b].print_count;
    size_t smaller = a_count < b_count ? a_count : b_count;
    list[count++] = (struct candidate){a, b, end - from, (end - from) * 1000 / smaller};
  }
  if (count > 1)
    qsort(list, count, sizeof *list, compare_candidates);
  *out = list;
  return count;
}

// How many of them are compared.
static size_t affordable(const struct index *index, const struct candidate *candidates, size_t count) {
  size_t prints = 0, most = count < SIMILARITY_COMPARED_MAX ? count : SIMILARITY_COMPARED_MAX;
  for (size_t i = 0; i < most; i++) {
    prints += index->documents[candidates[i].a].print_count + index->documents[candidates[i].b].print_count;
    if (prints > SIMILARITY_PRINTS_MAX)
      return i;
  }
  return most;
}

static void add_match(const struct index *index, const struct candidate *candidate, int least,
                      struct similarity_report *report) {
  struct arena *scratch SCOPED_ARENA = arena_new();
  const struct document *a = &index->documents[candidate->a], *b = &index->documents[candidate->b];
  if (a->text->course != index->course) {
    const struct document *other = a;
    a = b;
    b = other;
  }
  struct similarity found = similarity_compare(scratch, a->prints, a->print_count, b->prints, b->print_count);
  bool is_a_smaller = a->text->bytes <= b->text->bytes;
  size_t size = is_a_smaller ? a->text->bytes : b->text->bytes;
  size_t shared = is_a_smaller ? found.a_bytes : found.b_bytes;
  int share = (int)((shared * 100 + size / 2) / size);
  if (found.count == 0 || share < least)
    return;
  size_t shown = found.count < SIMILARITY_PASSAGES_SHOWN ? found.count : SIMILARITY_PASSAGES_SHOWN;
  report->matches[report->count++] = (struct similarity_match){
      .a = a->text,
      .b = b->text,
      .a_bytes = found.a_bytes,
      .b_bytes = found.b_bytes,
      .share = share,
      .passages = arena_copy(index->arena, found.passages, shown * sizeof *found.passages),
      .passage_count = shown,
      .has_more = shown < found.count,
  };
}

static bool is_same_holder(const struct similarity_text *a, const struct similarity_text *b) {
  return a->team == b->team && a->person == b->person;
}

static int compare_documents(const void *a, const void *b) {
  const struct similarity_text *left = ((const struct document *)a)->text, *right = ((const struct document *)b)->text;
  int order = compare_question(left, right);
  if (order == 0)
    order = compare_int(left->team, right->team);
  if (order == 0)
    order = compare_int(left->person, right->person);
  return order != 0 ? order : compare_int(left->member, right->member);
}

static int compare_question(const struct similarity_text *a, const struct similarity_text *b) {
  int order = compare_int(a->course, b->course);
  if (order == 0)
    order = compare_text(a->milestone, b->milestone);
  return order != 0 ? order : compare_text(a->field, b->field);
}

static int compare_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static int compare_int(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_entries(const void *a, const void *b) {
  const struct entry *left = a, *right = b;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  return (left->document > right->document) - (left->document < right->document);
}

static int compare_numbers(const void *a, const void *b) {
  const uint64_t *left = a, *right = b;
  return (*left > *right) - (*left < *right);
}

static int compare_candidates(const void *a, const void *b) {
  const struct candidate *left = a, *right = b;
  if (left->estimate != right->estimate)
    return left->estimate > right->estimate ? -1 : 1;
  if (left->shared != right->shared)
    return left->shared > right->shared ? -1 : 1;
  return left->a != right->a ? compare_int(left->a, right->a) : compare_int(left->b, right->b);
}

static int compare_matches(const void *a, const void *b) {
  const struct similarity_match *left = a, *right = b;
  if (left->share != right->share)
    return left->share > right->share ? -1 : 1;
  if (left->a_bytes != right->a_bytes)
    return left->a_bytes > right->a_bytes ? -1 : 1;
  struct document a_left = {.text = left->a}, a_right = {.text = right->a};
  struct document b_left = {.text = left->b}, b_right = {.text = right->b};
  int order = compare_documents(&a_left, &a_right);
  return order != 0 ? order : compare_documents(&b_left, &b_right);
}
