// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/notice_choice.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "common/course/calendar.h"
#include "server/db/settings.h"
#include "server/outbound/notice_choice_store.h"

enum {
  HOUR_SECONDS = 3600,
  MAC_BYTES = 16,
  CODE_BYTES = 3, // of a digest of a kind's name
};
static const char key_setting[] = "unsubscribe key";

static enum err hold(const struct act *act, int64_t person, int64_t *at);
static int64_t wall_instant(struct calendar *calendar, int64_t at, int32_t days, int minutes);
static const char *claim_of(struct arena *arena, const struct notice_link *link);
static const char *code_of(struct arena *arena, const struct notice_kind *kind);
static const char *mac_of(struct arena *arena, const char *key, const char *claim);
static void read_kinds(struct arena *arena, const char *words, struct notice_link *out);
static const struct notice_kind *kind_by_code(struct arena *arena, const char *code);
static void add_kind(struct arena *arena, const struct notice_kind *kind, struct notice_link *out);
static bool is_same_in_constant_time(const char *a, const char *b);

enum err quiet_hours_hold(struct arena *arena, const struct quiet_hours *quiet, int64_t at, bool *is_held,
                          int64_t *end) {
  struct calendar *calendar = NULL;
  enum err err = calendar_open(arena, quiet->zone, &calendar);
  *is_held = false;
  // Those that began the day before may reach into this one.
  for (int32_t day = -1; err == ERR_OK && day <= 0 && !*is_held; day++) {
    *end = wall_instant(calendar, at, quiet->ends > quiet->starts ? day : day + 1, quiet->ends);
    *is_held = wall_instant(calendar, at, day, quiet->starts) <= at && at < *end;
  }
  return err;
}

enum err notice_quiet_hours(struct db *db, struct arena *arena, int64_t person, struct quiet_hours *out) {
  return notice_store_quiet_hours(db, arena, person, out);
}

enum err notice_plan(const struct act *act, int64_t person, const struct notice_kind *kind, bool can_wait,
                     struct notice_plan *out) {
  *out = (struct notice_plan){.deliver_at = act->now};
  if (kind->pace == NOTICE_HOUR)
    out->deliver_at = act->now + HOUR_SECONDS;
  else if (kind->pace == NOTICE_DAY)
    out->deliver_at = 0;
  bool is_on = true;
  enum err err = person == 0 || !kind->may_be_off ? ERR_OK : notice_is_on(act->db, person, kind, &is_on);
  out->is_off = !is_on;
  if (err != ERR_OK || out->is_off || person == 0)
    return err;
  bool is_patient = kind->pace == NOTICE_HOUR || (kind->pace == NOTICE_NOW && can_wait);
  return is_patient ? hold(act, person, &out->deliver_at) : ERR_OK;
}

enum err notice_replan(const struct act *act, int64_t person, const struct notice_kind *kind, int64_t at,
                       int64_t *deliver_at) {
  bool is_hourly = kind->pace == NOTICE_HOUR;
  int64_t sooner = is_hourly && at + HOUR_SECONDS > act->now ? at + HOUR_SECONDS : act->now;
  enum err err = hold(act, person, &sooner);
  // Of what leaves now nobody knows any more whether it can wait: it is never put off, and what is due stays so.
  if (err == ERR_OK && (is_hourly || sooner < *deliver_at))
    *deliver_at = sooner;
  return err;
}

enum err notice_is_on(struct db *db, int64_t person, const struct notice_kind *kind, bool *is_on) {
  enum err err = notice_store_choice(db, person, kind->name, is_on);
  if (err != ERR_NOT_FOUND)
    return err;
  *is_on = !kind->is_off_at_first;
  return ERR_OK;
}

enum err notice_choose(struct db *db, int64_t person, const struct notice_kind *kind, bool is_on) {
  if (is_on == !kind->is_off_at_first)
    return notice_store_forget_choice(db, person, kind->name);
  return notice_store_choose(db, person, kind->name, is_on);
}

enum err notice_set_quiet_hours(struct db *db, int64_t person, const struct quiet_hours *quiet) {
  return quiet == NULL ? notice_store_clear_quiet_hours(db, person) : notice_store_set_quiet_hours(db, person, quiet);
}

enum err notice_unsubscribe_path(struct db *db, struct arena *arena, const struct notice_link *link,
                                 const char **path) {
  struct notice_link off = {.person = link->person};
  for (size_t i = 0; i < link->count; i++)
    add_kind(arena, link->kinds[i], &off);
  if (link->person <= 0 || off.count == 0)
    return ERR_NOT_FOUND;
  const char *key = NULL;
  enum err err = setting_get_text(db, arena, key_setting, &key);
  if (err == ERR_OK && key == NULL) {
    char made[TOKEN_TEXT_BYTES];
    secret_token(made);
    key = arena_text(arena, made);
    err = setting_set_text(db, key_setting, key);
  }
  if (err != ERR_OK)
    return err;
  const char *claim = claim_of(arena, &off);
  *path = arena_format(arena, "/unsubscribe/%s.%s", claim, mac_of(arena, key, claim));
  return ERR_OK;
}

enum err notice_unsubscribe_read(struct db *db, struct arena *arena, const char *token, struct notice_link *out) {
  const char *key = NULL;
  enum err err = setting_get_text(db, arena, key_setting, &key);
  if (err != ERR_OK || key == NULL)
    return err != ERR_OK ? err : ERR_NOT_FOUND; // no mail has left yet: there is no right token
  const char *end = strrchr(token, '.');
  if (end == NULL)
    return ERR_NOT_FOUND;
  const char *claim = arena_text_n(arena, token, (size_t)(end - token));
  if (!is_same_in_constant_time(end + 1, mac_of(arena, key, claim)))
    return ERR_NOT_FOUND;
  // From here on it is one that we wrote, perhaps an older version of us.
  const char *words = strchr(claim, '.');
  struct notice_link link = {0};
  if (words == NULL || !int64_parse(arena_text_n(arena, claim, (size_t)(words - claim)), &link.person))
    return ERR_NOT_FOUND;
  read_kinds(arena, words + 1, &link);
  if (link.person <= 0 || link.count == 0)
    return ERR_NOT_FOUND;
  *out = link;
  return ERR_OK;
}

static enum err hold(const struct act *act, int64_t person, int64_t *at) {
  struct quiet_hours quiet;
  enum err err = notice_store_quiet_hours(act->db, act->arena, person, &quiet);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  bool is_held = false;
  int64_t end = 0;
  if (quiet_hours_hold(act->arena, &quiet, *at, &is_held, &end) != ERR_OK) {
    // The zone was checked when it was chosen; zone data may lose one. What people are told must not fail for it.
    log_line(LOG_WARN, "notices", "person %" PRId64 ": the zone of the quiet hours is not known any more", person);
    return ERR_OK;
  }
  if (is_held)
    *at = end;
  return ERR_OK;
}

// So many minutes after midnight on the day of `at`, or so many days after it.
static int64_t wall_instant(struct calendar *calendar, int64_t at, int32_t days, int minutes) {
  struct wall wall;
  int second = 0;
  int64_t instant = at;
  enum wall_trap trap = WALL_PLAIN;
  calendar_wall(calendar, calendar_add(calendar, at, (struct span){.days = days}), &wall, &second);
  wall.hour = minutes / 60;
  wall.minute = minutes % 60;
  (void)calendar_instant(calendar, wall, &instant, &trap);
  return instant;
}

// One kind stands there by its name, as in every mail that left before a link could name several. Several stand there
// by codes of one length, so that a mail which tells of everything has a link that fits a header's line, and needs no
// numbers which somebody would have to keep for ever.
static const char *claim_of(struct arena *arena, const struct notice_link *link) {
  struct text out;
  text_init(&out, arena);
  text_add_format(&out, "%" PRId64 ".", link->person);
  if (link->count > 1)
    text_add_char(&out, '~');
  for (size_t i = 0; link->count > 1 && i < link->count; i++)
    text_add(&out, code_of(arena, link->kinds[i]));
  for (const char *c = link->count > 1 ? "" : link->kinds[0]->name; *c != '\0'; c++)
    text_add_char(&out, *c == ' ' ? '_' : *c);
  return text_get(&out);
}

static const char *code_of(struct arena *arena, const struct notice_kind *kind) {
  uint8_t digest[DIGEST_BYTES];
  digest_bytes(kind->name, strlen(kind->name), digest);
  return digest_hex(arena, digest, CODE_BYTES);
}

// BLAKE2b over the key and what it vouches for: no HMAC is needed around it, and 128 bits are more than anybody tries.
static const char *mac_of(struct arena *arena, const char *key, const char *claim) {
  const struct digest_part parts[] = {{key_setting, sizeof key_setting}, {key, strlen(key)}, {claim, strlen(claim)}};
  uint8_t mac[DIGEST_BYTES];
  digest_parts(parts, sizeof parts / sizeof *parts, mac);
  return digest_hex(arena, mac, MAC_BYTES);
}

static void read_kinds(struct arena *arena, const char *words, struct notice_link *out) {
  if (*words != '~') {
    char *name = arena_text(arena, words);
    for (size_t i = 0; name[i] != '\0'; i++)
      name[i] = name[i] == '_' ? ' ' : name[i];
    add_kind(arena, notice_kind_find(name), out);
    return;
  }
  for (const char *at = words + 1; strlen(at) >= 2 * CODE_BYTES; at += 2 * CODE_BYTES)
    add_kind(arena, kind_by_code(arena, arena_text_n(arena, at, 2 * CODE_BYTES)), out);
}

static const struct notice_kind *kind_by_code(struct arena *arena, const char *code) {
  size_t count = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  for (size_t i = 0; i < count; i++)
    if (strcmp(code_of(arena, &kinds[i]), code) == 0)
      return &kinds[i];
  return NULL;
}

// One that is not known any more, or may not be off, is none.
static void add_kind(struct arena *arena, const struct notice_kind *kind, struct notice_link *out) {
  if (kind == NULL || !kind->may_be_off)
    return;
  out->kinds = arena_more(arena, out->kinds, out->count, sizeof(const struct notice_kind *));
  out->kinds[out->count++] = kind;
}

static bool is_same_in_constant_time(const char *a, const char *b) {
  size_t size = strlen(b);
  if (strlen(a) != size)
    return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < size; i++)
    difference = (unsigned char)(difference | (a[i] ^ b[i]));
  return difference == 0;
}
