// SPDX-License-Identifier: AGPL-3.0-or-later
// The real application, loop and writer on a disk that fails at every position in turn. Batches of real requests; what
// each was told is compared with what a store holds that somebody opens afterwards.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <sqlite3.h>
#include <cmocka.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/db/audit.h"
#include "tests/faults/writer_house.h"

enum { SEATS = 20, TEAM_MAX = 4, POSITIONS_MAX = 4000 };

struct fault_row {
  const char *name;
  struct fault_plan plan;
  uint64_t step; // from one position to the next
  bool is_idle;  // up to the checkpoint that the writer makes after the first batch when nobody asks for a while
  const char *why;
};

static const struct fault_row faults[] = {
    {"full once", {FAULT_WRITE, 0, SQLITE_FULL, false}, 1, false, "space comes back at once: the next batch goes on"},
    {"full for long", {FAULT_WRITE, 0, SQLITE_FULL, true}, 5, false, "space comes back before the last batch"},
    {"write error", {FAULT_WRITE, 0, SQLITE_IOERR_WRITE, false}, 1, false, "half of the bytes are there"},
    {"sync error", {FAULT_SYNC, 0, SQLITE_IOERR_FSYNC, false}, 1, false, "a later sync would succeed: nobody may ask"},
    {"sync errors for good", {FAULT_SYNC, 0, SQLITE_IOERR_FSYNC, true}, 1, false, "the disk is gone"},
    {"truncate error", {FAULT_TRUNCATE, 0, SQLITE_IOERR_TRUNCATE, false}, 1, false, "of the WAL, at the end"},
    {"full, idle", {FAULT_WRITE, 0, SQLITE_FULL, false}, 1, true, "the pages stay in the WAL until the next time"},
    {"sync error, idle", {FAULT_SYNC, 0, SQLITE_IOERR_FSYNC, false}, 1, true, "of the file that a start trusts"},
};

// What a store without faults holds, and told, after some of the batches.
struct reference {
  const char *state;
  struct answer answers[BATCHES][ASKS_MAX];
};

struct story {
  struct world *world;
  struct arena *arena;
  struct reference references[EVERY_BATCH + 1]; // by the set of batches
};

// The batches of the set, on a disk that works.
static void run_soundly(struct world *world, int set, const char *setting) {
  house_open(world, setting);
  for (int batch = 0; batch < BATCHES; batch++)
    if ((set & 1 << batch) != 0)
      assert_true(house_run_batch(world, batch, false));
  house_close(world);
}

static const char *run_with_fault(struct world *world, const struct fault_row *row, uint64_t position) {
  house_open(world, NULL);
  struct fault_plan plan = row->plan;
  plan.position = position;
  fault_vfs_arm(world->vfs, &plan);
  bool was_shut = true;
  for (int batch = 0; batch < BATCHES; batch++) {
    world->has_struck |= fault_vfs_has_struck(world->vfs);
    if (world->has_struck && batch == BATCHES - 1)
      fault_vfs_arm(world->vfs, NULL); // a disk that was full for long has room again
    if (house_run_batch(world, batch, row->is_idle && batch == 0) && atomic_load(&world->broken) == 0)
      continue;
    was_shut = house_is_shut(world);
    break;
  }
  house_close(world);
  world->has_struck |= fault_vfs_has_struck(world->vfs);
  return was_shut ? NULL : "a request is taken after a failed sync";
}

// --- what somebody finds who opens the store afterwards

// The dump without what is random: hashes, salts, the epoch, and sessions but for their number.
static const char *state_of(struct db *db, struct arena *arena) {
  const char *dump = db_dump(db, arena);
  assert_non_null(dump);
  struct text state;
  text_init(&state, arena);
  size_t sessions = 0;
  for (const char *line = dump; *line != '\0'; line += strcspn(line, "\n") + 1) {
    if (text_starts(line, "sessions|")) {
      sessions++;
      continue;
    }
    if (text_starts(line, "settings|'epoch'|"))
      continue;
    for (const char *c = line; *c != '\n'; c++) {
      text_add_char(&state, *c);
      if (c[0] == '|' && c[1] == 'x' && c[2] == '\'')
        c = strchr(c + 3, '\'');
    }
    text_add_char(&state, '\n');
  }
  text_add_format(&state, "%zu sessions\n", sessions);
  return text_get(&state);
}

static const char *judge_file(struct db *db) {
  struct db_rows rows DB_SCOPE = db_query(db, "pragma integrity_check");
  if (!db_next(&rows) || strcmp(db_column_peek(&rows, 0), "ok") != 0)
    return "the file is damaged";
  int64_t dangling = -1;
  enum err err = db_get_int(db, &dangling, "select count(*) from pragma_foreign_key_check");
  return err == ERR_OK && dangling == 0 ? NULL : "references dangle";
}

static const char *judge_chain(struct db *db, struct arena *arena) {
  struct audit_verdict *verdicts = NULL;
  size_t count = 0;
  if (audit_verify(db, arena, &verdicts, &count) != ERR_OK || count != 2) // the installation's and the course's
    return "the audit cannot be verified";
  for (size_t i = 0; i < count; i++)
    if (verdicts[i].broken_at != 0)
      return "the audit's chain is broken";
  return NULL;
}

static const char *judge_rules(struct db *db) {
  int64_t seats = -1, twice = -1, large = -1, spoilt = -1;
  if (db_get_int(db, &spoilt, "select count(*) from settings where name = 'spoiler'") != ERR_OK ||
      db_get_int(db, &seats,
                 "select (select count(*) from placements where until_at is null and team_id is null) + "
                 "(select count(*) from lab_queue where state = 'offered')") != ERR_OK ||
      db_get_int(db, &twice,
                 "select count(*) from (select 1 from placements where until_at is null "
                 "group by course_id, person_id having count(*) > 1)") != ERR_OK ||
      db_get_int(db, &large,
                 "select count(*) from (select 1 from placements where until_at is null and team_id is not null "
                 "group by team_id having count(*) > $1)",
                 db_int(TEAM_MAX)) != ERR_OK)
    return "the store cannot be read";
  if (spoilt != 0)
    return "what was refused is kept";
  if (seats > SEATS)
    return "more seats than there are";
  return twice != 0 ? "somebody is placed twice" : large != 0 ? "a team is too large" : NULL;
}

static bool is_same_answer(const struct answer *a, const struct answer *b) {
  return a->status == b->status && strcmp(a->code, b->code) == 0;
}

// A batch is kept as a whole or not at all, and told so; `open` gets those whose clients heard nothing.
static const char *judge_answers(const struct story *story, int *kept, int *open) {
  const struct world *world = story->world;
  for (int batch = 0; batch < BATCHES; batch++) {
    if (!world->was_run[batch])
      continue;
    const struct reference *reference = &story->references[*kept | 1 << batch];
    size_t told = 0, refused = 0, matching = 0;
    for (size_t i = 0; i < world->counts[batch]; i++) {
      const struct slot *slot = &world->slots[batch][i];
      told += slot->is_told;
      refused += slot->answer.status == 503 && strcmp(slot->answer.code, "store_unavailable") == 0;
      matching += is_same_answer(&slot->answer, &reference->answers[batch][i]);
    }
    if (told == 0 && refused == world->counts[batch])
      *open |= 1 << batch;
    else if (told != world->counts[batch])
      return "some of a batch are told after a failed sync";
    else if (matching == world->counts[batch])
      *kept |= 1 << batch;
    else if (refused != world->counts[batch])
      return "half of a batch is told that it is kept";
  }
  return NULL;
}

// `is_last`: and takes changes again.
static const char *judge_state(const struct story *story, int kept, int open, bool is_last) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct db *db = NULL;
  if (db_open(story->world->path, &(struct db_options){.mode = DB_READ_WRITE}, &db) != ERR_OK)
    return "the store cannot be opened";
  const char *fault = judge_file(db);
  if (fault == NULL)
    fault = judge_chain(db, arena);
  if (fault == NULL)
    fault = judge_rules(db);
  if (fault == NULL) {
    const char *state = state_of(db, arena);
    bool is_kept = strcmp(state, story->references[kept].state) == 0;
    if (!is_kept && strcmp(state, story->references[kept | open].state) != 0)
      fault = "the store holds other changes than were told";
  }
  if (fault == NULL && is_last)
    fault = house_change(story->world, db) == 200 ? judge_chain(db, arena) : "nothing can be changed any more";
  db_close(db);
  return fault;
}

// Which batches must have been kept, and which not, where the fault lay.
static const char *judge_recovery(const struct world *world, const struct fault_row *row, int kept) {
  bool is_broken = atomic_load(&world->broken) > 0;
  if (is_broken != (world->has_struck && row->plan.code == SQLITE_IOERR_FSYNC))
    return "the house is broken, or not, against the rule";
  for (int batch = 0; batch < BATCHES && !is_broken; batch++) {
    bool is_last = batch == BATCHES - 1;
    bool struck_in_it = !is_last && world->had_struck[batch + 1] && !world->had_struck[batch];
    bool is_full = world->had_struck[batch] && row->plan.is_lasting && !is_last;
    bool is_kept = (kept & 1 << batch) != 0;
    if (is_full && is_kept)
      return "kept on a full disk";
    if (!is_full && !is_kept && !struck_in_it && !(is_last && world->has_struck && !world->had_struck[batch]))
      return "refused without a reason";
  }
  return NULL;
}

// The next start of the whole application.
static const char *judge_restart(struct world *world) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct app *app APP_SCOPE = NULL;
  struct app_options options = {.data_dir = world->folder, .clock = &world->clock, .has_cheap_passwords = true};
  if (app_open(&options, &app) != ERR_OK)
    return "the application does not start";
  struct local_answer answer;
  struct local_call call = {
      .method = METHOD_PUT, .target = SAMPLE "/info-card", .body = CARD, .token = world->tokens[STUDENT][STUDENTS]};
  local_call(app, arena, &call, &answer);
  if (answer.status != 200)
    return "nothing can be changed after the next start";
  return judge_chain(app_db(app), arena);
}

// After a sync has failed nobody is told that anything is kept.
static bool is_silent_after_failed_sync(const struct world *world) {
  const struct fault_event *events = NULL;
  size_t count = fault_vfs_log(world->vfs, &events);
  bool has_failed = false;
  for (size_t i = 0; i < count; i++) {
    has_failed |= events[i].op == FAULT_SYNC && events[i].is_failed;
    if (has_failed && events[i].op == FAULT_ACKNOWLEDGED)
      return false;
  }
  return true;
}

static const char *judge(const struct story *story, const struct fault_row *row) {
  struct world *world = story->world;
  int kept = 0;
  int open = 0;
  const char *fault = fault_vfs_order(world->vfs);
  if (fault == NULL && !is_silent_after_failed_sync(world))
    fault = "acknowledged after a failed sync";
  if (fault == NULL)
    fault = judge_answers(story, &kept, &open);
  if (fault == NULL && row != NULL)
    fault = judge_recovery(world, row, kept);
  if (fault == NULL)
    fault = judge_state(story, kept, open, false); // the process has ended
  if (fault == NULL) {
    fault_vfs_cut_power(world->vfs); // and the machine
    fault = judge_state(story, kept, open, true);
  }
  return fault == NULL && row == NULL ? judge_restart(world) : fault;
}

// --- the sound runs that all others are compared with

static void drop_line(enum log_level level, const char *line, void *context) { (void)level, (void)line, (void)context; }

static void make_reference(struct story *story, int set) {
  struct world *world = story->world;
  run_soundly(world, set, NULL);
  struct reference *reference = &story->references[set];
  for (int batch = 0; batch < BATCHES; batch++)
    for (size_t i = 0; i < world->counts[batch]; i++)
      reference->answers[batch][i] = world->slots[batch][i].answer;
  struct db *db = NULL;
  assert_int_equal(ERR_OK, db_open(world->path, &(struct db_options){.mode = DB_READ_ONLY}, &db));
  reference->state = state_of(db, story->arena);
  db_close(db);
}

static int setup(void **state) {
  struct story *story = calloc(1, sizeof *story);
  assert_non_null(story);
  story->arena = arena_new();
  story->world = world_new();
  for (int set = 0; set <= EVERY_BATCH; set++)
    make_reference(story, set);
  *state = story;
  return 0;
}

static int teardown(void **state) {
  struct story *story = *state;
  log_set_capture(NULL, NULL);
  world_free(story->world);
  arena_free(story->arena);
  free(story);
  return 0;
}

// --- the tests

static void the_batches_mix_what_is_granted_with_what_is_refused(void **state) {
  const struct story *story = *state;
  const struct world *world = story->world;
  const struct reference *full = &story->references[EVERY_BATCH];
  static const struct {
    int batch;
    int granted;
    const char *refused; // the codes, in their order
  } rows[] = {{0, 17, "in_team team_full "}, {1, 15, "in_team "}, {2, 6, "lab_full "}};
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    char refused[128] = "";
    int granted = 0;
    for (size_t i = 0; i < world->counts[rows[row].batch]; i++) {
      const struct answer *answer = &full->answers[rows[row].batch][i];
      granted += answer->status < 300;
      if (answer->status >= 300)
        snprintf(refused + strlen(refused), sizeof refused - strlen(refused), "%s ", answer->code);
    }
    assert_string_equal(rows[row].refused, refused);
    assert_int_equal(rows[row].granted, granted);
  }
  for (int a = 0; a <= EVERY_BATCH; a++)
    for (int b = 0; b < a; b++)
      assert_string_not_equal(story->references[a].state, story->references[b].state);
}

static void every_batch_is_written_then_synced_then_answered(void **state) {
  const struct story *story = *state;
  struct world *world = story->world;
  run_soundly(world, EVERY_BATCH, NULL);
  assert_null(judge(story, NULL));
  const struct fault_event *events = NULL;
  size_t count = fault_vfs_log(world->vfs, &events);
  size_t acknowledged = 0;
  for (size_t i = 0; i < count; i++)
    acknowledged += events[i].op == FAULT_ACKNOWLEDGED;
  assert_int_equal(17 + 15 + 6, acknowledged);
}

static void a_writer_that_does_not_sync_is_found_out(void **state) {
  const struct story *story = *state;
  struct world *world = story->world;
  run_soundly(world, EVERY_BATCH, "pragma synchronous = off");
  assert_string_equal("commit acknowledged before sync", fault_vfs_order(world->vfs));
  assert_null(judge_state(story, EVERY_BATCH, 0, false)); // killing the process alone shows nothing
  fault_vfs_cut_power(world->vfs);
  assert_string_equal("the store holds other changes than were told", judge_state(story, EVERY_BATCH, 0, false));
}

static void a_writer_that_syncs_only_at_checkpoints_is_found_out(void **state) {
  struct world *world = ((const struct story *)*state)->world;
  run_soundly(world, EVERY_BATCH, "pragma synchronous = normal");
  assert_string_equal("commit acknowledged before sync", fault_vfs_order(world->vfs));
}

// From `first`; returns the first position beyond the first batch.
static uint64_t run_at_every_position(const struct story *story, const struct fault_row *row, uint64_t first) {
  struct world *world = story->world;
  uint64_t beyond = 0;
  uint64_t position = first;
  for (bool goes_on = true; goes_on && position <= POSITIONS_MAX; position += row->step) {
    const char *fault = run_with_fault(world, row, position);
    bool was_in_first = world->had_struck[1] || !world->was_run[1];
    if (beyond == 0 && !was_in_first)
      beyond = position;
    goes_on = row->is_idle ? was_in_first : world->has_struck;
    if (fault == NULL)
      fault = judge(story, row);
    if (fault != NULL)
      fail_msg("%s (%s), position %llu: %s", row->name, row->why, (unsigned long long)position, fault);
  }
  // A batch syncs once at the least and writes dozens of pages, of which a checkpoint copies some; the WAL is cut off
  // once, at the end.
  uint64_t least = row->plan.ops == FAULT_TRUNCATE ? 1
                   : row->plan.ops == FAULT_SYNC   ? BATCHES
                   : row->is_idle                  ? 10
                                                   : 100;
  assert_in_range(position - first, least + 1, POSITIONS_MAX);
  print_message("%s: positions %llu to %llu\n", row->name, (unsigned long long)first,
                (unsigned long long)(position - row->step));
  return beyond;
}

static void whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_half_done(void **state) {
  const struct story *story = *state;
  log_set_capture(drop_line, NULL);
  uint64_t beyond_write = 1; // where the first batch's own writes end and those of its checkpoint begin
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    bool is_write = faults[i].plan.ops == FAULT_WRITE;
    uint64_t beyond = run_at_every_position(story, &faults[i], is_write && faults[i].is_idle ? beyond_write : 1);
    if (is_write && faults[i].step == 1)
      beyond_write = beyond;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_batches_mix_what_is_granted_with_what_is_refused),
      cmocka_unit_test(every_batch_is_written_then_synced_then_answered),
      cmocka_unit_test(a_writer_that_does_not_sync_is_found_out),
      cmocka_unit_test(a_writer_that_syncs_only_at_checkpoints_is_found_out),
      cmocka_unit_test(whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_half_done),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
