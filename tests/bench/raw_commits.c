// SPDX-License-Identifier: AGPL-3.0-or-later
// raw_commits DB BATCH LIST    the yardstick of joins: the inserts, updates and deletes that accepting an invitation
//                              makes, and nothing else, BATCH joins a commit, with the writer's PRAGMAs
// raw_commits --rows DB        how many rows and bytes of text each table that a join touches holds, to show that both
//                              wrote the same
// LIST is one of the lists of joins that tests/bench/seed.c wrote; DB a copy of the store that it seeded.
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { JOINS_MAX = 200000, TEAM_MAX = 4, BATCH_MAX = 256, CHECKPOINT_COMMITS = 256, HASH_BYTES = 32, SALT_BYTES = 16 };

enum statement {
  BEGIN,
  COMMIT,
  PLACE,
  SETTLE,
  CLEAR,
  AUDIT,
  DETAILS,
  HEAD,
  SEEKING,
  TELL,
  STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "begin immediate",
    [COMMIT] = "commit",
    [PLACE] = "insert into placements (course_id, person_id, team_id, from_at) values (?, ?, ?, ?)",
    [SETTLE] = "update invitations set state = 'accepted', answered_at = ? where id = ?",
    [CLEAR] = "delete from agenda where kind = 'invitation lapses' and course_id = ? and subject_id = ?",
    [AUDIT] = "insert into audit (course_id, seq, at, actor_id, cause, kind, subject, digest, hash) "
              "values (?, ?, ?, ?, null, ?, ?, ?, ?)",
    [DETAILS] = "insert into audit_details (course_id, seq, salt, before, after) values (?, ?, ?, null, ?)",
    [HEAD] = "update audit_heads set seq = ?, hash = ? where course_id = ?",
    [SEEKING] = "update info_cards set is_seeking = 0, version = version + 1 where course_id = ? and person_id = ? "
                "and is_seeking = 1 and exists (select 1 from placements p where p.course_id = info_cards.course_id "
                "and p.person_id = info_cards.person_id and p.until_at is null and p.team_id is null)",
    [TELL] = "insert into outbox (course_id, person_id, kind, subject, words, link, at) "
             "values (?, ?, 'member joined', ?, ?, ?, ?)",
};

static const char *const row_counts[] = {
    "select count(*) from placements",
    "select count(*), sum(length(state)) from invitations",
    "select count(*) from agenda where kind = 'invitation lapses'",
    "select count(*), sum(length(kind) + length(subject) + length(digest) + length(hash)) from audit where course_id > "
    "0",
    "select count(*), sum(length(salt) + length(coalesce(before, '')) + length(coalesce(after, ''))) "
    "from audit_details where course_id > 0",
    "select count(*), sum(length(kind) + length(subject) + length(words) + length(link)) from outbox",
};

struct team {
  int64_t members[TEAM_MAX];
  int count;
};

struct join {
  int64_t invitation;
  int64_t person;
  int64_t team;
  char team_name[64];
  char person_name[64];
  struct team *members;
};

struct raw {
  sqlite3 *db;
  sqlite3_stmt *statements[STATEMENTS];
  int64_t course;
  char slug[64];
  int64_t now;
  int64_t seq;
  uint8_t hash[HASH_BYTES];
  struct team *teams; // by id
  int64_t team_max;
  struct join *joins;
  size_t count;
};

static void open_store(struct raw *raw, const char *path);
static void print_rows(sqlite3 *db);
static void load_course(struct raw *raw);
static void load_teams(struct raw *raw);
static void load_joins(struct raw *raw, const char *path);
static void run(struct raw *raw, size_t batch);
static void join(struct raw *raw, struct join *join);
static void write_audit(struct raw *raw, const struct join *join, const char *kind, const char *subject,
                        const char *after);
static void tell(struct raw *raw, const struct join *join);
static sqlite3_stmt *prepare(sqlite3 *db, const char *text);
static void text(sqlite3_stmt *statement, int at, const char *value);
static void blob(sqlite3_stmt *statement, int at, const void *value, int size);
static void step(struct raw *raw, enum statement statement);
static void copy(char *out, size_t size, const unsigned char *from);
static double seconds_now(void);
static _Noreturn void die(sqlite3 *db, const char *what);

int main(int argc, char **argv) {
  struct raw raw = {0};
  if (argc == 3 && strcmp(argv[1], "--rows") == 0) {
    open_store(&raw, argv[2]);
    print_rows(raw.db);
    return sqlite3_close(raw.db) == SQLITE_OK ? 0 : 3;
  }
  size_t batch = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
  if (batch < 1 || batch > BATCH_MAX) {
    fprintf(stderr, "usage: raw_commits DB BATCH LIST\n       raw_commits --rows DB\n");
    return 2;
  }
  open_store(&raw, argv[1]);
  load_course(&raw);
  load_teams(&raw);
  load_joins(&raw, argv[3]);
  for (int i = 0; i < STATEMENTS; i++)
    raw.statements[i] = prepare(raw.db, sql[i]);
  run(&raw, batch);
  for (int i = 0; i < STATEMENTS; i++)
    sqlite3_finalize(raw.statements[i]);
  free(raw.joins);
  free(raw.teams);
  return sqlite3_close(raw.db) == SQLITE_OK ? 0 : 3;
}

// As server/db/db_sqlite.c opens the writer's connection.
static void open_store(struct raw *raw, const char *path) {
  static const char pragmas[] =
      "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma trusted_schema = off; "
      "pragma cell_size_check = on; pragma secure_delete = on; pragma temp_store = memory; "
      "pragma wal_autocheckpoint = 0; pragma cache_size = -8192; pragma journal_size_limit = 67108864;";
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path, &raw->db, flags, NULL) != SQLITE_OK ||
      sqlite3_exec(raw->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
    die(raw->db, "opening the store");
}

static void print_rows(sqlite3 *db) {
  for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++) {
    sqlite3_stmt *statement = prepare(db, row_counts[i]);
    if (sqlite3_step(statement) != SQLITE_ROW)
      die(db, row_counts[i]);
    for (int column = 0; column < sqlite3_column_count(statement); column++)
      printf("%lld ", (long long)sqlite3_column_int64(statement, column));
    sqlite3_finalize(statement);
  }
  printf("\n");
}

static void load_course(struct raw *raw) {
  sqlite3_stmt *statement =
      prepare(raw->db, "select c.id, c.slug, h.seq, (select max(at) from audit where course_id = c.id) from courses c "
                       "join audit_heads h on h.course_id = c.id");
  if (sqlite3_step(statement) != SQLITE_ROW)
    die(raw->db, "there is no course");
  raw->course = sqlite3_column_int64(statement, 0);
  copy(raw->slug, sizeof raw->slug, sqlite3_column_text(statement, 1));
  raw->seq = sqlite3_column_int64(statement, 2);
  raw->now = sqlite3_column_int64(statement, 3);
  sqlite3_finalize(statement);
}

static void load_teams(struct raw *raw) {
  sqlite3_stmt *statement = prepare(raw->db, "select max(id) from teams");
  if (sqlite3_step(statement) != SQLITE_ROW)
    die(raw->db, "there are no teams");
  raw->team_max = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  raw->teams = calloc((size_t)raw->team_max + 1, sizeof *raw->teams);
  if (raw->teams == NULL)
    abort();
  statement =
      prepare(raw->db, "select team_id, person_id from placements where until_at is null and team_id is not null "
                       "order by id");
  while (sqlite3_step(statement) == SQLITE_ROW) {
    struct team *team = &raw->teams[sqlite3_column_int64(statement, 0)];
    if (team->count < TEAM_MAX)
      team->members[team->count++] = sqlite3_column_int64(statement, 1);
  }
  sqlite3_finalize(statement);
}

static void load_joins(struct raw *raw, const char *path) {
  FILE *list = fopen(path, "r");
  raw->joins = calloc(JOINS_MAX, sizeof *raw->joins);
  if (list == NULL || raw->joins == NULL)
    die(raw->db, path);
  sqlite3_stmt *statement = prepare(
      raw->db, "select i.person_id, i.team_id, t.name, p.name from invitations i join teams t on t.id = i.team_id "
               "join people p on p.id = i.person_id where i.id = ? and i.state = 'open'");
  char line[4096];
  while (fgets(line, sizeof line, list) != NULL && raw->count < JOINS_MAX) {
    const char *at = strstr(line, "/invitations/");
    struct join *join = &raw->joins[raw->count++];
    join->invitation = at == NULL ? 0 : strtoll(at + 13, NULL, 10);
    sqlite3_bind_int64(statement, 1, join->invitation);
    if (sqlite3_step(statement) != SQLITE_ROW)
      die(raw->db, "an invitation of the list is not open");
    join->person = sqlite3_column_int64(statement, 0);
    join->team = sqlite3_column_int64(statement, 1);
    join->members = &raw->teams[join->team];
    copy(join->team_name, sizeof join->team_name, sqlite3_column_text(statement, 2));
    copy(join->person_name, sizeof join->person_name, sqlite3_column_text(statement, 3));
    sqlite3_reset(statement);
  }
  sqlite3_finalize(statement);
  fclose(list);
}

static void run(struct raw *raw, size_t batch) {
  size_t commits = 0;
  double start = seconds_now();
  for (size_t at = 0; at < raw->count;) {
    step(raw, BEGIN);
    for (size_t end = at + batch; at < end && at < raw->count; at++)
      join(raw, &raw->joins[at]);
    step(raw, COMMIT);
    if (++commits % CHECKPOINT_COMMITS == 0 &&
        sqlite3_wal_checkpoint_v2(raw->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK)
      die(raw->db, "checkpoint");
  }
  double seconds = seconds_now() - start;
  printf("joins=%zu commits=%zu seconds=%.3f rate=%.0f\n", raw->count, commits, seconds, (double)raw->count / seconds);
  if (sqlite3_wal_checkpoint_v2(raw->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
    die(raw->db, "checkpoint");
}

static void join(struct raw *raw, struct join *join) {
  sqlite3_stmt **s = raw->statements;
  sqlite3_bind_int64(s[PLACE], 1, raw->course);
  sqlite3_bind_int64(s[PLACE], 2, join->person);
  sqlite3_bind_int64(s[PLACE], 3, join->team);
  sqlite3_bind_int64(s[PLACE], 4, raw->now);
  step(raw, PLACE);
  sqlite3_bind_int64(s[SETTLE], 1, raw->now);
  sqlite3_bind_int64(s[SETTLE], 2, join->invitation);
  step(raw, SETTLE);
  sqlite3_bind_int64(s[CLEAR], 1, raw->course);
  sqlite3_bind_int64(s[CLEAR], 2, join->invitation);
  step(raw, CLEAR);
  char subject[64], after[96];
  snprintf(subject, sizeof subject, "invitation %lld", (long long)join->invitation);
  snprintf(after, sizeof after, "{\"team\":%lld,\"person\":%lld}", (long long)join->team, (long long)join->person);
  write_audit(raw, join, "invitation accepted", subject, after);
  snprintf(subject, sizeof subject, "team %lld", (long long)join->team);
  snprintf(after, sizeof after, "{\"person\":%lld}", (long long)join->person);
  write_audit(raw, join, "member joined", subject, after);
  sqlite3_bind_int64(s[SEEKING], 1, raw->course);
  sqlite3_bind_int64(s[SEEKING], 2, join->person);
  step(raw, SEEKING);
  tell(raw, join);
  join->members->members[join->members->count++] = join->person;
}

// Hashes of the right length that nobody computed: random by the place in the chain.
static void write_audit(struct raw *raw, const struct join *join, const char *kind, const char *subject,
                        const char *after) {
  sqlite3_stmt **s = raw->statements;
  raw->seq++;
  for (size_t i = 0; i < HASH_BYTES; i++)
    raw->hash[i] = (uint8_t)(raw->hash[i] * 31 + (uint8_t)raw->seq + (uint8_t)i);
  sqlite3_bind_int64(s[AUDIT], 1, raw->course);
  sqlite3_bind_int64(s[AUDIT], 2, raw->seq);
  sqlite3_bind_int64(s[AUDIT], 3, raw->now);
  sqlite3_bind_int64(s[AUDIT], 4, join->person);
  text(s[AUDIT], 5, kind);
  text(s[AUDIT], 6, subject);
  blob(s[AUDIT], 7, raw->hash, HASH_BYTES);
  blob(s[AUDIT], 8, raw->hash, HASH_BYTES);
  step(raw, AUDIT);
  sqlite3_bind_int64(s[DETAILS], 1, raw->course);
  sqlite3_bind_int64(s[DETAILS], 2, raw->seq);
  blob(s[DETAILS], 3, raw->hash, SALT_BYTES);
  text(s[DETAILS], 4, after);
  step(raw, DETAILS);
  sqlite3_bind_int64(s[HEAD], 1, raw->seq);
  blob(s[HEAD], 2, raw->hash, HASH_BYTES);
  sqlite3_bind_int64(s[HEAD], 3, raw->course);
  step(raw, HEAD);
}

// The words of tell_joined in server/teams/invitation_answer.c, for teams of two to four.
static void tell(struct raw *raw, const struct join *join) {
  sqlite3_stmt *s = raw->statements[TELL];
  int count = join->members->count + 1;
  char subject[128], next[96], words[320], link[160];
  snprintf(next, sizeof next, "%d of %d places are taken. The team can be registered.", count, TEAM_MAX);
  snprintf(subject, sizeof subject, "%s has a new member", join->team_name);
  snprintf(words, sizeof words, "%s has joined %s. %s", join->person_name, join->team_name,
           count < TEAM_MAX ? next : "The team is full. It can be registered.");
  snprintf(link, sizeof link, "/courses/%s/teams/%lld", raw->slug, (long long)join->team);
  for (int i = 0; i < join->members->count; i++) {
    sqlite3_bind_int64(s, 1, raw->course);
    sqlite3_bind_int64(s, 2, join->members->members[i]);
    text(s, 3, subject);
    text(s, 4, words);
    text(s, 5, link);
    sqlite3_bind_int64(s, 6, raw->now);
    step(raw, TELL);
  }
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    die(db, text);
  return statement;
}

static void text(sqlite3_stmt *statement, int at, const char *value) {
  sqlite3_bind_text(statement, at, value, -1, SQLITE_STATIC);
}

static void blob(sqlite3_stmt *statement, int at, const void *value, int size) {
  sqlite3_bind_blob(statement, at, value, size, SQLITE_STATIC);
}

static void step(struct raw *raw, enum statement statement) {
  if (sqlite3_step(raw->statements[statement]) != SQLITE_DONE)
    die(raw->db, sql[statement]);
  sqlite3_reset(raw->statements[statement]);
}

static void copy(char *out, size_t size, const unsigned char *from) {
  snprintf(out, size, "%s", from == NULL ? "" : (const char *)from);
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(sqlite3 *db, const char *what) {
  fprintf(stderr, "raw_commits: %s: %s\n", what, sqlite3_errmsg(db));
  exit(3);
}
