// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/calendar.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "common/base/log.h"

enum { ZONE_BYTES_MAX = 64, NAME_UNITS_MAX = 64, YEAR_MIN = 1, YEAR_MAX = 9999 };

struct calendar {
  UCalendar *icu;
};

struct local { // a wall time with its second
  struct wall wall;
  int second;
};

// Three-letter ids of old Java that ICU still knows and IANA does not: BST would be Bangladesh, IST India.
static const char *const not_iana[] = {"ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT",
                                       "CST", "CTT", "EAT", "ECT", "IET", "IST", "JST", "MIT", "NET",
                                       "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST"};

static const char weekday_names[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char month_names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool is_zone(const char *zone, UChar *wide);
static bool is_zone_char(char c);
static void close_icu(void *icu);
static bool is_date(int year, int month, int day);
static bool is_wall(struct wall wall);
static int64_t resolve(struct calendar *calendar, struct local local, UCalendarWallTimeOption repeated);
static struct local local_at(struct calendar *calendar, int64_t at);
static bool is_same_local(struct local a, struct local b);
static int field(struct calendar *calendar, UCalendarDateFields name, UErrorCode *status);
static void add_days(struct wall *wall, int32_t days);
static int64_t day_number(int year, int month, int day);
static void must(const char *what, UErrorCode status);

enum err calendar_open(struct arena *arena, const char *zone, struct calendar **out) {
  UChar wide[ZONE_BYTES_MAX + 1];
  if (!is_zone(zone, wide))
    return ERR_INVALID;
  UErrorCode status = U_ZERO_ERROR;
  UCalendar *icu = ucal_open(wide, -1, "en_US", UCAL_GREGORIAN, &status);
  must("ucal_open", status);
  struct calendar *calendar = arena_alloc(arena, sizeof *calendar);
  calendar->icu = icu;
  arena_defer(arena, close_icu, icu);
  ucal_setGregorianChange(icu, -1e18, &status); // proleptic: before ICU's first day
  must("ucal_setGregorianChange", status);
  ucal_setAttribute(icu, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_NEXT_VALID);
  *out = calendar;
  return ERR_OK;
}

bool calendar_instant(struct calendar *calendar, struct wall wall, int64_t *at, enum wall_trap *trap) {
  if (!is_wall(wall))
    return false;
  struct local local = {wall, 0};
  *at = resolve(calendar, local, UCAL_WALLTIME_LAST);
  if (!is_same_local(local_at(calendar, *at), local))
    *trap = WALL_SKIPPED;
  else if (resolve(calendar, local, UCAL_WALLTIME_FIRST) != *at)
    *trap = WALL_REPEATED;
  else
    *trap = WALL_PLAIN;
  return true;
}

void calendar_wall(struct calendar *calendar, int64_t at, struct wall *out, int *second) {
  struct local local = local_at(calendar, at);
  *out = local.wall;
  *second = local.second;
}

int64_t calendar_add(struct calendar *calendar, int64_t at, struct span span) {
  if (span.days != 0) { // without days nothing is read off the wall: a repeated hour would move
    struct local local = local_at(calendar, at);
    add_days(&local.wall, span.days);
    at = resolve(calendar, local, UCAL_WALLTIME_LAST);
  }
  if (__builtin_add_overflow(at, span.seconds, &at))
    return span.seconds < 0 ? INT64_MIN : INT64_MAX;
  return at;
}

int calendar_weekday(struct calendar *calendar, int64_t at) {
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar->icu, (UDate)at * 1000, &status);
  int weekday = field(calendar, UCAL_DAY_OF_WEEK, &status) - UCAL_SUNDAY;
  must("ucal_get", status);
  return weekday;
}

const char *calendar_words(struct calendar *calendar, struct arena *arena, int64_t at) {
  struct wall wall = local_at(calendar, at).wall;
  UErrorCode status = U_ZERO_ERROR;
  bool is_summer = ucal_inDaylightTime(calendar->icu, &status);
  UChar wide[NAME_UNITS_MAX];
  UCalendarDisplayNameType kind = is_summer ? UCAL_SHORT_DST : UCAL_SHORT_STANDARD;
  int32_t size = ucal_getTimeZoneDisplayName(calendar->icu, kind, "en_US", wide, NAME_UNITS_MAX, &status);
  char name[NAME_UNITS_MAX * 3 + 1];
  u_strToUTF8(name, sizeof name, NULL, wide, size, &status);
  must("ucal_getTimeZoneDisplayName", status);
  int weekday = calendar_weekday(calendar, at);
  return arena_format(arena, "%s %d %s %d %02d:%02d %s", weekday_names[weekday], wall.day, month_names[wall.month - 1],
                      wall.year, wall.hour, wall.minute, name);
}

bool calendar_is_date_word(const char *text, size_t size) {
  bool is_found = false;
  for (size_t i = 0; i < sizeof weekday_names / sizeof *weekday_names; i++)
    is_found = is_found || (size == strlen(weekday_names[i]) && memcmp(text, weekday_names[i], size) == 0);
  for (size_t i = 0; i < sizeof month_names / sizeof *month_names; i++)
    is_found = is_found || (size == strlen(month_names[i]) && memcmp(text, month_names[i], size) == 0);
  return is_found;
}

const char *calendar_data_version(void) {
  UErrorCode status = U_ZERO_ERROR;
  const char *version = ucal_getTZDataVersion(&status);
  return U_SUCCESS(status) ? version : "unknown";
}

const char *calendar_library_version(void) { return U_ICU_VERSION; }

static bool is_zone(const char *zone, UChar *wide) {
  int32_t size = 0;
  for (; zone[size] != '\0'; size++)
    if (size == ZONE_BYTES_MAX || !is_zone_char(zone[size]))
      return false;
  for (size_t i = 0; i < sizeof not_iana / sizeof not_iana[0]; i++)
    if (strcmp(zone, not_iana[i]) == 0)
      return false;
  u_charsToUChars(zone, wide, size + 1);
  UChar canonical[NAME_UNITS_MAX];
  UBool is_system = false;
  UErrorCode status = U_ZERO_ERROR;
  ucal_getCanonicalTimeZoneID(wide, size, canonical, NAME_UNITS_MAX, &is_system, &status);
  return U_SUCCESS(status) && is_system;
}

static bool is_zone_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("/_+-", c) != NULL);
}

static void close_icu(void *icu) { ucal_close(icu); }

static bool is_date(int year, int month, int day) {
  static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1)
    return false;
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= month_days[month - 1] + (month == 2 && is_leap);
}

static bool is_wall(struct wall wall) {
  return is_date(wall.year, wall.month, wall.day) && wall.hour >= 0 && wall.hour <= 23 && wall.minute >= 0 &&
         wall.minute <= 59;
}

static int64_t resolve(struct calendar *calendar, struct local local, UCalendarWallTimeOption repeated) {
  UErrorCode status = U_ZERO_ERROR;
  const struct wall *wall = &local.wall;
  ucal_setAttribute(calendar->icu, UCAL_REPEATED_WALL_TIME, (int32_t)repeated);
  ucal_clear(calendar->icu);
  ucal_setDateTime(calendar->icu, wall->year, wall->month - 1, wall->day, wall->hour, wall->minute, local.second,
                   &status);
  UDate millis = ucal_getMillis(calendar->icu, &status);
  must("ucal_getMillis", status);
  return (int64_t)(millis / 1000);
}

static struct local local_at(struct calendar *calendar, int64_t at) {
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar->icu, (UDate)at * 1000, &status);
  struct local local = {
      .wall =
          {
              .year = field(calendar, UCAL_EXTENDED_YEAR, &status),
              .month = field(calendar, UCAL_MONTH, &status) + 1,
              .day = field(calendar, UCAL_DATE, &status),
              .hour = field(calendar, UCAL_HOUR_OF_DAY, &status),
              .minute = field(calendar, UCAL_MINUTE, &status),
          },
      .second = field(calendar, UCAL_SECOND, &status),
  };
  must("ucal_get", status);
  return local;
}

static bool is_same_local(struct local a, struct local b) {
  return a.wall.year == b.wall.year && a.wall.month == b.wall.month && a.wall.day == b.wall.day &&
         a.wall.hour == b.wall.hour && a.wall.minute == b.wall.minute && a.second == b.second;
}

static int field(struct calendar *calendar, UCalendarDateFields name, UErrorCode *status) {
  return ucal_get(calendar->icu, name, status);
}

// Civil days in the proleptic Gregorian calendar; years that four digits cannot say are held at the first and last day.
static void add_days(struct wall *wall, int32_t days) {
  int64_t number = day_number(wall->year, wall->month, wall->day) + days;
  int64_t first = day_number(YEAR_MIN, 1, 1), last = day_number(YEAR_MAX, 12, 31);
  number = number < first ? first : number > last ? last : number;
  int year = (int)(number / 366); // never too late, and a few years early at most
  while (year < YEAR_MAX && day_number(year + 1, 1, 1) <= number)
    year++;
  int month = 12;
  while (day_number(year, month, 1) > number)
    month--;
  wall->year = year;
  wall->month = month;
  wall->day = (int)(number - day_number(year, month, 1)) + 1;
}

// Days since a fixed day before year 1 (years counted from March, so that the leap day comes last).
static int64_t day_number(int year, int month, int day) {
  int64_t march_year = month > 2 ? year : year - 1;
  int64_t months = month > 2 ? month - 3 : month + 9;
  return march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + (153 * months + 2) / 5 + day - 1;
}

// What is left to fail in ICU is missing data or memory, and a wrong deadline is worse than no server.
static void must(const char *what, UErrorCode status) {
  if (U_SUCCESS(status))
    return;
  log_line(LOG_ERROR, "calendar", "%s: %s", what, u_errorName(status));
  abort();
}
