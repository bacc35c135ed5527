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

enum { HOUR_SECONDS = 3600, MAC_BYTES = 16 };
static const char key_setting[] = "unsubscribe key";

static enum err hold(const struct act *act, int64_t person, int64_t *at);
static int64_t wall_instant(struct calendar *calendar, int64_t at, int32_t days, int minutes);
static const char *token_of(struct arena *arena, const char *key, int64_t person, const char *kind);
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

enum err notice_unsubscribe_path(struct db *db, struct arena *arena, int64_t person, const char *kind,
                                 const char **path) {
  const struct notice_kind *known = notice_kind_find(kind);
  if (known == NULL || !known->may_be_off)
    return ERR_NOT_FOUND;
  const char *key = NULL;
  enum err err = setting_get_text(db, arena, key_setting, &key);
  if (err == ERR_OK && key == NULL) {
    char made[TOKEN_TEXT_BYTES];
    secret_token(made);
    key = arena_text(arena, made);
    err = setting_set_text(db, key_setting, key);
  }
  if (err == ERR_OK)
    *path = arena_format(arena, "/unsubscribe/%s", token_of(arena, key, person, kind));
  return err;
}

enum err notice_unsubscribe_read(struct db *db, struct arena *arena, const char *token, int64_t *person,
                                 const struct notice_kind **kind) {
  const char *key = NULL;
  enum err err = setting_get_text(db, arena, key_setting, &key);
  if (err != ERR_OK || key == NULL)
    return err != ERR_OK ? err : ERR_NOT_FOUND; // no mail has left yet: there is no right token
  size_t digits = strcspn(token, ".");
  size_t letters = token[digits] == '.' ? strcspn(token + digits + 1, ".") : 0;
  char *name = arena_text_n(arena, token + digits + (letters > 0), letters);
  for (size_t i = 0; i < letters; i++)
    name[i] = name[i] == '_' ? ' ' : name[i];
  const struct notice_kind *known = notice_kind_find(name);
  int64_t id = 0;
  if (known == NULL || !known->may_be_off || !int64_parse(arena_text_n(arena, token, digits), &id) || id <= 0 ||
      !is_same_in_constant_time(token, token_of(arena, key, id, known->name)))
    return ERR_NOT_FOUND;
  *person = id;
  *kind = known;
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

// BLAKE2b over the key and what it vouches for: no HMAC is needed around it, and 128 bits are more than anybody tries.
static const char *token_of(struct arena *arena, const char *key, int64_t person, const char *kind) {
  char *word = arena_text(arena, kind);
  for (size_t i = 0; word[i] != '\0'; i++)
    word[i] = word[i] == ' ' ? '_' : word[i];
  const char *claim = arena_format(arena, "%" PRId64 ".%s", person, word);
  const struct digest_part parts[] = {{key_setting, sizeof key_setting}, {key, strlen(key)}, {claim, strlen(claim)}};
  uint8_t mac[DIGEST_BYTES];
  digest_parts(parts, sizeof parts / sizeof *parts, mac);
  return arena_format(arena, "%s.%s", claim, digest_hex(arena, mac, MAC_BYTES));
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
