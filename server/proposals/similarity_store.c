// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/similarity_store.h"

#include <string.h>

// Of c the course: $1 itself, and those before it in which $2 is staff; all of them to the operator ($3).
#define OF_COURSES                                                                                                     \
  "(c.id = $1 or (c.id < $1 and ($3 = 1 or exists (select 1 from enrolments e where e.course_id = c.id "               \
  "and e.person_id = $2 and e.state = 'active' and e.role in ('staff', 'instructor'))))) "

struct reading {
  struct arena *arena;
  struct similarity_texts *out;
  size_t bytes; // of this kind
};

static enum err read_proposals(const struct act *act, int64_t course, bool is_operator, struct reading *reading);
static enum err read_submissions(const struct act *act, int64_t course, bool is_operator, struct reading *reading);
static enum err read_rows(struct db_rows *rows, struct reading *reading);

enum err similarity_store_texts(const struct act *act, int64_t course, bool is_operator, struct similarity_texts *out) {
  struct similarity_texts texts = {0};
  struct reading reading = {.arena = act->arena, .out = &texts};
  enum err err = read_proposals(act, course, is_operator, &reading);
  reading.bytes = 0;
  if (err == ERR_OK)
    err = read_submissions(act, course, is_operator, &reading);
  if (err == ERR_OK)
    *out = texts;
  return err;
}

static enum err read_proposals(const struct act *act, int64_t course, bool is_operator, struct reading *reading) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select c.id, c.slug, p.team_id, 0, t.name, null, v.field, v.person_id, v.value "
      "from courses c join proposals p on p.course_id = c.id join teams t on t.id = p.team_id "
      "join proposal_versions w on w.proposal_id = p.id and w.version = (select max(x.version) "
      "from proposal_versions x where x.team_id = p.team_id and x.kind = 'submitted') "
      "join proposal_version_values v on v.proposal_id = p.id and v.version = (select max(y.version) "
      "from proposal_version_values y where y.proposal_id = p.id and y.field = v.field "
      "and coalesce(y.person_id, 0) = coalesce(v.person_id, 0) and y.version <= w.version) "
      "where v.kind = 'text' and " OF_COURSES "order by c.id desc, p.team_id, v.field, coalesce(v.person_id, 0)",
      db_int(course), db_int(act->actor), db_int(is_operator));
  return read_rows(&rows, reading);
}

// The proposal's own submission holds no text.
static enum err read_submissions(const struct act *act, int64_t course, bool is_operator, struct reading *reading) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select c.id, c.slug, s.team_id, s.person_id, coalesce(t.name, h.preferred_name, h.name), s.milestone, "
      "f.name, 0, case f.name when 'reproduce' then s.reproduce else s.statement end "
      "from courses c join submissions s on s.course_id = c.id and s.counts = 1 "
      "join (select 'reproduce' as name union all select 'statement') f on 1 = 1 "
      "left join teams t on t.id = s.team_id left join people h on h.id = s.person_id "
      "where (s.reproduce is not null or s.statement is not null) and " OF_COURSES "order by c.id desc, s.id, f.name",
      db_int(course), db_int(act->actor), db_int(is_operator));
  return read_rows(&rows, reading);
}

static enum err read_rows(struct db_rows *rows, struct reading *reading) {
  struct similarity_texts *texts = reading->out;
  while (db_next(rows)) {
    const char *text = db_column_peek(rows, 8);
    size_t bytes = text == NULL ? 0 : strlen(text);
    if (bytes == 0)
      continue;
    if (reading->bytes + bytes > SIMILARITY_KIND_BYTES_MAX) {
      texts->is_cut = true;
      return ERR_OK;
    }
    reading->bytes += bytes;
    texts->items = arena_more(reading->arena, texts->items, texts->count, sizeof *texts->items);
    texts->items[texts->count++] = (struct similarity_text){
        .course = db_column_int(rows, 0),
        .slug = db_column_text(rows, 1, reading->arena),
        .team = db_column_int(rows, 2),
        .person = db_column_int(rows, 3),
        .name = db_column_text(rows, 4, reading->arena),
        .milestone = db_column_text(rows, 5, reading->arena),
        .field = db_column_text(rows, 6, reading->arena),
        .member = db_column_int(rows, 7),
        .text = db_column_text(rows, 8, reading->arena),
        .bytes = bytes,
    };
  }
  return rows->err;
}
